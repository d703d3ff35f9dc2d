package compile

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// from is a base table with its many-to-one joins, and the scope that names them. A table in a named role
// goes by the name of the relationship that leads to it.
func from(f plan.From) (ast.Relation, scope) {
	s := scope{from: f, alias: map[plan.Place]string{{Dataset: f.Base}: f.Base.Name}}
	rel := aliased(table(f.Base), f.Base.Name)
	for _, j := range f.Joins {
		if _, ok := s.alias[j.To]; ok {
			continue
		}
		want := j.To.Dataset.Name
		switch {
		case j.From.Role != "":
			want = j.To.Name + "_" + want
		case j.To.Role != "":
			want = j.To.Name
		}
		alias := want
		for i := 2; s.taken(alias); i++ {
			alias = fmt.Sprintf("%s_%d", want, i)
		}
		s.alias[j.To] = alias
		var on []ast.Expr
		for i, c := range j.Rel.FromColumns {
			on = append(on, meet(dot(s.alias[j.From], c), columnType(j.Rel.From, c), dot(alias, j.Rel.ToColumns[i]), columnType(j.Rel.To, j.Rel.ToColumns[i])))
		}
		rel = &ast.Join{Kind: ast.LeftJoin, Left: rel, Right: aliased(table(j.To.Dataset), alias), On: and(on)}
	}
	return rel, s
}

// meet holds the two ends of a join against each other. Where one holds as text what the other holds as a
// number, both are compared as text: text that is no number then meets nothing, where a cast of it to a
// number would fail the query.
func meet(l ast.Expr, lType string, r ast.Expr, rType string) ast.Expr {
	if isText(lType) != isText(rType) && lType != "" && rType != "" {
		text := func(x ast.Expr, t string) ast.Expr {
			if isText(t) {
				return x
			}
			return &ast.Cast{X: x, Type: &ast.TypeName{Name: "varchar"}}
		}
		l, r = text(l, lType), text(r, rType)
	}
	return &ast.Compare{Op: ast.Eq, L: l, R: r}
}

func isText(t string) bool { return strings.HasPrefix(t, "varchar") || strings.HasPrefix(t, "char") }

// columnType is a physical column's type, empty where the catalog does not say.
func columnType(d *model.Dataset, column string) string {
	if d.Asset == nil {
		return ""
	}
	if c := d.Asset.Column(column); c != nil {
		return c.Type
	}
	return ""
}

func (s scope) taken(alias string) bool {
	for _, a := range s.alias {
		if strings.EqualFold(a, alias) {
			return true
		}
	}
	return false
}

func table(d *model.Dataset) ast.Relation {
	return &ast.Table{Name: name(d.Table.Catalog, d.Table.Schema, d.Table.Table)}
}

// inside is the condition that a time lies in a half-open range; no terms when both ends are open.
func inside(x ast.Expr, fieldType string, r timex.Range) []ast.Expr {
	var out []ast.Expr
	if !r.From.IsZero() {
		out = append(out, &ast.Compare{Op: ast.Ge, L: x, R: moment(r.From, fieldType)})
	}
	if !r.To.IsZero() {
		out = append(out, &ast.Compare{Op: ast.Lt, L: x, R: moment(r.To, fieldType)})
	}
	return out
}

// factSelect is one fact without its select list: FROM, WHERE and the expressions of its keys.
type factSelect struct {
	fact  *plan.Fact
	rel   ast.Relation
	scope scope
	where []ast.Expr
	keys  []ast.Expr // as Fact.Keys
}

func newFact(p *plan.Plan, f *plan.Fact) (*factSelect, error) {
	out := &factSelect{fact: f}
	out.rel, out.scope = from(f.From)
	var when ast.Expr
	if f.Time != nil {
		when = out.scope.field(f.Time)
		out.where = append(out.where, inside(when, f.Time.Type, f.Range)...)
	}
	for _, w := range f.Where {
		e, err := out.scope.predicate(w)
		if err != nil {
			return nil, err
		}
		out.where = append(out.where, e)
	}
	for _, s := range f.Filters {
		e, err := out.scope.resolve(s.Metric, s.Expr)
		if err != nil {
			return nil, err
		}
		out.where = append(out.where, e)
	}
	for _, k := range f.Keys {
		key := p.Keys[k]
		if key.Time {
			x := bucket(when, f.Time.Type, key.Grain, p.Query.Calendar)
			there := shifted(x, f.Shift.Grain, f.Shift.N)
			out.keys = append(out.keys, there)
			if key.Grain == timex.Day && f.Shift.N != 0 && f.Shift.Grain > timex.Week {
				// The 31st stands beside no day of a month of 30: without this it would be added to the 30th.
				out.where = append(out.where, &ast.Compare{Op: ast.Eq, L: shifted(there, f.Shift.Grain, -f.Shift.N), R: x})
			}
			continue
		}
		x := out.scope.in(key.Dim.Field, key.Dim.Via)
		if key.Grain != timex.NoGrain {
			x = bucket(x, key.Dim.Field.Type, key.Grain, p.Query.Calendar)
		}
		out.keys = append(out.keys, x)
	}
	if f.Stock != model.Additive && f.Time != nil {
		out.where = append(out.where, stockDay(p, f))
	}
	return out, nil
}

// stockDay keeps the rows of the last (or first) time of each bucket: a stock is counted once, on the
// day that stands for the period, never summed over days.
func stockDay(p *plan.Plan, f *plan.Fact) ast.Expr {
	rel, s := from(f.To(plan.Place{Dataset: f.Time.Dataset}))
	when := s.field(f.Time)
	pick := "max"
	if f.Stock == model.First {
		pick = "min"
	}
	sub := &ast.Select{Items: []ast.SelectItem{&ast.SingleColumn{Expr: call(pick, when)}}, From: rel, Where: and(inside(when, f.Time.Type, f.Range))}
	for _, k := range f.Keys {
		if key := p.Keys[k]; key.Time {
			sub.GroupBy = &ast.GroupBy{Elements: []ast.GroupingElement{&ast.SimpleGroupBy{Exprs: []ast.Expr{bucket(when, f.Time.Type, key.Grain, p.Query.Calendar)}}}}
		}
	}
	_, outer := from(f.From)
	return &ast.In{X: outer.field(f.Time), Query: query(sub)}
}

// measure is the aggregate call of a measure, its own filters in a FILTER clause.
func (f *factSelect) measure(m *plan.Measure) (ast.Expr, error) {
	e, err := f.scope.resolve(m.Metric, m.Call)
	if err != nil {
		return nil, err
	}
	c := *e.(*ast.Call)
	var conds []ast.Expr
	if c.Filter != nil {
		conds = append(conds, c.Filter)
	}
	for _, s := range m.Filters {
		x, err := f.scope.resolve(s.Metric, s.Expr)
		if err != nil {
			return nil, err
		}
		conds = append(conds, x)
	}
	for _, p := range m.Part {
		x, err := f.scope.predicate(p)
		if err != nil {
			return nil, err
		}
		conds = append(conds, x)
	}
	c.Filter = and(conds)
	return &c, nil
}

// ordinals is GROUP BY 1, 2, …, n.
func ordinals(n int) *ast.GroupBy {
	if n == 0 {
		return nil
	}
	g := &ast.GroupBy{}
	for i := range n {
		g.Elements = append(g.Elements, &ast.SimpleGroupBy{Exprs: []ast.Expr{integer(i + 1)}})
	}
	return g
}
