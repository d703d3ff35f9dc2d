package translate

import (
	"regexp"
	"strings"

	"github.com/limn-data/limn/trino/types"
)

// Trino's regular expressions are those of Java, run by backtracking; DuckDB's are RE2's. The part
// in which both find the same match is taken over; the rest is refused. pattern is RE2 text for a
// Java pattern; groups is the number of its groups.
type pattern struct {
	text   string
	groups int
	// empty says that it matches nothing at all, where replacing and splitting differ; optional that
	// a group may take no part in a match, where Trino has NULL and DuckDB an empty text.
	empty, optional, ends bool
}

// unicode classes: Java's are over all of Unicode here, RE2's over ASCII.
var (
	classOutside = map[byte]string{'d': `\p{Nd}`, 'D': `\P{Nd}`, 'w': `[\p{L}\p{M}\p{N}\p{Pc}]`, 'W': `[^\p{L}\p{M}\p{N}\p{Pc}]`, 's': `[\t\n\v\f\r\x{85}\p{Z}]`, 'S': `[^\t\n\v\f\r\x{85}\p{Z}]`}
	classInside  = map[byte]string{'d': `\p{Nd}`, 'w': `\p{L}\p{M}\p{N}\p{Pc}`, 's': `\t\n\v\f\r\x{85}\p{Z}`}
)

const escapable = `.\+*?()[]{}^$|-/"'#@!%&=:;,<>~` + "`"

// readPattern reads a Java pattern; ok is false where RE2 might see another match.
func readPattern(java string) (p pattern, ok bool) {
	var b strings.Builder
	text := java
	if rest, found := strings.CutPrefix(text, "(?i)"); found {
		b.WriteString("(?i)")
		text = rest
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case '\\':
			if i++; i == len(text) {
				return p, false
			}
			switch e := text[i]; {
			case classOutside[e] != "":
				b.WriteString(classOutside[e])
			case strings.IndexByte(escapable, e) >= 0:
				b.WriteString(regexp.QuoteMeta(string(e)))
			case e == 't' || e == 'n' || e == 'r':
				b.WriteString(`\` + string(e))
			default:
				return p, false
			}
		case '[':
			end, class, good := readClass(text[i:])
			if !good {
				return p, false
			}
			b.WriteString(class)
			i += end
		case '(':
			switch {
			case strings.HasPrefix(text[i:], "(?:"):
				b.WriteString("(?:")
				i += 2
			case strings.HasPrefix(text[i:], "(?"):
				return p, false
			default:
				p.groups++
				b.WriteByte('(')
			}
		case '*', '+', '?', '{':
			if i > 0 && text[i-1] == ')' && c != '+' {
				p.optional = true
			}
			// A second + is possessive, which RE2 lacks; a second ? is lazy in both.
			if c == '+' && i > 0 && strings.IndexByte("*+?}", text[i-1]) >= 0 && !(i > 1 && text[i-2] == '\\') {
				return p, false
			}
			b.WriteByte(c)
		case '|':
			p.optional = true
			b.WriteByte(c)
		case '$': // also before a line end that ends the text
			p.ends = true
			b.WriteString(`(?:\n?\z)`)
		case '^':
			b.WriteString(`\A`)
		default:
			b.WriteByte(c)
		}
	}
	p.text = b.String()
	re, err := regexp.Compile(p.text)
	if err != nil || re.NumSubexp() != p.groups {
		return p, false
	}
	p.empty = re.MatchString("")
	return p, true
}

// readClass reads […] and gives the place of its last byte.
func readClass(text string) (end int, class string, ok bool) {
	var b strings.Builder
	b.WriteByte('[')
	i := 1
	if i < len(text) && text[i] == '^' {
		b.WriteByte('^')
		i++
	}
	for first := true; i < len(text); i, first = i+1, false {
		switch c := text[i]; c {
		case ']':
			b.WriteByte(']')
			return i, b.String(), !first
		case '[', '&':
			return 0, "", false // nested classes and intersections
		case '\\':
			if i++; i == len(text) {
				return 0, "", false
			}
			switch e := text[i]; {
			case classInside[e] != "":
				b.WriteString(classInside[e])
			case strings.IndexByte(escapable, e) >= 0:
				b.WriteString(`\` + string(e))
			case e == 't' || e == 'n' || e == 'r':
				b.WriteString(`\` + string(e))
			default:
				return 0, "", false
			}
		default:
			b.WriteByte(c)
		}
	}
	return 0, "", false
}

// regex reads the pattern argument of a call.
func (p *printer) regex(c *callArgs) (pattern, bool) {
	text, ok := c.literal(1)
	if ok {
		if re, ok := readPattern(text); ok {
			return re, true
		}
	}
	p.refuse(c.name+" with this pattern", c.call.At, "")
	return pattern{}, false
}

func regexpLike(p *printer, c *callArgs) string {
	re, ok := p.regex(c)
	if !ok {
		return "NULL"
	}
	return "regexp_matches(" + c.args[0] + ", " + str(re.text) + ")"
}

// group reads the optional group argument; failed is what to render instead.
func (p *printer) group(c *callArgs, re pattern) (group int, failed string) {
	if len(c.args) < 3 {
		return 0, ""
	}
	n, ok := c.constant(2)
	if !ok || n > 0 && re.optional || re.ends && n > 0 {
		return 0, p.refuse(c.name+" with this group", c.call.At, "")
	}
	if n < 0 || int(n) > re.groups {
		return 0, p.raise("INVALID_FUNCTION_ARGUMENT", "Pattern does not have this group", c.result, c.call.At)
	}
	return int(n), ""
}

func regexpExtract(p *printer, c *callArgs) string {
	re, ok := p.regex(c)
	if !ok {
		return "NULL"
	}
	n, failed := p.group(c, re)
	if failed != "" {
		return failed
	}
	if re.ends {
		return p.refuse(c.name+" with $ in the pattern", c.call.At, "")
	}
	return p.let(c.args[:1], func(v []string) string {
		return "CASE WHEN regexp_matches(" + v[0] + ", " + str(re.text) + ") THEN regexp_extract(" + v[0] + ", " + str(re.text) + ", " + itoa(n) + ") END"
	})
}

// everywhere reads the pattern of a function that looks for all matches.
func (p *printer) everywhere(c *callArgs) (pattern, bool) {
	re, ok := p.regex(c)
	if ok && (re.empty || re.ends) {
		p.refuse(c.name+" with a pattern that matches an empty text", c.call.At, "")
		return re, false
	}
	return re, ok
}

func regexpExtractAll(p *printer, c *callArgs) string {
	re, ok := p.everywhere(c)
	if !ok {
		return "NULL"
	}
	n, failed := p.group(c, re)
	if failed != "" {
		return failed
	}
	return "regexp_extract_all(" + c.args[0] + ", " + str(re.text) + ", " + itoa(n) + ")"
}

func regexpCount(p *printer, c *callArgs) string {
	re, ok := p.everywhere(c)
	if !ok {
		return "NULL"
	}
	return "len(regexp_extract_all(" + c.args[0] + ", " + str(re.text) + "))"
}

// regexpPosition: without anchors inside, the first match begins where its text first occurs.
func regexpPosition(p *printer, c *callArgs) string {
	re, ok := p.everywhere(c)
	if !ok {
		return "NULL"
	}
	if len(c.args) != 2 || strings.Contains(re.text, `\A`) {
		return p.refuse("regexp_position of this form", c.call.At, "")
	}
	return p.let(c.args[:1], func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NOT NULL THEN CASE WHEN regexp_matches(" + v[0] + ", " + str(re.text) + ") THEN CAST(strpos(" + v[0] + ", regexp_extract(" + v[0] + ", " + str(re.text) + ")) AS INTEGER) ELSE -1 END END"
	})
}

func regexpSplit(p *printer, c *callArgs) string {
	re, ok := p.everywhere(c)
	if !ok {
		return "NULL"
	}
	return "string_split_regex(" + c.args[0] + ", " + str(re.text) + ")"
}

// regexpReplace turns $1 into \1 and takes off the backslashes of Java.
func regexpReplace(p *printer, c *callArgs) string {
	re, ok := p.everywhere(c)
	if !ok {
		return "NULL"
	}
	var b strings.Builder
	if len(c.args) == 3 {
		text, ok := c.literal(2)
		if !ok || c.types[2].Kind() == types.Function {
			return p.refuse("regexp_replace with a replacement that is no literal", c.call.At, "")
		}
		for i := 0; i < len(text); i++ {
			switch {
			case text[i] == '$' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
				n := int(text[i+1] - '0')
				if i++; n > re.groups {
					return p.raise("INVALID_FUNCTION_ARGUMENT", "Illegal replacement sequence: unknown group", c.result, c.call.At)
				}
				if i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9' || n > 0 && re.optional {
					return p.refuse("regexp_replace with this replacement", c.call.At, "")
				}
				b.WriteString(`\` + itoa(n))
			case text[i] == '\\' && i+1 < len(text):
				i++
				if b.WriteByte(text[i]); text[i] == '\\' {
					b.WriteByte('\\')
				}
			case text[i] == '$' || text[i] == '\\':
				return p.refuse("regexp_replace with this replacement", c.call.At, "")
			default:
				b.WriteByte(text[i])
			}
		}
	}
	return "regexp_replace(" + c.args[0] + ", " + str(re.text) + ", " + str(b.String()) + ", 'g')"
}
