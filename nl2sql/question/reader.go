package question

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// maxTokens bounds a question; what people ask is far shorter, and a longer text is no question.
const maxTokens = 300

// maxBytes bounds the text itself.
const maxBytes = 4000

// Reader reads questions over one model as one person may see it. It is immutable and safe to share.
type Reader struct {
	model *model.Model
	graph *plan.Graph
	view  *access.View
	lex   *Lexicon
	// plainLex holds the things and fields alone, where nobody has defined a number; nil elsewhere.
	plainLex *Lexicon
	cal      timex.Calendar
	zone     *time.Location
}

// NewReader prepares the lexicon for a person's view of a model.
func NewReader(m *model.Model, view *access.View, values Values, cal timex.Calendar, zone *time.Location) *Reader {
	g := plan.NewGraph(m)
	r := &Reader{model: m, graph: g, view: view, lex: NewLexicon(m, g, view, values), cal: cal, zone: zone}
	if inferred(m) {
		r.plainLex = newPlainLexicon(r.lex, m)
	}
	return r
}

// inferred says that everything in a model was worked out from the data.
func inferred(m *model.Model) bool {
	return len(m.Datasets) > 0 && !slices.ContainsFunc(m.Datasets, func(d *model.Dataset) bool { return !d.Inferred }) &&
		!slices.ContainsFunc(m.Metrics, func(x *model.Metric) bool { return !x.Inferred })
}

// Graph is the join graph of the reader's model.
func (r *Reader) Graph() *plan.Graph { return r.graph }

// Reading is how a question was understood. Exactly one of Query, Meta, Clarify and Decline is set.
type Reading struct {
	Question    string
	Tokens      []words.Token
	Spans       []*Span
	Query       *semantic.Query
	Plan        *plan.Plan
	Beyond      *semantic.Query // of a decline: the query whose period lies beyond what is loaded
	Meta        *Meta
	Clarify     *Clarify
	Decline     *Decline
	Periods     []timex.Phrase
	Sentence    string   // how it was read, for people
	Assumptions []string // what was taken for granted
	Suggestions []string // other readings and near questions, as full questions
	Chart       string   // the asker's wish: line, bar, table
	Confidence  float64
}

// MetaKind is what a question about the data itself asks.
type MetaKind string

// The questions about the data.
const (
	MetaDefine MetaKind = "define"
	MetaOwner  MetaKind = "owner"
	MetaOrigin MetaKind = "origin"
	MetaFresh  MetaKind = "fresh"
	MetaAbout  MetaKind = "about"
)

// Meta is a question about the data: about a metric, a term, a dataset, a field or a table.
type Meta struct {
	Kind    MetaKind
	Metric  *model.Metric
	Term    *catalog.Term
	Dataset *model.Dataset
	Field   *model.Field
	Table   *catalog.Asset
	Subject string // as the asker wrote it
	Owned   bool   // who owns it is asked beside what it means
}

// Clarify asks back. Each option is a full question that is read without a second doubt.
type Clarify struct {
	Question string
	Options  []Option
}

// Option is one answer to a clarification.
type Option struct{ Label, Question string }

// Decline says why there is no answer, and whose the missing thing would be.
type Decline struct {
	Code, Reason, Hint, Owner string
}

// The codes of declines.
const (
	NotDefined    = "not_defined"
	NotUnderstood = "not_understood"
	Empty         = "empty_question"
	TooLong       = "too_long"
	NotEnglish    = "not_english"
	IsSQL         = "is_sql"
	NoSuchDate    = "no_such_date"
	OutOfRange    = "period_out_of_range"
	Future        = "period_in_future"
	NotAnswerable = "not_answerable"
	Restricted    = "restricted"
	Impossible    = "cannot_compute"
)

// Read reads one question at one moment. What it offers in return, options and suggestions, is read once
// too: only what is answered as it stands is kept.
func (r *Reader) Read(q string, at time.Time) *Reading {
	out := r.read(q, at)
	answered := func(q string) bool {
		again := r.read(q, at)
		return again.Query != nil || again.Meta != nil
	}
	out.Suggestions = slices.DeleteFunc(out.Suggestions, func(s string) bool { return !answered(s) })
	c := out.Clarify
	if c == nil {
		return out
	}
	c.Options = slices.DeleteFunc(c.Options, func(o Option) bool { return !answered(o.Question) })
	if len(c.Options) == 0 { // in doubt in more than one place: near questions are offered instead
		for _, s := range r.starters(out) {
			if answered(s) {
				c.Options = append(c.Options, Option{Label: s, Question: s})
			}
		}
	}
	if len(c.Options) == 0 {
		out.Clarify = nil
		out.Decline = &Decline{Code: NotUnderstood, Reason: "This is in doubt: " + c.Question, Hint: "Ask for one number first, then add to it."}
	}
	return out
}

// read is Read without a look at what is offered.
func (r *Reader) read(q string, at time.Time) *Reading {
	out := &Reading{Question: q, Confidence: 1}
	if d := unreadable(q); d != nil {
		out.Decline = d
		out.Suggestions = r.starters(nil)
		return out
	}
	today := timex.DayOf(at, r.zone)
	toks := words.Split(q)
	c := &chart{lex: r.lex, gram: business, time: timex.Parser{Today: today, Calendar: r.cal}, toks: toks, notes: map[int]string{}}
	for _, t := range toks {
		c.stems = append(c.stems, t.Stem)
	}
	spans := c.cover()
	if c.mend(spans) {
		spans = c.cover()
	}
	spans = c.nearValues(spans)
	r.partial(toks, spans)
	for i := 1; i < len(spans); i++ {
		if p := spans[i-1]; p.Kind == KindFiller {
			spans[i].prep = toks[p.Start].Norm
		}
	}
	out.Tokens, out.Spans = toks, spans
	for _, s := range spans {
		if s.Period != nil && s.Kind == KindPeriod {
			out.Periods = append(out.Periods, *s.Period)
		}
	}
	if d := foreign(toks, spans); d != nil {
		out.Decline = d
		out.Suggestions = r.starters(nil)
		return out
	}
	b := &builder{r: r, out: out, d: newDraft(toks, spans), today: today}
	if r.plainLex != nil {
		b.plainly(toks)
	} else {
		b.build()
	}
	b.describe()
	return out
}

// partial gives a word that is open the metrics of which it is a part: "churn" where only a churn rate
// is defined. One such metric is taken, and said; several are asked about.
func (r *Reader) partial(toks []words.Token, spans []*Span) {
	for _, s := range spans {
		if s.Kind != KindOpen || toks[s.Start].Kind != words.Word {
			continue
		}
		text := toks[s.Start].Norm
		if _, _, hidden := r.view.Revealed(text); hidden {
			continue
		}
		near := r.related(text)
		if len(near) == 0 || len(near) > 4 {
			continue
		}
		for _, m := range near {
			s.Meanings = append(s.Meanings, Meaning{Kind: KindMetric, Metric: m, Score: 0.75, Note: "“" + toks[s.Start].Text + "” read as " + m.Title()})
		}
		s.Kind = KindMetric
	}
}

// unreadable refuses what is no question before any of it is read.
func unreadable(q string) *Decline {
	switch trimmed := strings.TrimSpace(q); {
	case strings.IndexFunc(trimmed, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0:
		return &Decline{Code: Empty, Reason: "There is no question in this.", Hint: "Ask for a number, for example a metric by month."}
	case len(q) > maxBytes || len(words.Split(q)) > maxTokens:
		return &Decline{Code: TooLong, Reason: fmt.Sprintf("A question may have %d characters; this has %d.", maxBytes, len(q)), Hint: "Ask one thing at a time."}
	case looksLikeSQL(trimmed):
		return &Decline{Code: IsSQL, Reason: "This is SQL, not a question, and it was not run.", Hint: "Check it with “limn sql check” or run it with “limn sql run”."}
	}
	return nil
}

func looksLikeSQL(q string) bool {
	fields := strings.Fields(strings.ToLower(q))
	if len(fields) < 2 {
		return false
	}
	has := func(w string) bool { return slices.Contains(fields, w) }
	switch fields[0] {
	case "select":
		return has("from") || strings.Contains(q, "*") || strings.Contains(q, "(")
	case "with":
		return has("select")
	case "drop", "delete", "insert", "update", "alter", "create", "truncate", "grant", "merge", "call":
		return has("table") || has("from") || has("into") || has("set") || has("view") || has("schema") || strings.Contains(q, "(")
	}
	return strings.Contains(strings.ToLower(q), "; drop ") || strings.Contains(strings.ToLower(q), ";drop ")
}

// foreign declines questions in another language: most of their words mean nothing here, and letters
// beyond ASCII or common words of other languages say why.
func foreign(toks []words.Token, spans []*Span) *Decline {
	known, open, alien := 0, 0, 0
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			t := toks[i]
			if t.Kind != words.Word {
				continue
			}
			if s.Kind == KindOpen {
				open++
			} else {
				known++
			}
			if otherLanguage[t.Norm] || strings.IndexFunc(t.Norm, func(r rune) bool { return r > 0x17f && unicode.IsLetter(r) }) >= 0 {
				alien++
			}
		}
	}
	if open > 0 && (alien >= 2 || alien >= 1 && open >= known) {
		return &Decline{Code: NotEnglish, Reason: "Only English questions are read so far.", Hint: "Ask the same in English."}
	}
	return nil
}

// otherLanguage holds the commonest words of the languages that people are likeliest to try.
var otherLanguage = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(`der die das wie viel viele war unser unsere umsatz letzten letztes jahr quartal monat und ist
		le la les des du quel quelle quels combien notre dernier année mois est trimestre chiffre
		el los cuál cual cuánto cuantos cuántos fue nuestro nuestra ingresos año mes último trimestre por
		qual foi nosso nossa receita ano mês último quanto il lo gli quanti nostro ultimo anno mese hoeveel onze vorig jaar maand omzet`) {
		out[w] = true
	}
	for _, english := range []string{"die", "war", "des", "la", "el", "le", "los", "il", "est", "du"} { // names and words of English too
		delete(out, english)
	}
	return out
}()
