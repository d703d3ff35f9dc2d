package question

import (
	"github.com/limn-data/limn/internal/words"
)

// drafter walks the spans once from left to right. The states are what the last words have opened:
// "by" opens a list of groups, "excluding" a list of values, "more than" waits for a number.
type drafter struct {
	d     *draft
	toks  []words.Token
	spans []*Span
	i     int

	grouping  bool
	negating  bool
	ranking   *rank
	pending   *threshold
	whichNext bool
	countNext bool
	listNext  bool
	versus    bool
	lastNum   *Span
	lastGroup int // index of the last span that was taken for a group
}

func newDraft(toks []words.Token, spans []*Span) *draft {
	w := &drafter{d: &draft{meta: map[SignKind]int{}}, toks: toks, spans: spans, lastGroup: -9}
	for ; w.i < len(spans); w.i++ {
		w.step(spans[w.i])
	}
	if w.lastNum != nil {
		w.d.open = append(w.d.open, w.lastNum)
	}
	if n := len(spans); w.grouping && n > 0 && spans[n-1].is(signBy) { // "revenue by": by what?
		w.d.open = append(w.d.open, spans[n-1])
	}
	return w.d
}

// superlativeFollows says that a ranking word stands further on, so that a bare number is how many.
func (w *drafter) superlativeFollows() bool {
	for _, s := range w.spans[w.i+1:] {
		if s.is(signTop) {
			return true
		}
	}
	return false
}

// next is the following span that is not a filler, nil at the end.
func (w *drafter) next() *Span {
	for j := w.i + 1; j < len(w.spans); j++ {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

func (w *drafter) prev() *Span {
	for j := w.i - 1; j >= 0; j-- {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

func (w *drafter) step(s *Span) {
	switch {
	case s.Kind == KindFiller:
		if t := w.toks[s.Start]; t.Kind == words.Word {
			if n := w.i + 1; t.Norm == "what" && n < len(w.spans) && len(w.spans[n].of(KindDimension, KindEntity)) > 0 && len(w.spans[n].of(KindMetric)) == 0 {
				w.d.which, w.whichNext = true, true // "what industry brought in …"
			}
			w.closeOn(t.Norm)
		} else if t.Norm == ";" {
			w.close()
		}
		return
	case s.Period != nil && w.takesPeriod(s):
		w.period(s)
		return
	case s.Kind == KindNumber && len(s.of(KindValue)) == 0:
		w.number(s)
		return
	case s.Kind == KindOpen && len(s.Meanings) == 0:
		w.d.open = append(w.d.open, s)
		return
	}
	if w.name(s) {
		return
	}
	if g, ok := w.chooseSign(s); ok {
		w.sign(s, g)
		return
	}
	w.d.open = append(w.d.open, s)
}

// chooseSign picks among the signs of one word: "mean" is an average unless the question asks what
// something means.
func (w *drafter) chooseSign(s *Span) (Sign, bool) {
	signs := s.signs()
	if len(signs) == 0 {
		return Sign{}, false
	}
	for _, g := range signs {
		if g.Kind == signDefine && w.d.meta[signDefine] > 0 {
			return g, true
		}
	}
	return signs[0], true
}

// closeOn ends an open list at a preposition that begins something new.
func (w *drafter) closeOn(word string) {
	switch word {
	case "in", "for", "on", "during", "within", "at":
		w.grouping, w.negating = false, w.negating && word != "for" && w.prev() != nil && w.prev().is(signNot)
	case "from":
		w.negating = w.negating && w.prev() != nil && w.prev().is(signNot)
		w.grouping = false
	}
}

func (w *drafter) close() { w.grouping, w.negating, w.versus = false, false, false }
