// Package embedded keeps the searchable catalog in one SQLite file and searches it in memory: vectors are
// bytes with a scale each, and every search looks at all of them, so that what it finds is exact but for the
// rounding. It is for one process at a time. Start at Open.
package embedded

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/internal/db"
)

//go:embed schema.sql
var schema string

// version is that of the schema. A file of another version is a cache of a former limn and is made anew.
const version = 1

// Store is one file with its contents in memory. The file is written first: what is in memory is on disk.
type Store struct {
	db *sql.DB
	mu sync.RWMutex
	memory
	changes int64 // counts Apply, Put and Swap
	last    atomic.Pointer[looked]
}

// Open opens or makes a file. ":memory:" keeps nothing.
func Open(ctx context.Context, path string) (*Store, error) {
	opened, err := db.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("opening the index: %w", err)
	}
	opened.SetMaxOpenConns(1) // one writer; reading is from memory
	s := &Store{db: opened.DB, memory: newMemory()}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the index %s: %w", path, err), opened.Close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	var have int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return err
	}
	if have != version {
		for _, t := range []string{"unit", "text", "vector", "generation"} {
			if _, err := s.db.ExecContext(ctx, "DROP TABLE IF EXISTS "+t); err != nil {
				return err
			}
		}
		if _, err := s.db.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA user_version = %d;", version)); err != nil {
			return err
		}
	}
	return s.read(ctx)
}

// read fills the memory from the file.
func (s *Store) read(ctx context.Context) error {
	err := each(ctx, s.db, "SELECT id, hash, rank FROM text ORDER BY id", func(rows *sql.Rows) error {
		var id int64
		var hash []byte
		var rank int
		if err := rows.Scan(&id, &hash, &rank); err != nil {
			return err
		}
		s.addText(id, document.Hash(hash), document.Kind(rank))
		return nil
	})
	if err != nil {
		return err
	}
	err = each(ctx, s.db, "SELECT id, scope, base, body FROM unit ORDER BY id", func(rows *sql.Rows) error {
		var x store.Stored
		var body []byte
		if err := rows.Scan(&x.ID, &x.Scope, &x.Base, &body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &x.Docs); err != nil {
			return fmt.Errorf("unit %s: %w", x.Scope, err)
		}
		s.addUnit(x)
		return nil
	})
	if err != nil {
		return err
	}
	gens, err := s.list(ctx, s.db)
	if err != nil {
		return err
	}
	for _, g := range gens {
		m := s.matrix(g)
		err := each(ctx, s.db, "SELECT text, scale, v FROM vector WHERE generation = "+fmt.Sprint(g.ID), func(rows *sql.Rows) error {
			var id int64
			var scale float64
			var v []byte
			if err := rows.Scan(&id, &scale, &v); err != nil {
				return err
			}
			if i, ok := s.rowOf[id]; ok && len(v) == g.Dim {
				m.set(i, float32(scale), v)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func each(ctx context.Context, from *sql.DB, query string, row func(*sql.Rows) error) error {
	rows, err := from.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Units lists the units by scope.
func (s *Store) Units(context.Context) (map[string]store.Saved, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make(map[string]store.Saved, len(s.scopes))
	for scope, id := range s.scopes {
		out[scope] = store.Saved{ID: id, Base: s.units[id].base}
	}
	return out, nil
}

// Load gives units as they were added.
func (s *Store) Load(ctx context.Context, ids []int32, yield func(store.Stored) error) error {
	for _, id := range ids {
		x := store.Stored{ID: id}
		var body []byte
		err := s.db.QueryRowContext(ctx, "SELECT scope, base, body FROM unit WHERE id = ?", id).Scan(&x.Scope, &x.Base, &body)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(body, &x.Docs)
		}
		if err != nil {
			return fmt.Errorf("reading unit %d of the index: %w", id, err)
		}
		if err := yield(x); err != nil {
			return err
		}
	}
	return nil
}

// Apply adds and removes units in one transaction.
func (s *Store) Apply(ctx context.Context, c store.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("changing the index: %w", err)
	}
	w := &writer{s: s, tx: tx, texts: map[document.Hash]int64{}}
	if err := w.change(ctx, c); err != nil {
		return errors.Join(fmt.Errorf("changing the index: %w", err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("changing the index: %w", err)
	}
	for _, do := range w.after {
		do()
	}
	return nil
}

// Generations lists them, oldest first.
func (s *Store) Generations(ctx context.Context) ([]store.Generation, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.list(ctx, s.db)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (s *Store) list(ctx context.Context, q querier) ([]store.Generation, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, embedder, dim, serving, started FROM generation ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("reading the index's generations: %w", err)
	}
	defer rows.Close()
	var out []store.Generation
	for rows.Next() {
		var g store.Generation
		var started int64
		if err := rows.Scan(&g.ID, &g.Embedder, &g.Dim, &g.Serving, &started); err != nil {
			return nil, err
		}
		g.Started = time.Unix(started, 0).UTC()
		out = append(out, g)
	}
	return out, rows.Err()
}

// Begin gives the generation of an embedder.
func (s *Store) Begin(ctx context.Context, embedder string, dim int) (store.Generation, error) {
	if dim <= 0 {
		return store.Generation{}, fmt.Errorf("%w: %s promises %d dimensions", store.ErrVector, embedder, dim)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	_, err := s.db.ExecContext(ctx, "INSERT INTO generation (embedder, dim, serving, started) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", embedder, dim, time.Now().Unix())
	if err != nil {
		return store.Generation{}, fmt.Errorf("beginning a generation: %w", err)
	}
	gens, err := s.list(ctx, s.db)
	for _, g := range gens {
		if g.Embedder == embedder && g.Dim == dim {
			s.matrix(g)
			return g, nil
		}
	}
	return store.Generation{}, errors.Join(err, fmt.Errorf("the generation of %s was not kept", embedder))
}

// Put keeps vectors.
func (s *Store) Put(ctx context.Context, generation int, vectors []store.Vector) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	m := s.gens[generation]
	if m == nil {
		return fmt.Errorf("keeping vectors: there is no generation %d", generation)
	}
	for _, v := range vectors {
		if err := store.CheckVector(v.Values, m.dim); err != nil {
			return err
		}
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keeping vectors: %w", err)
	}
	type row struct {
		at    int32
		scale float32
		v     []byte
	}
	var put []row
	for _, v := range vectors {
		at, ok := s.texts[v.Hash]
		if !ok {
			continue
		}
		scale, b := quantize(v.Values)
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO vector (generation, text, scale, v) VALUES (?, ?, ?, ?)", generation, s.ids[at], float64(scale), b); err != nil {
			return errors.Join(fmt.Errorf("keeping vectors: %w", err), tx.Rollback())
		}
		put = append(put, row{at, scale, b})
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keeping vectors: %w", err)
	}
	for _, r := range put {
		m.set(r.at, r.scale, r.v)
	}
	return nil
}

// Swap makes a generation serve and drops the older ones.
func (s *Store) Swap(ctx context.Context, generation int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if s.gens[generation] == nil {
		return fmt.Errorf("swapping: there is no generation %d", generation)
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("swapping: %w", err)
	}
	for _, q := range []string{"UPDATE generation SET serving = (id = ?)", "DELETE FROM vector WHERE generation < ?", "DELETE FROM generation WHERE id < ?"} {
		if _, err := tx.ExecContext(ctx, q, generation); err != nil {
			return errors.Join(fmt.Errorf("swapping: %w", err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("swapping: %w", err)
	}
	for id := range s.gens {
		if id < generation {
			delete(s.gens, id)
		}
	}
	return nil
}

// Counts says how far a generation is.
func (s *Store) Counts(_ context.Context, generation int) (texts, embedded int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.gens[generation]; m != nil {
		embedded = m.have
	}
	return len(s.texts), embedded, nil
}

// Pending gives texts without a vector, of the first kinds first.
func (s *Store) Pending(ctx context.Context, generation, limit int) ([]store.Text, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m := s.gens[generation]
	if m == nil {
		return nil, fmt.Errorf("there is no generation %d", generation)
	}
	var ids []int64
	for kind := document.Kind(0); kind < document.Kinds && len(ids) < limit; kind++ {
		for at, id := range s.ids {
			if id != 0 && s.ranks[at] == kind && !m.has(int32(at)) {
				if ids = append(ids, id); len(ids) == limit {
					break
				}
			}
		}
	}
	out := make([]store.Text, 0, len(ids))
	for part := range slices.Chunk(ids, 500) {
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		byID := map[int64]store.Text{}
		rows, err := s.db.QueryContext(ctx, "SELECT id, hash, body FROM text WHERE id IN ("+marks(len(part))+")", args...)
		if err != nil {
			return nil, fmt.Errorf("reading texts of the index: %w", err)
		}
		for rows.Next() {
			var id int64
			var hash []byte
			var t store.Text
			if err := rows.Scan(&id, &hash, &t.Text); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			t.Hash = document.Hash(hash)
			byID[id] = t
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("reading texts of the index: %w", err)
		}
		for _, id := range part {
			out = append(out, byID[id])
		}
	}
	return out, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }
