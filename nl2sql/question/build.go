package question

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// builder chooses among meanings and turns a draft into one semantic query, or into what to ask back.
type builder struct {
	r     *Reader
	out   *Reading
	d     *draft
	today time.Time
	q     semantic.Query

	periodOn *model.Field // the date that the period is about, where the question names one
}

// build runs the steps in order; the first that clarifies or declines ends the reading.
func (b *builder) build() {
	steps := []func() bool{
		b.noSuchDate, b.restricted, b.meta, b.unanswerable, b.newestRows, b.chooseMetrics, b.adHocMetrics, b.listOfMetric, b.listing, b.chooseGroups, b.chooseFilters,
		b.looseEnds, b.uncovered, b.periods, b.comparison, b.ranking, b.thresholds, b.outer, b.check,
	}
	b.out.Chart = b.d.chart
	for _, step := range steps {
		if !step() {
			return
		}
	}
	b.out.Query = &b.q
}

func (b *builder) decline(d Decline) bool {
	b.out.Decline, b.out.Query = &d, nil
	b.out.Suggestions = b.r.starters(b.out)
	return false
}

func (b *builder) clarify(question string, options []Option) bool {
	b.out.Clarify = &Clarify{Question: question, Options: options}
	return false
}

func (b *builder) assume(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(b.out.Assumptions, s) {
		b.out.Assumptions = append(b.out.Assumptions, s)
	}
}

// text is the asker's own words of a span.
func (b *builder) text(s *Span) string {
	return b.out.Question[b.out.Tokens[s.Start].Start:b.out.Tokens[s.End-1].End]
}

// replaced is the question with the words of a span replaced, for options that can be asked as they stand.
func (b *builder) replaced(s *Span, by string) string {
	q := b.out.Question
	return q[:b.out.Tokens[s.Start].Start] + by + q[b.out.Tokens[s.End-1].End:]
}

func (b *builder) noSuchDate() bool {
	for _, p := range b.d.periods {
		if p.phrase.Missing != "" {
			return b.decline(Decline{Code: NoSuchDate, Reason: upper(p.phrase.Missing) + ".", Hint: "Ask for a date that exists."})
		}
	}
	return true
}

// restricted declines a request for the values of a hidden column, where the policy lets a refusal name
// it: "list the email addresses of all contacts". A metric that shares the word may still be asked for.
func (b *builder) restricted() bool {
	for i, s := range b.out.Spans {
		text := b.text(s)
		if _, _, hidden := b.r.view.Revealed(text); !hidden {
			continue
		}
		entity := i > 0 && len(b.out.Spans[i-1].of(KindEntity)) > 0
		if b.d.list || b.d.which || entity {
			return b.notDefinedOrHidden(s)
		}
	}
	return true
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (b *builder) unanswerable() bool {
	if b.d.absent != nil {
		return b.decline(Decline{Code: Impossible, Reason: fmt.Sprintf("What has no “%s” cannot be asked for yet.", b.text(b.d.absent)), Hint: "Ask for the number itself, split by what you are interested in."})
	}
	no := b.d.no
	if no == nil {
		return true
	}
	if no.Word == "judgement" && len(b.d.metrics) == 0 { // "how are we doing?": at what?
		return b.whichNumber()
	}
	reason := map[string]string{
		"forecast":  "No forecast is defined here; I answer from recorded data.",
		"cause":     "A cause cannot be read from the data; I can show what changed, not why.",
		"judgement": "Whether that is good is for people to judge; I can show the numbers against target and trend.",
	}[no.Word]
	return b.decline(Decline{Code: NotAnswerable, Reason: reason, Hint: "Ask for the number itself, by period or by a dimension."})
}

func (b *builder) notDefined(s *Span) bool {
	return b.decline(Decline{Code: NotDefined, Reason: fmt.Sprintf("“%s” is not defined here.", b.text(s)), Hint: "Ask for one of the numbers below, or have it defined."})
}

// uncovered ends the reading when a word that carries meaning is left, naming it.
func (b *builder) uncovered() bool {
	if len(b.q.Metrics) == 0 && len(b.d.limits) == 0 { // "the total premium amount": an amount is asked for, and none was found
		for _, s := range b.out.Spans {
			if n := b.out.Tokens[s.Start].Norm; s.Kind == KindFiller && (n == "amount" || n == "amounts") {
				b.d.open = append(b.d.open, s)
			}
		}
	}
	if len(b.d.open) > 0 {
		s := b.d.open[0]
		if near := b.r.related(b.text(s)); len(near) > 0 && len(near) <= 4 && len(b.q.Metrics) == 0 {
			var options []Option
			for _, m := range near {
				options = append(options, Option{Label: m.Title() + ": " + firstSentence(m.Description), Question: b.replaced(s, b.r.unambiguous(m))})
			}
			if len(options) > 1 {
				return b.clarify(fmt.Sprintf("“%s” by itself is not defined. Which of these do you mean?", b.text(s)), options)
			}
		}
		return b.notDefinedOrHidden(s)
	}
	return true
}

// check plans the query: what cannot be computed is declined in the planner's own words.
func (b *builder) check() bool {
	b.q.Calendar = b.r.cal
	if len(b.q.Metrics) == 0 && b.q.Rows == nil {
		return b.nothingAsked()
	}
	p, err := plan.Build(b.r.model, b.r.graph, b.q)
	if err != nil {
		var problem *plan.Problem
		if errors.As(err, &problem) {
			if b.whichWay(problem) {
				return false
			}
			return b.decline(Decline{Code: Impossible, Reason: upper(problem.Message) + ".", Hint: "Ask without it, or for another dimension."})
		}
		return b.decline(Decline{Code: Impossible, Reason: err.Error()})
	}
	b.out.Plan = p
	for _, n := range p.Notes {
		b.assume("%s", n)
	}
	return true
}

// without is the question without the words of a span.
func (b *builder) without(s *Span) string {
	q := b.out.Question
	return strings.TrimSpace(strings.TrimSpace(q[:b.out.Tokens[s.Start].Start]) + " " + strings.TrimSpace(q[b.out.Tokens[s.End-1].End:]))
}
