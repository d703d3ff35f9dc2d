package question

import (
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// number takes a number by what waits for one: a comparison, a field, a superlative.
func (w *plainScan) number(s *Span) {
	t := w.toks[s.Start]
	v, ok := words.Numeral(t)
	if !ok || t.Percent {
		w.failed(s)
		return
	}
	n := w.next()
	switch {
	case w.op != nil:
		w.op.values = append(w.op.values, v.String())
		if w.op.op == semantic.Between && len(w.op.values) < 2 {
			return
		}
		w.settleOpNumber(n)
	case w.sup != nil && w.supN == 0: // "top 3"
		if i, whole := words.Int(t); whole && i > 0 {
			w.supN = i
			return
		}
		w.failed(s)
	case n != nil && n.is(plainSup): // "the 3 youngest"
		if i, whole := words.Int(t); whole && i > 0 {
			w.supN = i
			return
		}
		w.failed(s)
	case w.mode == inHead && n != nil && len(n.of(KindEntity)) > 0 && w.superlativeAhead(): // "the 3 books with the most pages"
		if i, whole := words.Int(t); whole && i > 0 {
			w.ahead = i
			return
		}
		w.failed(s)
	case w.cond != nil && len(w.cond.values) == 0 && !w.owned(n): // "year 2014"
		c := *w.cond
		c.values = []string{v.String()}
		w.add(c)
		w.cond = nil
	case t.Norm == "one" && (n == nil || len(n.of(KindDimension, KindEntity)) == 0): // "each one"
	case w.again(v.String()):
	case year(t) && !w.owned(n): // "in 2014"
		w.add(plainCond{implied: "=year|date", op: semantic.Eq, values: []string{v.String()}})
	case w.mode == inClause || w.owned(n): // "with 4 cylinders"
		w.op = &plainCond{op: semantic.Eq, values: []string{v.String()}}
	default:
		w.failed(s)
	}
}

// period narrows to a stretch of time. A whole year may also be held against a column of years.
func (w *plainScan) period(s *Span) {
	r := s.Period.Range
	if s.Period.Missing != "" || r.IsZero() || w.sup != nil || w.not != nil || w.count != nil {
		w.failed(s)
		return
	}
	c := plainCond{implied: "=year|date", op: semantic.Eq, or: w.or, and: w.cond == nil && w.i > 0 && w.toks[s.Start-1].Norm == "and"}
	if w.op != nil { // "before March 2023"
		if w.op.span != nil || w.op.op == semantic.Between || !strings.HasPrefix(w.op.implied, "=year") {
			w.failed(s)
			return
		}
		c.op, w.op = w.op.op, nil
	}
	if w.cond != nil {
		c.span, w.cond = w.cond.span, nil
	}
	if c.span == nil && w.prev() != nil && (dates(w.prev()) || numericName(w.prev())) {
		c.span = w.unshow()
	}
	w.or = false
	if op, years := inWholeYears(r, s.Period.Open); years != nil && (op == semantic.Eq || c.op == semantic.Eq) {
		c.values = years
		if op != semantic.Eq {
			c.op = op
		}
	} else {
		c.period = r
	}
	w.add(c)
}

// unshow takes the field just before back from what is shown, where something else stays to be shown: in
// "ports established after 1950" it narrows, and is not asked for.
func (w *plainScan) unshow() *Span {
	n := len(w.d.shown)
	if n == 0 || w.d.shown[n-1].agg != "" || w.d.shown[n-1].span != w.prev() || n == 1 && len(w.d.related) == 0 {
		return nil
	}
	w.d.shown = w.d.shown[:n-1]
	return w.prev()
}

// dates says that a span names a date or a year.
func dates(s *Span) bool {
	return slices.ContainsFunc(s.of(KindDimension), func(m Meaning) bool {
		return m.Field.IsTime() || slices.Contains(strings.Fields(m.Field.Phrase()), "year")
	})
}

// inWholeYears says of a stretch of time which years it is, nil when it begins or ends inside one.
func inWholeYears(r timex.Range, open bool) (semantic.Op, []string) {
	starts := func(t time.Time) bool { return !t.IsZero() && t.YearDay() == 1 }
	first, last := r.From.Format("2006"), r.To.AddDate(0, 0, -1).Format("2006")
	switch {
	case starts(r.From) && (r.To.IsZero() || open):
		return semantic.Ge, []string{first}
	case r.From.IsZero() && starts(r.To):
		return semantic.Lt, []string{r.To.Format("2006")}
	case starts(r.From) && starts(r.To) && first == last:
		return semantic.Eq, []string{first}
	case starts(r.From) && starts(r.To):
		return semantic.Between, []string{first, last}
	}
	return semantic.Eq, nil
}

// superlativeAhead says that a ranking stands further on.
func (w *plainScan) superlativeAhead() bool {
	return slices.ContainsFunc(w.spans[w.i+1:], func(s *Span) bool { return s.is(plainSup) })
}

// owned says that the next span is a stored number, which a number before it is a value of ("4 cylinders").
func (w *plainScan) owned(n *Span) bool {
	return n != nil && n.Start == w.spans[w.i].End && numericName(n)
}

// year says that a bare number can be nothing else.
func year(t words.Token) bool {
	n, ok := words.Int(t)
	return ok && t.Kind == words.Number && len(t.Text) == 4 && n >= 1000 && n < 2200
}

// again adds an alternative to the condition before: "in 2014 or 2015".
func (w *plainScan) again(v string) bool {
	n := len(w.d.conds)
	if !w.or || n == 0 || w.d.conds[n-1].op != semantic.Eq || len(w.d.conds[n-1].values) == 0 {
		return false
	}
	w.d.conds[n-1].values = append(w.d.conds[n-1].values, v)
	w.or = false
	return true
}

// settleOpNumber ends a comparison at its number, or leaves it open for the field that follows.
func (w *plainScan) settleOpNumber(next *Span) {
	switch {
	case w.op.span != nil, w.op.implied != "" && w.op.implied[0] == '=':
		w.settleOp()
	case next != nil && len(next.of(KindDimension, KindEntity)) > 0:
	default:
		w.failed(w.spans[w.i])
	}
}

// settleOp puts a whole comparison away: on a field, or on the number of a thing.
func (w *plainScan) settleOp() {
	c := *w.op
	w.op = nil
	if c.span != nil && len(c.span.of(KindEntity)) > 0 && (!numericName(c.span) || c.span.of(KindEntity)[0].Score > c.span.of(KindDimension)[0].Score) {
		if c.or {
			w.failed(c.span)
			return
		}
		w.d.having = append(w.d.having, c)
		return
	}
	w.add(c)
}

// add puts a condition away. Alternatives on different fields are not read.
func (w *plainScan) add(c plainCond) {
	if w.d.lack != nil { // what follows an absent thing narrows it
		w.d.lack.conds = append(w.d.lack.conds, c)
		return
	}
	w.d.conds = append(w.d.conds, c)
}

// value takes a stored value: of the field that waits for one, else of whichever field holds it.
func (w *plainScan) value(s *Span) {
	if w.op != nil || w.sup != nil || w.count != nil && w.next() == nil || w.not != nil && w.lacking() {
		w.failed(s)
		return
	}
	c := plainCond{op: semantic.Eq, stored: s, not: w.not != nil, or: w.or, and: w.i > 0 && w.toks[s.Start-1].Norm == "and"}
	if w.cond != nil {
		c.span, c.or = w.cond.span, c.or || w.cond.or
		w.cond = nil
	} else if w.mode == inHead && len(w.d.shown) == 0 && len(w.aggs) == 0 && w.count == nil && w.next() == nil {
		w.failed(s)
		return
	}
	if c.not {
		c.op = semantic.Ne
	}
	w.or, w.not = false, nil
	w.add(c)
}

// lacking says that "without" or "no" waits for a thing, not for a value.
func (w *plainScan) lacking() bool { return w.not.signs()[0].Word == "lack" }

// text takes quoted text for a field whose values are not indexed.
func (w *plainScan) text(s *Span) {
	c := *w.cond
	c.values, c.text = []string{w.toks[s.Start].Text}, true
	if w.not != nil {
		c.op, w.not = semantic.Ne, nil
	}
	w.add(c)
	w.cond = nil
}

// part takes the text behind "contains".
func (w *plainScan) part(s *Span) {
	if w.toks[s.Start].Kind != words.Quoted || w.cond == nil {
		w.failed(s)
		return
	}
	c := *w.cond
	c.op, c.values, c.text = semantic.Contains, []string{w.toks[s.Start].Text}, true
	w.add(c)
	w.cond, w.like = nil, false
}
