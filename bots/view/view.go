// Package view turns an answer into neutral sections that every surface renders: a headline, a table
// whose cells are text for people, a chart as points and round ticks, warnings by level, and the details
// behind the number. It is pure: no clock, no network, no markup, and it computes no figure that the
// answer does not hold. Text from data is made harmless here (Clean), so that no surface can forget it;
// escaping for a markup stays with the surface. Start at Of.
package view

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/answer"
)

// Answer is an outcome in sections. Every string in it has gone through Clean; only SQL, the text of
// drafts and expressions may hold line breaks.
type Answer struct {
	Kind        string // answer.Answered, answer.Clarified or answer.Refused
	Question    string
	AskedBy     string
	AsOf        string // "24 Nov 2026 09:00 UTC"
	Headline    string
	ReadAs      string // how the question was read; without the words "Read as"
	Trust       Trust
	Path        []Step // the answer first, what feeds it after; empty without sources
	Table       Table
	Chart       *Chart // nil where a picture says no more than the number
	Warnings    []Warnings
	Assumptions []string
	Suggestions []string // full questions
	Clarify     *Clarify
	Decline     *Decline
	Details     Details
}

// Standing is how far an answer may be relied on, for colours beside the words.
type Standing int

// The standings. A surface never shows a standing by colour alone.
const (
	Plain    Standing = iota // defined or read from the catalog, signed by nobody
	Official                 // certified
	Weak                     // worked out or drafted by a machine
)

// Trust is the one line about reliance.
type Trust struct {
	Label, Line string
	Standing    Standing
}

// Warnings are the warnings of one level; groups come worst first.
type Warnings struct {
	Level  string // answer.Blocked, answer.Warn or answer.Note
	Marker string // the word that people read: "Blocked", "Warning", "Note"
	Items  []Warning
}

// Warning is one thing to know before using the number.
type Warning struct{ Message, Asset, Code string }

// Clarify asks back.
type Clarify struct {
	Question string
	Options  []Option
}

// Option is one way to go on; Question is asked as it stands.
type Option struct{ Label, Question string }

// Decline says why there is no answer, what to do and whom to ask. Confirm is the token that consents to
// the cost, empty where the decline is not about cost.
type Decline struct{ Code, Reason, Hint, Owner, Confirm string }

// Of puts an outcome into sections.
func Of(o *answer.Outcome) Answer {
	a := Answer{
		Kind: o.Outcome, Question: Clean(o.Question), AskedBy: Clean(o.AskedBy), Headline: Clean(o.Headline), ReadAs: Clean(o.Interpretation),
		Trust:       Trust{Clean(o.Trust.Label), Clean(o.Trust.Line), standings[o.Trust.Label]},
		Assumptions: cleanAll(o.Assumptions), Suggestions: cleanAll(o.Suggestions),
		Table: table(o), Warnings: warnings(o.Warnings), Details: details(o),
	}
	if !o.AsOf.IsZero() {
		a.AsOf = moment(o.AsOf)
	}
	if o.Outcome == answer.Answered {
		a.Path = path(o)
		a.Chart = chart(o)
	}
	if o.Clarify != nil {
		a.Clarify = &Clarify{Question: Clean(o.Clarify.Question)}
		for _, x := range o.Clarify.Options {
			a.Clarify.Options = append(a.Clarify.Options, Option{Clean(x.Label), Clean(x.Question)})
		}
	}
	if d := o.Declined; d != nil {
		a.Decline = &Decline{Code: Clean(d.Code), Reason: Clean(d.Reason), Hint: Clean(d.Hint), Owner: Clean(d.Owner)}
		if d.Confirm != nil {
			a.Decline.Confirm = Clean(*d.Confirm)
		}
	}
	return a
}

var standings = map[string]Standing{answer.LabelOfficial: Official, answer.LabelDefined: Plain, answer.LabelCatalog: Plain, answer.LabelInferred: Weak}

// levels are the levels of warnings in the order in which they are shown.
var levels = []struct{ level, marker string }{{answer.Blocked, "Blocked"}, {answer.Warn, "Warning"}, {answer.Note, "Note"}}

// warnings groups by level. A level that is not known is shown as a warning: better too loud than lost.
func warnings(ws []answer.Warning) []Warnings {
	var out []Warnings
	for _, l := range levels {
		g := Warnings{Level: l.level, Marker: l.marker}
		for _, w := range ws {
			level := w.Level
			if level != answer.Blocked && level != answer.Note {
				level = answer.Warn
			}
			if level == l.level {
				g.Items = append(g.Items, Warning{Clean(w.Message), Clean(w.Asset), Clean(w.Code)})
			}
		}
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// Step is one stage of the path from the answer back to where its data comes from.
type Step struct{ Names []string }

// String is the step in few words: the first name, and how many more there are.
func (s Step) String() string {
	switch len(s.Names) {
	case 0:
		return ""
	case 1, 2:
		return strings.Join(s.Names, ", ")
	}
	return s.Names[0] + " and " + count(len(s.Names)-1, "more", "more")
}

// PathLine is the path on one line: "answer ← revenue v3 ← lake.finance.revenue_daily ← kafka://…/billing.events".
func (a Answer) PathLine() string {
	var out []string
	for _, s := range a.Path {
		out = append(out, s.String())
	}
	return strings.Join(out, " ← ")
}

// path lists the metrics, the tables that were read, and where those begin: what lies outside of the
// lake, such as topics, else the tables that feed them.
func path(o *answer.Outcome) []Step {
	var metrics, tables, feeds, outside []string
	for _, m := range o.Metrics {
		name := Clean(m.Name)
		if m.Version > 0 {
			name += " v" + count(m.Version, "", "")
		}
		metrics = append(metrics, name)
	}
	for _, s := range o.Sources {
		tables = append(tables, Clean(s.Table))
		for _, u := range s.Upstream {
			list, name := &feeds, shortURN(Clean(u))
			if strings.Contains(u, "://") {
				list = &outside
			}
			if !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
	}
	if len(outside) > 0 { // where it begins says more on one line than what lies between; the drawing has both
		feeds = nil
	}
	feeds = slices.DeleteFunc(feeds, func(f string) bool { return slices.Contains(tables, f) })
	if len(metrics)+len(tables) == 0 {
		return nil
	}
	out := []Step{{[]string{"answer"}}}
	for _, names := range [][]string{metrics, tables, feeds, outside} {
		if len(names) > 0 {
			out = append(out, Step{names})
		}
	}
	return out
}

// shortURN leaves out the host, which says little: "kafka://broker.example:9092/billing.events" →
// "kafka://…/billing.events".
func shortURN(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	if _, name, ok := strings.Cut(rest, "/"); ok && name != "" {
		return scheme + "://…/" + name
	}
	return s
}
