// Package store keeps the claims of all sources, and how they changed: every run of a source that changes
// something makes a new version, and each older version can be read again, so that an answer can be given anew
// from the catalog that it was given from. Start at Store.Apply.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is safe for use by many goroutines and processes.
type Store struct{ db *db.DB }

// Open opens the store in a Postgres (postgres://…) or in a SQLite file, and brings its tables up to date.
func Open(ctx context.Context, dsn string) (*Store, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = d.Migrate(ctx, "catalog", files)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Store{d}, nil
}

// Close ends the connections.
func (s *Store) Close() error { return s.db.Close() }

// Change is what a run changed. Version is the catalog's after it, whether or not it is a new one.
type Change struct {
	Version int64 `json:"version"`
	Added   int   `json:"added"`
	Changed int   `json:"changed"`
	Removed int   `json:"removed"`
	Same    int   `json:"same"`
}

// Run is one run of a source that ended well.
type Run struct {
	Source, System string
	At             time.Time
	Report         catalog.Report
	Claims         []catalog.Claim
}

// kept is a claim as it is written down. When it was fetched is not part of it: reading the same again changes
// nothing.
func kept(c catalog.Claim) (body []byte, hash string, err error) {
	c.FetchedAt = time.Time{}
	if body, err = json.Marshal(c); err != nil {
		return nil, "", fmt.Errorf("catalog: a claim of %s about %s: %w", c.Source, c.About, err)
	}
	sum := sha256.Sum256(body)
	return body, hex.EncodeToString(sum[:16]), nil
}

// Apply writes down what a run of a source said, all of it or nothing. Under Report.Whole what the run did not
// name is no longer held; claims that say Gone stay, as the source's own word. Running it twice is the same as
// running it once.
func (s *Store) Apply(ctx context.Context, r Run) (Change, error) {
	var out Change
	type row struct{ body, hash string }
	rows := make(map[string]row, len(r.Claims))
	for _, c := range r.Claims {
		c.Source, c.System = r.Source, r.System
		body, hash, err := kept(c)
		if err != nil {
			return out, err
		}
		rows[text(c.Key())] = row{text(string(body)), hash}
	}
	err := s.db.Within(ctx, func(tx *sql.Tx) error {
		out = Change{}
		// The clock's row is written first, so that runs of several processes go one after the other.
		if err := tx.QueryRowContext(ctx, "UPDATE catalog_clock SET version = version + 1 RETURNING version").Scan(&out.Version); err != nil {
			return err
		}
		held, err := hashes(ctx, tx, r.Source)
		if err != nil {
			return err
		}
		w := &writer{tx: tx, source: r.Source, version: out.Version}
		for key, row := range rows {
			old, ok := held[key]
			switch {
			case ok && old == row.hash:
				out.Same++
				continue
			case ok:
				out.Changed++
				if err := w.end(ctx, key); err != nil {
					return err
				}
			default:
				out.Added++
			}
			if err := w.begin(ctx, key, row.hash, row.body); err != nil {
				return err
			}
		}
		if r.Report.Whole {
			for key := range held {
				if _, ok := rows[key]; !ok {
					out.Removed++
					if err := w.end(ctx, key); err != nil {
						return err
					}
				}
			}
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		if out.Added+out.Changed+out.Removed == 0 {
			if err := tx.QueryRowContext(ctx, "UPDATE catalog_clock SET version = version - 1 RETURNING version").Scan(&out.Version); err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, "INSERT INTO catalog_versions VALUES ($1, $2, $3, $4, $5, $6)", out.Version, db.Micros(r.At), r.Source, out.Added, out.Changed, out.Removed); err != nil {
			return err
		}
		report, err := json.Marshal(r.Report)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO catalog_sources VALUES ($1, $2, $3, $4, 0, '', $5)
			ON CONFLICT (name) DO UPDATE SET system = excluded.system, read_at = excluded.read_at, tried_at = excluded.tried_at, down_from = 0, error = '', report = excluded.report`,
			r.Source, r.System, db.Micros(r.At), db.Micros(r.At), text(string(report)))
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("catalog: keeping what %s said: %w", r.Source, err)
	}
	return out, nil
}

// text is what a database can hold; the parts of a key, which a zero byte divides, stay apart.
func text(s string) string { return db.Text(strings.ReplaceAll(s, "\x00", "\x1f")) }

func hashes(ctx context.Context, tx *sql.Tx, source string) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT claim, hash FROM catalog_claims WHERE until_version = 0 AND source = $1", source)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var key, hash string
		if err := rows.Scan(&key, &hash); err != nil {
			return nil, err
		}
		out[key] = hash
	}
	return out, rows.Err()
}

// Failed notes that a source could not be read. What it said before stays.
func (s *Store) Failed(ctx context.Context, source, system string, at time.Time, why error) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO catalog_sources VALUES ($1, $2, 0, $3, $4, $5, '{}')
		ON CONFLICT (name) DO UPDATE SET tried_at = excluded.tried_at, error = excluded.error,
			down_from = CASE WHEN catalog_sources.down_from = 0 THEN excluded.down_from ELSE catalog_sources.down_from END`,
		source, system, db.Micros(at), db.Micros(at), text(why.Error()))
	if err != nil {
		return fmt.Errorf("catalog: noting that %s is down: %w", source, err)
	}
	return nil
}

// Forget drops a source that the workspace no longer has, with all that it said.
func (s *Store) Forget(ctx context.Context, source string, at time.Time) error {
	if _, err := s.Apply(ctx, Run{Source: source, At: at, Report: catalog.Report{Whole: true}}); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "DELETE FROM catalog_sources WHERE name = $1", source); err != nil {
		return fmt.Errorf("catalog: forgetting %s: %w", source, err)
	}
	return nil
}

// Sources lists how the sources stand, by name.
func (s *Store) Sources(ctx context.Context) ([]catalog.SourceState, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name, system, read_at, tried_at, down_from, error, report FROM catalog_sources ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	defer rows.Close()
	var out []catalog.SourceState
	for rows.Next() {
		var c catalog.SourceState
		var read, tried, down int64
		var report string
		if err := rows.Scan(&c.Name, &c.System, &read, &tried, &down, &c.Error, &report); err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		if err := json.Unmarshal([]byte(report), &c.Report); err != nil {
			return nil, fmt.Errorf("catalog: the report of %s: %w", c.Name, err)
		}
		c.ReadAt, c.TriedAt, c.DownFrom = db.Moment(read), db.Moment(tried), db.Moment(down)
		out = append(out, c)
	}
	return out, rows.Err()
}

// Version is the newest version; 0 before the first claim.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var v int64
	if err := s.db.QueryRowContext(ctx, "SELECT version FROM catalog_clock").Scan(&v); err != nil {
		return 0, fmt.Errorf("catalog: %w", err)
	}
	return v, nil
}

// ErrNoVersion says that a version was never made, or that it was pruned.
var ErrNoVersion = errors.New("that version of the catalog is not kept")

// Claims reads all claims as they were held at a version. What was fetched anew without a change counts as
// fetched when its source was last read.
func (s *Store) Claims(ctx context.Context, version int64) ([]*catalog.Claim, error) {
	var known int64
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM catalog_versions WHERE version = $1", version).Scan(&known); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if known == 0 && version != 0 {
		return nil, fmt.Errorf("version %d: %w", version, ErrNoVersion)
	}
	states, err := s.Sources(ctx)
	if err != nil {
		return nil, err
	}
	read := map[string]time.Time{}
	for _, st := range states {
		read[st.Name] = st.ReadAt
	}
	rows, err := s.db.QueryContext(ctx, "SELECT body FROM catalog_claims WHERE from_version <= $1 AND (until_version = 0 OR until_version > $2)", version, version)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	defer rows.Close()
	var out []*catalog.Claim
	for rows.Next() {
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		c := new(catalog.Claim)
		if err := json.Unmarshal(body, c); err != nil {
			return nil, fmt.Errorf("catalog: a claim that was kept: %w", err)
		}
		c.FetchedAt = read[c.Source]
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	return out, nil
}

// Versions lists what changed since a moment, the newest first, at most limit.
func (s *Store) Versions(ctx context.Context, since time.Time, limit int) ([]VersionInfo, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT version, made_at, source, added, changed, removed FROM catalog_versions WHERE made_at >= $1 ORDER BY version DESC LIMIT $2", db.Micros(since), limit)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	defer rows.Close()
	var out []VersionInfo
	for rows.Next() {
		var v VersionInfo
		var at int64
		if err := rows.Scan(&v.Version, &at, &v.Source, &v.Added, &v.Changed, &v.Removed); err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
		v.At = db.Moment(at)
		out = append(out, v)
	}
	return out, rows.Err()
}

// VersionInfo is what a version changed.
type VersionInfo struct {
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Source  string    `json:"source"`
	Added   int       `json:"added"`
	Changed int       `json:"changed"`
	Removed int       `json:"removed"`
}

// Prune drops the versions that were followed by another one before a moment; what still holds stays.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	err := s.db.Within(ctx, func(tx *sql.Tx) error {
		var oldest sql.NullInt64
		if err := tx.QueryRowContext(ctx, "SELECT max(version) FROM catalog_versions WHERE made_at < $1", db.Micros(before)).Scan(&oldest); err != nil {
			return err
		}
		if !oldest.Valid {
			return nil
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM catalog_claims WHERE until_version > 0 AND until_version <= $1", oldest.Int64); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM catalog_versions WHERE version < $1", oldest.Int64)
		return err
	})
	if err != nil {
		return fmt.Errorf("catalog: pruning: %w", err)
	}
	return nil
}
