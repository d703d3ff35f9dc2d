package glue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// Permissions reads what Lake Formation allows: grants on tables and columns, conditions on rows, and tags.
type Permissions struct{ Config }

// NewPermissions makes a source of its settings.
func NewPermissions(c Config) (*Permissions, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Account != nil && (c.Account.Glue == nil || c.Account.LakeFormation == nil) {
		return nil, errors.New("lake formation: an account needs the endpoints of Glue and of Lake Formation")
	}
	return &Permissions{c}, nil
}

// permission is one entry of ListPermissions.
type permission struct {
	Principal struct {
		ID string `json:"DataLakePrincipalIdentifier"`
	} `json:"Principal"`
	Resource    resource `json:"Resource"`
	Permissions []string `json:"Permissions"`
	Grantable   []string `json:"PermissionsWithGrantOption"`
}

func (permission) Unread() []string {
	return []string{"AdditionalDetails", "LastUpdated", "LastUpdatedBy", "Condition"}
}

// resource is what a permission is about; one field is set.
type resource struct {
	Table        *tableResource `json:"Table"`
	WithColumns  *tableResource `json:"TableWithColumns"`
	Cells        *cellsResource `json:"DataCellsFilter"`
	Policy       *tagPolicy     `json:"LFTagPolicy"`
	Catalog      map[string]any `json:"Catalog"`
	Database     map[string]any `json:"Database"`
	DataLocation map[string]any `json:"DataLocation"`
	Tag          map[string]any `json:"LFTag"`
}

func (resource) Unread() []string { return []string{"LFTagExpression"} }

type tableResource struct {
	Catalog  string         `json:"CatalogId"`
	Database string         `json:"DatabaseName"`
	Name     string         `json:"Name"`
	All      map[string]any `json:"TableWildcard"`
	Columns  []string       `json:"ColumnNames"`
	But      *struct {
		Excluded []string `json:"ExcludedColumnNames"`
	} `json:"ColumnWildcard"`
}

type cellsResource struct {
	Catalog  string `json:"TableCatalogId"`
	Database string `json:"DatabaseName"`
	Table    string `json:"TableName"`
	Name     string `json:"Name"`
}

type tagPolicy struct {
	Type       string `json:"ResourceType"`
	Expression []struct {
		Key    string   `json:"TagKey"`
		Values []string `json:"TagValues"`
	} `json:"Expression"`
}

func (tagPolicy) Unread() []string { return []string{"CatalogId", "ExpressionName"} }

// cells is a filter on cells: some columns, and the rows for which a condition holds.
type cells struct {
	cellsResource
	Rows *struct {
		Expression string         `json:"FilterExpression"`
		All        map[string]any `json:"AllRowsWildcard"`
	} `json:"RowFilter"`
	Columns []string `json:"ColumnNames"`
	But     *struct {
		Excluded []string `json:"ExcludedColumnNames"`
	} `json:"ColumnWildcard"`
}

func (cells) Unread() []string { return []string{"VersionId"} }

// place is a table within an account.
type place struct{ catalog, database, name string }

// tagged are the tags of a table.
type tagged struct {
	database, table map[string][]string
	columns         map[string]map[string][]string
}

// known is everything that was read, before it is put together by table.
type known struct {
	permissions []permission
	cells       []cells
	tables      []place
	tags        map[place]*tagged
}

// Read reads all permissions.
func (s *Permissions) Read(ctx context.Context, _ string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := s.begin(ctx, catalog.LakeFormation, emit)
	k := &known{tags: map[place]*tagged{}}
	var err error
	if s.Account != nil {
		err = r.ask(ctx, k)
	} else {
		err = r.each(func(name string, doc map[string]json.RawMessage, _ []json.RawMessage) error {
			r.grantFile(name, doc, k)
			return nil
		})
	}
	if err == nil {
		err = r.grants(k)
	}
	if err != nil {
		return r.rep, fmt.Errorf("lake formation: %w", err)
	}
	r.rep.Whole = !r.partial
	return r.rep, nil
}

// add reads entries of a page.
func add[T any](r *reading, where string, raw []json.RawMessage, to *[]T) error {
	for _, one := range raw {
		var v T
		if err := loose.Decode(one, &v, loose.Notes{Report: &r.rep, Where: where}); err != nil {
			return err
		}
		r.rep.Records++
		r.rep.Count(where)
		*to = append(*to, v)
	}
	return nil
}

func (r *reading) grantFile(name string, doc map[string]json.RawMessage, k *known) {
	used := false
	for key, read := range map[string]func([]json.RawMessage) error{
		"PrincipalResourcePermissions": func(l []json.RawMessage) error { return add(r, "permissions", l, &k.permissions) },
		"Permissions":                  func(l []json.RawMessage) error { return add(r, "permissions", l, &k.permissions) },
		"DataCellsFilters":             func(l []json.RawMessage) error { return add(r, "filters", l, &k.cells) },
	} {
		var list []json.RawMessage
		if doc[key] == nil || json.Unmarshal(doc[key], &list) != nil {
			continue
		}
		used = true
		if err := read(list); err != nil {
			r.rep.Skip(name, err.Error())
		}
	}
	switch {
	case !used:
		r.rep.Skip(name, "it holds no permissions: it is no answer of list-permissions, get-effective-permissions-for-path or list-data-cells-filter")
	case doc["NextToken"] != nil:
		r.rep.Skip("the rest of "+name, "it is one page of several; run the command without a limit of pages")
		r.partial = true
	}
}

// list asks for all pages of a listing of Lake Formation.
func (r *reading) list(ctx context.Context, path, key string, in map[string]any, read func([]json.RawMessage) error) error {
	if r.ID != "" && path == "/ListPermissions" {
		in["CatalogId"] = r.ID
	}
	in["MaxResults"] = 100
	for range maxPages {
		var page map[string]json.RawMessage
		if err := call(ctx, r.Account.LakeFormation, "", path, in, &page); err != nil {
			return err
		}
		var list []json.RawMessage
		if page[key] != nil {
			if err := json.Unmarshal(page[key], &list); err != nil {
				return fmt.Errorf("%s: the answer is of another shape: %w", path[1:], err)
			}
		}
		if err := read(list); err != nil {
			return fmt.Errorf("%s: %w", path[1:], err)
		}
		var next string
		json.Unmarshal(page["NextToken"], &next)
		if next == "" {
			return nil
		}
		in["NextToken"] = next
	}
	return fmt.Errorf("%s: the listing does not end", path[1:])
}

// ask reads tables, permissions, filters and tags of the account.
func (r *reading) ask(ctx context.Context, k *known) error {
	databases, err := r.databases(ctx)
	if err != nil {
		return err
	}
	for _, db := range databases {
		err := r.tables(ctx, db, func(raw json.RawMessage) error {
			var t struct {
				Name    string `json:"Name"`
				Catalog string `json:"CatalogId"`
			}
			if err := json.Unmarshal(raw, &t); err != nil {
				return err
			}
			if r.covers(db, t.Name) {
				k.tables = append(k.tables, place{cmp.Or(t.Catalog, r.ID), db, t.Name})
			}
			return nil
		})
		if denied(err) {
			r.rep.Skip("database "+db, err.Error())
			r.partial = true
		} else if err != nil {
			return err
		}
	}
	if err := r.list(ctx, "/ListPermissions", "PrincipalResourcePermissions", map[string]any{}, func(l []json.RawMessage) error { return add(r, "permissions", l, &k.permissions) }); err != nil {
		return err
	}
	if err := r.list(ctx, "/ListDataCellsFilter", "DataCellsFilters", map[string]any{}, func(l []json.RawMessage) error { return add(r, "filters", l, &k.cells) }); err != nil {
		return err
	}
	if r.NoTags {
		return nil
	}
	var mu sync.Mutex
	return rest.Each(ctx, r.Workers, k.tables, func(ctx context.Context, p place) error {
		t, err := r.tagsOf(ctx, p)
		mu.Lock()
		defer mu.Unlock()
		if denied(err) {
			r.rep.Skip("tags of "+p.database+"."+p.name, err.Error())
			r.partial = true
			return nil
		}
		k.tags[p] = t
		return err
	})
}

// tagsOf asks for the tags of a table and its columns.
func (r *reading) tagsOf(ctx context.Context, p place) (*tagged, error) {
	type pair struct {
		Key    string   `json:"TagKey"`
		Values []string `json:"TagValues"`
	}
	var answer struct {
		Database []pair `json:"LFTagOnDatabase"`
		Table    []pair `json:"LFTagsOnTable"`
		Columns  []struct {
			Name string `json:"Name"`
			Tags []pair `json:"LFTags"`
		} `json:"LFTagsOnColumns"`
	}
	in := map[string]any{"Resource": map[string]any{"Table": map[string]any{"CatalogId": p.catalog, "DatabaseName": p.database, "Name": p.name}}, "ShowAssignedLFTags": false}
	if err := call(ctx, r.Account.LakeFormation, "", "/GetResourceLFTags", in, &answer); err != nil {
		return nil, fmt.Errorf("table %s.%s: %w", p.database, p.name, err)
	}
	all := func(pairs []pair) map[string][]string {
		out := map[string][]string{}
		for _, p := range pairs {
			out[p.Key] = append(out[p.Key], p.Values...)
		}
		return out
	}
	t := &tagged{all(answer.Database), all(answer.Table), map[string]map[string][]string{}}
	for _, c := range answer.Columns {
		t.columns[c.Name] = all(c.Tags)
	}
	return t, nil
}

// of gives the value that a table or a column of it has for each tag: its own goes before that of what it is in.
func (t *tagged) of(column string) map[string][]string {
	out := maps.Clone(t.database)
	maps.Copy(out, t.table)
	if column != "" {
		maps.Copy(out, t.columns[column])
	}
	return out
}

// holds says whether tags fulfil an expression: each key with one of its values.
func (p *tagPolicy) holds(tags map[string][]string) bool {
	for _, e := range p.Expression {
		if !slices.ContainsFunc(tags[e.Key], func(v string) bool { return slices.Contains(e.Values, v) || slices.Contains(e.Values, "*") }) {
			return false
		}
	}
	return len(p.Expression) > 0
}

func (p *tagPolicy) String() string {
	var parts []string
	for _, e := range p.Expression {
		parts = append(parts, e.Key+" in ("+strings.Join(e.Values, ", ")+")")
	}
	return strings.Join(parts, " and ")
}

// grants makes one claim for each table.
func (r *reading) grants(k *known) error {
	claims := map[place]*catalog.Claim{}
	at := func(p place) *catalog.Claim {
		c := claims[p]
		if c == nil {
			c = &catalog.Claim{Native: p.database + "." + p.name}
			c.About, c.Aliases = r.id(p.catalog, p.database, p.name)
			c.RecordID = c.Native
			claims[p] = c
		}
		return c
	}
	give := func(p place, who permission, g catalog.GrantClaim) {
		if !r.covers(p.database, p.name) {
			return
		}
		c := at(p)
		for _, action := range who.Permissions {
			g.Principal, g.Action, g.Grantable = who.Principal.ID, action, slices.Contains(who.Grantable, action)
			c.Grants = append(c.Grants, g)
		}
	}
	for p, t := range k.tags {
		tags := t.of("")
		c := at(p)
		c.Tags = sortedTags(tags)
		for name, own := range t.columns {
			if len(own) == 0 {
				continue
			}
			col := catalog.ColumnClaim{Path: name, Tags: sortedTags(own)}
			col.PII = loose.PII(col.Tags)
			for _, class := range []string{"classification", "sensitivity", "confidentiality"} {
				if v := own[class]; len(v) > 0 {
					col.Class = v[0]
				}
			}
			c.Columns = append(c.Columns, col)
		}
		slices.SortFunc(c.Columns, func(a, b catalog.ColumnClaim) int { return cmp.Compare(a.Path, b.Path) })
	}
	filters := map[cellsResource]cells{}
	for _, f := range k.cells {
		filters[f.cellsResource] = f
	}
	for _, p := range k.permissions {
		res := p.Resource
		switch {
		case res.Table != nil || res.WithColumns != nil:
			t := res.Table
			g := catalog.GrantClaim{}
			if t == nil {
				t = res.WithColumns
				g.Columns = t.Columns
				if t.But != nil {
					g.Without = t.But.Excluded
				}
			}
			if t.All == nil && t.Name != "" && t.Name != "ALL_TABLES" {
				give(place{cmp.Or(t.Catalog, r.ID), t.Database, t.Name}, p, g)
				continue
			}
			for _, one := range k.tables { // all tables of a database
				if one.database == t.Database && (t.Catalog == "" || one.catalog == t.Catalog) {
					give(one, p, g)
				}
			}
		case res.Cells != nil:
			g := catalog.GrantClaim{RowFilter: "unknown filter " + res.Cells.Name}
			if f, ok := filters[*res.Cells]; ok {
				g = catalog.GrantClaim{Columns: f.Columns}
				if f.But != nil {
					g.Without = f.But.Excluded
				}
				if f.Rows != nil && f.Rows.All == nil {
					g.RowFilter = f.Rows.Expression
				}
			} else {
				r.rep.Skip("filter "+res.Cells.Name+" of "+res.Cells.Database+"."+res.Cells.Table, "a grant names it, and it is not among the filters")
			}
			give(place{cmp.Or(res.Cells.Catalog, r.ID), res.Cells.Database, res.Cells.Table}, p, g)
		case res.Policy != nil && res.Policy.Type == "TABLE":
			for one, t := range k.tags {
				g := catalog.GrantClaim{Tag: res.Policy.String()}
				whole := res.Policy.holds(t.of(""))
				for _, name := range slices.Sorted(maps.Keys(t.columns)) { // a column may have other values than its table
					switch in := res.Policy.holds(t.of(name)); {
					case whole && !in:
						g.Without = append(g.Without, name)
					case !whole && in:
						g.Columns = append(g.Columns, name)
					}
				}
				if whole || len(g.Columns) > 0 {
					give(one, p, g)
				}
			}
			if len(k.tags) == 0 {
				r.rep.Count("grants by tags, of which the tables are not known")
			}
		default:
			r.rep.Count("permissions that are on no table")
		}
	}
	// A filter that nobody was given is still known to be there.
	for _, f := range k.cells {
		p := place{cmp.Or(f.Catalog, r.ID), f.Database, f.Table}
		if r.covers(p.database, p.name) {
			c := at(p)
			if c.Custom == nil {
				c.Custom = map[string]string{}
			}
			if f.Rows != nil && len(c.Custom) < 100 {
				c.Custom["filter "+f.Name] = loose.Short(f.Rows.Expression)
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(claims), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.catalog, b.catalog), cmp.Compare(a.database, b.database), cmp.Compare(a.name, b.name))
	})
	for _, p := range order {
		c := claims[p]
		slices.SortStableFunc(c.Grants, func(a, b catalog.GrantClaim) int {
			return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Action, b.Action))
		})
		if err := r.emit(*c); err != nil {
			return err
		}
	}
	return nil
}
