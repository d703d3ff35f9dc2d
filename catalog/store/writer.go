package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// writer writes the claims of one run in batches, since a database far away answers each statement late.
type writer struct {
	tx      *sql.Tx
	source  string
	version int64
	ends    []string
	begins  [][3]string // key, hash, body
	bytes   int
}

// batch is how many claims go in one statement, and batchBytes how large they may be together. SQLite takes
// 32,766 parameters.
const (
	batch      = 500
	batchBytes = 4 << 20
)

// end says that a claim no longer holds.
func (w *writer) end(ctx context.Context, key string) error {
	w.ends = append(w.ends, key)
	if len(w.ends) < batch {
		return nil
	}
	return w.flushEnds(ctx)
}

// begin says that a claim holds from now on. One of the same key was ended before.
func (w *writer) begin(ctx context.Context, key, hash, body string) error {
	w.begins = append(w.begins, [3]string{key, hash, body})
	w.bytes += len(body)
	if len(w.begins) < batch && w.bytes < batchBytes {
		return nil
	}
	return w.flush(ctx)
}

func (w *writer) flushEnds(ctx context.Context) error {
	if len(w.ends) == 0 {
		return nil
	}
	args := []any{w.version, w.source}
	var in strings.Builder
	for i, k := range w.ends {
		if i > 0 {
			in.WriteString(", ")
		}
		fmt.Fprintf(&in, "$%d", i+3)
		args = append(args, k)
	}
	w.ends = w.ends[:0]
	_, err := w.tx.ExecContext(ctx, "UPDATE catalog_claims SET until_version = $1 WHERE source = $2 AND until_version = 0 AND claim IN ("+in.String()+")", args...)
	return err
}

func (w *writer) flush(ctx context.Context) error {
	if err := w.flushEnds(ctx); err != nil || len(w.begins) == 0 {
		return err
	}
	args := []any{w.source, w.version}
	var values strings.Builder
	for i, b := range w.begins {
		if i > 0 {
			values.WriteString(", ")
		}
		n := len(args)
		fmt.Fprintf(&values, "($1, $2, 0, $%d, $%d, $%d)", n+1, n+2, n+3)
		args = append(args, b[0], b[1], b[2])
	}
	w.begins, w.bytes = w.begins[:0], 0
	_, err := w.tx.ExecContext(ctx, "INSERT INTO catalog_claims (source, from_version, until_version, claim, hash, body) VALUES "+values.String(), args...)
	return err
}
