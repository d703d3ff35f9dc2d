package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// aggregates of the portable subset.
var aggregates = map[string]bool{
	"sum": true, "count": true, "avg": true, "min": true, "max": true, "count_if": true, "stddev": true, "variance": true,
	"approx_distinct": true, "approx_percentile": true, "max_by": true, "min_by": true, "bool_or": true, "bool_and": true, "stddev_samp": true, "stddev_pop": true,
}

// IsAggregate says whether a call aggregates rows.
func IsAggregate(c *ast.Call) bool {
	return c.Over == nil && len(c.Name.Parts) == 1 && aggregates[strings.ToLower(c.Name.Parts[0].Name)]
}

// operand is one aggregate call of a metric, with the filters that hold for it.
type operand struct {
	call    *ast.Call
	metric  *model.Metric
	filters []Scoped
}

// Operands returns the aggregate calls of a metric in order, those of the metrics it is derived from
// included.
func operands(m *model.Metric, outer []Scoped) ([]operand, *Problem) {
	filters := slices.Clone(outer)
	for _, f := range m.Filters {
		filters = append(filters, Scoped{m, f})
	}
	var out []operand
	var bad *Problem
	ast.Walk(m.Expr, func(n ast.Node) bool {
		if bad != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.Call:
			if IsAggregate(n) {
				out = append(out, operand{n, m, filters})
				return false
			}
		case *ast.Ident:
			other := m.Metrics[strings.ToLower(n.Name)]
			if other == nil {
				return false
			}
			var more []operand
			more, bad = operands(other, filters)
			out = append(out, more...)
		case *ast.Deref:
			bad = &Problem{Code: NotAggregate, Metric: m, Message: fmt.Sprintf("the definition of %s uses a column outside of any aggregate", m.Title())}
		case *ast.QualifiedName, *ast.TypeName:
			return false
		}
		return bad == nil
	})
	return out, bad
}

// value adds a metric in one variant: each of its operands goes to the fact that computes it.
func (b *builder) value(m *model.Metric, v variant) *Problem {
	ops, p := operands(m, nil)
	if p != nil {
		return p
	}
	name := m.Name
	if v.kind != Target {
		name += v.suffix
	}
	val := Value{Name: name, Metric: m, Variant: v.kind, Operands: map[*ast.Call]*Measure{}}
	main := b.mainBase(m, ops)
	for _, op := range ops {
		fact, p := b.fact(m, op, main, v)
		if p != nil {
			p.Metric = m
			return p
		}
		val.Operands[op.call] = b.measure(fact, op, v)
	}
	b.plan.Values = append(b.plan.Values, val)
	return nil
}

// bases lists the datasets that an operand's arguments name.
func bases(op operand) []*model.Dataset {
	var out []*model.Dataset
	add := func(m *model.Metric, e ast.Expr) {
		for ds := range model.Names(e) {
			if ds != nil {
				if d := m.Datasets[strings.ToLower(ds.Name)]; d != nil && !slices.Contains(out, d) {
					out = append(out, d)
				}
			}
		}
	}
	for _, a := range op.call.Args {
		add(op.metric, a.Value)
	}
	if op.call.Filter != nil {
		add(op.metric, op.call.Filter)
	}
	return out
}

// mainBase is the dataset of the metric's first operand that others hang on: the one that reaches the
// most of the others, and the first of those.
func (b *builder) mainBase(m *model.Metric, ops []operand) *model.Dataset {
	var all []*model.Dataset
	for _, op := range ops {
		for _, d := range bases(op) {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	if m.Over != nil {
		return m.Over
	}
	if len(all) == 0 && m.Time != nil {
		return m.Time.Dataset
	}
	var best *model.Dataset
	reach := -1
	for _, d := range all {
		n := 0
		for _, e := range all {
			if b.graph.Reaches(d, e) {
				n++
			}
		}
		if n > reach {
			best, reach = d, n
		}
	}
	return best
}

// base is the dataset on whose rows the operand is aggregated: among those it names the one that
// reaches the others.
func (b *builder) base(op operand, main *model.Dataset) (*model.Dataset, *Problem) {
	named := bases(op)
	if len(named) == 0 {
		return main, nil // count(*): the metric's own rows
	}
	for _, d := range named {
		if !slices.ContainsFunc(named, func(e *model.Dataset) bool { return !b.graph.Reaches(d, e) }) {
			return d, nil
		}
	}
	return nil, &Problem{Code: NoPath, Message: fmt.Sprintf("no join leads from %s to %s", title(named[0]), title(named[1])), From: named[0], To: named[1]}
}

// fact finds or makes the aggregate that an operand belongs to.
func (b *builder) fact(m *model.Metric, op operand, main *model.Dataset, v variant) (*Fact, *Problem) {
	base, p := b.base(op, main)
	if p != nil {
		return nil, p
	}
	if base == nil {
		return nil, &Problem{Code: NotAggregate, Message: fmt.Sprintf("the definition of %s names no dataset to count", m.Title())}
	}
	if base != main && distinct(op.call) && !b.covers(base, m) && b.graph.Reaches(main, base) {
		// Distinct values do not double: over the rows of the metric's main fact they can be told
		// apart by any of its dimensions, and mean those that occur there.
		b.note(fmt.Sprintf("%s of %s counts the %s that occur in %s", callName(op.call), m.Title(), title(base), title(main)))
		base = main
	}
	if base != main && !b.graph.Reaches(base, main) {
		b.note(fmt.Sprintf("%s divides by all %s, also those without %s", m.Title(), title(base), title(main)))
	}
	f := &Fact{From: From{Base: base}, Time: b.timeOf(base, m), Range: v.rng, Shift: v.shift, Stock: b.stock(op)}
	if p := b.fill(f, m, main, v); p != nil {
		return nil, p
	}
	b.asOf(f)
	if p := b.joinsFor(f, op); p != nil {
		return nil, p
	}
	key := fmt.Sprintf("%p %p %s %v %v %v", base, f.Time, f.Stock, f.Range, f.Shift, f.Keys)
	if old := b.facts[key]; old != nil {
		old.merge(f.From)
		return old, nil
	}
	f.Name = base.Name + v.suffix
	for i := 2; slices.ContainsFunc(b.plan.Facts, func(o *Fact) bool { return strings.EqualFold(o.Name, f.Name) }); i++ {
		f.Name = fmt.Sprintf("%s%s_%d", base.Name, v.suffix, i)
	}
	b.facts[key] = f
	b.plan.Facts = append(b.plan.Facts, f)
	return f, nil
}

// asOf widens the range of a stock that is asked for one period as a whole: its value is the last (or
// first) recorded one as of that end, also where the period itself has no record of its own, as a month
// that has not ended.
func (b *builder) asOf(f *Fact) {
	if b.plan.Query.Grain != timex.NoGrain || f.Time == nil {
		return
	}
	switch f.Stock {
	case model.Last:
		f.Range.From = time.Time{}
	case model.First:
		f.Range.To = time.Time{}
	}
}

func callName(c *ast.Call) string { return strings.ToLower(c.Name.Parts[0].Name) }

func distinct(c *ast.Call) bool {
	n := callName(c)
	return c.Distinct || n == "min" || n == "max" || n == "approx_distinct"
}

// covers says whether a base by itself can be grouped and filtered as the query asks.
func (b *builder) covers(base *model.Dataset, m *model.Metric) bool {
	q := b.plan.Query
	for _, d := range q.By {
		if !b.graph.reaches(base, want{d.Field.Dataset, d.Via}) {
			return false
		}
	}
	for _, w := range append(slices.Clone(q.Where), q.Part...) {
		for t := range w.Tests() {
			if !b.graph.reaches(base, want{t.Field.Dataset, t.Via}) {
				return false
			}
		}
	}
	if q.Grain == timex.NoGrain && q.Period.IsZero() {
		return true
	}
	// The base's own date means something else than the metric's: accounts created in a quarter are not
	// the accounts that ordered in it.
	if m.Time != nil {
		return b.graph.Reaches(base, m.Time.Dataset)
	}
	return b.model.TimeOf(base) != nil
}

// timeOf is the time by which a base's rows are counted for a metric: the metric's own time dimension
// where the base reaches it, else the base's.
func (b *builder) timeOf(base *model.Dataset, m *model.Metric) *model.Field {
	if m.Time != nil && b.graph.Reaches(base, m.Time.Dataset) {
		return m.Time
	}
	return b.model.TimeOf(base)
}

// stock says whether the operand sums a stock: a measure that counts only on the last or first day.
func (b *builder) stock(op operand) model.Additivity {
	out := model.Additive
	for _, a := range op.call.Args {
		for ds, id := range model.Names(a.Value) {
			if ds != nil {
				if f, err := op.metric.Resolve(ds.Name + "." + id.Name); err == nil && f.Additivity != model.Additive {
					out = f.Additivity
				}
			}
		}
	}
	return out
}

// fill sets a fact's keys and filters and the joins that they need.
func (b *builder) fill(f *Fact, m *model.Metric, main *model.Dataset, v variant) *Problem {
	q := b.plan.Query
	timed := q.Grain != timex.NoGrain || !v.rng.IsZero()
	if timed && f.Time == nil {
		if f.Base == main {
			return &Problem{Code: NoTime, Message: fmt.Sprintf("%s has no time dimension, so it cannot be asked for a period", m.Title())}
		}
		b.note(fmt.Sprintf("%s counts all %s, whatever the period: they carry no date", m.Title(), title(f.Base)))
		f.Range, f.Shift = timex.Range{}, Shift{}
	}
	var need []want
	if f.Time != nil && (timed || f.Stock != model.Additive) { // a stock looks for its last day in any case
		need = append(need, want{dataset: f.Time.Dataset})
	}
	for i, k := range b.plan.Keys {
		if k.Time {
			if f.Time != nil {
				f.Keys = append(f.Keys, i)
			}
			continue
		}
		if v.kind == Whole { // what all groups of a period are parts of
			continue
		}
		need = append(need, want{k.Dim.Field.Dataset, k.Dim.Via})
		f.Keys = append(f.Keys, i)
	}
	f.Where = q.Where
	for _, w := range append(slices.Clone(q.Where), v.part...) {
		for t := range w.Tests() {
			need = append(need, want{t.Field.Dataset, t.Via})
		}
	}
	return b.join(&f.From, need)
}

func (b *builder) join(f *From, need []want) *Problem {
	for _, w := range need {
		path, alone, p := b.graph.way(f.Base, w)
		if p != nil {
			return p
		}
		if alone {
			f.merge(From{alone: map[string]bool{w.via.role(): true}})
			w.via = nil
		}
		f.add(path, w.via)
	}
	return nil
}

// joinsFor adds the joins that the operand's own arguments and filters need.
func (b *builder) joinsFor(f *Fact, op operand) *Problem {
	need := bases(op)
	for _, s := range op.filters {
		need = append(need, bases(operand{call: &ast.Call{Args: []*ast.Arg{{Value: s.Expr}}}, metric: s.Metric})...)
	}
	return b.join(&f.From, wants(need))
}

func (b *builder) note(s string) {
	if !slices.Contains(b.plan.Notes, s) {
		b.plan.Notes = append(b.plan.Notes, s)
	}
}

// measure adds the operand to the fact, once for equal calls under equal filters.
func (b *builder) measure(f *Fact, op operand, v variant) *Measure {
	for _, m := range f.Measures {
		if m.Call == op.call && sameFilters(m.Filters, op.filters) && len(m.Part) == len(v.part) {
			return m
		}
	}
	m := &Measure{Name: b.measureName(op.metric.Name + v.suffix), Call: op.call, Metric: op.metric, Filters: op.filters, Part: v.part}
	m.Count = callName(op.call) == "count" || callName(op.call) == "count_if"
	f.Measures = append(f.Measures, m)
	return m
}

// measureName names a measure after the metric that it belongs to, so that the SQL reads like the
// definition; further operands of one metric are numbered.
func (b *builder) measureName(name string) string {
	taken := func(n string) bool {
		for _, f := range b.plan.Facts {
			for _, m := range f.Measures {
				if strings.EqualFold(m.Name, n) {
					return true
				}
			}
		}
		return slices.ContainsFunc(b.plan.Keys, func(k Key) bool { return strings.EqualFold(k.Name, n) })
	}
	out := name
	for i := 2; taken(out); i++ {
		out = fmt.Sprintf("%s_%d", name, i)
	}
	return out
}

func sameFilters(a, b []Scoped) bool {
	return slices.EqualFunc(a, b, func(x, y Scoped) bool { return x.Expr == y.Expr })
}

// shareFilters moves filters that all measures of a fact have from the measures to the fact, where
// they keep whole rows from being read.
func (b *builder) shareFilters() {
	for _, f := range b.plan.Facts {
		first := f.Measures[0].Filters
		if slices.ContainsFunc(f.Measures, func(m *Measure) bool { return !sameFilters(m.Filters, first) }) {
			continue
		}
		f.Filters = first
		for _, m := range f.Measures {
			m.Filters = nil
		}
	}
}

// listing plans rows of a dataset.
func (b *builder) listing() *Problem {
	q := b.plan.Query
	l := &Listing{From: From{Base: q.Rows}, Show: q.Show, Time: b.model.TimeOf(q.Rows)}
	if len(l.Show) == 0 {
		l.Show = DefaultShow(q.Rows)
	}
	var need []want
	for _, s := range l.Show {
		need = append(need, want{dataset: s.Dataset})
	}
	for _, w := range q.Where {
		for t := range w.Tests() {
			need = append(need, want{t.Field.Dataset, t.Via})
		}
	}
	for _, o := range q.Order {
		if o.Field != nil {
			need = append(need, want{dataset: o.Field.Dataset})
		}
	}
	if !q.Period.IsZero() {
		if l.Time == nil {
			return &Problem{Code: NoTime, Message: fmt.Sprintf("%s carry no date, so they cannot be asked for a period", title(q.Rows))}
		}
		need = append(need, want{dataset: l.Time.Dataset})
	}
	if m := q.RowsOf; m != nil {
		for _, e := range m.Filters {
			l.Filters = append(l.Filters, Scoped{m, e})
			need = append(need, wants(bases(operand{call: &ast.Call{Args: []*ast.Arg{{Value: e}}}, metric: m}))...)
		}
	}
	if p := b.join(&l.From, need); p != nil {
		return p
	}
	b.plan.Listing = l
	return nil
}

// DefaultShow is what a listing shows when nothing is asked: the dataset's own list, else its label,
// dimensions and times, eight at most.
func DefaultShow(d *model.Dataset) []*model.Field {
	if len(d.List) > 0 {
		return d.List
	}
	var out []*model.Field
	if d.Entity != nil && d.Entity.Label != nil {
		out = append(out, d.Entity.Label)
	}
	for _, f := range d.Fields {
		if len(out) == 8 {
			break
		}
		if !f.Hidden && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
