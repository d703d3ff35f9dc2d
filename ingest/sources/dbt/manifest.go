package dbt

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// manifest reads the nodes and what is made of them.
func (r *reading) manifest(name string) error {
	return r.walk(name, func(key string, dec *json.Decoder) error {
		each := func(f func(unique string, raw json.RawMessage) error) error {
			return loose.Entries(dec, func(unique string, raw json.RawMessage) error {
				r.rep.Records++
				return f(unique, raw)
			})
		}
		switch key {
		case "nodes", "sources":
			return each(func(unique string, raw json.RawMessage) error { return r.node(name, key, unique, raw) })
		case "exposures":
			return each(func(unique string, raw json.RawMessage) error { return r.exposure(name, unique, raw) })
		case "metrics":
			return each(func(unique string, raw json.RawMessage) error { return r.metric(name, unique, raw) })
		case "semantic_models":
			return each(func(unique string, raw json.RawMessage) error { r.rep.Count("semantic_model"); return nil })
		case "groups", "saved_queries", "unit_tests", "macros", "docs", "functions", "selectors":
			kind := strings.TrimSuffix(strings.Replace(key, "queries", "querys", 1), "s")
			return loose.Entries(dec, func(string, json.RawMessage) error { r.rep.Count(kind); return nil })
		case "metadata", "parent_map", "child_map", "group_map", "disabled":
			return loose.Skip(dec)
		}
		r.rep.Unknowns(key)
		return loose.Skip(dec)
	})
}

func (r *reading) node(file, section, unique string, raw json.RawMessage) error {
	var n node
	extra := map[string]string{}
	if err := loose.Decode(raw, &n, loose.Notes{Report: &r.rep, Where: section, Custom: extra}); err != nil {
		return err
	}
	n.ID = cmp.Or(n.ID, unique)
	n.Type = cmp.Or(n.Type, strings.TrimSuffix(section, "s"))
	r.rep.Count(n.Type)
	n.sanitize()
	switch n.Type {
	case "test":
		return r.test(file, &n, raw)
	case "model", "seed", "snapshot", "source":
	default: // analyses, operations: nothing is kept of them in a database
		return nil
	}
	me := r.names[unique]
	c := catalog.Claim{Provenance: r.provenance(file, unique, raw, r.meta), About: r.of(unique), Part: "manifest:" + unique, Custom: extra}
	if c.About != r.urn(unique) {
		c.Aliases = []catalog.ID{r.urn(unique)}
	}
	c.Native, c.Platform = cmp.Or(n.Relation, c.About.Name), r.meta.Adapter
	c.Description = n.Description
	c.Kind = kindOf(&n)
	c.Tags = tags(n.Tags, n.Config.Tags)
	all := n.Meta.with(n.Config.Meta)
	if n.Type == "source" {
		all = n.SourceMeta.with(all)
		set(c.Custom, "loader", n.Loader)
		set(c.Custom, "source", n.SourceName)
		c.Description = cmp.Or(c.Description, n.SourceDesc)
		r.freshnessOf(&c, cmp.Or(n.Config.Freshness, n.Freshness), cmp.Or(n.Config.LoadedAt, n.LoadedAt))
	}
	r.about(&c, all, cmp.Or(n.Config.Group, n.Group))
	set(c.Custom, "materialized", n.Config.Materialized)
	set(c.Custom, "access", cmp.Or(n.Config.Access, n.Access))
	set(c.Custom, "file", n.File)
	set(c.Custom, "package", n.Package)
	if n.Contract.Enforced || n.Config.Contract.Enforced {
		set(c.Custom, "contract", "enforced")
	}
	r.lifecycle(&c, &n)
	c.Columns = columns(&n, r.meta.Adapter)
	r.upstream(&c, &n, me)
	if c.Kind == catalog.ViewKind && r.meta.Adapter == "trino" {
		c.ViewSQL = n.sql()
	}
	return r.emit(c)
}

// sanitize puts right what other adapters write in place of nothing.
func (n *node) sanitize() {
	if n.Relation == "None" {
		n.Relation = ""
	}
}

func kindOf(n *node) catalog.Kind {
	switch n.Config.Materialized {
	case "view":
		return catalog.ViewKind
	case "ephemeral":
		return catalog.ModelKind
	}
	if n.Type == "source" {
		return "" // dbt does not know
	}
	return catalog.Table
}

func set(m map[string]string, key, value string) {
	if value != "" && len(value) <= 500 {
		m[key] = value
	}
}

func tags(lists ...loose.Texts) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// with adds what o says; it wins.
func (m meta) with(o meta) meta {
	if len(m) == 0 {
		return o
	}
	out := meta{}
	for k, v := range m {
		out[k] = v
	}
	for k, v := range o {
		out[k] = v
	}
	return out
}

// ownerKeys are the words under which people write owners into meta, and the roles that they mean.
var ownerKeys = []struct{ key, role string }{
	{"owner", catalog.Technical}, {"owners", catalog.Technical}, {"technical_owner", catalog.Technical}, {"business_owner", catalog.Business},
	{"data_steward", catalog.Steward}, {"steward", catalog.Steward}, {"model_maturity_owner", catalog.OtherRole},
}

// about reads what stands in meta, and the owners of the group.
func (r *reading) about(c *catalog.Claim, m meta, group string) {
	for _, k := range ownerKeys {
		for _, who := range people(m[k.key]) {
			c.Owners = append(c.Owners, catalog.Ownership{Principal: who, Role: k.role, SourceRole: "meta." + k.key})
		}
	}
	if group != "" {
		if who := r.groups[group].principal(); who != "" {
			c.Owners = append(c.Owners, catalog.Ownership{Principal: who, Role: catalog.Technical, SourceRole: "group " + group})
		}
	}
	c.Domain = m.text("domain")
	switch t := catalog.Tier(strings.ToLower(m.text("tier"))); t {
	case catalog.Certified, catalog.Trusted, catalog.Raw, catalog.Deprecated:
		c.Tier = t
	}
	if m.text("certified") == "true" {
		c.Tier = catalog.Certified
	}
	for key := range m {
		if len(key) < 60 {
			set(c.Custom, "meta."+key, m.text(key))
		}
	}
}

// people reads an owner: a name, an object with a name or mail address, or a list of such.
func people(raw json.RawMessage) []string {
	if len(raw) == 0 {
		return nil
	}
	var out []string
	switch raw[0] {
	case '[':
		var all []json.RawMessage
		if json.Unmarshal(raw, &all) == nil {
			for _, one := range all {
				if len(one) > 0 && one[0] != '[' {
					out = append(out, people(one)...)
				}
			}
		}
	case '{':
		var p person
		if json.Unmarshal(raw, &p) == nil && p.principal() != "" {
			out = append(out, p.principal())
		}
	default:
		var t loose.Text
		if t.UnmarshalJSON(raw) == nil && t != "" {
			out = append(out, string(t))
		}
	}
	return out
}

// lifecycle reads the date from which a version of a model should no longer be used.
func (r *reading) lifecycle(c *catalog.Claim, n *node) {
	if n.Deprecated == "" {
		return
	}
	at, ok := loose.Day(n.Deprecated)
	if !ok {
		r.clock.Bad++
		return
	}
	c.Deprecation = &catalog.Lifecycle{Deprecated: true, Decommission: at, Note: "dbt deprecation_date " + at.Format(time.DateOnly)}
	if n.Latest != "" && n.Latest != n.Version {
		if latest := strings.TrimSuffix(n.ID, ".v"+string(n.Version)) + ".v" + string(n.Latest); r.names[latest] != nil {
			c.Deprecation.Replacement = r.of(latest)
		}
	}
}

// units of dbt's periods.
var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

func (p period) duration() time.Duration {
	if p.Count == nil || *p.Count < 0 || *p.Count > 1e6 {
		return 0
	}
	return time.Duration(*p.Count * float64(units[strings.TrimSuffix(p.Period, "s")]))
}

func (r *reading) freshnessOf(c *catalog.Claim, f *freshness, column string) {
	if f == nil {
		return
	}
	s := catalog.SLA{Kind: "freshness", Within: f.Error.duration(), Warn: f.Warn.duration(), Element: column}
	if s.Within == 0 && s.Warn == 0 {
		return
	}
	if s.Within == 0 { // only a warning is promised: being older is still not kept
		s.Within, s.Text = s.Warn, "warn_after"
	}
	if f.Filter != "" {
		s.Text = strings.TrimSpace(s.Text + " where " + loose.Short(f.Filter))
	}
	c.SLAs = append(c.SLAs, s)
}

func columns(n *node, adapter string) []catalog.ColumnClaim {
	keys := map[string]string{}
	for _, c := range n.Constraints {
		if c.Type == "primary_key" {
			for _, col := range c.Columns {
				keys[strings.ToLower(col)] = "primary"
			}
		}
	}
	for _, col := range n.PrimaryKey {
		keys[strings.ToLower(col)] = "primary"
	}
	var out []catalog.ColumnClaim
	for name, c := range n.Columns {
		m := c.Meta.with(c.Config.Meta)
		col := catalog.ColumnClaim{Path: cmp.Or(c.Name, name), NativeType: c.Type, Description: c.Description, Tags: tags(c.Tags, c.Config.Tags), Key: keys[strings.ToLower(cmp.Or(c.Name, name))]}
		if adapter == "trino" || adapter == "athena" {
			col.Type = c.Type
		}
		for _, k := range c.Constraints {
			switch k.Type {
			case "not_null":
				no := false
				col.Nullable = &no
			case "primary_key":
				col.Key = "primary"
			case "foreign_key":
				col.Key = cmp.Or(col.Key, "foreign")
			}
		}
		col.PII, col.Class = loose.PII(m.text("pii"), m.text("contains_pii"), col.Tags), cmp.Or(m.text("classification"), m.text("data_classification"))
		col.Unit = m.text("unit")
		out = append(out, col)
	}
	slices.SortFunc(out, func(a, b catalog.ColumnClaim) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func (r *reading) upstream(c *catalog.Claim, n *node, me *named) {
	job := r.urn(n.ID).String()
	for _, from := range n.DependsOn.Nodes {
		c.Upstream = append(c.Upstream, catalog.EdgeClaim{From: r.of(from), Job: job})
	}
	if me != nil && !r.NoColumns && len(n.DependsOn.Nodes) > 0 && n.sql() != "" {
		edges := r.tables.lineage(r, n)
		for i := range edges {
			edges[i].Job = job
		}
		if len(edges) > 0 {
			r.rep.Count("models with column lineage")
		}
		c.Upstream = append(c.Upstream, edges...)
	}
}

func (r *reading) exposure(file, unique string, raw json.RawMessage) error {
	e := exposure{}
	extra := map[string]string{}
	if err := loose.Decode(raw, &e, loose.Notes{Report: &r.rep, Where: "exposures", Custom: extra}); err != nil {
		return err
	}
	r.rep.Count("exposure")
	c := catalog.Claim{Provenance: r.provenance(file, unique, raw, r.meta), About: r.urn(unique), Part: "manifest:" + unique, Kind: catalog.Dashboard,
		Native: cmp.Or(e.Label, e.Name), Description: e.Description, Tags: tags(e.Tags, e.Config.Tags), Custom: extra}
	r.about(&c, e.Meta.with(e.Config.Meta), "")
	if who := e.Owner.principal(); who != "" {
		c.Owners = append(c.Owners, catalog.Ownership{Principal: who, Role: catalog.OtherRole, SourceRole: "exposure owner"})
	}
	if e.URL != "" {
		c.Links = []catalog.Link{{Text: cmp.Or(e.Label, e.Name), URL: e.URL}}
	}
	set(c.Custom, "type", e.Kind)
	set(c.Custom, "maturity", e.Maturity)
	for _, from := range e.DependsOn.Nodes {
		c.Upstream = append(c.Upstream, catalog.EdgeClaim{From: r.of(from)})
	}
	return r.emit(c)
}
