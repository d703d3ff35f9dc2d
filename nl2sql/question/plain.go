package question

import (
	"fmt"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// readPlain reads a question over data that nobody has modelled: what is asked for are things, their
// fields, how many there are and what their numbers come to, not metrics. Unless every word has found its
// part it leaves the reading untouched and returns where it was stuck.
func (b *builder) readPlain(toks []words.Token) *Span {
	c := &chart{lex: b.r.plainLex, gram: plain, time: timex.Parser{Today: b.today, Calendar: b.r.cal}, toks: toks, notes: map[int]string{}}
	for _, t := range toks {
		c.stems = append(c.stems, t.Stem)
	}
	spans := c.cover()
	if c.mend(spans) {
		spans = c.cover()
	}
	d := scanPlain(toks, spans)
	if d.fail != nil {
		return d.fail
	}
	best, bad := b.plainBest(d, spans)
	if best == nil {
		return bad
	}
	p, err := plan.Build(b.r.model, b.r.graph, best.q)
	if err != nil {
		return bad
	}
	b.q = best.q
	b.out.Spans, b.out.Query, b.out.Plan = spans, &b.q, p
	b.out.Assumptions = append(b.out.Assumptions, best.b.out.Assumptions...)
	b.out.Assumptions = append(b.out.Assumptions, p.Notes...)
	b.out.Confidence = min(best.score, 0.95)
	if d.linked {
		b.out.Confidence = min(b.out.Confidence, 0.8)
	}
	for _, note := range c.notes {
		b.assume("%s", note)
	}
	return nil
}

// plainly reads a question where nobody has defined a number. Questions about the data itself, and requests
// for what may not be seen, are settled before, and those about time after the plain reading.
func (b *builder) plainly(toks []words.Token) {
	if !b.restricted() || !b.meta() {
		return
	}
	if stuck := b.readPlain(toks); stuck != nil {
		b.build()
		b.unlessTimed(stuck)
	}
}

// unlessTimed takes an answer of the grammar of defined numbers back where nobody has defined one, unless
// the question is about time, which the plain grammar does not know: the numbers there are guesses, and
// a word that the plain grammar could not place is one that the answer would pass over.
func (b *builder) unlessTimed(stuck *Span) {
	q := b.out.Query
	if q == nil || !q.Period.IsZero() || q.Grain != timex.NoGrain || q.Compare != semantic.NoCompare || q.Share != semantic.NoShare {
		return
	}
	b.out.Plan, b.out.Assumptions = nil, nil
	b.decline(Decline{Code: NotUnderstood, Reason: fmt.Sprintf("I cannot tell what “%s” does in this question.", b.text(stuck)), Hint: "Ask for the fields of one thing, or for a number of it by a field."})
}

// plainBest builds the question over every dataset and takes the reading with the fewest joins and the
// fullest names; two that are as good are no reading.
func (b *builder) plainBest(d *plainDraft, spans []*Span) (best *plainQuery, bad *Span) {
	bad = spans[0]
	tie := false
	for _, base := range b.r.model.Datasets {
		own := &builder{r: b.r, out: &Reading{}, d: &draft{}} // what a base takes for granted is its own
		q := &plainQuery{b: own, d: d, plainBase: plainBase{r: b.r, spans: spans, base: base, score: 1}}
		q.q.Calendar = b.r.cal
		if !q.build() {
			if q.bad != nil {
				bad = q.bad
			}
			continue
		}
		switch {
		case best == nil || q.cost < best.cost-0.004:
			best, tie = q, false
		case q.cost < best.cost+0.004:
			tie = true
		}
	}
	if tie {
		return nil, bad
	}
	return best, bad
}
