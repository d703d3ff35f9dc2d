package format

import "github.com/limn-data/limn/trino/ast"

// query prints a query that comments before end may belong to: on one line where it is short and
// there are none, else a clause a line.
func (p *printer) query(q *ast.Query, end int32) {
	if p.flat {
		start := len(p.b)
		if p.over || p.pending(end) {
			p.over = true
			return
		}
		p.queryText(q, end)
		if len(p.b)-start > queryWidth {
			p.over = true
		}
		return
	}
	if !p.pending(end) && p.try(queryWidth, func() { p.queryText(q, end) }) {
		return
	}
	p.queryText(q, end)
}

// queryText prints the clauses of a query. A clause owns the comments up to the next one: they break
// it, wherever inside they stand, so that it looks the same once they have moved to a line's end.
func (p *printer) queryText(q *ast.Query, end int32) {
	defer p.scope(q.Body)()
	defer p.region(end)()
	limit := startOr(q.Limit != nil, q.Limit, end)
	offset := startOr(q.Offset != nil, q.Offset, limit)
	order := offset
	if len(q.OrderBy) > 0 {
		order = q.OrderBy[0].At.Start
	}
	if q.With != nil {
		p.with(q.With)
		p.line(" ", bodyStart(q.Body))
	}
	p.end = order
	p.body(q.Body)
	if len(q.OrderBy) > 0 {
		p.line(" ", q.OrderBy[0])
		p.end = offset
		p.list("ORDER BY", len(q.OrderBy), func(i int) ast.Node { return q.OrderBy[i] }, func(i int) { p.sortItem(q.OrderBy[i]) })
	}
	if q.Offset != nil {
		p.line(" ", q.Offset)
		p.write("OFFSET ")
		p.expr(q.Offset, precNone)
		if q.Limit != nil && q.Limit.Fetch {
			p.write(" ROWS")
		}
	}
	if q.Limit != nil {
		p.line(" ", q.Limit)
		p.limitClause(q.Limit)
	}
}

// region sets where the comments of what is printed next end; the function returned sets it back.
func (p *printer) region(end int32) func() {
	before := p.end
	p.end = end
	return func() { p.end = before }
}

// startOr is where n starts, if there is an n, else other.
func startOr(ok bool, n ast.Node, other int32) int32 {
	if ok {
		return n.Span().Start
	}
	return other
}

// bodyStart is the leftmost part of a body, which is what comments before it speak of.
func bodyStart(b ast.QueryBody) ast.Node {
	for {
		s, ok := b.(*ast.SetOp)
		if !ok {
			return start{b}
		}
		b = s.Left
	}
}

// start stands for the place where a node begins: comments inside the node do not count.
type start struct{ ast.Node }

func (s start) Span() ast.Span {
	at := s.Node.Span()
	return ast.Span{Start: at.Start, End: at.Start}
}

func (p *printer) limitClause(l *ast.Limit) {
	switch {
	case l.Fetch:
		p.write("FETCH FIRST ")
		if l.Count != nil {
			p.expr(l.Count, precNone)
			p.write(" ROWS")
		} else {
			p.write("ROW")
		}
		if l.WithTies {
			p.write(" WITH TIES")
		} else {
			p.write(" ONLY")
		}
	case l.All:
		p.write("LIMIT ALL")
	default:
		p.write("LIMIT ")
		p.expr(l.Count, precNone)
	}
}

func (p *printer) with(w *ast.With) {
	p.write("WITH ")
	if w.Recursive {
		p.write("RECURSIVE ")
	}
	for i, c := range w.CTEs {
		if i > 0 {
			p.write(",")
			p.line(" ", start{c})
		}
		p.name(c.Name)
		if len(c.Columns) > 0 {
			p.write(" ")
			p.names(c.Columns)
		}
		p.write(" AS ")
		p.block(c.Query, c.At.End)
	}
}

// block prints (query), indented where it takes several lines. The comments before end, which is that
// of the parenthesis, belong inside.
func (p *printer) block(q *ast.Query, end int32) {
	if p.flat {
		p.write("(")
		p.query(q, end)
		p.write(")")
		return
	}
	if !p.pending(end) && p.try(queryWidth+2, func() { p.write("("); p.query(q, end); p.write(")") }) {
		return
	}
	p.write("(")
	p.in()
	p.line("", start{q})
	p.queryText(q, end)
	if p.pending(end) {
		p.flush(end)
	}
	p.out()
	p.newline()
	p.write(")")
}

// bare is a query without what only parentheses around it need: x IN ((SELECT 1)) is another thing
// than x IN (SELECT 1).
func bare(q *ast.Query) *ast.Query {
	for q.With == nil && len(q.OrderBy) == 0 && q.Offset == nil && q.Limit == nil {
		inner, ok := q.Body.(*ast.ParenQuery)
		if !ok || inner.Query.With != nil {
			break
		}
		q = inner.Query
	}
	return q
}

func (p *printer) body(b ast.QueryBody) {
	switch b := b.(type) {
	case *ast.Select:
		p.selectBody(b)
	case *ast.SetOp:
		p.setOp(b)
	case *ast.Values:
		p.values(b)
	case *ast.TableQuery:
		p.write("TABLE ")
		p.qualified(b.Name)
	case *ast.ParenQuery:
		p.block(b.Query, b.At.End)
	}
}

var setOpNames = [...]string{ast.Union: "UNION", ast.Intersect: "INTERSECT", ast.Except: "EXCEPT"}

func (p *printer) setOp(s *ast.SetOp) {
	end := p.end
	p.end = bodyStart(s.Right).Span().Start
	p.operand(s.Left, s, false)
	p.end = end
	p.line(" ", bodyStart(s.Right))
	p.write(setOpNames[s.Kind])
	switch {
	case s.All:
		p.write(" ALL")
	case s.ExplicitDistinct:
		p.write(" DISTINCT")
	}
	if s.Corresponding {
		p.write(" CORRESPONDING")
		if len(s.CorrespondingColumns) > 0 {
			p.write(" BY ")
			p.names(s.CorrespondingColumns)
		}
	}
	p.soft(" ")
	p.operand(s.Right, s, true)
}

// operand prints one side of a set operation, in parentheses where it would be read otherwise.
func (p *printer) operand(b ast.QueryBody, parent *ast.SetOp, right bool) {
	inner, ok := b.(*ast.SetOp)
	if ok && (right && !(inner.Kind == ast.Intersect && parent.Kind != ast.Intersect) ||
		!right && parent.Kind == ast.Intersect && inner.Kind != ast.Intersect) {
		p.block(&ast.Query{Loc: inner.Loc, Body: inner}, inner.At.End)
		return
	}
	chained := ok && (inner.Kind != ast.Intersect || parent.Kind == ast.Intersect) // breaks as its parent does
	if !chained && !p.flat && !p.pending(p.end) && p.try(queryWidth, func() { p.body(b) }) {
		return
	}
	p.body(b)
}

// values prints VALUES with every row in parentheses.
func (p *printer) values(v *ast.Values) {
	p.list("VALUES", len(v.Rows), func(i int) ast.Node { return v.Rows[i] }, func(i int) {
		switch row := unparen(v.Rows[i]).(type) {
		case *ast.Row, *ast.Subquery: // have parentheses of their own
			p.expr(row, precNone)
			return
		}
		p.write("(")
		p.expr(v.Rows[i], precNone)
		p.write(")")
	})
}

// list prints a clause: its word and its items, on one line where they fit, else an item a line.
func (p *printer) list(word string, n int, at func(int) ast.Node, item func(int)) {
	p.write(word)
	end := p.end
	if n == 1 { // nothing to tell apart
		end = 0
	}
	p.groupWith(end, func() {
		p.in()
		for i := range n {
			if i > 0 {
				p.write(",")
			}
			p.line(" ", at(i))
			item(i)
		}
		p.out()
	})
}

func (p *printer) selectBody(s *ast.Select) {
	defer p.scope(s)() // of a SetOp's side no query has added it
	end := p.end
	defer p.region(end)()
	windows := end
	if len(s.Windows) > 0 {
		windows = s.Windows[0].At.Start
	}
	having := startOr(s.Having != nil, s.Having, windows)
	group := startOr(s.GroupBy != nil, s.GroupBy, having)
	where := startOr(s.Where != nil, s.Where, group)
	from := startOr(s.From != nil, s.From, where)

	word := "SELECT"
	if s.Distinct {
		word = "SELECT DISTINCT"
	}
	p.end = from
	p.list(word, len(s.Items), func(i int) ast.Node { return s.Items[i] }, func(i int) { p.selectItem(s.Items[i]) })
	if s.From != nil {
		p.line(" ", leftmost(s.From))
		p.end = where
		p.from(s.From)
	}
	if s.Where != nil {
		p.end = group
		p.condition("WHERE ", s.Where)
	}
	if s.GroupBy != nil {
		p.line(" ", start{s.GroupBy})
		p.end = having
		p.groupBy(s.GroupBy)
	}
	if s.Having != nil {
		p.end = windows
		p.condition("HAVING ", s.Having)
	}
	if len(s.Windows) > 0 {
		p.line(" ", s.Windows[0])
		p.end = end
		p.list("WINDOW", len(s.Windows), func(i int) ast.Node { return s.Windows[i] }, func(i int) {
			p.name(s.Windows[i].Name)
			p.write(" AS ")
			p.windowSpec(s.Windows[i].Spec)
		})
	}
}

// condition prints a clause with a boolean expression; the terms of AND and OR stand on lines of
// their own where they do not fit on one.
func (p *printer) condition(word string, x ast.Expr) {
	x = unparen(x)
	l, ok := x.(*ast.Logical)
	if !ok || len(l.Terms) < 2 {
		p.line(" ", x)
		p.write(word)
		p.expr(x, precNone)
		return
	}
	p.line(" ", l.Terms[0])
	p.write(word)
	p.groupWith(p.end, func() {
		p.in()
		p.terms(l)
		p.out()
	})
}

func (p *printer) selectItem(item ast.SelectItem) {
	switch c := item.(type) {
	case *ast.SingleColumn:
		p.column(c)
	case *ast.AllColumns:
		if c.Target != nil {
			p.expr(c.Target, precPrimary)
			p.write(".")
		}
		p.write("*")
		if len(c.Aliases) > 0 {
			p.write(" AS ")
			p.names(c.Aliases)
		}
	}
}

func (p *printer) column(c *ast.SingleColumn) {
	p.expr(c.Expr, precNone)
	if c.Alias != nil {
		p.write(" AS ")
		p.name(c.Alias)
	}
}

func (p *printer) sortItem(s *ast.SortItem) {
	p.expr(s.Expr, precNone)
	if s.Desc {
		p.write(" DESC")
	}
	switch s.Nulls {
	case ast.NullsFirst:
		p.write(" NULLS FIRST")
	case ast.NullsLast:
		p.write(" NULLS LAST")
	}
}

func (p *printer) sortItems(list []*ast.SortItem) {
	for i, s := range list {
		if i > 0 {
			p.write(", ")
		}
		p.sortItem(s)
	}
}

func (p *printer) groupBy(g *ast.GroupBy) {
	word := "GROUP BY"
	if g.Distinct {
		word = "GROUP BY DISTINCT"
	}
	p.list(word, len(g.Elements), func(i int) ast.Node { return g.Elements[i] }, func(i int) { p.groupingElement(g.Elements[i]) })
}

func (p *printer) groupingElement(e ast.GroupingElement) {
	switch e := e.(type) {
	case *ast.SimpleGroupBy:
		if !e.Paren && len(e.Exprs) == 1 {
			p.expr(e.Exprs[0], precNone)
			return
		}
		p.write("(")
		p.exprs(e.Exprs)
		p.write(")")
	case *ast.GroupingSets:
		groupingSets(p, "GROUPING SETS", e.Sets)
	case *ast.Rollup:
		groupingSets(p, "ROLLUP", e.Sets)
	case *ast.Cube:
		groupingSets(p, "CUBE", e.Sets)
	case *ast.GroupByAuto:
		p.write("AUTO")
	}
}

func groupingSets[E ast.GroupingElement](p *printer, word string, sets []E) {
	p.write(word + " (")
	for i, s := range sets {
		if i > 0 {
			p.write(", ")
		}
		p.groupingElement(s)
	}
	p.write(")")
}
