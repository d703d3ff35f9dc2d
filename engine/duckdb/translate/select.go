package translate

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

func (p *printer) selectBody(sel *ast.Select, q *ast.Query, outer *scope, top bool) rendered {
	s := &scope{parent: outer, aliases: map[string]bool{}, windows: map[string]*ast.WindowSpec{}}
	for _, w := range sel.Windows {
		s.windows[strings.ToLower(w.Name.Name)] = w.Spec
	}
	var b strings.Builder
	from := ""
	if sel.From != nil {
		from, s.cols = p.relation(sel.From, s, s)
	}
	items, cols := p.items(sel, s)
	if top {
		for i := range cols {
			if cols[i].sql = cols[i].name; cols[i].sql == "" {
				cols[i].sql = "_col" + strconv.Itoa(i)
			}
		}
	} else {
		unique(cols)
	}
	b.WriteString("SELECT ")
	if sel.Distinct {
		b.WriteString("DISTINCT ")
	}
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item + " AS " + ident(cols[i].sql))
	}
	br := lineBreak(top)
	if from != "" {
		b.WriteString(br + "FROM " + from)
	}
	if sel.Where != nil {
		b.WriteString(br + "WHERE " + p.expr(sel.Where, s))
	}
	if sel.GroupBy != nil {
		b.WriteString(br + "GROUP BY " + p.groupBy(sel.GroupBy, items, s))
	}
	if sel.Having != nil {
		b.WriteString(br + "HAVING " + p.expr(sel.Having, s))
	}
	out := rendered{cols: cols, sorted: &scope{parent: s, windows: s.windows}}
	for i, c := range cols {
		out.sorted.cols = append(out.sorted.cols, column{key: strings.ToLower(c.name), sql: items[i], typ: c.typ, zone: c.zone, ordinal: i + 1})
	}
	if q != nil && q.Limit != nil && q.Limit.WithTies {
		b.WriteString(p.ties(sel, q, out))
	}
	out.sql = b.String()
	return out
}

// lineBreak puts the clauses of the outermost query on lines of their own, for whoever reads it.
func lineBreak(top bool) string {
	if top {
		return "\n"
	}
	return " "
}

// ties keeps the rows up to the n-th and those that sort equal to it.
func (p *printer) ties(sel *ast.Select, q *ast.Query, out rendered) string {
	if sel.Distinct || q.Offset != nil {
		return p.refuse("WITH TIES beside DISTINCT or OFFSET", q.Limit.At, "put the query into FROM")
	}
	if p.err != nil {
		return "" // a refused query may lack columns
	}
	by := make([]string, len(q.OrderBy))
	for i, item := range q.OrderBy {
		one := *item
		text := ""
		if n, ok := item.Expr.(*ast.IntLit); ok { // inside a window a number is no position
			v, _ := parse.Integer(n.Text)
			text = out.sorted.cols[v-1].sql
		} else {
			text = p.padded(p.expr(item.Expr, out.sorted), p.typeOf(item.Expr))
		}
		if one.Desc {
			text += " DESC"
		}
		if one.Nulls == ast.NullsFirst {
			text += " NULLS FIRST"
		} else {
			text += " NULLS LAST"
		}
		by[i] = text
	}
	n := "1"
	if q.Limit.Count != nil {
		n = p.rowCount(q.Limit.Count)
	}
	return " QUALIFY rank() OVER (ORDER BY " + strings.Join(by, ", ") + ") <= " + n
}

// items renders the select list, with every * written out: DuckDB orders the columns of USING
// differently and knows nothing of hidden columns.
func (p *printer) items(sel *ast.Select, s *scope) (items []string, cols []output) {
	for _, item := range sel.Items {
		switch item := item.(type) {
		case *ast.SingleColumn:
			col := output{typ: p.typeOf(item.Expr), zone: p.zoneOf(item.Expr, s)}
			switch e := strip(item.Expr).(type) {
			case *ast.Ident:
				col.name = e.Name
			case *ast.Deref:
				if nameParts(e) != nil {
					col.name = e.Field.Name
				}
			}
			if item.Alias != nil {
				col.name = item.Alias.Name
			}
			items = append(items, p.expr(item.Expr, s))
			cols = append(cols, col)
		case *ast.AllColumns:
			i, c := p.star(item, s)
			items, cols = append(items, i...), append(cols, c...)
		}
	}
	return items, cols
}

func (p *printer) star(item *ast.AllColumns, s *scope) (items []string, cols []output) {
	add := func(c column) {
		name := c.key
		if len(item.Aliases) > 0 {
			name = item.Aliases[len(cols)].Name
		}
		items = append(items, c.sql)
		cols = append(cols, output{name: name, typ: c.typ, zone: c.zone})
	}
	if item.Target == nil {
		for _, c := range s.cols {
			add(c)
		}
		return items, cols
	}
	if parts := nameParts(strip(item.Target)); parts != nil {
		for x := s; x != nil && len(cols) == 0; x = x.parent {
			for _, c := range x.cols {
				named := column{key: "x", rel: c.rel}
				if named.matches(append(parts[:len(parts):len(parts)], "x")) {
					add(c)
				}
			}
		}
		if len(cols) > 0 {
			return items, cols
		}
	}
	base, t := p.expr(item.Target, s), p.typeOf(item.Target)
	if t.Kind() != types.Row {
		p.refuse("this form of .*", item.At, "list the columns")
		return nil, nil
	}
	for i := range t.NumElems() {
		add(column{key: strings.ToLower(t.Field(i).Name), sql: field(base, i), typ: t.Elem(i)})
	}
	return items, cols
}

func (p *printer) groupBy(g *ast.GroupBy, items []string, s *scope) string {
	parts := make([]string, len(g.Elements))
	for i, e := range g.Elements {
		switch e := e.(type) {
		case *ast.SimpleGroupBy:
			parts[i] = p.groupExprs(e, items, s)
			if n, ok := single(e).(*ast.IntLit); ok {
				parts[i] = n.Text
			}
			if len(e.Exprs) == 0 {
				parts[i] = "()"
			}
		case *ast.GroupByAuto:
			parts[i] = "ALL"
		default:
			if g.Distinct {
				p.refuse("GROUP BY DISTINCT", g.At, "")
			}
			parts[i] = p.groupingElement(e, items, s)
		}
	}
	return strings.Join(parts, ", ")
}

func single(e *ast.SimpleGroupBy) ast.Expr {
	if len(e.Exprs) == 1 {
		return e.Exprs[0]
	}
	return nil
}

// groupExprs lists expressions; a number means an item of the select list.
func (p *printer) groupExprs(e *ast.SimpleGroupBy, items []string, s *scope) string {
	list := make([]string, len(e.Exprs))
	for i, x := range e.Exprs {
		if n, ok := x.(*ast.IntLit); ok {
			v, err := parse.Integer(n.Text)
			if err != nil || v < 1 || int(v) > len(items) {
				p.refuse("this GROUP BY position", x.Span(), "")
				continue
			}
			if list[i] = items[v-1]; isNumber(list[i]) {
				list[i] = "(" + list[i] + " + 0)"
			}
			continue
		}
		list[i] = p.expr(x, s)
	}
	return strings.Join(list, ", ")
}

// isNumber reports what DuckDB would take for a position.
func isNumber(sql string) bool {
	_, err := strconv.Atoi(sql)
	return err == nil
}

func (p *printer) groupingElement(e ast.GroupingElement, items []string, s *scope) string {
	sets := func(all []*ast.SimpleGroupBy) string {
		list := make([]string, len(all))
		for i, one := range all {
			if list[i] = p.groupExprs(one, items, s); len(one.Exprs) != 1 {
				list[i] = "(" + list[i] + ")"
			}
		}
		return strings.Join(list, ", ")
	}
	switch e := e.(type) {
	case *ast.SimpleGroupBy:
		return "(" + p.groupExprs(e, items, s) + ")"
	case *ast.Rollup:
		return "ROLLUP (" + sets(e.Sets) + ")"
	case *ast.Cube:
		return "CUBE (" + sets(e.Sets) + ")"
	case *ast.GroupingSets:
		list := make([]string, len(e.Sets))
		for i, one := range e.Sets {
			list[i] = p.groupingElement(one, items, s)
		}
		return "GROUPING SETS (" + strings.Join(list, ", ") + ")"
	}
	return p.refuse("this form of GROUP BY", e.Span(), "")
}
