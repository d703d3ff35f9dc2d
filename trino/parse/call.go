package parse

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// call reads the arguments behind a function's name and all that may follow them. type::method(…)
// is a call too.
func (p *parser) call(start int32, name *ast.QualifiedName) ast.Expr {
	c := &ast.Call{Name: name}
	if p.accept(tColonColon) {
		c.Syntax = ast.StaticCall
		method := p.methodName()
		c.Name = &ast.QualifiedName{Loc: p.loc(start), Parts: append(append([]*ast.Ident(nil), name.Parts...), method)}
		c.Args = p.methodArgs()
		c.Loc = p.loc(start)
		return c
	}
	p.expect(tLParen)
	switch {
	case p.tok == tStar && p.peek(1) == tRParen:
		p.next()
		c.Star = true
	case p.tok.isName() && p.peek(1) == tDot && p.peek(2) == tStar && p.peek(3) == tRParen:
		c.StarOf = p.ident()
		p.next()
		p.next()
	default:
		p.callArgs(c)
		if p.err != nil {
			return c
		}
	}
	if c.Syntax != ast.PlainCall { // a form of its own, already read to its end
		c.Loc = p.loc(start)
		return c
	}
	p.expect(tRParen)
	p.callTail(c)
	c.Loc = p.loc(start)
	p.checkCall(c)
	return c
}

// callArgs reads [ALL|DISTINCT] arguments [ORDER BY …]; SUBSTRING and OVERLAY show only behind their
// first argument that they use the form with words.
func (p *parser) callArgs(c *ast.Call) {
	quantified := false
	switch {
	case p.tok == kDISTINCT:
		p.next()
		c.Distinct, quantified = true, true
	case p.tok == kALL && p.quantifierAhead():
		p.next()
		quantified = true
	}
	switch p.tok {
	case tRParen:
		if quantified {
			p.expected("<expression>, <identifier>")
		}
		return
	case kORDER:
		if quantified {
			p.expected("<expression>, <identifier>")
		}
	case tComma, tEOF:
		if quantified {
			p.expected("<expression>, <identifier>")
		} else {
			p.expected("')', '*', 'ALL', 'DISTINCT', 'ORDER', <expression>, <identifier>")
		}
		return
	default:
		c.Args = p.args(c)
		if c.Syntax != ast.PlainCall {
			return
		}
	}
	if p.tok == kORDER {
		c.OrderBy = p.orderBy()
	}
}

// args reads arguments; c is nil where no form with words can begin.
func (p *parser) args(c *ast.Call) []*ast.Arg {
	list := []*ast.Arg{p.arg()}
	if c != nil && len(c.Name.Parts) == 1 && !c.Distinct && list[0].Name == nil {
		switch {
		case p.tok == kFROM && strings.EqualFold(c.Name.Parts[0].Name, "substring") && !c.Name.Parts[0].Quoted:
			c.Syntax = ast.SubstringCall
			c.Name.Parts[0].Name = "substring"
			return p.worded(list, kFROM)
		case p.tok == kPLACING && strings.EqualFold(c.Name.Parts[0].Name, "overlay") && !c.Name.Parts[0].Quoted:
			c.Syntax = ast.OverlayCall
			c.Name.Parts[0].Name = "overlay"
			p.next()
			list = append(list, p.valueArg())
			return p.worded(list, kFROM)
		}
	}
	high := p.height
	for p.accept(tComma) {
		list = append(list, p.arg())
		high = max(high, p.height)
	}
	p.height = high
	return list
}

// worded reads FROM value [FOR value] ')'.
func (p *parser) worded(list []*ast.Arg, word kind) []*ast.Arg {
	p.expect(word)
	list = append(list, p.valueArg())
	if p.accept(kFOR) {
		list = append(list, p.valueArg())
	}
	p.expect(tRParen)
	return list
}

func (p *parser) arg() *ast.Arg {
	start := p.start()
	a := &ast.Arg{}
	if p.tok.isName() && p.peek(1) == tArrowFat {
		a.Name = p.ident()
		p.next()
	}
	a.Value = p.expr()
	a.Loc = p.loc(start)
	return a
}

// valueArg reads an argument of a form with words, where only a value may stand.
func (p *parser) valueArg() *ast.Arg {
	start := p.start()
	a := &ast.Arg{Value: p.value(0)}
	a.Loc = p.loc(start)
	return a
}

// callTail reads [FILTER (…)] [IGNORE|RESPECT NULLS] [OVER …].
func (p *parser) callTail(c *ast.Call) {
	if p.tok == kFILTER && p.peek(1) == tLParen {
		p.next()
		p.next()
		p.expect(kWHERE)
		c.Filter = p.expr()
		p.expect(tRParen)
	}
	if (p.tok == kIGNORE || p.tok == kRESPECT) && p.peek(1) == kNULLS && !c.Star {
		c.Nulls = ast.RespectNulls
		if p.tok == kIGNORE {
			c.Nulls = ast.IgnoreNulls
		}
		p.next()
		p.next()
		if p.tok != kOVER {
			p.expected("'OVER'")
			return
		}
	}
	if p.tok == kOVER {
		if k := p.peek(1); k == tLParen || k.isName() || c.Nulls != ast.NullsUnspecified {
			c.Over = p.over()
		}
	}
}

// arity is how many arguments a function takes that Trino's parser turns into a node of its own.
type arity struct {
	min, max int
	problem  string
}

var arities = map[string]arity{
	"if":       {2, 3, "Invalid number of arguments for 'if' function"},
	"nullif":   {2, 2, "Invalid number of arguments for 'nullif' function"},
	"coalesce": {2, 1 << 30, "The 'coalesce' function must have at least two arguments"},
	"try":      {1, 1, "The 'try' function must have exactly one argument"},
	"format":   {2, 1 << 30, "The 'format' function must have at least two arguments"},
}

// checkCall reports what those functions may not have.
func (p *parser) checkCall(c *ast.Call) {
	if len(c.Name.Parts) != 1 || len(c.Name.Parts[0].Name) > len("coalesce") {
		return
	}
	name := lower(c.Name.Parts[0].Name)
	a, ok := arities[name]
	if !ok {
		return
	}
	n := len(c.Args)
	if c.StarOf != nil {
		n = 1
	}
	named := false
	for _, arg := range c.Args {
		named = named || arg.Name != nil
	}
	problem := ""
	switch {
	case n < a.min || n > a.max:
		problem = a.problem
	case c.Over != nil:
		problem = "OVER clause not valid for '" + name + "' function"
	case c.Distinct:
		problem = "DISTINCT not valid for '" + name + "' function"
	case c.Nulls != ast.NullsUnspecified:
		problem = "Null treatment clause not valid for '" + name + "' function"
	case c.Mode != "":
		problem = "Running or final semantics not valid for '" + name + "' function"
	case c.Filter != nil:
		problem = "FILTER not valid for '" + name + "' function"
	case named:
		problem = "Named arguments are not supported for '" + name + "' function"
	default:
		return
	}
	p.lateAt(c.At.Start, problem)
}

// form begins a call whose name is a word of the grammar and whose syntax is its own: it reads the
// word and the '('.
func (p *parser) form(syntax ast.CallSyntax) *ast.Call {
	id := &ast.Ident{Name: lower(p.text())}
	start := p.start()
	p.next()
	id.Loc = p.loc(start)
	p.expect(tLParen)
	return &ast.Call{Syntax: syntax, Name: &ast.QualifiedName{Loc: id.Loc, Parts: []*ast.Ident{id}}}
}

// insideAhead says whether word stands directly between the parentheses that open behind the current
// token, and no comma before it: whether POSITION(a IN b) and TRY_CAST(a AS b) are meant, not functions.
func (p *parser) insideAhead(word kind) bool {
	end := int(p.toks[p.pos+1].match)
	if end == 0 {
		end = len(p.toks) - 1
	}
	square := 0
	for i := p.pos + 2; i < end; i++ {
		switch k := p.toks[i].kind; k {
		case tLParen:
			if m := int(p.toks[i].match); m > 0 {
				i = m
			}
		case tLBracket:
			square++
		case tRBracket:
			square--
		case tComma:
			if square == 0 {
				return false
			}
		case word:
			return true
		}
	}
	return false
}

func (p *parser) position() ast.Expr {
	start := p.start()
	c := p.form(ast.PositionCall)
	c.Args = append(c.Args, p.valueArg())
	p.expect(kIN)
	c.Args = append(c.Args, p.valueArg())
	p.expect(tRParen)
	c.Loc = p.loc(start)
	return c
}

func (p *parser) extract() ast.Expr {
	start := p.start()
	p.next()
	p.expect(tLParen)
	field := p.ident()
	e := &ast.Extract{Field: lower(field.Name)}
	if !extractFields[e.Field] && p.err == nil {
		p.lateAt(start, "Invalid EXTRACT field "+p.src[field.At.Start:field.At.End]+", valid fields are: YEAR, QUARTER, MONTH, WEEK, DAY, "+
			"DAY_OF_MONTH, DAY_OF_WEEK, DOW, DAY_OF_YEAR, DOY, YEAR_OF_WEEK, YOW, HOUR, MINUTE, SECOND, TIMEZONE_MINUTE, TIMEZONE_HOUR")
	}
	p.expect(kFROM)
	e.X = p.value(0)
	p.expect(tRParen)
	e.Loc = p.loc(start)
	return e
}

var extractFields = map[string]bool{
	"year": true, "quarter": true, "month": true, "week": true, "day": true, "day_of_month": true,
	"day_of_week": true, "dow": true, "day_of_year": true, "doy": true, "year_of_week": true, "yow": true,
	"hour": true, "minute": true, "second": true, "timezone_minute": true, "timezone_hour": true,
}

// trim reads TRIM([LEADING|TRAILING|BOTH] [chars] FROM s), TRIM(s) and TRIM(s, chars). The name of
// the call says which function it is.
func (p *parser) trim() ast.Expr {
	start := p.start()
	c := p.form(ast.TrimCall)
	id := c.Name.Parts[0]
	id.Name = "trim"
	if k := p.peek(1); k != tRParen && k != tComma && k != tDot && k != tLBracket {
		switch p.tok {
		case kLEADING:
			c.TrimSpec, id.Name = "leading", "ltrim"
		case kTRAILING:
			c.TrimSpec, id.Name = "trailing", "rtrim"
		case kBOTH:
			c.TrimSpec = "both"
		}
		if c.TrimSpec != "" {
			p.next()
		}
	}
	switch {
	case p.tok == kFROM:
		if c.TrimSpec == "" {
			p.lateAt(start, "The 'trim' function must have specification, char or both arguments when it takes FROM")
		}
		p.next()
		c.Args = append(c.Args, p.valueArg())
	default:
		first := p.valueArg()
		switch {
		case p.accept(kFROM):
			c.Args = append(c.Args, p.valueArg(), first)
		case c.TrimSpec != "":
			p.expected("'FROM'")
		case p.accept(tComma):
			c.Args = append(c.Args, first, p.valueArg())
		default:
			c.Args = append(c.Args, first)
		}
	}
	p.expect(tRParen)
	c.Loc = p.loc(start)
	return c
}

func (p *parser) normalize() ast.Expr {
	start := p.start()
	c := p.form(ast.NormalizeCall)
	c.Args = append(c.Args, p.valueArg())
	if p.accept(tComma) {
		at := p.start()
		switch p.tok {
		case kNFC, kNFD, kNFKC, kNFKD:
			s := &ast.StringLit{Value: strings.ToUpper(p.text())}
			p.next()
			s.Loc = p.loc(at)
			c.Args = append(c.Args, &ast.Arg{Loc: s.Loc, Value: s})
		default:
			p.expected("'NFC', 'NFD', 'NFKC', 'NFKD'")
		}
	}
	p.expect(tRParen)
	c.Loc = p.loc(start)
	return c
}

// grouping reads GROUPING(column, …), whose arguments are names.
func (p *parser) grouping() ast.Expr {
	start := p.start()
	c := p.form(ast.GroupingCall)
	for p.tok != tRParen && p.err == nil {
		at := p.start()
		var x ast.Expr = p.ident()
		for p.accept(tDot) {
			d := &ast.Deref{Base: x, Field: p.ident()}
			d.Loc = p.loc(at)
			x = d
		}
		c.Args = append(c.Args, &ast.Arg{Loc: p.loc(at), Value: x})
		if p.tok != tRParen && p.tok != tComma {
			p.expected("')', ',', '.'")
			break
		}
		if p.accept(tComma) && p.tok == tRParen {
			p.expected("<identifier>")
		}
	}
	p.expect(tRParen)
	c.Loc = p.loc(start)
	return c
}

func (p *parser) listagg() ast.Expr {
	start := p.start()
	c := p.form(ast.ListaggCall)
	if p.accept(kDISTINCT) {
		c.Distinct = true
	} else if p.tok == kALL && p.quantifierAhead() {
		p.next()
	}
	at := p.start()
	x := p.expr()
	c.Args = append(c.Args, &ast.Arg{Loc: p.loc(at), Value: x})
	if p.accept(tComma) {
		s := p.stringLit()
		c.Args = append(c.Args, &ast.Arg{Loc: s.Loc, Value: s})
	}
	if p.tok == kON {
		c.Overflow = p.overflow()
	}
	p.expect(tRParen)
	p.expect(kWITHIN)
	p.expect(kGROUP)
	p.expect(tLParen)
	c.Within = p.orderBy()
	p.expect(tRParen)
	p.callTail(c)
	c.Loc = p.loc(start)
	return c
}

// overflow reads ON OVERFLOW ERROR | TRUNCATE [filler] WITH|WITHOUT COUNT.
func (p *parser) overflow() *ast.ListaggOverflow {
	start := p.start()
	p.next()
	p.expect(kOVERFLOW)
	o := &ast.ListaggOverflow{}
	switch p.tok {
	case kERROR:
		p.next()
	case kTRUNCATE:
		p.next()
		o.Truncate = true
		if p.stringAhead() {
			o.Filler = p.stringLit()
		}
		switch p.tok {
		case kWITH:
			o.WithCount = true
			p.next()
		case kWITHOUT:
			p.next()
		default:
			p.expected("'WITH', 'WITHOUT'")
		}
		p.expect(kCOUNT)
	default:
		p.expected("'ERROR', 'TRUNCATE'")
	}
	o.Loc = p.loc(start)
	return o
}
