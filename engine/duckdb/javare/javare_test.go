package javare

import (
	"errors"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`a(b)?c`, "xac", "ac|"},
		{`(a|ab)(c|bcd)`, "abcd", "abcd|a|bcd"},
		{`(\w+)\s\1`, "say hey hey", "hey hey|hey"},
		{`(?<=\$)\d+`, "cost $42", "42"},
		{`(?<!\$)\b\d+`, "cost $42 7", "7"},
		{`foo(?!bar)`, "foobar foobaz", "foo"},
		{`a.c$`, "abc\n", "abc"},
		{`(?i)STRASSE`, "strasse", "strasse"},
		{`(?s)a.b`, "a\nb", "a\nb"},
		{`a*?b`, "aaab", "aaab"},
		{`a++b`, "aaab", "aaab"},
		{`(?>a+)ab`, "aaab", ""},
		{`(?<y>\d{4})-(?<m>\d\d)`, "on 2024-05", "2024-05|2024|05"},
		{`(a*)*`, "b", "|"},
		{`[^\d\s]+`, "12 ab3", "ab"},
		{`(?m)^b$`, "a\nb\nc", "b"},
	} {
		p, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		text := []rune(c.text)
		found, err := p.Search(text, 0)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		}
		var parts []string
		for i := 0; i+1 < len(found); i += 2 {
			if found[i] < 0 {
				parts = append(parts, "")
				continue
			}
			parts = append(parts, string(text[found[i]:found[i+1]]))
		}
		if got := strings.Join(parts, "|"); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestWhatIsNotKnownIsSaid(t *testing.T) {
	for pattern, want := range map[string]error{"(": ErrInvalid, "*a": ErrInvalid, ")": ErrInvalid, "[a": ErrInvalid, "a**": ErrUnsupported,
		"[[:alpha:]]": ErrUnsupported, "[a&&b]": ErrUnsupported, `\X`: ErrUnsupported, "(?<=a+)b": ErrUnsupported} {
		if _, err := Compile(pattern); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", pattern, err, want)
		}
	}
}

func TestARunawayMatchEnds(t *testing.T) {
	p, err := Compile("(a+)+$")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Search([]rune(strings.Repeat("a", 40)+"b"), 0); !errors.Is(err, ErrSteps) {
		t.Errorf("got %v", err)
	}
	p, _ = Compile("(a|b)*c")
	if _, err := p.Search([]rune(strings.Repeat("ab", 500_000)), 0); !errors.Is(err, ErrSteps) {
		t.Errorf("got %v", err)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`(?i)a[b-d]{2,3}?(?=x)\p{L}`, "abcdx")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		if err := p.All([]rune(text), func([]int) bool { return true }); err != nil && !errors.Is(err, ErrSteps) && !errors.Is(err, ErrUnsupported) {
			t.Fatal(err)
		}
	})
}
