package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/rows"
)

// Statement is a checked query with the tables that it reads.
type Statement struct {
	Query   *ast.Query
	Info    *check.Info
	Tables  []*catalog.Asset
	Now     time.Time // what current_date and now() mean
	MaxRows int       // further rows are not fetched; -1: all
}

// Run translates a query from its tree and runs it in a worker. An *Error is the query's own fault or
// limit, in words for people; any other error is the engine's.
func (e *Engine) Run(ctx context.Context, s Statement) (*rows.Set, error) {
	sql, err := translate.Query(s.Query, s.Info, translate.Options{Now: s.Now})
	var refused *translate.Unsupported
	if errors.As(err, &refused) {
		return nil, &Error{Code: "unsupported", Message: "The embedded engine does not have " + refused.What + ".", Hint: refused.Hint}
	}
	if err != nil {
		return nil, err
	}
	q := request{SQL: sql, MaxRows: s.MaxRows}
	for _, c := range s.Info.Columns {
		q.Types = append(q.Types, c.Type.String())
	}
	for _, t := range s.Tables {
		stmts, err := view(t)
		if err != nil {
			return nil, err
		}
		q.Setup = append(q.Setup, stmts...)
	}
	set, err := e.run(ctx, q)
	if err != nil {
		return nil, err
	}
	for i, c := range s.Info.Columns {
		set.Columns[i].Name = c.Name
	}
	return set, nil
}
