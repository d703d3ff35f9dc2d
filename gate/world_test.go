package gate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

var at = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func table(name string, rows, bytes int64, columns ...string) *catalog.Asset {
	a := &catalog.Asset{Name: catalog.ParseName(name, "", ""), Rows: rows, Bytes: bytes}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		a.Columns = append(a.Columns, catalog.Column{Name: name, Type: typ})
	}
	return a
}

// world is the lake of the corpus.
func world() *catalog.Snapshot {
	clicks := table("lake.shop.clicks", 1000, 1<<20, "day date", "kind varchar", "user_id bigint")
	clicks.Requires = []string{"day"}
	return catalog.New([]*catalog.Asset{
		table("lake.shop.orders", 6, 4096, "id bigint", "customer_id bigint", "region varchar", "status varchar", "total decimal(12,2)", "day date", "note varchar", "tags array(varchar)"),
		table("lake.shop.customers", 4, 4096, "id bigint", "name varchar", "email varchar(100)", "phone varchar(20)", "country varchar", "born date", "ssn varchar"),
		table("lake.shop.products", 3, 4096, "sku varchar", "title varchar", "price decimal(10,2)"),
		table("lake.shop.returns", 3, 4096, "id bigint", "order_id bigint", "by varchar"),
		table("lake.shop.events", 1_000_000, 1<<30, "day date", "kind varchar", "user_id bigint"),
		table("lake.shop.archive", 1_000_000_000, 1<<45, "id bigint", "payload varchar"),
		clicks,
		table("lake.hr.pay", 4, 4096, "who varchar", "salary decimal(12,2)"),
		table("lake.hr.people", 4, 4096, "who varchar", "room varchar"),
		table("lake.vault.keys", 4, 4096, "k varchar"),
		table("ops.core.alerts", 4, 4096, "k varchar"),
		table("pg.public.accounts", 4, 4096, "id bigint", "name varchar"),
	}, nil, nil)
}

// rules is what its policy says: of orders the sales people see their region, of returns everybody what they
// entered themselves for orders that are open; customers are masked; pay, the vault and another catalog are
// hidden.
func rules() access.Policy {
	sales, notFinance := access.To{Groups: []string{"sales"}}, access.To{Unless: []string{"finance"}}
	customers := access.On{Tables: []string{"lake.shop.customers"}}
	return access.Policy{
		Rules: []access.Rule{{Tables: []string{"lake.hr.pay"}}, {Tables: []string{"lake.vault.*"}}, {Tables: []string{"ops.*.*"}}, {Columns: []string{"ssn"}}},
		Filters: []access.RowFilter{
			{Name: "own region", On: access.On{Tables: []string{"lake.shop.orders"}}, To: sales, Where: "region = 'north'"},
			{Name: "own entries", On: access.On{Tables: []string{"lake.shop.returns"}}, To: notFinance,
				Where: `"by" = current_user AND (in_group('audit') OR EXISTS (SELECT 1 FROM lake.shop.orders AS o WHERE o.id = order_id AND o.status = 'open'))`},
		},
		Masks: []access.Mask{
			{Name: "email", On: customers, To: notFinance, Columns: []string{"email"}, How: access.MaskHash, Salt: "pepper"},
			{Name: "phone", On: customers, To: notFinance, Columns: []string{"phone"}, How: access.MaskPartial, Keep: 2},
			{Name: "born", On: customers, To: notFinance, Columns: []string{"born"}, How: access.MaskNull},
			{Name: "name", On: customers, To: notFinance, Columns: []string{"name"}, How: access.MaskExpr, Expression: "substr(name, 1, 1) || '.'"},
		},
	}
}

// ann is who makes the attempts.
func ann(t testing.TB) *access.View {
	t.Helper()
	return rules().View(world(), access.Principal{Name: "ann", Groups: []string{"sales"}})
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
			if e, ok := above[i].(*ast.Exists); ok && full == "lake.shop.orders" && strings.Contains(s.SQL[e.At.Start:e.At.End], "o.id = order_id AND o.status = 'open'") {
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
