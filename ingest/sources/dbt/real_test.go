package dbt

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/service"
)

// A dbt builds the project of testdata, in which one test fails, and what it wrote is read.
func TestRealProject(t *testing.T) {
	python := service.Setting(t, "LIMN_TEST_DBT", `run eval "$(scripts/tools.sh)"`)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/project")); err != nil {
		t.Fatal(err)
	}
	run := func(mayFail bool, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join(filepath.Dir(python), "dbt"), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "DBT_SEND_ANONYMOUS_USAGE_STATS=false", "DBT_PROFILES_DIR="+dir, "DO_NOT_TRACK=1")
		if out, err := cmd.CombinedOutput(); err != nil && !mayFail {
			t.Fatalf("dbt %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	keep := func(from, to string) {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(dir, "target", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(true, "build") // one of its tests fails
	keep("run_results.json", "run_results.json")
	run(true, "source", "freshness") // the seed is old
	keep("sources.json", "sources.json")
	run(false, "docs", "generate")
	keep("manifest.json", "manifest.json")
	keep("catalog.json", "catalog.json")

	claims, rep, err := read(t, os.DirFS(dir), "manifest.json", "catalog.json", "run_results.json", "sources.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("figure: a real dbt project: %v, unknown %v", rep.Counts, rep.Unknown)
	if rep.Counts["model"] != 3 || rep.Counts["seed"] != 1 || rep.Counts["source"] != 1 || rep.Counts["test"] != 4 || rep.Counts["exposure"] != 1 || rep.Counts["models with column lineage"] != 3 || rep.SkippedCount > 0 {
		t.Errorf("%+v", rep)
	}
	status := map[string]string{}
	var edges []string
	fresh, dashboard := false, false
	for _, c := range claims {
		for _, k := range c.Checks {
			if k.Status != "" {
				status[k.Type+" "+k.Column] = k.Status
			}
		}
		if strings.HasPrefix(c.Part, "manifest:model.shop.revenue") {
			for _, e := range c.Upstream {
				if e.Type == "direct" {
					edges = append(edges, e.From.Name+"."+e.FromColumn+"→"+e.ToColumn)
				}
			}
			if len(c.Owners) != 2 || c.Domain != "finance" {
				t.Errorf("revenue: %+v", c)
			}
		}
		for _, s := range c.SLAs {
			fresh = fresh || s.Kind == "freshness" && s.Within.Hours() == 24
		}
		dashboard = dashboard || c.Kind == catalog.Dashboard && len(c.Upstream) == 1
	}
	want := map[string]string{"unique order_id": "pass", "not_null order_id": "pass", "not_null customer": "fail", "not_null total": "pass", "freshness ": "fail"}
	for k, v := range want {
		if status[k] != v {
			t.Errorf("check %s: %s, want %s", k, cmp.Or(status[k], "none"), v)
		}
	}
	slices.Sort(edges)
	if got := strings.Join(edges, " "); got != "shop.marts.stg_orders.amount→total shop.marts.stg_orders.customer→customer" {
		t.Errorf("columns of revenue come from %s", got)
	}
	if !fresh || !dashboard {
		t.Errorf("freshness %v, dashboard %v", fresh, dashboard)
	}
}
