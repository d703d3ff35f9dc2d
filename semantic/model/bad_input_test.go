package model

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/catalog"
)

// Files that are wrong in themselves, by malice or by accident: each is told with its file, and the line
// where there is one, and is told soon.
func TestBadFiles(t *testing.T) {
	const table = "lake.b.t"
	a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "b", Table: "t"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "x", Type: "bigint"}}}
	expr := func(s string) string { return "{dialects: [{dialect: ANSI_SQL, expression: \"" + s + "\"}]}" }
	head := "semantic_model:\n  - name: b\n    datasets:\n      - name: t\n        source: " + table + "\n        primary_key: [id]\n        fields:\n          - {name: x, expression: " + expr("x") + "}\n"
	laughs := "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	for _, c := range []struct{ name, file, says string }{
		{"too large a file", head + "        description: " + strings.Repeat("x", maxFile), "models/b/b.yaml: the file has"},
		{"anchors that explode", laughs + head, "models/b/b.yaml"},
		{"anchors that explode where a list of fields is", "x: &x [1]\n" + strings.Replace(head, "fields:", "unique_keys: [[*y]]\n        fields:", 1), "models/b/b.yaml"},
		{"derived metrics in a circle", head + "    metrics:\n      - {name: p, expression: " + expr("q + 1") + "}\n      - {name: q, expression: " + expr("p * 2") + "}\n", "models/b/b.yaml:10: metric \"p\" is set aside: its definition refers back to itself"},
		{"an aggregate in a row expression", strings.Replace(head, expr("x"), expr("SUM(x)"), 1), "models/b/b.yaml:8: field t.x is set aside"},
		{"no YAML", "semantic_model: [", "models/b/b.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			m, err := Load(fstest.MapFS{"models/b/b.yaml": {Data: []byte(c.file)}}, catalog.New([]*catalog.Asset{a}, nil, nil), nil)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			var told []string
			for _, i := range m.Issues {
				told = append(told, i.Error())
			}
			all := strings.Join(told, "\n")
			if err == nil && len(told) == 0 || !strings.Contains(all, c.says) {
				t.Errorf("told %.400q (error %.200v); want %q", all, err, c.says)
			}
		})
	}
}
