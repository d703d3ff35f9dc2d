package question

import (
	"strings"
)

// ranked gives a superlative what it is about.
func (w *plainScan) ranked(s *Span, field bool) {
	g, n := *w.sup, max(w.supN, w.ahead)
	w.ahead = 0
	entity := len(s.of(KindEntity)) > 0
	w.sup, w.supN = nil, 0
	single := n
	if single == 0 {
		single = 1
	}
	switch {
	case len(w.aggs) == 1 && !w.aggUsed && field && g.Word == "": // "which type has the highest average tonnage"
		w.d.rank = &plainRank{order: plainOrder{span: s, agg: w.aggs[0], desc: g.Desc}, n: single}
		w.aggs = nil
	case g.Word == supCommon:
		w.d.rank = &plainRank{order: plainOrder{desc: g.Desc}, n: single, of: s}
		w.d.shown = append(w.d.shown, plainPick{span: s})
	case g.Word == supTop:
		if n == 0 {
			w.failed(s)
			return
		}
		w.top, w.topN, w.topDesc = s, n, g.Desc
		w.d.shown = append(w.d.shown, plainPick{span: s})
	case strings.HasPrefix(g.Word, "="):
		if !entity && !field {
			w.failed(s)
			return
		}
		w.d.rank = &plainRank{order: plainOrder{implied: g.Word, desc: g.Desc}, n: single}
		if field && !entity { // "the earliest year"
			w.d.rank.order = plainOrder{span: s, desc: g.Desc}
			if len(w.d.shown) == 0 && w.mode == inHead {
				w.head(s, g)
			}
			return
		}
		w.place(s)
	case g.Word == supMost && (entity || !numericName(s)):
		w.d.rank = &plainRank{order: plainOrder{span: s, desc: g.Desc}, count: true, n: single}
	case field && !(entity && s.of(KindEntity)[0].Score > s.of(KindDimension)[0].Score):
		w.d.rank = &plainRank{order: plainOrder{span: s, desc: g.Desc}, n: single}
		if len(w.d.shown) == 0 && w.mode == inHead {
			w.head(s, g)
		} else if w.mode == inHead && w.after("and") {
			w.d.shown = append(w.d.shown, plainPick{span: s})
		}
	default:
		w.failed(s) // "the largest country": by what?
	}
	w.count = nil
}

// head reads a superlative where nothing else is asked for: the highest value itself.
func (w *plainScan) head(s *Span, g Sign) {
	fn := "min"
	if g.Desc {
		fn = "max"
	}
	w.d.rank = nil
	w.d.shown = append(w.d.shown, plainPick{span: s, agg: fn})
}

// place puts a thing that a superlative stood before where it belongs.
func (w *plainScan) place(s *Span) {
	if w.mode == inHead {
		w.d.shown = append(w.d.shown, plainPick{span: s})
	} else {
		w.d.related = append(w.d.related, s)
	}
}

func numericName(s *Span) bool {
	ms := s.of(KindDimension)
	return len(ms) > 0 && numeric(ms[0].Field.Type)
}

func numeric(typ string) bool {
	for _, p := range []string{"tinyint", "smallint", "integer", "bigint", "double", "real", "decimal"} {
		if strings.HasPrefix(typ, p) {
			return true
		}
	}
	return false
}
