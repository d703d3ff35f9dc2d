package access

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// outside is what a principal may know of topics, operational tables, dashboards and jobs. One that has to do with
// hidden tables only is as hidden: its name would tell of them. Columns that feed hidden ones are left out, and personal
// ones where personal columns are hidden.
func (v *View) outside() []*catalog.Asset {
	hidden := map[string]bool{} // by key, in lower case
	for key := range v.denied {
		if !strings.Contains(key, "\x00") {
			hidden[key] = true
		}
	}
	if len(v.denied) == 0 {
		return v.full.Outside
	}
	next := map[string][]string{} // what an asset is next to in lineage
	for _, list := range [][]*catalog.Asset{v.full.Assets, v.full.Outside} {
		for _, a := range list {
			for _, e := range a.Upstream {
				from, to := strings.ToLower(e.From), strings.ToLower(a.Title())
				next[from], next[to] = append(next[from], to), append(next[to], from)
			}
		}
	}
	// What can be come to from a visible table without crossing a hidden one is visible, and so is what has to do
	// with no table at all.
	reached, touching := map[string]bool{}, map[string]bool{}
	spread := func(from []string, into map[string]bool) {
		for ; len(from) > 0; from = from[1:] {
			for _, n := range next[from[0]] {
				if !into[n] && v.full.Table(catalog.ParseName(n, "", "")) == nil {
					into[n] = true
					from = append(from, n)
				}
			}
		}
	}
	for _, a := range v.full.Assets {
		into := reached
		if hidden[a.Name.Key()] {
			into = touching
		}
		spread([]string{a.Name.Key()}, into)
	}
	for _, o := range v.full.Outside {
		if k := strings.ToLower(o.Title()); touching[k] && !reached[k] {
			hidden[k] = true
		}
	}
	v.hiddenOutside = hidden
	v.goneColumns = v.columnsBehind()
	var out []*catalog.Asset
	for _, o := range v.full.Outside {
		k := strings.ToLower(o.Title())
		if hidden[k] {
			continue
		}
		out = append(out, v.bare(o))
	}
	return out
}

// columnsBehind lists, by what lies outside, its columns that feed hidden ones.
func (v *View) columnsBehind() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	add := func(asset, column string) {
		k := strings.ToLower(asset)
		if out[k] == nil {
			out[k] = map[string]bool{}
		}
		out[k][strings.ToLower(column)] = true
	}
	for _, a := range v.full.Assets {
		for _, e := range a.ColumnEdges {
			if _, no := v.Denied(a.Name, e.ToColumn); no {
				add(e.From, e.FromColumn)
			}
		}
	}
	if v.personalHidden() {
		for _, o := range v.full.Outside {
			for _, c := range o.Columns {
				if c.PII != "" {
					add(o.Title(), c.Name)
				}
			}
		}
	}
	for more := true; more; {
		more = false
		for _, o := range v.full.Outside {
			for _, e := range o.ColumnEdges {
				if out[strings.ToLower(o.Title())][strings.ToLower(e.ToColumn)] && !out[strings.ToLower(e.From)][strings.ToLower(e.FromColumn)] {
					add(e.From, e.FromColumn)
					more = true
				}
			}
		}
	}
	return out
}

// personalHidden says whether some rule hides personal columns from the principal.
func (v *View) personalHidden() bool {
	return slices.ContainsFunc(v.policy.Rules, func(r Rule) bool { return r.PII && !v.who.in(r.Unless) })
}

// bare is what lies outside without its hidden columns and without edges to what is hidden.
func (v *View) bare(o *catalog.Asset) *catalog.Asset {
	gone := v.goneColumns[strings.ToLower(o.Title())]
	drop := func(c catalog.Column) bool { return gone[strings.ToLower(c.Name)] }
	out := *o
	if slices.ContainsFunc(o.Columns, drop) {
		out.Columns = slices.DeleteFunc(slices.Clone(o.Columns), drop)
		out.Checks = slices.DeleteFunc(slices.Clone(o.Checks), func(c catalog.Check) bool { return c.Column != "" && out.Column(c.Column) == nil })
		out.Custom, out.Usage, out.Grants, out.Incidents = nil, nil, nil, nil
		out.Claims = quiet(o.Claims)
	}
	return v.unlinked(&out)
}

// unlinked drops edges from what is hidden, tables and columns, and what else names it.
func (v *View) unlinked(a *catalog.Asset) *catalog.Asset {
	gone := func(name string) bool {
		k := strings.ToLower(name)
		_, no := v.denied[k]
		return no || v.hiddenOutside[k]
	}
	goneColumn := func(table, column string) bool {
		_, no := v.denied[strings.ToLower(table)+"\x00"+strings.ToLower(column)]
		return no || v.goneColumns[strings.ToLower(table)][strings.ToLower(column)]
	}
	edge := func(e catalog.Edge) bool { return gone(e.From) }
	column := func(e catalog.ColumnEdge) bool {
		return gone(e.From) || goneColumn(e.From, e.FromColumn) || goneColumn(a.Title(), e.ToColumn)
	}
	edges, columns := slices.ContainsFunc(a.Upstream, edge), slices.ContainsFunc(a.ColumnEdges, column)
	if !edges && !columns {
		return a
	}
	out := *a
	out.Upstream = slices.DeleteFunc(slices.Clone(a.Upstream), edge)
	out.ColumnEdges = slices.DeleteFunc(slices.Clone(a.ColumnEdges), column)
	out.Claims = quiet(a.Claims)
	return &out
}

// quiet are claims of which only is left whose they are.
func quiet(claims []*catalog.Claim) []*catalog.Claim {
	out := make([]*catalog.Claim, len(claims))
	for i, c := range claims {
		out[i] = &catalog.Claim{Provenance: catalog.Provenance{Source: c.Source, System: c.System, FetchedAt: c.FetchedAt}, About: c.About}
	}
	return out
}

// queries are the kept ones that the principal could run: every table and column that they name is visible. One that
// cannot be read as Trino's is shown only to who sees everything.
func (v *View) queries(visible *catalog.Snapshot) []catalog.Query {
	if len(v.denied) == 0 {
		return v.full.Queries
	}
	tables := visible.Checked()
	var out []catalog.Query
	for _, q := range v.full.Queries {
		stmt, err := parse.Query(q.SQL)
		if err != nil {
			continue
		}
		if _, problems := check.Check(stmt, tables, check.Session{Functions: v.full.Functions}); len(problems) == 0 {
			out = append(out, q)
		}
	}
	return out
}

// defined are the numbers of other systems whose tables are visible. Where anything is hidden their SQL, which may name
// hidden columns, is marked as there to compare and not to show.
func (v *View) defined() []catalog.Definition {
	if len(v.denied) == 0 {
		return v.full.Defined
	}
	var out []catalog.Definition
	for _, d := range v.full.Defined {
		if slices.ContainsFunc(d.Tables, func(id catalog.ID) bool {
			_, no := v.denied[strings.ToLower(id.String())]
			return no || v.hiddenOutside[strings.ToLower(id.String())]
		}) {
			continue
		}
		d.Filters = nil
		d.Hidden = true
		out = append(out, d)
	}
	return out
}
