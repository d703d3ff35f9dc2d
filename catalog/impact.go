package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
)

// Affected is something that breaks, or may, when a table or a column goes.
type Affected struct {
	Kind    string   `json:"kind"` // table, view, dashboard …, or metric, or query
	Name    string   `json:"name"`
	Hops    int      `json:"hops"`
	Columns []string `json:"columns,omitempty"` // of it that are made of what goes
	// Certain is false where the columns of some step are not recorded: it may be affected.
	Certain bool   `json:"certain"`
	Owner   Owner  `json:"owner"`
	Why     string `json:"why,omitempty"`
}

// Impact lists what breaks when a column of an asset goes, or all of it when column is empty: what is made of it,
// the metrics whose definitions read it, and the queries that people keep. What is known not to use the column is left
// out. The nearest comes first.
func (s *Snapshot) Impact(a *Asset, column string) []Affected {
	var columns []string
	if column != "" {
		columns = []string{column}
	}
	gone := map[string]*Reach{strings.ToLower(a.Title()): {Asset: a, Columns: map[string]bool{strings.ToLower(column): column != ""}, Unknown: column == ""}}
	var out []Affected
	for _, r := range s.Downstream(a, columns) {
		if !r.OnPath() {
			continue
		}
		gone[strings.ToLower(r.Asset.Title())] = r
		kind := string(r.Asset.Kind)
		if kind == "" {
			kind = string(Table)
		}
		x := Affected{Kind: kind, Name: r.Asset.Title(), Hops: r.Hops, Certain: !r.Unknown, Owner: r.Asset.Owner}
		for c := range r.Columns {
			x.Columns = append(x.Columns, c)
		}
		slices.Sort(x.Columns)
		out = append(out, x)
	}
	for _, m := range s.Metrics {
		if why, hops, certain, hit := s.metricHit(m, gone); hit {
			out = append(out, Affected{Kind: "metric", Name: m.Name, Hops: hops + 1, Certain: certain, Owner: m.Owner, Why: why})
		}
	}
	for _, q := range s.Queries {
		if why, hops, certain, hit := s.queryHit(q, gone); hit {
			out = append(out, Affected{Kind: "query", Name: cmp.Or(q.Title, q.ID), Hops: hops + 1, Certain: certain, Why: why})
		}
	}
	if column == "" { // whatever is made of it is made of what is gone
		for i := range out {
			out[i].Certain = true
		}
	}
	slices.SortStableFunc(out, func(x, y Affected) int {
		return cmp.Or(x.Hops-y.Hops, cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return out
}

func (s *Snapshot) metricHit(m Metric, gone map[string]*Reach) (why string, hops int, certain, hit bool) {
	for _, c := range m.Columns {
		r := gone[c.Table.Key()]
		if r == nil {
			continue
		}
		if r.Columns[strings.ToLower(c.Column)] {
			return "its definition reads " + c.Table.String() + "." + c.Column, r.Hops, true, true
		}
		if r.Unknown {
			why, hops, hit = "its definition reads "+c.Table.String()+"."+c.Column, r.Hops, true
			certain = r.Hops == 0
		}
	}
	for _, t := range m.Tables { // rows that are counted are of no column
		if r := gone[t.Key()]; r != nil && r.Unknown && !hit {
			why, hops, certain, hit = "its definition reads "+t.String(), r.Hops, r.Hops == 0, true
		}
	}
	return why, hops, certain, hit
}

// queryHit reads a kept query; where it cannot be read as Trino's, its tables decide.
func (s *Snapshot) queryHit(q Query, gone map[string]*Reach) (why string, hops int, certain, hit bool) {
	if stmt, err := parse.Query(q.SQL); err == nil {
		if info, problems := check.Check(stmt, s.Checked(), check.Session{Functions: s.Functions}); len(problems) == 0 {
			for _, t := range lineage.Trace(stmt, info).Tables {
				r := gone[strings.ToLower(t.Name)]
				if r == nil {
					continue
				}
				for _, c := range t.Columns {
					if r.Columns[strings.ToLower(c)] {
						return "it reads " + t.Name + "." + c, r.Hops, true, true
					}
				}
				if r.Unknown {
					return "it reads " + t.Name, r.Hops, r.Hops == 0, true
				}
			}
			return "", 0, false, false
		}
	}
	for _, id := range q.Tables {
		if r := gone[strings.ToLower(id.String())]; r != nil {
			return "it reads " + id.String(), r.Hops, r.Unknown && r.Hops == 0, true
		}
	}
	return "", 0, false, false
}
