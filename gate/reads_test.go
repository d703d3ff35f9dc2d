package gate_test

import (
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/trino/check"
)

// TestReads: right queries pass, for who sees everything and for who does not; and where somebody sees
// everything, what runs is the query that came.
func TestReads(t *testing.T) {
	all := reads(t)
	if len(all) < 300 {
		t.Fatalf("%d reads", len(all))
	}
	everything := access.Policy{}.View(gatetest.World(), gatetest.Ann)
	refused := 0
	for _, sql := range all {
		for who, view := range map[string]*access.View{"ann": ann(t), "the owner": everything} {
			code, secured := door(t, sql, view)
			if code != "" {
				refused++
				t.Errorf("%s: %s: %s", who, code, sql)
				continue
			}
			if who == "the owner" && (secured.SQL != sql || len(secured.Applied) > 0) {
				t.Errorf("%s runs as %s", sql, secured.SQL)
			}
			if leak := uncontained(secured); who == "ann" && leak != "" {
				t.Errorf("%s\n%s", leak, sql)
			}
		}
	}
	t.Logf("%d reads, %d refused", len(all), refused)
}

// BenchmarkJudge is what the gate adds to a question: one right read after another, with and without rights
// to build in.
func BenchmarkJudge(b *testing.B) {
	for name, policy := range map[string]access.Policy{"whole": {}, "restricted": gatetest.Policy()} {
		view := policy.View(gatetest.World(), gatetest.Ann)
		var all []gate.Request
		for _, sql := range reads(b) {
			stmt, err := gate.Read(sql, policy)
			if err != nil {
				b.Fatal(err)
			}
			info, problems := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
			if len(problems) > 0 {
				b.Fatal(problems[0].Message)
			}
			all = append(all, gate.Request{SQL: sql, Stmt: stmt, Info: info, View: view, At: at})
		}
		b.Run(name, func(b *testing.B) {
			g := &gate.Gate{Estimator: gate.Files{Snapshot: view.Source()}}
			for i := 0; b.Loop(); i++ {
				if v, err := g.Judge(b.Context(), all[i%len(all)]); err != nil || v.Decision != gate.Run {
					b.Fatal(v, err)
				}
			}
		})
	}
}
