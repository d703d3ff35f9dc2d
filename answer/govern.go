package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// The levels of warnings, worst first.
const (
	Blocked = "blocked"
	Warn    = "warning"
	Note    = "note"
)

// strictDomains stop an answer where others warn: their numbers are signed for.
var strictDomains = map[string]bool{"finance": true}

// lateness says by how much a table misses its SLA at a moment: late is false where it is in time, and
// known is false where no SLA or no freshness is recorded. An SLA of a time of day promises that by then
// the day before is complete.
func lateness(a *catalog.Asset, at time.Time) (by time.Duration, late, known bool) {
	if a.SLA == nil || a.DataUntil.IsZero() {
		return 0, false, false
	}
	zone, err := time.LoadLocation(a.SLA.TimeZone)
	if err != nil {
		return 0, false, false
	}
	schedule, err := cron.ParseStandard(a.SLA.Cron)
	if err != nil {
		return 0, false, false
	}
	due := lastDue(schedule, at.In(zone).Add(-a.SLA.Grace))
	if due.IsZero() {
		return 0, false, false
	}
	promised := timex.DayOf(due, zone).AddDate(0, 0, -1)
	if !a.DataUntil.Before(promised) {
		return 0, false, true
	}
	// It is late since the first due time that found the next day missing.
	missed := schedule.Next(time.Date(a.DataUntil.Year(), a.DataUntil.Month(), a.DataUntil.Day()+2, 0, 0, 0, 0, zone).Add(-time.Second))
	return at.Sub(missed), true, true
}

// lastDue is the last time at or before t that a schedule names, within 40 days.
func lastDue(s cron.Schedule, t time.Time) time.Time {
	var out time.Time
	for at := s.Next(t.Add(-40 * 24 * time.Hour)); !at.IsZero() && !at.After(t); at = s.Next(at) {
		out = at
	}
	return out
}

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
		s.SLA = strings.TrimSpace(a.SLA.Kind + " " + a.SLA.Cron + " " + a.SLA.TimeZone)
	}
	if _, late, known := lateness(a, at); known {
		s.Status = "ok"
		if late {
			s.Status = "late"
		}
	}
	if a.Deprecation != nil {
		s.Status = "deprecated"
	}
	s.Upstream = append(s.Upstream, snap.Sources(a.Name.String())...)
	return s
}

// govern weighs what the catalog knows of the tables and columns that were read, for the period asked.
func govern(c *composer) {
	q := c.reading.Plan.Query
	for _, src := range c.o.Sources {
		var a *catalog.Asset
		for _, t := range c.plan.Tables {
			if t.Name.String() == src.Table {
				a = t
			}
		}
		g := governed{c: c, a: a, used: src.Columns, period: q.Period, read: read(c.reading.Plan), certified: c.o.Trust.Label == LabelOfficial}
		g.late()
		g.checks()
		g.deprecated()
		g.tier()
		g.owner()
		g.personal()
	}
	partial(c)
	for _, m := range q.Metrics {
		if m.CertLost != "" {
			c.warn(Warn, "certification_lost", m.Name, "%s: %s.", m.Title(), m.CertLost)
		}
	}
	rank := map[string]int{Blocked: 0, Warn: 1, Note: 2}
	slices.SortStableFunc(c.o.Warnings, func(a, b Warning) int { return rank[a.Level] - rank[b.Level] })
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
	c.warn(Warn, "partial_period", "", "%s", text)
}

func (c *composer) warn(level, code, asset, format string, args ...any) {
	w := Warning{Level: level, Code: code, Asset: asset, Message: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.o.Warnings, w) {
		c.o.Warnings = append(c.o.Warnings, w)
	}
}

type governed struct {
	c         *composer
	a         *catalog.Asset
	used      []string
	period    timex.Range
	read      []timex.Range // the periods whose rows the answer shows: the one asked and what it is held against
	certified bool
}

func (g *governed) strict() bool { return strictDomains[strings.ToLower(g.a.Domain)] }

func (g *governed) name() string { return g.a.Name.String() }

// late: a period that is loaded whole is not affected; one that is not is blocked in a strict domain.
func (g *governed) late() {
	by, late, _ := lateness(g.a, g.c.at)
	if !late {
		return
	}
	until := g.a.DataUntil.Format("2 Jan 2006")
	table := g.a.Name.Schema + "." + g.a.Name.Table
	end := g.period.To
	if end.IsZero() || end.After(g.c.at) {
		end = timex.DayOf(g.c.at, time.UTC)
	}
	if !end.After(g.a.DataUntil.AddDate(0, 0, 1)) {
		g.c.warn(Note, "sla_missed", g.name(), "%s is %s late, but the period asked is loaded whole, so this answer is not affected.", table, hours(by))
		return
	}
	if g.strict() {
		g.c.warn(Blocked, "sla_missed", g.name(), "No answer: %s has data up to %s and is %s late. Technical owner: %s.", table, until, hours(by), orNobody(g.a.Owner.Technical))
		return
	}
	g.c.warn(Warn, "sla_missed", g.name(), "%s has data up to %s and is %s late, so the end of the period is missing. Technical owner: %s.", table, until, hours(by), orNobody(g.a.Owner.Technical))
}

func hours(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

func orNobody(s string) string {
	if s == "" {
		return "nobody is recorded"
	}
	return s
}

// checks: one that failed on a column that was read, for a day inside the period.
func (g *governed) checks() {
	for _, k := range g.a.Checks {
		used := k.Column == "" || slices.ContainsFunc(g.used, func(u string) bool { return strings.EqualFold(u, k.Column) })
		day, err := time.Parse(time.DateOnly, k.Partition)
		outside := err == nil && !slices.ContainsFunc(g.read, func(r timex.Range) bool { return holds(r, day) })
		where := ""
		if err == nil {
			where = " for " + day.Format("2 Jan 2006")
		}
		observed := ""
		if k.Observed != "" {
			observed = " (" + k.Observed + ")"
		}
		what := k.Expression
		if what == "" {
			what = k.ID
		}
		switch {
		case k.Status == "pass":
		case k.Status != "fail":
			level := Note
			if g.certified && used {
				level = Warn
			}
			g.c.warn(level, "quality_unknown", g.name(), "Quality of %s is unknown: check “%s” is %s.", g.a.Name.Table, what, orUnknown(k.Status))
		case !used:
			g.c.warn(Note, "check_failed", g.name(), "A check on %s failed; not used here.", k.Column)
		case outside:
			g.c.warn(Note, "check_failed", g.name(), "Check “%s” failed%s, outside of the period asked.", what, where)
		case g.strict() && k.Severity == "high":
			g.c.warn(Blocked, "check_failed", g.name(), "No answer: check “%s” failed%s. Technical owner: %s.", what, where, orNobody(g.a.Owner.Technical))
		default:
			g.c.warn(Warn, "check_failed", g.name(), "Check “%s” failed%s%s. The result includes those rows.", what, where, observed)
		}
	}
}

// read lists the periods of a plan's facts; of a listing it is the one asked.
func read(p *plan.Plan) []timex.Range {
	out := []timex.Range{p.Query.Period}
	for _, f := range p.Facts {
		out = append(out, f.Range)
	}
	return out
}

// holds says that a day lies in a range whose ends may be open.
func holds(r timex.Range, day time.Time) bool {
	return (r.From.IsZero() || !day.Before(r.From)) && (r.To.IsZero() || day.Before(r.To))
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func (g *governed) deprecated() {
	d := g.a.Deprecation
	if d == nil || d.Since.After(g.c.at) {
		return
	}
	text := fmt.Sprintf("%s.%s is deprecated", g.a.Name.Schema, g.a.Name.Table)
	if d.Note != "" {
		text += ": " + strings.TrimSuffix(d.Note, ".")
	}
	text += "."
	if d.Replacement != "" {
		text += " Replacement: " + d.Replacement + "; this answer was not redirected."
	}
	g.c.warn(Warn, "deprecated", g.name(), "%s", text)
}

func (g *governed) tier() {
	if g.a.Tier == catalog.Raw {
		g.c.warn(Warn, "uncurated", g.name(), "Uses an uncurated table, %s.%s.", g.a.Name.Schema, g.a.Name.Table)
	}
}

func (g *governed) owner() {
	missing := ""
	switch {
	case g.a.Owner.Business == "" && g.a.Owner.Technical == "":
		if g.a.Description == "" {
			return // a bare file: nobody keeps a catalog of it, which the trust line says
		}
		missing = "No owner is recorded for %s.%s."
	case g.a.Owner.Business == "":
		missing = "No business owner is recorded for %s.%s; nobody has approved this definition."
	case g.a.Owner.Technical == "":
		missing = "No technical owner is recorded for %s.%s."
	default:
		return
	}
	level := Note
	if g.certified {
		level = Warn
	}
	g.c.warn(level, "no_owner", g.name(), missing, g.a.Name.Schema, g.a.Name.Table)
}

func (g *governed) personal() {
	for _, col := range g.used {
		if k := g.a.Column(col); k != nil && k.PII != "" {
			g.c.warn(Note, "personal_data", g.name(), "Contains personal data (%s).", strings.ReplaceAll(k.Name, "_", " "))
		}
	}
}
