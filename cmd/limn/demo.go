package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/internal/demo"
)

// exhibits show what limn does: an answer, one that carries a warning, a question that has two
// meanings, and one that nothing here can answer.
var exhibits = []string{
	"what was my revenue year over year from Q1 of last year to Q2 of this year?",
	"csat by channel over the last 4 weeks",
	"what were our sales last quarter?",
	"what was our NPS last month?",
}

// demoMemory is what the generator tries to stay below, in bytes: column buffers of a month are large
// and short-lived, and a laptop has other things to do.
const demoMemory = 110 << 20

// runDemo makes the demo workspace, or brings it to today, and shows the exhibits.
func runDemo(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("demo", s)
	dir := f.String("dir", "", "`folder` of the demo (default: limn-demo in your data folder)")
	today := f.String("today", "", "the `date` that the demo takes for today")
	seed := f.Uint64("seed", demo.DefaultSeed, "another `seed` makes another company")
	rows := f.Int("rows", demo.DefaultRows, "about so many `rows` in all")
	q := f.String("question", "", "ask this `question` only")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		return 0, usage("demo does not take %q; ask with --question", rest[0])
	}
	opts := demo.Options{Dir: *dir, Seed: *seed, Rows: *rows, Progress: func(line string) { fmt.Fprintln(s.err, line) }}
	if opts.Today, err = demoToday(*today); err != nil {
		return 0, err
	}
	if opts.Dir == "" {
		if opts.Dir, err = demoDir(); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(s.err, "making the demo lake in %s …\n", opts.Dir)
	before := debug.SetMemoryLimit(demoMemory)
	defer debug.SetMemoryLimit(before)
	report, err := demo.Make(ctx, opts)
	if err != nil {
		return 0, hint(err, "give another --dir")
	}
	w, err := openWorkspace(ctx, opts.Dir)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	now, err := w.now("")
	if err != nil {
		return 0, err
	}
	r := answer.Request{Who: principal(""), At: now}
	if *q != "" {
		r.Question = *q
		o, err := w.service.Ask(ctx, r)
		if err != nil {
			return 0, err
		}
		if f.json {
			return exitCode(o), writeJSON(s.out, o)
		}
		printOutcome(s, o, false)
		return exitCode(o), nil
	}
	return exitDone, showDemo(ctx, s, f, w, r, report, opts)
}

func demoToday(flag string) (time.Time, error) {
	if flag == "" {
		y, m, d := time.Now().Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), nil
	}
	t, err := time.Parse(time.DateOnly, flag)
	if err != nil {
		return t, usage("--today %q is not a date; write 2026-11-22", flag)
	}
	return t, nil
}

func showDemo(ctx context.Context, s streams, f *flags, w *workspace, r answer.Request, report demo.Report, opts demo.Options) error {
	var outcomes []*answer.Outcome
	for i, q := range exhibits {
		r.Question = q
		o, err := w.service.Ask(ctx, r)
		if err != nil {
			return err
		}
		outcomes = append(outcomes, o)
		if f.json {
			continue
		}
		if i > 0 {
			fmt.Fprintln(s.out)
		}
		fmt.Fprintf(s.out, "──── %s\n\n", q)
		printOutcome(s, o, false)
	}
	if f.json {
		return writeJSON(s.out, map[string]any{"workspace": opts.Dir, "start": report.Start.Format(time.DateOnly), "end": report.End.Format(time.DateOnly), "seed": opts.Seed, "exhibits": outcomes})
	}
	fmt.Fprint(s.out, "\nNext:\n")
	ws := ""
	if standard, err := demoDir(); err != nil || standard != opts.Dir {
		ws = " --workspace " + shellWord(opts.Dir)
	}
	for _, next := range []string{"ask" + ws + " \"top 5 accounts by revenue this year\"", "metric list" + ws, "ask" + ws + " --html answer.html \"revenue by region last quarter\""} {
		fmt.Fprintf(s.out, "  %s %s\n", self(), next)
	}
	if s.terminal {
		fmt.Fprintln(s.out)
		return converse(ctx, s, w, r)
	}
	return nil
}

// self is how this program was started, as it can be typed again.
func self() string {
	exe, err := os.Executable()
	if err != nil || strings.Contains(exe, "go-build") {
		return "go run ./cmd/limn"
	}
	if os.Args[0] == filepath.Base(os.Args[0]) {
		return os.Args[0]
	}
	return shellWord(os.Args[0])
}

func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
