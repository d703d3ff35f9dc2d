package trino

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/rows"
	"github.com/limn-data/limn/trino/types"
)

// Scope says which tables are meant by patterns of one to three parts, in which * stands for any part:
// "lake", "lake.sales", "lake.*.orders". An empty scope means every catalog but the server's own.
type Scope []string

// internal are the catalogs that describe the server and hold nobody's data.
var internal = []string{"system", "jmx"}

// catalogs gives the catalogs that a scope reaches.
func (e *Engine) catalogs(ctx context.Context, scope Scope, user string) ([]string, error) {
	set, err := e.Run(ctx, Statement{SQL: "SHOW CATALOGS", User: user, MaxRows: -1})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range set.Rows {
		name, _ := r[0].(string)
		if len(scope) == 0 && !slices.Contains(internal, name) || slices.ContainsFunc(scope, func(p string) bool { return part(p, 0, name) }) {
			out = append(out, name)
		}
	}
	return out, nil
}

// part says whether a pattern's part number i lets a name through.
func part(pattern string, i int, name string) bool {
	parts := strings.Split(pattern, ".")
	return i >= len(parts) || parts[i] == "*" || strings.EqualFold(parts[i], name)
}

func (s Scope) covers(n catalog.Name) bool {
	return len(s) == 0 || slices.ContainsFunc(s, func(p string) bool { return part(p, 0, n.Catalog) && part(p, 1, n.Schema) && part(p, 2, n.Table) })
}

// Skipped is something that was not read, and why.
type Skipped struct{ What, Why string }

// Tables reads tables and views with their columns and comments from every catalog of the scope, as the
// service account sees them. A catalog that does not answer is skipped and reported, not an error.
func (e *Engine) Tables(ctx context.Context, scope Scope) (assets []*catalog.Asset, skipped []Skipped, err error) {
	names, err := e.catalogs(ctx, scope, "")
	if err != nil {
		return nil, nil, err
	}
	versioned, err := e.versioned(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, err
		}
		skipped = append(skipped, Skipped{"which catalogs keep older states", err.Error()})
	}
	for _, c := range names {
		found, err := e.columns(ctx, c, scope, "")
		if err == nil {
			err = e.markViews(ctx, c, found)
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, nil, err
			}
			skipped = append(skipped, Skipped{"catalog " + c, err.Error()})
			continue
		}
		for _, a := range found {
			a.Versioned = versioned[c] && !a.View
		}
		assets = append(assets, found...)
	}
	return assets, skipped, nil
}

// versioned are the catalogs whose connectors answer FOR VERSION AS OF and FOR TIMESTAMP AS OF.
func (e *Engine) versioned(ctx context.Context) (map[string]bool, error) {
	set, err := e.Run(ctx, Statement{SQL: "SELECT catalog_name, connector_name FROM system.metadata.catalogs", MaxRows: -1})
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range set.Rows {
		name, _ := r[0].(string)
		out[name] = r[1] == "iceberg" || r[1] == "delta_lake"
	}
	return out, nil
}

// markViews marks the views among tables, which the server runs with the rights of whoever made them, and
// gives them their queries, as far as the server tells them.
func (e *Engine) markViews(ctx context.Context, in string, tables []*catalog.Asset) error {
	byName := map[catalog.Name]*catalog.Asset{}
	for _, a := range tables {
		byName[a.Name] = a
	}
	for _, from := range []struct {
		table, query string
		where        ast.Expr
	}{
		{"tables", "table_type", &ast.Compare{Op: ast.Eq, L: ast.Name("table_type"), R: ast.Str("VIEW")}},
		{"views", "view_definition", nil},
	} {
		q := sel(table(catalog.Name{Catalog: in, Schema: "information_schema", Table: from.table}), from.where, ast.As(ast.Name("table_schema"), ""), ast.As(ast.Name("table_name"), ""), ast.As(ast.Name(from.query), ""))
		set, err := e.Run(ctx, Statement{SQL: format.Query(q), MaxRows: -1})
		if err != nil {
			return err
		}
		for _, r := range set.Rows {
			schema, _ := r[0].(string)
			name, _ := r[1].(string)
			if a := byName[catalog.Name{Catalog: in, Schema: schema, Table: name}]; a != nil {
				a.View = true
				if from.table == "views" {
					a.ViewSQL, _ = r[2].(string)
				}
			}
		}
	}
	return nil
}

// Seen gives the columns that the server shows a user within the scope, in lower case by the key of their
// table. A catalog that the user may not enter shows nothing.
func (e *Engine) Seen(ctx context.Context, scope Scope, user string) (map[string]map[string]bool, error) {
	names, err := e.catalogs(ctx, scope, user)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]bool{}
	for _, c := range names {
		tables, err := e.columns(ctx, c, scope, user)
		var failed *Error
		if errors.As(err, &failed) && (failed.Code == "denied" || failed.Code == "CATALOG_NOT_FOUND") {
			continue // the account may speak for the user, as the list of catalogs shows
		}
		if err != nil {
			return nil, err
		}
		for _, a := range tables {
			columns := map[string]bool{}
			for _, k := range a.Columns {
				columns[strings.ToLower(k.Name)] = true
			}
			out[a.Name.Key()] = columns
		}
	}
	return out, nil
}

// columns lists the tables of a catalog with their columns as the server shows them to a user, empty for the
// account.
func (e *Engine) columns(ctx context.Context, name string, scope Scope, user string) ([]*catalog.Asset, error) {
	cols := []string{"table_schema", "table_name", "column_name", "data_type", "comment"}
	var items []ast.SelectItem
	for _, c := range cols {
		items = append(items, ast.As(ast.Name(c), ""))
	}
	where := ast.Expr(&ast.Compare{Op: ast.Ne, L: ast.Name("table_schema"), R: ast.Str("information_schema")})
	// A pattern that names the schema keeps the server from listing every other one.
	var schemas []ast.Expr
	for _, p := range scope {
		if parts := strings.Split(p, "."); part(p, 0, name) {
			if len(parts) < 2 || parts[1] == "*" {
				schemas = nil
				break
			}
			schemas = append(schemas, &ast.Compare{Op: ast.Eq, L: ast.Name("table_schema"), R: ast.Str(strings.ToLower(parts[1]))})
		}
	}
	order := []*ast.SortItem{{Expr: ast.Name("table_schema")}, {Expr: ast.Name("table_name")}, {Expr: ast.Name("ordinal_position")}}
	q := &ast.Query{Body: &ast.Select{Items: items, From: table(catalog.Name{Catalog: name, Schema: "information_schema", Table: "columns"}), Where: ast.And(where, ast.Or(schemas...))}, OrderBy: order}
	set, err := e.Run(ctx, Statement{SQL: format.Query(q), User: user, MaxRows: -1})
	if err != nil {
		return nil, err
	}
	var out []*catalog.Asset
	for _, r := range set.Rows {
		var text [5]string
		for i := range text {
			text[i], _ = r[i].(string)
		}
		n := catalog.Name{Catalog: name, Schema: text[0], Table: text[1]}
		if !scope.covers(n) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Name != n {
			out = append(out, &catalog.Asset{Name: n, Tier: catalog.Unknown, Rows: -1, Bytes: -1})
		}
		a := out[len(out)-1]
		a.Columns = append(a.Columns, catalog.Column{Name: text[2], Type: text[3], Description: text[4]})
	}
	return out, nil
}

// Stats fills in how many rows a table has and how many bytes its columns take, as far as the server
// knows; what it does not know stays -1.
func (e *Engine) Stats(ctx context.Context, a *catalog.Asset) error {
	q := format.Query(&ast.Query{Body: &ast.TableQuery{Name: name(a.Name)}})
	set, err := e.Run(ctx, Statement{SQL: "SHOW STATS FOR " + strings.TrimPrefix(strings.TrimSpace(q), "TABLE "), MaxRows: -1})
	if err != nil {
		return err
	}
	at, n := set.Column("data_size"), set.Column("row_count")
	if at < 0 || n < 0 {
		return fmt.Errorf("trino: SHOW STATS has no columns data_size and row_count")
	}
	var bytes float64
	for _, r := range set.Rows {
		if f, ok := r[at].(float64); ok {
			bytes += f
		}
		if f, ok := r[n].(float64); ok {
			a.Rows = int64(f)
		}
	}
	if bytes > 0 {
		a.Bytes = int64(bytes)
	}
	return nil
}

// Range returns the first and last value of a date or timestamp column, as dates in ISO 8601; empty when
// the table has no rows.
func (e *Engine) Range(ctx context.Context, a *catalog.Asset, column string) (first, last string, err error) {
	day := func(f string) *ast.SingleColumn {
		return ast.As(&ast.Cast{X: ast.CallOf(f, ast.Name(column)), Type: typeName("date")}, "")
	}
	set, err := e.ask(ctx, sel(table(a.Name), nil, day("min"), day("max")), 1)
	if err != nil {
		return "", "", fmt.Errorf("reading the range of %s.%s: %w", a.Name, column, err)
	}
	first, _ = set.Rows[0][0].(string)
	last, _ = set.Rows[0][1].(string)
	return first, last, nil
}

// Distinct returns up to limit distinct values of a text column, and whether there are more. It looks at
// sampled rows at most, since a table may have billions.
func (e *Engine) Distinct(ctx context.Context, a *catalog.Asset, column string, limit int) (values []string, more bool, err error) {
	inner := sel(table(a.Name), present(column), ast.As(ast.Name(column), column))
	inner.Limit = &ast.Limit{Count: ast.Int(distinctRows)}
	s := sel(sub(inner), nil, ast.As(text(column), ""))
	s.Body.(*ast.Select).Distinct = true
	s.OrderBy = []*ast.SortItem{{Expr: ast.Int(1)}}
	set, err := e.ask(ctx, s, limit)
	if err != nil {
		return nil, false, fmt.Errorf("reading the values of %s.%s: %w", a.Name, column, err)
	}
	for _, r := range set.Rows {
		if v, ok := r[0].(string); ok {
			values = append(values, v)
		}
	}
	return values, set.Truncated, nil
}

// distinctRows bounds how many rows of a table are read for the distinct values of a column.
const distinctRows = 5_000_000

// ColumnProfile is what the values of a column look like.
type ColumnProfile struct {
	Name     string
	Nulls    int64
	Distinct int64 // exact where it is close to the number of rows, else near to it
	Min, Max string
}

// Profile counts the distinct values of every column over at most limit rows of a table. Most counts come
// from a sketch; a column that might be a key is counted exactly.
func (e *Engine) Profile(ctx context.Context, a *catalog.Asset, limit int) (n int64, out []ColumnProfile, err error) {
	rowsOf := func() ast.Relation {
		inner := sel(table(a.Name), nil, &ast.AllColumns{})
		inner.Limit = &ast.Limit{Count: ast.Int(int64(limit))}
		return sub(inner)
	}
	null := ast.As(&ast.NullLit{}, "")
	items := []ast.SelectItem{ast.As(&ast.Call{Name: ast.Qualified("count"), Star: true}, "")}
	for _, c := range a.Columns {
		t, err := types.Parse(c.Type)
		items = append(items, ast.As(ast.CallOf("count", ast.Name(c.Name)), ""))
		if err != nil || !scalar(t) {
			items = append(items, null, null, null)
			continue
		}
		items = append(items, ast.As(ast.CallOf("approx_distinct", ast.Name(c.Name)), ""))
		for _, f := range []string{"min", "max"} {
			items = append(items, ast.As(&ast.Cast{X: ast.CallOf(f, ast.Name(c.Name)), Type: typeName("varchar")}, ""))
		}
	}
	set, err := e.ask(ctx, sel(rowsOf(), nil, items...), 1)
	if err != nil {
		return 0, nil, fmt.Errorf("profiling %s: %w", a.Name, err)
	}
	r := set.Rows[0]
	n = whole(r[0])
	var near []int // columns whose values may all differ
	for i, c := range a.Columns {
		p := ColumnProfile{Name: c.Name, Nulls: n - whole(r[1+4*i]), Distinct: whole(r[2+4*i])}
		p.Min, _ = r[3+4*i].(string)
		p.Max, _ = r[4+4*i].(string)
		if n > 0 && float64(p.Distinct) > 0.9*float64(n) && r[2+4*i] != nil {
			near = append(near, i)
		}
		// A sketch may count more than there are.
		p.Distinct = min(p.Distinct, n-p.Nulls)
		out = append(out, p)
	}
	if len(near) == 0 {
		return n, out, nil
	}
	items = nil
	for _, i := range near {
		call := ast.CallOf("count", ast.Name(a.Columns[i].Name))
		call.Distinct = true
		items = append(items, ast.As(call, ""))
	}
	if set, err = e.ask(ctx, sel(rowsOf(), nil, items...), 1); err != nil {
		return 0, nil, fmt.Errorf("profiling %s: %w", a.Name, err)
	}
	for k, i := range near {
		out[i].Distinct = whole(set.Rows[0][k])
	}
	return n, out, nil
}

// scalar says whether values of a type can be counted apart, ordered and printed.
func scalar(t types.Type) bool {
	switch t.Kind() {
	case types.Varbinary, types.Array, types.Map, types.Row, types.JSON:
		return false
	}
	return t.Orderable() && t.Comparable()
}

// Included says which share of the distinct values of one column occur in another, over at most limit
// values; 1 when there are none.
func (e *Engine) Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error) {
	inner := sel(table(from.Name), present(column), ast.As(text(column), "v"))
	inner.Body.(*ast.Select).Distinct = true
	inner.Limit = &ast.Limit{Count: ast.Int(int64(limit))}
	there := sel(table(to.Name), present(target), ast.As(text(target), ""))
	found := &ast.Call{Name: ast.Qualified("count_if"), Args: []*ast.Arg{{Value: &ast.In{X: ast.Name("v"), Query: there}}}}
	set, err := e.ask(ctx, sel(sub(inner), nil, ast.As(&ast.Call{Name: ast.Qualified("count"), Star: true}, ""), ast.As(found, "")), 1)
	if err != nil {
		return 0, fmt.Errorf("comparing %s.%s with %s.%s: %w", from.Name, column, to.Name, target, err)
	}
	all, in := whole(set.Rows[0][0]), whole(set.Rows[0][1])
	if all == 0 {
		return 1, nil
	}
	return float64(in) / float64(all), nil
}

// Function is one overload that the server has, in the words of SHOW FUNCTIONS.
type Function struct {
	Name, Returns, Arguments, Kind string
	Deterministic                  bool
	Description                    string
}

// Functions lists what the server can call.
func (e *Engine) Functions(ctx context.Context) ([]Function, error) {
	set, err := e.Run(ctx, Statement{SQL: "SHOW FUNCTIONS", MaxRows: -1})
	if err != nil {
		return nil, err
	}
	var out []Function
	for _, r := range set.Rows {
		if len(r) < 6 {
			return nil, fmt.Errorf("trino: SHOW FUNCTIONS has %d columns, want 6", len(r))
		}
		var f Function
		f.Name, _ = r[0].(string)
		f.Returns, _ = r[1].(string)
		f.Arguments, _ = r[2].(string)
		f.Kind, _ = r[3].(string)
		f.Deterministic, _ = r[4].(bool)
		f.Description, _ = r[5].(string)
		out = append(out, f)
	}
	return out, nil
}

func (e *Engine) ask(ctx context.Context, q *ast.Query, most int) (*rows.Set, error) {
	set, err := e.Run(ctx, Statement{SQL: format.Query(q), MaxRows: most})
	if err == nil && len(set.Rows) == 0 && most == 1 {
		return nil, fmt.Errorf("trino: an aggregate gave no row")
	}
	return set, err
}

func name(n catalog.Name) *ast.QualifiedName { return ast.Qualified(n.Catalog, n.Schema, n.Table) }
func table(n catalog.Name) ast.Relation      { return &ast.Table{Name: name(n)} }
func sub(q *ast.Query) ast.Relation          { return &ast.SubqueryRel{Query: q} }
func text(column string) ast.Expr            { return &ast.Cast{X: ast.Name(column), Type: typeName("varchar")} }
func present(column string) ast.Expr         { return &ast.IsNull{X: ast.Name(column), Not: true} }
func typeName(t string) *ast.TypeName        { return &ast.TypeName{Name: t} }

func sel(from ast.Relation, where ast.Expr, items ...ast.SelectItem) *ast.Query {
	return &ast.Query{Body: &ast.Select{Items: items, From: from, Where: where}}
}

func whole(v rows.Value) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case decimal.Decimal:
		return v.Unscaled().Int64()
	}
	return 0
}
