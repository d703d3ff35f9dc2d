package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// maxUpstream is how many ill sources of one table are told of by name.
const maxUpstream = 5

// situation is the one of the policy; the surest way counts.
func situation(r *catalog.Reach) string {
	switch {
	case len(r.Columns) > 0:
		return "upstream_column"
	case r.Unknown:
		return "upstream_unknown"
	}
	return "upstream_table"
}

// upstream: what feeds the table is not well.
func (t *table) upstream() {
	if t.s.Snapshot == nil {
		return
	}
	told, more, worst := 0, 0, Off
	rank := []string{Off, Note, Warning, Blocked}
	for _, r := range t.s.Snapshot.Upstream(t.a, t.use.Columns) {
		if slices.ContainsFunc(t.s.Uses, func(u Use) bool { return u.Asset.Title() == r.Asset.Title() }) {
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
		f := Finding{Level: worst, Domain: t.a.Domain, Code: "upstream_unknown", Message: fmt.Sprintf("%d further sources of %s are not well.", more, Short(t.a))}
		if more == 1 {
			f.Message = fmt.Sprintf("1 further source of %s is not well.", Short(t.a))
		}
		t.add(f, t.a)
	}
}

// ills are what is wrong with an asset upstream, as far as it matters for what was read.
func (t *table) ills(r *catalog.Reach) []Finding {
	var out []Finding
	u := r.Asset
	hops := "1 hop up"
	if r.Hops != 1 {
		hops = fmt.Sprintf("%d hops up", r.Hops)
	}
	ill := func(situation, what string, f Finding) {
		tail := "."
		switch situation {
		case "upstream_table":
			tail = "; no column used here comes from it."
		case "upstream_unknown":
			tail = ". Which columns come from it is not recorded."
		}
		f.Level, f.Domain, f.Code, f.Asset, f.Hops = t.policy.level(t.a.Domain, situation), t.a.Domain, situation, u.Title(), r.Hops
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
		ill(situation(r), what, Finding{Since: o.At})
	}
	for _, i := range u.Incidents {
		if i.State == "active" {
			ill(situation(r), fmt.Sprintf("an incident is open on %s: %s", Short(u), incidentWords(i)), Finding{Since: i.Opened, URL: i.URL})
		}
	}
	for _, k := range u.Checks {
		if k.Status != "fail" {
			continue
		}
		s := situation(r)
		if s == "upstream_column" && k.Column != "" && !r.Columns[strings.ToLower(k.Column)] {
			s = "upstream_table"
			if r.Unknown {
				s = "upstream_unknown"
			}
		}
		ill(s, fmt.Sprintf("check %s of %s failed%s", checkName(k), Short(u), observed(k)), Finding{Since: k.RanAt, URL: k.URL})
	}
	if late := Timely(u, t.s.At); late.Late {
		ill(situation(r), fmt.Sprintf("%s is %s late", Short(u), Duration(late.By)), Finding{Since: t.s.At.Add(-late.By)})
	}
	if d := u.Deprecation; d != nil && !d.Decommission.IsZero() && !d.Decommission.After(t.s.At) {
		ill(situation(r), fmt.Sprintf("%s was to be gone by %s", Short(u), d.Decommission.Format(dayForm)), Finding{Since: d.Decommission})
	}
	return out
}
