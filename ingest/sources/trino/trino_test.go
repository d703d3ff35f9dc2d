package trino_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/trino"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/rows"
)

// server answers statements by what they begin with; it is a stand-in for faults that a real one has seldom.
type server struct {
	mu    sync.Mutex
	asked []string
	says  []answer
}

type answer struct {
	holds string
	rows  [][]rows.Value
	err   error
}

func (s *server) ask(_ context.Context, sql string) (*rows.Set, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, sql)
	for _, a := range s.says {
		if strings.Contains(sql, a.holds) {
			return &rows.Set{Rows: a.rows}, a.err
		}
	}
	return &rows.Set{}, nil
}

type told struct{ code string }

func (t told) Error() string                  { return "the server said " + t.code }
func (t told) Tell() (string, string, string) { return t.code, "", "" }

func row(v ...rows.Value) []rows.Value { return v }

func read(t *testing.T, c trino.Config, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	if c.Now == nil {
		c.Now = func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	}
	c.Name = "trino"
	s, err := trino.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

func small() *server {
	return &server{says: []answer{
		{"metadata.catalogs", [][]rows.Value{row("lake", "iceberg"), row("system", "system")}, nil},
		{"schemata", [][]rows.Value{row("sales"), row("information_schema"), row("secret")}, nil},
		{`"lake".information_schema.columns WHERE table_schema = 'sales'`, [][]rows.Value{
			row("daily", "day", "date", "YES", nil), row("daily", "total", "decimal(38,2)", "YES", nil),
			row("orders", "id", "bigint", "NO", "the order"), row("orders", "day", "date", "YES", nil), row("orders", "amount", "decimal(12,2)", "YES", nil)}, nil},
		{"table_comments", [][]rows.Value{row("orders", "one row an order"), row("daily", nil)}, nil},
		{"table_type", [][]rows.Value{row("orders", "BASE TABLE"), row("daily", "VIEW")}, nil},
		{"view_definition", [][]rows.Value{row("daily", "SELECT day, sum(amount) total FROM orders WHERE id > 0 GROUP BY 1")}, nil},
		{"$properties", [][]rows.Value{row(int64(0), "location", "s3://bucket/warehouse/orders", nil), row(int64(0), "current-snapshot-id", "77", nil), row(int64(0), "owner", "sales-eng", nil)}, nil},
		{"$snapshots", [][]rows.Value{row(int64(0), "append", `{"total-records":"12","total-delete-files":"0","total-files-size":"800","trino_user":"ann"}`, int64(1795330800000))}, nil},
		{"runtime.queries", [][]rows.Value{
			row("SELECT amount FROM lake.sales.orders WHERE id = 4711 -- for Mr Jones", "ann", "FINISHED", int64(1795330800000), nil),
			row("SELECT amount FROM lake.sales.orders WHERE id = 4712", "bob", "FAILED", int64(1795330800001), "INTERNAL_ERROR"),
			row("SELECT amont FROM lake.sales.orders", "bob", "FAILED", int64(1795330800002), "USER_ERROR"),
			row("SELECT 1", "bob", "FINISHED", int64(1795330800003), nil),
			row("SELEC", "bob", "FINISHED", int64(1795330800004), nil)}, nil},
	}}
}

func find(t *testing.T, claims []catalog.Claim, name, part string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.Name == name && c.Part == part })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s %s", name, part)
	}
	return claims[i]
}

func TestWhatIsClaimed(t *testing.T) {
	s := small()
	claims, rep, err := read(t, trino.Config{Ask: s.ask}, "")
	if err != nil || !rep.Whole || rep.SkippedCount > 0 {
		t.Fatal(rep, err)
	}
	orders := find(t, claims, "lake.sales.orders", "")
	if orders.About.Namespace != catalog.Lake || orders.Description != "one row an order" || len(orders.Columns) != 3 || orders.Columns[0].Description != "the order" || *orders.Columns[0].Nullable {
		t.Errorf("orders: %+v", orders)
	}
	commit := find(t, claims, "lake.sales.orders", "snapshot")
	if commit.SnapshotID != "77" || *commit.Rows != 12 || *commit.Bytes != 800 || commit.Observed[0].Kind != catalog.Snapshotted || commit.Observed[0].At.UnixMilli() != 1795330800000 ||
		commit.Aliases[0] != (catalog.ID{Namespace: "s3://bucket", Name: "warehouse/orders"}) || commit.Owners[0].Principal != "sales-eng" || commit.Custom["trino_user"] != "" {
		t.Errorf("its commit: %+v", commit)
	}
	daily := find(t, claims, "lake.sales.daily", "")
	edges := map[string]string{}
	for _, e := range daily.Upstream {
		edges[e.FromColumn+">"+e.ToColumn] = e.Type + " " + e.Subtype
	}
	if daily.Kind != catalog.ViewKind || edges["amount>total"] != "direct aggregation" || edges["day>day"] != "direct identity" || edges["id>"] != "indirect " {
		t.Errorf("daily: %+v", daily.Upstream)
	}
	usage := find(t, claims, "lake.sales.orders", "usage")
	if usage.Usage.Queries != 2 || usage.Usage.Users != 2 || usage.Usage.Columns["amount"] != 2 {
		t.Errorf("use: %+v", usage.Usage)
	}
	for _, c := range claims {
		if c.Query != nil && (c.Query.SQL != "SELECT amount FROM lake.sales.orders WHERE id = ?" || c.Query.Runs != 2 || c.Query.Succeeded != 1) {
			t.Errorf("query: %+v", c.Query)
		}
		if strings.Contains(fmt.Sprintf("%+v", c), "Jones") {
			t.Errorf("a comment was kept: %+v", c)
		}
	}
	if rep.Counts["queries"] != 2 || rep.Counts["queries that were wrong"] != 1 || rep.Counts["queries without tables"] != 1 || rep.Counts["queries that are not understood"] != 1 {
		t.Errorf("counts %v", rep.Counts)
	}
}

// A second run asks no snapshot again that it knows, and adds to the history; the cursor remembers both.
func TestTheSecondRun(t *testing.T) {
	s := small()
	_, first, err := read(t, trino.Config{Ask: s.ask}, "")
	if err != nil {
		t.Fatal(err)
	}
	s.asked = nil
	claims, rep, err := read(t, trino.Config{Ask: s.ask}, first.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range s.asked {
		if strings.Contains(sql, "$snapshots") {
			t.Errorf("asked again: %s", sql)
		}
	}
	if c := find(t, claims, "lake.sales.orders", "snapshot"); c.SnapshotID != "77" || *c.Rows != 12 || len(c.Observed) != 1 {
		t.Errorf("its commit: %+v", c)
	}
	if u := find(t, claims, "lake.sales.orders", "usage"); u.Usage.Queries != 2 {
		t.Errorf("queries were counted twice: %+v", u.Usage)
	}
	if rep.Counts["commits known before"] != 1 {
		t.Errorf("counts %v", rep.Counts)
	}
	if _, _, err := read(t, trino.Config{Ask: s.ask}, "nonsense"); err != nil {
		t.Errorf("a cursor of somebody else: %v", err)
	}
}

// A part that cannot be read is named, and nothing then counts as removed; a server that goes away ends the run.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, holds string
		err         error
		fails       bool
	}{
		{"a schema that may not be read", "information_schema.columns WHERE table_schema = 'secret'", told{"denied"}, false},
		{"a catalog that does not answer", "schemata", told{"GENERIC_INTERNAL_ERROR"}, false},
		{"comments that the connector cannot tell", "table_comments", errors.New("no"), false},
		{"a table whose metadata are broken", "$properties", told{"ICEBERG_BAD_DATA"}, false},
		{"a server that goes away half-way", "$properties", told{"unreachable"}, true},
		{"a server that goes away in the second schema", "table_schema = 'secret'", told{"unreachable"}, true},
		{"an account that may not sign in", "metadata.catalogs", told{"unauthorized"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := small()
			s.says = append([]answer{{c.holds, nil, c.err}}, s.says...)
			_, rep, err := read(t, trino.Config{Ask: s.ask}, "")
			if c.fails != (err != nil) {
				t.Fatalf("error %v", err)
			}
			if !c.fails && (rep.Whole || rep.SkippedCount == 0) {
				t.Errorf("whole %v, skipped %v", rep.Whole, rep.Skipped)
			}
		})
	}
	s := small()
	s.says = append([]answer{{"runtime.queries", nil, told{"denied"}}}, s.says...)
	if _, rep, err := read(t, trino.Config{Ask: s.ask}, ""); err != nil || !rep.Whole || rep.SkippedCount != 1 {
		t.Errorf("a history that is not to be seen: %+v, %v", rep, err)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT a FROM t WHERE b = 'Ann' AND c IN (1, 2.5, 1e3) /* hers */":                             "SELECT a FROM t WHERE b = ? AND c IN (?, ?, ?)",
		"SELECT a, count(*) FROM t WHERE d > DATE '2026-01-01' GROUP BY 1 LIMIT 10":                     "SELECT a, count(*) FROM t WHERE d > ? GROUP BY 1 LIMIT 10",
		"SELECT date_trunc('month', d) FROM t ORDER BY 1 OFFSET 5":                                      "SELECT date_trunc('month', d) FROM t ORDER BY 1 OFFSET 5",
		"SELECT json_value(j, 'lax $.name') FROM t":                                                     "",
		"SELECT listagg(a, ',' ON OVERFLOW TRUNCATE 'Ann' WITH COUNT) WITHIN GROUP (ORDER BY a) FROM t": "",
	} {
		q, err := parse.Query(in)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(strings.Fields(trino.Plain(q, false)), " ")
		if want != "" && got != want {
			t.Errorf("%s\n  got  %s\n  want %s", in, got, want)
		}
		if strings.Contains(got, "Ann") || strings.Contains(got, "$.name") {
			t.Errorf("%s kept a constant: %s", in, got)
		}
	}
}

// Whatever parses can be printed without its constants, and parses again.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"SELECT 1", "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A{1,2}) DEFINE A AS x > 5)", "SELECT json_exists(a, 'lax $.b' PASSING 1 AS c)",
		"SELECT X'00', U&'\\0041', INTERVAL '1' DAY FROM t TABLESAMPLE BERNOULLI (5)", "SELECT * FROM json_table(a, 'lax $' COLUMNS(b bigint PATH 'lax $.b'))", "VALUES 'a'", "SELECT ? FROM t ORDER BY ?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		q, err := parse.Query(sql)
		if err != nil {
			return
		}
		out := trino.Plain(q, false)
		again, err := parse.Query(out)
		if err != nil {
			t.Fatalf("%s\nbecame %s\n%v", sql, out, err)
		}
		ast.Walk(again, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.TypedLit, *ast.DecimalLit, *ast.DoubleLit, *ast.BinaryLit:
				t.Fatalf("%s\nkept a constant: %s", sql, out)
			}
			return true
		})
	})
}
