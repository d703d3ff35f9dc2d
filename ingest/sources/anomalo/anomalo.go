// Package anomalo reads which tables Anomalo watches, with which checks, and how the newest run of them ended:
// over its public API, or from its answers kept as files. It never runs a check. Start at Source.Read.
//
// The shapes are those that Anomalo's own client (0.55) reads.
package anomalo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "anomalo 1"

// Warehouse says where the tables of one of Anomalo's warehouses live.
type Warehouse struct {
	Namespace string // such as lake: or snowflake://account; empty: looked for among the tables of the lake
	Catalog   string // put before the names, where Anomalo's have none
}

// Config says how Anomalo is read: one of URL and Files.
type Config struct {
	Name string           // of the source, in the workspace
	Zone *time.Location   // of times without one; UTC where nil
	Now  func() time.Time // the clock

	URL string // such as https://anomalo.example
	// Token is the API token; TokenFile and TokenEnv say where it stands, and are looked at for each reading.
	Token, TokenFile, TokenEnv string
	Client                     *http.Client

	// Files are answers of the API: configured_tables.json, list_warehouses.json, get_checks_for_table-ID.json and
	// get_run_result-ID.json, with the ids of tables and of jobs.
	Files fs.FS

	Warehouses map[string]Warehouse // by name
	// Full is after how long everything is read again, so that what was removed is noticed; a day.
	Full time.Duration

	pause time.Duration // before the second try; a quarter of a second
}

// Source reads one Anomalo.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || (c.URL == "") == (c.Files == nil) {
		return nil, errors.New("anomalo: a source needs a clock, and either an address or files")
	}
	if c.URL != "" {
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
			return nil, fmt.Errorf("anomalo: %q is no address; write https://anomalo.example", c.URL)
		}
		if c.Token == "" && c.TokenFile == "" && c.TokenEnv == "" {
			return nil, errors.New("anomalo: it needs an API token; say in which file or environment variable it stands")
		}
	}
	if c.Full == 0 {
		c.Full = 24 * time.Hour
	}
	return &Source{c}, nil
}

// cursor is where the next run goes on.
type cursor struct {
	Version string           `json:"v"`
	Full    time.Time        `json:"full"`
	Jobs    map[int64]string `json:"jobs"` // the newest run of each table that was read
}

type table struct {
	Table struct {
		ID          int64        `json:"id"`
		FullName    string       `json:"full_name"`
		Name        string       `json:"name"`
		Description string       `json:"description"`
		Warehouse   int64        `json:"warehouse_id"`
		Labels      []namedLabel `json:"labels"`
	} `json:"table"`
	Watched *bool `json:"watched"`
	Recent  struct {
		Intervals []interval `json:"recent_intervals"`
	} `json:"recent_status"`
}

type namedLabel struct {
	Name string `json:"name"`
}

func (namedLabel) Unread() []string { return []string{"id", "scope"} }

type interval struct {
	Status string     `json:"status"`
	Job    loose.Text `json:"latest_run_checks_job_id"`
	End    string     `json:"end_time"`
}

func (interval) Unread() []string { return []string{"id", "start_time", "interval_id"} }

type check struct {
	ID     loose.Text `json:"check_id"`
	Static loose.Text `json:"check_static_id"`
	Type   string     `json:"check_type"`
	Config struct {
		Meta struct {
			Message  string `json:"check_message"`
			Priority string `json:"priority_level"`
		} `json:"_metadata"`
		Params struct {
			Column loose.Text `json:"column"`
		} `json:"params"`
	} `json:"config"`
	Priority string `json:"priority_level"`
	Ref      string `json:"ref"`
}

func (check) Unread() []string {
	return []string{"created", "created_by", "last_edited_at", "last_edited_by", "triage_status", "labels"}
}

type run struct {
	ID      loose.Text `json:"check_id"`
	Run     loose.Text `json:"check_run_id"`
	Status  string     `json:"status"`
	Done    string     `json:"completed_at"`
	Pending bool       `json:"results_pending"`
	Triage  string     `json:"triage_status"`
	Results struct {
		Success   *bool      `json:"success"`
		Errored   bool       `json:"errored"`
		Message   string     `json:"evaluated_message"`
		Exception string     `json:"exception_msg"`
		Name      string     `json:"statistic_name"`
		Statistic loose.Text `json:"statistic"`
	} `json:"results"`
}

// Unread: samples of rows are data and are not kept.
func (run) Unread() []string { return []string{"labels", "created_at", "modified_at", "run_config"} }

// reading is one run of a source.
type reading struct {
	*Source
	rep   catalog.Report
	clock loose.Clock
	now   time.Time
	get   func(ctx context.Context, endpoint string, key string, params url.Values) ([]byte, error)
	emit  func(catalog.Claim) error
}

// perPage is how many tables are asked for at once.
const perPage = 100

// Read reads every watched table whose newest run is not the one that the cursor has, and once in a while all.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, clock: loose.Clock{Zone: s.Zone}, now: s.Now()}
	r.emit = func(c catalog.Claim) error {
		r.rep.Claims++
		return emit(c)
	}
	r.get = r.fromFiles
	if s.URL != "" {
		token, err := s.token()
		if err != nil {
			return r.rep, fmt.Errorf("anomalo: %w", err)
		}
		r.get = r.fromAPI(token)
	}
	var last cursor
	if since == "" || json.Unmarshal([]byte(since), &last) != nil || last.Version != version || r.now.Sub(last.Full) >= s.Full {
		last = cursor{Version: version, Full: r.now}
		r.rep.Whole = true
	}
	next := cursor{Version: version, Full: last.Full, Jobs: map[int64]string{}}
	if err := r.all(ctx, last, next); err != nil {
		return r.rep, fmt.Errorf("anomalo: %w", err)
	}
	r.clock.Note(r.rep.Count)
	raw, err := json.Marshal(next)
	r.rep.Cursor = string(raw)
	return r.rep, err
}

func (r *reading) all(ctx context.Context, last, next cursor) error {
	houses, err := r.warehouses(ctx)
	if err != nil {
		return err
	}
	for offset := 0; ; offset += perPage {
		var page []json.RawMessage
		raw, err := r.get(ctx, "configured_tables", "", url.Values{"details": {"true"}, "limit": {strconv.Itoa(perPage)}, "offset": {strconv.Itoa(offset)}})
		if err != nil {
			return err
		}
		if err := loose.Decode(raw, &page, loose.Notes{}); err != nil {
			return fmt.Errorf("configured_tables: %w", err)
		}
		for _, one := range page {
			var t table
			if err := loose.Decode(one, &t, loose.Notes{Report: &r.rep, Where: "configured_tables"}); err != nil {
				return fmt.Errorf("configured_tables: %w", err)
			}
			if err := r.table(ctx, &t, houses, last, next); err != nil {
				return err
			}
		}
		if len(page) < perPage || r.URL == "" {
			return nil
		}
	}
}

func (r *reading) warehouses(ctx context.Context) (map[int64]string, error) {
	raw, err := r.get(ctx, "list_warehouses", "", nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Warehouses []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"warehouses"`
	}
	if err := loose.Decode(raw, &list, loose.Notes{}); err != nil {
		return nil, fmt.Errorf("list_warehouses: %w", err)
	}
	out := map[int64]string{}
	for _, w := range list.Warehouses {
		out[w.ID] = w.Name
	}
	return out, nil
}

// id is the table's name: Anomalo puts the warehouse before it.
func (r *reading) id(t *table, house string) catalog.ID {
	name := cmp.Or(t.Table.FullName, t.Table.Name)
	if house != "" {
		name = strings.TrimPrefix(name, house+".")
	}
	w := r.Warehouses[house]
	if w.Catalog != "" {
		name = w.Catalog + "." + name
	}
	return catalog.ID{Namespace: w.Namespace, Name: name}
}

func (r *reading) table(ctx context.Context, t *table, houses map[int64]string, last, next cursor) error {
	r.rep.Records++
	if t.Watched != nil && !*t.Watched {
		r.rep.Count("tables that are not watched")
		return nil
	}
	if t.Table.ID == 0 || cmp.Or(t.Table.FullName, t.Table.Name) == "" {
		r.rep.Skip("a table", "it has no id or no name")
		return nil
	}
	r.rep.Count("tables")
	job := ""
	for _, i := range t.Recent.Intervals { // the newest first
		if i.Status == "complete" && i.Job != "" {
			job = string(i.Job)
			break
		}
	}
	next.Jobs[t.Table.ID] = job
	if before, ok := last.Jobs[t.Table.ID]; ok && before == job {
		return nil
	}
	key := strconv.FormatInt(t.Table.ID, 10)
	raw, err := r.get(ctx, "get_checks_for_table", key, url.Values{"table_id": {key}, "exclude_disabled": {"true"}})
	if err != nil {
		return err
	}
	var list struct {
		Checks []check `json:"checks"`
	}
	if err := loose.Decode(raw, &list, loose.Notes{Report: &r.rep, Where: "get_checks_for_table"}); err != nil {
		return fmt.Errorf("get_checks_for_table %s: %w", key, err)
	}
	runs := map[string]*run{}
	if job != "" {
		raw, err := r.get(ctx, "get_run_result", job, url.Values{"run_checks_job_id": {job}})
		if err != nil {
			return err
		}
		var result struct {
			Runs []run `json:"check_runs"`
		}
		if err := loose.Decode(raw, &result, loose.Notes{Report: &r.rep, Where: "get_run_result"}); err != nil {
			return fmt.Errorf("get_run_result %s: %w", job, err)
		}
		for i := range result.Runs {
			runs[string(result.Runs[i].ID)] = &result.Runs[i]
		}
	}
	house := houses[t.Table.Warehouse]
	c := catalog.Claim{About: r.id(t, house), Part: "table:" + key, Native: t.Table.FullName, Description: t.Table.Description}
	c.Source, c.System, c.RecordID, c.FetchedAt = r.Name, catalog.Anomalo, key, r.now
	for _, l := range t.Table.Labels {
		if l.Name != "" {
			c.Tags = append(c.Tags, l.Name)
		}
	}
	if r.URL != "" {
		c.URL = strings.TrimSuffix(r.URL, "/") + "/dashboard/tables/" + key + "/overview"
	}
	for _, k := range list.Checks {
		one := r.check(&k, runs[string(k.ID)])
		one.URL = c.URL
		c.Checks = append(c.Checks, one)
		if one.RanAt.After(c.AsOf) {
			c.AsOf = one.RanAt
		}
	}
	return r.emit(c)
}

var priorities = map[string]string{"high": "high", "normal": "medium", "medium": "medium", "low": "low"}

func (r *reading) check(k *check, result *run) catalog.Check {
	r.rep.Count("checks")
	out := catalog.Check{ID: "anomalo:" + cmp.Or(string(k.Static), string(k.ID)), Type: cmp.Or(k.Type, "unknown"), Column: string(k.Config.Params.Column), Message: loose.Short(k.Config.Meta.Message),
		Severity: priorities[strings.ToLower(cmp.Or(k.Priority, k.Config.Meta.Priority))]}
	if result == nil {
		return out // has not run yet
	}
	x := &result.Results
	out.RanAt = r.clock.Time(result.Done)
	out.Status = "unknown"
	switch {
	case result.Pending:
		out.Status = "pending"
	case x.Errored:
		out.Status = "error"
	case x.Success != nil && *x.Success:
		out.Status = "pass"
	case x.Success != nil:
		out.Status = "fail"
	}
	r.rep.Count("results " + out.Status)
	if msg := cmp.Or(x.Exception, x.Message); msg != "" {
		out.Message = loose.Short(msg)
	}
	if x.Statistic != "" {
		out.Observed = loose.Short(strings.TrimSpace(x.Name + " " + string(x.Statistic)))
	}
	return out
}

func (s *Source) token() (string, error) {
	switch {
	case s.Token != "":
		return s.Token, nil
	case s.TokenFile != "":
		raw, err := os.ReadFile(s.TokenFile)
		if err != nil {
			return "", fmt.Errorf("the API token: %w", err)
		}
		return strings.TrimSpace(string(raw)), nil
	}
	if t := os.Getenv(s.TokenEnv); t != "" {
		return t, nil
	}
	return "", fmt.Errorf("the environment variable %s has no API token", s.TokenEnv)
}

// fromFiles reads an answer that was kept. A table whose checks or runs nobody kept has none.
func (r *reading) fromFiles(_ context.Context, endpoint, key string, _ url.Values) ([]byte, error) {
	name := endpoint
	if key != "" {
		name += "-" + key
	}
	raw, err := loose.ReadFile(r.Files, name+".json", maxAnswer)
	if errors.Is(err, fs.ErrNotExist) && endpoint != "configured_tables" {
		r.rep.Skip(name+".json", "there is no such file")
		return []byte("{}"), nil
	}
	return raw, err
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 64 << 20

// tries is how often a request is made that the server could not answer now.
const tries = 4

func (r *reading) fromAPI(token string) func(context.Context, string, string, url.Values) ([]byte, error) {
	client := r.Client
	if client == nil {
		client = &http.Client{Timeout: time.Minute}
	}
	return func(ctx context.Context, endpoint, _ string, params url.Values) ([]byte, error) {
		wait := cmp.Or(r.pause, 250*time.Millisecond)
		for try := 1; ; try++ {
			raw, again, err := once(ctx, client, strings.TrimSuffix(r.URL, "/")+"/api/public/v1/"+endpoint+"?"+params.Encode(), token)
			if err == nil || !again || try == tries {
				if err != nil {
					err = fmt.Errorf("%s: %w", endpoint, err)
				}
				return raw, err
			}
			select {
			case <-time.After(wait):
				wait *= 3
			case <-ctx.Done():
				return nil, errors.Join(ctx.Err(), err)
			}
		}
	}
}

func once(ctx context.Context, client *http.Client, address, token string) (raw []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("X-Anomalo-Token", token)
	resp, err := client.Do(req)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	defer resp.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, ctx.Err() == nil, err
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return nil, false, fmt.Errorf("the API token is refused (%s)", resp.Status)
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return nil, true, fmt.Errorf("%s: %s", resp.Status, loose.Short(string(raw)))
	case resp.StatusCode != http.StatusOK:
		return nil, false, fmt.Errorf("%s: %s", resp.Status, loose.Short(string(raw)))
	case len(raw) > maxAnswer:
		return nil, false, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	return raw, false, nil
}
