package gate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

)

// attempt is one line of testdata/attempts.
type attempt struct {
	file  string
	line  int
	codes []string // any of which refuses it rightly
	sql   string
}

var escapes = regexp.MustCompile(`\\(n|r|t|\\|u\{[0-9a-f]+\})`)

// unescape turns \n, \r, \t, \\ and \u{200b} into what they name.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		case 'u':
			n, _ := strconv.ParseInt(e[3:len(e)-1], 16, 32)
			return string(rune(n))
		}
		return `\`
	})
}

// attempts reads the corpus.
func attempts(t testing.TB) (all []attempt) {
	t.Helper()
	files, err := filepath.Glob("testdata/attempts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no attempts", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			code, sql, ok := strings.Cut(line, "  ")
			if !ok {
				t.Fatalf("%s:%d: no two blanks behind the code", f, i+1)
			}
			all = append(all, attempt{filepath.Base(f), i + 1, strings.Split(code, "|"), unescape(sql)})
		}
	}
	return all
}

// TestAttempts: none gets past, and each is refused for the reason that its author foresaw.
func TestAttempts(t *testing.T) {
	all := attempts(t)
	if len(all) < 300 {
		t.Fatalf("%d attempts", len(all))
	}
	past := 0
	for _, a := range all {
		code, secured := door(t, a.sql, ann(t))
		switch {
		case code == "" && slices.Contains(a.codes, "contained"):
			if leak := uncontained(secured); leak != "" {
				past++
				t.Errorf("%s:%d: %s\n%s\n%s", a.file, a.line, leak, a.sql, secured.SQL)
			}
		case code == "":
			past++
			t.Errorf("%s:%d gets past, want %v: %s", a.file, a.line, a.codes, a.sql)
		case !slices.Contains(a.codes, code):
			t.Errorf("%s:%d: %s, want %v: %s", a.file, a.line, code, a.codes, a.sql)
		}
	}
	t.Logf("%d attempts, %d got past", len(all), past)
}
