// Package question reads English questions without a language model: a chart of spans over the words
// with every meaning that each may have, combined by a grammar into one semantic query. Every word that
// carries meaning is accounted for; where that fails the reading says which word is open, or which two
// meanings it cannot choose between. It knows no workspace: all names come from the model, the catalog
// and the value index. Start at Reader.Read.
package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// Kind is what a span of a question can mean.
type Kind string

// The kinds of spans.
const (
	KindMetric    Kind = "metric"
	KindDimension Kind = "dimension"
	KindEntity    Kind = "entity"
	KindValue     Kind = "value"
	KindTerm      Kind = "term"
	KindTable     Kind = "table"
	KindPeriod    Kind = "period"
	KindNumber    Kind = "number"
	KindGrammar   Kind = "grammar"
	KindFiller    Kind = "filler"
	KindOpen      Kind = "uncovered"
)

// Meaning is one thing that a span may mean; which of the pointers are set follows from Kind.
type Meaning struct {
	Kind    Kind
	Metric  *model.Metric
	Field   *model.Field
	Dataset *model.Dataset
	Via     plan.Path // of a dimension: the role of its dataset, empty for the only way
	Value   string    // as stored
	Term    *catalog.Term
	Table   *catalog.Asset
	Flag    *model.Field // of an entity: the yes-or-no field that must be true ("open deals")
	Sign    Sign         // of grammar words
	Score   float64      // 1 for a name, less for synonyms, parts of names and misspellings
	Note    string       // what was assumed, e.g. a corrected spelling
}

// Values finds the stored values of the fields that people filter by. It is satisfied by package
// values and asked with texts in lower case.
type Values interface {
	// Exact returns the values whose text, or whose words in the singular, are text.
	Exact(text string) []ValueHit
	// Near returns values within a few slips of text, best first.
	Near(text string) []ValueHit
	// MaxWords is the number of words of the longest value.
	MaxWords() int
}

// ValueHit is a stored value of a field, "dataset.field" in lower case being its key.
type ValueHit struct {
	Field string
	Value string
	Slips int
}

// Lexicon holds every phrase of a workspace that one person may use, as stems joined by blanks.
type Lexicon struct {
	phrases map[string][]Meaning
	roots   map[string][]string // hard stems → phrases
	longest int
	vocab   map[int][]string // single-word phrases and words of phrases, by length in runes
	values  Values
	fields  map[string]*model.Field
}

// NewLexicon gathers the names, labels, synonyms, entities, value aliases and terms.
func NewLexicon(m *model.Model, g *plan.Graph, view *access.View, values Values) *Lexicon {
	l := &Lexicon{phrases: map[string][]Meaning{}, roots: map[string][]string{}, vocab: map[int][]string{}, values: values, fields: map[string]*model.Field{}}
	for _, x := range m.Metrics {
		mean := func(score float64) Meaning { return Meaning{Kind: KindMetric, Metric: x, Score: score} }
		l.add(words.Phrase(x.Name), mean(1))
		l.add(x.Label, mean(1))
		for _, s := range x.Synonyms {
			l.add(s, mean(0.98))
		}
	}
	for _, d := range m.Datasets {
		l.dataset(d)
	}
	l.roles(m, g)
	snap := view.Snapshot()
	for i := range snap.Terms {
		t := &snap.Terms[i]
		l.term(m, t)
	}
	for _, a := range snap.Assets {
		mean := Meaning{Kind: KindTable, Table: a, Score: 1}
		l.add(a.Name.String(), mean)
		l.add(a.Name.Schema+"."+a.Name.Table, mean)
		mean.Score = 0.6
		l.add(words.Phrase(a.Name.Table), mean)
		l.add(a.Name.Table, mean)
	}
	l.index()
	return l
}

func (l *Lexicon) dataset(d *model.Dataset) {
	names := append([]string{words.Phrase(d.Name)}, d.Synonyms...)
	if e := d.Entity; e != nil {
		names = append(names, e.Name, e.Plural)
	}
	for i, n := range names {
		score := 0.95
		if i == 0 && d.Entity != nil {
			score = 0.9
		}
		l.add(n, Meaning{Kind: KindEntity, Dataset: d, Score: score})
	}
	for _, f := range d.Fields {
		if f.Hidden {
			continue
		}
		l.fields[strings.ToLower(f.String())] = f
		mean := func(score float64) Meaning {
			if f.Role == model.RoleKey { // a key is hardly ever what people mean by the thing's name
				score -= 0.15
			}
			return Meaning{Kind: KindDimension, Field: f, Score: score}
		}
		l.add(words.Phrase(f.Name), mean(1))
		l.add(f.Phrase(), mean(0.97))
		l.add(f.Label, mean(1))
		for _, s := range f.Synonyms {
			l.add(s, mean(0.97))
		}
		for _, said := range flagNames(d, f) {
			l.add(said, Meaning{Kind: KindValue, Field: f, Value: "true", Score: 0.94})
			if d.Entity != nil {
				l.add(said+" "+d.Entity.Name, Meaning{Kind: KindEntity, Dataset: d, Flag: f, Score: 0.96})
			}
		}
		for _, short := range shortNames(d, f) {
			l.add(short, mean(0.85))
		}
		for v, aliases := range f.Values {
			for _, a := range append([]string{v}, aliases...) {
				l.add(a, Meaning{Kind: KindValue, Field: f, Value: v, Score: 0.97})
			}
		}
	}
}

// flagNames are the ways in which a yes-or-no field is said of its entity: is_open makes "open" and "open
// deal" a condition.
func flagNames(d *model.Dataset, f *model.Field) []string {
	if f.Type != "boolean" {
		return nil
	}
	var out []string
	for _, n := range append([]string{f.Phrase(), strings.ToLower(f.Label)}, f.Synonyms...) {
		for _, verb := range []string{"is ", "has ", "was ", "are "} {
			n = strings.TrimPrefix(n, verb)
		}
		if n == "" {
			continue
		}
		out = append(out, n)
		if d.Entity != nil {
			if bare, ok := strings.CutSuffix(n, " "+strings.ToLower(d.Entity.Name)); ok {
				out[len(out)-1] = bare
			}
		}
	}
	return out
}

// shortNames are the ways in which a field is called beside its entity: without the entity's name ("open
// date" of a claim), and a date by the verb alone ("opened").
func shortNames(d *model.Dataset, f *model.Field) []string {
	var out []string
	for _, n := range []string{f.Phrase(), strings.ToLower(f.Label)} {
		short := n
		if d.Entity != nil {
			if rest, ok := strings.CutPrefix(n, strings.ToLower(d.Entity.Name)+" "); ok {
				short = rest
			}
		}
		if f.IsTime() {
			for _, end := range []string{" date", " at", " on", " time", " timestamp", " day"} {
				if verb, ok := strings.CutSuffix(short, end); ok && verb != "" {
					out = append(out, verb)
				}
			}
		}
		if short != n && short != "id" && short != "key" {
			out = append(out, short)
		}
	}
	return out
}

// term makes a glossary entry known: by itself for "what does it mean", and as its metric elsewhere.
func (l *Lexicon) term(m *model.Model, t *catalog.Term) {
	var target *model.Metric
	if ms := m.Metric(t.Metric); len(ms) > 0 {
		target = ms[0]
	}
	for _, n := range append([]string{t.Name}, t.Synonyms...) {
		l.add(n, Meaning{Kind: KindTerm, Term: t, Metric: target, Score: 0.9})
		if target != nil {
			l.add(n, Meaning{Kind: KindMetric, Metric: target, Score: 0.9})
		}
	}
}

// key brings a phrase to the form in which phrases are compared.
func key(phrase string) string {
	var out []string
	for _, t := range words.Split(phrase) {
		if t.Kind == words.Punct && t.Norm != "%" {
			continue
		}
		out = append(out, t.Stem)
	}
	return strings.Join(out, " ")
}

func (l *Lexicon) add(phrase string, m Meaning) {
	k := key(phrase)
	if k == "" {
		return
	}
	for i, old := range l.phrases[k] {
		if old.Kind == m.Kind && old.Metric == m.Metric && old.Field == m.Field && old.Dataset == m.Dataset && old.Value == m.Value && old.Table == m.Table && old.Flag == m.Flag && slices.Equal(old.Via, m.Via) {
			l.phrases[k][i].Score = max(old.Score, m.Score)
			return
		}
	}
	l.phrases[k] = append(l.phrases[k], m)
	l.longest = max(l.longest, strings.Count(k, " ")+1)
}

func (l *Lexicon) index() {
	seen := map[string]bool{}
	for k := range l.phrases {
		for w := range strings.SplitSeq(k, " ") {
			if !seen[w] && len(w) > 3 {
				seen[w] = true
				n := len([]rune(w))
				l.vocab[n] = append(l.vocab[n], w)
			}
		}
		r := rootKey(k)
		l.roots[r] = append(l.roots[r], k)
	}
	for n := range l.vocab {
		slices.Sort(l.vocab[n])
	}
	for r := range l.roots {
		slices.Sort(l.roots[r])
	}
}

func rootKey(k string) string {
	ws := strings.Split(k, " ")
	for i, w := range ws {
		ws[i] = words.Root(w)
	}
	return strings.Join(ws, " ")
}

// find returns the meanings of a phrase given as stems: by name first, then by root.
func (l *Lexicon) find(stems []string) []Meaning {
	k := strings.Join(stems, " ")
	out := slices.Clone(l.phrases[k])
	exact := len(out) > 0
	for _, p := range l.roots[rootKey(k)] {
		if p == k {
			continue
		}
		for _, m := range l.phrases[p] {
			// Beside an exact name the root only adds the date of the same verb: "churned" is a status,
			// and when somebody churned.
			if exact && (m.Field == nil || m.Kind != KindDimension || !m.Field.IsTime()) {
				continue
			}
			m.Score *= 0.9
			out = append(out, m)
		}
	}
	if len(out) == 0 && len(stems) > 1 && len(stems) <= 3 { // a column that is written in one word: "extended price"
		for _, m := range l.phrases[strings.Join(stems, "")] {
			m.Score *= 0.95
			out = append(out, m)
		}
	}
	return out
}

// valueMeanings turns hits of the value index into meanings; a field that the model hides has none.
func (l *Lexicon) valueMeanings(hits []ValueHit) []Meaning {
	var out []Meaning
	for _, h := range hits {
		f := l.fields[h.Field]
		if f == nil || slices.ContainsFunc(out, func(m Meaning) bool { return m.Field == f && m.Value == h.Value }) {
			continue
		}
		m := Meaning{Kind: KindValue, Field: f, Value: h.Value, Score: 0.95 - 0.1*float64(h.Slips)}
		if h.Slips > 0 {
			m.Note = "“" + h.Value + "”"
		}
		out = append(out, m)
	}
	return out
}

// correct finds the word of the vocabulary that a misspelt word stands for: the nearest within the
// tolerance, and only if no other is as near.
func (l *Lexicon) correct(word string) (string, bool) {
	limit := words.Tolerance(word)
	if limit == 0 {
		return "", false
	}
	n := len([]rune(word))
	best, dist, ties := "", limit+1, 0
	for size := n - limit; size <= n+limit; size++ {
		for _, w := range l.vocab[size] {
			if w[0] != word[0] && limit < 2 {
				continue
			}
			switch d := words.Distance(word, w, limit); {
			case d < dist:
				best, dist, ties = w, d, 1
			case d == dist && w != best:
				ties++
			}
		}
	}
	return best, best != "" && ties == 1
}
