package terminal

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/bots/view"
)

const (
	gap      = 2 // blanks between columns
	least    = 8 // a column of text is never narrower, unless its content is
	maxRows  = 8
	maxLabel = 24
)

// table writes at most limit rows (0: all) in columns, numbers at the right and never cut. What does
// not fit is said: rows below, columns that were left out.
func (p *printer) table(t view.Table, limit int) {
	rows := t.Rows(limit)
	if len(t.Columns) == 0 || len(rows) == 0 {
		return
	}
	l := layOut(t, rows, p.width-2)
	if p.opt.Full && l.shown < len(t.Columns) { // no room beside each other: below each other
		p.records(t, rows)
	} else {
		p.grid(t, rows, l)
	}
	if more := t.Count - len(rows); more > 0 {
		p.dim("  … and %s; --full shows all", plural(more, "more row"))
	}
	if t.Truncated {
		p.dim("  There are further rows that were not fetched.")
	}
	if hidden := len(t.Columns) - l.shown; hidden > 0 && !p.opt.Full {
		p.dim("  %s not shown; --full shows all", plural(hidden, "column"))
	}
	p.line("")
}

// layout is how wide each column is, and how many are shown.
type layout struct {
	widths []int
	heads  [][]string // the lines of each title
	shown  int
}

// layOut fits columns into w: first titles take two lines, then text is cut, then columns at the right
// are left out.
func layOut(t view.Table, rows [][]view.Cell, w int) layout {
	n := len(t.Columns)
	content := make([]int, n)
	for _, r := range rows {
		for i, c := range r {
			content[i] = max(content[i], width(c.Text))
		}
	}
	l := layout{widths: make([]int, n), heads: make([][]string, n), shown: n}
	for i, c := range t.Columns {
		l.widths[i] = max(content[i], width(c.Title))
	}
	if l.total() > w {
		for i, c := range t.Columns {
			l.widths[i] = max(content[i], halved(c.Title))
		}
	}
	for l.total() > w {
		i := widest(t, l)
		if i < 0 {
			l.shown--
			if l.shown == 1 {
				l.widths[0] = min(l.widths[0], w)
				break
			}
			continue
		}
		l.widths[i]--
	}
	for i, c := range t.Columns[:l.shown] {
		l.heads[i] = wrap(c.Title, max(1, l.widths[i]))
		if len(l.heads[i]) > 2 {
			l.heads[i] = []string{l.heads[i][0], cut(strings.Join(l.heads[i][1:], " "), l.widths[i])}
		}
	}
	return l
}

func (l layout) total() int {
	sum := gap * (l.shown - 1)
	for _, w := range l.widths[:l.shown] {
		sum += w
	}
	return sum
}

// widest is the widest shown column of text that may still be cut; -1 when there is none.
func widest(t view.Table, l layout) int {
	best := -1
	for i, c := range t.Columns[:l.shown] {
		if !c.Number && !c.Time && l.widths[i] > least && (best < 0 || l.widths[i] > l.widths[best]) {
			best = i
		}
	}
	return best
}

// halved is the least width in which a title fits on two lines.
func halved(title string) int {
	for w := 1; ; w++ {
		if len(wrap(title, w)) <= 2 && longestWord(title) <= w {
			return w
		}
	}
}

func longestWord(s string) int {
	n := 0
	for _, w := range strings.Fields(s) {
		n = max(n, width(w))
	}
	return n
}

func (p *printer) grid(t view.Table, rows [][]view.Cell, l layout) {
	place := func(i int, s string) string {
		s = cut(s, l.widths[i])
		if t.Columns[i].Number {
			return padLeft(s, l.widths[i])
		}
		return padRight(s, l.widths[i])
	}
	tall := 1
	for _, h := range l.heads[:l.shown] {
		tall = max(tall, len(h))
	}
	sep := strings.Repeat(" ", gap)
	for k := range tall {
		var cells []string
		for i, h := range l.heads[:l.shown] {
			s := ""
			if at := k - (tall - len(h)); at >= 0 { // titles stand on the rule
				s = h[at]
			}
			cells = append(cells, place(i, s))
		}
		p.styled(bold, "  "+strings.TrimRight(strings.Join(cells, sep), " "))
	}
	p.styled(faint, "  "+strings.Repeat("─", l.total()))
	for _, r := range rows {
		var cells []string
		for i := range l.shown {
			cells = append(cells, place(i, r[i].Text))
		}
		p.line("  " + strings.TrimRight(strings.Join(cells, sep), " "))
	}
}

// records writes each row as lines of title and value.
func (p *printer) records(t view.Table, rows [][]view.Cell) {
	w := 0
	for _, c := range t.Columns {
		w = max(w, min(maxLabel, width(c.Title)))
	}
	for n, r := range rows {
		p.styled(faint, fmt.Sprintf("  row %d", n+1))
		for i, c := range t.Columns {
			p.hanging("  "+padRight(cut(c.Title, w), w)+"  ", r[i].Text)
		}
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
