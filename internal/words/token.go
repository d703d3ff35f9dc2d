// Package words cuts English text and identifiers into tokens and brings words to a common form. It
// knows nothing of data or of SQL. Start at Split.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/limn-data/limn/internal/decimal"
)

// Kind is what a token is made of.
type Kind uint8

const (
	Word   Kind = iota // letters, digits, inner apostrophes, underscores and dots of identifiers
	Number             // 12, 1,200, 3.5, 10k, 5%
	Date               // 2026-03-05, 2026-03, 3/5/2026: digits joined by - or /
	Quoted             // "text" or 'text' or “text”, Text without the quotes
	Punct              // one character
)

// Token is a piece of a text. Start and End are byte offsets, half open.
type Token struct {
	Text       string // as written
	Norm       string // lower case, without possessive 's
	Stem       string // Norm in the singular
	Start, End int
	Kind       Kind
	Dash       bool // joined to the token before by a hyphen without blanks ("year-over-year")
	Value      decimal.Decimal
	Percent    bool // Number written with %
}

// Split cuts text into tokens. Hyphens between words are not tokens: they set Dash on what follows.
// Invalid UTF-8 and control characters separate tokens and belong to none.
func Split(text string) []Token {
	var out []Token
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n <= 1, unicode.IsSpace(r), unicode.IsControl(r):
			i += n
		case isDash(r) && len(out) > 0 && out[len(out)-1].End == i && startsWord(text[i+n:]):
			i += n
			t := next(text, i)
			t.Dash = true
			out = append(out, t)
			i = t.End
		default:
			t := next(text, i)
			out = append(out, t)
			i = t.End
		}
	}
	return out
}

func isDash(r rune) bool { return r == '-' || r == '–' || r == '—' || r == '‑' }

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func next(text string, i int) Token {
	r, n := utf8.DecodeRuneInString(text[i:])
	switch {
	case closing(r) != 0:
		if t, ok := quoted(text, i, n, closing(r)); ok {
			return t
		}
	case startsDigit(text[i:]), r == '$' && startsDigit(text[i+n:]), (r == '-' || r == '+') && startsDigit(text[i+n:]):
		return number(text, i)
	case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
		return word(text, i)
	}
	return Token{Text: text[i : i+n], Norm: text[i : i+n], Stem: text[i : i+n], Start: i, End: i + n, Kind: Punct}
}

func startsDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func closing(r rune) rune {
	switch r {
	case '"', '\'', '`':
		return r
	case '“':
		return '”'
	case '‘':
		return '’'
	}
	return 0
}

// quoted reads a quotation that closes within 200 bytes, holds something, and stands apart from the
// word before and after, so that an apostrophe is not taken for one.
func quoted(text string, i, n int, end rune) (Token, bool) {
	limit := min(len(text), i+n+200)
	j := strings.IndexRune(text[i+n:limit], end)
	if j <= 0 {
		return Token{}, false
	}
	stop := i + n + j + utf8.RuneLen(end)
	if stop < len(text) {
		if r, _ := utf8.DecodeRuneInString(text[stop:]); unicode.IsLetter(r) {
			return Token{}, false
		}
	}
	inner := text[i+n : i+n+j]
	low := strings.ToLower(inner)
	return Token{Text: inner, Norm: low, Stem: low, Start: i, End: stop, Kind: Quoted}, true
}

func word(text string, i int) Token {
	j := i
	for j < len(text) {
		r, n := utf8.DecodeRuneInString(text[j:])
		inner := (r == '\'' || r == '’' || r == '.' || r == '&') && j+n < len(text) && letterAfter(text[j+n:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '_' && !inner {
			break
		}
		j += n
	}
	low := strings.ToLower(text[i:j])
	norm := strings.ReplaceAll(low, "’", "'")
	norm = strings.TrimSuffix(norm, "'s")
	if strings.Count(norm, ".") > 0 && len(norm) <= 5 { // u.s, u.k: initials
		norm = strings.ReplaceAll(norm, ".", "")
		if j < len(text) && text[j] == '.' {
			j++
		}
	}
	return Token{Text: text[i:j], Norm: norm, Stem: Singular(norm), Start: i, End: j, Kind: Word}
}

func letterAfter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

var magnitudes = map[string]int32{
	"k": 3, "thousand": 3, "m": 6, "mn": 6, "mm": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "t": 12, "trillion": 12,
}

// number reads digits with separators, a magnitude (10k) or a percent sign, or digits joined to a
// date by - or /. What begins with digits and goes on with other letters is a word (2fa, 1q25, 5th).
func number(text string, i int) Token {
	j := i
	for j < len(text) && (text[j] == '$' || text[j] == '-' || text[j] == '+') {
		j++
	}
	start := j
	for j < len(text) {
		c := text[j]
		sep := (c == ',' || c == '.') && startsDigit(text[j+1:])
		join := (c == '-' || c == '/') && startsDigit(text[j+1:]) && j > start
		if !(c >= '0' && c <= '9') && !sep && !join {
			break
		}
		j++
	}
	body := text[start:j]
	t := Token{Text: text[i:j], Norm: body, Stem: body, Start: i, End: j, Kind: Number}
	if strings.ContainsAny(body, "-/") {
		t.Kind = Date
		return t
	}
	k := j
	for k < len(text) && letterAfter(text[k:]) || k < len(text) && startsDigit(text[k:]) {
		_, n := utf8.DecodeRuneInString(text[k:])
		k += n
	}
	suffix := strings.ToLower(text[j:k])
	exp, known := magnitudes[suffix]
	if suffix != "" && !known {
		low := strings.ToLower(text[start:k])
		return Token{Text: text[i:k], Norm: low, Stem: low, Start: i, End: k, Kind: Word}
	}
	d, err := decimal.Parse(strings.ReplaceAll(body, ",", ""))
	if err != nil { // "1.2.3": an address or a version, not a number
		t.Kind = Word
		return t
	}
	t.Value = scaleUp(d, exp)
	if strings.HasPrefix(t.Text, "-") {
		t.Value = t.Value.Neg()
	}
	t.End, t.Text = k, text[i:k]
	if k < len(text) && text[k] == '%' {
		t.Percent, t.End, t.Text = true, k+1, text[i:k+1]
	}
	return t
}

func scaleUp(d decimal.Decimal, exp int32) decimal.Decimal {
	for range exp {
		d = d.Mul(decimal.New(10, 0))
	}
	return d
}
