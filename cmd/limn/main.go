// Command limn answers questions about a data lake. One file is one command; only main turns errors
// into exit codes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/limn-data/limn/engine/duckdb"
)

// The exit codes that scripts rely on.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitClarify  = 3
	exitDeclined = 4
)

// streams are where a command reads and writes. Results go to out, everything else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // in and out are a terminal
}

// command is one word of the command line.
type command struct {
	name, args, about string
	run               func(ctx context.Context, s streams, args []string) (int, error)
}

func commands() []command {
	return []command{
		{"demo", "[--dir DIR] [--today DATE] [--seed N] [--rows N] [--question Q]", "make the demo workspace and show what limn does", runDemo},
		{"init", "--data DIR|FILE… | --trino DSN [--out WS]", "make a workspace over your own files or a Trino", runInit},
		{"ask", "[--at TIME] [--as USER] [--html FILE] [--replay ID] [QUESTION]", "answer a question", runAsk},
		{"read", "[--at TIME] [--batch FILE] QUESTION", "show how a question is read, without running it", runRead},
		{"sql", "check|format|lineage|translate|run [FILE|-]", "work with Trino SQL", runSQL},
		{"metric", "list | query --metric M…", "list metrics, or ask for them without English", runMetric},
		{"catalog", "show ASSET | search QUERY | sync | import KIND PATH | lint", "look into the catalog, or bring it up to date", runCatalog},
		{"index", "build|status", "make the catalog searchable by meaning", runIndex},
		{"history", "[-n N] [ID]", "list the answers that you were given, or show one", runHistory},
		{"serve", "[--listen HOST:PORT]", "take lineage events, show badges, and keep the catalog up to date", runServe},
		{"eval", "run [SUITE…]", "score answers against cases", runEval},
	}
}

func main() {
	os.Exit(realMain())
}

func realMain() int {
	if len(os.Args) == 2 && os.Args[1] == duckdb.WorkerArg {
		if err := duckdb.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return exitFailed
		}
		return exitDone
	}
	if duckdb.Missing != "" {
		fmt.Fprintln(os.Stderr, duckdb.Missing)
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: isTerminal(os.Stdin) && isTerminal(os.Stdout)}
	return dispatch(ctx, s, os.Args[1:])
}

// dispatch runs one command line and reports its error as people or scripts want it.
func dispatch(ctx context.Context, s streams, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		printHelp(s.out)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		code, err := c.run(ctx, s, args[1:])
		if err == nil {
			return code
		}
		return report(s, args, err)
	}
	return report(s, args, usage("there is no command %q", args[0]))
}

// report prints an error: one JSON document under --json, else a sentence and what to try.
func report(s streams, args []string, err error) int {
	code := exitFailed
	e := &cliError{code: "failed", err: err}
	errors.As(err, &e)
	if e.code == "usage" {
		code = exitUsage
	}
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if wantsJSON(args) {
		doc := map[string]any{"error": map[string]string{"code": e.code, "message": err.Error(), "hint": e.hint}}
		if werr := writeJSON(s.out, doc); werr != nil {
			fmt.Fprintln(s.err, werr)
		}
		return code
	}
	fmt.Fprintln(s.err, "limn:", err)
	if e.hint != "" {
		fmt.Fprintln(s.err, "Try:", e.hint)
	}
	return code
}

func wantsJSON(args []string) bool {
	for _, a := range args {
		if a == "--json" || a == "-json" || a == "--json=true" {
			return true
		}
		if a == "--" {
			return false
		}
	}
	return false
}

// cliError is an error with what to do about it.
type cliError struct {
	code, hint string
	err        error
}

func (e *cliError) Error() string { return e.err.Error() }
func (e *cliError) Unwrap() error { return e.err }

func hint(err error, try string) error { return &cliError{code: "failed", hint: try, err: err} }

func usage(format string, args ...any) error {
	return &cliError{code: "usage", hint: "limn help", err: fmt.Errorf(format, args...)}
}

func printHelp(w io.Writer) {
	fmt.Fprintln(w, "limn answers questions about a data lake.")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  limn %-8s %s\n           %s\n", c.name, c.args, c.about)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "Every command takes --workspace DIR and --json. Exit codes: 0 done, 3 asks back, 4 declined, 1 failed, 2 used wrongly.")
}

// flags are the flags that every command has.
type flags struct {
	*flag.FlagSet
	workspace string
	json      bool
}

func newFlags(name string, s streams) *flags {
	f := &flags{FlagSet: flag.NewFlagSet("limn "+name, flag.ContinueOnError)}
	f.SetOutput(s.err)
	f.StringVar(&f.workspace, "workspace", "", "the workspace's `folder` (default: the nearest upward, else the demo)")
	f.BoolVar(&f.json, "json", false, "write one JSON document")
	return f
}

// parse reads flags wherever they stand among the arguments and returns the rest; what follows -- is
// left alone. Words of a question often begin with a digit and never with two dashes.
func (f *flags) parse(args []string) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		if err := f.FlagSet.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, &cliError{code: "usage", hint: "limn help", err: err}
		}
		used := len(args) - f.NArg()
		if used > 0 && args[used-1] == "--" {
			return append(rest, f.Args()...), nil
		}
		args = f.Args()
		if len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
