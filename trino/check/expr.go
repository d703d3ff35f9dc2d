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
		c.subquery(e.Query, s)
		return c.set(e, boolean)
	case *ast.Subquery:
		return c.set(e, c.scalarSubquery(e.Query, s))
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
	markRead(col)
	if found.output != nil && found.output.aggregating > 0 {
		c.report(e.Span(), ColumnNotFound, "Invalid reference to output projection attribute from ORDER BY aggregation")
	}
	c.notes[e] = note{typ: col.Type, ref: col}
	return col.Type
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

func (c *checker) condition(e ast.Expr, s *Scope, message string) {
	c.boolean(e, c.expr(e, s), place(e), message)
}

// text wants a varchar or char.
func (c *checker) text(e ast.Expr, s *Scope, message string) {
	t := c.expr(e, s)
	if k := t.Kind(); !t.IsText() && k != types.Unknown && k != types.Invalid {
		c.mismatch(place(e), message, t)
	}
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

// compareSymbol is the operator that Trino resolves for each comparison.
var compareSymbol = [...]string{ast.Eq: "=", ast.Ne: "=", ast.Lt: "<", ast.Le: "<=", ast.Gt: "<", ast.Ge: "<="}

func (c *checker) compare(e *ast.Compare, s *Scope) types.Type {
	l, r := c.expr(e.L, s), c.expr(e.R, s)
	ordered := e.Op >= ast.Lt && e.Op <= ast.Ge
	t, ok := types.Comparison(l, r, ordered)
	switch {
	case ok:
		c.coerce(e.L, t)
		c.coerce(e.R, t)
	case e.Op >= ast.IsDistinctFrom:
		return c.mismatch(place(e), "Cannot check if %s is identical to %s", l, r)
	default:
		return c.cannotApply(place(e), compareSymbol[e.Op], l, r)
	}
	return boolean
}

func (c *checker) between(e *ast.Between, s *Scope) types.Type {
	x, lo, hi := c.expr(e.X, s), c.expr(e.Lo, s), c.expr(e.Hi, s)
	t, ok := types.Super(x, lo)
	if ok {
		t, ok = types.Super(t, hi)
	}
	if !ok || !t.Orderable() {
		return c.mismatch(place(e), "Cannot check if %s is BETWEEN %s and %s", x, lo, hi)
	}
	c.coerce(e.X, t)
	c.coerce(e.Lo, t)
	c.coerce(e.Hi, t)
	return boolean
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

func (c *checker) in(e *ast.In, s *Scope) types.Type {
	if e.Query != nil {
		c.inSubquery(e.X, e.Query, place(e), s, false)
		return boolean
	}
	var buf [16]ast.Expr
	all := append(append(buf[:0], e.X), e.List...)
	for _, x := range all {
		c.expr(x, s)
	}
	if t, ok := c.common(all, "IN value and list items"); ok && !t.Comparable() {
		return c.mismatch(place(e), "Type %s must be comparable in order to be used in an IN expression", t)
	}
	return boolean
}

// inSubquery compares a value, or a row of values, with what a subquery gives.
func (c *checker) inSubquery(x ast.Expr, q *ast.Query, at ast.Span, s *Scope, ordered bool) {
	left := c.expr(x, s)
	cols := c.subquery(q, s)
	if !left.Valid() || cols == nil {
		return
	}
	wanted := left
	if left.Kind() != types.Row {
		wanted = types.RowOf([]types.Field{{Type: left}})
	}
	got := columnsRow(cols)
	t, ok := types.Super(wanted, got)
	if !ok || !t.Comparable() {
		c.mismatch(at, "Value expression and result of subquery must be of the same type: %s vs %s", wanted, got)
	} else if ordered && !t.Orderable() {
		c.mismatch(at, "Type [%s] must be orderable in order to be used in quantified comparison", t)
	}
}

func columnsRow(cols []*Column) types.Type {
	fields := make([]types.Field, len(cols))
	for i, col := range cols {
		if !col.Type.Valid() {
			return types.Type{}
		}
		fields[i] = types.Field{Name: col.Name, Type: col.Type}
	}
	return types.RowOf(fields)
}

func (c *checker) quantified(e *ast.Quantified, s *Scope) types.Type {
	c.inSubquery(e.L, e.Query, place(e), s, e.Op >= ast.Lt && e.Op <= ast.Ge)
	return boolean
}

// subquery judges a query inside an expression.
func (c *checker) subquery(q *ast.Query, s *Scope) []*Column {
	if c.inLambda > 0 {
		c.report(q.At, NotSupported, "Lambda expression cannot contain subqueries")
		return nil
	}
	var names *namedQuery
	if c.sel != nil {
		names = c.sel.names
	}
	aggregate := c.aggregate
	c.aggregate = nil
	cols := c.query(q, s, names)
	c.aggregate = aggregate
	if len(cols) == 0 {
		return nil
	}
	return cols
}

// scalarSubquery has the type of its column, or a row of several.
func (c *checker) scalarSubquery(q *ast.Query, s *Scope) types.Type {
	switch cols := c.subquery(q, s); len(cols) {
	case 0:
		return types.Type{}
	case 1:
		return cols[0].Type
	default:
		return columnsRow(cols)
	}
}

func (c *checker) unary(e *ast.Unary, s *Scope) types.Type {
	t := c.expr(e.X, s)
	switch {
	case !t.Valid() || t.IsNumeric() || t.IsInterval() && e.Minus:
		return t
	case t.Kind() == types.Unknown && e.Minus:
		c.report(ast.Span{}, AmbiguousFunctionCall, "Could not choose a best candidate operator. Explicit type casts must be added.")
		return types.Type{}
	case e.Minus:
		return c.mismatch(e.At, "Cannot negate %s", t)
	}
	return c.mismatch(e.At, "Unary '+' operator cannot by applied to %s type", t)
}

func (c *checker) caseOf(e *ast.Case, s *Scope) types.Type {
	outer := c.operand
	defer func() { c.operand = outer }()
	if e.Operand != nil {
		c.operand = c.expr(e.Operand, s)
	}
	results := make([]ast.Expr, 0, len(e.Whens)+1)
	operandType := c.operand
	for _, w := range e.Whens {
		t := c.expr(w.Cond, s)
		switch {
		case e.Operand == nil:
			c.boolean(w.Cond, t, place(w.Cond), "CASE WHEN clause must evaluate to a boolean (actual: %s)")
		case restOfPredicate(w.Cond):
		default:
			super, ok := types.Comparison(operandType, t, false)
			if !ok {
				c.mismatch(place(w.Cond), "CASE operand type does not match WHEN clause operand type: %s vs %s", c.operand, t)
			} else {
				operandType = super
			}
		}
		c.operand = outer
		c.expr(w.Result, s)
		if e.Operand != nil {
			c.operand = c.notes[e.Operand].typ
		}
		results = append(results, w.Result)
	}
	if e.Operand != nil && operandType.Valid() {
		c.coerce(e.Operand, operandType)
		for _, w := range e.Whens {
			if !restOfPredicate(w.Cond) {
				c.coerce(w.Cond, operandType)
			}
		}
	}
	c.operand = outer
	if e.Else != nil {
		c.expr(e.Else, s)
		results = append(results, e.Else)
	}
	t, _ := c.common(results, "All CASE results")
	return t
}

// restOfPredicate reports whether an arm of a simple CASE is the rest of a predicate on the operand.
func restOfPredicate(e ast.Expr) bool {
	var x ast.Expr
	switch e := e.(type) {
	case *ast.Compare:
		x = e.L
	case *ast.Between:
		x = e.X
	case *ast.In:
		x = e.X
	case *ast.Like:
		x = e.X
	case *ast.IsNull:
		x = e.X
	case *ast.IsTruth:
		x = e.X
	case *ast.Quantified:
		x = e.L
	}
	_, ok := x.(*ast.CaseOperand)
	return ok
}

func (c *checker) cast(e *ast.Cast, s *Scope) types.Type {
	to, err := types.FromName(e.Type)
	if err != nil {
		switch err := err.(type) {
		case *types.ParameterError: // Trino gives no place for these
			c.report(ast.Span{}, InvalidFunctionArgument, "%s", err.Message)
		default:
			c.report(e.At, TypeMismatch, "%s", err)
		}
		c.expr(e.X, s)
		return types.Type{}
	}
	from := c.expr(e.X, s)
	if !types.CanCast(from, to) {
		c.mismatch(e.At, "Cannot cast %s to %s", from, to)
	}
	return to
}

func (c *checker) array(e *ast.Array, s *Scope) types.Type {
	for _, x := range e.Elems {
		c.expr(x, s)
	}
	t, ok := c.common(e.Elems, "All ARRAY elements")
	if !ok || !t.Valid() {
		return types.Type{}
	}
	return types.ArrayOf(t)
}

// rowType names fields as Trino does: upper case unless quoted.
func rowType(e *ast.Row, fields []types.Type) types.Type {
	named := make([]types.Field, len(fields))
	for i, t := range fields {
		if !t.Valid() {
			return types.Type{}
		}
		named[i].Type = t
		if id := e.Fields[i].Name; id != nil {
			named[i].Name = id.Name
			if !id.Quoted {
				named[i].Name = strings.ToUpper(id.Name)
			}
		}
	}
	return types.RowOf(named)
}

func (c *checker) subscript(e *ast.Subscript, s *Scope) types.Type {
	base, index := c.expr(e.X, s), c.expr(e.Index, s)
	if !base.Valid() || !index.Valid() {
		return types.Type{}
	}
	switch base.Kind() {
	case types.Array:
		if types.CanCoerce(index, bigint) {
			c.coerce(e.Index, bigint)
			return base.Elem(0)
		}
	case types.Map:
		if types.CanCoerce(index, base.Elem(0)) {
			c.coerce(e.Index, base.Elem(0))
			return base.Elem(1)
		}
	case types.Row:
		n, ok := strip(e.Index).(*ast.IntLit)
		if !ok {
			c.report(place(e.Index), ExpressionNotConstant, "Subscript expression on ROW requires a constant index")
			return types.Type{}
		}
		i, _ := intValue(n.Text)
		switch {
		case i < 1:
			c.report(n.At, InvalidFunctionArgument, "Invalid subscript index: %d. ROW indices start at 1", i)
			return types.Type{}
		case i > int64(base.NumElems()):
			c.report(n.At, InvalidFunctionArgument, "Subscript index out of bounds: %d, max value is %d", i, base.NumElems())
			return types.Type{}
		}
		return base.Elem(int(i) - 1)
	}
	return c.mismatch(place(e.X), "Cannot use %s for subscript of %s", index, base)
}

func (c *checker) atTimeZone(e *ast.AtTimeZone, s *Scope) types.Type {
	t := c.expr(e.X, s)
	if e.Zone != nil {
		if z := c.expr(e.Zone, s); z.Valid() && z.Kind() != types.IntervalDaySecond && !z.IsText() {
			return c.mismatch(place(e.Zone), "Type of time zone must be a varchar or an interval day to second (actual %s)", z)
		}
	}
	switch t.Kind() {
	case types.Invalid:
		return t
	case types.Time, types.TimeTZ:
		return types.TemporalOf(types.TimeTZ, t.Precision())
	case types.Timestamp, types.TimestampTZ:
		return types.TemporalOf(types.TimestampTZ, t.Precision())
	}
	return c.mismatch(place(e.X), "Type of value must be a time or timestamp with or without time zone (actual %s)", t)
}

// extractable says which fields each kind has.
var extractable = func() map[types.Kind]map[string]bool {
	fields := func(s string) map[string]bool {
		m := map[string]bool{}
		for _, f := range strings.Fields(s) {
			m[f] = true
		}
		return m
	}
	date := "year quarter month week day day_of_month day_of_week dow day_of_year doy year_of_week yow"
	return map[types.Kind]map[string]bool{
		types.Date:              fields(date),
		types.Timestamp:         fields(date + " hour minute second"),
		types.TimestampTZ:       fields(date + " hour minute second timezone_hour timezone_minute"),
		types.Time:              fields("hour minute second"),
		types.TimeTZ:            fields("hour minute second timezone_hour timezone_minute"),
		types.IntervalDaySecond: fields("day day_of_month hour minute second"),
		types.IntervalYearMonth: fields("year month"),
	}
}()

func (c *checker) extract(e *ast.Extract, s *Scope) types.Type {
	t := c.expr(e.X, s)
	if t.Valid() && t.Kind() != types.Unknown && !extractable[t.Kind()][e.Field] {
		return c.mismatch(place(e.X), "Cannot extract %s from %s", strings.ToUpper(e.Field), t)
	}
	return bigint
}

func currentType(e *ast.Current) types.Type {
	p := e.Precision
	if p < 0 {
		p = 3
	}
	switch e.What {
	case "current_date":
		return types.Of(types.Date)
	case "current_time":
		return types.TemporalOf(types.TimeTZ, p)
	case "current_timestamp":
		return types.TemporalOf(types.TimestampTZ, p)
	case "localtime":
		return types.TemporalOf(types.Time, p)
	case "localtimestamp":
		return types.TemporalOf(types.Timestamp, p)
	}
	return varchar
}

// finishParameters complains of placeholders that nobody gives a value to.
func (c *checker) finishParameters(stmt ast.Node) {
	if c.parameters > 0 && !c.session.Parameters {
		c.report(stmt.Span(), InvalidParameterUsage, "Incorrect number of parameters: expected %d but found 0", c.parameters)
	}
}
