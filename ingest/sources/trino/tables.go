package trino

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
)

// table is what was read of one table or view.
type table struct {
	asset    *catalog.Asset // as the checker reads it
	claim    catalog.Claim
	iceberg  bool
	snapshot *snap
	sized    bool
}

// hidden are the catalogs and schemas that describe the server and hold nobody's data.
var hiddenCatalogs = []string{"system", "jmx"}
var hiddenSchemas = []string{"information_schema"}

// list reads all schemas of all catalogs, a few statements a schema.
func (r *reading) list(ctx context.Context) error {
	set, err := r.Ask(ctx, "SELECT catalog_name, connector_name FROM system.metadata.catalogs ORDER BY 1")
	if err != nil {
		return fmt.Errorf("reading the list of catalogs: %w", err)
	}
	connectors := map[string]string{}
	type schema struct{ catalog, name string }
	var schemas []schema
	for _, row := range set.Rows {
		c := text(row[0])
		connectors[c] = text(row[1])
		if slices.Contains(hiddenCatalogs, c) && len(r.Include) == 0 || !r.covers(c) {
			continue
		}
		found, err := r.Ask(ctx, "SELECT schema_name FROM "+quote(c)+".information_schema.schemata ORDER BY 1")
		if err != nil {
			if err := r.leave(ctx, "catalog "+c, err); err != nil {
				return err
			}
			continue
		}
		r.rep.Count("catalogs")
		for _, row := range found.Rows {
			s := text(row[0])
			if slices.Contains(hiddenSchemas, s) || connectors[c] == "iceberg" && s == "system" || !r.covers(c, s) {
				continue
			}
			schemas = append(schemas, schema{c, s})
		}
	}
	err = rest.Each(ctx, r.Workers, schemas, func(ctx context.Context, s schema) error {
		found, err := r.schema(ctx, s.catalog, s.name)
		if err != nil {
			return r.leave(ctx, "schema "+s.catalog+"."+s.name, err)
		}
		for _, t := range found {
			t.iceberg = connectors[s.catalog] == "iceberg" && t.claim.Kind == catalog.Table
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rep.Count("schemas")
		r.tables = append(r.tables, found...)
		return nil
	})
	slices.SortFunc(r.tables, func(a, b *table) int { return strings.Compare(a.asset.Name.Key(), b.asset.Name.Key()) })
	return err
}

// schema reads the tables of one schema.
func (r *reading) schema(ctx context.Context, c, s string) ([]*table, error) {
	info := quote(c) + ".information_schema."
	set, err := r.Ask(ctx, "SELECT table_name, column_name, data_type, is_nullable, comment FROM "+info+"columns WHERE table_schema = "+literal(s)+" ORDER BY table_name, ordinal_position")
	if err != nil {
		return nil, err
	}
	var out []*table
	by := map[string]*table{}
	for _, row := range set.Rows {
		name := text(row[0])
		if !r.covers(c, s, name) {
			continue
		}
		t := by[name]
		if t == nil {
			n := catalog.Name{Catalog: c, Schema: s, Table: name}
			t = &table{asset: &catalog.Asset{Name: n, Rows: -1, Bytes: -1}, claim: catalog.Claim{About: r.id(n), Kind: catalog.Table, Platform: "trino", Native: n.String()}}
			t.claim.RecordID = n.String()
			by[name] = t
			out = append(out, t)
		}
		nullable := text(row[3]) != "NO"
		t.claim.Columns = append(t.claim.Columns, catalog.ColumnClaim{Path: text(row[1]), Type: text(row[2]), Nullable: &nullable, Description: text(row[4])})
		t.asset.Columns = append(t.asset.Columns, catalog.Column{Name: text(row[1]), Type: text(row[2])})
	}
	if len(out) == 0 {
		return nil, nil
	}
	// What follows says more about tables that are known; where a connector cannot tell, that is noted.
	for _, more := range []struct {
		what, sql string
		read      func(t *table, value string)
	}{
		{"comments", "SELECT table_name, comment FROM system.metadata.table_comments WHERE catalog_name = " + literal(c) + " AND schema_name = " + literal(s),
			func(t *table, v string) { t.claim.Description = v }},
		{"kinds of tables", "SELECT table_name, table_type FROM " + info + "tables WHERE table_schema = " + literal(s), func(t *table, v string) {
			if v == "VIEW" {
				t.claim.Kind, t.asset.View = catalog.ViewKind, true
			}
		}},
		{"views", "SELECT table_name, view_definition FROM " + info + "views WHERE table_schema = " + literal(s), func(t *table, v string) {
			t.claim.Kind, t.claim.ViewSQL = catalog.ViewKind, v
			t.asset.View, t.asset.ViewSQL = true, v
		}},
	} {
		set, err := r.Ask(ctx, more.sql)
		if err != nil {
			if err := r.leave(ctx, more.what+" of "+c+"."+s, err); err != nil {
				return nil, err
			}
			continue
		}
		for _, row := range set.Rows {
			if t := by[text(row[0])]; t != nil && text(row[1]) != "" {
				more.read(t, text(row[1]))
			}
		}
	}
	return out, r.materialized(ctx, c, s, by)
}

// materialized reads which tables are kept results of a query, and how fresh they are.
func (r *reading) materialized(ctx context.Context, c, s string, by map[string]*table) error {
	set, err := r.Ask(ctx, "SELECT name, freshness, CAST(to_unixtime(last_fresh_time) * 1000 AS bigint), comment, definition FROM system.metadata.materialized_views WHERE catalog_name = "+literal(c)+" AND schema_name = "+literal(s))
	if err != nil {
		return r.leave(ctx, "materialized views of "+c+"."+s, err)
	}
	for _, row := range set.Rows {
		t := by[text(row[0])]
		if t == nil {
			continue
		}
		// It counts as a table: what it holds was computed before, and has a time of its own.
		t.claim.Kind, t.claim.ViewSQL = catalog.Table, text(row[4])
		t.claim.Custom = map[string]string{"materialized": strings.ToLower(text(row[1]))}
		if d := text(row[3]); d != "" {
			t.claim.Description = d
		}
		if ms, ok := number(row[2]); ok {
			t.claim.Observed = append(t.claim.Observed, catalog.Observation{Kind: catalog.Updated, At: time.UnixMilli(ms).UTC(), Job: "materialized view " + t.asset.Name.String()})
		}
	}
	return nil
}

func (r *reading) id(n catalog.Name) catalog.ID {
	if r.Namespace == "" {
		return catalog.TableID(n)
	}
	return catalog.ID{Namespace: r.Namespace, Name: n.String()}
}

// tell makes the claims of all tables.
func (r *reading) tell(context.Context) error {
	assets := make([]*catalog.Asset, len(r.tables))
	for i, t := range r.tables {
		assets[i] = t.asset
	}
	known := catalog.New(assets, nil, nil).Checked()
	for _, t := range r.tables {
		r.rep.Records++
		r.rep.Count(string(t.claim.Kind) + "s")
		if t.claim.ViewSQL != "" {
			if t.claim.Upstream = r.lineage(t, known); t.claim.Upstream == nil {
				r.rep.Count("views whose query is not understood")
			}
		}
		if err := r.emit(t.claim); err != nil {
			return err
		}
		if t.snapshot != nil {
			if err := r.emit(t.snapshot.claim(t)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxSQL is how long a statement may be to be parsed, in bytes.
const maxSQL = 200_000

// lineage gives the edges of the columns of a view; nil where its query is not understood.
func (r *reading) lineage(t *table, known check.Catalog) []catalog.EdgeClaim {
	if len(t.claim.ViewSQL) > maxSQL {
		return nil
	}
	q, err := parse.Query(t.claim.ViewSQL)
	if err != nil {
		return nil
	}
	info, problems := check.Check(q, known, check.Session{Catalog: t.asset.Name.Catalog, Schema: t.asset.Name.Schema})
	confidence := 1.0
	for _, p := range problems {
		if p.Code != check.TypeMismatch && p.Code != check.FunctionNotFound {
			return nil
		}
		confidence = 0.8
	}
	g := lineage.Trace(q, info)
	out := make([]catalog.EdgeClaim, 0, len(g.Outputs))
	shared := map[lineage.Source]bool{}
	from := func(name string) catalog.ID { return r.id(catalog.ParseName(name, "", "")) }
	for _, s := range g.Shared {
		shared[s] = true
		out = append(out, catalog.EdgeClaim{From: from(s.Table), FromColumn: s.Column, Type: "indirect", Confidence: confidence})
	}
	for i, o := range g.Outputs {
		if i >= len(t.asset.Columns) {
			break
		}
		for _, s := range o.Inputs {
			if s.Kind != lineage.Direct && shared[s] {
				continue // said once for the table
			}
			e := catalog.EdgeClaim{From: from(s.Table), FromColumn: s.Column, ToColumn: t.asset.Columns[i].Name, Type: string(s.Kind), Confidence: confidence}
			if s.Kind == lineage.Direct {
				e.Subtype = map[lineage.Transform]string{lineage.Identity: "identity", lineage.Changed: "transformation", lineage.Aggregated: "aggregation"}[o.Transform]
			}
			out = append(out, e)
		}
	}
	if len(out) == 0 { // count(*) alone names no column
		for _, u := range info.Tables {
			out = append(out, catalog.EdgeClaim{From: from(u.Table.String()), Confidence: confidence})
		}
	}
	return out
}
