package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic/model"
)

// plainBase tries one dataset as that whose rows are read: every name of the question must be found on
// it or on what its rows belong to.
type plainBase struct {
	r     *Reader
	spans []*Span
	base  *model.Dataset
	about *model.Dataset // the thing that the question is about, whose a bare "name" or "id" is
	cost  float64        // joins and partial names: the cheapest base wins
	score float64        // of the weakest name
	bad   *Span          // the first name that is not found from here, or that could be two fields
}

// far is the number of joins to a dataset, -1 when the base's rows do not belong to one of its rows, or
// in more than one way.
func (p *plainBase) far(d *model.Dataset) int {
	ps := p.r.graph.Paths(p.base, d)
	if len(ps) != 1 {
		return -1
	}
	return len(ps[0])
}

// field settles which field a span means: the one of the thing that is named beside it, else the best name
// on the nearest dataset. Two that are equally good are none.
func (p *plainBase) field(s *Span, entityToo bool) *model.Field {
	owner := p.owner(s)
	best, second := -1.0, -1.0
	var out *model.Field
	consider := func(f *model.Field, score float64) {
		far := p.far(f.Dataset)
		if f == nil || far < 0 || f == out {
			return
		}
		if owner != nil && owner != f.Dataset {
			return
		}
		if got := score - 0.03*float64(far); got > best {
			best, second, out = got, best, f
		} else {
			second = max(second, got)
		}
	}
	for _, m := range s.of(KindDimension, KindEntity) {
		switch {
		case m.Kind == KindDimension:
			consider(m.Field, m.Score)
		case entityToo && m.Dataset.Entity != nil && m.Dataset.Entity.Label != nil:
			consider(m.Dataset.Entity.Label, m.Score)
		case entityToo && m.Dataset.Entity != nil && m.Dataset.Entity.Key != "":
			if f := m.Dataset.ColumnField(m.Dataset.Entity.Key); f != nil {
				consider(f, m.Score-0.05)
			}
		}
	}
	if out == nil || best-second < 0.02 {
		p.fail(s)
		return nil
	}
	p.cost += 1 - best
	p.score = min(p.score, best)
	return out
}

func (p *plainBase) fail(s *Span) {
	if p.bad == nil {
		p.bad = s
	}
}

// owner is the thing that a field's name stands beside: "stadium name", "the name of each stadium".
func (p *plainBase) owner(s *Span) *model.Dataset {
	i := slices.Index(p.spans, s)
	holds := func(d *model.Dataset) bool {
		return slices.ContainsFunc(s.of(KindDimension), func(m Meaning) bool { return m.Field.Dataset == d })
	}
	if i > 0 && p.spans[i-1].End == s.Start {
		for _, m := range p.spans[i-1].of(KindEntity) {
			if holds(m.Dataset) {
				return m.Dataset
			}
		}
	}
	counted := false
	for _, n := range p.spans[i+1:] { // over "and", commas and other fields to the "of" of them all
		switch {
		case n.is(plainCount):
			counted = true
			continue
		case counted && len(n.of(KindDimension, KindEntity)) > 0: // what is counted beside
			counted = false
			continue
		case n.Kind == KindFiller, n.is(plainDistinct), n.is(plainEach):
			continue
		case len(n.of(KindDimension)) > 0 && len(n.of(KindEntity)) == 0:
			continue
		}
		for _, m := range n.of(KindEntity) {
			if holds(m.Dataset) && p.far(m.Dataset) >= 0 {
				return m.Dataset
			}
		}
		break
	}
	generic := slices.ContainsFunc(s.of(KindDimension), func(m Meaning) bool { return m.Score == genericScore })
	if generic && p.about != nil && holds(p.about) && p.far(p.about) >= 0 {
		return p.about // "for each continent, list its id"
	}
	return nil
}

// entity settles which thing a span names, where the base's rows belong to one.
func (p *plainBase) entity(s *Span) *model.Dataset {
	var out *model.Dataset
	best := 0.0
	for _, m := range s.of(KindEntity) {
		if far := p.far(m.Dataset); far >= 0 && m.Score-0.03*float64(far) > best {
			best, out = m.Score-0.03*float64(far), m.Dataset
		}
	}
	if out == nil {
		p.fail(s)
		return nil
	}
	p.cost += 1 - best
	p.score = min(p.score, best)
	return out
}

// implied finds the field that an adjective speaks of: on the base first, else on the nearest that has
// one.
func (p *plainBase) implied(names string, near *model.Dataset) *model.Field {
	for n := range strings.SplitSeq(strings.TrimPrefix(names, "="), "|") {
		for _, d := range []*model.Dataset{near, p.base} {
			if d == nil || p.far(d) < 0 {
				continue
			}
			var fit []*model.Field
			for _, f := range d.Fields {
				ws := strings.Fields(f.Phrase())
				if f.Hidden || f.Role == model.RoleKey || len(ws) == 0 {
					continue
				}
				if strings.EqualFold(f.Phrase(), n) {
					fit = []*model.Field{f}
					break
				}
				if ws[len(ws)-1] == n || n == "date" && f.IsTime() {
					fit = append(fit, f)
				}
			}
			if len(fit) > 1 && n == "date" && d.Time != nil {
				fit = []*model.Field{d.Time}
			}
			if len(fit) == 1 {
				p.score = min(p.score, 0.85)
				return fit[0]
			}
		}
	}
	return nil
}
