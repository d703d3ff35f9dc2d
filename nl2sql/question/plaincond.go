package question

import (
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
)

// conditions turns what narrows into predicates. Alternatives are read on one field only.
func (p *plainQuery) conditions() bool {
	for i, c := range p.d.conds {
		f, value := p.subjectOf(c)
		if f == nil {
			return false
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
