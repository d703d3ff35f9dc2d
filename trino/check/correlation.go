package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
)

// A subquery that looks at columns around it must be turned into a join, and Trino can do so only for
// some shapes. It finds out when it plans; the shapes told here are those of which a running Trino
// 483 was seen to say no. Anything else is left to the engine.

// outerRef is a name inside a subquery that means a column outside of it.
type outerRef struct {
	expr  ast.Expr
	found *Scope
	depth int // how many subqueries inside expressions it stands in
}

// subqueryUse says how a subquery is used; the shapes that work differ.
type subqueryUse uint8

const (
	scalarUse subqueryUse = iota
	existsUse
	inUse
	lateralUse
)

// correlation judges one subquery after it was typed.
type correlation struct {
	*checker
	refs map[ast.Node]bool
	use  subqueryUse
}

// correlated judges a subquery with the names that were met since mark. s is what stands around it.
func (c *checker) correlated(q *ast.Query, use subqueryUse, at ast.Span, s *Scope, mark int) {
	if len(c.outer) == mark || len(c.problems) > 0 {
		return
	}
	around := map[*Scope]bool{}
	for x := s; x != nil; x = x.parent {
		around[x] = true
	}
	k := correlation{c, map[ast.Node]bool{}, use}
	deep := false
	for _, r := range c.outer[mark:] {
		if around[r.found] {
			k.refs[r.expr] = true
			deep = deep || r.depth > c.subDepth+1
		}
	}
	if len(k.refs) > 0 && (deep && overTable(q) || !k.supported(q)) {
		c.late = append(c.late, Problem{Code: NotSupported, At: at, Message: "Given correlated subquery is not supported",
			Hint: "write it as a join"})
	}
}

// uses reports whether a part of the subquery looks outside.
func (k correlation) uses(n ast.Node) bool {
	found := false
	ast.Walk(n, func(n ast.Node) bool {
		found = found || k.refs[n]
		return !found
	})
	return found
}

func (k correlation) supported(q *ast.Query) bool {
	switch body := q.Body.(type) {
	case *ast.SetOp:
		return !k.uses(body)
	case *ast.Values:
		return len(body.Rows) == 1
	case *ast.Select:
		return !overTable(q) || k.selectSupported(q, body)
	}
	return true
}

// overTable reports whether a query reads a table or a CTE in its FROM. One over nothing, VALUES or
// UNNEST alone is simpler for the engine.
func overTable(q *ast.Query) bool {
	sel, ok := q.Body.(*ast.Select)
	if !ok || sel.From == nil {
		return false
	}
	found := false
	ast.Walk(sel.From, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Table, *ast.TableQuery:
			found = true
		case ast.Expr:
			return false
		}
		return !found
	})
	return found
}

func (k correlation) selectSupported(q *ast.Query, sel *ast.Select) bool {
	aggregates, windows, inAggregate, inItems := 0, 0, false, false
	for _, item := range sel.Items {
		inItems = inItems || k.uses(item)
		ast.Walk(item, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Query:
				return false
			case *ast.Call:
				switch f := k.notes[n].call; {
				case n.Over != nil:
					windows++
				case f != nil && f.Kind == functions.Aggregate:
					aggregates++
					inAggregate = inAggregate || k.uses(n)
				}
			}
			return true
		})
	}
	if k.setOperationLooksOut(sel.From) {
		return false
	}
	grouped := sel.GroupBy != nil
	aggregated := aggregates > 0 || grouped || sel.Having != nil
	global := aggregated && !grouped
	switch {
	case k.use != existsUse && (inAggregate || inItems && !aggregated):
		return false
	case k.use == scalarUse && windows > 0:
		return false
	case k.use == scalarUse && global && sel.Having != nil:
		return false
	case k.use == inUse && aggregated:
		return false
	}
	if q.Limit == nil || q.Limit.All || global {
		return true
	}
	return k.limitSupported(q, sel)
}

// setOperationLooksOut finds a UNION or its kin below FROM that uses the columns around.
func (k correlation) setOperationLooksOut(from ast.Relation) bool {
	found := false
	ast.Walk(from, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SetOp:
			found = found || k.uses(n)
		case ast.Expr:
			return false
		}
		return !found
	})
	return found
}

// limitSupported: rows can be counted for each outer row only where the columns around are compared
// for equality with plain columns inside.
func (k correlation) limitSupported(q *ast.Query, sel *ast.Select) bool {
	if k.use == existsUse {
		return sel.Where != nil && !k.mixes(sel.Where) || isOne(q.Limit.Count) && (sel.Where == nil || k.equalities(sel.Where))
	}
	for _, item := range q.OrderBy {
		if k.uses(item) {
			return false
		}
	}
	if len(q.OrderBy) == 0 && isOne(q.Limit.Count) {
		return false
	}
	return sel.Where == nil || k.equalities(sel.Where)
}

// mixes reports whether an expression looks at columns inside and outside.
func (k correlation) mixes(e ast.Expr) bool {
	inside := false
	ast.Walk(e, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && k.notes[x].ref != nil && !k.refs[n] {
			inside = true
		}
		return !inside
	})
	return inside && k.uses(e)
}

func isOne(e ast.Expr) bool {
	if e == nil { // FETCH FIRST ROW ONLY
		return true
	}
	n, ok := e.(*ast.IntLit)
	if !ok {
		return false
	}
	v, ok := intValue(n.Text)
	return ok && v == 1
}

func (k correlation) equalities(e ast.Expr) bool {
	e = strip(e)
	if !k.mixes(e) {
		return true
	}
	switch e := e.(type) {
	case *ast.Logical:
		if e.Or {
			return false
		}
		for _, t := range e.Terms {
			if !k.equalities(t) {
				return false
			}
		}
		return true
	case *ast.Compare:
		if e.Op != ast.Eq {
			return false
		}
		inside, outside := strip(e.L), strip(e.R)
		if k.uses(inside) {
			inside, outside = outside, inside
		}
		return !k.uses(inside) && k.notes[inside].ref != nil && k.uses(outside)
	}
	return false
}
