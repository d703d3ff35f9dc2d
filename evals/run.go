// Package evals measures answers: it asks every case, runs its gold on the same engine, judges and
// reports. Start at Run.
package evals

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/evals/cases"
	"github.com/limn-data/limn/evals/score"
	"github.com/limn-data/limn/trino/rows"
)

// Subject is what is measured: it answers questions, and runs the golds.
type Subject interface {
	Ask(ctx context.Context, question, as string, at time.Time) (*answer.Outcome, error)
	Gold(ctx context.Context, sql string, at time.Time) (*rows.Set, error)
	// Now is the moment of cases that name none.
	Now() time.Time
}

// Run judges every case in order. progress, if not nil, hears of each.
func Run(ctx context.Context, s Subject, cs []cases.Case, progress func(done int, r score.Result)) ([]score.Result, error) {
	var out []score.Result
	for i, c := range cs {
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("evals: stopped after %d of %d cases: %w", i, len(cs), err)
		}
		r := one(ctx, s, c)
		out = append(out, r)
		if progress != nil {
			progress(i+1, r)
		}
	}
	return out, nil
}

func one(ctx context.Context, s Subject, c cases.Case) score.Result {
	r := score.Result{ID: c.ID, Suite: c.Suite, Question: c.Question, Expect: c.Expect, Tags: c.Tags}
	if r.Tags == nil {
		r.Tags = []string{}
	}
	at, err := moment(c.At, s.Now())
	if err != nil {
		r.Verdict, r.Reason = score.Unscored, err.Error()
		return r
	}
	if len(c.Turns) > 0 {
		r.Verdict, r.Reason = score.Unscored, "conversations are not scored yet"
		return r
	}
	start := time.Now()
	o, err := s.Ask(ctx, c.Question, c.As, at)
	r.Millis = float64(time.Since(start).Microseconds()) / 1000
	if err != nil {
		r.Verdict, r.Reason = score.Unscored, "asking failed: "+err.Error()
		return r
	}
	r.Outcome, r.SQL, r.Road, r.Answered = o.Outcome, o.SQL, o.Road, o.Outcome == answer.Answered
	r.Own = r.Millis - o.Timings.Run
	r.Tokens = o.Cost.PromptTokens + o.Cost.CompletionTokens
	judge(ctx, s, c, o, at, &r)
	return r
}

func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("the case's clock %q is no time", text)
	}
	return t, nil
}

func judge(ctx context.Context, s Subject, c cases.Case, o *answer.Outcome, at time.Time, r *score.Result) {
	if o.Outcome != c.Expect {
		switch o.Outcome {
		case answer.Clarified:
			r.Verdict, r.Reason = score.Clarify, "asked back: "+o.Clarify.Question
		case answer.Refused:
			r.Verdict, r.Reason = score.Declined, o.Declined.Code+": "+o.Declined.Reason
		default:
			r.Verdict, r.Reason = score.Wrong, "answered what should be "+c.Expect+": "+o.Interpretation
		}
		return
	}
	if c.Expect != cases.Answered {
		r.Verdict = score.Right
		return
	}
	golds, err := golds(ctx, s, c, at)
	if err != nil {
		r.Verdict, r.Reason = score.Unscored, err.Error()
		return
	}
	if len(golds) == 0 {
		r.Verdict = score.Right
		return
	}
	got := answerTable(o)
	for _, g := range golds {
		if r.Reason = score.Compare(g, got, c.Ordered); r.Reason == "" {
			r.Verdict = score.Right
			return
		}
	}
	r.Verdict = score.Wrong
	r.Reason += " (" + o.Interpretation + ")"
}

// golds are the accepted results; none when the case only judges the outcome.
func golds(ctx context.Context, s Subject, c cases.Case, at time.Time) ([]score.Table, error) {
	var out []score.Table
	for _, sql := range c.GoldSQL {
		set, err := s.Gold(ctx, sql, at)
		if err != nil {
			return nil, fmt.Errorf("the gold fails: %w", err)
		}
		if set.Truncated {
			return nil, fmt.Errorf("the gold has more rows than can be compared")
		}
		t := score.Table{Width: len(set.Columns)}
		for _, col := range set.Columns {
			t.Double = append(t.Double, col.Type == "double" || col.Type == "real")
		}
		for _, row := range set.Rows {
			t.Rows = append(t.Rows, anys(row))
		}
		out = append(out, t)
	}
	if len(c.GoldSQL) == 0 && c.GoldRows != nil {
		t := score.Table{Rows: c.GoldRows, Width: len(c.GoldColumns)}
		for _, row := range c.GoldRows {
			t.Width = max(t.Width, len(row))
		}
		for i := range t.Width {
			double := false
			for _, row := range c.GoldRows {
				switch n := row[i].(type) {
				case json.Number:
					double = double || strings.ContainsAny(n.String(), ".eE")
				case float64: // of a YAML case
					double = true
				}
			}
			t.Double = append(t.Double, double)
		}
		out = append(out, t)
	}
	return out, nil
}

func anys(row []rows.Value) []any {
	out := make([]any, len(row))
	for i, v := range row {
		out[i] = v
	}
	return out
}

func answerTable(o *answer.Outcome) score.Table {
	t := score.Table{Width: len(o.Columns)}
	for _, c := range o.Columns {
		t.Roles = append(t.Roles, c.Role)
		t.Double = append(t.Double, c.Type == "double" || c.Type == "real")
	}
	for _, row := range o.Rows {
		t.Rows = append(t.Rows, anys(row))
	}
	return t
}
