package trinojson

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// ErrPath is a path that json_extract does not take.
var ErrPath = errors.New("invalid JSON path")

// Steps reads the paths of json_extract: $, .name, ["name"], [0].
func Steps(path string) ([]string, error) {
	if path == "" || path[0] != '$' {
		return nil, ErrPath
	}
	var steps []string
	r := []rune(path[1:])
	plain := func(i int, more string) int {
		for i < len(r) && (r[i] == '_' || unicode.IsLetter(r[i]) || unicode.IsDigit(r[i]) || strings.ContainsRune(more, r[i])) {
			i++
		}
		return i
	}
	for i := 0; i < len(r); {
		start := i + 1
		switch {
		case r[i] == '.':
			i = plain(start, ":$-/@|#")
			steps = append(steps, string(r[start:i]))
		case r[i] == '[' && start < len(r) && r[start] == '"':
			var b strings.Builder
			for i = start + 1; i < len(r) && r[i] != '"'; i++ {
				if r[i] == '\\' {
					if i++; i == len(r) || r[i] != '"' && r[i] != '\\' {
						return nil, ErrPath
					}
				}
				b.WriteRune(r[i])
			}
			if i+1 >= len(r) || r[i+1] != ']' {
				return nil, ErrPath
			}
			i += 2
			steps = append(steps, b.String())
			continue
		case r[i] == '[':
			i = plain(start, "")
			if i >= len(r) || r[i] != ']' {
				return nil, ErrPath
			}
			steps = append(steps, string(r[start:i]))
			i++
			if i-1 == start {
				return nil, ErrPath
			}
			continue
		default:
			return nil, ErrPath
		}
		if i == start {
			return nil, ErrPath
		}
	}
	return steps, nil
}

// errFound ends a walk that has what it looked for.
var errFound = errors.New("found")

// at leads a scanner to the value at a path; ok is false where there is none, or no JSON.
func at(text string, steps []string, read func(s *scanner) error) bool {
	s := &scanner{text: text}
	var walk func(i int) error
	walk = func(i int) error {
		if i == len(steps) {
			if err := read(s); err != nil {
				return err
			}
			return errFound
		}
		switch s.peek() {
		case '{':
			return s.members(func(_ int, key string) error {
				if key == steps[i] {
					if err := walk(i + 1); err != nil {
						return err
					}
					return errSyntax // a scalar where the path goes on
				}
				return s.skip()
			})
		case '[':
			n, err := strconv.ParseInt(steps[i], 10, 32)
			if err != nil || n < 0 {
				return errSyntax
			}
			return s.members(func(j int, _ string) error {
				if int64(j) == n {
					if err := walk(i + 1); err != nil {
						return err
					}
					return errSyntax
				}
				return s.skip()
			})
		}
		return errSyntax
	}
	return errors.Is(walk(0), errFound)
}

// Extract is json_extract: the text of what stands at a path.
func Extract(text string, steps []string) (string, bool) {
	var b strings.Builder
	ok := at(text, steps, func(s *scanner) error { return s.copy(&b, style{}) })
	return b.String(), ok
}

// copy writes a value without blanks, as it comes, equal keys included.
func (s *scanner) copy(b *strings.Builder, w style) error {
	switch c := s.peek(); c {
	case '{', '[':
		b.WriteByte(c)
		err := s.members(func(i int, key string) error {
			if i > 0 {
				b.WriteByte(',')
			}
			if c == '{' {
				quote(b, key, w.raw)
				b.WriteByte(':')
			}
			return s.copy(b, w)
		})
		b.WriteByte(c + 2) // } and ] stand two behind { and [
		return err
	}
	k, t, err := s.scalar()
	if err == nil {
		(&Value{k: k, text: t}).write(b, w)
	}
	return err
}

// ExtractScalar is json_extract_scalar: the text of a scalar as it was written.
func ExtractScalar(text string, steps []string) (out string, ok bool) {
	null := false
	ok = at(text, steps, func(s *scanner) error {
		k, t, err := s.scalar()
		out, null = t, k == kNull
		return err
	})
	return out, ok && !null
}

// Size is json_size: how many members an array or object at a path has, 0 for a scalar.
func Size(text string, steps []string) (n int64, ok bool) {
	ok = at(text, steps, func(s *scanner) error {
		if c := s.peek(); c == '{' || c == '[' {
			return s.members(func(int, string) error { n++; return s.skip() })
		}
		_, _, err := s.scalar()
		return err
	})
	return n, ok
}

// Length is json_array_length.
func Length(text string) (n int64, ok bool) {
	s := &scanner{text: text}
	if s.peek() != '[' {
		return 0, false
	}
	err := s.members(func(int, string) error { n++; return s.skip() })
	return n, err == nil
}

// Contains is json_array_contains, of a boolean, an int64, a float64 or a string.
func Contains(text string, value any) (in, ok bool) {
	s := &scanner{text: text}
	if s.peek() != '[' {
		return false, false
	}
	err := s.members(func(int, string) error {
		if c := s.peek(); c == '{' || c == '[' {
			return s.skip()
		}
		k, t, err := s.scalar()
		if err != nil {
			return err
		}
		same := false
		switch v := value.(type) {
		case bool:
			same = k == kBool && t == strconv.FormatBool(v)
		case int64:
			n, err := strconv.ParseInt(t, 10, 64)
			same = k == kInt && err == nil && n == v
		case float64:
			f, _ := strconv.ParseFloat(t, 64)
			same = k == kFloat && f == v
		case string:
			same = k == kString && t == v
		}
		if same {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return true, true
	}
	return false, err == nil
}

// Get is json_array_get: an element, from the end where the index is negative.
func Get(text string, index int64) (string, bool) {
	s := &scanner{text: text}
	if s.peek() != '[' {
		return "", false
	}
	var all []string
	err := s.members(func(i int, _ string) error {
		text := ""
		if c := s.peek(); c == '{' || c == '[' {
			var b strings.Builder
			if err := s.copy(&b, style{raw: true}); err != nil {
				return err
			}
			text = b.String()
		} else { // a text comes without its quotes
			k, t, err := s.scalar()
			if err != nil {
				return err
			}
			if text = t; k == kNull {
				text = "null"
			}
		}
		all = append(all, text)
		if int64(i) == index { // what is behind is not looked at
			return errFound
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return "", false
	}
	if index < 0 {
		index += int64(len(all))
	}
	if index < 0 || index >= int64(len(all)) || all[index] == "null" {
		return "", false
	}
	return all[index], true
}

// IsScalar is is_json_scalar; ok is false where the text is no JSON.
func IsScalar(text string) (scalar, ok bool) {
	s := &scanner{text: text}
	c := s.peek()
	if err := s.skip(); err != nil {
		return false, false
	}
	if s.peek(); s.at < len(s.text) {
		return false, false
	}
	return c != '{' && c != '[', true
}
