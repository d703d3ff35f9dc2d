package glossary

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
)

func read(t testing.TB, fsys fs.FS, patterns ...string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	s, err := New(Config{Name: "words", Files: fsys, Patterns: patterns, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error { claims = append(claims, c); return nil })
	return claims, rep, err
}

// line is a claim in one line, to be compared by eye.
func line(c catalog.Claim) string {
	var who []string
	for _, o := range c.Owners {
		who = append(who, o.Principal+" "+o.Role)
	}
	return fmt.Sprintf("%s | %s | %q | syn %v | in %q | inherits %v | related %v | metric %q | %v | domain %q | %v | %v", c.About.Name, c.Term.Name, c.Description, c.Term.Synonyms, c.Term.Parent, c.Term.Inherits, c.Term.Related, c.Term.Metric, who, c.Domain, c.Custom, c.Links)
}

func TestRead(t *testing.T) {
	claims, rep, err := read(t, os.DirFS("testdata"), "*.md", "*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range claims {
		got = append(got, line(c))
	}
	want := []string{
		`top | Top | "At the top." | syn [] | in "" | inherits [] | related [] | metric "" | [ada business] | domain "" | map[] | []`,
		`classification/sensitive | Sensitive | "Needs care." | syn [] | in "Classification" | inherits [Classification.Confidential] | related [x] | metric "" | [root business] | domain "Risk" | map[level:2] | [{wiki https://wiki.example}]`,
		`classification/inner/deep | Deep | "Deep down." | syn [] | in "Inner" | inherits [] | related [] | metric "" | [finance business] | domain "" | map[] | []`,
		`sales/booking | Booking | "A signed order.\nIt counts on the day of signing." | syn [deal win] | in "Sales" | inherits [] | related [Pipeline churn] | metric "" | [Bo business] | domain "" | map[] | []`,
		"sales/pipeline | Pipeline | \"```\\n## not a heading\\n```\" | syn [] | in \"Sales\" | inherits [] | related [] | metric \"\" | [] | domain \"\" | map[] | []",
		`churn | Churn | "Customers who left." | syn [] | in "" | inherits [] | related [] | metric "" | [] | domain "" | map[] | []`,
		`net revenue | Net revenue | "Revenue after **returns**." | syn [turnover sales] | in "" | inherits [] | related [] | metric "net_revenue" | [Ada business Finance business] | domain "" | map[team:billing] | []`,
		`arr | ARR | "Yearly run rate | yearly" | syn [annual recurring revenue run rate] | in "" | inherits [] | related [] | metric "" | [Cy business] | domain "" | map[] | []`,
		`mrr | MRR | "Monthly run rate" | syn [] | in "" | inherits [] | related [] | metric "" | [] | domain "" | map[] | []`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if rep.Counts["terms"] != 9 || rep.Counts["nodes"] != 2 || rep.Unknown["glossary.nodes.terms.new_key"] != 1 || rep.Unknown["front matter.team"] != 1 || !rep.Whole {
		t.Errorf("%+v", rep)
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"front matter without end", "a.md", "---\nname: x\n", "a.md: the front matter has no end"},
		{"front matter that is no YAML", "a.md", "---\n[\n---\n", "a.md: front matter"},
		{"no YAML", "a.yml", "nodes: [", "a.yml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := read(t, fstest.MapFS{c.file: {Data: []byte(c.text)}}, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	claims, rep, err := read(t, fstest.MapFS{"a.md": {Data: []byte("# A\n## B\nfirst\n")}, "b.md": {Data: []byte("## b\nsecond\n")}, "c.md": {Data: []byte("nothing")}}, "*.md")
	if err != nil || len(claims) != 1 || rep.SkippedCount != 2 {
		t.Errorf("%v %+v %v", claims, rep, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"one.md", "headings.md", "table.md", "business_glossary.yml"} {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, name := range []string{"a.md", "a.yml"} {
			claims, _, err := read(t, fstest.MapFS{name: {Data: raw}}, name)
			if err != nil {
				continue
			}
			if _, err := json.Marshal(claims); err != nil {
				t.Error(err)
			}
		}
	})
}
