package parse

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// token is one token of the source. It holds no text: the source is sliced when text is needed.
type token struct {
	start, end int32
	// match is the index of the bracket that closes this '(' (0 when none does), so that the parser
	// can look behind a parenthesis without parsing it twice.
	match int32
	kind  kind
}

// lexer turns a source into tokens, comments kept apart. As in Trino's lexer nothing is an error
// here: what fits no rule is a tUnrecognized token of one character, and the parser says where it
// was not expected. Letters are A–Z only; a line comment also ends at a lone carriage return; bracketed
// comments do not nest.
type lexer struct {
	src      string
	toks     []token
	comments []ast.Comment
	open     []int32 // indexes of the '(' that are still open
	// Set once no further end exists, so that a source full of openings is not scanned again and again.
	noCommentEnd, noDollarEnd, noQuoteEnd, noBackEnd, noStringEnd, noBinaryEnd bool
}

const (
	classOther uint8 = iota
	classSpace
	classLetter // letters and the underscore
	classDigit
)

var class = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = classLetter, classLetter
	}
	t['_'] = classLetter
	for c := '0'; c <= '9'; c++ {
		t[c] = classDigit
	}
	for _, c := range " \t\r\n" {
		t[c] = classSpace
	}
	return t
}()

// lex reads the whole source. The last token is tEOF.
func (l *lexer) lex() {
	src := l.src
	if l.toks == nil {
		l.toks = make([]token, 0, len(src)/4+8)
	}
	for i := 0; i < len(src); {
		c := src[i]
		switch class[c] {
		case classSpace:
			i++
		case classLetter:
			i = l.word(i)
		case classDigit:
			i = l.number(i)
		default:
			i = l.other(i)
		}
	}
	l.toks = append(l.toks, token{start: int32(len(src)), end: int32(len(src)), kind: tEOF})
}

func (l *lexer) add(k kind, start, end int) int {
	if len(l.toks) == cap(l.toks) { // no more tokens than bytes can follow; growing in steps costs more
		grown := make([]token, len(l.toks), len(l.toks)+len(l.src)-start+2)
		copy(grown, l.toks)
		l.toks = grown
	}
	l.toks = append(l.toks, token{start: int32(start), end: int32(end), kind: k})
	return end
}

// word reads an identifier, a keyword, or the literals that begin with a letter: X'…' and U&'…'.
func (l *lexer) word(i int) int {
	src, start := l.src, i
	h := uint32(hashSeed)
	for i < len(src) {
		c := src[i]
		if cl := class[c]; cl != classLetter && cl != classDigit {
			break
		}
		h = (h ^ uint32(c|0x20)) * hashPrime
		i++
	}
	if i-start == 1 && i < len(src) {
		switch c := src[start] | 0x20; {
		case c == 'x' && src[i] == '\'' && !l.noBinaryEnd:
			if n := strings.IndexByte(src[i+1:], '\''); n >= 0 {
				return l.add(tBinary, start, i+1+n+1)
			}
			l.noBinaryEnd = true
		case c == 'u' && src[i] == '&' && i+1 < len(src) && src[i+1] == '\'':
			if end := l.quoted(i+1, '\'', &l.noStringEnd); end > 0 {
				return l.add(tUnicodeString, start, end)
			}
		}
	}
	return l.add(keywordKind(h, src[start:i]), start, i)
}

// quoted returns the end of the literal that opens at i, or 0. A doubled quote stands for one; where
// the text ends inside, the literal ends at the last quote that could close it, as the longest match does.
func (l *lexer) quoted(i int, q byte, none *bool) int {
	if *none {
		return 0
	}
	src, last := l.src, 0
	for i++; ; {
		n := strings.IndexByte(src[i:], q)
		if n < 0 {
			if last == 0 {
				*none = true
			}
			return last
		}
		i += n + 1
		if i >= len(src) || src[i] != q {
			return i
		}
		last = i
		i++
	}
}

// number reads the longest of: integer (decimal, 0x, 0o, 0b), decimal, double, and an identifier that
// starts with a digit, which the parser refuses with its own message.
func (l *lexer) number(start int) int {
	src := l.src
	word := start // end of the run of letters, digits and underscores
	for word < len(src) && (class[src[word]] == classLetter || class[src[word]] == classDigit) {
		word++
	}
	digits := scanDigits(src, start, true)
	k, end := tInteger, digits
	if src[start] == '0' && word > start+1 {
		end = max(end, scanRadix(src, start))
	}
	if end == digits {
		// A point may follow; an exponent may follow only digits without underscores.
		mantissa := scanDigits(src, start, false)
		if end < len(src) && src[end] == '.' {
			if mantissa == end {
				mantissa = scanDigits(src, end+1, false)
			}
			k, end = tDecimal, scanDigits(src, end+1, true)
		}
		if e := scanExponent(src, mantissa); e > end {
			k, end = tDouble, e
		}
	}
	if word > end {
		return l.add(tDigitIdent, start, word)
	}
	return l.add(k, start, end)
}

// scanDigits returns the end of digits at i; with underscores, one may stand between two digits.
func scanDigits(src string, i int, underscores bool) int {
	for i < len(src) {
		if class[src[i]] == classDigit {
			i++
			continue
		}
		if underscores && src[i] == '_' && i > 0 && class[src[i-1]] == classDigit && i+1 < len(src) && class[src[i+1]] == classDigit {
			i++
			continue
		}
		break
	}
	return i
}

// scanRadix returns the end of a 0x, 0o or 0b integer at i, or i.
func scanRadix(src string, i int) int {
	var ok func(c byte) bool
	switch src[i+1] | 0x20 {
	case 'x':
		ok = func(c byte) bool { return class[c] == classDigit || c|0x20 >= 'a' && c|0x20 <= 'f' }
	case 'o':
		ok = func(c byte) bool { return c >= '0' && c <= '7' }
	case 'b':
		ok = func(c byte) bool { return c == '0' || c == '1' }
	default:
		return i
	}
	end := i
	for j := i + 2; j < len(src); {
		if src[j] == '_' {
			j++
		}
		if j >= len(src) || !ok(src[j]) {
			break
		}
		j++
		end = j
	}
	return end
}

// scanExponent returns the end of an exponent at i, or 0.
func scanExponent(src string, i int) int {
	if i >= len(src) || src[i]|0x20 != 'e' {
		return 0
	}
	i++
	if i < len(src) && (src[i] == '+' || src[i] == '-') {
		i++
	}
	if end := scanDigits(src, i, false); end > i {
		return end
	}
	return 0
}

// other reads everything that starts with neither a letter nor a digit.
func (l *lexer) other(i int) int {
	src := l.src
	next := byte(0)
	if i+1 < len(src) {
		next = src[i+1]
	}
	switch c := src[i]; c {
	case '(':
		l.open = append(l.open, int32(len(l.toks)))
		return l.add(tLParen, i, i+1)
	case ')':
		if n := len(l.open); n > 0 {
			l.toks[l.open[n-1]].match = int32(len(l.toks))
			l.open = l.open[:n-1]
		}
		return l.add(tRParen, i, i+1)
	case '\'':
		if end := l.quoted(i, '\'', &l.noStringEnd); end > 0 {
			return l.add(tString, i, end)
		}
	case '"':
		if end := l.quoted(i, '"', &l.noQuoteEnd); end > 0 {
			return l.add(tQuoted, i, end)
		}
	case '`':
		if end := l.quoted(i, '`', &l.noBackEnd); end > 0 {
			return l.add(tBackquoted, i, end)
		}
	case '-':
		switch next {
		case '-':
			return l.lineComment(i)
		case '>':
			return l.add(tArrow, i, i+2)
		case '}':
			return l.add(tRExclude, i, i+2)
		}
		return l.add(tMinus, i, i+1)
	case '/':
		if next == '*' && !l.noCommentEnd {
			if n := strings.Index(src[i+2:], "*/"); n >= 0 {
				return l.comment(i, i+2+n+2)
			}
			l.noCommentEnd = true
		}
		return l.add(tSlash, i, i+1)
	case '$':
		if next == '$' && !l.noDollarEnd {
			if n := strings.Index(src[i+2:], "$$"); n >= 0 {
				return l.add(tDollarString, i, i+2+n+2)
			}
			l.noDollarEnd = true
		}
		return l.add(tDollar, i, i+1)
	case '.':
		if class[next] == classDigit {
			k, end := tDecimal, scanDigits(src, i+1, true)
			if e := scanExponent(src, scanDigits(src, i+1, false)); e > end {
				k, end = tDouble, e
			}
			return l.add(k, i, end)
		}
		return l.add(tDot, i, i+1)
	default:
		for _, p := range pairs[c] {
			if p.second == next && next != 0 {
				return l.add(p.kind, i, i+2)
			}
		}
		if k := single[c]; k != 0 {
			return l.add(k, i, i+1)
		}
	}
	// One character, however many bytes it has.
	end := i + 1
	for end < len(src) && src[end]&0xC0 == 0x80 {
		end++
	}
	return l.add(tUnrecognized, i, end)
}

func (l *lexer) lineComment(i int) int {
	end := len(l.src)
	if n := strings.IndexAny(l.src[i:], "\r\n"); n >= 0 {
		end = i + n
	}
	return l.comment(i, end)
}

func (l *lexer) comment(start, end int) int {
	l.comments = append(l.comments, ast.Comment{
		At:   ast.Span{Start: int32(start), End: int32(end)},
		Text: l.src[start:end],
	})
	return end
}

// pairs and single are the operators by their first character.
type pair struct {
	second byte
	kind   kind
}

var pairs = [256][]pair{
	'=': {{'>', tArrowFat}},
	':': {{':', tColonColon}},
	'|': {{'|', tConcat}},
	'{': {{'-', tLExclude}},
	'<': {{'>', tNe}, {'=', tLe}},
	'>': {{'=', tGe}},
	'!': {{'=', tNe}},
}

var single = func() (t [256]kind) {
	for k, s := range punctText {
		if len(s) == 1 {
			t[s[0]] = kind(k)
		}
	}
	return t
}()

// The words are found by a hash that is computed while a word is read, in a table with open
// addressing that is filled once at start.
const (
	hashSeed  = 2166136261
	hashPrime = 16777619
	hashSize  = 1024
)

var keywordTable = func() (t [hashSize]kind) {
	for k, w := range keywordText {
		if w == "" {
			continue
		}
		for i := hashWord(w); ; i++ {
			if s := &t[i%hashSize]; *s == 0 {
				*s = kind(k)
				break
			}
		}
	}
	return t
}()

// hashWord is the hash of a word without regard to case.
func hashWord(word string) uint32 {
	h := uint32(hashSeed)
	for i := 0; i < len(word); i++ {
		h = (h ^ uint32(word[i]|0x20)) * hashPrime
	}
	return h
}

func keywordKind(h uint32, word string) kind {
	for i := h; ; i++ {
		k := keywordTable[i%hashSize]
		if k == 0 {
			return tIdent
		}
		if w := keywordText[k]; len(w) == len(word) && equalFold(w, word) {
			return k
		}
	}
}

// equalFold compares an upper case word with one of ASCII letters, digits and underscores.
func equalFold(upper, word string) bool {
	for i := 0; i < len(word); i++ {
		c := word[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}
