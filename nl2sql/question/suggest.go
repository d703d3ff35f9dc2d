package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
)

func parseDecimal(v string) (string, error) {
	d, err := decimal.Parse(v)
	if err != nil {
		return "", err
	}
	return d.Mul(decimal.New(1, 2)).String(), nil
}

// unambiguous is a phrase that the lexicon reads as this metric alone, where there is one.
func (r *Reader) unambiguous(m *model.Metric) string {
	for _, p := range append([]string{m.Title(), words.Phrase(m.Name)}, m.Synonyms...) {
		only := true
		found := false
		for _, x := range r.lex.find(strings.Split(key(p), " ")) {
			if x.Kind == KindMetric {
				found = found || x.Metric == m
				only = only && (x.Metric == m || x.Score < 0.95)
			}
		}
		if found && only {
			return p
		}
	}
	return m.Title()
}

// related lists the metrics that share a word with a text, so that "churn" offers the churn rate and
// the churned accounts.
func (r *Reader) related(text string) []*model.Metric {
	var want []string
	for _, t := range words.Split(text) {
		if t.Kind == words.Word && len(t.Stem) > 2 && !fillerSet[t.Norm] {
			want = append(want, words.Root(t.Stem))
		}
	}
	type hit struct {
		m *model.Metric
		n int
	}
	var hits []hit
	for _, m := range r.model.Metrics {
		n := 0
		for _, p := range append([]string{m.Title(), words.Phrase(m.Name)}, m.Synonyms...) {
			k := 0
			for _, t := range words.Split(p) {
				if slices.Contains(want, words.Root(t.Stem)) {
					k++
				}
			}
			n = max(n, k)
		}
		if n > 0 {
			hits = append(hits, hit{m, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.n, a.n) })
	var out []*model.Metric
	for _, h := range hits {
		out = append(out, h.m)
	}
	return out
}

// dimensionsOf lists dimensions that a metric can be split by, nearest first.
func (r *Reader) dimensionsOf(m *model.Metric, n int) []*model.Field {
	b := builder{r: r}
	type near struct {
		f *model.Field
		d int
	}
	var all []near
	for _, d := range r.model.Datasets {
		far := b.distance(m, d)
		if far < 0 {
			continue
		}
		for _, f := range d.Fields {
			if f.Role == model.RoleDimension && !f.Hidden && f.PII == "" {
				all = append(all, near{f, far})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.d, b.d) })
	var out []*model.Field
	for _, x := range all {
		if len(out) == n {
			break
		}
		if !slices.ContainsFunc(out, func(f *model.Field) bool { return strings.EqualFold(f.Title(), x.f.Title()) }) {
			out = append(out, x.f)
		}
	}
	return out
}

// starters are up to three questions that work here: about what the question seems to be after, else
// about the workspace's best metrics.
func (r *Reader) starters(out *Reading) []string {
	var ms []*model.Metric
	if out != nil {
		for _, s := range out.Spans {
			for _, m := range s.of(KindMetric) {
				ms = append(ms, m.Metric)
			}
		}
		ms = append(ms, r.related(out.Question)...)
	}
	rest := slices.Clone(r.model.Metrics)
	slices.SortStableFunc(rest, func(a, b *model.Metric) int { return cmp.Compare(certRank(a), certRank(b)) })
	ms = append(ms, rest...)
	var qs []string
	seen := map[*model.Metric]bool{}
	for _, m := range ms {
		if seen[m] || len(qs) == 3 {
			continue
		}
		seen[m] = true
		q := "What was " + inside(r.unambiguous(m)) + " last month?"
		if m.Time == nil {
			q = "What is " + inside(r.unambiguous(m)) + "?"
		} else if ds := r.dimensionsOf(m, 1); len(ds) > 0 && len(qs)%2 == 1 {
			q = fmt.Sprintf("%s by %s last quarter", upper(r.unambiguous(m)), strings.ToLower(ds[0].Title()))
		}
		qs = append(qs, q)
	}
	for _, d := range r.model.Datasets {
		if len(qs) < 3 && d.Entity != nil {
			qs = append(qs, fmt.Sprintf("How many %s do we have?", d.Entity.Plural))
		}
	}
	return qs
}

// inside writes a label as it stands inside a sentence: small, unless it is an abbreviation.
func inside(label string) string {
	w, _, _ := strings.Cut(label, " ")
	if len(w) > 1 && strings.ToUpper(w) == w {
		return label
	}
	return strings.ToLower(label[:1]) + label[1:]
}

func certRank(m *model.Metric) int {
	if m.Cert != nil {
		return 0
	}
	return 1
}

// whichNumber asks for a metric where the question names none.
func (b *builder) whichNumber() bool {
	var options []Option
	for _, q := range b.r.starters(b.out) {
		options = append(options, Option{Label: q, Question: q})
	}
	return b.clarify("Which number do you want?", options)
}

// nothingAsked declines a question that names no number and no thing.
func (b *builder) nothingAsked() bool {
	if len(b.q.By)+len(b.q.Where)+len(b.d.periods)+len(b.d.groups)+len(b.d.filters)+len(b.d.loose) > 0 && len(b.r.model.Metrics) > 0 {
		return b.whichNumber()
	}
	return b.decline(Decline{Code: NotUnderstood, Reason: "I could not find a number, a thing or a definition in this question that is known here.", Hint: "Name one of the metrics, for example in one of the questions below."})
}

// notDefinedOrHidden declines an open word. A column that the asker may not see is named only where
// the policy says so; everywhere else it is a word like any other that is not known.
func (b *builder) notDefinedOrHidden(s *Span) bool {
	text := b.text(s)
	if rule, column, ok := b.r.view.Revealed(text); ok {
		hint := "You can see counts and other columns instead."
		if rule.Contact != "" {
			hint += " To request access ask " + rule.Contact + "."
		}
		return b.decline(Decline{Code: Restricted, Reason: fmt.Sprintf("%s is restricted: it is personal data that you may not see.", upper(column)), Hint: hint, Owner: rule.Contact})
	}
	if b.out.Tokens[s.Start].Kind == words.Number {
		return b.decline(Decline{Code: NotUnderstood, Reason: fmt.Sprintf("I do not know what “%s” refers to here.", text), Hint: "Say what the number is held against, for example “more than 10 tickets”, or ask for the top 10."})
	}
	return b.notDefined(s)
}
