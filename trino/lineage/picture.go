package lineage

import (
	"fmt"
	"sort"
	"strings"
)

// Tree draws each output with its sources below it, and what filters, joins, groups or sorts once at the
// end.
func (g Graph) Tree() string {
	var b strings.Builder
	root := g.Target
	if root == "" {
		root = "result"
	}
	b.WriteString(clean(root) + "\n")
	n := len(g.Outputs)
	if len(g.Shared) > 0 {
		n++
	}
	branch := func(i int, text string, sources []Source) {
		stem, below := "├─ ", "│  "
		if i == n-1 {
			stem, below = "└─ ", "   "
		}
		b.WriteString(stem + clean(text) + "\n")
		for j, s := range sources {
			leaf := "├─ "
			if j == len(sources)-1 {
				leaf = "└─ "
			}
			b.WriteString(below + leaf + clean(s.Table+"."+s.Column) + "\n")
		}
	}
	for i, o := range g.Outputs {
		var own []Source
		for _, s := range o.Inputs {
			if s.Kind == Direct {
				own = append(own, s)
			}
		}
		branch(i, o.Name, own)
	}
	if len(g.Shared) > 0 {
		branch(n-1, "(rows)", g.Shared)
	}
	return b.String()
}

// clean keeps what could move a terminal's cursor out of names.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '�'
		}
		return r
	}, s)
}

// DOT draws the graph for Graphviz: a box with its columns for every table and for the result, an arrow
// for every direct source, dashed ones from tables whose columns only decide about rows.
func (g Graph) DOT() string {
	target := g.Target
	if target == "" {
		target = "result"
	}
	columns := map[string]map[string]bool{}
	add := func(s Source) {
		if columns[s.Table] == nil {
			columns[s.Table] = map[string]bool{}
		}
		columns[s.Table][s.Column] = true
	}
	for _, t := range g.Tables {
		if columns[t.Name] == nil {
			columns[t.Name] = map[string]bool{}
		}
	}
	for _, o := range g.Outputs {
		for _, s := range o.Inputs {
			add(s)
		}
	}
	tables := make([]string, 0, len(columns))
	for t := range columns {
		tables = append(tables, t)
	}
	sort.Strings(tables)
	node, port := map[string]string{}, map[string]string{}
	var b strings.Builder
	b.WriteString("digraph lineage {\n  rankdir=LR;\n  node [shape=plaintext];\n")
	box := func(id, title string, names []string, key string) {
		fmt.Fprintf(&b, "  %s [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\"><tr><td><b>%s</b></td></tr>", id, escape(title))
		for i, n := range names {
			p := fmt.Sprintf("c%d", i)
			port[key+"\x00"+n] = id + ":" + p
			fmt.Fprintf(&b, "<tr><td port=%q>%s</td></tr>", p, escape(n))
		}
		b.WriteString("</table>>];\n")
	}
	for i, t := range tables {
		names := make([]string, 0, len(columns[t]))
		for c := range columns[t] {
			names = append(names, c)
		}
		sort.Strings(names)
		node[t] = fmt.Sprintf("t%d", i)
		box(node[t], t, names, t)
	}
	fmt.Fprintf(&b, "  out [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\"><tr><td port=\"rows\"><b>%s</b></td></tr>", escape(target))
	for i, o := range g.Outputs {
		fmt.Fprintf(&b, "<tr><td port=\"o%d\">%s</td></tr>", i, escape(o.Name))
	}
	b.WriteString("</table>>];\n")
	for i, o := range g.Outputs {
		for _, s := range o.Inputs {
			if s.Kind == Direct {
				fmt.Fprintf(&b, "  %s -> out:o%d;\n", port[s.Table+"\x00"+s.Column], i)
			}
		}
	}
	for _, s := range g.Shared {
		fmt.Fprintf(&b, "  %s -> out:rows [style=dashed];\n", port[s.Table+"\x00"+s.Column])
	}
	b.WriteString("}\n")
	return b.String()
}

// escape makes text for a label of Graphviz.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(clean(s))
}
