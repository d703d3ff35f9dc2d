package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/figure"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

func planShow(d *model.Dataset) []*model.Field { return plan.DefaultShow(d) }

// thresholds gives each number its metric or field.
func (b *builder) thresholds() bool {
	for _, t := range b.d.limits {
		m, f := b.thresholdTarget(t)
		switch {
		case m != nil:
			if len(b.q.By) == 0 && b.q.Grain == timex.NoGrain && !b.groupsByCounted() {
				return b.clarify(fmt.Sprintf("%s is one number here. Which groups should be held against %s?", m.Title(), t.values[0]), b.byOptions(m))
			}
			b.addMetric(m)
			values := t.values
			if t.pct && m.Unit == "percent" { // 5 % of a fraction
				values = hundredths(values)
			}
			th := semantic.Threshold{Metric: m, Op: t.op, Values: values}
			if b.q.Compare != semantic.NoCompare && b.d.growth && m.Unit != "percent" {
				th.Pct = t.pct
				if t.pct {
					th.Values = hundredths(t.values)
				}
				th.Prior = !t.pct && t.values[0] == "0"
			}
			b.q.Having = append(b.q.Having, th)
		case f != nil:
			b.q.Where = append(b.q.Where, semantic.Predicate{Field: f, Op: t.op, Values: t.values})
		default:
			return b.clarify(fmt.Sprintf("“%s %s” of what?", b.text(t.span), strings.Join(t.values, " and ")), nil)
		}
	}
	return true
}

func hundredths(values []string) []string {
	var out []string
	for _, v := range values {
		d, err := parseDecimal(v)
		if err != nil {
			return values
		}
		out = append(out, d)
	}
	return out
}

// thresholdTarget is the metric or row field that a number is held against: the one that it stands
// beside, else the only one there is.
func (b *builder) thresholdTarget(t threshold) (*model.Metric, *model.Field) {
	for _, m := range t.target.meanings {
		if m.Kind == KindMetric && slices.Contains(b.q.Metrics, m.Metric) {
			return m.Metric, nil
		}
	}
	for _, m := range t.target.meanings {
		if m.Kind != KindDimension || m.Field.Role != model.RoleMeasure {
			continue
		}
		if b.q.Rows != nil && b.r.graph.Reaches(b.q.Rows, m.Field.Dataset) {
			return nil, m.Field
		}
		for _, q := range b.q.Metrics {
			if b.distance(q, m.Field.Dataset) >= 0 {
				return nil, m.Field
			}
		}
	}
	if b.q.Rows != nil {
		return nil, b.soleAmount(b.q.Rows, t)
	}
	if len(b.q.Metrics) != 1 || t.target.span != nil && !b.countsRows(b.q.Metrics[0]) {
		return nil, nil
	}
	m := b.q.Metrics[0]
	if b.countsRows(m) && (t.money || len(b.q.By) == 0 && b.q.Grain == timex.NoGrain && len(b.d.counted) == 0) {
		for _, d := range b.r.facts(m) { // "invoices over $50,000": each of them, not their number
			if f := b.soleAmount(d, t); f != nil {
				return nil, f
			}
		}
	}
	if t.target.span != nil {
		return nil, nil
	}
	return m, nil
}

// countsRows says that a metric is a number of rows, so that an amount is held against each of them.
func (b *builder) countsRows(m *model.Metric) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(m.Text)), "count(") || m.Unit == "count" && m.Over != nil
}

// isAmountOf says that a measure is called the amount of the thing itself: "invoice total", "deal value".
func isAmountOf(f *model.Field, entity string) bool {
	for _, n := range append([]string{f.Label, words.Phrase(f.Name)}, f.Synonyms...) {
		last, ok := strings.CutPrefix(key(n), key(entity)+" ")
		if ok && slices.Contains([]string{"amount", "total", "value", "size", "price"}, last) {
			return true
		}
	}
	return false
}

// soleAmount is the one measure of a dataset's rows that a number can be held against: the only one (in
// money where money was said), else the one that is called the entity's amount, else the only one that a
// metric totals.
func (b *builder) soleAmount(d *model.Dataset, t threshold) *model.Field {
	var all, totalled, named []*model.Field
	for _, f := range d.Fields {
		if f.Role != model.RoleMeasure || t.money && !figure.Money(f.Unit) {
			continue
		}
		all = append(all, f)
		if d.Entity != nil && isAmountOf(f, d.Entity.Name) {
			named = append(named, f)
		}
		if slices.ContainsFunc(b.r.model.Metrics, func(m *model.Metric) bool {
			return len(m.Filters) == 0 && strings.EqualFold(strings.TrimSpace(m.Text), "sum("+f.String()+")")
		}) {
			totalled = append(totalled, f)
		}
	}
	switch {
	case len(all) == 1:
		return all[0]
	case len(named) == 1:
		return named[0]
	case len(totalled) == 1:
		return totalled[0]
	}
	return nil
}

func (b *builder) byOptions(m *model.Metric) []Option {
	var out []Option
	for _, f := range b.r.dimensionsOf(m, 3) {
		out = append(out, Option{Label: f.Title(), Question: "which " + f.Title() + " " + b.out.Question})
	}
	return out
}

func (b *builder) groupsByCounted() bool {
	return len(b.d.counted) > 0
}

// outer settles aggregates over groups: how many pass a condition, the average of a month.
func (b *builder) outer() bool {
	d := b.d
	if len(d.counted) > 0 { // with a metric: the groups are counted
		if len(d.limits) == 0 && len(b.q.Metrics) > 0 && !additive(b.q.Metrics[0]) {
			return b.nothingAsked() // everything has a rate: which of them are to be counted?
		}
		m, ok := b.pick(d.counted[0])
		if !ok {
			return false
		}
		b.took(m)
		b.group(m)
		b.q.Over = semantic.CountGroups
		b.q.Order, b.q.Limit = nil, 0
		return true
	}
	if d.aggregate == "avg" && len(b.q.Metrics) == 1 && b.q.Rows == nil {
		return b.average(b.q.Metrics[0])
	}
	if d.share {
		return b.share()
	}
	return true
}

// average: of an additive metric over groups or units of time; a metric that is an average already
// only repeats the word.
func (b *builder) average(m *model.Metric) bool {
	if !additive(m) {
		return true
	}
	if b.q.Grain != timex.NoGrain || len(b.q.By) > 0 {
		b.q.Over = semantic.AvgGroups
		b.q.Order, b.q.Limit = nil, 0
		return true
	}
	base := b.out.Question
	return b.clarify(fmt.Sprintf("Average %s per what?", m.Title()), []Option{
		{Label: "per month", Question: base + " per month"}, {Label: "per day", Question: base + " per day"}})
}

// additive says that a metric is one sum or count, so that averaging it over groups means something.
func additive(m *model.Metric) bool {
	t := strings.ToLower(strings.TrimSpace(m.Text))
	return (strings.HasPrefix(t, "sum(") || strings.HasPrefix(t, "count(")) && strings.Count(t, "(") == strings.Count(t, ")") && !strings.Contains(t, "/")
}

// share: of each group in the whole, or of what a value selects in everything.
func (b *builder) share() bool {
	if len(b.q.Metrics) == 0 {
		return b.decline(Decline{Code: NotUnderstood, Reason: "I do not know of what a share is asked: no number is named.", Hint: "Name the number, for example the share of revenue by region."})
	}
	if len(b.q.By) > 0 {
		b.q.Share = semantic.ShareTotal
		return true
	}
	for i := len(b.q.Where) - 1; i >= 0; i-- {
		p := b.q.Where[i]
		if len(b.q.Where) > 1 && b.besideMetric(p) {
			continue
		}
		b.q.Part = []semantic.Predicate{p}
		b.q.Where = slices.Delete(b.q.Where, i, i+1)
		b.q.Share = semantic.SharePart
		return true
	}
	var options []Option
	for _, f := range b.r.dimensionsOf(b.q.Metrics[0], 3) {
		options = append(options, Option{Label: "by " + f.Title(), Question: b.out.Question + " by " + f.Title()})
	}
	return b.clarify("The share of what?", options)
}

// besideMetric says that a filter's value stands directly before the metric ("EMEA revenue"): then it
// belongs to the whole of which a share is asked.
func (b *builder) besideMetric(p semantic.Predicate) bool {
	for _, f := range b.d.filters {
		for _, x := range f.meanings {
			if x.Field == p.Field && slices.Contains(p.Values, x.Value) {
				for _, m := range b.d.metrics {
					if f.span.End == m.span.Start {
						return true
					}
				}
			}
		}
	}
	return false
}
