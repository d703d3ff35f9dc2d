package question

import (
	"slices"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// draft is what the grammar has understood before names are chosen among their meanings.
type draft struct {
	metrics   []mention
	groups    []mention // dimensions and entities to group by
	loose     []mention // dimensions and entities whose part in the question is not said
	filters   []filter
	limits    []threshold
	periods   []period
	grain     timex.Grain
	unit      bool // the grain was said as a bare unit: "which month", "best quarter"
	trend     bool
	compare   semantic.Comparison
	offset    timex.Grain
	growth    bool
	target    bool
	versus    bool
	top       *rank
	newest    *rank // rows by their date, the last ones first or the first ones
	which     bool
	count     bool
	counted   []mention
	list      bool
	share     bool
	aggregate string
	chart     string
	meta      map[SignKind]int // how often each sign of a question about the data occurs; weak ones count 1, others 2
	open      []*Span          // what nobody could read
	no        *Sign            // a forecast, a cause, a judgement
	other     bool
	absent    *Span // a metric behind "no" or "without": groups that have none of it
}

// mention is a span with the meanings of one kind that it may have.
type mention struct {
	span     *Span
	meanings []Meaning
}

type filter struct {
	mention
	not bool
}

type threshold struct {
	op     semantic.Op
	values []string
	target mention // empty: the metric of the question
	pct    bool
	money  bool // the number was written with a currency
	span   *Span
}

type period struct {
	phrase timex.Phrase
	versus bool
	not    bool
	span   *Span
}

type rank struct {
	desc   bool
	change bool // by the change, not by the value
	common bool // by how often it occurs
	good   bool // "best" and "worst": which way that is depends on the metric
	n      int
	said   bool // a number was said or "top" was: not a superlative of one
	span   *Span
}

func (s *Span) of(kinds ...Kind) []Meaning {
	var out []Meaning
	for _, m := range s.Meanings {
		if slices.Contains(kinds, m.Kind) {
			out = append(out, m)
		}
	}
	return out
}

func (s *Span) signs() []Sign {
	var out []Sign
	for _, m := range s.Meanings {
		if m.Kind == KindGrammar {
			out = append(out, m.Sign)
		}
	}
	return out
}

func (s *Span) is(k SignKind) bool {
	return slices.ContainsFunc(s.signs(), func(g Sign) bool { return g.Kind == k })
}

func (w *drafter) period(s *Span) {
	w.grouping = false
	w.d.periods = append(w.d.periods, period{phrase: *s.Period, versus: w.versus, not: w.negating && w.prev() != nil && w.prev().is(signNot), span: s})
	w.versus, w.negating = false, false
}

func sameField(a, b []Meaning) bool {
	return slices.ContainsFunc(a, func(x Meaning) bool {
		return slices.ContainsFunc(b, func(y Meaning) bool { return x.Field == y.Field })
	})
}
