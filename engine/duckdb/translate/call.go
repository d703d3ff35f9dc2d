package translate

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// callArgs is a call whose arguments were rendered and turned into the types of its parameters.
type callArgs struct {
	call   *ast.Call
	name   string
	args   []string
	types  []types.Type
	zones  []string // of arguments that are timestamps with time zone
	result types.Type
	scope  *scope
}

func functionName(e *ast.Call) string {
	return strings.ToLower(e.Name.Parts[len(e.Name.Parts)-1].Name)
}

func (p *printer) call(e *ast.Call, s *scope) string {
	c := &callArgs{call: e, name: functionName(e), result: p.info.Type(e), scope: s}
	if len(e.Name.Parts) == 1 && e.Over == nil {
		if form := specialForms[c.name]; form != nil {
			return form(p, c)
		}
	}
	overload := p.info.Function(e)
	if overload == nil && e.Syntax != ast.PositionCall {
		return p.refuse("function "+c.name, e.At, "")
	}
	if e.Syntax != ast.PlainCall && e.Syntax != ast.TrimCall && e.Syntax != ast.SubstringCall && e.Syntax != ast.PositionCall && e.Syntax != ast.ListaggCall {
		return p.refuse("this form of "+c.name, e.At, "")
	}
	kind := functions.Scalar
	if overload != nil {
		kind = overload.Kind
	}
	if c.name == "typeof" {
		return typeOfForm(p, c)
	}
	for _, a := range e.Args {
		switch p.typeOf(a.Value).Kind() {
		case types.JoniRegExp, types.Re2JRegExp, types.JSONPath: // read by the rule, as literals
			c.args = append(c.args, "NULL")
		case types.CodePoints: // of a char its padding too
			c.args = append(c.args, p.padded(p.raw(a.Value, s), p.info.Type(a.Value)))
		default:
			c.args = append(c.args, p.expr(a.Value, s))
		}
		c.types = append(c.types, p.typeOf(a.Value))
		c.zones = append(c.zones, p.zoneOf(a.Value, s))
	}
	if !isZoned(c.result) && holds(c.result, isZoned) {
		for i, t := range c.types { // what is kept in a list is in the session's zone
			p.leaves(t, c.zones[i], e.At)
		}
	}
	if kind == functions.Scalar {
		return p.scalar(c)
	}
	return p.aggregate(c)
}

func (p *printer) scalar(c *callArgs) string {
	r, ok := scalars[c.name]
	if !ok {
		return p.refuse("function "+c.name, c.call.At, "")
	}
	if r.make != nil {
		return r.make(p, c)
	}
	args := make([]string, len(c.args))
	for i, a := range c.args {
		args[i] = p.padded(a, c.types[i])
	}
	sql, ok := fill(r.sql, args)
	if !ok {
		return p.refuse("function "+c.name+" with "+itoa(len(args))+" arguments", c.call.At, "")
	}
	if c.result.Kind() == types.Char {
		sql = "rtrim(" + sql + ", ' ')"
	}
	return sql
}

// fill puts arguments into a template: $1 is the first, $* all of them. Alternatives by number of
// arguments are separated by |; the one that names the last argument and none beyond is taken.
func fill(template string, args []string) (string, bool) {
	for _, t := range strings.Split(template, "|") {
		if strings.Contains(t, "$*") {
			return strings.ReplaceAll(t, "$*", strings.Join(args, ", ")), true
		}
		if strings.Contains(t, "$"+itoa(len(args)+1)) || len(args) > 0 && !strings.Contains(t, "$"+itoa(len(args))) {
			continue
		}
		var b strings.Builder
		for i := 0; i < len(t); i++ {
			if t[i] == '$' && i+1 < len(t) && t[i+1] >= '1' && t[i+1] <= '9' {
				b.WriteString(args[t[i+1]-'1'])
				i++
				continue
			}
			b.WriteByte(t[i])
		}
		return b.String(), true
	}
	return "", false
}

// constant reads an integer literal among the arguments.
func (c *callArgs) constant(i int) (int64, bool) {
	if i >= len(c.call.Args) {
		return 0, false
	}
	e, sign := strip(c.call.Args[i].Value), int64(1)
	if u, ok := e.(*ast.Unary); ok && u.Minus {
		e, sign = strip(u.X), -1
	}
	lit, ok := e.(*ast.IntLit)
	if !ok {
		return 0, false
	}
	n, err := parse.Integer(lit.Text)
	return sign * n, err == nil
}

// literal reads a text literal among the arguments.
func (c *callArgs) literal(i int) (string, bool) {
	if i >= len(c.call.Args) {
		return "", false
	}
	lit, ok := strip(c.call.Args[i].Value).(*ast.StringLit)
	if !ok {
		return "", false
	}
	return lit.Value, true
}

// specialForms are the calls that are no functions.
var specialForms map[string]func(*printer, *callArgs) string

func init() {
	specialForms = map[string]func(*printer, *callArgs) string{
		"coalesce": coalesce, "if": ifForm, "nullif": nullIf, "try": tryForm, "grouping": grouping,
		"format": formatForm,
	}
}

func (c *callArgs) render(p *printer) []string {
	out := make([]string, len(c.call.Args))
	for i, a := range c.call.Args {
		out[i] = p.expr(a.Value, c.scope)
	}
	return out
}

func coalesce(p *printer, c *callArgs) string {
	return "coalesce(" + strings.Join(c.render(p), ", ") + ")"
}

func ifForm(p *printer, c *callArgs) string {
	a := c.render(p)
	sql := "CASE WHEN " + a[0] + " THEN " + a[1]
	if len(a) == 3 {
		sql += " ELSE " + a[2]
	}
	return sql + " END"
}

// nullIf compares in the common type and keeps the first's.
func nullIf(p *printer, c *callArgs) string {
	a := c.render(p)
	ea, eb := c.call.Args[0].Value, c.call.Args[1].Value
	ta, tb := p.typeOf(ea), p.typeOf(eb)
	t, _ := types.Comparison(ta, tb, false)
	if t.Equal(ta) && (t.Equal(tb) || tb.IsExactInteger() || widens(tb, ta)) && !isFloat(t) && t.NumElems() == 0 {
		return "nullif(" + a[0] + ", " + p.cast(a[1], tb, t, c.call.At) + ")"
	}
	return p.let(a, func(v []string) string {
		return "CASE WHEN " + p.compare(ast.Eq, p.cast(v[0], ta, t, c.call.At), p.cast(v[1], tb, t, c.call.At), t, ea, eb) + " THEN NULL ELSE " + v[0] + " END"
	})
}

// tryForm stands inside of a lambda, where DuckDB does not look for equal expressions: it would compute
// these once, before TRY, and let their errors through. An aggregate cannot stand there.
func tryForm(p *printer, c *callArgs) string {
	p.trying++
	sql := "TRY(" + c.render(p)[0] + ")"
	p.trying--
	if p.aggregates(c.call.Args[0].Value) {
		return sql
	}
	return p.inLambda(func(param string) string { return "list_transform([1], lambda " + param + ": " + sql + ")[1]" })
}

// aggregates reports an aggregate, a window function or a subquery inside of an expression.
func (p *printer) aggregates(e ast.Expr) (found bool) {
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			found = true
		case *ast.Call:
			f := p.info.Function(n)
			found = found || n.Over != nil || f != nil && f.Kind != functions.Scalar || functionName(n) == "grouping"
		}
		return !found
	})
	return found
}

func grouping(p *printer, c *callArgs) string {
	return "CAST(GROUPING(" + strings.Join(c.render(p), ", ") + ") AS " + p.duck(c.result, c.call.At) + ")"
}
