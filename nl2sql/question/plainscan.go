package question

import (
	"slices"

	"github.com/limn-data/limn/internal/words"
)

// plainMode is where in a question the scan is.
type plainMode uint8

const (
	inHead   plainMode = iota // what is asked for
	inClause                  // what narrows it
	inGroup                   // behind "each"
	inOrder                   // behind "sorted by"
)

// plainScan walks the spans once. The fields are what the last words have opened; whatever is still open
// at the end was not understood.
type plainScan struct {
	d     *plainDraft
	toks  []words.Token
	spans []*Span
	i     int
	mode  plainMode

	count    *Sign
	aggs     []string
	aggUsed  bool // the aggregates have found a field, and may find more
	sup      *Sign
	supN     int
	ahead    int   // how many, said before the things that a later superlative ranks
	top      *Span // "top 3" of what, waiting for by what
	topN     int
	topDesc  bool
	cond     *plainCond // a field in a clause, waiting for its value
	op       *plainCond // a comparison, waiting for its number or its field
	not      *Span
	or, like bool
}

func scanPlain(toks []words.Token, spans []*Span) *plainDraft {
	w := &plainScan{d: &plainDraft{}, toks: toks, spans: spans}
	for ; w.i < len(spans) && w.d.fail == nil; w.i++ {
		w.step(spans[w.i])
	}
	if w.d.fail == nil {
		w.finish()
	}
	return w.d
}

func (w *plainScan) failed(s *Span) { w.d.fail = s }

// finish settles what the end of the question settles, and fails on what is left open.
func (w *plainScan) finish() {
	last := w.spans[len(w.spans)-1]
	if w.top != nil && w.d.rank == nil {
		w.failed(w.top) // top by what?
	}
	if w.cond != nil && !w.repeats(w.cond.span) {
		w.failed(w.cond.span)
	}
	if w.count != nil && w.mode == inOrder && w.counted() { // "in descending order of the number"
		w.d.orders, w.count = append(w.d.orders, plainOrder{agg: "count", desc: w.d.way != nil && w.d.way.Desc}), nil
	}
	if w.count != nil && w.counted() { // "list the name and the count"
		w.count, w.d.numberToo = nil, true
	}
	if w.ahead > 0 || w.count != nil || w.sup != nil || len(w.aggs) > 0 && !w.aggUsed || w.op != nil || w.not != nil || w.like || w.or {
		w.failed(last)
	}
	if w.mode == inOrder && len(w.d.orders) == 0 && w.d.way == nil && w.d.rank == nil {
		w.failed(last)
	}
}

// best is the score of a span's best name, value or sign.
func best(s *Span) float64 {
	out := 0.0
	for _, m := range s.Meanings {
		out = max(out, m.Score)
	}
	return out
}

// counted says that the question has said what it counts.
func (w *plainScan) counted() bool {
	return w.d.rank != nil && w.d.rank.count || slices.ContainsFunc(w.d.shown, func(k plainPick) bool { return k.agg == "count" })
}

func (w *plainScan) step(s *Span) {
	name := len(s.of(KindDimension, KindEntity)) > 0
	value := s.of(KindValue)
	signs := s.signs()
	switch {
	case s.Kind == KindFiller:
		w.filler(s)
	case links[w.toks[s.Start].Norm] && s.End == s.Start+1 && w.sup == nil && w.op == nil && best(s) < 0.9:
		w.d.linked = true
	case len(signs) > 0 && (!name && len(value) == 0 || w.signHere(s, signs[0])):
		w.sign(s, signs[0])
	case !name && s.Period != nil && (!s.Period.Bare || s.End > s.Start+1):
		w.period(s)
	case w.like:
		w.part(s)
	case !name && s.End == s.Start+1 && (s.Kind == KindNumber || w.toks[s.Start].Kind == words.Number):
		w.number(s)
	case name && !(len(value) > 0 && w.valueHere(s)):
		w.name(s)
	case len(value) > 0:
		w.value(s)
	case w.toks[s.Start].Kind == words.Quoted && (w.cond != nil || w.called(s)):
		w.text(s)
	default:
		w.failed(s)
	}
}

// filler ends a list at a word that begins something new.
func (w *plainScan) filler(s *Span) {
	t := w.toks[s.Start].Norm
	if asks[t] && w.cond == nil { // "for each country, list …"
		w.mode = inHead
	}
	if t == "." || t == "?" || t == "!" || t == ";" {
		if w.mode != inHead && w.i+1 < len(w.spans) {
			w.mode = inHead // a second sentence says what to show
		}
	}
	if t == "of" || t == "for" || t == "from" || t == "in" || t == "at" || t == "on" || t == "to" || t == "across" {
		w.spend()
		if w.mode == inGroup {
			w.mode = inHead
		}
	}
}

// spend ends the list that an aggregate has begun; one that has found no field yet goes on waiting.
func (w *plainScan) spend() {
	if w.aggUsed {
		w.aggs, w.aggUsed = nil, false
	}
}

// valueHere says that a word which is both a name and a stored value is the value: behind its field.
func (w *plainScan) valueHere(s *Span) bool {
	if w.cond != nil && len(w.cond.values) == 0 {
		return true
	}
	return w.toks[s.Start].Kind == words.Quoted
}

func (w *plainScan) next() *Span {
	for _, s := range w.spans[w.i+1:] {
		if s.Kind != KindFiller || w.toks[s.Start].Kind == words.Punct {
			return s
		}
	}
	return nil
}

// nextWord is the next span that is neither filler nor punctuation.
func (w *plainScan) nextWord() *Span {
	for _, s := range w.spans[w.i+1:] {
		if s.Kind != KindFiller {
			return s
		}
	}
	return nil
}

func (w *plainScan) prev() *Span {
	for j := w.i - 1; j >= 0; j-- {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

// after says that only a word stands between this span and the last one that is no filler.
func (w *plainScan) after(word string) bool {
	return w.i > 0 && w.toks[w.spans[w.i].Start-1].Norm == word
}
