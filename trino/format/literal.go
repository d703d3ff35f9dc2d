package format

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

func (p *printer) literal(x ast.Expr) {
	switch x := x.(type) {
	case *ast.NullLit:
		p.write("NULL")
	case *ast.BoolLit:
		if x.Value {
			p.write("TRUE")
		} else {
			p.write("FALSE")
		}
	case *ast.StringLit:
		p.text(x.Value)
	case *ast.BinaryLit:
		p.write("X'" + strings.ToUpper(hex.EncodeToString(x.Value)) + "'")
	case *ast.IntLit:
		p.write(x.Text)
	case *ast.DecimalLit:
		p.write(x.Text)
	case *ast.DoubleLit:
		p.write(x.Text)
	case *ast.TypedLit:
		p.typedLit(x)
	case *ast.IntervalLit:
		p.interval(x)
	case *ast.Parameter:
		p.write("?")
	case *ast.Current:
		p.write(strings.ToUpper(x.What))
		if x.Precision >= 0 && timed[x.What] {
			p.write("(" + strconv.Itoa(x.Precision) + ")")
		}
	}
}

// timed are the values whose precision can be written.
var timed = map[string]bool{"current_time": true, "current_timestamp": true, "localtime": true, "localtimestamp": true}

// typedLit prints a literal of a type; only a bare name can stand before a string, so that any other
// type becomes a cast, which means the same.
func (p *printer) typedLit(x *ast.TypedLit) {
	if len(x.Type.Params) > 0 || worded(x.Type.Name) {
		p.write("CAST(")
		p.text(x.Value)
		p.write(" AS ")
		p.typeName(x.Type)
		p.write(")")
		return
	}
	if parse.IsIdentifier(x.Type.Name) {
		p.write(strings.ToUpper(x.Type.Name))
	} else {
		p.typeWord(x.Type.Name)
	}
	p.write(" ")
	p.text(x.Value)
}

func (p *printer) interval(x *ast.IntervalLit) {
	p.write("INTERVAL ")
	if x.Negative {
		p.write("-")
	}
	p.text(x.Value)
	p.write(" " + intervalQualifier(x.From, x.To, x.Precision, x.Fraction))
}

func intervalQualifier(from, to string, precision, fraction *int64) string {
	s := strings.ToUpper(from)
	if precision != nil {
		s += "(" + strconv.FormatInt(*precision, 10)
		if to == "" && fraction != nil {
			s += ", " + strconv.FormatInt(*fraction, 10)
		}
		s += ")"
	}
	if to != "" {
		s += " TO " + strings.ToUpper(to)
		if fraction != nil {
			s += "(" + strconv.FormatInt(*fraction, 10) + ")"
		}
	}
	return s
}

// elements prints a list of expressions between brackets. Literals fill their lines, since there may
// be hundreds of them; other lists have an item a line.
func (p *printer) elements(list []ast.Expr) {
	for _, x := range list {
		if !isLiteral(x) {
			p.items(len(list), func(i int) { p.expr(list[i], precNone) })
			return
		}
	}
	p.group(func() {
		p.in()
		p.soft("")
		for i, x := range list {
			if i > 0 {
				p.write(",")
				if p.flat || len(p.b)-p.lineStart+1+literalWidth(x) <= lineWidth {
					p.write(" ")
				} else {
					p.newline()
				}
			}
			p.expr(x, precNone)
		}
		p.out()
		p.soft("")
	})
}

func isLiteral(x ast.Expr) bool {
	switch unparen(x).(type) {
	case *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.BinaryLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit,
		*ast.TypedLit, *ast.IntervalLit, *ast.Parameter:
		return true
	}
	return false
}

// literalWidth is how many columns a literal fills, with the comma that may follow.
func literalWidth(x ast.Expr) int {
	p := &printer{flat: true, limit: 1<<31 - 1}
	p.expr(x, precNone)
	return len(p.b) + 1
}
