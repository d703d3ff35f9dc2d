package ast

import "strconv"

// Builders for trees that code makes. What they make has zero spans, and needs no Paren: the formatter
// puts parentheses where precedence demands them, and quotes where a name needs them.

// Name is a column or field: Name("o", "total") is o.total.
func Name(first string, fields ...string) Expr {
	var x Expr = &Ident{Name: first}
	for _, f := range fields {
		x = &Deref{Base: x, Field: &Ident{Name: f}}
	}
	return x
}

// Qualified is a dotted name of a table or function.
func Qualified(parts ...string) *QualifiedName {
	n := &QualifiedName{Parts: make([]*Ident, len(parts))}
	for i, p := range parts {
		n.Parts[i] = &Ident{Name: p}
	}
	return n
}

// Str is a string literal.
func Str(s string) *StringLit { return &StringLit{Value: s} }

// Int is an integer literal.
func Int(n int64) *IntLit { return &IntLit{Text: strconv.FormatInt(n, 10)} }

// CallOf is a plain function call.
func CallOf(function string, args ...Expr) *Call {
	c := &Call{Name: Qualified(function)}
	for _, a := range args {
		c.Args = append(c.Args, &Arg{Value: a})
	}
	return c
}

// And joins conditions; nil ones are left out. None gives nil, one gives itself.
func And(terms ...Expr) Expr { return logical(false, terms) }

// Or joins conditions as And does.
func Or(terms ...Expr) Expr { return logical(true, terms) }

func logical(or bool, terms []Expr) Expr {
	l := &Logical{Or: or}
	for _, t := range terms {
		if t != nil {
			l.Terms = append(l.Terms, t)
		}
	}
	switch len(l.Terms) {
	case 0:
		return nil
	case 1:
		return l.Terms[0]
	}
	return l
}

// As is a column of a SELECT with a name; an empty name gives none.
func As(x Expr, name string) *SingleColumn {
	c := &SingleColumn{Expr: x}
	if name != "" {
		c.Alias = &Ident{Name: name}
	}
	return c
}
