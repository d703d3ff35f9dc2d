package terminal

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view"
)

// full writes what stands behind the answer.
func (p *printer) full(a view.Answer) {
	d := a.Details
	p.line("")
	p.warnings(a, answer.Note)
	p.list("Assumptions", a.Assumptions)
	if a.Decline == nil {
		p.list("You could also ask", a.Suggestions)
	}
	p.definitions(d.Definitions)
	p.lineage(d.Lineage)
	p.trace(d.Trace)
	p.sources(d.Sources)
	p.sql(d.SQL)
	if len(d.Why) > 0 {
		p.head("Why")
		for _, x := range d.Why {
			p.hanging("  ", fmt.Sprintf("%s %s: %s (%s)", x.Dimension, x.Value, x.Delta, x.Share))
		}
		p.line("")
	}
	if len(d.Arithmetic) > 0 {
		p.head("Arithmetic in the headline")
		for _, x := range d.Arithmetic {
			p.hanging("  ", fmt.Sprintf("%s = %s = %s", x.Shown, x.Expr, x.Value))
		}
		p.line("")
	}
	for i, t := range d.Attempts {
		p.head(fmt.Sprintf("Draft %d: %s", i+1, t.Verdict))
		p.code(t.Draft)
		for _, x := range t.Problems {
			p.hanging("  - ", x)
		}
		p.line("")
	}
	p.head("This answer")
	p.fact("Question", a.Question)
	p.fact("Asked by", strings.TrimSuffix(a.AskedBy+", as of "+a.AsOf, ", as of "))
	p.fact("Road", d.Road)
	p.fact("Confidence", d.Confidence)
	var took []string
	for _, t := range d.Timings {
		took = append(took, t.Phase+" "+t.Took)
	}
	p.fact("Timings", strings.Join(took, ", "))
	p.fact("Scanned", d.Scanned)
	p.fact("Id", d.ID)
	p.hanging("  Hash  ", d.Hash) // short, so that a hash stays in one piece
}

func (p *printer) head(s string) { p.styled(bold, cut(s, p.width)) }

// fact writes a name and a value; nothing where the value is empty.
func (p *printer) fact(name, value string) {
	if value == "" {
		return
	}
	head := "  " + padRight(name, 12)
	p.hangingStyled(head, p.paint(faint, head), value)
}

func (p *printer) list(head string, items []string) {
	if len(items) == 0 {
		return
	}
	p.head(head)
	for _, s := range items {
		p.hanging("  - ", s)
	}
	p.line("")
}

func (p *printer) definitions(ds []view.Definition) {
	for _, d := range ds {
		p.head(strings.TrimSpace("Definition: " + d.Title + " " + d.Version))
		p.fact("In words", d.Words)
		p.fact("In code", strings.ReplaceAll(d.Code, "\n", " "))
		p.fact("Owner", d.Business)
		p.fact("Kept by", d.Technical)
		certified := d.Certified
		if certified == "" {
			certified = "no"
		}
		p.fact("Certified", certified)
		p.fact("Tier", d.Tier)
		p.fact("Domain", d.Domain)
		p.line("")
	}
}

func (p *printer) lineage(ls []view.Lineage) {
	if len(ls) == 0 {
		return
	}
	p.head("Where each column comes from")
	for _, l := range ls {
		p.hanging("  ", l.Title)
		if len(l.Direct) > 0 {
			p.hanging("    ← ", strings.Join(l.Direct, ", "))
		}
		if len(l.Indirect) > 0 {
			p.hanging("    filtered or grouped by ", strings.Join(l.Indirect, ", "))
		}
	}
	p.line("")
}

func (p *printer) trace(steps []view.Hop) {
	if len(steps) == 0 {
		return
	}
	p.head("Back to where the data begin")
	for _, s := range steps {
		p.hanging("  ", s.To)
		p.hanging("    ← ", s.From)
		if s.Job != "" {
			p.hanging("      by ", s.Job)
		}
	}
	p.line("")
}

func (p *printer) sources(ss []view.Source) {
	for _, s := range ss {
		p.head("Source: " + s.Table)
		p.fact("Status", s.Status)
		p.fact("Complete to", s.Until)
		p.fact("Landed", s.Fresh)
		p.fact("Promise", s.Promise)
		p.fact("Tier", s.Tier)
		p.fact("Owner", s.Business)
		p.fact("Kept by", s.Technical)
		p.fact("Fed by", strings.Join(s.Upstream, ", "))
		p.fact("Columns", strings.Join(s.Columns, ", "))
		p.fact("Snapshot", s.Snapshot)
		p.line("")
	}
}

func (p *printer) sql(sql string) {
	if sql == "" {
		return
	}
	p.head("SQL, as run")
	p.code(sql)
	p.line("")
}

// code writes SQL indented by two. Long lines break at a blank outside of quotes, so that the text can
// be copied and run; only a single word or literal wider than the terminal is broken inside.
func (p *printer) code(sql string) {
	for _, l := range strings.Split(sql, "\n") {
		indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
		for {
			head, rest, comment := breakCode(l, p.width-2)
			p.line(strings.TrimRight("  "+head, " "))
			if rest == "" {
				break
			}
			if comment {
				rest = "-- " + rest
			}
			l = cut(indent, p.width/2) + "  " + rest
		}
	}
}

// breakCode takes at most w columns of a line, up to the last blank that stands outside of quotes;
// comment says that the rest is part of a comment.
func breakCode(l string, w int) (head, rest string, comment bool) {
	if width(l) <= w {
		return l, "", false
	}
	quote, best, n, start := rune(0), -1, 0, 0
	body := len(l) - len(strings.TrimLeft(l, " "))
	for i, r := range l {
		if n += runeWidth(r); n > w {
			break
		}
		switch {
		case comment:
			if r == ' ' && i > start+2 {
				best = i
			}
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && strings.HasPrefix(l[i:], "--"):
			comment, start = true, i
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && r == ' ' && i > body:
			best = i
		}
	}
	if best < 0 {
		head = split(l, w)
		return head, l[len(head):], comment
	}
	return l[:best], l[best+1:], comment && best > start
}
