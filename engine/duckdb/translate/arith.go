package translate

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

var operators = [...]string{ast.Add: " + ", ast.Sub: " - ", ast.Mul: " * ", ast.Div: " / ", ast.Mod: " % "}

func (p *printer) binary(e *ast.Binary, s *scope) string {
	a, b, ta, tb := p.expr(e.L, s), p.expr(e.R, s), p.typeOf(e.L), p.typeOf(e.R)
	t := p.info.Type(e)
	switch {
	case e.Op == ast.Concat:
		return p.concat([]string{a, b}, []types.Type{ta, tb}, t, e.At)
	case t.Kind() == types.Decimal:
		return p.decimalOp(e.Op, a, b, ta, tb, t, e.At)
	case t.IsExactInteger() && e.Op == ast.Div && surelyNotZero(e.R):
		return "(" + a + " // " + b + ")"
	case t.IsExactInteger() && e.Op == ast.Mod && surelyNotZero(e.R):
		return "(" + a + " % " + b + ")"
	case t.IsExactInteger():
		return p.integerOp(e.Op, a, b, t, e.At)
	case isFloat(t):
		if e.Op == ast.Mod { // DuckDB's x % 0 is NULL for floating point
			return p.let([]string{a, b}, func(v []string) string {
				return "CASE WHEN " + v[1] + " = 0 AND " + v[0] + " IS NOT NULL THEN CAST('nan' AS " + p.duck(t, e.At) + ") ELSE " + v[0] + " % " + v[1] + " END"
			})
		}
		return "(" + a + operators[e.Op] + b + ")"
	}
	return p.temporalOp(e.Op, a, b, ta, tb, t, p.zoneOf(e, s), e)
}

// surelyNotZero knows literals above zero; dividing the least integer by -1 overflows.
func surelyNotZero(e ast.Expr) bool {
	lit, ok := strip(e).(*ast.IntLit)
	return ok && strings.Trim(lit.Text, "0_") != "" && lit.Text[0] != '-'
}

// byZero guards a division whose divisor may be zero: DuckDB gives NULL where Trino fails. NULL by
// zero is NULL.
func (p *printer) byZero(dividend, divisor, result string, t types.Type, at ast.Span) string {
	return "CASE WHEN " + divisor + " = 0 AND " + dividend + " IS NOT NULL THEN " + p.raise("DIVISION_BY_ZERO", "Division by zero", t, at) + " ELSE " + result + " END"
}

func (p *printer) integerOp(op ast.BinaryOp, a, b string, t types.Type, at ast.Span) string {
	sign := operators[op]
	if op == ast.Div {
		sign = " // "
	}
	if op != ast.Div && op != ast.Mod {
		return "(" + a + sign + b + ")"
	}
	return p.let([]string{a, b}, func(v []string) string { return p.byZero(v[0], v[1], v[0]+sign+v[1], t, at) })
}

// isConstant reports a rendered integer.
func isConstant(sql string) bool { return isNumber(strings.Trim(sql, "()")) }

// decimalOp renders decimal arithmetic. ta and tb are decimals too; t is Trino's result, whose
// precision and scale DuckDB shares as long as neither passes 38 digits.
func (p *printer) decimalOp(op ast.BinaryOp, a, b string, ta, tb, t types.Type, at ast.Span) string {
	if p.wideDecimal(op, ta, tb, t) {
		wide := call("decimal", str(strings.TrimSpace(operators[op])), "CAST("+a+" AS VARCHAR)", "CAST("+b+" AS VARCHAR)", itoa(t.Scale()))
		return "CAST(" + wide + " AS " + p.duck(t, at) + ")"
	}
	switch op {
	case ast.Add, ast.Sub:
		scale := max(ta.Scale(), tb.Scale())
		exact := max(ta.Precision()-ta.Scale(), tb.Precision()-tb.Scale()) + scale + 1
		if exact <= 38 {
			a, wider := p.widened(a, ta, tb, exact, at)
			sql := "(" + a + operators[op] + b + ")"
			if wider {
				sql = "CAST(" + sql + " AS " + p.duck(t, at) + ")"
			}
			return sql
		}
		// DuckDB keeps the scale and caps the width: beyond it is an error there, never a wrong number.
		wide := types.DecimalOf(38, scale)
		sql := "(" + p.cast(a, ta, wide, at) + operators[op] + p.cast(b, tb, wide, at) + ")"
		return p.cast(sql, wide, t, at)
	case ast.Mul:
		if scale := ta.Scale() + tb.Scale(); scale <= 38 {
			width := ta.Precision() + tb.Precision()
			a, wider := p.widened(a, ta, tb, width, at)
			sql := "(" + a + " * " + b + ")"
			if wider {
				return "CAST(" + sql + " AS " + p.duck(t, at) + ")"
			}
			return p.cast(sql, types.DecimalOf(min(38, width), scale), t, at)
		}
		product := unscaled(a, ta) + " * " + unscaled(b, tb)
		return p.rescaled(p.quotient(product, power(ta.Scale()+tb.Scale()-t.Scale()), t, at), t, at)
	case ast.Div:
		shift := t.Scale() - ta.Scale() + tb.Scale()
		if shift < 0 {
			return p.refuse("division of "+ta.String()+" by "+tb.String(), at, "CAST one side to a smaller scale")
		}
		n := unscaled(a, ta)
		if shift > 0 {
			n = "(" + n + " * " + power(shift) + ")"
		}
		return p.let([]string{n, unscaled(b, tb)}, func(v []string) string {
			return p.byZero(v[0], v[1], p.rescaled(p.quotient(v[0], v[1], t, at), t, at), t, at)
		})
	}
	scale := max(ta.Scale(), tb.Scale())
	widen := func(x string, from types.Type) string {
		return p.cast(x, from, types.DecimalOf(min(38, from.Precision()-from.Scale()+scale), scale), at)
	}
	a, b = widen(a, ta), widen(b, tb)
	return p.let([]string{a, b}, func(v []string) string {
		return p.byZero(v[0], v[1], "CAST("+v[0]+" % "+v[1]+" AS "+p.duck(t, at)+")", t, at)
	})
}

// wideDecimal reports operations of which an intermediate result may not fit 38 digits though the
// result does. Those are computed in Go.
func (p *printer) wideDecimal(op ast.BinaryOp, ta, tb, t types.Type) bool {
	whole := max(ta.Precision()-ta.Scale(), tb.Precision()-tb.Scale())
	switch op {
	case ast.Add, ast.Sub:
		return whole+max(ta.Scale(), tb.Scale())+1 > 38
	case ast.Mul:
		return ta.Precision()+tb.Precision() > 38
	case ast.Div:
		shift := t.Scale() - ta.Scale() + tb.Scale()
		return shift < 0 || ta.Precision()+shift > 37 || tb.Precision() > 37
	}
	return whole+max(ta.Scale(), tb.Scale()) > 38
}

// narrow is the precision up to which DuckDB computes decimals in 64 bits. It does so even where the
// result would need more, and then fails.
const narrow = 18

// widened makes one operand wide enough that the result may have width digits.
func (p *printer) widened(a string, ta, tb types.Type, width int, at ast.Span) (string, bool) {
	if width <= narrow || max(ta.Precision(), tb.Precision()) > narrow {
		return a, false
	}
	return "CAST(" + a + " AS " + p.duck(types.DecimalOf(max(narrow+1, ta.Precision()), ta.Scale()), at) + ")", true
}

// power is 10^n as a HUGEINT literal.
func power(n int) string { return "CAST('1" + strings.Repeat("0", n) + "' AS HUGEINT)" }

// unscaled is a decimal's digits as a HUGEINT: 12.34 gives 1234. Multiplying is exact as long as the
// product has 38 digits, and an error beyond; with many digits after the point the text is used.
func unscaled(x string, t types.Type) string {
	s := t.Scale()
	switch {
	case s == 0:
		return "CAST(" + x + " AS HUGEINT)"
	case t.Precision()+s <= 38 || s <= 4:
		if t.Precision() <= narrow && t.Precision()+s+1 > narrow {
			x = fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", x, s)
		}
		return fmt.Sprintf("CAST(%s * CAST(1%s AS DECIMAL(%d,0)) AS HUGEINT)", x, strings.Repeat("0", s), s+1)
	}
	return "CAST(replace(CAST(" + x + " AS VARCHAR), '.', '') AS HUGEINT)"
}

// quotient is n / d of two HUGEINTs, rounded half away from zero as Trino rounds decimals.
func (p *printer) quotient(n, d string, t types.Type, at ast.Span) string {
	return p.let([]string{n, d}, func(v []string) string {
		return fmt.Sprintf("((2 * %[1]s + sign(%[1]s) * abs(%[2]s)) // (2 * %[2]s))", v[0], v[1])
	})
}

// rescaled turns a HUGEINT back into a decimal: 1234 gives 12.34. The product's digits are those of
// the HUGEINT, so that nothing is rounded; what does not fit is an error.
func (p *printer) rescaled(x string, t types.Type, at ast.Span) string {
	s := t.Scale()
	x = "CAST(" + x + " AS DECIMAL(38,0))"
	if s > 0 {
		x = fmt.Sprintf("%s * CAST('0.%s1' AS DECIMAL(%d,%d))", x, strings.Repeat("0", s-1), s, s)
	}
	return "CAST(" + x + " AS " + p.duck(t, at) + ")"
}

// concat is || and concat(): NULL when any part is.
func (p *printer) concat(parts []string, ts []types.Type, t types.Type, at ast.Span) string {
	if len(parts) == 1 {
		return p.raise("INVALID_FUNCTION_ARGUMENT", "There must be two or more concatenation arguments", t, at)
	}
	switch t.Kind() {
	case types.Char:
		for i := range parts {
			parts[i] = p.padded(parts[i], ts[i])
		}
		return "rtrim(" + strings.Join(parts, " || ") + ", ' ')"
	case types.Array:
		// DuckDB takes a NULL list for an empty one.
		for i := range parts {
			if ts[i].Kind() != types.Array || !ts[i].Equal(t) && p.duck(ts[i], at) != p.duck(t, at) {
				parts[i] = "CASE WHEN " + parts[i] + " IS NOT NULL THEN [" + parts[i] + "] END"
				if !ts[i].Equal(t.Elem(0)) {
					return p.refuse("|| of "+ts[0].String()+" and another type", at, "")
				}
			}
		}
		return p.let(parts, func(v []string) string {
			nulls := make([]string, len(v))
			for i := range v {
				nulls[i] = v[i] + " IS NULL"
			}
			sql := v[0]
			for _, x := range v[1:] {
				sql = "list_concat(" + sql + ", " + x + ")"
			}
			return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE " + sql + " END"
		})
	case types.Varchar, types.Varbinary:
		return "(" + strings.Join(parts, " || ") + ")"
	}
	return p.refuse("|| of "+t.String(), at, "")
}
