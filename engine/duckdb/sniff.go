package duckdb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
)

// Sniff finds out how a source's files are written and which columns they hold, and reads every file
// once to the end, so that a file that is cut short or ragged is found now and not under a question.
func (e *Engine) Sniff(ctx context.Context, a *catalog.Asset) error {
	switch a.Source.Format {
	case "csv":
		if err := e.sniffCSV(ctx, a); err != nil {
			return err
		}
	case "json":
		if err := e.describeScan(ctx, a, "read_json("+fileList(a)+", format = 'newline_delimited', sample_size = -1)"); err != nil {
			return err
		}
	}
	if err := e.decimals(ctx, a); err != nil {
		return err
	}
	if err := e.Describe(ctx, a); err != nil {
		return err
	}
	scan, err := scanOf(a)
	if err != nil {
		return err
	}
	var counts []string
	for _, c := range a.Columns {
		counts = append(counts, "count("+Quote(c.Name)+")")
	}
	set, err := e.run(ctx, request{SQL: "SELECT count(*), " + strings.Join(counts, ", ") + " FROM " + scan, MaxRows: 1})
	if err != nil {
		return fileError(a, err)
	}
	a.Rows, _ = set.Rows[0][0].(int64)
	return nil
}

// decimals gives numbers that are written with at most six digits after the point, every time, the type
// DECIMAL in place of the guess DOUBLE: they are amounts, and amounts are exact.
func (e *Engine) decimals(ctx context.Context, a *catalog.Asset) error {
	if a.Source.Format == "parquet" {
		return nil // says itself what it holds
	}
	asText := *a
	asText.Columns = nil
	for _, c := range a.Columns {
		c.Type = "varchar"
		asText.Columns = append(asText.Columns, c)
	}
	scan, err := scanOf(&asText)
	if err != nil {
		return err
	}
	var doubles []int
	var parts []string
	for i, c := range a.Columns {
		if c.Type == "double" {
			q := Quote(c.Name)
			doubles = append(doubles, i)
			parts = append(parts, "bool_and(regexp_full_match(trim("+q+"), '[-+]?[0-9]{1,12}(\\.[0-9]{1,6})?'))", "max(length(regexp_extract(trim("+q+"), '\\.([0-9]+)$', 1)))")
		}
	}
	if len(doubles) == 0 {
		return nil
	}
	set, err := e.run(ctx, request{SQL: "SELECT " + strings.Join(parts, ", ") + " FROM " + scan, MaxRows: 1})
	if err != nil {
		return fileError(a, err)
	}
	for k, i := range doubles {
		if exact, _ := set.Rows[0][2*k].(bool); exact {
			a.Columns[i].Type = fmt.Sprintf("decimal(18,%d)", integer(set.Rows[0][2*k+1]))
		}
	}
	return nil
}

var csvLine = regexp.MustCompile(`(?s)CSV Error on Line: (\d+)`)
var csvColumns = regexp.MustCompile(`Expected Number of Columns: (\d+) Found: (\d+)`)
var csvConvert = regexp.MustCompile(`Error when converting column "([^"]*)"\. (?:Could not convert string )?"?([^"\n]*)"?`)

// fileError says what is wrong with a file and where, in words for people.
func fileError(a *catalog.Asset, err error) error {
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	where := strings.Join(a.Source.Files, ", ")
	if m := csvLine.FindStringSubmatch(failed.Detail); m != nil {
		where += ", line " + m[1]
	}
	switch {
	case csvColumns.MatchString(failed.Detail):
		m := csvColumns.FindStringSubmatch(failed.Detail)
		return fmt.Errorf("%s: %s columns were expected, %s found", where, m[1], m[2])
	case csvConvert.MatchString(failed.Detail):
		m := csvConvert.FindStringSubmatch(failed.Detail)
		return fmt.Errorf("%s: column %s holds %q, which is of another kind than the rest", where, m[1], m[2])
	case a.Source.Format == "parquet":
		return fmt.Errorf("%s: the file is cut short, or no Parquet file", where)
	}
	first, _, _ := strings.Cut(failed.Detail, "\n")
	return fmt.Errorf("%s: %s", where, first)
}

func fileList(a *catalog.Asset) string {
	var files []string
	for _, f := range a.Source.Files {
		files = append(files, Literal(f))
	}
	return "[" + strings.Join(files, ", ") + "]"
}

func (e *Engine) sniffCSV(ctx context.Context, a *catalog.Asset) error {
	set, err := e.run(ctx, request{SQL: "SELECT Delimiter, HasHeader FROM sniff_csv(" + Literal(a.Source.Files[0]) + ", sample_size = -1)", MaxRows: 1})
	if err != nil {
		return fileError(a, err)
	}
	a.Source.Delim, _ = set.Rows[0][0].(string)
	a.Source.Header, _ = set.Rows[0][1].(bool)
	return e.describeScan(ctx, a, fmt.Sprintf("read_csv(%s, delim = %s, header = %t, sample_size = -1, null_padding = false, ignore_errors = false)", fileList(a), Literal(a.Source.Delim), a.Source.Header))
}

// describeScan takes the columns of a table function's own guess.
func (e *Engine) describeScan(ctx context.Context, a *catalog.Asset, scan string) error {
	set, err := e.run(ctx, request{SQL: "DESCRIBE SELECT * FROM " + scan, MaxRows: -1})
	if err != nil {
		return fileError(a, err)
	}
	for _, r := range set.Rows {
		name, _ := r[0].(string)
		typ, _ := r[1].(string)
		a.Columns = append(a.Columns, catalog.Column{Name: name, Type: TrinoType(typ)})
	}
	return nil
}

// ColumnProfile is what the values of a column look like.
type ColumnProfile struct {
	Name     string
	Nulls    int64
	Distinct int64 // exact
	Min, Max string
	Samples  []string
}

// Profile counts the distinct values of every column over at most limit rows of a table.
func (e *Engine) Profile(ctx context.Context, a *catalog.Asset, limit int) (n int64, out []ColumnProfile, err error) {
	scan, err := scanOf(a)
	if err != nil {
		return 0, nil, err
	}
	var parts []string
	for _, c := range a.Columns {
		q := Quote(c.Name)
		parts = append(parts, "count("+q+")", "count(DISTINCT "+q+")", "CAST(min("+q+") AS VARCHAR)", "CAST(max("+q+") AS VARCHAR)")
	}
	set, err := e.run(ctx, request{SQL: fmt.Sprintf("SELECT count(*), %s FROM (SELECT * FROM %s LIMIT %d)", strings.Join(parts, ", "), scan, limit), MaxRows: 1})
	if err != nil {
		return 0, nil, fmt.Errorf("profiling %s: %w", a.Name, err)
	}
	r := set.Rows[0]
	n = integer(r[0])
	for i, c := range a.Columns {
		p := ColumnProfile{Name: c.Name, Nulls: n - integer(r[1+4*i]), Distinct: integer(r[2+4*i])}
		p.Min, _ = r[3+4*i].(string)
		p.Max, _ = r[4+4*i].(string)
		out = append(out, p)
	}
	return n, out, nil
}

// Included says which share of the distinct values of one column occur in another, over at most limit
// values; 1 when there are none.
func (e *Engine) Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error) {
	a, err := scanOf(from)
	if err != nil {
		return 0, err
	}
	b, err := scanOf(to)
	if err != nil {
		return 0, err
	}
	c, t := Quote(column), Quote(target)
	sql := fmt.Sprintf("SELECT count(*), count(*) FILTER (v IN (SELECT CAST(%s AS VARCHAR) FROM %s)) FROM (SELECT DISTINCT CAST(%s AS VARCHAR) AS v FROM %s WHERE %s IS NOT NULL LIMIT %d)", t, b, c, a, c, limit)
	set, err := e.run(ctx, request{SQL: sql, MaxRows: 1})
	if err != nil {
		return 0, fmt.Errorf("comparing %s.%s with %s.%s: %w", from.Name, column, to.Name, target, err)
	}
	all, in := integer(set.Rows[0][0]), integer(set.Rows[0][1])
	if all == 0 {
		return 1, nil
	}
	return float64(in) / float64(all), nil
}

func integer(v rows.Value) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case decimal.Decimal:
		return v.Unscaled().Int64()
	}
	return 0
}
