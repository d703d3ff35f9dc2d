package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/cost"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

var update = flag.Bool("update", false, "write what is printed into testdata")

// TestGolden prints the queries of testdata/*.txt. Each case is a title line that begins with ##, the
// source, a line of ==, and what is printed.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, c := range strings.Split(string(data), "## ")[1:] {
			title, rest, _ := strings.Cut(c, "\n")
			source, want, _ := strings.Cut(rest, "\n==\n")
			s, err := parse.Statement(source)
			if err != nil {
				t.Errorf("%s: %s: %v", file, title, err)
				continue
			}
			got := format.Statement(s)
			if got != strings.TrimRight(want, "\n") && !*update {
				t.Errorf("%s: %s\ngot\n%s\nwant\n%s", file, title, got, want)
			}
			roundTrip(t, source, s)
			out.WriteString("## " + title + "\n" + source + "\n==\n" + got + "\n\n")
		}
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestParentheses: those that change nothing go, those that are needed stay.
func TestParentheses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"((a))", "a"},
		{"(a + b) + c", "a + b + c"},
		{"a + (b + c)", "a + (b + c)"},
		{"a * (b + c)", "a * (b + c)"},
		{"(a * b) + c", "a * b + c"},
		{"a - (b - c)", "a - (b - c)"},
		{"a || (b + c)", "a || b + c"},
		{"(a || b) + c", "(a || b) + c"},
		{"(a and b) or c", "a AND b OR c"},
		{"a and (b or c)", "a AND (b OR c)"},
		{"a and (b and c)", "a AND (b AND c)"},
		{"not (a and b)", "NOT (a AND b)"},
		{"not (a = b)", "NOT a = b"},
		{"(not a) = b", "(NOT a) = b"},
		{"(a = b) = c", "(a = b) = c"},
		{"(a between b and c) and d", "a BETWEEN b AND c AND d"},
		{"a between (b and c) and d", "a BETWEEN (b AND c) AND d"},
		{"-(1)", "-(1)"},
		{"- (-1)", "- -1"},
		{"- (- a)", "- -a"},
		{"-1", "-1"},
		{"- a", "-a"},
		{"+(+a)", "++a"},
		{"a - -1", "a - -1"},
		{"(-a) at time zone 'UTC'", "(-a) AT TIME ZONE 'UTC'"},
		{"-a at local", "-a AT LOCAL"},
		{"(a)[1]", "a[1]"},
		{"(a + b)[1]", "(a + b)[1]"},
		{"(1).x", "(1).x"},
		{"('a').length()", "'a'.length()"},
		{"(x).length()", "(x).length()"},
		{"x.length()", "x.length()"},
		{"f((x -> x + 1))", "f(x -> x + 1)"},
		{"f((x, y) -> x)", "f((x, y) -> x)"},
		{"(select 1)", "(SELECT 1)"},
		{"((select 1))", "((SELECT 1))"},
		{"x in ((select 1))", "x IN ((SELECT 1))"},
		{"x in (select 1)", "x IN (SELECT 1)"},
		{"(a, (b))", "(a, b)"},
		{"row((a), b)", "ROW(a, b)"},
	} {
		x, err := parse.Expr(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := format.Expr(x); got != c.want {
			t.Errorf("%s prints as %s, want %s", c.in, got, c.want)
		}
		roundTripExpr(t, c.in, x)
	}
}

// TestNames: quotes stay where the name needs them, or where it would mean something else without.
func TestNames(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`"a"`, `a`},
		{`"A b"`, `"A b"`},
		{`"a""b"`, `"a""b"`},
		{`"1a"`, `"1a"`},
		{`"select"`, `"select"`},
		{`"date"`, `date`},
		{`date`, `date`},
		{`"array"[1]`, `"array"[1]`},
		{`"row"(1, 2)`, `"row"(1, 2)`},
		{`"sum"(x)`, `sum(x)`},
		{`"trim"(x)`, `"trim"(x)`},
		{`"limit"`, `"limit"`},
		{`j."Name"`, `j."Name"`},
		{`j."name"`, `j."name"`},
		{`j.name`, `j.name`},
		{`j.'some name'`, `j."some name"`},
		{`j.''`, `j.''`},
		{`"my type" 'x'`, `"my type" 'x'`},
		{`"straße"`, `"straße"`},
	} {
		x, err := parse.Expr(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := format.Expr(x); got != c.want {
			t.Errorf("%s prints as %s, want %s", c.in, got, c.want)
		}
		roundTripExpr(t, c.in, x)
	}
}

func TestTypes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"BIGINT", "bigint"},
		{"varchar(20)", "varchar(20)"},
		{"decimal(10,2)", "decimal(10, 2)"},
		{"double precision", "double"},
		{"timestamp(3) with time zone", "timestamp(3) with time zone"},
		{"timestamp without time zone", "timestamp"},
		{"time(6)", "time(6)"},
		{"bigint array", "array(bigint)"},
		{"array<map<varchar,bigint>>", "array(map(varchar, bigint))"},
		{`row(a bigint, "B c" varchar(2), date)`, `row(a bigint, "B c" varchar(2), date)`},
		{"row(x array(bigint), bigint array)", "row(x array(bigint), array(bigint))"},
		{"interval day to second", "interval day to second"},
		{"interval year(2) to month", "interval year(2) to month"},
		{"interval second(3, 6)", "interval second(3, 6)"},
	} {
		typ, err := parse.Type(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		got := format.Type(typ)
		if got != c.want {
			t.Errorf("%s prints as %s, want %s", c.in, got, c.want)
		}
		again, err := parse.Type(got)
		if err != nil || ast.Shape(again) != ast.Shape(typ) {
			t.Errorf("%s reads back as %v, %v", got, again, err)
		}
	}
}

// TestBuilt prints trees that no source has: builders need not think of parentheses.
func TestBuilt(t *testing.T) {
	name := func(s string) *ast.Ident { return &ast.Ident{Name: s} }
	table := func(s string) *ast.Table {
		return &ast.Table{Name: &ast.QualifiedName{Parts: []*ast.Ident{name(s)}}}
	}
	sum := &ast.Binary{Op: ast.Add, L: name("a"), R: &ast.IntLit{Text: "1"}}
	or := &ast.Logical{Or: true, Terms: []ast.Expr{name("p"), name("q")}}
	from := func(r ast.Relation, where ast.Expr) *ast.Query {
		return &ast.Query{Body: &ast.Select{Items: []ast.SelectItem{&ast.AllColumns{}}, From: r, Where: where}}
	}
	union := func(l, r ast.QueryBody) *ast.SetOp { return &ast.SetOp{All: true, Left: l, Right: r} }
	a, b, c := from(table("a"), nil).Body, from(table("b"), nil).Body, from(table("c"), nil).Body
	for _, x := range []struct {
		tree *ast.Query
		want string
	}{
		{from(table("order items"), nil), `SELECT * FROM "order items"`},
		{from(table("limit"), &ast.Binary{Op: ast.Mul, L: sum, R: sum}), `SELECT * FROM "limit" WHERE (a + 1) * (a + 1)`},
		{from(table("t"), &ast.Logical{Terms: []ast.Expr{or, &ast.Not{X: or}}}), "SELECT * FROM t WHERE (p OR q) AND NOT (p OR q)"},
		{from(table("t"), &ast.Logical{Terms: []ast.Expr{or}}), "SELECT * FROM t WHERE p OR q"},
		{from(table("t"), &ast.Logical{}), "SELECT * FROM t WHERE TRUE"},
		{from(table("t"), &ast.Unary{Minus: true, X: &ast.IntLit{Text: "1"}}), "SELECT * FROM t WHERE -(1)"},
		{from(&ast.Join{Kind: ast.CrossJoin, Left: table("a"), Right: &ast.Join{Kind: ast.CrossJoin, Left: table("b"), Right: table("c")}}, nil),
			"SELECT * FROM a CROSS JOIN (b CROSS JOIN c)"},
		{&ast.Query{Body: union(a, union(b, c))}, "SELECT * FROM a\nUNION ALL\n(SELECT * FROM b UNION ALL SELECT * FROM c)"},
		{&ast.Query{Body: union(union(a, b), c)}, "SELECT * FROM a\nUNION ALL\nSELECT * FROM b\nUNION ALL\nSELECT * FROM c"},
	} {
		got := format.Query(x.tree)
		if got != x.want {
			t.Errorf("got\n%s\nwant\n%s", got, x.want)
		}
		again, err := parse.Query(got)
		if err != nil {
			t.Errorf("%s: %v", got, err)
		} else if twice := format.Query(again); twice != got {
			t.Errorf("%s prints again as %s", got, twice)
		}
	}
}

// FuzzRoundTrip: what we print we can read, and it means the same; printing again changes nothing.
func FuzzRoundTrip(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range strings.Split(string(data), "## ")[1:] {
			_, rest, _ := strings.Cut(c, "\n")
			source, _, _ := strings.Cut(rest, "\n==\n")
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if s, err := parse.Statement(src); err == nil {
			cost.Bounded(t, "printing", func() { format.Statement(s) })
			roundTrip(t, src, s)
		}
		if x, err := parse.Expr(src); err == nil {
			roundTripExpr(t, src, x)
		}
	})
}

// TestHostile prints what is large or deep within a bounded time.
func TestHostile(t *testing.T) {
	for name, sql := range map[string]string{
		"some depth":     "select " + strings.Repeat("f(a, ", 300) + "1" + strings.Repeat(")", 300),
		"nested queries": strings.Repeat("select * from (", 300) + "select 1" + strings.Repeat(")", 300),
		"many columns":   "select column_name" + strings.Repeat(", column_name", 5_000) + " from t",
		"many comments":  "select a" + strings.Repeat(", a -- c\n", 5_000) + " from t",
		"many arms":      "select case " + strings.Repeat("when a = 1 then 2 ", 2_000) + "end",
		"many rows":      "values (1, 2)" + strings.Repeat(", (1 + 1, 2)", 20_000),
		"long sum":       "select 1" + strings.Repeat(" + 1", 10_000),
		"long path":      "select a" + strings.Repeat(".a", 5_000),
		"long union":     "select 1" + strings.Repeat(" union select 1", 5_000),
		"long joins":     "select * from t" + strings.Repeat(" cross join t", 5_000),
		"long commas":    "select * from t" + strings.Repeat(", t", 5_000),
		"nested cases":   "select " + strings.Repeat("case when a then ", 150) + "1" + strings.Repeat(" end", 150),
		"nested logic":   "select " + strings.Repeat("(a and (b or ", 150) + "c" + strings.Repeat("))", 150),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parse.Statement(sql)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			text := format.Statement(s)
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("printing %d bytes took %v", len(sql), d)
			}
			t.Logf("%d bytes, printed %d in %v", len(sql), len(text), time.Since(start))
			roundTrip(t, "", s)
		})
	}
}
