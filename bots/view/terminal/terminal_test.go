package terminal

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/bots/view"
	"github.com/limn-data/limn/bots/view/viewtest"
)

var update = flag.Bool("update", false, "write the golden files")

func render(t *testing.T, a view.Answer, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, a, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden shows every shape of outcome as people see it; yoy, listing and many-columns also in full.
func TestGolden(t *testing.T) {
	for _, n := range viewtest.All() {
		t.Run(n.Name, func(t *testing.T) {
			golden(t, n.Name+".txt", render(t, view.Of(n.Outcome), Options{}))
		})
	}
	for _, n := range viewtest.All() {
		switch n.Name {
		case "yoy", "warned", "many-columns", "clarify":
			golden(t, n.Name+".full.txt", render(t, view.Of(n.Outcome), Options{Full: true}))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestWidth: no line is wider than it may be, whatever the outcome, the width and the options; colours
// add nothing but colours; nothing of the data's own control characters comes through.
func TestWidth(t *testing.T) {
	for _, n := range viewtest.All() {
		for _, w := range []int{40, 60, 80, 120} {
			for _, full := range []bool{false, true} {
				plain := render(t, view.Of(n.Outcome), Options{Width: w, Full: full})
				for _, l := range strings.Split(plain, "\n") {
					if width(l) > w {
						t.Errorf("%s at %d: %d columns: %q", n.Name, w, width(l), l)
					}
					if strings.ContainsFunc(l, func(r rune) bool { return unicode.Is(unicode.Cc, r) || r == '\u202e' || r == '\u2066' }) {
						t.Errorf("%s: control characters in %q", n.Name, l)
					}
				}
				colored := render(t, view.Of(n.Outcome), Options{Width: w, Full: full, Color: true})
				if d := cmp.Diff(plain, sgr.ReplaceAllString(colored, "")); d != "" {
					t.Errorf("%s at %d: colour changes the text (-plain +coloured):\n%s", n.Name, w, d)
				}
			}
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{{"short", 5, "short"}, {"longer", 5, "long…"}, {"東京スカイ", 5, "東京…"}, {"東京スカイ", 4, "東…"}, {"a 🌲 tree", 5, "a 🌲…"}, {"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"}, {"x", 0, ""}} {
		if got := cut(c.in, c.w); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

// TestCodeStaysCode: SQL that is broken into narrow lines has the same words in the same order, quotes
// and comments whole.
func TestCodeStaysCode(t *testing.T) {
	sql := "SELECT 'a literal with   blanks in it' AS x, a_column, another_column, one_more_column -- a comment that is longer than the line\nFROM t"
	p := &printer{width: 60}
	p.code(sql)
	want := "  SELECT 'a literal with   blanks in it' AS x, a_column,\n    another_column, one_more_column -- a comment that is\n    -- longer than the line\n  FROM t\n"
	if d := cmp.Diff(want, p.b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("some words that are wrapped", 7)
	f.Add("東京スカイ通信 🌲", 3)
	f.Fuzz(func(t *testing.T, s string, w int) {
		s, w = view.Clean(s), 2+(w%100+100)%100
		joined := ""
		for _, l := range wrap(s, w) {
			if width(l) > w {
				t.Errorf("line %q is wider than %d", l, w)
			}
			joined += l
		}
		if strip(joined) != strip(s) {
			t.Errorf("wrap(%q) lost text: %q", s, joined)
		}
	})
}

func strip(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, " ", "")), "") }
