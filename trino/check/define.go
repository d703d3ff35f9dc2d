package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func (c *checker) createTableAs(s *ast.CreateTableAs) []*Column {
	existing, full := c.named(s.Name, s.At)
	switch {
	case full == nil:
		return nil
	case existing != nil && s.IfNotExists: // nothing is done, and the query is not looked at
		return rowCount()
	case existing != nil && !s.OrReplace:
		c.report(s.At, TableAlreadyExists, "Destination table '%s' already exists", full)
		return nil
	}
	c.properties(s.Properties)
	if !c.cat.HasCatalog(full.Catalog) {
		c.noCatalog(s.At, full.Catalog)
		return nil
	}
	c.inlineFunctions(s.Functions)
	cols := c.query(s.Query, nil, nil)
	if len(c.problems) > 0 {
		return nil
	}
	var names []string
	if len(s.Columns) > 0 {
		if len(s.Columns) != len(cols) {
			c.report(s.Columns[0].At, MismatchedColumnAliases, "Column alias list has %d entries but relation has %d columns", len(s.Columns), len(cols))
			return nil
		}
		seen := map[string]bool{}
		for i, id := range s.Columns {
			switch {
			case seen[lower(id.Name)]:
				c.report(id.At, DuplicateColumnName, "Column name '%s' specified more than once", id.Name)
				return nil
			case cols[i].Type.Kind() == types.Unknown:
				c.report(s.At, ColumnTypeUnknown, "Column type is unknown at position %d", i+1)
				return nil
			}
			seen[lower(id.Name)] = true
			names = append(names, id.Name)
		}
	} else if names = c.outputNames(s.At, cols); names == nil {
		return nil
	}
	c.made(full, BaseTable, names, cols)
	c.schemaExists(full)
	return rowCount()
}

// outputNames gives the names of a query's columns, which a table or view needs all, each once, and
// each with a type; nil where one is missing. Names that differ in case only are left to the catalog.
func (c *checker) outputNames(at ast.Span, cols []*Column) []string {
	seen := make(map[string]bool, len(cols))
	names := make([]string, 0, len(cols))
	for i, col := range cols {
		switch {
		case col.Name == "":
			c.report(at, MissingColumnName, "Column name not specified at position %d", i+1).Hint = "give it one with AS"
			return nil
		case seen[col.Name]:
			c.report(at, DuplicateColumnName, "Column name '%s' specified more than once", col.Name)
			return nil
		case col.Type.Kind() == types.Unknown:
			c.report(at, ColumnTypeUnknown, "Column type is unknown: %s", col.Name).Hint = "cast NULL to a type"
			return nil
		}
		seen[col.Name] = true
		names = append(names, col.Name)
	}
	return names
}

// made notes the table or view that a statement makes.
func (c *checker) made(t *Table, kind TableKind, names []string, cols []*Column) {
	t.Kind = kind
	for i, name := range names {
		t.Columns = append(t.Columns, TableColumn{Name: lower(name), Type: cols[i].Type})
	}
	c.Target = t
	c.Written = written(names, typesOf(cols), cols)
}

func (c *checker) noCatalog(at ast.Span, catalog string) {
	c.report(at, CatalogNotFound, "Catalog '%s' not found", catalog).Hint = didYouMean(nearest(catalog, c.cat.Names("", "")))
}

// schemaExists complains as the server does when it runs the statement; EXPLAIN does not look.
func (c *checker) schemaExists(t *Table) {
	if !c.explaining && !c.cat.HasSchema(t.Catalog, t.Schema) {
		c.report(ast.Span{}, SchemaNotFound, "Schema %s not found", t.Schema).Hint = didYouMean(nearest(t.Schema, c.cat.Names(t.Catalog, "")))
	}
}

func (c *checker) createView(s *ast.CreateView) {
	existing, full := c.named(s.Name, s.At)
	if full == nil {
		return
	}
	if len(s.Functions) > 0 {
		c.report(s.Functions[0].At, NotSupported, "Views cannot contain inline functions")
		return
	}
	c.creating, c.creatingWhat = full, "view"
	if !c.viewQuery(s.Query, s.At, s.OrReplace, full, View) || c.explaining {
		return
	}
	switch {
	case existing == nil:
		c.schemaExists(full)
	case !existing.IsView():
		c.report(s.At, TableAlreadyExists, "Table already exists: '%s'", full)
	case existing.Kind == MaterializedView:
		c.report(s.At, TableAlreadyExists, "Materialized view already exists: '%s'", full)
	case !s.OrReplace:
		c.report(s.At, TableAlreadyExists, "View already exists: '%s'", full)
	}
}

// viewQuery judges the query of a view that is being made, and notes the view.
func (c *checker) viewQuery(q *ast.Query, at ast.Span, replace bool, full *Table, kind TableKind) bool {
	if !replace {
		c.creating = nil
	}
	cols := c.query(q, nil, nil)
	if len(c.problems) > 0 {
		return false
	}
	names := c.outputNames(at, cols)
	if names == nil {
		return false
	}
	if !c.cat.HasCatalog(full.Catalog) {
		c.noCatalog(at, full.Catalog)
		return false
	}
	c.made(full, kind, names, cols)
	return true
}

func (c *checker) createMaterializedView(s *ast.CreateMaterializedView) {
	_, full := c.named(s.Name, s.At)
	if full == nil {
		return
	}
	if s.Grace != nil {
		if s.Grace.Negative {
			c.report(s.Grace.At, InvalidGracePeriod, "Grace period cannot be negative")
			return
		}
		c.expr(s.Grace, &Scope{})
	}
	c.inlineFunctions(s.Functions)
	c.creating, c.creatingWhat = full, "materialized view"
	if c.viewQuery(s.Query, s.At, s.OrReplace, full, MaterializedView) {
		c.schemaExists(full)
	}
}

// define judges what makes, changes and drops things of a catalog, as far as the catalog can tell: the
// server finds these out when it runs the statement, so that EXPLAIN finds none of them.
func (c *checker) define(stmt ast.Statement) []*Column {
	switch s := stmt.(type) {
	case *ast.CreateTable:
		c.createTable(s)
	case *ast.CreateSchema:
		c.properties(s.Properties)
		if catalog, schema, ok := c.schemaName(s.Name, s.At); ok && !s.IfNotExists && !c.explaining && c.cat.HasSchema(catalog, schema) {
			c.report(s.At, SchemaAlreadyExists, "Schema '%s.%s' already exists", catalog, schema)
		}
	case *ast.CreateCatalog:
		c.properties(s.Properties)
	case *ast.Analyze:
		if c.writable(s.Name, nil, s.At, "Analyzing") != nil {
			c.properties(s.Properties)
		}
		return rowCount()
	case *ast.RefreshMaterializedView:
		t, full := c.named(s.Name, s.At)
		if full != nil && (t == nil || t.Kind != MaterializedView) {
			c.report(s.At, TableNotFound, "Materialized view '%s' does not exist", full)
		}
		c.Target = t
		return rowCount()
	case *ast.TableExecute:
		c.tableExecute(s)
	case *ast.Use:
		c.use_(s)
	default:
		if !c.explaining {
			c.alter(stmt)
		}
	}
	return nil
}

func (c *checker) createTable(s *ast.CreateTable) {
	existing, full := c.named(s.Name, s.At)
	if full == nil {
		return
	}
	c.properties(s.Properties)
	if c.explaining {
		return
	}
	switch {
	case !c.cat.HasCatalog(full.Catalog):
		c.noCatalog(s.At, full.Catalog)
		return
	case existing != nil && s.IfNotExists:
		return
	case existing != nil && !s.OrReplace:
		c.report(s.At, TableAlreadyExists, "Table '%s' already exists", full)
		return
	}
	seen := map[string]bool{}
	for _, col := range s.Columns {
		name := lower(col.Name.Name)
		typ, err := types.FromName(col.Type)
		switch {
		case len(col.Path) > 0:
			c.report(s.At, NotSupported, "Column name '%s' must not be qualified", nameText(&ast.QualifiedName{Parts: append(append([]*ast.Ident(nil), col.Path...), col.Name)}))
			return
		case err != nil:
			c.report(col.At, TypeNotFound, "Unknown type '%s' for column '%s'", col.Type.Name, col.Name.Name)
			return
		case seen[name]:
			c.report(col.At, DuplicateColumnName, "Column name '%s' specified more than once", col.Name.Name)
			return
		}
		seen[name] = true
		full.Columns = append(full.Columns, TableColumn{Name: name, Type: typ})
	}
	for _, l := range s.Likes {
		if t, name := c.named(l.Name, s.At); name != nil && t == nil {
			c.report(s.At, TableNotFound, "LIKE table '%s' does not exist", name)
			return
		}
	}
	c.Target = full
	c.schemaExists(full)
}

// schemaName completes the name of a schema.
func (c *checker) schemaName(name *ast.QualifiedName, at ast.Span) (catalog, schema string, ok bool) {
	parts := name.Parts
	catalog, schema = lower(c.session.Catalog), lower(parts[len(parts)-1].Name)
	if len(parts) > 1 {
		catalog = lower(parts[0].Name)
	}
	switch {
	case len(parts) > 2:
		c.report(at, SyntaxError, "Too many parts in schema name: %s", nameText(name))
		return "", "", false
	case catalog == "":
		c.report(at, MissingCatalogName, "Catalog must be specified when session catalog is not set")
		return "", "", false
	case !c.cat.HasCatalog(catalog):
		c.noCatalog(at, catalog)
		return "", "", false
	}
	return catalog, schema, true
}

func (c *checker) tableExecute(s *ast.TableExecute) {
	t, full := c.named(s.Name, s.At)
	switch {
	case full == nil:
	case s.What == "table" && t != nil && t.IsView():
		what := "views"
		if t.Kind == MaterializedView {
			what = "materialized views"
		}
		c.report(s.At, NotSupported, "ALTER TABLE EXECUTE is not supported for %s", what)
	case t == nil:
		c.noSuchTable(s.At, full)
	default:
		c.Target = t
		for _, a := range s.Args {
			c.constant(a.Value)
		}
		if s.Where != nil {
			c.where(s.Where, c.targetScope(s, s.Name, nil))
		}
	}
}

// use_ judges USE: the server takes it apart from other statements and gives no place.
func (c *checker) use_(s *ast.Use) {
	catalog := lower(c.session.Catalog)
	if s.Catalog != nil {
		catalog = lower(s.Catalog.Name)
	}
	switch schema := lower(s.Schema.Name); {
	case catalog == "":
		c.report(s.At, MissingCatalogName, "Catalog must be specified when session catalog is not set")
	case !c.cat.HasCatalog(catalog):
		c.noCatalog(ast.Span{}, catalog)
	case !c.cat.HasSchema(catalog, schema) && schema != "information_schema":
		c.report(ast.Span{}, NotFound, "Schema does not exist: %s.%s", catalog, schema).Hint = didYouMean(nearest(schema, c.cat.Names(catalog, "")))
	}
}
