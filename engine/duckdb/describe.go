package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
)

// Describe fills in an asset's columns and number of rows from its files. Columns that are set already
// are kept: a text file's types were decided when the workspace was made.
func (e *Engine) Describe(ctx context.Context, a *catalog.Asset) error {
	if len(a.Columns) == 0 {
		scan, err := scanOf(a)
		if err != nil {
			return err
		}
		set, err := e.run(ctx, request{SQL: "DESCRIBE SELECT * FROM " + scan, MaxRows: -1})
		if err != nil {
			return fileError(a, err)
		}
		for _, r := range set.Rows {
			name, _ := r[0].(string)
			typ, _ := r[1].(string)
			a.Columns = append(a.Columns, catalog.Column{Name: name, Type: TrinoType(typ)})
		}
	}
	n, err := e.count(ctx, a)
	if err != nil {
		return fileError(a, err)
	}
	a.Rows = n
	return nil
}

func (e *Engine) count(ctx context.Context, a *catalog.Asset) (int64, error) {
	scan, err := scanOf(a)
	if err != nil {
		return 0, err
	}
	sql := "SELECT count(*) FROM " + scan
	if a.Source.Format == "parquet" {
		sql = strings.Replace("SELECT sum(num_rows) FROM "+scan, "read_parquet", "parquet_file_metadata", 1)
	}
	set, err := e.run(ctx, request{SQL: sql, MaxRows: 1})
	if err != nil {
		return 0, err
	}
	switch n := set.Rows[0][0].(type) {
	case int64:
		return n, nil
	case decimal.Decimal:
		return n.Unscaled().Int64(), nil
	}
	return 0, nil
}

// Range returns the first and last value of a date or timestamp column, as dates in ISO 8601; empty
// when the table has no rows.
func (e *Engine) Range(ctx context.Context, a *catalog.Asset, column string) (first, last string, err error) {
	scan, err := scanOf(a)
	if err != nil {
		return "", "", err
	}
	c := Quote(column)
	set, err := e.run(ctx, request{SQL: "SELECT CAST(min(" + c + ") AS DATE), CAST(max(" + c + ") AS DATE) FROM " + scan, Types: []string{"date", "date"}, MaxRows: 1})
	if err != nil {
		return "", "", fmt.Errorf("reading the range of %s.%s: %w", a.Name, column, err)
	}
	first, _ = set.Rows[0][0].(string)
	last, _ = set.Rows[0][1].(string)
	return first, last, nil
}

// Distinct returns up to limit distinct values of a text column, and whether there are more.
func (e *Engine) Distinct(ctx context.Context, a *catalog.Asset, column string, limit int) (values []string, more bool, err error) {
	scan, err := scanOf(a)
	if err != nil {
		return nil, false, err
	}
	c := Quote(column)
	set, err := e.run(ctx, request{SQL: fmt.Sprintf("SELECT DISTINCT CAST(%s AS VARCHAR) AS v FROM %s WHERE %s IS NOT NULL ORDER BY v", c, scan, c), Types: []string{"varchar"}, MaxRows: limit})
	if err != nil {
		return nil, false, fmt.Errorf("reading the values of %s.%s: %w", a.Name, column, err)
	}
	for _, r := range set.Rows {
		if s, ok := r[0].(string); ok {
			values = append(values, s)
		}
	}
	return values, set.Truncated, nil
}
