package types

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/recorded"
)

func must(t *testing.T, text string) Type {
	t.Helper()
	typ, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// shared opens a file of recorded answers of a real server; the test is skipped where it is absent.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(recorded.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"INT":                                   "integer",
		"double precision":                      "double",
		"decimal":                               "decimal(38,0)",
		"decimal(10)":                           "decimal(10,0)",
		"varchar(2147483647)":                   "varchar",
		"char":                                  "char(1)",
		"timestamp":                             "timestamp(3)",
		"timestamp(6) with time zone":           "timestamp(6) with time zone",
		"time with time zone":                   "time(3) with time zone",
		"interval day to second":                "interval day to second",
		"array(map(varchar,integer))":           "array(map(varchar, integer))",
		`row("a b" bigint, c varchar(3), date)`: `row("a b" bigint, "c" varchar(3), date)`,
		"row(interval day to second)":           "row(interval day to second)",
		"row(x timestamp(3) with time zone)":    `row("x" timestamp(3) with time zone)`,
		"hyperloglog":                           "HyperLogLog",
		"qdigest(bigint)":                       "qdigest(bigint)",
	} {
		got, err := Parse(in)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v; want %s", in, got, err, want)
			continue
		}
		again, err := Parse(got.String())
		if err != nil || !again.Equal(got) {
			t.Errorf("what %s displays does not read back: %s, %v", in, again, err)
		}
	}
	for in, want := range map[string]string{
		"":                             "missing",
		"string":                       "Unknown type: string",
		"timestamp(13)":                "Unknown type: timestamp(13)",
		"varbinary(5)":                 "Unknown type: varbinary(5)",
		"decimal(40,2)":                "DECIMAL precision must be in range [1, 38]: 40",
		"decimal(5,6)":                 "DECIMAL scale must be in range",
		"array(integer":                "missing",
		"integer)":                     "unexpected",
		"unknown":                      "Unknown type",
		"map(varchar)":                 "Unknown type: map(varchar)",
		"row()":                        "missing",
		strings.Repeat("array(", 5000): "nested deeper",
	} {
		if _, err := Parse(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.40q): %v; want %q", in, err, want)
		}
	}
}

func TestSuper(t *testing.T) {
	for _, c := range [][3]string{
		{"tinyint", "bigint", "bigint"},
		{"bigint", "decimal(5,2)", "decimal(21,2)"},
		{"decimal(38,30)", "decimal(38,0)", "decimal(38,30)"},
		{"decimal(5,2)", "real", "real"},
		{"number", "decimal(5,2)", "number"},
		{"number", "double", ""},
		{"varchar(3)", "varchar", "varchar"},
		{"char(3)", "char(5)", "char(5)"},
		{"char(3)", "varchar(2)", "varchar(3)"},
		{"date", "timestamp(6) with time zone", "timestamp(6) with time zone"},
		{"timestamp(6)", "timestamp(3) with time zone", "timestamp(6) with time zone"},
		{"time", "timestamp", ""},
		{"varchar", "integer", ""},
		{"row(a integer)", "row(a bigint)", `row("a" bigint)`},
		{"row(a integer)", "row(b bigint)", "row(bigint)"},
		{"row(integer)", "row(integer, integer)", ""},
		{"map(integer,integer)", "map(bigint,double)", "map(bigint, double)"},
		{"hyperloglog", "p4hyperloglog", "HyperLogLog"},
		{"json", "varchar", ""},
	} {
		for i := range 2 {
			a, b := must(t, c[i]), must(t, c[1-i])
			got, ok := Super(a, b)
			if ok != (c[2] != "") || ok && got.String() != c[2] {
				t.Errorf("Super(%s, %s) = %s, %t; want %q", a, b, got, ok, c[2])
			}
		}
	}
	if !CanCoerce(must(t, "row(a integer)"), must(t, "row(b bigint)")) {
		t.Error("a row turns into a row of wider fields whatever their names")
	}
	if CanCoerce(must(t, "bigint"), must(t, "decimal(5,2)")) {
		t.Error("bigint does not fit decimal(5,2)")
	}
	null := Of(Unknown)
	if s, ok := Super(null, must(t, "date")); !ok || s.String() != "date" {
		t.Errorf("NULL takes the type of the other: %s", s)
	}
}

func TestArithmetic(t *testing.T) {
	ops := map[string]Op{"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Mod}
	for _, c := range []struct{ a, op, b, want string }{
		{"integer", "/", "integer", "integer"},
		{"integer", "+", "decimal(2,1)", "decimal(12,1)"},
		{"decimal(3,2)", "/", "integer", "decimal(14,13)"},
		{"decimal(38,10)", "+", "decimal(38,5)", "decimal(38,5)"},
		{"decimal(38,30)", "-", "decimal(38,20)", "decimal(38,20)"},
		{"decimal(20,10)", "*", "decimal(20,10)", "decimal(38,18)"},
		{"decimal(30,10)", "*", "decimal(30,10)", "decimal(38,6)"},
		{"decimal(38,30)", "/", "decimal(38,20)", "decimal(38,10)"},
		{"decimal(38,30)", "%", "decimal(38,20)", "decimal(38,30)"},
		{"number", "%", "integer", "number"},
		{"number", "+", "double", ""},
		{"real", "*", "decimal(5,2)", "real"},
		{"date", "-", "date", "interval day to second"},
		{"date", "+", "integer", ""},
		{"time", "+", "interval day to second", "time(3)"},
		{"time", "+", "interval year to month", ""},
		{"timestamp(0)", "+", "interval day to second", "timestamp(3)"},
		{"interval day to second", "+", "time(0) with time zone", "time(3) with time zone"},
		{"timestamp(0) with time zone", "-", "interval year to month", "timestamp(0) with time zone"},
		{"timestamp(6)", "-", "interval day to second", "timestamp(6)"},
		{"interval day to second", "-", "date", ""},
		{"interval day to second", "*", "decimal(5,2)", "interval day to second"},
		{"integer", "/", "interval day to second", ""},
		{"interval day to second", "+", "interval year to month", ""},
		{"varchar", "+", "varchar", ""},
	} {
		got, _, _, v := Arithmetic(ops[c.op], must(t, c.a), must(t, c.b))
		if (v == Resolved) != (c.want != "") || v == Resolved && got.String() != c.want {
			t.Errorf("%s %s %s = %s; want %q", c.a, c.op, c.b, got, c.want)
		}
	}
	null := Of(Unknown)
	if _, _, _, v := Arithmetic(Add, null, null); v != Ambiguous {
		t.Error("NULL + NULL must be ambiguous")
	}
	for _, c := range []struct{ a, op, b, want string }{
		{"", "+", "integer", "integer"},
		{"", "*", "integer", "integer"},
		{"", "*", "bigint", ""},
		{"bigint", "*", "", ""},
		{"bigint", "/", "", "bigint"},
		{"", "/", "double", ""},
		{"double", "/", "", "double"},
		{"", "*", "decimal(2,1)", "decimal(3,1)"},
		{"", "+", "date", "date"},
		{"date", "-", "", "date"},
		{"", "-", "date", "interval day to second"},
		{"timestamp(0)", "+", "", ""},
		{"timestamp(3)", "-", "", ""},
		{"", "+", "time(0)", "time(3)"},
		{"interval day to second", "*", "", "interval day to second"},
		{"interval day to second", "+", "", ""},
	} {
		a, b := null, null
		if c.a != "" {
			a = must(t, c.a)
		}
		if c.b != "" {
			b = must(t, c.b)
		}
		got, _, _, v := Arithmetic(ops[c.op], a, b)
		if (v == Resolved) != (c.want != "") || v == Resolved && got.String() != c.want {
			t.Errorf("%s %s %s = %s, %d; want %q (an empty side is NULL)", c.a, c.op, c.b, got, v, c.want)
		}
	}
}

// TestCoercionsOfRealServer holds every recorded pair against our tables.
func TestCoercionsOfRealServer(t *testing.T) {
	ops := map[string]Op{"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Mod}
	in := bufio.NewScanner(shared(t, "data/oracle/coercions.jsonl"))
	in.Buffer(nil, 1<<20)
	pairs := 0
	for in.Scan() {
		var row struct {
			From, To  string
			Common    *string `json:"common_super_type"`
			Implicit  bool
			EqLegal   bool `json:"eq_legal"`
			LtLegal   bool `json:"lt_legal"`
			CastLegal bool `json:"cast_legal"`
			Ops       map[string]*string
		}
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		pairs++
		a, b := must(t, row.From), must(t, row.To)
		super, ok := Super(a, b)
		if ok != (row.Common != nil) || ok && super.String() != *row.Common {
			t.Errorf("Super(%s, %s) = %s, %t; Trino: %v", a, b, super, ok, row.Common)
		}
		if got := CanCoerce(a, b); got != row.Implicit {
			t.Errorf("CanCoerce(%s, %s) = %t", a, b, got)
		}
		if got := CanCast(a, b); got != row.CastLegal {
			t.Errorf("CanCast(%s, %s) = %t", a, b, got)
		}
		if _, got := Comparison(a, b, false); got != row.EqLegal {
			t.Errorf("%s = %s: %t", a, b, got)
		}
		if _, got := Comparison(a, b, true); got != row.LtLegal {
			t.Errorf("%s < %s: %t", a, b, got)
		}
		for text, op := range ops {
			got, _, _, v := Arithmetic(op, a, b)
			want := row.Ops[text]
			if (v == Resolved) != (want != nil) || want != nil && got.String() != *want {
				t.Errorf("%s %s %s = %s", a, text, b, got)
			}
		}
	}
	if err := in.Err(); err != nil || pairs == 0 {
		t.Fatalf("%d pairs read: %v", pairs, err)
	}
	t.Logf("%d pairs", pairs)
}

// TestTypesOfRealServer: what CAST(NULL AS …) accepts, we accept, under the same name.
func TestTypesOfRealServer(t *testing.T) {
	in := bufio.NewScanner(shared(t, "data/oracle/types.txt"))
	for in.Scan() {
		text, want, ok := strings.Cut(in.Text(), "\t")
		// What only the grammar can read (array<…>, "integer array") is the parser's to normalise.
		if !ok || strings.HasPrefix(text, "#") || strings.Contains(text, "<") || strings.HasSuffix(text, " array") || strings.HasPrefix(text, "function(") {
			continue
		}
		got, err := Parse(text)
		if strings.HasPrefix(want, "ERROR") {
			if err == nil {
				t.Errorf("%s is a type here, not in Trino", text)
			}
		} else if err != nil || got.String() != want {
			t.Errorf("%s = %s, %v; want %s", text, got, err, want)
		}
	}
}
