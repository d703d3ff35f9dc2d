package question_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/nl2sql/question"
)

// vocabulary of sentences that are put together at random: names, values, periods and grammar.
var vocabulary = strings.Split("admissions|complaints|care cost|average stay|no-show rate|by|by ward|by department|and|in Surgery|Cardiology|Bern|North|last month|in 2025|this year|Q1 2026|vs|more than 5|"+
	"top 3|which|how many|patients|doctors|not|excluding Helvetia|share of|growth|year over year|by month|weekly|urgent|over|with|list|the|of|highest|nights|insurer|zebra|average|per|target|missed|"+
	"than last year|since March|5|cost|ward", "|")

// idleLimit is how many of the random sentences may be answered the same without one of their names, by
// the kind of the name. Most of these sentences mean nothing to a person either, but each such answer
// passes over a word; the limits only ever go down.
var idleLimit = map[question.Kind]int{question.KindMetric: 4, question.KindDimension: 15, question.KindEntity: 21, question.KindNumber: 11, question.KindValue: 0, question.KindPeriod: 0, question.KindTable: 0, question.KindTerm: 0}

// TestRandomSentences: whatever words come together, there is one kind of answer, in time; what is offered
// in return is answered; and few are answered over a word that names something.
func TestRandomSentences(t *testing.T) {
	r := hospital(t)
	rnd := rand.New(rand.NewPCG(1, 1))
	idle := map[question.Kind]int{}
	var slow int
	for range 4000 {
		var ws []string
		for range 2 + rnd.IntN(4) {
			ws = append(ws, vocabulary[rnd.IntN(len(vocabulary))])
		}
		q := strings.Join(ws, " ")
		start := time.Now()
		got := r.Read(q, clock)
		if time.Since(start) > 100*time.Millisecond {
			slow++ // a pause of the machine now and then is no fault of the reader
		}
		whole(t, q, got)
		offered := got.Suggestions
		if got.Clarify != nil {
			if len(got.Clarify.Options) == 0 {
				t.Errorf("%q is asked back without a choice: %s", q, got.Clarify.Question)
			}
			for _, o := range got.Clarify.Options {
				offered = append(offered, o.Question)
			}
		}
		for _, o := range offered {
			if again := r.Read(o, clock); again.Query == nil && again.Meta == nil {
				t.Errorf("%q offers %q, which is not answered: %s%s", q, o, line(again), why(again))
			}
		}
		if got.Query == nil {
			continue
		}
		for _, s := range got.Spans {
			if s.Kind == question.KindFiller || s.Kind == question.KindGrammar {
				continue
			}
			from, to := got.Tokens[s.Start].Start, got.Tokens[s.End-1].End
			if strings.Count(q, q[from:to]) == 1 && line(r.Read(q[:from]+q[to:], clock)) == line(got) {
				idle[s.Kind]++
				t.Logf("%q means %s with and without %q", q, line(got), q[from:to])
			}
		}
	}
	if slow > 10 {
		t.Errorf("%d of 4000 sentences took more than 100 ms", slow)
	}
	for kind, limit := range idleLimit {
		if idle[kind] > limit {
			t.Errorf("%d sentences are answered over a word that names a %s; the limit is %d", idle[kind], kind, limit)
		}
	}
}
