package compile

import (
	"slices"

	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
)

// facts builds the FROM clause: the one fact itself, or a CTE for each and their combination.
func (c *compiler) facts() error {
	var fs []*factSelect
	for _, f := range c.plan.Facts {
		fs0, err := newFact(c.plan, f)
		if err != nil {
			return err
		}
		fs = append(fs, fs0)
	}
	if c.single {
		f := fs[0]
		c.rel, c.where, c.keys, c.group = f.rel, f.where, f.keys, len(f.keys)
		c.operand = func(m *plan.Measure) ast.Expr {
			e, err := f.measure(m)
			if err != nil {
				c.failed = err
			}
			return e
		}
		return nil
	}
	for _, f := range fs {
		s := &ast.Select{From: f.rel, Where: and(f.where), GroupBy: ordinals(len(f.keys))}
		for i, k := range f.keys {
			s.Items = append(s.Items, column(k, c.plan.Keys[f.fact.Keys[i]].Name))
		}
		for _, m := range f.fact.Measures {
			e, err := f.measure(m)
			if err != nil {
				return err
			}
			s.Items = append(s.Items, column(e, m.Name))
		}
		c.with = append(c.with, &ast.CTE{Name: id(f.fact.Name), Query: query(s)})
	}
	c.combine()
	return nil
}

// combine lays the facts side by side on their keys. Facts that have all keys are stacked and grouped
// once more, which keeps a group that only one of them has and lets NULL keys meet; facts that lack
// keys (their value is the same for every period) are joined on those that they have.
func (c *compiler) combine() {
	nk := len(c.plan.Keys)
	var full, partial []*plan.Fact
	for _, f := range c.plan.Facts {
		if len(f.Keys) == nk {
			full = append(full, f)
		} else {
			partial = append(partial, f)
		}
	}
	home := map[*plan.Measure]string{}
	switch {
	case nk == 0 || len(full) == 0:
		for _, f := range c.plan.Facts {
			c.cross(f, home)
		}
		if nk > 0 { // every fact is constant over the keys: nothing to group by
			for _, k := range c.plan.Keys {
				c.keys = append(c.keys, typedNull(k))
			}
		}
	case len(full) == 1:
		c.cross(full[0], home)
		for _, k := range c.plan.Keys {
			c.keys = append(c.keys, dot(full[0].Name, k.Name))
		}
	default:
		c.stack(full, home)
		for _, k := range c.plan.Keys {
			c.keys = append(c.keys, dot(c.stacked, k.Name))
		}
	}
	if nk > 0 && len(full) > 0 {
		for _, f := range partial {
			c.attach(f, home)
		}
	}
	c.operand = func(m *plan.Measure) ast.Expr {
		e := dot(home[m], m.Name)
		if m.Count && home[m] != c.stacked && len(c.plan.Facts) > 1 && nk > 0 {
			return call("coalesce", e, integer(0)) // a group that the fact does not have was not counted
		}
		return e
	}
}

func typedNull(k plan.Key) ast.Expr {
	if k.Time {
		return cast(&ast.NullLit{}, "date")
	}
	return cast(&ast.NullLit{}, "varchar")
}

func (c *compiler) cross(f *plan.Fact, home map[*plan.Measure]string) {
	t := &ast.Table{Name: name(f.Name)}
	if c.rel == nil {
		c.rel = t
	} else {
		c.rel = &ast.Join{Kind: ast.CrossJoin, Left: c.rel, Right: t}
	}
	for _, m := range f.Measures {
		home[m] = f.Name
	}
}

func (c *compiler) attach(f *plan.Fact, home map[*plan.Measure]string) {
	if len(f.Keys) == 0 {
		c.cross(f, home)
		return
	}
	var on []ast.Expr
	for _, k := range f.Keys { // NULL keys meet too
		on = append(on, &ast.Compare{Op: ast.IsNotDistinctFrom, L: c.keys[k], R: dot(f.Name, c.plan.Keys[k].Name)})
	}
	c.rel = &ast.Join{Kind: ast.LeftJoin, Left: c.rel, Right: &ast.Table{Name: name(f.Name)}, On: and(on)}
	for _, m := range f.Measures {
		home[m] = f.Name
	}
}

func (c *compiler) stack(full []*plan.Fact, home map[*plan.Measure]string) {
	var all []*plan.Measure
	for _, f := range full {
		all = append(all, f.Measures...)
	}
	var body ast.QueryBody
	for i, f := range full {
		s := &ast.Select{From: &ast.Table{Name: name(f.Name)}}
		for _, k := range c.plan.Keys {
			s.Items = append(s.Items, &ast.SingleColumn{Expr: id(k.Name)})
		}
		for _, m := range all {
			if slices.Contains(f.Measures, m) {
				s.Items = append(s.Items, &ast.SingleColumn{Expr: id(m.Name)})
			} else {
				s.Items = append(s.Items, column(&ast.NullLit{}, m.Name))
			}
		}
		if i == 0 {
			body = s
		} else {
			body = &ast.SetOp{Kind: ast.Union, All: true, Left: body, Right: s}
		}
	}
	outer := &ast.Select{From: &ast.Aliased{Rel: &ast.SubqueryRel{Query: &ast.Query{Body: body}}, Alias: id("facts")}, GroupBy: ordinals(len(c.plan.Keys))}
	for _, k := range c.plan.Keys {
		outer.Items = append(outer.Items, &ast.SingleColumn{Expr: id(k.Name)})
	}
	for _, m := range all {
		var e ast.Expr = call("max", id(m.Name))
		if m.Count {
			e = call("coalesce", e, integer(0))
		}
		outer.Items = append(outer.Items, column(e, m.Name))
		home[m] = c.stacked
	}
	c.with = append(c.with, &ast.CTE{Name: id(c.stacked), Query: query(outer)})
	c.rel = &ast.Table{Name: name(c.stacked)}
}
