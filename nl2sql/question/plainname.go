package question

import (
	"slices"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
)

func (w *plainScan) name(s *Span) {
	field := len(s.of(KindDimension)) > 0
	switch {
	case w.count != nil && w.count.Word == "bare":
		w.failed(s) // the number of what?
	case w.op == nil && w.sup == nil && w.count == nil && field && w.cond == nil && w.beforeValue(s): // "of model volvo"
		w.cond = &plainCond{span: s, op: semantic.Eq, or: w.or}
		w.or = false
	case w.op != nil && len(w.op.values) > 0 && w.op.span == nil: // "more than 4 cylinders"
		w.op.span = s
		w.settleOp()
	case w.op != nil && w.op.span == nil && field: // "above age 20"
		w.op.span = s
	case w.op != nil:
		w.failed(s)
	case w.generic(s): // "the country name"
	case w.ofValue(s): // "the English language"
	case w.count != nil && w.beforeThing(s): // "how many customer orders"
		w.d.related = append(w.d.related, s)
	case w.sup != nil && w.subject(s) && w.sup.Word != supMost: // "the top 3 transaction statuses"
		w.d.related = append(w.d.related, s)
	case w.sup != nil:
		w.ranked(s, field)
	case w.not != nil && len(s.of(KindEntity)) > 0 && w.d.lack == nil && w.count == nil: // "stadiums without a concert"
		w.d.lack, w.not, w.mode = &plainLack{span: s}, nil, inClause
	case w.not != nil:
		w.failed(s)
	case w.top != nil && w.mode == inOrder && w.d.rank == nil:
		o := plainOrder{span: s, desc: w.topDesc}
		if w.count == nil {
			o.agg = w.onlyAgg("")
		}
		w.d.rank = &plainRank{order: o, count: w.count != nil, n: w.topN}
		w.count, w.aggs = nil, nil
	case w.count != nil && w.countable(s):
		w.counts(s)
	case len(w.aggs) > 0 && field && w.mode == inHead && !(w.aggUsed && !measured(s)):
		w.aggUsed, w.count = true, nil // "the average number of pages"
		for _, a := range w.aggs {
			w.d.shown = append(w.d.shown, plainPick{span: s, agg: a})
		}
		if n := w.i + 1; n < len(w.spans) && w.toks[w.spans[n].Start].Norm != "and" && w.toks[w.spans[n].Start].Norm != "," {
			w.spend()
		}
	case len(w.aggs) > 0 && !w.aggUsed:
		w.failed(s)
	case w.mode == inGroup:
		w.d.groups = append(w.d.groups, s)
	case w.mode == inOrder:
		w.ordered(s)
	case w.mode == inClause && !w.countField(s):
		w.narrows(s, field)
	case len(s.of(KindEntity)) > 0 && w.subject(s):
		w.d.related = append(w.d.related, s)
	default:
		w.count = nil
		w.d.shown = append(w.d.shown, plainPick{span: s})
	}
}

// repeats says that a span repeats what was asked for or split by ("… in that genre").
func (w *plainScan) repeats(s *Span) bool {
	same := func(o *Span) bool {
		return o != s && o.End-o.Start == s.End-s.Start && w.toks[o.End-1].Stem == w.toks[s.End-1].Stem
	}
	return slices.ContainsFunc(w.d.groups, same) || slices.ContainsFunc(w.d.shown, func(k plainPick) bool { return same(k.span) })
}

// generic says that "name" only repeats that the field directly before it is one.
func (w *plainScan) generic(s *Span) bool {
	if s.End != s.Start+1 || w.toks[s.Start].Stem != "name" || w.i == 0 || w.spans[w.i-1].End != s.Start {
		return false
	}
	p := w.spans[w.i-1]
	fs := p.of(KindDimension)
	return len(fs) > 0 && len(p.of(KindEntity)) == 0 && !numeric(fs[0].Field.Type)
}

// ofValue gives a value the field that stands directly behind it.
func (w *plainScan) ofValue(s *Span) bool {
	n := len(w.d.conds)
	if n == 0 || w.i == 0 || w.d.conds[n-1].stored != w.spans[w.i-1] || w.d.conds[n-1].span != nil || w.spans[w.i-1].End != s.Start {
		return false
	}
	if !slices.ContainsFunc(w.spans[w.i-1].of(KindValue), func(v Meaning) bool {
		return slices.ContainsFunc(s.of(KindDimension), func(m Meaning) bool { return m.Field == v.Field })
	}) {
		return false
	}
	w.d.conds[n-1].span = s
	return true
}

// beforeThing says that a thing stands directly before another thing, of which it only says whose it is.
func (w *plainScan) beforeThing(s *Span) bool {
	n := w.i + 1
	return len(s.of(KindEntity)) > 0 && n < len(w.spans) && w.spans[n].Start == s.End && len(w.spans[n].of(KindEntity)) > 0
}

// called opens a condition on what the thing before is called: "the ship named 'Lettice'".
func (w *plainScan) called(s *Span) bool {
	p := w.prev()
	if s.Start == 0 || p == nil || len(p.of(KindEntity)) == 0 || !calls[w.toks[s.Start-1].Norm] {
		return false
	}
	w.cond = &plainCond{span: p, op: semantic.Eq}
	return true
}

var calls = wordSet("named called titled name title")

func measured(s *Span) bool {
	ms := s.of(KindDimension)
	return len(ms) > 0 && ms[0].Field.Role == model.RoleMeasure
}

// beforeValue says that the next span is a value of this one's field.
func (w *plainScan) beforeValue(s *Span) bool {
	n := w.next()
	if n == nil || len(n.of(KindDimension, KindEntity)) > 0 {
		return false
	}
	return slices.ContainsFunc(n.of(KindValue), func(v Meaning) bool {
		return slices.ContainsFunc(s.of(KindDimension), func(m Meaning) bool { return m.Field == v.Field })
	})
}

// subject says that a thing in the head only names whose fields are asked for: behind "of" and its like
// where something is asked for already, or directly before one of its own fields.
func (w *plainScan) subject(s *Span) bool {
	if w.i+1 < len(w.spans) {
		n := w.spans[w.i+1]
		for _, e := range s.of(KindEntity) {
			if slices.ContainsFunc(n.of(KindDimension), func(m Meaning) bool { return m.Field.Dataset == e.Dataset }) && n.Kind != KindFiller {
				return true
			}
		}
	}
	if len(w.d.shown) == 0 || w.sup != nil {
		return false
	}
	for j := w.i - 1; j >= 0 && (w.spans[j].Kind == KindFiller || w.spans[j].is(plainDistinct) || w.spans[j].Kind == KindValue); j-- {
		switch w.toks[w.spans[j].Start].Norm {
		case "of", "for", "from", "in", "on", "at", "among", "across":
			return true
		}
	}
	p := w.prev()
	return p != nil && p.is(plainEach) && w.mode == inHead // "song names by singers"
}

// countable says that "how many" counts what follows. A number that is stored ("the number of cylinders")
// is shown, not counted; the caller falls through to where it stands.
func (w *plainScan) countable(s *Span) bool {
	return !w.countField(s)
}

// countField says that "number of X" names a stored number.
func (w *plainScan) countField(s *Span) bool {
	if w.count == nil || w.count.Word == "distinct" || len(s.of(KindEntity)) > 0 {
		return false
	}
	ms := s.of(KindDimension)
	return len(ms) > 0 && numeric(ms[0].Field.Type) && ms[0].Score >= 0.9
}

func (w *plainScan) counts(s *Span) {
	switch w.mode {
	case inOrder:
		w.d.orders = append(w.d.orders, plainOrder{span: s, agg: "count", desc: w.d.way != nil && w.d.way.Desc})
	case inHead:
		w.d.shown = append(w.d.shown, plainPick{span: s, agg: "count", distinct: w.count.Word == "distinct"})
	default:
		w.failed(s)
		return
	}
	w.count = nil
}

func (w *plainScan) onlyAgg(otherwise string) string {
	if len(w.aggs) == 1 {
		return w.aggs[0]
	}
	return otherwise
}

// ordered takes a name behind "sorted by".
func (w *plainScan) ordered(s *Span) {
	if w.count != nil {
		w.failed(s)
		return
	}
	w.d.orders = append(w.d.orders, plainOrder{span: s, agg: w.onlyAgg(""), desc: w.d.way != nil && w.d.way.Desc})
	w.aggs = nil
}

// narrows takes a name in a clause: a field that waits for its value, or a thing that things belong to.
func (w *plainScan) narrows(s *Span, field bool) {
	if w.cond != nil {
		if len(w.cond.span.of(KindEntity)) == 0 && !w.adjoins(w.cond.span, s) {
			w.failed(w.cond.span)
			return
		}
		w.d.related = append(w.d.related, w.cond.span)
		w.cond = nil
	}
	if !field {
		w.d.related = append(w.d.related, s)
		return
	}
	c := &plainCond{span: s, op: semantic.Eq, or: w.or}
	w.or = false
	if n := len(w.d.conds); n > 0 && w.prev() != nil && w.prev().Kind == KindNumber && w.d.conds[n-1].span == nil && w.d.conds[n-1].implied == "" && w.d.conds[n-1].stored == nil {
		w.d.conds[n-1].span = s // "with 4 cylinders"
		return
	}
	w.cond = c
}

// adjoins says that a field's name goes on in the next span ("tv channel series name").
func (w *plainScan) adjoins(a, b *Span) bool { return a.End == b.Start && len(a.of(KindEntity)) > 0 }
