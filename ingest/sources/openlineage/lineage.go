package openlineage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// columnEdges are the edges of a columnLineage facet, sorted, without job and times.
func columnEdges(f *columnLineageFacet) []catalog.EdgeClaim {
	if f.Deleted {
		return nil
	}
	var out []catalog.EdgeClaim
	for to, in := range f.Fields {
		for _, i := range in.Inputs {
			if len(i.Transformations) == 0 && in.Type != "" { // until 1.1 it stood beside the list
				i.Transformations = []transformation{{Type: "DIRECT", Subtype: in.Type, Description: in.Description, Masking: strings.EqualFold(in.Type, "MASKED")}}
			}
			out = append(out, i.edges(to)...)
		}
	}
	for _, i := range f.Dataset { // what decides about whole rows: joins, filters, sorting
		for _, e := range i.edges("") {
			e.Type = cmp.Or(e.Type, "indirect")
			out = append(out, e)
		}
	}
	return sorted(out)
}

func (i inputField) edges(to string) []catalog.EdgeClaim {
	e := catalog.EdgeClaim{From: catalog.ID{Namespace: i.Namespace, Name: i.Name}, FromColumn: i.Field, ToColumn: to}
	if i.Name == "" {
		return nil
	}
	if len(i.Transformations) == 0 {
		return []catalog.EdgeClaim{e}
	}
	var out []catalog.EdgeClaim
	for _, t := range i.Transformations {
		e.Type, e.Subtype, e.Transform, e.Masked = strings.ToLower(t.Type), strings.ToLower(t.Subtype), t.Description, t.Masking
		out = append(out, e)
	}
	return out
}

// lineageEdges are the edges of the later lineage facet. An input that is a job says nothing of where data come
// from.
func lineageEdges(inputs []lineageInput, fields map[string]lineageFields) []catalog.EdgeClaim {
	var out []catalog.EdgeClaim
	add := func(to string, in []lineageInput) {
		for _, i := range in {
			if i.Type != "JOB" {
				out = append(out, i.edges(to)...)
			}
		}
	}
	add("", inputs)
	for to, f := range fields {
		add(to, f.Inputs)
	}
	return sorted(out)
}

func compareEdges(a, b catalog.EdgeClaim) int {
	masked := func(e catalog.EdgeClaim) int {
		if e.Masked {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.From.Key(), b.From.Key()), cmp.Compare(a.FromColumn, b.FromColumn), cmp.Compare(a.ToColumn, b.ToColumn), cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.Subtype, b.Subtype), cmp.Compare(a.Transform, b.Transform), cmp.Compare(a.Job, b.Job), cmp.Compare(a.From.String(), b.From.String()), cmp.Compare(masked(a), masked(b)))
}

func sorted(edges []catalog.EdgeClaim) []catalog.EdgeClaim {
	slices.SortFunc(edges, compareEdges)
	return slices.Compact(edges)
}

// id names a check of a dataset by what it checks.
func (a *assertion) id() string {
	id := a.Name
	if id == "" {
		id = a.Assertion
		if a.Column != "" {
			id += ":" + a.Column
		}
	}
	return id
}
