package trinojson

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// number is a number with the type that Trino computes in.
type number struct {
	k     byte // 'i' integer, 'l' bigint, 'd' double, 'm' decimal
	n     int64
	f     float64
	d     *big.Int
	scale int
}

// number reads the value as one.
func (v *Value) number() (*number, bool) {
	if v.num != nil {
		return v.num, true
	}
	switch v.k {
	case kInt:
		n, err := strconv.ParseInt(v.text, 10, 64)
		if err != nil {
			return nil, false
		}
		return integer(n), true
	case kFloat:
		f, _ := strconv.ParseFloat(v.text, 64) // infinite where it is too large
		return &number{k: 'd', f: f}, true
	}
	return nil, false
}

func integer(n int64) *number {
	if n == int64(int32(n)) {
		return &number{k: 'i', n: n}
	}
	return &number{k: 'l', n: n}
}

func decimalOf(text string) (*number, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	d, ok := new(big.Int).SetString(whole+fraction, 10)
	return &number{k: 'm', d: d, scale: len(fraction)}, ok && len(fraction) <= 38 && len(whole) <= 38
}

func ofNumber(n *number) *Value {
	v := &Value{k: kFloat, num: n, text: n.text()}
	if n.k == 'i' || n.k == 'l' {
		v.k = kInt
	}
	return v
}

// text is the number as JSON has it.
func (n *number) text() string {
	switch n.k {
	case 'd':
		return JavaDouble(n.f)
	case 'm':
		s := new(big.Int).Abs(n.d).String()
		for len(s) <= n.scale {
			s = "0" + s
		}
		if n.scale > 0 {
			s = s[:len(s)-n.scale] + "." + s[len(s)-n.scale:]
		}
		if n.d.Sign() < 0 {
			s = "-" + s
		}
		return s
	}
	return strconv.FormatInt(n.n, 10)
}

func (n *number) float() float64 {
	switch n.k {
	case 'd':
		return n.f
	case 'm':
		f, _ := strconv.ParseFloat(n.text(), 64)
		return f
	}
	return float64(n.n)
}

// ratio is an exact value; nil for what is not finite.
func (n *number) ratio() *big.Rat {
	switch n.k {
	case 'd':
		return new(big.Rat).SetFloat64(n.f)
	case 'm':
		return new(big.Rat).SetFrac(n.d, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.scale)), nil))
	}
	return new(big.Rat).SetInt64(n.n)
}

// compare orders two numbers as Trino does after it has coerced them; ok is false for NaN.
func (n *number) compare(o *number) (int, bool) {
	if n.k == 'd' || o.k == 'd' {
		a, b := n.float(), o.float()
		switch {
		case a < b:
			return -1, true
		case a > b:
			return 1, true
		}
		return 0, a == b
	}
	return n.ratio().Cmp(o.ratio()), true
}

// arithmetic computes a op b. An error is one that Trino reports too, errUnsupported aside.
func arithmetic(op byte, a, b *number) (*number, error) {
	switch {
	case a.k == 'd' || b.k == 'd':
		x, y := a.float(), b.float()
		switch op {
		case '+':
			x += y
		case '-':
			x -= y
		case '*':
			x *= y
		case '/':
			x /= y
		default:
			x = math.Mod(x, y)
		}
		return &number{k: 'd', f: x}, nil
	case a.k == 'm' || b.k == 'm':
		return nil, errUnsupported
	}
	wide := a.k == 'l' || b.k == 'l'
	x, y, r := big.NewInt(a.n), big.NewInt(b.n), new(big.Int)
	switch op {
	case '+':
		r.Add(x, y)
	case '-':
		r.Sub(x, y)
	case '*':
		r.Mul(x, y)
	default:
		if b.n == 0 {
			return nil, errEvaluation
		}
		if op == '/' {
			r.Quo(x, y)
		} else {
			r.Rem(x, y)
		}
	}
	if !r.IsInt64() || !wide && r.Int64() != int64(int32(r.Int64())) {
		return nil, errEvaluation
	}
	out := &number{k: 'i', n: r.Int64()}
	if wide {
		out.k = 'l'
	}
	return out, nil
}
