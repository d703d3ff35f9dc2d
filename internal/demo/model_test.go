package demo

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/conf"
)

// The model and the facts as these tests need them; unknown keys are errors, so a slip of the pen is found.

type extension struct {
	Vendor string `yaml:"vendor_name"`
	Data   string `yaml:"data"`
}
type expression struct {
	Dialects []struct {
		Dialect    string `yaml:"dialect"`
		Expression string `yaml:"expression"`
	} `yaml:"dialects"`
}
type aiContext struct {
	Synonyms []string `yaml:"synonyms"`
}
type osiField struct {
	Name        string          `yaml:"name"`
	Expression  expression      `yaml:"expression"`
	Dimension   map[string]bool `yaml:"dimension"`
	Description string          `yaml:"description"`
	AI          aiContext       `yaml:"ai_context"`
	Extensions  []extension     `yaml:"custom_extensions"`
}
type osiDataset struct {
	Name        string      `yaml:"name"`
	Source      string      `yaml:"source"`
	PrimaryKey  []string    `yaml:"primary_key"`
	UniqueKeys  [][]string  `yaml:"unique_keys"`
	Description string      `yaml:"description"`
	AI          aiContext   `yaml:"ai_context"`
	Extensions  []extension `yaml:"custom_extensions"`
	Fields      []osiField  `yaml:"fields"`
}
type osiRelationship struct {
	Name        string   `yaml:"name"`
	From        string   `yaml:"from"`
	To          string   `yaml:"to"`
	FromColumns []string `yaml:"from_columns"`
	ToColumns   []string `yaml:"to_columns"`
}
type osiMetric struct {
	Name        string      `yaml:"name"`
	Expression  expression  `yaml:"expression"`
	Description string      `yaml:"description"`
	AI          aiContext   `yaml:"ai_context"`
	Extensions  []extension `yaml:"custom_extensions"`
}
type osiModel struct {
	Name          string            `yaml:"name"`
	Description   string            `yaml:"description"`
	Extensions    []extension       `yaml:"custom_extensions"`
	Datasets      []osiDataset      `yaml:"datasets"`
	Relationships []osiRelationship `yaml:"relationships"`
	Metrics       []osiMetric       `yaml:"metrics"`
}
type metricExtension struct {
	Label, Expression, Time, Unit, Good, Result, Target, Tier string
	Scale, Version                                            *int
	Filters                                                   []string
	Owners                                                    struct{ Business, Technical string }
	Certification                                             *struct{ Approver, Date, Hash string }
}
type asset struct {
	Name        string            `yaml:"name"`
	Description string            `yaml:"description"`
	Domain      string            `yaml:"domain"`
	Tier        string            `yaml:"tier"`
	Owners      map[string]string `yaml:"owners"`
	SLA         map[string]string `yaml:"sla"`
	FreshAt     string            `yaml:"fresh_at"`
	DataUntil   string            `yaml:"data_until"`
	TimeColumn  string            `yaml:"time_column"`
	Deprecated  map[string]string `yaml:"deprecated"`
	Columns     []struct{ Name, Description, Unit, PII string }
	Checks      []struct {
		ID, Column, Type, Expression, Severity, Status, Observed, Expected, Partition, Message string
		RanAt                                                                                  string `yaml:"ran_at"`
	}
	Upstream []struct{ From, Job string }
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	must(t, err)
	if err := conf.Decode(raw, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func loadModel(t *testing.T, dir string) osiModel {
	t.Helper()
	var doc struct {
		Models []osiModel `yaml:"semantic_model"`
	}
	decode(t, filepath.Join(dir, "models/nimbus/nimbus.yaml"), &doc)
	if len(doc.Models) != 1 {
		t.Fatalf("%d semantic models, want 1", len(doc.Models))
	}
	return doc.Models[0]
}

func loadFacts(t *testing.T, dir string) (out []asset) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "facts/*.yaml"))
	must(t, err)
	for _, path := range paths {
		var doc struct{ Assets []asset }
		decode(t, path, &doc)
		out = append(out, doc.Assets...)
	}
	return out
}

// limn is the LIMN extension of a part of the model, decoded strictly.
func limn(t *testing.T, where string, list []extension, into any) {
	t.Helper()
	for _, e := range list {
		if e.Vendor != "LIMN" {
			t.Errorf("%s: extension of vendor %s", where, e.Vendor)
		}
		dec := json.NewDecoder(strings.NewReader(e.Data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(into); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
}

func columnsOf(source string) map[string]bool {
	for _, t := range lake() {
		if "lake."+t.schema+"."+t.name == source {
			out := map[string]bool{}
			for _, c := range t.columns {
				out[c.name] = true
			}
			return out
		}
	}
	return nil
}

var qualified = regexp.MustCompile(`\b([a-z_]+)\.([a-z_]+)\b`)
var bareWord = regexp.MustCompile(`\b[a-z][a-z_]+\b`)
var quoted = regexp.MustCompile(`'[^']*'`)

// Every dataset, key, field, relationship and metric names what exists.
func TestModelNamesWhatExists(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	m := loadModel(t, dir)
	fields := map[string]map[string]bool{} // dataset → fields
	for _, d := range m.Datasets {
		cols := columnsOf(d.Source)
		if cols == nil {
			t.Errorf("dataset %s: no table %s", d.Name, d.Source)
			continue
		}
		fields[d.Name] = map[string]bool{}
		for _, f := range d.Fields {
			fields[d.Name][f.Name] = true
			if e := f.Expression.Dialects[0].Expression; !cols[e] {
				t.Errorf("%s.%s: no column %s in %s", d.Name, f.Name, e, d.Source)
			}
			if f.Description == "" {
				t.Errorf("%s.%s has no description", d.Name, f.Name)
			}
			var ext struct {
				Label, Unit, Role, Grain, Additivity, PII string
				Hidden                                    bool
				Values                                    map[string][]string
			}
			limn(t, d.Name+"."+f.Name, f.Extensions, &ext)
			if !slices.Contains([]string{"key", "time", "dimension", "measure", "attribute", "flag"}, ext.Role) {
				t.Errorf("%s.%s: role %q", d.Name, f.Name, ext.Role)
			}
		}
		for _, k := range d.PrimaryKey {
			if !cols[k] {
				t.Errorf("dataset %s: no key column %s", d.Name, k)
			}
		}
		var ext struct {
			Entity *struct{ Name, Plural, Key, Label string }
			Time   string
			List   []string
		}
		limn(t, d.Name, d.Extensions, &ext)
		if ext.Entity != nil {
			ext.List = append(ext.List, ext.Entity.Key, ext.Entity.Label)
			if !slices.Equal(d.PrimaryKey, []string{ext.Entity.Key}) {
				t.Errorf("dataset %s: the entity's key %s is not the primary key %v", d.Name, ext.Entity.Key, d.PrimaryKey)
			}
		}
		if ext.Time != "" {
			ext.List = append(ext.List, ext.Time)
		}
		for _, f := range ext.List {
			if !fields[d.Name][f] {
				t.Errorf("dataset %s lists a field %s that it does not have", d.Name, f)
			}
		}
	}
	for _, r := range m.Relationships {
		if len(r.FromColumns) != len(r.ToColumns) {
			t.Errorf("%s: %d columns against %d", r.Name, len(r.FromColumns), len(r.ToColumns))
		}
		for side, cols := range map[string][]string{r.From: r.FromColumns, r.To: r.ToColumns} {
			for _, c := range cols {
				if !fields[side][c] {
					t.Errorf("%s: no field %s.%s", r.Name, side, c)
				}
			}
		}
	}
	metrics := map[string]bool{}
	for _, x := range m.Metrics {
		if metrics[x.Name] {
			t.Errorf("two metrics are called %s", x.Name)
		}
		metrics[x.Name] = true
	}
	for _, x := range m.Metrics {
		var ext metricExtension
		limn(t, x.Name, x.Extensions, &ext)
		text := strings.Join(append([]string{x.Expression.Dialects[0].Expression, ext.Time}, ext.Filters...), "\n")
		text = quoted.ReplaceAllString(text, "''")
		for _, ref := range qualified.FindAllStringSubmatch(text, -1) {
			if !fields[ref[1]][ref[2]] {
				t.Errorf("metric %s: no field %s", x.Name, ref[0])
			}
		}
		for _, word := range bareWord.FindAllString(qualified.ReplaceAllString(text, ""), -1) {
			if !metrics[word] {
				t.Errorf("metric %s: %s is no metric", x.Name, word)
			}
		}
		if ext.Target != "" && !metrics[ext.Target] {
			t.Errorf("metric %s: target %s is no metric", x.Name, ext.Target)
		}
	}
}

// A metric says in words what it is, and who answers for it; a certification holds for the text that stands there.
func TestMetricsAreGoverned(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	m := loadModel(t, dir)
	certified := 0
	for _, x := range m.Metrics {
		var ext metricExtension
		limn(t, x.Name, x.Extensions, &ext)
		for what, v := range map[string]string{"description": x.Description, "label": ext.Label, "time": ext.Time, "unit": ext.Unit, "good": ext.Good,
			"tier": ext.Tier, "business owner": ext.Owners.Business, "technical owner": ext.Owners.Technical} {
			if v == "" {
				t.Errorf("metric %s has no %s", x.Name, what)
			}
		}
		if len(x.AI.Synonyms) == 0 || ext.Version == nil || ext.Scale == nil {
			t.Errorf("metric %s lacks synonyms, a version or a scale", x.Name)
		}
		if (ext.Certification != nil) != (ext.Tier == "certified") {
			t.Errorf("metric %s is of tier %s and has certification %v", x.Name, ext.Tier, ext.Certification)
		}
		if ext.Certification == nil {
			continue
		}
		certified++
		text := strings.Join(append([]string{x.Expression.Dialects[0].Expression}, ext.Filters...), "\n")
		if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))); ext.Certification.Hash != want {
			t.Errorf("metric %s: the certified hash is not that of its expression; now %s", x.Name, want)
		}
	}
	if n := len(m.Metrics); n < 30 || certified*2 <= n || certified == n {
		t.Errorf("%d metrics, %d certified; want at least 30, most but not all certified", n, certified)
	}
}

func TestTermsNameMetrics(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	names := map[string]bool{}
	for _, x := range loadModel(t, dir).Metrics {
		names[x.Name] = true
	}
	paths, err := filepath.Glob(filepath.Join(dir, "terms/*.md"))
	must(t, err)
	if len(paths) < 8 {
		t.Errorf("%d terms, want at least 8", len(paths))
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(t, err)
		parts := strings.SplitN(string(text), "---\n", 3)
		if len(parts) != 3 || parts[0] != "" || len(parts[2]) < 80 {
			t.Errorf("%s: want front matter and a definition", path)
			continue
		}
		var head struct {
			Name, Metric, Owner string
			Synonyms            []string
		}
		must(t, conf.Decode([]byte(parts[1]), &head))
		if head.Name == "" || head.Owner == "" || head.Metric != "" && !names[head.Metric] {
			t.Errorf("%s: %+v", path, head)
		}
	}
}

// The facts speak of every table and every column, and no others.
func TestFactsCoverTheLake(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	seen := map[string]bool{}
	for _, a := range loadFacts(t, dir) {
		cols := columnsOf(a.Name)
		if cols == nil || seen[a.Name] {
			t.Errorf("facts of %s: no such table, or told twice", a.Name)
		}
		seen[a.Name] = true
		for _, c := range a.Columns {
			if !cols[c.Name] || c.Description == "" {
				t.Errorf("%s.%s: no such column, or not described", a.Name, c.Name)
			}
			delete(cols, c.Name)
		}
		if len(cols) > 0 {
			t.Errorf("%s: columns %v are not described", a.Name, cols)
		}
		if a.Owners["technical"] == "" || a.SLA["cron"] == "" || a.FreshAt == "" || len(a.Checks) == 0 || len(a.Upstream) == 0 {
			t.Errorf("%s lacks a technical owner, an SLA, a time of arrival, checks or its upstream", a.Name)
		}
	}
	if len(seen) != len(lake()) {
		t.Errorf("facts of %d tables, the lake has %d", len(seen), len(lake()))
	}
	// Whatever a table comes from ends at a topic or at an operational table.
	up := map[string][]string{}
	for _, a := range loadFacts(t, dir) {
		for _, u := range a.Upstream {
			up[a.Name] = append(up[a.Name], u.From)
		}
	}
	var walk func(name string, depth int)
	walk = func(name string, depth int) {
		if strings.HasPrefix(name, "kafka://") || strings.HasPrefix(name, "postgres://") {
			return
		}
		if len(up[name]) == 0 || depth > 9 {
			t.Errorf("the upstream of %s ends nowhere or goes in a circle", name)
			return
		}
		for _, u := range up[name] {
			walk(u, depth+1)
		}
	}
	for name := range seen {
		walk(name, 0)
	}
}

// Each planted fault is there exactly once, is true of the data, and lies off the way of revenue by region, segment or
// product.
func TestPlantedFaults(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	facts := loadFacts(t, dir)
	found := map[string][]string{}
	up := map[string][]string{}
	for _, a := range facts {
		if a.DataUntil != "" && a.DataUntil < "2026-11-21" && !strings.HasPrefix(a.SLA["cron"], "0 6 1 ") {
			found["past its SLA"] = append(found["past its SLA"], a.Name)
			newest := slices.Max(readTable(t, dir, "cdc", "opportunities")["created_date"])
			if newest > a.DataUntil {
				t.Errorf("%s is said to have data until %s but has some of %s", a.Name, a.DataUntil, newest)
			}
		}
		if a.Tier == "deprecated" || len(a.Deprecated) > 0 {
			found["deprecated"] = append(found["deprecated"], a.Name)
			if columnsOf(a.Deprecated["replacement"]) == nil {
				t.Errorf("%s: the replacement %q is no table", a.Name, a.Deprecated["replacement"])
			}
		}
		if a.Owners["business"] == "" {
			found["no business owner"] = append(found["no business owner"], a.Name)
		}
		for _, c := range a.Columns {
			if c.PII != "" {
				found["personal data"] = append(found["personal data"], a.Name+"."+c.Name)
			}
		}
		for _, c := range a.Checks {
			if c.Status != "pass" {
				found["failed check"] = append(found["failed check"], a.Name+"."+c.Column)
				tickets, n := readTable(t, dir, "cdc", "support_tickets"), 0
				for i, score := range tickets["csat_score"] {
					if score == "0" && strings.HasPrefix(tickets["created_at"][i], c.Partition) {
						n++
					}
				}
				if !strings.HasPrefix(c.Observed, fmt.Sprint(n, " row")) {
					t.Errorf("%s observed %q; the data have %d", c.ID, c.Observed, n)
				}
			}
		}
		for _, u := range a.Upstream {
			up[a.Name] = append(up[a.Name], u.From)
		}
	}
	clean := map[string]bool{}
	queue := []string{"lake.finance.revenue_daily", "lake.core.accounts", "lake.core.regions", "lake.core.products"}
	for len(queue) > 0 {
		clean[queue[0]] = true
		queue = append(queue[1:], up[queue[0]]...)
	}
	for _, kind := range []string{"past its SLA", "deprecated", "no business owner", "personal data", "failed check"} {
		if len(found[kind]) != 1 {
			t.Errorf("%s: %v, want exactly one", kind, found[kind])
		}
		for _, where := range found[kind] {
			if parts := strings.Split(where, "."); clean[strings.Join(parts[:3], ".")] {
				t.Errorf("%s: %s lies on the way of revenue", kind, where)
			}
		}
	}
}
