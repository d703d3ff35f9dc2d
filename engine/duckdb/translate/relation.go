package translate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/types"
)

// relation renders what stands in FROM and gives its columns. s collects the names that this FROM
// gives to relations; lateral is what LATERAL and UNNEST may look at.
func (p *printer) relation(r ast.Relation, s, lateral *scope) (string, []column) {
	switch r := r.(type) {
	case *ast.Table:
		if r.Version != nil {
			p.refuse("FOR TIMESTAMP|VERSION AS OF", r.At, "")
		}
		return p.table(r, r.Name, r.At, "", s)
	case *ast.ParenRel:
		return p.relation(r.Rel, s, lateral)
	case *ast.Aliased:
		return p.aliased(r, s, lateral)
	case *ast.SubqueryRel:
		return p.derived(r.Query, "q", "", s.parent, s)
	case *ast.Lateral:
		return p.derived(r.Query, "q", "LATERAL ", lateral, s)
	case *ast.Unnest:
		return p.unnest(r, "u", s, lateral)
	case *ast.Join:
		return p.join(r, s, lateral)
	case *ast.Sampled:
		p.refuse("TABLESAMPLE", r.At, "which rows are sampled differs from run to run")
	case *ast.TableFunction:
		p.refuse("table function "+r.Name.Parts[len(r.Name.Parts)-1].Name, r.At, "")
	case *ast.Pivot:
		p.refuse("PIVOT", r.At, "")
	case *ast.MatchRecognize:
		p.refuse("MATCH_RECOGNIZE", r.At, "")
	case *ast.JSONTable:
		p.refuse("JSON_TABLE", r.At, "")
	default:
		p.refuse("this relation", r.Span(), "")
	}
	return "", nil
}

// table renders a named table or WITH query under an alias; an empty one means its own name.
func (p *printer) table(n ast.Node, name *ast.QualifiedName, at ast.Span, alias string, s *scope) (string, []column) {
	last := name.Parts[len(name.Parts)-1].Name
	if q := p.info.CTE(n); q != nil {
		c := p.ctes[q]
		if c == nil {
			p.refuse("this use of a WITH query", at, "")
			return "", nil
		}
		alias = s.alias(cmp.Or(alias, last))
		return ident(c.name) + " AS " + ident(alias), columnsOf(c.cols, alias, []string{strings.ToLower(last)})
	}
	use := p.info.Use(n)
	if use == nil {
		p.refuse("table "+last, at, "")
		return "", nil
	}
	t := use.Table
	if strings.EqualFold(t.Schema, "information_schema") {
		p.refuse(t.String(), at, "")
		return "", nil
	}
	if t.View != nil {
		return p.view(t, at, alias, s)
	}
	alias = s.alias(cmp.Or(alias, t.Name))
	full := ident(t.Catalog) + "." + ident(t.Schema) + "." + ident(t.Name)
	rel := []string{strings.ToLower(t.Catalog), strings.ToLower(t.Schema), strings.ToLower(t.Name)}
	var cols []column
	var char []string
	for _, c := range t.Columns {
		if !c.Hidden {
			cols = append(cols, column{key: strings.ToLower(c.Name), rel: rel, sql: ident(alias) + "." + ident(c.Name), typ: c.Type, zone: "UTC"})
		}
	}
	for _, name := range use.Columns() { // only what is read: the rest may have types without a translation
		for _, c := range t.Columns {
			if c.Name != name {
				continue
			}
			p.duck(c.Type, at)
			if holds(c.Type, fine) { // nobody says that its last digits are zero
				p.refuse("type "+c.Type.String(), at, "six digits after the second are the most; CAST to a smaller precision where the data is read")
			}
			if c.Type.Kind() == types.Char {
				char = append(char, "rtrim("+ident(c.Name)+", ' ') AS "+ident(c.Name))
			} else if holds(c.Type, func(t types.Type) bool { return t.Kind() == types.Char || t.Kind() == types.Row }) && c.Type.Kind() != types.Char {
				p.refuse("column "+c.Name+" of type "+c.Type.String(), at, "")
			}
		}
	}
	if char != nil {
		full = "(SELECT * REPLACE (" + strings.Join(char, ", ") + ") FROM " + full + ")"
	}
	return full + " AS " + ident(alias), cols
}

// view puts a view's query in its place, in the types that the view declares.
func (p *printer) view(t *check.Table, at ast.Span, alias string, s *scope) (string, []column) {
	sql, out := p.query(t.View, nil, false)
	var want []types.Type
	var names []string
	for _, c := range t.Columns {
		if !c.Hidden {
			want, names = append(want, c.Type), append(names, strings.ToLower(c.Name))
		}
	}
	if p.err != nil || len(want) != len(out) {
		p.refuse("view "+t.String(), at, "")
		return "", nil
	}
	alias = s.alias(cmp.Or(alias, t.Name))
	cols := columnsOf(out, alias, []string{strings.ToLower(t.Catalog), strings.ToLower(t.Schema), strings.ToLower(t.Name)})
	for i := range cols {
		p.leaves(out[i].typ, out[i].zone, at)
		cols[i].key, cols[i].typ = names[i], want[i]
	}
	return "(" + p.turned(rendered{sql: sql, cols: out}, want, at) + ") AS " + ident(alias), cols
}

func columnsOf(cols []output, alias string, rel []string) []column {
	out := make([]column, len(cols))
	for i, c := range cols {
		out[i] = column{key: strings.ToLower(c.name), rel: rel, sql: ident(alias) + "." + ident(c.sql), typ: c.typ, zone: c.zone}
	}
	return out
}

// aliased gives columns a new qualifier and, with a list, new names. Only names that people see are
// carried into the text: references are resolved here.
func (p *printer) aliased(r *ast.Aliased, s, lateral *scope) (sql string, cols []column) {
	name := r.Alias.Name
	switch rel := r.Rel.(type) {
	case *ast.SubqueryRel:
		sql, cols = p.derived(rel.Query, name, "", s.parent, s)
	case *ast.Lateral:
		sql, cols = p.derived(rel.Query, name, "LATERAL ", lateral, s)
	case *ast.Unnest:
		sql, cols = p.unnest(rel, name, s, lateral)
	case *ast.Table:
		if rel.Version != nil {
			p.refuse("FOR TIMESTAMP|VERSION AS OF", rel.At, "")
		}
		sql, cols = p.table(rel, rel.Name, rel.At, name, s)
	default:
		sql, cols = p.relation(r.Rel, s, lateral)
	}
	for i := range cols {
		cols[i].rel = []string{strings.ToLower(name)}
		if len(r.Columns) > 0 && i < len(r.Columns) {
			cols[i].key = strings.ToLower(r.Columns[i].Name)
		}
	}
	return sql, cols
}

// derived renders a query in FROM. Its columns have no qualifier until an alias gives them one.
func (p *printer) derived(q *ast.Query, name, prefix string, outer, s *scope) (string, []column) {
	sql, cols := p.query(q, outer, false)
	alias := s.alias(name)
	return prefix + "(" + sql + ") AS " + ident(alias), columnsOf(cols, alias, nil)
}

var joins = map[ast.JoinKind]string{ast.InnerJoin: "JOIN", ast.LeftJoin: "LEFT JOIN", ast.RightJoin: "RIGHT JOIN",
	ast.FullJoin: "FULL JOIN", ast.CrossJoin: "CROSS JOIN", ast.ImplicitJoin: "CROSS JOIN"}

func (p *printer) join(j *ast.Join, s, lateral *scope) (string, []column) {
	left, lcols := p.relation(j.Left, s, lateral)
	// What stands right may look left where it is LATERAL or UNNEST.
	sees := &scope{cols: lcols, parent: lateral, aliases: s.aliases}
	if lateral == s {
		sees.parent = s.parent
	}
	right, rcols := p.relation(j.Right, s, sees)
	if _, nested := unparen(j.Right).(*ast.Join); nested {
		right = "(" + right + ")"
	}
	cols := append(append([]column{}, lcols...), rcols...)
	sql := left + " " + joins[j.Kind] + " " + right
	switch {
	case j.On != nil:
		if j.Kind != ast.InnerJoin && hasSubquery(j.On) {
			p.refuse("a subquery in the condition of an outer join", j.At, "compute it in FROM")
		}
		sql += " ON " + p.expr(j.On, &scope{cols: cols, parent: s.parent, aliases: s.aliases})
	case len(j.Using) > 0:
		var on string
		on, cols = p.using(j, lcols, rcols)
		sql += " ON " + on
	case j.Kind != ast.CrossJoin && j.Kind != ast.ImplicitJoin:
		p.refuse("a join without a condition", j.At, "")
	}
	return sql, cols
}

func hasSubquery(e ast.Expr) (found bool) {
	ast.Walk(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.Query); ok {
			found = true
		}
		return !found
	})
	return found
}

func unparen(r ast.Relation) ast.Relation {
	for {
		p, ok := r.(*ast.ParenRel)
		if !ok {
			return r
		}
		r = p.Rel
	}
}

// using is written as ON, since the merged columns come first in Trino and are coerced.
func (p *printer) using(j *ast.Join, left, right []column) (string, []column) {
	on := make([]string, len(j.Using))
	cols := make([]column, 0, len(left)+len(right))
	merged := map[string]bool{}
	for i, id := range j.Using {
		key := strings.ToLower(id.Name)
		merged[key] = true
		l, r := byKey(left, key), byKey(right, key)
		t, _ := types.Comparison(l.typ, r.typ, false)
		a, b := p.cast(l.sql, l.typ, t, id.At), p.cast(r.sql, r.typ, t, id.At)
		on[i] = p.equal(a, b, t)
		col := column{key: key, sql: a, typ: t, zone: p.sameZone(p.coercedZone(output{typ: l.typ, zone: l.zone}, t), p.coercedZone(output{typ: r.typ, zone: r.zone}, t))}
		if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
			col.sql = "coalesce(" + a + ", " + b + ")"
		}
		cols = append(cols, col)
	}
	for _, side := range [2][]column{left, right} {
		for _, c := range side {
			if !merged[c.key] {
				cols = append(cols, c)
			}
		}
	}
	return strings.Join(on, " AND "), cols
}

func byKey(cols []column, key string) column {
	for _, c := range cols {
		if c.key == key {
			return c
		}
	}
	return column{sql: "NULL"}
}

// unnest makes rows of arrays and maps. DuckDB pads shorter ones with NULL as Trino does when they
// stand side by side in a select list.
func (p *printer) unnest(u *ast.Unnest, name string, s, lateral *scope) (string, []column) {
	alias := s.alias(name)
	var items, outer, lengths []string
	var cols []column
	add := func(inner, sql string, t types.Type, name string) {
		col := fmt.Sprintf("c%d", len(cols)+1)
		if inner != "" {
			items = append(items, inner+" AS "+ident(col))
			sql = `"r".` + ident(col)
		}
		outer = append(outer, sql+" AS "+ident(col))
		cols = append(cols, column{key: strings.ToLower(name), sql: ident(alias) + "." + ident(col), typ: t, zone: p.sessionZone(t)})
	}
	for i, e := range u.Exprs {
		x, t := p.expr(e, &scope{parent: lateral}), p.typeOf(e)
		switch {
		case t.Kind() == types.Map:
			add("unnest(map_keys("+x+"))", "", t.Elem(0), "")
			add("unnest(map_values("+x+"))", "", t.Elem(1), "")
			lengths = append(lengths, "len(map_keys("+x+"))")
		case t.Kind() == types.Array && t.Elem(0).Kind() == types.Row:
			row := fmt.Sprintf("r%d", i)
			items = append(items, "unnest("+x+") AS "+ident(row))
			for f := range t.Elem(0).NumElems() {
				add("", field(`"r".`+ident(row), f), t.Elem(0).Elem(f), t.Elem(0).Field(f).Name)
			}
			lengths = append(lengths, "len("+x+")")
		case t.Kind() == types.Array:
			add("unnest("+x+")", "", t.Elem(0), "")
			lengths = append(lengths, "len("+x+")")
		default:
			p.refuse("UNNEST of "+t.String(), e.Span(), "")
		}
	}
	if u.Ordinality {
		for i := range lengths {
			lengths[i] = "coalesce(" + lengths[i] + ", 0)"
		}
		longest := lengths[0]
		if len(lengths) > 1 {
			longest = "greatest(" + strings.Join(lengths, ", ") + ")"
		}
		add("unnest(range(1, "+longest+" + 1))", "", types.Of(types.Bigint), "")
	}
	sql := "LATERAL (SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(items, ", ") + `) AS "r") AS ` + ident(alias)
	return sql, cols
}

// field takes the i-th field of a row.
func field(base string, i int) string { return fmt.Sprintf("struct_extract_at(%s, %d)", base, i+1) }
