package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic/model"
)

// Path is a chain of many-to-one joins: following it can drop no row that a LEFT JOIN keeps and can
// never multiply one, which is why every join of a compiled query is one of these.
type Path []*model.Relationship

func (p Path) String() string {
	var out []string
	for _, r := range p {
		out = append(out, r.Name)
	}
	return strings.Join(out, " → ")
}

// Graph answers which dataset reaches which.
type Graph struct {
	out map[*model.Dataset][]*model.Relationship
}

// NewGraph indexes a model's relationships.
func NewGraph(m *model.Model) *Graph {
	g := &Graph{out: map[*model.Dataset][]*model.Relationship{}}
	for _, r := range m.Relationships {
		g.out[r.From] = append(g.out[r.From], r)
	}
	return g
}

// maxHops bounds a path; longer chains are hardly ever what people mean.
const maxHops = 6

// Paths returns all shortest join paths from one dataset to another; none when it is not reached, and
// one empty path to itself.
func (g *Graph) Paths(from, to *model.Dataset) []Path {
	if from == to {
		return []Path{{}}
	}
	layer := []Path{{}}
	at := func(p Path) *model.Dataset {
		if len(p) == 0 {
			return from
		}
		return p[len(p)-1].To
	}
	seen := map[*model.Dataset]bool{from: true}
	for range maxHops {
		var next, found []Path
		for _, p := range layer {
			for _, r := range g.out[at(p)] {
				if seen[r.To] {
					continue
				}
				q := append(slices.Clone(p), r)
				if r.To == to {
					found = append(found, q)
				}
				next = append(next, q)
			}
		}
		if len(found) > 0 {
			return found
		}
		for _, p := range next {
			seen[at(p)] = true
		}
		layer = next
	}
	return nil
}

// Reaches says whether a many-to-one path leads from one dataset to another.
func (g *Graph) Reaches(from, to *model.Dataset) bool { return len(g.Paths(from, to)) > 0 }

// path returns the one path, or says why there is none or which of several must be chosen.
func (g *Graph) path(from, to *model.Dataset) (Path, *Problem) {
	ps := g.Paths(from, to)
	switch len(ps) {
	case 0:
		return nil, &Problem{Code: NoPath, Message: fmt.Sprintf("%s has no join to %s that keeps each of its rows single", title(from), title(to)), From: from, To: to}
	case 1:
		return ps[0], nil
	}
	var names []string
	for _, p := range ps {
		names = append(names, p.String())
	}
	return nil, &Problem{Code: AmbiguousPath, Message: fmt.Sprintf("%s can be joined to %s in %d ways: %s", title(from), title(to), len(ps), strings.Join(names, "; ")), From: from, To: to, Ways: ps}
}

func title(d *model.Dataset) string {
	if d.Entity != nil {
		return d.Entity.Plural
	}
	return strings.ReplaceAll(d.Name, "_", " ")
}

// Apart names a relationship of the first of the ways that the others do not take: what to write before a
// field to mean that way. Empty when there are no two ways.
func (p *Problem) Apart() string {
	if len(p.Ways) < 2 {
		return ""
	}
	for _, r := range p.Ways[0] {
		if !slices.ContainsFunc(p.Ways[1:], func(o Path) bool { return slices.Contains(o, r) }) {
			return r.Name
		}
	}
	return ""
}
