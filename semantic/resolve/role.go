package resolve

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// InRole finds a field as Field does, and also by the role that its dataset plays: relationship.field, where
// the field is one of the dataset that the relationship leads to or of one that has a single way from there.
// The path is empty where no role was named. A dataset's own name goes before a relationship's.
func InRole(m *model.Model, g *plan.Graph, metrics []*model.Metric, name string) (*model.Field, plan.Path, error) {
	role, bare, dotted := strings.Cut(name, ".")
	if !dotted || len(m.Field(name)) > 0 {
		f, err := Field(m, g, metrics, name)
		return f, nil, err
	}
	var roles []*model.Relationship
	for _, r := range m.Relationships {
		if strings.EqualFold(r.Name, role) && reachesAll(g, metrics, r.From) {
			roles = append(roles, r)
		}
	}
	switch len(roles) {
	case 0:
		f, err := Field(m, g, metrics, name)
		return f, nil, err
	case 1:
	default:
		return nil, nil, fmt.Errorf("%q is the name of %d relationships that lead on from %s; rename one", role, len(roles), metrics[0].Name)
	}
	var f *model.Field
	var path plan.Path
	for _, c := range m.Field(bare) {
		p, problem := g.Via(roles[0], c.Dataset)
		switch {
		case problem != nil:
		case f == nil || len(p) < len(path):
			f, path = c, p
		case len(p) == len(path):
			return nil, nil, fmt.Errorf("%q could be %s or %s; rename one", name, f, c)
		}
	}
	if f == nil {
		return nil, nil, fmt.Errorf("%s leads to %s, which has no field %q, nor has what a single way leads to from there", role, roles[0].To.Name, bare)
	}
	return f, path, nil
}

// reachesAll says whether a many-to-one path leads from each metric's facts to a dataset.
func reachesAll(g *plan.Graph, metrics []*model.Metric, d *model.Dataset) bool {
	for _, x := range metrics {
		if reach(g, x, &model.Field{Dataset: d}) >= unreachable {
			return false
		}
	}
	return true
}
