package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/history"
)

// replayed says how an answer that was given again compares with the first one.
type replayed struct {
	Of      string    `json:"of"`
	Given   time.Time `json:"given_at"`
	Same    bool      `json:"same"`
	Was     string    `json:"was_hash"`
	Differs []string  `json:"differs"` // the parts of the answer that are not as they were
}

// runReplay gives an answer again: the same question by the same person at the same moment, with what the catalog knew
// then. Only whoever asked may see it, with the rights that they have today.
func runReplay(ctx context.Context, s streams, f *flags, dir, id string, who access.Principal, full bool) (int, error) {
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
	rec, err := h.Get(ctx, id)
	if err == nil && rec.Who.Name != who.Name {
		err = fmt.Errorf("%s: %w", id, history.ErrNone) // somebody else's is like none
	}
	if errors.Is(err, history.ErrNone) {
		return 0, hint(err, "the id is answer_id of --json; limn history lists yours")
	}
	if err != nil {
		return 0, err
	}
	var was answer.Outcome
	if err := json.Unmarshal(withoutRows(rec.Outcome), &was); err != nil {
		return 0, fmt.Errorf("reading the answer %s: %w", id, err)
	}
	var version int64
	if was.Catalog != "" {
		if version, err = strconv.ParseInt(was.Catalog, 10, 64); err != nil {
			return 0, fmt.Errorf("reading the answer %s: its catalog version: %w", id, err)
		}
	}
	w, err := openAt(ctx, dir, version)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	r := answer.Request{Question: was.Question, Who: who, At: was.AsOf}
	var done func()
	r.Progress, done = waiting(s.err)
	o, err := w.service.Ask(ctx, r)
	done()
	if err != nil {
		return 0, err
	}
	now, err := json.Marshal(o)
	if err != nil {
		return 0, err
	}
	out := replayed{Of: id, Given: rec.Given, Same: o.Hash == was.Hash && o.Outcome == was.Outcome, Was: was.Hash}
	if out.Differs, err = differs(rec.Outcome, now); err != nil {
		return 0, err
	}
	if f.json {
		return exitCode(o), writeJSON(s.out, struct {
			*answer.Outcome
			Replay replayed `json:"replay"`
		}{o, out})
	}
	printOutcome(s, o, full)
	if out.Same {
		fmt.Fprintf(s.out, "\nThe same as on %s.\n", rec.Given.Format("2 Jan 2006 15:04 MST"))
	} else {
		fmt.Fprintf(s.out, "\nNot the same as on %s: %v.\n", rec.Given.Format("2 Jan 2006 15:04 MST"), out.Differs)
	}
	return exitCode(o), nil
}

// withoutRows is a kept outcome without its rows, whose types are written as text.
func withoutRows(raw []byte) []byte {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return raw
	}
	delete(m, "rows")
	out, err := json.Marshal(m)
	if err != nil {
		return raw
	}
	return out
}

// differs lists the fields in which two outcomes are not alike, but for how long they took.
func differs(was, now []byte) ([]string, error) {
	var a, b map[string]any
	if err := errors.Join(json.Unmarshal(was, &a), json.Unmarshal(now, &b)); err != nil {
		return nil, err
	}
	out := []string{}
	for k := range a {
		if k != "timings_ms" && !reflect.DeepEqual(a[k], b[k]) {
			out = append(out, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out, nil
}
