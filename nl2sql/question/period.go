package question

import (
	"fmt"
	"slices"
	"time"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// until is the first day without complete data for the metrics asked: the day after the last complete
// one that the catalog knows, and today where it knows none.
func (b *builder) until() time.Time {
	out := b.today
	for _, m := range b.q.Metrics {
		for _, d := range b.r.facts(m) {
			if a := d.Asset; a != nil && !a.DataUntil.IsZero() {
				if next := a.DataUntil.AddDate(0, 0, 1); next.Before(out) {
					out = next
				}
			}
		}
	}
	return out
}

// periods settles the period, and the second one where two were named.
func (b *builder) periods() bool {
	b.q.Until = b.until()
	var plain []period
	for _, p := range b.d.periods {
		if p.not {
			return b.decline(Decline{Code: Impossible, Reason: fmt.Sprintf("Leaving out a period (“%s”) is not read yet.", b.text(p.span)), Hint: "Ask for the periods that you want."})
		}
		plain = append(plain, p)
	}
	if len(plain) == 0 {
		return true
	}
	b.out.Confidence = min(b.out.Confidence, 0.99)
	if len(plain) > 2 {
		return b.clarify("I can hold two periods against each other, not more. Which?", nil)
	}
	main := plain[len(plain)-1]
	if len(plain) == 2 && b.yearBefore(plain) {
		main, plain = plain[0], plain[:1]
	}
	if len(plain) == 2 {
		first, second := plain[0], plain[1]
		if intersect, ok := nested(first.phrase, second.phrase); ok && !b.d.versus && !second.versus {
			main.phrase = intersect
			plain = plain[:1]
		} else {
			later, earlier := second, first
			if first.phrase.Range.From.After(second.phrase.Range.From) {
				later, earlier = first, second
			}
			apart := !b.joined(second.span) && !second.versus
			if !b.d.versus && !b.d.growth && (apart || overlap(first.phrase.Range, second.phrase.Range)) {
				return b.clarify(fmt.Sprintf("“%s” and “%s” are two periods. Which period do you mean?", b.text(first.span), b.text(second.span)), []Option{
					{Label: b.r.cal.Describe(first.phrase.Range), Question: b.without(second.span)}, {Label: b.r.cal.Describe(second.phrase.Range), Question: b.without(first.span)}})
			}
			b.q.Compare, b.q.Versus = semantic.CompareRange, earlier.phrase.Range
			main = later
		}
	}
	ph := main.phrase
	b.q.Period = ph.Range
	if b.periodOn != nil && b.periodOn != b.q.Rows.Time {
		b.q.Where = append(b.q.Where, onDay(b.periodOn, ph.Range)...)
		b.q.Period = timex.Range{}
	}
	if ph.Note != "" {
		b.assume("“%s” is %s", b.text(main.span), ph.Note)
	}
	if main.versus && len(plain) == 1 { // "versus last quarter": the running one against it
		b.runningAgainst(ph)
	}
	if b.d.growth && b.q.Compare == semantic.NoCompare && b.d.compare == semantic.NoCompare && !ph.Ends[0].IsZero() && b.d.grain == timex.NoGrain && !b.d.trend && ph.Grain > timex.Day {
		b.q.Compare, b.q.Versus, b.q.Period = semantic.CompareRange, ph.Ends[0], ph.Ends[1]
		b.out.Suggestions = append(b.out.Suggestions, b.out.Question+" by "+ph.Grain.String())
	}
	b.phrase(ph)
	return b.reach()
}

// onDay filters rows by a date of theirs.
func onDay(f *model.Field, r timex.Range) []semantic.Predicate {
	var out []semantic.Predicate
	if !r.From.IsZero() {
		out = append(out, semantic.Predicate{Field: f, Op: semantic.Ge, Values: []string{r.From.Format(time.DateOnly)}})
	}
	if !r.To.IsZero() {
		out = append(out, semantic.Predicate{Field: f, Op: semantic.Lt, Values: []string{r.To.Format(time.DateOnly)}})
	}
	return out
}

// yearBefore reads "Q3 compared with a year ago": the second period is the year before the first one's,
// so the same part of it is meant.
func (b *builder) yearBefore(ps []period) bool {
	a, y := ps[0].phrase, ps[1].phrase
	if !ps[1].versus || y.Grain != timex.Year || a.Grain >= timex.Year || a.Grain == timex.NoGrain || y.Count > 1 {
		return false
	}
	if !y.Range.From.Equal(b.r.cal.Unit(timex.Year, a.Range.From, -1).From) {
		return false
	}
	b.d.compare, b.d.versus = semantic.PriorYear, false
	return true
}

// phrase remembers the grain in which the period was said: comparisons over several of its units show
// each of them.
func (b *builder) phrase(ph timex.Phrase) {
	if b.d.grain == timex.NoGrain && b.d.compare != semantic.NoCompare && b.q.Compare == semantic.NoCompare && units(b.q.Period, ph.Grain, b.r.cal) > 1 && ph.Grain != timex.NoGrain {
		if ph.Count > 0 || !ph.Ends[0].IsZero() || ph.Open && ph.Grain < timex.Year {
			b.d.grain = ph.Grain
		}
	}
}

// units counts the units of a grain that a range touches, at most 1000.
func units(r timex.Range, g timex.Grain, cal timex.Calendar) int {
	if r.From.IsZero() || r.To.IsZero() || g == timex.NoGrain {
		return 0
	}
	n := 0
	for at := cal.Start(g, r.From); at.Before(r.To) && n < 1000; at = timex.Add(at, g, 1) {
		n++
	}
	return n
}

func overlap(a, b timex.Range) bool { return a.From.Before(b.To) && b.From.Before(a.To) }

// nested joins a period with the year that it is said in ("in March in 2025").
func nested(a, b timex.Phrase) (timex.Phrase, bool) {
	small, large := a, b
	if a.Grain > b.Grain {
		small, large = b, a
	}
	if !small.Bare || large.Grain != timex.Year || small.Grain >= timex.Year {
		return small, false
	}
	for n := -3; n <= 3; n++ {
		r := timex.Range{From: timex.Add(small.Range.From, timex.Year, n), To: timex.Add(small.Range.To, timex.Year, n)}
		if !r.From.Before(large.Range.From) && !r.To.After(large.Range.To) {
			small.Range, small.Bare = r, false
			return small, true
		}
	}
	return small, false
}

// runningAgainst compares the running unit with the one that was named, over equally many days.
func (b *builder) runningAgainst(ph timex.Phrase) {
	g := ph.Grain
	if ph.Count > 1 || g == timex.NoGrain {
		return
	}
	b.q.Period = b.r.cal.Unit(g, b.today, 0)
	b.q.Compare, b.q.Versus = semantic.CompareRange, ph.Range
}

// reach holds the period against what there can be: a period wholly in the future or before all data is
// declined; of one that is partly in the future the part that has begun is answered, and said.
func (b *builder) reach() bool {
	p := &b.q.Period
	if !p.From.IsZero() && p.From.After(b.today) && !b.mayLieAhead() {
		return b.decline(Decline{Code: Future, Reason: fmt.Sprintf("%s lies in the future; there is no data for it yet.", upper(b.r.cal.Describe(*p))), Hint: "Ask for a period that has begun."})
	}
	if len(b.q.Metrics) > 0 && !p.From.IsZero() && !p.From.Before(b.q.Until) && !b.mayLieAhead() && !b.stocks() {
		b.out.Beyond = &b.q
		return b.decline(Decline{Code: OutOfRange, Reason: fmt.Sprintf("There is no data for %s yet: it is complete to %s.", b.r.cal.Describe(*p), b.q.Until.AddDate(0, 0, -1).Format("2 Jan 2006")), Hint: "Ask for a period up to that day."})
	}
	if g := b.d.grain; g != timex.NoGrain && p.To.After(b.today) && !b.mayLieAhead() {
		end := b.r.cal.Unit(g, b.today, 0).To
		if p.To.After(end) {
			b.assume("%s lies in the future and is left out", b.r.cal.Describe(timex.Range{From: end, To: p.To}))
			p.To = end
		}
	}
	if first := b.first(); !first.IsZero() && !p.To.IsZero() && !p.To.After(first) {
		return b.decline(Decline{Code: OutOfRange, Reason: fmt.Sprintf("There is no data for %s: it begins on %s.", b.r.cal.Describe(*p), first.Format("2 Jan 2006")), Hint: "Ask for a later period."})
	}
	if p.To.After(b.q.Until) && p.From.Before(b.q.Until) && len(b.q.Metrics) > 0 && !b.mayLieAhead() {
		b.assume("data is complete to %s", b.q.Until.AddDate(0, 0, -1).Format("2 Jan 2006"))
	}
	return true
}

// stocks says that every metric asked is a stock, which has a value as of any day.
func (b *builder) stocks() bool {
	for _, m := range b.q.Metrics {
		stock := false
		for ds, id := range model.Names(m.Expr) {
			if ds != nil {
				if f, err := m.Resolve(ds.Name + "." + id.Name); err == nil && f.Additivity != model.Additive {
					stock = true
				}
			}
		}
		if !stock {
			return false
		}
	}
	return len(b.q.Metrics) > 0
}

// mayLieAhead says that every metric asked counts by a time that is planned ahead: targets, due dates.
func (b *builder) mayLieAhead() bool {
	if len(b.q.Metrics) == 0 {
		return b.q.Rows != nil
	}
	for _, m := range b.q.Metrics {
		if m.Time == nil {
			return false
		}
		a := m.Time.Dataset.Asset
		if a == nil || a.DataUntil.IsZero() || !a.DataUntil.After(b.today) {
			return false
		}
	}
	return true
}

// first is the first day that has data for all metrics asked; zero when the catalog does not know.
func (b *builder) first() time.Time {
	var out time.Time
	for _, m := range b.q.Metrics {
		for _, d := range b.r.facts(m) {
			if d.Asset != nil && d.Asset.DataFrom.After(out) {
				out = d.Asset.DataFrom
			}
		}
	}
	return out
}

// comparison settles beside what the numbers stand, and the grain that goes with it.
func (b *builder) comparison() bool {
	d := b.d
	b.q.Grain = d.grain
	if d.target {
		return b.toTarget()
	}
	if d.compare != semantic.NoCompare && b.q.Compare == semantic.NoCompare {
		b.q.Compare, b.q.Offset = d.compare, d.offset
		if d.compare == semantic.PriorPeriod && d.offset != timex.NoGrain {
			b.priorUnits(d.offset)
		}
	}
	if d.growth && b.q.Compare == semantic.NoCompare && !d.trend {
		b.q.Compare = semantic.PriorPeriod
		if b.q.Grain == timex.NoGrain && (b.q.Period.IsZero() || len(d.periods) > 0 && d.periods[0].phrase.Grain == timex.Year) {
			b.q.Compare = semantic.PriorYear
		} else if b.q.Grain == timex.NoGrain {
			b.out.Suggestions = append(b.out.Suggestions, b.out.Question+" versus the same period last year")
		}
	}
	if len(b.q.Metrics) == 0 && b.q.Compare != semantic.NoCompare {
		return b.nothingAsked()
	}
	b.defaultPeriod()
	b.trend()
	b.equalDays()
	if b.q.Compare == semantic.PriorYear || b.q.Compare == semantic.PriorPeriod {
		b.otherReading()
		if b.q.Period.To.After(b.q.Until) && b.q.Period.From.Before(b.q.Until) {
			b.assume("the running %s is compared over equally many days, to %s", b.runningName(), b.q.Until.AddDate(0, 0, -1).Format("2 Jan 2006"))
		}
	}
	return true
}

// equalDays cuts the other period of a comparison where the first one still runs: twenty-one days of
// November are held against the first twenty-one of October, and that is said.
func (b *builder) equalDays() {
	p, v := b.q.Period, &b.q.Versus
	if b.q.Compare != semantic.CompareRange || b.q.Grain != timex.NoGrain || !p.From.Before(b.q.Until) || !p.To.After(b.q.Until) {
		return
	}
	days := timex.Range{From: p.From, To: b.q.Until}.Days()
	if cut := v.From.AddDate(0, 0, days); cut.Before(v.To) {
		v.To = cut
		b.assume("%s runs until %s, so the first %d days of both are compared", b.r.cal.Describe(p), b.q.Until.AddDate(0, 0, -1).Format("2 Jan 2006"), days)
	}
}

func (b *builder) runningName() string {
	if b.q.Grain != timex.NoGrain {
		return b.q.Grain.String()
	}
	return "period"
}

// priorUnits: "month over month" without a grain is the last complete month against the one before;
// over a longer period it is one row a month.
func (b *builder) priorUnits(g timex.Grain) {
	if b.q.Period.IsZero() {
		b.q.Period = b.r.cal.Unit(g, b.q.Until, -1)
		b.assume("the last complete %s is taken", g)
		return
	}
	if b.q.Grain == timex.NoGrain && units(b.q.Period, g, b.r.cal) > 1 {
		b.q.Grain = g
	}
}

// defaultPeriod fills in the period of a comparison that names none.
func (b *builder) defaultPeriod() {
	if !b.q.Period.IsZero() || b.q.Compare == semantic.NoCompare {
		return
	}
	if b.q.Grain != timex.NoGrain || b.d.trend {
		return // over all data
	}
	if b.q.Compare == semantic.ToTarget || b.q.Compare == semantic.PriorYear {
		b.q.Period = timex.Range{From: b.r.cal.Start(timex.Year, b.today), To: b.q.Until}
		b.assume("no period was named, so the year to date is taken")
		return
	}
	b.q.Period = b.r.cal.Unit(timex.Month, b.q.Until, -1)
	b.assume("no period was named, so the last complete month is taken")
}

// trend picks the grain of "over time" by the length of the period.
func (b *builder) trend() {
	if !b.d.trend || b.q.Grain != timex.NoGrain || len(b.q.Metrics) == 0 {
		return
	}
	b.q.Grain = timex.Month
	if p := b.q.Period; !p.From.IsZero() && !p.To.IsZero() {
		switch days := p.Days(); {
		case days <= 45:
			b.q.Grain = timex.Day
		case days <= 120:
			b.q.Grain = timex.Week
		}
	}
	b.assume("over time is shown by %s", b.q.Grain)
}

// toTarget compares with the metrics' targets.
func (b *builder) toTarget() bool {
	for _, m := range b.q.Metrics {
		if m.Target == nil {
			return b.decline(Decline{Code: NotDefined, Reason: fmt.Sprintf("No target is defined for %s.", m.Title()), Hint: "Ask for the number itself, or have a target defined.", Owner: m.Owner.Business})
		}
	}
	if len(b.q.Metrics) == 0 {
		return b.nothingAsked()
	}
	b.q.Compare = semantic.ToTarget
	b.defaultPeriod()
	b.trend()
	return true
}

// otherReading offers one span against the other where a range was read unit by unit.
func (b *builder) otherReading() {
	for _, p := range b.d.periods {
		if e := p.phrase.Ends; !e[0].IsZero() && b.q.Grain != timex.NoGrain && len(b.q.Metrics) > 0 {
			b.out.Suggestions = append(b.out.Suggestions, fmt.Sprintf("%s in %s versus %s", b.q.Metrics[0].Title(), b.r.cal.Describe(e[1]), b.r.cal.Describe(e[0])))
		}
	}
}

// ranking settles order and limit.
func (b *builder) ranking() bool {
	d := b.d
	if d.newest != nil {
		return b.rankNewest(d.newest)
	}
	top := d.top
	if top == nil {
		if d.unit && d.which && b.q.Grain != timex.NoGrain && len(b.q.By) == 0 {
			b.q.Order = nil
		}
		return true
	}
	if b.q.Rows != nil {
		return b.rankRows(top)
	}
	if len(b.q.By) == 0 && b.q.Grain == timex.NoGrain {
		if len(b.q.Metrics) == 0 {
			return b.nothingAsked()
		}
		var options []Option
		for _, f := range b.r.dimensionsOf(b.q.Metrics[0], 3) {
			options = append(options, Option{Label: "by " + f.Title(), Question: b.out.Question + " by " + f.Title()})
		}
		return b.clarify(fmt.Sprintf("%s of what?", upper(b.text(top.span))), options)
	}
	key := semantic.ByMetric
	if top.change || d.growth && b.q.Compare != semantic.NoCompare {
		key = semantic.ByChange
		if b.text(top.span) == "fastest growing" || b.percentAsked() {
			key = semantic.ByPercent
		}
	}
	desc := top.desc
	if top.good && len(b.q.Metrics) > 0 && b.q.Metrics[0].GoodKnown && !b.q.Metrics[0].Up {
		desc = !desc // the best cost is the lowest
	}
	b.q.Order = []semantic.Order{{Key: key, Desc: desc}}
	n := top.n
	if n == 0 && (!top.said || d.which) && !b.plural(top) {
		n = 1
	} else if n == 0 {
		n = 10
		b.assume("“%s” without a number shows 10", b.text(top.span))
	}
	b.q.Limit = n
	return true
}

// plural says that several are asked for: "which regions had the highest revenue" shows a ranking, not one.
func (b *builder) plural(top *rank) bool {
	for _, g := range b.d.groups {
		last := b.out.Tokens[g.span.End-1]
		if last.Norm != last.Stem && g.span.Start >= top.span.End {
			return true
		}
	}
	return false
}

func (b *builder) percentAsked() bool {
	for _, t := range b.out.Tokens {
		if t.Norm == "%" || t.Norm == "percent" || t.Norm == "percentage" {
			return true
		}
	}
	return false
}

func (b *builder) rankRows(top *rank) bool {
	for i, l := range b.d.loose {
		f := measureOf(l)
		for _, m := range l.meanings {
			if f == nil && m.Field != nil && m.Field.IsTime() {
				f = m.Field
			}
		}
		if f == nil || !b.r.graph.Reaches(b.q.Rows, f.Dataset) {
			continue
		}
		b.d.loose = slices.Delete(b.d.loose, i, i+1)
		return b.orderRows(top, f)
	}
	var measures []*model.Field
	for _, f := range b.q.Rows.Fields {
		if f.Role == model.RoleMeasure && !f.Hidden {
			measures = append(measures, f)
		}
	}
	if len(measures) == 1 {
		return b.orderRows(top, measures[0])
	}
	var options []Option
	for _, f := range measures {
		options = append(options, Option{Label: "by " + f.Title(), Question: b.out.Question + " by " + f.Title()})
	}
	return b.clarify(fmt.Sprintf("%s by what?", upper(b.text(top.span))), options)
}

func (b *builder) orderRows(top *rank, f *model.Field) bool {
	b.q.Order = []semantic.Order{{Field: f, Desc: top.desc}}
	if b.q.Limit = top.n; top.n == 0 {
		b.q.Limit = 1
		if top.said {
			b.q.Limit = 10
		}
	}
	if !slices.Contains(planShow(b.q.Rows), f) {
		b.q.Show = append(slices.Clone(planShow(b.q.Rows)), f)
	}
	return true
}
