// Package decimal is an exact decimal number: an unscaled integer and a scale. Money is kept in it
// from the engine's rows to the sentence a person reads; nothing here ever passes through float64.
//
// It is deliberately small: what answers need is reading, adding, dividing to a stated scale,
// rounding half up (as Trino rounds) and printing. Start at Parse.
package decimal

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is unscaled × 10^-scale. The zero value is 0 with scale 0. Values are immutable.
type Decimal struct {
	unscaled *big.Int // nil means zero
	scale    int32
}

var (
	ten = big.NewInt(10)
	two = big.NewInt(2)
)

// New returns unscaled × 10^-scale.
func New(unscaled int64, scale int32) Decimal {
	return Decimal{big.NewInt(unscaled), scale}
}

// FromBig returns unscaled × 10^-scale; unscaled is copied.
func FromBig(unscaled *big.Int, scale int32) Decimal {
	return Decimal{new(big.Int).Set(unscaled), scale}
}

// Parse reads digits with an optional sign, point and exponent, e.g. "-12.340" or "1e3". The scale is
// the number of digits after the point, kept as written.
func Parse(s string) (Decimal, error) {
	text, exp := s, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		if exp, err = strconv.ParseInt(text[i+1:], 10, 32); err != nil || exp > 1000 || exp < -1000 {
			return Decimal{}, fmt.Errorf("decimal: %q has no readable exponent; write digits such as 12.50", s)
		}
		text = text[:i]
	}
	whole, frac, _ := strings.Cut(text, ".")
	digits := whole + frac
	if strings.Trim(digits, "+-0123456789") != "" || strings.Trim(digits, "+-") == "" {
		return Decimal{}, fmt.Errorf("decimal: %q is not a number; write digits such as 12.50", s)
	}
	u, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Decimal{}, fmt.Errorf("decimal: %q is not a number; write digits such as 12.50", s)
	}
	d := Decimal{u, int32(len(frac)) - int32(exp)}
	if d.scale < 0 {
		return d.Rescale(0), nil
	}
	return d, nil
}

// MustParse is Parse for constants in code and tests; it panics on bad text.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (d Decimal) big() *big.Int {
	if d.unscaled == nil {
		return new(big.Int)
	}
	return d.unscaled
}

// Scale is the number of digits after the point.
func (d Decimal) Scale() int32 { return d.scale }

// Unscaled returns a copy of the unscaled integer.
func (d Decimal) Unscaled() *big.Int { return new(big.Int).Set(d.big()) }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.big().Sign() }

// Neg is -d.
func (d Decimal) Neg() Decimal { return Decimal{new(big.Int).Neg(d.big()), d.scale} }

// Abs is |d|.
func (d Decimal) Abs() Decimal { return Decimal{new(big.Int).Abs(d.big()), d.scale} }

func pow10(n int32) *big.Int { return new(big.Int).Exp(ten, big.NewInt(int64(n)), nil) }

// Rescale returns d with the given scale, rounded half away from zero when digits are dropped.
func (d Decimal) Rescale(scale int32) Decimal {
	switch {
	case scale == d.scale:
		return d
	case scale > d.scale:
		return Decimal{new(big.Int).Mul(d.big(), pow10(scale-d.scale)), scale}
	}
	return Decimal{divRound(d.big(), pow10(d.scale-scale)), scale}
}

// divRound is n / m rounded half away from zero; m is not zero.
func divRound(n, m *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(n, m, new(big.Int))
	if r.Mul(r.Abs(r), two).Cmp(new(big.Int).Abs(m)) >= 0 {
		q.Add(q, big.NewInt(int64(n.Sign()*m.Sign())))
	}
	return q
}

func align(a, b Decimal) (Decimal, Decimal) {
	s := max(a.scale, b.scale)
	return a.Rescale(s), b.Rescale(s)
}

// Add is d + e at the larger scale.
func (d Decimal) Add(e Decimal) Decimal {
	a, b := align(d, e)
	return Decimal{new(big.Int).Add(a.big(), b.big()), a.scale}
}

// Sub is d - e at the larger scale.
func (d Decimal) Sub(e Decimal) Decimal { return d.Add(e.Neg()) }

// Mul is d × e at the sum of the scales.
func (d Decimal) Mul(e Decimal) Decimal {
	return Decimal{new(big.Int).Mul(d.big(), e.big()), d.scale + e.scale}
}

// Quo is d / e rounded to scale; ok is false when e is zero.
func (d Decimal) Quo(e Decimal, scale int32) (q Decimal, ok bool) {
	if e.Sign() == 0 {
		return Decimal{}, false
	}
	n, m := new(big.Int).Set(d.big()), new(big.Int).Set(e.big())
	if shift := scale + e.scale - d.scale; shift >= 0 {
		n.Mul(n, pow10(shift))
	} else {
		m.Mul(m, pow10(-shift))
	}
	return Decimal{divRound(n, m), scale}, true
}

// Cmp compares values, whatever their scales.
func (d Decimal) Cmp(e Decimal) int {
	a, b := align(d, e)
	return a.big().Cmp(b.big())
}

// Equal says whether the values are equal, whatever their scales.
func (d Decimal) Equal(e Decimal) bool { return d.Cmp(e) == 0 }

// String prints every digit of the scale, e.g. "1234.50".
func (d Decimal) String() string {
	s := new(big.Int).Abs(d.big()).String()
	if d.scale > 0 {
		if pad := int(d.scale) + 1 - len(s); pad > 0 {
			s = strings.Repeat("0", pad) + s
		}
		s = s[:len(s)-int(d.scale)] + "." + s[len(s)-int(d.scale):]
	}
	if d.Sign() < 0 {
		return "-" + s
	}
	return s
}

// Digits is the number of significant digits before the point (0 for |d| < 1).
func (d Decimal) Digits() int {
	whole := new(big.Int).Abs(d.Trunc().big())
	if whole.Sign() == 0 {
		return 0
	}
	return len(whole.String())
}

// Trunc drops everything after the point.
func (d Decimal) Trunc() Decimal {
	if d.scale <= 0 {
		return d
	}
	return Decimal{new(big.Int).Quo(d.big(), pow10(d.scale)), 0}
}

// Float is the nearest float64, for drawing only: never for a value that is shown or compared.
func (d Decimal) Float() float64 {
	f, _ := new(big.Rat).SetFrac(d.big(), pow10(max(d.scale, 0))).Float64()
	return f
}
