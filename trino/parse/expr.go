package parse

import "github.com/limn-data/limn/trino/ast"

// expr reads a boolean expression: OR over AND over NOT over predicates over values.
func (p *parser) expr() ast.Expr {
	if !p.enter() {
		return nil
	}
	start := p.start()
	x := p.andExpr()
	if p.tok == kOR {
		l := &ast.Logical{Or: true, Terms: []ast.Expr{x}}
		high := p.height
		for p.accept(kOR) {
			l.Terms = append(l.Terms, p.andExpr())
			high = max(high, p.height)
		}
		p.height = high
		l.Loc = p.loc(start)
		x = l
	}
	p.leave()
	return x
}

func (p *parser) andExpr() ast.Expr {
	start := p.start()
	x := p.notExpr()
	if p.tok == kAND {
		l := &ast.Logical{Terms: append(make([]ast.Expr, 0, 4), x)}
		high := p.height
		for p.accept(kAND) {
			l.Terms = append(l.Terms, p.notExpr())
			high = max(high, p.height)
		}
		p.height = high
		l.Loc = p.loc(start)
		x = l
	}
	return x
}

func (p *parser) notExpr() ast.Expr {
	if p.tok != kNOT {
		start := p.start()
		return p.predicate(start, p.value(0))
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.start()
	p.next()
	n := &ast.Not{X: p.notExpr()}
	n.Loc = p.loc(start)
	return n
}

var compareOps = [...]ast.CompareOp{tEq: ast.Eq, tNe: ast.Ne, tLt: ast.Lt, tLe: ast.Le, tGt: ast.Gt, tGe: ast.Ge}

// predicateAhead says whether the current token begins a predicate on a value before it.
func (p *parser) predicateAhead() bool {
	switch p.tok {
	case tEq, tNe, tLt, tLe, tGt, tGe, kBETWEEN, kIN, kLIKE, kIS, kOVERLAPS:
		return true
	case kNOT:
		k := p.peek(1)
		return k == kBETWEEN || k == kIN || k == kLIKE
	case kMATCH:
		return p.matchAhead()
	}
	return false
}

// matchAhead says whether MATCH, the current token, is the predicate.
func (p *parser) matchAhead() bool {
	i := 1
	if p.peek(i) == kUNIQUE {
		i++
	}
	if k := p.peek(i); k == kSIMPLE || k == kPARTIAL || k == kFULL {
		i++
	}
	return p.peek(i) == tLParen && p.queryAhead(p.pos+i+1, false)
}

// predicate reads the predicate on x that may follow; a value takes at most one.
func (p *parser) predicate(start int32, x ast.Expr) ast.Expr {
	at := p.start()
	switch p.tok {
	case tEq, tNe, tLt, tLe, tGt, tGe:
		op := compareOps[p.tok]
		p.next()
		opAt := p.span(at)
		if (p.tok == kALL || p.tok == kANY || p.tok == kSOME) && p.peek(1) == tLParen && p.onlyQueryAhead(p.pos+2) {
			q := &ast.Quantified{Op: op, Quantifier: ast.All, L: x, OpAt: opAt}
			switch p.tok {
			case kANY:
				q.Quantifier = ast.Any
			case kSOME:
				q.Quantifier = ast.Some
			}
			p.next()
			q.Query = p.parenQuery()
			q.Loc = p.loc(start)
			return q
		}
		c := &ast.Compare{Op: op, L: x, OpAt: opAt}
		h := p.height
		c.R = p.value(0)
		p.height = max(p.height, h)
		c.Loc = p.loc(start)
		return c
	case kIS:
		return p.isPredicate(start, x)
	case kNOT:
		p.next()
		if p.tok != kBETWEEN && p.tok != kIN && p.tok != kLIKE {
			p.expected("'BETWEEN', 'IN', 'LIKE'")
			return x
		}
		return p.negatable(start, at, x, true)
	case kBETWEEN, kIN, kLIKE:
		return p.negatable(start, at, x, false)
	case kOVERLAPS:
		p.next()
		o := &ast.Overlaps{L: x, OpAt: p.span(at)}
		o.R = p.value(0)
		o.Loc = p.loc(start)
		return o
	case kMATCH:
		if !p.matchAhead() {
			return x
		}
		p.next()
		m := &ast.Match{X: x, OpAt: p.span(at), Unique: p.accept(kUNIQUE)}
		switch p.tok {
		case kSIMPLE:
			m.Kind = "simple"
			p.next()
		case kPARTIAL:
			m.Kind = "partial"
			p.next()
		case kFULL:
			m.Kind = "full"
			p.next()
		}
		m.Query = p.parenQuery()
		m.Loc = p.loc(start)
		return m
	}
	return x
}

// negatable reads BETWEEN, IN or LIKE; at is where NOT or the word itself begins.
func (p *parser) negatable(start, at int32, x ast.Expr, not bool) ast.Expr {
	word := p.tok
	p.next()
	opAt := p.span(at)
	h := p.height
	defer func() { p.height = max(p.height, h) }()
	switch word {
	case kBETWEEN:
		b := &ast.Between{Not: not, X: x, OpAt: opAt}
		if k := p.peek(1); p.tok == kSYMMETRIC && startsValue(k) {
			b.Symmetric = true
			p.next()
		} else if p.tok == kASYMMETRIC && startsValue(k) {
			p.next()
		}
		b.Lo = p.value(0)
		p.expect(kAND)
		b.Hi = p.value(0)
		b.Loc = p.loc(start)
		return b
	case kLIKE:
		l := &ast.Like{Not: not, X: x, OpAt: opAt, Pattern: p.value(0)}
		if p.accept(kESCAPE) {
			l.Escape = p.value(0)
		}
		l.Loc = p.loc(start)
		return l
	}
	in := &ast.In{Not: not, X: x, OpAt: opAt}
	if !not {
		defer p.failAtIn(p.pos - 1)
	}
	p.expect(tLParen)
	if p.onlyQueryAhead(p.pos) {
		in.Query = p.query()
	} else {
		in.List = p.exprList()
	}
	p.expect(tRParen)
	in.Loc = p.loc(start)
	return in
}

// failAtIn moves a complaint about what stands behind IN, which is token i, to IN itself: Trino's
// parser looks ahead over the whole list or query before it takes IN for a predicate (it could be
// that of POSITION(a IN b)), and complains about IN where it finds no way through.
func (p *parser) failAtIn(i int) {
	if p.err == nil || !p.mismatch {
		return
	}
	inner := p.err
	p.err = nil
	t := &p.toks[i]
	p.failAt(int(t.start), "mismatched input '"+p.src[t.start:t.end]+"'. Expecting: 'AND', 'EXCEPT', 'FETCH', 'GROUP', 'HAVING', 'INTERSECT', "+
		"'LIMIT', 'OFFSET', 'OR', 'ORDER', 'UNION', 'WINDOW', <EOF>", inner.Hint)
	if inner.Hint == "" {
		p.err.Hint = "what follows IN does not parse, see " + inner.Error()
	}
}

// startsValue says whether a value may start with k, where a word before it could be a name too.
func startsValue(k kind) bool {
	switch k {
	case kAND, tDot, tStar, tSlash, tPercent, tConcat, tComma, tRParen, tEOF, kAT, tRBracket:
		return false
	}
	return true
}

func (p *parser) isPredicate(start int32, x ast.Expr) ast.Expr {
	at := p.start()
	p.next()
	opAt := p.span(at)
	not := p.accept(kNOT)
	switch p.tok {
	case kNULL:
		p.next()
		return &ast.IsNull{Loc: p.loc(start), Not: not, X: x, OpAt: opAt}
	case kTRUE, kFALSE, kUNKNOWN:
		v := ast.True
		switch p.tok {
		case kFALSE:
			v = ast.False
		case kUNKNOWN:
			v = ast.Unknown
		}
		p.next()
		return &ast.IsTruth{Loc: p.loc(start), Not: not, Value: v, X: x, OpAt: opAt}
	case kDISTINCT:
		p.next()
		p.expect(kFROM)
		c := &ast.Compare{Op: ast.IsDistinctFrom, L: x, OpAt: opAt}
		if not {
			c.Op = ast.IsNotDistinctFrom
		}
		h := p.height
		c.R = p.value(0)
		p.height = max(p.height, h)
		c.Loc = p.loc(start)
		return c
	}
	what := "'DISTINCT', 'FALSE', 'NULL', 'TRUE', 'UNKNOWN'"
	if !not {
		what = "'DISTINCT', 'FALSE', 'NOT', 'NULL', 'TRUE', 'UNKNOWN'"
	}
	p.expected(what)
	return nil
}

// Precedence of the operators between values, the loosest first.
const (
	precConcat = iota + 1
	precAdd
	precMul
)

type infix struct {
	prec int
	op   ast.BinaryOp
}

var infixes = [...]infix{
	tConcat:  {precConcat, ast.Concat},
	tPlus:    {precAdd, ast.Add},
	tMinus:   {precAdd, ast.Sub},
	tStar:    {precMul, ast.Mul},
	tSlash:   {precMul, ast.Div},
	tPercent: {precMul, ast.Mod},
}

// value reads a value expression whose operators bind tighter than above.
func (p *parser) value(above int) ast.Expr {
	start := p.start()
	x := p.unary()
	for int(p.tok) < len(infixes) {
		in := infixes[p.tok]
		if in.prec <= above {
			break
		}
		b := &ast.Binary{Op: in.op, L: x}
		at := p.start()
		p.next()
		b.OpAt = p.span(at)
		h := p.height
		b.R = p.value(in.prec)
		b.Loc = p.loc(start)
		p.grow(h)
		x = b
	}
	return x
}

// unary reads signs and, binding tighter, AT TIME ZONE and AT LOCAL. A minus before a number belongs
// to the number.
func (p *parser) unary() ast.Expr {
	start := p.start()
	if p.tok == tPlus || p.tok == tMinus && !p.numberAhead() {
		if !p.enter() {
			return nil
		}
		u := &ast.Unary{Minus: p.tok == tMinus}
		p.next()
		u.X = p.unary()
		u.Loc = p.loc(start)
		p.leave()
		return u
	}
	x := p.primary()
	for p.tok == kAT {
		at := p.start()
		switch p.peek(1) {
		case kLOCAL:
			p.next()
			p.next()
			x = &ast.AtTimeZone{Loc: p.loc(start), X: x, OpAt: ast.Span{Start: at, End: at + 2}}
		case kTIME:
			p.next()
			p.next()
			p.expect(kZONE)
			z := &ast.AtTimeZone{X: x, OpAt: ast.Span{Start: at, End: at + 2}}
			switch p.tok {
			case kINTERVAL:
				z.Zone = p.interval()
			case tString, tUnicodeString:
				z.Zone = p.stringLit()
			default:
				p.expected("'INTERVAL', <string>")
			}
			z.Loc = p.loc(start)
			x = z
		default:
			return x
		}
		p.grow(p.height)
	}
	return x
}

func (p *parser) numberAhead() bool {
	k := p.peek(1)
	return k == tInteger || k == tDecimal || k == tDouble
}
