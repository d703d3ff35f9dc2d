package receive

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limn-data/limn/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Database is an inbox that many processes write and read: replicas behind one address.
type Database struct {
	db      *db.DB
	appends chan *rowsToKeep
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
	last    atomic.Int64
}

type rowsToKeep struct {
	events []Event
	result chan error
}

// OpenDatabase opens the inbox in a Postgres (postgres://…) or a SQLite file.
func OpenDatabase(ctx context.Context, dsn string) (*Database, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = d.Migrate(ctx, "lineage", files)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	out := &Database{db: d, appends: make(chan *rowsToKeep, 1024), stop: make(chan struct{}), done: make(chan struct{})}
	go out.write()
	return out, nil
}

// Close waits for what is being written. Whoever still appends gets an error.
func (d *Database) Close() error {
	d.once.Do(func() { close(d.stop) })
	<-d.done
	return d.db.Close()
}

// Append keeps events. Those of everybody who waits at one moment share one statement.
func (d *Database) Append(ctx context.Context, events []Event) error {
	a := &rowsToKeep{events, make(chan error, 1)}
	select {
	case d.appends <- a:
	case <-d.done:
		return errors.New("the inbox is closed")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-a.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-d.done:
		select {
		case err := <-a.result:
			return err
		default:
			return errors.New("the inbox is closed")
		}
	}
}

// maxRows is how many events go in one statement.
const maxRows = 1000

func (d *Database) write() {
	defer close(d.done)
	for {
		var group []*rowsToKeep
		n := 0
		select {
		case a := <-d.appends:
			group, n = append(group, a), len(a.events)
		case <-d.stop:
			return
		}
	gather:
		for n < maxRows {
			select {
			case a := <-d.appends:
				group = append(group, a)
				n += len(a.events)
			default:
				break gather
			}
		}
		err := d.commit(group)
		for _, a := range group {
			a.result <- err
		}
	}
}

// commitTime is how long one statement may take before those who wait are told that it failed.
const commitTime = 30 * time.Second

func (d *Database) commit(group []*rowsToKeep) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	seen := map[string]bool{}
	var values strings.Builder
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		var err error
		for try := range 3 { // a connection may have died unnoticed; saying it twice keeps it once
			_, err = d.db.ExecContext(ctx, "INSERT INTO lineage_inbox (hash, number, at, producer, body) VALUES "+values.String()+" ON CONFLICT (hash) DO NOTHING", args...)
			if !db.Gone(err) {
				break
			}
			time.Sleep(time.Duration(try) * 50 * time.Millisecond)
		}
		values.Reset()
		args = nil
		return err
	}
	for _, a := range group {
		for _, e := range a.events {
			sum := sha256.Sum256(append([]byte(e.Producer+"\x00"), e.Body...))
			hash := hex.EncodeToString(sum[:])
			if seen[hash] {
				continue
			}
			seen[hash] = true
			if len(args) > 0 {
				values.WriteString(", ")
			}
			n := len(args)
			fmt.Fprintf(&values, "($%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5)
			args = append(args, hash, d.number(), db.Micros(e.At), db.Text(e.Producer), db.Text(string(e.Body)))
			if len(args) >= 5*maxRows {
				if err := flush(); err != nil {
					return fmt.Errorf("inbox: %w", err)
				}
			}
		}
	}
	if err := flush(); err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}

// number orders events by when they came, across processes as well as their clocks agree; how they are folded does
// not depend on it.
func (d *Database) number() int64 {
	for {
		last := d.last.Load()
		next := max(last+1, time.Now().UnixNano())
		if d.last.CompareAndSwap(last, next) {
			return next
		}
	}
}

// overlap is how far back a place is read again: a process whose clock is behind, or whose statement took long,
// may have kept an event under a number before those that were read.
const overlap = 2 * time.Minute

// Events gives every event that is kept.
func (d *Database) Events(ctx context.Context, do func(raw json.RawMessage) error) error {
	_, err := d.Since(ctx, "", do)
	return err
}

// Since gives the events that were kept after those that another call has given, and some of those again.
func (d *Database) Since(ctx context.Context, from string, do func(raw json.RawMessage) error) (next string, err error) {
	var last, begin int64
	if from != "" {
		if last, err = strconv.ParseInt(from, 10, 64); err != nil {
			return "", fmt.Errorf("inbox: %q is no place in it: %w", from, err)
		}
		begin = last - int64(overlap)
	}
	rows, err := d.db.QueryContext(ctx, "SELECT number, body FROM lineage_inbox WHERE number > $1 ORDER BY number", begin)
	if err != nil {
		return "", fmt.Errorf("inbox: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var body string
		if err := rows.Scan(&number, &body); err != nil {
			return "", fmt.Errorf("inbox: %w", err)
		}
		if err := do(json.RawMessage(body)); err != nil {
			return "", err
		}
		last = max(last, number)
	}
	return strconv.FormatInt(last, 10), rows.Err()
}
