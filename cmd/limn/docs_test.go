package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/timex"
)

// readmeCommands are the two that README is about. They make three million rows and run this test, so
// that here it is only held that they are there.
var readmeCommands = []string{"go run ./cmd/limn demo", "go test ./..."}

// Every command in the documentation is run and prints what stands below it. A block of language sh
// holds commands after “$ ” and, below each, what it prints; a line of only “…” stands for any lines, and
// a command with nothing below it must merely work. A block whose info string has a file name after the
// language ("sql totals.sql") is that file. “-update” writes what is printed now.
func TestDocumentation(t *testing.T) {
	demo := sharedDemo(t)
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, filepath.Join("..", "..", "README.md"))
	commands := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		commands += bytes.Count(raw, []byte("\n$ "))
		t.Run(filepath.Base(page), func(t *testing.T) {
			s := session{dir: t.TempDir(), data: filepath.Dir(demo)}
			if filepath.Base(page) == "trino.md" {
				s.trino = strings.Replace(service.Trino(t), "://", "://admin@", 1)
			}
			out := s.page(t, string(raw))
			if want := bytes.Count(raw, []byte("\n$ ")); s.seen != want {
				t.Errorf("%d of %d commands were found: is a block not of language sh?", s.seen, want)
			}
			if *update && out != string(raw) {
				if err := os.WriteFile(page, []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if commands < 30 {
		t.Errorf("only %d commands were found in %d pages: the test no longer finds them", commands, len(pages))
	}
}

func TestReadmeShowsItsTwoCommands(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readmeCommands {
		if !bytes.Contains(raw, []byte("\n$ "+c+"\n")) {
			t.Errorf("README.md does not show %q", c)
		}
	}
}

// session runs the commands of one page in a folder of its own, with the demo where limn looks for it.
type session struct {
	dir, data string
	trino     string // address of a real one, as the page's $TRINO
	seen      int    // commands
}

// page runs a page's blocks in order and returns the page with what they print now.
func (s *session) page(t *testing.T, text string) string {
	var out []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		info, ok := strings.CutPrefix(lines[i], "```")
		if !ok || info == "" {
			continue
		}
		end := i + 1
		for end < len(lines) && lines[end] != "```" {
			end++
		}
		block := lines[i+1 : end]
		lang, file, named := strings.Cut(info, " ")
		switch {
		case named:
			s.write(t, file, strings.Join(block, "\n")+"\n")
		case lang == "sh":
			block = s.commands(t, block, i+2)
		}
		out = append(out, block...)
		i = end - 1
	}
	return strings.Join(out, "\n")
}

func (s *session) write(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commands runs the commands of one block; first is the number of its first line in the page.
func (s *session) commands(t *testing.T, block []string, first int) []string {
	var out []string
	for i := 0; i < len(block); {
		line := block[i]
		out = append(out, line)
		command, ok := strings.CutPrefix(line, "$ ")
		at := first + i
		i++
		var want []string
		for i < len(block) && !strings.HasPrefix(block[i], "$ ") {
			want = append(want, block[i])
			i++
		}
		if !ok {
			t.Errorf("line %d: a block of commands begins with a command: %q", at, line)
		}
		s.seen++
		if slices.Contains(readmeCommands, command) {
			out = append(out, want...)
			continue
		}
		got := s.run(t, command, at)
		blank := len(want) > 0 && want[len(want)-1] == "" // the line between two commands
		if blank {
			want = want[:len(want)-1]
		}
		if len(want) > 0 && !matches(want, got) {
			if !*update {
				t.Errorf("line %d: %s prints otherwise (-page +now):\n%s", at, command, cmp.Diff(want, got))
			}
			want = got
		}
		out = append(out, want...)
		if blank {
			out = append(out, "")
		}
	}
	return out
}

// run runs one command line and returns what a terminal would show. A failure of the command is a failure
// of the page, unless the page says so itself by an echo of the exit code.
func (s *session) run(t *testing.T, command string, at int) []string {
	word, rest, _ := strings.Cut(strings.Replace(command, "go run ./cmd/limn", "limn", 1), " ")
	if word != "limn" {
		t.Errorf("line %d: %q is no limn command", at, command)
		return nil
	}
	cmd := exec.Command("sh", "-c", word+" "+rest)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+s.data, "TRINO="+s.trino)
	var shown bytes.Buffer
	cmd.Stdout, cmd.Stderr = &shown, &shown
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && (exit.ExitCode() == exitClarify || exit.ExitCode() == exitDeclined):
	case err != nil:
		t.Errorf("line %d: %s: %v\n%s", at, command, err, shown.String())
	}
	return strings.Split(strings.TrimRight(shown.String(), "\n"), "\n")
}

// matches holds what was printed against a page's lines, of which “…” alone stands for any.
func matches(want, got []string) bool {
	for i, w := range want {
		if w == "…" {
			for skip := range len(got) - i + 1 {
				if matches(want[i+1:], got[i+skip:]) {
					return true
				}
			}
			return false
		}
		if i >= len(got) || strings.TrimRight(w, " ") != strings.TrimRight(got[i], " ") {
			return false
		}
	}
	return len(want) == len(got)
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"a b", "a b", true}, {"a", "a b", false}, {"a b", "a", false}, {"a …", "a b c", true}, {"… c", "a b c", true}, {"a … c", "a c", true}, {"… b", "a c", false}, {"…", "", true},
	} {
		if got := matches(strings.Fields(c.want), strings.Fields(c.got)); got != c.ok {
			t.Errorf("%q against %q: %v", c.want, c.got, got)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// Every link inside of the documentation leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "CHANGELOG.md"))
	checked := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(raw), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			checked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
				t.Error(fmt.Errorf("%s: %w", page, err))
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d links were found: the test no longer finds them", checked)
	}
}

var timeRow = regexp.MustCompile(`(?m)^ *\| ([^|]+) \| ([0-9-]*) ?\| ([0-9-]+) \|$`)

// The table of phrases in docs/time.md is what the reader of phrases gives.
func TestTimePageIsTrue(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "time.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := timex.Parser{Today: timex.Date(2026, time.November, 22), Calendar: timex.Calendar{WeekStart: time.Monday, FiscalStart: time.February}}
	rows := timeRow.FindAllStringSubmatch(string(raw), -1)
	if len(rows) < 30 {
		t.Errorf("only %d rows were found: the test no longer finds them", len(rows))
	}
	for _, row := range rows {
		toks := words.Split(row[1])
		ph, ok := p.At(toks, 0)
		if !ok || ph.End != len(toks) {
			t.Errorf("%q is not read as time", row[1])
			continue
		}
		if got := [2]string{isoDate(ph.Range.From), isoDate(ph.Range.To)}; got != [2]string{row[2], row[3]} {
			t.Errorf("%q means %v, the page says %v", row[1], got, row[2:])
		}
	}
}
