package parse

import "github.com/limn-data/limn/trino/ast"

// primary reads an operand with the fields, subscripts and method calls that follow it.
func (p *parser) primary() ast.Expr {
	start := p.start()
	p.height = 0
	x := p.operand()
	for {
		switch p.tok {
		case tDot:
			y := p.member(start, x)
			if y == nil {
				return x
			}
			x = y
		case tLBracket:
			p.next()
			if p.tok == tStar && p.peek(1) == tRBracket {
				p.next()
				p.next()
				x = &ast.ArrayWildcard{Loc: p.loc(start), X: x}
				break
			}
			s := &ast.Subscript{X: x}
			h := p.height
			s.Index = p.value(0)
			p.expect(tRBracket)
			s.Loc = p.loc(start)
			p.grow(h)
			x = s
		default:
			return x
		}
		p.grow(p.height)
	}
}

// member reads what follows a dot, or returns nil where the dot does not go on with this operand: in
// x.*, and in front of what fits nowhere, which is then complained about where Trino does.
func (p *parser) member(start int32, x ast.Expr) ast.Expr {
	k := p.peek(1)
	switch {
	case (k.isName() || k > kwFirst) && p.peek(2) == tLParen:
		p.next()
		c := &ast.Call{Syntax: ast.MethodCall}
		c.Name = &ast.QualifiedName{Parts: []*ast.Ident{p.methodName()}}
		c.Name.Loc = c.Name.Parts[0].Loc
		c.Args = append([]*ast.Arg{{Loc: ast.Loc{At: x.Span()}, Value: x}}, p.methodArgs()...)
		c.Loc = p.loc(start)
		return c
	case k.isName():
		p.next()
		d := &ast.Deref{Base: x, Field: p.ident()}
		d.Loc = p.loc(start)
		return d
	case k == tString || k == tUnicodeString:
		// A string names a member of a JSON value exactly, as a quoted name does.
		p.next()
		s := p.stringLit()
		return &ast.Deref{Loc: p.loc(start), Base: x, Field: &ast.Ident{Loc: s.Loc, Name: s.Value, Quoted: true}}
	case k.reserved():
		p.next()
		p.next()
		p.expected("'('")
		return x
	}
	return nil
}

// methodName is an identifier or any word of the grammar.
func (p *parser) methodName() *ast.Ident {
	if !p.tok.reserved() {
		return p.ident()
	}
	at := p.start()
	name := p.text()
	p.next()
	return &ast.Ident{Loc: p.loc(at), Name: name}
}

func (p *parser) methodArgs() []*ast.Arg {
	p.expect(tLParen)
	var args []*ast.Arg
	if p.tok != tRParen {
		args = p.args(nil)
	}
	p.expect(tRParen)
	return args
}

// operand reads one operand. Words that have a syntax of their own come first; those that may also
// be names fall through where their syntax does not fit.
func (p *parser) operand() ast.Expr {
	start := p.start()
	switch p.tok {
	case tIdent, tQuoted:
		return p.name()
	case tInteger, tDecimal, tDouble, tMinus:
		return p.number()
	case tString, tUnicodeString:
		return p.stringLit()
	case tBinary:
		return p.binaryLit()
	case kNULL:
		p.next()
		return &ast.NullLit{Loc: p.loc(start)}
	case kTRUE, kFALSE:
		v := p.tok == kTRUE
		p.next()
		return &ast.BoolLit{Loc: p.loc(start), Value: v}
	case tQuestion:
		return p.parameter()
	case tLParen:
		return p.parenthesis()
	case tLBracket:
		return p.array(true)
	case kCASE:
		return p.caseExpr()
	case kCAST:
		return p.cast()
	case kEXISTS:
		p.next()
		if p.tok == tLParen && p.peek(1) == tEOF {
			p.next()
			p.expected("<query>")
			return nil
		}
		e := &ast.Exists{Query: p.parenQuery()}
		e.Loc = p.loc(start)
		return e
	case kEXTRACT:
		return p.extract()
	case kTRIM:
		return p.trim()
	case kNORMALIZE:
		return p.normalize()
	case kGROUPING:
		return p.grouping()
	case kLISTAGG:
		return p.listagg()
	case kJSON_EXISTS, kJSON_VALUE, kJSON_QUERY, kJSON_OBJECT, kJSON_ARRAY:
		return p.jsonFunction()
	case kCURRENT_DATE, kCURRENT_USER, kCURRENT_CATALOG, kCURRENT_SCHEMA, kCURRENT_PATH,
		kCURRENT_TIME, kCURRENT_TIMESTAMP, kLOCALTIME, kLOCALTIMESTAMP:
		return p.current()
	}
	if p.tok.isName() {
		if x := p.special(); x != nil || p.err != nil {
			return x
		}
		return p.name()
	}
	p.expected("<expression>")
	return nil
}

// special reads what begins with a word that may be a name too, or returns nil.
func (p *parser) special() ast.Expr {
	start := p.start()
	next := p.peek(1)
	switch p.tok {
	case kARRAY:
		if next == tLBracket {
			p.next()
			return p.array(false)
		}
	case kROW:
		if next == tLParen && p.peek(2) != tRParen {
			return p.row()
		}
	case kTRY_CAST:
		if next == tLParen && p.insideAhead(kAS) {
			return p.cast()
		}
	case kINTERVAL:
		if p.intervalAhead() {
			return p.interval()
		}
	case kPOSITION:
		if next == tLParen && p.insideAhead(kIN) {
			return p.position()
		}
	case kUNIQUE:
		if next == tLParen && p.onlyQueryAhead(p.pos+2) {
			p.next()
			u := &ast.Unique{Query: p.parenQuery()}
			u.Loc = p.loc(start)
			return u
		}
	case kRUNNING, kFINAL:
		if next.isName() && (p.peek(2) == tLParen || p.peek(2) == tDot) {
			mode := "running"
			if p.tok == kFINAL {
				mode = "final"
			}
			p.next()
			x := p.name()
			if c, ok := x.(*ast.Call); ok {
				c.Mode = mode
				c.Loc = p.loc(start)
				p.checkCall(c)
			} else {
				p.expected("'('")
			}
			return x
		}
	case kDOUBLE:
		if next == kPRECISION && (p.peek(2) == tString || p.peek(2) == tUnicodeString) {
			p.next()
			p.next()
			t := &ast.TypedLit{Type: &ast.TypeName{Loc: p.loc(start), Name: "double"}}
			t.Value = p.stringLit().Value
			t.Loc = p.loc(start)
			return t
		}
	}
	return nil
}

// name reads what begins with an identifier: a column, a function call, a lambda of one parameter, a
// literal of a type, a measure.
func (p *parser) name() ast.Expr {
	start := p.start()
	switch p.peek(1) {
	case tString, tUnicodeString:
		return p.typedLit()
	case tArrow:
		l := &ast.Lambda{Params: []*ast.Ident{p.ident()}}
		p.next()
		l.Body = p.expr()
		l.Loc = p.loc(start)
		return l
	case kOVER:
		if k := p.peek(2); k == tLParen || k.isName() {
			m := &ast.Measure{Name: p.ident()}
			m.Over = p.over()
			m.Loc = p.loc(start)
			return m
		}
	case tLParen:
		id := p.ident()
		return p.call(start, &ast.QualifiedName{Loc: id.Loc, Parts: []*ast.Ident{id}})
	case tDot, tColonColon:
		if n := p.nameLength(); n > 0 {
			return p.call(start, p.qualifiedName())
		}
	}
	return p.ident()
}

// nameLength is how many parts the dotted name at the current token has where a function call
// follows it, else 0.
func (p *parser) nameLength() int {
	for i, n := p.pos, 1; ; n++ {
		switch p.kindAt(i + 1) {
		case tLParen, tColonColon:
			return n
		case tDot:
			if !p.kindAt(i + 2).isName() {
				return 0
			}
			i += 2
		default:
			return 0
		}
	}
}

// parenthesis reads what begins with '(': a lambda, a subquery, a row or an expression in parentheses.
func (p *parser) parenthesis() ast.Expr {
	start := p.start()
	if p.lambdaAhead() {
		l := &ast.Lambda{}
		if p.peek(1) == tRParen {
			p.next()
			p.next()
		} else {
			l.Params = p.identList()
		}
		p.next()
		l.Body = p.expr()
		l.Loc = p.loc(start)
		return l
	}
	if p.queryAhead(p.pos+1, false) {
		s := &ast.Subquery{Query: p.parenQuery()}
		s.Loc = p.loc(start)
		return s
	}
	p.next()
	at := p.start()
	x := p.expr()
	if p.tok != tComma {
		p.expect(tRParen)
		return &ast.Paren{Loc: p.loc(start), X: x}
	}
	row := &ast.Row{Paren: true, Fields: []*ast.RowField{{Loc: p.loc(at), Value: x}}}
	high := p.height
	for p.accept(tComma) {
		at = p.start()
		f := &ast.RowField{Value: p.expr()}
		f.Loc = p.loc(at)
		row.Fields = append(row.Fields, f)
		high = max(high, p.height)
	}
	p.height = high
	p.expect(tRParen)
	row.Loc = p.loc(start)
	return row
}

// lambdaAhead says whether the parenthesis at the current token holds the parameters of a lambda.
func (p *parser) lambdaAhead() bool {
	m := int(p.toks[p.pos].match)
	if m == 0 || p.kindAt(m+1) != tArrow {
		return false
	}
	for i := p.pos + 1; i < m; i += 2 {
		if !p.kindAt(i).isName() || p.kindAt(i+1) != tComma && i+1 != m {
			return false
		}
	}
	return true
}

func (p *parser) array(bare bool) ast.Expr {
	start := p.start()
	if !bare {
		start = p.toks[p.pos-1].start
	}
	p.expect(tLBracket)
	a := &ast.Array{Bare: bare}
	if p.tok != tRBracket {
		a.Elems = p.exprList()
	}
	p.expect(tRBracket)
	a.Loc = p.loc(start)
	return a
}

// row reads ROW(value [[AS] name], …).
func (p *parser) row() ast.Expr {
	start := p.start()
	p.next()
	p.expect(tLParen)
	r := &ast.Row{}
	high := 0
	for {
		at := p.start()
		f := &ast.RowField{Value: p.expr()}
		high = max(high, p.height)
		if p.accept(kAS) || p.tok.isName() {
			f.Name = p.ident()
		}
		f.Loc = p.loc(at)
		r.Fields = append(r.Fields, f)
		if !p.accept(tComma) {
			break
		}
	}
	p.height = high
	p.expect(tRParen)
	r.Loc = p.loc(start)
	return r
}

func (p *parser) caseExpr() ast.Expr {
	start := p.start()
	p.next()
	c := &ast.Case{}
	high := 0
	if p.tok != kWHEN {
		c.Operand = p.expr()
		high = p.height
	}
	for p.tok == kWHEN || len(c.Whens) == 0 && p.err == nil {
		at := p.start()
		p.expect(kWHEN)
		w := &ast.When{}
		if c.Operand != nil && p.predicateAhead() {
			here := p.start()
			w.Cond = p.predicate(here, &ast.CaseOperand{Loc: ast.Loc{At: ast.Span{Start: here, End: here}}})
		} else {
			w.Cond = p.expr()
		}
		high = max(high, p.height)
		p.expect(kTHEN)
		w.Result = p.expr()
		high = max(high, p.height)
		w.Loc = p.loc(at)
		c.Whens = append(c.Whens, w)
	}
	if p.accept(kELSE) {
		c.Else = p.expr()
		high = max(high, p.height)
	}
	p.expect(kEND)
	p.height = high
	c.Loc = p.loc(start)
	return c
}

func (p *parser) cast() ast.Expr {
	start := p.start()
	c := &ast.Cast{Try: p.tok == kTRY_CAST}
	p.next()
	p.expect(tLParen)
	c.X = p.expr()
	p.expect(kAS)
	c.Type = p.typeName()
	p.expect(tRParen)
	c.Loc = p.loc(start)
	return c
}

var currents = map[kind]string{
	kCURRENT_DATE: "current_date", kCURRENT_TIME: "current_time", kCURRENT_TIMESTAMP: "current_timestamp",
	kLOCALTIME: "localtime", kLOCALTIMESTAMP: "localtimestamp", kCURRENT_USER: "current_user",
	kCURRENT_CATALOG: "current_catalog", kCURRENT_SCHEMA: "current_schema", kCURRENT_PATH: "current_path",
}

func (p *parser) current() ast.Expr {
	start := p.start()
	c := &ast.Current{What: currents[p.tok], Precision: -1}
	timed := p.tok == kCURRENT_TIME || p.tok == kCURRENT_TIMESTAMP || p.tok == kLOCALTIME || p.tok == kLOCALTIMESTAMP
	p.next()
	if timed && p.tok == tLParen {
		p.next()
		c.Precision = int(p.smallInteger())
		p.expect(tRParen)
	}
	c.Loc = p.loc(start)
	return c
}
