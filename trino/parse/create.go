package parse

import "github.com/limn-data/limn/trino/ast"

func (p *parser) create(start int32) ast.Statement {
	p.next()
	replace := p.accept(kOR)
	if replace {
		p.expect(kREPLACE)
	}
	switch p.tok {
	case kTABLE:
		return p.createTable(start, replace)
	case kVIEW:
		return p.createView(start, replace)
	case kMATERIALIZED:
		return p.createMaterializedView(start, replace)
	case kFUNCTION:
		s := &ast.CreateFunction{OrReplace: replace, Spec: p.functionSpec()}
		s.Head = p.head(start)
		return s
	case kBRANCH:
		return p.createBranch(start, replace)
	}
	if replace {
		p.expected("'BRANCH', 'FUNCTION', 'MATERIALIZED', 'TABLE', 'VIEW'")
		return nil
	}
	switch p.tok {
	case kCATALOG:
		return p.createCatalog(start)
	case kSCHEMA:
		p.next()
		s := &ast.CreateSchema{IfNotExists: p.ifNotExists(), Name: p.qualifiedName()}
		if p.accept(kAUTHORIZATION) {
			s.Owner = p.principal()
		}
		s.Properties = p.optionalProperties()
		s.Head = p.head(start)
		return s
	case kROLE:
		p.next()
		s := &ast.CreateRole{Name: p.ident()}
		if p.accept(kWITH) {
			p.expect(kADMIN)
			s.Admin = p.grantor()
		}
		s.Catalog = p.optionalIn()
		s.Head = p.head(start)
		return s
	}
	p.expected("'BRANCH', 'CATALOG', 'FUNCTION', 'MATERIALIZED', 'OR', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'")
	return nil
}

func (p *parser) createCatalog(start int32) ast.Statement {
	p.next()
	s := &ast.CreateCatalog{IfNotExists: p.ifNotExists(), Name: p.ident()}
	p.expect(kUSING)
	s.Connector = p.ident()
	s.Comment = p.optionalComment()
	if p.accept(kAUTHORIZATION) {
		s.Owner = p.principal()
	}
	s.Properties = p.optionalProperties()
	s.Head = p.head(start)
	return s
}

func (p *parser) createTable(start int32, replace bool) ast.Statement {
	p.next()
	ifNot := p.ifNotExists()
	if replace && ifNot {
		p.lateAt(start, bothReplaceAndNot)
	}
	if !p.tok.isName() {
		p.expected("'IF', <identifier>")
		return nil
	}
	name := p.qualifiedName()
	switch p.tok {
	case kAS, kCOMMENT, kWITH:
		return p.createTableAs(start, &ast.CreateTableAs{OrReplace: replace, IfNotExists: ifNot, Name: name})
	case tLParen:
		if k := p.peek(2); p.peek(1).isName() && (k == tComma || k == tRParen) { // names of columns alone
			return p.createTableAs(start, &ast.CreateTableAs{OrReplace: replace, IfNotExists: ifNot, Name: name, Columns: p.identList()})
		}
	default:
		p.expected("'(', '.', 'AS', 'COMMENT', 'WITH'")
		return nil
	}
	t := &ast.CreateTable{OrReplace: replace, IfNotExists: ifNot, Name: name}
	p.next()
	for {
		switch {
		case p.tok == kLIKE:
			t.Likes = append(t.Likes, p.likeClause())
		case p.tok.isName():
			t.Columns = append(t.Columns, p.columnDef())
		default:
			p.expected("'LIKE', <identifier>")
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	t.Comment = p.optionalComment()
	t.Properties = p.optionalProperties()
	t.Head = p.head(start)
	return t
}

func (p *parser) createTableAs(start int32, t *ast.CreateTableAs) ast.Statement {
	t.Comment = p.optionalComment()
	t.Properties = p.optionalProperties()
	p.expect(kAS)
	// A query in parentheses is one without them, but for WITH, which may not stand in those of a query.
	if p.tok == tLParen && p.peek(1) == kWITH {
		p.next()
		t.Functions, t.Query = p.rootQuery()
		p.expect(tRParen)
	} else {
		t.Functions, t.Query = p.rootQuery()
	}
	if p.accept(kWITH) {
		t.NoData = p.accept(kNO)
		p.expect(kDATA)
	}
	t.Head = p.head(start)
	return t
}

func (p *parser) createView(start int32, replace bool) ast.Statement {
	p.next()
	s := &ast.CreateView{OrReplace: replace, Name: p.qualifiedName()}
	s.Comment = p.optionalComment()
	if p.accept(kSECURITY) {
		s.Security = p.security()
	}
	s.Properties = p.optionalProperties()
	p.expect(kAS)
	s.Functions, s.Query = p.rootQuery()
	s.Head = p.head(start)
	return s
}

// security reads DEFINER or INVOKER.
func (p *parser) security() string {
	if p.tok != kDEFINER && p.tok != kINVOKER {
		p.expected("'DEFINER', 'INVOKER'")
	}
	s := lower(p.text())
	p.next()
	return s
}

func (p *parser) createMaterializedView(start int32, replace bool) ast.Statement {
	p.next()
	p.expect(kVIEW)
	s := &ast.CreateMaterializedView{OrReplace: replace, IfNotExists: p.ifNotExists()}
	if replace && s.IfNotExists {
		p.lateAt(start, bothReplaceAndNot)
	}
	s.Name = p.qualifiedName()
	if p.accept(kGRACE) {
		p.expect(kPERIOD)
		if p.tok != kINTERVAL {
			p.expected("'INTERVAL'")
			return nil
		}
		s.Grace, _ = p.interval().(*ast.IntervalLit)
	}
	if p.accept(kWHEN) {
		p.expect(kSTALE)
		if p.tok != kINLINE && p.tok != kFAIL {
			p.expected("'FAIL', 'INLINE'")
		}
		s.WhenStale = lower(p.text())
		p.next()
	}
	s.Comment = p.optionalComment()
	s.Properties = p.optionalProperties()
	p.expect(kAS)
	s.Functions, s.Query = p.rootQuery()
	s.Head = p.head(start)
	return s
}

func (p *parser) createBranch(start int32, replace bool) ast.Statement {
	p.next()
	s := &ast.CreateBranch{OrReplace: replace, IfNotExists: p.ifNotExists()}
	if replace && s.IfNotExists {
		p.lateAt(start, bothReplaceAndNot)
	}
	s.Name = p.ident()
	s.Properties = p.optionalProperties()
	p.words(kIN, kTABLE)
	s.Table = p.qualifiedName()
	if p.accept(kFROM) {
		s.From = p.ident()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) likeClause() *ast.LikeClause {
	start := p.start()
	p.next()
	l := &ast.LikeClause{Name: p.qualifiedName()}
	switch p.tok {
	case kINCLUDING:
		l.Properties = "including"
	case kEXCLUDING:
		l.Properties = "excluding"
	}
	if l.Properties != "" {
		p.next()
		p.expect(kPROPERTIES)
	}
	l.Loc = p.loc(start)
	return l
}

func (p *parser) columnDef() *ast.ColumnDef {
	start := p.start()
	c := &ast.ColumnDef{Name: p.ident()}
	for p.accept(tDot) {
		c.Path = append(c.Path, c.Name)
		c.Name = p.ident()
	}
	c.Type = p.typeName()
	if p.accept(kDEFAULT) {
		c.Default = p.literal()
	}
	if p.tok == kNOT {
		p.next()
		p.expect(kNULL)
		c.NotNull = true
	}
	c.Comment = p.optionalComment()
	c.Properties = p.optionalProperties()
	c.Loc = p.loc(start)
	return c
}

// literal reads what may stand behind DEFAULT.
func (p *parser) literal() ast.Expr {
	t := p.toks[p.pos]
	x := p.operand()
	switch x.(type) {
	case *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.BinaryLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit,
		*ast.TypedLit, *ast.IntervalLit:
	default:
		if p.err == nil {
			p.failAt(int(t.start), "mismatched input '"+p.src[t.start:t.end]+"'. Expecting: <literal>", "only a literal may be a default")
		}
	}
	return x
}
