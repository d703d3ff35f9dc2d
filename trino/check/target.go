package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// fullName completes a table's name from the session. ok is false when it says that it can not.
func (c *checker) fullName(name *ast.QualifiedName, at ast.Span) (catalog, schema, table string, ok bool) {
	parts := name.Parts
	catalog, schema, table = lower(c.session.Catalog), lower(c.session.Schema), lower(parts[len(parts)-1].Name)
	switch {
	case len(parts) > 3:
		c.report(at, SyntaxError, "Too many dots in table name: %s", nameText(name))
		return "", "", "", false
	case len(parts) == 3:
		catalog, schema = lower(parts[0].Name), lower(parts[1].Name)
	case len(parts) == 2:
		schema = lower(parts[0].Name)
	}
	switch {
	case catalog == "":
		c.report(at, MissingCatalogName, "Catalog must be specified when session catalog is not set")
		return "", "", "", false
	case schema == "":
		c.report(at, MissingSchemaName, "Schema must be specified when session schema is not set")
		return "", "", "", false
	}
	return catalog, schema, table, true
}

// named finds the table of a name; nil without a word where there is none.
func (c *checker) named(name *ast.QualifiedName, at ast.Span) (t *Table, full *Table) {
	catalog, schema, table, ok := c.fullName(name, at)
	if !ok {
		return nil, nil
	}
	full = &Table{Catalog: catalog, Schema: schema, Name: table}
	if t, ok := c.cat.Table(catalog, schema, table); ok {
		return t, full
	}
	return nil, full
}

// writable finds the table that a statement changes and says what is wrong with it: doing is what can
// not be done to views, as in "Inserting into".
func (c *checker) writable(name *ast.QualifiedName, branch *ast.Ident, at ast.Span, doing string) *Table {
	t, full := c.named(name, at)
	if full == nil || !c.noView(t, at, doing) || !c.branch(branch, at) {
		return nil
	}
	if t == nil {
		c.noSuchTable(at, full)
		return nil
	}
	return t
}

func (c *checker) noView(t *Table, at ast.Span, doing string) bool {
	switch {
	case t == nil:
	case t.Kind == MaterializedView:
		c.report(at, NotSupported, "%s materialized views is not supported", doing)
		return false
	case t.IsView():
		c.report(at, NotSupported, "%s views is not supported", doing)
		return false
	}
	return true
}

// noSuchTable is what Trino says of the target of a statement, whichever part of its name is wrong.
func (c *checker) noSuchTable(at ast.Span, t *Table) {
	p := c.report(at, TableNotFound, "Table '%s' does not exist", t)
	switch {
	case !c.cat.HasCatalog(t.Catalog):
		p.Hint = didYouMean(nearest(t.Catalog, c.cat.Names("", "")))
	case !c.cat.HasSchema(t.Catalog, t.Schema):
		p.Hint = didYouMean(nearest(t.Schema, c.cat.Names(t.Catalog, "")))
	default:
		p.Hint = didYouMean(nearest(t.Name, c.cat.Names(t.Catalog, t.Schema)))
	}
}

// branch says of every branch that it does not exist: a catalog here knows none.
func (c *checker) branch(id *ast.Ident, at ast.Span) bool {
	if id != nil {
		c.report(at, BranchNotFound, "Branch '%s' does not exist", id.Name)
	}
	return id == nil
}

// store reports whether values of these types may be stored in columns of those: Trino turns a value
// into the column's type wherever the two have a type in common.
func store(columns, values []types.Type) bool {
	if len(columns) != len(values) {
		return false
	}
	for i := range columns {
		if _, ok := types.Super(values[i], columns[i]); !ok {
			return false
		}
	}
	return true
}

func typeList(ts []types.Type) string {
	text := ""
	for i, t := range ts {
		if i > 0 {
			text += ", "
		}
		text += t.String()
	}
	return text
}

func typesOf(cols []*Column) []types.Type {
	ts := make([]types.Type, len(cols))
	for i, col := range cols {
		ts[i] = col.Type
	}
	return ts
}

// written notes what goes into the columns of a table, values by name.
func written(names []string, ts []types.Type, values []*Column) []*Column {
	cols := make([]*Column, len(values))
	for i, v := range values {
		cols[i] = &Column{Name: names[i], Type: ts[i], Via: []*Column{v}}
	}
	return cols
}

func (t *Table) column(name string) *TableColumn {
	for i := range t.Columns {
		if lower(t.Columns[i].Name) == name {
			return &t.Columns[i]
		}
	}
	return nil
}

func (t *Table) columnNames() []string {
	var names []string
	for i := range t.Columns {
		if !t.Columns[i].Hidden {
			names = append(names, lower(t.Columns[i].Name))
		}
	}
	return names
}
