package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// recursive judges a CTE of WITH RECURSIVE: base UNION [ALL] step, where the step may name the CTE
// once, in its FROM.
func (c *checker) recursive(cte *ast.CTE, name string, outer *Scope, names *namedQuery) []*Column {
	if len(cte.Columns) == 0 {
		c.report(cte.At, MissingColumnAliases, "missing column aliases in recursive WITH query")
	}
	refs := references(cte.Query, name)
	if len(refs) == 0 {
		cols := c.query(cte.Query, outer, names)
		if len(cte.Columns) > 0 {
			cols = c.renamed(cte, cols)
		}
		return cols
	}
	union, ok := cte.Query.Body.(*ast.SetOp)
	if !ok || union.Kind != ast.Union || cte.Query.With != nil {
		c.invalidRecursion(refs[0], "recursive reference outside of a UNION query")
		return nil
	}
	if bad := references(union.Left, name); len(bad) > 0 {
		c.invalidRecursion(bad[0], "WITH table name is referenced in the base relation of recursion")
		return nil
	}
	base := c.body(union.Left, outer, names)
	steps := references(union.Right, name)
	if len(steps) > 1 {
		c.invalidRecursion(steps[1], "multiple recursive references in the step relation of recursion")
		return nil
	}
	if _, ok := union.Right.(*ast.TableQuery); ok || len(steps) == 0 || !c.inFrom(union.Right, steps[0]) {
		at := union.Right.Span()
		if len(steps) > 0 {
			at = steps[0].Span()
		}
		c.report(at, InvalidRecursiveReference, "recursive reference outside of FROM clause of the step relation of recursion")
		return nil
	}
	cols := base
	if len(cte.Columns) > 0 {
		cols = c.renamed(cte, base)
	}
	if len(cte.Columns) != len(base) {
		return cols
	}
	step := c.body(union.Right, outer, &namedQuery{outer: names, name: name, query: cte.Query, cols: cols})
	if len(step) != len(base) {
		c.report(union.Right.Span(), TypeMismatch, "base and step relations of recursion have different number of fields: %d, %d", len(base), len(step))
		return cols
	}
	for i := range step {
		if !types.CanCoerce(step[i].Type, base[i].Type) {
			c.mismatch(union.Right.Span(), "recursion step relation output type (%s) is not coercible to recursion base relation output type (%s) at column %d",
				step[i].Type, base[i].Type, i+1)
			continue
		}
		cols[i].Via = append(cols[i].Via[:1:1], step[i])
	}
	c.outputs[cte.Query] = cols
	return cols
}

func (c *checker) invalidRecursion(ref ast.Node, message string) {
	c.report(ref.Span(), InvalidRecursiveReference, "%s", message)
}

// references finds the unqualified uses of a CTE's name below a node, leaving out those that a WITH
// further in gives another meaning.
func references(n ast.Node, name string) (refs []ast.Node) {
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Table:
			if len(n.Name.Parts) == 1 && lower(n.Name.Parts[0].Name) == name {
				refs = append(refs, n)
			}
			return
		case *ast.TableQuery:
			if len(n.Name.Parts) == 1 && lower(n.Name.Parts[0].Name) == name {
				refs = append(refs, n)
			}
			return
		case *ast.Query:
			if n.With != nil {
				for _, cte := range n.With.CTEs {
					if lower(cte.Name.Name) == name {
						return
					}
				}
			}
		}
		for child := range ast.Children(n) {
			walk(child)
		}
	}
	walk(n)
	return refs
}

// inFrom follows the FROM of a step to the recursive reference and complains of what may not stand
// between: the null-supplying side of a join, INTERSECT ALL, the right side of EXCEPT.
func (c *checker) inFrom(n, ref ast.Node) bool {
	is := func(n ast.Node) bool { return holds(n, ref) }
	for {
		switch x := n.(type) {
		case *ast.Table:
			return true
		case *ast.TableQuery:
			return true
		case *ast.Select:
			if x.From == nil || !is(x.From) {
				return false
			}
			n = x.From
		case *ast.Query:
			if !is(x.Body) {
				return false
			}
			n = x.Body
		case *ast.ParenQuery:
			n = x.Query
		case *ast.SubqueryRel:
			n = x.Query
		case *ast.ParenRel:
			n = x.Rel
		case *ast.Aliased:
			n = x.Rel
		case *ast.Sampled:
			n = x.Rel
		case *ast.Join:
			left := is(x.Left)
			if !left && !is(x.Right) {
				return false
			}
			side, name := "right", map[ast.JoinKind]string{ast.LeftJoin: "LEFT", ast.FullJoin: "FULL"}[x.Kind]
			if left {
				side, name = "left", map[ast.JoinKind]string{ast.RightJoin: "RIGHT", ast.FullJoin: "FULL"}[x.Kind]
			}
			if name != "" {
				c.invalidRecursion(ref, "recursive reference in "+side+" source of "+name+" join")
			}
			n = x.Right
			if left {
				n = x.Left
			}
		case *ast.SetOp:
			left := is(x.Left)
			all := map[bool]string{true: "ALL", false: "DISTINCT"}[x.All]
			switch {
			case x.Kind == ast.Intersect && x.All:
				c.invalidRecursion(ref, "recursive reference in INTERSECT ALL")
			case x.Kind == ast.Except && !left:
				c.invalidRecursion(ref, "recursive reference in right relation of EXCEPT "+all)
			case x.Kind == ast.Except && x.All:
				c.invalidRecursion(ref, "recursive reference in left relation of EXCEPT ALL")
			}
			n = x.Right
			if left {
				n = x.Left
			}
		default:
			return false
		}
	}
}

// holds looks for a node below another, queries inside included.
func holds(n, wanted ast.Node) bool {
	found := n == wanted
	ast.Walk(n, func(n ast.Node) bool {
		found = found || n == wanted
		return !found
	})
	return found
}
