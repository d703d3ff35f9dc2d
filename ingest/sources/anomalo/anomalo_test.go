package anomalo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/service"
)

var houses = map[string]Warehouse{"prod": {"lake:", "hive"}, "snow": {"snowflake://acc", ""}}

func read(t testing.TB, s *Source, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), since, func(c catalog.Claim) error { claims = append(claims, c); return nil })
	return claims, rep, err
}

func source(t testing.TB, c Config) *Source {
	t.Helper()
	c.Name, c.Warehouses, c.pause = "anomalo", houses, time.Millisecond
	if c.Now == nil {
		c.Now = func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stub answers as Anomalo's public API does, from the files of testdata.
type stub struct {
	mu    sync.Mutex
	asked []string
	fail  int
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("X-Anomalo-Token") != "secret" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	if s.fail > 0 {
		s.fail--
		http.Error(w, "busy", http.StatusBadGateway)
		return
	}
	endpoint, ok := strings.CutPrefix(r.URL.Path, "/api/public/v1/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	name, q := endpoint, r.URL.Query()
	for _, p := range []string{"table_id", "run_checks_job_id"} {
		if v := q.Get(p); v != "" {
			name += "-" + v
		}
	}
	s.asked = append(s.asked, name)
	if endpoint == "ping" {
		fmt.Fprint(w, `{"ping":"pong"}`)
		return
	}
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		if endpoint == "get_checks_for_table" {
			fmt.Fprint(w, `{"checks":[]}`)
			return
		}
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw)
}

func TestRead(t *testing.T) {
	st := &stub{fail: 2}
	srv := httptest.NewServer(st)
	defer srv.Close()
	t.Setenv("LIMN_TEST_TOKEN", "secret")
	api := source(t, Config{URL: srv.URL, TokenEnv: "LIMN_TEST_TOKEN"})
	claims, rep, err := read(t, api, "")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	link := srv.URL + "/dashboard/tables/11/overview"
	want := []catalog.Claim{
		{Provenance: catalog.Provenance{Source: "anomalo", System: catalog.Anomalo, RecordID: "11", AsOf: at("2026-11-20T01:02:05Z"), URL: link}, About: catalog.ID{Namespace: "lake:", Name: "hive.sales.orders"}, Part: "table:11", Native: "prod.sales.orders", Description: "Orders.", Tags: []string{"finance"},
			Checks: []catalog.Check{
				{ID: "anomalo:1001", Type: "data_freshness", Severity: "high", Status: "pass", RanAt: at("2026-11-20T01:02:03Z"), Observed: "hours 2.0", Message: "Fresh: 2 h old", URL: link},
				{ID: "anomalo:1002", Type: "never_null", Column: "id", Severity: "medium", Status: "fail", RanAt: at("2026-11-20T01:02:04Z"), Observed: "3", Message: "3 of 100 rows are null", URL: link},
				{ID: "anomalo:103", Type: "validation_rule", Status: "error", RanAt: at("2026-11-20T01:02:05Z"), Message: "no such column", URL: link},
				{ID: "anomalo:1004", Type: "anomaly", Status: "pending", Message: "No anomaly", URL: link},
				{ID: "anomalo:1005", Type: "row_count", URL: link},
			}},
		{Provenance: catalog.Provenance{Source: "anomalo", System: catalog.Anomalo, RecordID: "12", URL: srv.URL + "/dashboard/tables/12/overview"}, About: catalog.ID{Namespace: "snowflake://acc", Name: "crm.users"}, Part: "table:12", Native: "snow.crm.users"},
	}
	if d := cmp.Diff(want, claims, cmpopts.IgnoreFields(catalog.Provenance{}, "FetchedAt")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if rep.Counts["times without a zone"] != 1 || rep.Unknown["configured_tables.someday"] != 1 || rep.Counts["tables that are not watched"] != 1 || !rep.Whole {
		t.Errorf("%+v", rep)
	}

	// A table whose newest run is known is not asked for again.
	st.asked = nil
	again, second, err := read(t, api, rep.Cursor)
	if err != nil || len(again) != 0 || second.Whole || len(st.asked) != 2 {
		t.Errorf("%v %+v %v, asked %v", again, second, err, st.asked)
	}

	// From files the same comes, without addresses.
	files, _, err := read(t, source(t, Config{Files: os.DirFS("testdata")}), "")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, files, cmpopts.IgnoreFields(catalog.Provenance{}, "FetchedAt", "URL"), cmpopts.IgnoreFields(catalog.Check{}, "URL")); d != "" {
		t.Errorf("(-API +files):\n%s", d)
	}
}

func TestErrors(t *testing.T) {
	st := &stub{}
	srv := httptest.NewServer(st)
	defer srv.Close()
	if _, _, err := read(t, source(t, Config{URL: srv.URL, Token: "wrong"}), ""); err == nil || !strings.Contains(err.Error(), "token is refused") {
		t.Errorf("got %v", err)
	}
	if _, _, err := read(t, source(t, Config{URL: srv.URL, TokenFile: "/no/such/file"}), ""); err == nil || !strings.Contains(err.Error(), "API token") {
		t.Errorf("got %v", err)
	}
	st.fail = 100
	if _, _, err := read(t, source(t, Config{URL: srv.URL, Token: "secret"}), ""); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("got %v", err)
	}
	if _, err := New(Config{Now: time.Now, URL: srv.URL}); err == nil {
		t.Error("an API without a token was taken")
	}
	if _, _, err := read(t, source(t, Config{Files: fstest.MapFS{"configured_tables.json": {Data: []byte(`[{"table":`)}}}), ""); err == nil || !strings.Contains(err.Error(), "byte") {
		t.Errorf("got %v", err)
	}
}

// Anomalo's own client reads our stub, so that the stub is what our reader is to be tested against.
func TestStubIsRead(t *testing.T) {
	python := service.Setting(t, "LIMN_TEST_READERS", `run eval "$(scripts/tools.sh)"`)
	srv := httptest.NewServer(&stub{})
	defer srv.Close()
	const script = `
import json, sys, anomalo
c = anomalo.Client(api_token="secret", host=sys.argv[1])
assert c.ping()["ping"] == "pong"
houses = {w["id"]: w["name"] for w in c.list_warehouses()["warehouses"]}
out = []
for t in c.configured_tables(limit=100):
    if not t["watched"]: continue
    runs = {}
    done = [i for i in ((t.get("recent_status") or {}).get("recent_intervals") or []) if i["status"] == "complete"]
    if done:
        runs = {r["check_id"]: r for r in c.get_run_result(job_id=done[0]["latest_run_checks_job_id"])["check_runs"]}
    checks = c.get_checks_for_table(t["table"]["id"])["checks"]
    out.append({"table": t["table"]["full_name"], "warehouse": houses[t["table"]["warehouse_id"]], "checks": [k["check_type"] for k in checks],
      "passed": sum(1 for r in runs.values() if r["results"].get("success")), "runs": len(runs)})
print(json.dumps(out))
`
	raw, err := exec.Command(python, "-c", script, srv.URL).Output()
	if err != nil {
		var exit *exec.ExitError
		if e, ok := err.(*exec.ExitError); ok {
			exit = e
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var theirs []struct {
		Table, Warehouse string
		Checks           []string
		Passed, Runs     int
	}
	if err := json.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	ours, _, err := read(t, source(t, Config{URL: srv.URL, Token: "secret"}), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(theirs) != len(ours) {
		t.Fatalf("their client reads %d tables, we %d", len(theirs), len(ours))
	}
	for i, c := range ours {
		passed, runs := 0, 0
		var types []string
		for _, k := range c.Checks {
			types = append(types, k.Type)
			if k.Status == "pass" {
				passed++
			}
			if k.Status != "" {
				runs++
			}
		}
		if th := theirs[i]; th.Table != c.Native || th.Passed != passed || th.Runs != runs || strings.Join(th.Checks, ",") != strings.Join(types, ",") {
			t.Errorf("their client reads %+v, we %s %v %d of %d", th, c.Native, types, passed, runs)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"configured_tables", "get_checks_for_table-11", "get_run_result-902"} {
		raw, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, raw)
	}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		fsys := fstest.MapFS{"configured_tables.json": {Data: []byte(`[{"table":{"id":11,"full_name":"a.b"},"recent_status":{"recent_intervals":[{"status":"complete","latest_run_checks_job_id":902}]}}]`)}}
		switch name {
		case "configured_tables", "get_checks_for_table-11", "get_run_result-902", "list_warehouses":
			fsys[name+".json"] = &fstest.MapFile{Data: raw}
		}
		claims, _, err := read(t, source(t, Config{Files: fsys}), "")
		if err != nil {
			return
		}
		if _, err := json.Marshal(claims); err != nil {
			t.Error(err)
		}
	})
}
