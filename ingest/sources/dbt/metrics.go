package dbt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// metric reads a metric, in any of the three shapes that there were: with calculation_method and expression
// (until v9), with a measure of a semantic model, or with its aggregation in place (dbt 1.12).
func (r *reading) metric(file, unique string, raw json.RawMessage) error {
	var m metric
	extra := map[string]string{}
	if err := loose.Decode(raw, &m, loose.Notes{Report: &r.rep, Where: "metrics", Custom: extra}); err != nil {
		return err
	}
	r.rep.Count("metric")
	c := catalog.Claim{Provenance: r.provenance(file, unique, raw, r.meta), About: r.urn(unique), Part: "manifest:" + unique, Description: m.Description,
		Tags: tags(m.Tags, m.Config.Tags), Custom: extra}
	all := m.Meta.with(m.Config.Meta)
	r.about(&c, all, cmp.Or(m.Config.Group, m.Group))
	k := &catalog.MetricClaim{Name: m.Name, Label: m.Label, Domain: c.Domain, CodeRef: m.File, Unit: all.text("unit")}
	c.Metric = k
	if raw := all["synonyms"]; raw != nil {
		var s loose.Texts
		if s.UnmarshalJSON(raw) == nil {
			k.Synonyms = s
		}
	}
	set(c.Custom, "type", m.Type)
	var sql string
	switch p := &m.Params; {
	case p.Aggregation != nil && p.Aggregation.Agg != "":
		k.Agg, k.Time = p.Aggregation.Agg, p.Aggregation.Time
		sql = aggregate(k.Agg, cmp.Or(string(p.Expr), m.Name))
		r.onModel(k, p.Aggregation.Model)
	case p.Measure != nil:
		x, ok := r.meas[p.Measure.Name]
		if !ok {
			r.rep.Unknowns("metrics.type_params.measure (none of that name)")
			break
		}
		k.Agg, k.Time = x.Agg, cmp.Or(x.Time, r.models[x.model].Defaults.Time)
		sql = aggregate(x.Agg, cmp.Or(string(x.Expr), x.Name))
		k.Filters = p.Measure.Filter.texts()
		r.onModel(k, x.model)
	case p.Numerator != nil && p.Denominator != nil:
		sql = p.Numerator.Name + " / " + p.Denominator.Name
		k.Agg = "ratio"
	case m.Method != "" || m.SQL != "" || m.Expression != "":
		k.Agg, k.Time = cmp.Or(m.Method, m.Type), m.Timestamp
		sql = aggregate(k.Agg, cmp.Or(m.Expression, m.SQL))
		for _, f := range m.Filters {
			k.Filters = append(k.Filters, fmt.Sprintf("%s %s %s", f.Field, f.Operator, f.Value))
		}
		for _, u := range m.DependsOn.Nodes {
			k.Tables = append(k.Tables, r.of(u))
		}
	default:
		sql = string(p.Expr)
		k.Agg = m.Type
	}
	if sql != "" {
		k.Expressions = map[string]string{cmp.Or(r.meta.Adapter, "sql"): sql}
	}
	k.Filters = append(k.Filters, m.Filter.texts()...)
	return r.emit(c)
}

// onModel says which table the metric is computed of.
func (r *reading) onModel(k *catalog.MetricClaim, name string) {
	m := r.models[name]
	if m == nil {
		return
	}
	k.Time = cmp.Or(k.Time, m.Defaults.Time)
	id := r.relation(slim{Relation: m.Relation.Relation, Database: m.Relation.Database, Schema: m.Relation.Schema, Alias: m.Relation.Alias})
	if !id.IsZero() && !slices.Contains(k.Tables, id) {
		k.Tables = append(k.Tables, id)
	}
}

// aggregate writes an aggregation of dbt as SQL.
func aggregate(agg, expr string) string {
	switch strings.ToLower(agg) {
	case "sum", "min", "max", "count", "avg", "median":
		return strings.ToLower(agg) + "(" + expr + ")"
	case "average":
		return "avg(" + expr + ")"
	case "count_distinct":
		return "count(DISTINCT " + expr + ")"
	case "sum_boolean":
		return "count_if(" + expr + ")"
	case "expression", "derived", "":
		return expr
	}
	return agg + "(" + expr + ")"
}

func (f *filter) texts() []string {
	if f == nil {
		return nil
	}
	var out []string
	for _, w := range f.Where {
		if w.SQL != "" {
			out = append(out, strings.TrimSpace(w.SQL))
		}
	}
	return out
}
