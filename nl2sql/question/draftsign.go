package question

import (
	"strings"

	"github.com/limn-data/limn/internal/words"
)

// sign takes a word of the grammar.
func (w *drafter) sign(s *Span, g Sign) {
	d := w.d
	switch g.Kind {
	case signBy:
		w.grouping, w.negating = true, false
	case signGrain:
		d.grain = g.Grain
	case signUnit:
		switch {
		case w.unitHere():
			d.grain, d.unit = g.Grain, true
			w.whichNext, w.ranking = false, nil
		default:
			d.open = append(d.open, s)
		}
	case signTrend:
		d.trend = true
	case signCompare:
		d.compare, d.offset = g.Compare, g.Grain
	case signVersus:
		w.versus, d.versus = true, true
		w.grouping = false
	case signGrowth:
		if n := w.i + 1; n < len(w.spans) && len(w.spans[n].of(KindDimension, KindEntity)) > 0 && len(w.spans[n].of(KindMetric)) == 0 && s.End-s.Start == 1 {
			d.open = append(d.open, s) // "the Growth plan": a name that is not known
			return
		}
		d.growth = true
	case signTarget:
		d.target = true
	case signTop:
		d.growth = d.growth || g.Word == "growth"
		d.top = &rank{desc: g.Desc, span: s, good: g.Word == "good", change: g.Word == "growth", common: strings.Contains(w.norm(s), "common") || strings.Contains(w.norm(s), "frequent") || strings.Contains(w.norm(s), "popular"), said: w.toks[s.Start].Norm == "top" || w.toks[s.Start].Norm == "bottom"}
		if w.lastNum != nil {
			n, _ := words.Int(w.toks[w.lastNum.Start])
			d.top.n, d.top.said = n, true
			w.lastNum = nil
		}
		w.ranking = d.top
	case signWhich:
		d.which, w.whichNext = true, true
	case signCount:
		d.count, w.countNext = true, true
	case signList:
		w.listNext, d.list = true, true
	case signShare:
		d.share = true
		w.grouping = false
	case signAggregate:
		if d.aggregate == "" {
			d.aggregate = g.Word
		}
	case signThreshold:
		if w.lastNum != nil { // "10 or more"
			v, _ := words.Numeral(w.toks[w.lastNum.Start])
			d.limits = append(d.limits, threshold{op: g.Op, values: []string{v.String()}, pct: w.toks[w.lastNum.Start].Percent, span: s})
			w.lastNum = nil
			return
		}
		if n := w.next(); n == nil || n.Kind != KindNumber && !(n.Period != nil && n.Period.Bare) {
			w.thresholdWithoutNumber(s, g)
			return
		}
		w.pending = &threshold{op: g.Op, span: s}
		if p := w.prev(); p != nil && len(p.of(KindMetric)) > 0 {
			w.pending.target = mention{p, p.of(KindMetric)}
		} else if p != nil && measureOf(mention{p, p.of(KindDimension)}) != nil {
			w.pending.target = mention{p, p.of(KindDimension)}
		}
	case signNot:
		w.negating, w.grouping = true, false
	case signAnd:
		w.versus = w.versus || d.versus && w.prev() != nil && w.prev().Period != nil
	case signWith:
		w.grouping, w.whichNext = false, false
	case signDefine, signOwner, signOrigin, signFresh, signAbout:
		n := 2
		if g.Word == "weak" {
			n = 1
		}
		d.meta[g.Kind] += n
	case signChart:
		d.chart = g.Word
	case signUnanswered:
		d.no = &g
	case signDuration:
		d.open = append(d.open, s)
	case signNewest:
		w.newest(s, g)
	case signOther:
		d.other = true
	}
}
