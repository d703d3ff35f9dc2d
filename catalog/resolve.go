package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// resolver decides what is shown of one asset.
type resolver struct {
	b *builder
	g *group
	a *Asset
}

func (r *resolver) resolve() {
	a := r.a
	for _, c := range r.g.claims {
		a.Kind = first(a.Kind, c.Kind)
		a.Platform, a.Env = first(a.Platform, c.Platform), first(a.Env, c.Env)
		a.Tags = union(a.Tags, c.Tags)
		a.Requires = union(a.Requires, c.Requires)
		a.Incidents = append(a.Incidents, c.Incidents...)
		for _, l := range c.Links {
			if !slices.Contains(a.Links, l) {
				a.Links = append(a.Links, l)
			}
		}
		for k, v := range c.Custom {
			if a.Custom == nil {
				a.Custom = map[string]string{}
			}
			if _, ok := a.Custom[k]; !ok {
				a.Custom[k] = v
			}
		}
		if c.Usage != nil && (a.Usage == nil || c.Usage.Until.After(a.Usage.Until)) {
			a.Usage = c.Usage
		}
	}
	if a.Kind == "" && (a.URN == "" || strings.HasPrefix(a.URN, "kafka:")) {
		a.Kind = Table
		switch {
		case a.View:
			a.Kind = ViewKind
		case a.URN != "":
			a.Kind = Topic
		}
	}
	for _, id := range r.g.ids {
		if id != a.ID && id.String() != a.URN {
			a.Aliases = append(a.Aliases, id)
		}
	}
	slices.SortFunc(a.Aliases, func(x, y ID) int { return cmp.Compare(x.String(), y.String()) })
	scalar(r, FieldDescription, &a.Description, func(c *Claim) string { return c.Description }, same)
	scalar(r, FieldDomain, &a.Domain, func(c *Claim) string { return c.Domain }, same)
	scalar(r, FieldTier, &a.Tier, func(c *Claim) Tier {
		if c.Tier == Unknown {
			return ""
		}
		return c.Tier
	}, func(t Tier) string { return string(t) })
	if a.Tier == "" {
		a.Tier = Unknown
	}
	r.owners()
	r.lifecycle()
	r.promises()
	r.observations()
	r.coverage()
	r.sizes()
	r.columns()
	r.checks()
	r.edges()
	r.grants()
	for _, c := range a.Requires {
		if a.URN == "" && a.Column(c) == nil {
			r.b.errs = append(r.b.errs, fmt.Errorf("%s requires a condition on %s, and the table has no such column", a.Name, c))
		}
	}
}

func same(s string) string { return s }

func first[T comparable](a, b T) T {
	var none T
	if a != none {
		return a
	}
	return b
}

func union(to, more []string) []string {
	for _, m := range more {
		if !slices.Contains(to, m) {
			to = append(to, m)
		}
	}
	return to
}

// ordered are the claims that say something of a field, whose word counts first. Claims of sources that have
// no say are left out.
func (r *resolver) ordered(f Field, says func(*Claim) bool) []*Claim {
	var out []*Claim
	p := r.b.in.Precedence
	for _, c := range r.g.claims {
		if says(c) && p.rank(f, &c.Provenance) >= 0 {
			out = append(out, c)
		}
	}
	p.sort(f, out)
	return out
}

// said keeps whose word it was, and whose it was not where that was another one.
func (r *resolver) said(f Field, value string, from *Claim, others []*Claim, text func(*Claim) string) {
	s := Said{Field: f, Value: value, From: &from.Provenance}
	for _, o := range others {
		if t := text(o); t != value {
			s.Others = append(s.Others, Other{t, &o.Provenance})
		}
	}
	r.a.Said = append(r.a.Said, s)
}

// scalar decides a field of one value. What the engine's own table says stands unless somebody says more.
func scalar[T comparable](r *resolver, f Field, to *T, of func(*Claim) T, text func(T) string) {
	var none T
	all := r.ordered(f, func(c *Claim) bool { return of(c) != none })
	if len(all) == 0 {
		return
	}
	*to = of(all[0])
	r.said(f, text(*to), all[0], all[1:], func(c *Claim) string { return text(of(c)) })
}

// owners: the best source that names somebody for a role decides the role; all are kept.
func (r *resolver) owners() {
	all := r.ordered(FieldOwner, func(c *Claim) bool { return len(c.Owners) > 0 })
	seen := map[string]bool{}
	for _, c := range all {
		for _, o := range c.Owners {
			if IsNobody(o.Principal) {
				continue
			}
			if k := o.Role + "\x00" + strings.ToLower(o.Principal); !seen[k] {
				seen[k] = true
				r.a.Owners = append(r.a.Owners, o)
			}
		}
	}
	of := func(c *Claim, role string) string {
		for _, o := range c.Owners {
			if o.Role == role && !o.Inactive && !IsNobody(o.Principal) {
				return o.Principal
			}
		}
		return ""
	}
	for role, to := range map[string]*string{Technical: &r.a.Owner.Technical, Business: &r.a.Owner.Business} {
		for _, c := range all {
			if p := of(c, role); p != "" {
				*to = p
				break
			}
		}
	}
	text := func(c *Claim) string {
		return strings.Trim(of(c, Business)+" / "+of(c, Technical), " /")
	}
	all = slices.DeleteFunc(all, func(c *Claim) bool { return text(c) == "" })
	if len(all) > 0 {
		r.said(FieldOwner, strings.Trim(r.a.Owner.Business+" / "+r.a.Owner.Technical, " /"), all[0], all[1:], text)
	}
}

func (r *resolver) lifecycle() {
	all := r.ordered(FieldDeprecation, func(c *Claim) bool { return c.Deprecation != nil })
	if len(all) == 0 {
		return
	}
	text := func(c *Claim) string {
		if c.Deprecation.Deprecated {
			return "deprecated"
		}
		return "in use"
	}
	r.said(FieldDeprecation, text(all[0]), all[0], all[1:], text)
	d := all[0].Deprecation
	if !d.Deprecated {
		return
	}
	r.a.Deprecation = &Deprecation{Since: d.Since, Decommission: d.Decommission, Note: d.Note}
	if !d.Replacement.IsZero() {
		r.a.Deprecation.Replacement = r.b.title(d.Replacement, all[0].Source)
	}
}

// promises: the first promise of when data are there is the one that lateness goes by.
func (r *resolver) promises() {
	all := r.ordered(FieldSLA, func(c *Claim) bool { return len(c.SLAs) > 0 })
	text := func(c *Claim) string {
		for _, s := range c.SLAs {
			if s.Judged() {
				return s.String()
			}
		}
		return ""
	}
	for _, c := range all {
		for _, s := range c.SLAs {
			r.a.SLAs = append(r.a.SLAs, s)
			if r.a.SLA == nil && s.Judged() {
				r.a.SLA = &s
			}
		}
	}
	judged := slices.DeleteFunc(all, func(c *Claim) bool { return text(c) == "" })
	if len(judged) > 0 {
		r.said(FieldSLA, text(judged[0]), judged[0], judged[1:], text)
	}
}

// Judged says whether the promise is one that lateness can be told by.
func (s SLA) Judged() bool { return s.Cron != "" || s.Within > 0 }

func (s SLA) String() string {
	if s.Within > 0 {
		return strings.TrimSpace(s.Kind + " within " + s.Within.String())
	}
	return strings.TrimSpace(s.Kind + " " + s.Cron + " " + s.TimeZone)
}

// arrivals are the kinds of observations that say that data came, the surest first: the table's own commit,
// then an event about the table, then the newest record seen, then a run of what writes it.
var arrivals = []string{Snapshotted, Updated, Landed, RunOK}

// observations keeps the newest of each kind and job, and takes the freshness from the surest of them.
func (r *resolver) observations() {
	type which struct{ kind, job, partition string }
	newest := map[which]Observation{}
	var best *Observation
	var from *Claim
	p := r.b.in.Precedence
	for _, c := range r.g.claims {
		for _, o := range c.Observed {
			k := which{o.Kind, o.Job, ""}
			if old, ok := newest[k]; !ok || o.At.After(old.At) {
				newest[k] = o
			}
			rank := slices.Index(arrivals, o.Kind)
			if rank < 0 || o.At.IsZero() {
				continue
			}
			switch {
			case best == nil:
			case (c.System == Files) != (from.System == Files):
				if from.System == Files {
					continue
				}
			case rank != slices.Index(arrivals, best.Kind):
				if rank > slices.Index(arrivals, best.Kind) {
					continue
				}
			case !o.At.Equal(best.At):
				if o.At.Before(best.At) {
					continue
				}
			case !p.better(FieldFreshness, &c.Provenance, &from.Provenance):
				continue
			}
			best, from = &o, c
		}
	}
	r.a.Observed = slices.AppendSeq(r.a.Observed, maps.Values(newest))
	slices.SortFunc(r.a.Observed, func(x, y Observation) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Job, y.Job))
	})
	if best != nil {
		r.a.FreshAt = best.At
		r.said(FieldFreshness, best.Kind+" "+best.At.UTC().Format(time.RFC3339), from, nil, nil)
	}
}

func (r *resolver) coverage() {
	a := r.a
	scalar(r, FieldCoverage, &a.DataUntil, func(c *Claim) time.Time { return c.DataUntil }, func(t time.Time) string { return t.Format(time.DateOnly) })
	said := false
	for _, c := range r.ordered(FieldCoverage, func(c *Claim) bool { return !c.DataFrom.IsZero() || c.TimeColumn != "" }) {
		if !said && !c.DataFrom.IsZero() {
			a.DataFrom, said = c.DataFrom, true
		}
		a.TimeColumn = first(a.TimeColumn, c.TimeColumn)
	}
	if all := r.ordered(FieldFreshness, func(c *Claim) bool { return c.SnapshotID != "" }); len(all) > 0 {
		a.SnapshotID = all[0].SnapshotID
	}
}

func (r *resolver) sizes() {
	a := r.a
	for _, c := range r.ordered(FieldSize, func(c *Claim) bool { return c.Rows != nil || c.Bytes != nil }) {
		if c.Rows != nil && a.Rows < 0 {
			a.Rows = *c.Rows
		}
		if c.Bytes != nil && a.Bytes < 0 {
			a.Bytes = *c.Bytes
		}
	}
	if a.ViewSQL == "" && a.URN == "" && a.View {
		if all := r.ordered(FieldView, func(c *Claim) bool { return c.ViewSQL != "" && c.System == SystemTrino }); len(all) > 0 {
			a.ViewSQL = all[0].ViewSQL
		}
	}
}

// columns: which there are, and of which type, the engine says; of what lies outside, the best source.
func (r *resolver) columns() {
	a := r.a
	if a.URN != "" {
		if all := r.ordered(FieldSchema, func(c *Claim) bool { return len(c.Columns) > 0 }); len(all) > 0 {
			for _, k := range all[0].Columns {
				a.Columns = append(a.Columns, Column{Name: k.Path, Type: first(k.Type, k.NativeType), Key: k.Key})
			}
		}
	}
	if len(a.Columns) == 0 {
		return
	}
	at := make(map[string]int, len(a.Columns))
	for i, k := range a.Columns {
		at[strings.ToLower(k.Name)] = i
	}
	each := func(f Field, says func(ColumnClaim) bool, do func(*Column, ColumnClaim, *Claim)) {
		for _, c := range r.ordered(f, func(c *Claim) bool { return len(c.Columns) > 0 }) {
			for _, k := range c.Columns {
				if !says(k) {
					continue
				}
				if i, ok := at[strings.ToLower(k.Path)]; ok {
					do(&a.Columns[i], k, c)
				}
			}
		}
	}
	for _, c := range r.g.claims {
		for _, k := range c.Columns {
			if _, ok := at[strings.ToLower(k.Path)]; !ok && a.URN == "" && c.System == Files {
				r.b.note("%s speaks of %s.%s, which is not there", who(c), a.Name, k.Path)
			}
		}
	}
	described := make([]bool, len(a.Columns))
	each(FieldDescription, func(k ColumnClaim) bool { return k.Description != "" || k.Unit != "" || k.Key != "" }, func(k *Column, s ColumnClaim, c *Claim) {
		i := at[strings.ToLower(s.Path)]
		if s.Description != "" && !described[i] {
			described[i] = true
			k.Description, k.From = s.Description, c.Source
		}
		k.Unit, k.Key = first(k.Unit, s.Unit), first(k.Key, s.Key)
	})
	each(FieldPII, func(k ColumnClaim) bool {
		return k.PII != "" || k.Class != "" || len(k.Tags)+len(k.Terms) > 0
	}, func(k *Column, s ColumnClaim, _ *Claim) {
		// Whoever says that a column is personal is heard: no other source's silence makes it public.
		k.PII, k.Class = first(k.PII, s.PII), first(k.Class, s.Class)
		k.Tags, k.Terms = union(k.Tags, s.Tags), union(k.Terms, s.Terms)
	})
}

// checks joins what says what a check is with what says how it went, by its id; the newest result counts.
func (r *resolver) checks() {
	at := map[string]int{}
	for _, c := range r.g.claims {
		for _, k := range c.Checks {
			i, ok := at[k.ID]
			if !ok {
				at[k.ID] = len(r.a.Checks)
				r.a.Checks = append(r.a.Checks, k)
				continue
			}
			told, other := r.a.Checks[i], k // whose result counts, and who may say what it is
			if k.Status != "" && (told.Status == "" || k.RanAt.After(told.RanAt)) {
				told, other = other, told
			}
			if told.Status == "pass" && other.Status == "fail" {
				told.FailedAt = latest(told.FailedAt, other.RanAt)
			}
			told.FailedAt = latest(told.FailedAt, other.FailedAt)
			told.Column, told.Type, told.Expression = first(told.Column, other.Column), first(told.Type, other.Type), first(told.Expression, other.Expression)
			told.Severity, told.Owner, told.URL, told.Expected = first(told.Severity, other.Severity), first(told.Owner, other.Owner), first(told.URL, other.URL), first(told.Expected, other.Expected)
			r.a.Checks[i] = told
		}
	}
	for i := range r.a.Checks {
		r.a.Checks[i].Status = first(r.a.Checks[i].Status, "unknown")
	}
	slices.SortFunc(r.a.Checks, func(x, y Check) int { return cmp.Compare(x.ID, y.ID) })
}

// edges joins what several sources say of the same flow.
func (r *resolver) edges() {
	self := r.g.key
	tables := map[string]int{}
	columns := map[ColumnEdge]bool{}
	for _, c := range r.g.claims {
		for _, e := range c.Upstream {
			from := r.b.title(e.From, c.Source)
			if strings.EqualFold(from, self) {
				continue
			}
			r.b.mention(e.From, from, c.Source)
			i, ok := tables[from]
			if !ok {
				i = len(r.a.Upstream)
				tables[from] = i
				r.a.Upstream = append(r.a.Upstream, Edge{From: from, Job: e.Job, Via: c.Source, LastSeen: e.LastSeen})
			}
			old := &r.a.Upstream[i]
			old.Job, old.LastSeen = first(old.Job, e.Job), latest(old.LastSeen, e.LastSeen)
			if e.FromColumn == "" || e.ToColumn == "" {
				continue
			}
			k := ColumnEdge{From: from, FromColumn: e.FromColumn, ToColumn: e.ToColumn, Type: e.Type, Subtype: e.Subtype, Masked: e.Masked}
			if !columns[k] {
				columns[k] = true
				r.a.ColumnEdges = append(r.a.ColumnEdges, k)
			}
		}
	}
	slices.SortFunc(r.a.ColumnEdges, func(x, y ColumnEdge) int {
		return cmp.Or(cmp.Compare(x.ToColumn, y.ToColumn), cmp.Compare(x.From, y.From), cmp.Compare(x.FromColumn, y.FromColumn), cmp.Compare(x.Type, y.Type))
	})
}

func (r *resolver) grants() {
	for _, c := range r.ordered(FieldGrants, func(c *Claim) bool { return len(c.Grants) > 0 }) {
		r.a.Grants = append(r.a.Grants, c.Grants...)
	}
	slices.SortFunc(r.a.Grants, func(x, y GrantClaim) int { return cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
}
