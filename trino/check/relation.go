package check

import (
	"strconv"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// relation judges what stands in FROM and gives its columns. lateral is what the relation may look
// at: the left side of the join it stands in for LATERAL and UNNEST, else the enclosing query.
func (c *checker) relation(r ast.Relation, outer, lateral *Scope, names *namedQuery) []*Column {
	switch r := r.(type) {
	case *ast.Table:
		cols := c.tableNamed(r, r.Name, r.At, names)
		if r.Version != nil {
			c.version(r)
		}
		return cols
	case *ast.Aliased:
		return c.aliased(r, outer, lateral, names)
	case *ast.ParenRel:
		return c.relation(r.Rel, outer, lateral, names)
	case *ast.Sampled:
		cols := c.relation(r.Rel, outer, lateral, names)
		c.samplePercent(r, outer)
		return cols
	case *ast.SubqueryRel:
		return derived(c.query(r.Query, outer, names))
	case *ast.Lateral:
		return derived(c.query(r.Query, lateral, names))
	case *ast.Unnest:
		return c.unnest(r, lateral)
	case *ast.Join:
		return c.join(r, outer, lateral, names)
	case *ast.TableFunction:
		return c.tableFunction(r, outer, names)
	case *ast.Pivot:
		return c.pivot(r, outer, lateral, names)
	case *ast.JSONTable:
		return c.jsonTable(r, lateral)
	case *ast.MatchRecognize:
		return c.matchRecognize(r, outer, lateral, names)
	case *ast.Nearest:
		c.notYet(r, "NEAREST")
		return nil
	}
	panic("check: unknown relation")
}

// version judges FOR TIMESTAMP|VERSION AS OF. Whether a time lies in the past is the engine's to say.
func (c *checker) version(r *ast.Table) {
	v := r.Version
	use := c.uses[r]
	t := c.expr(v.Expr, &Scope{})
	isNull := t.Kind() == types.Unknown
	if cast, ok := strip(v.Expr).(*ast.Cast); ok {
		_, isNull = strip(cast.X).(*ast.NullLit)
	}
	switch k := t.Kind(); {
	case k == types.Invalid:
	case v.Timestamp && k != types.Unknown && k != types.Date && k != types.Timestamp && k != types.TimestampTZ:
		c.mismatch(v.At, "Type %s invalid. Temporal pointers must be of type Timestamp, Timestamp with Time Zone, or Date.", t)
	case isNull:
		c.report(v.At, InvalidArguments, "Pointer value cannot be NULL")
	case use == nil || !use.Table.Versioned:
		c.report(ast.Span{}, NotSupported, "This connector does not support versioned tables")
	}
}

// derived gives the columns of a subquery without an alias: they have no qualifier.
func derived(cols []*Column) []*Column { return under(cols, nil, nil) }

func (c *checker) samplePercent(r *ast.Sampled, outer *Scope) {
	pm := len(c.problems)
	t := c.expr(r.Percent, &Scope{})
	if len(c.problems) > pm {
		for _, p := range c.problems[pm:] {
			if p.Code == ColumnNotFound {
				c.problems = c.problems[:pm]
				c.report(place(r.Percent), ExpressionNotConstant, "Sample percentage cannot contain column references")
				return
			}
		}
		return
	}
	if !t.IsNumeric() && t.Valid() && t.Kind() != types.Unknown {
		c.mismatch(place(r.Percent), "Sample percentage should be a numeric expression")
		return
	}
	if n, ok := strip(r.Percent).(*ast.IntLit); ok {
		if v, ok := intValue(n.Text); ok && (v < 0 || v > 100) {
			bound := "greater than or equal to 0"
			if v > 100 {
				bound = "less than or equal to 100"
			}
			c.report(place(r.Percent), NumericValueOutOfRange, "Sample percentage must be %s", bound)
		}
	}
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
	catalog, schema := lower(c.session.Catalog), lower(c.session.Schema)
	switch {
	case len(parts) > 3:
		c.report(at, SyntaxError, "Too many dots in table name: %s", nameText(name))
		return nil
	case len(parts) == 3:
		catalog, schema = lower(parts[0].Name), lower(parts[1].Name)
	case len(parts) == 2:
		schema = lower(parts[0].Name)
	}
	switch {
	case catalog == "":
		c.report(at, MissingCatalogName, "Catalog must be specified when session catalog is not set")
		return nil
	case schema == "":
		c.report(at, MissingSchemaName, "Schema must be specified when session schema is not set")
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
	text := ""
	for i, p := range name.Parts {
		if i > 0 {
			text += "."
		}
		text += lower(p.Name)
	}
	return text
}

// maxViewDepth bounds views over views; a view that reaches itself is caught by it at the latest.
const maxViewDepth = 64

// view judges the query of a view and gives its columns; nil for a table.
func (c *checker) view(t *Table, at ast.Span) []*Column {
	if t.View == nil {
		return nil
	}
	if c.viewDepth >= maxViewDepth {
		c.report(at, ViewIsRecursive, "View is recursive")
		return nil
	}
	session, problems := c.session, c.problems
	c.session.Catalog, c.session.Schema = t.ViewCatalog, t.ViewSchema
	c.viewDepth++
	c.problems = nil
	cols := c.query(t.View, nil, nil)
	inside := c.problems
	c.viewDepth--
	c.session, c.problems = session, problems
	switch {
	case len(inside) > 0 && inside[0].Code == ViewIsRecursive:
		c.report(at, ViewIsRecursive, "View is recursive")
	case len(inside) > 0:
		c.report(at, "INVALID_VIEW", "Failed analyzing stored view '%s': %s", t, inside[0].Message)
	case len(cols) != visibleTableColumns(t):
		c.report(at, ViewIsStale, "View '%s' is stale or in invalid state: stored view column count (%d) does not match column count derived from the view query analysis (%d)",
			t, visibleTableColumns(t), len(cols))
	default:
		for i, col := range cols {
			if !types.CanCoerce(col.Type, t.Columns[i].Type) {
				c.report(at, ViewIsStale, "View '%s' is stale or in invalid state: column [%s] of type %s projected from query view at position %d cannot be coerced to column [%s] of type %s stored in view definition",
					t, col.Name, col.Type, i, t.Columns[i].Name, t.Columns[i].Type)
				break
			}
		}
		return cols
	}
	return nil
}

func visibleTableColumns(t *Table) (n int) {
	for _, col := range t.Columns {
		if !col.Hidden {
			n++
		}
	}
	return n
}

func (c *checker) aliased(r *ast.Aliased, outer, lateral *Scope, names *namedQuery) []*Column {
	cols := c.relation(r.Rel, outer, lateral, names)
	if len(r.Columns) > 0 && len(cols) > 0 && visibleCount(cols) != len(r.Columns) {
		c.report(r.At, MismatchedColumnAliases, "Column alias list has %d entries but '%s' has %d columns available",
			len(r.Columns), r.Alias.Name, visibleCount(cols))
		return under(cols, &relName{table: lower(r.Alias.Name)}, nil)
	}
	if len(cols) == 0 {
		return nil
	}
	return under(cols, &relName{table: lower(r.Alias.Name)}, r.Columns)
}

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
		case *ast.Lateral, *ast.JSONTable:
			return false, true
		default:
			return false, false
		}
	}
}

var joinText = map[ast.JoinKind]string{ast.LeftJoin: "LEFT", ast.RightJoin: "RIGHT", ast.FullJoin: "FULL", ast.InnerJoin: "INNER"}

func (c *checker) join(j *ast.Join, outer, lateral *Scope, names *namedQuery) []*Column {
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
	if (unnest || isLateral) && j.Kind != ast.CrossJoin && j.Kind != ast.ImplicitJoin && j.Kind != ast.InnerJoin {
		c.onTrueOnly(j, unnest)
	}
	if j.Natural {
		c.report(j.At, NotSupported, "Natural join not supported")
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
		scope := &Scope{cols: cols, parent: outer, boundary: true}
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

// boolean complains where a condition is no boolean; NULL is one.
func (c *checker) boolean(e ast.Expr, t types.Type, at ast.Span, message string) {
	if k := t.Kind(); k != types.Boolean && k != types.Unknown && k != types.Invalid {
		c.mismatch(at, message, t)
		return
	}
	c.coerce(e, types.Of(types.Boolean))
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

// unnest makes rows of arrays and maps. An array of rows gives a column for each field.
func (c *checker) unnest(u *ast.Unnest, lateral *Scope) []*Column {
	sel := c.sel
	if c.sel == nil {
		c.sel = &selection{}
	}
	defer func() { c.sel = sel }()
	if lateral == nil {
		lateral = &Scope{}
	}
	scope := &Scope{parent: lateral, boundary: true, forbidden: ""}
	var cols []*Column
	for _, e := range u.Exprs {
		t := c.scalar(e, scope, "UNNEST")
		switch t.Kind() {
		case types.Array:
			elem := t.Elem(0)
			if elem.Kind() != types.Row {
				cols = append(cols, &Column{Type: elem, Expr: e})
				continue
			}
			for i := range elem.NumElems() {
				f := elem.Field(i)
				cols = append(cols, &Column{Name: f.Name, key: lower(f.Name), Type: f.Type, Expr: e})
			}
		case types.Map:
			cols = append(cols, &Column{Type: t.Elem(0), Expr: e}, &Column{Type: t.Elem(1), Expr: e})
		case types.Invalid:
			return nil
		default:
			c.report(ast.Span{}, InvalidFunctionArgument, "Cannot unnest type: %s", t)
			return nil
		}
	}
	if u.Ordinality {
		cols = append(cols, &Column{Type: types.Of(types.Bigint)})
	}
	return cols
}

// tableFunction knows the two that come with every Trino; others belong to catalogs.
func (c *checker) tableFunction(f *ast.TableFunction, outer *Scope, names *namedQuery) []*Column {
	name := nameText(f.Name)
	simple := lower(f.Name.Parts[len(f.Name.Parts)-1].Name)
	if len(f.Name.Parts) > 1 && name != "system.builtin."+simple || !c.session.Functions.IsTable(simple) {
		c.report(f.Name.At, FunctionNotFound, "Table function '%s' not registered", name)
		return nil
	}
	switch simple {
	case "sequence":
		for _, a := range f.Args {
			if t := c.expr(a.Value, &Scope{}); t.Valid() && !types.CanCoerce(t, types.Of(types.Bigint)) {
				c.mismatch(place(a.Value), "Cannot cast type %s to bigint", t)
			}
		}
		return []*Column{{Name: "sequential_number", key: "sequential_number", Type: types.Of(types.Bigint)}}
	case "exclude_columns":
		var in []*Column
		drop := map[string]bool{}
		for _, a := range f.Args {
			switch v := a.Value.(type) {
			case *ast.TableArg:
				in = c.relation(v.Rel, outer, outer, names)
			case *ast.DescriptorArg:
				for _, d := range v.Fields {
					drop[lower(d.Name.Name)] = true
				}
			}
		}
		var cols []*Column
		for _, col := range visible(in) {
			if !drop[col.key] {
				markRead(col)
				cols = append(cols, col)
			}
			delete(drop, col.key)
		}
		for name := range drop {
			c.report(f.At, InvalidFunctionArgument, "Excluded columns: [%s] not present in the table", name)
			break
		}
		return cols
	}
	c.notYet(f, "The table function "+simple)
	return nil
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
