// Package format prints the tree of package ast as Trino SQL that people like to read, and that
// parses back to a tree of the same shape. It never looks at the source text and never fails. Start
// at Statement.
//
// The layout follows one idea: what fits on a line stays on it, and what does not breaks at its own
// outermost joints, one part a line; a query is one line only when it is short. Printing again
// changes nothing. Printing loses: parentheses that group nothing, quotes around names that need
// none, ALL where it is the default, ASC, ASYMMETRIC, OUTER, and the older spellings of types.
// Comments stay beside the part they stood at, each at the end of a line or on a line of its own.
package format

import (
	"math"
	"slices"

	"github.com/limn-data/limn/trino/ast"
)

const (
	lineWidth  = 100 // columns that a part may fill before it breaks
	queryWidth = 60  // columns of a query that stays on one line
	step       = 2   // columns of one level of indentation
	maxIndent  = 60  // columns beyond which nothing is indented, however deep
)

// Statement prints a whole statement with its comments.
func Statement(s ast.Statement) string {
	if q, ok := s.(*ast.Query); ok {
		return Query(q)
	}
	p := &printer{comments: *ast.CommentsOf(s)}
	p.flushBefore(s.Span().Start)
	p.statement(s)
	p.flush(math.MaxInt32)
	return p.String()
}

// Query prints a query with its comments.
func Query(q *ast.Query) string {
	p := &printer{comments: q.Comments}
	p.flushBefore(q.At.Start)
	p.query(q, math.MaxInt32)
	p.flush(math.MaxInt32)
	return p.String()
}

// Expr prints an expression.
func Expr(x ast.Expr) string {
	p := &printer{}
	p.expr(x, precNone)
	return p.String()
}

// Type prints a type.
func Type(t *ast.TypeName) string {
	p := &printer{flat: true, limit: math.MaxInt}
	p.typeName(t)
	return p.String()
}

// printer writes into b. Where flat is set no line may end and b may not outgrow limit; what does not
// fit sets over, and the caller prints it again, broken.
type printer struct {
	b         []byte
	indent    int
	lineStart int
	flat      bool
	over      bool
	limit     int
	comments  []ast.Comment // still to be printed, in source order
	end       int32         // where the comments end that belong to the clause being printed
	relations []string      // names of the relations in scope, in lower case
	exact     int           // above zero: quotes of names are kept, since they tell upper from lower case
}

func (p *printer) String() string { return string(p.b) }

func (p *printer) write(s string) {
	p.b = append(p.b, s...)
	if p.flat && len(p.b) > p.limit {
		p.over = true
	}
}

// newline ends the line; in flat mode there is no such thing.
func (p *printer) newline() {
	if p.flat {
		p.over = true
		return
	}
	p.b = append(p.b, '\n')
	p.lineStart = len(p.b)
	for range min(p.indent, maxIndent) {
		p.b = append(p.b, ' ')
	}
}

// soft is a joint: s on one line, else the end of the line.
func (p *printer) soft(s string) {
	if p.flat {
		p.write(s)
	} else {
		p.newline()
	}
}

func (p *printer) in()  { p.indent += step }
func (p *printer) out() { p.indent -= step }

// try prints f on what is left of the line, at most width columns of it, and takes it back where it
// does not fit.
func (p *printer) try(width int, f func()) bool {
	start := len(p.b)
	limit := min(start+width, p.lineStart+lineWidth)
	p.flat, p.over, p.limit = true, false, limit
	f()
	fits := !p.over
	p.flat, p.over = false, false
	if !fits {
		p.b = p.b[:start]
	}
	return fits
}

// group prints f on one line if it fits and broken at its joints if not.
func (p *printer) group(f func()) {
	if p.flat {
		if !p.over {
			f()
		}
		return
	}
	if !p.try(lineWidth, f) {
		f()
	}
}

// groupWith is group for parts among which comments stand: these keep it from being one line.
func (p *printer) groupWith(end int32, f func()) {
	if !p.flat && p.pending(end) {
		f()
		return
	}
	p.group(f)
}

// Comments.

// pending says whether a comment is waiting that stands before end.
func (p *printer) pending(end int32) bool {
	return len(p.comments) > 0 && p.comments[0].At.Start < end
}

// flush prints the comments that stand before end: the first that ended a line at the end of this
// one, the others on lines of their own, since nothing can follow a line comment. What comes next
// begins on a new line.
func (p *printer) flush(end int32) {
	n := 0
	for n < len(p.comments) && p.comments[n].At.Start < end {
		n++
	}
	due := p.comments[:n]
	p.comments = p.comments[n:]
	trailing := -1
	if len(p.b) > 0 {
		trailing = slices.IndexFunc(due, func(c ast.Comment) bool { return c.Trailing })
	}
	if trailing >= 0 {
		p.trimBlanks()
		p.write(" " + due[trailing].Text)
	}
	for i, c := range due {
		if i == trailing {
			continue
		}
		if len(p.b) > 0 {
			p.newline()
		}
		p.write(c.Text)
	}
}

// flushBefore prints comments at the very start of the text.
func (p *printer) flushBefore(end int32) {
	if p.pending(end) {
		p.flush(end)
		p.newline()
	}
}

func (p *printer) trimBlanks() {
	for n := len(p.b); n > 0 && p.b[n-1] == ' '; n-- {
		p.b = p.b[:n-1]
	}
}

// line begins a line for the parts given, after the comments that stand before or, where they are
// printed as one piece, inside them. In flat mode it is the joint s.
func (p *printer) line(s string, parts ...ast.Node) {
	if p.flat {
		p.write(s)
		return
	}
	if len(p.comments) > 0 {
		p.flush(commentEnd(parts))
	}
	p.newline()
}

// commentEnd is the place before which comments belong in front of the parts.
func commentEnd(parts []ast.Node) int32 {
	var end int32
	for i, n := range parts {
		at := n.Span()
		if i == 0 {
			end = at.Start
		}
		if _, ok := n.(start); ok || holdsQuery(n) {
			return max(end, at.Start)
		}
		end = max(end, at.End)
	}
	return end
}

func holdsQuery(n ast.Node) bool {
	found := false
	ast.Walk(n, func(n ast.Node) bool {
		if _, ok := n.(*ast.Query); ok {
			found = true
		}
		return !found
	})
	return found
}
