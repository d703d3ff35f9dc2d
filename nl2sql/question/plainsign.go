package question

import (
	"slices"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
)

// asks are words that begin what is asked for.
var asks = wordSet("list show give find return what display report")

// signHere says that a word which is both a name and grammar is the latter: a superlative or aggregate
// before a name ("the average age" though a stadium has an average).
func (w *plainScan) signHere(_ *Span, g Sign) bool {
	n := w.nextWord()
	if n == nil {
		return false
	}
	named := len(n.of(KindDimension, KindEntity)) > 0
	return named || g.Kind == plainSup && n.Kind == KindNumber || n.is(plainSup) || n.is(plainAgg)
}

func (w *plainScan) sign(s *Span, g Sign) {
	switch g.Kind {
	case plainCount:
		if w.sup != nil && w.sup.Word == "" { // "the highest number of"
			w.sup.Word = supMost
			return
		}
		w.count = &g
		if w.cond == nil && (w.mode == inGroup || w.mode == inClause && w.toks[s.Start].Norm == "how") {
			w.mode = inHead
		}
	case plainAlso:
		w.spend()
		w.mode = inHead
	case plainDistinct:
		w.d.distinct = true
	case plainAgg:
		w.aggs = append(w.aggs, g.Word)
	case plainSup:
		w.superlative(s, g)
	case plainSort:
		w.spend()
		w.mode = inOrder
	case plainWay:
		w.direction(g)
	case plainOp:
		if w.op != nil {
			w.failed(s)
			return
		}
		w.op = &plainCond{op: g.Op, implied: g.Word, or: w.or, not: w.not != nil}
		w.or, w.not = false, nil
		if w.op.not {
			w.failed(s) // "not more than" is one phrase; any other order of the two is not read
			return
		}
		if w.cond != nil && len(w.cond.values) == 0 {
			w.op.span, w.cond = w.cond.span, nil
		} else if w.prev() != nil && w.mode == inHead && numericName(w.prev()) && w.prev().End == s.Start {
			w.op.span = w.unshow()
		}
	case plainSuffix:
		if n := len(w.d.conds); n > 0 && w.prev() != nil && w.toks[w.prev().End-1].Kind == words.Number && w.d.conds[n-1].op == semantic.Eq {
			w.d.conds[n-1].op = g.Op
			return
		}
		w.failed(s)
	case plainNot:
		w.not = s
	case plainOr:
		if len(w.d.conds) == 0 && w.cond == nil {
			w.failed(s)
			return
		}
		w.or = true
	case plainEach:
		w.each(s)
	case plainClause:
		w.clause(s)
	case plainLike:
		if w.cond == nil {
			w.failed(s)
			return
		}
		w.like = true
	default:
		w.failed(s)
	}
}

// superlative opens one; several before one field ("minimum and maximum share") are aggregates.
func (w *plainScan) superlative(s *Span, g Sign) {
	fn := "min"
	if g.Desc {
		fn = "max"
	}
	n := w.nextWord()
	among := len(w.aggs) > 0 || n != nil && (n.is(plainSup) || n.is(plainAgg))
	if g.Word == "" && among && w.mode == inHead {
		w.aggs = append(w.aggs, fn)
		return
	}
	if w.top != nil && w.topN > 0 && g.Word != supTop { // "the top 5 domains with the highest number of authors"
		w.sup, w.supN, w.top = &g, w.topN, nil
		return
	}
	if w.sup != nil && w.sup.Word == supTop && g.Word != supTop { // "top 3 highest"
		w.sup = &g
		return
	}
	if w.sup != nil || w.d.rank != nil {
		w.failed(s) // a superlative of a superlative
		return
	}
	w.sup = &g
	if p := w.prev(); p != nil && p.Kind == KindNumber && w.supN > 0 {
		return
	}
	w.supN = 0
}

// direction says which way the order goes that was or will be said.
func (w *plainScan) direction(g Sign) {
	if n := len(w.d.orders); n > 0 {
		for i := range w.d.orders {
			w.d.orders[i].desc = g.Desc
		}
		return
	}
	w.d.way = &g
	w.mode = inOrder
}

// each opens a list of groups. "By" does so only where there is something to split.
func (w *plainScan) each(s *Span) {
	if w.toks[s.Start].Norm == "by" {
		switch {
		case w.top != nil:
			w.mode = inOrder
			return
		case s.Start > 0 && links[w.toks[s.Start-1].Norm]:
			return // "written by": who did it
		case w.countsBy():
			w.d.shown[0].agg = "count" // "claims by status": how many of each
		case !slices.ContainsFunc(w.d.shown, func(p plainPick) bool { return p.agg != "" }):
			return // who did it: a value or a thing follows
		}
	}
	if w.cond != nil {
		w.failed(s)
		return
	}
	w.spend()
	w.mode = inGroup
}

// countsBy says that a thing alone stands before "by" and only a field of it behind.
func (w *plainScan) countsBy() bool {
	if len(w.d.shown) != 1 || w.d.shown[0].agg != "" || len(w.d.shown[0].span.of(KindEntity)) == 0 || w.d.shown[0].span.End != w.spans[w.i].Start || w.i+1 >= len(w.spans) {
		return false
	}
	next := w.spans[w.i+1]
	return len(next.of(KindDimension)) > 0 && len(next.of(KindEntity, KindValue)) == 0
}

// being are the verbs behind which "who" is what is named next: "who are the authors".
var being = wordSet("is are was were has have had")

// clause turns to what narrows. At the beginning the same words ask what is to be shown.
func (w *plainScan) clause(s *Span) {
	if w.cond != nil && len(w.cond.values) == 0 {
		if w.toks[s.Start].Norm == "has" || w.toks[s.Start].Norm == "have" || w.toks[s.Start].Norm == "had" {
			return
		}
		w.d.related = append(w.d.related, w.cond.span)
		w.cond = nil
	}
	if s.Start == 0 {
		if t := w.toks[0].Norm; t == "when" || t == "where" || t == "who" && (len(w.toks) == 1 || !being[w.toks[1].Norm]) {
			w.failed(s) // asks for a time, a place or somebody, and names none
		}
		return
	}
	if len(w.d.shown)+len(w.d.related)+len(w.d.groups) == 0 {
		if t := w.toks[s.Start].Norm; t == "which" || t == "who" {
			return // "in which year", "for the 4 cylinder cars, which model"
		}
	}
	w.spend()
	w.mode = inClause
}
