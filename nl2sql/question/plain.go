package question

import (
	"fmt"
	"slices"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// readPlain reads a question over data that nobody has modelled: what is asked for are things, their
// fields, how many there are and what their numbers come to, not metrics. Unless every word has found its
// part it leaves the reading untouched and returns where it was stuck.
func (b *builder) readPlain(toks []words.Token) *Span {
	c := &chart{lex: b.r.plainLex, gram: plain, timeless: true, toks: toks, notes: map[int]string{}}
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

// plainQuery is a plain question over one base on its way to a semantic query.
type plainQuery struct {
	plainBase
	b      *builder
	d      *plainDraft
	q      semantic.Query
	asked  int              // how many of the metrics are asked for
	fields []*model.Field   // asked for as they are
	things []*model.Dataset // of which fields are asked for, or which are ranked
}

func (p *plainQuery) build() bool {
	steps := []func() bool{p.picks, p.subjects, p.conditions, p.grouping, p.ranking, p.ordering, p.aside, p.listing}
	for _, step := range steps {
		if !step() || p.bad != nil {
			return false
		}
	}
	return true
}

// picks settles what is asked for.
func (p *plainQuery) picks() bool {
	for _, k := range p.d.shown {
		switch {
		case k.agg == "count":
			if !p.count(k) {
				return false
			}
		case k.agg != "":
			f := p.field(k.span, false)
			if f == nil || !p.aggregate(f, k.agg) {
				return false
			}
		default:
			if thing := p.leads(k.span); thing != nil {
				p.things = append(p.things, thing)
				continue
			}
			f := p.field(k.span, true)
			if f == nil {
				return false
			}
			p.show(f)
		}
	}
	p.asked = len(p.q.Metrics)
	return true
}

// aside marks the numbers that only rank or limit what was asked for.
func (p *plainQuery) aside() bool {
	if !p.d.numberToo && p.q.Over == semantic.NoOuter {
		p.q.Aside = slices.Clone(p.q.Metrics[p.asked:])
	}
	return true
}

func (p *plainQuery) show(f *model.Field) {
	if !slices.Contains(p.fields, f) {
		p.fields = append(p.fields, f)
	}
}

// leads returns the thing that a span names where it is rather named as one than as a field.
func (p *plainQuery) leads(s *Span) *model.Dataset {
	es := s.of(KindEntity)
	if len(es) == 0 {
		return nil
	}
	best := 0.0
	for _, m := range s.of(KindDimension) {
		if p.far(m.Field.Dataset) >= 0 {
			best = max(best, m.Score)
		}
	}
	for _, e := range es {
		if p.far(e.Dataset) >= 0 && e.Score >= best {
			p.cost += 0.03*float64(p.far(e.Dataset)) + 1 - e.Score
			return e.Dataset
		}
	}
	return nil
}

// count counts the rows of a thing, or the different values of a field. Where a table only links two
// things, its rows are how many of the one the other has.
func (p *plainQuery) count(k plainPick) bool {
	if e := p.counted(k.span); e != nil {
		if k.distinct && e != p.base {
			return false
		}
		if len(p.d.having) > 0 && e != p.base {
			p.things = append(p.things, e)
			p.q.Over = semantic.CountGroups
			return true
		}
		p.metric(p.b.countOf(mention{k.span, []Meaning{{Kind: KindEntity, Dataset: p.base}}}))
		return true
	}
	f := p.field(k.span, false)
	if f == nil || f.Dataset != p.base && !k.distinct {
		return false
	}
	p.cost += 0.2
	p.metric(p.b.countOf(mention{k.span, []Meaning{{Kind: KindDimension, Field: f}}}))
	return true
}

// counted is the thing whose number the base's rows give: the base itself, or one of the two that it links.
func (p *plainQuery) counted(s *Span) *model.Dataset {
	for _, m := range s.of(KindEntity) {
		if m.Dataset == p.base {
			p.cost += 1 - m.Score
			return m.Dataset
		}
	}
	for _, m := range s.of(KindEntity) {
		if p.far(m.Dataset) == 1 && (p.links() || len(p.d.having) > 0) {
			p.cost += 0.1
			return m.Dataset
		}
	}
	return nil
}

// links says that the base holds nothing but keys of other things.
func (p *plainQuery) links() bool {
	return len(p.base.Fields) > 1 && !slices.ContainsFunc(p.base.Fields, func(f *model.Field) bool { return f.Role != model.RoleKey }) && p.base.Entity.Key == ""
}

func (p *plainQuery) metric(m *model.Metric) int {
	if i := slices.Index(p.q.Metrics, m); i >= 0 {
		return i
	}
	p.q.Metrics = append(p.q.Metrics, m)
	return len(p.q.Metrics) - 1
}

// aggregate adds a number over the base's own rows: over those of another table each would count as often
// as it is joined.
func (p *plainQuery) aggregate(f *model.Field, fn string) bool {
	if f.Dataset != p.base || f.Role == model.RoleKey && (fn == "avg" || fn == "sum") || !numeric(f.Type) && (fn == "avg" || fn == "sum" || !f.IsTime()) {
		return false
	}
	p.metric(p.b.aggregateAs(f, fn))
	return true
}

// subjects settles the things that are named beside: the base's rows must belong to each of them, and
// what is listed are the rows of the first.
func (p *plainQuery) subjects() bool {
	var subject *model.Dataset
	for _, s := range p.d.related {
		d := p.entity(s)
		if d == nil {
			return false
		}
		if subject == nil {
			subject = d
		}
	}
	if len(p.things) > 0 {
		subject = p.things[0]
	}
	numbers := len(p.q.Metrics) > 0 || p.counts()
	if !numbers && !p.d.distinct {
		if subject == nil && len(p.fields) > 0 {
			subject = p.fields[0].Dataset
		}
		if subject != p.base {
			return false // each would be listed as often as it is joined
		}
		if len(p.fields) > 0 && !slices.ContainsFunc(p.fields, func(f *model.Field) bool { return f.Dataset == p.base }) {
			return false
		}
	}
	return true
}

// counts says that the number of rows decides what is shown.
func (p *plainQuery) counts() bool {
	return len(p.d.having) > 0 || p.d.rank != nil && (p.d.rank.count || p.d.rank.of != nil || p.d.rank.order.agg != "")
}

// listing lists rows where no number is asked for.
func (p *plainQuery) listing() bool {
	if len(p.q.Metrics) > 0 {
		return !p.d.distinct || slices.ContainsFunc(p.d.shown, func(k plainPick) bool { return k.agg == "count" }) || len(p.q.By) > 0
	}
	if len(p.fields) == 0 {
		if len(p.things) == 0 && len(p.d.related) > 0 { // "list all cartoons directed by …"
			p.things = append(p.things, p.entity(p.d.related[0]))
		}
		if len(p.things) == 0 {
			return false
		}
		p.fields = plan.DefaultShow(p.things[0])
		if p.d.distinct && p.things[0] != p.base {
			return false
		}
	}
	p.q.Rows, p.q.Show = p.base, p.fields
	p.q.Distinct = p.d.distinct
	if p.q.Distinct {
		return !slices.ContainsFunc(p.q.Order, func(o semantic.Order) bool { return !slices.Contains(p.fields, o.Field) })
	}
	return true
}
