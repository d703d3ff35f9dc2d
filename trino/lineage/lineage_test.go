package lineage_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

var update = flag.Bool("update", false, "write golden files anew")

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
	base, err := check.Schema(stmts, session)
	if err != nil {
		t.Fatal(err)
	}
	view, err := parse.Query("SELECT region, note, day FROM orders WHERE amount > 0")
	if err != nil {
		t.Fatal(err)
	}
	return withView{base, &check.Table{Catalog: "lake", Schema: "views", Name: "recent", View: view, ViewCatalog: "lake", ViewSchema: "sales",
		Columns: []check.TableColumn{{Name: "region", Type: types.VarcharOf(20)}, {Name: "note", Type: types.Of(types.Varchar)}, {Name: "day", Type: types.Of(types.Date)}}}}
}

// withView is a catalog with one view more.
type withView struct {
	check.Catalog
	view *check.Table
}

func (w withView) Table(catalog, schema, name string) (*check.Table, bool) {
	if catalog == w.view.Catalog && schema == w.view.Schema && name == w.view.Name {
		return w.view, true
	}
	return w.Catalog.Table(catalog, schema, name)
}

// TestLineage holds testdata/lineage.sql, where each statement is followed by its lineage: an output
// with its direct sources, then behind ~ the indirect ones.
func TestLineage(t *testing.T) {
	const file = "testdata/lineage.sql"
	cat := testCatalog(t)
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, s := range strings.Split(string(src), ";\n") {
		sql, _, _ := strings.Cut(strings.TrimSpace(s), "\n--")
		if sql == "" {
			continue
		}
		stmt, err := parse.Statement(sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		info, problems := check.Check(stmt, cat, session)
		if len(problems) > 0 && !strings.Contains(sql, "regoin") {
			t.Errorf("%s: %s", sql, problems[0].Format(sql, parse.Position))
		}
		out.WriteString(sql)
		g := lineage.Statement(stmt, info)
		if g.Target != "" {
			fmt.Fprintf(&out, "\n-- into %s", g.Target)
		}
		for _, o := range g.Outputs {
			fmt.Fprintf(&out, "\n-- %s:", o.Name)
			kind := lineage.Direct
			for _, s := range o.Inputs {
				if s.Kind != kind {
					out.WriteString(" ~")
					kind = s.Kind
				}
				fmt.Fprintf(&out, " %s.%s", s.Table[strings.LastIndexByte(s.Table, '.')+1:], s.Column)
			}
		}
		out.WriteString("\n;\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		src = []byte(out.String())
	}
	if diff := cmp.Diff(string(src), out.String()); diff != "" {
		t.Errorf("lineage differs (-want +got):\n%s", diff)
	}
}

// TestForms holds the forms of one graph, as testdata/forms.golden has them.
func TestForms(t *testing.T) {
	cat := testCatalog(t)
	stmt, err := parse.Statement(`INSERT INTO accounts (name, region, id)
		SELECT max(o.note), upper(o.region), o.id FROM orders o JOIN accounts a ON a.id = o.account_id WHERE o.amount > (SELECT min(amount) FROM targets) GROUP BY o.region, o.id`)
	if err != nil {
		t.Fatal(err)
	}
	info, problems := check.Check(stmt, cat, session)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	g := lineage.Statement(stmt, info)
	facet, err := json.MarshalIndent(g.OpenLineage("trino://lake.example.org:8443", "https://example.org/who"), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := "-- tree --\n" + g.Tree() + "-- dot --\n" + g.DOT() + "-- openlineage --\n" + string(facet) + "\n"
	const file = "testdata/forms.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("forms differ (-want +got):\n%s", diff)
	}
}

// TestNamesDoNotEscape: names can not break out of a picture.
func TestNamesDoNotEscape(t *testing.T) {
	g := lineage.Graph{Target: "a.b.<x>&\"\x1b[2J", Outputs: []lineage.Output{{Name: "\u202eo\nl<d>", Inputs: []lineage.Source{{Table: "t\n", Column: "</td>", Kind: lineage.Direct}}}}}
	for form, text := range map[string]string{"tree": g.Tree(), "dot": g.DOT()} {
		if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "o\nl") {
			t.Errorf("%s: %q", form, text)
		}
	}
	if dot := g.DOT(); strings.Contains(dot, "<x>") || strings.Count(dot, "</td></td>") > 0 {
		t.Errorf("dot: %s", dot)
	}
}

// TestEveryDirectSourceIsRead: what reaches an output was read, and nothing is both direct and
// indirect for one output.
func TestEveryDirectSourceIsRead(t *testing.T) {
	cat := testCatalog(t)
	src, err := os.ReadFile("testdata/lineage.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strings.Split(string(src), ";\n") {
		sql, _, _ := strings.Cut(strings.TrimSpace(s), "\n--")
		if sql == "" {
			continue
		}
		stmt, err := parse.Statement(sql)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := check.Check(stmt, cat, session)
		g := lineage.Statement(stmt, info)
		read := map[string]bool{}
		for _, table := range g.Tables {
			for _, col := range table.Columns {
				read[table.Name+"."+col] = true
			}
		}
		for _, o := range g.Outputs {
			seen := map[string]bool{}
			for _, s := range o.Inputs {
				key := s.Table + "." + s.Column
				if seen[key] {
					t.Errorf("%s: %s is listed twice for %s", sql, key, o.Name)
				}
				seen[key] = true
				if !read[key] {
					t.Errorf("%s: %s is a source of %s and not among the columns read %v", sql, key, o.Name, g.Tables)
				}
			}
		}
	}
}

// FuzzTrace: whatever parses can be traced, with or without problems.
func FuzzTrace(f *testing.F) {
	src, err := os.ReadFile("testdata/lineage.sql")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range strings.Split(string(src), ";\n") {
		f.Add(s)
	}
	for _, s := range []string{
		"INSERT INTO accounts (id, name) SELECT id, region || note FROM orders WHERE amount > 1", "CREATE TABLE t AS SELECT sum(amount) AS a FROM orders GROUP BY region",
		"CREATE VIEW v AS SELECT region FROM lake.views.recent", "UPDATE accounts SET name = (SELECT max(note) FROM orders) WHERE id = 1",
		"MERGE INTO accounts a USING orders o ON a.id = o.id WHEN MATCHED THEN UPDATE SET name = o.note WHEN NOT MATCHED THEN INSERT (id) VALUES (o.id)",
		"WITH FUNCTION f(a bigint) RETURNS bigint RETURN a SELECT f(id) FROM orders", "EXECUTE IMMEDIATE 'SELECT id FROM orders'", "DELETE FROM orders WHERE id = 1",
	} {
		f.Add(s)
	}
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, sql string) {
		stmt, err := parse.Statement(sql)
		if err != nil {
			return
		}
		info, problems := check.Check(stmt, cat, session)
		g := lineage.Statement(stmt, info)
		if len(g.Outputs) != len(info.Columns) && len(g.Outputs) != len(info.Written) && len(g.Outputs) != 0 {
			t.Errorf("%d outputs for %d columns, %d written (%v)", len(g.Outputs), len(info.Columns), len(info.Written), problems)
		}
		g.Tree()
		g.DOT()
		g.OpenLineage("trino://x", "y")
	})
}

// BenchmarkOwn measures parse, check and lineage over our own queries, for where TPC-DS is absent.
func BenchmarkOwn(b *testing.B) {
	src, err := os.ReadFile("testdata/lineage.sql")
	if err != nil {
		b.Fatal(err)
	}
	var queries []string
	for _, s := range strings.Split(string(src), ";\n") {
		if sql, _, _ := strings.Cut(strings.TrimSpace(s), "\n--"); sql != "" {
			queries = append(queries, sql)
		}
	}
	cat := testCatalog(b)
	b.ReportAllocs()
	for i := range b.N {
		stmt, err := parse.Statement(queries[i%len(queries)])
		if err != nil {
			b.Fatal(err)
		}
		info, _ := check.Check(stmt, cat, session)
		lineage.Statement(stmt, info)
	}
}
