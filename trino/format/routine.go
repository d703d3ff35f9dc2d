package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// functionSpec prints FUNCTION …, its clauses a line each.
func (p *printer) functionSpec(f *ast.FunctionSpec) {
	p.write("FUNCTION ")
	p.qualified(f.Name)
	p.parameters(f.Params)
	p.in()
	p.newline()
	p.write("RETURNS ")
	p.typeName(f.Returns)
	for _, c := range f.Characteristics {
		p.newline()
		switch c.Kind {
		case "language":
			p.write("LANGUAGE ")
			p.name(c.Language)
		case "comment":
			p.write("COMMENT ")
			p.text(c.Comment.Value)
		case "properties":
			p.properties(c.Properties)
		default:
			p.write(strings.ToUpper(c.Kind))
		}
	}
	if f.Definition != nil {
		p.newline()
		p.write("AS $$\n" + f.Definition.Value + "$$")
		p.out()
		return
	}
	p.line(" ", start{f.Body})
	p.control(f.Body)
	p.out()
}

func (p *printer) parameters(list []*ast.ParameterDecl) {
	p.write("(")
	p.items(len(list), func(i int) {
		if list[i].Name != nil {
			p.name(list[i].Name)
			p.write(" ")
		}
		p.typeName(list[i].Type)
	})
	p.write(")")
}

// control prints a statement of a routine, without its semicolon.
func (p *printer) control(s ast.Control) {
	switch s := s.(type) {
	case *ast.ReturnControl:
		p.write("RETURN ")
		p.expr(s.Value, precConcat)
	case *ast.SetControl:
		p.write("SET ")
		p.name(s.Name)
		p.write(" = ")
		p.expr(s.Value, precNone)
	case *ast.JumpControl:
		if s.Iterate {
			p.write("ITERATE ")
		} else {
			p.write("LEAVE ")
		}
		p.name(s.Label)
	case *ast.IfControl:
		for i, b := range s.Branches {
			if i > 0 {
				p.newline()
				p.write("ELSE")
			}
			p.write("IF ")
			p.branch(b)
		}
		p.otherwise(s.Else)
		p.write("END IF")
	case *ast.CaseControl:
		p.write("CASE")
		if s.Operand != nil {
			p.write(" ")
			p.expr(s.Operand, precNone)
		}
		p.in()
		for _, b := range s.Branches {
			p.newline()
			p.write("WHEN ")
			p.branch(b)
		}
		if len(s.Else) > 0 {
			p.newline()
			p.write("ELSE")
			p.controls(s.Else)
		}
		p.out()
		p.newline()
		p.write("END CASE")
	case *ast.Block:
		p.write("BEGIN")
		p.in()
		for _, d := range s.Declares {
			p.line(" ", start{d})
			p.declare(d)
		}
		p.out()
		p.controls(s.Body)
		p.newline()
		p.write("END")
	case *ast.Loop:
		p.loop(s)
	}
}

// controls prints statements, indented, each on a line with its semicolon.
func (p *printer) controls(list []ast.Control) {
	p.in()
	for _, s := range list {
		p.line(" ", start{s})
		p.control(s)
		p.write(";")
	}
	p.out()
}

func (p *printer) branch(b *ast.Branch) {
	p.expr(b.Cond, precNone)
	p.write(" THEN")
	p.controls(b.Body)
}

func (p *printer) otherwise(list []ast.Control) {
	p.newline()
	if len(list) > 0 {
		p.write("ELSE")
		p.controls(list)
		p.newline()
	}
}

func (p *printer) declare(d *ast.Declare) {
	p.write("DECLARE ")
	for i, id := range d.Names {
		if i > 0 {
			p.write(", ")
		}
		p.name(id)
	}
	p.write(" ")
	p.typeName(d.Type)
	if d.Default != nil {
		p.write(" DEFAULT ")
		p.expr(d.Default, precConcat)
	}
	p.write(";")
}

func (p *printer) loop(l *ast.Loop) {
	if l.Label != nil {
		p.name(l.Label)
		p.write(": ")
	}
	switch l.Kind {
	case ast.PlainLoop:
		p.write("LOOP")
		p.controls(l.Body)
		p.newline()
		p.write("END LOOP")
	case ast.WhileLoop:
		p.write("WHILE ")
		p.expr(l.Cond, precNone)
		p.write(" DO")
		p.controls(l.Body)
		p.newline()
		p.write("END WHILE")
	case ast.RepeatLoop:
		p.write("REPEAT")
		p.controls(l.Body)
		p.newline()
		p.write("UNTIL ")
		p.expr(l.Cond, precNone)
		p.newline()
		p.write("END REPEAT")
	}
}
