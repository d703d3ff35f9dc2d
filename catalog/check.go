package catalog

import (
	"slices"
	"strings"
	"sync"

	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// Checked is the snapshot as the SQL checker reads it. Column types are parsed on first use, since a
// query names a few tables of many thousands.
func (s *Snapshot) Checked() check.Catalog { return &checked{snap: s, tables: &sync.Map{}} }

type checked struct {
	snap   *Snapshot
	tables *sync.Map // key → *check.Table
}

// Functions are those of the server, nil where every function of Trino is meant.
func (c *checked) Functions() *functions.Registry { return c.snap.Functions }

func (c *checked) HasCatalog(name string) bool {
	return slices.ContainsFunc(c.snap.Assets, func(a *Asset) bool { return strings.EqualFold(a.Name.Catalog, name) })
}

func (c *checked) HasSchema(catalog, schema string) bool {
	return slices.ContainsFunc(c.snap.Assets, func(a *Asset) bool {
		return strings.EqualFold(a.Name.Catalog, catalog) && strings.EqualFold(a.Name.Schema, schema)
	})
}

func (c *checked) Table(catalog, schema, name string) (*check.Table, bool) {
	n := Name{catalog, schema, name}
	if t, ok := c.tables.Load(n.Key()); ok {
		return t.(*check.Table), true
	}
	a := c.snap.Table(n)
	if a == nil {
		return nil, false
	}
	t := &check.Table{Catalog: strings.ToLower(a.Name.Catalog), Schema: strings.ToLower(a.Name.Schema), Name: strings.ToLower(a.Name.Table), ViewSQL: a.ViewSQL, Versioned: a.Versioned}
	if a.View {
		t.Kind = check.View
	}
	for _, col := range a.Columns {
		typ, err := types.Parse(col.Type)
		if err != nil {
			continue // a type that Trino does not have cannot be queried; the source reported it
		}
		t.Columns = append(t.Columns, check.TableColumn{Name: strings.ToLower(col.Name), Type: typ, Hidden: col.Hidden})
	}
	got, _ := c.tables.LoadOrStore(n.Key(), t)
	return got.(*check.Table), true
}

func (c *checked) Names(catalog, schema string) []string {
	var out []string
	for _, a := range c.snap.Assets {
		n := a.Name.Catalog
		switch {
		case catalog == "":
		case !strings.EqualFold(a.Name.Catalog, catalog):
			continue
		case schema == "":
			n = a.Name.Schema
		case !strings.EqualFold(a.Name.Schema, schema):
			continue
		default:
			n = a.Name.Table
		}
		if !slices.Contains(out, strings.ToLower(n)) {
			out = append(out, strings.ToLower(n))
		}
	}
	return out
}
