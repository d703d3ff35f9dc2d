package lookml

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/internal/service"
)

// show is a tree on one line: key name{…}, key=text, key=[…].
func show(n *Node) string {
	var in []string
	for _, c := range n.Nodes {
		in = append(in, show(c))
	}
	key := n.Key
	if key != "" {
		key += "="
	}
	switch n.Kind {
	case Block:
		plus := ""
		if n.Refines {
			plus = "+"
		}
		return strings.TrimSpace(n.Key+" "+plus+n.Name) + "{" + strings.Join(in, " ") + "}"
	case List:
		return key + "[" + strings.Join(in, " ") + "]"
	case Code:
		return key + "`" + n.Text + "`"
	}
	if n.Quoted {
		return key + fmt.Sprintf("%q", n.Text)
	}
	return key + n.Text
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"nothing", "  # only a remark\n", "{}"},
		{"a view", "view: orders {\n  sql_table_name: shop.orders ;;\n  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }\n}",
			"{view orders{sql_table_name=`shop.orders` dimension id{primary_key=yes type=number sql=`${TABLE}.id`}}}"},
		{"a refinement", "view: +orders { measure: n { type: count } }", "{view +orders{measure n{type=count}}}"},
		{"a block without a name", "explore: o { always_filter: { filters: [o.day: \"7 days\", o.kind: \"-spam\"] } }",
			`{explore o{always_filter{filters=[o.day="7 days" o.kind="-spam"]}}}`},
		{"lists", "drill_fields: [id, orders.name, -orders.cost, set*,]\ntimeframes: []\nfields: [\n, a\n, b]\ninclude: \"/views/*.view\"",
			`{drill_fields=[id orders.name -orders.cost set*] timeframes=[] fields=[a b] include="/views/*.view"}`},
		{"what looks like LookML inside of SQL is SQL", "sql: SELECT '}' AS x -- # no remark: {% if a %}\n ;; html: <b>{{ value }}</b>;;",
			"{sql=`SELECT '}' AS x -- # no remark: {% if a %}` html=`<b>{{ value }}</b>`}"},
		{"a remark inside of a list and beside a value", "a: [x, # not y\n z] # end\nlabel: \"a # b: {c}\"", `{a=[x z] label="a # b: {c}"}`},
		{"a quote that is kept", `label: "say \"so\"\n"`, `{label="say \"so\"\\n"}`},
		{"the same key again", "suggestions: [a]\nsuggestions: [b]", "{suggestions=[a] suggestions=[b]}"},
		{"words of all kinds", "from: a.b a: 1.5 b: -3 fiscal_month_offset: -2 week_start_day: monday value: *", "{from=a.b a=1.5 b=-3 fiscal_month_offset=-2 week_start_day=monday value=*}"},
		{"a mark of the order of bytes", "\ufeffview: v {}", "{view v{}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse("f.lkml", []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(n); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"view: v {\n dimension: d {\n type: string\n", "f.lkml:4: the file ends inside of dimension d, which began in line 2; close it with }"},
		{"view: v { }\n}", "f.lkml:2: a } without its {"},
		{"view: v {\n sql: SELECT 1\n}", "f.lkml:2: sql has no end; write ;; behind it"},
		{"view v { }", "f.lkml:1: \"view\" should be followed by a colon, not by \"v { }\""},
		{"\n\nlabel: \"abc\nview: v { }", "f.lkml:3: a quoted text has no end"},
		{"fields: [a b]", "f.lkml:1: items of the list of fields are parted by commas; found \"b]\""},
		{"fields: [a,\n b", "f.lkml:2: the list of fields, which began in line 1, has no end; close it with ]"},
		{"fields: [a: ]", "f.lkml:1: a in the list of fields has no value"},
		{"label: }", "f.lkml:1: label has no value: \"}\" begins none"},
		{"label:", "f.lkml:1: label has no value"},
		{"- name: x", "f.lkml:1: a parameter should begin with a word, not with \"- name: x\""},
		{strings.Repeat("a: {", 100), "f.lkml:1: blocks stand more than 64 deep"},
	} {
		_, err := Parse("f.lkml", []byte(c.src))
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.src, err, c.want)
		}
	}
	if _, err := Parse("f.lkml", make([]byte, maxFile+1)); err == nil || !strings.Contains(err.Error(), "split it") {
		t.Errorf("a large file: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	n, err := Parse("f.lkml", []byte("view: v {\n  sql_table_name: a\n.b ;;\n  # c\n  dimension: d {\n    label: \"x\ny\"\n    type: string\n  }\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	v := n.Nodes[0]
	d := v.Last("dimension")
	if got, want := []int{v.Line, v.Last("sql_table_name").Line, d.Line, d.Last("label").Line, d.Last("type").Line}, []int{1, 2, 5, 6, 8}; !cmp.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
	if d.Value("type") != "string" || d.Value("sql") != "" || len(v.All("dimension")) != 1 {
		t.Errorf("%s", show(v))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("view: +v { sql: x ;; a: [b, c: \"d\"] e: { f: g } # h\n}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := Parse("f.lkml", src)
		if (n == nil) == (err == nil) {
			t.Errorf("node %v, error %v", n, err)
		}
	})
}

// counts are how many blocks a file has of each key, at any depth.
func counts(n *Node, into map[string]int) map[string]int {
	for _, c := range n.Nodes {
		if c.Kind == Block {
			into[c.Key]++
			counts(c, into)
		}
	}
	return into
}

// repeats says that a text stands twice under one key of a block.
func repeats(n *Node) bool {
	if n == nil {
		return false
	}
	seen := map[string]bool{}
	for _, c := range n.Nodes {
		if c.Kind == Text && seen[c.Key] || c.Kind == Block && repeats(c) {
			return true
		}
		seen[c.Key] = seen[c.Key] || c.Kind == Text
	}
	return false
}

const oracle = `
import json, sys, lkml
def walk(tree, into):
    for c in tree.items if hasattr(tree, "items") else tree.container.items:
        if type(c).__name__ == "BlockNode":
            key = c.type.value
            into[key] = into.get(key, 0) + 1
            if c.container: walk(c.container, into)
    return into
for line in sys.stdin:
    path = line.strip()
    try:
        print(json.dumps(walk(lkml.parse(open(path).read()).container, {})), flush=True)
    except Exception as e:
        print(json.dumps({"refused": 1}), flush=True)
`

// Every file is read, and has as many blocks of each kind as another reader finds: our own, and where they
// are at hand those that others wrote.
func TestCounts(t *testing.T) {
	shared := os.Getenv("LIMN_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	files := []string{filepath.Join("testdata", "shop.model.lkml")}
	for _, pattern := range []string{"*.lkml", "*/*.lkml", "*/*/*.lkml"} {
		found, err := filepath.Glob(filepath.Join(shared, "samples", "lookml", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	got, trees := map[string]map[string]int{}, map[string]*Node{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Parse(f, src)
		if err != nil {
			t.Error(err)
			continue
		}
		got[f], trees[f] = counts(n, map[string]int{}), n
	}
	cmd := exec.Command(service.Setting(t, "LIMN_TEST_LKML", `run eval "$(scripts/tools.sh)"`), "-c", oracle)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		want := map[string]int{}
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		if want["refused"] > 0 && repeats(trees[files[i]]) {
			continue // lkml keeps one value of a key and refuses a second; here both are kept, for the reader to judge
		}
		if d := cmp.Diff(want, got[files[i]]); d != "" {
			t.Errorf("%s (-lkml +limn):\n%s", files[i], d)
		}
	}
	t.Logf("%d files agree", len(files))
}
