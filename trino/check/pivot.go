package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// pivot judges relation PIVOT (aggregations FOR columns IN (values) [GROUP BY …]). Its columns are the
// grouped ones, then one for each value and aggregation.
func (c *checker) pivot(r *ast.Pivot, outer, lateral *Scope, names *namedQuery) []*Column {
	cols := c.relation(r.Rel, outer, lateral, names)
	found, sel := c.found, c.sel
	s := &selection{node: &ast.Select{Loc: r.Loc, GroupBy: r.GroupBy}, names: names, groupCols: map[*Column]bool{}, grouped: true}
	s.scope = &Scope{cols: cols, parent: outer, boundary: true}
	c.found, c.sel = nil, s
	defer func() { c.found, c.sel = found, sel }()

	over := make([]*Column, len(r.Columns))
	for i, name := range r.Columns {
		over[i] = c.pivotColumn(name, s.scope)
	}
	if !c.pivotValues(r, over, s.scope) {
		return nil
	}
	var out []*Column
	if r.GroupBy != nil {
		if len(r.GroupBy.Elements) > 0 {
			if auto, ok := r.GroupBy.Elements[0].(*ast.GroupByAuto); ok {
				c.report(auto.At, NotSupported, "GROUP BY AUTO is not supported in PIVOT")
				return nil
			}
		}
		c.groupBy(s)
		out = c.pivotGroups(r.GroupBy, s)
	}
	results := make([]types.Type, len(r.Aggregations))
	for i, a := range r.Aggregations {
		if len(r.Aggregations) > 1 && a.Alias == nil {
			c.report(place(a.Expr), MissingColumnAliases, "PIVOT with multiple aggregations requires an alias on each aggregation")
			return nil
		}
		t, ok := c.pivotAggregation(a.Expr, s)
		if !ok {
			return nil
		}
		results[i] = t
	}
	for _, v := range r.Values {
		for i, a := range r.Aggregations {
			name := pivotName(v)
			if a.Alias != nil {
				name += "_" + windowKey(a.Alias)
			}
			// The columns pivoted over filter what is aggregated, and so are sources as FILTER is.
			out = append(out, &Column{Name: name, key: lower(name), Type: results[i], Via: over, Expr: a.Expr})
		}
	}
	if r.Alias == nil {
		return out
	}
	if len(r.AliasColumns) > 0 && len(r.AliasColumns) != len(out) {
		c.report(r.At, MismatchedColumnAliases, "Column alias list has %d entries but '%s' has %d columns available", len(r.AliasColumns), r.Alias.Name, len(out))
		return out
	}
	return under(out, &relName{table: lower(r.Alias.Name)}, r.AliasColumns)
}

func (c *checker) pivotColumn(name *ast.QualifiedName, s *Scope) *Column {
	var e ast.Expr = name.Parts[0]
	for _, part := range name.Parts[1:] {
		e = &ast.Deref{Loc: ast.Loc{At: ast.Span{Start: name.At.Start, End: part.At.End}}, Base: e, Field: part}
	}
	t := c.expr(e, s)
	if col := c.notes[e].ref; col != nil {
		return col
	}
	return &Column{Type: t}
}

// pivotValues: constants, as many as there are columns, each comparable with its column.
func (c *checker) pivotValues(r *ast.Pivot, over []*Column, s *Scope) bool {
	for _, v := range r.Values {
		if len(v.Exprs) != len(over) {
			at := v.At
			if len(v.Exprs) > 0 {
				at = place(v.Exprs[0])
			}
			c.report(at, InvalidArguments, "Number of pivot values (%d) does not match number of pivot columns (%d)", len(v.Exprs), len(over))
			return false
		}
		for i, e := range v.Exprs {
			pm := len(c.problems)
			t := c.scalar(e, s, "PIVOT IN clause")
			if len(c.problems) > pm {
				return false
			}
			if n := c.notConstant(e); n != nil {
				c.report(place(e), ExpressionNotConstant, "PIVOT IN clause must be constant and cannot reference a column: %s", spell(n))
				return false
			}
			if _, ok := types.Comparison(over[i].Type, t, false); !ok {
				c.mismatch(place(e), "Pivot value of type %s is not comparable with pivot column type %s", t, over[i].Type)
				return false
			}
			c.coerce(e, over[i].Type)
		}
	}
	return true
}

// notConstant gives the first part of an expression that is no constant.
func (c *checker) notConstant(e ast.Expr) (bad ast.Expr) {
	ast.Walk(e, func(n ast.Node) bool {
		x, ok := n.(ast.Expr)
		if !ok || bad != nil {
			return bad == nil
		}
		switch x := x.(type) {
		case *ast.Subquery, *ast.Exists:
			bad = x
		case *ast.Call:
			if f := c.notes[x].call; f != nil && !f.Deterministic {
				bad = x
			}
		default:
			if c.notes[x].ref != nil {
				bad = x
			}
		}
		return bad == nil
	})
	return bad
}

// pivotAggregation must aggregate, alone or inside an expression, and nothing else may vary.
func (c *checker) pivotAggregation(e ast.Expr, s *selection) (types.Type, bool) {
	mark, pm := len(c.found), len(c.problems)
	t := c.expr(e, s.scope)
	calls := c.found[mark:]
	aggregates := 0
	for _, f := range calls {
		switch f.kind {
		case windowCall:
			c.problems = c.problems[:pm]
			c.report(place(e), NestedWindow, "PIVOT expression cannot contain window functions or row pattern measures: %s", spell(f.call))
			return t, false
		case groupingCall:
			c.problems = c.problems[:pm]
			c.report(f.call.Span(), NotSupported, "PIVOT expression cannot contain GROUPING: %s", spell(f.call))
			return t, false
		case aggregateCall:
			aggregates++
		}
	}
	switch {
	case len(c.problems) > pm:
		return t, false
	case aggregates == 0:
		c.report(place(e), ExpressionNotAggregate, "PIVOT expression must contain an aggregate function: %s", spell(e))
		return t, false
	}
	if q := outsideAggregate(c, e); q != nil {
		c.report(q.Span(), NotSupported, "PIVOT expression cannot contain a subquery outside an aggregate function: %s", spell(q))
		return t, false
	}
	c.nested()
	if len(c.problems) == pm {
		c.verify(s, e)
	}
	return t, len(c.problems) == pm
}

// outsideAggregate finds a subquery that stands in no aggregate's argument.
func outsideAggregate(c *checker, e ast.Expr) (q ast.Expr) {
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Call:
			for _, f := range c.found {
				if f.call == n && f.kind == aggregateCall {
					return false
				}
			}
		case *ast.Subquery:
			q = n
		case *ast.Exists:
			q = n
		}
		return q == nil
	})
	return q
}

// pivotGroups gives a column for each grouped expression; a name comes out in upper case, as Trino has it.
func (c *checker) pivotGroups(g *ast.GroupBy, s *selection) (out []*Column) {
	ast.Walk(g, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		e = strip(e)
		col := &Column{Type: c.notes[e].typ}
		if ref := c.notes[e].ref; ref != nil {
			col.Via = []*Column{ref}
			for _, seen := range out {
				if len(seen.Via) == 1 && seen.Via[0] == ref {
					return false // ROLLUP and its kin may name a column again
				}
			}
		} else {
			col.Expr = e
		}
		switch e := e.(type) {
		case *ast.Ident:
			col.Name = windowKey(e)
		case *ast.Deref:
			col.Name = windowKey(e.Field)
		}
		col.key = lower(col.Name)
		out = append(out, col)
		return false
	})
	return out
}

// pivotName is the alias of a value, or its text.
func pivotName(v *ast.PivotValue) string {
	if v.Alias != nil {
		return windowKey(v.Alias)
	}
	parts := make([]string, len(v.Exprs))
	for i, e := range v.Exprs {
		parts[i] = spell(e)
	}
	return strings.Join(parts, "_")
}
