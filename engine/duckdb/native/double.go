package native

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// DoubleText is CAST(double AS varchar): the digits that Java's DecimalFormat sees, which are not always
// the shortest that read back as the number (2e23 is 1.9999999999999998E23), one before the point.
func DoubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	sign := ""
	if math.Signbit(f) {
		sign, f = "-", -f
	}
	if f == 0 {
		return sign + "0E0"
	}
	digits, exponent := javaDigits(f)
	rest := strings.TrimRight(digits[1:], "0")
	if rest == "" {
		rest = "0"
	}
	return sign + digits[:1] + "." + rest + "E" + strconv.Itoa(exponent)
}

// javaDigits are the digits of a positive number and the power of ten of the first, by the algorithm of
// the JDK's FloatingDecimal (Steele and White's, with its known flaws), which DecimalFormat still uses.
func javaDigits(f float64) (digits string, exponent int) {
	const shift = 52
	raw := math.Float64bits(f)
	binExp := int(raw >> shift)
	fract := raw & (1<<shift - 1)
	significant := shift + 1
	if binExp == 0 {
		leading := bits.LeadingZeros64(fract)
		by := leading - (63 - shift)
		fract <<= by
		binExp = 1 - by
		significant = 64 - leading
	} else {
		fract |= 1 << shift
	}
	binExp -= 1023
	tail := bits.TrailingZeros64(fract)
	nFract := shift + 1 - tail
	tiny := max(0, nFract-binExp-1)
	if binExp <= 62 && binExp >= -21 && tiny == 0 && nFract < 64 { // a whole number
		insignificant := 0
		if p := binExp - significant - 1; binExp > significant && p > 1 {
			insignificant = int(float64(p) * math.Log10(2))
		}
		if binExp >= shift {
			fract <<= binExp - shift
		} else {
			fract >>= shift - binExp
		}
		if insignificant > 0 {
			power := uint64(math.Pow10(insignificant))
			residue := fract % power
			fract /= power
			if residue >= power>>1 {
				fract++
			}
		}
		digits = strconv.FormatUint(fract, 10)
		return digits, len(digits) - 1 + insignificant
	}
	mantissa := math.Float64frombits(1023<<shift | fract&(1<<shift-1))
	decExp := int(math.Floor((mantissa-1.5)*0.289529654 + 0.176091259 + float64(binExp)*0.301029995663981))
	b5 := max(0, -decExp)
	b2 := b5 + tiny + binExp
	s5 := max(0, decExp)
	s2 := s5 + tiny
	m5, m2 := b5, b2-significant
	fract >>= tail
	b2 -= nFract - 1
	common := min(b2, s2)
	b2, s2, m2 = b2-common, s2-common, m2-common
	if nFract == 1 {
		m2--
	}
	if m2 < 0 {
		b2, s2, m2 = b2-m2, s2-m2, 0
	}
	scaled := func(x uint64, five, two int) *big.Int {
		n := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(five)), nil)
		n.Mul(n, new(big.Int).SetUint64(x))
		return n.Lsh(n, uint(two))
	}
	ten := big.NewInt(10)
	b, s, m := scaled(fract, b5, b2), scaled(1, s5, s2), scaled(1, m5, m2)
	tens := new(big.Int).Mul(s, ten)
	// Where all fits 64 bits the JDK stops at a larger sum only, else at an equal one too.
	bBits := nFract + b2 + fiveBits(b5)
	tenBits := s2 + 1 + fiveBits(s5+1)
	atMost := 0
	if bBits < 64 && tenBits < 64 {
		atMost = 1
	}
	var out []byte
	low, high := false, false
	next := func() byte {
		q := new(big.Int)
		q.QuoRem(b, s, b)
		b.Mul(b, ten)
		m.Mul(m, ten)
		low = b.Cmp(m) < 0
		high = new(big.Int).Add(b, m).Cmp(tens) >= atMost
		return byte('0' + q.Int64())
	}
	if q := next(); q == '0' && !high {
		decExp--
	} else {
		out = append(out, q)
	}
	if decExp < -3 || decExp >= 8 {
		low, high = false, false
	}
	for !low && !high {
		out = append(out, next())
	}
	up := high
	if high && low {
		switch twice := new(big.Int).Lsh(b, 1).Cmp(tens); {
		case twice == 0:
			up = out[len(out)-1]&1 != 0
		default:
			up = twice > 0
		}
	}
	if up {
		i := len(out) - 1
		for ; i >= 0 && out[i] == '9'; i-- {
			out[i] = '0'
		}
		if i < 0 {
			out = append([]byte{'1'}, out[:len(out)-1]...)
			decExp++
		} else {
			out[i]++
		}
	}
	return string(out), decExp
}

// fiveBits is the number of bits of a power of five, as the JDK reckons it.
func fiveBits(n int) int {
	if n < 27 {
		return new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(n)), nil).BitLen() * min(n, 1)
	}
	return n * 3
}
