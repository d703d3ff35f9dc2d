package parse_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/cost"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

// TestErrors: the place and the beginning of the message are Trino's.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"", "line 1:1: mismatched input '<EOF>'. Expecting: <expression>"},
		{"select ", "line 1:8: mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>"},
		{"select * from", "line 1:14: mismatched input '<EOF>'"},
		{"select *\nfrom x\nwhere from", "line 3:7: mismatched input 'from'. Expecting: <expression>"},
		{"select * from t t x", "line 1:19: mismatched input 'x'"},
		{"select a b c", "line 1:12: mismatched input 'c'"},
		{"select fuu from dual limit 10 order by fuu", "line 1:31: mismatched input 'order'. Expecting: <EOF>"},
		{"select * from `foo`", "line 1:15: backquoted identifiers are not supported; use double quotes to quote identifiers"},
		{"select 1x from dual", "line 1:8: identifiers must not start with a digit; surround the identifier with double quotes"},
		{`select "" from t`, "line 1:8: Zero-length delimited identifier not allowed"},
		{"select 'é', x y z", "line 1:17: mismatched input 'z'"}, // columns count characters
		{"select 1\r\n, 2 3", "line 2:5: mismatched input '3'"},
		{"select 99999999999999999999", "line 1:8: Invalid numeric literal: 99999999999999999999"},
		{"select -9223372036854775809", "line 1:8: Invalid numeric literal: -9223372036854775809"},
		{"select 99999999999999999999 from", "line 1:33: mismatched input '<EOF>'"}, // syntax errors go first
		{"select x'0g'", "line 1:8: Binary literal can only contain hexadecimal digits"},
		{"select x'012'", "line 1:8: Binary literal must contain an even number of digits"},
		{`select U&'\00zz'`, "line 1:8: Incomplete escape sequence: 00"},
		{"select coalesce(1)", "line 1:8: The 'coalesce' function must have at least two arguments"},
		{"select if(a, b, c, d)", "line 1:8: Invalid number of arguments for 'if' function"},
		{"select extract(epoch from x)", "line 1:8: Invalid EXTRACT field epoch, valid fields are: YEAR, QUARTER,"},
		{"select trim(from x)", "line 1:8: The 'trim' function must have specification, char or both arguments when it takes FROM"},
		{"select a = b = c", "line 1:14: mismatched input '='"},
		{"select a not = b", "line 1:14: mismatched input '='. Expecting: 'BETWEEN', 'IN', 'LIKE'"},
		{"select * from t where a in ()", "line 1:25: mismatched input 'in'"},
		{"select x from t where a. ", "line 1:24: mismatched input '.'"},
		{"select x.!", "line 1:10: mismatched input '!'. Expecting: '*', <identifier>, <string>"},
		{"select 1 + a.*", "line 1:13: mismatched input '.'"},
		{"select cast(a as )", "line 1:18: mismatched input ')'. Expecting: <type>"},
		{"select cast(a as decimal()", "line 1:26: mismatched input ')'. Expecting: <integer>, <type>"},
		{"select f(x) ignore nulls from t", "line 1:26: mismatched input 'from'. Expecting: 'OVER'"},
		{"select * from t join u", "line 1:23: mismatched input '<EOF>'. Expecting: 'ON', 'USING'"},
		{"select * from (t join u on true, v)", "line 1:32: mismatched input ','"},
		{"(with a as (select 1) select * from a) union select 2", "line 1:2: mismatched input 'with'"},
		{"select 1;", "line 1:9: mismatched input ';'"},
		{"selct 1", "line 1:1: mismatched input 'selct'"},
		{"create table t (*)", "line 1:17: mismatched input '*'. Expecting: 'LIKE', <identifier>"},
		{"create or replace table if not exists t (a int)", "line 1:1: 'OR REPLACE' and 'IF NOT EXISTS' clauses can not be used together"},
	} {
		_, err := parse.Statement(c.sql)
		if err == nil {
			t.Errorf("%q parses, want %s", c.sql, c.want)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q\n got %s\nwant %s", c.sql, err, c.want)
		}
	}
}

// TestHints: what Trino's message leaves unsaid.
func TestHints(t *testing.T) {
	for _, c := range []struct{ sql, hint string }{
		{"select 'abc", "the string that begins here is not closed"},
		{`select "abc`, "the quoted name that begins here is not closed"},
		{"select 1 /* abc", "the comment that begins here is not closed"},
		{"select a\x00b", "remove the NUL character"},
		{"select а", "the character U+0430 may stand only in strings, comments and double-quoted names"}, // Cyrillic
		{"select a\u200bb", "the character U+200B may stand only in strings, comments and double-quoted names"},
		{"select 1;", "a statement ends without a semicolon; only one statement is taken"},
		{"select a from t order", ""},
		{"select * from table", ""},
		{"select * from t as order", "the word is reserved; put it in double quotes to use it as a name"},
	} {
		_, err := parse.Statement(c.sql)
		var e *parse.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, want an *Error", c.sql, err)
			continue
		}
		if e.Hint != c.hint {
			t.Errorf("%q: %v, hint %q, want %q", c.sql, e, e.Hint, c.hint)
		}
		if line, column := parse.Position(c.sql, e.Offset); line != e.Line || column != e.Column {
			t.Errorf("%q: offset %d is line %d:%d, the error says %d:%d", c.sql, e.Offset, line, column, e.Line, e.Column)
		}
	}
}

func TestInvalidUTF8(t *testing.T) {
	_, err := parse.Statement("select 'ab\xff'")
	if got, want := fmt.Sprint(err), "line 1:11: invalid UTF-8 encoding"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPosition(t *testing.T) {
	src := "a\nbé\r\nc\rd"
	for _, c := range []struct{ offset, line, column int }{
		{0, 1, 1}, {1, 1, 2}, {2, 2, 1}, {3, 2, 2}, {5, 2, 3}, {7, 3, 1}, {9, 3, 3}, {100, 3, 4}, {-1, 1, 1},
	} {
		if line, column := parse.Position(src, c.offset); line != c.line || column != c.column {
			t.Errorf("offset %d is %d:%d, want %d:%d", c.offset, line, column, c.line, c.column)
		}
	}
}

// TestComments: a lone carriage return ends a line comment, and bracketed comments do not nest, so
// that what follows them is read.
func TestComments(t *testing.T) {
	for _, c := range []struct {
		sql      string
		comments []string
		ok       bool
	}{
		{"select 1 -- x", []string{"-- x"}, true},
		{"select 1 -- x\r+ 1", []string{"-- x"}, true},
		{"select 1 -- x\rselect 2", nil, false},
		{"select /* a /* b */ 1", []string{"/* a /* b */"}, true},
		{"select /* a /* b */ */ 1", nil, false},
		{"select 1 --", []string{"--"}, true},
		{"select '--' /**/", []string{"/**/"}, true},
	} {
		q, err := parse.Query(c.sql)
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.sql, err)
		}
		if err != nil {
			continue
		}
		var got []string
		for _, x := range q.Comments {
			got = append(got, x.Text)
		}
		if strings.Join(got, "|") != strings.Join(c.comments, "|") {
			t.Errorf("%q: comments %q, want %q", c.sql, got, c.comments)
		}
	}
}

// TestShapes says how the ambiguous places of the grammar are read.
func TestShapes(t *testing.T) {
	for _, c := range []struct{ a, same string }{
		{"a or b and not c = d", "a or (b and (not (c = d)))"},
		{"- a * b", "(- a) * b"},
		{"- a at time zone 'x'", "-(a at time zone 'x')"},
		{"a + b || c * d", "(a + b) || (c * d)"},
		{"a - b - c", "(a - b) - c"},
		{"a between b and c and d", "(a between b and c) and d"},
		{"x -> y and z", "x -> (y and z)"},
		{"a[1].b", "(a[1]).b"},
		{"- - 1", "-(-1)"},
	} {
		x, err1 := parse.Expr(c.a)
		y, err2 := parse.Expr(c.same)
		if err1 != nil || err2 != nil {
			t.Errorf("%s: %v, %v", c.a, err1, err2)
			continue
		}
		if s, want := ast.Shape(x), ast.Shape(y); s != want {
			t.Errorf("%s\n got %s\nwant %s, as %s", c.a, s, want, c.same)
		}
	}
	for _, c := range []struct {
		sql  string
		want ast.Expr
	}{
		{"(select 1)", &ast.Subquery{}},
		{"((select 1))", &ast.Subquery{}},
		{"((select 1) union (select 2))", &ast.Subquery{}},
		{"((select 1) limit 1)", &ast.Subquery{}},
		{"((select 1) + 1)", &ast.Paren{}},
		{"((with a as (select 1) select * from a))", &ast.Paren{}},
		{"((select 1), 2)", &ast.Row{}},
		{"row(1)", &ast.Row{}},
		{"row()", &ast.Call{}},
		{"(a, b) -> a", &ast.Lambda{}},
		{"() -> 1", &ast.Lambda{}},
		{"-1", &ast.IntLit{}},
		{"-a", &ast.Unary{}},
		{"interval '1' day", &ast.IntervalLit{}},
		{"interval '1'", &ast.TypedLit{}},
		{"interval + '1'", &ast.Binary{}},
		{"date '2024-01-01'", &ast.TypedLit{}},
		{"double precision '1'", &ast.TypedLit{}},
		{"x.y(1)", &ast.Call{}},
		{"x is true", &ast.IsTruth{}},
		{"x = any (select 1)", &ast.Quantified{}},
		{"x = any (y)", &ast.Compare{}},
		{"x in ((select 1))", &ast.In{}},
		{"array[1]", &ast.Array{}},
		{"array", &ast.Ident{}},
		{"unique (select 1)", &ast.Unique{}},
		{"unique (1)", &ast.Call{}},
	} {
		x, err := parse.Expr(c.sql)
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		if got, want := fmt.Sprintf("%T", x), fmt.Sprintf("%T", c.want); got != want {
			t.Errorf("%s is a %s, want %s", c.sql, got, want)
		}
	}
}

// TestWords: a word that begins a clause is a name where the clause does not fit.
func TestWords(t *testing.T) {
	for _, sql := range []string{
		"select limit, offset, fetch, window, over, filter, at, ignore, row, array, interval, position, unique, running, final, all, key from t",
		"select 1 limit, 2 offset, 3 fetch, 4 window, f(x) over, f(x) filter, 5 at, 6 match from t tablesample",
		"select 1 limit limit 1",
		"select all from t", "select all all from t", "select count(all), count(all x) from t",
		"select * from limit limit 5", "select * from lateral, nearest, pivot, match_recognize",
		"select f(x) over (partition partition by a), f(x) over (range) from t",
		"select * from t group by all",
		"with session as (select 1), function (a) as (select 2) select * from session, function",
		"select substring(a), overlay(a), position(a, b), trim(both) from t",
		"select x between symmetric and 1, x between symmetric 1 and 2",
	} {
		if _, err := parse.Statement(sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestSpans(t *testing.T) {
	sql := "select a + b * c from t where x not in (1, 2) and f(y) is null"
	q, err := parse.Query(sql)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	ast.Walk(q, func(n ast.Node) bool {
		at := n.Span()
		found[fmt.Sprintf("%T %s", n, sql[at.Start:at.End])] = true
		switch n := n.(type) {
		case *ast.Binary:
			found["op "+sql[n.OpAt.Start:n.OpAt.End]] = true
		case *ast.In:
			found["op "+sql[n.OpAt.Start:n.OpAt.End]] = true
		case *ast.IsNull:
			found["op "+sql[n.OpAt.Start:n.OpAt.End]] = true
		}
		return true
	})
	for _, want := range []string{
		"*ast.Query " + sql, "*ast.Binary a + b * c", "*ast.Binary b * c", "*ast.In x not in (1, 2)", "*ast.Call f(y)",
		"*ast.IsNull f(y) is null", "*ast.Table t", "op +", "op *", "op not in", "op is",
	} {
		if !found[want] {
			t.Errorf("no %q", want)
		}
	}
}

func TestKinds(t *testing.T) {
	for sql, want := range map[string]string{
		"insert into t select 1": "insert",
		"update t set a = 1":     "update",
		"delete from t":          "delete",
		"merge into t using u on true when matched then delete": "merge",
		"truncate table t":                                  "truncate_table",
		"create table t as select 1":                        "create_table_as_select",
		"create table t (a, b) as select 1, 2":              "create_table_as_select",
		"create or replace view v as select 1":              "create_view",
		"create materialized view v as select 1":            "create_materialized_view",
		"drop table t":                                      "drop_table",
		"drop materialized view v":                          "drop_materialized_view",
		"alter table t add column a int":                    "alter_table",
		"grant select on t to u":                            "grant",
		"call system.kill_query('x')":                       "call",
		"set session a = 1":                                 "set_session",
		"set time zone local":                               "set_time_zone",
		"explain select 1":                                  "explain",
		"explain analyze verbose select 1":                  "explain_analyze",
		"show tables":                                       "show_tables",
		"show create materialized view v":                   "show_create_materialized_view",
		"describe t":                                        "show_columns",
		"describe output p":                                 "describe_output",
		"prepare p from select 1":                           "prepare",
		"execute immediate 'select 1'":                      "execute_immediate",
		"use a.b":                                           "use",
		"start transaction":                                 "start_transaction",
		"with session a = 1 select 1":                       "with_session",
		"with function f() returns int return 1 select f()": "with_function",
	} {
		s, err := parse.Statement(sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got := ast.Kind(s); got != want {
			t.Errorf("%s is %T of kind %s, want %s", sql, s, got, want)
		}
	}
}

func TestStatements(t *testing.T) {
	list, err := parse.Statements(`
		-- the shop
		create table shop.orders (id bigint not null, total decimal(10,2) comment 'in euro') with (format = 'ORC');
		create table b (x row(y varchar) array, like shop.orders);;
		insert into b select 1;
		select * from b -- done
	`)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range list {
		kinds = append(kinds, fmt.Sprintf("%T", s))
	}
	if got, want := strings.Join(kinds, " "), "*ast.CreateTable *ast.CreateTable *ast.Insert *ast.Query"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if c := list[3].(*ast.Query).Comments; len(c) != 1 || c[0].Text != "-- done" || !c[0].Trailing {
		t.Errorf("comments of the query: %+v", c)
	}
	if o := list[0].(*ast.CreateTable); len(o.Columns) != 2 || !o.Columns[0].NotNull || o.Columns[1].Comment.Value != "in euro" || o.Columns[1].Type.Name != "decimal" {
		t.Errorf("columns: %+v", o.Columns)
	}
	if _, err := parse.Statements("create table a (x int) create table b (y int)"); err == nil {
		t.Error("two statements without a semicolon between them parse")
	}
}

// TestHostile: input made to hurt gets an error or a tree, within a bounded time.
func TestHostile(t *testing.T) {
	n := 10_000
	for name, sql := range map[string]string{
		"parentheses":        "select " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"open parentheses":   "select " + strings.Repeat("(", n),
		"open queries":       strings.Repeat("select (", n),
		"nested queries":     strings.Repeat("select * from (", n) + "t" + strings.Repeat(")", n),
		"nested calls":       "select " + strings.Repeat("f(", n) + strings.Repeat(")", n),
		"nested arrays":      "select " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"nested types":       "select cast(x as " + strings.Repeat("array(", n) + "int" + strings.Repeat(")", n) + ")",
		"nested joins":       "select * from " + strings.Repeat("(", n) + "t" + strings.Repeat(")", n),
		"joins to the right": "select * from t " + strings.Repeat("join t ", n),
		"minus signs":        "select " + strings.Repeat("- ", n) + "a",
		"negations":          "select " + strings.Repeat("not ", n) + "a",
		"lambdas":            "select " + strings.Repeat("x -> ", n) + "x",
		"cases":              "select " + strings.Repeat("case when ", n) + "x",
		"a long sum":         "select 1" + strings.Repeat(" + 1", 200_000),
		"a long path":        "select a" + strings.Repeat(".a", 200_000),
		"a long union":       "select 1" + strings.Repeat(" union select 1", 50_000),
		"open comments":      "select 1 " + strings.Repeat("/* ", 200_000),
		"open strings":       "select " + strings.Repeat("'", 200_001),
		"quotes":             "select " + strings.Repeat(`" '`, 100_001),
		"dollars":            "select " + strings.Repeat("$ $", 200_001),
		"prefixes":           "select " + strings.Repeat("x' ", 100_001),
		"nested patterns":    "select * from t match_recognize (pattern (" + strings.Repeat("(", n),
		"nested JSON":        "select " + strings.Repeat("json_array(", n),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := parse.Statement(sql)
			if err == nil {
				t.Error("parses, want an error")
			}
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("took %v for %d bytes", d, len(sql))
			}
		})
	}
	for name, sql := range map[string]string{
		"many columns": "select a" + strings.Repeat(", a", 5_000) + " from t",
		"many arms":    "select case " + strings.Repeat("when a = 1 then 2 ", 2_000) + "end",
		"many terms":   "select a from t where a" + strings.Repeat(" and a = 1 or b", 10_000),
		"many rows":    "values (1, 2)" + strings.Repeat(", (1 + 1, 2)", 20_000),
		"a megabyte":   "select '" + strings.Repeat("x", 1<<20) + "'",
		"some depth":   "select " + strings.Repeat("(", 400) + "1" + strings.Repeat(")", 400),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse.Statement(sql); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInteger(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1_000": 1000, "-5": -5, "0xFF": 255, "0Xf_f": 255, "0o17": 15, "0b101": 5, "-0x10": -16,
		"9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63,
	} {
		if got, err := parse.Integer(text); err != nil || got != want {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
	}
	if _, err := parse.Integer("9223372036854775808"); err == nil {
		t.Error("2^63 fits")
	}
}

// FuzzParse: no input panics, and every error has its place.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select a from t", "with a as (values 1) table a", "select * from a join b using (x)", "create table t (a int)",
		"select x'00', U&'\\0041', 1e5, .5, 0x1F, 'a''b', \"c\"\"d\" -- e", "f(x -> x[1].y)", "row(a bigint)", "select 1; select 2",
	} {
		f.Add(s)
	}
	statements, err := os.ReadFile("../format/testdata/statements.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split(string(statements), "## ")[1:] {
		_, rest, _ := strings.Cut(c, "\n")
		source, _, _ := strings.Cut(rest, "\n==\n")
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, src string) {
		check := func(err error) {
			var e *parse.Error
			if err != nil && (!errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Offset < 0 || e.Offset > len(src) || e.Message == "") {
				t.Errorf("%q: %#v", src, err)
			}
		}
		var s ast.Statement
		var err error
		cost.Bounded(t, "parsing", func() { s, err = parse.Statement(src) })
		check(err)
		if err == nil && s == nil {
			t.Errorf("%q: neither statement nor error", src)
		}
		_, err = parse.Expr(src)
		check(err)
		_, err = parse.Type(src)
		check(err)
		_, err = parse.Statements(src)
		check(err)
	})
}
