package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

var (
	boolean = types.Of(types.Boolean)
	bigint  = types.Of(types.Bigint)
	integer = types.Of(types.Integer)
	varchar = types.Of(types.Varchar)
	null    = types.Of(types.Unknown)
)

// intValue reads an integer literal; plain digits, the common case, without allocating.
func intValue(text string) (int64, bool) {
	if len(text) < 18 {
		n := int64(0)
		for i := 0; i < len(text); i++ {
			d := text[i] - '0'
			if d > 9 {
				v, err := parse.Integer(text)
				return v, err == nil
			}
			n = n*10 + int64(d)
		}
		return n, true
	}
	v, err := parse.Integer(text)
	return v, err == nil
}

// expr gives the type of an expression and notes it. An invalid type means that a problem was
// reported below; nothing more is said of what depends on it.
func (c *checker) expr(e ast.Expr, s *Scope) types.Type {
	switch e := e.(type) {
	case *ast.Paren:
		t := c.expr(e.X, s)
		n := c.notes[e.X]
		c.notes[e] = note{typ: t, ref: n.ref}
		return t
	case *ast.Ident:
		return c.ident(e, s)
	case *ast.Deref:
		return c.deref(e, s)
	case *ast.NullLit:
		return c.set(e, null)
	case *ast.BoolLit:
		return c.set(e, boolean)
	case *ast.StringLit:
		return c.set(e, types.VarcharOf(len([]rune(e.Value))))
	case *ast.BinaryLit:
		return c.set(e, types.Of(types.Varbinary))
	case *ast.IntLit:
		if n, ok := intValue(e.Text); ok && n == int64(int32(n)) {
			return c.set(e, integer)
		}
		return c.set(e, bigint)
	case *ast.DecimalLit:
		return c.set(e, c.decimalLiteral(e, e.Text))
	case *ast.DoubleLit:
		return c.set(e, types.Of(types.Double))
	case *ast.TypedLit:
		return c.set(e, c.typedLiteral(e))
	case *ast.IntervalLit:
		return c.set(e, c.intervalLiteral(e))
	case *ast.Parameter:
		c.parameters++
		return c.set(e, types.Type{})
	case *ast.Current:
		return c.set(e, currentType(e))
	case *ast.Binary:
		return c.set(e, c.binary(e, s))
	case *ast.Compare:
		return c.set(e, c.compare(e, s))
	case *ast.Logical:
		for _, term := range e.Terms {
			c.condition(term, s, "Logical expression term must evaluate to a boolean (actual: %s)")
		}
		return c.set(e, boolean)
	case *ast.Not:
		c.condition(e.X, s, "Value of logical NOT expression must evaluate to a boolean (actual: %s)")
		return c.set(e, boolean)
	case *ast.IsTruth:
		c.condition(e.X, s, "Boolean test value must evaluate to a boolean (actual: %s)")
		return c.set(e, boolean)
	case *ast.IsNull:
		c.expr(e.X, s)
		return c.set(e, boolean)
	case *ast.Between:
		return c.set(e, c.between(e, s))
	case *ast.In:
		return c.set(e, c.in(e, s))
	case *ast.Like:
		c.text(e.X, s, "Left side of LIKE expression must evaluate to a varchar (actual: %s)")
		c.text(e.Pattern, s, "Pattern for LIKE expression must evaluate to a varchar (actual: %s)")
		if e.Escape != nil {
			c.text(e.Escape, s, "Escape for LIKE expression must evaluate to a varchar (actual: %s)")
		}
		return c.set(e, boolean)
	case *ast.Exists:
		c.subquery(e.Query, s, existsUse, e.At, e.At)
		return c.set(e, boolean)
	case *ast.Subquery:
		return c.set(e, c.scalarSubquery(e, s))
	case *ast.Quantified:
		return c.set(e, c.quantified(e, s))
	case *ast.Unary:
		return c.set(e, c.unary(e, s))
	case *ast.Case:
		return c.set(e, c.caseOf(e, s))
	case *ast.CaseOperand:
		return c.set(e, c.operand)
	case *ast.Cast:
		return c.set(e, c.cast(e, s))
	case *ast.Call:
		return c.call(e, s)
	case *ast.Extract:
		return c.set(e, c.extract(e, s))
	case *ast.Array:
		return c.set(e, c.array(e, s))
	case *ast.Row:
		fields := make([]types.Type, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = c.expr(f.Value, s)
		}
		return c.set(e, rowType(e, fields))
	case *ast.Subscript:
		return c.set(e, c.subscript(e, s))
	case *ast.AtTimeZone:
		return c.set(e, c.atTimeZone(e, s))
	case *ast.JSONExists:
		c.jsonPath(e, e.Path, s, "JSON_EXISTS")
		return c.set(e, boolean)
	case *ast.JSONValue:
		return c.set(e, c.jsonValue(e, s))
	case *ast.JSONQuery:
		return c.set(e, c.jsonQuery(e, s))
	case *ast.JSONObject:
		return c.set(e, c.jsonObject(e, s))
	case *ast.JSONArray:
		return c.set(e, c.jsonArray(e, s))
	case *ast.Lambda:
		return c.set(e, c.mismatch(e.At, "Lambda expression should always be used inside a function"))
	case *ast.Measure:
		return c.set(e, c.measure(e, s))
	case *ast.Unique:
		for _, col := range c.subquery(e.Query, s, existsUse, e.At, e.At) {
			if !col.Type.Comparable() {
				c.mismatch(e.At, "Type [%s] must be comparable in order to be used in UNIQUE predicate", col.Type)
				break
			}
		}
		return c.set(e, boolean)
	case *ast.Match:
		c.inSubquery(e.X, e.Query, place(e), e.Query.At, s, false)
		return c.set(e, boolean)
	case *ast.Overlaps:
		c.overlaps(e, s)
		return c.set(e, boolean)
	case *ast.ArrayWildcard:
		if t := c.expr(e.X, s); c.json(e.X, t) {
			return c.accessor(e)
		} else if t.Valid() {
			c.report(place(e), NotSupported, "[*] array wildcard accessor is only allowed over a JSON simplified accessor chain")
		}
		return c.set(e, types.Type{})
	default:
		c.notYet(e, "This expression")
		return c.set(e, types.Type{})
	}
}

func (c *checker) ident(e *ast.Ident, s *Scope) types.Type {
	var buf [1]string
	buf[0] = lower(e.Name)
	col, found, ambiguous := s.resolve(buf[:])
	return c.resolved(e, buf[:], col, found, ambiguous, s)
}

func (c *checker) resolved(e ast.Expr, parts []string, col *Column, found *Scope, ambiguous bool, s *Scope) types.Type {
	switch {
	case ambiguous:
		c.columnAmbiguous(e, parts)
		return c.set(e, types.Type{})
	case col == nil:
		c.columnNotFound(e, parts, s)
		return c.set(e, types.Type{})
	case found.forbidden != "":
		c.report(e.Span(), InvalidColumnReference, "LATERAL reference not allowed in %s JOIN", found.forbidden)
	}
	if found != s {
		c.crossing(e, s, found)
	}
	markRead(col)
	if found.output != nil && found.output.aggregating > 0 {
		found.output.outputRefs = append(found.output.outputRefs, e)
	}
	c.notes[e] = note{typ: col.Type, ref: col}
	return col.Type
}

// crossing notes a name that means a column of an enclosing query.
func (c *checker) crossing(e ast.Expr, s, found *Scope) {
	for x := s; x != found; x = x.parent {
		if x.noOuter {
			c.report(e.Span(), NotSupported, "Reference to column '%s' from outer scope not allowed in this context", spell(e))
			return
		}
		if x.boundary && found.noOuter { // a subquery in ON of an outer join
			c.report(e.Span(), NotSupported, "Reference to column '%s' from outer scope not allowed in this context", spell(e))
			return
		}
		if x.boundary {
			c.outer = append(c.outer, outerRef{e, found, c.subDepth})
			return
		}
	}
}

// deref is a qualified column, or a field of a row.
func (c *checker) deref(e *ast.Deref, s *Scope) types.Type {
	if t, ok := c.labelled(e, s); ok {
		return t
	}
	var buf [4]string
	if parts := nameParts(e, buf[:]); parts != nil {
		col, found, ambiguous := s.resolve(parts)
		if col != nil || ambiguous || !s.prefixed(parts) {
			return c.resolved(e, parts, col, found, ambiguous, s)
		}
	}
	base := c.expr(e.Base, s)
	switch {
	case !base.Valid():
		return c.set(e, base)
	case c.json(e.Base, base):
		return c.accessor(e)
	case base.Kind() != types.Row:
		return c.set(e, c.mismatch(place(e.Base), "Expression %s is not of type ROW", spell(e.Base)))
	}
	i, ambiguous := base.FieldIndex(e.Field.Name)
	switch {
	case ambiguous:
		c.report(e.Field.At, AmbiguousName, "Ambiguous row field reference: %s", e.Field.Name)
		return c.set(e, types.Type{})
	case i < 0:
		names := make([]string, base.NumElems())
		for j := range names {
			names[j] = base.Field(j).Name
		}
		text := e.Field.Name
		if nameParts(e, buf[:]) != nil {
			text = spell(e)
		}
		c.report(place(e.Base), InvalidColumnReference, "Column reference '%s' is invalid", text).Hint = didYouMean(nearest(lower(e.Field.Name), names))
		return c.set(e, types.Type{})
	}
	return c.set(e, base.Elem(i))
}

var arithmetic = [...]types.Op{ast.Add: types.Add, ast.Sub: types.Sub, ast.Mul: types.Mul, ast.Div: types.Div, ast.Mod: types.Mod}

func (c *checker) binary(e *ast.Binary, s *Scope) types.Type {
	l, r := c.expr(e.L, s), c.expr(e.R, s)
	if !l.Valid() || !r.Valid() {
		return types.Type{}
	}
	if e.Op == ast.Concat {
		if l.Kind() == types.Varchar && r.Kind() == types.Varchar {
			return varchar
		}
		return c.concat(e, l, r)
	}
	op := arithmetic[e.Op]
	result, left, right, verdict := types.Arithmetic(op, l, r)
	switch verdict {
	case types.NoSuch:
		return c.cannotApply(place(e), op.String(), l, r)
	case types.Ambiguous:
		c.report(ast.Span{}, AmbiguousFunctionCall, "Could not choose a best candidate operator. Explicit type casts must be added.")
		return types.Type{}
	}
	c.coerce(e.L, left)
	c.coerce(e.R, right)
	return result
}

// common finds the type that all expressions turn into, or complains at the first that does not fit.
func (c *checker) common(exprs []ast.Expr, what string) (types.Type, bool) {
	t := null
	for _, e := range exprs {
		u := c.notes[e].typ
		super, ok := types.Super(t, u)
		if !ok {
			var all []string
			seen := map[string]bool{}
			for _, x := range exprs {
				if text := c.notes[x].typ.String(); !seen[text] {
					seen[text] = true
					all = append(all, text)
				}
			}
			c.mismatch(place(e), "%s must be the same type or coercible to a common type. Cannot find common type between %s and %s, all types (without duplicates): [%s]",
				what, t, u, strings.Join(all, ", "))
			return types.Type{}, false
		}
		t = super
	}
	for _, e := range exprs {
		c.coerce(e, t)
	}
	return t, true
}

// finishParameters complains of placeholders that nobody gives a value to.
func (c *checker) finishParameters(stmt ast.Node) {
	if c.parameters > 0 && !c.session.Parameters {
		c.report(stmt.Span(), InvalidParameterUsage, "Incorrect number of parameters: expected %d but found 0", c.parameters)
	}
}

// json says whether e is a column of type json, or a member of one that was reached without a function.
func (c *checker) json(e ast.Expr, t types.Type) bool {
	return c.accessors[strip(e)] || t.Kind() == types.JSON && c.notes[e].ref != nil && c.pattern == nil
}

// accessor notes a member of a JSON value, as j.a, j.a[1] and j.a[*] have it; it is text.
func (c *checker) accessor(e ast.Expr) types.Type {
	if c.accessors == nil {
		c.accessors = map[ast.Expr]bool{}
	}
	c.accessors[e] = true
	return c.set(e, varchar)
}

// itemMethod gives the type of what a member of a JSON value is turned into by j.a.bigint() and the like.
func itemMethod(name string, args []*ast.Arg) (types.Type, bool) {
	var n []int
	for _, a := range args {
		lit, ok := a.Value.(*ast.IntLit)
		if !ok || a.Name != nil {
			return types.Type{}, false
		}
		v, ok := intValue(lit.Text)
		if !ok || v < 0 || v > 38 {
			return types.Type{}, false
		}
		n = append(n, int(v))
	}
	plain := map[string]types.Kind{"bigint": types.Bigint, "boolean": types.Boolean, "date": types.Date, "integer": types.Integer,
		"number": types.Double, "string": types.Varchar}
	timed := map[string]types.Kind{"time": types.Time, "time_tz": types.TimeTZ, "timestamp": types.Timestamp, "timestamp_tz": types.TimestampTZ}
	if k, ok := plain[name]; ok {
		return types.Of(k), len(n) == 0
	}
	if k, ok := timed[name]; ok && len(n) < 2 {
		return types.TemporalOf(k, append(n, 3)[0]), append(n, 3)[0] <= 12
	}
	if name == "decimal" && len(n) < 3 {
		n = append(n, []int{38, 0}[len(n):]...)
		if n[0] < 1 || n[1] > n[0] {
			return types.Type{}, false
		}
		return types.DecimalOf(n[0], n[1]), true
	}
	return types.Type{}, false
}
