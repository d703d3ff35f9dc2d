package check

import "github.com/limn-data/limn/trino/ast"

// isNearest says whether a relation is NEAREST (…), under whatever alias.
func isNearest(r ast.Relation) bool {
	if a, ok := r.(*ast.Aliased); ok {
		r = a.Rel
	}
	_, ok := r.(*ast.Nearest)
	return ok
}

// nearestJoin judges how NEAREST is joined: it takes no condition but TRUE.
func (c *checker) nearestJoin(j *ast.Join) {
	switch j.Kind {
	case ast.CrossJoin, ast.ImplicitJoin:
		return
	case ast.RightJoin, ast.FullJoin:
		c.report(j.At, NotSupported, "%s JOIN involving NEAREST is not supported", joinText[j.Kind])
		return
	}
	if len(j.Using) > 0 {
		c.report(j.At, NotSupported, "JOIN USING involving NEAREST is not supported")
	} else if b, ok := strip(j.On).(*ast.BoolLit); j.On != nil && (!ok || !b.Value) {
		c.report(place(j.On), NotSupported, "%s JOIN involving NEAREST is only supported with condition ON TRUE", joinText[j.Kind])
	}
}

// nearestTo judges NEAREST (FROM … WHERE … MATCH …), which stands on the right of a join and compares
// its own rows with what stands left.
func (c *checker) nearestTo(r *ast.Nearest, outer, lateral *Scope, names *namedQuery) []*Column {
	if lateral == nil || lateral == outer || len(lateral.cols) == 0 {
		c.report(r.At, NotSupported, "NEAREST is only supported on the right side of CROSS JOIN, INNER JOIN, LEFT JOIN, or an implicit join")
		return nil
	}
	cols := c.relation(r.Rel, outer, outer, names)
	sel := c.sel
	c.sel = &selection{names: names}
	defer func() { c.sel = sel }()
	scope := &Scope{cols: cols, parent: lateral, boundary: true}
	if r.Where != nil {
		t := c.scalar(r.Where, scope, "NEAREST WHERE clause")
		c.boolean(r.Where, t, place(r.Where), "NEAREST WHERE clause must evaluate to a boolean: actual type %s")
	}
	pm := len(c.problems)
	t := c.scalar(r.Match, scope, "NEAREST MATCH clause")
	c.boolean(r.Match, t, place(r.Match), "NEAREST MATCH clause must evaluate to a boolean: actual type %s")
	if len(c.problems) == pm {
		c.nearestMatch(r, cols, lateral.cols)
	}
	return cols
}

// nearestMatch: one side of the comparison looks at the relation inside, the other does not.
func (c *checker) nearestMatch(r *ast.Nearest, inside, left []*Column) {
	cmp, ok := strip(r.Match).(*ast.Compare)
	if !ok || cmp.Op >= ast.IsDistinctFrom {
		c.report(place(r.Match), NotSupported, "NEAREST MATCH clause must be a comparison expression")
		return
	}
	in, out := map[*Column]bool{}, map[*Column]bool{}
	for _, col := range inside {
		in[col] = true
	}
	for _, col := range left {
		out[col] = true
	}
	looks := func(e ast.Expr) (inside, left bool) {
		ast.Walk(e, func(n ast.Node) bool {
			if x, ok := n.(ast.Expr); ok {
				ref := c.notes[x].ref
				inside, left = inside || in[ref], left || out[ref]
			}
			return true
		})
		return inside, left
	}
	lIn, lOut := looks(cmp.L)
	rIn, rOut := looks(cmp.R)
	switch {
	case lIn == rIn:
		c.report(place(r.Match), NotSupported, "NEAREST MATCH clause must compare one FROM relation expression with one non-FROM expression")
	case lIn && lOut || rIn && rOut:
		c.report(place(r.Match), NotSupported, "NEAREST MATCH clause must keep FROM relation and non-FROM expressions on opposite sides")
	case cmp.Op < ast.Lt:
		c.report(place(r.Match), NotSupported, "NEAREST MATCH clause must use <, <=, >, or >=")
	}
}
