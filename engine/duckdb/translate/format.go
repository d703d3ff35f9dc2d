package translate

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/types"
)

// verb is one %… of a format.
type verb struct {
	flags     string
	width     int
	precision int // -1 when absent
	letter    byte
}

// formatForm is format(): Java's Formatter, as far as %s, %d, %f and their widths go.
func formatForm(p *printer, c *callArgs) string {
	text, ok := c.literal(0)
	if !ok {
		return p.refuse("format with a format that is no literal", c.call.At, "")
	}
	var parts []string
	arg := 1
	for text != "" {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			i = len(text)
		}
		if i > 0 {
			parts = append(parts, str(text[:i]))
			text = text[i:]
			continue
		}
		if strings.HasPrefix(text, "%%") {
			parts = append(parts, "'%'")
			text = text[2:]
			continue
		}
		v, rest, ok := readVerb(text)
		if !ok || arg >= len(c.call.Args) {
			return p.refuse("format with this format", c.call.At, "")
		}
		e := c.call.Args[arg].Value
		parts = append(parts, p.formatted(v, p.expr(e, c.scope), p.typeOf(e), c))
		text = rest
		arg++
	}
	if len(parts) == 0 {
		return "''"
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

func readVerb(text string) (v verb, rest string, ok bool) {
	v.precision = -1
	i := 1
	for i < len(text) && strings.IndexByte("-0,", text[i]) >= 0 {
		i++
	}
	v.flags = text[1:i]
	j := i
	for j < len(text) && text[j] >= '0' && text[j] <= '9' {
		j++
	}
	if j > i {
		if v.width, _ = strconv.Atoi(text[i:j]); v.width > maxSequence {
			return v, "", false
		}
	}
	if j < len(text) && text[j] == '.' {
		k := j + 1
		for k < len(text) && text[k] >= '0' && text[k] <= '9' {
			k++
		}
		if v.precision, _ = strconv.Atoi(text[j+1 : k]); k == j+1 || v.precision > 18 {
			return v, "", false
		}
		j = k
	}
	if j >= len(text) {
		return v, "", false
	}
	v.letter = text[j]
	return v, text[j+1:], true
}

// formatted renders one value; NULL is written as null.
func (p *printer) formatted(v verb, x string, t types.Type, c *callArgs) string {
	zero, comma, left := strings.Contains(v.flags, "0"), strings.Contains(v.flags, ","), strings.Contains(v.flags, "-")
	sql := ""
	switch {
	case v.letter == 's' && v.flags != "0" && !comma && !zero && v.precision < 0:
		switch {
		case t.Kind() == types.Varchar:
			sql = x
		case t.IsExactInteger() || t.Kind() == types.Boolean || t.Kind() == types.Decimal && t.Precision() > t.Scale() || t.Kind() == types.Date:
			sql = "CAST(" + x + " AS VARCHAR)"
		}
	case v.letter == 'd' && t.IsExactInteger() && v.precision < 0 && !(zero && (comma || left)):
		switch {
		case comma:
			sql = "format('{:,}', " + x + ")"
		case zero && v.width > 0:
			return "coalesce(printf('%0" + itoa(v.width) + "d', " + x + "), " + str(strings.Repeat(" ", max(0, v.width-4))+"null") + ")"
		default:
			sql = "CAST(" + x + " AS VARCHAR)"
		}
	case v.letter == 'd' && t.Kind() == types.Varchar:
		return p.raise("INVALID_FUNCTION_ARGUMENT", "Invalid format string: d != java.lang.String", c.result, c.call.At)
	case v.letter == 'f' && (t.Kind() == types.Double || t.Kind() == types.Decimal) && !zero && !comma:
		digits := v.precision
		if digits < 0 {
			digits = 6
		}
		// Java rounds the shortest decimal half up.
		if t.Kind() == types.Double {
			x = "CAST(" + x + " AS VARCHAR)"
		}
		sql = "CAST(CAST(" + x + " AS DECIMAL(38," + itoa(digits) + ")) AS VARCHAR)"
	}
	if sql == "" {
		return p.refuse("format with this format", c.call.At, "")
	}
	sql = "coalesce(" + sql + ", 'null')"
	if v.width == 0 {
		return sql
	}
	pad := "lpad"
	if left {
		pad = "rpad"
	}
	return p.let([]string{sql}, func(n []string) string { // what is longer stays whole
		return "CASE WHEN length(" + n[0] + ") >= " + itoa(v.width) + " THEN " + n[0] + " ELSE " + pad + "(" + n[0] + ", " + itoa(v.width) + ", ' ') END"
	})
}
