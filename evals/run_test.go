package evals

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/evals/cases"
	"github.com/limn-data/limn/evals/score"
	"github.com/limn-data/limn/trino/rows"
)

// scripted answers each question by its first word.
type scripted struct{ golds []string }

func (s *scripted) Now() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func (s *scripted) Ask(_ context.Context, q, as string, at time.Time) (*answer.Outcome, error) {
	word, rest, _ := strings.Cut(q, " ")
	switch word {
	case "fail":
		return nil, errors.New("out of order")
	case "clarify":
		return &answer.Outcome{Outcome: answer.Clarified, Clarify: &answer.Clarify{Question: "Which?"}}, nil
	case "decline":
		return &answer.Outcome{Outcome: answer.Refused, Declined: &answer.Declined{Code: "not_defined", Reason: "No."}}, nil
	case "when":
		rest = at.Format(time.RFC3339) + as
	}
	return &answer.Outcome{Outcome: answer.Answered, Interpretation: "read so", SQL: "SELECT", Road: "governed", Columns: []answer.Column{{Name: "x", Type: "varchar", Role: "metric"}}, Rows: answer.Rows{{rest}},
		Timings: answer.Timings{Run: 0}, Cost: answer.Cost{PromptTokens: 2, CompletionTokens: 3}}, nil
}

// Gold gives one cell: what stands behind the first blank.
func (s *scripted) Gold(_ context.Context, sql string, _ time.Time) (*rows.Set, error) {
	s.golds = append(s.golds, sql)
	word, rest, _ := strings.Cut(sql, " ")
	switch word {
	case "broken":
		return nil, errors.New("no such table")
	case "endless":
		return &rows.Set{Columns: []rows.Column{{Name: "x", Type: "varchar"}}, Truncated: true}, nil
	}
	return &rows.Set{Columns: []rows.Column{{Name: "x", Type: "varchar"}}, Rows: [][]rows.Value{{rest}}}, nil
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name string
		c    cases.Case
		want score.Verdict
		says string
	}{
		{"right", cases.Case{Question: "say a", GoldSQL: []string{"gold a"}}, score.Right, ""},
		{"wrong", cases.Case{Question: "say a", GoldSQL: []string{"gold b"}}, score.Wrong, "such as b (read so)"},
		{"one of several golds", cases.Case{Question: "say a", GoldSQL: []string{"gold b", "gold a"}}, score.Right, ""},
		{"no gold: only the outcome", cases.Case{Question: "say a"}, score.Right, ""},
		{"rows as gold", cases.Case{Question: "say 5", GoldRows: [][]any{{json.Number("5")}}}, score.Right, ""},
		{"rows as gold, near a decimal", cases.Case{Question: "say 0.33333333333", GoldRows: [][]any{{json.Number("0.333333333333")}}}, score.Right, ""},
		{"rows of a YAML case", cases.Case{Question: "say 0.33333333333", GoldRows: [][]any{{0.333333333333}}}, score.Right, ""},
		{"no rows as gold", cases.Case{Question: "say 5", GoldRows: [][]any{}}, score.Wrong, "1 rows, the gold has 0"},
		{"the gold fails", cases.Case{Question: "say a", GoldSQL: []string{"broken"}}, score.Unscored, "the gold fails: no such table"},
		{"the gold is too long", cases.Case{Question: "say a", GoldSQL: []string{"endless"}}, score.Unscored, "more rows than can be compared"},
		{"asking fails", cases.Case{Question: "fail"}, score.Unscored, "asking failed: out of order"},
		{"asked back", cases.Case{Question: "clarify", GoldSQL: []string{"gold a"}}, score.Clarify, "asked back: Which?"},
		{"declined", cases.Case{Question: "decline", GoldSQL: []string{"gold a"}}, score.Declined, "not_defined: No."},
		{"asked back as it should", cases.Case{Question: "clarify", Expect: cases.Clarify}, score.Right, ""},
		{"declined as it should", cases.Case{Question: "decline", Expect: cases.Declined}, score.Right, ""},
		{"answered what should be declined", cases.Case{Question: "say a", Expect: cases.Declined}, score.Wrong, "answered what should be declined"},
		{"asked back what should be declined", cases.Case{Question: "clarify", Expect: cases.Declined}, score.Clarify, ""},
		{"the case's clock and asker", cases.Case{Question: "when", At: "2025-01-02T03:04:05Z", As: "cfo", GoldSQL: []string{"gold 2025-01-02T03:04:05Zcfo"}}, score.Right, ""},
		{"a clock that is none", cases.Case{Question: "when", At: "soon"}, score.Unscored, `"soon" is no time`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.c.ID = c.name
			if c.c.Expect == "" {
				c.c.Expect = cases.Answered
			}
			heard := 0
			got, err := Run(t.Context(), &scripted{}, []cases.Case{c.c}, func(int, score.Result) { heard++ })
			if err != nil || len(got) != 1 || heard != 1 {
				t.Fatal(got, err, heard)
			}
			if r := got[0]; r.Verdict != c.want || !strings.Contains(r.Reason, c.says) || c.want == score.Right && r.Reason != "" {
				t.Errorf("judged %s: %q, want %s with %q", r.Verdict, r.Reason, c.want, c.says)
			}
		})
	}
}

// Golds are run only where they are needed, and a run that is stopped says how far it came.
func TestRun(t *testing.T) {
	s := &scripted{}
	got, err := Run(t.Context(), s, []cases.Case{{ID: "1", Question: "decline", Expect: cases.Answered, GoldSQL: []string{"gold a"}}, {ID: "2", Question: "say a", Expect: cases.Answered, GoldSQL: []string{"gold a", "gold b"}}}, nil)
	if err != nil || len(got) != 2 || got[1].Tokens != 5 || got[1].Road != "governed" || !got[1].Answered || got[0].Answered {
		t.Errorf("%+v %v", got, err)
	}
	if strings.Join(s.golds, ", ") != "gold a, gold b" {
		t.Errorf("ran the golds %v; the declined case needs none", s.golds)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err = Run(ctx, s, []cases.Case{{ID: "1", Question: "say a", Expect: cases.Answered}, {ID: "2", Question: "say a"}}, func(int, score.Result) { cancel() })
	if len(got) != 1 || err == nil || !strings.Contains(err.Error(), "after 1 of 2 cases") {
		t.Errorf("stopped: %+v %v", got, err)
	}
}
