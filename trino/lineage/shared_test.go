package lineage_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// The tests of this file hold lineage against what the listener of a real Trino 483 recorded. They
// are skipped where the recordings are absent; lineage_test.go covers the same ground.

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
			typ, err := types.Parse(col.Type)
			if err != nil {
				t.Fatal(err)
			}
			mine.Columns = append(mine.Columns, check.TableColumn{Name: col.Name, Type: typ})
		}
		tables = append(tables, mine)
	}
	return tables
}

// gaps are the shapes where Trino's own lineage says nothing though there is a source, so that an
// empty list of its means nothing.
var gaps = regexp.MustCompile(`(?is)\bUSING\b|\)\.\*|\bPIVOT\b|MATCH_RECOGNIZE|\bEXISTS\b|\bVALUES\b|\bWINDOW\b|count\(\*\)|\bTABLE\s+\w+`)

type recorded struct {
	ID, SQL string
	Columns []struct {
		Name    string
		Sources []struct{ Table, Column string }
	}
	Tables []struct {
		Table   string
		Columns []string
	}
}

func TestRecordedLineage(t *testing.T) {
	cat := check.Tables(append(append(recordedTables(t, "tpch"), recordedTables(t, "tpcds")...),
		// The one view of the recordings. Without its query it is a source itself, as Trino has it.
		&check.Table{Catalog: "memory", Schema: "default", Name: "ov", Columns: []check.TableColumn{
			{Name: "nm", Type: types.VarcharOf(25)}, {Name: "rk", Type: types.Of(types.Bigint)}}})...)
	for _, name := range []string{"lineage_queries", "lineage_engine", "lineage_extra"} {
		t.Run(name, func(t *testing.T) {
			var queries, columns, missing, further, tables, tablesAlike, unread int
			for _, r := range readRecorded(t, name) {
				s := check.Session{Catalog: "tpch", Schema: "tiny"}
				if strings.HasPrefix(r.ID, "tpcds") {
					s.Catalog = "tpcds"
				}
				stmt, err := parse.Statement(r.SQL)
				if err != nil {
					unread++
					continue
				}
				q, ok := stmt.(*ast.Query)
				if !ok || r.Columns == nil {
					continue
				}
				info, problems := check.Check(q, cat, s)
				if len(problems) > 0 {
					unread++
					continue
				}
				queries++
				g := lineage.Trace(q, info)
				if len(g.Outputs) != len(r.Columns) {
					t.Errorf("%s: %d columns, Trino's %d", r.ID, len(g.Outputs), len(r.Columns))
					continue
				}
				for i, out := range g.Outputs {
					columns++
					ours := direct(out)
					var theirs []string
					for _, s := range r.Columns[i].Sources {
						theirs = append(theirs, s.Table+"."+s.Column)
					}
					sort.Strings(theirs)
					for _, s := range theirs {
						if !slices.Contains(ours, s) {
							missing++
							t.Errorf("%s, column %s: %s is missing\n\t%s", r.ID, out.Name, s, oneLine(r.SQL))
						}
					}
					if len(ours) > len(theirs) && !(gaps.MatchString(r.SQL)) {
						further++
						t.Errorf("%s, column %s: ours %v, Trino's %v\n\t%s", r.ID, out.Name, ours, theirs, oneLine(r.SQL))
					}
				}
				tables++
				if diff := differentTables(g, r); diff == "" {
					tablesAlike++
				} else if !gaps.MatchString(r.SQL) {
					t.Logf("%s: %s\n\t%s", r.ID, diff, oneLine(r.SQL))
				}
			}
			t.Logf("%d queries, %d columns: %d sources missing, %d columns with further ones; columns read alike in %d of %d; %d not read (grammar of later)",
				queries, columns, missing, further, tablesAlike, tables, unread)
			if queries == 0 || tablesAlike*100 < tables*94 {
				t.Errorf("columns read alike in %d of %d", tablesAlike, tables)
			}
		})
	}
}

func readRecorded(t *testing.T, name string) (all []recorded) {
	t.Helper()
	f, err := os.Open(sharedPath(t, "data/oracle/"+name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var r recorded
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func direct(out lineage.Output) (all []string) {
	for _, s := range out.Inputs {
		if s.Kind == lineage.Direct {
			all = append(all, s.Table+"."+s.Column)
		}
	}
	sort.Strings(all)
	return all
}

func differentTables(g lineage.Graph, r recorded) string {
	ours := map[string][]string{}
	for _, table := range g.Tables {
		cols := slices.Clone(table.Columns)
		sort.Strings(cols)
		ours[table.Name] = cols
	}
	theirs := map[string][]string{} // Trino lists a table once for each time it is named
	for _, table := range r.Tables {
		theirs[table.Table] = append(theirs[table.Table], table.Columns...)
	}
	for name, cols := range theirs {
		sort.Strings(cols)
		if cols = slices.Compact(cols); !slices.Equal(ours[name], cols) {
			return fmt.Sprintf("%s: ours %v, Trino's %v", name, ours[name], cols)
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("%d tables, Trino's %d", len(ours), len(theirs))
	}
	return ""
}

func oneLine(sql string) string {
	text := strings.Join(strings.Fields(sql), " ")
	if len(text) > 300 {
		text = text[:300] + "…"
	}
	return text
}

// BenchmarkTPCDS measures the three steps on every recorded TPC-DS query; see the median it reports.
func BenchmarkTPCDS(b *testing.B) {
	cat := check.Tables(recordedTables(b, "tpcds")...)
	f, err := os.ReadFile(sharedPath(b, "data/oracle/queries.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	var queries []string
	for _, line := range strings.Split(strings.TrimSpace(string(f)), "\n") {
		var r recorded
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			b.Fatal(err)
		}
		if strings.HasPrefix(r.ID, "tpcds") {
			queries = append(queries, r.SQL)
		}
	}
	s := check.Session{Catalog: "tpcds", Schema: "tiny"}
	step := func(name string, f func(sql string)) {
		b.Run(name, func(b *testing.B) {
			var all []float64
			for range b.N {
				for _, sql := range queries {
					start := time.Now()
					f(sql)
					all = append(all, float64(time.Since(start)))
				}
			}
			sort.Float64s(all)
			b.ReportMetric(all[len(all)/2]/1000, "median-µs/query")
			b.ReportMetric(all[len(all)*95/100]/1000, "p95-µs/query")
		})
	}
	step("parse", func(sql string) {
		if _, err := parse.Query(sql); err != nil {
			b.Fatal(err)
		}
	})
	step("parse+check", func(sql string) {
		q, _ := parse.Query(sql)
		check.Check(q, cat, s)
	})
	step("parse+check+lineage", func(sql string) {
		q, _ := parse.Query(sql)
		info, _ := check.Check(q, cat, s)
		lineage.Trace(q, info)
	})
}

// TestRecordedEngineCases: the cases of Trino's own lineage tests.
func TestRecordedEngineCases(t *testing.T) {
	stmts, err := parse.Statements(`
		CREATE TABLE tpch.s1.t1 (a bigint, b bigint, c bigint, d bigint);
		CREATE TABLE tpch.s1.t2 (a bigint, b bigint);
		CREATE TABLE tpch.s1.t3 (a bigint, b bigint);
		CREATE TABLE mock.default.tests_table_unnest (test_varchar_array array(varchar(15)), test_bigint_array array(bigint))`)
	if err != nil {
		t.Fatal(err)
	}
	extra, err := check.Schema(stmts, check.Session{})
	if err != nil {
		t.Fatal(err)
	}
	var cat check.Catalog = both{extra, check.Tables(recordedTables(t, "tpch")...)}
	data, err := os.ReadFile(sharedPath(t, "bench/trino/lineage.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	compared, wrapped := 0, 0
	for line := range strings.Lines(string(data)) {
		var r struct {
			SQL, Session, Kind string
			Columns            []struct {
				Name    *string
				Sources []string
			}
			Tables []string
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		stmt, err := parse.Statement(r.SQL)
		if err != nil {
			t.Errorf("%s: %v", oneLine(r.SQL), err)
			continue
		}
		catalog, schema, _ := strings.Cut(r.Session, ".")
		session := check.Session{Catalog: catalog, Schema: schema}
		info, problems := check.Check(stmt, cat, session)
		if r.Columns == nil { // a statement for which Trino tells no lineage
			if g := lineage.Statement(stmt, info); len(g.Outputs) > 0 {
				t.Errorf("%s: outputs %v, want none", oneLine(r.SQL), g.Outputs)
			}
			compared++
			continue
		}
		if len(problems) > 0 {
			t.Errorf("%s: %s", oneLine(r.SQL), problems[0].Message)
			continue
		}
		g := lineage.Statement(stmt, info)
		if len(g.Outputs) != len(r.Columns) {
			t.Errorf("%s: %d columns, want %d", oneLine(r.SQL), len(g.Outputs), len(r.Columns))
			continue
		}
		if r.Kind == "trino-event-listener-output-lineage" {
			target := &check.Table{Catalog: "mock", Schema: "default", Name: "target"}
			for i, col := range info.Columns {
				target.Columns = append(target.Columns, check.TableColumn{Name: fmt.Sprintf("c%d", i), Type: col.Type})
			}
			for _, wrap := range []string{"CREATE TABLE mock.default.new AS ", "CREATE VIEW mock.default.new AS ", "INSERT INTO mock.default.target ", "CREATE MATERIALIZED VIEW mock.default.new AS "} {
				stmt, err := parse.Statement(wrap + r.SQL)
				if err != nil {
					t.Errorf("%s%s: %v", wrap, oneLine(r.SQL), err)
					continue
				}
				info, problems := check.Check(stmt, both{cat, check.Tables(target)}, session)
				if len(problems) > 0 {
					t.Errorf("%s%s: %s", wrap, oneLine(r.SQL), problems[0].Message)
					continue
				}
				w := lineage.Statement(stmt, info)
				if !slices.EqualFunc(w.Outputs, g.Outputs, func(a, b lineage.Output) bool { return slices.Equal(a.Inputs, b.Inputs) }) || w.Target == "" {
					t.Errorf("%s%s: %v, want %v", wrap, oneLine(r.SQL), w, g)
				}
				wrapped++
			}
		}
		compared++
		for i, want := range r.Columns {
			sort.Strings(want.Sources)
			got := direct(g.Outputs[i])
			missing := slices.ContainsFunc(want.Sources, func(s string) bool { return !slices.Contains(got, s) })
			if missing || len(got) > len(want.Sources) && !strings.Contains(r.SQL, "WINDOW") {
				t.Errorf("%s, column %d: ours %v, Trino's %v", oneLine(r.SQL), i+1, got, want.Sources)
			}
		}
		for _, name := range r.Tables {
			if !slices.ContainsFunc(g.Tables, func(table lineage.Table) bool { return table.Name == name }) {
				t.Errorf("%s: table %s is not read", oneLine(r.SQL), name)
			}
		}
	}
	if compared < 15 {
		t.Errorf("%d cases compared", compared)
	}
	t.Logf("%d cases, %d wrapped", compared, wrapped)
}

// both finds a table in either of two catalogs.
type both [2]check.Catalog

func (b both) HasCatalog(c string) bool   { return b[0].HasCatalog(c) || b[1].HasCatalog(c) }
func (b both) HasSchema(c, s string) bool { return b[0].HasSchema(c, s) || b[1].HasSchema(c, s) }
func (b both) Names(c, s string) []string { return append(b[0].Names(c, s), b[1].Names(c, s)...) }
func (b both) Table(c, s, n string) (*check.Table, bool) {
	if t, ok := b[0].Table(c, s, n); ok {
		return t, true
	}
	return b[1].Table(c, s, n)
}
