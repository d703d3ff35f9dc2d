package types

// Op is an arithmetic operator.
type Op uint8

// The arithmetic operators.
const (
	Add Op = iota
	Sub
	Mul
	Div
	Mod
)

// String is the operator as Trino writes it in complaints.
func (o Op) String() string { return [...]string{"+", "-", "*", "/", "%"}[o] }

// Verdict says how an operator was resolved.
type Verdict uint8

const (
	Resolved  Verdict = iota
	NoSuch            // "Cannot apply operator"
	Ambiguous         // NULL on both sides: Trino cannot choose
)

// Arithmetic gives the result type of a op b and the types the two sides are turned into.
func Arithmetic(op Op, a, b Type) (result, left, right Type, v Verdict) {
	ak, bk := a.Kind(), b.Kind()
	switch {
	case ak == Invalid || bk == Invalid:
		return Type{}, a, b, Resolved
	case ak == Unknown && bk == Unknown:
		return Type{}, a, b, Ambiguous
	case ak == Unknown:
		return withNull(op, b, true)
	case bk == Unknown:
		return withNull(op, a, false)
	case a.IsNumeric() && b.IsNumeric():
		return numeric(op, a, b)
	}
	return temporalOp(op, a, b)
}

// withNull resolves an operator with NULL on one side: of the overloads that turn nothing but the NULL,
// one must be left, or all must give the same type. So NULL * bigint is ambiguous, since there is an
// interval times a bigint too, and NULL * integer is not.
func withNull(op Op, t Type, nullLeft bool) (result, left, right Type, v Verdict) {
	interval := plainTypes[IntervalDaySecond]
	sides := func(result, other Type) (Type, Type, Type, Verdict) {
		if nullLeft {
			return result, other, t, Resolved
		}
		return result, t, other, Resolved
	}
	ambiguous := func() (Type, Type, Type, Verdict) { return Type{}, t, t, Ambiguous }
	switch k := t.Kind(); {
	case k == Decimal:
		if nullLeft {
			return numeric(op, decimals[1][0], t)
		}
		return numeric(op, t, decimals[1][0])
	case op == Mul && (k == Bigint || k == Double), op == Div && k == Double && nullLeft:
		return ambiguous()
	case t.IsNumeric():
		return sides(t, t)
	case t.IsInterval():
		switch {
		case op == Mul, op == Div && !nullLeft:
			return sides(t, plainTypes[Double])
		case op == Sub && !nullLeft:
			return sides(t, t)
		case op == Add, op == Sub:
			return ambiguous()
		}
	case t.IsDateTime():
		switch {
		case op == Sub && nullLeft:
			return sides(interval, t)
		case op == Sub && k != Date:
			return ambiguous()
		case op == Add && (k == Timestamp || k == TimestampTZ) && t.Precision() < 3:
			return ambiguous() // months keep the precision, seconds do not
		case op == Add, op == Sub:
			return sides(moved(t, interval), interval)
		}
	}
	return Type{}, t, t, NoSuch
}

func numeric(op Op, a, b Type) (result, left, right Type, v Verdict) {
	super, ok := Super(a, b)
	if !ok {
		return Type{}, a, b, NoSuch
	}
	if super.Kind() != Decimal {
		return super, super, super, Resolved
	}
	a, _ = rebaseDecimal(a)
	b, _ = rebaseDecimal(b)
	return DecimalResult(op, a, b), a, b, Resolved
}

func rebaseDecimal(t Type) (Type, bool) {
	if t.Kind() == Decimal {
		return t, true
	}
	return rebase(t, Decimal)
}

// DecimalResult is the type of a decimal operation. Where precision passes 38, whole digits win over
// digits after the point: + and - keep none of them if need be, * and / keep up to six.
func DecimalResult(op Op, a, b Type) Type {
	p1, s1, p2, s2 := int(a.d.p), int(a.d.s), int(b.d.p), int(b.d.s)
	switch op {
	case Add, Sub:
		whole, scale := max(p1-s1, p2-s2), max(s1, s2)
		if whole+scale+1 <= 38 {
			return decimals[whole+scale+1][scale]
		}
		return decimals[38][min(scale, max(0, 38-whole))]
	case Mul:
		return fit(p1-s1+p2-s2, s1+s2)
	case Div:
		return fit(p1-s1+s2, max(6, s1+p2+1))
	default:
		scale := max(s1, s2)
		return decimals[max(1, min(p1-s1, p2-s2)+scale)][scale]
	}
}

func fit(whole, scale int) Type {
	if whole+scale <= 38 {
		return decimals[max(1, whole+scale)][scale]
	}
	return decimals[38][max(38-whole, min(scale, 6))]
}

// temporalOp resolves dates, times and intervals.
func temporalOp(op Op, a, b Type) (result, left, right Type, v Verdict) {
	switch {
	case a.IsInterval() && b.Kind() == a.Kind() && (op == Add || op == Sub):
		return a, a, b, Resolved
	case a.IsInterval() && b.IsNumeric() && b.Kind() != Number && (op == Mul || op == Div):
		return a, a, plainTypes[Double], Resolved
	case b.IsInterval() && a.IsNumeric() && a.Kind() != Number && op == Mul:
		return b, plainTypes[Double], b, Resolved
	case a.IsDateTime() && b.IsInterval() && (op == Add || op == Sub) && movable(a, b):
		return moved(a, b), a, b, Resolved
	case a.IsInterval() && b.IsDateTime() && op == Add && movable(b, a):
		return moved(b, a), a, b, Resolved
	case a.IsDateTime() && b.IsDateTime() && op == Sub:
		if super, ok := Super(a, b); ok {
			return plainTypes[IntervalDaySecond], super, super, Resolved
		}
	}
	return Type{}, a, b, NoSuch
}

// movable: a time of day has no months to add.
func movable(t, interval Type) bool {
	return interval.Kind() == IntervalDaySecond || t.Kind() != Time && t.Kind() != TimeTZ
}

// moved: an interval of days to seconds has milliseconds, so that what it is added to has them too.
func moved(t, interval Type) Type {
	if interval.Kind() == IntervalDaySecond && t.Kind() != Date && t.Precision() < 3 {
		return temporal[t.Kind()][3]
	}
	return t
}

// Comparison gives the type both sides of = < and their kin are turned into.
func Comparison(a, b Type, ordered bool) (Type, bool) {
	t, ok := Super(a, b)
	if !ok || !t.Comparable() || ordered && !t.Orderable() {
		return Type{}, false
	}
	return t, true
}
