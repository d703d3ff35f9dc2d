package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic/model"
)

// looseEnds gives dimensions and entities without a word of grammar their part.
func (b *builder) looseEnds() bool {
	for _, l := range b.d.loose {
		e := entityOf(l)
		switch {
		case b.dates(l) && b.timeOfRows(l):
		case b.q.Rows != nil && (e == b.q.Rows || b.shows(l)):
		case b.measuresUsed(l):
		case b.timeOfRows(l):
		case len(b.q.Metrics) > 0 && e != nil && !(b.beside(l) && len(b.q.By) == 0 && l.span.prep == "") && b.population(l, e):
		case len(b.q.Metrics) > 0 && len(b.q.By) == 0 && (b.beside(l) || b.limitsMetric()) || b.d.share && len(b.q.By) == 0:
			m, ok := b.pick(l)
			if !ok {
				return false
			}
			b.took(m)
			b.group(m)
			b.assume("split by %s", b.text(l.span))
		case b.mentions(l):
		default:
			b.d.open = append(b.d.open, l.span)
		}
	}
	return true
}

// shows adds a named field to the columns of a listing.
func (b *builder) shows(l mention) bool {
	for _, m := range l.meanings {
		if m.Field != nil && b.r.graph.Reaches(b.q.Rows, m.Field.Dataset) {
			if !slices.Contains(b.q.Show, m.Field) {
				b.q.Show = append(b.q.Show, m.Field)
			}
			return true
		}
		if m.Kind == KindTable || m.Dataset != nil && b.r.graph.Reaches(b.q.Rows, m.Dataset) {
			return true
		}
	}
	return false
}

// population says that an entity only names whose numbers they are: the rows of the metric belong to
// such entities anyway ("revenue of our accounts").
func (b *builder) population(_ mention, e *model.Dataset) bool {
	for _, m := range b.q.Metrics {
		if b.distance(m, e) < 0 {
			return false
		}
	}
	if b.limitsMetric() && len(b.q.By) == 0 && !b.d.count { // "accounts with more than 10 tickets"
		b.group(Meaning{Kind: KindEntity, Dataset: e})
		b.known(e)
	}
	return true
}

// dates says that a mention stands directly before a period: it tells when, and is no column to show.
func (b *builder) dates(l mention) bool {
	return slices.ContainsFunc(b.d.periods, func(p period) bool { return p.span.Start == l.span.End })
}

// timeOfRows says that a mention is the date that the period is about: "campaigns that started since
// September". A date other than the usual one of those rows takes the period over.
func (b *builder) timeOfRows(l mention) bool {
	if len(b.d.periods) == 0 || slices.ContainsFunc(l.meanings, func(m Meaning) bool { return m.Field == nil || !m.Field.IsTime() }) {
		return false
	}
	for _, m := range l.meanings {
		if b.q.Rows != nil && m.Field.Dataset == b.q.Rows {
			b.periodOn = m.Field
			return true
		}
		if len(b.q.Metrics) == 1 && slices.Contains(b.r.facts(b.q.Metrics[0]), m.Field.Dataset) {
			b.countBy(m.Field)
			return true
		}
	}
	return b.q.Rows != nil && b.q.Rows.Time != nil || len(b.q.Metrics) > 0
}

// countBy counts the metric by another date of its rows than it is usually counted by ("tickets solved
// last month"). That is no longer the definition that was certified, and is said.
func (b *builder) countBy(f *model.Field) {
	m := b.q.Metrics[0]
	if m.Time == f {
		return
	}
	other := *m
	other.Time, other.Cert, other.Target = f, nil, nil
	other.Label = m.Title() + " by " + strings.ToLower(f.Title())
	b.q.Metrics[0] = &other
	b.assume("%s are counted by %s", m.Title(), f.Title())
}

// limitsMetric says that a number is held against a metric, not against a field of its rows.
func (b *builder) limitsMetric() bool {
	return slices.ContainsFunc(b.d.limits, func(t threshold) bool {
		m, _ := b.thresholdTarget(t)
		return m != nil
	})
}

// beside says that a dimension stands directly before or after a metric ("product revenue").
func (b *builder) beside(l mention) bool {
	for _, m := range b.d.metrics {
		if l.span.End == m.span.Start || m.span.End == l.span.Start {
			return true
		}
	}
	return false
}

// mentions says that a table or term repeats what the metrics already say.
func (b *builder) mentions(l mention) bool {
	for _, m := range l.meanings {
		for _, q := range b.q.Metrics {
			if m.Kind == KindTerm && m.Metric == q {
				return true
			}
		}
		for _, d := range b.q.By {
			if m.Field == d.Field && m.Field != nil {
				return true
			}
		}
		for _, p := range b.q.Where {
			if m.Field == p.Field && m.Field != nil {
				return true
			}
		}
	}
	return false
}
