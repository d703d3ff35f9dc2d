package trinojson

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Value is a JSON value. Objects keep the order of their members, the last of equal keys at the place
// of the first.
type Value struct {
	k     kind
	text  string // of a number, a string, a boolean
	elems []*Value
	keys  []string // of an object, beside elems
	num   *number  // of a number that was computed
}

// Parse reads a whole text.
func Parse(text string) (*Value, error) {
	v, rest, err := ParseFirst(text)
	if err != nil || rest != "" {
		return nil, errSyntax
	}
	return v, nil
}

// ParseFirst reads the value at the head of a text, as SQL/JSON does, and gives what is behind it.
func ParseFirst(text string) (v *Value, rest string, err error) {
	s := &scanner{text: text}
	if v, err = s.value(); err != nil {
		return nil, "", err
	}
	s.space()
	return v, text[s.at:], nil
}

// Decimal is the text of a decimal as a JSON number.
func Decimal(text string) string { return bigDecimal(text) }

func (s *scanner) value() (*Value, error) {
	switch s.peek() {
	case '[':
		v := &Value{k: kArray}
		return v, s.members(func(int, string) error {
			e, err := s.value()
			v.elems = append(v.elems, e)
			return err
		})
	case '{':
		v := &Value{k: kObject}
		place := map[string]int{}
		return v, s.members(func(_ int, key string) error {
			e, err := s.value()
			if i, twice := place[key]; twice {
				v.elems[i] = e
				return err
			}
			place[key] = len(v.keys)
			v.keys, v.elems = append(v.keys, key), append(v.elems, e)
			return err
		})
	}
	k, text, err := s.scalar()
	if err != nil {
		return nil, err
	}
	return &Value{k: k, text: text}, nil
}

// style is how a value is written: sorted with the keys of objects in order of their UTF-16 units,
// exact with numbers as they are, where else those with a point are doubles; raw with characters beyond
// the BMP as they are, where else they are escaped. The json type is sorted and exact.
type style struct{ sorted, exact, raw bool }

// write appends a value without blanks.
func (v *Value) write(b *strings.Builder, w style) {
	switch v.k {
	case kNull:
		b.WriteString("null")
	case kString:
		quote(b, v.text, w.raw)
	case kFloat:
		if w.exact {
			b.WriteString(bigDecimal(v.text))
			return
		}
		text := floatNumber(v.text)
		if text[len(text)-1] == 'y' { // Infinity
			text = `"` + text + `"`
		}
		b.WriteString(text)
	case kInt:
		b.WriteString(intNumber(v.text))
	case kArray:
		b.WriteByte('[')
		for i, e := range v.elems {
			if i > 0 {
				b.WriteByte(',')
			}
			e.write(b, w)
		}
		b.WriteByte(']')
	case kObject:
		order := make([]int, len(v.keys))
		for i := range order {
			order[i] = i
		}
		if w.sorted {
			slices.SortFunc(order, func(i, j int) int { return compareUTF16(v.keys[i], v.keys[j]) })
		}
		b.WriteByte('{')
		for n, i := range order {
			if n > 0 {
				b.WriteByte(',')
			}
			quote(b, v.keys[i], w.raw)
			b.WriteByte(':')
			v.elems[i].write(b, w)
		}
		b.WriteByte('}')
	default:
		b.WriteString(v.text)
	}
}

// SortKeys sorts by UTF-16 units, as Java does.
func SortKeys(keys []string) { slices.SortFunc(keys, compareUTF16) }

func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func intNumber(text string) string {
	if text == "-0" {
		return "0"
	}
	return text
}

// bigDecimal writes a number with a point or exponent as Java's BigDecimal does.
func bigDecimal(text string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	e, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil || e > 1<<30 || e < -1<<30 {
		return text
	}
	negative := strings.HasPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		digits, negative = "0", false
	}
	scale := len(fraction) - e
	adjusted := len(digits) - 1 - scale
	out := digits
	switch {
	case scale >= 0 && adjusted >= -6:
		if scale > 0 {
			if len(digits) <= scale {
				digits = strings.Repeat("0", scale-len(digits)+1) + digits
			}
			out = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
		}
	default:
		if len(digits) > 1 {
			out = digits[:1] + "." + digits[1:]
		}
		if adjusted != 0 {
			out += "E"
			if adjusted > 0 {
				out += "+"
			}
			out += strconv.Itoa(adjusted)
		}
	}
	if negative {
		out = "-" + out
	}
	return out
}

// floatNumber writes a number with a point as Java does a double.
func floatNumber(text string) string {
	f, _ := strconv.ParseFloat(text, 64) // infinite where it is too large
	return JavaDouble(f)
}

// JavaDouble is Double.toString: a point always, an exponent outside of 1e-3 … 1e7.
func JavaDouble(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	}
	if a := math.Abs(f); a == 0 || a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	m, e, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(m, ".") {
		m += ".0"
	}
	n, _ := strconv.Atoi(e)
	return m + "E" + strconv.Itoa(n)
}

// Quote writes a text in quotes.
func Quote(b *strings.Builder, text string) { quote(b, text, false) }

func quote(b *strings.Builder, text string, raw bool) {
	const hex = "0123456789ABCDEF"
	b.WriteByte('"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= 0xf0 && !raw: // the first byte of four
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError { // no text of the engine has it; it stays as it is, like any other byte
				b.WriteByte(c)
				continue
			}
			high, low := utf16.EncodeRune(r)
			for _, half := range [2]rune{high, low} {
				b.WriteString(`\u`)
				for shift := 12; shift >= 0; shift -= 4 {
					b.WriteByte(hex[half>>shift&15])
				}
			}
			i += n - 1
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= 0x20:
			b.WriteByte(c)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\f':
			b.WriteString(`\f`)
		case c == '\r':
			b.WriteString(`\r`)
		default:
			b.WriteString(`\u00`)
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	b.WriteByte('"')
}

// Canonical is the text of Trino's json type: no blanks, keys sorted.
func Canonical(text string) (string, error) {
	v, err := Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	v.write(&b, style{sorted: true, exact: true})
	return b.String(), nil
}

// Text writes the value without blanks, in its own order.
func (v *Value) Text() string {
	var b strings.Builder
	v.write(&b, style{})
	return b.String()
}

// Elements are the texts of an array's elements or of an object's values.
func (v *Value) Elements() (texts []string, array bool) {
	for _, e := range v.elems {
		var b strings.Builder
		e.write(&b, style{sorted: true, raw: true})
		texts = append(texts, b.String())
	}
	return texts, v.k == kArray
}

// Kind names what a value is: null, boolean, integer, float, string, array or object.
func (v *Value) Kind() string {
	return [...]string{"null", "boolean", "integer", "float", "string", "array", "object"}[v.k]
}

// Scalar is the text of a number, boolean or string.
func (v *Value) Scalar() string { return v.text }

// Representable reports a number that Trino's SQL/JSON can hold: no whole number beyond 64 bits.
func (v *Value) Representable() bool {
	_, ok := v.number()
	return ok || v.k != kInt && v.k != kFloat
}

// Keys are those of an object.
func (v *Value) Keys() []string { return v.keys }
