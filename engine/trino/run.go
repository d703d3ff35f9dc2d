package trino

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	driver "github.com/trinodb/trino-go-client/trino"

	"github.com/limn-data/limn/trino/rows"
)

// Statement is one query that may run.
type Statement struct {
	SQL      string
	User     string         // the asker; empty means the service account
	MaxRows  int            // further rows are not fetched and the query is ended; -1: all
	Limits   Limits         // handed to the server as session properties
	Progress func(Progress) // called from another goroutine while the query runs, never after Run returned; may be nil
}

// Limits of one query. Zero values set none.
type Limits struct {
	ScanBytes int64
	Timeout   time.Duration
}

// Progress is how far a query is, as the server says.
type Progress struct {
	QueryID         string
	State           string // QUEUED, PLANNING, STARTING, RUNNING, FINISHING, FINISHED, FAILED
	Splits, Done    int    // pieces of work
	Rows, Bytes     int64  // read so far
	Percent         float64
	Elapsed, Queued time.Duration
}

// watch receives progress from the driver and hands it on until it is closed.
type watch struct {
	mu     sync.Mutex
	to     func(Progress)
	id     string
	closed bool
}

// watchKey is where requests find the watch of the query that they belong to.
type watchKey struct{}

// saw takes the id of the query from the address that the server gave for its next page, which holds it
// behind /v1/statement/queued/ or /executing/. The driver tells of a query only once it has gone well.
func (w *watch) saw(path string) {
	rest, ok := strings.CutPrefix(path, "/v1/statement/")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 2 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.id = parts[1]
}

// Update is called by the driver.
func (w *watch) Update(p driver.QueryProgressInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.to == nil {
		return
	}
	s := p.QueryStats
	w.to(Progress{QueryID: p.QueryId, State: s.State, Splits: s.TotalSplits, Done: s.CompletedSplits, Rows: s.ProcessedRows, Bytes: s.ProcessedBytes,
		Percent: float64(s.ProgressPercentage), Elapsed: time.Duration(s.ElapsedTimeMillis) * time.Millisecond, Queued: time.Duration(s.QueuedTimeMillis) * time.Millisecond})
}

func (w *watch) close() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return w.id
}

// progressEvery is how often the driver tells at most.
const progressEvery = 250 * time.Millisecond

// Run runs a query and returns its rows whole, or cut at MaxRows and said to be. A cancelled context ends
// the query on the server too. Every error of the query or on the way to it is an *Error.
func (e *Engine) Run(ctx context.Context, s Statement) (*rows.Set, error) {
	limit := e.cfg.Timeout
	if s.Limits.Timeout > 0 {
		limit = min(limit, s.Limits.Timeout)
	}
	set, err := e.try(ctx, s, limit)
	var failed *Error
	if errors.As(err, &failed) && failed.propertyRefused() && !e.unlimited.Swap(true) {
		// Nothing ran: the server refused a property before it looked at the query.
		set, err = e.try(ctx, s, limit)
	}
	return set, err
}

func (e *Engine) try(ctx context.Context, s Statement, limit time.Duration) (*rows.Set, error) {
	w := &watch{to: s.Progress}
	deadline, cancel := context.WithTimeout(context.WithValue(ctx, watchKey{}, w), limit)
	defer cancel()
	fail := func(err error) error { return e.failure(ctx, deadline, err, limit, w.close()) }
	defer w.close()
	user := s.User
	if user == "" {
		user = e.cfg.User
	}
	args := []any{sql.Named("X-Trino-User", user), sql.Named("X-Trino-Progress-Callback", w), sql.Named("X-Trino-Progress-Callback-Period", progressEvery)}
	if p := e.session(s.Limits); p != "" {
		args = append(args, sql.Named("X-Trino-Session", p))
	}
	res, err := e.db.QueryContext(deadline, s.SQL, args...)
	if err != nil {
		return nil, fail(err)
	}
	set, err := read(res, s.MaxRows)
	// Closing ends a query that still has rows. What goes wrong then matters only where rows are missing.
	if cerr := res.Close(); err == nil && !set.Truncated && cerr != nil {
		err = cerr
	}
	if err != nil {
		return nil, fail(err)
	}
	return set, nil
}

// read takes rows up to the cap. A page whose rows have fewer values than there are columns makes the
// driver panic; here it is an error like every other page that cannot be read.
func read(res *sql.Rows, most int) (set *rows.Set, err error) {
	defer func() {
		if r := recover(); r != nil {
			set, err = nil, fmt.Errorf("reading a page: %v", r)
		}
	}()
	cols, err := res.ColumnTypes()
	if err != nil {
		return nil, err
	}
	set = &rows.Set{Columns: make([]rows.Column, len(cols))}
	conv := make([]convert, len(cols))
	for i, c := range cols {
		t, err := typeOf(c)
		if err != nil {
			return nil, err
		}
		set.Columns[i] = rows.Column{Name: c.Name(), Type: t.String()}
		conv[i] = converter(t)
	}
	cells := make([]any, len(cols))
	into := make([]any, len(cols))
	for i := range cells {
		into[i] = &cells[i]
	}
	for res.Next() {
		if most >= 0 && len(set.Rows) == most {
			set.Truncated = true
			return set, nil
		}
		if err := res.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]rows.Value, len(cols))
		for i, v := range cells {
			if row[i], err = conv[i](v); err != nil {
				return nil, fmt.Errorf("column %s: %w", set.Columns[i].Name, err)
			}
		}
		set.Rows = append(set.Rows, row)
	}
	return set, res.Err()
}
