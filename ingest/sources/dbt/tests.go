package dbt

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// test reads a test: a check of what it is attached to.
func (r *reading) test(file string, n *node, raw json.RawMessage) error {
	t := &test{on: r.attached(n)}
	t.check = catalog.Check{ID: n.ID, Column: cmp.Or(n.ColumnName, string(n.Test.Args["column_name"])), Type: n.Test.Name, Expression: n.Name}
	if n.Test.Namespace != "" {
		t.check.Type = n.Test.Namespace + "." + n.Test.Name
	}
	if n.Test.Name == "" {
		t.check.Type = "singular"
	}
	switch strings.ToLower(n.Config.Severity) {
	case "error", "": // error is what dbt takes where nothing is written
		t.check.Severity = "high"
	case "warn":
		t.check.Severity = "medium"
	}
	if me := r.names[n.ID]; me != nil {
		me.test = t
	}
	c := catalog.Claim{Provenance: r.provenance(file, n.ID, raw, r.meta), Part: "manifest:" + n.ID, Checks: []catalog.Check{t.check}}
	for _, on := range t.on {
		c.About = r.of(on)
		if err := r.emit(c); err != nil {
			return err
		}
	}
	if len(t.on) == 0 {
		r.rep.Skip(n.ID, "the test is attached to nothing that the manifest has")
	}
	return nil
}

// ref finds the model in get_where_subquery(ref('orders')).
var ref = regexp.MustCompile(`(?:ref|source)\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?`)

// attached finds what a test checks. Later versions say so; before that it is the one node that it depends on,
// or the one that its argument model names; a test of one's own checks all that it reads.
func (r *reading) attached(n *node) []string {
	if n.Attached != "" {
		return []string{n.Attached}
	}
	on := slices.DeleteFunc(slices.Clone(n.DependsOn.Nodes), func(u string) bool { return r.names[u] == nil })
	if len(on) < 2 {
		return on
	}
	if m := ref.FindStringSubmatch(string(n.Test.Args["model"])); m != nil {
		last := cmp.Or(m[2], m[1])
		for _, u := range on {
			if strings.HasSuffix(u, "."+last) || strings.Contains(u, "."+last+".v") {
				return []string{u}
			}
		}
	}
	return on
}
