// Package enginetest is the contract that every engine keeps: the same checked query over the same rows
// gives the same columns and values, is cut where asked, says faults by the same codes, ends when it is
// cancelled, and leaves nothing behind. The engines' own tests call Run.
package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/rows"
)

// Query is a checked statement as engines get it.
type Query struct {
	SQL     string
	Tree    *ast.Query
	Info    *check.Info
	Tables  []*catalog.Asset
	MaxRows int
}

// Table is what an engine is asked to hold: columns with Trino's types, and rows as SQL literals.
type Table struct {
	Name    string
	Columns []catalog.Column
	Rows    [][]string // of SQL literals, for engines that take INSERT
	JSON    []string   // the same rows as JSON lines, for engines over files
}

// Engine is an engine under test.
type Engine struct {
	Run      func(ctx context.Context, q Query) (*rows.Set, error)
	Load     func(t *testing.T, table Table) *catalog.Asset // makes the table for the time of the test
	Range    func(ctx context.Context, a *catalog.Asset, column string) (first, last string, err error)
	Distinct func(ctx context.Context, a *catalog.Asset, column string, limit int) ([]string, bool, error)
	Profile  func(ctx context.Context, a *catalog.Asset, limit int) (rows int64, columns []Profile, err error)
	Included func(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error)
	Code     func(error) string // of the engine's own kind of error, empty for any other
}

// Profile is what an engine says of a column's values.
type Profile struct {
	Nulls, Distinct int64
	Min, Max        string
}

func sales() Table {
	t := Table{Name: "sales", Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "region", Type: "varchar"}, {Name: "amount", Type: "decimal(12,2)"},
		{Name: "day", Type: "date"}, {Name: "at", Type: "timestamp(3)"}, {Name: "rate", Type: "double"}, {Name: "paid", Type: "boolean"}}}
	for _, r := range []struct {
		id                                  int
		region, amount, day, at, rate, paid string
	}{
		{1, "EMEA", "10.00", "2026-01-31", "2026-01-31 23:59:59.999", "0.1", "true"},
		{2, "EMEA", "0.01", "2026-02-28", "2026-02-28 00:00:00.000", "1e300", "false"},
		{3, "APAC", "-5.50", "2024-02-29", "2024-02-29 12:00:00.001", "-2.5", "true"},
		{4, "Amériques 🌍", "9999999999.99", "2026-03-29", "2026-03-29 02:30:00.000", "0.3", ""},
		{5, "", "0.00", "1999-12-31", "1999-12-31 01:02:03.004", "", "false"},
		{6, "it's", "", "2026-12-31", "2026-10-25 02:30:00.000", "3", "true"},
	} {
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
		typed := func(f, s string) string {
			if s == "" {
				return "NULL"
			}
			return fmt.Sprintf(f, s)
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.id), quote(r.region), typed("DECIMAL '%s'", r.amount), typed("DATE '%s'", r.day), typed("TIMESTAMP '%s'", r.at), typed("DOUBLE '%s'", r.rate), typed("%s", r.paid)})
		raw := func(s string) json.RawMessage { return json.RawMessage(typed("%s", strings.ToLower(s))) }
		null := func(m json.RawMessage) json.RawMessage {
			if string(m) == "NULL" {
				return json.RawMessage("null")
			}
			return m
		}
		line, err := json.Marshal(map[string]any{"id": r.id, "region": r.region, "amount": null(raw(r.amount)), "day": r.day, "at": r.at, "rate": null(raw(r.rate)), "paid": null(raw(r.paid))})
		if err != nil {
			panic(err)
		}
		t.JSON = append(t.JSON, string(line))
	}
	return t
}

func regions() Table {
	t := Table{Name: "regions", Columns: []catalog.Column{{Name: "region", Type: "varchar"}, {Name: "boss", Type: "varchar"}}}
	for _, r := range [][2]string{{"EMEA", "Ann"}, {"APAC", "Bo"}, {"LATAM", "Cy"}} {
		t.Rows = append(t.Rows, []string{"'" + r[0] + "'", "'" + r[1] + "'"})
		t.JSON = append(t.JSON, fmt.Sprintf(`{"region":%q,"boss":%q}`, r[0], r[1]))
	}
	return t
}

func dec(s string) rows.Value { return decimal.MustParse(s) }

// results are queries with what every engine must give. % stands for the schema of the tables.
var results = []struct {
	name, sql, types string
	rows             [][]rows.Value
}{
	{"values as they are", "SELECT * FROM %.sales WHERE id IN (1, 4) ORDER BY id", "bigint varchar decimal(12,2) date timestamp(3) double boolean", [][]rows.Value{
		{int64(1), "EMEA", dec("10.00"), "2026-01-31", "2026-01-31T23:59:59.999", 0.1, true},
		{int64(4), "Amériques 🌍", dec("9999999999.99"), "2026-03-29", "2026-03-29T02:30:00.000", 0.3, nil}}},
	{"a wall clock that is skipped or doubled somewhere", "SELECT at FROM %.sales WHERE id IN (4, 6) ORDER BY id", "timestamp(3)", [][]rows.Value{{"2026-03-29T02:30:00.000"}, {"2026-10-25T02:30:00.000"}}},
	{"sums stay decimal", "SELECT sum(amount) AS s, count(*) AS n, count(amount) AS m FROM %.sales", "decimal(38,2) bigint bigint", [][]rows.Value{{dec("10000000004.50"), int64(6), int64(5)}}},
	{"averages keep the scale", "SELECT avg(amount) AS a FROM %.sales WHERE region = 'EMEA'", "decimal(12,2)", [][]rows.Value{{dec("5.01")}}},
	{"division of decimals", "SELECT DECIMAL '1.00' / 3 AS x, CAST(10 AS bigint) / 4 AS y, 7 % 4 AS z", "decimal(14,13) bigint integer", [][]rows.Value{{dec("0.3333333333333"), int64(2), int64(3)}}},
	{"nulls sort last", "SELECT amount FROM %.sales ORDER BY amount DESC", "decimal(12,2)", [][]rows.Value{{dec("9999999999.99")}, {dec("10.00")}, {dec("0.01")}, {dec("0.00")}, {dec("-5.50")}, {nil}}},
	{"groups and joins", "SELECT r.boss, sum(s.amount) AS a FROM %.regions r LEFT JOIN %.sales s ON s.region = r.region GROUP BY r.boss ORDER BY r.boss", "varchar decimal(38,2)", [][]rows.Value{{"Ann", dec("10.01")}, {"Bo", dec("-5.50")}, {"Cy", nil}}},
	{"months", "SELECT date_trunc('month', day) AS m, count(*) AS n FROM %.sales WHERE day >= DATE '2026-01-01' GROUP BY 1 ORDER BY 1", "date bigint", [][]rows.Value{{"2026-01-01", int64(1)}, {"2026-02-01", int64(1)}, {"2026-03-01", int64(1)}, {"2026-12-01", int64(1)}}},
	{"days apart", "SELECT date_diff('day', DATE '2024-02-28', DATE '2024-03-01') AS d, date_add('month', 1, DATE '2026-01-31') AS m", "bigint date", [][]rows.Value{{int64(2), "2026-02-28"}}},
	{"windows", "SELECT id, sum(id) OVER (PARTITION BY region ORDER BY id) AS r FROM %.sales WHERE region = 'EMEA' ORDER BY id", "bigint bigint", [][]rows.Value{{int64(1), int64(1)}, {int64(2), int64(3)}}},
	{"text", "SELECT length(region) AS n, upper(region) AS u, region || '!' AS c FROM %.sales WHERE id IN (4, 5) ORDER BY id", "bigint varchar varchar", [][]rows.Value{{int64(11), "AMÉRIQUES 🌍", "Amériques 🌍!"}, {int64(0), "", "!"}}},
	{"lists", "SELECT ARRAY[1, NULL, 3] AS a, ARRAY[DECIMAL '1.50', DECIMAL '2.00'] AS d, ARRAY[DATE '2026-01-01'] AS t", "array(integer) array(decimal(3,2)) array(date)", [][]rows.Value{{[]rows.Value{int64(1), nil, int64(3)}, []rows.Value{dec("1.50"), dec("2.00")}, []rows.Value{"2026-01-01"}}}},
	{"numbers that are none", "SELECT nan() AS n, infinity() AS i, -infinity() AS m", "double double double", [][]rows.Value{{"NaN", "Infinity", "-Infinity"}}},
	{"a time keeps its zone", "SELECT TIMESTAMP '2026-07-01 12:00:00.000 Europe/Paris' AS z, TIMESTAMP '2026-07-01 12:00:00 UTC' AS u, TIME '12:00:00.5+05:30' AS t, ARRAY[TIMESTAMP '2026-01-01 12:00:00 UTC'] AS l",
		"timestamp(3) with time zone timestamp(0) with time zone time(1) with time zone array(timestamp(0) with time zone)", [][]rows.Value{{"2026-07-01T12:00:00.000+02:00", "2026-07-01T12:00:00Z", "12:00:00.5+05:30", []rows.Value{"2026-01-01T12:00:00Z"}}}},
	{"times within lists", "SELECT ARRAY[TIMESTAMP '2026-01-01 12:00:00.120', NULL] AS l, MAP(ARRAY[DATE '2026-01-01'], ARRAY[TIME '01:02:03']) AS m", "array(timestamp(3)) map(date, time(0))",
		[][]rows.Value{{[]rows.Value{"2026-01-01T12:00:00.120", nil}, rows.Map{{Key: "2026-01-01", Value: "01:02:03"}}}}},
	{"rows", "SELECT ROW(1, 'x', DECIMAL '1.50') AS r, ARRAY[ROW(DATE '2026-01-01', true)] AS l", "row(integer, varchar(1), decimal(3,2)) array(row(date, boolean))", [][]rows.Value{{[]rows.Value{int64(1), "x", dec("1.50")}, []rows.Value{[]rows.Value{"2026-01-01", true}}}}},
	{"intervals", "SELECT INTERVAL '1' DAY AS d, INTERVAL '14' MONTH AS m", "interval day to second interval year to month", [][]rows.Value{{"1 00:00:00.000", "1-2"}}},
	{"bytes", "SELECT to_utf8('é') AS b", "varbinary", [][]rows.Value{{[]byte("é")}}},
	{"no rows", "SELECT id, amount FROM %.sales WHERE id < 0", "bigint decimal(12,2)", nil},
	{"names in another case", "SELECT ID AS \"Id\" FROM %.SALES WHERE Region = 'APAC'", "bigint", [][]rows.Value{{int64(3)}}},
	{"nulls in a list of values", "SELECT count(*) AS n FROM %.sales WHERE paid IN (true, NULL)", "bigint", [][]rows.Value{{int64(3)}}},
	{"distinct and set operations", "SELECT region FROM %.sales INTERSECT SELECT region FROM %.regions ORDER BY 1", "varchar", [][]rows.Value{{"APAC"}, {"EMEA"}}},
	{"a big whole number", "SELECT BIGINT '9223372036854775807' AS n", "bigint", [][]rows.Value{{int64(9223372036854775807)}}},
}

// faults are queries that fail while they run, with Trino's name of why.
var faults = []struct{ sql, code string }{
	{"SELECT 1 / (id - id) AS x FROM %.sales", "DIVISION_BY_ZERO"},
	{"SELECT CAST(region AS bigint) AS x FROM %.sales", "INVALID_CAST_ARGUMENT"},
	{"SELECT (SELECT id FROM %.sales) AS x", "SUBQUERY_MULTIPLE_ROWS"},
	{"SELECT CAST(id * 1000 AS tinyint) AS x FROM %.sales", "NUMERIC_VALUE_OUT_OF_RANGE"},
}

// Run holds an engine to the contract.
func Run(t *testing.T, e Engine) {
	s, r := e.Load(t, sales()), e.Load(t, regions())
	assets := []*catalog.Asset{s, r}
	schema := s.Name.Catalog + "." + s.Name.Schema
	query := func(t *testing.T, sql string, most int) Query {
		t.Helper()
		return checked(t, strings.ReplaceAll(sql, "%.", schema+"."), assets, most)
	}
	for _, c := range results {
		t.Run(c.name, func(t *testing.T) {
			set, err := e.Run(t.Context(), query(t, c.sql, -1))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, col := range set.Columns {
				got = append(got, col.Type)
			}
			if s := strings.Join(got, " "); s != c.types {
				t.Errorf("types are %s, want %s", s, c.types)
			}
			if d := cmp.Diff(shown(c.rows), shown(set.Rows)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	for _, c := range faults {
		t.Run(c.code, func(t *testing.T) {
			set, err := e.Run(t.Context(), query(t, c.sql, -1))
			if err == nil || e.Code(err) != c.code || set != nil {
				t.Errorf("got %v, %v; want an error of code %s and no rows", set, err, c.code)
			}
		})
	}
	t.Run("rows are cut where asked, and said to be", func(t *testing.T) {
		for most, want := range map[int]int{0: 0, 3: 3, 6: 6, 7: 6, -1: 6} {
			set, err := e.Run(t.Context(), query(t, "SELECT id FROM %.sales ORDER BY id", most))
			if err != nil || len(set.Rows) != want || set.Truncated != (want < 6) {
				t.Errorf("at most %d: %d rows, truncated %v, %v", most, len(set.Rows), set.Truncated, err)
			}
		}
		set, err := e.Run(t.Context(), query(t, "SELECT a.id FROM %.sales a, %.sales b, %.sales c, %.sales d, %.sales e, %.sales f", 20_000))
		if err != nil || len(set.Rows) != 20_000 || !set.Truncated {
			t.Errorf("of many: %v", err)
		}
	})
	t.Run("a cancelled query ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Second, cancel)
		defer timer.Stop()
		start := time.Now()
		set, err := e.Run(ctx, query(t, Endless, -1))
		if took := time.Since(start); err == nil || e.Code(err) != "cancelled" || set != nil || took > 5*time.Second {
			t.Errorf("got %v after %s, want cancelled within 4 s of the cancelling", err, took)
		}
	})
	t.Run("a deadline ends a query", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := e.Run(ctx, query(t, Endless, -1))
		if took := time.Since(start); e.Code(err) != "timeout" && e.Code(err) != "cancelled" || took > 5*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
	})
	t.Run("many ask at once, and nothing stays behind", func(t *testing.T) {
		before := settled()
		var wg sync.WaitGroup
		for i := range 12 {
			q := query(t, fmt.Sprintf("SELECT id * %d AS x FROM %%.sales WHERE id = 2", i), -1)
			wg.Go(func() {
				set, err := e.Run(t.Context(), q)
				if err != nil || len(set.Rows) != 1 || set.Rows[0][0] != int64(2*i) {
					t.Errorf("asker %d: %v, %v", i, set, err)
				}
			})
		}
		wg.Wait()
		if after := settled(); after > before {
			t.Errorf("%d goroutines before, %d after:\n%s", before, after, strings.Join(stacks(), "\n\n"))
		}
	})
	t.Run("what values look like", func(t *testing.T) { profiles(t, e, s, r) })
}

// Endless runs for hours, in every engine.
const Endless = "SELECT count(*) AS n FROM %.sales a, %.sales b, %.sales c, %.sales d, %.sales e, %.sales f, %.sales g, %.sales h, %.sales i, %.sales j, %.sales k, %.sales l, %.sales m, %.sales n, %.sales o WHERE a.id + b.id + c.id + d.id + e.id + f.id + g.id + h.id + i.id + j.id + k.id + l.id + m.id + n.id + o.id = -1"

func profiles(t *testing.T, e Engine, s, r *catalog.Asset) {
	first, last, err := e.Range(t.Context(), s, "day")
	if err != nil || first != "1999-12-31" || last != "2026-12-31" {
		t.Errorf("days from %s to %s, %v", first, last, err)
	}
	if first, last, err = e.Range(t.Context(), s, "at"); err != nil || first != "1999-12-31" || last != "2026-10-25" {
		t.Errorf("times from %s to %s, %v", first, last, err)
	}
	values, more, err := e.Distinct(t.Context(), s, "region", 10)
	if err != nil || more || strings.Join(values, "|") != "|APAC|Amériques 🌍|EMEA|it's" {
		t.Errorf("values are %q, more %v, %v", values, more, err)
	}
	if values, more, err = e.Distinct(t.Context(), s, "region", 2); err != nil || !more || len(values) != 2 {
		t.Errorf("values are %q, more %v, %v", values, more, err)
	}
	n, cols, err := e.Profile(t.Context(), s, 100)
	if err != nil || n != 6 || len(cols) != len(s.Columns) {
		t.Fatalf("profile of %d rows, %d columns, %v", n, len(cols), err)
	}
	for i, want := range map[int]Profile{0: {0, 6, "1", "6"}, 1: {0, 5, "", "it's"}, 3: {0, 6, "1999-12-31", "2026-12-31"}, 6: {1, 2, "false", "true"}} {
		if cols[i] != want {
			t.Errorf("column %s is %+v, want %+v", s.Columns[i].Name, cols[i], want)
		}
	}
	for _, c := range []struct {
		from, to *catalog.Asset
		want     float64
	}{{r, s, 2.0 / 3}, {s, r, 2.0 / 5}} {
		if got, err := e.Included(t.Context(), c.from, "region", c.to, "region", 100); err != nil || got != c.want {
			t.Errorf("regions of %s in %s: %v, %v; want %v", c.from.Name, c.to.Name, got, err, c.want)
		}
	}
}

// settled counts goroutines once those that are ending have ended.
func settled() int {
	n := len(stacks())
	for range 40 {
		time.Sleep(50 * time.Millisecond)
		n = min(n, len(stacks()))
	}
	return n
}

// stacks are those of all goroutines but the ones of idle connections, which a pool keeps on purpose.
func stacks() []string {
	buf := make([]byte, 1<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	return slices.DeleteFunc(all, func(s string) bool { return strings.Contains(s, "net/http.(*persistConn)") })
}

func checked(t *testing.T, sql string, assets []*catalog.Asset, most int) Query {
	t.Helper()
	stmt, err := parse.Statement(sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	tree, ok := stmt.(*ast.Query)
	if !ok {
		t.Fatal(errors.New("not a query: " + sql))
	}
	info, problems := check.Check(tree, catalog.New(assets, nil, nil).Checked(), check.Session{})
	if len(problems) > 0 {
		t.Fatalf("%s: %s", sql, problems[0].Message)
	}
	q := Query{SQL: sql, Tree: tree, Info: info, MaxRows: most}
	for _, use := range info.Tables {
		for _, a := range assets {
			if strings.EqualFold(a.Name.Table, use.Table.Name) {
				q.Tables = append(q.Tables, a)
			}
		}
	}
	return q
}

// shown writes rows as answers show them, so that decimals compare with their scale and NaN with NaN.
func shown(rs [][]rows.Value) []string {
	var out []string
	for _, r := range rs {
		var cells []string
		for _, v := range r {
			raw, err := json.Marshal(rows.JSON(v))
			if err != nil {
				raw = []byte(err.Error())
			}
			cells = append(cells, fmt.Sprintf("%T %s", v, raw))
		}
		out = append(out, strings.ReplaceAll(strings.Join(cells, " | "), `float64 "`, `string "`))
	}
	return out
}
