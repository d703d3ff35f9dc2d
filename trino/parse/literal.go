package parse

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/limn-data/limn/trino/ast"
)

func (p *parser) parameter() ast.Expr {
	start := p.start()
	p.expect(tQuestion)
	p.params++
	return &ast.Parameter{Loc: p.loc(start), Index: p.params - 1}
}

// number reads a number with the minus that may stand before it.
func (p *parser) number() ast.Expr {
	start := p.start()
	minus := p.accept(tMinus)
	k, text := p.tok, p.text()
	if minus {
		if t := &p.toks[p.pos]; t.start == start+1 {
			text = p.src[start:t.end]
		} else {
			text = "-" + text
		}
	}
	p.next()
	switch k {
	case tInteger:
		p.checkInteger(start, text)
		return &ast.IntLit{Loc: p.loc(start), Text: text}
	case tDecimal:
		return &ast.DecimalLit{Loc: p.loc(start), Text: text}
	case tDouble:
		return &ast.DoubleLit{Loc: p.loc(start), Text: text}
	}
	p.expected("<expression>")
	return nil
}

// checkInteger reports an integer literal that does not fit into a bigint.
func (p *parser) checkInteger(at int32, text string) {
	if len(text) < 16 {
		return
	}
	if _, err := Integer(text); err != nil {
		p.lateAt(at, "Invalid numeric literal: "+text)
	}
}

// Integer is the value of an integer literal as written: decimal, 0x, 0o or 0b, with underscores and
// a minus. The error is strconv's.
func Integer(text string) (int64, error) {
	digits, minus := strings.CutPrefix(text, "-")
	digits = strings.ReplaceAll(digits, "_", "")
	base := 10
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] | 0x20 {
		case 'x':
			base, digits = 16, digits[2:]
		case 'o':
			base, digits = 8, digits[2:]
		case 'b':
			base, digits = 2, digits[2:]
		}
	}
	if minus {
		digits = "-" + digits
	}
	return strconv.ParseInt(digits, base, 64)
}

// smallInteger reads the integer of a precision.
func (p *parser) smallInteger() int64 {
	start := p.start()
	if p.tok != tInteger {
		p.expected("<integer>")
		return 0
	}
	text := p.text()
	p.next()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > math.MaxInt32 {
		p.lateAt(start, "Invalid numeric literal: "+text)
	}
	return n
}

// stringLit reads 'text' or U&'text' [UESCAPE 'c'].
func (p *parser) stringLit() *ast.StringLit {
	start := p.start()
	text := p.text()
	switch p.tok {
	case tString:
		p.next()
		return &ast.StringLit{Loc: p.loc(start), Value: unquote(text, "'")}
	case tUnicodeString:
		p.next()
		escape := `\`
		if p.accept(kUESCAPE) {
			if p.tok != tString {
				p.expected("<string>")
				return &ast.StringLit{}
			}
			escape = unquote(p.text(), "'")
			p.next()
		}
		s := &ast.StringLit{Loc: p.loc(start)}
		var problem string
		if s.Value, problem = decodeUnicode(unquote(text[2:], "'"), escape); problem != "" {
			p.lateAt(start, problem)
		}
		return s
	}
	p.expected("<string>")
	return &ast.StringLit{}
}

// stringAhead says whether the current token begins a string.
func (p *parser) stringAhead() bool { return p.tok == tString || p.tok == tUnicodeString }

// decodeUnicode decodes the escapes of a U&'…' literal: \XXXX and \+XXXXXX. The second result says
// what is wrong, in Trino's words.
func decodeUnicode(raw, escape string) (string, string) {
	if escape == "" {
		return "", "Empty Unicode escape character"
	}
	esc, n := utf8.DecodeRuneInString(escape)
	if n != len(escape) || esc > 0xFFFF || esc <= 0x20 || esc >= 0x7F || isHex(esc) || strings.ContainsRune(`"+'`, esc) {
		return "", "Invalid Unicode escape character: " + escape
	}
	var b strings.Builder
	for len(raw) > 0 {
		i := strings.IndexRune(raw, esc)
		if i < 0 {
			break
		}
		b.WriteString(raw[:i])
		raw = raw[i+1:]
		if strings.HasPrefix(raw, escape) {
			b.WriteRune(esc)
			raw = raw[1:]
			continue
		}
		width := 4
		if strings.HasPrefix(raw, "+") {
			raw, width = raw[1:], 6
		}
		digits := raw[:min(width, len(raw))]
		for j, r := range digits {
			if !isHex(r) {
				if j == 0 && width == 4 {
					return "", "Invalid hexadecimal digit: " + string(r)
				}
				return "", "Incomplete escape sequence: " + digits[:j]
			}
		}
		if len(digits) < width {
			return "", "Incomplete escape sequence: " + digits
		}
		code, err := strconv.ParseUint(digits, 16, 32)
		if err != nil || code > utf8.MaxRune {
			return "", "Invalid escaped character: " + digits
		}
		if utf16.IsSurrogate(rune(code)) {
			return "", "Invalid escaped character: " + digits + `. Escaped character is a surrogate. Use '\+123456' instead.`
		}
		b.WriteRune(rune(code))
		raw = raw[width:]
	}
	b.WriteString(raw)
	return b.String(), ""
}

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
}

// binaryLit reads X'hexadecimal digits', which may be spaced.
func (p *parser) binaryLit() ast.Expr {
	start := p.start()
	text := p.text()
	p.next()
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \r\n\t\f\v", r) {
			return -1
		}
		return r
	}, text[2:len(text)-1])
	b := &ast.BinaryLit{Loc: p.loc(start)}
	for _, r := range digits {
		if !isHex(r) {
			p.lateAt(start, "Binary literal can only contain hexadecimal digits")
			return b
		}
	}
	if len(digits)%2 != 0 {
		p.lateAt(start, "Binary literal must contain an even number of digits")
		return b
	}
	b.Value, _ = hex.DecodeString(digits) // only digits, and an even number of them
	return b
}

// typedLit reads a type's name before a string.
func (p *parser) typedLit() ast.Expr {
	start := p.start()
	id := p.ident()
	t := &ast.TypedLit{Type: &ast.TypeName{Loc: id.Loc, Name: lower(id.Name)}}
	t.Value = p.stringLit().Value
	t.Loc = p.loc(start)
	return t
}

// intervalAhead says whether INTERVAL, the current token, begins a literal: a string behind it, with
// or without a sign, and then a field.
func (p *parser) intervalAhead() bool {
	i := 1
	if k := p.peek(i); k == tPlus || k == tMinus {
		i++
	}
	switch p.peek(i) {
	case tString:
		i++
	case tUnicodeString:
		i++
		if p.peek(i) == kUESCAPE {
			i += 2
		}
	default:
		return false
	}
	return isIntervalField(p.peek(i))
}

func isIntervalField(k kind) bool {
	switch k {
	case kYEAR, kMONTH, kDAY, kHOUR, kMINUTE, kSECOND:
		return true
	}
	return false
}

func (p *parser) interval() ast.Expr {
	start := p.start()
	p.expect(kINTERVAL)
	i := &ast.IntervalLit{}
	if !p.accept(tPlus) {
		i.Negative = p.accept(tMinus)
	}
	i.Value = p.stringLit().Value
	i.From, i.To, i.Precision, i.Fraction = p.intervalQualifier()
	i.Loc = p.loc(start)
	return i
}

var intervalFields = map[kind]string{
	kYEAR: "year", kMONTH: "month", kDAY: "day", kHOUR: "hour", kMINUTE: "minute", kSECOND: "second",
}

// intervalQualifier reads FIELD [(precision)] [TO FIELD [(fraction)]].
func (p *parser) intervalQualifier() (from, to string, precision, fraction *int64) {
	start := p.start()
	first := p.tok
	from = intervalFields[first]
	if from == "" {
		p.expected("'DAY', 'HOUR', 'MINUTE', 'MONTH', 'SECOND', 'YEAR'")
		return
	}
	p.next()
	if p.accept(tLParen) {
		n := p.smallInteger()
		precision = &n
		if first == kSECOND && p.accept(tComma) {
			m := p.smallInteger()
			fraction = &m
		}
		p.expect(tRParen)
	}
	if p.tok != kTO || first == kMONTH || first == kSECOND {
		return
	}
	p.next()
	last := p.tok
	to = intervalFields[last]
	switch {
	case first == kYEAR && last != kMONTH:
		p.expected("'MONTH'")
		return
	case first != kYEAR && last != kHOUR && last != kMINUTE && last != kSECOND:
		p.expected("'HOUR', 'MINUTE', 'SECOND'")
		return
	case first == kHOUR && last == kHOUR, first == kMINUTE && last != kSECOND:
		p.lateAt(start, "Invalid interval qualifier: "+strings.ToUpper(from)+" TO "+strings.ToUpper(to))
	}
	p.next()
	if last == kSECOND && p.accept(tLParen) {
		n := p.smallInteger()
		fraction = &n
		p.expect(tRParen)
	}
	return
}

// lower is strings.ToLower for ASCII letters alone, as the lexer knows no others.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
