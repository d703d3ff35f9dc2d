package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/catalog"
)

// company is two tables, what feeds them and what is made of them.
func company(t *testing.T) *catalog.Snapshot {
	t.Helper()
	edge := func(from string, columns ...string) []catalog.EdgeClaim {
		id := catalog.ParseID(from)
		if id.Namespace == "" {
			id.Namespace = catalog.Lake
		}
		out := []catalog.EdgeClaim{{From: id}}
		for _, c := range columns {
			there, here, _ := strings.Cut(c, ">")
			out = append(out, catalog.EdgeClaim{From: id, FromColumn: there, ToColumn: here})
		}
		return out
	}
	claim := func(id string, kind catalog.Kind, columns string, edges []catalog.EdgeClaim) *catalog.Claim {
		c := &catalog.Claim{Provenance: catalog.Provenance{Source: "ol", System: catalog.OpenLineage}, About: catalog.ParseID(id), Kind: kind, Upstream: edges, Custom: map[string]string{"note": "has mail"}}
		if c.About.Namespace == "" {
			c.About.Namespace = catalog.Lake
		}
		for _, k := range strings.Fields(columns) {
			col := catalog.ColumnClaim{Path: k}
			if k == "phone" {
				col.PII = "phone"
			}
			c.Columns = append(c.Columns, col)
		}
		return c
	}
	people := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "core", Table: "people"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "email", Type: "varchar", PII: "email"}}, Rows: -1}
	pay := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "finance", Table: "pay"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "salary", Type: "bigint"}}, Rows: -1}
	query := func(id, sql string) *catalog.Claim {
		return &catalog.Claim{Provenance: catalog.Provenance{Source: "hub", System: catalog.SystemDataHub}, About: catalog.ID{Namespace: "q", Name: id}, Query: &catalog.QueryClaim{SQL: sql}}
	}
	metric := func(n, table string) *catalog.Claim {
		return &catalog.Claim{Provenance: catalog.Provenance{Source: "looker", System: "lookml"}, About: catalog.ID{Namespace: "m", Name: n}, Metric: &catalog.MetricClaim{Name: n, Expressions: map[string]string{"ANSI_SQL": "count(email)"}, Tables: []catalog.ID{{Namespace: catalog.Lake, Name: table}}}}
	}
	s, err := catalog.Build(catalog.Input{Base: []*catalog.Asset{people, pay}, Version: "7", Claims: []*catalog.Claim{
		claim("lake.core.people", "", "", edge("kafka://k/people", "key>id", "mail>email", "phone>id")),
		claim("kafka://k/people", catalog.Topic, "key mail phone", edge("postgres://p/public.people", "pk>key", "mail_address>mail")),
		claim("postgres://p/public.people", catalog.Table, "pk mail_address", nil),
		claim("lake.finance.pay", "", "", edge("kafka://k/pay")),
		claim("kafka://k/pay", catalog.Topic, "id salary", edge("postgres://p/public.pay")),
		claim("postgres://p/public.pay", catalog.Table, "id salary", nil),
		claim("looker://l/people", catalog.Dashboard, "", edge("lake.core.people")),
		claim("looker://l/pay", catalog.Dashboard, "", edge("lake.finance.pay")),
		claim("looker://l/both", catalog.Dashboard, "", append(edge("lake.finance.pay"), edge("lake.core.people")...)),
		query("ids", "SELECT id FROM lake.core.people"), query("mails", "SELECT email FROM lake.core.people"), query("pay", "SELECT id FROM lake.finance.pay"), query("odd", "SELECT TOP 5 id FROM lake.core.people"),
		metric("people", "lake.core.people"), metric("payroll", "lake.finance.pay"),
	}, Read: []catalog.SourceState{{Name: "ol"}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func titles(list []*catalog.Asset) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.Title())
	}
	slices.Sort(out)
	return out
}

// What touches only hidden tables is hidden, and what is left names nothing that is.
func TestOutside(t *testing.T) {
	full := company(t)
	p := Policy{Rules: []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"finance"}}, {PII: true, Unless: []string{"privacy"}}}}
	v := p.View(full, Principal{Name: "ann"})
	s := v.Snapshot()
	if got, want := titles(s.Outside), []string{"kafka://k/people", "looker://l/both", "looker://l/people", "postgres://p/public.people"}; !slices.Equal(got, want) {
		t.Errorf("ann sees %v, want %v", got, want)
	}
	said := strings.Builder{}
	for _, list := range [][]*catalog.Asset{s.Assets, s.Outside} {
		for _, a := range list {
			said.WriteString(a.Title() + "\n")
			for _, c := range a.Columns {
				said.WriteString(c.Name + "\n")
			}
			for _, e := range a.Upstream {
				said.WriteString(e.From + "\n")
			}
			for _, e := range a.ColumnEdges {
				said.WriteString(e.FromColumn + " " + e.ToColumn + "\n")
			}
			for _, c := range a.Claims {
				for _, k := range c.Columns {
					said.WriteString(k.Path + "\n")
				}
				for _, e := range c.Upstream {
					said.WriteString(e.From.String() + e.FromColumn + "\n")
				}
			}
		}
	}
	for _, d := range s.Defined {
		said.WriteString(d.Name + "\n")
	}
	for _, q := range s.Queries {
		said.WriteString(q.SQL + "\n")
	}
	for _, word := range []string{"pay", "salary", "mail", "phone"} {
		if strings.Contains(said.String(), word) {
			t.Errorf("%q is told of:\n%s", word, said.String())
		}
	}
	if len(s.Queries) != 1 || s.Queries[0].SQL != "SELECT id FROM lake.core.people" || len(s.Defined) != 1 || !s.Defined[0].Hidden {
		t.Errorf("queries %v, definitions %v", s.Queries, s.Defined)
	}
	if s.Version != "7" || len(s.Read) != 1 {
		t.Errorf("the view lost where it is from: %q %v", s.Version, s.Read)
	}
	if len(s.Asset("lake.core.people").ColumnEdges) != 1 {
		t.Errorf("what ids come from is still known: %v", s.Asset("lake.core.people").ColumnEdges)
	}
	// Who may see all sees all.
	all := p.View(full, Principal{Name: "cfo", Groups: []string{"finance", "privacy"}}).Snapshot()
	if len(all.Outside) != len(full.Outside) || len(all.Queries) != 4 || len(all.Defined) != 2 || all.Asset("lake.core.people").Custom["note"] == "" {
		t.Errorf("whoever sees everything sees %d outside, %d queries, %d definitions", len(all.Outside), len(all.Queries), len(all.Defined))
	}
	if a := full.Asset("kafka://k/people"); len(a.Columns) != 3 || len(a.Claims[0].Columns) != 3 {
		t.Error("the full catalog was written to")
	}
}
