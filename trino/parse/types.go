package parse

import "github.com/limn-data/limn/trino/ast"

// typeName reads a type in any of its spellings.
func (p *parser) typeName() *ast.TypeName {
	if !p.enter() {
		return &ast.TypeName{}
	}
	defer p.leave()
	start := p.start()
	t := p.plainType()
	t.Loc = p.loc(start)
	for p.tok == kARRAY { // the older spelling: bigint array
		p.next()
		t = &ast.TypeName{Name: "array", Params: []ast.TypeParam{{Type: t}}}
		if p.accept(tLBracket) {
			if p.tok != tInteger {
				p.expected("<integer>")
				break
			}
			p.lateAt(start, "Explicit array size not supported")
			p.next()
			p.expect(tRBracket)
		}
		t.Loc = p.loc(start)
	}
	return t
}

func (p *parser) plainType() *ast.TypeName {
	next := p.peek(1)
	switch p.tok {
	case kROW:
		if next == tLParen {
			return p.rowType()
		}
	case kINTERVAL:
		if isIntervalField(next) {
			p.next()
			return p.intervalType()
		}
	case kTIMESTAMP, kTIME:
		return p.timeType()
	case kDOUBLE:
		if next == kPRECISION {
			p.next()
			p.next()
			return &ast.TypeName{Name: "double"}
		}
	case kARRAY, kMAP:
		if next == tLt { // the older spellings: array<bigint>, map<bigint, varchar>
			t := &ast.TypeName{Name: "array"}
			n := 1
			if p.tok == kMAP {
				t.Name, n = "map", 2
			}
			p.next()
			p.next()
			for i := range n {
				if i > 0 {
					p.expect(tComma)
				}
				t.Params = append(t.Params, ast.TypeParam{Type: p.typeName()})
			}
			p.expect(tGt)
			return t
		}
	}
	if !p.tok.isName() {
		p.expected("<type>")
		return &ast.TypeName{}
	}
	t := &ast.TypeName{Name: lower(p.ident().Name)}
	if p.accept(tLParen) {
		if p.tok == tRParen {
			p.expected("<integer>, <type>")
			return t
		}
		t.Params = append(t.Params, p.typeParam())
		for p.accept(tComma) {
			t.Params = append(t.Params, p.typeParam())
		}
		p.expect(tRParen)
	}
	return t
}

// typeParam reads an integer or a type.
func (p *parser) typeParam() ast.TypeParam {
	if p.tok == tInteger {
		n := p.smallInteger()
		return ast.TypeParam{Number: &n}
	}
	return ast.TypeParam{Type: p.typeName()}
}

func (p *parser) rowType() *ast.TypeName {
	p.next()
	p.expect(tLParen)
	t := &ast.TypeName{Name: "row"}
	for {
		var f ast.TypeParam
		if p.fieldNameAhead() {
			f.Field = p.ident()
		}
		f.Type = p.typeName()
		t.Params = append(t.Params, f)
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	return t
}

// fieldNameAhead says whether the field of a row type begins with its name: where the first word
// alone, or with what follows it, is a type, it is the type.
func (p *parser) fieldNameAhead() bool {
	if !p.tok.isName() {
		return false
	}
	switch next := p.peek(1); next {
	case tComma, tRParen, tLParen, tEOF:
		return false
	case tLt:
		return p.tok != kARRAY && p.tok != kMAP
	case kPRECISION:
		return p.tok != kDOUBLE
	case kWITH, kWITHOUT:
		return false
	case kARRAY:
		// bigint array, or a field whose type is array(…) or array<…>
		k := p.peek(2)
		return k == tLParen || k == tLt
	default:
		return p.tok != kINTERVAL || !isIntervalField(next)
	}
}

// timeType reads TIME or TIMESTAMP with its precision and zone.
func (p *parser) timeType() *ast.TypeName {
	t := &ast.TypeName{Name: lower(p.text())}
	p.next()
	if p.accept(tLParen) {
		t.Params = append(t.Params, p.typeParam())
		p.expect(tRParen)
	}
	if p.peek(1) == kTIME && (p.tok == kWITH || p.tok == kWITHOUT) {
		if p.tok == kWITH {
			t.Name += " with time zone"
		}
		p.next()
		p.next()
		p.expect(kZONE)
	}
	return t
}

func (p *parser) intervalType() *ast.TypeName {
	from, to, precision, fraction := p.intervalQualifier()
	t := &ast.TypeName{Name: "interval " + from}
	if to != "" {
		t.Name += " to " + to
	}
	if precision != nil || fraction != nil {
		t.Params = []ast.TypeParam{{Number: precision}, {Number: fraction}}
	}
	return t
}
