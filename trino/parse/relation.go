package parse

import "github.com/limn-data/limn/trino/ast"

const relationStart = "'(', 'JSON_TABLE', 'LATERAL', 'NEAREST', 'TABLE', 'UNNEST', <identifier>"

// from reads the relations of FROM; commas join them from left to right.
func (p *parser) from() ast.Relation {
	start := p.start()
	left := p.relation()
	for n := 1; p.accept(tComma); n++ {
		j := &ast.Join{Kind: ast.ImplicitJoin, Left: left, Right: p.relation()}
		j.Loc = p.loc(start)
		p.chain(n)
		left = j
	}
	return left
}

// relation reads a chain of joins. The right side of a join with a criterion is a relation of its
// own, so that a JOIN b JOIN c ON … ON … nests to the right.
func (p *parser) relation() ast.Relation {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.start()
	left := p.sampled()
	for n := 1; ; n++ {
		j := &ast.Join{Left: left}
		switch p.tok {
		case kCROSS:
			p.next()
			p.expect(kJOIN)
			j.Kind = ast.CrossJoin
			j.Right = p.sampled()
		case kNATURAL:
			p.next()
			j.Natural = true
			j.Kind = p.joinKind()
			p.expect(kJOIN)
			j.Right = p.sampled()
		case kJOIN, kINNER, kLEFT, kRIGHT, kFULL:
			j.Kind = p.joinKind()
			p.expect(kJOIN)
			j.Right = p.relation()
			switch {
			case p.accept(kON):
				j.On = p.expr()
			case p.accept(kUSING):
				j.Using = p.identList()
			default:
				p.expected("'ON', 'USING'")
			}
		default:
			return left
		}
		j.Loc = p.loc(start)
		p.chain(n)
		left = j
	}
}

func (p *parser) joinKind() ast.JoinKind {
	k := ast.InnerJoin
	switch p.tok {
	case kINNER:
		p.next()
		return k
	case kLEFT:
		k = ast.LeftJoin
	case kRIGHT:
		k = ast.RightJoin
	case kFULL:
		k = ast.FullJoin
	default:
		return k
	}
	p.next()
	p.accept(kOUTER)
	return k
}

// sampled reads a relation with its alias, row pattern, pivot and sample, each optional, in this order.
func (p *parser) sampled() ast.Relation {
	start := p.start()
	r := p.relationPrimary()
	r = p.aliased(start, r)
	if p.tok == kMATCH_RECOGNIZE && p.peek(1) == tLParen {
		r = p.matchRecognize(start, r)
	}
	if p.tok == kPIVOT && p.peek(1) == tLParen {
		r = p.pivot(start, r)
	}
	if p.tok == kTABLESAMPLE {
		p.next()
		s := &ast.Sampled{Rel: r}
		switch p.tok {
		case kBERNOULLI:
		case kSYSTEM:
			s.Method = ast.System
		default:
			p.expected("'BERNOULLI', 'SYSTEM'")
		}
		p.next()
		p.expect(tLParen)
		s.Percent = p.expr()
		p.expect(tRParen)
		s.Loc = p.loc(start)
		r = s
	}
	return r
}

// aliased reads [[AS] alias [(columns)]] behind a relation.
func (p *parser) aliased(start int32, r ast.Relation) ast.Relation {
	alias, columns := p.relationAlias()
	if alias == nil {
		return r
	}
	return &ast.Aliased{Loc: p.loc(start), Rel: r, Alias: alias, Columns: columns}
}

func (p *parser) relationAlias() (alias *ast.Ident, columns []*ast.Ident) {
	switch {
	case p.accept(kAS):
		alias = p.ident()
	case p.tok.isName() && !p.relationClauseAhead():
		alias = p.ident()
	default:
		return nil, nil
	}
	if p.tok == tLParen {
		columns = p.identList()
	}
	return alias, columns
}

// relationClauseAhead says whether the current word, which could be an alias, belongs to what may
// follow a relation.
func (p *parser) relationClauseAhead() bool {
	switch p.tok {
	case kTABLESAMPLE:
		k := p.peek(1)
		return k == kBERNOULLI || k == kSYSTEM
	case kMATCH_RECOGNIZE, kPIVOT:
		return p.peek(1) == tLParen
	case kMATCH:
		k := p.peek(1)
		return p.nearestDepth > 0 && k != kMATCH && k != kWHERE && k != kJOIN && k != tComma && k != tRParen
	}
	return p.clauseAhead()
}

func (p *parser) relationPrimary() ast.Relation {
	start := p.start()
	switch {
	case p.tok == kUNNEST:
		p.next()
		p.expect(tLParen)
		u := &ast.Unnest{Exprs: p.exprList()}
		p.expect(tRParen)
		if k := p.peek(1); p.tok == kWITH && k != kNO && k != kDATA { // WITH DATA ends CREATE TABLE AS
			p.next()
			p.expect(kORDINALITY)
			u.Ordinality = true
		}
		u.Loc = p.loc(start)
		return u
	case p.tok == kLATERAL && p.peek(1) == tLParen:
		p.next()
		l := &ast.Lateral{Query: p.parenQuery()}
		l.Loc = p.loc(start)
		return l
	case p.tok == kTABLE:
		return p.tableFunction()
	case p.tok == kJSON_TABLE:
		return p.jsonTable()
	case p.tok == kNEAREST && p.peek(1) == tLParen:
		return p.nearest()
	case p.tok == tLParen:
		if p.queryAhead(p.pos+1, false) {
			s := &ast.SubqueryRel{Query: p.parenQuery()}
			s.Loc = p.loc(start)
			return s
		}
		p.next()
		if p.tok == tEOF {
			p.expected(relationStart + ", <query>")
			return nil
		}
		r := &ast.ParenRel{Rel: p.relation()}
		p.expect(tRParen)
		r.Loc = p.loc(start)
		return r
	case p.tok.isName():
		return p.table()
	}
	p.expected(relationStart)
	return nil
}

// table reads a name and, where it is asked for, a version.
func (p *parser) table() *ast.Table {
	start := p.start()
	t := &ast.Table{Name: p.qualifiedName()}
	if p.tok == kFOR && (p.peek(1) == kTIMESTAMP || p.peek(1) == kVERSION) {
		at := p.start()
		p.next()
		v := &ast.TableVersion{Timestamp: p.tok == kTIMESTAMP}
		p.next()
		p.expect(kAS)
		p.expect(kOF)
		v.Expr = p.value(0)
		v.Loc = p.loc(at)
		t.Version = v
	}
	t.Loc = p.loc(start)
	return t
}

func (p *parser) nearest() ast.Relation {
	start := p.start()
	p.next()
	p.expect(tLParen)
	p.expect(kFROM)
	p.nearestDepth++
	n := &ast.Nearest{Rel: p.relation()}
	p.nearestDepth--
	if p.accept(kWHERE) {
		n.Where = p.expr()
	}
	p.expect(kMATCH)
	n.Match = p.expr()
	p.expect(tRParen)
	n.Loc = p.loc(start)
	return n
}

func (p *parser) pivot(start int32, r ast.Relation) ast.Relation {
	p.next()
	p.expect(tLParen)
	v := &ast.Pivot{Rel: r}
	for {
		at := p.start()
		a := &ast.SingleColumn{Expr: p.expr(), Alias: p.selectAlias()}
		a.Loc = p.loc(at)
		v.Aggregations = append(v.Aggregations, a)
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(kFOR)
	if p.accept(tLParen) {
		v.Columns = append(v.Columns, p.qualifiedName())
		for p.accept(tComma) {
			v.Columns = append(v.Columns, p.qualifiedName())
		}
		p.expect(tRParen)
	} else {
		v.Columns = append(v.Columns, p.qualifiedName())
	}
	p.expect(kIN)
	p.expect(tLParen)
	for {
		v.Values = append(v.Values, p.pivotValue())
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	if p.tok == kGROUP {
		v.GroupBy = p.groupBy()
	}
	p.expect(tRParen)
	v.Alias, v.AliasColumns = p.relationAlias()
	v.Loc = p.loc(start)
	return v
}

// pivotValue reads one value or a row of them; a row spreads over the columns.
func (p *parser) pivotValue() *ast.PivotValue {
	start := p.start()
	v := &ast.PivotValue{}
	x := p.expr()
	if row, ok := x.(*ast.Row); ok && row.Paren {
		for _, f := range row.Fields {
			v.Exprs = append(v.Exprs, f.Value)
		}
	} else {
		v.Exprs = []ast.Expr{x}
	}
	v.Alias = p.selectAlias()
	v.Loc = p.loc(start)
	return v
}

// tableFunction reads TABLE(name(arguments)).
func (p *parser) tableFunction() ast.Relation {
	start := p.start()
	p.expect(kTABLE)
	p.expect(tLParen)
	f := &ast.TableFunction{Name: p.qualifiedName()}
	p.expect(tLParen)
	for p.tok != tRParen && !p.copartitionAhead() && p.err == nil {
		f.Args = append(f.Args, p.tableFunctionArg())
		if !p.accept(tComma) {
			break
		}
	}
	if p.copartitionAhead() {
		p.next()
		for {
			f.Copartition = append(f.Copartition, p.copartition())
			if !p.accept(tComma) {
				break
			}
		}
	}
	p.expect(tRParen)
	p.expect(tRParen)
	f.Loc = p.loc(start)
	return f
}

func (p *parser) copartitionAhead() bool { return p.tok == kCOPARTITION && p.peek(1) == tLParen }

func (p *parser) copartition() []*ast.QualifiedName {
	p.expect(tLParen)
	list := []*ast.QualifiedName{p.qualifiedName()}
	for len(list) == 1 || p.tok == tComma {
		p.expect(tComma)
		list = append(list, p.qualifiedName())
		if p.err != nil {
			break
		}
	}
	p.expect(tRParen)
	return list
}

// descriptorAhead says whether what follows DESCRIPTOR( are names, each with a type or none; else it is
// read as the call of a function.
func (p *parser) descriptorAhead() bool {
	field := true // a field begins
	for i := p.pos + 2; ; i++ {
		k := p.kindAt(i)
		switch {
		case field:
			next := p.kindAt(i + 1)
			if !k.isName() || next != tComma && next != tRParen && !next.isName() && next != tEOF {
				return false
			}
			field = false
		case k == tLParen && p.toks[i].match > 0:
			i = int(p.toks[i].match)
		case k == tComma:
			field = true
		case k == tRParen, k == tEOF:
			return true
		}
	}
}

func (p *parser) tableFunctionArg() *ast.Arg {
	start := p.start()
	a := &ast.Arg{}
	if p.tok.isName() && p.peek(1) == tArrowFat {
		a.Name = p.ident()
		p.next()
	}
	switch {
	case p.tok == kTABLE && p.peek(1) == tLParen:
		a.Value = p.tableArg()
	case p.tok == kDESCRIPTOR && p.peek(1) == tLParen && p.descriptorAhead():
		at := p.start()
		p.next()
		p.next()
		d := &ast.DescriptorArg{}
		for {
			fieldAt := p.start()
			f := &ast.DescriptorField{Name: p.ident()}
			if p.tok != tComma && p.tok != tRParen {
				f.Type = p.typeName()
			}
			f.Loc = p.loc(fieldAt)
			d.Fields = append(d.Fields, f)
			if !p.accept(tComma) {
				break
			}
		}
		p.expect(tRParen)
		d.Loc = p.loc(at)
		a.Value = d
	case p.tok == kCAST && p.peek(2) == kNULL && p.peek(3) == kAS && p.peek(4) == kDESCRIPTOR && p.peek(5) == tRParen:
		at := p.start()
		for range 6 {
			p.next()
		}
		a.Value = &ast.DescriptorArg{Loc: p.loc(at), Null: true}
	default:
		a.Value = p.expr()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) tableArg() ast.Expr {
	start := p.start()
	p.expect(kTABLE)
	p.expect(tLParen)
	t := &ast.TableArg{}
	at := p.start()
	if p.queryAhead(p.pos, false) {
		q := &ast.SubqueryRel{Query: p.query()}
		q.Loc = p.loc(at)
		t.Rel = q
	} else {
		n := &ast.Table{Name: p.qualifiedName()}
		n.Loc = p.loc(at)
		t.Rel = n
	}
	p.expect(tRParen)
	switch r := t.Rel.(type) { // Trino places what is wrong with the table at the word before it
	case *ast.Table:
		r.At.Start = start
	case *ast.SubqueryRel:
		r.At.Start = start
	}
	if p.tok == kAS || p.tok.isName() && !p.tableArgClauseAhead() {
		explicit := p.tok == kAS
		nameAt := p.toks[p.pos]
		t.Rel = p.aliased(start, t.Rel)
		if !explicit && nameAt.kind == kCOPARTITION {
			p.lateAt(nameAt.start, `The word "COPARTITION" is ambiguous in this context. To alias an argument, precede the alias with "AS". `+
				`To specify co-partitioning, change the argument order so that the last argument cannot be aliased.`)
		}
	}
	if p.tok == kPARTITION {
		p.next()
		p.expect(kBY)
		t.Partitioned = true
		t.PartitionBy = p.groupingSet().Exprs
	}
	if p.tok == kPRUNE || p.tok == kKEEP {
		t.Empty = "prune"
		if p.tok == kKEEP {
			t.Empty = "keep"
		}
		at := p.start()
		p.next()
		t.EmptyAt = p.span(at)
		p.expect(kWHEN)
		p.expect(kEMPTY)
	}
	if p.tok == kORDER {
		if p.peek(1) == kBY && p.peek(2) == tLParen && p.setEnds(p.pos+2) {
			p.next()
			p.next()
			p.next()
			t.OrderBy = append(t.OrderBy, p.sortItem())
			for p.accept(tComma) {
				t.OrderBy = append(t.OrderBy, p.sortItem())
			}
			p.expect(tRParen)
		} else {
			p.next()
			p.expect(kBY)
			t.OrderBy = append(t.OrderBy, p.sortItem())
		}
	}
	t.Loc = p.loc(start)
	return t
}

// tableArgClauseAhead says whether the current word continues a table argument instead of naming it.
func (p *parser) tableArgClauseAhead() bool {
	switch p.tok {
	case kPARTITION:
		return p.peek(1) == kBY
	case kPRUNE, kKEEP:
		return p.peek(1) == kWHEN
	case kCOPARTITION:
		// COPARTITION (a, b) behind the last argument; as an alias it would need column names of one part.
		return false
	}
	return false
}
