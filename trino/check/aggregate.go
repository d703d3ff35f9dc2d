package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
)

// aggregation judges a SELECT as a whole once every clause is typed: what may stand beside
// aggregates, what may stand inside them, and where GROUPING means something.
func (c *checker) aggregation(s *selection, sorted []ast.Expr) {
	defer func() {
		for _, e := range s.missingOver {
			c.report(e.At, MissingOver, "Window function system.builtin.%s requires an OVER clause", lower(e.Name.Parts[len(e.Name.Parts)-1].Name))
		}
		c.nestedWindows()
	}()
	s.aggregated = s.grouped || s.node.Having != nil
	hasGrouping := false
	for _, f := range c.found {
		s.aggregated = s.aggregated || f.kind == aggregateCall
		hasGrouping = hasGrouping || f.kind == groupingCall
	}
	if hasGrouping && !s.grouped {
		c.report(s.node.At, MissingGroupBy, "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause")
		return
	}
	if !s.aggregated || len(c.problems) > 0 { // after another problem too many names mean nothing to be fair
		c.nested()
		return
	}
	defer func() {
		if len(c.problems) == 0 && (!hasGrouping || c.groupingCalls(s)) {
			c.nested()
		}
	}()
	for _, item := range s.items {
		switch {
		case item.expr != nil:
			c.verify(s, item.expr)
		case !c.grouped(s, item.col):
			c.report(s.node.At, ExpressionNotAggregate, "Column '%s' not in GROUP BY clause", c.starText(item.col))
		}
	}
	if s.node.Having != nil {
		c.verify(s, s.node.Having)
	}
	for _, e := range s.outputRefs {
		c.report(e.Span(), ColumnNotFound, "Invalid reference to output projection attribute from ORDER BY aggregation")
	}
	for _, e := range sorted {
		c.verify(s, e)
	}
}

// starText names a column of * as Trino does, with its relation.
func (c *checker) starText(col *Column) string {
	if len(col.Via) == 1 && col.Via[0].rel != nil && col.Via[0].rel.table != "" {
		return col.Via[0].rel.table + "." + col.Name
	}
	return col.Name
}

func (c *checker) grouped(s *selection, col *Column) bool {
	if col.Expr != nil {
		for _, g := range s.groupExprs {
			if c.same(g, col.Expr) {
				return true
			}
		}
		if ref := c.notes[strip(col.Expr)].ref; ref != nil {
			return s.groupCols[ref]
		}
		return false
	}
	for _, v := range col.Via {
		if !s.groupCols[v] {
			return false
		}
	}
	return true
}

// groupingCalls: GROUPING wants the very columns of GROUP BY.
func (c *checker) groupingCalls(s *selection) bool {
	for _, f := range c.found {
		if f.kind != groupingCall {
			continue
		}
		for _, a := range f.call.(*ast.Call).Args {
			n := c.notes[strip(a.Value)]
			if n.typ.Valid() && (n.ref == nil || !s.groupCols[n.ref]) {
				if n.ref != nil && s.isOutput(n.ref) {
					c.report(ast.Span{}, InvalidArguments, "Invalid reference to output of SELECT clause from grouping() expression in ORDER BY")
					return false
				}
				c.report(f.call.Span(), InvalidArguments, "The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level. Mismatch due to %s", spell(a.Value))
				return false
			}
		}
	}
	return true
}

func (s *selection) isOutput(col *Column) bool {
	for _, item := range s.items {
		if item.col == col {
			return true
		}
	}
	return false
}

// nested: no aggregate inside an aggregate, no window function inside one or inside another.
func (c *checker) nested() {
	for _, f := range c.found {
		if f.within == nil {
			continue
		}
		name := lower(f.within.Name.Parts[len(f.within.Name.Parts)-1].Name)
		switch f.kind {
		case aggregateCall:
			var inside []string
			for _, g := range c.found {
				if g.within == f.within && g.kind == aggregateCall {
					inside = append(inside, spell(g.call))
				}
			}
			c.report(f.within.At, NestedAggregation, "Cannot nest aggregations inside aggregation '%s': [%s]", name, strings.Join(inside, ", "))
			return
		case windowCall:
			c.report(f.within.At, NestedWindow, "Cannot nest window functions or row pattern measures inside aggregation '%s': [%s]", name, spell(f.call))
			return
		}
	}
}

// nestedWindows: no window function among the arguments of another.
func (c *checker) nestedWindows() {
	if len(c.problems) > 0 {
		return
	}
	for _, f := range c.found {
		outer, ok := f.call.(*ast.Call)
		if !ok || f.kind != windowCall {
			continue
		}
		for _, g := range c.found {
			for _, a := range outer.Args {
				if g.kind == windowCall && g.call != f.call && contains(a, g.call) {
					c.report(g.call.Span(), NestedWindow, "Cannot nest window functions or row pattern measures inside window function arguments")
					return
				}
			}
		}
	}
}

// callsIn gives the aggregates, window functions and GROUPINGs of an expression.
func (c *checker) callsIn(e ast.Expr) (calls []foundCall) {
	for _, f := range c.found {
		if contains(e, f.call) {
			calls = append(calls, f)
		}
	}
	return calls
}

// contains looks for a node below another; queries inside are not entered.
func contains(n, wanted ast.Node) bool {
	if n == wanted {
		return true
	}
	if _, ok := n.(*ast.Query); ok {
		return false
	}
	for child := range ast.Children(n) {
		if contains(child, wanted) {
			return true
		}
	}
	return false
}

func (c *checker) hasAggregate(e ast.Expr) bool { return len(c.callsIn(e)) > 0 }

// verify complains unless the expression is made of grouped ones, aggregates and constants.
func (c *checker) verify(s *selection, e ast.Expr) {
	v := verifier{c, s}
	if !v.ok(e) {
		c.notAggregate(e)
	}
}

type verifier struct {
	*checker
	sel *selection
}

// ok reports whether an expression has one value for each group.
func (v verifier) ok(e ast.Expr) bool {
	e = strip(e)
	n := v.notes[e]
	if n.ref != nil {
		return v.sel.groupCols[n.ref] || !v.fromHere(n.ref)
	}
	if len(v.sel.groupExprs) > 0 {
		for _, g := range v.sel.groupExprs {
			if v.same(g, e) {
				return true
			}
		}
	}
	switch e := e.(type) {
	case *ast.Call:
		return v.callOK(e)
	case *ast.Subquery:
		v.outerRefs(e.Query)
		return true
	case *ast.Exists:
		v.outerRefs(e.Query)
		return true
	case *ast.In:
		if e.Query != nil {
			v.outerRefs(e.Query)
			return v.ok(e.X)
		}
	case *ast.Quantified:
		v.outerRefs(e.Query)
		return v.ok(e.L)
	case *ast.Deref:
		return v.ok(e.Base)
	case *ast.Lambda:
		return v.ok(e.Body)
	}
	return v.childrenOK(e)
}

func (v verifier) childOK(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident, *ast.TypeName, *ast.QualifiedName:
		if id, ok := n.(*ast.Ident); ok && v.notes[id].ref != nil {
			return v.ok(id)
		}
		return true // names that are no columns: fields of rows, parameters of lambdas
	case ast.Expr:
		return v.ok(n)
	}
	return v.childrenOK(n)
}

func (v verifier) childrenOK(n ast.Node) bool {
	for child := range ast.Children(n) {
		if !v.childOK(child) {
			return false
		}
	}
	return true
}

// callOK: the inside of an aggregate is free; a window function's clauses are verified each.
func (v verifier) callOK(e *ast.Call) bool {
	name := e.Name.Parts[len(e.Name.Parts)-1].Name
	f := v.notes[e].call
	switch {
	case e.Over == nil && (f != nil && f.Kind == functions.Aggregate || f == nil && lower(name) == "grouping"):
		return true
	case e.Over != nil && e.Over.Spec != nil:
		for _, p := range e.Over.Spec.PartitionBy {
			if !v.ok(p) {
				v.report(place(p), ExpressionNotAggregate, "PARTITION BY expression '%s' must be an aggregate expression or appear in GROUP BY clause", spell(p))
				return true // said already
			}
		}
		for _, o := range e.Over.Spec.OrderBy {
			if !v.ok(o.Expr) {
				v.report(place(o.Expr), ExpressionNotAggregate, "ORDER BY expression '%s' must be an aggregate expression or appear in GROUP BY clause", spell(o.Expr))
				return true
			}
		}
	}
	for _, a := range e.Args {
		if !v.ok(a.Value) {
			return false
		}
		if e.Over != nil {
			for _, f := range v.found { // a window function inside another
				if f.kind == windowCall && f.call != e && contains(a.Value, f.call) {
					return false
				}
			}
		}
	}
	return e.Filter == nil || v.ok(e.Filter)
}

// fromHere reports whether a column comes from this SELECT's FROM rather than from outside, from a
// lambda, or from the select list.
func (v verifier) fromHere(col *Column) bool {
	for _, x := range v.sel.scope.cols {
		if x == col {
			return true
		}
	}
	return false
}

// outerRefs complains of columns of this SELECT that a subquery uses and that are not grouped.
func (v verifier) outerRefs(n ast.Node) {
	if e, ok := n.(ast.Expr); ok {
		if note := v.notes[e]; note.ref != nil && v.fromHere(note.ref) {
			if !v.sel.groupCols[note.ref] {
				v.report(e.Span(), ExpressionNotAggregate, "Subquery uses '%s' which must appear in GROUP BY clause", spell(e))
			}
			return
		}
		for _, g := range v.sel.groupExprs {
			if v.same(g, e) {
				return
			}
		}
	}
	for child := range ast.Children(n) {
		v.outerRefs(child)
	}
}

// deterministic reports whether the expression gives the same for the same row.
func (c *checker) deterministic(n ast.Node) bool {
	if e, ok := n.(*ast.Call); ok {
		if f := c.notes[e].call; f != nil && !f.Deterministic {
			return false
		}
	}
	for child := range ast.Children(n) {
		if !c.deterministic(child) {
			return false
		}
	}
	return true
}

// same reports whether two expressions are equal by shape, names by the columns that they mean.
func (c *checker) same(a, b ast.Expr) bool { return sameExpr(c.notes, strip(a), strip(b)) }
