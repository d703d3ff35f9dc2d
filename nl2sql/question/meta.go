package question

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
)

// metaKinds in the order in which they are tried, with the sign that asks for each. A sign counts from
// two on: weak words ("how is", "where does") ask only together with another.
var metaKinds = []struct {
	kind MetaKind
	sign SignKind
}{{MetaAbout, signAbout}, {MetaOwner, signOwner}, {MetaFresh, signFresh}, {MetaOrigin, signOrigin}, {MetaDefine, signDefine}}

// meta reads questions about the data itself. It reports true when the question is not one of them.
func (b *builder) meta() bool {
	d := b.d
	origin := d.meta[signOrigin]
	if origin == 1 && d.share { // "where does revenue come from": "come from" is also a word of shares
		origin = 2
	}
	for _, k := range metaKinds {
		strength := d.meta[k.sign]
		if k.kind == MetaOrigin {
			strength = origin
		}
		if strength < 2 || k.kind != MetaAbout && (d.grain != 0 || len(d.periods) > 0 && k.kind != MetaFresh || len(d.limits) > 0 || d.trend) {
			continue
		}
		m := &Meta{Kind: k.kind}
		if k.kind == MetaOwner && d.meta[signDefine] >= 2 { // "what does churn mean and who owns it"
			m.Kind, m.Owned = MetaDefine, true
		}
		span := b.subject(m)
		if span == nil {
			if k.kind == MetaAbout && len(d.open) > 0 {
				m.Subject = b.text(d.open[0])
				b.out.Meta = m
				return false
			}
			if len(d.open) > 0 {
				return b.notDefinedOrHidden(d.open[0])
			}
			continue
		}
		if len(d.open) > 0 {
			return b.notDefinedOrHidden(d.open[0])
		}
		m.Subject = b.text(span)
		b.out.Meta = m
		return false
	}
	return true
}

// subject finds what a question about the data is about: the most specific thing that it names.
func (b *builder) subject(m *Meta) *Span {
	all := append(append(append([]mention{}, b.d.metrics...), b.d.groups...), b.d.loose...)
	all = append(all, b.d.counted...)
	for _, f := range b.d.filters {
		all = append(all, f.mention)
	}
	best := Meaning{Score: -1}
	var span *Span
	for _, x := range all {
		for _, mean := range x.span.Meanings {
			score := mean.Score + preference(m.Kind, mean.Kind)
			if mean.Kind != KindGrammar && mean.Kind != KindValue && score > best.Score {
				best, span = mean, x.span
				best.Score = score
			}
		}
	}
	m.Metric, m.Field, m.Dataset, m.Table, m.Term = best.Metric, best.Field, best.Dataset, best.Table, best.Term
	if m.Term == nil && m.Metric != nil && m.Kind == MetaDefine {
		for i := range b.r.view.Snapshot().Terms {
			if t := &b.r.view.Snapshot().Terms[i]; strings.EqualFold(t.Metric, m.Metric.Name) {
				m.Term = t
			}
		}
	}
	return span
}

// preference says which kind of thing each question about the data is likeliest to be about.
func preference(k MetaKind, mean Kind) float64 {
	switch {
	case k == MetaFresh && (mean == KindTable || mean == KindEntity):
		return 0.5
	case k == MetaDefine && (mean == KindMetric || mean == KindTerm):
		return 0.3
	case mean == KindMetric:
		return 0.2
	}
	return 0
}

// About lists what the workspace has on a subject: metrics, fields and tables whose names, synonyms or
// descriptions speak of it, best first. Used for "what data is there about S".
func (r *Reader) About(subject string) (metrics []string, tables []*catalog.Asset) {
	var want []string
	for _, t := range words.Split(subject) {
		if t.Kind == words.Word && !fillerSet[t.Norm] {
			want = append(want, words.Root(t.Stem))
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	has := func(texts ...string) bool {
		found := 0
		all := map[string]bool{}
		for _, s := range texts {
			for _, t := range words.Split(words.Phrase(s) + " " + s) {
				all[words.Root(t.Stem)] = true
			}
		}
		for _, w := range want {
			if all[w] {
				found++
			}
		}
		return found == len(want)
	}
	for _, m := range r.model.Metrics {
		if has(append([]string{m.Name, m.Label, m.Description}, m.Synonyms...)...) {
			metrics = append(metrics, fmt.Sprintf("%s: %s", m.Title(), firstSentence(m.Description)))
		}
	}
	for _, a := range r.view.Snapshot().Assets {
		texts := []string{a.Name.Table, a.Description}
		for _, c := range a.Columns {
			texts = append(texts, c.Name)
		}
		for _, d := range r.model.Datasets {
			if d.Asset == a {
				texts = append(texts, d.Description)
				texts = append(texts, d.Synonyms...)
			}
		}
		if has(texts...) {
			tables = append(tables, a)
		}
	}
	return metrics, tables
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i > 0 {
		return s[:i+1]
	}
	return s
}
