package translate_test

import (
	"cmp"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/recorded"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// The tests of this file hold the translation against recorded answers of a real Trino 483, over the
// same tables. They are skipped where the recordings are absent; translate_test.go covers the same
// ground with our own cases.

// openOracle has the tables of tpch.tiny and tpcds.tiny.
func openOracle(t testing.TB) *engine {
	t.Helper()
	e := open(t)
	var tables []*check.Table
	for _, catalog := range []string{"tpch", "tpcds"} {
		e.exec(t, "ATTACH ':memory:' AS "+catalog)
		e.exec(t, "CREATE SCHEMA "+catalog+".tiny")
		for name, columns := range recorded.Tables(t, catalog) {
			mine := &check.Table{Catalog: catalog, Schema: "tiny", Name: name}
			for _, col := range columns {
				typ, err := types.Parse(col.Type)
				if err != nil {
					t.Fatal(err)
				}
				mine.Columns = append(mine.Columns, check.TableColumn{Name: col.Name, Type: typ})
			}
			tables = append(tables, mine)
			e.exec(t, fmt.Sprintf("CREATE TABLE %s.tiny.%s AS SELECT * FROM read_parquet('%s')", catalog, name, recorded.Path(t, "data/oracle/"+catalog+"/"+name+".parquet")))
		}
	}
	e.catalog = check.Tables(tables...)
	return e
}

type recording struct {
	ID, SQL   string
	Rows      [][]any
	RowCount  int `json:"row_count"`
	Truncated bool
	Ordered   bool
	Stable    *bool
	Zone      string `json:"session_zone"`
	ErrorName string `json:"error_name"`
	Columns   []struct{ Name, Type string }
}

func (r *recording) want(cols []*check.Column) [][]string {
	out := make([][]string, len(r.Rows))
	for i, row := range r.Rows {
		out[i] = make([]string, len(row))
		for j, v := range row {
			out[i][j] = recordedAnswer(v, cols[j].Type)
		}
	}
	return out
}

// verdicts of one recording.
const (
	same      = "same"
	refused   = "refused"
	different = "DIFFERENT"
	loud      = "failed loudly"
	rejected  = "DUCKDB REJECTS"
	unchecked = "not accepted by the checker"
)

// judge compares an answer with what Trino gave.
func (r *recording) judge(a answer) (verdict, why string) {
	switch {
	case a.problem != nil && r.ErrorName != "":
		return same, ""
	case a.problem != nil:
		return unchecked, a.problem.Message
	case a.refused != nil:
		return refused, a.refused.Error()
	case a.failed != nil && r.ErrorName == a.failed.Code:
		return same, ""
	case a.failed != nil && (a.failed.Code == "GENERIC_INTERNAL_ERROR" || a.failed.Code == "NOT_SUPPORTED" && !strings.Contains(a.err.Error(), "trino:")):
		return rejected, a.err.Error()
	case a.failed != nil:
		return loud, fmt.Sprintf("%s for %q: %v", a.failed.Code, r.ErrorName, a.err)
	case r.ErrorName != "":
		return different, fmt.Sprintf("%v, want %s", a.rows, r.ErrorName)
	}
	// Which of several equal rows comes first, and which are cut off, is not for a statement to say.
	if r.Truncated || r.Stable != nil && !*r.Stable || anyRowsDo(r.SQL) {
		if len(a.rows) != r.RowCount {
			return different, fmt.Sprintf("%d rows, want %d", len(a.rows), r.RowCount)
		}
		return same, ""
	}
	same1 := sameCell
	if estimates(r.SQL) {
		same1 = nearCell
	}
	if diff := sameRows(a.rows, r.want(a.info.Columns), a.info.Columns, same1); diff != "" {
		return different, diff
	}
	return same, ""
}

// anyRowsDo reports a statement that leaves it to the engine which rows it gives: a LIMIT without an
// order, or rows numbered in none.
func anyRowsDo(sql string) (found bool) {
	stmt, err := parse.Statement(sql)
	if err != nil {
		return false
	}
	ast.Walk(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			found = found || n.Limit != nil && len(n.OrderBy) == 0
		case *ast.Call:
			name := strings.ToLower(n.Name.Parts[0].Name)
			found = found || name == "row_number" && n.Over != nil && n.Over.Spec != nil && len(n.Over.Spec.OrderBy) == 0
		}
		return true
	})
	return found
}

// estimates reports a statement whose numbers Trino estimates; its standard error is 2.3 %.
func estimates(sql string) bool { return strings.Contains(strings.ToLower(sql), "approx_distinct") }

// tally counts verdicts and logs what is not the same.
type tally struct {
	t                 testing.TB
	count             map[string]int
	lines             []string
	values, sameValue int // recordings that have a value, not an error
}

func (y *tally) add(verdict, line string) {
	if y.count == nil {
		y.count = map[string]int{}
	}
	y.count[verdict]++
	if verdict != same {
		y.lines = append(y.lines, verdict+": "+line)
	}
}

// report logs the figures, and fails on any silent difference, on what DuckDB cannot even read, and
// where fewer than a floor of those that have a value in Trino have the same here, in percent.
func (y *tally) report(what string, floor float64) {
	y.t.Helper()
	sort.Strings(y.lines)
	for _, l := range y.lines {
		y.t.Log(l)
	}
	share := 100 * float64(y.sameValue) / float64(max(y.values, 1))
	y.t.Logf("%s: %v; of %d that have a value in Trino %.1f %% have the same", what, y.count, y.values, share)
	if n := y.count[different] + y.count[rejected]; n > 0 {
		y.t.Errorf("%s: %d differ", what, n)
	}
	if share < floor {
		y.t.Errorf("%s: %.1f %% have the same value, want %.1f %%", what, share, floor)
	}
}

func (e *engine) hold(t *testing.T, file, session string) *tally {
	y := &tally{t: t}
	for _, r := range recorded.Lines[recording](t, file) {
		catalog := session
		if c, _, ok := strings.Cut(r.ID, "/"); ok {
			catalog = c
		}
		e.zone = cmp.Or(r.Zone, "UTC") // an instant is shown in the session's zone
		a := e.ask(t, r.SQL, catalog)
		verdict, why := r.judge(a)
		line := r.ID + " " + strings.Join(strings.Fields(r.SQL), " ")
		if len(line) > 200 {
			line = line[:200] + "…"
		}
		line += "\n        " + why
		if verdict == different || verdict == loud || verdict == rejected {
			sql := a.sql
			if len(sql) > 700 {
				sql = sql[:700] + "…"
			}
			line += "\n        " + sql
		}
		y.add(verdict, line)
		if r.ErrorName == "" && a.problem == nil {
			y.values++
			if verdict == same {
				y.sameValue++
			}
		}
	}
	return y
}

func TestRecordedQueries(t *testing.T) {
	y := openOracle(t).hold(t, "data/oracle/queries.jsonl", "")
	y.report("TPC-H and TPC-DS queries", 100)
}

func TestRecordedExpressions(t *testing.T) {
	y := openOracle(t).hold(t, "data/oracle/expressions.jsonl", "tpch")
	y.report("expressions", 96)
}

func TestRecordedZones(t *testing.T) {
	y := openOracle(t).hold(t, "data/oracle/expressions_zones.jsonl", "tpch")
	y.report("expressions in time zones", 90)
}

func TestRecordedResults(t *testing.T) {
	y := openOracle(t).hold(t, "data/oracle/results_engine.jsonl", "tpch")
	y.report("statements of the engine's tests", 94)
}

// TestRecordedFailures: what fails in Trino fails here too, or is refused; it never has a value.
func TestRecordedFailures(t *testing.T) {
	y := openOracle(t).hold(t, "data/oracle/engine_failed.jsonl", "tpch")
	y.report("statements that fail", 0)
}
