package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// looksLeft reports whether a relation may name columns of what stands left of it.
func looksLeft(r ast.Relation) (unnest, lateral bool) {
	for {
		switch x := r.(type) {
		case *ast.Aliased:
			r = x.Rel
		case *ast.ParenRel:
			r = x.Rel
		case *ast.Sampled:
			r = x.Rel
		case *ast.Unnest:
			return true, false
		case *ast.Lateral, *ast.JSONTable, *ast.Nearest:
			return false, true
		default:
			return false, false
		}
	}
}

var joinText = map[ast.JoinKind]string{ast.LeftJoin: "LEFT", ast.RightJoin: "RIGHT", ast.FullJoin: "FULL", ast.InnerJoin: "INNER"}

func (c *checker) join(j *ast.Join, outer, lateral *Scope, names *namedQuery) []*Column {
	if j.Natural { // refused before anything is looked at
		c.report(j.At, NotSupported, "Natural join not supported")
	}
	left := c.relation(j.Left, outer, lateral, names)
	rightSees := outer
	unnest, isLateral := looksLeft(j.Right)
	if unnest || isLateral {
		rightSees = &Scope{cols: left, parent: outer, boundary: true}
		if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
			rightSees.forbidden = joinText[j.Kind]
		}
	}
	right := c.relation(j.Right, outer, rightSees, names)
	if len(left)+len(right) > maxColumns {
		c.report(j.At, NotSupported, "More than %d columns are not supported", maxColumns)
		return nil
	}
	if isNearest(j.Right) {
		c.nearestJoin(j)
	} else if (unnest || isLateral) && j.Kind != ast.CrossJoin && j.Kind != ast.ImplicitJoin && j.Kind != ast.InnerJoin {
		c.onTrueOnly(j, unnest)
	}
	if j.Natural {
		return append(append([]*Column{}, left...), right...)
	}
	if len(j.Using) > 0 {
		return c.using(j, left, right)
	}
	cols := make([]*Column, 0, len(left)+len(right))
	cols = append(append(cols, left...), right...)
	if j.On != nil {
		sel := c.sel
		c.sel = &selection{names: names}
		scope := &Scope{cols: cols, parent: outer, boundary: true, noOuter: j.Kind == ast.LeftJoin || j.Kind == ast.RightJoin || j.Kind == ast.FullJoin}
		t := c.scalar(j.On, scope, "JOIN clause")
		c.boolean(j.On, t, place(j.On), "JOIN ON clause must evaluate to a boolean: actual type %s")
		c.sel = sel
	}
	return cols
}

// onTrueOnly: an outer join that looks left may have no condition but TRUE.
func (c *checker) onTrueOnly(j *ast.Join, unnest bool) {
	what := "LATERAL relation"
	if unnest {
		what = "UNNEST"
	}
	message := joinText[j.Kind] + " JOIN involving " + what + " is only supported with condition ON TRUE"
	if isLateral := !unnest; isLateral && j.Kind == ast.LeftJoin && j.On != nil {
		return // any condition is fine there
	}
	if j.On == nil {
		c.report(j.At, NotSupported, "%s", message)
	} else if b, ok := strip(j.On).(*ast.BoolLit); !ok || !b.Value {
		c.report(place(j.On), NotSupported, "%s", message)
	}
}

// using merges the named columns of both sides; they come first and have no qualifier.
func (c *checker) using(j *ast.Join, left, right []*Column) []*Column {
	cols := make([]*Column, 0, len(left)+len(right))
	merged := map[*Column]bool{}
	seen := map[string]bool{}
	for _, id := range j.Using {
		key := lower(id.Name)
		if seen[key] {
			c.report(id.At, DuplicateColumnName, "Column '%s' appears multiple times in USING clause", id.Name)
			continue
		}
		seen[key] = true
		l := c.usingSide(id, key, "left", left)
		if l == nil {
			continue
		}
		r := c.usingSide(id, key, "right", right)
		if r == nil {
			continue
		}
		merged[l], merged[r] = true, true
		t, ok := types.Comparison(l.Type, r.Type, false)
		if !ok {
			c.mismatch(id.At, "Column Types of left and right side of join are not comparable: %s vs %s", l.Type, r.Type) // no cascade
		}
		markRead(l)
		markRead(r)
		col := &Column{Name: id.Name, key: key, Type: t, Via: []*Column{l, r}}
		c.notes[id] = note{typ: t, ref: col}
		cols = append(cols, col)
	}
	for _, side := range [2][]*Column{left, right} {
		for _, col := range side {
			if !merged[col] {
				cols = append(cols, col)
			}
		}
	}
	return cols
}

func (c *checker) usingSide(id *ast.Ident, key, side string, cols []*Column) *Column {
	var match *Column
	for _, col := range cols {
		if col.key == key {
			if match != nil {
				c.report(id.At, AmbiguousName, "Column '%s' is ambiguous", id.Name)
				return nil
			}
			match = col
		}
	}
	if match == nil {
		names := make([]string, len(cols))
		for i, col := range cols {
			names[i] = col.key
		}
		c.report(id.At, ColumnNotFound, "Column '%s' is missing from %s side of join", id.Name, side).Hint = didYouMean(nearest(key, names))
	}
	return match
}
