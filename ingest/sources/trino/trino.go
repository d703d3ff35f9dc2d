// Package trino reads what a Trino knows of its tables: columns, comments, views with their lineage, sizes,
// the commits of Iceberg tables, and how the tables were asked for. It asks the server through a port that its
// user gives, with statements that read metadata alone, and never reads a row of a table. Start at Source.Read.
package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/rows"
)

// version is that of this reader's cursor. A newer one begins anew.
const version = "trino 1"

// Ask runs one statement as the service account and gives all of its rows. An error may have the method
// Tell() (code, reason, hint string) of engines; by its code a server that is gone is told from a catalog that
// does not answer.
type Ask func(ctx context.Context, sql string) (*rows.Set, error)

// Config says what is read.
type Config struct {
	Name string           // of the source, in the workspace
	Now  func() time.Time // the clock
	Ask  Ask
	// Include are patterns of one to three parts, in which * stands for any part; empty means every catalog but
	// the server's own.
	Include []string
	// Namespace of the tables, such as trino://other:8443. Empty: they are those of the lake.
	Namespace string
	// NoSnapshots leaves out the metadata tables of Iceberg tables: one cheap read for each table, many at once.
	NoSnapshots bool
	// Stats asks SHOW STATS of tables whose size is not known by then, of at most MaxStats (5000) a run.
	Stats    bool
	MaxStats int
	// NoQueries leaves out the query history; KeepLiterals keeps the constants of queries, which may be
	// somebody's name. Own are the sources whose queries are limn's own work, and not kept.
	NoQueries    bool
	KeepLiterals bool
	Own          []string
	Workers      int // statements at a time; 4
}

// Source reads one server.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Ask == nil {
		return nil, errors.New("trino: a source needs a clock and a server to ask")
	}
	for _, p := range c.Include {
		if parts := strings.Split(p, "."); len(parts) > 3 || slices.Contains(parts, "") {
			return nil, fmt.Errorf("trino: include %q: write catalog, catalog.schema or catalog.schema.table; * is any", p)
		}
	}
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.MaxStats <= 0 {
		c.MaxStats = 5000
	}
	if len(c.Own) == 0 {
		c.Own = []string{"limn"}
	}
	return &Source{c}, nil
}

// cursor is what the next run need not ask again.
type cursor struct {
	Version   string          `json:"v"`
	Snapshots map[string]snap `json:"snapshots,omitempty"` // by key of the table
	History   *history        `json:"history,omitempty"`
}

// reading is one run of a source.
type reading struct {
	*Source
	mu       sync.Mutex // over rep, in what runs several at a time
	rep      catalog.Report
	now      time.Time
	emit     func(catalog.Claim) error
	old, new cursor
	tables   []*table
	partial  bool // something could not be read, so that what is missing may still be there
}

// Read reads everything that there is: the server tells of no changes. What costs a statement for each table is
// asked again only of tables that have a new commit.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, now: s.Now(), new: cursor{Version: version, Snapshots: map[string]snap{}}}
	if since != "" {
		if err := json.Unmarshal([]byte(since), &r.old); err != nil || r.old.Version != version {
			r.old = cursor{}
		}
	}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.SystemTrino, r.now
		r.rep.Claims++
		return emit(c)
	}
	for _, step := range []func(context.Context) error{r.list, r.snapshots, r.stats, r.tell, r.queries} {
		if err := step(ctx); err != nil {
			return r.rep, fmt.Errorf("trino: %w", err)
		}
	}
	raw, err := json.Marshal(r.new)
	if err != nil {
		return r.rep, fmt.Errorf("trino: %w", err)
	}
	r.rep.Cursor, r.rep.Whole = string(raw), !r.partial
	return r.rep, nil
}

// gone are the codes of errors after which asking on makes no sense.
var gone = []string{"unreachable", "unauthorized", "busy", "starting", "cancelled"}

// leave says what to do about a part that could not be read: it is skipped and named, and then nothing counts as
// removed; where the server itself is gone, the run ends.
func (r *reading) leave(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var told interface {
		Tell() (code, reason, hint string)
	}
	if errors.As(err, &told) {
		if code, _, _ := told.Tell(); slices.Contains(gone, code) {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rep.Skip(what, err.Error())
	r.partial = true
	return nil
}

// quote writes a name as SQL has it.
func quote(parts ...string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Join(out, ".")
}

// literal writes a text as SQL has it.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func text(v rows.Value) string {
	s, _ := v.(string)
	return s
}

func number(v rows.Value) (int64, bool) {
	n, ok := v.(int64)
	return n, ok
}

// covers says whether a pattern lets a name of some parts through.
func (s *Source) covers(parts ...string) bool {
	return len(s.Include) == 0 || slices.ContainsFunc(s.Include, func(p string) bool {
		for i, want := range strings.Split(p, ".") {
			if i < len(parts) && want != "*" && !strings.EqualFold(want, parts[i]) {
				return false
			}
		}
		return true
	})
}
