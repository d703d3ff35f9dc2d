package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// beyond tells whoever asked about days that are not loaded yet whether they should be: what governance finds of the
// tables, the owner to ask, and the last complete period. Where a promise was broken and the domain is strict, that is
// the reason.
func (s *Service) beyond(o *Outcome, ss *Session, reading *question.Reading, r Request) {
	q := reading.Beyond
	if q == nil {
		return
	}
	snap := ss.View.Snapshot()
	subject := governance.Subject{Period: q.Period, At: r.At, Calendar: s.ws.Calendar, Snapshot: snap}
	for _, m := range q.Metrics {
		for _, d := range m.Reads() {
			if slices.ContainsFunc(subject.Uses, func(u governance.Use) bool { return u.Asset == d.Asset }) {
				continue
			}
			var columns []string
			for _, c := range m.Columns() {
				if c.Table.Key() == d.Table.Key() {
					columns = append(columns, c.Column)
				}
			}
			subject.Uses = append(subject.Uses, governance.Use{Asset: d.Asset, Columns: columns})
			o.Sources = append(o.Sources, source(d.Asset, columns, r.At, snap))
		}
	}
	for _, f := range s.ws.Governance.Judge(subject) {
		if f.Code != "sla_missed" && f.Code != "load_failed" && f.Hops == 0 {
			continue // says nothing about why the days are missing
		}
		o.Warnings = append(o.Warnings, Warning{Level: f.Level, Code: f.Code, Asset: f.Asset, Message: f.Message, Owner: f.Owner, Since: since(f.Since), URL: f.URL, Hops: f.Hops})
		if o.Declined.Owner == "" {
			o.Declined.Owner = f.Owner
		}
		if f.Level == Blocked && o.Declined.Code != "blocked" {
			o.Declined.Code, o.Declined.Reason = "blocked", f.Message
		}
	}
	s.offer(o, ss, reading, *q, r)
}

// offer gives whoever got no number for want of data a way on: the same question about the last period of the same
// length that is loaded whole, and about the part of the asked one that is. What is offered was read again and means
// what it says.
func (s *Service) offer(o *Outcome, ss *Session, reading *question.Reading, query semantic.Query, r Request) {
	if o.Outcome != Refused || o.Declined.Code != "blocked" && o.Declined.Code != question.OutOfRange {
		return
	}
	var until time.Time
	for _, src := range o.Sources {
		if t, err := time.Parse(time.DateOnly, src.DataUntil); err == nil && (until.IsZero() || t.Before(until)) {
			until = t
		}
	}
	if until.IsZero() {
		return
	}
	asked := query.Period
	var offered []string
	for _, p := range earlier(asked, until.AddDate(0, 0, 1), s.ws.Calendar) {
		if q, ok := reading.About(p, "from "+p.From.Format(dayForm)+" to "+p.Last().Format(dayForm)); ok && s.reads(ss, q, p, query, r.At) {
			offered = append(offered, q)
		}
	}
	if len(offered) > 0 {
		o.Declined.Hint = fmt.Sprintf("The last complete period can be asked for: %s.", strings.TrimSuffix(offered[0], "?"))
		o.Suggestions = append(offered, slices.DeleteFunc(o.Suggestions, func(q string) bool { return slices.Contains(offered, q) })...)
		o.Suggestions = o.Suggestions[:min(3, len(o.Suggestions))]
	}
}

const dayForm = "2 Jan 2006"

// earlier are the unit before the asked period that ends by a day, where the period is one unit of the calendar, and
// the part of the period up to that day.
func earlier(asked timex.Range, end time.Time, cal timex.Calendar) []timex.Range {
	var out []timex.Range
	for _, g := range []timex.Grain{timex.Day, timex.Week, timex.Month, timex.Quarter, timex.Year} {
		if asked.From.IsZero() || asked.To.IsZero() || cal.Unit(g, asked.From, 0) != asked {
			continue
		}
		last := cal.Unit(g, end.AddDate(0, 0, -1), 0)
		if last.To.After(end) {
			last = cal.Unit(g, end.AddDate(0, 0, -1), -1)
		}
		if last.From.Before(asked.From) || g == timex.Day {
			out = append(out, last)
		}
		break
	}
	if asked.From.Before(end) && (asked.To.IsZero() || end.Before(asked.To)) && !asked.From.IsZero() {
		if part := (timex.Range{From: asked.From, To: end}); !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// reads says whether a question is read as a query was, but about another period.
func (s *Service) reads(ss *Session, q string, p timex.Range, like semantic.Query, at time.Time) bool {
	got := ss.Reader.Read(q, at)
	if got.Plan == nil {
		return false
	}
	g := got.Plan.Query
	return g.Period == p && slices.Equal(g.Metrics, like.Metrics) && len(g.By) == len(like.By) && len(g.Where) == len(like.Where)
}
