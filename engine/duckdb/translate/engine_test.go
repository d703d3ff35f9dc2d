package translate_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"github.com/limn-data/limn/engine/duckdb/native"
	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// engine is a DuckDB in this process with the catalog of its tables; tests alone open one.
type engine struct {
	conn    *sql.Conn
	catalog check.Catalog
	zone    string
	refused atomic.Pointer[error] // by a function of ours
}

func open(t testing.TB) *engine {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	e := &engine{conn: conn, catalog: check.Tables(), zone: "UTC"}
	if err := native.Register(conn, func(err error) { e.refused.Store(&err) }); err != nil {
		t.Fatal(err)
	}
	e.exec(t, "SET TimeZone = 'UTC'")
	return e
}

func (e *engine) exec(t testing.TB, statement string) {
	t.Helper()
	if _, err := e.conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// clock is the pinned time of all tests.
var clock = time.Date(2026, 11, 22, 12, 30, 45, 123_000_000, time.UTC)

// answer is what a query gave: rows of canonical texts, or one of the three ways to fail.
type answer struct {
	info    *check.Info
	sql     string
	rows    [][]string
	problem *check.Problem         // the checker's
	refused *translate.Unsupported // the translation's
	failed  *translate.EngineError // DuckDB's while it ran, in Trino's terms
	err     error                  // DuckDB's own words
}

func (e *engine) ask(t testing.TB, query, catalog string) (a answer) {
	t.Helper()
	stmt, err := parse.Statement(query)
	if err != nil {
		return answer{problem: &check.Problem{Code: check.SyntaxError, Message: err.Error()}}
	}
	info, problems := check.Check(stmt, e.catalog, check.Session{Catalog: catalog, Schema: "tiny"})
	if len(problems) > 0 {
		return answer{problem: &problems[0]}
	}
	a.info = info
	a.sql, err = translate.Query(stmt.(*ast.Query), info, translate.Options{Now: clock, Zone: e.zone})
	if errors.As(err, &a.refused) {
		return a
	} else if err != nil {
		t.Fatal(err)
	}
	e.refused.Store(nil)
	a.rows, a.err = e.rows(a.sql, info.Columns)
	if r := e.refused.Load(); a.err == nil && r != nil && strings.Contains(a.sql, "TRY(") { // as a worker does
		a.err = *r
	}
	a.failed = translate.Error(a.err)
	return a
}

func (e *engine) rows(statement string, cols []*check.Column) (all [][]string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rows, err := e.conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range ptrs {
		ptrs[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		row := make([]string, len(cols))
		for i, v := range values {
			row[i] = e.canonical(v, cols[i].Type)
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// canonical writes a value of DuckDB's driver as Trino's protocol does, exactly; the kind of the Go
// value must be the one that the Trino type is held in.
func (e *engine) canonical(v any, t types.Type) string {
	if v == nil {
		return "NULL"
	}
	wrong := fmt.Sprintf("!%T of %s: %v", v, t, v)
	switch t.Kind() {
	case types.Boolean:
		if b, ok := v.(bool); ok {
			return strconv.FormatBool(b)
		}
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		want := map[types.Kind]reflect.Kind{types.Tinyint: reflect.Int8, types.Smallint: reflect.Int16, types.Integer: reflect.Int32, types.Bigint: reflect.Int64}
		if r := reflect.ValueOf(v); r.Kind() == want[t.Kind()] {
			return strconv.FormatInt(r.Int(), 10)
		}
	case types.Real:
		if f, ok := v.(float32); ok {
			if f := float64(f); math.IsNaN(f) || math.IsInf(f, 0) {
				return float(f)
			}
			return strconv.FormatFloat(float64(f), 'g', -1, 32)
		}
	case types.Double:
		if f, ok := v.(float64); ok {
			return float(f)
		}
	case types.Decimal:
		if d, ok := v.(duckdb.Decimal); ok && int(d.Scale) == t.Scale() && int(d.Width) == t.Precision() {
			return decimalText(d.Value, t.Scale())
		}
	case types.Varchar:
		if s, ok := v.(string); ok {
			return "'" + s
		}
	case types.JSON:
		if s, ok := v.(string); ok {
			return "'" + s
		}
	case types.Char:
		if s, ok := v.(string); ok {
			return "'" + s + strings.Repeat(" ", max(0, t.Length()-len([]rune(s))))
		}
	case types.Varbinary:
		if b, ok := v.([]byte); ok {
			return "'" + base64.StdEncoding.EncodeToString(b)
		}
	case types.UUID:
		if u, ok := v.(duckdb.UUID); ok {
			return "'" + u.String()
		}
		if u, ok := v.([]byte); ok && len(u) == 16 {
			return fmt.Sprintf("'%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
		}
	case types.Date:
		if d, ok := v.(time.Time); ok {
			return "'" + plus(d) + d.Format("2006-01-02")
		}
	case types.Time:
		if d, ok := v.(time.Time); ok {
			return "'" + d.Format(layout("15:04:05", t.Precision()))
		}
	case types.Timestamp:
		if d, ok := v.(time.Time); ok {
			return "'" + plus(d) + d.Format(layout("2006-01-02 15:04:05", t.Precision()))
		}
	case types.TimeTZ: // leaves as text
		if s, ok := v.(string); ok {
			return "'" + s
		}
	case types.TimestampTZ:
		if s, ok := v.(string); ok { // in another zone than the session's
			return "'" + s
		}
		if d, ok := v.(time.Time); ok {
			zone, err := time.LoadLocation(e.zone)
			if err != nil {
				return err.Error()
			}
			return "'" + d.In(zone).Format(layout("2006-01-02 15:04:05", t.Precision())) + " " + e.zone
		}
	case types.IntervalDaySecond:
		if d, ok := v.(duckdb.Interval); ok && d.Months == 0 {
			ms := int64(d.Days)*86_400_000 + d.Micros/1000
			sign := ""
			if ms < 0 {
				sign, ms = "-", -ms
			}
			return fmt.Sprintf("'%s%d %02d:%02d:%02d.%03d", sign, ms/86_400_000, ms/3_600_000%24, ms/60_000%60, ms/1000%60, ms%1000)
		}
	case types.IntervalYearMonth:
		if d, ok := v.(duckdb.Interval); ok && d.Days == 0 && d.Micros == 0 {
			sign, m := "", d.Months
			if m < 0 {
				sign, m = "-", -m
			}
			return fmt.Sprintf("'%s%d-%d", sign, m/12, m%12)
		}
	case types.Array:
		if list, ok := v.([]any); ok {
			out := make([]string, len(list))
			for i, x := range list {
				out[i] = e.canonical(x, t.Elem(0))
			}
			return "[" + strings.Join(out, ", ") + "]"
		}
	case types.Row:
		if m, ok := v.(map[string]any); ok && len(m) == t.NumElems() {
			out := make([]string, len(m))
			for i := range out {
				out[i] = e.canonical(m[fmt.Sprintf("f%d", i+1)], t.Elem(i))
			}
			return "[" + strings.Join(out, ", ") + "]"
		}
	case types.Map:
		pairs := []string{}
		switch m := v.(type) {
		case duckdb.OrderedMap:
			for i, k := range m.Keys() {
				pairs = append(pairs, strings.TrimPrefix(e.canonical(k, t.Elem(0)), "'")+": "+e.canonical(m.Values()[i], t.Elem(1)))
			}
		case duckdb.Map:
			for k, x := range m {
				pairs = append(pairs, strings.TrimPrefix(e.canonical(k, t.Elem(0)), "'")+": "+e.canonical(x, t.Elem(1)))
			}
		default:
			return wrong
		}
		sort.Strings(pairs)
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return wrong
}

// plus is before years of more than four digits.
func plus(d time.Time) string {
	if d.Year() > 9999 {
		return "+"
	}
	return ""
}

func layout(base string, digits int) string {
	if digits == 0 {
		return base
	}
	return base + "." + strings.Repeat("0", digits)
}

func float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func decimalText(v *big.Int, scale int) string {
	text := new(big.Int).Abs(v).String()
	if len(text) <= scale {
		text = strings.Repeat("0", scale-len(text)+1) + text
	}
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if v.Sign() < 0 {
		text = "-" + text
	}
	return text
}

// recordedAnswer writes a value of Trino's protocol in the same way.
func recordedAnswer(v any, t types.Type) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		if t.Kind() == types.Double || t.Kind() == types.Real {
			f, _ := x.Float64()
			return float(f)
		}
		return x.String()
	case string:
		if t.Kind() == types.Decimal || t.Kind() == types.Double || t.Kind() == types.Real {
			return x
		}
		return "'" + x
	case []any:
		out := make([]string, len(x))
		for i := range x {
			e := types.Type{}
			if t.Kind() == types.Array {
				e = t.Elem(0)
			} else if t.Kind() == types.Row && i < t.NumElems() {
				e = t.Elem(i)
			}
			out[i] = recordedAnswer(x[i], e)
		}
		return "[" + strings.Join(out, ", ") + "]"
	case map[string]any:
		pairs := []string{}
		for k, y := range x {
			e := types.Type{}
			if t.Kind() == types.Map {
				e = t.Elem(1)
			}
			pairs = append(pairs, k+": "+recordedAnswer(y, e))
		}
		sort.Strings(pairs)
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return fmt.Sprintf("!%T", v)
}

// sameCell compares exactly, doubles to a relative 1e-9 and reals to their own digits.
func sameCell(a, b string, t types.Type) bool {
	if a == b {
		return true
	}
	if k := t.Kind(); k != types.Double && k != types.Real {
		if holdsFloat(t) {
			return sameNumbersWithin(a, b)
		}
		return false
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 != nil || err2 != nil || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return false
	}
	limit := 1e-9
	if t.Kind() == types.Real {
		limit = 1e-6
	}
	return math.Abs(x-y) <= limit*math.Max(math.Abs(x), math.Abs(y))
}

func holdsFloat(t types.Type) bool {
	for i := range t.NumElems() {
		if k := t.Elem(i).Kind(); k == types.Double || k == types.Real || holdsFloat(t.Elem(i)) {
			return true
		}
	}
	return false
}

// sameNumbersWithin compares composite values part by part.
func sameNumbersWithin(a, b string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("[]{},: ", r) })
	}
	x, y := split(a), split(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !sameCell(x[i], y[i], types.Of(types.Real)) { // whichever it is
			return false
		}
	}
	return true
}

// nearCell lets numbers differ by four standard errors of approx_distinct.
func nearCell(a, b string, t types.Type) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return sameCell(a, b, t) || err1 == nil && err2 == nil && math.Abs(x-y) <= 4*0.023*y
}

func sameRow(a, b []string, cols []*check.Column, same func(a, b string, t types.Type) bool) bool {
	for i := range cols {
		if !same(a[i], b[i], cols[i].Type) {
			return false
		}
	}
	return len(a) == len(b)
}

// sameRows compares as bags. It says what differs, or nothing.
func sameRows(got, want [][]string, cols []*check.Column, same func(a, b string, t types.Type) bool) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	used := make([]bool, len(got))
	for _, w := range want {
		found := false
		for i, g := range got {
			if !used[i] && sameRow(g, w, cols, same) {
				used[i], found = true, true
				break
			}
		}
		if !found {
			near := ""
			for i, g := range got {
				if !used[i] {
					near = fmt.Sprint(g)
					break
				}
			}
			return fmt.Sprintf("no row %v; one left over is %s", w, near)
		}
	}
	return ""
}
