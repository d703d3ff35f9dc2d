package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
)

// plainDraft is what a plain question asks for, by the places of its words: names are not settled yet.
type plainDraft struct {
	shown     []plainPick // what stands where an answer is asked for
	groups    []*Span
	conds     []plainCond
	related   []*Span // things that are named beside: the answer must belong to them
	orders    []plainOrder
	rank      *plainRank
	having    []plainCond // on the number of a thing
	distinct  bool
	numberToo bool  // what ranks is asked for as well
	linked    bool  // a verb was read as saying only that one thing belongs to another
	way       *bool // descending, of an order whose field is not named
	fail      *Span // the first word that could not be accounted for
}

// plainPick is a field or thing that is asked for: itself, its aggregate, or how many there are.
type plainPick struct {
	span     *Span
	agg      string // avg, sum, max, min, count; empty: the values themselves
	distinct bool
}

// plainCond holds a field or the number of a thing against values. A nil span leaves the field to the
// values, or to the names in implied.
type plainCond struct {
	span    *Span
	implied string // "=age": what the adjective speaks of
	op      semantic.Op
	values  []string
	stored  *Span // a value of the workspace
	text    bool  // the value is quoted text
	not     bool
	or      bool // joined to the condition before by "or"
	and     bool // by "and", directly
}

type plainOrder struct {
	span    *Span
	implied string
	agg     string
	desc    bool
}

// plainRank keeps only the first or last of an order.
type plainRank struct {
	order plainOrder
	count bool // by the number of what the order's span names
	n     int
	of    *Span // what is ranked by how often it occurs
}

// plainMode is where in a question the scan is.
type plainMode uint8

const (
	inHead   plainMode = iota // what is asked for
	inClause                  // what narrows it
	inGroup                   // behind "each"
	inOrder                   // behind "sorted by"
)

// plainScan walks the spans once. The fields are what the last words have opened; whatever is still open
// at the end was not understood.
type plainScan struct {
	d     *plainDraft
	toks  []words.Token
	spans []*Span
	i     int
	mode  plainMode

	count    *Sign
	aggs     []string
	aggUsed  bool // the aggregates have found a field, and may find more
	sup      *Sign
	supN     int
	top      *Span // "top 3" of what, waiting for by what
	topN     int
	topDesc  bool
	cond     *plainCond // a field in a clause, waiting for its value
	op       *plainCond // a comparison, waiting for its number or its field
	not      *Span
	or, like bool
}

func scanPlain(toks []words.Token, spans []*Span) *plainDraft {
	w := &plainScan{d: &plainDraft{}, toks: toks, spans: spans}
	for ; w.i < len(spans) && w.d.fail == nil; w.i++ {
		w.step(spans[w.i])
	}
	if w.d.fail == nil {
		w.finish()
	}
	return w.d
}

func (w *plainScan) failed(s *Span) { w.d.fail = s }

// finish settles what the end of the question settles, and fails on what is left open.
func (w *plainScan) finish() {
	last := w.spans[len(w.spans)-1]
	if w.top != nil && w.d.rank == nil {
		w.failed(w.top) // top by what?
	}
	if w.cond != nil && len(w.cond.values) == 0 {
		w.failed(w.cond.span)
	}
	if w.count != nil && w.counted() { // "list the name and the count"
		w.count, w.d.numberToo = nil, true
	}
	if w.count != nil || w.sup != nil || len(w.aggs) > 0 && !w.aggUsed || w.op != nil || w.not != nil || w.like || w.or {
		w.failed(last)
	}
	if w.mode == inOrder && len(w.d.orders) == 0 && w.d.way == nil {
		w.failed(last)
	}
}

// counted says that the question has said what it counts.
func (w *plainScan) counted() bool {
	return w.d.rank != nil && w.d.rank.count || slices.ContainsFunc(w.d.shown, func(k plainPick) bool { return k.agg == "count" })
}

func (w *plainScan) step(s *Span) {
	name := len(s.of(KindDimension, KindEntity)) > 0
	value := s.of(KindValue)
	signs := s.signs()
	switch {
	case s.Kind == KindFiller:
		w.filler(s)
	case len(signs) > 0 && (!name && len(value) == 0 || w.signHere(s, signs[0])):
		w.sign(s, signs[0])
	case w.like:
		w.part(s)
	case !name && s.End == s.Start+1 && (s.Kind == KindNumber || w.toks[s.Start].Kind == words.Number):
		w.number(s)
	case name && !(len(value) > 0 && w.valueHere(s)):
		w.name(s)
	case len(value) > 0:
		w.value(s)
	case w.toks[s.Start].Kind == words.Quoted && w.cond != nil:
		w.text(s)
	case links[w.toks[s.Start].Norm] && s.End == s.Start+1 && w.sup == nil && w.op == nil && w.not == nil:
		w.d.linked = true
	default:
		w.failed(s)
	}
}

// asks are words that begin what is asked for.
var asks = wordSet("list show give find return what display report")

// filler ends a list at a word that begins something new.
func (w *plainScan) filler(s *Span) {
	t := w.toks[s.Start].Norm
	if asks[t] && w.cond == nil { // "for each country, list …"
		w.mode = inHead
	}
	if t == "." || t == "?" || t == "!" || t == ";" {
		if w.mode != inHead && w.i+1 < len(w.spans) {
			w.mode = inHead // a second sentence says what to show
		}
	}
	if t == "of" || t == "for" || t == "from" || t == "in" || t == "at" || t == "on" || t == "to" {
		w.spend()
		if w.mode == inGroup {
			w.mode = inHead
		}
	}
}

// spend ends the list that an aggregate has begun; one that has found no field yet goes on waiting.
func (w *plainScan) spend() {
	if w.aggUsed {
		w.aggs, w.aggUsed = nil, false
	}
}

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

// valueHere says that a word which is both a name and a stored value is the value: behind its field.
func (w *plainScan) valueHere(s *Span) bool {
	if w.cond != nil && len(w.cond.values) == 0 {
		return true
	}
	return w.toks[s.Start].Kind == words.Quoted
}

func (w *plainScan) next() *Span {
	for _, s := range w.spans[w.i+1:] {
		if s.Kind != KindFiller || w.toks[s.Start].Kind == words.Punct {
			return s
		}
	}
	return nil
}

// nextWord is the next span that is neither filler nor punctuation.
func (w *plainScan) nextWord() *Span {
	for _, s := range w.spans[w.i+1:] {
		if s.Kind != KindFiller {
			return s
		}
	}
	return nil
}

func (w *plainScan) prev() *Span {
	for j := w.i - 1; j >= 0; j-- {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

// before says that only a word stands between this span and the last one that is no filler.
func (w *plainScan) after(word string) bool {
	return w.i > 0 && w.toks[w.spans[w.i].Start-1].Norm == word
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
		}
	case plainSuffix:
		if n := len(w.d.conds); n > 0 && w.prev() != nil && w.toks[w.prev().Start].Kind == words.Number && w.d.conds[n-1].op == semantic.Eq {
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
	desc := g.Desc
	if n := len(w.d.orders); n > 0 {
		for i := range w.d.orders {
			w.d.orders[i].desc = desc
		}
		return
	}
	w.d.way = &desc
	w.mode = inOrder
}

// each opens a list of groups. "By" does so only where there is something to split.
func (w *plainScan) each(s *Span) {
	if w.toks[s.Start].Norm == "by" {
		switch {
		case w.top != nil:
			w.mode = inOrder
			return
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

// clause turns to what narrows. At the beginning the same words ask what is to be shown.
func (w *plainScan) clause(s *Span) {
	if w.cond != nil && len(w.cond.values) == 0 {
		if w.toks[s.Start].Norm == "has" || w.toks[s.Start].Norm == "have" || w.toks[s.Start].Norm == "had" {
			return
		}
		w.d.related = append(w.d.related, w.cond.span)
		w.cond = nil
	}
	if s.Start == 0 && (w.toks[0].Norm == "which" || w.toks[0].Norm == "who") {
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

func (w *plainScan) name(s *Span) {
	field := len(s.of(KindDimension)) > 0
	switch {
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
	case w.sup != nil && w.subject(s) && w.sup.Word != supMost: // "the top 3 transaction statuses"
		w.d.related = append(w.d.related, s)
	case w.sup != nil:
		w.ranked(s, field)
	case w.not != nil:
		w.failed(s) // what has no such thing
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
		w.aggUsed = true
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

// generic says that "name" only repeats that the field directly before it is one.
func (w *plainScan) generic(s *Span) bool {
	if s.End != s.Start+1 || w.toks[s.Start].Stem != "name" || w.i == 0 || w.spans[w.i-1].End != s.Start {
		return false
	}
	p := w.spans[w.i-1]
	fs := p.of(KindDimension)
	return len(fs) > 0 && len(p.of(KindEntity)) == 0 && !numeric(fs[0].Field.Type)
}

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
	for j := w.i - 1; j >= 0 && (w.spans[j].Kind == KindFiller || w.spans[j].is(plainDistinct)); j-- {
		switch w.toks[w.spans[j].Start].Norm {
		case "of", "for", "from", "in", "on", "at", "among":
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
		w.d.orders = append(w.d.orders, plainOrder{span: s, agg: "count", desc: w.d.way != nil && *w.d.way})
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
	w.d.orders = append(w.d.orders, plainOrder{span: s, agg: w.onlyAgg(""), desc: w.d.way != nil && *w.d.way})
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

// ranked gives a superlative what it is about.
func (w *plainScan) ranked(s *Span, field bool) {
	g, n := *w.sup, w.supN
	entity := len(s.of(KindEntity)) > 0
	w.sup, w.supN = nil, 0
	single := n
	if single == 0 {
		single = 1
	}
	switch {
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
