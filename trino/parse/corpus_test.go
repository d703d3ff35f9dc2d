package parse_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/recorded"
	"github.com/limn-data/limn/trino/parse"
)

// corpus is one line of the shared test sets; which fields a set fills is its own affair.
type corpus struct {
	SQL          string `json:"sql"`
	Source       string `json:"source"`
	Expect       string `json:"expect"`
	Message      string `json:"message"`
	ErrorName    string `json:"error_name"`
	Line, Column int
}

// load reads a JSON lines file of the shared folder; the test is skipped where the folder is absent.
func load(tb testing.TB, name string) []corpus {
	tb.Helper()
	list := recorded.Lines[corpus](tb, name)
	for i := range list {
		list[i].SQL = strings.ReplaceAll(list[i].SQL, "${scale}", "1") // a placeholder of the TPC-H texts
	}
	return list
}

// TestJudgedAsTrino counts how many statements of Trino's own parser tests are accepted or refused as
// Trino does.
//
// testdata/mislabelled.json has the rows that the set calls right though the upstream test, and the engine,
// refuse them, each with the engine's message; we must refuse them there too.
func TestJudgedAsTrino(t *testing.T) {
	var mislabelled map[string]string
	if data, err := os.ReadFile("testdata/mislabelled.json"); err != nil {
		t.Fatal(err)
	} else if err := json.Unmarshal(data, &mislabelled); err != nil {
		t.Fatal(err)
	}
	var same, differ, placed, misplaced, wrong int
	for _, c := range load(t, "bench/trino/parser.jsonl") {
		var err error
		if strings.HasSuffix(c.Expect, "-expression") {
			_, err = parse.Expr(c.SQL)
		} else {
			_, err = parse.Statement(c.SQL)
		}
		if message, ok := mislabelled[filepath.Base(c.Source)]; ok {
			if err == nil || !strings.HasPrefix(err.Error(), message) {
				t.Errorf("%s: got %v, Trino: %s", c.SQL, err, message)
			}
			wrong++
			continue
		}
		if (err == nil) != strings.HasPrefix(c.Expect, "ok") {
			differ++
			t.Logf("%s %s: got %v, Trino: %s", c.Expect, c.SQL, err, c.Message)
			continue
		}
		same++
		if at, _, ok := strings.Cut(c.Message, ": "); ok && err != nil {
			if strings.HasPrefix(err.Error(), at+":") {
				placed++
			} else {
				misplaced++
				t.Logf("misplaced %s: got %v, Trino: %s", c.SQL, err, c.Message)
			}
		}
	}
	t.Logf("alike %d, differently %d, and %d that the set labels against Trino; of the errors at the same place %d, elsewhere %d", same, differ, wrong, placed, misplaced)
	if float64(same) < 0.995*float64(same+differ) {
		t.Errorf("judged alike: %d of %d, want 99.5 %%", same, same+differ)
	}
	if float64(placed) < 0.97*float64(placed+misplaced) {
		t.Errorf("placed alike: %d of %d, want 97 %%", placed, placed+misplaced)
	}
}

// TestAccepts parses every query that the engine has answered.
func TestAccepts(t *testing.T) {
	for _, set := range []struct {
		name  string
		floor float64
	}{
		{"bench/trino/engine_queries.jsonl", 0.99},
		{"bench/tpc/tpcds_trino_queries.jsonl", 1},
		{"bench/tpc/tpch_trino_queries.jsonl", 1},
		{"data/oracle/queries.jsonl", 1},
		{"bench/trino/analyzer.jsonl", 0.99},
		{"data/oracle/expressions.jsonl", 0.98},
		{"data/oracle/errors.jsonl", 0.98},
		{"bench/trino/lineage.jsonl", 1},
		{"data/oracle/lineage_engine.jsonl", 1},
		{"data/oracle/lineage_queries.jsonl", 1},
		{"data/oracle/lineage_extra.jsonl", 1},
		{"data/oracle/results_engine.jsonl", 1},
	} {
		t.Run(set.name, func(t *testing.T) {
			ok, all, placed := 0, 0, 0
			for _, c := range load(t, set.name) {
				s, err := parse.Statement(c.SQL)
				syntax := c.ErrorName == "SYNTAX_ERROR"
				if strings.HasSuffix(c.Expect, "error") && set.name != "bench/trino/analyzer.jsonl" {
					continue
				}
				all++
				if (err != nil) == syntax {
					ok++
					if e, _ := err.(*parse.Error); e != nil {
						if e.Line == c.Line && e.Column == c.Column {
							placed++
						} else {
							t.Logf("misplaced %s\n  got %v\n  Trino %d:%d %s", c.SQL, err, c.Line, c.Column, c.Message)
						}
					}
				} else {
					t.Logf("%s\n  got %v, Trino %s %s (%T)", c.SQL, err, c.ErrorName, c.Message, s)
				}
			}
			t.Logf("%d of %d alike, %d errors placed alike", ok, all, placed)
			if float64(ok) < set.floor*float64(all) {
				t.Errorf("alike: %d of %d, want %g", ok, all, set.floor)
			}
		})
	}
}

// TestKeywordPositions asks for every word of the grammar where it is a name, as Trino was asked.
func TestKeywordPositions(t *testing.T) {
	data, err := os.ReadFile(recorded.Path(t, "data/oracle/keywords.json"))
	if err != nil {
		t.Fatal(err)
	}
	var keywords struct{ Positions map[string]map[string]bool }
	if err := json.Unmarshal(data, &keywords); err != nil {
		t.Fatal(err)
	}
	statements := map[string]string{
		"as_alias": "SELECT 1 AS %s", "bare_alias": "SELECT 1 %s", "column": "SELECT n.%s FROM nation n", "bare_column": "SELECT %s FROM nation",
		"table_alias": "SELECT * FROM nation %s", "as_table_alias": "SELECT * FROM nation AS %s", "table": "SELECT * FROM %s",
		"function": "SELECT %s(1)", "cte": "WITH %[1]s AS (SELECT 1) SELECT * FROM %[1]s",
	}
	n := 0
	for word, positions := range keywords.Positions {
		for position, want := range positions {
			sql := fmt.Sprintf(statements[position], word)
			n++
			if _, err := parse.Statement(sql); (err == nil) != want {
				t.Errorf("%s: %v, Trino parses it: %v", sql, err, want)
			}
		}
	}
	if n == 0 {
		t.Error("no positions")
	}
	t.Logf("%d positions", n)
}
