package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// maxUpstream is how many ill sources of one table are told of by name.
const maxUpstream = 5

// maxHops is how far upstream is looked.
const maxHops = 20

// reach is how what was read depends on an asset upstream.
type reach struct {
	asset   *catalog.Asset
	hops    int
	columns map[string]bool // of the asset, in lower case, that feed what was read
	unknown bool            // some way leads there of which the columns are not recorded
}

// situation is the one of the policy; the surest way counts.
func (r *reach) situation() string {
	switch {
	case len(r.columns) > 0:
		return "upstream_column"
	case r.unknown:
		return "upstream_unknown"
	}
	return "upstream_table"
}

// Reach walks up the lineage of some columns of a table. Where the lineage of columns between two assets is recorded,
// only those columns are followed; a circle ends where it closes. The result is in order of distance, then of names.
func reached(snap *catalog.Snapshot, a *catalog.Asset, columns []string) []*reach {
	start := &reach{asset: a, columns: map[string]bool{}, unknown: len(columns) == 0}
	for _, c := range columns {
		start.columns[strings.ToLower(c)] = true
	}
	at := map[string]*reach{strings.ToLower(a.Title()): start}
	for queue := []*reach{start}; len(queue) > 0; queue = queue[1:] {
		r := queue[0]
		if r.hops >= maxHops {
			continue
		}
		done := map[string]bool{}
		for _, e := range r.asset.Upstream {
			key := strings.ToLower(e.From)
			if done[key] {
				continue
			}
			done[key] = true
			from := snap.Asset(e.From)
			if from == nil {
				continue
			}
			next := at[key]
			if next == nil {
				next = &reach{asset: from, hops: r.hops + 1, columns: map[string]bool{}}
				at[key] = next
				next.take(r, key)
				queue = append(queue, next)
			} else if next.take(r, key) {
				queue = append(queue, next) // what it feeds matters more than was known
			}
		}
	}
	var out []*reach
	for _, r := range at {
		if r != start {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y *reach) int {
		if x.hops != y.hops {
			return x.hops - y.hops
		}
		return strings.Compare(x.asset.Title(), y.asset.Title())
	})
	return out
}

// take adds what one step of lineage carries, and says whether anything came of it.
func (r *reach) take(to *reach, from string) bool {
	recorded, grew := false, false
	for _, e := range to.asset.ColumnEdges {
		if !strings.EqualFold(e.From, from) {
			continue
		}
		recorded = true
		if to.columns[strings.ToLower(e.ToColumn)] && !r.columns[strings.ToLower(e.FromColumn)] {
			r.columns[strings.ToLower(e.FromColumn)] = true
			grew = true
		}
	}
	if !r.unknown && (to.unknown || !recorded && len(to.columns) > 0) {
		r.unknown, grew = true, true
	}
	return grew
}

// upstream: what feeds the table is not well.
func (t *table) upstream() {
	if t.s.Snapshot == nil {
		return
	}
	told, more, worst := 0, 0, Off
	rank := []string{Off, Note, Warning, Blocked}
	for _, r := range reached(t.s.Snapshot, t.a, t.use.Columns) {
		if slices.ContainsFunc(t.s.Uses, func(u Use) bool { return u.Asset.Title() == r.asset.Title() }) {
			continue // it is judged as read itself
		}
		for _, f := range t.ills(r) {
			if told < maxUpstream {
				told++
				t.add(f, nil)
				continue
			}
			more++
			if slices.Index(rank, f.Level) > slices.Index(rank, worst) {
				worst = f.Level
			}
		}
	}
	if more > 0 {
		f := Finding{Level: worst, Code: "upstream_unknown", Message: fmt.Sprintf("%d further sources of %s are not well.", more, Short(t.a))}
		if more == 1 {
			f.Message = fmt.Sprintf("1 further source of %s is not well.", Short(t.a))
		}
		t.add(f, t.a)
	}
}

// ills are what is wrong with an asset upstream, as far as it matters for what was read.
func (t *table) ills(r *reach) []Finding {
	var out []Finding
	u := r.asset
	hops := "1 hop up"
	if r.hops != 1 {
		hops = fmt.Sprintf("%d hops up", r.hops)
	}
	ill := func(situation, what string, f Finding) {
		tail := "."
		switch situation {
		case "upstream_table":
			tail = "; no column used here comes from it."
		case "upstream_unknown":
			tail = ". Which columns come from it is not recorded."
		}
		f.Level, f.Code, f.Asset, f.Hops = t.policy.level(t.a.Domain, situation), situation, u.Title(), r.hops
		f.Owner = first(u.Owner.Technical, u.Owner.Business)
		f.Message = fmt.Sprintf("%s, %s%s", hops, what, tail)
		if f.Level != Off {
			out = append(out, f)
		}
	}
	if o, bad := trouble(u); bad {
		what := fmt.Sprintf("the last load of %s failed on %s", Short(u), moment(o.At))
		if o.Kind == catalog.Stopped {
			what = fmt.Sprintf("%s stopped on %s", Short(u), moment(o.At))
		}
		ill(r.situation(), what, Finding{Since: o.At})
	}
	for _, i := range u.Incidents {
		if i.State == "active" {
			ill(r.situation(), fmt.Sprintf("an incident is open on %s: %s", Short(u), incidentWords(i)), Finding{Since: i.Opened, URL: i.URL})
		}
	}
	for _, k := range u.Checks {
		if k.Status != "fail" {
			continue
		}
		s := r.situation()
		if s == "upstream_column" && k.Column != "" && !r.columns[strings.ToLower(k.Column)] {
			s = "upstream_table"
			if r.unknown {
				s = "upstream_unknown"
			}
		}
		ill(s, fmt.Sprintf("check %s of %s failed%s", checkName(k), Short(u), observed(k)), Finding{Since: k.RanAt, URL: k.URL})
	}
	if late := Timely(u, t.s.At); late.Late {
		ill(r.situation(), fmt.Sprintf("%s is %s late", Short(u), Duration(late.By)), Finding{Since: t.s.At.Add(-late.By)})
	}
	if d := u.Deprecation; d != nil && !d.Decommission.IsZero() && !d.Decommission.After(t.s.At) {
		ill(r.situation(), fmt.Sprintf("%s was to be gone by %s", Short(u), d.Decommission.Format(dayForm)), Finding{Since: d.Decommission})
	}
	return out
}
