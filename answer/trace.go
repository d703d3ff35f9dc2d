package answer

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// Traced is one step of the way from an output column back to where its data begin: a table that was read, and what
// feeds it, through jobs to topics and operational tables. Columns are empty where their lineage is not recorded.
type Traced struct {
	Output string `json:"output"`
	Hop    int    `json:"hop"` // 1 is what feeds a table that was read
	catalog.Step
}

// maxTraced is how many steps of one output are told.
const maxTraced = 100

// trace follows every output column to where its data begin. What is known to feed other columns only is left out.
func (c *composer) trace() {
	for _, l := range c.o.Lineage {
		read := map[string][]string{}
		var tables []string
		for _, in := range l.Inputs {
			if !slices.Contains(tables, in.Table) {
				tables = append(tables, in.Table)
			}
			if in.Column != "" && in.Kind == "direct" {
				read[in.Table] = append(read[in.Table], in.Column)
			}
		}
		n := 0
		for _, t := range tables {
			a := c.snap.Asset(t)
			if a == nil {
				continue
			}
			columns := read[t]
			if len(columns) == 0 { // it only filters or is counted: its rows matter
				continue
			}
			for _, r := range c.snap.Upstream(a, columns) {
				if !r.OnPath() || n >= maxTraced {
					continue
				}
				for _, s := range r.Steps {
					n++
					c.o.Trace = append(c.o.Trace, Traced{Output: l.Output, Hop: r.Hops, Step: s})
				}
			}
		}
	}
}

// Names are how a step is read: what feeds what, with columns where they are known.
func (t Traced) Names() (to, from string) {
	return columned(t.To, t.ToColumn), columned(t.From, t.FromColumn)
}

func columned(asset, column string) string {
	switch {
	case column == "":
		return asset
	case strings.Contains(asset, "://"):
		return asset + " " + column
	}
	return asset + "." + column
}
