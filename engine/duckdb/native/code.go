package native

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

var codes = []Function{
	{Name: "crc32", In: []string{"BLOB"}, Out: "BIGINT", Call: func(in []any) (any, error) { return int64(crc32.ChecksumIEEE(in[0].([]byte))), nil }},
	{Name: "sha512", In: []string{"BLOB"}, Out: "BLOB", Call: func(in []any) (any, error) { s := sha512.Sum512(in[0].([]byte)); return s[:], nil }},
	{Name: "hmac", In: []string{"BLOB", "BLOB", "VARCHAR"}, Out: "BLOB", Call: func(in []any) (any, error) {
		make_ := map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}[in[2].(string)]
		if len(in[1].([]byte)) == 0 {
			return nil, invalid("Empty key")
		}
		h := hmac.New(make_, in[1].([]byte))
		h.Write(in[0].([]byte))
		return h.Sum(nil), nil
	}},
	{Name: "from_base64", In: []string{"VARCHAR"}, Out: "BLOB", Call: func(in []any) (any, error) {
		return decoded(base64.StdEncoding, base64.RawStdEncoding, in[0].(string))
	}},
	{Name: "from_base64url", In: []string{"VARCHAR"}, Out: "BLOB", Call: func(in []any) (any, error) {
		return decoded(base64.URLEncoding, base64.RawURLEncoding, in[0].(string))
	}},
	{Name: "to_base64url", In: []string{"BLOB"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return base64.URLEncoding.EncodeToString(in[0].([]byte)), nil }},
	{Name: "to_base32", In: []string{"BLOB"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return base32.StdEncoding.EncodeToString(in[0].([]byte)), nil }},
	{Name: "from_hex", In: []string{"VARCHAR"}, Out: "BLOB", Call: func(in []any) (any, error) {
		b, err := hex.DecodeString(in[0].(string))
		if err != nil {
			return nil, invalid("Not a text of hexadecimal digits")
		}
		return b, nil
	}},
	{Name: "from_utf8", In: []string{"BLOB"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		if !utf8.Valid(in[0].([]byte)) {
			return nil, unsupported("bytes that are no UTF-8 as text")
		}
		return string(in[0].([]byte)), nil
	}},
	{Name: "from_base", In: []string{"VARCHAR", "BIGINT"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		text, radix := in[0].(string), in[1].(int64)
		if radix < 2 || radix > 36 {
			return nil, invalid("Radix must be between 2 and 36")
		}
		n, err := strconv.ParseInt(text, int(radix), 64)
		if err != nil || strings.Contains(text, "_") {
			return nil, invalid("Not a valid base-" + strconv.FormatInt(radix, 10) + " number: " + text)
		}
		return n, nil
	}},
	{Name: "to_base", In: []string{"BIGINT", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		radix := in[1].(int64)
		if radix < 2 || radix > 36 {
			return nil, invalid("Radix must be between 2 and 36")
		}
		return strconv.FormatInt(in[0].(int64), int(radix)), nil
	}},
	{Name: "shift_left", In: []string{"BIGINT", "BIGINT", "BIGINT"}, Out: "BIGINT", Call: shift(func(x int64, by uint, width uint) int64 { return x << by })},
	{Name: "shift_right", In: []string{"BIGINT", "BIGINT", "BIGINT"}, Out: "BIGINT", Call: shift(func(x int64, by, width uint) int64 {
		mask := uint64(1)<<(width-1)<<1 - 1
		return int64((uint64(x) & mask) >> by)
	})},
	{Name: "shift_right_arithmetic", In: []string{"BIGINT", "BIGINT", "BIGINT"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		x, by := in[0].(int64), in[1].(int64)
		if by < 0 {
			by &= 63
		}
		return x >> min(by, 63), nil
	}},
	{Name: "bit_count", In: []string{"BIGINT", "BIGINT"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		x, width := in[0].(int64), in[1].(int64)
		if width < 2 || width > 64 {
			return nil, invalid("Bits specified in bit_count must be between 2 and 64, got " + strconv.FormatInt(width, 10))
		}
		if width < 64 && (x < -(1<<(width-1)) || x >= 1<<(width-1)) {
			return nil, invalid("Number must be representable with the bits specified")
		}
		mask := uint64(1)<<(width-1)<<1 - 1
		return int64(bits.OnesCount64(uint64(x) & mask)), nil
	}},
	{Name: "decimal", In: []string{"VARCHAR", "VARCHAR", "VARCHAR", "BIGINT"}, Out: "VARCHAR", Call: decimalOp},
	{Name: "combinations", In: []string{"BIGINT", "BIGINT"}, Out: "BIGINT[][]", Call: combinations},
	{Name: "bytes_reverse", In: []string{"BLOB"}, Out: "BLOB", Call: func(in []any) (any, error) {
		b := append([]byte{}, in[0].([]byte)...)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return b, nil
	}},
}

func decoded(padded, raw *base64.Encoding, text string) (any, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, invalid("Illegal base64 character")
	}
	e := raw
	if strings.HasSuffix(text, "=") {
		e = padded
	}
	b, err := e.DecodeString(text)
	if err != nil {
		return nil, invalid("Not a base64 text")
	}
	return b, nil
}

// shift moves the bits of a number of so many bits; the result keeps to them.
func shift(by func(x int64, by, width uint) int64) func([]any) (any, error) {
	return func(in []any) (any, error) {
		x, n, width := in[0].(int64), in[1].(int64), uint(in[2].(int64))
		if n >= int64(width) {
			return int64(0), nil
		}
		if n < 0 && width < 64 {
			return nil, unsupported("shifts by less than nothing")
		}
		n &= 63 // as Java does
		r := by(x, uint(n), width)
		return r << (64 - width) >> (64 - width), nil // the sign is the highest bit of the width
	}
}

// combinations are the places, from 1, of every n out of length elements, in Trino's order.
func combinations(in []any) (any, error) {
	length, n := in[0].(int64), in[1].(int64)
	switch {
	case n < 0:
		return nil, invalid("combination size must not be negative")
	case n > 5:
		return nil, invalid("combination size must not exceed 5")
	case n > length:
		return []any{}, nil
	}
	if new(big.Int).Binomial(length, n).Cmp(big.NewInt(100_000)) > 0 {
		return nil, invalid("combinations exceed max size")
	}
	at := make([]int64, n)
	for i := range at {
		at[i] = int64(i)
	}
	out := []any{}
	for {
		one := make([]any, n)
		for i, a := range at {
			one[i] = a + 1
		}
		out = append(out, one)
		i := 0
		for i < len(at) && (i+1 < len(at) && at[i]+1 == at[i+1] || i+1 == len(at) && at[i]+1 == length) {
			at[i] = int64(i)
			i++
		}
		if i == len(at) {
			return out, nil
		}
		at[i]++
	}
}

// decimalOp computes a op b exactly and rounds half up to so many digits after the point: for numbers
// whose way there does not fit 38 digits.
func decimalOp(in []any) (any, error) {
	var sides [2]*big.Int
	scales := [2]int{}
	for i, text := range []string{in[1].(string), in[2].(string)} {
		whole, fraction, _ := strings.Cut(text, ".")
		n, ok := new(big.Int).SetString(whole+fraction, 10)
		if !ok {
			return nil, unsupported("this decimal")
		}
		sides[i], scales[i] = n, len(fraction)
	}
	scale := int(in[3].(int64))
	power := func(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, 0))), nil) }
	common := max(scales[0], scales[1])
	same := func(i int) *big.Int { return new(big.Int).Mul(sides[i], power(common-scales[i])) }
	var n, d *big.Int // the result is n / d
	switch in[0].(string) {
	case "+":
		n, d = new(big.Int).Add(same(0), same(1)), power(common)
	case "-":
		n, d = new(big.Int).Sub(same(0), same(1)), power(common)
	case "*":
		n, d = new(big.Int).Mul(sides[0], sides[1]), power(scales[0]+scales[1])
	default:
		if sides[1].Sign() == 0 {
			return nil, &Failure{"DIVISION_BY_ZERO", "Division by zero"}
		}
		if n, d = same(0), same(1); in[0].(string) == "%" {
			n, d = new(big.Int).Rem(n, d), power(common)
		}
	}
	overflow := &Failure{"NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow"}
	if in[0].(string) == "%" && new(big.Int).Quo(same(0), same(1)).BitLen() > 127 {
		return nil, overflow // Trino comes by the quotient
	}
	switch in[0].(string) { // of these Trino computes the way there in 128 bits
	case "+", "-":
		for _, x := range []*big.Int{same(0), same(1), n} {
			if x.CmpAbs(power(38)) >= 0 {
				return nil, overflow
			}
		}
	case "*":
		if n.BitLen() > 127 {
			return nil, overflow
		}
	}
	n.Mul(n, power(scale))
	if d.Sign() < 0 {
		n.Neg(n)
		d = new(big.Int).Neg(d)
	}
	negative := n.Sign() < 0
	n.Abs(n)
	n.Add(n.Lsh(n, 1), d) // (2n + d) / 2d
	n.Quo(n, new(big.Int).Lsh(d, 1))
	text := n.String()
	for len(text) <= scale {
		text = "0" + text
	}
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if negative && n.Sign() != 0 {
		text = "-" + text
	}
	if n.Cmp(power(38)) >= 0 {
		return nil, overflow
	}
	return text, nil
}
