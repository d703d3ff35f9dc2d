package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/figure"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// adHocMetrics makes numbers out of what is defined though no metric is: how many of an entity, how
// many different values of a dimension, the total or average of a measure. They say what they are in
// the assumptions, and nobody has certified them.
func (b *builder) adHocMetrics() bool {
	d := b.d
	if d.count && len(d.counted) > 0 && !b.countsGroups() {
		for _, c := range d.counted {
			b.addMetric(b.countOf(c))
		}
		d.counted = nil
	}
	if len(b.q.Metrics) == 0 && b.howMuch() {
		return true
	}
	if len(b.q.Metrics) == 0 && d.top != nil && d.top.common { // "the most common ticket category"
		for _, g := range d.groups {
			if of := b.dataset(g.meanings[0]); of != nil && g.meanings[0].Field != nil {
				b.addMetric(b.countOf(mention{g.span, []Meaning{{Kind: KindEntity, Dataset: of}}}))
				break
			}
		}
	}
	if len(b.q.Metrics) > 0 {
		return true
	}
	var measures []mention
	take := func(ms []mention) []mention {
		return slices.DeleteFunc(ms, func(m mention) bool {
			if measureOf(m) == nil || d.aggregate == "" && b.measuresUsed(m) && b.namesRows(measureOf(m).Dataset) {
				return false // "deals with an amount over 200,000": each deal's own
			}
			measures = append(measures, m)
			return true
		})
	}
	if d.list && len(d.groups) == 0 && d.aggregate == "" && d.top == nil {
		return true // "list opportunities with their amount"
	}
	d.groups = take(d.groups)
	if d.aggregate != "" || len(d.groups) > 0 || d.grain != timex.NoGrain || d.trend || d.share || d.compare != semantic.NoCompare || len(measures) > 0 {
		d.loose = take(d.loose)
	} else if soleMeasure(d.loose) {
		d.loose = take(d.loose)
	}
	for _, m := range measures {
		b.addMetric(b.aggregateOf(measureOf(m)))
		b.out.Confidence = min(b.out.Confidence, m.meanings[0].Score)
	}
	if len(measures) > 0 {
		d.aggregate = ""
	}
	if len(b.q.Metrics) == 0 && (d.share || d.trend || d.grain != timex.NoGrain && !d.unit || len(d.groups) > 0 && !d.list) { // "accounts by region"
		for i, l := range d.loose {
			if e := entityOf(l); e != nil {
				b.addMetric(b.countOf(l))
				d.loose = slices.Delete(d.loose, i, i+1)
				break
			}
		}
	}
	return true
}

// howMuch: "how much did we bill in September" asks for an amount; the word names rows only because
// they are called alike. The metric is the one in money of those rows that shares the word.
func (b *builder) howMuch() bool {
	asked := false
	for i := 0; i+1 < len(b.out.Tokens); i++ {
		asked = asked || b.out.Tokens[i].Norm == "how" && b.out.Tokens[i+1].Norm == "much"
	}
	if !asked {
		return false
	}
	for i, l := range b.d.loose {
		for _, m := range b.r.related(b.text(l.span)) {
			if !figure.Money(m.Unit) || len(l.span.of(KindEntity)) == 0 || b.distance(m, entityOf(l)) != 0 {
				continue
			}
			b.assume("“%s” read as %s", b.text(l.span), m.Title())
			b.out.Confidence = min(b.out.Confidence, 0.85)
			b.addMetric(m)
			b.d.loose = slices.Delete(b.d.loose, i, i+1)
			return true
		}
	}
	return false
}

// namesRows says that the question speaks of the rows of a dataset themselves.
func (b *builder) namesRows(d *model.Dataset) bool {
	return slices.ContainsFunc(append(slices.Clone(b.d.groups), b.d.loose...), func(m mention) bool { return entityOf(m) == d })
}

func soleMeasure(ms []mention) bool {
	return len(ms) == 1 && measureOf(ms[0]) != nil
}

// measureOf returns the measure that a mention names, nil when it names none or something better named
// that can be grouped by ("segment" of an account, though a message has segments too).
func measureOf(m mention) *model.Field {
	best := 0.0
	for _, x := range m.meanings {
		if x.Kind != KindDimension || x.Field.Role != model.RoleMeasure {
			best = max(best, x.Score)
		}
	}
	for _, x := range m.meanings {
		if x.Score <= best {
			continue
		}
		if x.Kind == KindDimension && x.Field.Role == model.RoleMeasure {
			return x.Field
		}
	}
	return nil
}

// countsGroups says that what is counted are the groups that pass a condition on a metric: "how many
// accounts had more than 10 tickets".
func (b *builder) countsGroups() bool { return len(b.d.metrics) > 0 }

func deref(d *model.Dataset, field string) ast.Expr {
	return &ast.Deref{Base: &ast.Ident{Name: d.Name}, Field: &ast.Ident{Name: field}}
}

func newMetric(b *builder, name, label, text string, d *model.Dataset, c *ast.Call) *model.Metric {
	return &model.Metric{Name: name, Label: label, Text: text, Description: text, Expr: c, Scale: -1, Up: true, Tier: "",
		Time: b.r.model.TimeOf(d), Datasets: map[string]*model.Dataset{strings.ToLower(d.Name): d}, Over: d, Inferred: d.Inferred, Owner: d.Asset.Owner, Domain: d.Domain}
}

func call(fn string, distinct bool, arg ast.Expr) *ast.Call {
	c := &ast.Call{Name: &ast.QualifiedName{Parts: []*ast.Ident{{Name: fn}}}, Distinct: distinct}
	if arg == nil {
		c.Star = true
	} else {
		c.Args = []*ast.Arg{{Value: arg}}
	}
	return c
}

// countOf counts the rows of an entity's dataset, or the different values of a dimension.
func (b *builder) countOf(m mention) *model.Metric {
	if d := entityOf(m); d != nil {
		if x := b.r.countMetric(d); x != nil {
			return x
		}
		plural := words.Phrase(d.Name)
		if d.Entity != nil {
			plural = d.Entity.Plural
		}
		b.assume("%s are counted as the rows of %s", plural, d.Table)
		x := newMetric(b, strings.ReplaceAll(plural, " ", "_")+"_count", "Number of "+plural, "The number of rows of "+d.Table.String()+".", d, call("count", false, nil))
		x.Unit = "count"
		return x
	}
	f := m.meanings[0].Field
	b.assume("different values of %s are counted", f)
	x := newMetric(b, f.Name+"_count", "Number of different "+f.Title(), "The number of different values of "+f.String()+".", f.Dataset, call("count", true, deref(f.Dataset, f.Name)))
	x.Unit = "count"
	return x
}

// countMetric is the metric that counts all rows of a dataset, where one is defined.
func (r *Reader) countMetric(d *model.Dataset) *model.Metric {
	for _, m := range r.model.Metrics {
		c, ok := m.Expr.(*ast.Call)
		if !ok || len(m.Filters) > 0 || c.Distinct || !strings.EqualFold(c.Name.Parts[0].Name, "count") || c.Filter != nil {
			continue
		}
		if facts := r.facts(m); len(facts) == 1 && facts[0] == d && (c.Star || isKey(d, c.Args[0].Value)) {
			return m
		}
	}
	return nil
}

// isKey says that an expression is the dataset's primary key alone, which is never NULL.
func isKey(d *model.Dataset, e ast.Expr) bool {
	x, ok := e.(*ast.Deref)
	return ok && len(d.PrimaryKey) == 1 && strings.EqualFold(x.Field.Name, d.PrimaryKey[0])
}

var aggregateLabels = map[string]string{"avg": "Average", "sum": "Total", "median": "Median", "max": "Highest", "min": "Lowest"}

// aggregateOf totals a measure, or averages it where that was asked or where totals make no sense.
func (b *builder) aggregateOf(f *model.Field) *model.Metric {
	fn := b.d.aggregate
	switch {
	case fn == "median":
		x := newMetric(b, "median_"+f.Name, "Median "+f.Title(), "The median of "+f.String()+", approximated by the engine.", f.Dataset, call("approx_percentile", false, &ast.Cast{X: deref(f.Dataset, f.Name), Type: &ast.TypeName{Name: "double"}}))
		x.Expr.(*ast.Call).Args = append(x.Expr.(*ast.Call).Args, &ast.Arg{Value: &ast.DecimalLit{Text: "0.5"}})
		x.Unit = f.Unit
		return x
	case fn == "" && b.d.top != nil && len(b.d.groups) == 0 && b.d.grain == timex.NoGrain:
		fn = "min"
		if b.d.top.desc {
			fn = "max"
		}
		b.d.top = nil
	case fn == "":
		fn = "sum"
	}
	return b.aggregateAs(f, fn)
}

// aggregateAs is one aggregate of a measure as a number.
func (b *builder) aggregateAs(f *model.Field, fn string) *model.Metric {
	b.assume("%s is read as the %s of %s", f.Title(), strings.ToLower(aggregateLabels[fn]), f)
	x := newMetric(b, fn+"_"+f.Name, aggregateLabels[fn]+" "+strings.ToLower(f.Title()), fmt.Sprintf("The %s of %s.", strings.ToLower(aggregateLabels[fn]), f), f.Dataset, call(fn, false, deref(f.Dataset, f.Name)))
	x.Unit = f.Unit
	return x
}

// listOfMetric: "show me overdue invoices above $100,000" asks for the rows that a metric counts.
func (b *builder) listOfMetric() bool {
	d := b.d
	if len(b.q.Metrics) != 1 || d.count || len(d.groups) > 0 || d.grain != timex.NoGrain || d.trend || d.growth || d.share || d.top != nil || d.compare != semantic.NoCompare || d.aggregate != "" {
		return true
	}
	m := b.q.Metrics[0]
	facts := b.r.facts(m)
	if !(d.list || b.shown()) || len(facts) != 1 || !b.countsRows(m) || strings.Contains(strings.ToLower(m.Text), "distinct") {
		return true
	}
	b.q.Rows, b.q.RowsOf, b.q.Metrics = facts[0], m, nil
	return true
}

// shown says that the question begins as people begin who want to see things, with a condition on them.
func (b *builder) shown() bool {
	if len(b.d.limits) == 0 {
		return false
	}
	for _, t := range b.out.Tokens[:min(3, len(b.out.Tokens))] {
		switch t.Norm {
		case "show", "give", "display", "find", "get", "pull":
			return true
		}
	}
	return false
}

// listing settles that rows of an entity are asked for, not a number.
func (b *builder) listing() bool {
	d := b.d
	if len(b.q.Metrics) > 0 || b.q.Rows != nil {
		return true
	}
	pool := &d.loose
	if d.which && len(d.groups) > 0 {
		pool = &d.groups
	}
	for i, l := range *pool {
		e := entityOf(l)
		if e == nil || !d.list && !d.which && len(*pool)+len(d.filters)+len(d.periods)+len(d.limits) == 0 {
			continue
		}
		if d.aggregate != "" {
			return b.nothingAsked() // a total or an average of what?
		}
		b.q.Rows = e
		*pool = slices.Delete(*pool, i, i+1)
		break
	}
	if b.q.Rows == nil && len(d.loose) == 0 && len(d.groups) == 1 && d.which { // "which regions do we have"
		b.addMetric(b.countOf(mention{d.groups[0].span, []Meaning{{Kind: KindEntity, Dataset: b.dataset(d.groups[0].meanings[0])}}}))
		return true
	}
	if b.q.Rows == nil {
		return true
	}
	d.loose = append(d.loose, d.groups...)
	d.groups = nil
	b.q.Limit = 0
	b.showDefaults()
	return true
}

// showDefaults leaves the columns to the dataset; fields that the question names are put behind them.
func (b *builder) showDefaults() {
	var named []*model.Field
	for _, l := range b.d.loose {
		for _, m := range l.meanings {
			if m.Kind == KindDimension && m.Field.Dataset == b.q.Rows {
				named = append(named, m.Field)
				break
			}
		}
	}
	if len(named) == 0 {
		return
	}
	b.q.Show = slices.Clone(planShow(b.q.Rows))
}

// measuresUsed says that a measure of a listing or of a threshold has already got its part.
func (b *builder) measuresUsed(l mention) bool {
	return slices.ContainsFunc(b.d.limits, func(t threshold) bool { return t.target.span == l.span })
}
