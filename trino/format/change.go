package format

import "github.com/limn-data/limn/trino/ast"

// change prints what writes rows.
func (p *printer) change(s ast.Statement) {
	defer p.region(s.Span().End)()
	switch s := s.(type) {
	case *ast.Insert:
		p.write("INSERT INTO ")
		p.target(s.Table, s.Branch)
		if len(s.Columns) > 0 {
			p.write(" ")
			p.nameList(s.Columns)
		}
		p.line(" ", start{first(s.Functions, s.Query)})
		p.rootQuery(s.Functions, s.Query, s.At.End)
	case *ast.Delete:
		p.write("DELETE FROM ")
		p.target(s.Table, s.Branch)
		p.where(s.Where)
	case *ast.Truncate:
		p.write("TRUNCATE TABLE ")
		p.qualified(s.Table)
	case *ast.Update:
		p.write("UPDATE ")
		p.target(s.Table, s.Branch)
		p.line(" ", start{s.Set[0]})
		p.setList(s.Set)
		p.where(s.Where)
	case *ast.Merge:
		p.write("MERGE INTO ")
		p.target(s.Table, s.Branch)
		if s.Alias != nil {
			p.write(" AS ")
			p.name(s.Alias)
		}
		p.line(" ", leftmost(s.Source))
		p.write("USING ")
		p.relation(s.Source, true)
		p.condition("ON ", s.On)
		for _, c := range s.Cases {
			p.line(" ", start{c})
			p.mergeCase(c)
		}
	}
}

func (p *printer) where(x ast.Expr) {
	if x != nil {
		p.condition("WHERE ", x)
	}
}

func (p *printer) target(name *ast.QualifiedName, branch *ast.Ident) {
	p.qualified(name)
	if branch != nil {
		p.write(" @ ")
		p.name(branch)
	}
}

// nameList prints (a, b, …), on several lines where there are many.
func (p *printer) nameList(list []*ast.Ident) {
	p.write("(")
	p.items(len(list), func(i int) { p.name(list[i]) })
	p.write(")")
}

func (p *printer) setList(list []*ast.Assignment) {
	p.list("SET", len(list), func(i int) ast.Node { return list[i] }, func(i int) {
		p.name(list[i].Column)
		p.write(" = ")
		p.expr(list[i].Value, precNone)
	})
}

func (p *printer) mergeCase(c *ast.MergeCase) {
	p.write("WHEN ")
	if c.Action == ast.MergeInsert {
		p.write("NOT ")
	}
	p.write("MATCHED")
	if c.If != nil {
		p.write(" AND ")
		p.expr(c.If, precNone)
	}
	p.write(" THEN ")
	switch c.Action {
	case ast.MergeUpdate:
		p.write("UPDATE ")
		p.setList(c.Set)
	case ast.MergeDelete:
		p.write("DELETE")
	case ast.MergeInsert:
		p.write("INSERT ")
		if len(c.Columns) > 0 {
			p.nameList(c.Columns)
			p.write(" ")
		}
		p.write("VALUES (")
		p.items(len(c.Values), func(i int) { p.expr(c.Values[i], precNone) })
		p.write(")")
	}
}
