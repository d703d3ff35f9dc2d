package parse

import "github.com/limn-data/limn/trino/ast"

// branch reads [@branch] behind the name of a table.
func (p *parser) branch() *ast.Ident {
	if !p.accept(tAt) {
		return nil
	}
	return p.ident()
}

func (p *parser) insert(start int32) ast.Statement {
	p.words(kINSERT, kINTO)
	s := &ast.Insert{Table: p.qualifiedName(), Branch: p.branch()}
	if p.tok == tLParen && p.peek(1).isName() { // no query begins with a name
		s.Columns = p.identList()
	}
	if p.tok == tLParen && p.peek(1) == tRParen {
		p.next()
		p.expected("'(', 'SELECT', 'TABLE', 'VALUES', <identifier>")
		return nil
	}
	s.Functions, s.Query = p.rootQuery()
	s.Head = p.head(start)
	return s
}

func (p *parser) delete(start int32) ast.Statement {
	p.words(kDELETE, kFROM)
	s := &ast.Delete{Table: p.qualifiedName(), Branch: p.branch()}
	if p.accept(kWHERE) {
		s.Where = p.expr()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) truncate(start int32) ast.Statement {
	p.words(kTRUNCATE, kTABLE)
	s := &ast.Truncate{Table: p.qualifiedName()}
	s.Head = p.head(start)
	return s
}

func (p *parser) update(start int32) ast.Statement {
	p.next()
	s := &ast.Update{Table: p.qualifiedName(), Branch: p.branch()}
	p.expect(kSET)
	s.Set = p.setList()
	if p.accept(kWHERE) {
		s.Where = p.expr()
	}
	s.Head = p.head(start)
	return s
}

// setList reads column = value, ….
func (p *parser) setList() []*ast.Assignment {
	var list []*ast.Assignment
	for {
		start := p.start()
		a := &ast.Assignment{Column: p.ident()}
		p.expect(tEq)
		a.Value = p.expr()
		a.Loc = p.loc(start)
		list = append(list, a)
		if !p.accept(tComma) {
			return list
		}
	}
}

func (p *parser) merge(start int32) ast.Statement {
	p.words(kMERGE, kINTO)
	s := &ast.Merge{Table: p.qualifiedName(), Branch: p.branch()}
	if p.accept(kAS) || p.tok.isName() {
		s.Alias = p.ident()
	}
	p.expect(kUSING)
	s.Source = p.relation()
	p.expect(kON)
	s.On = p.expr()
	if p.tok != kWHEN {
		p.expected("'WHEN'")
	}
	for p.tok == kWHEN {
		s.Cases = append(s.Cases, p.mergeCase())
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) mergeCase() *ast.MergeCase {
	start := p.start()
	p.expect(kWHEN)
	c := &ast.MergeCase{}
	not := p.accept(kNOT)
	p.expect(kMATCHED)
	if p.accept(kAND) {
		c.If = p.expr()
	}
	p.expect(kTHEN)
	switch {
	case not:
		p.expect(kINSERT)
		c.Action = ast.MergeInsert
		if p.tok == tLParen {
			c.Columns = p.identList()
		}
		p.expect(kVALUES)
		p.expect(tLParen)
		c.Values = p.exprList()
		p.expect(tRParen)
	case p.accept(kUPDATE):
		p.expect(kSET)
		c.Set = p.setList()
	case p.accept(kDELETE):
		c.Action = ast.MergeDelete
	default:
		p.expected("'DELETE', 'UPDATE'")
	}
	c.Loc = p.loc(start)
	return c
}
