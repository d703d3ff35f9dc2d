// Package web makes pages that people keep, print and pass on. A page is one file: it needs no network,
// no script and no other file, its pictures are drawn here, and a policy inside of it forbids the browser
// to load anything. It never lets text of an answer become markup. Start at Page.
package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view"
)

// maxRows is how many rows a page holds; beyond, a table is for a file.
const maxRows = 1000

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"join": func(s []string) string { return strings.Join(s, ", ") },
}).Parse(pageHTML))

// sheet is what the template sees.
type sheet struct {
	view.Answer
	CSS     template.CSS // the page's own, a constant
	Title   string
	Rows    [][]view.Cell
	More    int // rows that are not shown
	Charts  []drawing
	Lineage *lineage
	SQL     []token
	Code    [][]token // of each definition
	Trusted string    // class of the trust badge
	Blocked bool
	Figures bool // one row: its values stand as figures, not as a table
	Long    bool // the title is more than two lines
	Single  bool // one column: there is nothing to stand beside, or a table that needs the room
}

// TrustRest is the trust line behind its label, which the badge shows.
func (s sheet) TrustRest() string {
	rest := strings.TrimPrefix(s.Trust.Line, s.Trust.Label)
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "·"))
}

// Page writes an outcome as one self-contained HTML page.
func Page(o *answer.Outcome) ([]byte, error) {
	a := view.Of(o)
	s := sheet{Answer: a, CSS: template.CSS(pageCSS), Rows: a.Table.Rows(maxRows), Lineage: drawLineage(a.Details.Graph), SQL: tokens(a.Details.SQL),
		Trusted: map[view.Standing]string{view.Official: "official", view.Weak: "weak"}[a.Trust.Standing]}
	s.More = a.Table.Count - len(s.Rows)
	if a.Chart != nil {
		for _, size := range sizes {
			s.Charts = append(s.Charts, draw(a.Chart, size))
		}
	}
	for _, d := range a.Details.Definitions {
		s.Code = append(s.Code, tokens(d.Code))
	}
	switch {
	case a.Clarify != nil:
		s.Title = a.Clarify.Question
	case a.Decline != nil:
		s.Title = strings.TrimPrefix(a.Decline.Reason, "No answer: ")
		s.Blocked = a.Decline.Code == "blocked"
		for i, g := range s.Warnings { // the title says it already
			s.Warnings[i].Items = slices.DeleteFunc(g.Items, func(w view.Warning) bool { return w.Message == a.Decline.Reason })
		}
		s.Warnings = slices.DeleteFunc(s.Warnings, func(g view.Warnings) bool { return len(g.Items) == 0 })
	default:
		s.Title = a.Headline
	}
	if s.Title == "" { // a query without a question has no sentence
		s.Title = a.Question
	}
	s.Single = len(s.Charts) == 0 && (len(s.Rows) == 0 || tableWidth(a.Table.Columns, s.Rows) > 620)
	s.Figures = len(s.Charts) == 0 && a.Table.Count == 1
	s.Long = len(s.Title) > 160
	var b bytes.Buffer
	if err := page.Execute(&b, s); err != nil {
		return nil, fmt.Errorf("writing the page of answer %s: %w", a.Details.ID, err)
	}
	return b.Bytes(), nil
}

// tableWidth estimates how wide a table is in CSS pixels when no cell is wrapped.
func tableWidth(columns []view.Column, rows [][]view.Cell) float64 {
	sum := 0.0
	for i, c := range columns {
		w := textWidth(c.Title, 13)
		for _, r := range rows {
			w = max(w, textWidth(r[i].Text, 15))
		}
		sum += w + 24
	}
	return sum
}
