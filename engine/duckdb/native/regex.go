package native

import (
	"errors"
	"strings"

	"github.com/limn-data/limn/engine/duckdb/javare"
)

var regexes = []Function{
	{Name: "regexp_like", In: []string{"VARCHAR", "VARCHAR"}, Out: "BOOLEAN", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		found, err := p.Search(text, 0)
		return found != nil, regexError(err)
	}},
	{Name: "regexp_extract", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		n, err := groupOf(p, in[2].(int64))
		if err != nil {
			return nil, err
		}
		found, err := p.Search(text, 0)
		if err != nil || found == nil {
			return nil, regexError(err)
		}
		return part(text, found, n), nil
	}},
	{Name: "regexp_extract_all", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "VARCHAR[]", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		n, err := groupOf(p, in[2].(int64))
		if err != nil {
			return nil, err
		}
		out := []any{}
		err = p.All(text, func(found []int) bool { out = append(out, part(text, found, n)); return true })
		return out, regexError(err)
	}},
	{Name: "regexp_count", In: []string{"VARCHAR", "VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		n := int64(0)
		err = p.All(text, func([]int) bool { n++; return true })
		return n, regexError(err)
	}},
	{Name: "regexp_position", In: []string{"VARCHAR", "VARCHAR", "BIGINT", "BIGINT"}, Out: "INTEGER", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		start, occurrence := in[2].(int64), in[3].(int64)
		switch {
		case start < 1:
			return nil, invalid("start position cannot be smaller than 1")
		case occurrence < 1:
			return nil, invalid("occurrence cannot be smaller than 1")
		case start > int64(len(text)):
			return int32(-1), nil
		}
		for from, n := int(start-1), int64(1); from <= len(text); n++ {
			found, err := p.Search(text, from)
			if err != nil {
				return nil, regexError(err)
			}
			if found == nil {
				break
			}
			if n == occurrence {
				return int32(found[0] + 1), nil
			}
			if from = found[1]; found[1] == found[0] {
				from++
			}
		}
		return int32(-1), nil
	}},
	{Name: "regexp_split", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR[]", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		out, last := []any{}, 0
		err = p.All(text, func(found []int) bool {
			out = append(out, string(text[last:found[0]]))
			last = found[1]
			return true
		})
		return append(out, string(text[last:])), regexError(err)
	}},
	{Name: "regexp_replace", In: []string{"VARCHAR", "VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		p, text, err := search(in)
		if err != nil {
			return nil, err
		}
		with := in[2].(string)
		var b strings.Builder
		var failed error
		last := 0
		err = p.All(text, func(found []int) bool {
			b.WriteString(string(text[last:found[0]]))
			last = found[1]
			if failed = replacement(&b, with, p, text, found); failed == nil && b.Len() > maxText {
				failed = errTooLong
			}
			return failed == nil
		})
		if failed != nil {
			return nil, failed
		}
		b.WriteString(string(text[last:]))
		return b.String(), regexError(err)
	}},
	{Name: "regexp_parts", In: []string{"VARCHAR", "VARCHAR"}, Out: "PARTS", Call: regexpParts},
}

// regexpParts takes a text apart for a replacement by lambda: a list of {before, groups}, the groups of
// a match with what stands before it, and last what is left, whose groups are NULL.
func regexpParts(in []any) (any, error) {
	p, text, err := search(in)
	if err != nil {
		return nil, err
	}
	out, last := []any{}, 0
	err = p.All(text, func(found []int) bool {
		groups := []any{}
		for n := 1; n <= p.Groups(); n++ {
			groups = append(groups, part(text, found, n))
		}
		out = append(out, map[string]any{"before": string(text[last:found[0]]), "groups": groups})
		last = found[1]
		return true
	})
	return append(out, map[string]any{"before": string(text[last:]), "groups": nil}), regexError(err)
}

var patterns cache[*javare.Pattern]

func search(in []any) (*javare.Pattern, []rune, error) {
	p, err := patterns.get(in[1].(string), javare.Compile)
	if err != nil {
		return nil, nil, regexError(err)
	}
	return p, []rune(in[0].(string)), nil
}

func regexError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, javare.ErrInvalid):
		return invalid(err.Error())
	}
	return unsupported(err.Error())
}

func groupOf(p *javare.Pattern, n int64) (int, error) {
	switch {
	case n < 0:
		return 0, invalid("Group cannot be negative")
	case n > int64(p.Groups()):
		return 0, invalid("Pattern does not have this group")
	}
	return int(n), nil
}

func part(text []rune, found []int, n int) any {
	if found[2*n] < 0 || found[2*n+1] < 0 {
		return nil
	}
	return string(text[found[2*n]:found[2*n+1]])
}

// replacement writes what stands for one match: $1, ${name}, and a backslash before what is meant as it
// is.
func replacement(b *strings.Builder, with string, p *javare.Pattern, text []rune, found []int) error {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; {
		case c == '\\':
			if i++; i == len(with) {
				return invalid("Illegal replacement sequence: " + with)
			}
			b.WriteByte(with[i])
		case c != '$':
			b.WriteByte(c)
		case i+1 == len(with):
			return invalid("Illegal replacement sequence: " + with)
		case with[i+1] == '{':
			end := strings.IndexByte(with[i:], '}')
			name := with[i+2:]
			if end >= 0 {
				name = with[i+2 : i+end]
			}
			n, ok := p.Group(name)
			if !ok || end < 0 {
				return invalid("Illegal replacement sequence: unknown group { " + name + " }")
			}
			write(b, text, found, n)
			i += end
		default:
			i++
			n := int(with[i]) - '0'
			if n < 0 || n > 9 {
				return invalid("Illegal replacement sequence: " + with)
			}
			if n > p.Groups() {
				return invalid("Illegal replacement sequence: unknown group")
			}
			for i+1 < len(with) && with[i+1] >= '0' && with[i+1] <= '9' && n*10+int(with[i+1]-'0') <= p.Groups() {
				i++
				n = n*10 + int(with[i]-'0')
			}
			write(b, text, found, n)
		}
	}
	return nil
}

func write(b *strings.Builder, text []rune, found []int, n int) {
	if s, ok := part(text, found, n).(string); ok {
		b.WriteString(s)
	}
}
