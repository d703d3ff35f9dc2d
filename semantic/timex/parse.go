package timex

import (
	"time"

	"github.com/limn-data/limn/internal/words"
)

// Phrase is a stretch of tokens that means a period. Start and End index tokens, half open.
type Phrase struct {
	Start, End int
	Range      Range
	Grain      Grain    // the unit it was said in: Month for "March" and for "last 6 months"
	Count      int      // units in the range where it was said as a row of them ("last 6 weeks"), else 0
	Open       bool     // has no end of its own: "since March", "year to date"; To is the day after today
	Note       string   // which of two readings was taken, for the interpretation; empty when there is one
	Missing    string   // the phrase is time, but no such day exists: what is wrong with it
	Fiscal     bool     // counted in fiscal units
	Bare       bool     // a year or number that could be something else
	Ends       [2]Range // of "from A to B": A and B, else zero
}

// Parser reads phrases under one clock and calendar.
type Parser struct {
	Today    time.Time // the date it is for the asker
	Calendar Calendar
}

// At returns the longest phrase that begins at token i, prepositions included.
func (p Parser) At(toks []words.Token, i int) (Phrase, bool) {
	c := cursor{p: p, toks: toks, i: i}
	for _, rule := range rules {
		c.i = i
		if ph, ok := rule(&c); ok {
			ph.Start, ph.End = i, c.i
			return ph, true
		}
	}
	return Phrase{}, false
}

// All returns the phrases of a text from left to right, none overlapping.
func (p Parser) All(toks []words.Token) []Phrase {
	var out []Phrase
	for i := 0; i < len(toks); {
		if ph, ok := p.At(toks, i); ok {
			out = append(out, ph)
			i = ph.End
			continue
		}
		i++
	}
	return out
}

// cursor walks the tokens; every reader either advances past what it took or leaves i as it was.
type cursor struct {
	p    Parser
	toks []words.Token
	i    int
}

type rule func(*cursor) (Phrase, bool)

// rules in the order in which they are tried: the ones that take more words come first.
var rules = []rule{(*cursor).between, (*cursor).fromTo, (*cursor).since, (*cursor).until, (*cursor).plain}

func (c *cursor) word(k int) string {
	if j := c.i + k; j >= 0 && j < len(c.toks) && c.toks[j].Kind != words.Quoted {
		return c.toks[j].Norm
	}
	return ""
}

// eat takes the given words in a row, each written as alternatives "in|during|for".
func (c *cursor) eat(ws ...string) bool {
	for k, w := range ws {
		if !oneOf(c.word(k), w) {
			return false
		}
	}
	c.i += len(ws)
	return true
}

func oneOf(w, alternatives string) bool {
	for w != "" {
		i := 0
		for i < len(alternatives) && alternatives[i] != '|' {
			i++
		}
		if alternatives[:i] == w {
			return true
		}
		if i == len(alternatives) {
			return false
		}
		alternatives = alternatives[i+1:]
	}
	return false
}

func (c *cursor) try(f func() (Phrase, bool)) (Phrase, bool) {
	at := c.i
	ph, ok := f()
	if !ok {
		c.i = at
	}
	return ph, ok
}

// between: "between A and B", both ends included.
func (c *cursor) between() (Phrase, bool) {
	if !c.eat("between") {
		return Phrase{}, false
	}
	c.eat("the")
	return c.pair("and")
}

// fromTo: "from A to B", "A to B", "A - B", both ends included; also "from A" alone, which is since A.
func (c *cursor) fromTo() (Phrase, bool) {
	if c.eat("from") {
		c.eat("the")
		at := c.i
		if ph, ok := c.pair("to|until|till|through|thru"); ok {
			return ph, true
		}
		c.i = at
		a, ok := c.span()
		if !ok {
			return a, false
		}
		if !c.eat("onward|onwards|on|forward") && a.Grain != Day {
			return a, true // "revenue from March" is March's
		}
		return c.openEnd(a), true
	}
	c.preposition()
	return c.pair("to|until|till|through|thru")
}

// pair reads A, a joining word or a dash, B, and spans both. What A leaves unsaid it takes from B
// ("from Q1 to Q2 of this year", "March to May 2025").
func (c *cursor) pair(join string) (Phrase, bool) {
	start := c.i
	a, ok := c.span()
	if !ok {
		return a, false
	}
	dash := c.i < len(c.toks) && c.toks[c.i].Dash
	if !dash && !c.eat(join) && !c.eat("-|–|—") {
		return a, false
	}
	c.eat("the")
	if c.eat("now|today|date|present") {
		return Phrase{Range: Range{a.Range.From, c.p.Today.AddDate(0, 0, 1)}, Grain: a.Grain, Open: true, Missing: a.Missing}, true
	}
	b, ok := c.span()
	if !ok {
		return a, false
	}
	end := c.i
	if a.Range.From.Before(b.Range.From) && a.Bare && !b.Bare && a.Grain == b.Grain && a.Grain < Year {
		// A said no year: take the last one before B, which B's year already is or the one before it.
		a = c.reread(start, b.Range.From)
	} else if a.Bare && !b.Bare && a.Grain < Year && (b.Grain < Year) {
		a = c.reread(start, b.Range.From)
	}
	if !a.Bare && b.Bare && b.Grain < Year && b.Range.From.Before(a.Range.From) {
		b = c.rereadAfter(end, b, a.Range.From)
	}
	c.i = end
	grain := min(a.Grain, b.Grain)
	ph := Phrase{Range: Range{a.Range.From, b.Range.To}, Grain: grain, Missing: a.Missing + b.Missing, Fiscal: a.Fiscal || b.Fiscal, Ends: [2]Range{a.Range, b.Range}}
	if b.Range.To.Before(a.Range.From) && ph.Missing == "" {
		ph.Missing = "the end of “" + c.text(start, end) + "” lies before its start"
	}
	return ph, true
}

// reread reads the span at start again as of a day, so that a bare "Q1" falls in that day's year.
func (c *cursor) reread(start int, asOf time.Time) Phrase {
	d := *c
	d.i, d.p.Today = start, asOf
	ph, _ := d.span()
	return ph
}

// rereadAfter moves a bare span on by years until it lies after from.
func (c *cursor) rereadAfter(_ int, b Phrase, from time.Time) Phrase {
	for n := 0; n < 3 && b.Range.From.Before(from); n++ {
		b.Range = Range{Add(b.Range.From, Year, 1), Add(b.Range.To, Year, 1)}
	}
	return b
}

func (c *cursor) text(start, end int) string {
	s := ""
	for k := start; k < end; k++ {
		if k > start && !c.toks[k].Dash {
			s += " "
		} else if k > start {
			s += "-"
		}
		s += c.toks[k].Text
	}
	return s
}

// since: "since A", "after A", "starting (in|from) A", up to and including today.
func (c *cursor) since() (Phrase, bool) {
	after := false
	switch {
	case c.eat("ever", "since"), c.eat("since"), c.eat("starting|beginning", "in|from|on|with"), c.eat("starting|beginning"):
	case c.eat("after"):
		after = true
	default:
		return Phrase{}, false
	}
	c.eat("the")
	start := c.eat("start|beginning", "of")
	c.eat("the")
	a, ok := c.span()
	if !ok && start {
		a, ok = c.bareUnit()
	}
	if !ok {
		return a, false
	}
	if after {
		a.Range.From = a.Range.To
	}
	return c.openEnd(a), true
}

func (c *cursor) openEnd(a Phrase) Phrase {
	return Phrase{Range: Range{a.Range.From, c.p.Today.AddDate(0, 0, 1)}, Grain: a.Grain, Open: true, Missing: a.Missing, Fiscal: a.Fiscal}
}

// until: "until A", "through A", "up to A" with A inside; "before A" and "prior to A" without it. The
// range has no start: From is the zero time.
func (c *cursor) until() (Phrase, bool) {
	inside := true
	switch {
	case c.eat("before"), c.eat("prior", "to"), c.eat("earlier", "than"):
		inside = false
	case c.eat("until|till|through"), c.eat("up", "to|until"), c.eat("as", "of"):
	default:
		return Phrase{}, false
	}
	c.eat("the")
	a, ok := c.span()
	if !ok {
		return a, false
	}
	end := a.Range.To
	if !inside {
		end = a.Range.From
	}
	return Phrase{Range: Range{To: end}, Grain: a.Grain, Missing: a.Missing, Fiscal: a.Fiscal}, true
}

func (c *cursor) preposition() {
	if c.eat("in|during|for|over|of|on|within|across|throughout|at") {
		c.eat("all", "of")
		c.eat("the")
	}
}

// plain: one span with an optional preposition ("in the last 6 weeks"). A bare number after "of" or
// "for" is no year; span refuses it.
func (c *cursor) plain() (Phrase, bool) {
	c.preposition()
	c.eat("the", "whole|entire|full")
	c.eat("the")
	return c.span()
}
