package gate_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// recorded finds a file of recordings of a real Trino, which are not part of the project; the test skips
// without them. reads_test.go covers the same ground with reads of our own.
func recorded(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("LIMN_SHARED")
	if root == "" {
		root = "../../shared"
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not here; set LIMN_SHARED", name)
	}
	return path
}

func lines[T any](t testing.TB, name string) (all []T) {
	t.Helper()
	f, err := os.Open(recorded(t, name))
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

// samples are the sample connectors of the recordings, each table with so many rows: at any scale a right
// query is one.
func samples(t testing.TB, rows int64) *catalog.Snapshot {
	var assets []*catalog.Asset
	for _, name := range []string{"tpch", "tpcds"} {
		raw, err := os.ReadFile(recorded(t, "data/oracle/"+name+"/schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Tables map[string]struct {
				Columns []struct{ Name, Type string }
			}
		}
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		for table, x := range all.Tables {
			a := &catalog.Asset{Name: catalog.Name{Catalog: name, Schema: "tiny", Table: table}, Rows: rows, Bytes: 1 << 20}
			for _, c := range x.Columns {
				a.Columns = append(a.Columns, catalog.Column{Name: c.Name, Type: c.Type})
			}
			assets = append(assets, a)
		}
	}
	return catalog.New(assets, nil, nil)
}

// TestRecordedReads: of the queries that a real Trino answers, the gate refuses next to none.
func TestRecordedReads(t *testing.T) {
	type row struct {
		ID, SQL string
		Expect  string
	}
	failed := map[string]bool{}
	for _, r := range lines[row](t, "data/oracle/engine_failed.jsonl") {
		failed[r.SQL] = true
	}
	all := lines[row](t, "data/oracle/queries.jsonl")
	for _, r := range lines[row](t, "bench/trino/engine_queries.jsonl") {
		if r.Expect == "ok" && !failed[r.SQL] {
			all = append(all, r)
		}
	}
	for i, policy := range []access.Policy{{SystemTables: []string{"*.information_schema.*"}}, everywhere, everywhere} {
		snap := samples(t, []int64{60_000, 60_000, 6_000_000_000}[i])
		view := policy.View(snap, access.Principal{Name: "ann"})
		g := &gate.Gate{Estimator: gate.Files{Snapshot: snap}}
		judged, refused := 0, 0
		for _, r := range all {
			if i == 2 && r.ID == "" {
				continue // tests of the engine's own, which nobody asks of large tables
			}
			session := check.Session{Catalog: "tpch", Schema: "tiny"}
			if c, _, ok := strings.Cut(r.ID, "/"); ok {
				session.Catalog = c
			}
			stmt, err := parse.Statement(r.SQL)
			if err != nil {
				continue // another test's business
			}
			info, problems := check.Check(stmt, view.Snapshot().Checked(), session)
			if len(problems) > 0 || info.Kind != "query" {
				continue
			}
			judged++
			stmt, err = gate.Read(r.SQL, policy)
			if err != nil {
				refused++
				t.Logf("%v: %s", err, r.SQL)
				continue
			}
			info, _ = check.Check(stmt, view.Snapshot().Checked(), session)
			v, err := g.Judge(t.Context(), gate.Request{SQL: r.SQL, Stmt: stmt, Info: info, View: view, At: at})
			if err != nil {
				t.Fatalf("%s: %v", r.SQL, err)
			}
			if v.Decision != gate.Run {
				refused++
				t.Logf("%s: %s: %s", v.Code, v.Reason, r.SQL)
			}
		}
		t.Logf("%d reads judged, %d refused (%.2f %%)", judged, refused, 100*float64(refused)/float64(judged))
		if judged < 50 || i < 2 && judged < 500 || refused*1000 > judged*5 {
			t.Errorf("%d of %d right reads are refused", refused, judged)
		}
	}
}

// everywhere restricts every table: each loses rows, and text is masked.
var everywhere = access.Policy{SystemTables: []string{"*.information_schema.*"},
	Filters: []access.RowFilter{{Name: "f", Where: "in_group('none') OR current_user <> 'bob'"}},
}
