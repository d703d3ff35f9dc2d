package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func (c *checker) unary(e *ast.Unary, s *Scope) types.Type {
	t := c.expr(e.X, s)
	switch {
	case !t.Valid() || e.Minus && (t.IsNumeric() || t.IsInterval()), t.IsExactInteger(), t.Kind() == types.Real, t.Kind() == types.Double:
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
	if _, literal := e.Index.(*ast.IntLit); literal && c.json(e.X, base) {
		return c.accessor(e)
	}
	switch base.Kind() {
	case types.Array:
		if types.CanCoerce(index, bigint) {
			c.coerce(e.Index, bigint)
			return base.Elem(0)
		}
	case types.Map:
		if key, ok := types.Super(index, base.Elem(0)); ok { // the map's keys are turned too, if need be
			c.coerce(e.Index, key)
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
