package parse

import "github.com/limn-data/limn/trino/ast"

// query reads [WITH …] and what follows.
func (p *parser) query() *ast.Query {
	if p.tok != kWITH {
		return p.queryNoWith()
	}
	start := p.start()
	with := p.with()
	q := p.queryNoWith()
	q.With = with
	q.Loc = p.loc(start)
	return q
}

func (p *parser) with() *ast.With {
	start := p.start()
	p.expect(kWITH)
	w := &ast.With{Recursive: p.accept(kRECURSIVE)}
	for {
		w.CTEs = append(w.CTEs, p.cte())
		if !p.accept(tComma) {
			break
		}
	}
	w.Loc = p.loc(start)
	return w
}

func (p *parser) cte() *ast.CTE {
	start := p.start()
	c := &ast.CTE{Name: p.ident()}
	if p.tok == tLParen {
		c.Columns = p.identList()
	}
	p.expect(kAS)
	c.Query = p.parenQuery()
	c.Loc = p.loc(start)
	return c
}

// parenQuery reads (query).
func (p *parser) parenQuery() *ast.Query {
	p.expect(tLParen)
	q := p.query()
	p.expect(tRParen)
	return q
}

// queryNoWith reads a body with its ORDER BY, OFFSET and LIMIT or FETCH.
func (p *parser) queryNoWith() *ast.Query {
	start := p.start()
	q := &ast.Query{}
	if !p.enter() {
		return q
	}
	defer p.leave()
	q.Body = p.queryTerm()
	if p.tok == kORDER {
		q.OrderBy = p.orderBy()
	}
	if p.accept(kOFFSET) {
		q.Offset = p.rowCount()
		if p.tok == kROW || p.tok == kROWS {
			p.next()
		}
	}
	switch p.tok {
	case kLIMIT:
		q.Limit = p.limit()
	case kFETCH:
		q.Limit = p.fetch()
	}
	q.Loc = p.loc(start)
	return q
}

func (p *parser) limit() *ast.Limit {
	start := p.start()
	p.expect(kLIMIT)
	l := &ast.Limit{}
	if p.accept(kALL) {
		l.All = true
	} else {
		l.Count = p.rowCount()
	}
	l.Loc = p.loc(start)
	return l
}

func (p *parser) fetch() *ast.Limit {
	start := p.start()
	p.expect(kFETCH)
	l := &ast.Limit{Fetch: true}
	if p.tok != kFIRST && p.tok != kNEXT {
		p.expected("'FIRST', 'NEXT'")
	}
	p.next()
	if p.tok == tInteger || p.tok == tQuestion {
		l.Count = p.rowCount()
	}
	if p.tok != kROW && p.tok != kROWS {
		p.expected("'ROW', 'ROWS'")
	}
	p.next()
	switch p.tok {
	case kONLY:
		p.next()
	case kWITH:
		p.next()
		p.expect(kTIES)
		l.WithTies = true
	default:
		p.expected("'ONLY', 'WITH'")
	}
	l.Loc = p.loc(start)
	return l
}

// rowCount reads an integer or a parameter.
func (p *parser) rowCount() ast.Expr {
	start := p.start()
	switch p.tok {
	case tInteger:
		text := p.text()
		p.next()
		p.checkInteger(start, text)
		return &ast.IntLit{Loc: p.loc(start), Text: text}
	case tQuestion:
		return p.parameter()
	}
	p.expected("'?', <integer>")
	return nil
}

func (p *parser) orderBy() []*ast.SortItem {
	p.expect(kORDER)
	p.expect(kBY)
	list := []*ast.SortItem{p.sortItem()}
	for p.accept(tComma) {
		list = append(list, p.sortItem())
	}
	return list
}

func (p *parser) sortItem() *ast.SortItem {
	start := p.start()
	s := &ast.SortItem{Expr: p.expr()}
	switch p.tok {
	case kASC:
		p.next()
	case kDESC:
		p.next()
		s.Desc = true
	}
	if p.accept(kNULLS) {
		switch p.tok {
		case kFIRST:
			s.Nulls = ast.NullsFirst
		case kLAST:
			s.Nulls = ast.NullsLast
		default:
			p.expected("'FIRST', 'LAST'")
		}
		p.next()
	}
	s.Loc = p.loc(start)
	return s
}

// queryTerm reads a chain of UNION and EXCEPT; INTERSECT binds tighter, all go from left to right.
func (p *parser) queryTerm() ast.QueryBody {
	start := p.start()
	left := p.intersectTerm()
	for n := 1; p.tok == kUNION || p.tok == kEXCEPT; n++ {
		op := &ast.SetOp{Kind: ast.Union, Left: left}
		if p.tok == kEXCEPT {
			op.Kind = ast.Except
		}
		p.setOperator(op)
		op.Right = p.intersectTerm()
		op.Loc = p.loc(start)
		p.chain(n)
		left = op
	}
	return left
}

func (p *parser) intersectTerm() ast.QueryBody {
	start := p.start()
	left := p.queryPrimary()
	for n := 1; p.tok == kINTERSECT; n++ {
		op := &ast.SetOp{Kind: ast.Intersect, Left: left}
		p.setOperator(op)
		op.Right = p.queryPrimary()
		op.Loc = p.loc(start)
		p.chain(n)
		left = op
	}
	return left
}

// chain bounds how many set operations or joins may follow each other.
func (p *parser) chain(n int) {
	if n > maxChain {
		p.failAt(int(p.start()), "statement is too large (too many operands)", "split the statement")
	}
}

func (p *parser) setOperator(op *ast.SetOp) {
	start := p.start()
	p.next()
	op.OpAt = p.span(start)
	switch p.tok {
	case kALL:
		p.next()
		op.All = true
	case kDISTINCT:
		p.next()
		op.ExplicitDistinct = true
	}
	if p.accept(kCORRESPONDING) {
		op.Corresponding = true
		if p.accept(kBY) {
			op.CorrespondingColumns = p.identList()
		}
	}
}

func (p *parser) queryPrimary() ast.QueryBody {
	start := p.start()
	switch p.tok {
	case kSELECT:
		return p.selectBody()
	case kVALUES:
		p.next()
		v := &ast.Values{Rows: p.exprList()}
		v.Loc = p.loc(start)
		return v
	case kTABLE:
		p.next()
		t := &ast.TableQuery{Name: p.qualifiedName()}
		t.Loc = p.loc(start)
		return t
	case tLParen:
		p.next()
		q := &ast.ParenQuery{Query: p.queryNoWith()}
		p.expect(tRParen)
		q.Loc = p.loc(start)
		return q
	}
	p.expected("<query>")
	return nil
}

func (p *parser) selectBody() *ast.Select {
	start := p.start()
	p.expect(kSELECT)
	s := &ast.Select{}
	if p.accept(kDISTINCT) {
		s.Distinct = true
	} else if p.tok == kALL && p.quantifierAhead() {
		p.next()
	}
	s.Items = append(make([]ast.SelectItem, 0, 8), p.selectItem())
	for p.accept(tComma) {
		s.Items = append(s.Items, p.selectItem())
	}
	if p.accept(kFROM) {
		s.From = p.from()
	}
	if p.accept(kWHERE) {
		s.Where = p.expr()
	}
	if p.tok == kGROUP {
		s.GroupBy = p.groupBy()
	}
	if p.accept(kHAVING) {
		s.Having = p.expr()
	}
	if p.accept(kWINDOW) {
		s.Windows = append(s.Windows, p.windowDef())
		for p.accept(tComma) {
			s.Windows = append(s.Windows, p.windowDef())
		}
	}
	s.Loc = p.loc(start)
	return s
}

// quantifierAhead says whether ALL, the current token, is a quantifier and not a name: whether an
// expression may start behind it.
func (p *parser) quantifierAhead() bool {
	switch k := p.peek(1); k {
	case tLParen, tLBracket, tMinus, tPlus, tQuestion, tStar, tString, tUnicodeString, tBinary, tInteger, tDecimal, tDouble,
		kNOT, kNULL, kTRUE, kFALSE, kCASE, kCAST, kEXISTS, kEXTRACT, kTRIM, kNORMALIZE, kGROUPING, kLISTAGG,
		kJSON_ARRAY, kJSON_EXISTS, kJSON_OBJECT, kJSON_QUERY, kJSON_VALUE,
		kCURRENT_DATE, kCURRENT_TIME, kCURRENT_TIMESTAMP, kLOCALTIME, kLOCALTIMESTAMP,
		kCURRENT_USER, kCURRENT_CATALOG, kCURRENT_SCHEMA, kCURRENT_PATH:
		return true
	default:
		return k.isName()
	}
}

func (p *parser) selectItem() ast.SelectItem {
	start := p.start()
	if p.accept(tStar) {
		return &ast.AllColumns{Loc: p.loc(start)}
	}
	if p.tok == tEOF {
		p.expected("'*', 'ALL', 'DISTINCT', <expression>")
		return nil
	}
	x := p.expr()
	if p.tok == tDot && isPrimary(x) {
		p.next()
		if p.tok != tStar {
			p.expected("'*', <identifier>, <string>")
			return nil
		}
		p.next()
		all := &ast.AllColumns{Target: x}
		if p.accept(kAS) {
			all.Aliases = p.identList()
		}
		all.Loc = p.loc(start)
		return all
	}
	c := &ast.SingleColumn{Expr: x, Alias: p.selectAlias()}
	c.Loc = p.loc(start)
	return c
}

// isPrimary says whether x came from the grammar's primaryExpression.
func isPrimary(x ast.Expr) bool {
	switch x.(type) {
	case *ast.Unary, *ast.Binary, *ast.AtTimeZone, *ast.Logical, *ast.Not, *ast.Compare, *ast.Quantified, *ast.Between,
		*ast.In, *ast.Like, *ast.IsNull, *ast.IsTruth, *ast.Overlaps, *ast.Match, *ast.Lambda, nil:
		return false
	}
	return true
}

// selectAlias reads [[AS] name] behind an expression. A word that begins the next clause is no name.
func (p *parser) selectAlias() *ast.Ident {
	if p.accept(kAS) {
		return p.ident()
	}
	if p.tok.isName() && !p.clauseAhead() {
		return p.ident()
	}
	return nil
}

// clauseAhead says whether the current word, which could be an alias, begins the next clause.
func (p *parser) clauseAhead() bool {
	switch p.tok {
	case kLIMIT:
		k := p.peek(1)
		return k == tInteger || k == tQuestion || k == kALL
	case kOFFSET:
		k := p.peek(1)
		return k == tInteger || k == tQuestion
	case kFETCH:
		k := p.peek(1)
		return k == kFIRST || k == kNEXT
	case kWINDOW:
		return p.peek(1).isName() && p.peek(2) == kAS && p.peek(3) == tLParen
	}
	return false
}

func (p *parser) groupBy() *ast.GroupBy {
	start := p.start()
	p.expect(kGROUP)
	p.expect(kBY)
	g := p.groupByList()
	g.Loc = p.loc(start)
	return g
}

// groupByList reads what follows GROUP BY.
func (p *parser) groupByList() *ast.GroupBy {
	g := &ast.GroupBy{}
	if p.accept(kDISTINCT) {
		g.Distinct = true
	} else if p.tok == kALL && (p.quantifierAhead() || p.peek(1) == kROLLUP || p.peek(1) == kCUBE || p.peek(1) == kAUTO) {
		p.next()
	}
	g.Elements = append(g.Elements, p.groupingElement())
	for p.accept(tComma) {
		g.Elements = append(g.Elements, p.groupingElement())
	}
	return g
}

func (p *parser) groupingElement() ast.GroupingElement {
	start := p.start()
	switch {
	case p.tok == tEOF:
		p.expected("'(', 'AUTO', 'CUBE', 'GROUPING', 'ROLLUP', <expression>")
		return nil
	case p.accept(kAUTO):
		return &ast.GroupByAuto{Loc: p.loc(start)}
	case p.tok == kROLLUP || p.tok == kCUBE:
		rollup := p.tok == kROLLUP
		p.next()
		p.expect(tLParen)
		var sets []*ast.SimpleGroupBy
		if p.tok != tRParen {
			sets = p.groupingSets()
		}
		p.expect(tRParen)
		if rollup {
			return &ast.Rollup{Loc: p.loc(start), Sets: sets}
		}
		return &ast.Cube{Loc: p.loc(start), Sets: sets}
	case p.tok == kGROUPING && p.peek(1) == kSETS:
		p.next()
		p.next()
		p.expect(tLParen)
		g := &ast.GroupingSets{}
		for _, s := range p.groupingSets() {
			g.Sets = append(g.Sets, s)
		}
		p.expect(tRParen)
		g.Loc = p.loc(start)
		return g
	}
	return p.groupingSet()
}

func (p *parser) groupingSets() []*ast.SimpleGroupBy {
	list := []*ast.SimpleGroupBy{p.groupingSet()}
	for p.accept(tComma) {
		list = append(list, p.groupingSet())
	}
	return list
}

// groupingSet reads (a, b, …) or one expression. A parenthesis that an operator follows belongs to
// an expression, and so does one that holds a query.
func (p *parser) groupingSet() *ast.SimpleGroupBy {
	start := p.start()
	g := &ast.SimpleGroupBy{}
	if p.tok == tLParen && !p.onlyQueryAhead(p.pos+1) && p.setEnds(p.pos) {
		g.Paren = true
		p.next()
		if p.tok != tRParen {
			g.Exprs = p.exprList()
		}
		p.expect(tRParen)
	} else {
		g.Exprs = []ast.Expr{p.expr()}
	}
	g.Loc = p.loc(start)
	return g
}

// setEnds says whether the parenthesis at i is a whole grouping set: whether no token that continues
// an expression follows it.
func (p *parser) setEnds(i int) bool {
	m := p.toks[i].match
	if m == 0 {
		return true
	}
	switch p.kindAt(int(m) + 1) {
	case tDot, tLBracket, tArrow, tPlus, tMinus, tStar, tSlash, tPercent, tConcat, tEq, tNe, tLt, tLe, tGt, tGe,
		kAND, kOR, kNOT, kIS, kIN, kLIKE, kBETWEEN, kAT, kOVERLAPS, kMATCH:
		return false
	}
	return true
}

// queryAhead says whether what stands at token i, behind a '(', is a query and not an expression or
// relation. Inside a further parenthesis no WITH may stand, and the rest must go on like a query.
func (p *parser) queryAhead(i int, nested bool) bool {
	switch p.kindAt(i) {
	case kSELECT, kVALUES:
		return true
	case kWITH:
		return !nested
	case kTABLE:
		return p.kindAt(i+1) != tLParen
	case tLParen:
		if !p.queryAhead(i+1, true) {
			return false
		}
		m := int(p.toks[i].match)
		if m == 0 {
			return true
		}
		switch after := p.kindAt(m + 2); p.kindAt(m + 1) {
		case tRParen, kUNION, kINTERSECT, kEXCEPT, kORDER:
			return true
		case kLIMIT:
			return after == tInteger || after == tQuestion || after == kALL
		case kOFFSET:
			return after == tInteger || after == tQuestion
		case kFETCH:
			return after == kFIRST || after == kNEXT
		}
	}
	return false
}

// onlyQueryAhead is queryAhead where an expression list would fit as well and is tried first, as in
// x IN ((SELECT 1)).
func (p *parser) onlyQueryAhead(i int) bool {
	if p.kindAt(i) == tLParen {
		if m := int(p.toks[i].match); m > 0 && (p.kindAt(m+1) == tRParen || p.kindAt(m+1) == tComma) {
			return false
		}
	}
	return p.queryAhead(i, false)
}
