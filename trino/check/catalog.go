package check

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// Catalog is what checking needs to know of tables. Names are given lower case and matched without
// regard to case. An implementation for one asker leaves out what that asker may not see: it is then
// neither found nor hinted at.
type Catalog interface {
	// HasCatalog and HasSchema say which part of a name is wrong.
	HasCatalog(catalog string) bool
	HasSchema(catalog, schema string) bool
	// Table gives the same pointer for the same table as long as the statement is checked.
	Table(catalog, schema, name string) (*Table, bool)
	// Names lists what is visible, for hints only: catalogs when catalog is empty, schemas when
	// schema is empty, else tables.
	Names(catalog, schema string) []string
}

// Served is a Catalog of a server that has functions of its own choice; nil means all that are built in.
type Served interface {
	Functions() *functions.Registry
}

// Table is a table or view of the catalog. It is never written to.
type Table struct {
	Catalog, Schema, Name string
	Columns               []TableColumn
	Versioned             bool // its connector keeps old versions: FOR TIMESTAMP AS OF, FOR VERSION AS OF
	Kind                  TableKind
	// View is the view's query, or ViewSQL its text, which is parsed when a statement reads the view; both
	// are empty for a table and for a view whose query is not known. Unqualified names in it mean
	// tables of ViewCatalog and ViewSchema; without those, of the view's own catalog and schema.
	View                    *ast.Query
	ViewSQL                 string
	ViewCatalog, ViewSchema string
}

// TableKind tells tables from views.
type TableKind uint8

// The kinds; what has a query is a view even where its kind is not set.
const (
	BaseTable TableKind = iota
	View
	MaterializedView
)

// IsView reports whether it is a view of either kind.
func (t *Table) IsView() bool { return t.Kind != BaseTable || t.View != nil || t.ViewSQL != "" }

// TableColumn is a column; Hidden ones are found by name and left out of *.
type TableColumn struct {
	Name   string
	Type   types.Type
	Hidden bool
}

// String is the table's full name, catalog.schema.name.
func (t *Table) String() string { return t.Catalog + "." + t.Schema + "." + t.Name }

// schemaCatalog is a catalog made of CREATE TABLE statements.
type schemaCatalog struct {
	catalogs map[string]map[string]map[string]*Table
}

// Schema makes a catalog of CREATE TABLE statements, and of CREATE VIEW of what stands before them.
// Unqualified names stand under the session's catalog and schema, names of two parts under its catalog.
// Errors say which statement and why.
func Schema(stmts []ast.Statement, s Session) (Catalog, error) {
	cat := &schemaCatalog{map[string]map[string]map[string]*Table{}}
	for i, stmt := range stmts {
		t, err := cat.make(stmt, s)
		if err != nil {
			return nil, fmt.Errorf("statement %d of the schema: %w", i+1, err)
		}
		if _, ok := cat.Table(t.Catalog, t.Schema, t.Name); ok {
			return nil, fmt.Errorf("table %s is created twice in the schema", t)
		}
		cat.add(t)
	}
	return cat, nil
}

// make gives the table or view that a statement of a schema creates.
func (c *schemaCatalog) make(stmt ast.Statement, s Session) (*Table, error) {
	switch stmt := stmt.(type) {
	case *ast.CreateTable:
		t, err := inSchema(stmt.Name, s)
		if err != nil {
			return nil, err
		}
		for _, col := range stmt.Columns {
			typ, err := types.FromName(col.Type)
			if err != nil {
				return nil, fmt.Errorf("table %s, column %s: %w", t, col.Name.Name, err)
			}
			t.Columns = append(t.Columns, TableColumn{Name: strings.ToLower(col.Name.Name), Type: typ})
		}
		return t, nil
	case *ast.CreateView:
		return c.makeView(stmt.Name, stmt.Query, View, s)
	case *ast.CreateMaterializedView:
		return c.makeView(stmt.Name, stmt.Query, MaterializedView, s)
	}
	return nil, errors.New("no CREATE TABLE and no CREATE VIEW; a schema file holds nothing else")
}

func (c *schemaCatalog) makeView(name *ast.QualifiedName, q *ast.Query, kind TableKind, s Session) (*Table, error) {
	t, err := inSchema(name, s)
	if err != nil {
		return nil, err
	}
	info, problems := Check(q, c, s)
	if len(problems) > 0 {
		return nil, fmt.Errorf("view %s: %s", t, problems[0].Message)
	}
	t.Kind, t.View, t.ViewCatalog, t.ViewSchema = kind, q, s.Catalog, s.Schema
	for _, col := range info.Columns {
		t.Columns = append(t.Columns, TableColumn{Name: strings.ToLower(col.Name), Type: col.Type})
	}
	return t, nil
}

// inSchema gives a table of this name, completed from the session.
func inSchema(name *ast.QualifiedName, s Session) (*Table, error) {
	names := name.Parts
	if len(names) > 3 {
		return nil, errors.New("a table's name has at most three parts")
	}
	parts := []string{s.Catalog, s.Schema}[:3-len(names)]
	for _, p := range names {
		parts = append(parts, p.Name)
	}
	for j := range parts {
		if parts[j] = strings.ToLower(parts[j]); parts[j] == "" {
			return nil, fmt.Errorf("%s is not a full name; give a default catalog and schema", names[len(names)-1].Name)
		}
	}
	return &Table{Catalog: parts[0], Schema: parts[1], Name: parts[2]}, nil
}

// Tables makes a catalog of these tables.
func Tables(tables ...*Table) Catalog {
	cat := &schemaCatalog{map[string]map[string]map[string]*Table{}}
	for _, t := range tables {
		cat.add(t)
	}
	return cat
}

// add is used while a catalog is made, not after.
func (c *schemaCatalog) add(t *Table) {
	catalog, schema, name := strings.ToLower(t.Catalog), strings.ToLower(t.Schema), strings.ToLower(t.Name)
	if c.catalogs[catalog] == nil {
		c.catalogs[catalog] = map[string]map[string]*Table{}
	}
	if c.catalogs[catalog][schema] == nil {
		c.catalogs[catalog][schema] = map[string]*Table{}
	}
	c.catalogs[catalog][schema][name] = t
}

func (c *schemaCatalog) HasCatalog(catalog string) bool { return c.catalogs[catalog] != nil }

func (c *schemaCatalog) HasSchema(catalog, schema string) bool {
	return c.catalogs[catalog][schema] != nil
}

func (c *schemaCatalog) Table(catalog, schema, name string) (*Table, bool) {
	t, ok := c.catalogs[catalog][schema][name]
	return t, ok
}

func (c *schemaCatalog) Names(catalog, schema string) []string {
	switch {
	case catalog == "":
		return keys(c.catalogs)
	case schema == "":
		return keys(c.catalogs[catalog])
	}
	return keys(c.catalogs[catalog][schema])
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
