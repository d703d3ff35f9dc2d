package main

import (
	"context"
	"errors"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/trino/rows"
)

// engineAdapter lets the service run statements on the embedded engine.
type engineAdapter struct{ engine *duckdb.Engine }

func (a engineAdapter) Run(ctx context.Context, s answer.Statement) (*rows.Set, error) {
	set, err := a.engine.Run(ctx, duckdb.Statement{Query: s.Plan.Query, Info: s.Plan.Info, Tables: s.Plan.Tables, Now: s.Now, MaxRows: s.MaxRows})
	var failed *duckdb.Error
	if errors.As(err, &failed) {
		return nil, told{failed}
	}
	return set, err
}

// told is an engine's error in the words that an outcome shows.
type told struct{ err *duckdb.Error }

func (t told) Tell() (code, reason, hint string) { return t.err.Code, t.err.Message, t.err.Hint }
func (t told) Error() string                     { return t.err.Error() }
func (t told) Unwrap() error                     { return t.err }
