package parse

import "github.com/limn-data/limn/trino/ast"

// shown says what may follow SHOW and the word: FROM or IN with a name, and LIKE with a pattern.
var shown = map[kind]struct {
	from, like bool
	needed     bool // FROM may not be left out
}{
	kTABLES: {from: true, like: true}, kSCHEMAS: {from: true, like: true}, kCATALOGS: {like: true},
	kCOLUMNS: {from: true, like: true, needed: true}, kFUNCTIONS: {from: true, like: true}, kSESSION: {like: true},
	kROLES: {from: true},
}

func (p *parser) show(start int32) ast.Statement {
	p.next()
	switch p.tok {
	case kCREATE:
		return p.showCreate(start)
	case kGRANTS:
		p.next()
		s := &ast.ShowGrants{}
		if p.accept(kON) {
			s.On = p.grantObject()
		}
		s.Head = p.head(start)
		return s
	case kSTATS:
		p.next()
		p.expect(kFOR)
		s := &ast.ShowStats{}
		if p.accept(tLParen) {
			s.Functions, s.Query = p.rootQuery()
			p.expect(tRParen)
		} else {
			s.Name = p.qualifiedName()
		}
		s.Head = p.head(start)
		return s
	case kBRANCHES:
		p.next()
		if p.tok != kFROM && p.tok != kIN {
			p.expected("'FROM', 'IN'")
		}
		p.next()
		p.expect(kTABLE)
		s := &ast.Show{What: "branches", From: p.qualifiedName()}
		s.Head = p.head(start)
		return s
	}
	s := &ast.Show{What: lower(p.text())}
	form, ok := shown[p.tok]
	switch {
	case p.tok == kCURRENT:
		p.next()
		p.expect(kROLES)
		s.What, form.from = "current roles", true
	case p.tok == kROLE:
		p.next()
		p.expect(kGRANTS)
		s.What, form.from = "role grants", true
	case ok:
		p.next()
	default:
		p.expected("'BRANCHES', 'CATALOGS', 'COLUMNS', 'CREATE', 'CURRENT', 'FUNCTIONS', 'GRANTS', 'ROLE', 'ROLES', 'SCHEMAS', 'SESSION', 'STATS', 'TABLES'")
	}
	if form.from && (p.tok == kFROM || p.tok == kIN) {
		p.next()
		switch s.What {
		case "tables", "columns", "functions":
			s.From = p.qualifiedName()
		default: // a catalog
			s.From = p.single()
		}
	} else if form.needed {
		p.expected("'FROM', 'IN'")
	}
	if form.like && p.accept(kLIKE) {
		s.Like = p.str()
		if p.accept(kESCAPE) {
			s.Escape = p.str()
		}
	}
	s.Head = p.head(start)
	return s
}

// single reads a name of one part.
func (p *parser) single() *ast.QualifiedName {
	id := p.ident()
	return &ast.QualifiedName{Loc: id.Loc, Parts: []*ast.Ident{id}}
}

func (p *parser) showCreate(start int32) ast.Statement {
	p.next()
	s := &ast.ShowCreate{}
	switch p.tok {
	case kTABLE, kSCHEMA, kVIEW, kFUNCTION:
		s.What = lower(p.text())
		p.next()
	case kMATERIALIZED:
		p.next()
		p.expect(kVIEW)
		s.What = "materialized view"
	default:
		p.expected("'FUNCTION', 'MATERIALIZED', 'SCHEMA', 'TABLE', 'VIEW'")
	}
	s.Name = p.qualifiedName()
	s.Head = p.head(start)
	return s
}
