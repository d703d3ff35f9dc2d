package question

import (
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// newest takes a word that asks for rows by their date: "the latest 10 tickets", "the 10 latest tickets",
// "the last 10 tickets".
func (w *drafter) newest(s *Span, g Sign) {
	if w.d.newest != nil {
		w.d.open = append(w.d.open, s)
		return
	}
	w.d.newest, w.listNext = &rank{desc: g.Desc, span: s}, true
	if w.lastNum != nil {
		w.d.newest.n, _ = words.Int(w.toks[w.lastNum.Start])
		w.lastNum = nil
	}
}

// countsNewest says that the number at hand is how many of the newest are asked for.
func (w *drafter) countsNewest() bool {
	return w.d.newest != nil && w.d.newest.n == 0 && w.prev() != nil && w.prev().is(signNewest)
}

// newestRows settles that a question for the newest asks for rows. Beside words that ask for a number or
// for a split of one it has no meaning: "the latest revenue by region" may be that of any span of time.
func (b *builder) newestRows() bool {
	d := b.d
	if d.newest == nil {
		return true
	}
	if d.count || len(d.groups) > 0 || d.grain != timex.NoGrain || d.trend || d.share || d.growth || d.target || d.top != nil ||
		d.aggregate != "" || d.compare != semantic.NoCompare {
		return b.notDefined(d.newest.span)
	}
	d.list = true
	return true
}

// rankNewest orders a listing by the date of its rows.
func (b *builder) rankNewest(r *rank) bool {
	if b.q.Rows == nil || b.q.Rows.Time == nil {
		return b.notDefined(r.span)
	}
	if r.n == 0 {
		r.n = 10
		b.assume("“%s” without a number shows 10", b.text(r.span))
	}
	return b.orderRows(r, b.q.Rows.Time)
}
