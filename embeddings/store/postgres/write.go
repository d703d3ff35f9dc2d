package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// writing is the advisory lock that changes of units and of generations hold.
const writing = 722_011

// Apply adds and removes units in one transaction.
func (s *Store) Apply(ctx context.Context, c store.Change) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", writing); err != nil {
			return err
		}
		orphans, err := remove(ctx, tx, c.Remove)
		if err != nil {
			return err
		}
		if err := add(ctx, tx, c.Add); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM search_text t WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM search_document d WHERE d.text = t.id)", orphans)
		return err
	})
	if err != nil {
		return fmt.Errorf("changing the index: %w", err)
	}
	return nil
}

// remove drops units and returns the texts that they had.
func remove(ctx context.Context, tx pgx.Tx, ids []int32) ([]int32, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, "DELETE FROM search_document WHERE unit = ANY($1) RETURNING text", ids)
	if err != nil {
		return nil, err
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM search_unit WHERE id = ANY($1)", ids)
	return texts, err
}

func add(ctx context.Context, tx pgx.Tx, units []store.Added) error {
	byScope := map[string]*store.Added{}
	var scopes, bodies []string
	var bases []bool
	for i := range units {
		u := &units[i]
		if have := byScope[u.Scope]; have != nil {
			have.Base = have.Base || u.Base
			continue
		}
		body, err := json.Marshal(u.Docs)
		if err != nil {
			return err
		}
		byScope[u.Scope] = u
		scopes, bodies, bases = append(scopes, u.Scope), append(bodies, string(body)), append(bases, u.Base)
	}
	if len(scopes) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `INSERT INTO search_unit AS u (scope, base, body) SELECT * FROM unnest($1::text[], $2::bool[], $3::json[])
		ON CONFLICT (scope) DO UPDATE SET base = u.base OR excluded.base RETURNING u.id, u.scope, xmax = 0`, scopes, bases, bodies)
	if err != nil {
		return err
	}
	fresh, old := map[string]int32{}, []int32{}
	var id int32
	var scope string
	var inserted bool
	_, err = pgx.ForEachRow(rows, []any{&id, &scope, &inserted}, func() error {
		if inserted {
			fresh[scope] = id
		} else if byScope[scope].Base {
			old = append(old, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE search_document SET base = true WHERE unit = ANY($1) AND NOT base", old); err != nil {
		return err
	}
	return documents(ctx, tx, scopes, byScope, fresh)
}

// documents inserts those of new units, with the texts that are new.
func documents(ctx context.Context, tx pgx.Tx, scopes []string, byScope map[string]*store.Added, fresh map[string]int32) error {
	seen := map[document.Hash]bool{}
	var hashes [][]byte
	var ranks []int16
	var bodies []string
	type row struct {
		unit, ord  int32
		kind, tier int16
		base       bool
		hash       document.Hash
	}
	var docs []row
	for _, scope := range scopes {
		id, ok := fresh[scope]
		if !ok {
			continue
		}
		u := byScope[scope]
		for ord := range u.Docs {
			d := &u.Docs[ord]
			if d.Text == "" {
				continue
			}
			hash := d.TextHash()
			if !seen[hash] {
				seen[hash] = true
				hashes, ranks, bodies = append(hashes, hash[:]), append(ranks, int16(d.Kind)), append(bodies, d.Text)
			}
			docs = append(docs, row{id, int32(ord), int16(d.Kind), int16(store.TierNumber(d.Tier)), u.Base, hash})
		}
	}
	if len(docs) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO search_text (hash, rank, body) SELECT hash, rank, body FROM unnest($1::bytea[], $2::smallint[], $3::text[]) WITH ORDINALITY x(hash, rank, body, n)
		ORDER BY n ON CONFLICT (hash) DO NOTHING`, hashes, ranks, bodies)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT id, hash FROM search_text WHERE hash = ANY($1)", hashes)
	if err != nil {
		return err
	}
	texts := map[document.Hash]int32{}
	var id int32
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &hash}, func() error {
		texts[document.Hash(hash)] = id
		return nil
	})
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"search_document"}, []string{"unit", "ord", "kind", "tier", "base", "text"}, pgx.CopyFromSlice(len(docs), func(i int) ([]any, error) {
		d := &docs[i]
		text, ok := texts[d.hash]
		if !ok {
			return nil, fmt.Errorf("the text of document %d of unit %d was not kept", d.ord, d.unit)
		}
		return []any{d.unit, d.ord, d.kind, d.tier, d.base, text}, nil
	}))
	return err
}

// widest is how many dimensions pgvector indexes in half precision.
const widest = 4000

// Begin gives the generation of an embedder, with its table.
func (s *Store) Begin(ctx context.Context, embedder string, dim int) (store.Generation, error) {
	if dim <= 0 || dim > widest {
		return store.Generation{}, fmt.Errorf("%w: %s promises %d dimensions; from 1 to %d can be kept", store.ErrVector, embedder, dim, widest)
	}
	g := store.Generation{Embedder: embedder, Dim: dim}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", writing); err != nil {
			return err
		}
		const read = "SELECT id, serving, started FROM search_generation WHERE embedder = $1 AND dim = $2"
		err := tx.QueryRow(ctx, read, embedder, dim).Scan(&g.ID, &g.Serving, &g.Started)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, "INSERT INTO search_generation (embedder, dim) VALUES ($1, $2) RETURNING id, started", embedder, dim).Scan(&g.ID, &g.Started); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (text integer PRIMARY KEY REFERENCES search_text ON DELETE CASCADE, v halfvec(%d) NOT NULL)", table(g.ID), dim))
		return err
	})
	if err != nil {
		return store.Generation{}, fmt.Errorf("beginning a generation: %w", err)
	}
	return g, nil
}

// Put keeps vectors.
func (s *Store) Put(ctx context.Context, generation int, vectors []store.Vector) error {
	dim, err := s.dim(ctx, generation)
	if err != nil {
		return err
	}
	hashes, values := make([][]byte, len(vectors)), make([]pgvector.HalfVector, len(vectors))
	for i := range vectors {
		v := &vectors[i]
		if err := store.CheckVector(v.Values, dim); err != nil {
			return err
		}
		hashes[i], values[i] = v.Hash[:], pgvector.NewHalfVector(unit(v.Values))
	}
	_, err = s.pool.Exec(ctx, fmt.Sprintf(`INSERT INTO %s (text, v) SELECT t.id, x.v FROM unnest($1::bytea[], $2::halfvec[]) x(hash, v) JOIN search_text t USING (hash)
		ON CONFLICT (text) DO UPDATE SET v = excluded.v`, table(generation)), hashes, values)
	if err != nil {
		return fmt.Errorf("keeping vectors: %w", err)
	}
	return nil
}

// unit is a vector of length 1: products of such are cosines.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	scale := float32(1 / math.Sqrt(sum))
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = x * scale
	}
	return out
}

// dim is the dimension of a generation.
func (s *Store) dim(ctx context.Context, generation int) (int, error) {
	var dim int
	err := s.pool.QueryRow(ctx, "SELECT dim FROM search_generation WHERE id = $1", generation).Scan(&dim)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("the index has no generation %d", generation)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the index's generations: %w", err)
	}
	return dim, nil
}

// Swap makes a generation serve and drops the older ones.
func (s *Store) Swap(ctx context.Context, generation int) error {
	if _, err := s.dim(ctx, generation); err != nil {
		return err
	}
	if err := s.Index(ctx, generation); err != nil {
		return err
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", writing); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "DELETE FROM search_generation WHERE id < $1 RETURNING id", generation)
		if err != nil {
			return err
		}
		old, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			return err
		}
		for _, id := range old {
			if _, err := tx.Exec(ctx, "DROP TABLE IF EXISTS "+table(id)); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "UPDATE search_generation SET serving = (id = $1)", generation)
		return err
	})
	if err != nil {
		return fmt.Errorf("swapping: %w", err)
	}
	return nil
}

// Index builds the index of a generation that has outgrown searching all of it; whoever has filled one calls
// it, Swap does so by itself.
func (s *Store) Index(ctx context.Context, generation int) error {
	_, n, err := s.Counts(ctx, generation)
	if err != nil || n <= s.cfg.Exact {
		return err
	}
	if done, err := s.hasIndex(ctx, generation); done || err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if s.cfg.BuildMemory != "" {
			if _, err := tx.Exec(ctx, "SELECT set_config('maintenance_work_mem', $1, true)", s.cfg.BuildMemory); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s_near ON %s USING hnsw (v halfvec_ip_ops) WITH (m = 16, ef_construction = 100)", table(generation), table(generation)))
		return err
	})
	if err != nil {
		return fmt.Errorf("indexing vectors: %w", err)
	}
	return nil
}

// hasIndex says whether a generation has its index. Once it has, it keeps it.
func (s *Store) hasIndex(ctx context.Context, generation int) (bool, error) {
	s.mu.Lock()
	known := s.indexed[generation]
	s.mu.Unlock()
	if known {
		return true, nil
	}
	var there bool
	if err := s.pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table(generation)+"_near").Scan(&there); err != nil {
		return false, fmt.Errorf("looking for the index of vectors: %w", err)
	}
	if there {
		s.mu.Lock()
		s.indexed[generation] = true
		s.mu.Unlock()
	}
	return there, nil
}
