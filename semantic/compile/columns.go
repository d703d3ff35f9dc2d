package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
)

// add appends an output column. Two metrics of different domains, or two that share a target, may have
// one name: later ones get a number.
func (c *compiler) add(col Column, e ast.Expr) {
	name := col.Name
	for i := 2; slices.ContainsFunc(c.out, func(o Column) bool { return strings.EqualFold(o.Name, col.Name) }); i++ {
		col.Name = fmt.Sprintf("%s_%d", name, i)
	}
	c.out = append(c.out, col)
	c.exprs = append(c.exprs, e)
}

// columns builds the select list: keys, then for each metric its value and what it is held against.
func (c *compiler) columns() {
	for i := range c.plan.Keys {
		k := &c.plan.Keys[i]
		role := RoleDimension
		if k.Time || k.Dim.Field.Role == model.RoleTime {
			role = RoleTime
		}
		c.add(Column{Name: k.Name, Role: role, Field: k.Dim.Field, Key: k}, c.keys[i])
	}
	n := len(c.plan.Query.Metrics)
	for i := range n {
		v := c.plan.Values[i]
		cur := metric(v.Metric, v, c.operand)
		c.add(Column{Name: v.Name, Role: RoleMetric, Metric: v.Metric, Aside: slices.Contains(c.plan.Query.Aside, v.Metric)}, cur)
		var whole ast.Expr
		for at := n + i; at < len(c.plan.Values); at += n { // the same metric's value in each variant
			w := c.plan.Values[at]
			other := metric(w.Metric, w, c.operand)
			switch w.Variant {
			case plan.Prior:
				c.change(v, w, cur, other, RolePrior)
			case plan.Target:
				c.change(v, w, cur, other, RoleTarget)
			case plan.Part:
				c.add(Column{Name: w.Name, Role: RolePart, Metric: w.Metric}, other)
				c.add(Column{Name: v.Name + "_share", Role: RoleShare, Metric: v.Metric}, quotient(other, cur, false))
			case plan.Whole:
				whole = other
			}
		}
		if c.plan.Query.Share == semantic.ShareTotal {
			if whole == nil {
				whole = c.total(cur)
			}
			c.add(Column{Name: v.Name + "_share", Role: RoleShare, Metric: v.Metric}, quotient(cur, whole, false))
		}
	}
}

// change adds the other value, the difference, and for amounts the change as a fraction (for a target:
// what was attained of it). A percentage changes in points: the difference says it all.
func (c *compiler) change(v, w plan.Value, cur, other ast.Expr, role Role) {
	c.add(Column{Name: w.Name, Role: role, Metric: w.Metric}, other)
	diff := &ast.Binary{Op: ast.Sub, L: cur, R: other}
	c.add(Column{Name: v.Name + "_change", Role: RoleChange, Metric: v.Metric}, diff)
	if v.Metric.Unit == "percent" {
		return
	}
	if role == RoleTarget {
		c.add(Column{Name: v.Name + "_attainment", Role: RolePercent, Metric: v.Metric}, quotient(cur, other, false))
		return
	}
	c.add(Column{Name: v.Name + "_change_pct", Role: RolePercent, Metric: v.Metric}, quotient(diff, other, false))
}

// total is the sum over all groups of the same period.
func (c *compiler) total(x ast.Expr) ast.Expr {
	w := &ast.WindowSpec{}
	for i, k := range c.plan.Keys {
		if k.Time {
			w.PartitionBy = append(w.PartitionBy, c.keys[i])
		}
	}
	s := call("sum", x)
	s.Over = &ast.Window{Spec: w}
	return s
}
