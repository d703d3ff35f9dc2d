// Package postgres keeps the searchable catalog in Postgres with pgvector, for any number of processes at
// once. Vectors are half precision under an HNSW index; what one may not see is kept out inside of the query,
// either by walking the index until enough is found that may be seen, or, where that is little, by looking at
// all of it. Start at Open.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxvector "github.com/pgvector/pgvector-go/pgx"

	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config says where and how.
type Config struct {
	DSN    string
	Schema string // of the tables; empty: limn_search
	// BuildMemory is maintenance_work_mem while an index is built; empty leaves the server's own. An index
	// that does not fit is built many times more slowly: a million texts of 384 dimensions take 2GB.
	BuildMemory string
	// Exact is how many vectors are searched without an index; 0: 20,000.
	Exact int
}

// Store is a schema of a Postgres.
type Store struct {
	pool *pgxpool.Pool
	cfg  Config

	mu      sync.Mutex
	indexed map[int]bool // generations of which it is known that they have their index
}

// Open connects, and brings the schema up to date.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Schema == "" {
		cfg.Schema = "limn_search"
	}
	if cfg.Exact == 0 {
		cfg.Exact = 20_000
	}
	pc, err := pgxpool.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, fmt.Errorf("the index's Postgres: %w", err)
	}
	pc.ConnConfig.RuntimeParams["search_path"] = searchPath(cfg.Schema)
	if err := migrate(ctx, cfg.DSN, cfg.Schema); err != nil {
		return nil, fmt.Errorf("the index's Postgres: %w", err)
	}
	pc.AfterConnect = func(ctx context.Context, c *pgx.Conn) error { return pgxvector.RegisterTypes(ctx, c) }
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("the index's Postgres: %w", err)
	}
	return &Store{pool: pool, cfg: cfg, indexed: map[int]bool{}}, nil
}

// migrate makes the schema and its tables. Processes that start at once wait for each other.
func migrate(ctx context.Context, dsn, schema string) (err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return errors.New("its address cannot be read; write postgres://user@host:port/database") // its text may hold a password
	}
	q := u.Query()
	q.Set("search_path", searchPath(schema))
	u.RawQuery = q.Encode()
	d, err := db.Open(ctx, u.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := prepare(ctx, d.DB, schema); err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return d.Migrate(ctx, "search", files)
}

func searchPath(schema string) string { return pgx.Identifier{schema}.Sanitize() + ", public" }

// prepare makes what migrations stand on. Both statements can fail where another process runs them at the same
// moment, so that they are under a lock.
func prepare(ctx context.Context, d *sql.DB, schema string) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, q := range []string{"SELECT pg_advisory_xact_lock(722010)", "CREATE SCHEMA IF NOT EXISTS " + pgx.Identifier{schema}.Sanitize(), "CREATE EXTENSION IF NOT EXISTS vector SCHEMA public"} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", q, err), tx.Rollback())
		}
	}
	return tx.Commit()
}

// Close ends the connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Units lists the units by scope.
func (s *Store) Units(ctx context.Context) (map[string]store.Saved, error) {
	rows, err := s.pool.Query(ctx, "SELECT id, scope, base FROM search_unit")
	if err != nil {
		return nil, fmt.Errorf("listing the index: %w", err)
	}
	out := map[string]store.Saved{}
	var scope string
	var x store.Saved
	_, err = pgx.ForEachRow(rows, []any{&x.ID, &scope, &x.Base}, func() error {
		out[scope] = x
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the index: %w", err)
	}
	return out, nil
}

// Load gives units as they were added, in the order of the ids.
func (s *Store) Load(ctx context.Context, ids []int32, yield func(store.Stored) error) error {
	rows, err := s.pool.Query(ctx, "SELECT u.id, u.scope, u.base, u.body FROM unnest($1::int[]) WITH ORDINALITY x(id, n) JOIN search_unit u ON u.id = x.id ORDER BY x.n", ids)
	if err != nil {
		return fmt.Errorf("reading the index: %w", err)
	}
	var x store.Stored
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&x.ID, &x.Scope, &x.Base, &body}, func() error {
		x.Docs = nil
		if err := json.Unmarshal(body, &x.Docs); err != nil {
			return fmt.Errorf("unit %s: %w", x.Scope, err)
		}
		return yield(x)
	})
	if err != nil {
		return fmt.Errorf("reading the index: %w", err)
	}
	return nil
}

// Generations lists them, oldest first.
func (s *Store) Generations(ctx context.Context) ([]store.Generation, error) {
	rows, err := s.pool.Query(ctx, "SELECT id, embedder, dim, serving, started FROM search_generation ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("reading the index's generations: %w", err)
	}
	var out []store.Generation
	var g store.Generation
	_, err = pgx.ForEachRow(rows, []any{&g.ID, &g.Embedder, &g.Dim, &g.Serving, &g.Started}, func() error {
		out = append(out, g)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the index's generations: %w", err)
	}
	return out, nil
}

// Counts says how far a generation is.
func (s *Store) Counts(ctx context.Context, generation int) (texts, embedded int, err error) {
	err = s.pool.QueryRow(ctx, fmt.Sprintf("SELECT (SELECT count(*) FROM search_text), (SELECT count(*) FROM %s)", table(generation))).Scan(&texts, &embedded)
	if err != nil {
		return 0, 0, fmt.Errorf("counting vectors: %w", err)
	}
	return texts, embedded, nil
}

// Pending gives texts without a vector, of the first kinds first.
func (s *Store) Pending(ctx context.Context, generation, limit int) ([]store.Text, error) {
	q := fmt.Sprintf("SELECT t.hash, t.body FROM search_text t WHERE NOT EXISTS (SELECT FROM %s v WHERE v.text = t.id) ORDER BY t.rank, t.id LIMIT $1", table(generation))
	rows, err := s.pool.Query(ctx, q, limit)
	if err != nil {
		return nil, fmt.Errorf("reading texts of the index: %w", err)
	}
	var out []store.Text
	var t store.Text
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&hash, &t.Text}, func() error {
		copy(t.Hash[:], hash)
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading texts of the index: %w", err)
	}
	return out, nil
}

func table(generation int) string { return fmt.Sprintf("search_vector_%d", generation) }
