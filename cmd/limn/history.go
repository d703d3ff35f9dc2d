package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/history"
	"github.com/limn-data/limn/catalog"
)

// runHistory lists the answers that the asker was given, the newest first.
func runHistory(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("history", s)
	n := f.Int("n", 20, "how many")
	before := f.Int64("before", 0, "only those before this `number`")
	as := f.String("as", "", "the `user` who asked")
	now := f.Bool("now", false, "of one answer: also say what has to be told of it today")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) > 1 || *n < 1 {
		return 0, usage("history takes at most one answer's id, and -n from 1 on")
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	cfg, err := readConfig(dir)
	if err != nil {
		return 0, err
	}
	dsn, err := (&workspace{dir: dir, cfg: cfg}).state("history")
	if err != nil {
		return 0, err
	}
	h, err := history.Open(ctx, dsn, filepath.Join(dir, ".limn", "answers-waiting.jsonl"))
	if err != nil {
		return 0, err
	}
	defer h.Close()
	who := principal(*as).Name
	if len(rest) == 1 {
		r, err := h.Get(ctx, rest[0])
		if err == nil && r.Who.Name != who {
			err = fmt.Errorf("%s: %w", rest[0], history.ErrNone)
		}
		if errors.Is(err, history.ErrNone) {
			return 0, hint(err, "limn history")
		}
		if err != nil {
			return 0, err
		}
		r.Ran = "" // filters may speak of what the asker may not see
		return exitDone, showKept(ctx, s, dir, r, *now)
	}
	list, err := h.List(ctx, who, *before, *n)
	if err != nil {
		return 0, err
	}
	if list == nil {
		list = []history.Brief{}
	}
	if f.json {
		return exitDone, writeJSON(s.out, map[string]any{"answers": list})
	}
	if len(list) == 0 {
		fmt.Fprintln(s.out, "Nothing has been asked yet.")
	}
	for _, b := range list {
		fmt.Fprintf(s.out, "%5d  %s  %-9s %s  %s\n", b.Number, b.Given.Format("2006-01-02 15:04"), b.Outcome, b.ID, clip(b.Question, 60))
	}
	return exitDone, nil
}

// keptOutcome is what is read of an outcome that was kept.
type keptOutcome struct {
	Question string    `json:"question"`
	AsOf     time.Time `json:"as_of"`
	Sources  []struct {
		Table   string   `json:"table"`
		Columns []string `json:"columns"`
	} `json:"sources"`
}

// showKept shows an answer as it was given, to whoever may still see all that it was made of; with today also what has
// to be told of it by what is known now.
func showKept(ctx context.Context, s streams, dir string, r history.Record, today bool) error {
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return err
	}
	defer w.Close()
	var was keptOutcome
	if err := json.Unmarshal(r.Outcome, &was); err != nil {
		return fmt.Errorf("reading the answer %s: %w", r.ID, err)
	}
	ss, err := w.service.Session(ctx, r.Who)
	if err != nil {
		return err
	}
	for _, src := range was.Sources {
		table := catalog.ParseName(src.Table, "", "")
		for _, c := range append([]string{""}, src.Columns...) {
			if !ss.View.MayRead(table, c) || !ss.View.Whole(table, c) {
				return hint(fmt.Errorf("%s was made of what you may not see today, or not whole", r.ID), "limn ask --replay "+r.ID)
			}
		}
	}
	if !today {
		return writeJSON(s.out, r)
	}
	at, err := w.now("")
	if err != nil {
		return err
	}
	warnings, known, err := w.service.Recheck(ctx, was.Question, r.Who, was.AsOf, at)
	if err != nil {
		return err
	}
	return writeJSON(s.out, struct {
		history.Record
		Now   []answer.Warning `json:"warnings_now"`
		Known bool             `json:"known_now"`
		AsOf  time.Time        `json:"checked_as_of"`
	}{r, listed(warnings), known, at.UTC()})
}
