// Package trinojson reads and writes JSON as Trino does: the canonical text of its json type, the
// paths of json_extract, which look no further than they must, and the path language of SQL/JSON.
// Numbers keep their text. It never fails on what Trino takes for absent. Start at Parse, Extract and
// CompilePath.
package trinojson

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errSyntax is what the text is not JSON for.
var errSyntax = errors.New("not a JSON text")

// maxNesting is Trino's own limit of arrays and objects within each other.
const maxNesting = 1000

// kind of a value.
type kind byte

const (
	kNull kind = iota
	kBool
	kInt   // a number without point and exponent
	kFloat // another number
	kString
	kArray
	kObject
)

// scanner reads tokens one by one, as a streaming parser does: what is behind the place that was
// asked for is not looked at.
type scanner struct {
	text  string
	at    int
	depth int
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	s.space()
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// word reads null, true or false, which must end there.
func (s *scanner) word(w string) bool {
	if !strings.HasPrefix(s.text[s.at:], w) {
		return false
	}
	end := s.at + len(w)
	if end < len(s.text) {
		if c := s.text[end]; c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80 {
			return false
		}
	}
	s.at = end
	return true
}

func (s *scanner) number() (text string, k kind, err error) {
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	k = kInt
	if s.at < len(s.text) && s.text[s.at] == '-' {
		s.at++
	}
	first := s.at
	if !digits() || s.at > first+1 && s.text[first] == '0' {
		return "", k, errSyntax
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		k = kFloat
		if !digits() {
			return "", k, errSyntax
		}
	}
	if s.at < len(s.text) && (s.text[s.at] == 'e' || s.text[s.at] == 'E') {
		s.at++
		k = kFloat
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !digits() {
			return "", k, errSyntax
		}
	}
	if s.at-start > 1000 {
		return "", k, errSyntax
	}
	if s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r', ',', ']', '}':
		default:
			if s.depth == 0 || s.text[s.at] > ' ' {
				return "", k, errSyntax
			}
		}
	}
	return s.text[start:s.at], k, nil
}

// str reads a text in quotes.
func (s *scanner) str() (string, error) {
	s.at++
	start := s.at
	for s.at < len(s.text) { // mostly there is nothing to take apart
		c := s.text[s.at]
		if c == '"' {
			s.at++
			return s.text[start : s.at-1], nil
		}
		if c == '\\' || c < 0x20 {
			break
		}
		s.at++
	}
	var b strings.Builder
	b.WriteString(s.text[start:s.at])
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return b.String(), nil
		case c < 0x20:
			return "", errSyntax
		case c != '\\':
			b.WriteByte(c)
			continue
		}
		if s.at >= len(s.text) {
			return "", errSyntax
		}
		e := s.text[s.at]
		s.at++
		switch e {
		case '"', '\\', '/':
			b.WriteByte(e)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, ok := s.hex()
			if !ok {
				return "", errSyntax
			}
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if strings.HasPrefix(s.text[s.at:], `\u`) {
					s.at += 2
					low, _ = s.hex()
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					return "", errHalf
				}
			}
			b.WriteRune(r)
		default:
			return "", errSyntax
		}
	}
	return "", errSyntax
}

// errHalf is half a surrogate pair, which no text can hold here.
var errHalf = errors.New("half a surrogate pair in a JSON text")

func (s *scanner) hex() (rune, bool) {
	if s.at+4 > len(s.text) {
		return 0, false
	}
	v, err := strconv.ParseUint(s.text[s.at:s.at+4], 16, 32)
	s.at += 4
	return rune(v), err == nil
}

// members goes through an array (each gets its index) or an object (its keys), standing on the
// bracket. each must read the value.
func (s *scanner) members(each func(i int, key string) error) error {
	if s.depth++; s.depth > maxNesting {
		return errSyntax
	}
	object := s.text[s.at] == '{'
	closing := byte(']')
	if object {
		closing = '}'
	}
	s.at++
	if s.peek() == closing {
		s.at++
		s.depth--
		return nil
	}
	for i := 0; ; i++ {
		key := ""
		if object {
			if s.peek() != '"' {
				return errSyntax
			}
			var err error
			if key, err = s.str(); err != nil {
				return err
			}
			if s.peek() != ':' {
				return errSyntax
			}
			s.at++
		}
		if err := each(i, key); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case closing:
			s.at++
			s.depth--
			return nil
		default:
			return errSyntax
		}
	}
}

// scalar reads a value that is neither array nor object: its kind and its text, for a string what it
// stands for.
func (s *scanner) scalar() (k kind, text string, err error) {
	switch c := s.peek(); {
	case c == '"':
		text, err = s.str()
		return kString, text, err
	case c == '-' || c >= '0' && c <= '9':
		text, k, err = s.number()
		return k, text, err
	case s.word("null"):
		return kNull, "null", nil
	case s.word("true"):
		return kBool, "true", nil
	case s.word("false"):
		return kBool, "false", nil
	}
	return 0, "", errSyntax
}

func (s *scanner) skip() error {
	if c := s.peek(); c == '{' || c == '[' {
		return s.members(func(int, string) error { return s.skip() })
	}
	_, _, err := s.scalar()
	return err
}
