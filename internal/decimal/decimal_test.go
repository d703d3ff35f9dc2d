package decimal

import (
	"math/big"
	"testing"
	"testing/quick"
)

func TestParseAndString(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0.05": "-0.05", "12.340": "12.340", "1e3": "1000", "1.5e-2": "0.015", "+7": "7", ".5": "0.5",
		"99999999999999999999999999999999999999.99": "99999999999999999999999999999999999999.99",
	} {
		if got := MustParse(in).String(); got != want {
			t.Errorf("Parse(%q) prints %s, want %s", in, got, want)
		}
	}
	for _, bad := range []string{"", "-", "abc", "1.2.3", "1e", "--1", "1-2", "１"} {
		if d, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", bad, d)
		}
	}
}

func TestRescaleRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"1.25", "1.3"}, {"-1.25", "-1.3"}, {"1.24", "1.2"}, {"-0.04", "0.0"}, {"2", "2.0"},
	} {
		if got := MustParse(c.in).Rescale(1).String(); got != c.want {
			t.Errorf("%s to one digit is %s, want %s", c.in, got, c.want)
		}
	}
}

// The operations agree with rational arithmetic, and division is within half a unit of its scale.
func TestArithmeticAgainstRationals(t *testing.T) {
	rat := func(d Decimal) *big.Rat { return new(big.Rat).SetFrac(d.Unscaled(), pow10(d.Scale())) }
	check := func(a, b int64, sa, sb uint8) bool {
		x, y := New(a, int32(sa%12)), New(b, int32(sb%12))
		if rat(x.Add(y)).Cmp(new(big.Rat).Add(rat(x), rat(y))) != 0 ||
			rat(x.Sub(y)).Cmp(new(big.Rat).Sub(rat(x), rat(y))) != 0 ||
			rat(x.Mul(y)).Cmp(new(big.Rat).Mul(rat(x), rat(y))) != 0 ||
			x.Cmp(y) != rat(x).Cmp(rat(y)) {
			return false
		}
		q, ok := x.Quo(y, 8)
		if !ok {
			return y.Sign() == 0
		}
		off := new(big.Rat).Sub(rat(q), new(big.Rat).Quo(rat(x), rat(y)))
		return off.Abs(off).Cmp(big.NewRat(1, 200000000)) <= 0
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 20000}); err != nil {
		t.Error(err)
	}
}
