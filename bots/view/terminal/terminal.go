// Package terminal writes an answer as text for a terminal: a headline, a small table, bars or a line
// drawn in characters, how the question was read, how far to rely on it, where it comes from, and the
// warnings that matter. It never writes a line wider than Options.Width, never says anything by colour
// alone, and never sends an escape sequence that came from data. Start at Render.
package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view"
)

// Options say how to write.
type Options struct {
	Width int  // columns; 0 means 80, and less than 40 is taken as 40
	Color bool // write ANSI colours
	Full  bool // write everything: all rows, notes, definitions, lineage, sources, SQL, timings
}

// Render writes the answer. The only errors are those of w.
func Render(w io.Writer, a view.Answer, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &printer{opt: o, width: max(40, o.Width)}
	switch {
	case a.Clarify != nil:
		p.clarify(a)
	case a.Decline != nil:
		p.decline(a)
	default:
		p.answered(a)
	}
	if o.Full {
		p.full(a)
	}
	_, err := io.WriteString(w, strings.TrimRight(p.b.String(), "\n")+"\n")
	return err
}

// The styles, as ANSI parameters.
const (
	bold   = "1"
	faint  = "2"
	red    = "1;31"
	yellow = "33"
	green  = "32"
	cyan   = "36"
)

func accent(k int) string {
	if k == 0 {
		return cyan
	}
	return faint
}

// printer collects lines that already fit.
type printer struct {
	b     strings.Builder
	opt   Options
	width int
}

func (p *printer) line(s string) { p.b.WriteString(s + "\n") }

func (p *printer) paint(style, s string) string {
	if !p.opt.Color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (p *printer) styled(style, s string) { p.line(p.paint(style, s)) }

func (p *printer) dim(format string, args ...any) {
	for _, l := range wrapIndented(fmt.Sprintf(format, args...), p.width) {
		p.styled(faint, l)
	}
}

// wrapIndented wraps a text that starts with blanks, which every line keeps.
func wrapIndented(s string, w int) []string {
	if width(s) <= w {
		return []string{s}
	}
	body := strings.TrimLeft(s, " ")
	indent := s[:len(s)-len(body)]
	var out []string
	for _, l := range wrap(body, w-len(indent)) {
		out = append(out, indent+l)
	}
	return out
}

// hanging writes a text after a head; further lines start below the text.
func (p *printer) hanging(head, text string) {
	p.hangingStyled(head, head, text)
}

// hangingStyled is hanging with a head that has been painted.
func (p *printer) hangingStyled(head, painted, text string) {
	n := width(head)
	lines := wrap(text, p.width-n)
	if len(lines) == 0 {
		lines = []string{""}
	}
	for i, l := range lines {
		if i == 0 {
			p.line(strings.TrimRight(painted+l, " "))
		} else {
			p.line(strings.Repeat(" ", n) + l)
		}
	}
}

func (p *printer) paragraph(style, s string) {
	for _, l := range wrap(s, p.width) {
		p.styled(style, l)
	}
}

func (p *printer) answered(a view.Answer) {
	p.warnings(a, answer.Blocked)
	if a.Headline != "" {
		p.paragraph(bold, a.Headline)
		p.line("")
	}
	if p.opt.Full {
		p.table(a.Table, 0)
	} else {
		p.table(a.Table, maxRows)
	}
	p.chart(a.Chart)
	p.warnings(a, answer.Warn)
	p.footer(a)
}

// footer is how the question was read, the trust line and the path.
func (p *printer) footer(a view.Answer) {
	p.labelled("Read as:", a.ReadAs)
	if a.Trust.Line != "" {
		style := map[view.Standing]string{view.Official: green, view.Weak: yellow}[a.Trust.Standing]
		s := cut("Trust:   "+a.Trust.Line, p.width)
		if style != "" && p.opt.Color {
			s = strings.Replace(s, a.Trust.Label, p.paint(style, a.Trust.Label), 1)
		}
		p.line(strings.Replace(s, "Trust:", p.paint(faint, "Trust:"), 1))
	}
	if len(a.Path) > 0 {
		p.line(p.paint(faint, "Path:") + "    " + pathLine(a.Path, p.width-9))
	}
}

// pathLine is the path on one line. Where it is too long, steps show their first name only, then names
// lose their heads, which say least, the longest first.
func pathLine(path []view.Step, w int) string {
	names, more := make([]string, len(path)), make([]string, len(path))
	for i, s := range path {
		names[i] = strings.Join(s.Names, ", ")
		if len(s.Names) > 2 {
			names[i], more[i] = s.Names[0], fmt.Sprintf(" +%d", len(s.Names)-1)
		}
	}
	join := func() string {
		var out []string
		for i := range names {
			out = append(out, names[i]+more[i])
		}
		return strings.Join(out, " ← ")
	}
	for i, s := range path {
		if width(join()) > w && len(s.Names) == 2 {
			names[i], more[i] = s.Names[0], " +1"
		}
	}
	for range 4 * len(path) {
		if width(join()) <= w {
			break
		}
		long := 0
		for i := range names {
			if behead(names[i]) != names[i] && (behead(names[long]) == names[long] || width(names[i]) > width(names[long])) {
				long = i
			}
		}
		names[long] = behead(names[long])
	}
	if mid := len(path) - 2; mid > 2 && width(join()) > w { // the tables between say least
		names[mid], more[mid] = "…", ""
	}
	return cut(join(), w)
}

// behead leaves out the first part of a name: "kafka://…/billing.events" → "…/billing.events",
// "lake.finance.revenue_daily" → "finance.revenue_daily". A name of one part stays.
func behead(s string) string {
	if _, rest, ok := strings.Cut(s, "://…/"); ok {
		return "…/" + rest
	}
	if rest, ok := strings.CutPrefix(s, "…/"); ok {
		if _, last, ok := strings.Cut(rest, "/"); ok && last != "" {
			return "…/" + last
		}
		return s
	}
	if _, rest, ok := strings.Cut(s, "."); ok && !strings.Contains(s, "/") && rest != "" {
		return rest
	}
	return s
}

// warnings writes the warnings of one level, each with the word for it.
func (p *printer) warnings(a view.Answer, level string) {
	style := map[string]string{answer.Blocked: red, answer.Warn: yellow, answer.Note: faint}[level]
	for _, g := range a.Warnings {
		if g.Level != level {
			continue
		}
		head := g.Marker + ": "
		if level != answer.Note {
			head = strings.ToUpper(g.Marker) + ": "
		}
		for _, w := range g.Items {
			p.hangingStyled(head, p.paint(style, head), w.Message)
		}
		p.line("")
	}
}

func (p *printer) clarify(a view.Answer) {
	p.paragraph(bold, a.Clarify.Question)
	p.line("")
	for i, o := range a.Clarify.Options {
		text := o.Label
		if text == "" {
			text = o.Question
		}
		p.hanging(fmt.Sprintf("  %d. ", i+1), text)
		if p.opt.Full && o.Question != text {
			p.hanging("     ", o.Question)
		}
	}
	p.line("")
	p.labelled("Read as:", a.ReadAs)
}

func (p *printer) decline(a view.Answer) {
	d := a.Decline
	head, style := "NO ANSWER: ", bold
	if d.Code == "blocked" {
		head, style = "BLOCKED: ", red
	}
	p.hangingStyled(head, p.paint(style, head), strings.TrimPrefix(d.Reason, "No answer: "))
	for _, g := range a.Warnings { // the reason may be one of them; the others still count
		for _, w := range g.Items {
			if mark := strings.ToUpper(g.Marker) + ": "; g.Level != answer.Note && w.Message != d.Reason {
				p.hangingStyled(mark, p.paint(yellow, mark), w.Message)
			}
		}
	}
	p.line("")
	p.labelled("Next:", d.Hint)
	if d.Confirm != "" {
		p.labelled("Confirm:", "--confirm "+d.Confirm)
	}
	p.labelled("Owner:", d.Owner)
	p.labelled("Read as:", a.ReadAs)
	p.numbered("You could ask:", a.Suggestions)
}

// labelled writes a text behind a faint label; nothing where there is no text.
func (p *printer) labelled(label, text string) {
	if text == "" {
		return
	}
	head := padRight(label, 9)
	p.hangingStyled(head, p.paint(faint, head), text)
}

func (p *printer) numbered(head string, items []string) {
	if len(items) == 0 {
		return
	}
	p.line("")
	p.line(head)
	for i, s := range items {
		p.hanging(fmt.Sprintf("  %d. ", i+1), s)
	}
}
