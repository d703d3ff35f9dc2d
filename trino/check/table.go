package check

import (
	"strings"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// version judges FOR TIMESTAMP|VERSION AS OF, which is looked at before the table is.
func (c *checker) version(r *ast.Table) bool {
	v := r.Version
	pm := len(c.problems)
	t := c.constant(v.Expr)
	isNull := t.Kind() == types.Unknown
	if cast, ok := strip(v.Expr).(*ast.Cast); ok {
		_, isNull = strip(cast.X).(*ast.NullLit)
	}
	switch k := t.Kind(); {
	case len(c.problems) > pm, k == types.Invalid:
		return len(c.problems) == pm
	case v.Timestamp && k != types.Unknown && k != types.Date && k != types.Timestamp && k != types.TimestampTZ:
		c.mismatch(v.At, "Type %s invalid. Temporal pointers must be of type Timestamp, Timestamp with Time Zone, or Date.", t)
		return false
	case isNull:
		c.report(v.At, InvalidArguments, "Pointer value cannot be NULL")
		return false
	case v.Timestamp && c.notPast(strip(v.Expr)):
		c.report(v.At, InvalidArguments, "Pointer value %s is not in the past", spell(v.Expr))
		return false
	}
	table, full := c.named(r.Name, r.At)
	if full == nil {
		return false
	}
	if table == nil {
		// A connector without versions says so whatever the name; one that keeps them looks for the table.
		for _, name := range c.cat.Names(full.Catalog, full.Schema) {
			table, _ = c.cat.Table(full.Catalog, full.Schema, name)
			break
		}
	}
	if table != nil && !table.Versioned {
		c.report(ast.Span{}, NotSupported, "This connector does not support versioned tables")
		return false
	}
	return true
}

// notPast says of a pointer that it surely does not lie in the past: the present, or a literal more than
// a day ahead, so that no zone makes a difference.
func (c *checker) notPast(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Current:
		return e.What == "current_timestamp" || e.What == "localtimestamp"
	case *ast.Call:
		return len(e.Name.Parts) == 1 && lower(e.Name.Parts[0].Name) == "now"
	case *ast.TypedLit:
		day, _, _ := strings.Cut(strings.TrimSpace(e.Value), " ")
		t, err := time.Parse(time.DateOnly, day)
		return err == nil && !c.session.Now.IsZero() && t.After(c.session.Now.AddDate(0, 0, 1))
	}
	return false
}

// tableNamed finds a table of the catalog, or a CTE for a name of one part.
func (c *checker) tableNamed(n ast.Node, name *ast.QualifiedName, at ast.Span, names *namedQuery) []*Column {
	parts := name.Parts
	last := lower(parts[len(parts)-1].Name)
	if len(parts) == 1 {
		if cte := names.find(last); cte != nil {
			c.ctes[n] = cte.query
			return under(cte.cols, &relName{table: last}, nil)
		}
	}
	catalog, schema, last, ok := c.fullName(name, at)
	if !ok {
		return nil
	}
	t, ok := c.cat.Table(catalog, schema, last)
	if !ok && schema == "information_schema" && c.cat.HasCatalog(catalog) {
		t, ok = informationSchema(catalog, last)
		if use := c.sameTable(t); use != nil { // made anew for each use, so compare by name
			t = use.Table
		}
	}
	if !ok {
		c.tableNotFound(at, catalog, schema, last)
		return nil
	}
	use := c.use(t)
	c.uses[n] = use
	inner := c.view(t, at)
	// Columns are qualified by the name as it is written here, not by the full one.
	rel := &relName{table: last}
	if len(parts) > 1 {
		rel.schema = schema
	}
	if len(parts) > 2 {
		rel.catalog = catalog
	}
	all := make([]Column, len(t.Columns))
	cols := make([]*Column, len(t.Columns))
	for i := range t.Columns {
		tc := &t.Columns[i]
		all[i] = Column{Name: tc.Name, key: lower(tc.Name), Type: tc.Type, Hidden: tc.Hidden, Table: use, Index: i, rel: rel}
		if i < len(inner) {
			all[i].Inner = inner[i]
		}
		cols[i] = &all[i]
	}
	return cols
}

func (c *checker) sameTable(t *Table) *TableUse {
	if t == nil {
		return nil
	}
	for _, u := range c.Tables {
		if u.Table.String() == t.String() {
			return u
		}
	}
	return nil
}

func (c *checker) use(t *Table) *TableUse {
	use := c.tables[t]
	if use == nil {
		use = &TableUse{Table: t, columns: make([]bool, len(t.Columns))}
		c.tables[t] = use
		c.Tables = append(c.Tables, use)
	}
	return use
}

func nameText(name *ast.QualifiedName) string {
	parts := make([]string, len(name.Parts))
	for i, p := range name.Parts {
		parts[i] = lower(p.Name)
	}
	return strings.Join(parts, ".")
}

// maxViewDepth bounds views over views.
const maxViewDepth = 64

// unseen are the codes of what may exist and not be seen.
var unseen = map[string]bool{CatalogNotFound: true, SchemaNotFound: true, TableNotFound: true, ColumnNotFound: true}

// view judges the query of a view, once in a statement, and gives its columns; nil for a table and for a
// view whose query is not known.
func (c *checker) view(t *Table, at ast.Span) []*Column {
	if c.creating != nil && t.IsView() && t.String() == c.creating.String() {
		c.report(at, ViewIsRecursive, "Statement would create a recursive %s", c.creatingWhat)
		return nil
	}
	if cols, ok := c.viewColumns[t]; ok {
		return cols
	}
	q := t.View
	if q == nil && t.ViewSQL != "" {
		var err error
		if q, err = parse.Query(t.ViewSQL); err != nil {
			c.report(at, InvalidView, "Failed parsing stored view '%s': %s", t, err)
			return nil
		}
	}
	if q == nil {
		return nil
	}
	if c.viewOpen[t] || c.viewDepth >= maxViewDepth {
		c.report(at, ViewIsRecursive, "View is recursive")
		return nil
	}
	if c.viewOpen == nil {
		c.viewOpen, c.viewColumns = map[*Table]bool{}, map[*Table][]*Column{}
	}
	tables := len(c.Tables)
	session, problems, late, inline := c.session, c.problems, c.late, c.inline
	c.session.Catalog, c.session.Schema = t.ViewCatalog, t.ViewSchema
	if c.session.Catalog == "" {
		c.session.Catalog, c.session.Schema = t.Catalog, t.Schema
	}
	c.viewDepth++
	c.viewOpen[t] = true
	c.problems, c.inline = nil, nil
	cols := c.query(q, nil, nil)
	inside := c.problems
	c.viewDepth--
	delete(c.viewOpen, t)
	c.session, c.problems, c.late, c.inline = session, problems, late, inline
	switch {
	case len(inside) > 0 && unseen[inside[0].Code]:
		// The view runs with the rights of its owner and with defaults that are not always known: what is
		// not to be seen from here is no fault of the view, and its name is not ours to tell.
		for _, use := range c.Tables[tables:] {
			delete(c.tables, use.Table)
		}
		c.Tables = c.Tables[:tables]
		c.viewColumns[t] = nil
		return nil
	case len(inside) > 0:
		message := inside[0].Message
		if t.ViewSQL != "" && inside[0].At != (ast.Span{}) {
			inside[0].Hint = ""
			message = inside[0].Format(t.ViewSQL, parse.Position)
		}
		c.report(at, InvalidView, "Failed analyzing stored view '%s': %s", t, message)
		return nil
	case len(cols) != visibleTableColumns(t):
		c.report(at, ViewIsStale, "View '%s' is stale or in invalid state: stored view column count (%d) does not match column count derived from the view query analysis (%d)",
			t, visibleTableColumns(t), len(cols))
		return nil
	}
	for i, col := range cols {
		if !types.CanCoerce(col.Type, t.Columns[i].Type) {
			c.report(at, ViewIsStale, "View '%s' is stale or in invalid state: column [%s] of type %s projected from query view at position %d cannot be coerced to column [%s] of type %s stored in view definition",
				t, col.Name, col.Type, i, t.Columns[i].Name, t.Columns[i].Type)
			return nil
		}
	}
	c.viewColumns[t] = cols
	if c.views == nil {
		c.views = map[*Table]*ast.Query{}
	}
	c.views[t] = q
	return cols
}

func visibleTableColumns(t *Table) (n int) {
	for _, col := range t.Columns {
		if !col.Hidden {
			n++
		}
	}
	return n
}

// markRead notes that a column is looked at, down to the table that has it.
func markRead(col *Column) {
	for col != nil && !col.used {
		col.used = true
		if col.Table != nil {
			col.Table.read(col.Index)
			return
		}
		if len(col.Via) != 1 {
			for _, v := range col.Via {
				markRead(v)
			}
			return
		}
		col = col.Via[0]
	}
}

// information_schema stands in every catalog.
var informationTables = map[string][]string{
	"columns":                        {"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default", "is_nullable", "data_type"},
	"tables":                         {"table_catalog", "table_schema", "table_name", "table_type"},
	"views":                          {"table_catalog", "table_schema", "table_name", "view_definition"},
	"schemata":                       {"catalog_name", "schema_name"},
	"table_privileges":               {"grantor", "grantor_type", "grantee", "grantee_type", "table_catalog", "table_schema", "table_name", "privilege_type", "is_grantable", "with_hierarchy"},
	"roles":                          {"role_name"},
	"applicable_roles":               {"grantee", "grantee_type", "role_name", "is_grantable"},
	"enabled_roles":                  {"role_name"},
	"role_authorization_descriptors": {"role_name", "grantor", "grantor_type", "grantee", "grantee_type", "is_grantable"},
}

func informationSchema(catalog, name string) (*Table, bool) {
	columns, ok := informationTables[name]
	if !ok {
		return nil, false
	}
	t := &Table{Catalog: catalog, Schema: "information_schema", Name: name}
	for _, col := range columns {
		typ := types.Of(types.Varchar)
		if col == "ordinal_position" {
			typ = types.Of(types.Bigint)
		}
		t.Columns = append(t.Columns, TableColumn{Name: col, Type: typ})
	}
	return t, true
}
