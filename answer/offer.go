package answer

import (
	"fmt"
	"slices"
	"time"

	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic/timex"
)

// offer gives whoever got no number for want of data a way on: the same question about the last period of the same
// length that is loaded whole, and about the part of the asked one that is. What is offered was read again and means
// what it says.
func (s *Service) offer(o *Outcome, ss *Session, reading *question.Reading, r Request) {
	if o.Outcome != Refused || o.Declined.Code != "blocked" || reading.Plan == nil {
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
	asked := reading.Plan.Query.Period
	var offered []string
	for _, p := range earlier(asked, until.AddDate(0, 0, 1), s.ws.Calendar) {
		if q, ok := reading.About(p, "from "+p.From.Format(dayForm)+" to "+p.Last().Format(dayForm)); ok && s.reads(ss, q, p, reading, r.At) {
			offered = append(offered, q)
		}
	}
	if len(offered) > 0 {
		o.Declined.Hint = fmt.Sprintf("The last complete period can be asked for: %s.", offered[0])
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

// reads says whether a question is read as the one before, but about another period.
func (s *Service) reads(ss *Session, q string, p timex.Range, like *question.Reading, at time.Time) bool {
	got := ss.Reader.Read(q, at)
	return got.Plan != nil && got.Plan.Query.Period == p && slices.Equal(got.Plan.Query.Metrics, like.Plan.Query.Metrics) && len(got.Plan.Query.By) == len(like.Plan.Query.By) && len(got.Plan.Query.Where) == len(like.Plan.Query.Where)
}
