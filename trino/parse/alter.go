package parse

import "github.com/limn-data/limn/trino/ast"

func (p *parser) alter(start int32) ast.Statement {
	p.next()
	switch p.tok {
	case kTABLE:
		return p.alterTable(start)
	case kSCHEMA, kVIEW:
		what := lower(p.text())
		p.next()
		name := p.qualifiedName()
		switch {
		case p.tok == kRENAME:
			return p.rename(start, what, false, name)
		case p.tok == kREFRESH && what == "view":
			p.next()
			return &ast.RefreshView{Head: p.head(start), Name: name}
		case p.tok == kSET:
			return p.setAuthorization(start, what, name)
		}
		p.expected("'.', 'RENAME', 'SET'")
		return nil
	case kMATERIALIZED:
		if p.peek(1) == kVIEW {
			return p.alterMaterializedView(start)
		}
	case kBRANCH:
		if p.peek(1).isName() && p.peek(2) == kIN {
			p.next()
			s := &ast.FastForwardBranch{Source: p.ident()}
			p.words(kIN, kTABLE)
			s.Table = p.qualifiedName()
			p.words(kFAST, kFORWARD, kTO)
			s.Target = p.ident()
			s.Head = p.head(start)
			return s
		}
	}
	if !p.tok.isName() {
		p.expected("'BRANCH', 'MATERIALIZED', 'SCHEMA', 'TABLE', 'VIEW', <identifier>")
		return nil
	}
	what := lower(p.ident().Name)
	return p.setAuthorization(start, what, p.qualifiedName())
}

func (p *parser) rename(start int32, what string, ifExists bool, name *ast.QualifiedName) ast.Statement {
	p.words(kRENAME, kTO)
	s := &ast.Rename{What: what, IfExists: ifExists, Name: name}
	if what == "schema" {
		s.To = p.single()
	} else {
		s.To = p.qualifiedName()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) setAuthorization(start int32, what string, name *ast.QualifiedName) ast.Statement {
	p.words(kSET, kAUTHORIZATION)
	s := &ast.SetAuthorization{What: what, Name: name, To: p.principal()}
	s.Head = p.head(start)
	return s
}

func (p *parser) alterTable(start int32) ast.Statement {
	p.next()
	ifExists := p.ifExists()
	name := p.qualifiedName()
	switch p.tok {
	case kRENAME:
		if p.peek(1) == kCOLUMN {
			p.next()
			p.next()
			s := &ast.RenameColumn{IfExists: ifExists, Table: name, ColumnIfExists: p.ifExists(), Column: p.qualifiedName()}
			p.expect(kTO)
			s.To = p.ident()
			s.Head = p.head(start)
			return s
		}
		return p.rename(start, "table", ifExists, name)
	case kADD:
		return p.addColumn(start, ifExists, name)
	case kDROP:
		p.next()
		p.expect(kCOLUMN)
		s := &ast.DropColumn{IfExists: ifExists, Table: name, ColumnIfExists: p.ifExists(), Column: p.qualifiedName()}
		s.Head = p.head(start)
		return s
	case kALTER:
		return p.alterColumn(start, ifExists, name)
	case kSET, kEXECUTE:
		if !ifExists {
			return p.alterStored(start, "table", name)
		}
	}
	what := "'.', 'ADD', 'ALTER', 'DROP', 'RENAME'"
	if !ifExists {
		what = "'.', 'ADD', 'ALTER', 'DROP', 'EXECUTE', 'RENAME', 'SET'"
	}
	p.expected(what)
	return nil
}

// alterStored reads what tables and materialized views have in common.
func (p *parser) alterStored(start int32, what string, name *ast.QualifiedName) ast.Statement {
	if p.tok == kSET {
		if p.peek(1) == kPROPERTIES {
			p.next()
			p.next()
			s := &ast.SetProperties{What: what, Name: name, Properties: p.assignments()}
			s.Head = p.head(start)
			return s
		}
		return p.setAuthorization(start, what, name)
	}
	p.expect(kEXECUTE)
	s := &ast.TableExecute{What: what, Name: name, Procedure: p.ident()}
	if p.accept(tLParen) {
		if p.tok != tRParen {
			s.Args = p.args(nil)
		}
		p.expect(tRParen)
	}
	if p.accept(kWHERE) {
		s.Where = p.expr()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) addColumn(start int32, ifExists bool, name *ast.QualifiedName) ast.Statement {
	p.next()
	p.expect(kCOLUMN)
	s := &ast.AddColumn{IfExists: ifExists, Table: name, IfNotExists: p.ifNotExists(), Column: p.columnDef()}
	switch p.tok {
	case kFIRST, kLAST:
		s.Position = lower(p.text())
		p.next()
	case kAFTER:
		p.next()
		s.After = p.ident()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) alterColumn(start int32, ifExists bool, name *ast.QualifiedName) ast.Statement {
	p.next()
	p.expect(kCOLUMN)
	s := &ast.AlterColumn{IfExists: ifExists, Table: name, Column: p.qualifiedName()}
	switch p.tok {
	case kSET:
		p.next()
		switch p.tok {
		case kDEFAULT:
			p.next()
			s.Default = p.literal()
		case kDATA:
			p.next()
			p.expect(kTYPE)
			s.Type = p.typeName()
		default:
			p.expected("'DATA', 'DEFAULT'")
		}
	case kDROP:
		p.next()
		switch {
		case p.accept(kDEFAULT):
			s.DropDefault = true
		case p.tok == kNOT && len(s.Column.Parts) == 1:
			p.words(kNOT, kNULL)
			s.DropNotNull = true
		default:
			p.expected("'DEFAULT', 'NOT'")
		}
	default:
		p.expected("'.', 'DROP', 'SET'")
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) alterMaterializedView(start int32) ast.Statement {
	p.next()
	p.expect(kVIEW)
	ifExists := p.ifExists()
	name := p.qualifiedName()
	switch {
	case p.tok == kRENAME:
		return p.rename(start, "materialized view", ifExists, name)
	case (p.tok == kSET || p.tok == kEXECUTE) && !ifExists:
		return p.alterStored(start, "materialized view", name)
	}
	p.expected("'.', 'RENAME'")
	return nil
}

func (p *parser) drop(start int32) ast.Statement {
	p.next()
	switch p.tok {
	case kCATALOG, kSCHEMA, kTABLE, kVIEW, kMATERIALIZED:
		s := &ast.Drop{What: lower(p.text())}
		p.next()
		if s.What == "materialized" {
			p.expect(kVIEW)
			s.What = "materialized view"
		}
		s.IfExists = p.ifExists()
		if s.What == "catalog" {
			s.Name = p.single()
		} else {
			s.Name = p.qualifiedName()
		}
		if s.What == "catalog" || s.What == "schema" {
			if p.tok == kCASCADE || p.tok == kRESTRICT {
				s.Behavior = lower(p.text())
				p.next()
			}
		}
		s.Head = p.head(start)
		return s
	case kFUNCTION:
		p.next()
		s := &ast.DropFunction{IfExists: p.ifExists()}
		s.Name, s.Params = p.functionDeclaration()
		s.Head = p.head(start)
		return s
	case kBRANCH:
		p.next()
		s := &ast.DropBranch{IfExists: p.ifExists(), Name: p.ident()}
		p.words(kIN, kTABLE)
		s.Table = p.qualifiedName()
		s.Head = p.head(start)
		return s
	case kROLE:
		p.next()
		s := &ast.DropRole{IfExists: p.ifExists(), Name: p.ident(), Catalog: p.optionalIn()}
		s.Head = p.head(start)
		return s
	}
	p.expected("'BRANCH', 'CATALOG', 'FUNCTION', 'MATERIALIZED', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'")
	return nil
}

func (p *parser) analyze(start int32) ast.Statement {
	p.next()
	s := &ast.Analyze{Name: p.qualifiedName(), Properties: p.optionalProperties()}
	s.Head = p.head(start)
	return s
}

func (p *parser) refresh(start int32) ast.Statement {
	p.words(kREFRESH, kMATERIALIZED, kVIEW)
	s := &ast.RefreshMaterializedView{Name: p.qualifiedName()}
	s.Head = p.head(start)
	return s
}

func (p *parser) comment(start int32) ast.Statement {
	p.words(kCOMMENT, kON)
	if p.tok != kTABLE && p.tok != kVIEW && p.tok != kCOLUMN {
		p.expected("'COLUMN', 'TABLE', 'VIEW'")
	}
	s := &ast.CommentOn{What: lower(p.text())}
	p.next()
	s.Name = p.qualifiedName()
	p.expect(kIS)
	switch {
	case p.stringAhead():
		s.Text = p.stringLit()
	case p.tok == kNULL:
		p.next()
	default:
		p.expected("'NULL', <string>")
	}
	s.Head = p.head(start)
	return s
}
