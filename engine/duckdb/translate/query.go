package translate

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// query renders a query. outer is what it may look at around it; top says that the names of its
// columns are for people, so that they need not be unique.
func (p *printer) query(q *ast.Query, outer *scope, top bool) (string, []output) {
	with := p.with(q.With, outer, lineBreak(top))
	b := p.body(q.Body, q, outer, top)
	br := lineBreak(top)
	tail := ""
	if len(q.OrderBy) > 0 {
		if b.sorted == nil {
			b = p.orderable(q, b)
		}
		tail = br + p.order(q, b)
	}
	if q.Offset != nil {
		tail += br + "OFFSET " + p.rowCount(q.Offset)
	}
	if l := q.Limit; l != nil && !l.All && !l.WithTies {
		n := "1" // FETCH FIRST ROW ONLY
		if l.Count != nil {
			n = p.rowCount(l.Count)
		}
		tail += br + "LIMIT " + n
	}
	return with + b.sql + tail, b.cols
}

func (p *printer) rowCount(e ast.Expr) string {
	if n, ok := e.(*ast.IntLit); ok {
		if v, err := parse.Integer(n.Text); err == nil {
			return strconv.FormatInt(v, 10)
		}
	}
	return p.refuse("a row count that is no number", e.Span(), "")
}

// rendered is a query's body before ORDER BY.
type rendered struct {
	sql  string
	cols []output
	// of a SELECT only: what ORDER BY sees, its own columns before those of FROM
	sorted *scope
}

func (p *printer) body(b ast.QueryBody, q *ast.Query, outer *scope, top bool) rendered {
	switch b := b.(type) {
	case *ast.Select:
		return p.selectBody(b, q, outer, top)
	case *ast.SetOp:
		return p.setOp(b, outer)
	case *ast.Values:
		return p.values(b, outer)
	case *ast.TableQuery:
		s := &scope{parent: outer, aliases: map[string]bool{}}
		from, cols := p.table(b, b.Name, b.At, "", s)
		return p.listed(from, cols)
	case *ast.ParenQuery:
		sql, cols := p.query(b.Query, outer, top)
		return rendered{sql: "(" + sql + ")", cols: cols}
	}
	p.refuse("this form of query", b.Span(), "")
	return rendered{}
}

// listed selects all columns of a relation.
func (p *printer) listed(from string, cols []column) rendered {
	out := make([]output, len(cols))
	for i, c := range cols {
		out[i] = output{name: c.key, typ: c.typ, zone: c.zone}
	}
	unique(out)
	items := make([]string, len(cols))
	for i, c := range cols {
		items[i] = c.sql + " AS " + ident(out[i].sql)
	}
	return rendered{sql: "SELECT " + strings.Join(items, ", ") + " FROM " + from, cols: out}
}

func (p *printer) with(w *ast.With, outer *scope, br string) string {
	if w == nil {
		return ""
	}
	items := make([]string, 0, len(w.CTEs))
	for _, c := range w.CTEs {
		if w.Recursive && p.recursive(c) {
			p.refuse("WITH RECURSIVE", c.At, "")
			return ""
		}
		sql, cols := p.query(c.Query, outer, false)
		if p.err != nil {
			return "" // a refused query may lack columns
		}
		for i, id := range c.Columns {
			cols[i].name = id.Name
		}
		name := c.Name.Name
		for n := 2; p.cteNames[strings.ToLower(name)]; n++ {
			name = c.Name.Name + "_" + strconv.Itoa(n)
		}
		p.cteNames[strings.ToLower(name)] = true
		p.ctes[c.Query] = &cte{name: name, cols: cols}
		items = append(items, ident(name)+" AS ("+sql+")")
	}
	return "WITH " + strings.Join(items, ","+br) + br
}

// recursive reports whether a WITH query names itself.
func (p *printer) recursive(c *ast.CTE) (found bool) {
	ast.Walk(c.Query, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Table, *ast.TableQuery:
			found = found || p.info.CTE(n) == c.Query
		}
		return !found
	})
	return found
}

func (p *printer) values(v *ast.Values, outer *scope) rendered {
	s := &scope{parent: outer, aliases: map[string]bool{}}
	rows := make([]string, len(v.Rows))
	var cols []output
	for i, row := range v.Rows {
		var items []string
		r, isRow := strip(row).(*ast.Row)
		if !isRow {
			if p.info.Type(row).Kind() == types.Row {
				p.refuse("VALUES of a row that is no constructor", row.Span(), "write its fields")
				return rendered{}
			}
			r = &ast.Row{Fields: []*ast.RowField{{Value: row}}}
		}
		for j, f := range r.Fields {
			items = append(items, p.expr(f.Value, s))
			t := p.typeOf(f.Value)
			if i == 0 {
				cols = append(cols, output{typ: t, zone: p.zoneOf(f.Value, s)})
				continue
			}
			// Each value was turned into the type of its column, all but NULLs at the head.
			if cols[j].typ.Kind() == types.Unknown {
				cols[j].typ = t
			}
			cols[j].zone = p.sameZone(cols[j].zone, p.zoneOf(f.Value, s))
		}
		rows[i] = "(" + strings.Join(items, ", ") + ")"
	}
	unique(cols)
	names := make([]string, len(cols))
	for i := range cols {
		names[i] = ident(cols[i].sql)
	}
	sql := "SELECT * FROM (VALUES " + strings.Join(rows, ", ") + ") AS \"v\"(" + strings.Join(names, ", ") + ")"
	return rendered{sql: sql, cols: cols}
}

var setOps = [...]string{ast.Union: "UNION", ast.Intersect: "INTERSECT", ast.Except: "EXCEPT"}

func (p *printer) setOp(op *ast.SetOp, outer *scope) rendered {
	if op.Corresponding {
		p.refuse("CORRESPONDING", op.At, "list the columns on both sides")
		return rendered{}
	}
	l, r := p.body(op.Left, nil, outer, false), p.body(op.Right, nil, outer, false)
	if p.err != nil {
		return rendered{}
	}
	want := make([]types.Type, len(l.cols))
	cols := make([]output, len(l.cols))
	for i := range want {
		want[i], _ = types.Super(l.cols[i].typ, r.cols[i].typ)
		cols[i] = output{name: l.cols[i].name, sql: l.cols[i].sql, typ: want[i],
			zone: p.sameZone(p.coercedZone(l.cols[i], want[i]), p.coercedZone(r.cols[i], want[i]))}
	}
	all := ""
	if op.All {
		all = " ALL"
	}
	return rendered{cols: cols, sql: "(" + p.turned(l, want, op.At) + ") " + setOps[op.Kind] + all + " (" + p.turned(r, want, op.At) + ")"}
}

// turned casts the columns of a query to other types, which its own items cannot do under DISTINCT.
func (p *printer) turned(b rendered, want []types.Type, at ast.Span) string {
	items := make([]string, len(want))
	changed := false
	for i, c := range b.cols {
		ref := `"q".` + ident(c.sql)
		items[i] = p.cast(ref, c.typ, want[i], at)
		changed = changed || items[i] != ref
		items[i] += " AS " + ident(c.sql)
	}
	if !changed {
		return b.sql
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + b.sql + `) AS "q"`
}

// orderable puts a body that is no SELECT into FROM where ORDER BY computes something of its columns,
// which DuckDB does not take behind UNION.
func (p *printer) orderable(q *ast.Query, b rendered) rendered {
	plain := true
	for _, item := range q.OrderBy {
		_, number := item.Expr.(*ast.IntLit)
		plain = plain && (number || len(nameParts(strip(item.Expr))) == 1)
	}
	if plain {
		return b
	}
	items := make([]string, len(b.cols))
	s := &scope{}
	for i, c := range b.cols {
		ref := `"q".` + ident(c.sql)
		items[i] = ref + " AS " + ident(c.sql)
		s.cols = append(s.cols, column{key: strings.ToLower(c.name), sql: ref, typ: c.typ, zone: c.zone, ordinal: i + 1})
	}
	return rendered{sql: "SELECT " + strings.Join(items, ", ") + " FROM (" + b.sql + `) AS "q"`, cols: b.cols, sorted: s}
}

// order renders ORDER BY.
func (p *printer) order(q *ast.Query, b rendered) string {
	s := b.sorted
	if s == nil { // not a SELECT: the output columns are all there is
		s = &scope{}
		for i, c := range b.cols {
			s.cols = append(s.cols, column{key: strings.ToLower(c.name), sql: ident(c.sql), typ: c.typ, ordinal: i + 1})
		}
	}
	items := make([]string, len(q.OrderBy))
	for i, item := range q.OrderBy {
		items[i] = p.sortItem(item, s, b.cols, true)
	}
	return "ORDER BY " + strings.Join(items, ", ")
}

// sortItem renders one ORDER BY item; in a query's own ORDER BY a number or the name of an output
// column means that column.
func (p *printer) sortItem(item *ast.SortItem, s *scope, cols []output, ofQuery bool) string {
	if p.err != nil {
		return "NULL" // a refused query may lack columns
	}
	text, t := "", p.typeOf(item.Expr)
	if n, ok := item.Expr.(*ast.IntLit); ok && ofQuery {
		v, _ := parse.Integer(n.Text)
		text, t = strconv.FormatInt(v, 10), cols[v-1].typ
	} else if parts := nameParts(strip(item.Expr)); ofQuery && len(parts) == 1 && s.resolve(parts) != nil && s.resolve(parts).ordinal > 0 {
		text = strconv.Itoa(s.resolve(parts).ordinal)
	} else {
		text = p.padded(p.expr(item.Expr, s), t)
		if _, err := strconv.Atoi(text); err == nil {
			text = "(" + text + " + 0)" // a constant, not a position
		}
	}
	if holds(t, func(t types.Type) bool { return t.Kind() == types.Row }) {
		p.refuse("ORDER BY a row", item.At, "order by its fields")
	}
	if isFloat(t) && item.Nulls == ast.NullsFirst { // NaN goes where NULLs do not go by themselves
		if n, err := strconv.Atoi(text); err == nil {
			if text = s.ordinal(n); text == "" {
				return p.refuse("ORDER BY of this form with NULLS FIRST", item.At, "")
			}
		}
		if item.Desc {
			return "isnan(" + text + ") NULLS FIRST, " + text + " DESC NULLS FIRST"
		}
		return "isnan(" + text + ") DESC NULLS FIRST, " + text + " NULLS FIRST"
	}
	if item.Desc {
		text += " DESC"
	}
	if item.Nulls == ast.NullsFirst {
		return text + " NULLS FIRST"
	}
	return text + " NULLS LAST"
}

// ordinal is the expression behind a position of the select list; empty where it is none.
func (s *scope) ordinal(n int) string {
	for _, c := range s.cols {
		if c.ordinal == n && strings.ContainsAny(c.sql, ".(") {
			return c.sql
		}
	}
	return ""
}
