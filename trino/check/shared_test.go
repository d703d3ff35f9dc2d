package check_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// The tests of this file hold the checker against recorded answers of a real Trino 483. They are
// skipped where the recordings are absent; check_test.go covers the same ground with our own cases.

func sharedPath(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("LIMN_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not here; set LIMN_SHARED", name)
	}
	return path
}

func rows[T any](t testing.TB, name string) (all []T) {
	t.Helper()
	f, err := os.Open(sharedPath(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var row T
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := in.Err(); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d rows, %v", name, len(all), err)
	}
	return all
}

// recordedTables reads the schema.json of a recorded set of tables.
func recordedTables(t testing.TB, catalog string) (tables []*check.Table) {
	t.Helper()
	data, err := os.ReadFile(sharedPath(t, "data/oracle/"+catalog+"/schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Tables map[string]struct {
			Columns []struct{ Name, Type string }
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for name, table := range all.Tables {
		mine := &check.Table{Catalog: catalog, Schema: "tiny", Name: name}
		for _, col := range table.Columns {
			mine.Columns = append(mine.Columns, check.TableColumn{Name: col.Name, Type: mustType(t, col.Type)})
		}
		tables = append(tables, mine)
	}
	return tables
}

func mustType(t testing.TB, text string) types.Type {
	t.Helper()
	typ, err := types.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// oracleCatalog has the two sample connectors with schema tiny.
func oracleCatalog(t testing.TB) check.Catalog {
	return check.Tables(append(recordedTables(t, "tpch"), recordedTables(t, "tpcds")...)...)
}

type outputColumn struct{ Name, Type string }

// judge parses and checks; a syntax error counts as a problem, as it does in Trino.
func judge(sql string, cat check.Catalog, s check.Session) (*check.Info, []check.Problem) {
	stmt, err := parse.Statement(sql)
	if err != nil {
		at := ast.Span{}
		var e *parse.Error
		if errors.As(err, &e) {
			at = ast.Span{Start: int32(e.Offset), End: int32(e.Offset)}
		}
		return nil, []check.Problem{{Code: check.SyntaxError, Message: err.Error(), At: at}}
	}
	return check.Check(stmt, cat, s)
}

// share reports a measured share and fails below a floor.
func share(t *testing.T, what string, good, all int, floor float64) {
	t.Helper()
	p := 100 * float64(good) / float64(max(all, 1))
	t.Logf("%s: %d of %d, %.1f %%", what, good, all, p)
	if p < floor {
		t.Errorf("%s: %.1f %%, want %.1f %%", what, p, floor)
	}
}

func TestRecordedQueries(t *testing.T) {
	cat := oracleCatalog(t)
	type row struct {
		ID, SQL string
		Columns []outputColumn
	}
	all := rows[row](t, "data/oracle/queries.jsonl")
	for _, r := range all {
		catalog, _, _ := strings.Cut(r.ID, "/")
		info, problems := judge(r.SQL, cat, check.Session{Catalog: catalog, Schema: "tiny"})
		if len(problems) > 0 {
			t.Errorf("%s: %s", r.ID, problems[0].Format(r.SQL, parse.Position))
			continue
		}
		if diff := differentOutput(info, r.Columns); diff != "" {
			t.Errorf("%s: %s", r.ID, diff)
		}
	}
	t.Logf("%d queries", len(all))
}

func differentOutput(info *check.Info, want []outputColumn) string {
	if want == nil {
		return ""
	}
	if len(info.Columns) != len(want) {
		return fmt.Sprintf("%d columns, want %d", len(info.Columns), len(want))
	}
	for i, col := range info.Columns {
		if col.Name != want[i].Name || col.Type.String() != want[i].Type {
			return fmt.Sprintf("column %d is %s %s, Trino's is %s %s", i+1, col.Name, col.Type, want[i].Name, want[i].Type)
		}
	}
	return ""
}

// TestRecordedEngineQueries: what Trino's own engine tests run, accepted with the same output.
func TestRecordedEngineQueries(t *testing.T) {
	cat := oracleCatalog(t)
	type row struct {
		ID, SQL string
		Columns []outputColumn
	}
	all := rows[row](t, "data/oracle/results_engine.jsonl")
	accepted, alike := 0, 0
	for _, r := range all {
		info, problems := judge(r.SQL, cat, check.Session{Catalog: "tpch", Schema: "tiny"})
		if len(problems) > 0 {
			t.Logf("%s refused: %s: %s\n\t%s", r.ID, problems[0].Code, problems[0].Format(r.SQL, parse.Position), oneLine(r.SQL))
			continue
		}
		accepted++
		if info.Kind != "query" {
			alike++
			continue
		}
		if diff := differentOutput(info, r.Columns); diff != "" {
			t.Logf("%s: %s\n\t%s", r.ID, diff, oneLine(r.SQL))
			continue
		}
		alike++
	}
	share(t, "accepted", accepted, len(all), 99)
	share(t, "names and types alike", alike, accepted, 99)
}

func oneLine(sql string) string {
	text := strings.Join(strings.Fields(sql), " ")
	if len(text) > 260 {
		text = text[:260] + "…"
	}
	return text
}

// runTime are the errors that only running shows; they are none of the checker's.
var placed = regexp.MustCompile(`^line (\d+):(\d+): `)

func TestRecordedErrors(t *testing.T) {
	cat := oracleCatalog(t)
	type row struct {
		SQL          string
		Error        *string `json:"error_name"`
		Message      string
		Line, Column int
	}
	wrong, rejected, code, place, places, fine, accepted := 0, 0, 0, 0, 0, 0, 0
	for _, r := range rows[row](t, "data/oracle/errors.jsonl") {
		_, problems := judge(r.SQL, cat, check.Session{Catalog: "tpch", Schema: "tiny"})
		if r.Error == nil {
			fine++
			if len(problems) == 0 {
				accepted++
			} else {
				t.Logf("refused: %s\n\t%s", oneLine(r.SQL), problems[0].Format(r.SQL, parse.Position))
			}
			continue
		}
		if !placed.MatchString(r.Message) && len(problems) == 0 {
			continue // found while running, or by a connector
		}
		wrong++
		if len(problems) == 0 {
			t.Logf("accepted: %s\n\tTrino: %s %s", oneLine(r.SQL), *r.Error, r.Message)
			continue
		}
		rejected++
		p := problems[0]
		if p.Code == *r.Error {
			code++
		} else {
			t.Logf("code %s, Trino %s: %s\n\tours: %s\n\tTrino: %s", p.Code, *r.Error, oneLine(r.SQL), p.Format(r.SQL, parse.Position), r.Message)
		}
		if placed.MatchString(r.Message) {
			places++
			line, column := parse.Position(r.SQL, int(p.At.Start))
			if line == r.Line && column == r.Column {
				place++
			} else if p.Code == *r.Error {
				t.Logf("place %d:%d, Trino %d:%d: %s\n\t%s", line, column, r.Line, r.Column, oneLine(r.SQL), p.Message)
			}
		}
	}
	share(t, "right statements accepted", accepted, fine, 99)
	share(t, "wrong ones rejected", rejected, wrong, 99)
	share(t, "same code", code, rejected, 97)
	share(t, "same place", place, places, 94)
}

// analyzerCatalog is the set of tables that Trino's analyzer tests assume.
func analyzerCatalog(t testing.TB) check.Catalog {
	stmts, err := parse.Statements(`
		CREATE TABLE tpch.s1.t1 (a bigint, b bigint, c bigint, d bigint);
		CREATE TABLE tpch.s1.t2 (a bigint, b bigint);
		CREATE TABLE tpch.s1.t6 (a bigint, b varchar, c bigint, d bigint);
		CREATE TABLE tpch.s1.t7 (a bigint, b double, c array(bigint), d array(double));
		CREATE TABLE tpch.s1.t8 (tinyint_column tinyint, integer_column integer, decimal_column decimal(5,3), real_column real, char_column char(3),
			bounded_varchar_column varchar(3), unbounded_varchar_column varchar, tinyint_array_column array(tinyint), bigint_array_column array(bigint),
			nested_bounded_varchar_column row(varchar(3)), row_column row(tinyint, varchar), date_column date);
		CREATE TABLE tpch.s1.table_and_view (a bigint);
		CREATE TABLE tpch.s1.table_view_and_materialized_view (a bigint);
		CREATE TABLE c3.s3.v3 (a bigint);
		CREATE TABLE cat.a.b (x varchar);
		CREATE TABLE cat.a.t1 (b row(f1 bigint, f2 bigint));
		CREATE TABLE cat.a.t2 (a row(f1 bigint, f2 bigint));
		CREATE TABLE cat.a.t3 (b row(f1 row(f11 bigint, f12 bigint), f2 boolean), c bigint);
		CREATE TABLE cat.a.t4 (b row(f1 row(f11 row(f111 bigint, f112 bigint), f12 boolean), f2 boolean), c bigint);
		CREATE TABLE cat.a.t5 (b row(f1 bigint))`)
	if err != nil {
		t.Fatal(err)
	}
	base, err := check.Schema(stmts, check.Session{})
	if err != nil {
		t.Fatal(err)
	}
	big := mustType(t, "bigint")
	view := func(name, sql string, col string, typ types.Type) *check.Table {
		q, err := parse.Query(sql)
		if err != nil {
			t.Fatal(err)
		}
		return &check.Table{Catalog: "tpch", Schema: "s1", Name: name, View: q, ViewCatalog: "tpch", ViewSchema: "s1",
			Columns: []check.TableColumn{{Name: col, Type: typ}}}
	}
	return overlay{base, check.Tables(
		&check.Table{Catalog: "tpch", Schema: "s1", Name: "t3", Columns: []check.TableColumn{{Name: "a", Type: big}, {Name: "b", Type: big}, {Name: "x", Type: big, Hidden: true}}},
		&check.Table{Catalog: "tpch", Schema: "s1", Name: "t5", Columns: []check.TableColumn{{Name: "a", Type: big}, {Name: "b", Type: big, Hidden: true}}},
		view("v1", "SELECT a FROM t1", "a", big),
		view("v2", "SELECT a FROM t1", "a", mustType(t, "varchar")),
		view("v4", "SELECT A FROM t1", "a", big),
		view("v5", "SELECT a FROM v5", "a", big),
		materialized(view("mv1", "SELECT a FROM t1", "a", big)),
	)}
}

func materialized(t *check.Table) *check.Table {
	t.Kind = check.MaterializedView
	return t
}

// overlay finds a table in the first catalog that has it.
type overlay []check.Catalog

func (o overlay) HasCatalog(c string) bool   { return o[0].HasCatalog(c) || o[1].HasCatalog(c) }
func (o overlay) HasSchema(c, s string) bool { return o[0].HasSchema(c, s) || o[1].HasSchema(c, s) }
func (o overlay) Names(c, s string) []string { return append(o[0].Names(c, s), o[1].Names(c, s)...) }
func (o overlay) Table(c, s, n string) (*check.Table, bool) {
	if t, ok := o[0].Table(c, s, n); ok {
		return t, true
	}
	return o[1].Table(c, s, n)
}

// testingFunctions are the built-in ones and two that only Trino's own tests have.
func testingFunctions(t testing.TB) *functions.Registry {
	registry, err := functions.Builtin().With([]byte(`{"function":"apply","return_type":"U","argument_types":"T, function(T,U)","function_type":"scalar","deterministic":true}
{"function":"create_hll","return_type":"HyperLogLog","argument_types":"bigint","function_type":"scalar","deterministic":true}`))
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

// testingTableFunctions are those that the server of the analyzer's tests had.
func testingTableFunctions(t testing.TB) []*functions.TableFunction {
	column := []functions.TableColumn{{Name: "column", Type: mustType(t, "boolean")}}
	ab := []functions.TableColumn{{Name: "a", Type: mustType(t, "boolean")}, {Name: "b", Type: mustType(t, "integer")}}
	input := func(name string) functions.TableArg {
		return functions.TableArg{Name: name, Kind: functions.InputArg, Needs: 1}
	}
	through, rows, two := input("INPUT"), input("INPUT"), input("INPUT")
	through.PassThrough, rows.RowSemantics, two.Needs = true, true, 2
	list := []*functions.TableFunction{
		{Name: "two_arguments_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{
			{Name: "TEXT", Type: mustType(t, "varchar")}, {Name: "NUMBER", Type: mustType(t, "bigint"), Optional: true}}},
		{Name: "table_argument_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{input("INPUT")}},
		{Name: "table_argument_row_semantics_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{rows}},
		{Name: "descriptor_argument_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{
			{Name: "SCHEMA", Kind: functions.DescriptorArg, Optional: true}}},
		{Name: "two_table_arguments_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{input("INPUT1"), input("INPUT2")}},
		{Name: "only_pass_through_function", OnlyPassThrough: true, Args: []functions.TableArg{through}},
		{Name: "monomorphic_static_return_type_function", Columns: ab},
		{Name: "polymorphic_static_return_type_function", Columns: ab, Args: []functions.TableArg{input("INPUT")}},
		{Name: "pass_through_function", Columns: []functions.TableColumn{{Name: "x", Type: mustType(t, "boolean")}}, Args: []functions.TableArg{through}},
		{Name: "required_columns_function", Columns: column, Polymorphic: true, Args: []functions.TableArg{two}},
	}
	for _, f := range list {
		f.Catalog, f.Schema = "tpch", "system"
	}
	return list
}

func TestRecordedAnalyzerCases(t *testing.T) {
	cat := analyzerCatalog(t)
	type row struct {
		SQL, Session string
		Code         string `json:"error_code"`
		Message      string
	}
	registry := testingFunctions(t)
	registry = registry.WithTables(testingTableFunctions(t)...)
	var fine, accepted, wrong, rejected, code, places, place int
	for _, r := range rows[row](t, "bench/trino/analyzer.jsonl") {
		catalog, schema, _ := strings.Cut(r.Session, ".")
		_, problems := judge(r.SQL, cat, check.Session{Catalog: catalog, Schema: schema, Functions: registry, Now: time.Now()})
		if r.Code == "" {
			fine++
			if len(problems) == 0 {
				accepted++
			} else {
				t.Logf("refused: %s\n\t%s %s", oneLine(r.SQL), problems[0].Code, problems[0].Format(r.SQL, parse.Position))
			}
			continue
		}
		wrong++
		if len(problems) == 0 {
			t.Logf("accepted: %s\n\tTrino: %s %s", oneLine(r.SQL), r.Code, r.Message)
			continue
		}
		rejected++
		p := problems[0]
		if p.Code == r.Code {
			code++
		} else {
			t.Logf("code %s, Trino %s: %s\n\tours: %s\n\tTrino: %s", p.Code, r.Code, oneLine(r.SQL), p.Format(r.SQL, parse.Position), r.Message)
		}
		if m := placed.FindStringSubmatch(r.Message); m != nil {
			places++
			line, column := parse.Position(r.SQL, int(p.At.Start))
			if m[1] == fmt.Sprint(line) && m[2] == fmt.Sprint(column) {
				place++
			} else if p.Code == r.Code {
				t.Logf("place %d:%d, Trino %s:%s: %s\n\t%s", line, column, m[1], m[2], oneLine(r.SQL), p.Message)
			}
		}
	}
	share(t, "right statements accepted", accepted, fine, 99)
	share(t, "wrong ones rejected", rejected, wrong, 99)
	share(t, "same code", code, rejected, 97)
	share(t, "same place", place, places, 94)
}

// TestRecordedExpressions: every recorded expression that has a value is accepted with its type.
func TestRecordedExpressions(t *testing.T) {
	cat := oracleCatalog(t)
	type row struct {
		SQL     string
		Error   *string `json:"error_name"`
		Columns []outputColumn
		Type    *string
	}
	for _, name := range []string{"expressions", "expressions_zones"} {
		var fine, accepted, alike int
		for _, r := range rows[row](t, "data/oracle/"+name+".jsonl") {
			if r.Error != nil {
				continue
			}
			fine++
			info, problems := judge(r.SQL, cat, check.Session{Catalog: "tpch", Schema: "tiny"})
			if len(problems) > 0 {
				t.Logf("refused: %s\n\t%s %s", oneLine(r.SQL), problems[0].Code, problems[0].Format(r.SQL, parse.Position))
				continue
			}
			accepted++
			if diff := differentOutput(info, r.Columns); diff == "" && (r.Type == nil || len(info.Columns) != 1 || info.Columns[0].Type.String() == *r.Type) {
				alike++
			} else {
				t.Logf("%s: %s; type %s, Trino's %v\n", oneLine(r.SQL), diff, info.Columns[0].Type, r.Type)
			}
		}
		share(t, name+" accepted", accepted, fine, 99)
		share(t, name+" with the same types", alike, accepted, 99)
	}
}

// TestRecordedEngineStatements: every statement of Trino's engine tests, whatever its kind, but for those
// that failed on the recording server (functions that only its tests have).
func TestRecordedEngineStatements(t *testing.T) {
	cat := oracleCatalog(t)
	type row struct{ SQL, Expect string }
	failed := map[string]bool{}
	for _, r := range rows[row](t, "data/oracle/engine_failed.jsonl") {
		failed[r.SQL] = true
	}
	registry := testingFunctions(t)
	var fine, accepted, wrong, rejected int
	for _, r := range rows[row](t, "bench/trino/engine_queries.jsonl") {
		_, problems := judge(r.SQL, cat, check.Session{Catalog: "tpch", Schema: "tiny", Functions: registry})
		switch {
		case r.Expect == "ok" && !failed[r.SQL]:
			fine++
			if len(problems) == 0 {
				accepted++
			} else {
				t.Logf("refused: %s\n\t%s %s", oneLine(r.SQL), problems[0].Code, problems[0].Format(r.SQL, parse.Position))
			}
		case r.Expect == "error":
			wrong++
			if len(problems) > 0 {
				rejected++
			} else {
				t.Logf("accepted: %s", oneLine(r.SQL))
			}
		}
	}
	share(t, "right statements accepted", accepted, fine, 99)
	// What only planning or running shows is the rest.
	share(t, "wrong ones rejected", rejected, wrong, 58)
}

// TestRecordedInsertCoercions stores a value of each type in a column of each other.
func TestRecordedInsertCoercions(t *testing.T) {
	type row struct {
		From, To string
		Legal    *bool `json:"insert_legal"`
	}
	n := 0
	for _, r := range rows[row](t, "data/oracle/coercions.jsonl") {
		if r.Legal == nil {
			continue
		}
		n++
		cat := check.Tables(&check.Table{Catalog: "memory", Schema: "default", Name: "t", Columns: []check.TableColumn{{Name: "x", Type: mustType(t, r.To)}}})
		_, problems := judge("INSERT INTO memory.default.t SELECT CAST(NULL AS "+r.From+")", cat, check.Session{})
		if (len(problems) == 0) != *r.Legal {
			t.Errorf("%s into %s: %v, Trino takes it: %v", r.From, r.To, problems, *r.Legal)
		}
	}
	t.Logf("%d pairs", n)
}
