// Package db opens the two kinds of databases that limn keeps its own state in: Postgres in production and a
// SQLite file in the embedded default. What is kept there, and in which form, is the business of whoever opens
// one; their statements are written once and hold in both. Start at Open.
//
// The rules by which that works: parameters are $1, $2 … and first stand in this order; moments are BIGINT
// microseconds since 1970 in UTC, zero for none (Micros, Moment); documents are TEXT.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DB is an open database.
type DB struct {
	*sql.DB
	Postgres bool
	place    string // for messages: without a password
}

// Open opens postgres://user:password@host:port/database, or else a SQLite file, which is made where it is not
// there. ":memory:" is a database of this process alone.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	out := &DB{place: dsn}
	if dsn != ":memory:" {
		if err := os.MkdirAll(filepath.Dir(dsn), 0o755); err != nil {
			return nil, fmt.Errorf("database %s: %w", dsn, err)
		}
		// What is kept may be what only some may see: the file is its owner's alone, and those beside it follow it.
		f, err := os.OpenFile(dsn, os.O_CREATE|os.O_RDWR, 0o600)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("database: %w", err)
		}
		dsn = "file:" + (&url.URL{Path: dsn}).EscapedPath()
	}
	// Writers wait for each other from the beginning of a transaction on, or two that have both read would
	// both fail; WAL lets readers go on meanwhile. FULL: what was committed is there after a loss of power.
	var err error
	out.DB, err = sql.Open("sqlite", dsn+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)")
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", out.place, err)
	}
	if dsn == ":memory:" {
		out.SetMaxOpenConns(1)
	}
	return out, out.ready(ctx)
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, errors.New("the address of the database cannot be read; write postgres://user@host:port/database") // its text may hold a password
	}
	out := &DB{Postgres: true, place: u.Host + u.Path}
	if out.DB, err = sql.Open("pgx", dsn); err != nil {
		return nil, fmt.Errorf("database %s: its address cannot be read; write postgres://user@host:port/database", out.place)
	}
	out.SetConnMaxIdleTime(5 * time.Minute)
	return out, out.ready(ctx)
}

// ready makes sure that somebody answers.
func (d *DB) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := d.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("database %s does not answer: %w", d.place, err), d.Close())
	}
	return nil
}

// Place says where the database is, without a password.
func (d *DB) Place() string { return d.place }

// Migrate brings the tables of one user of the database up to date. Each user has a name of its own, under which
// is kept how far its numbered files (NNNNN_what.sql, in goose's form) have been applied. It may run in several
// processes at once.
func (d *DB) Migrate(ctx context.Context, user string, files fs.FS) error {
	dialect := database.DialectSQLite3
	if d.Postgres {
		dialect = database.DialectPostgres
		conn, err := d.Conn(ctx)
		if err != nil {
			return fmt.Errorf("database %s: %w", d.place, err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", "limn migrate "+user); err != nil {
			return fmt.Errorf("database %s: %w", d.place, err)
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext($1))", "limn migrate "+user) //nolint:errcheck // the connection's end releases it too
	}
	store, err := database.NewStore(dialect, "limn_migrations_"+user)
	if err != nil {
		return fmt.Errorf("database %s: %w", d.place, err)
	}
	p, err := goose.NewProvider("", d.DB, files, goose.WithStore(store))
	if err != nil {
		return fmt.Errorf("database %s: %w", d.place, err)
	}
	for try := 0; ; try++ {
		_, err = p.Up(ctx)
		if err == nil || d.Postgres || try == 20 || !d.busy(err) {
			break
		}
		time.Sleep(50 * time.Millisecond) // another process migrates the same file
	}
	if err != nil {
		return fmt.Errorf("database %s: bringing the tables of %s up to date: %w", d.place, user, err)
	}
	return nil
}

// busy says that somebody else was in the middle of the same.
func (d *DB) busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED) || strings.Contains(err.Error(), "already exists")
}

// Within runs do in a transaction, which is kept when do returns nil. A transaction that lost against another
// one is run again.
func (d *DB) Within(ctx context.Context, do func(*sql.Tx) error) error {
	for try := 0; ; try++ {
		err := d.once(ctx, do)
		if err == nil || try == 5 || !Again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(10<<try) * time.Millisecond):
		}
	}
}

func (d *DB) once(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("database %s: %w", d.place, err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("database %s: %w", d.place, err)
	}
	return nil
}

// Again says that a transaction lost against another one, and may well succeed when it is run again.
func Again(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" // serialization_failure, deadlock_detected
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

// Gone says that the database cannot be reached at present, as opposed to having refused something.
func Gone(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P") || pg.Code == "53300" // connection_exception, operator_intervention, too_many_connections
	}
	var lite *sqlite.Error
	return !errors.As(err, &lite) && !errors.Is(err, sql.ErrNoRows)
}

// Micros is how a moment is kept; zero is none.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Moment is the moment that was kept.
func Moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Text is what both databases can hold: Postgres knows no zero byte, and both want UTF-8.
func Text(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD"), `\u0000`, `\ufffd`)
}
