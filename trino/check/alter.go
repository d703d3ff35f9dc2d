package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// alter judges what names one table, view or schema of the catalog.
func (c *checker) alter(stmt ast.Statement) {
	switch s := stmt.(type) {
	case *ast.Drop:
		c.drop(s)
	case *ast.Truncate:
		if t := c.table(s.Table, s.At, false); t != nil && t.IsView() {
			c.report(s.At, NotSupported, "Cannot truncate a view")
		}
	case *ast.Rename:
		c.rename(s)
	case *ast.AddColumn:
		t := c.table(s.Table, s.At, s.IfExists)
		if t == nil || len(s.Column.Path) > 0 {
			return
		}
		name := lower(s.Column.Name.Name)
		if t.column(name) != nil && !s.IfNotExists {
			c.report(s.At, ColumnAlreadyExists, "Column '%s' already exists", name)
		} else if _, err := types.FromName(s.Column.Type); err != nil {
			c.report(s.Column.At, TypeNotFound, "Unknown type '%s' for column '%s'", s.Column.Type.Name, s.Column.Name.Name)
		}
	case *ast.RenameColumn:
		t := c.tableColumn(s.Table, s.Column, s.At, s.IfExists, s.ColumnIfExists)
		if to := lower(s.To.Name); t != nil && len(s.Column.Parts) == 1 && t.column(to) != nil {
			c.report(s.At, ColumnAlreadyExists, "Column '%s' already exists", to)
		}
	case *ast.DropColumn:
		c.tableColumn(s.Table, s.Column, s.At, s.IfExists, s.ColumnIfExists)
	case *ast.AlterColumn:
		c.tableColumn(s.Table, s.Column, s.At, s.IfExists, false)
	case *ast.SetProperties:
		c.properties(s.Properties)
		if s.What == "table" {
			c.table(s.Name, s.At, false)
		}
	case *ast.CommentOn:
		c.commentOn(s)
	}
}

// table finds the table that a statement changes; nil, and a complaint unless it may be missing, where
// there is none.
func (c *checker) table(name *ast.QualifiedName, at ast.Span, ifExists bool) *Table {
	t, full := c.named(name, at)
	switch {
	case full == nil:
	case t == nil && !ifExists:
		c.noSuchTable(at, full)
	case t != nil:
		c.Target = t
	}
	return t
}

func (c *checker) tableColumn(table, column *ast.QualifiedName, at ast.Span, ifExists, columnIfExists bool) *Table {
	t := c.table(table, at, ifExists)
	if t == nil {
		return nil
	}
	if name := lower(column.Parts[0].Name); t.column(name) == nil {
		if !columnIfExists {
			c.report(at, ColumnNotFound, "Column '%s' does not exist", name).Hint = didYouMean(nearest(name, t.columnNames()))
		}
		return nil
	}
	return t
}

func (c *checker) drop(s *ast.Drop) {
	switch s.What {
	case "catalog":
		if name := lower(s.Name.Parts[0].Name); !s.IfExists && !c.cat.HasCatalog(name) {
			c.report(s.At, CatalogNotFound, "Catalog '%s' not found", name).Hint = didYouMean(nearest(name, c.cat.Names("", "")))
		}
		return
	case "schema":
		catalog, schema, ok := c.schemaName(s.Name, s.At)
		if ok && !s.IfExists && !c.cat.HasSchema(catalog, schema) {
			c.report(s.At, SchemaNotFound, "Schema '%s.%s' does not exist", catalog, schema).Hint = didYouMean(nearest(schema, c.cat.Names(catalog, "")))
		}
		return
	}
	t, full := c.named(s.Name, s.At)
	if full == nil {
		return
	}
	what := strings.ToUpper(s.What[:1]) + s.What[1:]
	switch {
	case t != nil && t.what() == s.What:
		c.Target = t
	case t != nil: // IF EXISTS does not help: something has the name
		c.report(s.At, GenericUserError, "%s '%s' does not exist, but a %s with that name exists. Did you mean DROP %s %s?",
			what, full, t.what(), strings.ToUpper(t.what()), full)
	case s.IfExists:
	case s.What == "table":
		c.noSuchTable(s.At, full)
	default:
		p := c.report(s.At, GenericUserError, "%s '%s' does not exist", what, full)
		p.Hint = didYouMean(nearest(full.Name, c.cat.Names(full.Catalog, full.Schema)))
	}
}

// what is the word for a table's kind.
func (t *Table) what() string {
	switch {
	case t.Kind == MaterializedView:
		return "materialized view"
	case t.IsView():
		return "view"
	}
	return "table"
}

func (c *checker) rename(s *ast.Rename) {
	if s.What == "schema" {
		catalog, schema, ok := c.schemaName(s.Name, s.At)
		if ok && !c.cat.HasSchema(catalog, schema) {
			c.report(s.At, SchemaNotFound, "Schema '%s.%s' does not exist", catalog, schema).Hint = didYouMean(nearest(schema, c.cat.Names(catalog, "")))
		}
		return
	}
	t := c.table(s.Name, s.At, s.IfExists)
	if t == nil {
		return
	}
	if other, full := c.named(s.To, s.At); other != nil {
		c.report(s.At, TableAlreadyExists, "Target table '%s' already exists", full)
	}
}

func (c *checker) commentOn(s *ast.CommentOn) {
	name, column := s.Name, ""
	if s.What == "column" {
		n := len(name.Parts)
		if n < 2 {
			c.report(s.At, MissingColumnName, "Table must be specified")
			return
		}
		column = lower(name.Parts[n-1].Name)
		name = &ast.QualifiedName{Parts: name.Parts[:n-1]}
	}
	t, full := c.named(name, s.At)
	switch {
	case full == nil:
	case t == nil:
		c.report(s.At, TableNotFound, "%s does not exist: %s", map[bool]string{true: "View", false: "Table"}[s.What == "view"], full)
	case column != "" && t.column(column) == nil:
		c.report(s.At, ColumnNotFound, "Column does not exist: %s", column).Hint = didYouMean(nearest(column, t.columnNames()))
	default:
		c.Target = t
	}
}
