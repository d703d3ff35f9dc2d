package compile

import (
	"slices"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/trino/ast"
)

// finish adds HAVING, ORDER BY, LIMIT and the outer aggregate.
func (c *compiler) finish() (*Result, error) {
	s := &ast.Select{From: c.rel, Where: and(c.where), GroupBy: ordinals(c.group)}
	for i, e := range c.exprs {
		s.Items = append(s.Items, column(e, c.out[i].Name))
	}
	if err := c.having(s); err != nil {
		return nil, err
	}
	q := &ast.Query{Body: s}
	if len(c.with) > 0 {
		q.With = &ast.With{CTEs: c.with}
	}
	if c.plan.Query.Over != semantic.NoOuter {
		return c.over(q, s)
	}
	q.OrderBy = c.order()
	if n := c.plan.Query.Limit; n > 0 {
		q.Limit = &ast.Limit{Count: integer(n)}
	}
	return &Result{Query: q, Columns: c.out}, nil
}

func (c *compiler) having(s *ast.Select) error {
	var conds []ast.Expr
	for _, t := range c.plan.Query.Having {
		role := RoleMetric
		switch {
		case t.Pct:
			role = RolePercent
		case t.Prior:
			role = RoleChange
		}
		i := slices.IndexFunc(c.out, func(o Column) bool { return o.Role == role && o.Metric == t.Metric })
		if i < 0 {
			continue
		}
		var values []ast.Expr
		for _, v := range t.Values {
			lit, err := number(v)
			if err != nil {
				return err
			}
			values = append(values, lit)
		}
		conds = append(conds, test(c.exprs[i], t.Op, values))
	}
	if len(conds) == 0 {
		return nil
	}
	if c.single {
		s.Having = and(conds)
		return nil
	}
	s.Where = and(append(c.where, conds...))
	return nil
}

// over wraps the grouped rows: how many there are, or the average, largest or smallest of their values.
func (c *compiler) over(q *ast.Query, s *ast.Select) (*Result, error) {
	value := c.out[len(c.plan.Keys)]
	col := Column{Name: value.Name, Role: RoleMetric, Metric: value.Metric}
	var e ast.Expr
	switch c.plan.Query.Over {
	case semantic.CountGroups:
		e = &ast.Call{Name: name("count"), Star: true}
		col.Name, col.Metric = "count", nil
		if k := c.plan.Keys; len(k) > 0 && k[0].Dim.Field != nil && k[0].Dim.Field.Dataset.Entity != nil {
			col.Name, col.Field = k[0].Dim.Field.Dataset.Entity.Plural, k[0].Dim.Field
		}
	case semantic.AvgGroups:
		e, col.Name = call("avg", id(value.Name)), "average_"+value.Name
	case semantic.MaxGroups:
		e, col.Name = call("max", id(value.Name)), "highest_"+value.Name
	case semantic.MinGroups:
		e, col.Name = call("min", id(value.Name)), "lowest_"+value.Name
	}
	with := q.With
	q.With = nil
	outer := &ast.Select{Items: []ast.SelectItem{column(e, col.Name)}, From: &ast.Aliased{Rel: &ast.SubqueryRel{Query: q}, Alias: id("groups")}}
	// A row without a key belongs to nobody: it is no group that could be counted.
	var named []ast.Expr
	for i, k := range c.plan.Keys {
		if !k.Time {
			named = append(named, &ast.IsNull{Not: true, X: id(c.out[i].Name)})
		}
	}
	outer.Where = and(named)
	return &Result{Query: &ast.Query{With: with, Body: outer}, Columns: []Column{col}}, nil
}

// order sorts as asked, then by the keys, so that equal values come in the same order on every run.
func (c *compiler) order() []*ast.SortItem {
	var out []*ast.SortItem
	used := map[int]bool{}
	add := func(i int, desc bool) {
		if i >= 0 && !used[i] {
			used[i] = true
			item := &ast.SortItem{Expr: id(c.out[i].Name), Desc: desc}
			if desc {
				item.Nulls = ast.NullsLast
			}
			out = append(out, item)
		}
	}
	nth := func(role Role, n int) int {
		for i, o := range c.out {
			if o.Role == role {
				if n == 0 {
					return i
				}
				n--
			}
		}
		return -1
	}
	orders := c.plan.Query.Order
	if len(orders) == 0 && len(c.plan.Keys) > 0 && !c.plan.Keys[0].Time {
		orders = []semantic.Order{{Key: semantic.ByMetric, Desc: true}}
		if c.out[0].Role == RoleTime {
			orders = nil
		}
	}
	for _, o := range orders {
		switch o.Key {
		case semantic.ByMetric:
			add(nth(RoleMetric, o.Index), o.Desc)
		case semantic.ByChange:
			add(nth(RoleChange, o.Index), o.Desc)
		case semantic.ByPercent:
			add(nth(RolePercent, o.Index), o.Desc)
		case semantic.ByDimension:
			add(nth(RoleDimension, o.Index), o.Desc)
		case semantic.ByTime:
			add(nth(RoleTime, o.Index), o.Desc)
		}
	}
	for i := range c.plan.Keys {
		add(i, false)
	}
	return out
}
