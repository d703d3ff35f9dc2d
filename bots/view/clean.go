package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from data safe to show on one line: line breaks and tabs become blanks; control
// characters become their visible pictures, so that an escape sequence is read instead of obeyed; what
// is invisible or turns the direction of writing (overrides, isolates, zero width, tags) and bytes that
// are not UTF-8 become the replacement character. Joiners stay, since scripts and emoji need them.
func Clean(s string) string { return clean(s, false) }

// CleanLines is Clean for text of several lines, such as SQL: line breaks stay, a tab is two blanks.
func CleanLines(s string) string { return clean(strings.ReplaceAll(s, "\r\n", "\n"), true) }

func clean(s string, lines bool) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s { // a byte that is not UTF-8 ranges as utf8.RuneError
		switch {
		case r == '\n' && lines:
			b.WriteRune(r)
		case r == '\t' && lines:
			b.WriteString("  ")
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case r < ' ':
			b.WriteRune('\u2400' + r) // ␀ to ␟
		case r == 0x7f:
			b.WriteRune('\u2421')
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d', r == '\u034f', r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0':
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain says that there is nothing to clean, which is nearly always so.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func cleanAll(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = Clean(s)
	}
	return out
}
