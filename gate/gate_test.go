package gate

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

func lake() *catalog.Snapshot {
	return catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "big"}, Bytes: 40 << 30, Rows: 1000, Columns: []catalog.Column{{Name: "a", Type: "bigint"}, {Name: "b", Type: "bigint"}, {Name: "c", Type: "bigint"}, {Name: "d", Type: "bigint"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "small"}, Bytes: 1 << 20, Rows: 10, Columns: []catalog.Column{{Name: "a", Type: "bigint"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "unknown"}, Bytes: -1, Rows: -1, Columns: []catalog.Column{{Name: "a", Type: "bigint"}}},
	}, nil, nil)
}

type fixed Estimate

func (f fixed) Estimate(context.Context, *ast.Query, *check.Info) (Estimate, error) {
	return Estimate(f), nil
}

type broken struct{}

func (broken) Estimate(context.Context, *ast.Query, *check.Info) (Estimate, error) {
	return Estimate{}, errors.New("no answer")
}

// TestJudge: only queries run, whatever a statement is called; a costly one asks first.
func TestJudge(t *testing.T) {
	snap := lake()
	for _, c := range []struct {
		sql   string
		limit int64
		want  Decision
		code  string
		says  string
	}{
		{"SELECT a FROM lake.s.small", 0, Run, "", ""},
		{"SELECT a FROM lake.s.big", 0, Run, "", ""},
		{"SELECT a, b, c FROM lake.s.big", 0, AskFirst, "needs_confirmation", "about 30.0 GiB, more than the 20.0 GiB"},
		{"SELECT a, b, c FROM lake.s.big", -1, Run, "", ""},
		{"SELECT a FROM lake.s.small", 1000, AskFirst, "needs_confirmation", "1.0 MiB, more than the 1000 bytes"},
		{"SELECT a FROM lake.s.small", 1 << 20, Run, "", ""},
		{"SELECT a FROM lake.s.unknown", 1, Run, "", ""},
		{"SELECT x FROM TABLE(sequence(1, 3)) AS t (x)", 0, Run, "", ""},
		{"INSERT INTO lake.s.small SELECT 1", 0, Refuse, "not_a_query", "INSERT"},
		{"DELETE FROM lake.s.small", 0, Refuse, "not_a_query", "DELETE"},
		{"DROP TABLE lake.s.small", 0, Refuse, "not_a_query", "DROP TABLE"},
		{"CREATE TABLE lake.s.x AS SELECT 1 AS a", 0, Refuse, "not_a_query", "CREATE TABLE"},
		{"GRANT SELECT ON lake.s.small TO bob", 0, Refuse, "not_a_query", "GRANT"},
		{"CALL system.sync()", 0, Refuse, "not_a_query", "CALL"},
		{"SET SESSION x = 1", 0, Refuse, "not_a_query", "SET SESSION"},
		{"EXECUTE IMMEDIATE 'DROP TABLE x'", 0, Refuse, "not_a_query", "EXECUTE"},
		{"EXPLAIN ANALYZE SELECT a FROM lake.s.small", 0, Refuse, "not_a_query", "EXPLAIN"},
	} {
		t.Run(c.sql, func(t *testing.T) {
			stmt, err := parse.Statement(c.sql)
			if err != nil {
				t.Fatal(err)
			}
			info, _ := check.Check(stmt, snap.Checked(), check.Session{})
			v, err := Judge(t.Context(), stmt, info, Files{Snapshot: snap}, Limits{AskAbove: c.limit})
			if err != nil {
				t.Fatal(err)
			}
			if v.Decision != c.want || v.Code != c.code || !strings.Contains(v.Reason, c.says) || (v.Decision == Run) != (v.Reason == "") {
				t.Errorf("got %v %q %q, want %v %q with %q", v.Decision, v.Code, v.Reason, c.want, c.code, c.says)
			}
		})
	}
}

// A table function may pass text to another system, so all but harmless ones are refused wherever they
// stand: in a CTE, a subquery, a lateral join.
func TestTableFunctions(t *testing.T) {
	for _, form := range []string{"SELECT * FROM %", "WITH t AS (SELECT * FROM %) SELECT 1", "SELECT (SELECT count(*) FROM %)", "SELECT 1 WHERE EXISTS (SELECT 1 FROM %)", "SELECT * FROM (VALUES 1) AS v (x) CROSS JOIN LATERAL (SELECT * FROM %) AS l",
		"SELECT 1 UNION ALL SELECT * FROM %", "SELECT 1 ORDER BY (SELECT count(*) FROM %)"} {
		for call, want := range map[string]Decision{"TABLE(pg.system.query(query => 'DROP TABLE x'))": Refuse, "TABLE(QUERY('x'))": Refuse, "TABLE(Sequence(1, 2))": Run} {
			sql := strings.ReplaceAll(form, "%", call)
			stmt, err := parse.Statement(sql)
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			v, err := Judge(t.Context(), stmt, &check.Info{}, nil, Limits{})
			if err != nil || v.Decision != want || want == Refuse && v.Code != "table_function" {
				t.Errorf("%s: %v %q %v", sql, v.Decision, v.Code, err)
			}
		}
	}
}

func TestEstimates(t *testing.T) {
	stmt, err := parse.Statement("SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	for bytes, want := range map[int64]Decision{DefaultAskAbove: Run, DefaultAskAbove + 1: AskFirst} {
		v, err := Judge(t.Context(), stmt, &check.Info{}, fixed{Bytes: bytes, Known: true}, Limits{})
		if err != nil || v.Decision != want || v.Estimate.Bytes != bytes {
			t.Errorf("%d bytes: %+v %v", bytes, v, err)
		}
	}
	if _, err := Judge(t.Context(), stmt, &check.Info{}, broken{}, Limits{}); err == nil || !strings.Contains(err.Error(), "estimating the cost") {
		t.Errorf("an estimator that fails: %v", err)
	}
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 3 << 20: "3.0 MiB", 5 << 30: "5.0 GiB", 7 << 40: "7.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
