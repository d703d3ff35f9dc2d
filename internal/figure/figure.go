// Package figure writes numbers for people: rounded to what a sentence needs, exact in tables, with
// currency and unit. It never computes: what it prints is the value that it was given. Start at Short
// and Exact.
package figure

import (
	"strings"

	"github.com/limn-data/limn/internal/decimal"
)

// currencies that stand before the number by their sign; others stand before it by their code.
var currencies = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

// codes of currencies without a sign of their own here.
var codes = map[string]bool{"CHF": true, "CAD": true, "AUD": true, "INR": true, "BRL": true, "SEK": true, "NOK": true, "DKK": true, "MXN": true, "SGD": true, "CNY": true, "PLN": true}

// Money says whether a unit is a currency.
func Money(unit string) bool { return currencies[unit] != "" || codes[unit] }

// steps are the magnitudes that sentences use, largest first.
var steps = []struct {
	digits int32
	name   string
}{{12, "trillion"}, {9, "billion"}, {6, "million"}, {3, "thousand"}}

// Short is a number in a sentence: three to four significant digits, "$412.3 million", "12.4 %",
// "1,234". Whole numbers below ten thousand are exact.
func Short(d decimal.Decimal, unit string) string {
	if unit == "percent" {
		return group(round(d.Mul(decimal.New(100, 0)), 3, 1).String()) + " %"
	}
	digits := int32(d.Digits())
	text := ""
	switch {
	case digits > 4:
		for _, s := range steps {
			if digits <= s.digits {
				continue
			}
			q, _ := d.Quo(power(s.digits), 12)
			r := round(q, 4, 1)
			if r.Digits() > 3 && s.digits < 12 { // 999,960 is a million, not a thousand thousand
				s.digits += 3
				for _, up := range steps {
					if up.digits == s.digits {
						s.name = up.name
					}
				}
				q, _ = d.Quo(power(s.digits), 12)
				r = round(q, 4, 1)
			}
			text = trim(r.String()) + " " + s.name
			break
		}
	case d.Equal(d.Trunc()):
		text = group(d.Trunc().String())
	case Money(unit) && digits > 0:
		text = group(d.Rescale(2).String())
	default:
		text = group(trim(round(d, 4, 0).String()))
	}
	return with(text, unit)
}

// Exact is a number in a table: all its digits, or scale of them where the definition states a scale
// (-1: as they are), with thousands apart. A percentage is a fraction times one hundred.
func Exact(d decimal.Decimal, unit string, scale int) string {
	if unit == "percent" {
		if scale < 0 {
			scale = 1
		}
		return group(d.Mul(decimal.New(100, 0)).Rescale(int32(scale)).String()) + " %"
	}
	switch {
	case scale >= 0:
		d = d.Rescale(int32(scale))
	case Money(unit):
		d = d.Rescale(2)
	case d.Scale() > 4:
		d = d.Rescale(4)
	}
	text := group(d.String())
	if Money(unit) {
		return with(text, unit)
	}
	return text
}

// Points is a change of a percentage: "+1.2 points".
func Points(d decimal.Decimal) string {
	return trim(round(d.Mul(decimal.New(100, 0)), 3, 1).String()) + " points"
}

func power(n int32) decimal.Decimal { return decimal.MustParse("1" + strings.Repeat("0", int(n))) }

// round keeps n significant digits, at least least digits after the point unless the number is whole.
func round(d decimal.Decimal, n int, least int32) decimal.Decimal {
	if d.Sign() == 0 {
		return d.Rescale(least)
	}
	scale := int32(n - d.Digits())
	if d.Digits() == 0 && d.Sign() != 0 { // 0.00123: count from the first digit that is not zero
		text := strings.TrimLeft(strings.TrimPrefix(d.Abs().String(), "0."), "0")
		scale = d.Scale() - int32(len(text)) + int32(n)
	}
	return d.Rescale(min(max(scale, least), max(d.Scale(), least)))
}

// trim drops zeros at the end of a fraction.
func trim(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// group sets thousands apart.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, dotted := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + frac
	}
	return sign + whole
}

func with(text, unit string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	switch {
	case currencies[unit] != "":
		return sign + currencies[unit] + text
	case codes[unit]:
		return unit + " " + sign + text
	case unit == "" || unit == "count" || unit == "ratio":
		return sign + text
	}
	return sign + text + " " + unit
}
