package parse

import "github.com/limn-data/limn/trino/ast"

const (
	statementStart = "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', " +
		"'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', " +
		"'START', 'TRUNCATE', 'UPDATE', 'USE', 'WITH', <query>"
	bothReplaceAndNot = "'OR REPLACE' and 'IF NOT EXISTS' clauses can not be used together"
)

// statements reads what begins with each word, the word still being current. It is filled by init,
// since some of these statements hold statements.
var statements map[kind]func(p *parser, start int32) ast.Statement

func init() {
	statements = map[kind]func(p *parser, start int32) ast.Statement{
		kALTER: (*parser).alter, kANALYZE: (*parser).analyze, kCALL: (*parser).callProcedure, kCOMMENT: (*parser).comment,
		kCOMMIT: (*parser).transactionEnd, kCREATE: (*parser).create, kDEALLOCATE: (*parser).deallocate, kDELETE: (*parser).delete,
		kDENY: (*parser).deny, kDESC: (*parser).describe, kDESCRIBE: (*parser).describe, kDROP: (*parser).drop, kEXECUTE: (*parser).execute,
		kEXPLAIN: (*parser).explain, kGRANT: (*parser).grant, kINSERT: (*parser).insert, kMERGE: (*parser).merge, kPREPARE: (*parser).prepare,
		kREFRESH: (*parser).refresh, kRESET: (*parser).reset, kREVOKE: (*parser).revoke, kROLLBACK: (*parser).transactionEnd,
		kSET: (*parser).set, kSHOW: (*parser).show, kSTART: (*parser).startTransaction, kTRUNCATE: (*parser).truncate,
		kUPDATE: (*parser).update, kUSE: (*parser).use,
	}
}

func (p *parser) statement() ast.Statement {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.start()
	switch p.tok {
	case kWITH:
		if p.sessionAhead() || p.functionAhead() {
			return p.root(start)
		}
		return p.query()
	case kSELECT, kVALUES, kTABLE, tLParen:
		return p.query()
	case tEOF:
		p.expected("<expression>")
		return nil
	}
	if read := statements[p.tok]; read != nil {
		return read(p, start)
	}
	p.expected(statementStart)
	return nil
}

// head is that of a statement which has been read to its end.
func (p *parser) head(start int32) ast.Head { return ast.Head{Loc: p.loc(start)} }

// sessionAhead and functionAhead look for WITH SESSION name = …, WITH FUNCTION name(…): behind a CTE of
// that name stand AS or columns.
func (p *parser) sessionAhead() bool {
	k := p.peek(2)
	return p.tok == kWITH && p.peek(1) == kSESSION && k != kAS && k != tLParen
}

func (p *parser) functionAhead() bool {
	return p.tok == kWITH && p.peek(1) == kFUNCTION && p.peek(2).isName()
}

func (p *parser) root(start int32) ast.Statement {
	r := &ast.Root{}
	if p.sessionAhead() {
		p.next()
		p.next()
		for {
			at := p.start()
			s := &ast.SessionProperty{Name: p.qualifiedName()}
			p.expect(tEq)
			s.Value = p.expr()
			s.Loc = p.loc(at)
			r.Session = append(r.Session, s)
			if !p.accept(tComma) {
				break
			}
		}
	}
	r.Functions, r.Query = p.rootQuery()
	r.Head = p.head(start)
	return r
}

// rootQuery reads [WITH FUNCTION …] query.
func (p *parser) rootQuery() ([]*ast.FunctionSpec, *ast.Query) {
	var list []*ast.FunctionSpec
	if p.functionAhead() {
		p.next()
		list = append(list, p.functionSpec())
		for p.accept(tComma) {
			list = append(list, p.functionSpec())
		}
	}
	return list, p.query()
}

// words reads these words in turn.
func (p *parser) words(list ...kind) {
	for _, k := range list {
		p.expect(k)
	}
}

// ahead says whether the tokens from the current one on are these.
func (p *parser) ahead(list ...kind) bool {
	for i, k := range list {
		if p.peek(i) != k {
			return false
		}
	}
	return true
}

// ends says whether a statement may end in front of the n-th token from here.
func (p *parser) ends(n int) bool {
	k := p.peek(n)
	return k == tEOF || k == tSemicolon
}

// ifExists reads IF EXISTS where the words stand; IF alone is a name.
func (p *parser) ifExists() bool {
	if !p.ahead(kIF, kEXISTS) {
		return false
	}
	p.next()
	p.next()
	return true
}

func (p *parser) ifNotExists() bool {
	if !p.ahead(kIF, kNOT) {
		return false
	}
	p.words(kIF, kNOT, kEXISTS)
	return true
}

// optionalComment reads [COMMENT 'text'].
func (p *parser) optionalComment() *ast.StringLit {
	if !p.accept(kCOMMENT) {
		return nil
	}
	return p.str()
}

// str reads a string, or says that one is needed.
func (p *parser) str() *ast.StringLit {
	if !p.stringAhead() {
		p.expected("<string>")
		return nil
	}
	return p.stringLit()
}

// optionalProperties reads [WITH (name = value, …)].
func (p *parser) optionalProperties() []*ast.Property {
	if p.tok != kWITH {
		return nil
	}
	return p.properties()
}

// properties reads WITH (name = value, …).
func (p *parser) properties() []*ast.Property {
	p.expect(kWITH)
	p.expect(tLParen)
	list := p.assignments()
	p.expect(tRParen)
	return list
}

// assignments reads name = value, ….
func (p *parser) assignments() []*ast.Property {
	var list []*ast.Property
	for {
		start := p.start()
		x := &ast.Property{Name: p.ident()}
		p.expect(tEq)
		if k := p.peek(1); p.tok == kDEFAULT && (k == tComma || k == tRParen || p.ends(1)) {
			p.next()
		} else {
			x.Value = p.expr()
		}
		x.Loc = p.loc(start)
		list = append(list, x)
		if !p.accept(tComma) {
			return list
		}
	}
}

// optionalIn reads [IN catalog].
func (p *parser) optionalIn() *ast.Ident {
	if !p.accept(kIN) {
		return nil
	}
	return p.ident()
}

func (p *parser) explain(start int32) ast.Statement {
	p.next()
	e := &ast.Explain{}
	switch {
	case p.tok == kANALYZE && !p.analyzeStatementAhead():
		p.next()
		e.Analyze = true
		e.Verbose = p.accept(kVERBOSE)
	case p.tok == tLParen && (p.peek(1) == kFORMAT || p.peek(1) == kTYPE):
		p.next()
		for {
			e.Options = append(e.Options, p.explainOption())
			if !p.accept(tComma) {
				break
			}
		}
		p.expect(tRParen)
	}
	e.Stmt = p.statement()
	e.Head = p.head(start)
	return e
}

// analyzeStatementAhead tells EXPLAIN of ANALYZE table from EXPLAIN ANALYZE of a statement: the former
// is taken wherever it fits.
func (p *parser) analyzeStatementAhead() bool {
	k := p.peek(1)
	return k.isName() && (p.ends(2) || p.peek(2) == tDot || p.peek(2) == kWITH && p.peek(3) == tLParen || statements[k] == nil && k != kVERBOSE)
}

func (p *parser) explainOption() *ast.ExplainOption {
	start := p.start()
	o := &ast.ExplainOption{}
	switch p.tok {
	case kFORMAT:
		o.Name = "format"
		p.next()
		if p.tok != kTEXT && p.tok != kGRAPHVIZ && p.tok != kJSON {
			p.expected("'GRAPHVIZ', 'JSON', 'TEXT'")
		}
	case kTYPE:
		o.Name = "type"
		p.next()
		if p.tok != kLOGICAL && p.tok != kDISTRIBUTED && p.tok != kVALIDATE && p.tok != kIO {
			p.expected("'DISTRIBUTED', 'IO', 'LOGICAL', 'VALIDATE'")
		}
	default:
		p.expected("'FORMAT', 'TYPE'")
	}
	o.Value = lower(p.text())
	p.next()
	o.Loc = p.loc(start)
	return o
}

func (p *parser) prepare(start int32) ast.Statement {
	p.next()
	s := &ast.Prepare{Name: p.ident()}
	p.expect(kFROM)
	s.Stmt = p.statement()
	s.Head = p.head(start)
	return s
}

func (p *parser) deallocate(start int32) ast.Statement {
	p.next()
	p.expect(kPREPARE)
	s := &ast.Deallocate{Name: p.ident()}
	s.Head = p.head(start)
	return s
}

func (p *parser) execute(start int32) ast.Statement {
	p.next()
	if p.tok == kIMMEDIATE && (p.peek(1) == tString || p.peek(1) == tUnicodeString) {
		p.next()
		s := &ast.ExecuteImmediate{}
		t := p.toks[p.pos]
		s.Text = p.stringLit()
		if p.err == nil {
			s.Stmt = p.inner(s.Text.Value, t)
		}
		s.Using = p.using()
		s.Head = p.head(start)
		return s
	}
	s := &ast.Execute{Name: p.ident()}
	s.Using = p.using()
	s.Head = p.head(start)
	return s
}

func (p *parser) using() []ast.Expr {
	if !p.accept(kUSING) {
		return nil
	}
	return p.exprList()
}

// inner parses the text of an EXECUTE IMMEDIATE. Its error is one of the whole statement; Trino counts
// its place from where the string begins.
func (p *parser) inner(text string, t token) ast.Statement {
	in, err := newParser(text)
	var s ast.Statement
	if err == nil {
		in.depth = p.depth
		s = in.statement()
		in.end()
		err = in.finish()
	}
	if err == nil {
		return s
	}
	if e, ok := err.(*Error); ok && p.late == nil {
		line, column := Position(p.src, int(t.start))
		late := *e
		late.Offset = int(t.start)
		if e.Line == 1 {
			late.Column += column
		}
		late.Line += line - 1
		p.late = &late
	}
	return nil
}

func (p *parser) describe(start int32) ast.Statement {
	desc := p.tok == kDESC
	p.next()
	switch next := p.peek(1); {
	case desc:
	case p.tok == kINPUT && next.isName():
		p.next()
		s := &ast.DescribeInput{Name: p.ident()}
		s.Head = p.head(start)
		return s
	case p.tok == kOUTPUT && (next.isName() || next == tLParen):
		p.next()
		s := &ast.DescribeOutput{}
		if p.accept(tLParen) {
			s.Functions, s.Query = p.rootQuery()
			p.expect(tRParen)
		} else {
			s.Name = p.ident()
		}
		s.Head = p.head(start)
		return s
	}
	s := &ast.Show{What: "columns", From: p.qualifiedName()}
	s.Head = p.head(start)
	return s
}

func (p *parser) use(start int32) ast.Statement {
	p.next()
	s := &ast.Use{Schema: p.ident()}
	if p.accept(tDot) {
		s.Catalog, s.Schema = s.Schema, p.ident()
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) set(start int32) ast.Statement {
	p.next()
	switch p.tok {
	case kSESSION:
		p.next()
		if k := p.peek(1); p.tok == kAUTHORIZATION && k != tEq && k != tDot {
			p.next()
			s := &ast.SetSessionAuthorization{}
			switch {
			case p.stringAhead():
				s.User = p.stringLit()
			case p.tok.isName():
				s.User = p.ident()
			default:
				p.expected("<identifier>, <string>")
			}
			s.Head = p.head(start)
			return s
		}
		s := &ast.SetSession{Name: p.qualifiedName()}
		p.expect(tEq)
		s.Value = p.expr()
		s.Head = p.head(start)
		return s
	case kROLE:
		p.next()
		s := &ast.SetRole{}
		switch {
		case p.accept(kALL):
			s.All = true
		case p.accept(kNONE):
			s.None = true
		default:
			s.Role = p.ident()
		}
		s.Catalog = p.optionalIn()
		s.Head = p.head(start)
		return s
	case kPATH:
		p.next()
		s := &ast.SetPath{}
		for {
			at := p.start()
			n := &ast.QualifiedName{Parts: []*ast.Ident{p.ident()}}
			if p.accept(tDot) {
				n.Parts = append(n.Parts, p.ident())
			}
			n.Loc = p.loc(at)
			s.Elements = append(s.Elements, n)
			if !p.accept(tComma) {
				break
			}
		}
		s.Head = p.head(start)
		return s
	case kTIME:
		p.next()
		p.expect(kZONE)
		s := &ast.SetTimeZone{}
		if p.tok == kLOCAL && p.ends(1) {
			p.next()
		} else {
			s.Zone = p.expr()
		}
		s.Head = p.head(start)
		return s
	}
	p.expected("'PATH', 'ROLE', 'SESSION', 'TIME'")
	return nil
}

func (p *parser) reset(start int32) ast.Statement {
	p.next()
	p.expect(kSESSION)
	if p.tok == kAUTHORIZATION && p.ends(1) {
		p.next()
		return &ast.SetSessionAuthorization{Head: p.head(start)}
	}
	s := &ast.ResetSession{Name: p.qualifiedName()}
	s.Head = p.head(start)
	return s
}

func (p *parser) startTransaction(start int32) ast.Statement {
	p.next()
	p.expect(kTRANSACTION)
	s := &ast.Transaction{Verb: "start"}
	if p.tok == kISOLATION || p.tok == kREAD {
		s.Modes = append(s.Modes, p.transactionMode())
		for p.accept(tComma) {
			s.Modes = append(s.Modes, p.transactionMode())
		}
	}
	s.Head = p.head(start)
	return s
}

func (p *parser) transactionMode() string {
	switch p.tok {
	case kISOLATION:
		p.next()
		p.expect(kLEVEL)
		level := lower(p.text())
		switch p.tok {
		case kREAD:
			p.next()
			if p.tok != kUNCOMMITTED && p.tok != kCOMMITTED {
				p.expected("'COMMITTED', 'UNCOMMITTED'")
			}
			level += " " + lower(p.text())
			p.next()
		case kREPEATABLE:
			p.next()
			p.expect(kREAD)
			level = "repeatable read"
		case kSERIALIZABLE:
			p.next()
		default:
			p.expected("'READ', 'REPEATABLE', 'SERIALIZABLE'")
		}
		return "isolation level " + level
	case kREAD:
		p.next()
		if p.tok != kONLY && p.tok != kWRITE {
			p.expected("'ONLY', 'WRITE'")
		}
		mode := "read " + lower(p.text())
		p.next()
		return mode
	}
	p.expected("'ISOLATION', 'READ'")
	return ""
}

func (p *parser) transactionEnd(start int32) ast.Statement {
	s := &ast.Transaction{Verb: lower(p.text())}
	p.next()
	p.accept(kWORK)
	s.Head = p.head(start)
	return s
}

// callProcedure reads CALL name(arguments).
func (p *parser) callProcedure(start int32) ast.Statement {
	p.next()
	s := &ast.CallProcedure{Name: p.qualifiedName()}
	p.expect(tLParen)
	if p.tok != tRParen {
		s.Args = p.args(nil)
	}
	p.expect(tRParen)
	s.Head = p.head(start)
	return s
}
