package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/limn-data/limn/engine/duckdb"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print now into the scripts and the documentation")

// demoArgs make the one demo that all scripts and all pages share. They may only read it. It is the
// size and day that the demo's own cases are written for.
var demoArgs = []string{"--today", "2026-11-22", "--rows", "300000"}

// The test binary is limn, and limn's worker, as the real one is: os.Executable is this file.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == duckdb.WorkerArg {
		os.Exit(realMain())
	}
	testscript.Main(suite{m}, map[string]func(){"limn": main})
}

// suite gives the run a folder of its own and takes it away at the end.
type suite struct{ m *testing.M }

func (s suite) Run() int {
	root, err := os.MkdirTemp("", "limn-scripts-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(root)
	if err := os.Setenv("LIMN_TEST_ROOT", root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return s.m.Run()
}

// madeDemo makes the shared demo where limn looks for it by itself: limn-demo in the data folder.
var madeDemo = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(os.Getenv("LIMN_TEST_ROOT"), "limn-demo")
	out, err := exec.Command("limn", append([]string{"demo", "--dir", dir}, demoArgs...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("making the demo: %w\n%s", err, out)
	}
	return dir, nil
})

func sharedDemo(t *testing.T) string {
	t.Helper()
	dir, err := madeDemo()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The scripts are read top down, as a session at a terminal. Beside testscript's own commands there are:
//
//	exits N limn …        the command ends with exit code N
//	json PATH [WANT…]     standard output is one JSON document; at PATH (a.0.b, len:a for the length of a)
//	                      stands WANT, or anything at all
//	keep NAME PATH        puts what stands at PATH of the JSON document into the environment
//	unchanged             nothing was added to the script's folder since it began, temporary files included
//	limn-as FILE          bad is made a copy of the workspace good, with FILE as its model
//	next                  runs the commands that limn printed under “Next:” or “Try:”; each must succeed
func TestScripts(t *testing.T) {
	demo := sharedDemo(t)
	before := listing(t, demo)
	t.Run("all", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 filepath.Join("testdata", "script"),
			UpdateScripts:       *update,
			RequireExplicitExec: false,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("DEMO", demo)
				env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, ".data"))
				env.Setenv("LONG", strings.Repeat("a", 10_000))
				env.Setenv("CONTROL", "\x1b[31mrevenue\x07 last month")
				files, err := walk(env.WorkDir)
				env.Values[started{}] = files
				return err
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "json": jsonAt, "keep": keep, "unchanged": unchanged, "next": next, "limn-as": withModel},
		})
	})
	if d := cmp.Diff(before, listing(t, demo)); d != "" {
		t.Errorf("the scripts changed the shared demo (-before +after):\n%s", d)
	}
}

type started struct{}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func jsonAt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: json PATH [WANT…]")
	}
	path, count := strings.CutPrefix(args[0], "len:")
	at := document(ts, path)
	got := fmt.Sprint(at)
	if count {
		got = strconv.Itoa(size(at))
	}
	if want := strings.Join(args[1:], " "); len(args) > 1 && got != want {
		ts.Fatalf("%s is %q, want %q", args[0], got, want)
	}
}

func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME PATH")
	}
	ts.Setenv(args[0], fmt.Sprint(document(ts, args[1])))
}

// document is what stands at a path of the one JSON document on standard output.
func document(ts *testscript.TestScript, path string) any {
	var doc any
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		ts.Fatalf("standard output is no JSON: %v", err)
	}
	if dec.More() {
		ts.Fatalf("standard output holds more than one JSON document")
	}
	at, ok := lookup(doc, path)
	if !ok {
		ts.Fatalf("there is no %s in the document", path)
	}
	return at
}

func size(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return -1
}

// lookup follows a path of keys and indexes.
func lookup(doc any, path string) (any, bool) {
	for key := range strings.SplitSeq(path, ".") {
		switch at := doc.(type) {
		case map[string]any:
			v, ok := at[key]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			doc = at[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: unchanged")
	}
	now, err := walk(ts.Getenv("WORK"))
	ts.Check(err)
	before := ts.Value(started{}).([]string)
	for _, f := range now {
		if !slices.Contains(before, f) {
			ts.Fatalf("%s was left behind", f)
		}
	}
}

// next holds the printed commands to their word: they work from where they were printed.
func next(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: next")
	}
	var commands []string
	listed := false
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "Next:" || line == "Try:":
			listed = true
		case listed && strings.HasPrefix(line, "  "):
			commands = append(commands, strings.TrimSpace(line))
		default:
			listed = false
		}
	}
	if len(commands) == 0 {
		ts.Fatalf("no command was printed")
	}
	for _, c := range commands {
		ts.Logf("> %s", c)
		if err := ts.Exec("sh", "-c", c); err != nil {
			ts.Fatalf("%s: %v", c, err)
		}
	}
}

// withModel breaks a working workspace in one place.
func withModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: limn-as MODEL")
	}
	ts.Check(os.RemoveAll(ts.MkAbs("bad")))
	ts.Check(os.CopyFS(ts.MkAbs("bad"), os.DirFS(ts.MkAbs("good"))))
	ts.Check(os.WriteFile(ts.MkAbs("bad/models/shop/shop.yaml"), []byte(ts.ReadFile(args[0])), 0o644))
}

// walk lists the files and folders below dir, without dir itself.
func walk(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if rel != "." {
			out = append(out, rel)
		}
		return err
	})
	return out, err
}

// listing is what a folder holds, with sizes and times.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	files, err := walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(f, ".limn/history.db") }) // each answer is kept there
	for i, f := range files {
		info, err := os.Stat(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		if !info.IsDir() {
			files[i] = fmt.Sprintf("%s %d %s", f, info.Size(), info.ModTime().UTC())
		}
	}
	return files
}
