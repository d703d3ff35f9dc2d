package question

import (
	"slices"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// plainQuery is a plain question over one base on its way to a semantic query.
type plainQuery struct {
	plainBase
	b      *builder
	d      *plainDraft
	q      semantic.Query
	asked  int              // how many of the metrics are asked for
	fields []*model.Field   // asked for as they are
	each   *model.Dataset   // a thing that is listed once, by the rows that belong to it
	things []*model.Dataset // of which fields are asked for, or which are ranked
}

func (p *plainQuery) build() bool {
	p.about = p.topic()
	steps := []func() bool{p.picks, p.subjects, p.conditions, p.absence, p.grouping, p.ranking, p.ordering, p.aside, p.listing}
	for _, step := range steps {
		if !step() || p.bad != nil {
			return false
		}
	}
	return true
}

// topic is the first thing that is asked for or split by, else the first that is named.
func (p *plainQuery) topic() *model.Dataset {
	var spans []*Span
	for _, k := range p.d.shown {
		if k.agg == "" {
			spans = append(spans, k.span)
		}
	}
	for _, s := range append(append(spans, p.d.groups...), p.d.related...) {
		for _, m := range s.of(KindEntity) {
			if p.far(m.Dataset) >= 0 {
				return m.Dataset
			}
		}
	}
	return nil
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
		if p.far(m.Field.Dataset) >= 0 && !labels(es, m.Field) {
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

// labels says that a field is what one of the things is called by: to name the field is to name the thing.
func labels(things []Meaning, f *model.Field) bool {
	return slices.ContainsFunc(things, func(m Meaning) bool {
		return m.Dataset == f.Dataset && f.Dataset.Entity != nil && f.Dataset.Entity.Label == f
	})
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

// both says that every thing which a linking base points to is named: its rows say nothing of one alone.
func (p *plainQuery) both() bool {
	for _, r := range p.r.model.Relationships {
		if r.From == p.base && !slices.ContainsFunc(p.spans, func(s *Span) bool {
			return s.names(r.To) || slices.ContainsFunc(s.of(KindDimension, KindValue), func(m Meaning) bool { return m.Field.Dataset == r.To && m.Score > 0.9 })
		}) {
			return false
		}
	}
	return true
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
	if len(p.q.Metrics) > 0 || p.counts() || p.d.distinct {
		return true
	}
	if subject == nil && len(p.fields) > 0 {
		subject = p.fields[0].Dataset
	}
	if subject != p.base {
		return p.once(subject)
	}
	return len(p.fields) == 0 || slices.ContainsFunc(p.fields, func(f *model.Field) bool { return f.Dataset == p.base })
}

// once lists things by the rows that belong to them, each thing once: "singers who performed in 2014". The
// base must be named, or link what is named; its rows are counted beside.
func (p *plainQuery) once(subject *model.Dataset) bool {
	if subject == nil || p.far(subject) < 1 || len(subject.PrimaryKey) == 0 || p.d.rank != nil || len(p.d.groups) > 0 {
		return false
	}
	if slices.ContainsFunc(p.fields, func(f *model.Field) bool { return f.Dataset != subject }) || !p.named() {
		return false
	}
	p.each = subject
	p.cost += 0.1
	p.score = min(p.score, 0.8)
	return true
}

// named says that the question speaks of the base: as a thing, by a field of it, or by two that it links.
func (p *plainQuery) named() bool {
	of := func(s *Span) bool {
		return s != nil && slices.ContainsFunc(s.of(KindEntity, KindDimension), func(m Meaning) bool { return m.Dataset == p.base || m.Field != nil && m.Field.Dataset == p.base })
	}
	return p.links() && p.both() || slices.ContainsFunc(p.d.related, of) || slices.ContainsFunc(p.d.conds, func(c plainCond) bool {
		return of(c.span) || c.span == nil && c.stored != nil && slices.ContainsFunc(c.stored.of(KindValue), func(m Meaning) bool { return m.Field.Dataset == p.base })
	})
}

// counts says that the number of rows decides what is shown.
func (p *plainQuery) counts() bool {
	return p.each != nil || len(p.d.having) > 0 || p.d.rank != nil && (p.d.rank.count || p.d.rank.of != nil || p.d.rank.order.agg != "")
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
		p.fields = slices.Clone(plan.DefaultShow(p.things[0]))
		if p.d.distinct && p.things[0] != p.base {
			return false
		}
	}
	for _, d := range p.things { // a thing that is asked for beside fields is shown by what it is called
		switch {
		case d.Entity != nil && d.Entity.Label != nil:
			p.show(d.Entity.Label)
		case d != p.base:
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
