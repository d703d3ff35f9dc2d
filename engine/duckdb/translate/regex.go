package translate

import (
	"errors"
	"regexp"
	"strings"

	"github.com/limn-data/limn/engine/duckdb/javare"
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

// The shorthands are over ASCII in Trino, as in RE2; \s has the vertical tab in Trino alone.
var (
	classOutside = map[byte]string{'d': `[0-9]`, 'D': `[^0-9]`, 'w': `[0-9A-Za-z_]`, 'W': `[^0-9A-Za-z_]`, 's': `[\t\n\v\f\r ]`, 'S': `[^\t\n\v\f\r ]`}
	classInside  = map[byte]string{'d': `0-9`, 'w': `0-9A-Za-z_`, 's': `\t\n\v\f\r `}
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

// regex reads the pattern argument of a call: quick is DuckDB's own form of it, where both find the
// same; else the pattern goes to our own matcher as sql. ok is false where it was refused or failed.
type regex struct {
	quick   *pattern
	sql     string
	failed  string // what to render instead
	literal bool
}

func (p *printer) regex(c *callArgs) regex {
	text, ok := c.literal(1)
	if !ok {
		return regex{sql: p.rawText(c, 1)}
	}
	out := regex{sql: str(text), literal: true}
	if strings.ContainsRune(text, 0) {
		out.failed = p.refuse(c.name+" with this pattern", c.call.At, "")
		return out
	}
	switch _, err := javare.Compile(text); {
	case errors.Is(err, javare.ErrInvalid):
		out.failed = p.raise("INVALID_FUNCTION_ARGUMENT", "The regular expression is not valid", c.result, c.call.At)
	case err != nil:
		out.failed = p.refuse(c.name+" with this pattern", c.call.At, "")
	}
	if quick, ok := readPattern(text); ok {
		out.quick = &quick
	}
	return out
}

// rawText is a text argument in its own type, with the padding of a char.
func (p *printer) rawText(c *callArgs, i int) string {
	e := c.call.Args[i].Value
	return p.padded(p.raw(e, c.scope), p.info.Type(e))
}

func regexpLike(p *printer, c *callArgs) string {
	re := p.regex(c)
	switch {
	case re.failed != "":
		return re.failed
	case re.quick != nil:
		return "regexp_matches(" + c.args[0] + ", " + str(re.quick.text) + ")"
	}
	return call("regexp_like", c.args[0], re.sql)
}

// groupArg is the optional group argument.
func groupArg(c *callArgs) string {
	if len(c.args) < 3 {
		return "0"
	}
	return c.args[2]
}

func regexpExtract(p *printer, c *callArgs) string {
	re := p.regex(c)
	if re.failed != "" {
		return re.failed
	}
	if n, ok := c.constant(2); re.quick != nil && !re.quick.ends && (len(c.args) == 2 || ok && n == 0) {
		return p.let(c.args[:1], func(v []string) string {
			return "CASE WHEN regexp_matches(" + v[0] + ", " + str(re.quick.text) + ") THEN regexp_extract(" + v[0] + ", " + str(re.quick.text) + ") END"
		})
	}
	return call("regexp_extract", c.args[0], re.sql, "CAST("+groupArg(c)+" AS BIGINT)")
}

func regexpExtractAll(p *printer, c *callArgs) string {
	re := p.regex(c)
	if re.failed != "" {
		return re.failed
	}
	return call("regexp_extract_all", c.args[0], re.sql, "CAST("+groupArg(c)+" AS BIGINT)")
}

func regexpCount(p *printer, c *callArgs) string {
	re := p.regex(c)
	switch {
	case re.failed != "":
		return re.failed
	case re.quick != nil && !re.quick.empty && !re.quick.ends:
		return "len(regexp_extract_all(" + c.args[0] + ", " + str(re.quick.text) + "))"
	}
	return call("regexp_count", c.args[0], re.sql)
}

func regexpPosition(p *printer, c *callArgs) string {
	re := p.regex(c)
	if re.failed != "" {
		return re.failed
	}
	args := []string{"1", "1"}
	copy(args, c.args[2:])
	return call("regexp_position", c.args[0], re.sql, "CAST("+args[0]+" AS BIGINT)", "CAST("+args[1]+" AS BIGINT)")
}

func regexpSplit(p *printer, c *callArgs) string {
	re := p.regex(c)
	if re.failed != "" {
		return re.failed
	}
	return call("regexp_split", c.args[0], re.sql)
}

func regexpReplace(p *printer, c *callArgs) string {
	re := p.regex(c)
	switch {
	case re.failed != "":
		return re.failed
	case len(c.args) == 2 && re.quick != nil && !re.quick.empty && !re.quick.ends:
		return "regexp_replace(" + c.args[0] + ", " + str(re.quick.text) + ", '', 'g')"
	case len(c.args) == 2:
		return call("regexp_replace", c.args[0], re.sql, "''")
	case c.types[2].Kind() != types.Function:
		return call("regexp_replace", c.args[0], re.sql, c.args[2])
	}
	// By a lambda over the groups of each match; where it gives NULL the whole is.
	parts := p.inLambda(func(part string) string {
		body := p.applied(c, 2, "struct_extract("+part+", 'groups')")
		return "list_transform(" + call("regexp_parts", c.args[0], re.sql) + ", lambda " + part + ": struct_extract(" + part + ", 'before') || CASE WHEN struct_extract(" + part +
			", 'groups') IS NULL THEN '' ELSE " + body + " END)"
	})
	return p.let([]string{parts}, func(v []string) string {
		return "CASE WHEN len(list_filter(" + v[0] + ", lambda _e: _e IS NULL)) > 0 THEN NULL ELSE array_to_string(" + v[0] + ", '') END"
	})
}
