package parse

import "github.com/limn-data/limn/trino/ast"

// matchRecognize reads MATCH_RECOGNIZE (…) behind a relation.
func (p *parser) matchRecognize(start int32, r ast.Relation) ast.Relation {
	p.next()
	p.expect(tLParen)
	m := &ast.MatchRecognize{Rel: r}
	if p.accept(kPARTITION) {
		p.expect(kBY)
		m.PartitionBy = p.exprList()
	}
	if p.tok == kORDER {
		m.OrderBy = p.orderBy()
	}
	at := p.start()
	rows := &ast.RowPattern{Measures: p.measures()}
	m.RowsPerMatch = p.rowsPerMatch()
	p.rowPattern(rows, true)
	rows.Loc = p.loc(at)
	m.Pattern = rows
	p.expect(tRParen)
	m.Alias, m.AliasColumns = p.relationAlias()
	m.Loc = p.loc(start)
	return m
}

func (p *parser) measures() []*ast.MeasureDef {
	if !p.accept(kMEASURES) {
		return nil
	}
	var list []*ast.MeasureDef
	for {
		start := p.start()
		d := &ast.MeasureDef{Expr: p.expr()}
		p.expect(kAS)
		d.Name = p.ident()
		d.Loc = p.loc(start)
		list = append(list, d)
		if !p.accept(tComma) {
			return list
		}
	}
}

func (p *parser) rowsPerMatch() string {
	switch p.tok {
	case kONE:
		p.next()
		p.expect(kROW)
		p.expect(kPER)
		p.expect(kMATCH)
		return "one row per match"
	case kALL:
		p.next()
		p.expect(kROWS)
		p.expect(kPER)
		p.expect(kMATCH)
		all := "all rows per match"
		switch p.tok {
		case kSHOW, kOMIT:
			all += " " + lower(p.text()) + " empty matches"
			p.next()
			p.expect(kEMPTY)
			p.expect(kMATCHES)
		case kWITH:
			p.next()
			p.expect(kUNMATCHED)
			p.expect(kROWS)
			all += " with unmatched rows"
		}
		return all
	}
	return ""
}

// rowPattern reads what follows the rows of a match or the extent of a frame; PATTERN and DEFINE are
// optional in a frame.
func (p *parser) rowPattern(r *ast.RowPattern, whole bool) {
	if p.tok == kAFTER {
		r.After = p.skipTo()
	}
	if p.tok == kINITIAL || p.tok == kSEEK {
		r.Search = lower(p.text())
		p.next()
	}
	if whole || p.tok == kPATTERN {
		p.expect(kPATTERN)
		p.expect(tLParen)
		r.Pattern = p.alternation()
		p.expect(tRParen)
	}
	if p.accept(kSUBSET) {
		for {
			start := p.start()
			s := &ast.SubsetDef{Name: p.ident()}
			p.expect(tEq)
			s.Union = p.identList()
			s.Loc = p.loc(start)
			r.Subsets = append(r.Subsets, s)
			if !p.accept(tComma) {
				break
			}
		}
	}
	if whole || p.tok == kDEFINE {
		p.expect(kDEFINE)
		for {
			start := p.start()
			d := &ast.VariableDef{Name: p.ident()}
			p.expect(kAS)
			d.Expr = p.expr()
			d.Loc = p.loc(start)
			r.Defines = append(r.Defines, d)
			if !p.accept(tComma) {
				break
			}
		}
	}
}

func (p *parser) skipTo() *ast.SkipTo {
	start := p.start()
	p.next()
	p.expect(kMATCH)
	p.expect(kSKIP)
	s := &ast.SkipTo{}
	switch p.tok {
	case kPAST:
		p.next()
		p.expect(kLAST)
		p.expect(kROW)
		s.Kind = ast.SkipPastLastRow
	case kTO:
		p.next()
		switch {
		case p.tok == kNEXT && p.peek(1) == kROW:
			p.next()
			p.next()
		case p.tok == kFIRST && p.peek(1).isName() && !p.patternClauseAhead():
			p.next()
			s.Kind, s.Name = ast.SkipToFirst, p.ident()
		case p.tok == kLAST && p.peek(1).isName() && !p.patternClauseAhead():
			p.next()
			s.Kind, s.Name = ast.SkipToLast, p.ident()
		default:
			s.Kind, s.Name = ast.SkipToVariable, p.ident()
		}
	default:
		p.expected("'PAST', 'TO'")
	}
	s.Loc = p.loc(start)
	return s
}

// patternClauseAhead says whether behind the current word the clause after a SKIP TO begins, so that
// the word itself is the variable.
func (p *parser) patternClauseAhead() bool {
	switch next := p.peek(2); p.peek(1) {
	case kPATTERN:
		return next == tLParen
	case kINITIAL, kSEEK:
		return next == kPATTERN
	}
	return false
}

// alternation reads a | b | …; concatenation binds tighter, quantifiers tightest.
func (p *parser) alternation() *ast.Pattern {
	if !p.enter() {
		return &ast.Pattern{}
	}
	defer p.leave()
	start := p.start()
	first := p.concatenation()
	if p.tok != tPipe {
		return first
	}
	a := &ast.Pattern{Kind: ast.PatternAlternation, Parts: []*ast.Pattern{first}}
	for p.accept(tPipe) {
		a.Parts = append(a.Parts, p.concatenation())
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) concatenation() *ast.Pattern {
	start := p.start()
	first := p.quantified()
	if !p.patternAhead() {
		return first
	}
	c := &ast.Pattern{Kind: ast.PatternConcat, Parts: []*ast.Pattern{first}}
	for p.patternAhead() {
		c.Parts = append(c.Parts, p.quantified())
	}
	c.Loc = p.loc(start)
	return c
}

func (p *parser) patternAhead() bool {
	switch p.tok {
	case tLParen, tCaret, tDollar, tLExclude:
		return true
	}
	return p.tok.isName()
}

func (p *parser) quantified() *ast.Pattern {
	start := p.start()
	primary := p.patternPrimary()
	at := p.start()
	q := &ast.PatternQuantifier{}
	switch p.tok {
	case tStar, tPlus, tQuestion:
		q.Symbol = p.text()
		p.next()
	case tLBrace:
		q.Symbol = "{"
		p.next()
		if p.tok == tInteger {
			q.Min = p.rowCount().(*ast.IntLit)
		}
		switch {
		case p.accept(tComma):
			if p.tok == tInteger {
				q.Max = p.rowCount().(*ast.IntLit)
			}
		case q.Min != nil:
			q.Exactly, q.Min = q.Min, nil
		default:
			p.expected("',', <integer>")
		}
		p.expect(tRBrace)
	default:
		return primary
	}
	q.Reluctant = p.accept(tQuestion)
	q.Loc = p.loc(at)
	return &ast.Pattern{Loc: p.loc(start), Kind: ast.PatternQuantified, Parts: []*ast.Pattern{primary}, Quantifier: q}
}

func (p *parser) patternPrimary() *ast.Pattern {
	start := p.start()
	x := &ast.Pattern{}
	switch {
	case p.tok == kPERMUTE && p.peek(1) == tLParen:
		p.next()
		p.next()
		x.Kind = ast.PatternPermute
		x.Parts = append(x.Parts, p.alternation())
		for p.accept(tComma) {
			x.Parts = append(x.Parts, p.alternation())
		}
		p.expect(tRParen)
	case p.tok == tLParen && p.peek(1) == tRParen:
		p.next()
		p.next()
		x.Kind = ast.PatternEmpty
	case p.accept(tLParen):
		x = p.alternation()
		p.expect(tRParen)
		return x
	case p.accept(tCaret):
		x.Kind = ast.PatternStart
	case p.accept(tDollar):
		x.Kind = ast.PatternEnd
	case p.accept(tLExclude):
		x.Kind = ast.PatternExclusion
		x.Parts = []*ast.Pattern{p.alternation()}
		p.expect(tRExclude)
	case p.tok.isName():
		x.Name = p.ident()
	default:
		p.expected("'$', '(', '^', 'PERMUTE', '{-', <identifier>")
	}
	x.Loc = p.loc(start)
	return x
}
