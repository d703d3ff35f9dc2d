package plan

import (
	"strings"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/trino/ast"
)

// adding says how the values of groups make up the value of all of them together.
type adding uint8

const (
	noParts  adding = iota // averages, ratios, extremes: parts make no whole
	overlaps               // distinct counts: one thing may be in several groups
	addsUp                 // sums and counts
)

// parts says how groups of a metric add up.
func parts(m *model.Metric, e ast.Expr) adding {
	switch e := e.(type) {
	case *ast.Paren:
		return parts(m, e.X)
	case *ast.Unary:
		return parts(m, e.X)
	case *ast.Ident:
		if other := m.Metrics[strings.ToLower(e.Name)]; other != nil {
			return parts(other, other.Expr)
		}
	case *ast.Binary:
		switch l, r := parts(m, e.L), parts(m, e.R); {
		case e.Op == ast.Add || e.Op == ast.Sub:
			return min(l, r)
		case (e.Op == ast.Mul || e.Op == ast.Div) && constant(e.R):
			return l
		case e.Op == ast.Mul && constant(e.L):
			return r
		}
	case *ast.Call:
		switch name := callName(e); {
		case name == "coalesce" && len(e.Args) == 2 && constant(e.Args[1].Value):
			return parts(m, e.Args[0].Value)
		case name == "count" && e.Distinct || name == "approx_distinct":
			return overlaps
		case (name == "sum" || name == "count" || name == "count_if") && !e.Distinct:
			return addsUp
		}
	}
	return noParts
}

// constant says that an expression names nothing.
func constant(e ast.Expr) bool {
	for range model.Names(e) {
		return false
	}
	return true
}

// wholes says that the total of a share must be computed by itself: the groups overlap, or a threshold
// takes some of them out of the result.
func (b *builder) wholes() bool {
	q := b.plan.Query
	if q.Share != semantic.ShareTotal {
		return false
	}
	for _, m := range q.Metrics {
		if parts(m, m.Expr) == overlaps {
			return true
		}
	}
	return len(q.Having) > 0
}
