package access

import (
	"fmt"
	"slices"
	"testing"

	"github.com/limn-data/limn/catalog"
)

// Principals of the same rights see the same, and what one of them sees is never what another one may not.
func TestRights(t *testing.T) {
	snap := catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "lake", Schema: "core", Table: "people"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "email", Type: "varchar", PII: "email"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "finance", Table: "pay"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}}},
	}, nil, nil)
	policies := map[string]Policy{
		"open": {}, "rules": {Rules: []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"finance"}}, {PII: true, Unless: []string{"bob", "privacy"}}}},
		"closed": {Closed: true, Grants: []Grant{{On: On{Tables: []string{"lake.core.*"}}, Everyone: true}, {On: On{Tables: []string{"lake.finance.*"}}, To: To{Groups: []string{"finance"}}}}},
		"filter": {Filters: []RowFilter{{Name: "own", On: On{Tables: []string{"lake.core.*"}}, To: To{Unless: []string{"finance"}}, Where: "email = current_user"}}},
		"mask":   {Masks: []Mask{{Name: "m", PII: true, How: MaskNull, To: To{Groups: []string{"sales"}}}}},
		"member": {Members: map[string][]string{"finance": {"ann"}}, Rules: []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"finance"}}}},
	}
	var people []Principal
	for _, n := range []string{"ann", "bob", "carl"} {
		for _, g := range [][]string{nil, {"finance"}, {"privacy"}, {"sales"}, {"finance", "privacy"}} {
			people = append(people, Principal{Name: n, Groups: g})
		}
	}
	shape := func(v *View) string {
		out := ""
		for _, a := range v.Snapshot().Assets {
			r := v.Restriction(a.Name, false)
			out += a.Title()
			for _, c := range a.Columns {
				out += " " + c.Name
			}
			if r != nil {
				out += fmt.Sprint(r.Filters, r.Masked)
				for _, w := range r.wheres {
					out += fmt.Sprintf("%#v", w)
				}
			}
		}
		return out
	}
	for name, p := range policies {
		seen := map[string]*View{}
		for _, who := range people {
			own := p.View(snap, who)
			shared, ok := seen[p.Rights(who)]
			if !ok {
				seen[p.Rights(who)] = own
				continue
			}
			if len(p.Filters) == 0 && shape(shared) != shape(own) {
				t.Errorf("%s: %v is shown %s, and has a right to %s", name, who, shape(shared), shape(own))
			}
			if as := shared.As(who); as.Who().Name != who.Name || !slices.Equal(as.Who().Groups, own.Who().Groups) {
				t.Errorf("%s: the view is of %v, not of %v", name, as.Who(), who)
			}
		}
		if name == "filter" && len(seen) < 9 {
			t.Errorf("a filter that asks who looks is shared: %d views for %d people", len(seen), len(people))
		}
		if name == "open" && len(seen) != 1 {
			t.Errorf("%d views where everybody sees everything", len(seen))
		}
	}
}
