package check_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/internal/cost"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

var update = flag.Bool("update", false, "write golden files anew")

// session is where testdata/schema.sql stands.
var session = check.Session{Catalog: "lake", Schema: "sales"}

func testCatalog(t testing.TB) check.Catalog {
	t.Helper()
	src, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	stmts, err := parse.Statements(string(src))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := check.Schema(stmts, session)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// statements reads a file of statements that each end with a semicolon at the end of a line; lines
// that begin with -- are left out.
func statements(t testing.TB, file string) (all []string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for line := range strings.Lines(string(src)) {
		if !strings.HasPrefix(line, "--") {
			text.WriteString(line)
		}
	}
	for _, s := range strings.Split(text.String(), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

var mark = regexp.MustCompile(`/\*ERR (\w+)( nowhere)?\*/\s*`)

// TestProblems: the expected problem stands in the statement, where Trino places it.
func TestProblems(t *testing.T) {
	cat := overlay{testCatalog(t), testViews()}
	wrong := 0
	for _, sql := range append(statements(t, "testdata/problems.sql"), statements(t, "testdata/statements.sql")...) {
		_, problems := judge(sql, cat, session)
		m := mark.FindStringSubmatchIndex(sql)
		if m == nil {
			if len(problems) > 0 {
				t.Errorf("%s\n\tis right, but: %s %s", sql, problems[0].Code, problems[0].Format(sql, parse.Position))
			}
			continue
		}
		wrong++
		want := sql[m[2]:m[3]]
		if len(problems) == 0 {
			t.Errorf("%s\n\twas accepted", sql)
			continue
		}
		p := problems[0]
		place := m[1]
		if m[4] >= 0 {
			place = 0
		}
		if p.Code != want || int(p.At.Start) != place {
			t.Errorf("%s\n\t%s at %d, want %s at %d: %s", sql, p.Code, p.At.Start, want, place, p.Message)
		}
	}
	if wrong < 100 {
		t.Errorf("%d statements with a mark; the file has more", wrong)
	}
}

// testViews are a view given as text, one over it, a materialized view, and a table with a hidden column.
func testViews() check.Catalog {
	region := []check.TableColumn{{Name: "region", Type: types.VarcharOf(20)}}
	return check.Tables(
		&check.Table{Catalog: "lake", Schema: "sales", Name: "recent", Columns: region, ViewSQL: "SELECT region FROM orders WHERE day > DATE '2026-01-01'"},
		&check.Table{Catalog: "lake", Schema: "sales", Name: "over", Columns: region, ViewSQL: "SELECT region FROM sales.recent"},
		&check.Table{Catalog: "lake", Schema: "sales", Name: "daily", Columns: region, Kind: check.MaterializedView},
		&check.Table{Catalog: "lake", Schema: "sales", Name: "files", Columns: []check.TableColumn{
			{Name: "id", Type: types.Of(types.Bigint)}, {Name: "$path", Type: types.Of(types.Varchar), Hidden: true}}},
	)
}

func TestMessagesAndHints(t *testing.T) {
	cat := testCatalog(t)
	for _, c := range [][2]string{
		{"SELECT regoin FROM orders", "line 1:8: Column 'regoin' cannot be resolved; did you mean region?"},
		{"SELECT o.regoin FROM orders o", "line 1:8: Column 'o.regoin' cannot be resolved; did you mean o.region?"},
		{"SELECT\n  Regoin\nFROM orders", "line 2:3: Column 'regoin' cannot be resolved; did you mean region?"},
		{"SELECT xyzzy FROM orders", "line 1:8: Column 'xyzzy' cannot be resolved"},
		{"SELECT * FROM ordres", "line 1:15: Table 'lake.sales.ordres' does not exist; did you mean orders?"},
		{"SELECT * FROM sale.orders", "line 1:15: Schema 'sale' does not exist; did you mean sales?"},
		{"SELECT * FROM lak.sales.orders", "line 1:15: Catalog 'lak' not found; did you mean lake?"},
		{"SELECT orders.region FROM orders o", "line 1:8: Column 'orders.region' cannot be resolved; did you mean o.region?"},
		{"SELECT a.amount FROM orders o, accounts a", "line 1:8: Column 'a.amount' cannot be resolved; did you mean o.amount?"},
		{"SELECT lower(region) AS r, count(*) FROM orders GROUP BY r",
			"line 1:58: Column 'r' cannot be resolved; r is a name of the select list, which is not seen here: repeat its expression"},
		{"SELECT * FROM refunds", "line 1:15: Table 'lake.sales.refunds' does not exist; did you mean finance.refunds?"},
		{"SELECT nvl(region, 'x') FROM orders", "line 1:8: Function 'nvl' not registered; did you mean coalesce?"},
		{"SELECT lowr(region) FROM orders", "line 1:8: Function 'lowr' not registered; did you mean lower?"},
		{"SELECT ship.cty FROM orders", "line 1:8: Column reference 'ship.cty' is invalid; did you mean city?"},
		{"SELECT region + 1 FROM orders", "line 1:15: Cannot apply operator: varchar(20) + integer"},
		{"SELECT id FROM orders GROUP BY region", "line 1:8: 'id' must be an aggregate expression or appear in GROUP BY clause"},
		{"SELECT amount * 2 > 3 OR NOT active, count(*) FROM orders, accounts", "line 1:8: '(((amount * 2) > 3) OR (NOT active))' must be an aggregate expression or appear in GROUP BY clause"},
		{"SELECT 1 FROM orders WHERE rank() OVER (PARTITION BY region ORDER BY day DESC) = 1",
			"line 1:80: WHERE clause cannot contain aggregations, window functions or grouping operations: [rank() OVER (PARTITION BY region ORDER BY day DESC NULLS LAST)]"},
		{"SELECT 1 IN (SELECT id, region FROM orders)",
			`line 1:10: Value expression and result of subquery must be of the same type: row(integer) vs row("id" bigint, "region" varchar(20))`},
	} {
		_, problems := judge(c[0], cat, session)
		if len(problems) == 0 {
			t.Errorf("%s was accepted", c[0])
		} else if got := problems[0].Format(c[0], parse.Position); got != c[1] {
			t.Errorf("%s\n\tgot  %s\n\twant %s", c[0], got, c[1])
		}
	}
}

// TestOutputs: names and types of output columns, as a real Trino gives them, in testdata/outputs.sql.
func TestOutputs(t *testing.T) {
	cat := testCatalog(t)
	const file = "testdata/outputs.sql"
	var out strings.Builder
	out.WriteString("-- The comment behind each statement is its output, as Trino 483 names and types it.\n")
	for _, s := range statements(t, file) {
		sql, _, _ := strings.Cut(s, "\n/*>")
		info, problems := judge(sql, cat, session)
		if len(problems) > 0 {
			t.Errorf("%s\n\t%s", sql, problems[0].Format(sql, parse.Position))
			continue
		}
		var cols []string
		for _, col := range info.Columns {
			cols = append(cols, col.Name+" "+col.Type.String())
		}
		fmt.Fprintf(&out, "%s\n/*> %s */;\n", sql, strings.Join(cols, ", "))
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("outputs differ (-want +got):\n%s", diff)
	}
}

func TestInfo(t *testing.T) {
	cat := testCatalog(t)
	src := `WITH big AS (SELECT id, amount FROM orders WHERE amount > 1)
		SELECT b.id + 1 AS next, lower(a.name) FROM big b JOIN accounts a ON a.id = b.id AND a.active`
	stmt, err := parse.Statement(src)
	if err != nil {
		t.Fatal(err)
	}
	info, problems := check.Check(stmt, cat, session)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if info.Kind != "query" {
		t.Errorf("kind %q", info.Kind)
	}
	read := map[string][]string{}
	for _, use := range info.Tables {
		read[use.Table.String()] = use.Columns()
	}
	want := map[string][]string{"lake.sales.orders": {"amount", "id"}, "lake.sales.accounts": {"id", "active", "name"}}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("tables and columns read (-want +got):\n%s", diff)
	}
	sum := stmt.(*ast.Query).Body.(*ast.Select).Items[0].(*ast.SingleColumn).Expr.(*ast.Binary)
	if got := info.Type(sum).String(); got != "bigint" {
		t.Errorf("b.id + 1 is %s", got)
	}
	if got, ok := info.Coercion(sum.R); !ok || got.String() != "bigint" {
		t.Errorf("1 is turned into %s, %t; want bigint", got, ok)
	}
	if _, ok := info.Coercion(sum.L); ok {
		t.Error("b.id needs no coercion")
	}
	if col := info.Ref(sum.L); col == nil || col.Name != "id" {
		t.Errorf("b.id means %v", col)
	}
	call := stmt.(*ast.Query).Body.(*ast.Select).Items[1].(*ast.SingleColumn).Expr.(*ast.Call)
	if f := info.Function(call); f == nil || f.ArgTypes != "varchar(x)" || !f.Deterministic {
		t.Errorf("lower(a.name) is %v", f)
	}
}

func TestParameters(t *testing.T) {
	cat := testCatalog(t)
	const sql = "SELECT id + ? FROM orders WHERE region = ?"
	if _, problems := judge(sql, cat, session); len(problems) != 1 || problems[0].Code != check.InvalidParameterUsage {
		t.Errorf("placeholders without values: %v", problems)
	}
	with := session
	with.Parameters = true
	if _, problems := judge(sql, cat, with); len(problems) > 0 {
		t.Errorf("placeholders that will have values: %v", problems)
	}
}

func TestMissingDefaults(t *testing.T) {
	cat := testCatalog(t)
	for sql, code := range map[string]string{
		"SELECT * FROM orders":            check.MissingCatalogName,
		"SELECT * FROM sales.orders":      check.MissingCatalogName,
		"SELECT * FROM lake.sales.orders": "",
	} {
		_, problems := judge(sql, cat, check.Session{})
		if got := firstCode(problems); got != code {
			t.Errorf("%s without a default catalog: %q, want %q", sql, got, code)
		}
	}
	if _, problems := judge("SELECT * FROM orders", cat, check.Session{Catalog: "lake"}); firstCode(problems) != check.MissingSchemaName {
		t.Errorf("without a default schema: %v", problems)
	}
}

func firstCode(problems []check.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	return problems[0].Code
}

func TestViews(t *testing.T) {
	base := testCatalog(t)
	view := func(name, sql string, cols ...check.TableColumn) *check.Table {
		q, err := parse.Query(sql)
		if err != nil {
			t.Fatal(err)
		}
		return &check.Table{Catalog: "lake", Schema: "views", Name: name, Columns: cols, View: q, ViewCatalog: "lake", ViewSchema: "sales"}
	}
	region := check.TableColumn{Name: "region", Type: types.VarcharOf(20)}
	cat := overlay{base, check.Tables(
		view("good", "SELECT region FROM orders", region),
		view("narrow", "SELECT note FROM orders", region),
		view("short", "SELECT region, id FROM orders", region),
		view("broken", "SELECT region + 1 AS region FROM orders", region),
		view("unseen", "SELECT region FROM gone JOIN orders USING (region)", region),
		view("loop", "SELECT region FROM lake.views.loop", region),
		view("hidden", "SELECT region FROM orders", region, check.TableColumn{Name: "$path", Type: types.Of(types.Varchar), Hidden: true}),
	)}
	for name, code := range map[string]string{
		"good": "", "hidden": "", "narrow": check.ViewIsStale, "short": check.ViewIsStale, "broken": check.InvalidView, "unseen": "", "loop": check.InvalidView,
	} {
		info, problems := judge("SELECT * FROM lake.views."+name, cat, session)
		if got := firstCode(problems); got != code {
			t.Errorf("%s: %v, want %q", name, problems, code)
		}
		if name == "unseen" && len(info.Tables) != 1 {
			t.Errorf("%s reads %d tables, want the view alone", name, len(info.Tables))
		}
		if code == "" && len(info.Columns) != 1 {
			t.Errorf("%s has %d columns in *, want 1", name, len(info.Columns))
		}
	}
	if _, problems := judge(`SELECT "$path" FROM lake.views.hidden`, cat, session); len(problems) > 0 {
		t.Errorf("a hidden column is found by name: %v", problems)
	}
}

func TestSchemaErrors(t *testing.T) {
	for sql, want := range map[string]string{
		"CREATE TABLE a.b.t (x bigint); CREATE TABLE a.b.T (y bigint)": "created twice",
		"SELECT 1":                          "no CREATE TABLE",
		"CREATE TABLE a.b.t (x text)":       "table a.b.t, column x: Unknown type: text",
		"CREATE TABLE t (x bigint)":         "not a full name",
		"CREATE TABLE a.b.c.d (x bigint)":   "three parts",
		"CREATE TABLE a.b.t (x varchar(3))": "",
		"CREATE TABLE a.b.t (x bigint); CREATE VIEW a.b.v AS SELECT x FROM a.b.t":  "",
		"CREATE TABLE a.b.t (x bigint); CREATE VIEW a.b.v AS SELECT y FROM a.b.t":  "view a.b.v: Column 'y' cannot be resolved",
		"CREATE VIEW a.b.v AS SELECT x FROM a.b.t; CREATE TABLE a.b.t (x bigint);": "view a.b.v: Catalog 'a' not found",
	} {
		stmts, err := parse.Statements(sql)
		if err != nil {
			if want == "three parts" { // the parser may say so already
				continue
			}
			t.Fatal(err)
		}
		_, err = check.Schema(stmts, check.Session{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", sql, err, want)
		}
	}
}

// TestBigInput: nothing here grows faster than the input by much.
func TestBigInput(t *testing.T) {
	cat := testCatalog(t)
	list := func(n int, format, sep string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, sep)
	}
	for name, sql := range map[string]string{
		"5000 columns":    "SELECT " + list(5000, "c%d", ", ") + " FROM (SELECT " + list(5000, "id AS c%d", ", ") + " FROM orders)",
		"2000-arm CASE":   "SELECT CASE " + list(2000, "WHEN id = %d THEN 'x'", " ") + " END FROM orders",
		"10000 IN items":  "SELECT 1 FROM orders WHERE id IN (" + list(10000, "%d", ", ") + ")",
		"1000 aggregates": "SELECT " + list(1000, "sum(id + %d)", ", ") + " FROM orders GROUP BY region HAVING " + list(1000, "sum(id) > %d", " AND "),
		"300 unions":      list(300, "SELECT id, %d FROM orders", " UNION ALL "),
		"200 CTEs":        "WITH c0 AS (SELECT 1 AS x), " + list(200, "d%d AS (SELECT * FROM c0)", ", ") + " SELECT * FROM d199",
	} {
		_, problems := judge(sql, cat, session)
		if len(problems) > 0 {
			t.Errorf("%s: %s", name, problems[0].Message)
		}
	}
}

// TestDoubling: what doubles with each step is stopped, not followed.
func TestDoubling(t *testing.T) {
	cat := testCatalog(t)
	rows, cols := "WITH a0 AS (SELECT ROW(1, 1) AS x)", "WITH a0 AS (SELECT 1 AS x)"
	for i := 1; i < 30; i++ {
		rows += fmt.Sprintf(", a%d AS (SELECT ROW(x, x) AS x FROM a%d)", i, i-1)
		cols += fmt.Sprintf(", a%d AS (SELECT a.*, b.* FROM a%d a, a%d b)", i, i-1, i-1)
	}
	for _, sql := range []string{rows + " SELECT x = x, coalesce(x, ROW(1, 1)) FROM a29", cols + " SELECT * FROM a29"} {
		start := time.Now()
		_, problems := judge(sql, cat, session)
		if took := time.Since(start); firstCode(problems) != check.NotSupported || took > time.Second {
			t.Errorf("%.60s…: %q after %s", sql, firstCode(problems), took)
		}
	}
}

// FuzzCheck: whatever parses is judged without a panic and within a second, places lie inside the text, and judging again
// says the same.
func FuzzCheck(f *testing.F) {
	for _, file := range []string{"testdata/problems.sql", "testdata/statements.sql", "testdata/outputs.sql"} {
		for _, sql := range statements(f, file) {
			f.Add(sql)
		}
	}
	cat := overlay{testCatalog(f), testViews()}
	f.Fuzz(func(t *testing.T, sql string) {
		stmt, err := parse.Statement(sql)
		if err != nil {
			return
		}
		var problems []check.Problem
		cost.Bounded(t, "judging", func() { _, problems = check.Check(stmt, cat, session) })
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.At.Start < 0 || int(p.At.Start) > len(sql) {
				t.Errorf("problem without sense: %+v", p)
			}
		}
		_, again := check.Check(stmt, cat, session)
		if diff := cmp.Diff(problems, again); diff != "" {
			t.Errorf("judged twice, two verdicts:\n%s", diff)
		}
	})
}
