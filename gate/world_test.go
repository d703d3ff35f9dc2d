package gate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

var at = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// ann is the lake as the one who makes the attempts sees it.
func ann(t testing.TB) *access.View {
	t.Helper()
	return gatetest.Policy().View(gatetest.World(), gatetest.Ann)
}

func attempts(t testing.TB) []gatetest.Attempt {
	t.Helper()
	all, err := gatetest.Attempts("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func reads(t testing.TB) []string {
	t.Helper()
	all, err := gatetest.Reads("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// door takes text all the way to the engine: read, checked against what the asker sees, judged. The code is
// that of the first who refuses it, empty where it may run.
func door(t testing.TB, sql string, view *access.View) (code string, secured *gate.Secured) {
	t.Helper()
	stmt, err := gate.Read(sql, view.Policy())
	var refused *gate.Refused
	switch {
	case errors.As(err, &refused):
		return refused.Code, nil
	case err != nil:
		return "SYNTAX_ERROR", nil
	}
	info, problems := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
	if len(problems) > 0 {
		return problems[0].Code, nil
	}
	g := &gate.Gate{Estimator: gate.Files{Snapshot: view.Source()}, Limits: gate.Limits{AskAbove: -1, RefuseAbove: 1 << 40}}
	v, err := g.Judge(t.Context(), gate.Request{SQL: sql, Stmt: stmt, Info: info, View: view, At: at})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if (v.Decision == gate.Run) != (v.Code == "") || (v.Decision == gate.Run) != (v.Reason == "") || (v.Secured != nil) != (v.Decision == gate.Run) {
		t.Fatalf("%s: verdict %+v", sql, v)
	}
	return v.Code, v.Secured
}

// uncontained says what of a query that may run still reaches a restricted table past its filter or masks:
// every such table must be the only relation of a SELECT that names its columns and filters them. It looks at
// the tree on its own, without what Secure knows.
func uncontained(s *gate.Secured) (leak string) {
	secret := map[string][]string{ // what must stand in the SELECT around it
		"lake.shop.orders": {"'north'"}, "lake.shop.returns": {"'ann'"}, "lake.shop.customers": {"sha256", "'***'", "CAST(NULL AS", "'.'"},
	}
	ast.Inspect(s.Query, func(n ast.Node, above []ast.Node) bool {
		name := (*ast.QualifiedName)(nil)
		switch n := n.(type) {
		case *ast.Table:
			name = n.Name
		case *ast.TableQuery:
			name = n.Name
		}
		if name == nil || s.Info.Use(n) == nil {
			return true
		}
		full := strings.ToLower(s.Info.Use(n).Table.String())
		want, ok := secret[full]
		if !ok {
			return true
		}
		for i := range above { // what the rule of returns looks at, below its own EXISTS
			if e, ok := above[i].(*ast.Exists); ok && full == "lake.shop.orders" && strings.Contains(strings.Join(strings.Fields(s.SQL[e.At.Start:e.At.End]), " "), "o.id = order_id AND o.status = 'open'") {
				return true
			}
		}
		sel, ok := above[len(above)-1].(*ast.Select)
		if !ok || sel.From != n || sel.Where == nil && full != "lake.shop.customers" {
			leak = fmt.Sprintf("%s stands outside of a SELECT of its own", full)
			return false
		}
		for _, item := range sel.Items {
			if c, ok := item.(*ast.SingleColumn); !ok || c.Alias == nil || c.Alias.Name == "ssn" {
				leak = fmt.Sprintf("the SELECT of %s gives more than columns by name", full)
			}
		}
		text := s.SQL[sel.At.Start:sel.At.End]
		for _, w := range want {
			if !strings.Contains(text, w) {
				leak = fmt.Sprintf("the SELECT of %s has no %s: %s", full, w, text)
			}
		}
		return leak == ""
	})
	return leak
}
