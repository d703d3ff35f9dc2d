package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// The levels of warnings, worst first.
const (
	Blocked = governance.Blocked
	Warn    = governance.Warning
	Note    = governance.Note
)

// source describes a table that was read, with everything that feeds it, nearest first.
func source(a *catalog.Asset, columns []string, at time.Time, snap *catalog.Snapshot) Source {
	s := Source{Table: a.Name.String(), Tier: string(a.Tier), Owner: a.Owner, Status: "unknown", SnapshotID: a.SnapshotID, Upstream: []string{}, Columns: columns}
	if !a.FreshAt.IsZero() {
		t := a.FreshAt.UTC()
		s.FreshAt = &t
	}
	if !a.DataUntil.IsZero() {
		s.DataUntil = a.DataUntil.Format(time.DateOnly)
	}
	if a.SLA != nil {
		s.SLA = a.SLA.String()
	}
	if t := governance.Timely(a, at); t.Known {
		s.Status = "ok"
		if t.Late {
			s.Status = "late"
		}
	}
	if a.Deprecation != nil {
		s.Status = "deprecated"
	}
	s.Upstream = append(s.Upstream, snap.Sources(a.Name.String())...)
	return s
}

// subject is what governance judges of an answer.
func (c *composer) subject() governance.Subject {
	q := c.reading.Plan.Query
	out := governance.Subject{Period: q.Period, Read: periods(c.reading.Plan), Certified: c.o.Trust.Label == LabelOfficial, At: c.at, Calendar: c.cal, Snapshot: c.snap}
	instead := c.instead()
	for _, src := range c.o.Sources {
		for _, a := range c.plan.Tables {
			if a.Name.String() == src.Table {
				out.Uses = append(out.Uses, governance.Use{Asset: a, Columns: src.Columns, Redirected: instead[a.Name.Key()]})
				break
			}
		}
	}
	for _, m := range q.Metrics {
		team := team(m.Owner)
		if team == "" {
			team = m.Domain
		}
		out.Metrics = append(out.Metrics, governance.Metric{Name: m.Name, Title: m.Title(), Team: team, Version: m.Version, Expression: m.Text, CertLost: m.CertLost})
	}
	return out
}

// instead has, by the key of a table, the deprecated one in whose place definitions read it.
func (c *composer) instead() map[string]string {
	out := map[string]string{}
	add := func(d *model.Dataset) {
		if d != nil && d.Instead != (catalog.Name{}) {
			out[d.Table.Key()] = d.Instead.String()
		}
	}
	add(c.reading.Plan.Query.Rows)
	for _, f := range c.reading.Plan.Facts {
		add(f.Base)
		for _, j := range f.Joins {
			add(j.Rel.From)
			add(j.Rel.To)
		}
	}
	return out
}

// govern weighs what the catalog knows of the tables and columns that were read, for the period asked.
func govern(c *composer) {
	s := c.subject()
	for _, f := range c.policy.Judge(s) {
		if f.Level == Blocked && !c.policy.MayInsist(f.Domain) {
			c.final = true
		}
		c.warnings(Warning{Level: f.Level, Code: f.Code, Asset: f.Asset, Message: f.Message, Owner: f.Owner, Since: since(f.Since), URL: f.URL, Hops: f.Hops})
	}
	partial(c)
	rank := map[string]int{Blocked: 0, Warn: 1, Note: 2}
	slices.SortStableFunc(c.o.Warnings, func(a, b Warning) int { return rank[a.Level] - rank[b.Level] })
}

func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// partial says that the period asked has not ended: how far its data goes, and that a comparison is
// over equally many days. A stock is what it is on its last day, and what is asked "to date" says it itself.
func partial(c *composer) {
	q := c.reading.Plan.Query
	today := timex.DayOf(c.at, time.UTC)
	if q.Rows != nil || q.Until.IsZero() || !q.Period.To.After(today.AddDate(0, 0, 1)) || !q.Period.From.Before(q.Until) {
		return
	}
	stocks := true
	for _, f := range c.reading.Plan.Facts {
		stocks = stocks && f.Stock != model.Additive
	}
	if stocks {
		return
	}
	unit := q.Period
	if q.Grain != timex.NoGrain {
		unit = c.cal.Unit(q.Grain, q.Until.AddDate(0, 0, -1), 0)
		if !unit.To.After(q.Until) {
			return // the last unit with data is whole
		}
	}
	have := timex.Range{From: unit.From, To: q.Until}
	text := fmt.Sprintf("%s is incomplete: data to %s (%d of %d days).", c.cal.Describe(unit), have.Last().Format("2 Jan"), have.Days(), unit.Days())
	switch q.Compare {
	case semantic.PriorPeriod, semantic.PriorYear, semantic.CompareRange:
		text += " It is compared over equally many days."
	case semantic.ToTarget:
		text += " The target is that of the whole."
	}
	domain := domainOf(c.plan.Tables)
	if level := c.policy.Level(domain, "partial_period"); level != governance.Off {
		c.final = c.final || level == Blocked && !c.policy.MayInsist(domain)
		c.warnings(Warning{Level: level, Code: "partial_period", Message: text})
	}
}

// domainOf is that of the first table that has one.
func domainOf(tables []*catalog.Asset) string {
	for _, a := range tables {
		if a.Domain != "" {
			return a.Domain
		}
	}
	return ""
}

func (c *composer) warnings(w Warning) {
	if !slices.Contains(c.o.Warnings, w) {
		c.o.Warnings = append(c.o.Warnings, w)
	}
}

// periods lists the periods of a plan's facts; of a listing it is the one asked.
func periods(p *plan.Plan) []timex.Range {
	out := []timex.Range{p.Query.Period}
	for _, f := range p.Facts {
		out = append(out, f.Range)
	}
	return out
}

// blocked turns an outcome with a blocking warning into a decline that shows no figure. Where the policy lets people
// insist, whoever brings the token of that decline sees the number, with the warning still over it.
func (c *composer) blocked() bool {
	for _, w := range c.o.Warnings {
		if w.Level != Blocked {
			continue
		}
		d := Declined{Code: "blocked", Reason: w.Message, Hint: c.lastCompletePeriod(w.Asset), Owner: w.Owner}
		if !c.final && c.insist != nil {
			token, agreed := c.insist()
			if agreed {
				c.o.Insisted = true
				return false
			}
			if token != "" {
				d.Confirm = &token
			}
		}
		c.o.decline(d)
		c.o.SQL = c.plan.SQL
		return true
	}
	return false
}

// lastCompletePeriod offers the day to which the late table is complete.
func (c *composer) lastCompletePeriod(asset string) string {
	for _, a := range c.plan.Tables {
		if a.Name.String() == asset && !a.DataUntil.IsZero() {
			return "Ask for a period up to " + a.DataUntil.Format("2 Jan 2006") + ", which is complete."
		}
	}
	if asset == "" || strings.Contains(asset, "://") {
		return "Ask the owner what is known, or ask for an earlier period."
	}
	return "Ask for an earlier period."
}
