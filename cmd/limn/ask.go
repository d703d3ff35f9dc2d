package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
)

// runAsk answers one question, or holds a conversation on a terminal.
func runAsk(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("ask", s)
	at := f.String("at", "", "the `time` to answer as of")
	as := f.String("as", "", "the `user` who asks")
	confirm := f.String("confirm", "", "`token` of an answer that asked for consent to its cost")
	html := f.String("html", "", "also write the answer as one page to `file`")
	full := f.Bool("full", false, "show everything: definitions, lineage, sources, SQL")
	replay := f.String("replay", "", "give the answer of an `id` again, from the catalog that it was given from")
	f.Bool("no-llm", false, "never use a language model (none is used yet)")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	if *replay != "" {
		if len(rest) > 0 || *at != "" {
			return 0, usage("--replay takes question, asker and time from the answer; leave them out")
		}
		return runReplay(ctx, s, f, dir, *replay, principal(*as), *full)
	}
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	r := answer.Request{Question: strings.Join(rest, " "), Who: principal(*as), Confirm: *confirm}
	if r.At, err = w.now(*at); err != nil {
		return 0, err
	}
	if len(rest) == 0 && s.terminal && !f.json {
		return exitDone, converse(ctx, s, w, r)
	}
	var done func()
	r.Progress, done = waiting(s.err)
	o, err := w.service.Ask(ctx, r)
	done()
	if err != nil {
		return 0, err
	}
	if *html != "" {
		if err := writePage(*html, o); err != nil {
			return 0, err
		}
	}
	if f.json {
		return exitCode(o), writeJSON(s.out, o)
	}
	printOutcome(s, o, *full)
	return exitCode(o), nil
}

// principal is who asks. The embedded default has one local user; --as asks as another.
func principal(as string) access.Principal {
	if as == "" {
		return access.Principal{Name: "local"}
	}
	return access.Principal{Name: as, ActAs: "local"}
}

func exitCode(o *answer.Outcome) int {
	switch o.Outcome {
	case answer.Clarified:
		return exitClarify
	case answer.Refused:
		return exitDeclined
	}
	return exitDone
}

// converse answers line by line until the input ends.
func converse(ctx context.Context, s streams, w *workspace, r answer.Request) error {
	in := bufio.NewScanner(s.in)
	in.Buffer(nil, 1<<20)
	var last *answer.Outcome
	for {
		fmt.Fprint(s.out, "ask> ")
		if !in.Scan() {
			fmt.Fprintln(s.out)
			return in.Err()
		}
		line := strings.TrimSpace(in.Text())
		switch {
		case line == "":
			continue
		case line == "exit" || line == "quit" || line == "\\q":
			return nil
		case line == "full" && last != nil:
			fmt.Fprintln(s.out)
			printOutcome(s, last, true)
			fmt.Fprintln(s.out)
			continue
		}
		r.Question = chosenOption(last, line)
		var done func()
		r.Progress, done = waiting(s.err)
		o, err := w.service.Ask(ctx, r)
		done()
		if err != nil {
			return err
		}
		last = o
		fmt.Fprintln(s.out)
		printOutcome(s, o, false)
		fmt.Fprintln(s.out)
	}
}

// chosenOption lets a number pick an option of the last clarification or a suggestion of the last decline.
func chosenOption(last *answer.Outcome, line string) string {
	if last == nil || len(line) != 1 || line[0] < '1' || line[0] > '9' {
		return line
	}
	n := int(line[0] - '1')
	switch {
	case last.Clarify != nil && n < len(last.Clarify.Options):
		return last.Clarify.Options[n].Question
	case last.Clarify == nil && n < len(last.Suggestions):
		return last.Suggestions[n]
	}
	return line
}

func writePage(file string, o *answer.Outcome) error {
	page, err := renderPage(o)
	if err != nil {
		return err
	}
	tmp := file + ".tmp"
	if err := os.WriteFile(tmp, page, 0o644); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return os.Rename(tmp, file)
}
