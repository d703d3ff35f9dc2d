package gate

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/types"
)

// Footers tells what the parts of a table's files hold that a query with these bounds must read: the bytes of
// the columns, and the rows. ok is false where the files do not say.
type Footers interface {
	Footers(ctx context.Context, a *catalog.Asset, columns []string, bounds []catalog.Bound) (bytes, rows int64, ok bool, err error)
}

// boundsOf collects the bounds that conditions against constants set for each table that the query names
// once. A table that is named twice is read for both, so that one's bounds say nothing.
func boundsOf(q *ast.Query, info *check.Info) map[*check.TableUse][]catalog.Bound {
	named := map[*check.TableUse]int{}
	out := map[*check.TableUse][]catalog.Bound{}
	s := &sizer{info: info, full: &catalog.Snapshot{}, queries: map[*ast.Query]float64{}}
	ast.Walk(q, func(n ast.Node) bool {
		if use := info.Use(n); use != nil {
			named[use]++
		}
		sel, ok := n.(*ast.Select)
		if !ok || sel.From == nil || sel.Where == nil {
			return true
		}
		var leaves []*leaf
		var unused []ast.Expr
		var tie [][2]*leaf
		s.flatten(sel.From, &leaves, &unused, &tie)
		for _, c := range conjuncts(sel.Where) {
			for _, l := range leaves {
				if use := readBy(l, sel.From, info); use != nil {
					if b, ok := s.boundOf(c, l, use, leaves); ok {
						out[use] = append(out[use], b)
					}
				}
			}
		}
		return true
	})
	for use := range out {
		if named[use] != 1 {
			delete(out, use)
		}
	}
	return out
}

// readBy is the table that a leaf reads row by row: the one that it names, or that of a plain subquery,
// such as rights make, below which conditions on its columns can be moved.
func readBy(l *leaf, from ast.Relation, info *check.Info) *check.TableUse {
	if l.node != nil {
		return info.Use(l.node)
	}
	var use *check.TableUse
	ast.Walk(from, func(n ast.Node) bool {
		a, ok := n.(*ast.Aliased)
		if !ok {
			_, deeper := n.(*ast.Query)
			return !deeper
		}
		sub, ok := a.Rel.(*ast.SubqueryRel)
		if !ok || !strings.EqualFold(a.Alias.Name, l.name) {
			return true
		}
		q := sub.Query
		sel, ok := q.Body.(*ast.Select)
		if !ok || q.With != nil || q.Limit != nil || q.Offset != nil || sel.Distinct || sel.GroupBy != nil || sel.Having != nil || len(sel.Windows) > 0 {
			return false
		}
		for _, item := range sel.Items {
			if c, ok := item.(*ast.SingleColumn); !ok || !safeOrRef(c.Expr) {
				return false
			}
		}
		if t, ok := sel.From.(*ast.Table); ok {
			use = info.Use(t)
		}
		return false
	})
	return use
}

// safeOrRef says that an expression of a plain subquery calls nothing that looks at other rows.
func safeOrRef(e ast.Expr) bool {
	yes := true
	ast.Walk(e, func(n ast.Node) bool {
		if c, ok := n.(*ast.Call); ok && c.Over != nil {
			yes = false
		}
		return yes
	})
	return yes
}

// boundOf reads a bound out of a conjunct.
func (s *sizer) boundOf(c ast.Expr, l *leaf, use *check.TableUse, leaves []*leaf) (b catalog.Bound, ok bool) {
	column := func(e ast.Expr) bool {
		e = plain(e)
		u, name, found := origin(s.info.Ref(e))
		if !found || u != use {
			return false
		}
		of := s.leavesOfName(e, leaves)
		b.Column = name
		return len(of) == 1 && of[0] == l && s.info.Type(e).Valid() && s.setType(&b, s.info.Type(e))
	}
	switch c := plain(c).(type) {
	case *ast.Compare:
		op, value := c.Op, c.R
		if !column(c.L) {
			if op, value = turned[c.Op], c.L; !column(c.R) {
				return b, false
			}
		}
		text, known := constantText(value, b.Type)
		if !known {
			return b, false
		}
		switch op {
		case ast.Eq:
			b.Low, b.High = text, text
		case ast.Lt, ast.Le:
			b.High = text
		case ast.Gt, ast.Ge:
			b.Low = text
		default:
			return b, false
		}
		return b, true
	case *ast.Between:
		if c.Not || c.Symmetric || !column(c.X) {
			return b, false
		}
		var low, high bool
		b.Low, low = constantText(c.Lo, b.Type)
		b.High, high = constantText(c.Hi, b.Type)
		return b, low && high
	}
	return b, false
}

// turned is a comparison read from right to left.
var turned = map[ast.CompareOp]ast.CompareOp{ast.Eq: ast.Eq, ast.Lt: ast.Gt, ast.Le: ast.Ge, ast.Gt: ast.Lt, ast.Ge: ast.Le, ast.Ne: ast.Ne,
	ast.IsDistinctFrom: ast.IsDistinctFrom, ast.IsNotDistinctFrom: ast.IsNotDistinctFrom}

// setType names the type of a bound, for the types that footers order as values are ordered.
func (s *sizer) setType(b *catalog.Bound, t types.Type) bool {
	switch t.Kind() {
	case types.Date:
		b.Type = "date"
	case types.Bigint, types.Integer, types.Smallint, types.Tinyint:
		b.Type = "bigint"
	default:
		return false
	}
	return true
}

// constantText is a literal as a bound has it.
func constantText(e ast.Expr, typ string) (string, bool) {
	if typ == "date" {
		lit, ok := plain(e).(*ast.TypedLit)
		if !ok || lit.Type.Name != "date" {
			return "", false
		}
		_, err := time.Parse(time.DateOnly, lit.Value)
		return lit.Value, err == nil
	}
	lit, ok := plain(e).(*ast.IntLit)
	if !ok {
		return "", false
	}
	n, ok := integer(lit.Text)
	if !ok || math.Abs(n) > 1<<53 {
		return "", false
	}
	return strconv.FormatInt(int64(n), 10), true
}
