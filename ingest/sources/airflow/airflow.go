// Package airflow reads a server of Airflow 3 by its REST API v2: assets with the tasks that write them, how the last
// runs of just those tasks went and up to when their data reach, and whether a pipeline is paused. How the rest of a
// pipeline went is nobody's business: status is of tables. Start at Source.Read.
package airflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// version is that of this reader's cursor.
const version = "airflow 1"

// Config says what is read.
type Config struct {
	Name   string           // of the source, in the workspace
	Now    func() time.Time // the clock
	Client *rest.Client     // at the server, without /api/v2
	// User and Secret are changed into a token at /auth/token, or at SignIn. Without a user Secret is a token.
	User, Secret, SignIn string
	Since                time.Duration // how far back events of assets are read at first; 30 days
	Workers              int           // requests at a time; 4
	Page                 int           // things a page; 100
}

// Source reads one server.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Client == nil {
		return nil, errors.New("airflow: a source needs a clock and the address of a server")
	}
	if c.Since == 0 {
		c.Since = 30 * 24 * time.Hour
	}
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.Page <= 0 {
		c.Page = 100
	}
	return &Source{c}, nil
}

// cursor is what the next run need not ask again.
type cursor struct {
	Version string                `json:"v"`
	Until   time.Time             `json:"until"` // all events of before were read
	Events  map[string]lastEvent  `json:"events,omitempty"`
	Dags    map[string]sinceState `json:"dags,omitempty"`
}

// lastEvent is the newest event of an asset.
type lastEvent struct {
	At        time.Time `json:"at"`
	Dag       string    `json:"dag,omitempty"`
	Task      string    `json:"task,omitempty"`
	Run       string    `json:"run,omitempty"`
	Partition string    `json:"part,omitempty"`
	Data      time.Time `json:"data,omitzero"`
}

type sinceState struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

// reading is one run of a source.
type reading struct {
	*Source
	mu       sync.Mutex
	rep      catalog.Report
	clock    loose.Clock
	now      time.Time
	emit     func(catalog.Claim) error
	old, new cursor
	assets   []*asset
	dags     map[string]*dag
	runs     map[string]time.Time // dag and run → end of the data interval
	tasks    map[taskRef][]instance
}

// Read reads all assets and their tasks, and the events since the last run.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, now: s.Now().UTC(), new: cursor{Version: version, Events: map[string]lastEvent{}, Dags: map[string]sinceState{}}, dags: map[string]*dag{}, runs: map[string]time.Time{}, tasks: map[taskRef][]instance{}}
	if since != "" && (json.Unmarshal([]byte(since), &r.old) != nil || r.old.Version != version) {
		r.old = cursor{}
	}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.Airflow, r.now
		r.rep.Claims++
		return emit(c)
	}
	for _, step := range []func(context.Context) error{r.signIn, r.readAssets, r.readDags, r.readEvents, r.readTasks, r.readRuns, r.tell} {
		if err := step(ctx); err != nil {
			return r.rep, fmt.Errorf("airflow: %w", err)
		}
	}
	raw, err := json.Marshal(r.new)
	if err != nil {
		return r.rep, fmt.Errorf("airflow: %w", err)
	}
	r.clock.Note(r.rep.Count)
	r.rep.Cursor, r.rep.Whole = string(raw), true
	return r.rep, nil
}

// signIn puts a token on all requests.
func (r *reading) signIn(ctx context.Context) error {
	if r.User == "" {
		if r.Secret != "" {
			r.Client.Bearer(r.Secret)
		}
		return nil
	}
	r.Client.Secrets = append(r.Client.Secrets, r.Secret)
	path := cmp.Or(r.SignIn, "/auth/token")
	a, err := r.Client.Do(ctx, http.MethodPost, path, map[string]string{"username": r.User, "password": r.Secret}, nil)
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	var t struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.Body, &t); err != nil || t.Token == "" {
		return fmt.Errorf("signing in at %s%s: the answer holds no token", r.Client.Base, path)
	}
	r.Client.Bearer(t.Token)
	return nil
}

// maxPages is where a listing that never ends is given up.
const maxPages = 100_000

// pages asks for all pages of a listing, whose things stand under key.
func (r *reading) pages(ctx context.Context, path, key string, q url.Values, read func(raw json.RawMessage) error) error {
	where := r.Client.Base + path
	q.Set("limit", strconv.Itoa(r.Page))
	for n, offset := 0, 0; n < maxPages; n++ {
		q.Set("offset", strconv.Itoa(offset))
		raw, err := r.Client.Get(ctx, path+"?"+q.Encode())
		if err != nil {
			return err
		}
		var page map[string]json.RawMessage
		var things []json.RawMessage
		if err := json.Unmarshal(raw, &page); err != nil || json.Unmarshal(page[key], &things) != nil {
			return fmt.Errorf("%s: the answer holds no %s; see whether the address is that of an Airflow 3 and not of a page before it", where, key)
		}
		for _, t := range things {
			if err := read(t); err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
		}
		offset += len(things)
		var total int
		if len(things) == 0 || json.Unmarshal(page["total_entries"], &total) == nil && offset >= total {
			return nil
		}
	}
	return fmt.Errorf("%s: the listing does not end", where)
}

func (r *reading) notes(where string) loose.Notes { return loose.Notes{Report: &r.rep, Where: where} }

// asset is an asset of Airflow.
type asset struct {
	ID        int                   `json:"id"`
	Name      string                `json:"name"`
	URI       string                `json:"uri"`
	Group     string                `json:"group"`
	Extra     map[string]loose.Text `json:"extra"`
	Producing []taskRef             `json:"producing_tasks"`
	Consuming []taskRef             `json:"consuming_tasks"`
	Scheduled []struct {
		Dag     string     `json:"dag_id"`
		Created loose.Text `json:"created_at"`
		Updated loose.Text `json:"updated_at"`
	} `json:"scheduled_dags"`
	Last *struct {
		ID   int    `json:"id"`
		Time string `json:"timestamp"`
	} `json:"last_asset_event"`
}

func (asset) Unread() []string { return []string{"created_at", "updated_at", "aliases", "watchers"} }

type taskRef struct {
	Dag  string `json:"dag_id"`
	Task string `json:"task_id"`
}

func (taskRef) Unread() []string { return []string{"created_at", "updated_at"} }

func (t taskRef) job() string { return t.Dag + "." + t.Task }

func (r *reading) readAssets(ctx context.Context) error {
	return r.pages(ctx, "/api/v2/assets", "assets", url.Values{"order_by": {"id"}}, func(raw json.RawMessage) error {
		a := &asset{}
		if err := loose.Decode(raw, a, r.notes("assets")); err != nil {
			return err
		}
		r.rep.Records++
		r.rep.Count("assets")
		if a.URI == "" && a.Name == "" {
			r.rep.Skip("asset "+strconv.Itoa(a.ID), "it has neither a name nor an address")
			return nil
		}
		r.assets = append(r.assets, a)
		return nil
	})
}

// dag is a pipeline.
type dag struct {
	ID          string   `json:"dag_id"`
	Display     string   `json:"dag_display_name"`
	Paused      bool     `json:"is_paused"`
	Stale       bool     `json:"is_stale"`
	Description string   `json:"description"`
	Owners      []string `json:"owners"`
	Timetable   string   `json:"timetable_summary"`
	Broken      bool     `json:"has_import_errors"`
	File        string   `json:"relative_fileloc"`
	Tags        []tag    `json:"tags"`
}

type tag struct {
	Name string `json:"name"`
}

func (tag) Unread() []string { return []string{"dag_id", "dag_display_name"} }

func (dag) Unread() []string {
	return []string{"last_parsed_time", "last_parse_duration", "last_expired", "bundle_name", "bundle_version", "fileloc", "timetable_description", "timetable_partitioned", "timetable_periodic", "max_active_tasks",
		"max_active_runs", "max_consecutive_failed_dag_runs", "has_task_concurrency_limits", "next_dagrun_logical_date", "next_dagrun_data_interval_start", "next_dagrun_data_interval_end", "next_dagrun_run_after", "allowed_run_types", "is_backfillable", "file_token"}
}

func (r *reading) readDags(ctx context.Context) error {
	if len(r.assets) == 0 {
		return nil
	}
	return r.pages(ctx, "/api/v2/dags", "dags", url.Values{"order_by": {"dag_id"}, "exclude_stale": {"false"}}, func(raw json.RawMessage) error {
		d := &dag{}
		if err := loose.Decode(raw, d, r.notes("dags")); err != nil {
			return err
		}
		r.rep.Count("dags")
		r.dags[d.ID] = d
		return nil
	})
}

// event is that an asset was written.
type event struct {
	Asset     int    `json:"asset_id"`
	Time      string `json:"timestamp"`
	Dag       string `json:"source_dag_id"`
	Task      string `json:"source_task_id"`
	Run       string `json:"source_run_id"`
	Partition string `json:"partition_key"`
}

func (event) Unread() []string {
	return []string{"id", "uri", "name", "group", "extra", "source_map_index", "created_dagruns"}
}

// overlap is how much of the time before the last run is read again: events are written in transactions that end
// later than the times in them.
const overlap = 10 * time.Minute

func (r *reading) readEvents(ctx context.Context) error {
	for id, e := range r.old.Events {
		r.new.Events[id] = e
	}
	if len(r.assets) == 0 {
		return nil
	}
	from := r.now.Add(-r.Since)
	if !r.old.Until.IsZero() {
		from = r.old.Until.Add(-overlap)
	}
	err := r.pages(ctx, "/api/v2/assets/events", "asset_events", url.Values{"order_by": {"timestamp"}, "timestamp_gte": {from.Format(time.RFC3339)}}, func(raw json.RawMessage) error {
		var e event
		if err := loose.Decode(raw, &e, r.notes("events")); err != nil {
			return err
		}
		r.rep.Count("events")
		id := strconv.Itoa(e.Asset)
		if at := r.clock.Time(e.Time); at.After(r.new.Events[id].At) {
			r.new.Events[id] = lastEvent{At: at, Dag: e.Dag, Task: e.Task, Run: e.Run, Partition: e.Partition}
		}
		return nil
	})
	r.new.Until = r.now
	known := map[string]bool{}
	for _, a := range r.assets {
		id := strconv.Itoa(a.ID)
		known[id] = true
		if a.Last != nil { // it is older than what was asked for
			if at := r.clock.Time(a.Last.Time); at.After(r.new.Events[id].At) {
				r.new.Events[id] = lastEvent{At: at}
			}
		}
	}
	for id := range r.new.Events {
		if !known[id] {
			delete(r.new.Events, id)
		}
	}
	return err
}

// instance is one run of a task.
type instance struct {
	Dag        string `json:"dag_id"`
	Run        string `json:"dag_run_id"`
	Map        int    `json:"map_index"`
	State      string `json:"state"`
	Start      string `json:"start_date"`
	End        string `json:"end_date"`
	Queue      string `json:"queued_when"`
	Try        int    `json:"try_number"`
	start, end time.Time
}

// lately is how many runs of a task are looked at.
const lately = 30

// readTasks asks how the tasks that write assets went lately.
func (r *reading) readTasks(ctx context.Context) error {
	var refs []taskRef
	for _, a := range r.assets {
		for _, p := range a.Producing {
			if !slices.Contains(refs, p) {
				refs = append(refs, p)
			}
		}
	}
	return rest.Each(ctx, r.Workers, refs, func(ctx context.Context, ref taskRef) error {
		q := url.Values{"task_id": {ref.Task}, "order_by": {"-start_date"}, "limit": {strconv.Itoa(lately)}}
		path := "/api/v2/dags/" + url.PathEscape(ref.Dag) + "/dagRuns/~/taskInstances"
		raw, err := r.Client.Get(ctx, path+"?"+q.Encode())
		if rest.Status(err) == http.StatusNotFound { // the pipeline is gone, its assets are not yet
			r.mu.Lock()
			defer r.mu.Unlock()
			r.rep.Count("tasks of pipelines that are gone")
			return nil
		}
		if err != nil {
			return err
		}
		var page struct {
			Instances []instance `json:"task_instances"`
		}
		if err := json.Unmarshal(raw, &page); err != nil || page.Instances == nil {
			return fmt.Errorf("%s%s: the answer holds no task_instances", r.Client.Base, path)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for i := range page.Instances {
			in := &page.Instances[i]
			in.start, in.end = r.clock.Time(in.Start), r.clock.Time(in.End)
			r.rep.Count("task runs")
		}
		r.tasks[ref] = page.Instances
		return nil
	})
}

// readRuns asks up to when the data of the runs reach that are spoken of.
func (r *reading) readRuns(ctx context.Context) error {
	type run struct{ dag, id string }
	var want []run
	add := func(dag, id string) {
		if dag != "" && id != "" && !slices.Contains(want, run{dag, id}) {
			want = append(want, run{dag, id})
		}
	}
	for ref, all := range r.tasks {
		for _, in := range newest(all) {
			add(ref.Dag, in.Run)
		}
	}
	for id, e := range r.new.Events {
		if e.Data.IsZero() && e.Run != "" {
			if old, ok := r.old.Events[id]; !ok || !old.At.Equal(e.At) {
				add(e.Dag, e.Run)
			}
		}
	}
	return rest.Each(ctx, r.Workers, want, func(ctx context.Context, w run) error {
		raw, err := r.Client.Get(ctx, "/api/v2/dags/"+url.PathEscape(w.dag)+"/dagRuns/"+url.PathEscape(w.id))
		if rest.Status(err) == http.StatusNotFound {
			return nil // cleaned up meanwhile
		}
		if err != nil {
			return err
		}
		var run struct {
			End string `json:"data_interval_end"`
		}
		if err := json.Unmarshal(raw, &run); err != nil {
			return fmt.Errorf("the run %s of %s is of another shape: %w", w.id, w.dag, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.runs[w.dag+"\x00"+w.id] = r.clock.Time(run.End)
		return nil
	})
}

// short makes a text from a timetable or a note.
func short(s string) string { return loose.Short(strings.TrimSpace(s)) }
