package parse

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// functionSpec reads FUNCTION name(parameters) RETURNS type … with its body.
func (p *parser) functionSpec() *ast.FunctionSpec {
	start := p.start()
	p.expect(kFUNCTION)
	f := &ast.FunctionSpec{}
	f.Name, f.Params = p.functionDeclaration()
	p.expect(kRETURNS)
	f.Returns = p.typeName()
	for {
		c := p.characteristic()
		if c == nil {
			break
		}
		f.Characteristics = append(f.Characteristics, c)
	}
	if p.accept(kAS) {
		f.Definition = p.dollarText()
	} else {
		at := p.start()
		f.Body = p.control()
		switch f.Body.(type) {
		case *ast.ReturnControl, *ast.Block:
		default:
			p.lateAt(at, "Function body must start with RETURN or BEGIN")
		}
	}
	f.Loc = p.loc(start)
	return f
}

// functionDeclaration reads name(parameters).
func (p *parser) functionDeclaration() (*ast.QualifiedName, []*ast.ParameterDecl) {
	name := p.qualifiedName()
	var list []*ast.ParameterDecl
	p.expect(tLParen)
	for p.tok != tRParen {
		start := p.start()
		d := &ast.ParameterDecl{}
		if p.fieldNameAhead() {
			d.Name = p.ident()
		}
		d.Type = p.typeName()
		d.Loc = p.loc(start)
		list = append(list, d)
		if !p.accept(tComma) {
			break
		}
		if p.tok == tRParen {
			p.expected("<identifier>, <type>")
		}
	}
	p.expect(tRParen)
	return name, list
}

// characteristic reads one clause of a function, nil where none follows.
func (p *parser) characteristic() *ast.Characteristic {
	start := p.start()
	c := &ast.Characteristic{}
	switch p.tok {
	case kLANGUAGE:
		p.next()
		c.Kind, c.Language = "language", p.ident()
	case kNOT:
		p.words(kNOT, kDETERMINISTIC)
		c.Kind = "not deterministic"
	case kDETERMINISTIC:
		p.next()
		c.Kind = "deterministic"
	case kRETURNS:
		p.words(kRETURNS, kNULL, kON, kNULL, kINPUT)
		c.Kind = "returns null on null input"
	case kCALLED:
		p.words(kCALLED, kON, kNULL, kINPUT)
		c.Kind = "called on null input"
	case kSECURITY:
		p.next()
		c.Kind = "security " + p.security()
	case kCOMMENT:
		p.next()
		c.Kind, c.Comment = "comment", p.str()
	case kWITH:
		c.Kind, c.Properties = "properties", p.properties()
	default:
		return nil
	}
	c.Loc = p.loc(start)
	return c
}

// dollarText reads $$ … $$, whose text begins on the line behind the first mark.
func (p *parser) dollarText() *ast.DollarText {
	start := p.start()
	if p.tok != tDollarString {
		p.expected("<dollar-string>")
		return nil
	}
	text := p.text()
	text = text[2 : len(text)-2]
	p.next()
	switch {
	case strings.HasPrefix(text, "\r\n"):
		text = text[2:]
	case strings.HasPrefix(text, "\n"), strings.HasPrefix(text, "\r"):
		text = text[1:]
	default:
		p.lateAt(start, "Function definition must start with a newline after opening quotes")
	}
	return &ast.DollarText{Loc: p.loc(start), Value: text}
}

// controlWords begin a statement of a routine; CASE can be no name.
var controlWords = map[kind]bool{kRETURN: true, kSET: true, kITERATE: true, kLEAVE: true, kIF: true, kBEGIN: true, kLOOP: true, kWHILE: true, kREPEAT: true}

const controlStart = "'BEGIN', 'CASE', 'IF', 'ITERATE', 'LEAVE', 'LOOP', 'REPEAT', 'RETURN', 'SET', 'WHILE', <identifier>"

// control reads one statement of a routine.
func (p *parser) control() ast.Control {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.start()
	if p.tok.isName() && (p.peek(1) == tColon || !controlWords[p.tok]) {
		label := p.ident()
		p.expect(tColon)
		return p.loop(start, label)
	}
	switch p.tok {
	case kRETURN:
		p.next()
		s := &ast.ReturnControl{Value: p.value(0)}
		s.Loc = p.loc(start)
		return s
	case kSET:
		p.next()
		s := &ast.SetControl{Name: p.ident()}
		p.expect(tEq)
		s.Value = p.expr()
		s.Loc = p.loc(start)
		return s
	case kITERATE, kLEAVE:
		s := &ast.JumpControl{Iterate: p.tok == kITERATE}
		p.next()
		s.Label = p.ident()
		s.Loc = p.loc(start)
		return s
	case kIF:
		return p.ifControl(start)
	case kCASE:
		return p.caseControl(start)
	case kBEGIN:
		return p.block(start)
	case kLOOP, kWHILE, kREPEAT:
		return p.loop(start, nil)
	}
	p.expected(controlStart)
	return nil
}

// controls reads statements, each with its semicolon, up to what may not begin one.
func (p *parser) controls() []ast.Control {
	var list []ast.Control
	for {
		list = append(list, p.control())
		p.expect(tSemicolon)
		switch p.tok {
		case kEND, kELSE, kWHEN, tEOF:
			return list
		case kELSEIF, kUNTIL:
			if p.peek(1) != tColon {
				return list
			}
		}
	}
}

// branch reads condition THEN statements.
func (p *parser) branchControl(start int32) *ast.Branch {
	b := &ast.Branch{Cond: p.expr()}
	p.expect(kTHEN)
	b.Body = p.controls()
	b.Loc = p.loc(start)
	return b
}

func (p *parser) ifControl(start int32) ast.Control {
	p.next()
	s := &ast.IfControl{Branches: []*ast.Branch{p.branchControl(start)}}
	for p.tok == kELSEIF {
		at := p.start()
		p.next()
		s.Branches = append(s.Branches, p.branchControl(at))
	}
	if p.accept(kELSE) {
		s.Else = p.controls()
	}
	p.words(kEND, kIF)
	s.Loc = p.loc(start)
	return s
}

func (p *parser) caseControl(start int32) ast.Control {
	p.next()
	s := &ast.CaseControl{}
	if p.tok != kWHEN {
		s.Operand = p.expr()
	}
	if p.tok != kWHEN {
		p.expected("'WHEN'")
	}
	for p.tok == kWHEN {
		at := p.start()
		p.next()
		s.Branches = append(s.Branches, p.branchControl(at))
	}
	if p.accept(kELSE) {
		s.Else = p.controls()
	}
	p.words(kEND, kCASE)
	s.Loc = p.loc(start)
	return s
}

func (p *parser) block(start int32) ast.Control {
	p.next()
	b := &ast.Block{}
	for p.tok == kDECLARE {
		at := p.start()
		p.next()
		d := &ast.Declare{Names: []*ast.Ident{p.ident()}}
		for p.accept(tComma) {
			d.Names = append(d.Names, p.ident())
		}
		d.Type = p.typeName()
		if p.accept(kDEFAULT) {
			d.Default = p.value(0)
		}
		d.Loc = p.loc(at)
		p.expect(tSemicolon)
		b.Declares = append(b.Declares, d)
	}
	if p.tok != kEND {
		b.Body = p.controls()
	}
	p.expect(kEND)
	b.Loc = p.loc(start)
	return b
}

func (p *parser) loop(start int32, label *ast.Ident) ast.Control {
	l := &ast.Loop{Label: label}
	switch p.tok {
	case kLOOP:
		p.next()
		l.Body = p.controls()
		p.words(kEND, kLOOP)
	case kWHILE:
		p.next()
		l.Kind, l.Cond = ast.WhileLoop, p.expr()
		p.expect(kDO)
		l.Body = p.controls()
		p.words(kEND, kWHILE)
	case kREPEAT:
		p.next()
		l.Kind, l.Body = ast.RepeatLoop, p.controls()
		p.expect(kUNTIL)
		l.Cond = p.expr()
		p.words(kEND, kREPEAT)
	default:
		p.expected("'LOOP', 'REPEAT', 'WHILE'")
	}
	l.Loc = p.loc(start)
	return l
}
