package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic/model"
)

// name takes a span for something that the workspace defines, by what the words before it have opened.
// It reports false where the span is grammar here.
func (w *drafter) name(s *Span) bool {
	metrics, groups, values := s.of(KindMetric), s.of(KindDimension, KindEntity), s.of(KindValue)
	groups, values = w.flags(s, metrics, groups, values)
	if w.grammarWins(s) {
		return false
	}
	if p := w.prev(); p != nil && len(groups) > 0 && len(metrics) == 0 && qualifies(p, groups) { // "the Platform product"
		w.d.loose = append(w.d.loose, mention{s, groups})
		return true
	}
	if n := w.next(); n != nil && n.Period != nil && len(metrics) == 0 { // "shipped last month": when, rather than which
		if times := slices.DeleteFunc(slices.Clone(groups), func(m Meaning) bool { return m.Field == nil || !m.Field.IsTime() }); len(times) > 0 && !w.grouping {
			w.d.loose = append(w.d.loose, mention{s, times})
			if of := times[0].Field.Dataset; w.countNext && of.Entity != nil { // "how many campaigns started": one name for both
				w.d.counted = append(w.d.counted, mention{s, []Meaning{{Kind: KindEntity, Dataset: of, Score: times[0].Score}}})
				w.countNext = false
			}
			return true
		}
	}
	if narrowed := w.compound(s, groups); narrowed != nil { // "store state": the state of a store
		groups = narrowed
	}
	agent := w.grouping && len(values) > 0 && len(groups) == 0 // "sent by enterprise accounts", "tickets by email": who or how, not a split
	if agent {
		w.grouping = false
	}
	switch {
	case len(metrics)+len(groups)+len(values) == 0:
		if ms := s.of(KindTable, KindTerm); len(ms) > 0 {
			w.d.loose = append(w.d.loose, mention{s, ms})
			return true
		}
		return false
	case len(groups) > 0 && !(len(values) > 0 && values[0].Score > groups[0].Score && !w.grouping) && w.groupHere(s, len(metrics) > 0):
		w.d.groups = append(w.d.groups, mention{s, groups})
		w.lastGroup = w.i
		if w.ranking != nil || w.whichNext {
			w.grouping = false
		}
		w.whichNext, w.ranking, w.listNext = false, nil, false
	case len(groups) > 0 && w.countNext && (len(metrics) == 0 || plainly(groups, metrics) && len(s.of(KindEntity)) > 0):
		w.d.counted = append(w.d.counted, mention{s, groups})
		w.countNext = false
	case len(groups) > 0 && w.listNext && len(s.of(KindEntity)) > 0:
		w.d.loose = append(w.d.loose, mention{s, s.of(KindEntity)})
		w.listNext, w.d.list = false, true
	case len(values) > 0 && (len(metrics) == 0 || w.negating || agent && len(w.d.metrics) > 0 && w.d.top == nil || w.filterPlace(s)) && (len(groups) == 0 || w.negating || values[0].Score > groups[0].Score):
		w.d.filters = append(w.d.filters, filter{mention{s, values}, w.negating})
		w.versus = false
		return true
	case len(metrics) > 0 && w.negating:
		w.d.absent = s
	case len(metrics) > 0:
		w.metric(s, metrics)
	default:
		w.d.loose = append(w.d.loose, mention{s, groups})
	}
	w.negating = w.negating && len(values) > 0
	return true
}

// compound takes back an entity that stands directly before one of its own fields, and returns the
// field's meanings there.
func (w *drafter) compound(s *Span, groups []Meaning) []Meaning {
	if w.i == 0 || w.spans[w.i-1].Kind == KindFiller {
		return nil
	}
	before := w.spans[w.i-1]
	var fit []Meaning
	for _, e := range before.of(KindEntity) {
		for _, g := range groups {
			if g.Field != nil && g.Field.Dataset == e.Dataset {
				fit = append(fit, g)
			}
		}
	}
	if len(fit) == 0 {
		return nil
	}
	drop := func(ms []mention) []mention {
		return slices.DeleteFunc(ms, func(m mention) bool { return m.span == before })
	}
	n := len(w.d.groups)
	w.d.groups, w.d.loose = drop(w.d.groups), drop(w.d.loose)
	if len(w.d.groups) < n {
		w.grouping = true // the entity stood where a group stands, so its field does
	}
	return fit
}

// norm is a span's words in lower case.
func (w *drafter) norm(s *Span) string {
	var out []string
	for _, t := range w.toks[s.Start:s.End] {
		out = append(out, t.Norm)
	}
	return strings.Join(out, " ")
}

// unitHere says that a bare unit of time is something to group by: after "by", "which" or "best", and in
// "the quarter with the highest revenue".
func (w *drafter) unitHere() bool {
	return w.grouping || w.whichNext || w.ranking != nil || w.i-w.lastGroup == 2 && w.prev() != nil && w.prev().is(signAnd) || w.superlativeFollows()
}

// grammarWins says that a span which is both a name and a word of the grammar is the latter here:
// "by month" with a field called month, "top" before a number, "total" before a metric.
func (w *drafter) grammarWins(s *Span) bool {
	for _, g := range s.signs() {
		switch g.Kind {
		case signGrain:
			return true
		case signUnit:
			return w.unitHere()
		case signTop:
			if n := w.next(); n != nil && (n.Kind == KindNumber || n.Kind == KindMetric) {
				return true
			}
		case signAggregate, signCount, signList, signShare, signGrowth:
			if len(s.of(KindValue)) > 0 {
				continue // written like a name: "the Growth plan"
			}
			if n := w.next(); n != nil && len(n.of(KindMetric, KindDimension, KindEntity)) > 0 && len(s.of(KindMetric)) == 0 {
				return true
			}
		}
	}
	return false
}

// plainly says that the best group meaning is named as well as the best metric.
func plainly(groups, metrics []Meaning) bool { return groups[0].Score > metrics[0].Score }

// groupHere says whether a dimension or entity at this place is something to group by.
func (w *drafter) groupHere(s *Span, alsoMetric bool) bool {
	entity := len(s.of(KindEntity)) > 0
	switch {
	case w.grouping:
		return !alsoMetric || w.ranking == nil && len(w.d.metrics) > 0
	case w.whichNext:
		return true
	case w.ranking != nil && w.d.which && len(w.d.groups) > 0:
		return false // "which sales owner closed the most deals": the deals are counted
	case w.ranking != nil:
		return !alsoMetric || entity && w.rankedBy()
	}
	// "by region and plan": the word after "and" goes on with the list.
	return w.i-w.lastGroup == 2 && w.prev() != nil && w.prev().is(signAnd) && !alsoMetric
}

// rankedBy says that a "by METRIC" follows, so that what is ranked is an entity even where its name is
// also a metric ("top 5 accounts by revenue").
func (w *drafter) rankedBy() bool {
	for j := w.i + 1; j < len(w.spans); j++ {
		if w.spans[j].is(signBy) || w.spans[j].is(signWith) {
			for k := j + 1; k < len(w.spans); k++ {
				if len(w.spans[k].of(KindMetric)) > 0 {
					return true
				}
			}
		}
	}
	return false
}

func (w *drafter) metric(s *Span, ms []Meaning) {
	w.d.metrics = append(w.d.metrics, mention{s, ms})
	w.countNext, w.listNext = false, false
	w.grouping, w.ranking = false, nil
	// "more than 10 tickets": the number just before is about this metric.
	if n := len(w.d.limits); n > 0 && w.d.limits[n-1].target.span == nil {
		if p := w.prev(); p != nil && (p.Kind == KindNumber || p.is(signThreshold)) {
			w.d.limits[n-1].target = mention{s, ms}
		}
	}
}

// entityOf returns the dataset that a mention names, nil when it is a field.
func entityOf(m mention) *model.Dataset {
	for _, x := range m.meanings {
		if x.Kind == KindEntity {
			return x.Dataset
		}
	}
	return nil
}
