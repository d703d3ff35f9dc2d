package catalog

import (
	"strings"
	"sync"
	"testing"

	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/parse"
)

func TestParseName(t *testing.T) {
	for text, want := range map[string]string{"orders": "lake.shop.orders", "s.orders": "lake.s.orders", "c.s.t": "c.s.t", "c.s.t.x": "c.s.t.x"} {
		n := ParseName(text, "lake", "shop")
		if n.String() != want {
			t.Errorf("%s is %s, want %s", text, n, want)
		}
	}
	if n := ParseName("Lake.Shop.Orders", "", ""); n.Key() != "lake.shop.orders" || n.String() != "Lake.Shop.Orders" {
		t.Errorf("%s has key %s", n, n.Key())
	}
}

func asset(name string, upstream ...string) *Asset {
	a := &Asset{Name: ParseName(name, "", ""), Columns: []Column{{Name: "Id", Type: "bigint"}, {Name: "odd", Type: "geometry-of-2d"}, {Name: "secret", Type: "varchar", Hidden: true}}}
	for _, u := range upstream {
		a.Upstream = append(a.Upstream, Edge{From: u})
	}
	return a
}

func TestSnapshot(t *testing.T) {
	newer := asset("l.s.B")
	s := New([]*Asset{asset("l.s.b"), {URN: "kafka://k/t"}, asset("l.s.a"), newer}, nil, nil)
	if len(s.Assets) != 2 || s.Assets[0].Name.Table != "a" || s.Assets[1] != newer || len(s.Outside) != 1 {
		t.Errorf("assets are %v, outside %v; sorted, and the later of one name", s.Assets, s.Outside)
	}
	if s.Asset("L.S.A") == nil || s.Asset("kafka://k/t") == nil || s.Asset("l.s.c") != nil || s.Table(Name{"L", "s", "A"}) == nil {
		t.Error("lookup by name or URN")
	}
	if c := s.Assets[0].Column("ID"); c == nil || c.Name != "Id" || s.Assets[0].Column("none") != nil {
		t.Errorf("column is %v", c)
	}
}

// Lineage is walked to its ends, nearest first, each once, also where it runs in a circle.
func TestSources(t *testing.T) {
	s := New([]*Asset{asset("l.s.a", "l.s.b", "l.s.c"), asset("l.s.b", "L.S.D", "l.s.a"), asset("l.s.c", "l.s.d", "kafka://k/t"), asset("l.s.d", "l.s.gone")}, nil, nil)
	for from, want := range map[string]string{"l.s.a": "l.s.b l.s.c L.S.D kafka://k/t l.s.gone", "L.S.A": "l.s.b l.s.c L.S.D kafka://k/t l.s.gone", "l.s.d": "l.s.gone", "l.s.none": ""} {
		if got := strings.Join(s.Sources(from), " "); got != want {
			t.Errorf("%s is fed by %s, want %s", from, got, want)
		}
	}
}

// The snapshot as the checker reads it: names without regard to case, types that Trino does not have left
// out, one table value for all who ask at once.
func TestChecked(t *testing.T) {
	s := New([]*Asset{asset("Lake.Shop.Orders"), asset("lake.web.hits"), asset("other.x.y")}, nil, nil)
	c := s.Checked()
	for _, q := range []struct {
		catalog, schema string
		has, schemaHas  bool
	}{{"LAKE", "SHOP", true, true}, {"lake", "none", true, false}, {"none", "shop", false, false}} {
		if c.HasCatalog(q.catalog) != q.has || c.HasSchema(q.catalog, q.schema) != q.schemaHas {
			t.Errorf("%s.%s is %v, %v", q.catalog, q.schema, c.HasCatalog(q.catalog), c.HasSchema(q.catalog, q.schema))
		}
	}
	for args, want := range map[[2]string]string{{"", ""}: "lake other", {"lake", ""}: "shop web", {"LAKE", "Shop"}: "orders", {"none", ""}: ""} {
		if got := strings.Join(c.Names(args[0], args[1]), " "); got != want {
			t.Errorf("names under %v are %q, want %q", args, got, want)
		}
	}
	first, ok := c.Table("LAKE", "shop", "ORDERS")
	if !ok || first.Name != "orders" || len(first.Columns) != 2 || first.Columns[0].Name != "id" || !first.Columns[1].Hidden {
		t.Errorf("table is %+v", first)
	}
	if _, ok := c.Table("lake", "shop", "none"); ok {
		t.Error("a table that is not there was found")
	}
	fresh := s.Checked()
	var wg sync.WaitGroup
	got := make([]any, 8)
	for i := range got {
		wg.Go(func() { got[i], _ = fresh.Table("lake", "shop", "orders") })
	}
	wg.Wait()
	for _, x := range got {
		if x != got[0] {
			t.Error("two who asked at once have two tables")
		}
	}
}

// What a server has decides which functions there are, for every view of its catalog.
func TestFunctionsOfTheServer(t *testing.T) {
	stmt, err := parse.Statement("SELECT length('x') AS a, upper('x') AS b")
	if err != nil {
		t.Fatal(err)
	}
	s := New([]*Asset{asset("lake.shop.orders")}, nil, nil)
	if _, problems := check.Check(stmt, s.Checked(), check.Session{}); len(problems) > 0 {
		t.Errorf("without a server: %v", problems)
	}
	s.Functions, _ = functions.Served([]functions.Listed{{Name: "length", ReturnType: "bigint", ArgumentTypes: "varchar(x)", Kind: "scalar"}})
	_, problems := check.Check(stmt, s.Checked(), check.Session{})
	if len(problems) != 1 || problems[0].Code != check.FunctionNotFound || !strings.Contains(problems[0].Message, "upper") {
		t.Errorf("a server that has length only: %v", problems)
	}
}
