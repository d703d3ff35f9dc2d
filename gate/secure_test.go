package gate_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// Hidden is like absent: whatever is asked, an asker from whom tables and columns are hidden hears, to the
// letter, what they would hear if these did not exist.
func TestHiddenIsLikeAbsent(t *testing.T) {
	policy := gatetest.Policy()
	world := gatetest.World()
	var left []*catalog.Asset
	for _, a := range world.Assets {
		if k := a.Name.Key(); k == "lake.hr.pay" || k == "lake.shop.pay_list" || k == "lake.shop.ssn_list" || strings.HasPrefix(k, "lake.vault.") || strings.HasPrefix(k, "ops.") {
			continue
		}
		c := *a
		c.Columns = slices.DeleteFunc(slices.Clone(a.Columns), func(c catalog.Column) bool { return c.Name == "ssn" })
		left = append(left, &c)
	}
	policy.Rules = nil
	absent := policy.View(catalog.New(left, nil, nil), gatetest.Ann)
	hidden := ann(t)
	said := func(sql string, v *access.View) string {
		stmt, err := gate.Read(sql, v.Policy())
		if err != nil {
			return err.Error()
		}
		info, problems := check.Check(stmt, v.Snapshot().Checked(), check.Session{})
		if len(problems) > 0 {
			return fmt.Sprint(problems)
		}
		verdict, err := (&gate.Gate{Estimator: gate.Files{Snapshot: v.Source()}}).Judge(t.Context(), gate.Request{SQL: sql, Stmt: stmt, Info: info, View: v, At: at})
		if err != nil {
			return err.Error()
		}
		out := verdict.Code + verdict.Reason + verdict.Hint
		for _, c := range info.Columns {
			out += " " + c.Name + " " + c.Type.String()
		}
		return out
	}
	queries := reads(t)
	for _, a := range attempts(t) {
		queries = append(queries, a.SQL)
	}
	for _, near := range []string{"lake.hr.pays", "lake.hr.pa", "lake.hrr.pay", "lake.vaul.keys", "op.core.alerts", "lake.shop.pay", "pay.pay.pay"} {
		queries = append(queries, "SELECT * FROM "+near)
	}
	for _, near := range []string{"ss", "ssnn", "SSN", "snn", "shop.ssn"} {
		queries = append(queries, "SELECT "+near+" FROM lake.shop.customers")
	}
	for _, sql := range queries {
		if a, b := said(sql, hidden), said(sql, absent); a != b {
			t.Errorf("%s\nhidden: %s\nabsent: %s", sql, a, b)
		}
	}
}

// The tree that comes in is not written to, whatever is built.
func TestSecureWritesToNothing(t *testing.T) {
	view := ann(t)
	for _, sql := range reads(t) {
		stmt, err := gate.Read(sql, view.Policy())
		if err != nil {
			t.Fatal(err)
		}
		before := ast.Shape(stmt)
		info, _ := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
		if _, err := gate.Secure(sql, stmt.(*ast.Query), info, view, false); err != nil {
			t.Fatal(err)
		}
		if ast.Shape(stmt) != before {
			t.Errorf("%s was changed", sql)
		}
	}
}

// secure builds ann's rights into a query over tables with a view among them.
func secure(t *testing.T, sql string, policy access.Policy, engineGuards bool) (*gate.Secured, error) {
	t.Helper()
	view := policy.View(gatetest.World(), gatetest.Ann)
	q, err := parse.Query(sql)
	if err != nil {
		t.Fatal(err)
	}
	info, problems := check.Check(q, view.Snapshot().Checked(), check.Session{})
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	return gate.Secure(sql, q, info, view, engineGuards)
}

func TestSecure(t *testing.T) {
	orders := access.Policy{Filters: []access.RowFilter{{Name: "f", On: access.On{Tables: []string{"lake.shop.returns"}}, Where: "order_id > 1"}}}
	masked := access.Policy{Masks: []access.Mask{{Name: "m", On: access.On{Tables: []string{"lake.shop.products"}}, Columns: []string{"price"}, How: access.MaskNull}}}
	for _, c := range []struct {
		sql    string
		policy access.Policy
		want   string
	}{
		{"SELECT id FROM lake.shop.returns", orders, `SELECT id FROM ( SELECT id AS id, order_id AS order_id, "by" AS "by" FROM lake.shop.returns WHERE order_id > 1 ) AS returns`},
		{"SELECT r.id FROM lake.shop.returns AS r (id, o, b)", orders, `SELECT r.id FROM ( SELECT id AS id, order_id AS order_id, "by" AS "by" FROM lake.shop.returns WHERE order_id > 1 ) AS r (id, o, b)`},
		{"SELECT shop.returns.id FROM lake.shop.returns", orders, `SELECT returns.id FROM ( SELECT id AS id, order_id AS order_id, "by" AS "by" FROM lake.shop.returns WHERE order_id > 1 ) AS returns`},
		{"TABLE lake.shop.returns", orders, `( SELECT id AS id, order_id AS order_id, "by" AS "by" FROM lake.shop.returns WHERE order_id > 1 )`},
		{"SELECT sku FROM lake.shop.products", masked, `SELECT sku FROM ( SELECT sku AS sku, title AS title, CAST(NULL AS decimal(10, 2)) AS price FROM lake.shop.products ) AS products`},
		{"SELECT sku FROM lake.shop.products WHERE 1 / price > 1", masked, `SELECT sku FROM ( SELECT sku AS sku, title AS title, CAST(NULL AS decimal(10, 2)) AS price FROM lake.shop.products ) AS products WHERE 1 / price > 1`},
		{"SELECT id FROM lake.shop.returns WHERE 1 / id > 0", orders, `SELECT id FROM ( SELECT CASE WHEN order_id > 1 THEN id END AS id, CASE WHEN order_id > 1 THEN order_id END AS order_id, CASE WHEN order_id > 1 THEN "by" END AS "by" FROM lake.shop.returns WHERE order_id > 1 ) AS returns WHERE 1 / id > 0`},
		{"WITH returns AS (SELECT 1 AS id) SELECT id FROM returns", orders, `WITH returns AS (SELECT 1 AS id) SELECT id FROM returns`},
	} {
		s, err := secure(t, c.sql, c.policy, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(s.SQL), " "); got != c.want {
			t.Errorf("%s\nis  %s\nwant %s", c.sql, got, c.want)
		}
	}
}

// What cannot be built in is refused, never let through: a long name that two relations could mean.
func TestNotEnforceable(t *testing.T) {
	policy := access.Policy{Filters: []access.RowFilter{{Name: "f", On: access.On{Tables: []string{"lake.shop.*"}}, Where: "true"}}}
	for _, sql := range []string{
		"SELECT shop.returns.id FROM lake.shop.returns, (SELECT 1 AS x) AS returns",
		"SELECT shop.returns.id FROM lake.shop.returns WHERE EXISTS (SELECT 1 FROM lake.shop.orders AS returns WHERE shop.returns.id = returns.id)",
	} {
		_, err := secure(t, sql, policy, false)
		var no *gate.NotEnforceable
		if !errors.As(err, &no) || no.Hint == "" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// Where the engine has an access control of its own, filters and masks are left to it; columns that limn
// hides are not, since a star that the engine takes apart would show them.
func TestEngineGuards(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT * FROM lake.shop.returns":   "SELECT * FROM lake.shop.returns",
		"SELECT * FROM lake.shop.customers": "SELECT * FROM ( SELECT id AS id, name AS name, email AS email, phone AS phone, country AS country, born AS born FROM lake.shop.customers ) AS customers",
	} {
		s, err := secure(t, sql, gatetest.Policy(), true)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(s.SQL), " "); got != want {
			t.Errorf("%s is %s", sql, got)
		}
	}
	for compiled, want := range map[bool]bool{false: false, true: true} {
		policy := gatetest.Policy()
		policy.Compiled = compiled
		view := policy.View(gatetest.World(), gatetest.Ann)
		q, err := parse.Query("SELECT id FROM lake.shop.orders")
		if err != nil {
			t.Fatal(err)
		}
		info, _ := check.Check(q, view.Snapshot().Checked(), check.Session{})
		v, err := (&gate.Gate{EngineGuards: func(w access.Principal) bool { return w.Name == "ann" }}).Judge(t.Context(), gate.Request{SQL: "SELECT id FROM lake.shop.orders", Stmt: q, Info: info, View: view})
		if err != nil || strings.Contains(v.Secured.SQL, "north") != want {
			t.Errorf("compiled %v: %s %v", compiled, v.Secured.SQL, err)
		}
	}
}

// A statement that somebody checked against more than the asker sees does not run.
func TestCheckedAgainstMore(t *testing.T) {
	view := ann(t)
	for _, sql := range []string{"SELECT who FROM lake.hr.pay", "SELECT ssn FROM lake.shop.customers", "SELECT id FROM lake.shop.customers WHERE ssn = '1'", "SELECT 1 WHERE EXISTS (TABLE lake.vault.keys)", "SELECT k FROM ops.core.alerts"} {
		q, err := parse.Query(sql)
		if err != nil {
			t.Fatal(err)
		}
		info, problems := check.Check(q, gatetest.World().Checked(), check.Session{})
		if len(problems) > 0 {
			t.Fatal(problems[0].Message)
		}
		v, err := (&gate.Gate{}).Judge(t.Context(), gate.Request{SQL: sql, Stmt: q, Info: info, View: view})
		if err != nil || v.Decision != gate.Refuse || v.Code != gate.CodeUnknown {
			t.Errorf("%s: %+v %v", sql, v, err)
		}
	}
}
