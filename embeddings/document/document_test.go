package document

import (
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
)

func company() *catalog.Snapshot {
	orders := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "shop", Table: "cust_orders"}, Description: "One row\n per order.", Tier: catalog.Trusted,
		Columns: []catalog.Column{{Name: "orderId"}, {Name: "email", PII: "email", Description: "Of the buyer."}, {Name: "$path", Hidden: true}}}
	visits := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "web", Table: "visits"}, Columns: []catalog.Column{{Name: "page"}}}
	dash := func(urn, from string) *catalog.Asset {
		a := &catalog.Asset{URN: urn, Kind: catalog.Dashboard, Name: catalog.Name{Table: "Weekly " + urn}}
		if from != "" {
			a.Upstream = []catalog.Edge{{From: from}}
		}
		return a
	}
	s := catalog.New([]*catalog.Asset{orders, visits, dash("d:orders", "lake.shop.cust_orders"), dash("d:visits", "lake.web.visits"), dash("d:nothing", ""), {URN: "kafka://k/t", Kind: catalog.Topic}},
		[]catalog.Metric{{Name: "revenue", Domain: "finance", Label: "Revenue", Synonyms: []string{"sales"}, Description: "Money."}}, []catalog.Term{{Name: "ARR", Definition: "Recurring."}})
	for id, table := range map[string]catalog.Name{"q1": orders.Name, "q2": visits.Name} {
		s.Queries = append(s.Queries, catalog.Query{ID: id, Question: "How many by " + id + "?", QueryClaim: catalog.QueryClaim{SQL: "SELECT secret", Tables: []catalog.ID{catalog.TableID(table)}, Runs: 4, Succeeded: 3}})
	}
	return s
}

func texts(units []Unit) string {
	var out []string
	for _, u := range units {
		for _, d := range u.Docs {
			out = append(out, d.Kind.String()+" "+d.Name+": "+d.Text)
		}
	}
	return strings.Join(out, "\n")
}

func TestProject(t *testing.T) {
	s := company()
	s.Queries = s.Queries[:0]
	want := `table lake.shop.cust_orders: cust orders order id email. One row per order.
column lake.shop.cust_orders.orderId: order id of cust orders
column lake.shop.cust_orders.email: email of cust orders. Of the buyer.
table lake.web.visits: visits page
column lake.web.visits.page: page of visits
metric revenue: Revenue, sales. Money.
term ARR: ARR. Recurring.
dashboard d:nothing: weekly d nothing
dashboard d:orders: weekly d orders
dashboard d:visits: weekly d visits`
	if got := texts(Project(s)); got != want {
		t.Errorf("documents are\n%s\nwant\n%s", got, want)
	}
	for _, u := range Project(company()) {
		for _, d := range u.Docs {
			if d.Kind == Query && (strings.Contains(d.Text+d.Description, "secret") || d.Success != 0.75) {
				t.Errorf("a query is found by %+v; want its question, never its SQL", d)
			}
		}
	}
}

// Equal things have equal scopes, and every change of what is said has another.
func TestScopes(t *testing.T) {
	a, b := Project(company()), Project(company())
	for i := range a[:4] {
		if a[i].Scope() != b[i].Scope() {
			t.Errorf("%s is %s and %s", a[i].Name, a[i].Scope(), b[i].Scope())
		}
	}
	seen := map[string]bool{a[0].Scope(): true}
	for _, change := range []func(*catalog.Asset){
		func(x *catalog.Asset) { x.Description += "!" }, func(x *catalog.Asset) { x.Tier = catalog.Certified }, func(x *catalog.Asset) { x.Columns[1].Description = "" },
		func(x *catalog.Asset) { x.Columns = x.Columns[:1] }, func(x *catalog.Asset) { x.Usage = &catalog.Usage{Queries: 3} },
	} {
		s := company()
		change(s.Assets[0])
		scope := Project(s)[0].Scope()
		if seen[scope] {
			t.Errorf("a change left the scope %s", scope)
		}
		seen[scope] = true
	}
}

// Whoever sees less of a table has another unit of it, and neither queries nor dashboards over it; what reads
// nothing that is known is for those who see everything.
func TestViews(t *testing.T) {
	s := company()
	policy := access.Policy{Rules: []access.Rule{{PII: true, Unless: []string{"dpo"}}}}
	all, mine := Project(s), ProjectView(policy.View(s, access.Principal{Name: "ann"}))
	got := texts(mine)
	if strings.Contains(got, "email") || strings.Contains(got, "q1") || strings.Contains(got, "d:orders") || strings.Contains(got, "d:nothing") || !strings.Contains(got, "q2") || !strings.Contains(got, "d:visits") {
		t.Errorf("ann has\n%s", got)
	}
	if mine[0].Name != all[0].Name || mine[0].Scope() == all[0].Scope() || mine[1].Scope() != all[1].Scope() {
		t.Errorf("ann's units are %s, %s; of the catalog %s, %s", mine[0].Scope(), mine[1].Scope(), all[0].Scope(), all[1].Scope())
	}
	if dpo := texts(ProjectView(policy.View(s, access.Principal{Name: "dpo"}))); dpo != texts(all) {
		t.Errorf("whoever sees everything has\n%s", dpo)
	}
}
