package compile

import (
	"slices"

	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
)

// listing shows rows of a dataset, newest first unless asked otherwise.
func listing(p *plan.Plan) (*Result, error) {
	l, q := p.Listing, p.Query
	rel, s := from(l.From)
	sel := &ast.Select{From: rel, Distinct: q.Distinct}
	var where []ast.Expr
	if l.Time != nil {
		where = inside(s.field(l.Time), l.Time.Type, q.Period)
	}
	for _, w := range q.Where {
		e, err := s.predicate(w)
		if err != nil {
			return nil, err
		}
		where = append(where, e)
	}
	for _, x := range l.Filters {
		e, err := s.resolve(x.Metric, x.Expr)
		if err != nil {
			return nil, err
		}
		where = append(where, e)
	}
	sel.Where = and(where)
	res := &Result{Query: &ast.Query{Body: sel}}
	for _, f := range l.Show {
		role := RoleDimension
		if f.Role == model.RoleTime {
			role = RoleTime
		}
		col := Column{Name: f.Name, Role: role, Field: f}
		if slices.ContainsFunc(res.Columns, func(o Column) bool { return o.Name == f.Name }) {
			col.Name = f.Dataset.Name + "_" + f.Name
		}
		res.Columns = append(res.Columns, col)
		sel.Items = append(sel.Items, column(s.field(f), col.Name))
	}
	for _, o := range q.Order {
		if o.Field != nil && (!q.Distinct || slices.Contains(l.Show, o.Field)) { // what is not selected cannot order rows that stand for many
			res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: s.field(o.Field), Desc: o.Desc, Nulls: ast.NullsLast})
		}
	}
	if !q.Distinct && len(q.Order) == 0 && l.Time != nil && len(q.Show) == 0 {
		res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: s.field(l.Time), Desc: true, Nulls: ast.NullsLast})
	}
	if e := l.Base.Entity; e != nil && e.Key != "" && !q.Distinct && (q.Limit > 0 || len(res.Query.OrderBy) > 0) {
		res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: dot(s.alias[plan.Place{Dataset: l.Base}], e.Key)})
	}
	if q.Limit > 0 {
		res.Query.Limit = &ast.Limit{Count: integer(q.Limit)}
	}
	return res, nil
}
