package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func (c *checker) insert(s *ast.Insert) []*Column {
	at := s.At
	t, full := c.named(s.Table, at)
	if full == nil || !c.noView(t, at, "Inserting into") {
		return nil
	}
	c.inlineFunctions(s.Functions)
	cols := c.query(s.Query, nil, nil)
	if len(c.problems) > 0 || !c.branch(s.Branch, at) {
		return nil
	}
	if t == nil {
		c.noSuchTable(at, full)
		return nil
	}
	c.Target = t
	names := t.columnNames()
	if len(s.Columns) > 0 {
		all := names
		names = nil
		seen := map[string]bool{}
		for _, id := range s.Columns {
			name := lower(id.Name)
			switch col := t.column(name); {
			case col == nil || col.Hidden:
				c.report(at, ColumnNotFound, "Insert column name does not exist in target table: %s", name).Hint = didYouMean(nearest(name, all))
				return nil
			case seen[name]:
				c.report(at, DuplicateColumnName, "Insert column name is specified more than once: %s", name)
				return nil
			}
			seen[name] = true
			names = append(names, name)
		}
	}
	ts := make([]types.Type, len(names))
	for i, name := range names {
		ts[i] = t.column(name).Type
	}
	if !store(ts, typesOf(cols)) {
		p := c.report(at, TypeMismatch, "Insert query has mismatched column types: Table: [%s], Query: [%s]", typeList(ts), typeList(typesOf(cols)))
		if len(ts) != len(cols) {
			p.Hint = "the table takes " + itoa(len(ts)) + " columns and the query gives " + itoa(len(cols))
		}
		return nil
	}
	c.Written = written(names, ts, cols)
	return rowCount()
}

func (c *checker) delete(s *ast.Delete) []*Column {
	t := c.writable(s.Table, s.Branch, s.At, "Deleting from")
	if t == nil {
		return nil
	}
	c.Target = t
	scope := c.targetScope(s, s.Table, nil)
	c.where(s.Where, scope)
	return rowCount()
}

// targetScope gives the columns of the table that a statement changes, under its alias if it has one.
func (c *checker) targetScope(n ast.Node, name *ast.QualifiedName, alias *ast.Ident) *Scope {
	c.sel = &selection{}
	cols := c.tableNamed(n, name, n.Span(), nil)
	if alias != nil {
		cols = under(cols, &relName{table: lower(alias.Name)}, nil)
	}
	return &Scope{cols: cols, boundary: true}
}

func (c *checker) where(e ast.Expr, scope *Scope) {
	if e == nil {
		return
	}
	t := c.scalar(e, scope, "WHERE clause")
	c.boolean(e, t, place(e), "WHERE clause must evaluate to a boolean: actual type %s")
}

// value types what is stored. Trino looks for aggregates here only when it plans.
func (c *checker) value(e ast.Expr, scope *Scope) (types.Type, *Column) {
	mark := len(c.found)
	t := c.expr(e, scope)
	if len(c.found) > mark {
		c.late = append(c.late, c.notScalar(e, "A value to store", c.found[mark:]))
		c.found = c.found[:mark]
	}
	col := &Column{Type: t, Expr: e}
	if ref := c.notes[strip(e)].ref; ref != nil {
		col.Expr, col.Via = nil, []*Column{ref}
	}
	return t, col
}

func (c *checker) update(s *ast.Update) []*Column {
	t := c.writable(s.Table, s.Branch, s.At, "Updating")
	if t == nil {
		return nil
	}
	for _, a := range s.Set {
		if name := lower(a.Column.Name); t.column(name) == nil {
			c.report(a.Column.At, ColumnNotFound, "The UPDATE SET target column %s doesn't exist", name).Hint = didYouMean(nearest(name, t.columnNames()))
			return nil
		}
	}
	c.Target = t
	scope := c.targetScope(s, s.Table, nil)
	c.where(s.Where, scope)
	var names []string
	var columns, values []types.Type
	var cols []*Column
	seen := map[string]bool{}
	for _, a := range s.Set {
		name := lower(a.Column.Name)
		v, col := c.value(a.Value, scope)
		names, columns, values, cols = append(names, name), append(columns, t.column(name).Type), append(values, v), append(cols, col)
		if seen[name] { // an internal error of the server
			c.report(a.Column.At, GenericInternalError, "The UPDATE SET target column %s is specified more than once", name)
		}
		seen[name] = true
	}
	if !store(columns, values) {
		c.report(s.At, TypeMismatch, "UPDATE table column types don't match SET expressions: Table: [%s], Expressions: [%s]", typeList(columns), typeList(values))
		return nil
	}
	for i, a := range s.Set {
		c.coerce(a.Value, columns[i])
	}
	c.Written = written(names, columns, cols)
	return rowCount()
}

func (c *checker) merge(s *ast.Merge) []*Column {
	t := c.writable(s.Table, s.Branch, s.At, "Merging into")
	if t == nil {
		return nil
	}
	c.Target = t
	target := c.targetScope(s, s.Table, s.Alias)
	source := c.relation(s.Source, nil, nil, nil)
	if len(c.problems) > 0 {
		return nil
	}
	c.sel = &selection{}
	scope := &Scope{cols: append(append([]*Column(nil), target.cols...), source...), boundary: true}
	on, _ := c.value(s.On, scope)
	c.boolean(s.On, on, place(s.On), "The MERGE predicate must evaluate to a boolean: actual type %s")
	into := map[string]*Column{}
	for i, mc := range s.Cases {
		c.mergeCase(s, mc, i, t, scope, into)
		if len(c.problems) > 0 {
			return nil
		}
	}
	for _, col := range t.Columns {
		if w := into[lower(col.Name)]; w != nil {
			c.Written = append(c.Written, w)
		}
	}
	return rowCount()
}

// mergeCase judges one case; into gathers what every case stores in a column.
func (c *checker) mergeCase(s *ast.Merge, mc *ast.MergeCase, number int, t *Table, scope *Scope, into map[string]*Column) {
	var names []string
	var exprs []ast.Expr
	switch mc.Action {
	case ast.MergeUpdate:
		for _, a := range mc.Set {
			names, exprs = append(names, lower(a.Column.Name)), append(exprs, a.Value)
		}
	case ast.MergeInsert:
		exprs = mc.Values
		for _, id := range mc.Columns {
			names = append(names, lower(id.Name))
		}
		if len(names) == 0 {
			names = t.columnNames()
		}
	}
	if len(names) != len(exprs) { // Trino calls this an internal error, and places it nowhere
		c.report(ast.Span{}, GenericInternalError, "Number of merge columns (%d) isn't equal to number of expressions (%d)", len(names), len(exprs))
		return
	}
	seen := map[string]bool{}
	for _, name := range names {
		switch col := t.column(name); {
		case col == nil || col.Hidden:
			c.report(s.At, ColumnNotFound, "Merge column name does not exist in target table: %s", name).Hint = didYouMean(nearest(name, t.columnNames()))
			return
		case seen[name]:
			c.report(s.At, DuplicateColumnName, "Merge column name is specified more than once: %s", name)
			return
		}
		seen[name] = true
	}
	if mc.If != nil {
		cond, _ := c.value(mc.If, scope)
		c.boolean(mc.If, cond, place(mc.If), "WHERE clause predicate must evaluate to a boolean: actual type %s")
	}
	var columns, values []types.Type
	var cols []*Column
	for i, e := range exprs {
		v, col := c.value(e, scope)
		columns, values, cols = append(columns, t.column(names[i]).Type), append(values, v), append(cols, col)
	}
	if !store(columns, values) {
		c.report(mc.At, TypeMismatch, "MERGE table column types don't match for MERGE case %d, SET expressions: Table: [%s], Expressions: [%s]",
			number, typeList(columns), typeList(values))
		return
	}
	for i, e := range exprs {
		c.coerce(e, columns[i])
		if into[names[i]] == nil {
			into[names[i]] = &Column{Name: names[i], Type: columns[i]}
		}
		into[names[i]].Via = append(into[names[i]].Via, cols[i])
	}
}
