package datahub

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// kinds are those that subTypes may name.
var kinds = map[string]catalog.Kind{
	"table": catalog.Table, "view": catalog.ViewKind, "materialized view": catalog.ViewKind, "topic": catalog.Topic, "explore": catalog.Explore, "model": catalog.ModelKind, "stream": catalog.Stream,
	"external table": catalog.Table, "incremental": catalog.Table, "ephemeral": catalog.ModelKind, "seed": catalog.Table, "snapshot": catalog.Table,
}

func (b *builder) dataset(t *thing) error {
	c := b.claim(t)
	d, ok := parseDataset(t.urn)
	if !ok {
		b.rep.Skip(t.urn, "it is no URN of a dataset, which has a platform, a name and an environment")
		return nil
	}
	c.Platform, c.Env = d.platform, d.env
	var p properties
	b.read(t, "datasetProperties", &p, c.Custom)
	var e editable
	b.read(t, "editableDatasetProperties", &e, nil)
	// What people wrote in DataHub itself stands over what was read from the system.
	c.Description, c.Native = cmp.Or(e.Description, p.Description), cmp.Or(p.Qualified, d.name)
	set(c.Custom, "name", cmp.Or(e.Name, p.Name))
	customs(&c, p.Custom)
	links(&c, p.URL)
	c.Tags = append(c.Tags, p.Tags...)
	b.columns(t, &c)
	var st subTypes
	b.read(t, "subTypes", &st, nil)
	for _, name := range st.Names {
		c.Kind = cmp.Or(c.Kind, kinds[strings.ToLower(name)])
	}
	if c.Kind == "" && d.platform == "kafka" {
		c.Kind = catalog.Topic
	}
	if t.aspects["viewProperties"] != nil {
		var v viewProperties
		b.read(t, "viewProperties", &v, nil)
		c.Kind = cmp.Or(c.Kind, catalog.ViewKind)
		if d.platform == "trino" && strings.EqualFold(v.Language, "SQL") {
			c.ViewSQL = v.Logic
		}
	}
	// dbt's models and the tables that they make, a Delta table and its name in a catalog: the same data.
	var sib siblings
	b.read(t, "siblings", &sib, nil)
	for _, s := range sib.Siblings {
		if s != t.urn {
			c.Aliases = append(c.Aliases, catalog.ID{Namespace: "urn", Name: s})
		}
	}
	var u upstreams
	b.read(t, "upstreamLineage", &u, nil)
	for _, x := range u.Upstreams {
		if x.Dataset == "" {
			continue
		}
		c.Upstream = append(c.Upstream, catalog.EdgeClaim{From: b.names.id(x.Dataset), Subtype: strings.ToLower(x.Type), FirstSeen: loose.Millis(x.Created.Time), LastSeen: loose.Millis(x.Audit.Time)})
	}
	for _, f := range u.Fine {
		c.Upstream = append(c.Upstream, b.fine(f, t.urn, "")...)
	}
	b.operations(t, &c)
	b.usage(t, &c)
	b.profile(t, &c)
	return b.give(c)
}

func (b *builder) columns(t *thing, c *catalog.Claim) {
	var s schema
	b.read(t, "schemaMetadata", &s, nil)
	var es editableSchema
	b.read(t, "editableSchemaMetadata", &es, nil)
	primary, foreign := map[string]bool{}, map[string]bool{}
	for _, k := range s.PrimaryKeys {
		primary[fieldPath(k)] = true
	}
	for _, k := range s.Foreign {
		for _, f := range k.Source {
			if _, path, ok := parseField(f); ok {
				foreign[path] = true
			}
		}
	}
	at := map[string]int{}
	for _, f := range s.Fields {
		path := fieldPath(f.Path)
		if path == "" { // the whole of a key that is no record
			path = "key"
		}
		if _, taken := at[path]; taken && isKeyField(f.Path) {
			path = "key." + path
		}
		if _, taken := at[path]; taken {
			continue // a branch of a union: the first one stands for all
		}
		col := catalog.ColumnClaim{Path: path, NativeType: f.Native, Nullable: f.Nullable, Description: cmp.Or(f.Description, f.Label), Tags: b.tags(f.Tags), Terms: b.terms(f.Terms)}
		switch {
		case f.Key || primary[path]:
			col.Key = "primary"
		case f.Partition != nil && *f.Partition:
			col.Key = "partition"
		case foreign[path]:
			col.Key = "foreign"
		}
		at[path] = len(c.Columns)
		c.Columns = append(c.Columns, col)
	}
	for _, f := range es.Fields {
		path := fieldPath(f.Path)
		i, ok := at[path]
		if !ok {
			i = len(c.Columns)
			at[path] = i
			c.Columns = append(c.Columns, catalog.ColumnClaim{Path: path})
		}
		col := &c.Columns[i]
		col.Description = cmp.Or(f.Description, col.Description)
		for _, tag := range b.tags(f.Tags) {
			if !slices.Contains(col.Tags, tag) {
				col.Tags = append(col.Tags, tag)
			}
		}
		for _, term := range b.terms(f.Terms) {
			if !slices.Contains(col.Terms, term) {
				col.Terms = append(col.Terms, term)
			}
		}
	}
	for i := range c.Columns {
		c.Columns[i].PII = loose.PII(c.Columns[i].Tags, c.Columns[i].Terms)
	}
}

// writes are the operations that change data.
var writes = map[string]bool{"INSERT": true, "UPDATE": true, "DELETE": true, "CREATE": true}

// operations reads the newest writes, one of each kind.
func (b *builder) operations(t *thing, c *catalog.Claim) {
	seen := map[string]bool{}
	for _, raw := range newestEvents(t.events["operation"], maxEvents) {
		var o operation
		if !b.decode(t, "operation", raw, &o, nil) || !writes[o.Type] || seen[o.Type] {
			continue
		}
		at := loose.Millis(cmp.Or(o.Updated, o.At))
		if at.IsZero() {
			continue
		}
		seen[o.Type] = true
		ob := catalog.Observation{Kind: catalog.Updated, At: at, Detail: strings.ToLower(o.Type)}
		if o.Part.Type == "PARTITION" {
			ob.Partition = o.Part.Partition
		}
		c.Observed = append(c.Observed, ob)
	}
}

// usageDays is the window that usage is summed over, counted back from the newest bucket.
const usageDays = 30

// usage sums the buckets of the window. Users of several days cannot be told apart: the busiest day's count.
func (b *builder) usage(t *thing, c *catalog.Claim) {
	buckets := newestEvents(t.events["datasetUsageStatistics"], maxEvents)
	if len(buckets) == 0 {
		return
	}
	from := loose.Millis(stamp(buckets[0])).AddDate(0, 0, -usageDays+1)
	sum := &catalog.Usage{Days: usageDays, Columns: map[string]int64{}}
	seen := map[time.Time]bool{}
	for _, raw := range buckets {
		var u usage
		if !b.decode(t, "datasetUsageStatistics", raw, &u, nil) {
			continue
		}
		at := loose.Millis(u.At)
		if at.IsZero() || at.Before(from) || seen[at] || u.Grain.Unit != "" && u.Grain.Unit != "DAY" && u.Grain.Unit != "HOUR" {
			continue
		}
		seen[at] = true
		if sum.Until.IsZero() {
			sum.Until = at.AddDate(0, 0, 1)
		}
		if u.Queries != nil {
			sum.Queries += max(*u.Queries, 0)
		}
		if u.Users != nil {
			sum.Users = max(sum.Users, *u.Users)
		}
		for _, f := range u.Fields {
			sum.Columns[fieldPath(f.Path)] += f.Count
		}
	}
	if len(sum.Columns) == 0 {
		sum.Columns = nil
	}
	if len(seen) > 0 {
		c.Usage = sum
	}
}

func (b *builder) profile(t *thing, c *catalog.Claim) {
	for _, raw := range newestEvents(t.events["datasetProfile"], 1) {
		var p profile
		if b.decode(t, "datasetProfile", raw, &p, nil) {
			c.Rows, c.Bytes = p.Rows, p.Bytes
		}
	}
}
