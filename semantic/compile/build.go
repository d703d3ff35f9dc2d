package compile

import (
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// Small constructors of tree nodes. Nothing here formats text: SQL is only ever built as a tree.

func id(name string) *ast.Ident { return &ast.Ident{Name: name} }

func dot(alias, column string) ast.Expr { return &ast.Deref{Base: id(alias), Field: id(column)} }

func name(parts ...string) *ast.QualifiedName {
	q := &ast.QualifiedName{}
	for _, p := range parts {
		q.Parts = append(q.Parts, id(p))
	}
	return q
}

func call(fn string, args ...ast.Expr) *ast.Call {
	c := &ast.Call{Name: name(fn)}
	for _, a := range args {
		c.Args = append(c.Args, &ast.Arg{Value: a})
	}
	return c
}

func str(s string) ast.Expr { return &ast.StringLit{Value: s} }

func integer(n int) ast.Expr {
	if n < 0 {
		return &ast.Unary{Minus: true, X: &ast.IntLit{Text: strconv.Itoa(-n)}}
	}
	return &ast.IntLit{Text: strconv.Itoa(n)}
}

func and(terms []ast.Expr) ast.Expr {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return &ast.Logical{Terms: terms}
}

func typed(typeName, value string) ast.Expr {
	return &ast.TypedLit{Type: &ast.TypeName{Name: typeName}, Value: value}
}

func cast(x ast.Expr, typeName string, params ...int64) ast.Expr {
	t := &ast.TypeName{Name: typeName}
	for _, p := range params {
		t.Params = append(t.Params, ast.TypeParam{Number: &p})
	}
	return &ast.Cast{X: x, Type: t}
}

func column(e ast.Expr, alias string) ast.SelectItem {
	if n, ok := e.(*ast.Ident); ok && n.Name == alias {
		return &ast.SingleColumn{Expr: e}
	}
	if d, ok := e.(*ast.Deref); ok && d.Field.Name == alias {
		return &ast.SingleColumn{Expr: e}
	}
	return &ast.SingleColumn{Expr: e, Alias: id(alias)}
}

func query(s *ast.Select) *ast.Query { return &ast.Query{Body: s} }

func aliased(r ast.Relation, alias string) ast.Relation {
	if t, ok := r.(*ast.Table); ok && strings.EqualFold(t.Name.Parts[len(t.Name.Parts)-1].Name, alias) {
		return r // a table already goes by its own name
	}
	return &ast.Aliased{Rel: r, Alias: id(alias)}
}

// moment is a day as a literal of the field's type.
func moment(day time.Time, fieldType string) ast.Expr {
	if fieldType == "date" || fieldType == "" {
		return typed("date", day.Format(time.DateOnly))
	}
	if strings.HasSuffix(fieldType, "with time zone") {
		return typed("timestamp", day.Format(time.DateTime)+" UTC")
	}
	return typed("timestamp", day.Format(time.DateTime))
}

// bucket is the first day of the unit that a time falls in, as a DATE. Trino's weeks begin on Monday
// and its years in January; other calendars shift there and back.
func bucket(x ast.Expr, fieldType string, g timex.Grain, cal timex.Calendar) ast.Expr {
	if fieldType != "date" {
		x = cast(x, "date")
	}
	unit := g.String()
	switch g {
	case timex.Day:
		return x
	case timex.Week:
		if ahead := (8 - int(cal.WeekStart)) % 7; ahead > 0 { // days from the week's start to Monday
			return add("day", -ahead, call("date_trunc", str("week"), add("day", ahead, x)))
		}
	case timex.Half:
		// The half that holds a month starts at the quarter that holds it or at the one before.
		first := bucket(x, "date", timex.Year, cal)
		return &ast.Case{
			Whens: []*ast.When{{Cond: &ast.Compare{Op: ast.Lt, L: x, R: add("month", 6, first)}, Result: first}},
			Else:  add("month", 6, first),
		}
	case timex.Quarter, timex.Year:
		if m := int(cal.FiscalStart) - 1; cal.Fiscal && m > 0 {
			return add("month", m, call("date_trunc", str(unit), add("month", -m, x)))
		}
	}
	return call("date_trunc", str(unit), x)
}

func add(unit string, n int, x ast.Expr) ast.Expr { return call("date_add", str(unit), integer(n), x) }

// shifted moves a bucket forward so that it stands beside the period that it is compared with.
func shifted(x ast.Expr, g timex.Grain, n int) ast.Expr {
	switch {
	case n == 0:
		return x
	case g == timex.Half:
		return add("month", 6*n, x)
	}
	return add(g.String(), n, x)
}
