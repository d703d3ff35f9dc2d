package trinojson

import (
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1, "a": [1.50, 1E5, 1e-7, -0, -0.0, 0.1e1]}`: `{"a":[1.50,1E+5,1E-7,0,0.0,1],"b":1}`,
		`"\u00e9\/😀"`:        `"é/\uD83D\uDE00"`,
		`{"a":1,"a":2}`:      `{"a":2}`,
		` [ ] `:              `[]`,
		`{"é":1,"z":2,"":3}`: `{"":3,"z":2,"é":1}`,
	} {
		if got, err := Canonical(text); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "{} x", "[1,]", "{'a':1}", "01", "1.", `"\x"`, "nul", `{"a" 1}`, strings.Repeat("[", 2000)} {
		if got, err := Canonical(bad); err == nil {
			t.Errorf("%s: %s", bad, got)
		}
	}
}

// What is behind the place that was asked for is not looked at.
func TestExtractLooksNoFurtherThanItMust(t *testing.T) {
	for _, c := range []struct{ text, path, want string }{
		{`{"a":1, bad`, "$.a", "1"}, {`{"a":1,"a":2}`, "$.a", "1"}, {`[1,2`, "$[1]", "2"}, {`[1,"a`, "$[1]", ""}, {`{"a":{"b":[1.50]}}`, "$.a.b[0]", "1.50"}, {`{"a":null}`, "$.a", ""},
	} {
		steps, err := Steps(c.path)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := ExtractScalar(c.text, steps)
		if got != c.want && ok || ok != (c.want != "") {
			t.Errorf("%s %s: %q %v, want %q", c.text, c.path, got, ok, c.want)
		}
	}
	for _, bad := range []string{"", "a", "$.", "$..a", "$[", "$[*]", "$[]", `$["a]`} {
		if _, err := Steps(bad); err == nil {
			t.Errorf("%s is a path", bad)
		}
	}
}

func TestPaths(t *testing.T) {
	const doc = `{"a":[1,2.5,"x",null],"b":{"c":7}}`
	for _, c := range []struct{ path, want string }{
		{"lax $.b.c / 2", "3"}, {"lax $.a[*] ? (@ > 1)", "2.5"}, {"strict $.a[last]", "null"}, {"lax $.a.size()", "4"}, {"lax $.z", ""},
		{"strict $.z", "error"}, {"lax $.b.c / 0", "error"}, {`lax $.a ? (@ starts with "x")`, `"x"`}, {"lax $ ? (exists(@.b ? (@.c == 7))).b.c", "7"}, {"lax -$.a[0 to 1]", "-1 -2.5"},
	} {
		p, err := CompilePath(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		v, err := Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		found, err := p.Evaluate(v, nil)
		for _, f := range found {
			parts = append(parts, f.Text())
		}
		got := strings.Join(parts, " ")
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,2.5e3,"\u00e9"]}`, `lax $.a[0 to last] ? (@ > 1 && exists(@)).type()`)
	f.Add("[\".\xf6J\"]", "lax $")
	f.Fuzz(func(t *testing.T, text, path string) {
		once, err := Canonical(text)
		if err != nil {
			return
		}
		if twice, err := Canonical(once); err != nil || twice != once {
			t.Fatalf("%q: %q, then %q, %v", text, once, twice, err)
		}
		if p, err := CompilePath(path); err == nil {
			v, _ := Parse(text)
			_, _ = p.Evaluate(v, nil)
		}
		if steps, err := Steps(path); err == nil {
			_, _ = Extract(text, steps)
		}
	})
}
