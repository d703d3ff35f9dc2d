package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func (c *checker) condition(e ast.Expr, s *Scope, message string) {
	c.boolean(e, c.expr(e, s), place(e), message)
}

// text wants a varchar or char.
func (c *checker) text(e ast.Expr, s *Scope, message string) {
	t := c.expr(e, s)
	if k := t.Kind(); !t.IsText() && k != types.Unknown && k != types.Invalid {
		c.mismatch(place(e), message, t)
	}
}

// compareSymbol is the operator that Trino resolves for each comparison.
var compareSymbol = [...]string{ast.Eq: "=", ast.Ne: "=", ast.Lt: "<", ast.Le: "<=", ast.Gt: "<", ast.Ge: "<="}

func (c *checker) compare(e *ast.Compare, s *Scope) types.Type {
	l, r := c.expr(e.L, s), c.expr(e.R, s)
	ordered := e.Op >= ast.Lt && e.Op <= ast.Ge
	t, ok := types.Comparison(l, r, ordered)
	switch {
	case ok:
		c.coerce(e.L, t)
		c.coerce(e.R, t)
	case e.Op >= ast.IsDistinctFrom:
		return c.mismatch(place(e), "Cannot check if %s is identical to %s", l, r)
	default:
		return c.cannotApply(place(e), compareSymbol[e.Op], l, r)
	}
	return boolean
}

func (c *checker) between(e *ast.Between, s *Scope) types.Type {
	x, lo, hi := c.expr(e.X, s), c.expr(e.Lo, s), c.expr(e.Hi, s)
	t, ok := types.Super(x, lo)
	if ok {
		t, ok = types.Super(t, hi)
	}
	if !ok || !t.Orderable() {
		return c.mismatch(place(e), "Cannot check if %s is BETWEEN %s and %s", x, lo, hi)
	}
	c.coerce(e.X, t)
	c.coerce(e.Lo, t)
	c.coerce(e.Hi, t)
	return boolean
}

func (c *checker) in(e *ast.In, s *Scope) types.Type {
	if e.Query != nil {
		c.inSubquery(e.X, e.Query, place(e), place(e.X), s, false)
		return boolean
	}
	var buf [16]ast.Expr
	all := append(append(buf[:0], e.X), e.List...)
	for _, x := range all {
		c.expr(x, s)
	}
	if t, ok := c.common(all, "IN value and list items"); ok && !t.Comparable() {
		return c.mismatch(place(e), "Type %s must be comparable in order to be used in an IN expression", t)
	}
	return boolean
}

// inSubquery compares a value, or a row of values, with what a subquery gives.
func (c *checker) inSubquery(x ast.Expr, q *ast.Query, at, correlatedAt ast.Span, s *Scope, ordered bool) {
	left := c.expr(x, s)
	cols := c.subquery(q, s, inUse, correlatedAt, at)
	if !left.Valid() || cols == nil {
		return
	}
	wanted := left
	if left.Kind() != types.Row {
		wanted = types.RowOf([]types.Field{{Type: left}})
	}
	got := columnsRow(cols)
	t, ok := types.Super(wanted, got)
	if !ok || !t.Comparable() {
		c.mismatch(at, "Value expression and result of subquery must be of the same type: %s vs %s", wanted, got)
	} else if ordered && !t.Orderable() {
		c.mismatch(at, "Type [%s] must be orderable in order to be used in quantified comparison", t)
	}
}

func columnsRow(cols []*Column) types.Type {
	fields := make([]types.Field, len(cols))
	for i, col := range cols {
		if !col.Type.Valid() {
			return types.Type{}
		}
		fields[i] = types.Field{Name: col.Name, Type: col.Type}
	}
	return types.RowOf(fields)
}

func (c *checker) quantified(e *ast.Quantified, s *Scope) types.Type {
	c.inSubquery(e.L, e.Query, place(e), e.Query.At, s, e.Op >= ast.Lt && e.Op <= ast.Ge)
	return boolean
}

// subquery judges a query inside an expression; at is where Trino places what it says of its
// correlation, whole where the expression stands.
func (c *checker) subquery(q *ast.Query, s *Scope, use subqueryUse, at, whole ast.Span) []*Column {
	if c.inLambda > 0 {
		c.report(whole, NotSupported, "Lambda expression cannot contain subqueries")
		return nil
	}
	var names *namedQuery
	if c.sel != nil {
		names = c.sel.names
	}
	aggregate := c.aggregate
	c.aggregate = nil
	mark := len(c.outer)
	c.subDepth++
	cols := c.query(q, s, names)
	c.subDepth--
	c.correlated(q, use, at, s, mark)
	c.aggregate = aggregate
	if len(cols) == 0 {
		return nil
	}
	return cols
}

// scalarSubquery has the type of its column, or a row of several.
func (c *checker) scalarSubquery(e *ast.Subquery, s *Scope) types.Type {
	switch cols := c.subquery(e.Query, s, scalarUse, e.Query.At, e.At); len(cols) {
	case 0:
		return types.Type{}
	case 1:
		return cols[0].Type
	default:
		return columnsRow(cols)
	}
}

// overlaps wants two periods, each a row of a start and an end or a length.
func (c *checker) overlaps(e *ast.Overlaps, s *Scope) {
	l, r := c.period(e.L, s), c.period(e.R, s)
	if !l.Valid() || !r.Valid() {
		return
	}
	start, ok := types.Super(l.Elem(0), r.Elem(0))
	end, both := types.Super(l.Elem(1), r.Elem(1))
	if ok && both && isInterval(end) {
		var verdict types.Verdict
		if end, _, _, verdict = types.Arithmetic(types.Add, start, end); verdict == types.NoSuch {
			both = false
		}
	}
	if ok && both {
		_, ok = types.Super(start, end)
	}
	if !ok || !both {
		c.mismatch(place(e), "Cannot apply OVERLAPS to %s and %s", l, r)
	}
}

func isInterval(t types.Type) bool {
	return t.Kind() == types.IntervalYearMonth || t.Kind() == types.IntervalDaySecond
}

func (c *checker) period(e ast.Expr, s *Scope) types.Type {
	t := c.expr(e, s)
	switch {
	case !t.Valid():
		return t
	case t.Kind() != types.Row || t.NumElems() != 2:
		return c.mismatch(place(e), "OVERLAPS operand must be a row of two elements (actual %s)", t)
	case !t.Elem(0).IsDateTime():
		return c.mismatch(place(e), "OVERLAPS period start must be a datetime (actual %s)", t.Elem(0))
	case !t.Elem(1).IsDateTime() && !isInterval(t.Elem(1)):
		return c.mismatch(place(e), "OVERLAPS period end must be a datetime or interval (actual %s)", t.Elem(1))
	}
	return t
}
