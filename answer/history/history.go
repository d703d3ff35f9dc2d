// Package history keeps every answer: what was asked, by whom, how it was read, what ran, what was shown and with
// which warnings. A record is written once and never changed, so that what was true when it was given can be seen
// afterwards. Start at Store.Keep.
package history

import (
	"bufio"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Record is an answer as it was kept.
type Record struct {
	Number  int64            `json:"number"`
	ID      string           `json:"answer_id"`
	Given   time.Time        `json:"given_at"`
	Who     access.Principal `json:"who"`
	Outcome json.RawMessage  `json:"outcome"` // the JSON that the asker got
	Ran     string           `json:"ran,omitempty"`
	Engine  string           `json:"engine"`
	Took    time.Duration    `json:"took"`
}

// Brief is a record without what was shown.
type Brief struct {
	Number   int64     `json:"number"`
	ID       string    `json:"answer_id"`
	Given    time.Time `json:"given_at"`
	Asker    string    `json:"asked_by"`
	ActAs    string    `json:"act_as,omitempty"`
	Question string    `json:"question"`
	Outcome  string    `json:"outcome"`
	Hash     string    `json:"answer_hash"`
}

// Store is safe for use by many goroutines and processes.
type Store struct {
	db    *db.DB
	spool string // a file for answers that were given while the database was gone

	mu sync.Mutex // over the spool
}

// Open opens the history in a Postgres (postgres://…) or in a SQLite file. spool is where answers wait while the
// database cannot be reached; they are written to it with the next answer that finds it again.
func Open(ctx context.Context, dsn, spool string) (*Store, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = d.Migrate(ctx, "history", files)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	s := &Store{db: d, spool: spool}
	if err := s.drain(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return s, nil
}

// Close ends the connections.
func (s *Store) Close() error { return s.db.Close() }

// ErrNone says that there is no answer of an id.
var ErrNone = errors.New("no such answer is kept")

// Keep writes down an answer. While the database is gone it goes to the spool; only where neither can be written is it
// an error.
func (s *Store) Keep(ctx context.Context, k answer.Kept) error {
	out, err := json.Marshal(k.Outcome)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	r := Record{ID: k.Outcome.ID, Given: k.Given, Who: k.Who, Outcome: out, Ran: k.Ran, Engine: k.Engine, Took: k.Took}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second) // whoever asked may be gone by now
	defer cancel()
	if err := s.drain(ctx); err != nil && !db.Gone(err) {
		return err
	}
	err = s.write(ctx, r)
	if db.Gone(err) {
		if waiting := s.wait(r); waiting != nil {
			return errors.Join(fmt.Errorf("history: %w", err), waiting)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("history: keeping an answer: %w", err)
	}
	return nil
}

// write puts a record behind all others.
func (s *Store) write(ctx context.Context, r Record) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var o struct{ Question, Outcome, Hash string }
	if err := json.Unmarshal(r.Outcome, &struct {
		Question *string `json:"question"`
		Outcome  *string `json:"outcome"`
		Hash     *string `json:"answer_hash"`
	}{&o.Question, &o.Outcome, &o.Hash}); err != nil {
		return err
	}
	return s.db.Within(ctx, func(tx *sql.Tx) error {
		if s.db.Postgres { // two writers must not take the same number
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext('limn answers'))"); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO answers (number, id, given_at, asker, act_as, question, outcome, hash, body)
			SELECT coalesce(max(number), 0) + 1, CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT) FROM answers`,
			r.ID, db.Micros(r.Given), r.Who.Name, r.Who.ActAs, db.Text(o.Question), o.Outcome, o.Hash, db.Text(string(body)))
		return err
	})
}

// wait puts a record into the spool, and on the disk.
func (s *Store) wait(r Record) error {
	if s.spool == "" {
		return errors.New("there is no file in which answers could wait")
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(s.spool), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(s.spool, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// drain writes what waits into the database. A last line that was cut short is dropped: its answer was never given.
func (s *Store) drain(ctx context.Context) error {
	if s.spool == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.Open(s.spool)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("history: %w", err)
		}
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("history: an answer that waits in %s: %w", s.spool, err)
		}
		if err := s.once(ctx, r); err != nil {
			return err
		}
	}
	if err := os.Remove(s.spool); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}

// once writes a record that may have been written before this process ended in the middle of it.
func (s *Store) once(ctx context.Context, r Record) error {
	var n int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM answers WHERE id = $1 AND given_at = $2", r.ID, db.Micros(r.Given)).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return nil
	}
	return s.write(ctx, r)
}

// Get finds the last answer of an id.
func (s *Store) Get(ctx context.Context, id string) (Record, error) {
	var out Record
	var number int64
	var body string
	err := s.db.QueryRowContext(ctx, "SELECT number, body FROM answers WHERE id = $1 ORDER BY number DESC LIMIT 1", id).Scan(&number, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fmt.Errorf("%s: %w", id, ErrNone)
	}
	if err != nil {
		return out, fmt.Errorf("history: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("history: the answer %s: %w", id, err)
	}
	out.Number = number
	return out, nil
}

// List gives the newest answers before a number, or the newest of all for 0; of one asker, or of all for "".
func (s *Store) List(ctx context.Context, asker string, before int64, limit int) ([]Brief, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.QueryContext(ctx, "SELECT number, id, given_at, asker, act_as, question, outcome, hash FROM answers WHERE number < $1 AND ($2 = '' OR asker = $3) ORDER BY number DESC LIMIT $4", before, asker, asker, limit)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer rows.Close()
	var out []Brief
	for rows.Next() {
		var b Brief
		var at int64
		if err := rows.Scan(&b.Number, &b.ID, &at, &b.Asker, &b.ActAs, &b.Question, &b.Outcome, &b.Hash); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		b.Given = db.Moment(at)
		out = append(out, b)
	}
	return out, rows.Err()
}
