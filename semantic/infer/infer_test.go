package infer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/model"
)

// sheet is a table with its values, column by column; the sampler of the tests looks at these.
type sheet struct {
	columns []string   // "name type"
	rows    [][]string // "" is missing
}

type sheets map[string]sheet

func (s sheets) Profile(_ context.Context, a *catalog.Asset, limit int) (Profile, error) {
	sh := s[a.Name.Table]
	p := Profile{Rows: int64(min(len(sh.rows), limit))}
	for i := range sh.columns {
		seen := map[string]bool{}
		var c Column
		for _, r := range sh.rows {
			if r[i] == "" {
				c.Nulls++
				continue
			}
			seen[r[i]] = true
		}
		c.Distinct = int64(len(seen))
		p.Columns = append(p.Columns, c)
	}
	return p, nil
}

func (s sheets) column(table, name string) []string {
	var out []string
	for i, c := range s[table].columns {
		if strings.HasPrefix(c, name+" ") {
			for _, r := range s[table].rows {
				if r[i] != "" && !slices.Contains(out, r[i]) {
					out = append(out, r[i])
				}
			}
		}
	}
	return out
}

func (s sheets) Included(_ context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, _ int) (float64, error) {
	have, in := s.column(from.Name.Table, column), s.column(to.Name.Table, target)
	n := 0
	for _, v := range have {
		if slices.Contains(in, v) {
			n++
		}
	}
	if len(have) == 0 {
		return 1, nil
	}
	return float64(n) / float64(len(have)), nil
}

func numbered(n int, f func(i int) []string) [][]string {
	var out [][]string
	for i := range n {
		out = append(out, f(i))
	}
	return out
}

// school: pupils in classes, marks of pupils, and a table that only looks alike.
var school = sheets{
	"dim_classes": {columns: []string{"class_id bigint", "class_name varchar", "room varchar"}, rows: numbered(3, func(i int) []string { return []string{fmt.Sprint(i), fmt.Sprint("c", i), "r"} })},
	"pupils": {columns: []string{"id bigint", "full_name varchar", "class_id bigint", "born date", "active boolean", "zip bigint"},
		rows: numbered(20, func(i int) []string {
			return []string{fmt.Sprint(100 + i), fmt.Sprint("p", i), fmt.Sprint(i % 3), "2010-01-01", "true", "8000"}
		})},
	"marks": {columns: []string{"mark_id bigint", "pupil_id bigint", "created_date date", "changed_date date", "points bigint", "pass_rate double", "fee decimal(10,2)", "note varchar"},
		rows: numbered(60, func(i int) []string {
			return []string{fmt.Sprint(i), fmt.Sprint(100 + i%20), "2026-01-01", "2026-01-02", fmt.Sprint(i % 7), "0.5", "1.00", ""}
		})},
	"lockers": {columns: []string{"locker_no bigint", "pupil_id bigint"}, rows: numbered(10, func(i int) []string { return []string{fmt.Sprint(i), fmt.Sprint(900 + i)} })}, // other pupils altogether
	"log":     {columns: []string{"line varchar", "size bigint"}, rows: numbered(4, func(i int) []string { return []string{"x", "1"} })},
	"Odd Table": {columns: []string{`The "Key" bigint`, "order decimal(10,2)"},
		rows: numbered(2, func(i int) []string { return []string{fmt.Sprint(i), "1"} })},
	// Its ids are pupils' ids by accident.
	"rooms": {columns: []string{"id bigint", "floor bigint"}, rows: numbered(5, func(i int) []string { return []string{fmt.Sprint(100 + i), "1"} })},
	"empty": {columns: []string{"id bigint", "pupil_id bigint"}},
}

func (s sheets) assets() []*catalog.Asset {
	var out []*catalog.Asset
	for name, sh := range s {
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "files", Table: name}}
		for _, c := range sh.columns {
			i := strings.LastIndex(c, " ")
			a.Columns = append(a.Columns, catalog.Column{Name: c[:i], Type: c[i+1:]})
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *catalog.Asset) int { return strings.Compare(a.Name.Table, b.Name.Table) })
	return out
}

func TestInfer(t *testing.T) {
	r, err := Infer(t.Context(), school.assets(), school)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"dim_classes": "class/classes key class_id label class_name time - roles key dimension dimension",
		"pupils":      "pupil/pupils key id label full_name time born roles key dimension key time flag dimension",
		"marks":       "mark/marks key mark_id label - time created_date roles key key time time measure measure measure dimension",
		"lockers":     "locker/lockers key locker_no label - time - roles key key",
		"log":         "log/logs key - label - time - roles dimension measure",
		"Odd Table":   `odd/odds key The "Key" label - time - roles key measure`,
		"rooms":       "room/rooms key id label - time - roles key measure",
		"empty":       "empty/empties key id label - time - roles key key",
	}
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	for _, x := range r.Tables {
		got := fmt.Sprintf("%s/%s key %s label %s time %s roles %s", x.Entity, x.Plural, dash(x.Key), dash(x.Label), dash(x.Time), strings.Join(x.Roles, " "))
		if got != want[x.Asset.Name.Table] {
			t.Errorf("%s is\n  %s\nwant\n  %s", x.Asset.Name.Table, got, want[x.Asset.Name.Table])
		}
	}
	var joins []string
	for _, j := range r.Joins {
		joins = append(joins, fmt.Sprintf("%s.%s=%s.%s", j.From.Asset.Name.Table, j.FromColumn, j.To.Asset.Name.Table, j.ToColumn))
		if j.Confidence <= 0 || j.Confidence > 1 || j.Evidence == "" {
			t.Errorf("%s: confidence %v, evidence %q", joins[len(joins)-1], j.Confidence, j.Evidence)
		}
	}
	if got := strings.Join(joins, " "); got != "empty.pupil_id=pupils.id marks.pupil_id=pupils.id pupils.class_id=dim_classes.class_id" {
		t.Errorf("joins are %s; lockers hold other pupils, so they do not join", got)
	}
}

// What is written loads as it stands, over the same tables, marked as inferred, without an issue, with a
// count for every table, and sums only of what adds up.
func TestWrittenModelLoads(t *testing.T) {
	assets := school.assets()
	r, err := Infer(t.Context(), assets, school)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := r.YAML("school")
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(fstest.MapFS{"models/school/inferred.yaml": {Data: raw}}, catalog.New(assets, nil, nil), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	for _, i := range m.Issues {
		t.Error(i)
	}
	if len(m.Datasets) != len(school) || len(m.Relationships) != 3 {
		t.Errorf("%d datasets, %d relationships", len(m.Datasets), len(m.Relationships))
	}
	texts := map[string]string{}
	for _, x := range m.Metrics {
		texts[x.Name] = x.Text
		if !x.Inferred || x.Road() != "inferred" {
			t.Errorf("%s is not marked as inferred", x.Name)
		}
	}
	for name, want := range map[string]string{"pupil_count": `COUNT("pupils"."id")`, "total_points": `SUM("marks"."points")`, "average_pass_rate": `AVG("marks"."pass_rate")`, "total_fee": `SUM("marks"."fee")`,
		"total_order": `SUM("Odd Table"."order")`, "average_size": `AVG("log"."size")`, "class_count": `COUNT("dim_classes"."class_id")`} {
		if texts[name] != want {
			t.Errorf("%s is %q, want %q", name, texts[name], want)
		}
	}
	for name := range texts {
		if strings.Contains(name, "zip") || strings.Contains(name, "_id") {
			t.Errorf("%s adds up what names things", name)
		}
	}
	if texts["log_count"] == "" || texts["empty_count"] == "" {
		t.Error("a table without a key is not counted")
	}
}

// Two tables with columns of one name give metrics of two names.
func TestNamesAreUnique(t *testing.T) {
	ms := []metric{{Name: "total_fee"}, {Name: "Total_Fee"}, {Name: "total_fee_2"}, {Name: "total_fee"}}
	unique(ms)
	seen := map[string]bool{}
	for _, m := range ms {
		if k := strings.ToLower(m.Name); seen[k] {
			t.Errorf("%s comes twice in %v", m.Name, ms)
		} else {
			seen[k] = true
		}
	}
}

type failing struct{ sheets }

func (failing) Profile(context.Context, *catalog.Asset, int) (Profile, error) {
	return Profile{}, fmt.Errorf("cut short")
}

func TestSamplerErrors(t *testing.T) {
	if _, err := Infer(t.Context(), school.assets(), failing{}); err == nil {
		t.Error("a table that cannot be read is inferred")
	}
}
