// Package connect reads Kafka Connect: which connector brings which table into which topic and which topic into which
// table, and whether it runs. It reads the REST interface of the workers, or files with configurations. What may be a
// secret in a configuration is never kept. Start at Source.Read.
package connect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// version is that of this reader's cursor.
const version = "connect 1"

// Config says what is read: Client, or Files.
type Config struct {
	Name   string           // of the source, in the workspace
	Now    func() time.Time // the clock
	Client *rest.Client     // at the REST interface of the workers
	// Files and Patterns: configurations as they are posted, {"name", "config"} or the config alone, and answers of
	// the REST interface.
	Files    fs.FS
	Patterns []string
	// Namespace of the topics, such as kafka://broker:9092. Empty: what a configuration says itself.
	Namespace string
	// Catalog is what Trino calls the catalog that Iceberg sinks write to. Empty: as the sink calls it.
	Catalog string
}

// Source reads connectors.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || (c.Client == nil) == (c.Files == nil) {
		return nil, errors.New("connect: a source needs a clock, and either an address or files")
	}
	return &Source{c}, nil
}

// connector is what is known of one connector.
type connector struct {
	Name   string                `json:"name"`
	Config map[string]loose.Text `json:"config"`
	Type   string                `json:"type"`
	status *status
	topics []string // that it uses, as the workers saw
	listed bool     // the workers can tell
	raw    []byte
}

func (connector) Unread() []string { return []string{"tasks"} }

// status is how a connector and its tasks are.
type status struct {
	Connector task   `json:"connector"`
	Tasks     []task `json:"tasks"`
}

func (status) Unread() []string { return []string{"name", "type"} }

type task struct {
	ID    int    `json:"id"`
	State string `json:"state"`
	Trace string `json:"trace"`
}

func (task) Unread() []string { return []string{"worker_id", "version"} }

// cursor keeps since when each connector has been as it is.
type cursor struct {
	Version string           `json:"v"`
	States  map[string]since `json:"states"`
}

type since struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

// reading is one run of a source.
type reading struct {
	*Source
	rep      catalog.Report
	now      time.Time
	emit     func(catalog.Claim) error
	old, new cursor
}

// Read reads all connectors.
func (s *Source) Read(ctx context.Context, from string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, now: s.Now().UTC(), new: cursor{version, map[string]since{}}}
	if from != "" && (json.Unmarshal([]byte(from), &r.old) != nil || r.old.Version != version) {
		r.old = cursor{}
	}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.Connect, r.now
		r.rep.Claims++
		return emit(c)
	}
	var all []*connector
	var err error
	if s.Client != nil {
		all, err = r.ask(ctx)
	} else {
		all, err = r.files()
	}
	if err != nil {
		return r.rep, fmt.Errorf("connect: %w", err)
	}
	slices.SortFunc(all, func(a, b *connector) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range all {
		r.rep.Records++
		if err := r.connector(c); err != nil {
			return r.rep, err
		}
	}
	raw, err := json.Marshal(r.new)
	if err != nil {
		return r.rep, fmt.Errorf("connect: %w", err)
	}
	r.rep.Cursor, r.rep.Whole = string(raw), true
	return r.rep, nil
}

// expanded is an answer to /connectors?expand=info&expand=status.
type expanded map[string]struct {
	Info   json.RawMessage `json:"info"`
	Status json.RawMessage `json:"status"`
}

// ask asks the workers for all connectors, and for the topics that each has used.
func (r *reading) ask(ctx context.Context) ([]*connector, error) {
	raw, err := r.Client.Get(ctx, "/connectors?expand=info&expand=status")
	if err != nil {
		return nil, err
	}
	all, err := r.expand(raw)
	if err != nil {
		return nil, fmt.Errorf("%s/connectors: %w", r.Client.Base, err)
	}
	for _, c := range all {
		a, err := r.Client.Do(ctx, http.MethodGet, "/connectors/"+url.PathEscape(c.Name)+"/topics", nil, nil)
		switch s := rest.Status(err); {
		case s == http.StatusForbidden || s == http.StatusNotFound: // switched off, or of a version before 2.5
			r.rep.Count("connectors whose topics the workers do not tell")
			continue
		case err != nil:
			return nil, err
		}
		var topics map[string]struct {
			Topics []string `json:"topics"`
		}
		if err := json.Unmarshal(a.Body, &topics); err != nil {
			return nil, fmt.Errorf("%s/connectors/%s/topics: the answer is of another shape: %w", r.Client.Base, c.Name, err)
		}
		c.topics, c.listed = topics[c.Name].Topics, true
	}
	return all, nil
}

func (r *reading) expand(raw []byte) ([]*connector, error) {
	var doc expanded
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("the answer is no list of connectors: %w", err)
	}
	var out []*connector
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		c := &connector{raw: doc[name].Info}
		if len(doc[name].Info) == 0 {
			return nil, fmt.Errorf("the answer says nothing of connector %s; workers before 2.3 cannot tell", name)
		}
		if err := loose.Decode(doc[name].Info, c, loose.Notes{Report: &r.rep, Where: "info"}); err != nil {
			return nil, err
		}
		c.Name = cmp.Or(c.Name, name)
		if len(doc[name].Status) > 0 {
			c.status = &status{}
			if err := loose.Decode(doc[name].Status, c.status, loose.Notes{Report: &r.rep, Where: "status"}); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// maxFile is how large a file may be, in bytes.
const maxFile = 64 << 20

func (r *reading) files() ([]*connector, error) {
	names, err := loose.Files(r.Files, r.Patterns)
	if err != nil {
		return nil, err
	}
	var out []*connector
	for _, name := range names {
		f, err := r.Files.Open(name)
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(io.LimitReader(f, maxFile))
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found, err := r.file(name, raw)
		if err != nil {
			r.rep.Skip(name, err.Error())
			continue
		}
		out = append(out, found...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(c *connector) bool { // a repository may hold one connector several times
		twice := seen[c.Name]
		if seen[c.Name] = true; twice {
			r.rep.Skip("connector "+c.Name, "it stands in several files; the first counts")
		}
		return twice
	}), nil
}

// file reads one of the shapes that a configuration is written in.
func (r *reading) file(name string, raw []byte) ([]*connector, error) {
	var keys map[string]json.RawMessage
	if err := loose.Decode(raw, &keys, loose.Notes{}); err != nil {
		return nil, err
	}
	switch {
	case keys["config"] != nil:
		c := &connector{raw: raw}
		if err := loose.Decode(raw, c, loose.Notes{Report: &r.rep}); err != nil {
			return nil, err
		}
		c.Name = cmp.Or(c.Name, string(c.Config["name"]), name)
		if len(c.Config) == 0 {
			return nil, errors.New("its config is empty")
		}
		return []*connector{c}, nil
	case keys["connector.class"] != nil:
		c := &connector{raw: raw}
		if err := loose.Decode(raw, &c.Config, loose.Notes{}); err != nil {
			return nil, err
		}
		c.Name = cmp.Or(string(c.Config["name"]), strings.TrimSuffix(name, ".json"))
		return []*connector{c}, nil
	}
	var doc expanded
	if json.Unmarshal(raw, &doc) == nil && len(doc) > 0 {
		for _, one := range doc {
			if len(one.Info) == 0 {
				return nil, errors.New("it is no configuration of a connector")
			}
		}
		return r.expand(raw)
	}
	return nil, errors.New("it is no configuration of a connector")
}

// told are the settings that are kept. It names what is known to hold no secret, and nothing else.
var told = []string{"connector.class", "tasks.max", "topic.prefix", "database.server.name", "database.hostname", "database.port", "database.dbname", "database.names", "database.include.list", "schema.include.list",
	"table.include.list", "table.whitelist", "collection.include.list", "snapshot.mode", "plugin.name", "slot.name", "publication.name", "heartbeat.interval.ms", "topics", "topics.regex", "iceberg.tables", "iceberg.catalog",
	"s3.bucket.name", "s3.region", "topics.dir", "mode", "incrementing.column.name", "timestamp.column.name", "poll.interval.ms", "table.name.format", "collection.name.format", "insert.mode", "delete.enabled", "pk.mode",
	"key.converter", "value.converter", "transforms", "errors.tolerance", "errors.deadletterqueue.topic.name"}

// connector makes the claims of one connector: of itself as a job, and of what it writes.
func (r *reading) connector(c *connector) error {
	job := catalog.Claim{About: catalog.ID{Namespace: "kafka-connect://" + r.Name, Name: c.Name}, Kind: catalog.Job, Platform: "kafka-connect", Native: c.Name, Custom: map[string]string{}, Description: c.text("openlineage.integration.job.description")}
	if r.Client != nil {
		if u, err := url.Parse(r.Client.Base); err == nil {
			job.About.Namespace = "kafka-connect://" + u.Host
		}
	}
	job.RecordID, job.RawHash = c.Name, loose.Hash(c.raw)
	for _, k := range told {
		if v := c.text(k); v != "" && len(v) <= 500 && !strings.Contains(v, "${") {
			job.Custom[k] = v
		}
	}
	for _, pair := range split(c.text("openlineage.integration.owners")) {
		who, role, _ := strings.Cut(pair, "=")
		job.Owners = append(job.Owners, catalog.Ownership{Principal: who, Role: loose.Role(role), SourceRole: role})
	}
	job.Tags = split(c.text("openlineage.integration.tags"))
	seen := r.observe(c)
	job.Observed = seen
	flows, why := r.flows(c)
	switch {
	case why != "":
		r.rep.Skip("connector "+c.Name, why)
	case len(flows) == 0:
		r.rep.Count("connectors of which no table is known")
	}
	r.rep.Count("connectors")
	if err := r.emit(job); err != nil {
		return err
	}
	byTarget := map[string]*catalog.Claim{}
	var order []string
	for _, f := range flows {
		k := f.to.Key()
		t := byTarget[k]
		if t == nil {
			t = &catalog.Claim{About: f.to, Part: c.Name, Kind: f.kind, Observed: seen}
			t.RecordID = c.Name
			byTarget[k] = t
			order = append(order, k)
		}
		if f.from.IsZero() {
			continue
		}
		e := catalog.EdgeClaim{From: f.from, Job: c.Name, Confidence: f.confidence}
		if !slices.Contains(t.Upstream, e) {
			t.Upstream = append(t.Upstream, e)
		}
	}
	for _, k := range order {
		if err := r.emit(*byTarget[k]); err != nil {
			return err
		}
	}
	return nil
}

// observe says whether a connector runs, and since when it was seen to.
func (r *reading) observe(c *connector) []catalog.Observation {
	if c.status == nil {
		return nil
	}
	kind, detail := catalog.Running, ""
	switch state := strings.ToUpper(c.status.Connector.State); state {
	case "RUNNING", "RESTARTING":
		var bad []string
		running := 0
		for _, t := range c.status.Tasks {
			switch strings.ToUpper(t.State) {
			case "RUNNING", "RESTARTING":
				running++
			default:
				bad = append(bad, strings.TrimSpace("task "+strconv.Itoa(t.ID)+" is "+strings.ToLower(t.State)+" "+c.clean(t.Trace)))
			}
		}
		switch {
		case len(bad) > 0:
			kind, detail = catalog.Stopped, fmt.Sprintf("%d of %d tasks do not run: %s", len(bad), len(c.status.Tasks), bad[0])
		case running == 0:
			kind, detail = catalog.Stopped, "it has no task"
		}
	case "":
		return nil
	default:
		kind, detail = catalog.Stopped, strings.TrimSpace("the connector is "+strings.ToLower(state)+" "+c.clean(c.status.Connector.Trace))
	}
	state := kind
	at := r.now
	if old, ok := r.old.States[c.Name]; ok && old.State == state {
		at = old.At
	}
	r.new.States[c.Name] = since{state, at}
	return []catalog.Observation{{Kind: kind, At: at, Job: c.Name, Detail: detail}}
}

// clean is the first line of a trace without any value of a setting that may be secret.
func (c *connector) clean(trace string) string {
	line, _, _ := strings.Cut(trace, "\n")
	for k, v := range c.Config {
		if rest.Secret(k) && len(v) >= 3 {
			line = strings.ReplaceAll(line, string(v), "…")
		}
	}
	if line = urls.ReplaceAllString(line, "$1…@"); line != "" {
		return "(" + loose.Short(line) + ")"
	}
	return ""
}

// text is a setting.
func (c *connector) text(keys ...string) string {
	for _, k := range keys {
		if v := strings.TrimSpace(string(c.Config[k])); v != "" {
			return v
		}
	}
	return ""
}

// split takes a list that is joined by commas apart.
func split(s string) []string {
	var out []string
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
