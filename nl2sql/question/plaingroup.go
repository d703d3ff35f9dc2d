package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
)

// grouping settles what numbers are split by: what "each" names, and what is shown beside a number that
// ranks or limits. What is shown besides must be told by the groups.
func (p *plainQuery) grouping() bool {
	var things []*model.Dataset
	for _, s := range p.d.groups {
		if thing := p.leads(s); thing != nil {
			things = append(things, thing)
			continue
		}
		f := p.field(s, true)
		if f == nil {
			return false
		}
		p.by(f)
	}
	if len(p.q.Metrics) == 0 && !p.counts() {
		return len(p.q.By) == 0 && len(things) == 0 || p.spread(things)
	}
	told := len(p.q.By) > 0 || len(things) > 0
	if !told {
		if !p.counts() && !p.perThing() {
			return len(p.fields) == 0 && len(p.things) == 0
		}
		things = p.ranked()
		if !p.counts() {
			things = []*model.Dataset{p.about}
		}
		if p.each != nil {
			things = []*model.Dataset{p.each}
		}
	}
	for _, f := range p.fields {
		grouped := slices.ContainsFunc(p.q.By, func(d semantic.Dimension) bool { return d.Field == f })
		if !grouped && told && !slices.Contains(things, f.Dataset) {
			return false
		}
		p.by(f)
	}
	for _, d := range things {
		if d == p.base && (p.counts() || len(p.q.Metrics) > 0) {
			return false // a number over each row by itself: "the average price per order" is meant over all
		}
		p.byThing(d)
	}
	for _, d := range p.things {
		if !slices.Contains(things, d) && told {
			return false
		}
	}
	if p.counts() && slices.ContainsFunc(p.q.By, func(d semantic.Dimension) bool { return d.Field.Dataset == p.base && unique(d.Field) }) {
		return false
	}
	return len(p.q.By) > 0
}

// perThing says that a number is asked for beside fields of a thing that its rows belong to: "the name of
// members and the number of loans".
func (p *plainQuery) perThing() bool {
	return p.about != nil && p.about != p.base && p.d.shown[0].agg == "" && !p.d.distinct && len(p.fields) > 0 && !slices.ContainsFunc(p.fields, func(f *model.Field) bool { return f.Dataset != p.about })
}

// spread reads "the name of each battle": every row is listed, and groups nothing.
func (p *plainQuery) spread(things []*model.Dataset) bool {
	if len(p.q.By) > 0 || len(things) != 1 || things[0] != p.base {
		return false
	}
	return true
}

// ranked are the things whose rows are told apart where no group was named: those that are shown, or whose
// fields are.
func (p *plainQuery) ranked() []*model.Dataset {
	out := slices.Clone(p.things)
	for _, f := range p.fields {
		if e := f.Dataset.Entity; f.Dataset != p.base && !slices.Contains(out, f.Dataset) && e != nil {
			out = append(out, f.Dataset)
		}
	}
	return out
}

func (p *plainQuery) by(f *model.Field) {
	if !slices.ContainsFunc(p.q.By, func(d semantic.Dimension) bool { return d.Field == f }) {
		p.q.By = append(p.q.By, semantic.Dimension{Field: f})
	}
}

// byThing groups by a thing: by its label where no field of it is shown, and by its key so that two of
// one name stay two. Rows that belong to none are left out.
func (p *plainQuery) byThing(d *model.Dataset) {
	shown := slices.ContainsFunc(p.fields, func(f *model.Field) bool { return f.Dataset == d })
	if d.Entity != nil && d.Entity.Label != nil && !shown {
		p.by(d.Entity.Label)
	}
	for _, k := range d.PrimaryKey {
		if f := d.ColumnField(k); f != nil {
			p.by(f)
			if d != p.base && !slices.ContainsFunc(p.q.Where, func(w semantic.Predicate) bool { return w.Field == f && w.Op == semantic.NotNull }) {
				p.q.Where = append(p.q.Where, semantic.Predicate{Field: f, Op: semantic.NotNull})
			}
		}
	}
}

// rows is the index of the metric that counts the base's rows, which a ranking or limit by the number of
// a thing needs: of the base, or of a thing that the base links.
func (p *plainQuery) rows(s *Span) (int, bool) {
	if s != nil && p.counted(s) == nil {
		return 0, false
	}
	return p.metric(p.b.countOf(mention{nil, []Meaning{{Kind: KindEntity, Dataset: p.base}}})), true
}

// ranking keeps the first of an order, and the groups that pass a limit.
func (p *plainQuery) ranking() bool {
	if p.each != nil {
		p.rows(nil)
		p.q.Order = []semantic.Order{{Key: semantic.ByDimension}}
	}
	for _, h := range p.d.having {
		i, ok := p.rows(h.span)
		if !ok || len(p.q.By) == 0 {
			return false
		}
		p.q.Having = append(p.q.Having, semantic.Threshold{Metric: p.q.Metrics[i], Op: h.op, Values: h.values})
	}
	k := p.d.rank
	if k == nil {
		return true
	}
	p.q.Limit = k.n
	p.b.assume("of rows that come equal, the first by name are shown")
	switch {
	case k.of != nil, k.count:
		i, ok := p.rows(k.order.span)
		if !ok || len(p.q.By) == 0 {
			return false
		}
		p.q.Order = []semantic.Order{{Key: semantic.ByMetric, Index: i, Desc: k.order.desc}}
		return true
	case k.order.agg != "":
		f := p.field(k.order.span, false)
		if f == nil || !p.aggregate(f, k.order.agg) {
			return false
		}
		p.q.Order = []semantic.Order{{Key: semantic.ByMetric, Index: len(p.q.Metrics) - 1, Desc: k.order.desc}}
		return len(p.q.By) > 0
	case len(p.q.Metrics) > 0:
		return false // a number over the one that comes first
	}
	f := p.implied(k.order.implied, p.base)
	if k.order.span != nil {
		f = p.field(k.order.span, false)
	}
	if f == nil || !sortable(f) {
		return false
	}
	p.q.Order = []semantic.Order{{Field: f, Desc: k.order.desc}}
	// Rows without the value come first or last by chance of the order, never by their rank.
	p.q.Where = append(p.q.Where, semantic.Predicate{Field: f, Op: semantic.NotNull})
	return true
}

// sortable says that a field's order is that of its values: numbers that are stored as text have none.
func sortable(f *model.Field) bool {
	return numeric(f.Type) || f.IsTime() || slices.Contains(strings.Fields(f.Phrase()), "year")
}

// ordering sorts what is shown.
func (p *plainQuery) ordering() bool {
	orders := p.d.orders
	if len(orders) == 0 && p.d.way != nil {
		f := p.wayOf(*p.d.way)
		return f != nil && p.order(f, p.d.way.Desc)
	}
	for _, o := range orders {
		switch {
		case o.agg == "count":
			i, ok := p.rows(o.span)
			if !ok || len(p.q.By) == 0 {
				return false
			}
			p.q.Order = append(p.q.Order, semantic.Order{Key: semantic.ByMetric, Index: i, Desc: o.desc})
		case o.agg != "":
			return false
		default:
			f := p.field(o.span, true)
			if f == nil || !p.order(f, o.desc) {
				return false
			}
		}
	}
	return true
}

// wayOf is the field of an order that only names its direction: what "from youngest to oldest" speaks of,
// the first text for an alphabetical order, else the only field there is.
func (p *plainQuery) wayOf(way Sign) *model.Field {
	switch {
	case way.Word == "text":
		for _, f := range p.fields {
			if strings.HasPrefix(f.Type, "varchar") {
				return f
			}
		}
	case way.Word != "":
		return p.implied(way.Word, p.about)
	case len(p.fields) == 1:
		return p.fields[0]
	}
	return nil
}

func (p *plainQuery) order(f *model.Field, desc bool) bool {
	if p.d.rank != nil {
		return false
	}
	if len(p.q.Metrics) == 0 {
		p.q.Order = append(p.q.Order, semantic.Order{Field: f, Desc: desc})
		return true
	}
	i := slices.IndexFunc(p.q.By, func(d semantic.Dimension) bool { return d.Field == f })
	if i < 0 {
		return false
	}
	p.q.Order = append(p.q.Order, semantic.Order{Key: semantic.ByDimension, Index: i, Desc: desc})
	return true
}
