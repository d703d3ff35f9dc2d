package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// matchRecognize prints a relation with a row pattern. Its variables are told apart by upper and
// lower case, so that all quotes inside are kept.
func (p *printer) matchRecognize(m *ast.MatchRecognize) {
	p.unaliased(m.Rel, m)
	p.write(" MATCH_RECOGNIZE (")
	p.exactly(func() {
		p.group(func() {
			p.in()
			if len(m.PartitionBy) > 0 {
				p.soft("")
				p.write("PARTITION BY ")
				p.exprs(m.PartitionBy)
			}
			if len(m.OrderBy) > 0 {
				p.soft(" ")
				p.write("ORDER BY ")
				p.sortItems(m.OrderBy)
			}
			p.measures(m.Pattern)
			if m.RowsPerMatch != "" {
				p.soft(" ")
				p.write(strings.ToUpper(m.RowsPerMatch))
			}
			p.rowPattern(m.Pattern)
			p.out()
			p.soft("")
		})
	})
	p.write(")")
	p.exactly(func() { p.alias(m.Alias, m.AliasColumns) })
}

func (p *printer) measures(r *ast.RowPattern) {
	for i, d := range r.Measures {
		if i == 0 {
			p.soft(" ")
			p.write("MEASURES ")
		} else {
			p.write(", ")
		}
		p.expr(d.Expr, precNone)
		p.write(" AS ")
		p.name(d.Name)
	}
}

func (p *printer) rowPattern(r *ast.RowPattern) {
	if r.After != nil {
		p.soft(" ")
		p.write([...]string{
			ast.SkipToNextRow: "AFTER MATCH SKIP TO NEXT ROW", ast.SkipPastLastRow: "AFTER MATCH SKIP PAST LAST ROW",
			ast.SkipToFirst: "AFTER MATCH SKIP TO FIRST ", ast.SkipToLast: "AFTER MATCH SKIP TO LAST ", ast.SkipToVariable: "AFTER MATCH SKIP TO ",
		}[r.After.Kind])
		if r.After.Name != nil {
			p.variable(r.After.Name)
		}
	}
	if r.Search != "" {
		p.soft(" ")
		p.write(strings.ToUpper(r.Search))
	}
	if r.Pattern != nil {
		p.soft(" ")
		p.write("PATTERN (")
		p.pattern(r.Pattern, 0)
		p.write(")")
	}
	for i, s := range r.Subsets {
		if i == 0 {
			p.soft(" ")
			p.write("SUBSET ")
		} else {
			p.write(", ")
		}
		p.variable(s.Name)
		p.write(" = (")
		for k, id := range s.Union {
			if k > 0 {
				p.write(", ")
			}
			p.variable(id)
		}
		p.write(")")
	}
	for i, d := range r.Defines {
		if i == 0 {
			p.soft(" ")
			p.write("DEFINE ")
		} else {
			p.write(", ")
		}
		p.variable(d.Name)
		p.write(" AS ")
		p.expr(d.Expr, precNone)
	}
}

// variable prints the name of a pattern variable, quoted only where it was or must be: quotes would
// change which one it is.
func (p *printer) variable(id *ast.Ident) { p.ident(id, patternWords) }

// patternWords can not be variables without quotes inside a pattern.
var patternWords = words("PERMUTE FIRST LAST NEXT")

// pattern prints a row pattern; place is 0 for anything, 1 inside a concatenation, 2 before a quantifier.
func (p *printer) pattern(x *ast.Pattern, place int) {
	own := 3
	switch x.Kind {
	case ast.PatternAlternation:
		own = 0
	case ast.PatternConcat:
		own = 1
	case ast.PatternQuantified:
		own = 2
	}
	if own < place || own == place && own > 0 {
		p.write("(")
		p.pattern(x, 0)
		p.write(")")
		return
	}
	switch x.Kind {
	case ast.PatternVariable:
		p.variable(x.Name)
	case ast.PatternEmpty:
		p.write("()")
	case ast.PatternStart:
		p.write("^")
	case ast.PatternEnd:
		p.write("$")
	case ast.PatternExclusion:
		p.write("{- ")
		p.pattern(x.Parts[0], 0)
		p.write(" -}")
	case ast.PatternPermute:
		p.write("PERMUTE(")
		for i, part := range x.Parts {
			if i > 0 {
				p.write(", ")
			}
			p.pattern(part, 0)
		}
		p.write(")")
	case ast.PatternConcat:
		for i, part := range x.Parts {
			if i > 0 {
				p.write(" ")
			}
			p.pattern(part, 1)
		}
	case ast.PatternAlternation:
		for i, part := range x.Parts {
			if i > 0 {
				p.write(" | ")
			}
			if part.Kind == ast.PatternAlternation {
				p.pattern(part, 1)
			} else {
				p.pattern(part, 0)
			}
		}
	case ast.PatternQuantified:
		p.pattern(x.Parts[0], 2)
		p.quantifier(x.Quantifier)
	}
}

func (p *printer) quantifier(q *ast.PatternQuantifier) {
	switch {
	case q.Symbol != "{":
		p.write(q.Symbol)
	case q.Exactly != nil:
		p.write("{" + q.Exactly.Text + "}")
	default:
		p.write("{")
		if q.Min != nil {
			p.write(q.Min.Text)
		}
		p.write(",")
		if q.Max != nil {
			p.write(q.Max.Text)
		}
		p.write("}")
	}
	if q.Reluctant {
		p.write("?")
	}
}
