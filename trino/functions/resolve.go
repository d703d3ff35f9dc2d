package functions

import (
	"fmt"
	"sort"
	"strings"

	"github.com/limn-data/limn/trino/types"
)

// Arg is an argument of a call: a typed expression, or a lambda that is typed later, when the types
// of its parameters are known.
type Arg struct {
	Type   types.Type
	Lambda bool
}

// Call is a resolved call.
type Call struct {
	*Overload
	Params []types.Type // what each argument is turned into; function types for lambdas
	Return types.Type
}

// LambdaTyper types the body of the i-th argument, a lambda, whose parameters have these types. It
// may be called more than once for one lambda; the last call counts. An invalid type stops resolution
// without a complaint of ours, since the typer has reported one.
type LambdaTyper func(i int, params []types.Type) types.Type

// NotFoundError says that the function exists but not for these arguments.
type NotFoundError struct{ Message string }

func (e *NotFoundError) Error() string { return e.Message }

// AmbiguousError says that several overloads fit equally well.
type AmbiguousError struct{ Message string }

func (e *AmbiguousError) Error() string { return e.Message }

const maxVars = 8

// binding holds what variables stand for while one overload is tried. Precision, scale and length
// are kept as one number a variable; -1 is unbound.
type binding struct {
	typ  [maxVars]types.Type
	long [maxVars]int32
}

func newBinding() binding {
	var b binding
	for i := range b.long {
		b.long[i] = -1
	}
	return b
}

// Resolve finds the overload of a lower-case name for these arguments. The caller has made sure that
// the name exists (Lookup). Errors are *NotFoundError and *AmbiguousError.
func Resolve(overloads []*Overload, args []Arg, lambda LambdaTyper) (Call, error) {
	for _, generic := range [2]bool{false, true} {
		for _, o := range overloads {
			if o.generic != generic {
				continue
			}
			b := newBinding()
			if o.bind(&b, args, false) {
				// An empty call may fit two variadics at once: concat() is text or bytes.
				if o.variadic && len(args) == 0 {
					break
				}
				return o.finish(&b, args, lambda, false)
			}
		}
	}
	var fits [16]fit
	n := 0
	for _, o := range overloads {
		b := newBinding()
		if n < len(fits) && o.bind(&b, args, true) {
			fits[n] = fit{o, b}
			n++
		}
	}
	switch n {
	case 0:
		return Call{}, notFound(overloads, args)
	case 1:
		return fits[0].o.finish(&fits[0].b, args, lambda, true)
	}
	best := fits[:n]
	if len(args) > 0 {
		best = mostSpecific(fits[:n], args)
	}
	if len(best) > 1 {
		return Call{}, ambiguous(best, args)
	}
	return best[0].o.finish(&best[0].b, args, lambda, true)
}

type fit struct {
	o *Overload
	b binding
}

// mostSpecific keeps the overloads that no other is more specific than. Where NULLs leave several,
// one that turns nothing but the NULLs wins, and then any of those with one result type.
func mostSpecific(fits []fit, args []Arg) []fit {
	best := representatives(fits, len(args))
	if len(best) == 1 {
		return best
	}
	null := false
	for _, a := range args {
		if a.Lambda {
			return best
		}
		null = null || a.Type.Kind() == types.Unknown
	}
	if !null {
		return best
	}
	var onlyNulls []fit
	for _, f := range fits {
		if f.turnsOnlyNulls(args) {
			onlyNulls = append(onlyNulls, f)
		}
	}
	if len(onlyNulls) > 0 {
		best = onlyNulls
	}
	if len(best) > 1 {
		same := true
		for _, f := range best[1:] {
			same = same && f.resultType().Equal(best[0].resultType())
		}
		if same {
			return best[:1]
		}
	}
	return best
}

func representatives(fits []fit, n int) []fit {
	var kept []fit
next:
	for _, f := range fits {
		for i := range kept {
			if f.moreSpecific(&kept[i], n) {
				kept[i] = f
				continue next
			}
			if kept[i].moreSpecific(&f, n) {
				continue next
			}
		}
		kept = append(kept, f)
	}
	return kept
}

// moreSpecific reports whether g would take f's parameter types as arguments.
func (f *fit) moreSpecific(g *fit, n int) bool {
	args := make([]Arg, n)
	for i := range args {
		p := f.o.param(i)
		args[i] = Arg{Lambda: p.kind == types.Function}
		if !args[i].Lambda {
			args[i].Type = f.o.substitute(p, &f.b)
		}
	}
	b := newBinding()
	return g.o.bind(&b, args, true)
}

func (f *fit) turnsOnlyNulls(args []Arg) bool {
	for i, a := range args {
		if a.Type.Kind() != types.Unknown && !f.o.substitute(f.o.param(i), &f.b).Equal(a.Type) {
			return false
		}
	}
	return true
}

func (f *fit) resultType() types.Type {
	b := f.b
	return f.o.resultOf(&b)
}

// param is the pattern of the i-th argument; a variadic overload repeats its last one.
func (o *Overload) param(i int) *pattern {
	if i >= len(o.params) {
		i = len(o.params) - 1
	}
	return &o.params[i]
}

func (o *Overload) takes(n int) bool {
	// With nothing to tell what a type variable stands for, an empty call does not fit.
	return n == len(o.params) || o.variadic && n >= len(o.params)-1 && (n > 0 || !o.generic)
}

// bind matches arguments with parameters and binds the variables. Lambdas fit any function type here.
func (o *Overload) bind(b *binding, args []Arg, coerce bool) bool {
	if !o.takes(len(args)) {
		return false
	}
	for i := range args {
		p := o.param(i)
		if args[i].Lambda != (p.kind == types.Function) {
			return false
		}
		if !args[i].Lambda && !o.match(p, args[i].Type, b, coerce) {
			return false
		}
	}
	if !coerce {
		return o.satisfied(b)
	}
	// A later argument may have widened a variable: every argument must turn into what came out.
	for i := range args {
		if !args[i].Lambda && !types.CanCoerce(args[i].Type, o.substitute(o.param(i), b)) {
			return false
		}
	}
	return o.satisfied(b)
}

func (o *Overload) satisfied(b *binding) bool {
	for i, limit := range o.limits {
		switch {
		case limit == mustCompare && !b.typ[i].Comparable(), limit == mustOrder && !b.typ[i].Orderable():
			return false
		}
	}
	return true
}

func (o *Overload) match(p *pattern, t types.Type, b *binding, coerce bool) bool {
	switch {
	case !t.Valid():
		return true
	case p.fixed.Valid():
		return p.fixed.Equal(t) || coerce && types.CanCoerce(t, p.fixed)
	case p.kind == types.Invalid:
		bound := b.typ[p.tvar]
		if !bound.Valid() {
			b.typ[p.tvar] = t
			return true
		}
		if !coerce {
			return bound.Equal(t)
		}
		super, ok := types.Super(bound, t)
		if ok {
			b.typ[p.tvar] = super
		}
		return ok
	case t.Kind() == types.Unknown:
		return coerce
	case len(p.elems) > 0:
		if t.Kind() != p.kind || t.NumElems() != len(p.elems) {
			return false
		}
		for i := range p.elems {
			if !o.match(&p.elems[i], t.Elem(i), b, coerce) {
				return false
			}
		}
		return true
	}
	if t.Kind() != p.kind {
		if !coerce {
			return false
		}
		rebased, ok := types.Rebase(t, p.kind)
		if !ok {
			return false
		}
		t = rebased
	}
	if coerce && o.bound(p, b) {
		super, ok := types.Super(o.substitute(p, b), t)
		if !ok {
			return false
		}
		for i, v := range p.vars {
			if v >= 0 {
				b.long[v] = parameter(super, i)
			}
		}
		return true
	}
	for i, v := range p.vars {
		n := parameter(t, i)
		if v < 0 { // a constant, or no such parameter
			if i == 0 && n != p.num[0] && (!coerce || n > p.num[0]) {
				return false
			}
			continue
		}
		if b.long[v] >= 0 && b.long[v] != n {
			return false
		}
		b.long[v] = n
	}
	return true
}

func parameter(t types.Type, i int) int32 {
	if i == 0 {
		return int32(t.Precision()) // the length of text is kept in the same place
	}
	return int32(t.Scale())
}

func (o *Overload) bound(p *pattern, b *binding) bool {
	return p.vars[0] >= 0 && b.long[p.vars[0]] >= 0
}

// unboundNumbers is what length variables stand for when only NULL was given.
var unboundNumbers = map[types.Kind][2]int32{types.Decimal: {1, 0}, types.Time: {3}, types.TimeTZ: {3}, types.Timestamp: {3}, types.TimestampTZ: {3}}

// substitute gives the type of a pattern under a binding; unbound type variables are unknown.
func (o *Overload) substitute(p *pattern, b *binding) types.Type {
	switch {
	case p.fixed.Valid():
		return p.fixed
	case p.kind == types.Invalid:
		if t := b.typ[p.tvar]; t.Valid() {
			return t
		}
		return types.Of(types.Unknown)
	}
	switch p.kind {
	case types.Array:
		return types.ArrayOf(o.substitute(&p.elems[0], b))
	case types.Map:
		return types.MapOf(o.substitute(&p.elems[0], b), o.substitute(&p.elems[1], b))
	case types.QDigest:
		return types.QDigestOf(o.substitute(&p.elems[0], b))
	case types.Row:
		fields := make([]types.Field, len(p.elems))
		for i := range p.elems {
			fields[i].Type = o.substitute(&p.elems[i], b)
		}
		return types.RowOf(fields)
	case types.Function:
		params := make([]types.Type, len(p.elems))
		for i := range p.elems {
			params[i] = o.substitute(&p.elems[i], b)
		}
		return types.FunctionOf(params[:len(params)-1], params[len(params)-1])
	}
	n := p.num
	for i, v := range p.vars {
		if v >= 0 {
			if n[i] = b.long[v]; n[i] < 0 {
				n[i] = unboundNumbers[p.kind][i]
			}
		}
	}
	switch p.kind {
	case types.Decimal:
		return types.DecimalOf(int(n[0]), int(n[1]))
	case types.Varchar:
		return types.VarcharOf(int(n[0]))
	case types.Char:
		return types.CharOf(int(n[0]))
	}
	return types.TemporalOf(p.kind, int(n[0]))
}

func (o *Overload) resultOf(b *binding) types.Type {
	if o.result.fixed.Valid() {
		return o.result.fixed
	}
	if o.calculate != nil {
		for i := range o.longVars {
			if b.long[i] < 0 {
				b.long[i] = 0
			}
		}
		o.calculate(b.long[:])
	}
	return o.substitute(&o.result, b)
}

// maxRounds bounds how often lambdas are typed again because a result widened a variable.
const maxRounds = 4

// finish types the lambdas in order, binds what they give back, and makes the call.
func (o *Overload) finish(b *binding, args []Arg, lambda LambdaTyper, coerced bool) (Call, error) {
	for round := 0; round < maxRounds; round++ {
		widened := false
		for i := range args {
			if !args[i].Lambda {
				continue
			}
			p := o.param(i)
			last := len(p.elems) - 1
			params := make([]types.Type, last)
			for j := range params {
				params[j] = o.substitute(&p.elems[j], b)
			}
			result := lambda(i, params)
			if !result.Valid() {
				return Call{Overload: o}, nil
			}
			before := o.substitute(&p.elems[last], b)
			if p.elems[last].kind == types.Invalid && !b.typ[p.elems[last].tvar].Valid() {
				b.typ[p.elems[last].tvar] = result
			} else if !before.Equal(result) { // what a lambda gives back is not turned into anything
				if p.elems[last].fixed.Valid() {
					return Call{}, notFound([]*Overload{o}, args)
				}
				if !o.match(&p.elems[last], result, b, true) {
					return Call{}, notFound([]*Overload{o}, args)
				}
				widened = !o.substitute(&p.elems[last], b).Equal(before)
			}
		}
		if !widened {
			break
		}
		if round == maxRounds-1 { // each result is wider than the last: reduce(a, 0, (s, x) -> s + 1.5, …)
			return Call{}, notFound([]*Overload{o}, args)
		}
	}
	if !o.satisfied(b) {
		return Call{}, notFound([]*Overload{o}, args)
	}
	c := Call{Overload: o}
	if len(args) > 0 {
		c.Params = make([]types.Type, len(args))
		for i := range args {
			if !coerced && !args[i].Lambda {
				c.Params[i] = args[i].Type
				continue
			}
			c.Params[i] = o.substitute(o.param(i), b)
		}
	}
	c.Return = o.resultOf(b)
	return c, nil
}

func notFound(overloads []*Overload, args []Arg) error {
	signatures := make([]string, len(overloads))
	for i, o := range overloads {
		signatures[i] = o.Signature()
	}
	sort.Strings(signatures)
	name := ""
	if len(overloads) > 0 {
		name = overloads[0].Name
	}
	return &NotFoundError{fmt.Sprintf("Unexpected parameters (%s) for function %s. Expected: %s",
		spell(args), name, strings.Join(signatures, ", "))}
}

func ambiguous(fits []fit, args []Arg) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Could not choose a best candidate operator. Explicit type casts must be added.\nActual types: (%s)\nCandidates are:\n", spell(args))
	for _, f := range fits {
		params := make([]string, len(args))
		for i := range args {
			params[i] = f.o.substitute(f.o.param(i), &f.b).Signature()
		}
		fmt.Fprintf(&b, "\t * (%s):%s\n", strings.Join(params, ","), f.resultType().Signature())
	}
	return &AmbiguousError{b.String()}
}

func spell(args []Arg) string {
	parts := make([]string, len(args))
	for i, a := range args {
		if a.Lambda {
			parts[i] = "<function>"
		} else {
			parts[i] = a.Type.Signature()
		}
	}
	return strings.Join(parts, ", ")
}
