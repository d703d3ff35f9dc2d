package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// Precedences, the loosest first, as the grammar nests its productions. An expression is put in
// parentheses where its own is lower than the place asks for.
const (
	precNone = iota
	precLambda
	precOr
	precAnd
	precNot
	precPredicate
	precConcat // a value: what the operand of a predicate may be
	precAdd
	precMul
	precUnary
	precAt
	precPrimary
)

var binaryPrec = [...]int{ast.Add: precAdd, ast.Sub: precAdd, ast.Mul: precMul, ast.Div: precMul, ast.Mod: precMul, ast.Concat: precConcat}
var binaryText = [...]string{ast.Add: "+ ", ast.Sub: "- ", ast.Mul: "* ", ast.Div: "/ ", ast.Mod: "% ", ast.Concat: "|| "}
var compareText = [...]string{
	ast.Eq: "= ", ast.Ne: "<> ", ast.Lt: "< ", ast.Le: "<= ", ast.Gt: "> ", ast.Ge: ">= ",
	ast.IsDistinctFrom: "IS DISTINCT FROM ", ast.IsNotDistinctFrom: "IS NOT DISTINCT FROM ",
}
var quantifierText = [...]string{ast.All: "ALL ", ast.Any: "ANY ", ast.Some: "SOME "}

func precedence(x ast.Expr) int {
	switch x := x.(type) {
	case *ast.Lambda:
		return precLambda
	case *ast.Logical:
		switch {
		case len(x.Terms) < 2:
			return precNone
		case x.Or:
			return precOr
		}
		return precAnd
	case *ast.Not:
		return precNot
	case *ast.Compare, *ast.Quantified, *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.IsTruth, *ast.Overlaps, *ast.Match:
		return precPredicate
	case *ast.Binary:
		return binaryPrec[x.Op]
	case *ast.Unary:
		return precUnary
	case *ast.AtTimeZone:
		return precAt
	}
	return precPrimary
}

// unparen is x without parentheses; where they are needed, precedence brings them back.
func unparen(x ast.Expr) ast.Expr {
	for {
		paren, ok := x.(*ast.Paren)
		if !ok {
			return x
		}
		x = paren.X
	}
}

// expr prints x where nothing looser than outer may stand.
func (p *printer) expr(x ast.Expr, outer int) {
	if p.over {
		return
	}
	x = unparen(x)
	if precedence(x) < outer {
		p.write("(")
		p.group(func() {
			p.in()
			p.soft("")
			p.naked(x)
			p.out()
			p.soft("")
		})
		p.write(")")
		return
	}
	p.naked(x)
}

func (p *printer) exprs(list []ast.Expr) {
	for i, x := range list {
		if i > 0 {
			p.write(", ")
		}
		p.expr(x, precNone)
	}
}

// naked prints x without parentheses of its own.
func (p *printer) naked(x ast.Expr) {
	switch x := x.(type) {
	case *ast.Ident:
		p.name(x)
	case *ast.Deref:
		p.base(x.Base, false)
		p.write(".")
		p.field(x)
	case *ast.Logical:
		p.group(func() { p.terms(x) })
	case *ast.Not:
		p.write("NOT ")
		p.expr(x.X, precNot)
	case *ast.Binary:
		p.group(func() { p.binary(x) })
	case *ast.Unary:
		p.unary(x)
	case *ast.AtTimeZone:
		p.expr(x.X, precAt)
		if x.Zone == nil {
			p.write(" AT LOCAL")
			return
		}
		p.write(" AT TIME ZONE ")
		p.expr(x.Zone, precPrimary)
	case *ast.Compare:
		p.left(x.L)
		p.write(compareText[x.Op])
		p.expr(x.R, precConcat)
	case *ast.Quantified, *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.IsTruth, *ast.Overlaps, *ast.Match:
		p.predicate(x)
	case *ast.Exists:
		p.write("EXISTS ")
		p.block(x.Query, x.At.End)
	case *ast.Unique:
		p.write("UNIQUE ")
		p.block(bare(x.Query), x.At.End)
	case *ast.Subquery:
		p.block(x.Query, x.At.End)
	case *ast.Case:
		p.group(func() { p.caseExpr(x) })
	case *ast.Cast:
		word := "CAST("
		if x.Try {
			word = "TRY_CAST("
		}
		p.write(word)
		p.expr(x.X, precNone)
		p.write(" AS ")
		p.typeName(x.Type)
		p.write(")")
	case *ast.Call:
		p.call(x)
	case *ast.Measure:
		p.name(x.Name)
		p.window(x.Over)
	case *ast.Extract:
		p.write("EXTRACT(" + strings.ToUpper(x.Field) + " FROM ")
		p.expr(x.X, precConcat)
		p.write(")")
	case *ast.Lambda:
		if len(x.Params) == 1 {
			p.name(x.Params[0])
		} else {
			p.names(x.Params)
		}
		p.write(" -> ")
		p.expr(x.Body, precNone)
	case *ast.Array:
		word := "ARRAY["
		if x.Bare {
			word = "["
		}
		p.write(word)
		p.elements(x.Elems)
		p.write("]")
	case *ast.Row:
		p.row(x)
	case *ast.Subscript:
		p.base(x.X, false)
		p.write("[")
		p.expr(x.Index, precConcat)
		p.write("]")
	case *ast.ArrayWildcard:
		p.base(x.X, false)
		p.write("[*]")
	case *ast.TableArg:
		p.tableArg(x)
	case *ast.DescriptorArg:
		p.descriptor(x)
	case *ast.CaseOperand:
		// stands for the operand of the CASE and has no text
	default:
		if !p.json(x) {
			p.literal(x)
		}
	}
}

// base prints what a field, a subscript or a method is taken of. A number before a dot would be read
// as another number, and a name before a method as a function of a qualified name.
func (p *printer) base(x ast.Expr, method bool) {
	x = unparen(x)
	paren := false
	switch y := x.(type) {
	case *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit:
		paren = true
	case *ast.Ident, *ast.Deref:
		paren = method
	case *ast.Call:
		paren = y.Mode != "" // RUNNING and FINAL would take the name that follows
	}
	if paren {
		p.write("(")
		p.expr(x, precNone)
		p.write(")")
		return
	}
	p.expr(x, precPrimary)
}

// terms prints the terms of AND or OR; broken, each begins a line with its word.
func (p *printer) terms(l *ast.Logical) {
	word, prec, none := "AND ", precNot, "TRUE"
	if l.Or {
		word, prec, none = "OR ", precAnd, "FALSE"
	}
	if len(l.Terms) == 0 { // only built by code: the empty conjunction holds, the empty disjunction does not
		p.write(none)
	}
	for i, t := range l.Terms {
		if i > 0 {
			p.line(" ", t)
			p.write(word)
		}
		if len(l.Terms) == 1 {
			prec = precNone
		}
		if l.Or { // an AND that breaks stands to the right of the OR it belongs to
			p.in()
		}
		p.expr(t, prec)
		if l.Or {
			p.out()
		}
	}
}

// binary prints a chain of operators of one precedence, which break together.
func (p *printer) binary(x *ast.Binary) {
	prec := binaryPrec[x.Op]
	var chain []*ast.Binary
	var left ast.Expr = x
	for {
		b, ok := unparen(left).(*ast.Binary)
		if !ok || binaryPrec[b.Op] != prec {
			break
		}
		chain = append(chain, b)
		left = b.L
	}
	p.expr(left, prec)
	p.in()
	for i := len(chain) - 1; i >= 0; i-- {
		p.soft(" ")
		p.write(binaryText[chain[i].Op])
		p.expr(chain[i].R, prec+1)
	}
	p.out()
}

// unary prints a sign. A number directly behind a minus would take it, and two minus signs would
// begin a comment.
func (p *printer) unary(x *ast.Unary) {
	sign := "+"
	if x.Minus {
		sign = "-"
	}
	p.write(sign)
	at := len(p.b)
	p.expr(x.X, precUnary)
	if !x.Minus || p.over || at >= len(p.b) {
		return
	}
	switch c := p.b[at]; {
	case c == '-':
		p.insert(at, " ")
	case c >= '0' && c <= '9', c == '.':
		p.insert(at, "(")
		p.write(")")
	}
}

func (p *printer) insert(at int, s string) {
	p.b = append(p.b[:at], append([]byte(s), p.b[at:]...)...)
	if p.lineStart > at {
		p.lineStart += len(s)
	}
}

// left prints the operand before a predicate and a blank; the operand of a CASE is not repeated.
func (p *printer) left(x ast.Expr) {
	if _, ok := x.(*ast.CaseOperand); ok {
		return
	}
	p.expr(x, precConcat)
	p.write(" ")
}

func (p *printer) not(not bool) {
	if not {
		p.write("NOT ")
	}
}

func (p *printer) predicate(x ast.Expr) {
	switch x := x.(type) {
	case *ast.Quantified:
		p.left(x.L)
		p.write(compareText[x.Op] + quantifierText[x.Quantifier])
		p.block(bare(x.Query), x.At.End)
	case *ast.Between:
		p.left(x.X)
		p.not(x.Not)
		p.write("BETWEEN ")
		if x.Symmetric {
			p.write("SYMMETRIC ")
		}
		p.expr(x.Lo, precConcat)
		p.write(" AND ")
		p.expr(x.Hi, precConcat)
	case *ast.In:
		p.left(x.X)
		p.not(x.Not)
		p.write("IN ")
		if x.Query != nil {
			p.block(bare(x.Query), x.At.End)
			return
		}
		p.write("(")
		p.elements(x.List)
		p.write(")")
	case *ast.Like:
		p.left(x.X)
		p.not(x.Not)
		p.write("LIKE ")
		p.expr(x.Pattern, precConcat)
		if x.Escape != nil {
			p.write(" ESCAPE ")
			p.expr(x.Escape, precConcat)
		}
	case *ast.IsNull:
		p.left(x.X)
		p.write("IS ")
		p.not(x.Not)
		p.write("NULL")
	case *ast.IsTruth:
		p.left(x.X)
		p.write("IS ")
		p.not(x.Not)
		p.write([...]string{ast.True: "TRUE", ast.False: "FALSE", ast.Unknown: "UNKNOWN"}[x.Value])
	case *ast.Overlaps:
		p.left(x.L)
		p.write("OVERLAPS ")
		p.expr(x.R, precConcat)
	case *ast.Match:
		p.left(x.X)
		p.write("MATCH ")
		if x.Unique {
			p.write("UNIQUE ")
		}
		if x.Kind != "" {
			p.write(strings.ToUpper(x.Kind) + " ")
		}
		p.block(x.Query, x.At.End)
	}
}

func (p *printer) caseExpr(c *ast.Case) {
	p.write("CASE")
	if c.Operand != nil {
		p.write(" ")
		p.expr(c.Operand, precNone)
	}
	p.in()
	for _, w := range c.Whens {
		p.soft(" ")
		p.write("WHEN ")
		p.expr(w.Cond, precNone)
		p.write(" THEN ")
		p.expr(w.Result, precNone)
	}
	if c.Else != nil {
		p.soft(" ")
		p.write("ELSE ")
		p.expr(c.Else, precNone)
	}
	p.out()
	p.soft(" ")
	p.write("END")
}

func (p *printer) row(r *ast.Row) {
	paren := r.Paren && len(r.Fields) > 1
	for _, f := range r.Fields {
		paren = paren && f.Name == nil
	}
	if paren {
		p.write("(")
	} else {
		p.write("ROW(")
	}
	p.items(len(r.Fields), func(i int) {
		p.expr(r.Fields[i].Value, precNone)
		if r.Fields[i].Name != nil {
			p.write(" AS ")
			p.exactly(func() { p.name(r.Fields[i].Name) })
		}
	})
	p.write(")")
}

// items prints a list between brackets: on one line, or an item a line.
func (p *printer) items(n int, item func(int)) {
	if n == 0 {
		return
	}
	p.group(func() {
		p.in()
		for i := range n {
			if i > 0 {
				p.write(",")
				p.soft(" ")
			} else {
				p.soft("")
			}
			item(i)
		}
		p.out()
		p.soft("")
	})
}
