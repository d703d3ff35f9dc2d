package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// takesPeriod says whether a span that could be time is: a bare number after "top" or "more than" is a
// number, and a name of the workspace stays a name.
func (w *drafter) takesPeriod(s *Span) bool {
	if len(s.of(KindMetric, KindDimension, KindEntity, KindValue)) > 0 && s.Period.Bare && s.Period.End-s.Period.Start == 1 {
		return false
	}
	return !(s.Period.Bare && s.Period.Grain == timex.Year && (w.pending != nil || w.ranking != nil && w.ranking.n == 0))
}

func (w *drafter) number(s *Span) {
	t := w.toks[s.Start]
	v, _ := words.Numeral(t)
	switch {
	case w.pending != nil:
		w.pending.values = append(w.pending.values, v.String())
		w.pending.pct = w.pending.pct || t.Percent
		w.pending.money = w.pending.money || strings.ContainsAny(t.Text, "$€£")
		if w.pending.op == semantic.Between && len(w.pending.values) < 2 {
			return
		}
		w.d.limits = append(w.d.limits, *w.pending)
		w.pending = nil
	case w.ranking != nil && w.ranking.n == 0:
		if n, ok := words.Int(t); ok && n > 0 {
			w.ranking.n, w.ranking.said = n, true
			return
		}
		w.d.open = append(w.d.open, s)
	case w.countsNewest():
		if n, ok := words.Int(t); ok && n > 0 {
			w.d.newest.n = n
			return
		}
		w.d.open = append(w.d.open, s)
	case w.next() != nil && (w.next().is(signTop) || w.next().is(signNewest)):
		w.lastNum = s // "the 5 largest accounts"
	case w.next() != nil && w.next().is(signThreshold):
		w.lastNum = s // "10 or more"
	case w.next() != nil && len(w.next().of(KindDimension, KindEntity)) > 0 && w.superlativeFollows():
		w.lastNum, w.whichNext = s, true // "the two segments with the lowest …"
	default:
		w.d.open = append(w.d.open, s)
	}
}

// flags reads yes-or-no fields as people say them: "open deals" are deals, and only the open ones; "who
// opted out" is a condition. A metric of the same name goes before ("won deals"), and so does a split by
// the field.
func (w *drafter) flags(s *Span, metrics, groups, values []Meaning) (g, v []Meaning) {
	for _, m := range groups {
		if m.Flag != nil && len(metrics) == 0 {
			w.d.filters = append(w.d.filters, filter{mention{s, []Meaning{{Kind: KindValue, Field: m.Flag, Value: "true", Score: m.Score}}}, w.negating})
			return []Meaning{m}, nil
		}
	}
	if w.grouping {
		return groups, values
	}
	isFlag := func(m Meaning) bool { return m.Field != nil && m.Field.Type == "boolean" && m.Kind == KindDimension }
	if len(values)+len(metrics) > 0 && slices.ContainsFunc(groups, isFlag) {
		groups = slices.DeleteFunc(slices.Clone(groups), isFlag)
	}
	return slices.DeleteFunc(slices.Clone(groups), func(m Meaning) bool { return m.Flag != nil }), values
}

// qualifies says that a value stands before its own field or entity.
func qualifies(value *Span, groups []Meaning) bool {
	for _, v := range value.of(KindValue) {
		for _, g := range groups {
			if g.Field == v.Field && g.Field != nil || g.Kind == KindEntity && g.Dataset == v.Field.Dataset {
				return true
			}
		}
	}
	return false
}

// filterPlace says that a name which is also a metric stands where values stand: behind a preposition,
// after a metric was named ("tickets about billing").
func (w *drafter) filterPlace(s *Span) bool {
	if n := w.i + 1; n < len(w.spans) && len(w.spans[n].of(KindMetric)) > 0 {
		return true // "email tickets": the first of two names in a row narrows the second
	}
	if p, n := w.prev(), len(w.d.filters); p != nil && p.is(signAnd) && n > 0 && sameField(w.d.filters[n-1].meanings, s.of(KindValue)) {
		return true // "voice or email": the second of two values of one field
	}
	switch s.prep {
	case "about", "in", "for", "from", "of", "on", "at":
		return len(w.d.metrics) > 0
	}
	return false
}

// thresholdWithoutNumber: "over" and "up to" before something that is no number are prepositions;
// "more than" before a comparison asks for groups that grew.
func (w *drafter) thresholdWithoutNumber(s *Span, g Sign) {
	word := w.toks[s.Start].Norm
	if n := w.next(); word == "between" && n != nil && len(n.of(KindDimension, KindEntity)) > 0 { // "split between products"
		w.grouping = true
		return
	}
	if word == "over" || word == "up" || word == "under" || word == "above" || word == "below" || word == "between" {
		return
	}
	if n := w.next(); n != nil && (n.is(signCompare) || n.Period != nil) {
		w.d.limits = append(w.d.limits, threshold{op: g.Op, values: []string{"0"}, span: s})
		w.versus, w.d.versus = true, true
		return
	}
	w.d.open = append(w.d.open, s)
}
