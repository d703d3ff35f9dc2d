package format

import "github.com/limn-data/limn/trino/ast"

// leftmost is the relation that FROM begins with.
func leftmost(r ast.Relation) ast.Node {
	for {
		switch x := r.(type) {
		case *ast.Join:
			r = x.Left
		case *ast.ParenRel:
			r = x.Rel
		case *ast.Aliased:
			if _, table := x.Rel.(*ast.Table); table {
				return x
			}
			return start{x}
		case *ast.Table:
			return x
		default:
			return start{r}
		}
	}
}

// from prints FROM: relations that commas join a line each, joins below the relation they extend.
func (p *printer) from(r ast.Relation) {
	var list []ast.Relation
	for {
		j, ok := unparenRel(r).(*ast.Join)
		if !ok || j.Kind != ast.ImplicitJoin {
			break
		}
		list = append(list, j.Right)
		r = j.Left
	}
	list = append(list, r)
	for i, k := 0, len(list)-1; i < k; i, k = i+1, k-1 {
		list[i], list[k] = list[k], list[i]
	}
	if len(list) == 1 {
		p.write("FROM ")
		p.relation(r, false)
		return
	}
	p.list("FROM", len(list), func(i int) ast.Node { return leftmost(list[i]) }, func(i int) {
		if j, ok := list[i].(*ast.Join); ok && i > 0 && j.Kind == ast.ImplicitJoin {
			p.parenRel(j)
			return
		}
		p.relation(list[i], false)
	})
}

func unparenRel(r ast.Relation) ast.Relation {
	for {
		paren, ok := r.(*ast.ParenRel)
		if !ok {
			return r
		}
		r = paren.Rel
	}
}

var joinWords = [...]string{
	ast.InnerJoin: "JOIN ", ast.LeftJoin: "LEFT JOIN ", ast.RightJoin: "RIGHT JOIN ",
	ast.FullJoin: "FULL JOIN ", ast.CrossJoin: "CROSS JOIN ",
}

// relation prints a relation; operand says that a join must stand in parentheses here.
func (p *printer) relation(r ast.Relation, operand bool) {
	r = unparenRel(r)
	if j, ok := r.(*ast.Join); ok {
		if operand {
			p.parenRel(j)
		} else {
			p.join(j)
		}
		return
	}
	switch r := r.(type) {
	case *ast.Table:
		p.qualified(r.Name)
		if v := r.Version; v != nil {
			if v.Timestamp {
				p.write(" FOR TIMESTAMP AS OF ")
			} else {
				p.write(" FOR VERSION AS OF ")
			}
			p.expr(v.Expr, precConcat)
		}
	case *ast.Aliased:
		p.unaliased(r.Rel, r)
		if _, ok := r.Rel.(*ast.TableFunction); ok { // its columns take these names letter by letter
			p.exactly(func() { p.alias(r.Alias, r.Columns) })
			return
		}
		p.alias(r.Alias, r.Columns)
	case *ast.Sampled:
		p.unaliased(r.Rel, r)
		method := "BERNOULLI"
		if r.Method == ast.System {
			method = "SYSTEM"
		}
		p.write(" TABLESAMPLE " + method + " (")
		p.expr(r.Percent, precNone)
		p.write(")")
	case *ast.SubqueryRel:
		p.block(r.Query, r.At.End)
	case *ast.Lateral:
		p.write("LATERAL ")
		p.block(r.Query, r.At.End)
	case *ast.Unnest:
		p.write("UNNEST(")
		p.exprs(r.Exprs)
		p.write(")")
		if r.Ordinality {
			p.write(" WITH ORDINALITY")
		}
	case *ast.TableFunction:
		p.tableFunction(r)
	case *ast.Pivot:
		p.pivot(r)
	case *ast.MatchRecognize:
		p.matchRecognize(r)
	case *ast.JSONTable:
		p.jsonTable(r)
	case *ast.Nearest:
		p.write("NEAREST (")
		p.group(func() {
			p.in()
			p.soft("")
			p.write("FROM ")
			p.relation(r.Rel, false)
			if r.Where != nil {
				p.soft(" ")
				p.write("WHERE ")
				p.expr(r.Where, precNone)
			}
			p.soft(" ")
			p.write("MATCH ")
			p.expr(r.Match, precNone)
			p.out()
			p.soft("")
		})
		p.write(")")
	}
}

// rank orders what may follow a relation: alias, row pattern, pivot, sample.
func rank(r ast.Relation) int {
	switch r.(type) {
	case *ast.Aliased:
		return 1
	case *ast.MatchRecognize:
		return 2
	case *ast.Pivot:
		return 3
	case *ast.Sampled:
		return 4
	case *ast.Join:
		return 5
	}
	return 0
}

// unaliased prints the relation inside an alias, pivot or sample, in parentheses where these would
// not bind to it.
func (p *printer) unaliased(r, outer ast.Relation) {
	r = unparenRel(r)
	if rank(r) >= rank(outer) {
		p.parenRel(r)
		return
	}
	p.relation(r, false)
}

func (p *printer) parenRel(r ast.Relation) {
	p.write("(")
	p.group(func() {
		p.in()
		p.soft("")
		if j, ok := r.(*ast.Join); ok {
			p.join(j)
		} else {
			p.relation(r, false)
		}
		p.out()
		p.soft("")
	})
	p.write(")")
}

func (p *printer) alias(alias *ast.Ident, columns []*ast.Ident) {
	if alias == nil {
		return
	}
	p.write(" AS ")
	p.name(alias)
	if len(columns) > 0 {
		p.write(" ")
		p.names(columns)
	}
}

func (p *printer) join(j *ast.Join) {
	if j.Kind == ast.ImplicitJoin { // inside parentheses no comma may stand
		j = &ast.Join{Loc: j.Loc, Kind: ast.CrossJoin, Left: j.Left, Right: j.Right}
	}
	p.relation(j.Left, false)
	parts := []ast.Node{leftmost(j.Right)}
	if j.On != nil {
		parts = append(parts, j.On)
	}
	p.in()
	defer p.out()
	p.line(" ", parts...)
	if j.Natural {
		p.write("NATURAL ")
	}
	p.write(joinWords[j.Kind])
	p.relation(j.Right, true)
	switch {
	case j.On != nil:
		p.write(" ON ")
		p.in()
		p.expr(j.On, precNone)
		p.out()
	case len(j.Using) > 0:
		p.write(" USING ")
		p.names(j.Using)
	}
}

func (p *printer) pivot(v *ast.Pivot) {
	p.unaliased(v.Rel, v)
	p.write(" PIVOT (")
	p.group(func() {
		p.in()
		p.soft("")
		for i, a := range v.Aggregations {
			if i > 0 {
				p.write(", ")
			}
			p.exactly(func() { p.column(a) })
		}
		p.soft(" ")
		p.write("FOR ")
		if len(v.Columns) == 1 {
			p.qualified(v.Columns[0])
		} else {
			p.write("(")
			for i, c := range v.Columns {
				if i > 0 {
					p.write(", ")
				}
				p.qualified(c)
			}
			p.write(")")
		}
		p.write(" IN (")
		for i, x := range v.Values {
			if i > 0 {
				p.write(", ")
			}
			if len(x.Exprs) == 1 {
				p.expr(x.Exprs[0], precNone)
			} else {
				p.write("(")
				p.exprs(x.Exprs)
				p.write(")")
			}
			if x.Alias != nil {
				p.write(" AS ")
				p.exactly(func() { p.name(x.Alias) })
			}
		}
		p.write(")")
		if v.GroupBy != nil {
			p.soft(" ")
			p.groupBy(v.GroupBy)
		}
		p.out()
		p.soft("")
	})
	p.write(")")
	p.alias(v.Alias, v.AliasColumns)
}

func (p *printer) tableFunction(f *ast.TableFunction) {
	p.write("TABLE(")
	p.functionName(f.Name)
	p.write("(")
	p.group(func() {
		p.in()
		for i, a := range f.Args {
			if i > 0 {
				p.write(",")
				p.soft(" ")
			} else {
				p.soft("")
			}
			p.arg(a)
		}
		for i, names := range f.Copartition {
			if i == 0 {
				p.soft(" ")
				p.write("COPARTITION ")
			} else {
				p.write(", ")
			}
			p.write("(")
			for k, n := range names {
				if k > 0 {
					p.write(", ")
				}
				p.qualified(n)
			}
			p.write(")")
		}
		p.out()
		p.soft("")
	})
	p.write("))")
}

// tableArg prints TABLE(…) as an argument; its alias, if any, is written with AS.
func (p *printer) tableArg(t *ast.TableArg) {
	rel := t.Rel
	aliased, _ := rel.(*ast.Aliased)
	if aliased != nil {
		rel = aliased.Rel
	}
	p.write("TABLE")
	switch r := rel.(type) {
	case *ast.Table:
		p.write("(")
		p.qualified(r.Name)
		p.write(")")
	case *ast.SubqueryRel:
		p.block(r.Query, t.At.End)
	}
	if aliased != nil {
		p.alias(aliased.Alias, aliased.Columns)
	}
	if t.Partitioned {
		p.write(" PARTITION BY (")
		p.exprs(t.PartitionBy)
		p.write(")")
	}
	switch t.Empty {
	case "prune":
		p.write(" PRUNE WHEN EMPTY")
	case "keep":
		p.write(" KEEP WHEN EMPTY")
	}
	if len(t.OrderBy) > 0 {
		p.write(" ORDER BY (")
		p.sortItems(t.OrderBy)
		p.write(")")
	}
}

func (p *printer) descriptor(d *ast.DescriptorArg) {
	if d.Null {
		p.write("CAST(NULL AS DESCRIPTOR)")
		return
	}
	p.write("DESCRIPTOR(")
	for i, f := range d.Fields {
		if i > 0 {
			p.write(", ")
		}
		p.exactly(func() { p.name(f.Name) })
		if f.Type != nil {
			p.write(" ")
			p.typeName(f.Type)
		}
	}
	p.write(")")
}
