package gate

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

// predicates refuses a read of a table that demands a condition where none stands: each use of it needs one
// on one of the listed columns, against constants, in the SELECT that names it.
func predicates(q *ast.Query, info *check.Info, full *catalog.Snapshot) *refusal {
	demands := func(n ast.Node) *catalog.Asset {
		if use := info.Use(n); use != nil {
			if a := full.Table(nameOf(use)); a != nil && len(a.Requires) > 0 {
				return a
			}
		}
		return nil
	}
	s := &sizer{info: info, full: full, queries: map[*ast.Query]float64{}}
	met := map[ast.Node]bool{}
	ast.Walk(q, func(n ast.Node) bool {
		sel, ok := n.(*ast.Select)
		if !ok || sel.From == nil {
			return true
		}
		var leaves []*leaf
		var unused []ast.Expr
		var tie [][2]*leaf
		s.flatten(sel.From, &leaves, &unused, &tie)
		for _, b := range s.bounds(sel.From) {
			b.conds = append(b.conds, sel.Where)
			for _, l := range leaves {
				if a := demands(l.node); l.node != nil && a != nil && b.leaf == l.node && s.bound(l, a, leaves, b.conds) {
					met[l.node] = true
				}
			}
		}
		return true
	})
	var bad *refusal
	ast.Walk(q, func(n ast.Node) bool {
		if a := demands(n); a != nil && !met[n] && bad == nil {
			bad = refuse(CodePredicate, "%s may only be read with a condition on %s, since reading all of it is too much.", a.Name, strings.Join(a.Requires, " or "))
			bad.hint = "Add one such as WHERE " + a.Requires[0] + " = …, against a constant, in the same SELECT."
		}
		return bad == nil
	})
	return bad
}

// bounding is a table of a FROM clause with the conditions of joins that leave out its rows.
type bounding struct {
	leaf  ast.Node
	conds []ast.Expr
}

// bounds collects for each table the ON conditions that bind it: of an inner join those bind both sides, of
// an outer join only the side that may be missing.
func (s *sizer) bounds(r ast.Relation) (out []*bounding) {
	switch r := r.(type) {
	case *ast.ParenRel:
		return s.bounds(r.Rel)
	case *ast.Sampled:
		return s.bounds(r.Rel)
	case *ast.Aliased:
		return s.bounds(r.Rel)
	case *ast.Table:
		return []*bounding{{leaf: r}}
	case *ast.Join:
		left, right := s.bounds(r.Left), s.bounds(r.Right)
		if r.On != nil {
			for _, b := range left {
				if r.Kind == ast.InnerJoin || r.Kind == ast.RightJoin {
					b.conds = append(b.conds, r.On)
				}
			}
			for _, b := range right {
				if r.Kind == ast.InnerJoin || r.Kind == ast.LeftJoin {
					b.conds = append(b.conds, r.On)
				}
			}
		}
		return append(left, right...)
	}
	return nil
}

// bound says whether a conjunct binds one of the demanded columns of the leaf to constants.
func (s *sizer) bound(l *leaf, a *catalog.Asset, leaves []*leaf, conds []ast.Expr) bool {
	column := func(e ast.Expr) bool {
		e = plain(e)
		use, name, ok := origin(s.info.Ref(e))
		if !ok || len(l.uses) != 1 || use != l.uses[0] || !slices.ContainsFunc(a.Requires, func(c string) bool { return strings.EqualFold(c, name) }) {
			return false
		}
		of := s.leavesOfName(e, leaves)
		return len(of) == 1 && of[0] == l
	}
	for _, c := range conjuncts(conds...) {
		switch c := plain(c).(type) {
		case *ast.Compare:
			if c.Op != ast.Ne && c.Op != ast.IsDistinctFrom && (column(c.L) && s.constant(c.R) || column(c.R) && s.constant(c.L)) {
				return true
			}
		case *ast.Between:
			if !c.Not && column(c.X) && s.constant(c.Lo) && s.constant(c.Hi) {
				return true
			}
		case *ast.In:
			if !c.Not && c.Query == nil && column(c.X) && !slices.ContainsFunc(c.List, func(e ast.Expr) bool { return !s.constant(e) }) {
				return true
			}
		}
	}
	return false
}

// constant says that an expression looks at no column and asks no query.
func (s *sizer) constant(e ast.Expr) bool {
	yes := true
	ast.Walk(e, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && s.info.Ref(x) != nil {
			yes = false
		}
		if _, ok := n.(*ast.Query); ok {
			yes = false
		}
		return yes
	})
	return yes
}
