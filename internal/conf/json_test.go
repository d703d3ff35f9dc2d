package conf

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"dates and versions stay as they are written", "a: 2026-11-22\nb: 1.10\nc: '1.10'\nd: 08:00\n", `{"a":"2026-11-22","b":1.10,"c":"1.10","d":"08:00"}`},
		{"numbers of other notations", "a: 0x1f\nb: 1_000\nc: .5\nd: .nan\n", `{"a":31,"b":1000,"c":0.5,"d":".nan"}`},
		{"an own key wins over a merged one", "base: &b {x: 1, y: 2}\none:\n  <<: *b\n  x: 3\n", `{"base":{"x":1,"y":2},"one":{"x":3,"y":2}}`},
		{"nothing", "a:\nb: ~\nc: yes\nd: true\n", `{"a":null,"b":null,"c":"yes","d":true}`},
		{"keys that are no text", "1: a\ntrue: b\n", `{"1":"a","true":"b"}`},
		{"several documents", "a\n---\n[b]\n", `"a" ["b"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := JSON([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range docs {
				got = append(got, string(d))
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// A few lines must not become gigabytes.
func TestJSONOfAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		p, q := string(rune('a'+i-1)), string(rune('a'+i))
		_ = p
		b.WriteString(q + ": &" + q + "x [")
		prev := "*a0"
		if i > 1 {
			prev = "*" + string(rune('a'+i-1)) + "x"
		}
		b.WriteString(strings.TrimSuffix(strings.Repeat(prev+", ", 10), ", ") + "]\n")
	}
	if _, err := JSON([]byte(b.String())); err == nil || !strings.Contains(err.Error(), "aliases") {
		t.Errorf("got %v", err)
	}
	if _, err := JSON([]byte("a: &a [*a]\n")); err == nil {
		t.Error("an alias that holds itself was taken")
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{"a: 1", "- &x {b: *x}", "<<: [1, {a: b}]", "? [a]\n: b", "\xff", "a: !!int 'x'", "a: 0o7"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		docs, err := JSON(raw)
		if err != nil {
			return
		}
		for _, d := range docs {
			if !json.Valid(d) {
				t.Errorf("%q became %q, which is no JSON", raw, d)
			}
		}
	})
}
