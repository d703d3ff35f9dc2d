package translate

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

var compareOps = [...]string{ast.Eq: " = ", ast.Ne: " <> ", ast.Lt: " < ", ast.Le: " <= ", ast.Gt: " > ", ast.Ge: " >= ",
	ast.IsDistinctFrom: " IS DISTINCT FROM ", ast.IsNotDistinctFrom: " IS NOT DISTINCT FROM "}

func (p *printer) compareExpr(e *ast.Compare, s *scope) string {
	l, lok := strip(e.L).(*ast.Row)
	r, rok := strip(e.R).(*ast.Row)
	if lok && rok {
		return p.compareRows(e, l, r, s)
	}
	return p.compare(e.Op, p.expr(e.L, s), p.expr(e.R, s), p.typeOf(e.L), e.L, e.R)
}

// compareRows compares row constructors field by field: DuckDB takes NULL inside a row for a value.
func (p *printer) compareRows(e *ast.Compare, l, r *ast.Row, s *scope) string {
	if e.Op >= ast.Lt && e.Op <= ast.Ge {
		return p.orderRows(e, l, r, s)
	}
	op := ast.Eq
	if e.Op == ast.IsDistinctFrom || e.Op == ast.IsNotDistinctFrom {
		op = ast.IsNotDistinctFrom
	}
	terms := make([]string, len(l.Fields))
	for i := range l.Fields {
		a, b := l.Fields[i].Value, r.Fields[i].Value
		t, _ := types.Comparison(p.typeOf(a), p.typeOf(b), false)
		terms[i] = p.compare(op, p.cast(p.expr(a, s), p.typeOf(a), t, e.At), p.cast(p.expr(b, s), p.typeOf(b), t, e.At), t, a, b)
	}
	all := "(" + strings.Join(terms, " AND ") + ")"
	if e.Op == ast.Ne || e.Op == ast.IsDistinctFrom {
		return "(NOT " + all + ")"
	}
	return all
}

// orderRows compares from the first field on; it is unknown where it comes to a NULL.
func (p *printer) orderRows(e *ast.Compare, l, r *ast.Row, s *scope) string {
	var values []string
	ts := make([]types.Type, len(l.Fields))
	for i := range l.Fields {
		a, b := l.Fields[i].Value, r.Fields[i].Value
		ts[i], _ = types.Comparison(p.typeOf(a), p.typeOf(b), true)
		values = append(values, p.cast(p.expr(a, s), p.typeOf(a), ts[i], e.At), p.cast(p.expr(b, s), p.typeOf(b), ts[i], e.At))
	}
	strict := map[ast.CompareOp]ast.CompareOp{ast.Lt: ast.Lt, ast.Le: ast.Lt, ast.Gt: ast.Gt, ast.Ge: ast.Gt}[e.Op]
	return p.let(values, func(v []string) string {
		sql := map[bool]string{false: "FALSE", true: "TRUE"}[strict != e.Op] // all are equal
		for i := len(ts) - 1; i >= 0; i-- {
			a, b := v[2*i], v[2*i+1]
			sql = "CASE WHEN " + a + " IS NULL OR " + b + " IS NULL THEN NULL WHEN " + p.compare(strict, a, b, ts[i], nil, nil) + " THEN TRUE WHEN " +
				p.compare(ast.Eq, a, b, ts[i], nil, nil) + " THEN " + sql + " ELSE FALSE END"
		}
		return sql
	})
}

// compare renders a op b, both of type t. The expressions behind them, which may be nil, tell whether
// NaN is possible.
func (p *printer) compare(op ast.CompareOp, a, b string, t types.Type, ea, eb ast.Expr) string {
	distinct := op == ast.IsDistinctFrom || op == ast.IsNotDistinctFrom
	switch t.Kind() {
	case types.Row, types.Array, types.Map:
		switch {
		case op == ast.Eq:
			return p.equalParts(a, b, t, at(ea))
		case op == ast.Ne:
			return "(NOT " + p.equalParts(a, b, t, at(ea)) + ")"
		case !distinct || t.Kind() == types.Map:
			return p.refuse("comparison of "+t.String(), at(ea), "compare what is inside")
		}
	}
	if op >= ast.Lt && op <= ast.Ge {
		a, b = p.padded(a, t), p.padded(b, t)
	}
	plain := "(" + a + compareOps[op] + b + ")"
	if !isFloat(t) || distinct {
		return plain
	}
	// DuckDB holds NaN equal to itself and greater than all else; in Trino it is unequal to
	// everything, and no order holds. Only one side needs a look: where the other alone is NaN, or
	// where it cannot be, the engines agree.
	guard := func(nan, other string) string {
		return "(" + plain + " AND (NOT isnan(" + nan + ") OR " + other + " IS NULL))"
	}
	na, nb := p.mayBeNaN(ea), p.mayBeNaN(eb)
	switch {
	case (op == ast.Eq) && na && nb, (op == ast.Gt || op == ast.Ge) && na:
		return guard(a, b)
	case (op == ast.Lt || op == ast.Le) && nb:
		return guard(b, a)
	case op == ast.Ne && na && nb:
		return "(" + plain + " OR (isnan(" + a + ") AND " + b + " IS NOT NULL))"
	}
	return plain
}

// equalParts is a = b of rows, arrays and maps: false where some part is unequal, else unknown where
// that is unknown of some part. DuckDB takes NULL inside for a value.
func (p *printer) equalParts(a, b string, t types.Type, at ast.Span) string {
	if t.Kind() == types.Map && !comparable(t.Elem(0)) {
		return p.refuse("comparison of "+t.String(), at, "compare what is inside")
	}
	return p.let([]string{a, b}, func(v []string) string {
		sql := ""
		every := func(list string) string { // of a list of booleans
			return p.let([]string{list}, func(l []string) string {
				some := func(is string) string { return "len(list_filter(" + l[0] + ", lambda _q: _q " + is + ")) > 0" }
				return "CASE WHEN " + some("IS FALSE") + " THEN FALSE WHEN " + some("IS NULL") + " THEN NULL ELSE TRUE END"
			})
		}
		switch t.Kind() {
		case types.Row:
			terms := make([]string, t.NumElems())
			for i := range terms {
				terms[i] = p.compare(ast.Eq, field(v[0], i), field(v[1], i), t.Elem(i), nil, nil)
			}
			sql = "(" + strings.Join(terms, " AND ") + ")"
		case types.Array:
			sql = "CASE WHEN len(" + v[0] + ") <> len(" + v[1] + ") THEN FALSE ELSE " + p.inLambda(func(i string) string {
				return every("list_transform(range(1, len(" + v[0] + ") + 1), lambda " + i + ": " +
					p.compare(ast.Eq, "list_extract("+v[0]+", "+i+")", "list_extract("+v[1]+", "+i+")", t.Elem(0), nil, nil) + ")")
			}) + " END"
		default:
			sql = "CASE WHEN cardinality(" + v[0] + ") <> cardinality(" + v[1] + ") THEN FALSE ELSE " + p.inLambda(func(k string) string {
				return every("list_transform(map_keys(" + v[0] + "), lambda " + k + ": CASE WHEN NOT map_contains(" + v[1] + ", " + k + ") THEN FALSE ELSE " +
					p.compare(ast.Eq, v[0]+"["+k+"]", v[1]+"["+k+"]", t.Elem(1), nil, nil) + " END)")
			}) + " END"
		}
		return "CASE WHEN " + v[0] + " IS NOT NULL AND " + v[1] + " IS NOT NULL THEN " + sql + " END"
	})
}

// constantExpr reports an expression that names nothing.
func (p *printer) constantExpr(e ast.Expr) bool {
	constant := true
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			constant = p.info.Ref(n) == nil
		case *ast.Deref:
			constant = p.info.Ref(n) == nil
		case *ast.Query:
			constant = false
		}
		return constant
	})
	return constant
}

func at(e ast.Expr) (span ast.Span) {
	if e != nil {
		span = e.Span()
	}
	return span
}

// equal is compare for an equality whose sides are columns.
func (p *printer) equal(a, b string, t types.Type) string {
	return p.compare(ast.Eq, a, b, t, nil, nil)
}

// mayBeNaN is false only for what is surely a number.
func (p *printer) mayBeNaN(e ast.Expr) bool {
	if e == nil {
		return true
	}
	if t := p.info.Type(e); !isFloat(t) && !holds(t, isFloat) {
		return false // coerced from integers or decimals
	}
	switch e := strip(e).(type) {
	case *ast.DoubleLit:
		return false
	case *ast.Unary:
		return p.mayBeNaN(e.X)
	case *ast.Cast:
		t := p.info.Type(e.X)
		return !t.IsExactInteger() && t.Kind() != types.Decimal
	}
	return true
}

// padded gives a char its padding back, where its order matters or its length is looked at.
func (p *printer) padded(sql string, t types.Type) string {
	if t.Kind() != types.Char || t.Length() == 0 {
		return sql
	}
	return "rpad(" + sql + ", " + itoa(t.Length()) + ", ' ')"
}

func (p *printer) between(e *ast.Between, s *scope) string {
	x, lo, hi, t := p.expr(e.X, s), p.expr(e.Lo, s), p.expr(e.Hi, s), p.typeOf(e.X)
	var sql string
	switch {
	case e.Symmetric:
		sql = p.let([]string{x, lo, hi}, func(v []string) string {
			in := func(l, h string) string {
				return "(" + p.compare(ast.Ge, v[0], l, t, e.X, nil) + " AND " + p.compare(ast.Le, v[0], h, t, e.X, nil) + ")"
			}
			return "(" + in(v[1], v[2]) + " OR " + in(v[2], v[1]) + ")"
		})
	case isFloat(t) || t.Kind() == types.Char || t.NumElems() > 0:
		sql = p.let([]string{x, lo, hi}, func(v []string) string {
			return "(" + p.compare(ast.Ge, v[0], v[1], t, e.X, e.Lo) + " AND " + p.compare(ast.Le, v[0], v[2], t, e.X, e.Hi) + ")"
		})
	default:
		return "(" + x + negated("", e.Not) + " BETWEEN " + lo + " AND " + hi + ")"
	}
	if e.Not {
		return "(NOT " + sql + ")"
	}
	return sql
}

func (p *printer) in(e *ast.In, s *scope) string {
	sql := ""
	if e.Query != nil {
		sql = p.inQuery(e, s)
	} else {
		sql = p.inList(e, s)
	}
	if e.Not {
		return "(NOT " + sql + ")"
	}
	return sql
}

func (p *printer) inList(e *ast.In, s *scope) string {
	t := p.typeOf(e.X)
	if holds(t, isFloat) { // Trino takes x IN (x, …) for true, NaN or not
		x := p.expr(e.X, s)
		for _, item := range e.List {
			if p.expr(item, s) == x && p.mayBeNaN(e.X) && !p.constantExpr(e.X) {
				return p.refuse("IN with the value itself in its list", e.At, "")
			}
		}
	}
	if _, row := strip(e.X).(*ast.Row); row || t.NumElems() > 0 {
		for _, x := range e.List[1:] {
			if fallible(x) { // found early, a value would keep a later one from failing
				return p.refuse("IN over rows, arrays or maps that can fail to be computed", e.At, "compute them first")
			}
		}
	}
	if row, ok := strip(e.X).(*ast.Row); ok {
		terms := make([]string, len(e.List))
		for i, x := range e.List {
			r, ok := strip(x).(*ast.Row)
			if !ok {
				return p.refuse("IN over rows", e.At, "")
			}
			terms[i] = p.compareRows(&ast.Compare{Loc: e.Loc, Op: ast.Eq}, row, r, s)
		}
		return "(" + strings.Join(terms, " OR ") + ")"
	}
	if t.NumElems() > 0 {
		terms := make([]string, len(e.List))
		for i, x := range e.List {
			terms[i] = p.compare(ast.Eq, p.expr(e.X, s), p.expr(x, s), t, e.X, x)
		}
		return "(" + strings.Join(terms, " OR ") + ")"
	}
	list := make([]string, len(e.List))
	nan := false
	for i, x := range e.List {
		list[i] = p.expr(x, s)
		nan = nan || p.mayBeNaN(x)
	}
	x := p.expr(e.X, s)
	if isFloat(t) && nan && p.mayBeNaN(e.X) {
		return p.let(append([]string{x}, list...), func(v []string) string {
			for i := range list {
				list[i] = p.compare(ast.Eq, v[0], v[i+1], t, e.X, e.List[i])
			}
			return "(" + strings.Join(list, " OR ") + ")"
		})
	}
	return "(" + x + " IN (" + strings.Join(list, ", ") + "))"
}

// inQuery compares a value with what a subquery gives, or a row of values with its columns.
func (p *printer) inQuery(e *ast.In, s *scope) string {
	sql, cols := p.query(e.Query, s, false)
	if p.err != nil {
		return "NULL"
	}
	row, isRow := strip(e.X).(*ast.Row)
	if len(cols) == 1 && !isRow {
		t, _ := types.Super(p.typeOf(e.X), cols[0].typ)
		if t.NumElems() > 0 {
			return p.refuse("IN over "+t.String(), e.At, "")
		}
		x := p.cast(p.expr(e.X, s), p.typeOf(e.X), t, e.At)
		sql = p.turned(rendered{sql: sql, cols: cols}, []types.Type{t}, e.At)
		if isFloat(t) && p.mayBeNaN(e.X) { // whether NaN is in such a list depends on Trino's plan
			x = p.let([]string{x}, func(v []string) string {
				return "CASE WHEN isnan(" + v[0] + ") THEN " + p.raise("NOT_SUPPORTED", "The embedded engine does not look for NaN in a subquery", t, e.At) + " ELSE " + v[0] + " END"
			})
		}
		return "(" + x + " IN (" + sql + "))"
	}
	if !isRow || len(row.Fields) != len(cols) {
		return p.refuse("IN over rows", e.At, "")
	}
	// A row is in it when all fields of one are equal; unknown when that is unknown of some and true of none.
	terms := make([]string, len(cols))
	for i, f := range row.Fields {
		t, _ := types.Comparison(p.typeOf(f.Value), cols[i].typ, false)
		a, b := p.expr(f.Value, s), `"$in".`+ident(cols[i].sql)
		terms[i] = p.compare(ast.Eq, p.cast(a, p.typeOf(f.Value), t, e.At), p.cast(b, cols[i].typ, t, e.At), t, f.Value, nil)
	}
	match := strings.Join(terms, " AND ")
	exists := func(cond string) string {
		return "EXISTS (SELECT 1 FROM (" + sql + `) AS "$in" WHERE ` + cond + ")"
	}
	return "CASE WHEN " + exists(match) + " THEN TRUE WHEN " + exists("("+match+") IS NULL") + " THEN NULL ELSE FALSE END"
}

var quantifiers = [...]string{ast.All: "ALL", ast.Any: "ANY", ast.Some: "ANY"}

func (p *printer) quantified(e *ast.Quantified, s *scope) string {
	sql, cols := p.query(e.Query, s, false)
	if p.err != nil {
		return "NULL"
	}
	t, _ := types.Super(p.typeOf(e.L), cols[0].typ)
	if len(cols) != 1 || t.NumElems() > 0 || isFloat(t) || t.Kind() == types.Char || e.Op > ast.Ge {
		return p.refuse("ALL, ANY and SOME over "+t.String(), e.At, "use EXISTS")
	}
	sql = p.turned(rendered{sql: sql, cols: cols}, []types.Type{t}, e.At)
	return "(" + p.cast(p.expr(e.L, s), p.typeOf(e.L), t, e.At) + compareOps[e.Op] + quantifiers[e.Quantifier] + " (" + sql + "))"
}

// like checks a constant pattern here, since DuckDB lets pass what Trino complains of.
func (p *printer) like(e *ast.Like, s *scope) string {
	x := p.padded(p.expr(e.X, s), p.typeOf(e.X))
	pattern := p.padded(p.expr(e.Pattern, s), p.typeOf(e.Pattern))
	word := negated("", e.Not) + " LIKE "
	if e.Escape == nil {
		return "(" + x + word + pattern + ")"
	}
	esc, ok := strip(e.Escape).(*ast.StringLit)
	pat, isLit := strip(e.Pattern).(*ast.StringLit)
	if !ok || !isLit || len([]rune(esc.Value)) != 1 {
		return p.refuse("LIKE … ESCAPE of what is no literal", e.At, "")
	}
	boolean := types.Of(types.Boolean)
	c := []rune(esc.Value)[0]
	for text := []rune(pat.Value); len(text) > 0; text = text[1:] {
		if text[0] != c {
			continue
		}
		if len(text) == 1 || text[1] != '%' && text[1] != '_' && text[1] != c {
			return p.raise("INVALID_FUNCTION_ARGUMENT", "Escape character must be followed by '%', '_' or the escape character itself", boolean, e.At)
		}
		text = text[1:]
	}
	return "(" + x + word + pattern + " ESCAPE " + str(esc.Value) + ")"
}
