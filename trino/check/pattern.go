package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// patternScope is row pattern recognition while its measures and conditions are typed. Labels are the
// variables of the pattern and its subsets, each in the case in which it is matched.
type patternScope struct {
	labels  map[string]bool
	primary map[string]bool
	scope   *Scope
	define  bool // inside DEFINE
	window  bool // the pattern of a window's frame
}

// matchRecognize gives PARTITION BY's columns, then with ALL ROWS PER MATCH those of ORDER BY, then the
// measures, and with ALL ROWS what is left of the input.
func (c *checker) matchRecognize(r *ast.MatchRecognize, outer, lateral *Scope, names *namedQuery) []*Column {
	cols := c.relation(r.Rel, outer, lateral, names)
	c.noTableFunction(r.Rel, "row pattern matching")
	sel, pattern := c.sel, c.pattern
	c.sel = &selection{names: names}
	defer func() { c.sel, c.pattern = sel, pattern }()
	scope := &Scope{cols: cols, parent: outer, boundary: true}

	allRows := strings.HasPrefix(r.RowsPerMatch, "all")
	taken := map[*Column]bool{}
	var out []*Column
	keep := func(col *Column) {
		if !taken[col] {
			taken[col] = true
			out = append(out, &Column{Name: col.Name, key: col.key, Type: col.Type, Via: []*Column{col}})
		}
	}
	for _, e := range r.PartitionBy {
		if col := c.patternColumn(e, scope, "PARTITION BY"); col != nil {
			keep(col)
		}
	}
	for _, item := range r.OrderBy {
		if col := c.patternColumn(item.Expr, scope, "ORDER BY"); col != nil && allRows {
			keep(col)
		}
	}
	// Measures and conditions see the input alone, and no query inside them sees it.
	out = append(out, c.rowPattern(r.Pattern, &Scope{cols: cols, boundary: true, noOuter: true}, false)...)
	if allRows {
		for _, col := range cols {
			if !col.Hidden {
				markRead(col)
				keep(col)
			}
		}
	}
	if r.Alias == nil {
		return out
	}
	if len(r.AliasColumns) > 0 && len(r.AliasColumns) != len(out) {
		c.report(r.At, MismatchedColumnAliases, "Column alias list has %d entries but '%s' has %d columns available", len(r.AliasColumns), r.Alias.Name, len(out))
		return out
	}
	return under(out, &relName{table: lower(r.Alias.Name)}, r.AliasColumns)
}

func (c *checker) patternColumn(e ast.Expr, s *Scope, clause string) *Column {
	t := c.expr(e, s)
	col := c.notes[strip(e)].ref
	if col == nil && t.Valid() {
		c.report(place(e), InvalidColumnReference, "%s expression in MATCH_RECOGNIZE must be a column reference: %s", clause, spell(e))
	}
	if !t.Comparable() || clause == "ORDER BY" && !t.Orderable() {
		c.mismatch(place(e), "%s is not %s, and therefore cannot be used in %s", t, map[string]string{"ORDER BY": "orderable"}[clause], clause)
	}
	return col
}

// rowPattern judges a pattern with its conditions, and gives its measures.
func (c *checker) rowPattern(p *ast.RowPattern, scope *Scope, window bool) (measures []*Column) {
	ps := &patternScope{labels: map[string]bool{}, primary: map[string]bool{}, scope: scope, window: window}
	if p.Pattern != nil {
		ast.Walk(p.Pattern, func(n ast.Node) bool {
			if v, ok := n.(*ast.Pattern); ok {
				c.patternNode(v, ps)
			}
			return true
		})
	}
	for _, sub := range p.Subsets {
		key := windowKey(sub.Name)
		if ps.labels[key] {
			c.report(sub.Name.At, "INVALID_LABEL", "union pattern variable name: %s is a duplicate of primary pattern variable name", sub.Name.Name)
		}
		for _, u := range sub.Union {
			if !ps.primary[windowKey(u)] {
				c.report(u.At, "INVALID_LABEL", "subset element: %s is not a primary pattern variable", u.Name)
			}
		}
	}
	for _, sub := range p.Subsets {
		ps.labels[windowKey(sub.Name)] = true
	}
	outer := c.pattern
	c.pattern = ps
	defer func() { c.pattern = outer }()
	seen := map[string]bool{}
	for _, d := range p.Defines {
		key := windowKey(d.Name)
		switch {
		case !ps.primary[key]:
			c.report(d.Name.At, "INVALID_LABEL", "defined variable: %s is not a primary pattern variable", d.Name.Name)
		case seen[key]:
			c.report(d.Name.At, "INVALID_LABEL", "pattern variable with name: %s is defined twice", d.Name.Name)
		}
		seen[key] = true
	}
	if s := p.After; s != nil && s.Name != nil && !ps.labels[windowKey(s.Name)] {
		c.report(s.Name.At, "INVALID_LABEL", "%s is not a primary or union pattern variable", s.Name.Name)
	}
	found := c.found
	ps.define = true
	for _, d := range p.Defines {
		t := c.expr(d.Expr, scope)
		if k := t.Kind(); k != types.Boolean && k != types.Unknown && t.Valid() {
			c.mismatch(place(d.Expr), "Expression defining a label must be boolean (actual type: %s)", t)
		}
	}
	ps.define = false
	for _, m := range p.Measures {
		t := c.expr(m.Expr, scope)
		measures = append(measures, &Column{Name: m.Name.Name, key: lower(m.Name.Name), Type: t, Expr: m.Expr})
	}
	c.found = found // aggregates over matched rows are the pattern's own
	return measures
}

// measure is name OVER window, where the window's row pattern has a measure of that name.
func (c *checker) measure(e *ast.Measure, s *Scope) types.Type {
	c.found = append(c.found, foundCall{e, windowCall, c.aggregate})
	spec := e.Over.Spec
	if e.Over.Name != nil {
		if spec = c.namedWindow(e.Over.Name); spec == nil {
			return types.Type{}
		}
	} else if !c.windowSpec(spec, s) {
		return types.Type{}
	}
	key := lower(e.Name.Name)
	for _, col := range c.measures[spec] {
		if col.key == key {
			c.notes[e] = note{ref: col}
			return col.Type
		}
	}
	c.report(e.At, InvalidWindowReference, "Measure %s is not defined in the corresponding window", e.Name.Name)
	return types.Type{}
}

// patternNode collects variables and judges quantifiers.
func (c *checker) patternNode(v *ast.Pattern, ps *patternScope) {
	switch v.Kind {
	case ast.PatternVariable:
		key := windowKey(v.Name)
		ps.labels[key], ps.primary[key] = true, true
	case ast.PatternStart, ast.PatternEnd:
		if ps.window {
			c.report(v.At, "INVALID_ROW_PATTERN", "Anchor pattern syntax is not allowed in window")
		}
	case ast.PatternExclusion:
		if ps.window {
			c.report(v.At, "INVALID_ROW_PATTERN", "Exclusion pattern syntax is not allowed in window")
		}
	case ast.PatternQuantified:
		q := v.Quantifier
		value := func(n *ast.IntLit) (int64, bool) {
			if n == nil {
				return 0, false
			}
			return intValue(n.Text)
		}
		for _, n := range []*ast.IntLit{q.Exactly, q.Max} {
			if x, ok := value(n); ok && x < 1 {
				c.report(q.At, NumericValueOutOfRange, "Pattern quantifier upper bound must be greater than or equal to 1")
			} else if ok && x > types.Unbounded {
				c.report(q.At, NumericValueOutOfRange, "Pattern quantifier upper bound must not exceed %d", types.Unbounded)
			}
		}
		low, hasLow := value(q.Min)
		if high, ok := value(q.Max); ok && hasLow && low > high {
			c.report(q.At, "INVALID_RANGE", "Pattern quantifier lower bound must not exceed upper bound")
		}
	}
}

// labelled resolves label.column inside a pattern. ok is false where the name is no label.
func (c *checker) labelled(e *ast.Deref, s *Scope) (types.Type, bool) {
	label, ok := e.Base.(*ast.Ident)
	if !ok || c.pattern == nil || !c.pattern.labels[windowKey(label)] {
		return types.Type{}, false
	}
	parts := []string{lower(e.Field.Name)}
	col, ambiguous := c.pattern.scope.lookup(parts)
	switch {
	case ambiguous:
		c.columnAmbiguous(e, parts)
		return c.set(e, types.Type{}), true
	case col == nil:
		c.report(e.At, ColumnNotFound, "Column %s prefixed with label %s cannot be resolved", e.Field.Name, windowKey(label))
		return c.set(e, types.Type{}), true
	}
	markRead(col)
	c.notes[e] = note{typ: col.Type, ref: col}
	return col.Type, true
}

// patternCall types the functions that only exist inside a pattern. ok is false for others.
func (c *checker) patternCall(e *ast.Call, name string, s *Scope) (types.Type, bool) {
	if c.pattern == nil || e.Over != nil || len(e.Name.Parts) != 1 {
		return types.Type{}, false
	}
	switch name {
	case "classifier":
		return varchar, true
	case "match_number":
		if c.pattern.window {
			c.report(e.At, "INVALID_PATTERN_RECOGNITION_FUNCTION", "MATCH_NUMBER function is not supported in window")
		}
		return bigint, true
	case "prev", "next", "first", "last":
		if len(e.Args) == 0 || len(e.Args) > 2 {
			c.report(e.At, InvalidFunctionArgument, "%s pattern recognition function requires 1 or 2 arguments", strings.ToUpper(name))
			return types.Type{}, true
		}
		t := c.expr(e.Args[0].Value, s)
		if len(e.Args) == 2 {
			if u := c.expr(e.Args[1].Value, s); u.Valid() && !u.IsExactInteger() {
				c.report(place(e.Args[1].Value), InvalidFunctionArgument, "%s pattern recognition navigation function requires a number as the second argument", strings.ToUpper(name))
			}
		}
		if e.Mode == "final" && c.pattern.define {
			c.report(e.At, "INVALID_PROCESSING_MODE", "FINAL semantics is not supported in DEFINE clause")
		}
		return t, true
	}
	return types.Type{}, false
}
