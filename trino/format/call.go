package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

func (p *printer) call(c *ast.Call) {
	if c.Mode != "" {
		p.write(strings.ToUpper(c.Mode) + " ")
	}
	switch c.Syntax {
	case ast.PlainCall:
		p.functionName(c.Name)
		p.write("(")
		p.callArgs(c)
		p.write(")")
	case ast.MethodCall:
		p.base(c.Args[0].Value, true)
		p.write(".")
		p.methodName(c.Name.Parts[0])
		p.write("(")
		p.args(c.Args[1:])
		p.write(")")
	case ast.StaticCall:
		n := len(c.Name.Parts) - 1
		p.qualified(&ast.QualifiedName{Parts: c.Name.Parts[:n]})
		p.write("::")
		p.methodName(c.Name.Parts[n])
		p.write("(")
		p.args(c.Args)
		p.write(")")
	case ast.ListaggCall:
		p.listagg(c)
	default:
		p.worded(c)
	}
	if c.Filter != nil {
		p.write(" FILTER (WHERE ")
		p.expr(c.Filter, precNone)
		p.write(")")
	}
	switch c.Nulls {
	case ast.IgnoreNulls:
		p.write(" IGNORE NULLS")
	case ast.RespectNulls:
		p.write(" RESPECT NULLS")
	}
	if c.Over != nil {
		p.window(c.Over)
	}
}

// methodName prints the name of a method, which may be any word without quotes; with quotes it would
// not be found among the methods of JSON values.
func (p *printer) methodName(id *ast.Ident) {
	if !id.Quoted && parse.IsWord(id.Name) {
		p.write(id.Name)
		return
	}
	p.exactly(func() { p.ident(id, nil) })
}

// callArgs prints what stands between the parentheses of a plain call.
func (p *printer) callArgs(c *ast.Call) {
	switch {
	case c.Star:
		p.write("*")
		return
	case c.StarOf != nil:
		p.expr(c.StarOf, precPrimary)
		p.write(".*")
		return
	}
	if c.Distinct {
		p.write("DISTINCT ")
	}
	p.args(c.Args)
	if len(c.OrderBy) > 0 {
		if len(c.Args) > 0 {
			p.write(" ")
		}
		p.write("ORDER BY ")
		p.sortItems(c.OrderBy)
	}
}

func (p *printer) args(list []*ast.Arg) {
	p.items(len(list), func(i int) { p.arg(list[i]) })
}

func (p *printer) arg(a *ast.Arg) {
	if a.Name != nil {
		p.exactly(func() { p.name(a.Name) })
		p.write(" => ")
	}
	p.expr(a.Value, precNone)
}

// worded prints the calls whose arguments are told apart by words.
func (p *printer) worded(c *ast.Call) {
	arg := func(i int) { p.expr(c.Args[i].Value, precConcat) }
	switch c.Syntax {
	case ast.TrimCall:
		p.write("TRIM(")
		switch {
		case c.TrimSpec != "" || strings.EqualFold(c.Name.Parts[0].Name, "ltrim") || strings.EqualFold(c.Name.Parts[0].Name, "rtrim"):
			p.write(trimWord(c) + " ")
			if len(c.Args) > 1 {
				arg(1)
				p.write(" ")
			}
			p.write("FROM ")
		case len(c.Args) > 1:
			arg(1)
			p.write(" FROM ")
		}
		arg(0)
	case ast.SubstringCall:
		p.write("SUBSTRING(")
		arg(0)
		p.write(" FROM ")
		arg(1)
		if len(c.Args) > 2 {
			p.write(" FOR ")
			arg(2)
		}
	case ast.OverlayCall:
		p.write("OVERLAY(")
		arg(0)
		p.write(" PLACING ")
		arg(1)
		p.write(" FROM ")
		arg(2)
		if len(c.Args) > 3 {
			p.write(" FOR ")
			arg(3)
		}
	case ast.PositionCall:
		p.write("POSITION(")
		arg(0)
		p.write(" IN ")
		arg(1)
	case ast.NormalizeCall:
		p.write("NORMALIZE(")
		arg(0)
		if len(c.Args) > 1 {
			if form, ok := c.Args[1].Value.(*ast.StringLit); ok {
				p.write(", " + form.Value)
			}
		}
	case ast.GroupingCall:
		p.write("GROUPING(")
		p.args(c.Args)
	}
	p.write(")")
}

func trimWord(c *ast.Call) string {
	switch {
	case c.TrimSpec != "":
		return strings.ToUpper(c.TrimSpec)
	case strings.EqualFold(c.Name.Parts[0].Name, "ltrim"):
		return "LEADING"
	}
	return "TRAILING"
}

func (p *printer) listagg(c *ast.Call) {
	p.write("LISTAGG(")
	if c.Distinct {
		p.write("DISTINCT ")
	}
	for i, a := range c.Args {
		if i > 0 {
			p.write(", ")
		}
		p.expr(a.Value, precNone)
	}
	if o := c.Overflow; o != nil {
		p.write(" ON OVERFLOW ")
		if !o.Truncate {
			p.write("ERROR")
		} else {
			p.write("TRUNCATE ")
			if o.Filler != nil {
				p.text(o.Filler.Value)
				p.write(" ")
			}
			if o.WithCount {
				p.write("WITH COUNT")
			} else {
				p.write("WITHOUT COUNT")
			}
		}
	}
	p.write(") WITHIN GROUP (ORDER BY ")
	p.sortItems(c.Within)
	p.write(")")
}

// window prints OVER with its window.
func (p *printer) window(w *ast.Window) {
	p.write(" OVER ")
	if w.Spec == nil {
		p.name(w.Name)
		return
	}
	p.windowSpec(w.Spec)
}

func (p *printer) windowSpec(s *ast.WindowSpec) {
	p.write("(")
	p.group(func() {
		p.in()
		sep := ""
		if s.Base != nil {
			p.soft(sep)
			p.name(s.Base)
			sep = " "
		}
		if len(s.PartitionBy) > 0 {
			p.soft(sep)
			p.write("PARTITION BY ")
			p.exprs(s.PartitionBy)
			sep = " "
		}
		if len(s.OrderBy) > 0 {
			p.soft(sep)
			p.write("ORDER BY ")
			p.sortItems(s.OrderBy)
			sep = " "
		}
		if s.Frame != nil && s.Frame.Pattern != nil {
			p.exactly(func() {
				p.measures(s.Frame.Pattern)
				p.soft(" ")
				p.frame(s.Frame)
				p.rowPattern(s.Frame.Pattern)
			})
		} else if s.Frame != nil {
			p.soft(sep)
			p.frame(s.Frame)
		}
		p.out()
		if sep != "" || s.Frame != nil {
			p.soft("")
		}
	})
	p.write(")")
}

var unitText = [...]string{ast.Rows: "ROWS ", ast.Range: "RANGE ", ast.Groups: "GROUPS "}

func (p *printer) frame(f *ast.Frame) {
	p.write(unitText[f.Unit])
	if f.End == nil {
		p.bound(f.Start)
		return
	}
	p.write("BETWEEN ")
	p.bound(f.Start)
	p.write(" AND ")
	p.bound(f.End)
}

func (p *printer) bound(b *ast.FrameBound) {
	switch b.Kind {
	case ast.UnboundedPreceding:
		p.write("UNBOUNDED PRECEDING")
	case ast.Preceding:
		p.expr(b.Offset, precNone)
		p.write(" PRECEDING")
	case ast.CurrentRow:
		p.write("CURRENT ROW")
	case ast.Following:
		p.expr(b.Offset, precNone)
		p.write(" FOLLOWING")
	case ast.UnboundedFollowing:
		p.write("UNBOUNDED FOLLOWING")
	}
}
