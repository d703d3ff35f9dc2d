package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
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

// drafter walks the spans once from left to right. The states are what the last words have opened:
// "by" opens a list of groups, "excluding" a list of values, "more than" waits for a number.
type drafter struct {
	d     *draft
	toks  []words.Token
	spans []*Span
	i     int

	grouping  bool
	negating  bool
	ranking   *rank
	pending   *threshold
	whichNext bool
	countNext bool
	listNext  bool
	versus    bool
	lastNum   *Span
	lastGroup int // index of the last span that was taken for a group
}

func newDraft(toks []words.Token, spans []*Span) *draft {
	w := &drafter{d: &draft{meta: map[SignKind]int{}}, toks: toks, spans: spans, lastGroup: -9}
	for ; w.i < len(spans); w.i++ {
		w.step(spans[w.i])
	}
	if w.lastNum != nil {
		w.d.open = append(w.d.open, w.lastNum)
	}
	if n := len(spans); w.grouping && n > 0 && spans[n-1].is(signBy) { // "revenue by": by what?
		w.d.open = append(w.d.open, spans[n-1])
	}
	return w.d
}

// superlativeFollows says that a ranking word stands further on, so that a bare number is how many.
func (w *drafter) superlativeFollows() bool {
	for _, s := range w.spans[w.i+1:] {
		if s.is(signTop) {
			return true
		}
	}
	return false
}

// next is the following span that is not a filler, nil at the end.
func (w *drafter) next() *Span {
	for j := w.i + 1; j < len(w.spans); j++ {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

func (w *drafter) prev() *Span {
	for j := w.i - 1; j >= 0; j-- {
		if w.spans[j].Kind != KindFiller {
			return w.spans[j]
		}
	}
	return nil
}

func (w *drafter) step(s *Span) {
	switch {
	case s.Kind == KindFiller:
		if t := w.toks[s.Start]; t.Kind == words.Word {
			if n := w.i + 1; t.Norm == "what" && n < len(w.spans) && len(w.spans[n].of(KindDimension, KindEntity)) > 0 && len(w.spans[n].of(KindMetric)) == 0 {
				w.d.which, w.whichNext = true, true // "what industry brought in …"
			}
			w.closeOn(t.Norm)
		} else if t.Norm == ";" {
			w.close()
		}
		return
	case s.Period != nil && w.takesPeriod(s):
		w.period(s)
		return
	case s.Kind == KindNumber && len(s.of(KindValue)) == 0:
		w.number(s)
		return
	case s.Kind == KindOpen && len(s.Meanings) == 0:
		w.d.open = append(w.d.open, s)
		return
	}
	if w.name(s) {
		return
	}
	if g, ok := w.chooseSign(s); ok {
		w.sign(s, g)
		return
	}
	w.d.open = append(w.d.open, s)
}

// chooseSign picks among the signs of one word: "mean" is an average unless the question asks what
// something means.
func (w *drafter) chooseSign(s *Span) (Sign, bool) {
	signs := s.signs()
	if len(signs) == 0 {
		return Sign{}, false
	}
	for _, g := range signs {
		if g.Kind == signDefine && w.d.meta[signDefine] > 0 {
			return g, true
		}
	}
	return signs[0], true
}

// closeOn ends an open list at a preposition that begins something new.
func (w *drafter) closeOn(word string) {
	switch word {
	case "in", "for", "on", "during", "within", "at":
		w.grouping, w.negating = false, w.negating && word != "for" && w.prev() != nil && w.prev().is(signNot)
	case "from":
		w.negating = w.negating && w.prev() != nil && w.prev().is(signNot)
		w.grouping = false
	}
}

func (w *drafter) close() { w.grouping, w.negating, w.versus = false, false, false }

// takesPeriod says whether a span that could be time is: a bare number after "top" or "more than" is a
// number, and a name of the workspace stays a name.
func (w *drafter) takesPeriod(s *Span) bool {
	if len(s.of(KindMetric, KindDimension, KindEntity, KindValue)) > 0 && s.Period.Bare && s.Period.End-s.Period.Start == 1 {
		return false
	}
	return !(s.Period.Bare && s.Period.Grain == timex.Year && (w.pending != nil || w.ranking != nil && w.ranking.n == 0))
}

func (w *drafter) period(s *Span) {
	w.grouping = false
	w.d.periods = append(w.d.periods, period{phrase: *s.Period, versus: w.versus, not: w.negating && w.prev() != nil && w.prev().is(signNot), span: s})
	w.versus, w.negating = false, false
}

func (w *drafter) number(s *Span) {
	t := w.toks[s.Start]
	v, _ := words.Numeral(t)
	switch {
	case w.pending != nil:
		w.pending.values = append(w.pending.values, v.String())
		w.pending.pct = w.pending.pct || t.Percent
		w.pending.money = w.pending.money || strings.ContainsAny(t.Text, "$€£")
		if w.pending.op == semantic.Between && len(w.pending.values) < 2 {
			return
		}
		w.d.limits = append(w.d.limits, *w.pending)
		w.pending = nil
	case w.ranking != nil && w.ranking.n == 0:
		if n, ok := words.Int(t); ok && n > 0 {
			w.ranking.n, w.ranking.said = n, true
			return
		}
		w.d.open = append(w.d.open, s)
	case w.next() != nil && w.next().is(signTop):
		w.lastNum = s // "the 5 largest accounts"
	case w.next() != nil && w.next().is(signThreshold):
		w.lastNum = s // "10 or more"
	case w.next() != nil && len(w.next().of(KindDimension, KindEntity)) > 0 && w.superlativeFollows():
		w.lastNum, w.whichNext = s, true // "the two segments with the lowest …"
	default:
		w.d.open = append(w.d.open, s)
	}
}

// name takes a span for something that the workspace defines, by what the words before it have opened.
// It reports false where the span is grammar here.
func (w *drafter) name(s *Span) bool {
	metrics, groups, values := s.of(KindMetric), s.of(KindDimension, KindEntity), s.of(KindValue)
	groups, values = w.flags(s, metrics, groups, values)
	if w.grammarWins(s) {
		return false
	}
	if p := w.prev(); p != nil && len(groups) > 0 && len(metrics) == 0 && qualifies(p, groups) { // "the Platform product"
		w.d.loose = append(w.d.loose, mention{s, groups})
		return true
	}
	if n := w.next(); n != nil && n.Period != nil && len(metrics) == 0 { // "shipped last month": when, rather than which
		if times := slices.DeleteFunc(slices.Clone(groups), func(m Meaning) bool { return m.Field == nil || !m.Field.IsTime() }); len(times) > 0 && !w.grouping {
			w.d.loose = append(w.d.loose, mention{s, times})
			if of := times[0].Field.Dataset; w.countNext && of.Entity != nil { // "how many campaigns started": one name for both
				w.d.counted = append(w.d.counted, mention{s, []Meaning{{Kind: KindEntity, Dataset: of, Score: times[0].Score}}})
				w.countNext = false
			}
			return true
		}
	}
	if narrowed := w.compound(s, groups); narrowed != nil { // "store state": the state of a store
		groups = narrowed
	}
	agent := w.grouping && len(values) > 0 && len(groups) == 0 // "sent by enterprise accounts", "tickets by email": who or how, not a split
	if agent {
		w.grouping = false
	}
	switch {
	case len(metrics)+len(groups)+len(values) == 0:
		if ms := s.of(KindTable, KindTerm); len(ms) > 0 {
			w.d.loose = append(w.d.loose, mention{s, ms})
			return true
		}
		return false
	case len(groups) > 0 && !(len(values) > 0 && values[0].Score > groups[0].Score && !w.grouping) && w.groupHere(s, len(metrics) > 0):
		w.d.groups = append(w.d.groups, mention{s, groups})
		w.lastGroup = w.i
		if w.ranking != nil || w.whichNext {
			w.grouping = false
		}
		w.whichNext, w.ranking, w.listNext = false, nil, false
	case len(groups) > 0 && w.countNext && (len(metrics) == 0 || plainly(groups, metrics) && len(s.of(KindEntity)) > 0):
		w.d.counted = append(w.d.counted, mention{s, groups})
		w.countNext = false
	case len(groups) > 0 && w.listNext && len(s.of(KindEntity)) > 0:
		w.d.loose = append(w.d.loose, mention{s, s.of(KindEntity)})
		w.listNext, w.d.list = false, true
	case len(values) > 0 && (len(metrics) == 0 || w.negating || agent && len(w.d.metrics) > 0 && w.d.top == nil || w.filterPlace(s)) && (len(groups) == 0 || w.negating || values[0].Score > groups[0].Score):
		w.d.filters = append(w.d.filters, filter{mention{s, values}, w.negating})
		w.versus = false
		return true
	case len(metrics) > 0 && w.negating:
		w.d.absent = s
	case len(metrics) > 0:
		w.metric(s, metrics)
	default:
		w.d.loose = append(w.d.loose, mention{s, groups})
	}
	w.negating = w.negating && len(values) > 0
	return true
}

// compound takes back an entity that stands directly before one of its own fields, and returns the
// field's meanings there.
func (w *drafter) compound(s *Span, groups []Meaning) []Meaning {
	if w.i == 0 || w.spans[w.i-1].Kind == KindFiller {
		return nil
	}
	before := w.spans[w.i-1]
	var fit []Meaning
	for _, e := range before.of(KindEntity) {
		for _, g := range groups {
			if g.Field != nil && g.Field.Dataset == e.Dataset {
				fit = append(fit, g)
			}
		}
	}
	if len(fit) == 0 {
		return nil
	}
	drop := func(ms []mention) []mention {
		return slices.DeleteFunc(ms, func(m mention) bool { return m.span == before })
	}
	n := len(w.d.groups)
	w.d.groups, w.d.loose = drop(w.d.groups), drop(w.d.loose)
	if len(w.d.groups) < n {
		w.grouping = true // the entity stood where a group stands, so its field does
	}
	return fit
}

// norm is a span's words in lower case.
func (w *drafter) norm(s *Span) string {
	var out []string
	for _, t := range w.toks[s.Start:s.End] {
		out = append(out, t.Norm)
	}
	return strings.Join(out, " ")
}

// flags reads yes-or-no fields as people say them: "open deals" are deals, and only the open ones; "who
// opted out" is a condition. A metric of the same name goes before ("won deals"), and so does a split by
// the field.
func (w *drafter) flags(s *Span, metrics, groups, values []Meaning) (g, v []Meaning) {
	for _, m := range groups {
		if m.Flag != nil && len(metrics) == 0 {
			w.d.filters = append(w.d.filters, filter{mention{s, []Meaning{{Kind: KindValue, Field: m.Flag, Value: "true", Score: m.Score}}}, w.negating})
			return []Meaning{m}, nil
		}
	}
	if w.grouping {
		return groups, values
	}
	isFlag := func(m Meaning) bool { return m.Field != nil && m.Field.Type == "boolean" && m.Kind == KindDimension }
	if len(values)+len(metrics) > 0 && slices.ContainsFunc(groups, isFlag) {
		groups = slices.DeleteFunc(slices.Clone(groups), isFlag)
	}
	return slices.DeleteFunc(slices.Clone(groups), func(m Meaning) bool { return m.Flag != nil }), values
}

// unitHere says that a bare unit of time is something to group by: after "by", "which" or "best", and in
// "the quarter with the highest revenue".
func (w *drafter) unitHere() bool {
	return w.grouping || w.whichNext || w.ranking != nil || w.i-w.lastGroup == 2 && w.prev() != nil && w.prev().is(signAnd) || w.superlativeFollows()
}

// qualifies says that a value stands before its own field or entity.
func qualifies(value *Span, groups []Meaning) bool {
	for _, v := range value.of(KindValue) {
		for _, g := range groups {
			if g.Field == v.Field && g.Field != nil || g.Kind == KindEntity && g.Dataset == v.Field.Dataset {
				return true
			}
		}
	}
	return false
}

// filterPlace says that a name which is also a metric stands where values stand: behind a preposition,
// after a metric was named ("tickets about billing").
func (w *drafter) filterPlace(s *Span) bool {
	if n := w.i + 1; n < len(w.spans) && len(w.spans[n].of(KindMetric)) > 0 {
		return true // "email tickets": the first of two names in a row narrows the second
	}
	if p, n := w.prev(), len(w.d.filters); p != nil && p.is(signAnd) && n > 0 && sameField(w.d.filters[n-1].meanings, s.of(KindValue)) {
		return true // "voice or email": the second of two values of one field
	}
	switch s.prep {
	case "about", "in", "for", "from", "of", "on", "at":
		return len(w.d.metrics) > 0
	}
	return false
}

func sameField(a, b []Meaning) bool {
	return slices.ContainsFunc(a, func(x Meaning) bool {
		return slices.ContainsFunc(b, func(y Meaning) bool { return x.Field == y.Field })
	})
}

// grammarWins says that a span which is both a name and a word of the grammar is the latter here:
// "by month" with a field called month, "top" before a number, "total" before a metric.
func (w *drafter) grammarWins(s *Span) bool {
	for _, g := range s.signs() {
		switch g.Kind {
		case signGrain:
			return true
		case signUnit:
			return w.unitHere()
		case signTop:
			if n := w.next(); n != nil && (n.Kind == KindNumber || n.Kind == KindMetric) {
				return true
			}
		case signAggregate, signCount, signList, signShare, signGrowth:
			if len(s.of(KindValue)) > 0 {
				continue // written like a name: "the Growth plan"
			}
			if n := w.next(); n != nil && len(n.of(KindMetric, KindDimension, KindEntity)) > 0 && len(s.of(KindMetric)) == 0 {
				return true
			}
		}
	}
	return false
}

// plainly says that the best group meaning is named as well as the best metric.
func plainly(groups, metrics []Meaning) bool { return groups[0].Score > metrics[0].Score }

// groupHere says whether a dimension or entity at this place is something to group by.
func (w *drafter) groupHere(s *Span, alsoMetric bool) bool {
	entity := len(s.of(KindEntity)) > 0
	switch {
	case w.grouping:
		return !alsoMetric || w.ranking == nil && len(w.d.metrics) > 0
	case w.whichNext:
		return true
	case w.ranking != nil && w.d.which && len(w.d.groups) > 0:
		return false // "which sales owner closed the most deals": the deals are counted
	case w.ranking != nil:
		return !alsoMetric || entity && w.rankedBy()
	}
	// "by region and plan": the word after "and" goes on with the list.
	return w.i-w.lastGroup == 2 && w.prev() != nil && w.prev().is(signAnd) && !alsoMetric
}

// rankedBy says that a "by METRIC" follows, so that what is ranked is an entity even where its name is
// also a metric ("top 5 accounts by revenue").
func (w *drafter) rankedBy() bool {
	for j := w.i + 1; j < len(w.spans); j++ {
		if w.spans[j].is(signBy) || w.spans[j].is(signWith) {
			for k := j + 1; k < len(w.spans); k++ {
				if len(w.spans[k].of(KindMetric)) > 0 {
					return true
				}
			}
		}
	}
	return false
}

func (w *drafter) metric(s *Span, ms []Meaning) {
	w.d.metrics = append(w.d.metrics, mention{s, ms})
	w.countNext, w.listNext = false, false
	w.grouping, w.ranking = false, nil
	// "more than 10 tickets": the number just before is about this metric.
	if n := len(w.d.limits); n > 0 && w.d.limits[n-1].target.span == nil {
		if p := w.prev(); p != nil && (p.Kind == KindNumber || p.is(signThreshold)) {
			w.d.limits[n-1].target = mention{s, ms}
		}
	}
}

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
	case signOther:
		d.other = true
	}
}

// thresholdWithoutNumber: "over" and "up to" before something that is no number are prepositions;
// "more than" before a comparison asks for groups that grew.
func (w *drafter) thresholdWithoutNumber(s *Span, g Sign) {
	word := w.toks[s.Start].Norm
	if n := w.next(); word == "between" && n != nil && len(n.of(KindDimension, KindEntity)) > 0 { // "split between products"
		w.grouping = true
		return
	}
	if word == "over" || word == "up" || word == "under" || word == "above" || word == "below" || word == "between" {
		return
	}
	if n := w.next(); n != nil && (n.is(signCompare) || n.Period != nil) {
		w.d.limits = append(w.d.limits, threshold{op: g.Op, values: []string{"0"}, span: s})
		w.versus, w.d.versus = true, true
		return
	}
	w.d.open = append(w.d.open, s)
}

// entityOf returns the dataset that a mention names, nil when it is a field.
func entityOf(m mention) *model.Dataset {
	for _, x := range m.meanings {
		if x.Kind == KindEntity {
			return x.Dataset
		}
	}
	return nil
}
