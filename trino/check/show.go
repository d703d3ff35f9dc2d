package check

import (
	"unicode/utf8"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// showColumns are the columns of what SHOW gives; all are text but for the Deterministic of functions.
// Lengths of text differ with what is listed, so that none are said here.
var showColumns = map[string][]string{
	"tables": {"Table"}, "schemas": {"Schema"}, "catalogs": {"Catalog"}, "branches": {"Branch"},
	"columns":   {"Column", "Type", "Extra", "Comment"},
	"functions": {"Function", "Return Type", "Argument Types", "Function Type", "Deterministic", "Description"},
	"session":   {"Name", "Value", "Default", "Type", "Description"},
	"roles":     {"Role"}, "current roles": {"Role"}, "role grants": {"Role Grants"},
	"grants": {"Grantor", "Grantor Type", "Grantee", "Grantee Type", "Catalog", "Schema", "Table", "Privilege", "Grantable", "With Hierarchy"},
	"table":  {"Create Table"}, "schema": {"Create Schema"}, "view": {"Create View"}, "materialized view": {"Create Materialized View"},
	"function": {"Create Function"},
}

// show judges SHOW in all its forms.
func (c *checker) show(stmt ast.Statement) []*Column {
	switch s := stmt.(type) {
	case *ast.Show:
		c.showList(s)
		cols := texts(showColumns[s.What]...)
		if s.What == "functions" {
			cols[4].Type = boolean
		}
		return cols
	case *ast.ShowCreate:
		c.showCreate(s)
		return texts(showColumns[s.What]...)
	case *ast.ShowGrants:
		return texts(showColumns["grants"]...)
	case *ast.ShowStats:
		if s.Query != nil {
			c.inlineFunctions(s.Functions)
			c.query(s.Query, nil, nil)
		} else if t, full := c.named(s.Name, s.At); full != nil && t == nil && !c.isInformation(full) {
			c.noSuchTable(ast.Span{}, full)
		} else if t != nil {
			c.use(t)
		}
		double := types.Of(types.Double)
		return []*Column{{Name: "column_name", Type: varchar}, {Name: "data_size", Type: double}, {Name: "distinct_values_count", Type: double},
			{Name: "nulls_fraction", Type: double}, {Name: "row_count", Type: double}, {Name: "low_value", Type: varchar}, {Name: "high_value", Type: varchar}}
	}
	return nil
}

func (c *checker) showList(s *ast.Show) {
	if s.Escape != nil && utf8.RuneCountInString(s.Escape.Value) != 1 {
		c.report(ast.Span{}, InvalidFunctionArgument, "Escape string must be a single character")
		return
	}
	switch s.What {
	case "tables":
		catalog, schema := lower(c.session.Catalog), lower(c.session.Schema)
		if s.From != nil {
			var ok bool
			if catalog, schema, ok = c.schemaName(s.From, s.At); !ok {
				return
			}
		}
		switch {
		case catalog == "":
			c.report(s.At, MissingCatalogName, "Catalog must be specified when session catalog is not set")
		case schema == "":
			c.report(s.At, MissingSchemaName, "Schema must be specified when session schema is not set")
		case !c.cat.HasCatalog(catalog):
			c.noCatalog(s.At, catalog)
		case schema != "information_schema" && !c.cat.HasSchema(catalog, schema):
			c.noSchema(s.At, catalog, schema)
		}
	case "schemas":
		catalog, at := lower(c.session.Catalog), s.At
		if s.From != nil {
			catalog, at = lower(s.From.Parts[0].Name), ast.Span{}
		}
		switch {
		case catalog == "":
			c.report(s.At, MissingCatalogName, "Catalog must be specified when session catalog is not set")
		case !c.cat.HasCatalog(catalog):
			c.noCatalog(at, catalog)
		}
	case "columns", "branches":
		c.existing(s.From, s.At)
	}
}

func (c *checker) noSchema(at ast.Span, catalog, schema string) {
	c.report(at, SchemaNotFound, "Schema '%s' does not exist", schema).Hint = didYouMean(nearest(schema, c.cat.Names(catalog, "")))
}

func (c *checker) isInformation(t *Table) bool {
	if t.Schema != "information_schema" || !c.cat.HasCatalog(t.Catalog) {
		return false
	}
	_, ok := informationSchema(t.Catalog, t.Name)
	return ok
}

// existing finds a table that is only described; it says which part of a name is wrong.
func (c *checker) existing(name *ast.QualifiedName, at ast.Span) *Table {
	t, full := c.named(name, at)
	if full == nil || t != nil || c.isInformation(full) {
		return t
	}
	c.tableNotFound(at, full.Catalog, full.Schema, full.Name)
	return nil
}

func (c *checker) showCreate(s *ast.ShowCreate) {
	switch s.What {
	case "schema":
		if catalog, schema, ok := c.schemaName(s.Name, s.At); ok && !c.cat.HasSchema(catalog, schema) {
			c.noSchema(s.At, catalog, schema)
		}
		return
	case "function":
		return
	}
	if t := c.existing(s.Name, s.At); t != nil && t.what() != s.What {
		c.report(s.At, NotSupported, "Relation '%s' is a %s, not a %s", t, t.what(), s.What)
	}
}
