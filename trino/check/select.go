package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// selection is one SELECT while it is judged.
type selection struct {
	node    *ast.Select
	scope   *Scope // what FROM offers
	names   *namedQuery
	windows map[string]*ast.WindowSpec

	items []outItem
	// Grouping: columns that may be named bare, and other expressions that may be repeated whole.
	grouped    bool
	groupCols  map[*Column]bool
	groupExprs []ast.Expr
	aggregated bool // it has aggregates, GROUP BY or HAVING

	// Complaints that wait until the whole SELECT was looked at: window functions without OVER, and
	// names of the select list inside an aggregate of ORDER BY.
	missingOver []*ast.Call
	outputRefs  []ast.Expr

	aggregating int // > 0 while arguments of an aggregate of this SELECT are typed
}

// outItem is one output column and the expression behind it, nil for a column of *.
type outItem struct {
	expr ast.Expr
	col  *Column
}

// foundCall is an aggregate, a window function or GROUPING, in the order in which they were met.
type foundCall struct {
	call   ast.Expr // an *ast.Call, or an *ast.Measure
	kind   callKind
	within *ast.Call // the aggregate or window function whose argument it stands in
}

type callKind uint8

const (
	aggregateCall callKind = iota
	windowCall
	groupingCall
)

// selectQuery judges a SELECT with the ORDER BY of the query around it (q may be nil).
func (c *checker) selectQuery(node *ast.Select, q *ast.Query, outer *Scope, names *namedQuery) []*Column {
	s := &selection{node: node, names: names}
	c.sel = s
	var cols []*Column
	if node.From != nil {
		cols = c.relation(node.From, outer, outer, names)
		c.sel = s
	}
	s.scope = &Scope{cols: cols, parent: outer, boundary: true}
	c.windowClause(s)
	if node.Where != nil {
		t := c.scalar(node.Where, s.scope, "WHERE clause")
		c.boolean(node.Where, t, place(node.Where), "WHERE clause must evaluate to a boolean: actual type %s")
	}
	for _, item := range node.Items {
		switch item := item.(type) {
		case *ast.SingleColumn:
			c.singleColumn(s, item)
		case *ast.AllColumns:
			c.allColumns(s, item)
		}
	}
	if node.Distinct {
		for _, item := range s.items {
			if !item.col.Type.Comparable() {
				text := item.col.Name
				if item.expr != nil {
					text = spell(item.expr)
				}
				c.mismatch(node.At, "DISTINCT can only be applied to comparable types (actual: %s): %s", item.col.Type, text)
			}
		}
	}
	if node.GroupBy != nil {
		c.groupBy(s)
	}
	if node.Having != nil {
		c.having(s)
	}
	out := make([]*Column, len(s.items))
	for i, item := range s.items {
		out[i] = item.col
	}
	var sorted []ast.Expr
	if q != nil && len(q.OrderBy) > 0 {
		sorted = c.orderBy(s, q, out)
	}
	c.aggregation(s, sorted)
	return out
}

func (c *checker) singleColumn(s *selection, item *ast.SingleColumn) {
	t := c.expr(item.Expr, s.scope)
	col := &Column{Type: t}
	e := strip(item.Expr)
	if ref := c.notes[e].ref; ref != nil {
		col.Via = []*Column{ref}
	} else {
		col.Expr = item.Expr
	}
	switch e := e.(type) {
	case *ast.Ident:
		col.Name = e.Name
	case *ast.Deref:
		if buf := [4]string{}; nameParts(e, buf[:]) != nil { // a field of what is no name gives no name
			col.Name = e.Field.Name
		}
	}
	if item.Alias != nil {
		col.Name = item.Alias.Name
	}
	col.key = lower(col.Name)
	s.items = append(s.items, outItem{item.Expr, col})
}

// allColumns expands *, t.* and row.*.
func (c *checker) allColumns(s *selection, item *ast.AllColumns) {
	if item.Target == nil {
		if s.node.From == nil {
			c.report(item.At, ColumnNotFound, "SELECT * not allowed in queries without FROM clause")
			return
		}
		c.expand(s, item, s.scope.cols)
		return
	}
	target := strip(item.Target)
	var buf [4]string
	if parts := nameParts(target, buf[:]); parts != nil {
		if c.qualifiedStar(s, item, target, parts) {
			return
		}
		// What is no relation must be relation.column and fields below it; a bare column never is.
		if len(parts) == 1 {
			c.unresolved(item, target)
			return
		}
		if col, _, many := s.scope.resolve(parts[:2]); many {
			c.columnAmbiguous(target, parts[:2])
			return
		} else if col == nil || len(parts) == 2 && col.Type.Kind() != types.Row && col.Type.Valid() {
			c.unresolved(item, target)
			return
		}
	}
	t := c.expr(target, s.scope)
	if !t.Valid() {
		return
	}
	if t.Kind() != types.Row {
		c.mismatch(s.node.At, "expected expression of type Row")
		return
	}
	if len(item.Aliases) > 0 && len(item.Aliases) != t.NumElems() {
		c.report(item.Aliases[0].At, MismatchedColumnAliases, "Column alias list has %d entries but relation has %d columns", len(item.Aliases), t.NumElems())
		return
	}
	for i := range t.NumElems() {
		f := t.Field(i)
		col := &Column{Name: f.Name, key: lower(f.Name), Type: f.Type, Expr: target}
		if len(item.Aliases) > 0 {
			col.Name = item.Aliases[i].Name
			col.key = lower(col.Name)
		}
		s.items = append(s.items, outItem{target, col})
	}
}

func (c *checker) unresolved(item *ast.AllColumns, target ast.Expr) {
	c.report(item.At, TableNotFound, "Unable to resolve reference %s", lower(spell(target)))
}

// qualifiedStar expands t.* where t names a relation here or in an enclosing query.
func (c *checker) qualifiedStar(s *selection, item *ast.AllColumns, target ast.Expr, parts []string) bool {
	last := len(parts) - 1
	for scope := s.scope; scope != nil; scope = scope.parent {
		var cols []*Column
		var rels []*relName
		for _, col := range scope.cols {
			r := col.rel
			if r == nil || last > 2 || r.table != parts[last] || last > 0 && r.schema != parts[last-1] || last > 1 && r.catalog != parts[0] {
				continue
			}
			cols = append(cols, col)
			if len(rels) == 0 || rels[len(rels)-1] != r {
				rels = append(rels, r)
			}
		}
		var column *Column
		if len(parts) > 1 {
			column, _ = scope.lookup(parts[:2])
		}
		switch {
		case len(cols) > 0 && column != nil:
			c.report(target.Span(), AmbiguousName, "Reference '%s' is ambiguous", lower(spell(target)))
			return true
		case len(cols) > 0:
			if scope != s.scope {
				for _, col := range cols {
					if col.Name == "" {
						c.report(s.node.At, NotSupported, "SELECT * from outer scope table not supported with anonymous columns")
						return true
					}
				}
			}
			c.expand(s, item, cols)
			return true
		case column != nil:
			return false
		}
	}
	return false
}

func (c *checker) expand(s *selection, item *ast.AllColumns, cols []*Column) {
	n := visibleCount(cols)
	if len(item.Aliases) > 0 && len(item.Aliases) != n {
		c.report(item.Aliases[0].At, MismatchedColumnAliases, "Column alias list has %d entries but relation has %d columns", len(item.Aliases), n)
		return
	}
	if len(s.items)+n > maxColumns {
		c.report(item.At, NotSupported, "More than %d columns are not supported", maxColumns)
		s.items = nil
		return
	}
	all := make([]Column, n)
	i := 0
	for j, col := range cols {
		if col.Hidden {
			continue
		}
		markRead(col)
		all[i] = Column{Name: col.Name, key: col.key, Type: col.Type, Via: cols[j : j+1 : j+1]}
		if len(item.Aliases) > 0 {
			all[i].Name = item.Aliases[i].Name
			all[i].key = lower(all[i].Name)
		}
		s.items = append(s.items, outItem{nil, &all[i]})
		i++
	}
}

// scalar types an expression of a clause that may hold no aggregate, window function or GROUPING.
func (c *checker) scalar(e ast.Expr, scope *Scope, clause string) types.Type {
	mark, pm := len(c.found), len(c.problems)
	t := c.expr(e, scope)
	c.forbid(e, clause, mark, pm)
	return t
}

// forbid complains of calls that were met since mark. Trino looks for them before it types anything,
// so the complaint takes the place of those that came after pm.
func (c *checker) forbid(e ast.Expr, clause string, mark, pm int) {
	if len(c.found) > mark {
		c.problems = append(c.problems[:pm], c.notScalar(e, clause, c.found[mark:]))
		c.found = c.found[:mark]
	}
}

func (c *checker) groupBy(s *selection) {
	s.grouped = true
	s.groupCols = map[*Column]bool{}
	for _, el := range s.node.GroupBy.Elements {
		switch el := el.(type) {
		case *ast.SimpleGroupBy:
			for _, e := range el.Exprs {
				c.groupExpr(s, e)
			}
		case *ast.GroupByAuto:
			for _, item := range s.items {
				if item.expr == nil {
					c.groupColumn(s, item)
				} else if !c.hasAggregate(item.expr) {
					c.addGroup(s, item.expr)
				}
			}
		default:
			c.groupSets(s, el)
		}
	}
}

// groupExpr takes a position in the select list, or an expression over FROM's columns.
func (c *checker) groupExpr(s *selection, e ast.Expr) {
	n, ok := ordinal(e)
	if !ok {
		t := c.scalar(e, s.scope, "GROUP BY clause")
		c.groupable(s, t)
		c.addGroup(s, e)
		return
	}
	if n < 1 || n > int64(len(s.items)) {
		c.report(e.Span(), InvalidColumnReference, "GROUP BY position %d is not in select list", n)
		return
	}
	item := s.items[n-1]
	c.notes[e] = note{typ: types.Of(types.Integer), ref: item.col}
	c.groupable(s, item.col.Type)
	if item.expr == nil {
		c.groupColumn(s, item)
		return
	}
	if calls := c.callsIn(item.expr); len(calls) > 0 {
		c.problems = append(c.problems, c.notScalar(item.expr, "GROUP BY clause", calls))
		return
	}
	c.addGroup(s, item.expr)
}

func (c *checker) groupColumn(s *selection, item outItem) {
	for _, v := range item.col.Via {
		s.groupCols[v] = true
	}
	if item.col.Expr != nil {
		s.groupExprs = append(s.groupExprs, item.col.Expr)
	}
}

func (c *checker) groupable(s *selection, t types.Type) {
	if !t.Comparable() {
		c.mismatch(s.node.At, "%s is not comparable, and therefore cannot be used in GROUP BY", t)
	}
}

func (c *checker) addGroup(s *selection, e ast.Expr) {
	if ref := c.notes[strip(e)].ref; ref != nil {
		s.groupCols[ref] = true
		return
	}
	s.groupExprs = append(s.groupExprs, strip(e))
}

// groupSets takes the columns of ROLLUP, CUBE and GROUPING SETS; nothing but columns may stand there.
func (c *checker) groupSets(s *selection, n ast.Node) {
	if g, ok := n.(*ast.SimpleGroupBy); ok {
		for _, e := range g.Exprs {
			mark := len(c.found)
			t := c.expr(e, s.scope)
			c.found = c.found[:mark]
			c.groupable(s, t)
			if c.notes[strip(e)].ref == nil && t.Valid() {
				c.report(place(e), InvalidColumnReference, "GROUP BY expression must be a column reference: %s", spell(e))
			}
			c.addGroup(s, e)
		}
		return
	}
	for child := range ast.Children(n) {
		c.groupSets(s, child)
	}
}

func (c *checker) having(s *selection) {
	mark, pm := len(c.found), len(c.problems)
	t := c.expr(s.node.Having, s.scope)
	for _, f := range c.found[mark:] {
		if f.kind == windowCall {
			c.problems = c.problems[:pm] // looked for before anything is typed
			c.report(f.call.Span(), NestedWindow, "HAVING clause cannot contain window functions or row pattern measures")
			break
		}
	}
	c.boolean(s.node.Having, t, place(s.node.Having), "HAVING clause must evaluate to a boolean: actual type %s")
}

// orderBy judges the sort items: they see the select list's names first, then FROM's columns. It
// gives the expressions that are not just positions.
func (c *checker) orderBy(s *selection, q *ast.Query, out []*Column) (sorted []ast.Expr) {
	scope := &Scope{cols: out, parent: s.scope, output: s}
	for _, item := range q.OrderBy {
		if n, ok := ordinal(item.Expr); ok {
			if col := c.orderByPosition(item, n, out); col != nil {
				text := ":input(" + itoa(int(n)-1) + ")"
				c.mustOrder(s.node, col.Type, text)
			}
			continue
		}
		t := c.expr(item.Expr, scope)
		if s.node.Distinct && t.Valid() && !c.inSelectList(s, item.Expr) {
			c.report(s.node.At, ExpressionNotInDistinct, "For SELECT DISTINCT, ORDER BY expressions must appear in select list")
		}
		c.mustOrder(s.node, t, spell(item.Expr))
		sorted = append(sorted, item.Expr)
	}
	return sorted
}

func (c *checker) inSelectList(s *selection, e ast.Expr) bool {
	if !c.deterministic(e) {
		return false
	}
	e = strip(e)
	ref := c.notes[e].ref
	for _, item := range s.items {
		if ref != nil && (ref == item.col || len(item.col.Via) == 1 && item.col.Via[0] == ref) {
			return true
		}
		if item.expr != nil && ref == nil && c.same(e, item.expr) {
			return true
		}
	}
	// What only combines select list names is not a select list expression in Trino either.
	return false
}
