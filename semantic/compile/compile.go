// Package compile turns a plan into Trino SQL as a tree. It knows no question and no person: equal
// plans give equal trees. Start at Compile.
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

// Role says what an output column is for.
type Role string

// The roles of output columns.
const (
	RoleTime      Role = "time"
	RoleDimension Role = "dimension"
	RoleMetric    Role = "metric"
	RolePrior     Role = "prior"
	RoleTarget    Role = "target"
	RoleChange    Role = "change"
	RolePercent   Role = "percent" // a change, share or attainment as a fraction
	RoleShare     Role = "share"
	RolePart      Role = "part"
)

// Column is one output column of a compiled query.
type Column struct {
	Name   string
	Role   Role
	Metric *model.Metric // nil for keys
	Field  *model.Field  // of a dimension or listing
	Key    *plan.Key
}

// Result is a compiled query.
type Result struct {
	Query   *ast.Query
	Columns []Column
}

// Compile builds the tree of a plan.
func Compile(p *plan.Plan) (*Result, error) {
	if p.Listing != nil {
		return listing(p)
	}
	c := &compiler{plan: p, single: len(p.Facts) == 1 && simple(p.Query), stacked: "combined"}
	for slices.ContainsFunc(p.Facts, func(f *plan.Fact) bool { return strings.EqualFold(f.Name, c.stacked) }) {
		c.stacked += "_facts"
	}
	if err := c.facts(); err != nil {
		return nil, err
	}
	c.columns()
	if c.failed != nil {
		return nil, c.failed
	}
	return c.finish()
}

// simple queries need no common table expression: one SELECT says it all.
func simple(q semantic.Query) bool {
	return q.Compare == semantic.NoCompare && q.Share != semantic.SharePart
}

type compiler struct {
	plan    *plan.Plan
	single  bool
	with    []*ast.CTE
	rel     ast.Relation
	where   []ast.Expr
	keys    []ast.Expr
	stacked string // name of the CTE that lays facts on each other; no fact's name
	group   int    // keys to group by in the outermost SELECT, 0 when the CTEs have grouped
	operand func(*plan.Measure) ast.Expr
	out     []Column
	exprs   []ast.Expr
	failed  error
}

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
		c.add(Column{Name: v.Name, Role: RoleMetric, Metric: v.Metric}, cur)
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

// listing shows rows of a dataset, newest first unless asked otherwise.
func listing(p *plan.Plan) (*Result, error) {
	l, q := p.Listing, p.Query
	rel, s := from(l.Base, l.Joins)
	sel := &ast.Select{From: rel}
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
		if o.Field != nil {
			res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: s.field(o.Field), Desc: o.Desc, Nulls: ast.NullsLast})
		}
	}
	if len(q.Order) == 0 && l.Time != nil && len(q.Show) == 0 {
		res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: s.field(l.Time), Desc: true, Nulls: ast.NullsLast})
	}
	if e := l.Base.Entity; e != nil && e.Key != "" && (q.Limit > 0 || len(res.Query.OrderBy) > 0) {
		res.Query.OrderBy = append(res.Query.OrderBy, &ast.SortItem{Expr: dot(s[l.Base], e.Key)})
	}
	if q.Limit > 0 {
		res.Query.Limit = &ast.Limit{Count: integer(q.Limit)}
	}
	return res, nil
}
