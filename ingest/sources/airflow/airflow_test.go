package airflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/airflow"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/internal/conf"
	"github.com/limn-data/limn/internal/recorded"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type obj = map[string]any

func stamp(hours int) string { return noon.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }

// server is an Airflow with three assets: raw orders, orders made of them, and one whose task fails.
type server struct {
	t      *testing.T
	schema *schema // where it is at hand, what every answer is held against
	mu     sync.Mutex
	broken string
	paused bool
	events []obj
	lie    bool
	asked  []string
}

func ref(dag, task string) obj {
	return obj{"dag_id": dag, "task_id": task, "created_at": stamp(-99), "updated_at": stamp(-99)}
}

func newServer(t *testing.T) *server {
	s := &server{t: t, events: []obj{event(7, -30, "shop", "load", "scheduled__19")}}
	if recorded.Here("samples/airflow/v2-rest-api-generated.yaml") {
		s.schema = readSchema(t)
	}
	return s
}

func event(asset, hours int, dag, task, run string) obj {
	return obj{"id": 100 + hours, "asset_id": asset, "uri": nil, "name": nil, "group": nil, "extra": obj{}, "source_task_id": task, "source_dag_id": dag, "source_run_id": run, "source_map_index": -1, "created_dagruns": []any{}, "timestamp": stamp(hours), "partition_key": nil}
}

// set changes the server between two readings; answers to the last one may still be on their way.
func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *server) assets() []obj {
	asset := func(id int, name, uri string, producing, consuming []obj, last any) obj {
		if producing == nil {
			producing = []obj{}
		}
		if consuming == nil {
			consuming = []obj{}
		}
		return obj{"id": id, "name": name, "uri": uri, "group": "asset", "extra": obj{"team": "sales", "api_token": "hush"}, "created_at": stamp(-99), "updated_at": stamp(-99), "scheduled_dags": []any{},
			"producing_tasks": producing, "consuming_tasks": consuming, "aliases": []any{}, "watchers": []any{}, "last_asset_event": last}
	}
	return []obj{
		asset(3, "raw_orders", "s3://bucket/raw/orders", []obj{ref("shop", "extract")}, []obj{ref("shop", "load")}, obj{"id": 1, "timestamp": stamp(-900)}),
		asset(7, "orders", "postgres://db/shop/public/orders", []obj{ref("shop", "load")}, nil, obj{"id": 2, "timestamp": stamp(-30)}),
		asset(9, "lake.sales.bad", "lake.sales.bad", []obj{ref("bad", "fail"), ref("vanished", "x")}, nil, nil),
	}
}

func (s *server) instance(dag, task, run, state string, start, end any) obj {
	return obj{"id": "0195-" + run, "task_id": task, "dag_id": dag, "dag_run_id": run, "map_index": -1, "logical_date": stamp(-40), "run_after": stamp(-40), "start_date": start, "end_date": end, "duration": nil, "state": state, "try_number": 1, "max_tries": 0,
		"task_display_name": task, "dag_display_name": dag, "hostname": "h", "unixname": "u", "pool": "p", "pool_slots": 1, "queue": "q", "priority_weight": 1, "operator": "x", "operator_name": "x", "queued_when": nil, "scheduled_when": nil, "pid": nil,
		"executor": nil, "executor_config": "{}", "note": nil, "rendered_map_index": nil, "rendered_fields": obj{}, "trigger": nil, "triggerer_job": nil, "dag_version": nil}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.String())
	say := func(kind string, v any) {
		if s.schema != nil && kind != "" {
			s.schema.holds(s.t, kind, v)
		}
		json.NewEncoder(w).Encode(v)
	}
	if r.URL.Path == "/auth/token" {
		var in map[string]string
		json.NewDecoder(r.Body).Decode(&in)
		if in["password"] != "right-word" {
			w.WriteHeader(401)
			json.NewEncoder(w).Encode(obj{"detail": "Invalid credentials for " + in["password"]})
			return
		}
		w.WriteHeader(201)
		json.NewEncoder(w).Encode(obj{"access_token": "tok-123"})
		return
	}
	if r.Header.Get("Authorization") != "Bearer tok-123" {
		w.WriteHeader(401)
		json.NewEncoder(w).Encode(obj{"detail": "Not authenticated"})
		return
	}
	if s.broken != "" && strings.Contains(r.URL.String(), s.broken) {
		w.WriteHeader(500)
		json.NewEncoder(w).Encode(obj{"detail": "database is locked"})
		return
	}
	if s.lie {
		say("", obj{"datasets": []any{}})
		return
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	page := func(kind, key string, all []obj) {
		some := []obj{}
		if offset < len(all) {
			some = all[offset:min(len(all), offset+limit)]
		}
		say(kind, obj{key: some, "total_entries": len(all)})
	}
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/api/v2")
	switch {
	case path == "/assets":
		page("AssetCollectionResponse", "assets", s.assets())
	case path == "/assets/events":
		var some []obj
		for _, e := range s.events {
			if e["timestamp"].(string) >= r.URL.Query().Get("timestamp_gte") {
				some = append(some, e)
			}
		}
		page("AssetEventCollectionResponse", "asset_events", some)
	case path == "/dags":
		dag := func(id string, paused, stale bool, owners ...string) obj {
			return obj{"dag_id": id, "dag_display_name": id, "is_paused": paused, "is_stale": stale, "last_parsed_time": nil, "last_parse_duration": 0.1, "last_expired": nil, "bundle_name": "b", "bundle_version": nil, "relative_fileloc": "x.py", "fileloc": "/x.py", "description": "makes orders",
				"timetable_summary": "@daily", "timetable_description": nil, "timetable_partitioned": false, "timetable_periodic": true, "tags": []obj{{"name": "daily", "dag_id": id, "dag_display_name": id}}, "max_active_tasks": 16, "max_active_runs": nil, "max_consecutive_failed_dag_runs": 0,
				"has_task_concurrency_limits": false, "has_import_errors": false, "next_dagrun_logical_date": nil, "next_dagrun_data_interval_start": nil, "next_dagrun_data_interval_end": nil, "next_dagrun_run_after": nil, "allowed_run_types": nil, "owners": owners, "is_backfillable": true, "file_token": "t"}
		}
		page("DAGCollectionResponse", "dags", []obj{dag("bad", false, true, "airflow"), dag("shop", s.paused, false, "sales-eng", "airflow")})
	case path == "/dags/shop/dagRuns/~/taskInstances":
		all := []obj{
			s.instance("shop", "load", "scheduled__21", "running", stamp(-1), nil), s.instance("shop", "load", "scheduled__20", "failed", stamp(-25), stamp(-24)),
			s.instance("shop", "load", "scheduled__19", "success", stamp(-31), stamp(-30)), s.instance("shop", "load", "scheduled__18", "success", stamp(-55), stamp(-54)), s.instance("shop", "load", "scheduled__17", "skipped", stamp(-80), stamp(-80)),
		}
		if r.URL.Query().Get("task_id") == "extract" {
			all = []obj{s.instance("shop", "extract", "scheduled__20", "success", stamp(-26), stamp(-26))}
		}
		say("TaskInstanceCollectionResponse", obj{"task_instances": all, "total_entries": len(all)})
	case path == "/dags/bad/dagRuns/~/taskInstances":
		say("TaskInstanceCollectionResponse", obj{"task_instances": []obj{s.instance("bad", "fail", "manual", "upstream_failed", stamp(-2), stamp(-2))}, "total_entries": 1})
	case strings.HasPrefix(path, "/dags/shop/dagRuns/scheduled__"):
		day := strings.TrimPrefix(path, "/dags/shop/dagRuns/scheduled__")
		say("DAGRunResponse", obj{"dag_run_id": "scheduled__" + day, "dag_id": "shop", "logical_date": nil, "queued_at": nil, "start_date": nil, "end_date": nil, "duration": nil, "data_interval_start": nil, "data_interval_end": "2026-11-" + day + "T00:00:00Z", "run_after": stamp(0), "last_scheduling_decision": nil,
			"run_type": "scheduled", "state": "success", "triggered_by": nil, "triggering_user_name": nil, "conf": nil, "note": nil, "dag_versions": []any{}, "bundle_version": nil, "dag_display_name": "shop", "partition_key": nil, "partition_date": nil})
	default:
		w.WriteHeader(404)
		json.NewEncoder(w).Encode(obj{"detail": "not found"})
	}
}

func read(t *testing.T, base, password, since string, now time.Time) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	client, err := rest.New("airflow", base)
	if err != nil {
		t.Fatal(err)
	}
	client.Pause = time.Millisecond
	s, err := airflow.New(airflow.Config{Name: "af", Now: func() time.Time { return now }, Client: client, User: "limn", Secret: password, Page: 2})
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

func find(t *testing.T, claims []catalog.Claim, id string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.String() == id })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s", id)
	}
	return claims[i]
}

func seen(c catalog.Claim) []string {
	var out []string
	for _, o := range c.Observed {
		data := "-"
		if !o.Data.IsZero() {
			data = o.Data.Format("01-02")
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %d %s", o.Kind, o.Job, data, int(o.At.Sub(noon).Hours()), o.Detail)))
	}
	return out
}

// Each table has the status of the task that writes it: the pipeline's other tasks do not matter.
func TestStatusOfTables(t *testing.T) {
	s := newServer(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	claims, rep, err := read(t, srv.URL, "right-word", "", noon)
	if err != nil || !rep.Whole || rep.SkippedCount > 0 || len(rep.Unknown) > 0 {
		t.Fatal(rep, err)
	}
	orders := find(t, claims, "postgres://db:5432/shop.public.orders")
	if got, want := seen(orders), []string{"updated shop.load 11-19 -30", "run_ok shop.load 11-19 -30", "run_failed shop.load 11-20 -24", "run_started shop.load 11-21 -1", "running shop - 0"}; !slices.Equal(got, want) {
		t.Errorf("orders: %q\nwant %q", got, want)
	}
	if orders.Upstream[0].From != (catalog.ID{Namespace: "s3://bucket", Name: "raw/orders"}) || orders.Upstream[0].Job != "shop.load" || orders.Owners[0].Principal != "sales-eng" || orders.Tags[0] != "daily" || orders.Custom["team"] != "sales" || orders.Custom["api_token"] != "" {
		t.Errorf("orders: %+v", orders)
	}
	raw := find(t, claims, "s3://bucket/raw/orders")
	if got, want := seen(raw), []string{"updated  - -900", "run_ok shop.extract 11-20 -26", "running shop - 0"}; !slices.Equal(got, want) {
		t.Errorf("raw orders: %q\nwant %q", got, want)
	}
	bad := find(t, claims, "lake.sales.bad")
	if got, want := seen(bad), []string{"run_failed bad.fail - -2 upstream failed", "stopped bad - 0 the pipeline bad is no longer there"}; !slices.Equal(got, want) {
		t.Errorf("bad: %q\nwant %q", got, want)
	}
	job := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.Kind == catalog.Job && c.About.Name == "shop" })
	if job < 0 || claims[job].Custom["schedule"] != "@daily" || claims[job].Description != "makes orders" {
		t.Errorf("the job: %d", job)
	}
}

// Later runs read new events only, and remember since when a pipeline has been paused.
func TestTheSecondRun(t *testing.T) {
	s := newServer(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	_, first, err := read(t, srv.URL, "right-word", "", noon)
	if err != nil {
		t.Fatal(err)
	}
	s.set(func() {
		s.paused, s.asked = true, nil
		s.events = append(s.events, event(7, 1, "shop", "load", "scheduled__22"))
	})
	claims, second, err := read(t, srv.URL, "right-word", first.Cursor, noon.Add(2*time.Hour))
	if err != nil || second.Counts["events"] != 1 {
		t.Fatal(second, err)
	}
	if got := seen(find(t, claims, "postgres://db:5432/shop.public.orders")); got[0] != "updated shop.load 11-22 1" || got[4] != "stopped shop - 2 the pipeline shop is paused" {
		t.Errorf("after an event: %q", got)
	}
	claims, third, err := read(t, srv.URL, "right-word", second.Cursor, noon.Add(5*time.Hour))
	if err != nil || third.Counts["events"] != 0 {
		t.Fatal(third, err)
	}
	if got := seen(find(t, claims, "postgres://db:5432/shop.public.orders")); got[0] != "updated shop.load 11-22 1" || got[4] != "stopped shop - 2 the pipeline shop is paused" {
		t.Errorf("nothing new: %q", got)
	}
}

func TestFaults(t *testing.T) {
	s := newServer(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	if _, _, err := read(t, srv.URL, "wrong-word", "", noon); err == nil || !strings.Contains(err.Error(), "signing in") || strings.Contains(err.Error(), "wrong-word") {
		t.Errorf("a wrong password: %v", err)
	}
	for _, broken := range []string{"/assets?limit=2&offset=2", "/assets/events", "/dags?", "taskInstances", "dagRuns/scheduled__19"} {
		s.set(func() { s.broken = broken })
		if claims, rep, err := read(t, srv.URL, "right-word", "", noon); err == nil || !strings.Contains(err.Error(), "database is locked") || len(claims) > 0 || rep.Whole {
			t.Errorf("%s is broken: %d claims, %v", broken, len(claims), err)
		}
	}
	s.set(func() { s.broken, s.lie = "", true })
	if _, _, err := read(t, srv.URL, "right-word", "", noon); err == nil || !strings.Contains(err.Error(), "holds no assets") {
		t.Errorf("a server of another version: %v", err)
	}
	srv.Close()
	if _, _, err := read(t, srv.URL, "right-word", "", noon); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("a server that is down: %v", err)
	}
}

// schema are the types of Airflow's own description of its API.
type schema struct{ types map[string]node }

type node struct {
	Ref        string          `json:"$ref"`
	Type       string          `json:"type"`
	Properties map[string]node `json:"properties"`
	Required   []string        `json:"required"`
	Items      *node           `json:"items"`
	AnyOf      []node          `json:"anyOf"`
	Enum       []string        `json:"enum"`
}

func readSchema(t *testing.T) *schema {
	raw, err := os.ReadFile(recorded.Path(t, "samples/airflow/v2-rest-api-generated.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := conf.JSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Schemas map[string]node `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(docs[0], &doc); err != nil || len(doc.Components.Schemas) < 50 {
		t.Fatal(len(doc.Components.Schemas), err)
	}
	return &schema{doc.Components.Schemas}
}

// holds fails the test where an answer of the server of the tests is not one that a real one could give.
func (s *schema) holds(t *testing.T, kind string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	json.Unmarshal(raw, &plain)
	if wrong := s.check(s.types[kind], plain, kind); wrong != "" {
		t.Errorf("the server of the test answers what Airflow does not: %s", wrong)
	}
}

func (s *schema) check(n node, v any, at string) string {
	if n.Ref != "" {
		n = s.types[n.Ref[strings.LastIndexByte(n.Ref, '/')+1:]]
	}
	if len(n.AnyOf) > 0 {
		var all []string
		for _, a := range n.AnyOf {
			wrong := s.check(a, v, at)
			if wrong == "" {
				return ""
			}
			all = append(all, wrong)
		}
		return strings.Join(all, " and ")
	}
	is := "null"
	switch v := v.(type) {
	case string:
		is = "string"
		if len(n.Enum) > 0 && !slices.Contains(n.Enum, v) {
			return at + " is " + v
		}
	case bool:
		is = "boolean"
	case float64:
		is = "number"
		if n.Type == "integer" && v == float64(int(v)) {
			is = "integer"
		}
	case []any:
		is = "array"
		if n.Items != nil {
			for i, e := range v {
				if wrong := s.check(*n.Items, e, fmt.Sprintf("%s[%d]", at, i)); wrong != "" {
					return wrong
				}
			}
		}
	case map[string]any:
		is = "object"
		for _, k := range n.Required {
			if _, ok := v[k]; !ok {
				return at + " has no " + k
			}
		}
		for k, e := range v {
			p, ok := n.Properties[k]
			if !ok && len(n.Properties) > 0 {
				return at + " has a field " + k
			}
			if ok {
				if wrong := s.check(p, e, at+"."+k); wrong != "" {
					return wrong
				}
			}
		}
	}
	if n.Type != "" && n.Type != is {
		return at + " is " + is + " and not " + n.Type
	}
	return ""
}
