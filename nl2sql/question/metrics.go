package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
)

// took keeps what a meaning assumed, once, and lowers the confidence by its score.
func (b *builder) took(m Meaning) {
	if m.Note != "" {
		b.assume("%s", m.Note)
	}
	b.out.Confidence = min(b.out.Confidence, m.Score)
}

// chooseMetrics settles which metric each mention means.
func (b *builder) chooseMetrics() bool {
	b.rejoin()
	b.countedMetric()
	for _, mt := range b.d.metrics {
		if b.populationOf(mt) {
			b.d.loose = append(b.d.loose, mention{mt.span, mt.span.of(KindEntity)})
			continue
		}
		best := b.bestMetrics(mt)
		if len(best) == 0 {
			return b.notDefined(mt.span)
		}
		if b.apart(mt.span, best) {
			return b.decline(Decline{Code: NotUnderstood, Reason: fmt.Sprintf("I cannot tell how “%s” belongs to %s.", b.text(mt.span), b.q.Metrics[0].Title()), Hint: "Ask for one of them, or join them with “and”."})
		}
		if len(best) > 1 {
			var options []Option
			for _, m := range best {
				options = append(options, Option{Label: m.Metric.Title() + ": " + firstSentence(m.Metric.Description), Question: b.replaced(mt.span, b.r.unambiguous(m.Metric))})
			}
			return b.clarify(fmt.Sprintf("“%s” could mean %d numbers. Which one?", b.text(mt.span), len(best)), options)
		}
		b.took(best[0])
		b.addMetric(best[0].Metric)
	}
	b.targetMetric()
	b.definedBy()
	return true
}

// definedBy: a metric that is called something "by" a dimension is only itself when it is grouped so.
func (b *builder) definedBy() {
	if len(b.d.groups) > 0 {
		return
	}
	for _, m := range b.q.Metrics {
		_, dim, ok := strings.Cut(strings.ToLower(m.Name), "_by_")
		if !ok {
			continue
		}
		var fit []Meaning
		for _, x := range b.r.lex.find(strings.Fields(key(words.Phrase(dim)))) {
			if (x.Kind == KindDimension || x.Kind == KindEntity) && b.distance(m, b.dataset(x)) >= 0 {
				fit = append(fit, x)
			}
		}
		if len(fit) > 0 {
			slices.SortStableFunc(fit, func(x, y Meaning) int { return cmp.Compare(y.Score, x.Score) })
			b.group(fit[0])
			b.assume("%s is defined by %s", m.Title(), words.Phrase(dim))
			return
		}
	}
}

// hits says that the question asks whether something was reached.
func (b *builder) hits() bool {
	return slices.ContainsFunc(b.out.Tokens, func(t words.Token) bool {
		switch t.Norm {
		case "hit", "hitting", "meet", "met", "meeting", "reach", "reached", "beat", "miss", "missed", "achieve", "achieved", "exceed", "exceeded":
			return true
		}
		return false
	})
}

// targetMetric: "how did each region do against its revenue target" names the target itself.
func (b *builder) targetMetric() {
	if !b.d.versus && !b.d.target && !b.hits() {
		return
	}
	for i, t := range b.q.Metrics {
		for _, m := range b.r.model.Metrics {
			if m.Target != t {
				continue
			}
			rest := slices.Delete(slices.Clone(b.q.Metrics), i, i+1)
			if len(rest) == 0 {
				rest = append(rest, m)
			} else if !slices.Contains(rest, m) {
				continue
			}
			b.q.Metrics, b.d.target, b.d.versus = rest, true, false
			for k := range b.d.periods {
				b.d.periods[k].versus = false
			}
			return
		}
	}
}

// rejoin reads "how many numbers are active" as "active numbers" where that is a metric: a value that is
// said of a thing names with it what is defined under both words.
func (b *builder) rejoin() {
	said := map[string]bool{}
	for w := range strings.FieldsSeq("is are was were still currently now right did do does we i have has been that who which get got") {
		said[w] = true
	}
	for i, f := range b.d.filters {
		at := f.span.Start
		for at > 0 && said[b.out.Tokens[at-1].Norm] {
			at--
		}
		if f.not {
			continue
		}
		for _, s := range b.out.Spans {
			direct := at == f.span.Start && !slices.ContainsFunc(b.d.counted, func(c mention) bool { return c.span == s })
			if s.End == at && !direct && b.together(f.span, s) {
				b.d.filters = slices.Delete(b.d.filters, i, i+1)
				return
			}
		}
	}
	// "how many deals did we win": the verb is open or only a part of a name, with its object it is one.
	for _, c := range b.d.counted {
		for _, l := range b.d.loose { // "how many accounts churned": a metric goes before a date of the rows
			if l.span.Start == c.span.End && b.together(l.span, c.span) {
				b.d.loose = slices.DeleteFunc(b.d.loose, func(m mention) bool { return m.span == l.span })
				return
			}
		}
		for i, m := range b.d.metrics {
			if m.meanings[0].Score < 0.8 && b.together(m.span, c.span) {
				b.d.metrics = slices.Delete(b.d.metrics, i, i+1)
				return
			}
		}
		for i, s := range b.d.open {
			if b.together(s, c.span) {
				b.d.open = slices.Delete(b.d.open, i, i+1)
				return
			}
		}
	}
}

// together replaces a thing by the metric that is called word and thing, or thing and word, if any.
func (b *builder) together(word, thing *Span) bool {
	for _, text := range []string{b.text(word) + " " + b.text(thing), b.text(thing) + " " + b.text(word)} {
		for _, m := range b.r.lex.find(strings.Fields(key(text))) {
			if m.Kind != KindMetric {
				continue
			}
			drop := func(ms []mention) []mention {
				return slices.DeleteFunc(ms, func(x mention) bool { return x.span == thing })
			}
			b.d.metrics, b.d.counted, b.d.loose = append(drop(b.d.metrics), mention{thing, []Meaning{m}}), drop(b.d.counted), drop(b.d.loose)
			return true
		}
	}
	return false
}

// countedMetric: "how many incidents had at least 60 minutes of downtime" counts incidents that pass a
// condition on another metric, though "incidents" is also a metric of its own.
func (b *builder) countedMetric() {
	d := b.d
	if !d.count || len(d.metrics) < 2 || len(d.counted) > 0 || len(d.limits) == 0 {
		return
	}
	first := d.metrics[0]
	entities := first.span.of(KindEntity)
	other := slices.ContainsFunc(d.limits, func(t threshold) bool { return t.target.span != nil && t.target.span != first.span })
	if len(entities) > 0 && other {
		d.counted = []mention{{first.span, entities}}
		d.metrics = d.metrics[1:]
	}
}

// populationOf says that a mention which could be a metric or an entity only names the rows of a metric
// chosen before ("how long did calls last": the calls are those whose length is asked). Two metrics that
// are joined by "and" stay two.
func (b *builder) populationOf(mt mention) bool {
	if len(b.q.Metrics) == 0 || b.joined(mt.span) {
		return false
	}
	if len(mt.span.of(KindEntity)) == 0 && additive(b.q.Metrics[0]) {
		return false // two totals in a row are two questions, an average and its rows are one
	}
	for _, e := range mt.span.of(KindEntity) {
		for _, m := range b.q.Metrics {
			if b.distance(m, e.Dataset) >= 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(b.bestMetrics(mt), func(x Meaning) bool {
		return slices.ContainsFunc(b.q.Metrics, func(m *model.Metric) bool { return sharesFacts(b.r, m, x.Metric) && x.Metric != m })
	})
}

func sharesFacts(r *Reader, a, b *model.Metric) bool {
	for _, d := range r.facts(a) {
		if slices.Contains(r.facts(b), d) {
			return true
		}
	}
	return false
}

// apart says that a second metric stands in the question without a word that joins it: "revenue from new
// accounts" asks for neither of the two.
func (b *builder) apart(s *Span, best []Meaning) bool {
	if len(b.q.Metrics) == 0 || b.joined(s) || b.d.versus || b.d.target || slices.ContainsFunc(best, func(m Meaning) bool { return slices.Contains(b.q.Metrics, m.Metric) }) {
		return false
	}
	for _, t := range b.d.limits { // "with more than 10 tickets": the number joins it
		if t.target.span == s {
			return false
		}
	}
	return !b.rankedBy(s) && !b.joinedFar(s)
}

// rankedBy says that "by" stands before a metric: what is ordered is ordered by it.
func (b *builder) rankedBy(s *Span) bool {
	return s.Start > 0 && (b.out.Tokens[s.Start-1].Norm == "by" || b.out.Tokens[s.Start-1].Norm == "per")
}

// joinedFar looks over articles: "revenue and the gross margin".
func (b *builder) joinedFar(s *Span) bool {
	for i := s.Start - 1; i > 0; i-- {
		switch b.out.Tokens[i].Norm {
		case "the", "our", "my", "their", "total", "number", "of", "average":
			continue
		case "and", "or", "vs", "versus", ",", "&", "plus", "with":
			return true
		}
		return false
	}
	return false
}

// joined says that "and", "versus" or a comma stands directly before a span.
func (b *builder) joined(s *Span) bool {
	if s.Start == 0 {
		return false
	}
	switch b.out.Tokens[s.Start-1].Norm {
	case "and", "or", "vs", "versus", ",", "&", "plus", "to", "with":
		return true
	}
	return false
}

func (b *builder) addMetric(m *model.Metric) {
	if !slices.Contains(b.q.Metrics, m) {
		b.q.Metrics = append(b.q.Metrics, m)
	}
}

// bestMetrics are the meanings of a mention that score best, after those that the question's own
// dimensions or values cannot be asked of are set aside.
func (b *builder) bestMetrics(mt mention) []Meaning {
	ms := slices.Clone(mt.meanings)
	slices.SortStableFunc(ms, func(x, y Meaning) int { return cmp.Compare(y.Score, x.Score) })
	fits := slices.DeleteFunc(slices.Clone(ms), func(m Meaning) bool {
		return slices.ContainsFunc(b.d.groups, func(g mention) bool { return !b.reachesAny(m.Metric, g.meanings) }) ||
			slices.ContainsFunc(b.d.filters, func(f filter) bool { return !b.reachesAny(m.Metric, f.meanings) })
	})
	if len(fits) > 0 {
		ms = fits
	}
	var best []Meaning
	for _, m := range ms {
		if m.Score >= ms[0].Score-0.011 && !slices.ContainsFunc(best, func(x Meaning) bool { return x.Metric == m.Metric }) {
			best = append(best, m)
		}
	}
	return best
}

func (b *builder) reachesAny(m *model.Metric, ms []Meaning) bool {
	return slices.ContainsFunc(ms, func(x Meaning) bool { return b.distance(m, b.dataset(x)) >= 0 })
}

func (b *builder) dataset(m Meaning) *model.Dataset {
	if m.Field != nil {
		return m.Field.Dataset
	}
	return m.Dataset
}

// distance is the number of joins from the metric's facts to a dataset, -1 when one of them cannot
// reach it. Datasets that the metric only counts distinct rows of may stand aside.
func (b *builder) distance(m *model.Metric, to *model.Dataset) int {
	if to == nil {
		return -1
	}
	reads := b.r.facts(m)
	worst := -1
	for _, d := range reads {
		paths := b.r.graph.Paths(d, to)
		if len(paths) == 0 {
			return -1
		}
		worst = max(worst, len(paths[0]))
	}
	return worst
}

// facts are the datasets on whose rows a metric is aggregated: those that it reads, without those that
// another of them reaches.
func (r *Reader) facts(m *model.Metric) []*model.Dataset {
	reads := m.Reads()
	if len(reads) == 0 && m.Over != nil {
		reads = []*model.Dataset{m.Over}
	}
	return slices.DeleteFunc(slices.Clone(reads), func(d *model.Dataset) bool {
		return slices.ContainsFunc(reads, func(e *model.Dataset) bool { return e != d && r.graph.Reaches(e, d) && !r.graph.Reaches(d, e) })
	})
}
