package proof

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// tpcQueries are the texts that scripts/tpc-queries.sh wrote, by set.
func tpcQueries(t testing.TB, set string) []string {
	t.Helper()
	dir := service.Setting(t, "LIMN_TEST_TPC_QUERIES", "it names the folder that scripts/tpc-queries.sh wrote")
	files, err := filepath.Glob(filepath.Join(dir, set, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no queries of %s: %v", dir, set, err)
	}
	var out []string
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(raw))
	}
	return out
}

// runs is how often each query is timed; the middle one counts.
const runs = 7

func middle(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

func share95(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)*95/100]
}

// timed gives the middle time of each query.
func timed(queries []string, f func(q string)) []time.Duration {
	var out []time.Duration
	for _, q := range queries {
		var ds []time.Duration
		for range runs {
			start := time.Now()
			f(q)
			ds = append(ds, time.Since(start))
		}
		out = append(out, middle(ds))
	}
	return out
}

// Our parser against sqlglot's compiled build, on the same texts, one after the other in one run.
func TestParsingAgainstSqlglot(t *testing.T) {
	python := service.Setting(t, "LIMN_TEST_SQLGLOT", "it is the interpreter that scripts/sqlglot.sh prints")
	queries := tpcQueries(t, "tpcds")
	in, err := json.Marshal(queries)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import json, sys, time, sqlglot, sqlglot.parser
assert sqlglot.parser.__file__.endswith(".so"), "not the compiled build"
out = []
queries = json.load(sys.stdin)
for q in queries: sqlglot.parse_one(q, read="trino")
for q in queries:
    ts = []
    for _ in range(7):
        start = time.perf_counter_ns()
        sqlglot.parse_one(q, read="trino")
        ts.append(time.perf_counter_ns() - start)
    out.append(sorted(ts)[3])
print(json.dumps(out))`)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs []time.Duration
	if err := json.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	ours := timed(queries, func(q string) {
		if _, err := parse.Statement(q); err != nil {
			t.Fatal(err)
		}
	})
	o, s := middle(ours), middle(theirs)
	t.Logf("figure: parsing a TPC-DS query takes %s in the middle, %s at 95 %%; sqlglot compiled %s: %.1f times faster", o, share95(ours), s, float64(s)/float64(o))
	if float64(s) < 8*float64(o) {
		t.Errorf("only %.1f times faster, want 8", float64(s)/float64(o))
	}
	if o > 80*time.Microsecond || share95(ours) > 400*time.Microsecond {
		t.Errorf("slower than 80 µs in the middle or 400 µs at 95 %%")
	}
}

// Parsing, checking and tracing here against a warm EXPLAIN (TYPE VALIDATE) on a real Trino.
func TestCheckingAgainstTrino(t *testing.T) {
	queries := tpcQueries(t, "tpcds")
	e, err := trino.Open(trino.Config{URL: service.Trino(t), User: "admin", Source: "limn-test"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	assets, _, err := e.Tables(t.Context(), trino.Scope{"tpcds.tiny"})
	if err != nil {
		t.Fatal(err)
	}
	var tables []*check.Table
	for _, a := range assets {
		table := &check.Table{Catalog: "tpcds", Schema: "tiny", Name: a.Name.Table}
		for _, c := range a.Columns {
			typ, err := types.Parse(c.Type)
			if err != nil {
				t.Fatal(err)
			}
			table.Columns = append(table.Columns, check.TableColumn{Name: c.Name, Type: typ})
		}
		tables = append(tables, table)
	}
	cat := check.Tables(tables...)
	ours := timed(queries, func(q string) {
		stmt, err := parse.Statement(q)
		if err != nil {
			t.Fatal(err)
		}
		info, problems := check.Check(stmt, cat, check.Session{})
		if len(problems) > 0 {
			t.Fatal(problems[0].Message)
		}
		if g := lineage.Trace(stmt.(*ast.Query), info); len(g.Outputs) == 0 {
			t.Fatal("no lineage")
		}
	})
	validate := func(q string) {
		if _, err := e.Run(t.Context(), trino.Statement{SQL: "EXPLAIN (TYPE VALIDATE) " + q, MaxRows: 1}); err != nil {
			t.Fatal(err)
		}
	}
	some := queries
	if os.Getenv("LIMN_PROOF") == "" {
		some = queries[:10]
	}
	for _, q := range some {
		validate(q)
	}
	theirs := timed(some, validate)
	o, s := middle(ours), middle(theirs)
	t.Logf("figure: parsing, checking and tracing a TPC-DS query takes %s in the middle; a warm EXPLAIN (TYPE VALIDATE) %s: %.0f times faster", o, s, float64(s)/float64(o))
	if float64(s) < 100*float64(o) {
		t.Errorf("only %.0f times faster, want 100", float64(s)/float64(o))
	}
	if o > 300*time.Microsecond {
		t.Errorf("slower than 300 µs")
	}
}
