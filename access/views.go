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
	all, allowed, seen := v.full.Checked(), catalog.New(unhidden, nil, nil).Checked(), catalog.New(slices.Clone(shown), nil, nil).Checked()
	var out []*catalog.Asset
	for _, a := range shown {
		if a.ViewSQL != "" {
			opaque := *a
			opaque.ViewSQL = ""
			switch {
			case !v.checks(a, all):
				a = &opaque
			case !v.checks(a, allowed):
				v.denied[a.Name.Key()] = Rule{}
				continue
			case !v.checks(a, seen):
				a = &opaque
			}
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
