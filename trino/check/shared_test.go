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

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
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
	share(t, "accepted", accepted, len(all), 97)
	share(t, "names and types alike", alike, accepted, 97)
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
	share(t, "right statements accepted", accepted, fine, 80)
	share(t, "wrong ones rejected", rejected, wrong, 95)
	share(t, "same code", code, rejected, 90)
	share(t, "same place", place, places, 80)
}
