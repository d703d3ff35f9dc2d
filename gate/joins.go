package gate

import (
	"maps"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/functions"
)

// maxJoined is how many rows a join may come to where nothing ties its sides together.
const maxJoined = 1e11

// leaf is one relation of a FROM clause that no join takes apart.
type leaf struct {
	name string  // that qualifies its columns; empty where it has none
	rows float64 // at most, as far as is known; 1 where nothing is
	uses []*check.TableUse
	node ast.Node // the *ast.Table, where it is one
	part int      // leaves that an equality ties together have one part
}

// sizer counts the rows that relations can come to. It errs on the low side: what is not known counts as
// one row, so that no right query is refused for it.
type sizer struct {
	info    *check.Info
	full    *catalog.Snapshot
	queries map[*ast.Query]float64 // 1 while one is being counted, which ends recursion
	bad     *refusal
}

// joins refuses products of large relations, in every position of a query.
func joins(q *ast.Query, info *check.Info, full *catalog.Snapshot) *refusal {
	s := &sizer{info: info, full: full, queries: map[*ast.Query]float64{}}
	ast.Walk(q, func(n ast.Node) bool {
		if sub, ok := n.(*ast.Query); ok {
			s.query(sub)
		}
		return s.bad == nil
	})
	return s.bad
}

func (s *sizer) query(q *ast.Query) float64 {
	if n, ok := s.queries[q]; ok {
		return n
	}
	s.queries[q] = 1
	n := s.body(q.Body)
	if q.Limit != nil {
		if most, ok := number(limitOf(q)); ok && most < n {
			n = most
		}
	}
	s.queries[q] = n
	return n
}

func limitOf(q *ast.Query) ast.Expr {
	if q.Limit.Count == nil {
		return &ast.NullLit{}
	}
	return q.Limit.Count
}

func (s *sizer) body(b ast.QueryBody) float64 {
	switch b := b.(type) {
	case *ast.Select:
		n := 1.0
		if b.From != nil {
			n = s.from(b)
		}
		if b.GroupBy != nil || b.Distinct || b.Having != nil || s.aggregates(b) {
			return 1 // fewer, and nobody knows how many
		}
		return n
	case *ast.SetOp:
		l, r := s.body(b.Left), s.body(b.Right)
		if b.Kind == ast.Union && b.All {
			return l + r
		}
		return 1
	case *ast.Values:
		return float64(len(b.Rows))
	case *ast.TableQuery:
		return s.table(b)
	case *ast.ParenQuery:
		return s.query(b.Query)
	}
	return 1
}

// aggregates says whether a select list without GROUP BY makes one row of all.
func (s *sizer) aggregates(sel *ast.Select) bool {
	found := false
	for _, item := range sel.Items {
		ast.Walk(item, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Query:
				return false
			case *ast.Call:
				if f := s.info.Function(n); f != nil && n.Over == nil && f.Kind == functions.Aggregate {
					found = true
				}
			}
			return !found
		})
	}
	return found
}

func (s *sizer) table(n ast.Node) float64 {
	if q := s.info.CTE(n); q != nil {
		return s.query(q)
	}
	if use := s.info.Use(n); use != nil {
		if a := s.full.Table(nameOf(use)); a != nil && a.Rows > 0 {
			return float64(a.Rows)
		}
	}
	return 1
}

func nameOf(u *check.TableUse) catalog.Name {
	return catalog.Name{Catalog: u.Table.Catalog, Schema: u.Table.Schema, Table: u.Table.Name}
}

// from counts the rows of a FROM clause: of the leaves that equalities tie together, the largest; of parts
// that nothing ties together, the product.
func (s *sizer) from(sel *ast.Select) float64 {
	var leaves []*leaf
	var conds []ast.Expr
	var tie [][2]*leaf
	s.flatten(sel.From, &leaves, &conds, &tie)
	for i, l := range leaves {
		l.part = i
	}
	merge := func(a, b *leaf) {
		if from, to := a.part, b.part; from != to {
			for _, l := range leaves {
				if l.part == from {
					l.part = to
				}
			}
		}
	}
	for _, t := range tie {
		merge(t[0], t[1])
	}
	for t := range s.ties(ast.And(append(conds, sel.Where)...), leaves) {
		merge(t[0], t[1])
	}
	parts := map[int]float64{}
	for _, l := range leaves {
		parts[l.part] = max(parts[l.part], l.rows)
	}
	product := 1.0
	for _, n := range parts {
		product *= max(n, 1)
	}
	if len(parts) > 1 && product > maxJoined && s.bad == nil {
		s.bad = refuse(CodeTooLarge, "Nothing ties together what is joined here: it would make %s rows. Join on equal columns.", count(product))
	}
	return product
}

// ties are the pairs of leaves that a condition ties together by an equality, whichever way it comes true:
// of AND those of any term, of OR those that all terms have.
func (s *sizer) ties(e ast.Expr, leaves []*leaf) map[[2]*leaf]bool {
	out := map[[2]*leaf]bool{}
	pair := func(l, r ast.Expr) {
		for _, a := range s.leavesOf(l, leaves) {
			for _, b := range s.leavesOf(r, leaves) {
				if a != b {
					out[[2]*leaf{a, b}], out[[2]*leaf{b, a}] = true, true
				}
			}
		}
	}
	if e == nil {
		return out
	}
	switch e := plain(e).(type) {
	case *ast.Compare:
		if e.Op == ast.Eq || e.Op == ast.IsNotDistinctFrom {
			pair(e.L, e.R)
		}
	case *ast.Not:
		switch x := plain(e.X).(type) {
		case *ast.Not:
			return s.ties(x.X, leaves)
		case *ast.Compare:
			if x.Op == ast.Ne || x.Op == ast.IsDistinctFrom {
				pair(x.L, x.R)
			}
		}
	case *ast.In:
		if !e.Not && len(e.List) == 1 {
			pair(e.X, e.List[0])
		}
	case *ast.Logical:
		for i, t := range e.Terms {
			of := s.ties(t, leaves)
			switch {
			case !e.Or:
				maps.Copy(out, of)
			case i == 0:
				out = of
			default:
				maps.DeleteFunc(out, func(p [2]*leaf, _ bool) bool { return !of[p] })
			}
		}
	}
	return out
}

// flatten lists the leaves of a relation, the conditions of its joins, and pairs that USING ties together.
func (s *sizer) flatten(r ast.Relation, leaves *[]*leaf, conds *[]ast.Expr, tie *[][2]*leaf) {
	switch r := r.(type) {
	case *ast.ParenRel:
		s.flatten(r.Rel, leaves, conds, tie)
	case *ast.Sampled:
		s.flatten(r.Rel, leaves, conds, tie)
	case *ast.Join:
		at := len(*leaves)
		s.flatten(r.Left, leaves, conds, tie)
		middle := len(*leaves)
		s.flatten(r.Right, leaves, conds, tie)
		if r.On != nil {
			*conds = append(*conds, r.On)
		}
		if (len(r.Using) > 0 || r.Natural) && middle > at && len(*leaves) > middle {
			*tie = append(*tie, [2]*leaf{(*leaves)[middle-1], (*leaves)[middle]})
		}
	default:
		*leaves = append(*leaves, s.leaf(r))
	}
}

func (s *sizer) leaf(r ast.Relation) *leaf {
	switch r := r.(type) {
	case *ast.Aliased:
		l := s.leaf(r.Rel)
		l.name = strings.ToLower(r.Alias.Name)
		return l
	case *ast.ParenRel:
		return s.leaf(r.Rel)
	case *ast.Sampled:
		return s.leaf(r.Rel)
	case *ast.Table:
		l := &leaf{name: lowerParts(r.Name)[len(r.Name.Parts)-1], rows: s.table(r), node: r}
		if use := s.info.Use(r); use != nil {
			l.uses = []*check.TableUse{use}
		} else if q := s.info.CTE(r); q != nil {
			l.uses = s.usesIn(q)
		}
		return l
	case *ast.SubqueryRel:
		return &leaf{rows: s.query(r.Query), uses: s.usesIn(r.Query)}
	case *ast.Lateral:
		l := &leaf{rows: s.query(r.Query), uses: s.usesIn(r.Query)}
		if sel, ok := r.Query.Body.(*ast.Select); ok && sel.Where != nil {
			l.rows = 1 // it may look left
		}
		return l
	case *ast.Unnest:
		l := &leaf{rows: 1}
		for _, e := range r.Exprs {
			if n, ok := elements(e); ok {
				l.rows = max(l.rows, n)
			}
		}
		return l
	case *ast.TableFunction:
		return &leaf{rows: max(1, sequenceRows(r))}
	case *ast.MatchRecognize:
		return s.leaf(r.Rel)
	}
	return &leaf{rows: 1}
}

func (s *sizer) usesIn(q *ast.Query) (out []*check.TableUse) {
	ast.Walk(q, func(n ast.Node) bool {
		if use := s.info.Use(n); use != nil && !slices.Contains(out, use) {
			out = append(out, use)
		} else if cte := s.info.CTE(n); cte != nil && cte != q {
			for _, col := range s.info.Output(cte) {
				if u, _, ok := origin(col); ok && !slices.Contains(out, u) {
					out = append(out, u)
				}
			}
		}
		return true
	})
	return out
}

// leavesOf are the leaves whose columns an expression looks at. A name that cannot be placed stands for
// all of them.
func (s *sizer) leavesOf(e ast.Expr, leaves []*leaf) (out []*leaf) {
	ast.Walk(e, func(n ast.Node) bool {
		x, ok := n.(ast.Expr)
		if !ok || s.info.Ref(x) == nil {
			return true
		}
		out = append(out, s.leavesOfName(x, leaves)...)
		return false
	})
	return out
}

func (s *sizer) leavesOfName(x ast.Expr, leaves []*leaf) (out []*leaf) {
	if d, ok := x.(*ast.Deref); ok {
		q := qualifier(d)
		for _, l := range leaves {
			if q != "" && l.name == q {
				return []*leaf{l}
			}
		}
		return nil // of an enclosing query
	}
	use, _, ok := origin(s.info.Ref(x))
	for _, l := range leaves {
		if !ok || len(l.uses) == 0 || slices.Contains(l.uses, use) {
			out = append(out, l)
		}
	}
	return out
}

// qualifier is the name before the last part of a.b.c, in lower case.
func qualifier(d *ast.Deref) string {
	switch b := d.Base.(type) {
	case *ast.Ident:
		return strings.ToLower(b.Name)
	case *ast.Deref:
		return strings.ToLower(b.Field.Name)
	}
	return ""
}

// origin follows a column to the table that has it, where it is the same value all the way.
func origin(c *check.Column) (*check.TableUse, string, bool) {
	for range 1000 {
		switch {
		case c == nil:
			return nil, "", false
		case c.Table != nil:
			return c.Table, strings.ToLower(c.Table.Table.Columns[c.Index].Name), true
		case len(c.Via) != 1 || c.Expr != nil:
			return nil, "", false
		}
		c = c.Via[0]
	}
	return nil, "", false
}

// conjuncts takes conditions apart at AND.
func conjuncts(list ...ast.Expr) (out []ast.Expr) {
	for _, e := range list {
		if e == nil {
			continue
		}
		if l, ok := plain(e).(*ast.Logical); ok && !l.Or {
			out = append(out, conjuncts(l.Terms...)...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// recursion refuses a recursive query whose step nothing ever stops: no condition on a column, no join on
// one.
func recursion(q *ast.Query, info *check.Info) *refusal {
	var bad *refusal
	ast.Walk(q, func(n ast.Node) bool {
		w, ok := n.(*ast.With)
		if !ok || !w.Recursive {
			return bad == nil
		}
		for _, cte := range w.CTEs {
			op, ok := cte.Query.Body.(*ast.SetOp)
			if ok && names(op.Right, cte.Name.Name, info) && !stops(op.Right, info) {
				bad = refuse(CodeTooLarge, "The recursion of %s has no condition that ends it.", cte.Name.Name)
			}
		}
		return bad == nil
	})
	return bad
}

func names(b ast.QueryBody, cte string, info *check.Info) bool {
	found := false
	ast.Walk(b, func(n ast.Node) bool {
		if t, ok := n.(*ast.Table); ok && len(t.Name.Parts) == 1 && info.Use(t) == nil && strings.EqualFold(t.Name.Parts[0].Name, cte) {
			found = true
		}
		return !found
	})
	return found
}

func stops(b ast.QueryBody, info *check.Info) bool {
	found := false
	condition := func(e ast.Expr) {
		if e == nil {
			return
		}
		ast.Walk(e, func(n ast.Node) bool {
			if x, ok := n.(ast.Expr); ok && info.Ref(x) != nil {
				found = true
			}
			return !found
		})
	}
	ast.Walk(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Select:
			condition(n.Where)
			condition(n.Having)
		case *ast.Join:
			condition(n.On)
			found = found || len(n.Using) > 0 || n.Natural
		}
		return !found
	})
	return found
}
