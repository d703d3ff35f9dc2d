package check

import (
	"encoding/json"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// inlineFunctions judges those of WITH FUNCTION in order; each may call those before it.
func (c *checker) inlineFunctions(list []*ast.FunctionSpec) {
	for _, f := range list {
		if len(f.Name.Parts) > 1 {
			c.report(f.At, SyntaxError, "Inline function names cannot be qualified: %s", nameText(f.Name))
			return
		}
		for _, ch := range f.Characteristics {
			if strings.HasPrefix(ch.Kind, "security") {
				c.report(ch.At, NotSupported, "Security mode not supported for inline functions")
				return
			}
		}
		pm := len(c.problems)
		o := c.routine(f)
		if len(c.problems) > pm || o == nil {
			return
		}
		if c.inline == nil {
			c.inline = map[string][]*functions.Overload{}
			c.routines = map[*functions.Overload]*ast.FunctionSpec{}
		}
		c.inline[o.Name] = append(c.inline[o.Name], o)
		c.routines[o] = f
	}
}

// routine judges a function and gives its signature; nil when that makes no sense.
func (c *checker) routine(f *ast.FunctionSpec) *functions.Overload {
	r := &routine{checker: c, spec: f}
	if !r.characteristics() {
		return nil
	}
	scope := map[string]types.Type{}
	for _, p := range f.Params {
		if p.Name == nil {
			c.report(p.At, InvalidArguments, "Function parameters must have a name")
			return nil
		}
		name := lower(p.Name.Name)
		if _, twice := scope[name]; twice {
			c.report(p.At, InvalidArguments, "Duplicate function parameter name: %s", name)
			return nil
		}
		scope[name] = types.Type{}
		r.order = append(r.order, name)
	}
	returns, ok := r.typeOf(f.Returns, f.Returns.At, -len("RETURNS "))
	if !ok {
		return nil
	}
	r.returns = returns
	var params []string
	var cols []*Column
	for i, p := range f.Params {
		t, ok := r.typeOf(p.Type, p.At, 0)
		if !ok {
			return nil
		}
		name := r.order[i]
		scope[name] = t
		cols = append(cols, &Column{Name: name, key: name, Type: t})
		params = append(params, t.String())
	}
	name := lower(f.Name.Parts[len(f.Name.Parts)-1].Name)
	row, err := json.Marshal(map[string]any{"function": name, "return_type": returns.String(), "argument_types": strings.Join(params, ", "),
		"function_type": "scalar", "deterministic": !r.nondeterministic})
	if err != nil {
		return nil
	}
	made, err := functions.ReadOnly(row)
	if err != nil { // a type that the registry can not write
		c.report(f.At, NotSupported, "The function %s is not understood by this checker: %s", name, err)
		return nil
	}
	o := made.Lookup(name)[0]
	if f.Body != nil {
		r.name, r.self = name, o
		r.body(frame{scope, map[string]bool{}, &Scope{cols: cols}})
	}
	return o
}

// routine is one function while it is judged.
type routine struct {
	*checker
	spec             *ast.FunctionSpec
	name             string
	self             *functions.Overload
	returns          types.Type
	order            []string // of parameters and variables, as they were declared
	nondeterministic bool     // declared
}

// typeOf reads a type; at is where Trino places that there is none, less by before.
func (r *routine) typeOf(n *ast.TypeName, at ast.Span, before int) (types.Type, bool) {
	t, err := types.FromName(n)
	if err != nil {
		if at.Start > 0 {
			at.Start += int32(before)
		}
		r.report(at, TypeMismatch, "Unknown type: %s", n.Name)
		return types.Type{}, false
	}
	return t, true
}

// characteristics judges the clauses: each at most once, and only those that the language takes.
func (r *routine) characteristics() bool {
	group := map[string]string{"language": "language", "deterministic": "deterministic", "not deterministic": "deterministic",
		"returns null on null input": "null-call", "called on null input": "null-call", "security definer": "security",
		"security invoker": "security", "comment": "comment", "properties": "properties"}
	seen := map[string]*ast.Characteristic{}
	sql := true
	for _, ch := range r.spec.Characteristics {
		g := group[ch.Kind]
		if seen[g] != nil {
			r.report(ch.At, SyntaxError, "Multiple %s clauses specified", g)
			return false
		}
		seen[g] = ch
		switch g {
		case "language":
			sql = strings.EqualFold(ch.Language.Name, "sql")
		case "deterministic":
			r.nondeterministic = ch.Kind != "deterministic"
		}
	}
	switch {
	case sql && r.spec.Definition != nil:
		r.report(r.spec.Definition.At, SyntaxError, "Functions using language 'SQL' must be defined using SQL")
		return false
	case sql && seen["properties"] != nil:
		r.report(seen["properties"].Properties[0].At, "INVALID_FUNCTION_PROPERTY", "Function language 'SQL' does not support properties")
		return false
	case !sql && r.spec.Body != nil:
		r.report(r.spec.Body.Span(), SyntaxError, "Only functions using language 'SQL' may be defined using SQL")
		return false
	case !sql && seen["security"] != nil:
		r.report(seen["security"].At, NotSupported, "Only functions using language 'SQL' may declare security")
		return false
	}
	return true
}

// body judges what the function does.
func (r *routine) body(f frame) {
	if b, ok := r.spec.Body.(*ast.Block); ok {
		last := ast.Control(nil)
		if n := len(b.Body); n > 0 {
			last = b.Body[n-1]
		}
		if _, ok := last.(*ast.ReturnControl); !ok {
			r.report(b.At, "MISSING_RETURN", "Function must end in a RETURN statement")
			return
		}
	}
	pm := len(r.problems)
	r.control(r.spec.Body, f)
	if len(r.problems) > pm {
		return
	}
	random := false
	ast.Walk(r.spec.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok {
			if o := r.notes[call].call; o != nil && !o.Deterministic {
				random = true
			}
		}
		return true
	})
	switch {
	case random && !r.nondeterministic:
		r.report(r.spec.At, InvalidArguments, "Non-deterministic function declared DETERMINISTIC")
	case !random && r.nondeterministic:
		r.report(r.spec.At, InvalidArguments, "Deterministic function declared NOT DETERMINISTIC")
	}
}

// frame is what is declared at one place.
type frame struct {
	variables map[string]types.Type
	labels    map[string]bool
	scope     *Scope // the variables, those of one declaration below those before it
}

func (f frame) inner() frame {
	in := frame{make(map[string]types.Type, len(f.variables)), make(map[string]bool, len(f.labels)), f.scope}
	for k, v := range f.variables {
		in.variables[k] = v
	}
	for k := range f.labels {
		in.labels[k] = true
	}
	return in
}

func (r *routine) controls(list []ast.Control, f frame) {
	for _, s := range list {
		r.control(s, f)
	}
}

func (r *routine) control(s ast.Control, f frame) {
	switch s := s.(type) {
	case *ast.ReturnControl:
		r.mustBe(s.Value, f, r.returns, "Value of RETURN")
	case *ast.SetControl:
		t, ok := f.variables[lower(s.Name.Name)]
		if !ok {
			r.report(s.Name.At, NotFound, "Variable cannot be resolved: %s", s.Name.Name).Hint = didYouMean(nearest(lower(s.Name.Name), r.order))
			return
		}
		r.mustBe(s.Value, f, t, "Value of SET '"+s.Name.Name+"'")
	case *ast.JumpControl:
		if !f.labels[lower(s.Label.Name)] {
			r.report(s.Label.At, NotFound, "Label not defined: %s", s.Label.Name)
		}
	case *ast.IfControl:
		for i, b := range s.Branches {
			what := "Condition of ELSEIF clause"
			if i == 0 {
				what = "Condition of IF statement"
			}
			r.mustBe(b.Cond, f, boolean, what)
			r.controls(b.Body, f)
		}
		r.controls(s.Else, f)
	case *ast.CaseControl:
		r.caseControl(s, f)
	case *ast.Block:
		r.block(s, f)
	case *ast.Loop:
		in := f.inner()
		if s.Label != nil {
			if name := lower(s.Label.Name); in.labels[name] {
				r.report(s.Label.At, AlreadyExists, "Label already declared in this scope: %s", s.Label.Name)
			} else {
				in.labels[name] = true
			}
		}
		if s.Cond != nil {
			what := "Condition of WHILE statement"
			if s.Kind == ast.RepeatLoop {
				what = "Condition of REPEAT statement"
			}
			r.mustBe(s.Cond, in, boolean, what)
		}
		r.controls(s.Body, in)
	}
}

func (r *routine) block(b *ast.Block, f frame) {
	in := f.inner()
	own := map[string]bool{}
	for _, d := range b.Declares {
		t, ok := r.typeOf(d.Type, d.At, 0)
		if !ok {
			return
		}
		if d.Default != nil {
			r.mustBe(d.Default, in, t, "Value of DEFAULT")
		}
		cols := make([]*Column, 0, len(d.Names))
		for _, id := range d.Names {
			name := lower(id.Name)
			if _, outer := in.variables[name]; outer || own[name] {
				r.report(id.At, AlreadyExists, "Variable already declared in this scope: %s", id.Name)
				return
			}
			own[name] = true
			in.variables[name] = t
			r.order = append(r.order, name)
			cols = append(cols, &Column{Name: name, key: name, Type: t})
		}
		in.scope = &Scope{cols: cols, parent: in.scope}
	}
	r.controls(b.Body, in)
}

func (r *routine) caseControl(s *ast.CaseControl, f frame) {
	var operand types.Type
	if s.Operand != nil {
		operand = r.value(s.Operand, f)
	}
	for _, b := range s.Branches {
		if s.Operand == nil {
			r.mustBe(b.Cond, f, boolean, "Condition of WHEN clause")
			continue
		}
		t := r.value(b.Cond, f)
		if _, ok := types.Super(operand, t); !ok {
			r.mismatch(place(b.Cond), "WHEN clause value must evaluate to CASE value type %s (actual: %s)", operand, t)
		}
	}
	for _, b := range s.Branches {
		r.controls(b.Body, f)
	}
	r.controls(s.Else, f)
}

func (r *routine) mustBe(e ast.Expr, f frame, want types.Type, what string) {
	t := r.value(e, f)
	if !types.CanCoerce(t, want) {
		r.mismatch(place(e), "%s must evaluate to %s (actual: %s)", what, want, t)
		return
	}
	r.coerce(e, want)
}

// value types an expression over the variables; no query may stand in it.
func (r *routine) value(e ast.Expr, f frame) types.Type {
	if q := subqueryIn(e); q != nil {
		r.report(holder(e, q), NotSupported, "Queries are not allowed in functions")
		return types.Type{}
	}
	found, sel, calling := r.found, r.sel, r.calling
	r.found, r.sel, r.calling, r.routineAt = nil, &selection{}, r.self, r.spec.At
	t := r.expr(e, f.scope)
	if len(r.found) > 0 { // the server finds these when it compiles the function
		r.late = append(r.late, r.notScalar(e, "A function", r.found))
	}
	r.found, r.sel, r.calling = found, sel, calling
	return t
}

// resolveInline looks among the functions of WITH FUNCTION first, as the engine's path does.
func (c *checker) resolveInline(e *ast.Call, name string, args []functions.Arg) (functions.Call, error) {
	if len(e.Name.Parts) > 1 {
		return functions.Call{}, nil
	}
	list := c.inlineNamed(name)
	if len(list) == 0 {
		return functions.Call{}, nil
	}
	return functions.Resolve(list, args, func(int, []types.Type) types.Type { return types.Type{} })
}

// inlineNamed gives the functions of WITH FUNCTION of one name, the one whose body is being judged among
// them: it may not be called, but hides others.
func (c *checker) inlineNamed(name string) []*functions.Overload {
	list := c.inline[name]
	if c.calling != nil && c.calling.Name == name {
		list = append(append([]*functions.Overload(nil), list...), c.calling)
	}
	return list
}

// namedOrder gives the index of the argument that is passed for each parameter, nil where all are passed
// by position. Only functions of WITH FUNCTION have names, which are compared letter by letter.
func (c *checker) namedOrder(e *ast.Call, name string) (order []int, ok bool) {
	named := false
	for _, a := range e.Args {
		named = named || a.Name != nil
	}
	if !named {
		return nil, true
	}
	named = false
	for _, a := range e.Args {
		if a.Name == nil && named {
			c.report(a.At, InvalidFunctionArgument, "Positional arguments cannot follow named arguments")
			return nil, false
		}
		named = a.Name != nil
	}
	seen := map[string]bool{}
	for _, a := range e.Args {
		switch {
		case a.Name == nil:
			continue
		case seen[a.Name.Name]:
			c.report(a.At, InvalidFunctionArgument, "Duplicate named argument: %s", a.Name.Name)
			return nil, false
		}
		seen[a.Name.Name] = true
		known := false
		for _, o := range c.inline[name] {
			known = known || c.parameter(o, a.Name.Name) >= 0
		}
		if !known || len(e.Name.Parts) > 1 {
			c.report(a.At, InvalidFunctionArgument, "No argument named %s for function %s", a.Name.Name, name)
			return nil, false
		}
	}
	for _, o := range c.inline[name] {
		if order := c.parameterOrder(o, e.Args); order != nil {
			return order, true
		}
	}
	c.report(e.At, InvalidFunctionArgument, "No overload of function %s accepts the given named arguments", name)
	return nil, false
}

// parameter is the index of a parameter's name, -1 without one.
func (c *checker) parameter(o *functions.Overload, name string) int {
	for i, p := range c.routines[o].Params {
		if p.Name != nil && p.Name.Name == name {
			return i
		}
	}
	return -1
}

// parameterOrder matches arguments with all parameters of an overload, nil where they do not match.
func (c *checker) parameterOrder(o *functions.Overload, args []*ast.Arg) []int {
	params := c.routines[o].Params
	if len(params) != len(args) {
		return nil
	}
	order := make([]int, len(params))
	for i := range order {
		order[i] = -1
	}
	for i, a := range args {
		at := i
		if a.Name != nil {
			at = c.parameter(o, a.Name.Name)
		}
		if at < 0 || order[at] >= 0 {
			return nil
		}
		order[at] = i
	}
	return order
}
