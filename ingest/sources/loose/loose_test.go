package loose

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
)

type inner struct {
	A int      `json:"a"`
	L []string `json:"l"`
}

type shape struct {
	Name  string           `json:"name"`
	In    *inner           `json:"in"`
	Many  []inner          `json:"many"`
	Map   map[string]inner `json:"map"`
	Text  Text             `json:"text"`
	Texts Texts            `json:"texts"`
	Raw   json.RawMessage  `json:"raw"`
	Any   any              `json:"any"`
}

func (shape) Unread() []string { return []string{"skipped"} }

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     shape
		unknown  map[string]int
		custom   map[string]string
	}{
		{"everything known", `{"name":"x","in":{"a":1,"l":["p","q"]},"many":[{"a":2},{"a":3}],"map":{"k":{"a":4}},"text":1.50,"texts":"one","skipped":{"deep":[1]}}`,
			shape{Name: "x", In: &inner{1, []string{"p", "q"}}, Many: []inner{{A: 2}, {A: 3}}, Map: map[string]inner{"k": {A: 4}}, Text: "1.50", Texts: Texts{"one"}}, nil, nil},
		{"unknown at every depth", `{"new":"v","in":{"b":true},"many":[{"c":[1]},{"c":null}],"map":{"k":{"d":2.5},"m":{"d":3}}}`,
			shape{In: &inner{}, Many: []inner{{}, {}}, Map: map[string]inner{"k": {}, "m": {}}}, map[string]int{"root.new": 1, "root.in.b": 1, "root.many.c": 2, "root.map.*.d": 2}, map[string]string{"new": "v", "in.b": "true", "map.*.d": "3"}},
		{"another shape is counted and left empty", `{"name":{"x":1},"in":{"a":"one"}}`, shape{In: &inner{}}, map[string]int{"root.name (object)": 1}, nil},
		{"open values are not looked into", `{"raw":{"zzz":1},"any":{"yyy":2}}`, shape{Raw: json.RawMessage(`{"zzz":1}`), Any: map[string]any{"yyy": 2.0}}, nil, nil},
		{"names with escapes", `{"na\u006de":"x","\"q\\":1,"z":"\"}"}`, shape{Name: "x"}, map[string]int{`root."q\`: 1, "root.z": 1}, map[string]string{`"q\`: "1", "z": `"}`}},
		{"a long name that is no text", `{"` + strings.Repeat("\xbb", 200) + `":1}`, shape{}, map[string]int{"root.\uFFFD": 1}, map[string]string{"\uFFFD": "1"}},
		{"a long name is cut", `{"` + strings.Repeat("ü", 100) + `":1}`, shape{}, map[string]int{"root." + strings.Repeat("ü", 40) + "…": 1}, map[string]string{strings.Repeat("ü", 40) + "…": "1"}},
		{"long values are counted and not kept", `{"long":"` + strings.Repeat("x", 300) + `"}`, shape{}, map[string]int{"root.long": 1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got shape
			var rep catalog.Report
			custom := map[string]string{}
			if err := Decode([]byte(c.in), &got, Notes{Report: &rep, Where: "root", Custom: custom}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			// Of several shapes that do not fit, the library names one.
			if !maps.Equal(rep.Unknown, c.unknown) {
				t.Errorf("unknown %v, want %v", rep.Unknown, c.unknown)
			}
			if len(c.custom)+len(custom) > 0 && !maps.Equal(custom, c.custom) {
				t.Errorf("kept %v, want %v", custom, c.custom)
			}
		})
	}
	var s shape
	if err := Decode([]byte(`{"name":"x`), &s, Notes{}); err == nil || !strings.Contains(err.Error(), "byte 10: the JSON ends") {
		t.Errorf("got %v", err)
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct{ name, in, want, err string }{
		{"an array", " [1, {\"a\":[2]}, \"x\"]\n", `1 {"a":[2]} "x"`, ""},
		{"lines", "{\"a\":1}\n\n{\"b\":2}", `{"a":1} {"b":2}`, ""},
		{"one value and a byte order mark", "\ufeff{}", `{}`, ""},
		{"nothing", " \n", "", ""},
		{"an empty array", "[]", "", ""},
		{"cut in a value", `[{"a":1},{"b"`, `{"a":1}`, "f: byte 9: the file ends"},
		{"cut after a value", `[{"a":1}`, `{"a":1}`, "f: byte 8"},
		{"more than an array", "[1] 2", "1", "something follows"},
		{"no JSON", "[1, x]", "1", "f: byte 3: in the value"},
		{"lines, cut", "{}\n{\"a", "{}", "f: byte 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			err := Values("f", strings.NewReader(c.in), func(raw json.RawMessage) error { got = append(got, string(raw)); return nil })
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
		})
	}
}

func TestClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := &Clock{Zone: berlin}
	for in, want := range map[string]string{
		"2026-07-01T10:00:00Z": "2026-07-01T10:00:00Z", "2026-07-01T10:00:00.5+02:00": "2026-07-01T08:00:00.5Z", "2026-07-01 10:00:00+0200": "", "2026-07-01T10:00:00+0200": "2026-07-01T08:00:00Z",
		"2026-07-01T10:00:00": "2026-07-01T08:00:00Z", "2026-01-01 10:00": "2026-01-01T09:00:00Z", "2026-01-01": "2025-12-31T23:00:00Z", "": "0001-01-01T00:00:00Z", "99999-01-01": "", "soon": "",
	} {
		got, err := c.Parse(in)
		if want == "" {
			if err == nil {
				t.Errorf("%q was taken as %v", in, got)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %s, %v; want %s", in, got.Format(time.RFC3339Nano), err, want)
		}
	}
	if c.Unzoned != 3 {
		t.Errorf("%d without zone, want 3", c.Unzoned)
	}
}

func TestRole(t *testing.T) {
	for in, want := range map[string]string{
		"TECHNICAL_OWNER": "technical", "urn:li:ownershipType:__system__business_owner": "business", "DATAOWNER": "technical", "Data Steward": "steward", "data_steward": "steward", "MAINTAINER": "technical", "": "other", "NONE": "other", "STAKEHOLDER": "other",
	} {
		if got := Role(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestPII(t *testing.T) {
	for _, c := range []struct {
		in   []any
		want string
	}{
		{[]any{"true"}, "personal"}, {[]any{"email"}, "email"}, {[]any{"false"}, ""}, {[]any{[]string{"pii"}}, "personal"}, {[]any{[]string{"pii:phone", "finance"}}, "phone"}, {[]any{[]string{"PII.Email"}}, "email"},
		{[]any{[]string{"finance", "email"}}, ""}, {[]any{"true", []string{"pii=iban"}}, "iban"}, {[]any{"", []string(nil)}, ""},
	} {
		if got := PII(c.in...); got != c.want {
			t.Errorf("%v: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFiles(t *testing.T) {
	fsys := fstest.MapFS{"a.json": {}, "x/b.json": {}, "x/y/c.json": {}, "x/y/d.txt": {}}
	for _, c := range []struct {
		patterns []string
		want     string
	}{
		{[]string{"*.json", "a.json"}, "a.json"}, {[]string{"x/*.json"}, "x/b.json"}, {[]string{"x/**/*.json"}, "x/b.json x/y/c.json"}, {[]string{"**/*.json"}, "a.json x/b.json x/y/c.json"}, {[]string{"none*"}, ""}, {[]string{"none/**/*.json", "a.*"}, "a.json"},
	} {
		got, err := Files(fsys, c.patterns)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%v: got %v, %v", c.patterns, got, err)
		}
	}
	if _, err := Files(fsys, []string{"missing.json"}); err == nil {
		t.Error("a file that is not there was no error")
	}
}

// A file that changed has another cursor, whatever changed.
func TestCursor(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	write := func(text string, at time.Time) string {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
		c, err := Cursor(os.DirFS(dir), "1", []string{"a"})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one := write("x", time.Unix(1, 0))
	if write("x", time.Unix(1, 0)) != one || write("xy", time.Unix(1, 0)) == one || write("x", time.Unix(2, 0)) == one {
		t.Error("the cursor does not follow the file")
	}
}

// Going over JSON along a type ends, whatever the JSON, and finds nothing unknown where the library finds nothing.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"name":"x","in":{"a":1,"z":[{}]}}`, `{"many":[{"a":1,"b":{"c":"\"}"}}]}`, `[1,2]`, `"x"`, `{"map":{"a":{}}, "texts":[1,null]}`, `{"x":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got shape
		var rep catalog.Report
		err := Decode(raw, &got, Notes{Report: &rep, Custom: map[string]string{}})
		if (err == nil) != json.Valid(raw) {
			t.Fatalf("%q: %v", raw, err)
		}
		var strict shape
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err == nil && dec.Decode(&strict) == nil && len(rep.Unknown) > 0 {
			t.Errorf("%q: unknown %v", raw, rep.Unknown)
		}
	})
}
