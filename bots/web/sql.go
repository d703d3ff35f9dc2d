package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of SQL with its class: k keyword, s string, n number, c comment, empty otherwise.
type token struct{ Class, Text string }

// keywords that are set apart: the frame of a query, not its functions.
var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`select distinct from where group by having order limit offset fetch with recursive as on using join left right full
		inner outer cross natural union all intersect except values unnest lateral and or not in is null like between exists case when then else end
		cast try_cast asc desc nulls first last over partition rows range filter interval date timestamp true false grouping sets cube rollup window`) {
		m[w] = true
	}
	return m
}()

// tokens splits SQL for colouring. Joined, the tokens are the text: what is not understood stays plain.
func tokens(sql string) []token {
	var out []token
	add := func(class, text string) {
		if n := len(out); n > 0 && out[n-1].Class == class {
			out[n-1].Text += text
			return
		}
		out = append(out, token{class, text})
	}
	for sql != "" {
		n, class := 0, ""
		r, size := utf8.DecodeRuneInString(sql)
		switch {
		case strings.HasPrefix(sql, "--"):
			n, class = upTo(sql, "\n"), "c"
		case strings.HasPrefix(sql, "/*"):
			n, class = upTo(sql, "*/")+2, "c"
		case r == '\'':
			n, class = quoted(sql, '\''), "s"
		case r == '"':
			n = quoted(sql, '"')
		case unicode.IsDigit(r):
			n, class = span(sql, func(r rune) bool { return unicode.IsDigit(r) || r == '.' }), "n"
		case unicode.IsLetter(r) || r == '_':
			n = span(sql, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' })
			if keywords[strings.ToLower(sql[:n])] {
				class = "k"
			}
		default:
			n = size
		}
		n = min(n, len(sql))
		add(class, sql[:n])
		sql = sql[n:]
	}
	return out
}

// upTo is where the mark starts, or the end.
func upTo(s, mark string) int {
	if i := strings.Index(s, mark); i >= 0 {
		return i
	}
	return len(s)
}

// quoted is the length of a quoted text whose quote is doubled inside, or all that is left.
func quoted(s string, q byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != q {
			continue
		}
		if i+1 < len(s) && s[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

func span(s string, in func(rune) bool) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); i >= 0 {
		return i
	}
	return len(s)
}
