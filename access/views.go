package access

import (
	"slices"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// throughViews decides about views whose query is known, which an engine runs with the rights of whoever made
// them. One that reads what a rule hides is as hidden: it would be the way around the rule. Of one that reads
// what is merely not granted, the view itself was granted, and only its query is not told. The same holds of
// one whose query cannot be judged here.
func (v *View) throughViews(shown []*catalog.Asset) []*catalog.Asset {
	if !slices.ContainsFunc(shown, func(a *catalog.Asset) bool { return a.ViewSQL != "" }) {
		return shown
	}
	open := &View{who: v.who, policy: Policy{Rules: v.policy.Rules}, denied: map[string]Rule{}}
	var unhidden []*catalog.Asset
	for _, a := range v.full.Assets {
		if b := open.restrict(a); b != nil {
			unhidden = append(unhidden, b)
		}
	}
	all := v.full.Checked()
	gone := func(a *catalog.Asset) bool { _, no := v.denied[a.Name.Key()]; return no }
	for more := true; more; { // a view over one that goes now goes next
		more = false
		allowed := catalog.New(slices.Clone(unhidden), nil, nil).Checked()
		for _, a := range shown {
			if a.ViewSQL != "" && !gone(a) && v.checks(a, all) && !v.checks(a, allowed) {
				v.denied[a.Name.Key()] = Rule{}
				unhidden = slices.DeleteFunc(unhidden, func(b *catalog.Asset) bool { return b.Name == a.Name })
				more = true
			}
		}
	}
	seen := catalog.New(slices.Clone(shown), nil, nil).Checked()
	var out []*catalog.Asset
	for _, a := range shown {
		if a.ViewSQL != "" && gone(a) {
			continue
		}
		if a.ViewSQL != "" && (!v.checks(a, all) || !v.checks(a, seen)) {
			opaque := *a
			opaque.ViewSQL = ""
			a = &opaque
		}
		out = append(out, a)
	}
	return out
}

// checks says whether a view's query checks against tables.
func (v *View) checks(a *catalog.Asset, tables check.Catalog) bool {
	q, err := parse.Query(v.full.Table(a.Name).ViewSQL)
	if err != nil {
		return false
	}
	_, problems := check.Check(q, tables, check.Session{Catalog: a.Name.Catalog, Schema: a.Name.Schema, Functions: v.full.Functions})
	return len(problems) == 0
}
