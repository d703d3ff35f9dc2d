package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// query judges a query and gives its output columns. outer is what an enclosing query offers, nil at
// the top; names are the CTEs in scope.
func (c *checker) query(q *ast.Query, outer *Scope, names *namedQuery) []*Column {
	// The calls met inside belong to this query, not to the expression around it.
	found, sel, operand, pattern := c.found, c.sel, c.operand, c.pattern
	c.found, c.pattern = nil, nil
	defer func() { c.found, c.sel, c.operand, c.pattern = found, sel, operand, pattern }()

	names = c.with(q.With, outer, names)
	var cols []*Column
	if sel, ok := q.Body.(*ast.Select); ok {
		cols = c.selectQuery(sel, q, outer, names)
	} else {
		cols = c.body(q.Body, outer, names)
		if len(q.OrderBy) > 0 {
			c.orderByOutput(q, cols, outer, names)
		}
	}
	if q.Limit != nil {
		c.limit(q)
	}
	c.outputs[q] = cols
	return cols
}

func (c *checker) limit(q *ast.Query) {
	l := q.Limit
	if n, ok := l.Count.(*ast.IntLit); ok {
		if v, ok := intValue(n.Text); ok && v == 0 && l.Fetch {
			c.report(l.At, NumericValueOutOfRange, "FETCH FIRST row count must be positive (actual value: 0)")
		}
	}
	if l.WithTies && len(q.OrderBy) == 0 {
		c.report(l.At, MissingOrderBy, "FETCH FIRST WITH TIES clause requires ORDER BY")
	}
}

// orderByOutput judges the ORDER BY of a query whose body is no SELECT: it sees output columns only.
func (c *checker) orderByOutput(q *ast.Query, cols []*Column, outer *Scope, names *namedQuery) {
	c.sel = &selection{names: names}
	scope := &Scope{cols: cols, parent: outer, boundary: true}
	for _, item := range q.OrderBy {
		if n, ok := ordinal(item.Expr); ok {
			if col := c.orderByPosition(item, n, cols); col != nil {
				c.mustOrder(q, col.Type, ":input("+itoa(int(n)-1)+")")
			}
			continue
		}
		c.mustOrder(q, c.expr(item.Expr, scope), spell(item.Expr))
	}
}

func (c *checker) orderByPosition(item *ast.SortItem, n int64, cols []*Column) *Column {
	if n < 1 || n > int64(len(cols)) {
		c.report(item.Expr.Span(), InvalidColumnReference, "ORDER BY position %d is not in select list", n)
		return nil
	}
	col := cols[n-1]
	c.notes[item.Expr] = note{typ: types.Of(types.Integer), ref: col}
	return col
}

func (c *checker) mustOrder(n ast.Node, t types.Type, text string) {
	if !t.Orderable() {
		c.mismatch(n.Span(), "Type %s is not orderable, and therefore cannot be used in ORDER BY: %s", t, text)
	}
}

// ordinal reports whether an ORDER BY or GROUP BY item is a position rather than an expression.
func ordinal(e ast.Expr) (int64, bool) {
	n, ok := e.(*ast.IntLit)
	if !ok {
		return 0, false
	}
	return intValue(n.Text)
}

// body judges a query's body where no ORDER BY of its own can reach inside.
func (c *checker) body(b ast.QueryBody, outer *Scope, names *namedQuery) []*Column {
	switch b := b.(type) {
	case *ast.Select:
		found, sel := c.found, c.sel
		c.found = nil
		cols := c.selectQuery(b, nil, outer, names)
		c.found, c.sel = found, sel
		return cols
	case *ast.SetOp:
		return c.setOp(b, outer, names)
	case *ast.Values:
		return c.values(b, outer, names)
	case *ast.TableQuery:
		cols := c.tableNamed(b, b.Name, b.At, names)
		for _, col := range cols {
			markRead(col)
		}
		return visible(cols)
	case *ast.ParenQuery:
		return c.query(b.Query, outer, names)
	}
	panic("check: unknown query body")
}

func visible(cols []*Column) []*Column {
	out := make([]*Column, 0, len(cols))
	for _, col := range cols {
		if !col.Hidden {
			out = append(out, &Column{Name: col.Name, Type: col.Type, key: col.key, Via: []*Column{col}})
		}
	}
	return out
}

var setOpText = [...]string{"UNION", "INTERSECT", "EXCEPT"}

func (c *checker) setOp(op *ast.SetOp, outer *Scope, names *namedQuery) []*Column {
	left := c.body(op.Left, outer, names)
	right := c.body(op.Right, outer, names)
	at := orElse(op.OpAt, op.At)
	if op.Corresponding {
		left, right = c.corresponding(op, at, left, right)
	}
	if len(left) != len(right) {
		c.report(at, TypeMismatch, "%s query has different number of fields: %d, %d", setOpText[op.Kind], len(left), len(right))
		return left
	}
	cols := make([]*Column, len(left))
	for i := range left {
		t, ok := types.Super(left[i].Type, right[i].Type)
		if !ok {
			c.mismatch(at, "column %d in %s query has incompatible types: %s, %s", i+1, setOpText[op.Kind], left[i].Type, right[i].Type)
		} else if (op.Kind != ast.Union || !op.All) && !t.Comparable() {
			c.mismatch(at, "Type %s is not comparable and therefore cannot be used in %s%s", t, setOpText[op.Kind],
				map[bool]string{true: " DISTINCT", false: ""}[op.Kind == ast.Union])
		}
		cols[i] = &Column{Name: left[i].Name, key: left[i].key, Type: t, Via: []*Column{left[i], right[i]}}
	}
	return cols
}

// corresponding picks the columns that both sides have by name, or those listed.
func (c *checker) corresponding(op *ast.SetOp, at ast.Span, left, right []*Column) (l, r []*Column) {
	byKey := func(cols []*Column, key string) *Column {
		for _, col := range cols {
			if col.key == key {
				return col
			}
		}
		return nil
	}
	if len(op.CorrespondingColumns) > 0 {
		for _, id := range op.CorrespondingColumns {
			a, b := byKey(left, lower(id.Name)), byKey(right, lower(id.Name))
			if a == nil || b == nil {
				c.report(id.At, ColumnNotFound, "Corresponding column '%s' not found in both sides of %s", id.Name, setOpText[op.Kind])
				continue
			}
			l, r = append(l, a), append(r, b)
		}
		return l, r
	}
	for _, a := range left {
		if a.key == "" {
			continue
		}
		if b := byKey(right, a.key); b != nil {
			l, r = append(l, a), append(r, b)
		}
	}
	if len(l) == 0 {
		c.report(at, TypeMismatch, "No corresponding columns")
	}
	return l, r
}

func (c *checker) values(v *ast.Values, outer *Scope, names *namedQuery) []*Column {
	sel := c.sel
	c.sel = &selection{names: names}
	defer func() { c.sel = sel }()
	scope := &Scope{parent: outer, boundary: true}
	var cols []*Column
	var firstRow types.Type
	for i, row := range v.Rows {
		mark := len(c.found)
		pm := len(c.problems)
		var fields []types.Type
		var exprs []ast.Expr
		if r, ok := strip(row).(*ast.Row); ok {
			for _, f := range r.Fields {
				fields = append(fields, c.expr(f.Value, scope))
				exprs = append(exprs, f.Value)
			}
			c.set(r, rowType(r, fields))
		} else if t := c.expr(row, scope); t.Kind() == types.Row {
			for j := range t.NumElems() {
				fields = append(fields, t.Elem(j))
				exprs = append(exprs, row)
			}
		} else {
			fields, exprs = []types.Type{t}, []ast.Expr{row}
		}
		if len(c.found) > mark && len(c.problems) == pm {
			c.late = append(c.late, c.notScalar(row, "VALUES", c.found[mark:]))
		}
		c.found = c.found[:mark]
		if q := subqueryIn(row); q != nil && len(c.problems) == pm {
			c.late = append(c.late, Problem{Code: NotSupported, At: q.Span(), Message: "A subquery in VALUES is not supported", Hint: "write SELECT … UNION ALL SELECT …"})
		}
		if i == 0 {
			firstRow = anonymousRow(fields)
			cols = make([]*Column, len(fields))
			for j := range cols {
				cols[j] = &Column{Type: fields[j], Rows: make([]ast.Expr, 0, len(v.Rows))}
			}
		} else if len(fields) != len(cols) {
			c.mismatch(v.At, "Values rows have mismatched sizes: %d vs %d", len(cols), len(fields))
			return cols
		}
		for j, t := range fields {
			super, ok := types.Super(cols[j].Type, t)
			if !ok {
				c.mismatch(v.At, "Values rows have mismatched types: %s vs %s", firstRow, anonymousRow(fields))
				return cols
			}
			cols[j].Type = super
			cols[j].Rows = append(cols[j].Rows, exprs[j])
		}
	}
	for _, col := range cols {
		for _, e := range col.Rows {
			if t := c.notes[e].typ; t.Kind() != types.Row || col.Type.Kind() == types.Row {
				c.coerce(e, col.Type)
			}
		}
	}
	return cols
}

// subqueryIn finds a query inside an expression.
func subqueryIn(e ast.Expr) (q *ast.Query) {
	ast.Walk(e, func(n ast.Node) bool {
		if x, ok := n.(*ast.Query); ok && q == nil {
			q = x
		}
		return q == nil
	})
	return q
}

// holder is the place of the expression inside e that a query is the direct part of.
func holder(e ast.Expr, q *ast.Query) (at ast.Span) {
	ast.Walk(e, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && at == (ast.Span{}) {
			for child := range ast.Children(n) {
				if child == ast.Node(q) {
					at = place(x)
				}
			}
		}
		return at == (ast.Span{})
	})
	return at
}

func anonymousRow(ts []types.Type) types.Type {
	fields := make([]types.Field, len(ts))
	for i, t := range ts {
		fields[i].Type = t
	}
	return types.RowOf(fields)
}

// with judges the CTEs in order; each sees those before it.
func (c *checker) with(w *ast.With, outer *Scope, names *namedQuery) *namedQuery {
	if w == nil {
		return names
	}
	seen := make(map[string]bool, len(w.CTEs))
	for _, cte := range w.CTEs {
		name := lower(cte.Name.Name)
		if seen[name] {
			c.report(cte.At, DuplicateNamedQuery, "WITH query name '%s' specified more than once", name)
			continue
		}
		seen[name] = true
		var cols []*Column
		if w.Recursive {
			cols = c.recursive(cte, name, outer, names)
		} else {
			cols = c.query(cte.Query, outer, names)
		}
		if len(cte.Columns) > 0 && !w.Recursive {
			cols = c.renamed(cte, cols)
		}
		names = &namedQuery{outer: names, name: name, query: cte.Query, cols: cols}
	}
	return names
}

// renamed applies the column list of a CTE.
func (c *checker) renamed(cte *ast.CTE, cols []*Column) []*Column {
	if len(cte.Columns) != len(cols) {
		c.report(cte.Columns[0].At, MismatchedColumnAliases, "Column alias list has %d entries but relation has %d columns", len(cte.Columns), len(cols))
		return cols
	}
	seen := make(map[string]bool, len(cte.Columns))
	for _, id := range cte.Columns {
		if key := lower(id.Name); seen[key] {
			c.report(id.At, DuplicateColumnName, "Column name '%s' specified more than once", id.Name)
		} else {
			seen[key] = true
		}
	}
	return under(cols, nil, cte.Columns)
}
