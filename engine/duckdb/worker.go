//go:build cgo

package duckdb

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	db "github.com/duckdb/duckdb-go/v2"

	"github.com/limn-data/limn/engine/duckdb/native"
	"github.com/limn-data/limn/trino/rows"
)

// Missing says why this binary cannot run queries; empty where it can.
const Missing = ""

// Serve is a worker's whole life: it reads requests from in and answers on out until in closes. It is
// run by the binary that started itself again; the process that asks never opens DuckDB.
//
// When in closes in the middle of a query, Serve returns at once and the process must end: whoever
// asked is gone.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	w, err := greet(ctx, in)
	if errors.Is(err, io.EOF) {
		return nil // started and no longer needed
	}
	if err != nil {
		return err
	}
	defer w.close()
	requests := make(chan request)
	failed := make(chan error, 1)
	go func() { // ends with the input, which ends the process
		failed <- receive(ctx, in, requests)
	}()
	answered := make(chan error, 1)
	for {
		select {
		case err := <-failed:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		case q := <-requests:
			go func() { answered <- w.answer(ctx, q, bufio.NewWriterSize(out, 1<<16)) }()
			select {
			case err := <-answered:
				if err != nil {
					return err
				}
			case err := <-failed:
				return err
			}
		}
	}
}

// greet takes the first frame, which sets the worker up. Nothing else is read before it is.
func greet(ctx context.Context, in io.Reader) (*worker, error) {
	k, payload, err := readFrame(in)
	if err != nil {
		return nil, err
	}
	if k != frameHello {
		return nil, fmt.Errorf("duckdb: the first frame is of kind %q, not the hello", k)
	}
	var h hello
	if err := json.Unmarshal(payload, &h); err != nil {
		return nil, fmt.Errorf("duckdb: reading the hello: %w", err)
	}
	return open(ctx, h)
}

func receive(ctx context.Context, in io.Reader, requests chan<- request) error {
	for {
		k, payload, err := readFrame(in)
		if err != nil {
			return err
		}
		if k != frameRequest {
			return fmt.Errorf("duckdb: a frame of unexpected kind %q", k)
		}
		var q request
		if err := json.Unmarshal(payload, &q); err != nil {
			return fmt.Errorf("duckdb: reading a request: %w", err)
		}
		select {
		case requests <- q:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type worker struct {
	connector *db.Connector
	conn      *db.Conn
	setup     map[string]bool
	refused   atomic.Pointer[error] // by a function of ours, while the query of now runs
}

// open makes an in-memory database and locks it down. The order matters: each later setting forbids
// something that an earlier one needs.
func open(ctx context.Context, h hello) (*worker, error) {
	connector, err := db.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("duckdb: opening: %w", err)
	}
	w := &worker{connector: connector, setup: map[string]bool{}}
	if err := w.register(ctx); err != nil {
		return nil, fmt.Errorf("duckdb: registering functions: %w", err)
	}
	c, err := connector.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("duckdb: connecting: %w", err)
	}
	w.conn = c.(*db.Conn)
	var dirs []string
	for _, d := range h.Dirs {
		dirs = append(dirs, Literal(d))
	}
	stmts := []string{
		"SET TimeZone = 'UTC'",
		fmt.Sprintf("SET threads = %d", max(h.Threads, 1)),
		fmt.Sprintf("SET memory_limit = '%dMB'", max(h.Memory>>20, 64)),
		"SET temp_directory = " + Literal(h.Temp),
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET preserve_insertion_order = true",
	}
	for _, cat := range h.Catalogs {
		stmts = append(stmts, "ATTACH ':memory:' AS "+Quote(cat))
	}
	stmts = append(stmts,
		"SET allowed_directories = ["+strings.Join(dirs, ", ")+"]",
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	)
	for _, s := range stmts {
		if err := w.exec(ctx, s); err != nil {
			w.close()
			return nil, fmt.Errorf("duckdb: setting up a worker (%s): %w", s, err)
		}
	}
	return w, nil
}

// register makes our own functions known to the database, for all of its connections.
func (w *worker) register(ctx context.Context) error {
	conn, err := sql.OpenDB(connectorOf{w.connector}).Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(native.Register(conn, func(err error) { w.refused.Store(&err) }), conn.Close())
}

// connectorOf hides that a connector can be closed: its pool must not close the database.
type connectorOf struct{ driver.Connector }

func (w *worker) close() {
	if w.conn != nil {
		_ = w.conn.Close() // the process ends; there is nobody left to tell
	}
	_ = w.connector.Close()
}

func (w *worker) exec(ctx context.Context, statement string) error {
	_, err := w.conn.ExecContext(ctx, statement, nil)
	return err
}

// batch is the number of rows of a frame.
const batch = 512

// answer runs one request. What is wrong with the query goes back in the last frame; only a broken
// pipe is an error of the worker.
func (w *worker) answer(ctx context.Context, q request, out *bufio.Writer) error {
	end := done{}
	w.refused.Store(nil)
	if err := w.run(ctx, q, out, &end); err != nil {
		end.Err = err.Error()
	} else if refused := w.refused.Load(); refused != nil && strings.Contains(q.SQL, "TRY(") { // TRY made NULL of it
		end.Err = (*refused).Error()
	}
	if err := writeJSON(out, frameDone, end); err != nil {
		return err
	}
	return out.Flush()
}

func (w *worker) run(ctx context.Context, q request, out io.Writer, end *done) error {
	for _, s := range q.Setup {
		if w.setup[s] {
			continue
		}
		if err := w.exec(ctx, s); err != nil {
			return err
		}
		w.setup[s] = true
	}
	res, err := w.conn.QueryContext(ctx, q.SQL, nil)
	if err != nil {
		return err
	}
	defer res.Close()
	cols, conv := columns(res, q.Types)
	if err := writeJSON(out, frameColumns, cols); err != nil {
		return err
	}
	values := make([]driver.Value, len(cols))
	var frame []byte
	n := 0
	for {
		err := res.Next(values)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n == q.MaxRows {
			end.Truncated = true
			break
		}
		for i, v := range values {
			x, err := conv[i](v)
			if err != nil {
				return fmt.Errorf("column %s: %w", cols[i].Name, err)
			}
			if frame, err = appendValue(frame, x); err != nil {
				return err
			}
		}
		if n++; n%batch == 0 {
			if err := writeFrame(out, frameRows, frame); err != nil {
				return err
			}
			frame = frame[:0]
		}
	}
	if len(frame) > 0 {
		return writeFrame(out, frameRows, frame)
	}
	return nil
}

// columns names the output and says how each column's values become rows.Value.
func columns(res driver.Rows, types []string) ([]rows.Column, []convert) {
	names := res.Columns()
	cols, conv := make([]rows.Column, len(names)), make([]convert, len(names))
	typed, _ := res.(driver.RowsColumnTypeDatabaseTypeName)
	for i, n := range names {
		t := ""
		if i < len(types) {
			t = types[i]
		} else if typed != nil {
			t = TrinoType(typed.ColumnTypeDatabaseTypeName(i))
		}
		cols[i] = rows.Column{Name: n, Type: t}
		conv[i] = converter(t)
	}
	return cols, conv
}
