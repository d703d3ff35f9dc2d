package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
)

// genericScore is that of "name" and "id" for what a thing is called and told apart by.
const genericScore = 0.8

// newPlainLexicon holds the things and fields of a model without its metrics, and the shorter ways in
// which people call a field. A part of a name scores less than the name, so that it never wins over one.
func newPlainLexicon(from *Lexicon, m *model.Model) *Lexicon {
	l := &Lexicon{phrases: map[string][]Meaning{}, roots: map[string][]string{}, vocab: map[int][]string{}, values: from.values, fields: map[string]*model.Field{}}
	for _, d := range m.Datasets {
		l.dataset(d)
	}
	for _, d := range m.Datasets {
		for _, f := range d.Fields {
			if f.Hidden {
				continue
			}
			for _, p := range parts(f) {
				if slices.ContainsFunc(l.phrases[key(p.text)], func(m Meaning) bool { return m.Kind == KindEntity }) {
					continue // a thing goes before a part of a field's name
				}
				l.add(p.text, Meaning{Kind: KindDimension, Field: f, Score: p.score})
			}
		}
		if e := d.Entity; e != nil {
			if e.Label != nil && !e.Label.Hidden {
				l.add("name", Meaning{Kind: KindDimension, Field: e.Label, Score: genericScore})
			}
			if f := d.ColumnField(e.Key); f != nil && !f.Hidden {
				l.add("id", Meaning{Kind: KindDimension, Field: f, Score: genericScore})
				l.add(e.Name+" id", Meaning{Kind: KindDimension, Field: f, Score: 0.85})
			}
		}
	}
	l.longest = max(l.longest, 2) // two words may be one name: "daily price" is dailyprice
	l.index()
	return l
}

type part struct {
	text  string
	score float64
}

// parts are the beginnings and ends of a field's name of several words, and who did it for what was done
// by somebody ("director" of directed_by, by way of the root).
func parts(f *model.Field) []part {
	ws := strings.Fields(f.Phrase())
	var out []part
	for i := 1; i < len(ws); i++ {
		head, tail := strings.Join(ws[:i], " "), strings.Join(ws[i:], " ")
		score := 0.7
		if i > 1 {
			score = 0.76
		}
		if i == len(ws)-1 && (ws[i] == "by" || ws[i] == "name") {
			score = 0.82
		}
		if !plain.fillers[head] && plain.signs[head] == nil {
			out = append(out, part{head, score})
		}
		score = 0.7
		if i < len(ws)-1 {
			score = 0.76
		}
		if !plain.fillers[tail] && plain.signs[tail] == nil && !(words.Identifier(tail) == nil) {
			out = append(out, part{tail, score})
		}
	}
	return out
}
