package format_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// load reads the statements of a JSON lines file of the shared folder; the test is skipped where the
// folder is absent.
func load(tb testing.TB, name string) []string {
	tb.Helper()
	root := os.Getenv("LIMN_SHARED")
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, name))
	if err != nil {
		tb.Skipf("no shared test set: %v", err)
	}
	defer f.Close()
	var list []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c struct{ SQL string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		list = append(list, c.SQL)
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return list
}

var sets = []string{
	"bench/tpc/tpcds_trino_queries.jsonl",
	"bench/tpc/tpch_trino_queries.jsonl",
	"data/oracle/queries.jsonl",
	"bench/trino/engine_queries.jsonl",
	"bench/trino/analyzer.jsonl",
	"bench/trino/parser.jsonl",
	"bench/trino/lineage.jsonl",
	"data/oracle/expressions.jsonl",
	"data/oracle/errors.jsonl",
	"data/oracle/lineage_extra.jsonl",
	"data/oracle/results_engine.jsonl",
}

// TestRoundTripOfSets prints every statement that parses and reads it again.
func TestRoundTripOfSets(t *testing.T) {
	for _, set := range sets {
		t.Run(set, func(t *testing.T) {
			n := 0
			for _, sql := range load(t, set) {
				if s, err := parse.Statement(sql); err == nil {
					n++
					roundTrip(t, sql, s)
				} else if x, err := parse.Expr(sql); err == nil {
					n++
					roundTripExpr(t, sql, x)
				}
			}
			t.Logf("%d statements and expressions", n)
		})
	}
}

// roundTrip checks that what is printed reads as the same, and prints the same again.
func roundTrip(t testing.TB, sql string, s ast.Statement) {
	t.Helper()
	text := format.Statement(s)
	again, err := parse.Statement(text)
	if err != nil {
		t.Errorf("source:\n%s\nprinted:\n%s\nno longer parses: %v", sql, text, err)
		return
	}
	if a, b := ast.Shape(s), ast.Shape(again); a != b {
		t.Errorf("source:\n%s\nprinted:\n%s\nshape was\n%s\nis\n%s", sql, text, a, b)
		return
	}
	if twice := format.Statement(again); twice != text {
		t.Errorf("source:\n%s\nprinted:\n%s\nprinted again:\n%s", sql, text, twice)
	}
	if a, b := comments(s), comments(again); a != b {
		t.Errorf("source:\n%s\nprinted:\n%s\ncomments %d, then %d", sql, text, a, b)
	}
}

func comments(s ast.Statement) int {
	return len(*ast.CommentsOf(s))
}

func roundTripExpr(t testing.TB, sql string, x ast.Expr) {
	t.Helper()
	text := format.Expr(x)
	again, err := parse.Expr(text)
	if err != nil {
		t.Errorf("source:\n%s\nprinted:\n%s\nno longer parses: %v", sql, text, err)
		return
	}
	if a, b := ast.Shape(x), ast.Shape(again); a != b {
		t.Errorf("source:\n%s\nprinted:\n%s\nshape was\n%s\nis\n%s", sql, text, a, b)
		return
	}
	if twice := format.Expr(again); twice != text {
		t.Errorf("source:\n%s\nprinted:\n%s\nprinted again:\n%s", sql, text, twice)
	}
}
