package translate

import (
	"encoding/hex"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// typeOf is the type of what expr renders: after coercion.
func (p *printer) typeOf(e ast.Expr) types.Type {
	if t, ok := p.info.Coercion(e); ok {
		return t
	}
	return p.info.Type(e)
}

// expr renders an expression, turned into the type that Trino coerces it to. The text stands by
// itself: whatever binds is in parentheses.
func (p *printer) expr(e ast.Expr, s *scope) string {
	if p.err != nil {
		return "NULL"
	}
	sql := p.raw(e, s)
	if t, ok := p.info.Coercion(e); ok {
		from := p.info.Type(e)
		switch {
		case t.Kind() == types.TimeTZ && from.Kind() == types.Time:
			sql = p.explicit("("+sql+" - to_seconds("+itoa(p.offset(p.sessionZone(t), e.Span()))+"))", from, types.TemporalOf(types.Time, t.Precision()), e.Span())
		case from.Kind() == types.TimestampTZ || t.Kind() != types.TimestampTZ:
			sql = p.cast(sql, from, t, e.Span())
		default:
			sql = p.toZoned(sql, from, p.opts.Zone, e.Span())
		}
	}
	// Each text is part of the one around it, so the sum bounds time as well as size.
	if p.written += len(sql); p.written > 16*p.opts.MaxLength || len(sql) > p.opts.MaxLength {
		p.refuse("a query this deeply nested", e.Span(), "split it")
	}
	return sql
}

// raw renders an expression in its own type.
func (p *printer) raw(e ast.Expr, s *scope) string {
	switch e := e.(type) {
	case *ast.Paren:
		return p.expr(e.X, s)
	case *ast.Ident:
		return p.named(e, s)
	case *ast.Deref:
		return p.deref(e, s)
	case *ast.NullLit:
		return "NULL"
	case *ast.BoolLit:
		if e.Value {
			return "TRUE"
		}
		return "FALSE"
	case *ast.StringLit:
		return p.text(e.Value, e.At)
	case *ast.BinaryLit:
		return "from_hex('" + hex.EncodeToString(e.Value) + "')"
	case *ast.IntLit:
		return p.intLit(e)
	case *ast.DecimalLit:
		return p.decimalLit(strings.ReplaceAll(e.Text, "_", ""), p.info.Type(e))
	case *ast.DoubleLit:
		return p.doubleLit(e.Text, e.At)
	case *ast.TypedLit:
		return p.typedLit(e)
	case *ast.IntervalLit:
		return p.intervalLit(e)
	case *ast.Current:
		return p.current(e)
	case *ast.Unary:
		return p.unary(e, s)
	case *ast.Binary:
		return p.binary(e, s)
	case *ast.Logical:
		word := " AND "
		if e.Or {
			word = " OR "
		}
		terms := make([]string, len(e.Terms))
		for i, t := range e.Terms {
			terms[i] = p.expr(t, s)
		}
		if p.trying == 0 || p.aggregates(e) {
			return "(" + strings.Join(terms, word) + ")"
		}
		// Inside of TRY it shows that Trino goes from the left and stops where the answer is known. Of what it
		// knows before it runs, it also looks at what stands behind a part that fails.
		for _, t := range e.Terms[:len(e.Terms)-1] {
			if fallible(t) {
				return p.refuse("AND or OR inside of TRY behind a part that can fail", e.At, "put the part that can fail last")
			}
		}
		decides := map[bool]string{false: "FALSE", true: "TRUE"}[e.Or]
		for _, t := range terms { // a constant decides before all
			if t == decides {
				return decides
			}
		}
		sql := terms[len(terms)-1]
		for i := len(terms) - 2; i >= 0; i-- {
			right := sql
			sql = p.let(terms[i:i+1], func(v []string) string {
				return "CASE WHEN " + v[0] + " IS " + decides + " THEN " + decides + " ELSE (" + v[0] + word + right + ") END"
			})
		}
		return sql
	case *ast.Not:
		return "(NOT " + p.expr(e.X, s) + ")"
	case *ast.Compare:
		return p.compareExpr(e, s)
	case *ast.Quantified:
		return p.quantified(e, s)
	case *ast.Between:
		if p.trying > 0 && !p.aggregates(e) && (fallible(e.Lo) || fallible(e.Hi)) {
			return p.refuse("BETWEEN inside of TRY with a bound that can fail", e.At, "compare with each bound by itself")
		}
		return p.between(e, s)
	case *ast.In:
		return p.in(e, s)
	case *ast.Like:
		return p.like(e, s)
	case *ast.IsNull:
		return "(" + p.expr(e.X, s) + negated(" IS", e.Not) + " NULL)"
	case *ast.IsTruth:
		return "(" + p.expr(e.X, s) + negated(" IS", e.Not) + " " + [...]string{ast.True: "TRUE", ast.False: "FALSE", ast.Unknown: "NULL"}[e.Value] + ")"
	case *ast.Exists:
		sql, _ := p.query(e.Query, s, false)
		return "EXISTS (" + sql + ")"
	case *ast.Subquery:
		return p.subquery(e, s)
	case *ast.Case:
		return p.caseExpr(e, s)
	case *ast.CaseOperand:
		if p.operand == nil {
			return p.refuse("this form of CASE", e.At, "")
		}
		return p.operand.sql
	case *ast.Cast:
		return p.castExpr(e, s)
	case *ast.Call:
		return p.call(e, s)
	case *ast.Extract:
		return p.extract(e.Field, p.expr(e.X, s), p.typeOf(e.X), p.zoneOf(e.X, s), e.At)
	case *ast.AtTimeZone:
		return p.atTimeZone(e, s)
	case *ast.Array:
		elems := make([]string, len(e.Elems))
		for i, x := range e.Elems {
			elems[i] = p.expr(x, s)
			p.leaves(p.typeOf(x), p.zoneOf(x, s), x.Span())
		}
		if len(elems) == 0 {
			return "CAST([] AS " + p.duck(p.info.Type(e), e.At) + ")"
		}
		return "[" + strings.Join(elems, ", ") + "]"
	case *ast.Row:
		fields := make([]string, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = str(FieldName(i)) + ": " + p.expr(f.Value, s)
			p.leaves(p.typeOf(f.Value), p.zoneOf(f.Value, s), e.At)
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case *ast.Subscript:
		return p.subscript(e, s)
	case *ast.Lambda:
		return p.lambda(e, s)
	case *ast.Parameter:
		return p.refuse("a parameter", e.At, "write the value")
	case *ast.JSONExists:
		return p.jsonExists(e, s)
	case *ast.JSONValue:
		return p.jsonValue(e, s)
	case *ast.JSONQuery:
		return p.jsonQuery(e, s)
	case *ast.JSONObject:
		return p.jsonObject(e, s)
	case *ast.JSONArray:
		return p.jsonArray(e, s)
	}
	return p.refuse("this expression", e.Span(), "")
}

func negated(word string, not bool) string {
	if not {
		return word + " NOT"
	}
	return word
}

func (p *printer) named(e *ast.Ident, s *scope) string {
	if c := s.resolve([]string{strings.ToLower(e.Name)}); c != nil {
		return c.sql
	}
	return p.refuse("the name "+e.Name+" here", e.At, "")
}

// deref is a qualified column, or a field of a row.
func (p *printer) deref(e *ast.Deref, s *scope) string {
	if p.info.Ref(e) != nil {
		if c := s.resolve(nameParts(e)); c != nil {
			return c.sql
		}
		return p.refuse("the name "+strings.Join(nameParts(e), ".")+" here", e.At, "")
	}
	t := p.typeOf(e.Base)
	if t.Kind() != types.Row {
		return p.refuse("this dereference", e.At, "")
	}
	i, _ := t.FieldIndex(e.Field.Name)
	return field(p.expr(e.Base, s), i)
}

func (p *printer) unary(e *ast.Unary, s *scope) string {
	if twice, ok := strip(e.X).(*ast.Unary); ok && e.Minus && twice.Minus { // so Trino takes it, the least integer too
		if _, turned := p.info.Coercion(e.X); !turned {
			return p.expr(twice.X, s)
		}
	}
	x := p.expr(e.X, s)
	if !e.Minus {
		return x
	}
	t := p.typeOf(e.X)
	if t.IsExactInteger() { // DuckDB widens the negation of the least value
		return "CAST(-" + x + " AS " + p.duck(t, e.At) + ")"
	}
	return "(-" + x + ")"
}

// subquery is a scalar subquery, or a row of its columns.
func (p *printer) subquery(e *ast.Subquery, s *scope) string {
	sql, cols := p.query(e.Query, s, false)
	if len(cols) == 1 {
		p.leaves(cols[0].typ, cols[0].zone, e.At)
		return "(" + sql + ")"
	}
	fields := make([]string, len(cols))
	for i, c := range cols {
		p.leaves(c.typ, c.zone, e.At)
		fields[i] = str(FieldName(i)) + `: "q".` + ident(c.sql)
	}
	return "(SELECT {" + strings.Join(fields, ", ") + "} FROM (" + sql + `) AS "q")`
}

func (p *printer) caseExpr(e *ast.Case, s *scope) string {
	outer := p.operand
	defer func() { p.operand = outer }()
	var operand *bound
	if e.Operand != nil {
		operand = &bound{p.expr(e.Operand, s), e.Operand}
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, w := range e.Whens {
		p.operand = operand
		cond := p.expr(w.Cond, s)
		if operand != nil && !restOfPredicate(w.Cond) {
			cond = p.compare(ast.Eq, operand.sql, cond, p.typeOf(e.Operand), operand.e, w.Cond)
		}
		p.operand = outer
		b.WriteString(" WHEN " + cond + " THEN " + p.expr(w.Result, s))
	}
	p.operand = outer
	if e.Else != nil {
		b.WriteString(" ELSE " + p.expr(e.Else, s))
	}
	return b.String() + " END"
}

// restOfPredicate reports an arm of a simple CASE that is a condition on the operand already.
func restOfPredicate(e ast.Expr) bool {
	for c := range ast.Children(e) {
		if _, ok := c.(*ast.CaseOperand); ok {
			return true
		}
	}
	return false
}

func (p *printer) subscript(e *ast.Subscript, s *scope) string {
	base, index, t := p.expr(e.X, s), p.expr(e.Index, s), p.typeOf(e.X)
	result := p.info.Type(e)
	switch t.Kind() {
	case types.Row:
		n, _ := strip(e.Index).(*ast.IntLit)
		v, err := parse.Integer(n.Text)
		if err != nil {
			return p.refuse("this subscript", e.At, "")
		}
		return field(base, int(v)-1)
	case types.Array:
		return p.let([]string{base, index}, func(v []string) string {
			return "CASE WHEN " + v[0] + " IS NOT NULL AND (" + v[1] + " < 1 OR " + v[1] + " > len(" + v[0] + ")) THEN " +
				p.raise("INVALID_FUNCTION_ARGUMENT", "Array subscript is out of bounds", result, e.At) +
				" ELSE " + v[0] + "[" + v[1] + "] END"
		})
	case types.Map:
		return p.let([]string{base, index}, func(v []string) string {
			return "CASE WHEN " + v[0] + " IS NOT NULL AND " + v[1] + " IS NOT NULL AND NOT map_contains(" + v[0] + ", " + v[1] + ") THEN " +
				p.raise("INVALID_FUNCTION_ARGUMENT", "Key not present in map", result, e.At) +
				" ELSE " + v[0] + "[" + v[1] + "] END"
		})
	}
	return p.refuse("this subscript", e.At, "")
}

// lambda renders a lambda; its parameters hide columns of the same name.
func (p *printer) lambda(e *ast.Lambda, s *scope) string {
	t := p.info.Type(e)
	if len(e.Params) == 0 {
		return p.refuse("a lambda without parameters", e.At, "")
	}
	return p.inLambda(func(param string) string {
		inner := &scope{parent: s}
		names := make([]string, len(e.Params))
		for i, id := range e.Params {
			names[i] = ident(strings.Trim(param, `"`) + "_" + id.Name)
			inner.cols = append(inner.cols, column{key: strings.ToLower(id.Name), sql: names[i], typ: t.Elem(i), zone: p.sessionZone(t.Elem(i))})
		}
		return "lambda " + strings.Join(names, ", ") + ": " + p.expr(e.Body, inner)
	})
}

// fallible says whether computing an expression might fail: whether there is more in it than names, literals,
// comparisons, and rows and arrays of them.
func fallible(e ast.Expr) (found bool) {
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Unary:
			switch strip(n.X).(type) {
			case *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit:
			default:
				found = true
			}
		case *ast.Ident, *ast.Deref, *ast.Paren, *ast.Row, *ast.RowField, *ast.Array, *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit, *ast.TypedLit,
			*ast.TypeName, *ast.Compare, *ast.Logical, *ast.Not, *ast.IsNull, *ast.IsTruth, *ast.Between:
		default:
			found = true
		}
		return !found
	})
	return found
}
