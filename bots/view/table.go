package view

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/figure"
)

// Null is how a missing value is shown.
const Null = "–"

// Table is the result as text. Rows are written when they are asked for, since a surface shows few of
// what may be ten thousand; the outcome must not change meanwhile.
type Table struct {
	Columns   []Column
	Count     int  // of rows
	Truncated bool // the engine had more rows than were fetched
	rows      answer.Rows
	format    *format
}

// Rows writes at most limit rows from the first; all of them when limit is 0.
func (t Table) Rows(limit int) [][]Cell {
	n := t.Count
	if limit > 0 {
		n = min(n, limit)
	}
	out := make([][]Cell, n)
	for r := range out {
		out[r] = make([]Cell, len(t.Columns))
		for i := range out[r] {
			out[r][i] = Cell{Text: Null, Null: true}
			if i < len(t.rows[r]) {
				out[r][i] = t.format.cell(i, t.rows[r][i])
			}
		}
	}
	return out
}

// Column heads a column. Number says that its cells align at the right; Time that they are dates or
// times. Cells of neither kind may be shortened where there is no room.
type Column struct {
	Title  string
	Note   string // what it means, one sentence; may be empty
	Role   string // as answer.Column has it
	Number bool
	Time   bool
}

// Cell is a value as people read it.
type Cell struct {
	Text string
	Null bool
}

func table(o *answer.Outcome) Table {
	f := newFormat(o)
	t := Table{Count: len(o.Rows), Truncated: o.Truncated, rows: o.Rows, format: f}
	for i, c := range o.Columns {
		t.Columns = append(t.Columns, Column{Title: f.title(i), Note: Clean(c.Description), Role: c.Role, Number: f.number[i], Time: isTime(c)})
	}
	return t
}

// format knows how the cells of each column are written.
type format struct {
	columns []answer.Column
	number  []bool // aligned at the right
	signed  []bool // a change: a plus stands before what grew
}

func newFormat(o *answer.Outcome) *format {
	f := &format{columns: o.Columns}
	compared := false
	for _, c := range o.Columns {
		compared = compared || c.Role == "prior"
	}
	for _, c := range o.Columns {
		f.number = append(f.number, numeric(c.Type) && !identifier(c))
		// A percent beside a prior value is growth; beside a target it is attainment, which has no sign.
		f.signed = append(f.signed, c.Role == "change" || c.Role == "percent" && compared)
	}
	return f
}

// identifier says that a column's digits name something: they are neither grouped nor aligned.
func identifier(c answer.Column) bool {
	return c.Unit == nil && (c.Role == "dimension" || c.Role == "attribute") && !strings.HasPrefix(c.Type, "decimal") && c.Type != "double" && c.Type != "real"
}

func numeric(typ string) bool {
	base, _, _ := strings.Cut(typ, "(")
	switch base {
	case "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal":
		return true
	}
	return false
}

// title is the column's title for people, with the unit where the cells do not show it.
func (f *format) title(i int) string {
	c := f.columns[i]
	title := Clean(c.Title)
	if strings.TrimSpace(title) == "" {
		title = capital(strings.ReplaceAll(Clean(c.Name), "_", " "))
	}
	u := Clean(unit(c))
	if u == "" || inCell[u] || figure.Money(u) || !f.number[i] || strings.Contains(strings.ToLower(title), strings.ToLower(u)) {
		return title
	}
	return title + " (" + u + ")"
}

// inCell are units that each cell shows, or that say nothing.
var inCell = map[string]bool{"percent": true, "points": true, "count": true, "ratio": true}

func unit(c answer.Column) string {
	if c.Unit == nil {
		return ""
	}
	return *c.Unit
}

// cell writes one value: exact, with its currency.
func (f *format) cell(i int, v any) Cell {
	c := f.columns[i]
	if v == nil {
		return Cell{Text: Null, Null: true}
	}
	d, ok := number(v)
	if !ok || !f.number[i] {
		return Cell{Text: f.text(c, v)}
	}
	text := f.exact(c, d)
	if f.signed[i] && d.Sign() > 0 {
		text = "+" + text
	}
	return Cell{Text: text}
}

func (f *format) exact(c answer.Column, d decimal.Decimal) string {
	if unit(c) == "points" {
		return figure.Points(d)
	}
	return Clean(figure.Exact(d, unit(c), c.Scale))
}

// magnitudes are written as an axis has them.
var magnitudes = strings.NewReplacer(" trillion", "T", " billion", "B", " million", "M", " thousand", "K")

// short is a value as a label of a chart, rounded: "$412.3M"; the chart's title names units that are words.
func short(c answer.Column, d decimal.Decimal) string {
	switch u := unit(c); {
	case u == "points":
		return figure.Points(d)
	case u == "percent" || figure.Money(u):
		return magnitudes.Replace(figure.Short(d, u))
	}
	return magnitudes.Replace(figure.Short(d, ""))
}

// number is a finite numeric value as an exact decimal. A float is taken at its shortest decimal form.
func number(v any) (decimal.Decimal, bool) {
	switch v := v.(type) {
	case decimal.Decimal:
		return v, true
	case int64:
		return decimal.New(v, 0), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) >= 1e21 || v != 0 && math.Abs(v) < 1e-12 {
			return decimal.Decimal{}, false
		}
		d, err := decimal.Parse(strconv.FormatFloat(v, 'f', -1, 64))
		return d, err == nil
	}
	return decimal.Decimal{}, false
}

// text writes what is not a number to be read as an amount.
func (f *format) text(c answer.Column, v any) string {
	switch v := v.(type) {
	case string:
		return Clean(dated(c, v))
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int64:
		return strconv.FormatInt(v, 10)
	case decimal.Decimal:
		return v.String()
	case float64:
		switch {
		case math.IsNaN(v):
			return "not a number"
		case math.IsInf(v, 1):
			return "infinite"
		case math.IsInf(v, -1):
			return "-infinite"
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []byte:
		return "0x" + hex.EncodeToString(v)
	}
	raw, err := nested(v)
	if err != nil {
		return Clean(fmt.Sprint(v))
	}
	return Clean(raw)
}

// nested writes arrays, rows and maps as the answer's JSON has them.
func nested(v any) (string, error) {
	raw, err := (answer.Rows{{v}}).MarshalJSON()
	if err != nil {
		return "", err
	}
	var rows [][]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return "", err
	}
	return string(rows[0][0]), nil
}

func isTime(c answer.Column) bool {
	return c.Type == "date" || strings.HasPrefix(c.Type, "timestamp") || c.Role == "time"
}

// dated writes dates and times for people: a grain's first day by the grain's name, others as "2 Jan
// 2026" and "2 Jan 2026 15:04". Text that is no date of a date's column stays as it is.
func dated(c answer.Column, s string) string {
	timed := isTime(c)
	if !timed && c.Role != "attribute" { // the catalog's own answers hold dates as text
		return s
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return c.PeriodLabel(t)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return moment(t.UTC())
	}
	if len(s) < len(time.DateTime) || !timed {
		return s
	}
	t, err := time.Parse(time.DateTime, strings.Replace(s[:len(time.DateTime)], "T", " ", 1))
	if err != nil {
		return s
	}
	_, zone, zoned := strings.Cut(s[len(time.DateTime):], " ") // parts of a second are left out
	if c.Grain != "" && t.Hour()+t.Minute()+t.Second() == 0 {
		return c.PeriodLabel(t)
	}
	out := t.Format("2 Jan 2006 15:04")
	if t.Second() != 0 {
		out = t.Format("2 Jan 2006 15:04:05")
	}
	if zoned {
		out += " " + zone
	}
	return out
}

func moment(t time.Time) string { return t.Format("2 Jan 2006 15:04 MST") }

// capital starts a text with a capital letter.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// count is "1 row", "2 rows"; with two empty words it is the number alone.
func count(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return strings.TrimSpace(strconv.Itoa(n) + " " + many)
}
