// Package parse reads Trino SQL into the tree of package ast: a lexer without errors of its own and
// a recursive-descent parser that follows Trino's grammar (SqlBase.g4 of Trino 483) production by
// production, so that both accept the same text and complain at the same place. It looks at no
// catalog and judges no meaning. Start at Statement.
//
// Where the grammar is ambiguous ANTLR takes the first alternative that fits; here the same choice
// is made by looking ahead in the tokens, never by parsing twice.
package parse

import (
	"strings"
	"unicode/utf8"

	"github.com/limn-data/limn/trino/ast"
)

// maxDepth bounds how deep expressions, queries, relations and types may nest. It keeps every walk
// over a parsed tree far from the end of the stack; Trino itself gives up at a similar depth.
const maxDepth = 1000

// maxChain bounds the height of what grows without parentheses, as a + b + c + … does.
const maxChain = 20000

// Statement parses one statement. The error is an *Error.
func Statement(src string) (ast.Statement, error) {
	p, err := newParser(src)
	if err != nil {
		return nil, err
	}
	s := p.statement()
	p.end()
	if err := p.finish(); err != nil {
		return nil, err
	}
	p.attachComments(s)
	return s, nil
}

// Query parses a statement that must be a query.
func Query(src string) (*ast.Query, error) {
	p, err := newParser(src)
	if err != nil {
		return nil, err
	}
	q := p.query()
	p.end()
	if err := p.finish(); err != nil {
		return nil, err
	}
	p.attachComments(q)
	return q, nil
}

// Expr parses an expression that stands alone.
func Expr(src string) (ast.Expr, error) {
	p, err := newParser(src)
	if err != nil {
		return nil, err
	}
	x := p.expr()
	p.end()
	if err := p.finish(); err != nil {
		return nil, err
	}
	return x, nil
}

// Type parses a type that stands alone.
func Type(src string) (*ast.TypeName, error) {
	p, err := newParser(src)
	if err != nil {
		return nil, err
	}
	t := p.typeName()
	p.end()
	if err := p.finish(); err != nil {
		return nil, err
	}
	return t, nil
}

// Statements parses a file of statements that are separated by semicolons; empty ones are left out.
func Statements(src string) ([]ast.Statement, error) {
	p, err := newParser(src)
	if err != nil {
		return nil, err
	}
	var list []ast.Statement
	for p.err == nil && p.tok != tEOF {
		if p.accept(tSemicolon) {
			continue
		}
		s := p.statement()
		if p.tok != tEOF && p.tok != tSemicolon {
			p.expected("';', <EOF>")
		}
		list = append(list, s)
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	for _, s := range list {
		p.attachComments(s)
	}
	return list, nil
}

// parser holds the state of one parse. After the first failure it stands at the end of the tokens.
type parser struct {
	lexer
	pos          int   // of the current token
	tok          kind  // of the current token
	prevEnd      int32 // where the last consumed token ended
	nearestDepth int   // of NEAREST, behind whose relation MATCH is no alias
	depth        int
	height       int // of the expression read last, see maxChain
	params       int // parameters so far
	err          *Error
	mismatch     bool   // err says that a token fits nowhere
	late         *Error // of a literal that is spelt right but means nothing; syntax errors go first
}

func newParser(src string) (*parser, error) {
	p := &parser{}
	p.src = src
	if len(src) > 1<<30 {
		p.toks = []token{{}}
		p.failAt(0, "statement is too large", "a statement may have at most 1 GiB")
		return nil, p.err
	}
	if !utf8.ValidString(src) {
		p.toks = []token{{}}
		p.failAt(invalidUTF8(src), "invalid UTF-8 encoding", "save the text as UTF-8")
		return nil, p.err
	}
	p.lex()
	p.tok = p.toks[0].kind
	return p, nil
}

// invalidUTF8 is the offset of the first byte that is not UTF-8.
func invalidUTF8(src string) int {
	for i, r := range src {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(src[i:]); n == 1 {
				return i
			}
		}
	}
	return len(src)
}

func (p *parser) end() {
	if p.tok != tEOF {
		p.expected("<EOF>")
	}
}

func (p *parser) finish() error {
	switch {
	case p.err != nil:
		return p.err
	case p.late != nil:
		return p.late
	}
	return nil
}

// lateAt records what Trino finds only once the whole statement is read.
func (p *parser) lateAt(offset int32, message string) {
	if p.late == nil {
		line, column := Position(p.src, int(offset))
		p.late = &Error{Offset: int(offset), Line: line, Column: column, Message: message}
	}
}

// attachComments hands a statement the comments that stand inside it, before it and after it, up to
// the semicolons around it in a file of statements.
func (p *parser) attachComments(s ast.Statement) {
	if len(p.comments) == 0 {
		return
	}
	own := ast.CommentsOf(s)
	if own == nil {
		return
	}
	at := s.Span()
	from, to := 0, len(p.src)
	for i := range p.toks {
		if t := &p.toks[i]; t.kind == tSemicolon {
			if t.end <= at.Start {
				from = int(t.end)
			} else if t.start >= at.End {
				to = int(t.start)
				break
			}
		}
	}
	ti := 0
	for _, c := range p.comments {
		if int(c.At.Start) < from || int(c.At.End) > to {
			continue
		}
		for p.toks[ti].kind != tEOF && p.toks[ti].start < c.At.Start {
			ti++
		}
		if ti > 0 && int(p.toks[ti-1].end) > from {
			c.Trailing = p.endsLine(int(p.toks[ti-1].end), c)
		}
		*own = append(*own, c)
	}
}

// endsLine says whether only blanks and comments stand between the end of the token before c and c,
// and nothing else after it on its line.
func (p *parser) endsLine(tokenEnd int, c ast.Comment) bool {
	if strings.ContainsAny(p.src[tokenEnd:c.At.Start], "\r\n") {
		return false
	}
	rest := strings.TrimLeft(p.src[c.At.End:], " \t")
	return rest == "" || rest[0] == '\n' || rest[0] == '\r'
}

// Moving over tokens.

func (p *parser) next() {
	t := &p.toks[p.pos]
	if t.kind == tEOF {
		return
	}
	p.prevEnd = t.end
	p.pos++
	p.tok = p.toks[p.pos].kind
}

// peek is the kind of the n-th token after the current one.
func (p *parser) peek(n int) kind { return p.kindAt(p.pos + n) }

func (p *parser) kindAt(i int) kind {
	if i < len(p.toks) {
		return p.toks[i].kind
	}
	return tEOF
}

func (p *parser) accept(k kind) bool {
	if p.tok == k {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(k kind) {
	if p.tok == k {
		p.next()
		return
	}
	p.expected(k.String())
}

func (p *parser) start() int32 { return p.toks[p.pos].start }

func (p *parser) text() string { t := &p.toks[p.pos]; return p.src[t.start:t.end] }

// loc is the place from start to the token consumed last.
func (p *parser) loc(start int32) ast.Loc {
	return ast.Loc{At: ast.Span{Start: start, End: p.prevEnd}}
}

func (p *parser) span(start int32) ast.Span { return ast.Span{Start: start, End: p.prevEnd} }

// enter guards a production that calls itself; leave undoes it.
func (p *parser) enter() bool {
	if p.depth >= maxDepth {
		p.failAt(int(p.start()), "statement is too large (nested too deep)",
			"parentheses, subqueries and types may nest at most 1000 deep")
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// grow counts one more level of a chain whose operands had the given heights.
func (p *parser) grow(left int) {
	p.height = max(p.height, left) + 1
	if p.height > maxChain {
		p.failAt(int(p.start()), "statement is too large (operators chained too long)", "split the expression")
	}
}

// Names.

// ident reads an identifier. Spellings that the grammar takes only to refuse them fail here.
func (p *parser) ident() *ast.Ident {
	t := &p.toks[p.pos]
	id := &ast.Ident{Loc: ast.Loc{At: ast.Span{Start: t.start, End: t.end}}}
	switch {
	case t.kind == tQuoted:
		id.Name, id.Quoted = unquote(p.src[t.start:t.end], `"`), true
		if id.Name == "" {
			p.failAt(int(t.start), "Zero-length delimited identifier not allowed", "")
			return id
		}
	case t.kind == tBackquoted:
		p.failAt(int(t.start), "backquoted identifiers are not supported; use double quotes to quote identifiers", "")
		return id
	case t.kind == tDigitIdent:
		p.failAt(int(t.start), "identifiers must not start with a digit; surround the identifier with double quotes", "")
		return id
	case t.kind.isName():
		id.Name = p.src[t.start:t.end]
	default:
		p.expected("<identifier>")
		return id
	}
	p.next()
	return id
}

// unquote removes the quotes around s and undoubles those inside.
func unquote(s, quote string) string {
	s = s[1 : len(s)-1]
	if strings.Contains(s, quote) {
		s = strings.ReplaceAll(s, quote+quote, quote)
	}
	return s
}

func (p *parser) qualifiedName() *ast.QualifiedName {
	start := p.start()
	n := &ast.QualifiedName{Parts: []*ast.Ident{p.ident()}}
	for p.tok == tDot {
		p.next()
		n.Parts = append(n.Parts, p.ident())
	}
	n.Loc = p.loc(start)
	return n
}

// identList reads (a, b, …).
func (p *parser) identList() []*ast.Ident {
	p.expect(tLParen)
	list := []*ast.Ident{p.ident()}
	for p.accept(tComma) {
		list = append(list, p.ident())
	}
	p.expect(tRParen)
	return list
}

// exprList reads a, b, …; the height is that of the highest.
func (p *parser) exprList() []ast.Expr {
	list := []ast.Expr{p.expr()}
	high := p.height
	for p.accept(tComma) {
		list = append(list, p.expr())
		high = max(high, p.height)
	}
	p.height = high
	return list
}
