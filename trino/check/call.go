package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// special gives the form of a call that is no function but a form of the language, nil for others.
func special(name string) func(*checker, *ast.Call, *Scope) types.Type {
	switch name {
	case "coalesce":
		return (*checker).coalesce
	case "format":
		return (*checker).format
	case "grouping":
		return (*checker).grouping
	case "if":
		return (*checker).ifOf
	case "nullif":
		return (*checker).nullIf
	case "try":
		return (*checker).try
	}
	return nil
}

func (c *checker) call(e *ast.Call, s *Scope) types.Type {
	name := lower(e.Name.Parts[len(e.Name.Parts)-1].Name)
	if len(e.Name.Parts) == 1 && e.Over == nil {
		if form := special(name); form != nil {
			return c.set(e, form(c, e, s))
		}
	}
	if t, ok := c.patternCall(e, name, s); ok {
		return c.set(e, t)
	}
	switch e.Syntax {
	case ast.PositionCall:
		return c.position(e, s)
	case ast.OverlayCall:
		return c.set(e, c.overlay(e, s))
	case ast.MethodCall:
		return c.set(e, c.method(e, name, s))
	case ast.StaticCall: // no type of Trino has one
		if t := e.Name.Parts[0].Name; len(e.Name.Parts) != 2 || !isTypeName(t) {
			c.report(e.At, TypeNotFound, "Unknown type: %s", t)
		} else {
			c.arguments(e, s)
			c.functionNotFound(e, name)
		}
		return c.set(e, types.Type{})
	}
	overloads := c.session.Functions.Lookup(name)
	if len(e.Name.Parts) > 1 {
		if t, ok := c.itemCall(e, name, s); ok {
			return c.set(e, t)
		}
		if t, ok := c.columnMethod(e, name, s); ok {
			return c.set(e, t)
		}
		if full := nameText(e.Name); full != "system.builtin."+name {
			if e.Over != nil {
				c.found = append(c.found, foundCall{e, windowCall, c.aggregate})
			}
			c.arguments(e, s)
			c.functionNotFound(e, full)
			return c.set(e, types.Type{})
		}
	}
	kind := functions.Scalar
	if len(overloads) > 0 && (len(e.Name.Parts) > 1 || len(c.inlineNamed(name)) == 0) {
		kind = overloads[0].Kind
	}
	return c.set(e, c.plainCall(e, name, kind, overloads, s))
}

// methods are the functions that can be called as x.f(…), read off a running Trino 483; all are of text.
var methods = map[string]bool{"ends_with": true, "length": true, "lower": true, "lpad": true, "ltrim": true, "replace": true, "reverse": true,
	"rpad": true, "rtrim": true, "split": true, "starts_with": true, "strpos": true, "substring": true, "to_utf8": true, "translate": true,
	"trim": true, "upper": true}

// method types x.f(…), whose receiver is the first argument.
func (c *checker) method(e *ast.Call, name string, s *Scope) types.Type {
	if t, ok := itemMethod(name, e.Args[1:]); ok && !e.Name.Parts[0].Quoted {
		if c.json(e.Args[0].Value, c.expr(e.Args[0].Value, s)) {
			return t
		}
	}
	var overloads []*functions.Overload
	if methods[name] {
		for _, o := range c.session.Functions.Lookup(name) {
			if strings.HasPrefix(o.ArgTypes, "varchar") || strings.HasPrefix(o.ArgTypes, "char") {
				overloads = append(overloads, o)
			}
		}
	}
	return c.plainCall(e, name, functions.Scalar, overloads, s)
}

// itemCall types j.a.bigint(), which is read as the call of a function of that name.
func (c *checker) itemCall(e *ast.Call, name string, s *Scope) (types.Type, bool) {
	last := len(e.Name.Parts) - 1
	t, ok := itemMethod(name, e.Args)
	if !ok || e.Name.Parts[last].Quoted || e.Distinct || e.Filter != nil || len(e.OrderBy) > 0 || e.Over != nil || e.Syntax != ast.PlainCall {
		return types.Type{}, false
	}
	parts := make([]string, last)
	for i := range parts {
		parts[i] = lower(e.Name.Parts[i].Name)
	}
	for n := last; n > 0; n-- {
		col, found, _ := s.resolve(parts[:n])
		if col == nil {
			continue
		}
		if col.Type.Kind() != types.JSON {
			return types.Type{}, false
		}
		if found != s {
			c.report(e.At, NotSupported, "JSON simplified accessor over a column from an outer scope is not supported")
		}
		markRead(col)
		c.notes[e.Name.Parts[n-1]] = note{typ: col.Type, ref: col} // so that lineage finds it
		return t, true
	}
	return types.Type{}, false
}

// columnMethod types column.upper(), which is read as the call of a function of that name too.
func (c *checker) columnMethod(e *ast.Call, name string, s *Scope) (types.Type, bool) {
	if len(e.Name.Parts) != 2 || !methods[name] || e.Distinct || e.Filter != nil || len(e.OrderBy) > 0 || e.Over != nil || e.Syntax != ast.PlainCall {
		return types.Type{}, false
	}
	receiver := e.Name.Parts[0]
	col, _, many := s.resolve([]string{lower(receiver.Name)})
	if col == nil || many || !col.Type.IsText() {
		return types.Type{}, false
	}
	args, ok := c.arguments(e, s)
	if !ok {
		return types.Type{}, true
	}
	c.ident(receiver, s)
	resolved, err := functions.Resolve(c.session.Functions.Lookup(name), append([]functions.Arg{{Type: col.Type}}, args...),
		func(int, []types.Type) types.Type { return types.Type{} })
	if err != nil {
		c.report(e.At, FunctionNotFound, "%s", err)
		return types.Type{}, true
	}
	return resolved.Return, true
}

func isTypeName(name string) bool {
	_, err := types.FromName(&ast.TypeName{Name: lower(name)})
	return err == nil
}

// plainCall types a call of a registered function.
func (c *checker) plainCall(e *ast.Call, name string, kind functions.Kind, overloads []*functions.Overload, s *Scope) types.Type {
	aggregate := c.aggregate
	switch {
	case e.Over != nil || kind == functions.Window:
		c.found = append(c.found, foundCall{e, windowCall, c.aggregate})
	case kind == functions.Aggregate:
		c.found = append(c.found, foundCall{e, aggregateCall, c.aggregate})
		c.aggregate = e
		if c.sel != nil {
			c.sel.aggregating++
			defer func(sel *selection) { sel.aggregating-- }(c.sel)
		}
	}
	if !c.callForm(e, name, kind) {
		c.aggregate = aggregate
		return types.Type{}
	}
	var window *ast.WindowSpec
	if e.Over != nil {
		window = c.window(e, name, s)
	}
	if e.Filter != nil {
		c.condition(e.Filter, s, "Filter expression must evaluate to a boolean (actual: %s)")
	}
	args, ok := c.arguments(e, s)
	c.callOrderBy(e, s)
	c.aggregate = aggregate
	var order []int
	if ok {
		order, ok = c.namedOrder(e, name)
	}
	if !ok {
		if len(overloads) > 0 { // whichever it is, its kind is known
			c.notes[e] = note{call: overloads[0]}
		}
		return types.Type{}
	}
	if len(overloads) == 0 && (len(c.inlineNamed(name)) == 0 || len(e.Name.Parts) > 1) {
		c.functionNotFound(e, name)
		return types.Type{}
	}
	if e.Syntax == ast.ListaggCall {
		if t := args[0].Type; !types.CanCoerce(t, varchar) {
			return c.mismatch(e.At, "Expected expression of varchar, but '%s' has %s type", spell(e.Args[0].Value), t)
		}
		args = listaggArgs(args)
	}
	passed := e.Args
	if order != nil {
		passed = make([]*ast.Arg, len(order))
		typed := args
		args = make([]functions.Arg, len(order))
		for i, from := range order {
			passed[i], args[i] = e.Args[from], typed[from]
		}
	}
	lambda := func(i int, params []types.Type) types.Type { return c.lambda(passed[i].Value, params, s) }
	resolved, err := c.resolveInline(e, name, args)
	if resolved.Overload == nil {
		if more := c.inlineNamed(name); len(more) > 0 && len(e.Name.Parts) == 1 {
			overloads = append(append([]*functions.Overload(nil), more...), overloads...)
		}
		resolved, err = functions.Resolve(overloads, args, lambda)
	}
	switch err := err.(type) {
	case nil:
		if resolved.Overload == c.calling && c.calling != nil { // Trino places it at the function
			c.report(c.routineAt, NotSupported, "Recursive language functions are not supported: %s", name)
			return types.Type{}
		}
	case *functions.AmbiguousError:
		c.report(e.At, AmbiguousFunctionCall, "%s", err.Message)
		return types.Type{}
	default:
		c.report(e.At, FunctionNotFound, "%s", err)
		return types.Type{}
	}
	switch {
	case e.Filter != nil && e.Over != nil:
		c.report(c.sel.at(e), NotSupported, "FILTER is not yet supported for window functions")
	case kind == functions.Scalar && e.Over != nil:
		c.report(c.sel.at(e), FunctionNotWindow, "Not a window function: %s", name)
	case kind == functions.Scalar && len(e.OrderBy) > 0:
		c.report(e.At, FunctionNotAggregate, "ORDER BY is only valid for aggregation functions")
	case kind != functions.Aggregate && e.Filter != nil:
		c.report(e.At, FunctionNotAggregate, "Filter is only valid for aggregation functions")
	case kind == functions.Window && e.Over == nil && c.sel != nil:
		c.sel.missingOver = append(c.sel.missingOver, e) // said after aggregation was judged
	}
	c.sortedArguments(e)
	if e.Distinct {
		for _, a := range args {
			if !a.Lambda && !a.Type.Comparable() {
				return c.mismatch(e.At, "DISTINCT can only be applied to comparable types (actual: %s)", a.Type)
			}
		}
	}
	for i := range resolved.Params {
		if i < len(passed) && !args[i].Lambda {
			c.coerce(passed[i].Value, resolved.Params[i])
		}
	}
	c.notes[e] = note{call: resolved.Overload}
	if window != nil {
		c.windowFrame(e, name, window, s)
	}
	return resolved.Return
}

// at is where Trino places what it says of a whole SELECT.
func (s *selection) at(e ast.Expr) ast.Span {
	if s != nil && s.node != nil {
		return s.node.At
	}
	return e.Span()
}

// callForm complains of clauses that the kind of function does not take.
func (c *checker) callForm(e *ast.Call, name string, kind functions.Kind) bool {
	switch {
	case e.StarOf != nil && c.pattern == nil:
		c.report(e.StarOf.Span(), InvalidFunctionArgument, "label.* syntax is only supported as the only argument of row pattern count function")
		return false
	case e.Over != nil && len(e.OrderBy) > 0 && kind == functions.Window:
		c.report(e.At, NotSupported, "Only aggregation window functions with ORDER BY are supported")
		return false
	case e.Mode != "" && c.pattern != nil && c.pattern.define && e.Mode == "final":
		c.report(e.At, "INVALID_PROCESSING_MODE", "FINAL semantics is not supported in DEFINE clause")
		return false
	case e.Mode != "" && c.pattern == nil:
		c.report(e.At, "INVALID_PROCESSING_MODE", "%s semantics is not supported out of pattern recognition context", e.Mode)
		return false
	}
	switch {
	case kind != functions.Aggregate && e.Distinct && e.Over == nil:
		c.report(e.At, FunctionNotAggregate, "DISTINCT is not supported for non-aggregation functions")
		return false
	}
	return true
}

// arguments types what is not a lambda.
func (c *checker) arguments(e *ast.Call, s *Scope) (args []functions.Arg, ok bool) {
	ok = true
	if len(e.Args) == 0 {
		return nil, true
	}
	args = make([]functions.Arg, len(e.Args))
	for i, a := range e.Args {
		if _, lambda := strip(a.Value).(*ast.Lambda); lambda {
			args[i].Lambda = true
			continue
		}
		args[i].Type = c.expr(a.Value, s)
		ok = ok && args[i].Type.Valid()
	}
	return args, ok
}

func (c *checker) callOrderBy(e *ast.Call, s *Scope) {
	for _, items := range [2][]*ast.SortItem{e.OrderBy, e.Within} {
		for _, item := range items {
			c.expr(item.Expr, s)
		}
	}
}

// sortedArguments: what an aggregate's ORDER BY sorts by must have an order, and with DISTINCT be one
// of the arguments.
func (c *checker) sortedArguments(e *ast.Call) {
	for _, items := range [2][]*ast.SortItem{e.OrderBy, e.Within} {
		for _, item := range items {
			t := c.notes[item.Expr].typ
			if !t.Orderable() {
				c.mismatch(e.At, "ORDER BY can only be applied to orderable types (actual: %s)", t)
			}
			if e.Distinct && t.Valid() && !c.isArgument(e, item.Expr) {
				c.report(place(item.Expr), ExpressionNotInDistinct, "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments")
			}
		}
	}
}

func (c *checker) isArgument(e *ast.Call, x ast.Expr) bool {
	for _, a := range e.Args {
		if c.same(a.Value, x) {
			return true
		}
	}
	return false
}

// listaggArgs are the arguments that LISTAGG's clauses stand for.
func listaggArgs(args []functions.Arg) []functions.Arg {
	if len(args) == 1 {
		args = append(args, functions.Arg{Type: varchar})
	}
	return append(args, functions.Arg{Type: boolean}, functions.Arg{Type: varchar}, functions.Arg{Type: boolean})
}

// lambda types the body of a lambda whose parameters have these types.
func (c *checker) lambda(e ast.Expr, params []types.Type, s *Scope) types.Type {
	l := strip(e).(*ast.Lambda)
	if len(l.Params) != len(params) {
		c.report(l.At, InvalidParameterUsage, "Expected a lambda that takes %d argument(s) but got %d", len(params), len(l.Params))
		return types.Type{}
	}
	scope := &Scope{parent: s, lambda: true}
	for i, p := range l.Params {
		scope.cols = append(scope.cols, &Column{Name: p.Name, key: lower(p.Name), Type: params[i]})
	}
	mark, pm := len(c.found), len(c.problems)
	c.inLambda++
	t := c.expr(l.Body, scope)
	c.inLambda--
	c.forbid(l.Body, "Lambda expression", mark, pm)
	if len(c.problems) > pm {
		return types.Type{}
	}
	c.set(l, types.FunctionOf(params, t))
	return t
}

// concat is ||, which is the function concat placed at its operator.
func (c *checker) concat(e *ast.Binary, l, r types.Type) types.Type {
	call, err := functions.Resolve(c.session.Functions.Lookup("concat"), []functions.Arg{{Type: l}, {Type: r}}, nil)
	switch err := err.(type) {
	case nil:
	case *functions.AmbiguousError:
		c.report(place(e), AmbiguousFunctionCall, "%s", err.Message)
		return types.Type{}
	default:
		c.report(place(e), FunctionNotFound, "%s", err)
		return types.Type{}
	}
	c.coerce(e.L, call.Params[0])
	c.coerce(e.R, call.Params[1])
	return call.Return
}

// position is POSITION(a IN b), which is strpos(b, a).
func (c *checker) position(e *ast.Call, s *Scope) types.Type {
	a, b := c.expr(e.Args[0].Value, s), c.expr(e.Args[1].Value, s)
	if a.Valid() && b.Valid() {
		call, err := functions.Resolve(c.session.Functions.Lookup("strpos"), []functions.Arg{{Type: b}, {Type: a}}, nil)
		if err != nil {
			c.report(e.At, FunctionNotFound, "%s", err)
			return c.set(e, types.Type{})
		}
		c.notes[e] = note{call: call.Overload}
	}
	return c.set(e, bigint)
}

// overlay is OVERLAY(s PLACING r FROM n [FOR m]): at most as long as both texts.
func (c *checker) overlay(e *ast.Call, s *Scope) types.Type {
	args, ok := c.arguments(e, s)
	if !ok {
		return types.Type{}
	}
	for _, a := range args[:2] {
		if !a.Type.IsText() && a.Type.Kind() != types.Unknown {
			c.report(e.At, FunctionNotFound, "Unexpected parameters (%s, %s) for function overlay", args[0].Type, args[1].Type)
			return types.Type{}
		}
	}
	length := 0
	for _, a := range args[:2] {
		if a.Type.IsText() {
			length += a.Type.Length()
		}
	}
	return types.VarcharOf(length)
}

func (c *checker) argumentTypes(e *ast.Call, s *Scope) []ast.Expr {
	exprs := make([]ast.Expr, len(e.Args))
	for i, a := range e.Args {
		exprs[i] = a.Value
		c.expr(a.Value, s)
	}
	return exprs
}

func (c *checker) coalesce(e *ast.Call, s *Scope) types.Type {
	exprs := c.argumentTypes(e, s)
	if len(exprs) < 2 {
		c.report(e.At, SyntaxError, "The 'coalesce' function must have at least two arguments")
		return types.Type{}
	}
	t, _ := c.common(exprs, "All COALESCE operands")
	return t
}

func (c *checker) ifOf(e *ast.Call, s *Scope) types.Type {
	if len(e.Args) < 2 || len(e.Args) > 3 {
		c.report(e.At, SyntaxError, "Invalid number of arguments for 'if' function")
		return types.Type{}
	}
	c.condition(e.Args[0].Value, s, "IF condition must evaluate to a boolean (actual: %s)")
	t := c.expr(e.Args[1].Value, s)
	if len(e.Args) == 2 {
		return t
	}
	u := c.expr(e.Args[2].Value, s)
	super, ok := types.Super(t, u)
	if !ok {
		return c.mismatch(e.At, "Result types for IF must be the same: %s vs %s", t, u)
	}
	c.coerce(e.Args[1].Value, super)
	c.coerce(e.Args[2].Value, super)
	return super
}

func (c *checker) nullIf(e *ast.Call, s *Scope) types.Type {
	exprs := c.argumentTypes(e, s)
	if len(exprs) != 2 {
		c.report(e.At, SyntaxError, "Invalid number of arguments for 'nullif' function")
		return types.Type{}
	}
	t, u := c.notes[exprs[0]].typ, c.notes[exprs[1]].typ
	if _, ok := types.Comparison(t, u, false); !ok {
		return c.mismatch(e.At, "Types are not comparable with NULLIF: %s vs %s", t, u)
	}
	return t // the comparison turns both sides, the result keeps the first's type
}

func (c *checker) try(e *ast.Call, s *Scope) types.Type {
	exprs := c.argumentTypes(e, s)
	if len(exprs) != 1 {
		c.report(e.At, SyntaxError, "The 'try' function must have exactly one argument")
		return types.Type{}
	}
	return c.notes[exprs[0]].typ
}

func (c *checker) format(e *ast.Call, s *Scope) types.Type {
	exprs := c.argumentTypes(e, s)
	if len(exprs) < 2 {
		c.report(e.At, SyntaxError, "The 'format' function must have at least two arguments")
		return types.Type{}
	}
	if t := c.notes[exprs[0]].typ; t.Kind() != types.Varchar && t.Valid() {
		return c.mismatch(place(exprs[0]), "Type of first argument to format() must be VARCHAR (actual: %s)", t)
	}
	for _, x := range exprs[1:] {
		if t := c.notes[x].typ; t.Kind() != types.JSON && !types.CanCast(t, varchar) {
			c.report(place(x), NotSupported, "Type not supported for formatting: %s", t)
			return types.Type{}
		}
	}
	return varchar
}

// maxIntegerGrouping is how many arguments of GROUPING fit an integer's bits.
const maxIntegerGrouping = 31

func (c *checker) grouping(e *ast.Call, s *Scope) types.Type {
	c.found = append(c.found, foundCall{e, groupingCall, c.aggregate})
	for _, a := range e.Args {
		c.expr(a.Value, s)
	}
	if len(e.Args) > maxIntegerGrouping {
		return bigint
	}
	return integer
}
