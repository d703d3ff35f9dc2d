package plan

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic/model"
)

// Place is where a dataset stands in a FROM clause. A dataset that is joined in two roles, as the
// customer who ordered and the one who paid, stands in two places, each with rows of its own.
type Place struct {
	Dataset *model.Dataset
	Role    string // the relationships that lead there where they were named; empty on the only way
	Name    string // of a role: the first of them, which says for people what the role is
}

// Join is one step of a FROM clause.
type Join struct {
	Rel      *model.Relationship
	From, To Place
}

// From is a base dataset and its joins, each after the one that it hangs on.
type From struct {
	Base  *model.Dataset
	Joins []Join
	// alone are the named ways that are the only one: what stands there also goes by no role.
	alone map[string]bool
}

// At is the place of a dataset that was reached by the named relationships, none for the only way.
func (f *From) At(d *model.Dataset, via Path) Place {
	if len(via) == 0 || f.alone[via.role()] {
		return Place{Dataset: d}
	}
	return Place{Dataset: d, Role: via.role(), Name: via[0].Name}
}

// To is the part of the clause that leads to one place.
func (f *From) To(at Place) From {
	out := From{Base: f.Base, alone: f.alone}
	for at != (Place{Dataset: f.Base}) {
		i := slices.IndexFunc(f.Joins, func(j Join) bool { return j.To == at })
		if i < 0 {
			break
		}
		out.Joins = append([]Join{f.Joins[i]}, out.Joins...)
		at = f.Joins[i].From
	}
	return out
}

// add appends the joins along a path whose last steps are those that were named.
func (f *From) add(path Path, via Path) {
	at := Place{Dataset: f.Base}
	for i, r := range path {
		to := Place{Dataset: r.To}
		if named := i - (len(path) - len(via)); named >= 0 {
			to = f.At(r.To, via[:named+1])
		}
		j := Join{Rel: r, From: at, To: to}
		if !slices.Contains(f.Joins, j) {
			f.Joins = append(f.Joins, j)
		}
		at = to
	}
}

// merge takes over the joins of another clause over the same base.
func (f *From) merge(o From) {
	for _, j := range o.Joins {
		if !slices.Contains(f.Joins, j) {
			f.Joins = append(f.Joins, j)
		}
	}
	for k := range o.alone {
		if f.alone == nil {
			f.alone = map[string]bool{}
		}
		f.alone[k] = true
	}
}

// role is the key of a named way.
func (p Path) role() string {
	var names []string
	for _, r := range p {
		names = append(names, r.From.Name+"."+r.Name)
	}
	return strings.Join(names, " ")
}

// Via is the path that names a field's role: the relationships that the asker named, then the only way
// from there to the field's dataset.
func (g *Graph) Via(role *model.Relationship, to *model.Dataset) (Path, *Problem) {
	rest, p := g.path(role.To, to)
	if p != nil {
		return nil, p
	}
	return append(Path{role}, rest...), nil
}

// want is a dataset that a fact needs, by the named way or the only one.
type want struct {
	dataset *model.Dataset
	via     Path
}

// reaches says whether a base can be split by a dataset in a role.
func (g *Graph) reaches(base *model.Dataset, w want) bool {
	if len(w.via) > 0 {
		return g.Reaches(base, w.via[0].From)
	}
	return g.Reaches(base, w.dataset)
}

// way is the whole path from a base, and whether the named end of it is the only way there is.
func (g *Graph) way(base *model.Dataset, w want) (path Path, alone bool, p *Problem) {
	if len(w.via) == 0 {
		path, p = g.path(base, w.dataset)
		return path, false, p
	}
	if path, p = g.path(base, w.via[0].From); p != nil {
		return nil, false, p
	}
	path = append(slices.Clone(path), w.via...)
	ways := g.Paths(base, w.dataset)
	return path, len(ways) == 1 && slices.Equal(ways[0], path), nil
}

func wants(ds []*model.Dataset) []want {
	var out []want
	for _, d := range ds {
		out = append(out, want{dataset: d})
	}
	return out
}
