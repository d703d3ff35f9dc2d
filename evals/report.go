package evals

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/evals/score"
)

// Report is a run as scripts and people read it.
type Report struct {
	Workspace string                   `json:"workspace"`
	Total     score.Summary            `json:"total"`
	Tags      map[string]score.Summary `json:"tags"`
	Suites    map[string]score.Summary `json:"suites"`
	Cases     []score.Result           `json:"cases"`
}

// NewReport groups results by tag and suite.
func NewReport(workspace string, rs []score.Result) Report {
	r := Report{Workspace: workspace, Total: score.Summarise(rs), Tags: map[string]score.Summary{}, Suites: map[string]score.Summary{}, Cases: rs}
	if r.Cases == nil {
		r.Cases = []score.Result{}
	}
	byTag, bySuite := map[string][]score.Result{}, map[string][]score.Result{}
	for _, x := range rs {
		bySuite[x.Suite] = append(bySuite[x.Suite], x)
		for _, t := range x.Tags {
			byTag[t] = append(byTag[t], x)
		}
	}
	for t, xs := range byTag {
		r.Tags[t] = score.Summarise(xs)
	}
	for s, xs := range bySuite {
		r.Suites[s] = score.Summarise(xs)
	}
	return r
}

// Markdown writes the report for a review: the totals, what is not right with its reason, the tags.
func (r Report) Markdown() string {
	var b strings.Builder
	t := r.Total
	fmt.Fprintf(&b, "# Evaluation of %s\n\n", r.Workspace)
	fmt.Fprintf(&b, "%d cases: %d right, %d wrong, %d asked back, %d declined, %d unscored.\n", t.Cases, t.Right, t.Wrong, t.Clarify, t.Declined, t.Unscored)
	fmt.Fprintf(&b, "Accuracy %.1f %% (95 %%: %.1f to %.1f), precision of what was answered %.1f %%, latency %.0f ms median, %.0f ms p95.\n", 100*t.Accuracy, 100*t.Interval[0], 100*t.Interval[1], 100*t.Precision, t.P50, t.P95)
	for _, part := range []struct {
		name string
		of   map[string]score.Summary
	}{{"suite", r.Suites}, {"tag", r.Tags}} {
		if len(part.of) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n| %s | cases | right | wrong | asked back | declined | accuracy |\n|---|---|---|---|---|---|---|\n", part.name)
		var names []string
		for n := range part.of {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			s := part.of[n]
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %.1f %% |\n", n, s.Cases, s.Right, s.Wrong, s.Clarify, s.Declined, 100*s.Accuracy)
		}
	}
	first := true
	for _, c := range r.Cases {
		if c.Verdict == score.Right {
			continue
		}
		if first {
			b.WriteString("\n## Not right\n\n")
			first = false
		}
		fmt.Fprintf(&b, "- **%s** (%s): %s\n  %s\n", c.ID, c.Verdict, c.Question, c.Reason)
	}
	return b.String()
}
