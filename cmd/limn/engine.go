package main

import (
	"context"
	"errors"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/semantic/infer"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/rows"
)

// lake is the engine under a workspace: the embedded one over files, or a Trino.
type lake interface {
	answer.Engine
	infer.Sampler
	// Range is the first and last day of a column, Distinct its values up to a limit.
	Range(ctx context.Context, a *catalog.Asset, column string) (first, last string, err error)
	Distinct(ctx context.Context, a *catalog.Asset, column string, limit int) (values []string, more bool, err error)
	Close() error
}

// embedded is DuckDB in worker processes.
type embedded struct{ *duckdb.Engine }

func (e embedded) Run(ctx context.Context, s answer.Statement) (*rows.Set, error) {
	set, err := e.Engine.Run(ctx, duckdb.Statement{Query: s.Plan.Query, Info: s.Plan.Info, Tables: s.Plan.Tables, Now: s.Now, MaxRows: s.MaxRows})
	var failed *duckdb.Error
	if errors.As(err, &failed) {
		return nil, told{failed}
	}
	return set, err
}

func (e embedded) Profile(ctx context.Context, a *catalog.Asset, limit int) (infer.Profile, error) {
	n, cols, err := e.Engine.Profile(ctx, a, limit)
	p := infer.Profile{Rows: n}
	for _, c := range cols {
		p.Columns = append(p.Columns, infer.Column{Nulls: c.Nulls, Distinct: c.Distinct, Min: c.Min, Max: c.Max})
	}
	return p, err
}

// told is an engine's error in the words that an outcome shows.
type told struct{ err *duckdb.Error }

func (t told) Tell() (code, reason, hint string) { return t.err.Code, t.err.Message, t.err.Hint }
func (t told) Error() string                     { return t.err.Error() }
func (t told) Unwrap() error                     { return t.err }

// served is a Trino. Queries run as the asker, or, where the workspace says so, as the account.
type served struct {
	*trino.Engine
	zone      *time.Location
	asAccount bool
	note      func(format string, args ...any) // what was left out, for the person who waits
}

// user is the asker's name for the server. Who asks at this machine without saying who they are is the
// account; somebody whose name is local is not.
func (e served) user(who access.Principal) string {
	if e.asAccount || who.Name == "local" && who.ActAs == "" {
		return ""
	}
	return who.Name
}

func (e served) Run(ctx context.Context, s answer.Statement) (*rows.Set, error) {
	sql := s.Plan.SQL
	if q := trino.Pin(s.Plan.Query, s.Now, e.zone); q != s.Plan.Query {
		sql = format.Query(q)
	}
	st := trino.Statement{SQL: sql, User: e.user(s.Who), MaxRows: s.MaxRows, Limits: trino.Limits{ScanBytes: s.Caps.ScanBytes, Timeout: s.Caps.Time}}
	if s.Progress != nil {
		st.Progress = func(p trino.Progress) {
			s.Progress(answer.Progress{State: p.State, Percent: p.Percent, Rows: p.Rows, Bytes: p.Bytes, Elapsed: p.Elapsed})
		}
	}
	set, err := e.Engine.Run(ctx, st)
	if err != nil {
		return nil, err
	}
	for i := range set.Columns { // the server gives names in its own case
		if i < len(s.Plan.Info.Columns) {
			set.Columns[i].Name = s.Plan.Info.Columns[i].Name
		}
	}
	return set, nil
}

// seen asks what the server shows somebody; who is the account sees all of its tables.
func (e served) seen(scope []string) func(ctx context.Context, who access.Principal) (access.Seen, error) {
	return func(ctx context.Context, who access.Principal) (access.Seen, error) {
		user := e.user(who)
		if user == "" {
			return nil, nil
		}
		return e.Engine.Seen(ctx, scope, user)
	}
}

// Estimate asks the server's planner, as the asker.
func (e served) Estimate(ctx context.Context, s gate.Scan) (gate.Estimate, error) {
	got, err := e.Engine.Estimate(ctx, s.Query, e.user(s.Who))
	return gate.Estimate(got), err
}

// Profile leaves a table out whose rows cannot be looked at: nothing is then known of its values.
func (e served) Profile(ctx context.Context, a *catalog.Asset, limit int) (infer.Profile, error) {
	n, cols, err := e.Engine.Profile(ctx, a, limit)
	if err != nil {
		if fatal(ctx, err) {
			return infer.Profile{}, err
		}
		e.note("the values of %s were left out: %v", a.Name, err)
		return infer.Profile{Columns: make([]infer.Column, len(a.Columns))}, nil
	}
	p := infer.Profile{Rows: n}
	for _, c := range cols {
		p.Columns = append(p.Columns, infer.Column{Nulls: c.Nulls, Distinct: c.Distinct, Min: c.Min, Max: c.Max})
	}
	if a.Rows < 0 && n < int64(limit) {
		a.Rows = n
	}
	return p, nil
}

func (e served) Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error) {
	share, err := e.Engine.Included(ctx, from, column, to, target, limit)
	if err != nil && !fatal(ctx, err) {
		e.note("whether values of %s.%s occur in %s.%s was left open: %v", from.Name, column, to.Name, target, err)
		return 0, nil
	}
	return share, err
}

func (e served) Range(ctx context.Context, a *catalog.Asset, column string) (first, last string, err error) {
	first, last, err = e.Engine.Range(ctx, a, column)
	if err != nil && !fatal(ctx, err) {
		e.note("the days of %s were left out: %v", a.Name, err)
		return "", "", nil
	}
	return first, last, err
}

func (e served) Distinct(ctx context.Context, a *catalog.Asset, column string, limit int) ([]string, bool, error) {
	values, more, err := e.Engine.Distinct(ctx, a, column, limit)
	if err != nil && !fatal(ctx, err) {
		e.note("the values of %s.%s were left out: %v", a.Name, column, err)
		return nil, true, nil
	}
	return values, more, err
}

// fatal says that the server will answer nothing else either.
func fatal(ctx context.Context, err error) bool {
	var failed *trino.Error
	if ctx.Err() != nil || !errors.As(err, &failed) {
		return true
	}
	switch failed.Code {
	case "unreachable", "unauthorized", "starting", "busy", "cancelled":
		return true
	}
	return false
}

var _, _ lake = embedded{}, served{}
