package question

import (
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// conditions turns what narrows into predicates. Alternatives are read on one field only.
func (p *plainQuery) conditions() bool {
	for i, c := range p.d.conds {
		f, value := p.subjectOf(c)
		if f == nil {
			return false
		}
		if !c.period.IsZero() {
			if !f.IsTime() || c.or || c.and {
				return false
			}
			ps := inRange(f, c.op, c.period)
			if ps == nil {
				return false
			}
			p.q.Where = append(p.q.Where, ps...)
			continue
		}
		values := c.values
		if value != "" {
			values = []string{value}
		}
		if n := len(p.q.Where); c.or || c.and {
			same := n > 0 && i > 0 && p.q.Where[n-1].Field == f && p.q.Where[n-1].Op == semantic.Eq && c.op == semantic.Eq
			if c.or && !same || c.and && same {
				return false // either of two things, or two values of one field at once
			}
			if c.or {
				p.q.Where[n-1].Values = append(p.q.Where[n-1].Values, values...)
				continue
			}
		}
		ps := held(f, c.op, values)
		if ps == nil || c.op == semantic.Eq && slices.ContainsFunc(p.q.Where, func(w semantic.Predicate) bool { return w.Field == f && w.Op == semantic.Eq }) { // one field is not two values at once
			return false
		}
		p.q.Where = append(p.q.Where, ps...)
	}
	return true
}

// subjectOf is the field that a condition is about, with the stored value where there is one.
func (p *plainQuery) subjectOf(c plainCond) (*model.Field, string) {
	switch {
	case c.stored != nil:
		return p.holder(c)
	case c.span != nil:
		return p.field(c.span, c.text), ""
	}
	near := p.base
	if len(p.things) > 0 {
		near = p.things[0]
	}
	return p.implied(c.implied, near), ""
}

// holder is the field that holds a stored value: the one that was named before it, else the nearest.
func (p *plainQuery) holder(c plainCond) (*model.Field, string) {
	var named []Meaning
	if c.span != nil {
		named = c.span.of(KindDimension, KindEntity)
	}
	best, second := 9.0, 9.0
	var out Meaning
	for _, v := range c.stored.of(KindValue) {
		far := p.far(v.Field.Dataset)
		if far < 0 || v.Score < 0.94 || named != nil && !slices.ContainsFunc(named, func(m Meaning) bool {
			return m.Field == v.Field || m.Kind == KindEntity && m.Dataset == v.Field.Dataset
		}) {
			continue
		}
		if out.Field == v.Field {
			return nil, "" // two values of one field that differ in case
		}
		cost := float64(far)
		if e := v.Field.Dataset.Entity; e == nil || e.Label != v.Field {
			cost += 0.5
		}
		if cost < best {
			best, second, out = cost, best, v
		} else {
			second = min(second, cost)
		}
	}
	if out.Field == nil || second-best < 0.4 {
		return nil, ""
	}
	p.cost += 0.03 * best
	return out.Field, out.Value
}

// held holds a field against numbers or texts; nil where its type does not allow it. Numbers that are
// stored as text sort as text, so that only years may be held so.
func held(f *model.Field, op semantic.Op, values []string) []semantic.Predicate {
	one := []semantic.Predicate{{Field: f, Op: op, Values: values}}
	if len(values) == 0 {
		return nil
	}
	years := !slices.ContainsFunc(values, func(v string) bool { return len(v) != 4 || strings.Trim(v, "0123456789") != "" })
	switch {
	case f.IsTime():
		if !years {
			return nil
		}
		return inYears(f, op, values)
	case op == semantic.Contains || op == semantic.Eq || op == semantic.Ne:
		if numeric(f.Type) && slices.ContainsFunc(values, func(v string) bool { _, err := strconv.ParseFloat(v, 64); return err != nil }) {
			return nil
		}
		return one
	case numeric(f.Type), years && slices.Contains(strings.Fields(words.Phrase(f.Name)), "year"):
		return one
	}
	return nil
}

// inRange holds a date against a stretch of time.
func inRange(f *model.Field, op semantic.Op, r timex.Range) []semantic.Predicate {
	switch op {
	case semantic.Eq:
		return onDay(f, r)
	case semantic.Lt:
		return onDay(f, timex.Range{To: r.From})
	case semantic.Gt:
		return onDay(f, timex.Range{From: r.To})
	case semantic.Ge:
		return onDay(f, timex.Range{From: r.From})
	case semantic.Le:
		return onDay(f, timex.Range{To: r.To})
	}
	return nil
}

// inYears holds a date against whole years.
func inYears(f *model.Field, op semantic.Op, years []string) []semantic.Predicate {
	if len(years) != 1 && op != semantic.Between {
		return nil
	}
	first, _ := strconv.Atoi(years[0])
	last, _ := strconv.Atoi(years[len(years)-1])
	day := func(y int) []string { return []string{strconv.Itoa(y) + "-01-01"} }
	from, to := semantic.Predicate{Field: f, Op: semantic.Ge}, semantic.Predicate{Field: f, Op: semantic.Lt}
	switch op {
	case semantic.Eq, semantic.Between:
		from.Values, to.Values = day(first), day(last+1)
		return []semantic.Predicate{from, to}
	case semantic.Gt:
		from.Values = day(first + 1)
		return []semantic.Predicate{from}
	case semantic.Ge:
		from.Values = day(first)
		return []semantic.Predicate{from}
	case semantic.Lt:
		to.Values = day(first)
		return []semantic.Predicate{to}
	}
	return nil
}

// absence settles what the listed or counted things must not have: rows of a table that points to them, by
// one relationship, with conditions on those rows alone.
func (p *plainQuery) absence() bool {
	l := p.d.lack
	if l == nil {
		return true
	}
	if len(p.base.PrimaryKey) != 1 || len(p.d.related) > 1 || p.d.rank != nil || p.each != nil || len(p.d.having) > 0 {
		return false
	}
	named := append(slices.Clone(p.d.related), p.d.groups...)
	for _, k := range p.d.shown {
		named = append(named, k.span)
	}
	if !slices.ContainsFunc(named, func(s *Span) bool { return s.names(p.base) }) {
		return false // whose absence makes a value of a field one that is asked for?
	}
	through := p.pointing(l)
	if through == nil {
		p.fail(l.span)
		return false
	}
	inner := &plainQuery{plainBase: plainBase{r: p.r, spans: p.spans, base: through.From, score: 1}, b: p.b, d: &plainDraft{conds: l.conds}}
	if !inner.conditions() || inner.bad != nil || slices.ContainsFunc(inner.q.Where, func(w semantic.Predicate) bool { return w.Field.Dataset != through.From }) {
		return false
	}
	p.score = min(p.score, inner.score, 0.85)
	p.q.Where = append(p.q.Where, semantic.Predicate{Field: p.base.ColumnField(p.base.PrimaryKey[0]), Op: semantic.Lacks, Absent: &semantic.Absence{Through: through, Where: inner.q.Where}})
	return true
}

// names says that a span may mean a thing.
func (s *Span) names(d *model.Dataset) bool {
	return slices.ContainsFunc(s.of(KindEntity), func(m Meaning) bool { return m.Dataset == d })
}

// pointing is the one relationship by which the absent thing's rows point to the base, or by which a table
// does that links the two.
func (p *plainQuery) pointing(l *plainLack) *model.Relationship {
	var out []*model.Relationship
	for _, r := range p.r.model.Relationships {
		if r.To != p.base || len(r.ToColumns) != 1 || !strings.EqualFold(r.ToColumns[0], p.base.PrimaryKey[0]) {
			continue
		}
		for _, e := range l.span.of(KindEntity) {
			link := plainBase{r: p.r, base: r.From}
			if r.From == e.Dataset || len(l.conds) == 0 && (&plainQuery{plainBase: link}).links() && link.far(e.Dataset) == 1 && e.Dataset != p.base {
				out = append(out, r)
			}
		}
	}
	if len(out) != 1 {
		return nil
	}
	return out[0]
}
