package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// What a search costs, in looks at one vector: walking the index takes walk for each vector that it gives out,
// after a start. Measured on a million vectors of 384 dimensions.
const (
	walk  = 8
	start = 2000
)

// Nearest asks once for each wish. Two ways lead there: through the index, which gives out vectors from near to
// far until enough of them are kept by the filter, or through the documents that are kept, looking at each.
func (s *Store) Nearest(ctx context.Context, generation int, vector []float32, f store.Filter, wishes []store.Wish) ([][]store.Hit, error) {
	dim, err := s.dim(ctx, generation)
	if err != nil {
		return nil, err
	}
	if err := store.CheckVector(vector, dim); err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	indexed, err := s.hasIndex(ctx, generation)
	if err != nil {
		return nil, err
	}
	var total int
	if indexed {
		if err := s.pool.QueryRow(ctx, "SELECT greatest(reltuples, 0)::int FROM pg_class WHERE oid = 'search_document'::regclass").Scan(&total); err != nil {
			return nil, fmt.Errorf("searching: %w", err)
		}
	}
	out := make([][]store.Hit, len(wishes))
	q := pgvector.NewHalfVector(unit(vector))
	for i, w := range wishes {
		if w.K <= 0 || !f.Everything && len(f.Units) == 0 {
			continue
		}
		through := indexed
		if through && !f.Everything && f.Docs > 0 {
			through = start+walk*w.K*max(1, total/f.Docs) < f.Docs
		}
		if through {
			if out[i], err = s.walk(ctx, generation, q, f, w); err != nil {
				return nil, err
			}
			if len(out[i]) == w.K {
				continue
			}
			// The walk ends where it has seen much and found little; what is kept lies far off.
		}
		if out[i], err = s.all(ctx, generation, q, f, w); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// kept is the condition of a filter and a wish on documents d, with its arguments after those there are.
func kept(f store.Filter, w store.Wish, args []any) (string, []any) {
	var and []string
	say := func(text string, arg any) {
		args = append(args, arg)
		and = append(and, fmt.Sprintf(text, len(args)))
	}
	if f.Everything {
		and = append(and, "d.base")
	} else {
		say("d.unit = ANY($%d::int[])", f.Units)
	}
	if w.Kinds != 0 {
		var kinds []int16
		for k := range document.Kinds {
			if w.Kinds.Has(k) {
				kinds = append(kinds, int16(k))
			}
		}
		say("d.kind = ANY($%d::smallint[])", kinds)
	}
	if len(f.Tiers) > 0 {
		var tiers []int16
		for _, t := range f.Tiers {
			tiers = append(tiers, int16(store.TierNumber(t)))
		}
		say("d.tier = ANY($%d::smallint[])", tiers)
	}
	return strings.Join(and, " AND "), args
}

// beyond is how many more than wished are taken from a walk, whose order is nearly that of nearness.
const beyond = 2

// walk goes through the index. The planner is told to: it does not know how far a filter makes it go.
func (s *Store) walk(ctx context.Context, generation int, q pgvector.HalfVector, f store.Filter, w store.Wish) ([]store.Hit, error) {
	where, args := kept(f, w, []any{q, w.K * beyond})
	sql := fmt.Sprintf(`SELECT d.unit, d.ord, d.kind, -(v.v <#> $1) FROM %s v JOIN search_document d ON d.text = v.text WHERE %s ORDER BY v.v <#> $1 LIMIT $2`, table(generation), where)
	ef := min(max(2*w.K, 200), 400)
	hits, err := s.read(ctx, sql, args, fmt.Sprintf(`SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '%d', true), set_config('hnsw.max_scan_tuples', '60000', true),
		set_config('hnsw.scan_mem_multiplier', '4', true), set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true), `+plain, ef))
	return hits[:min(len(hits), w.K)], err
}

// plain keeps the planner from what costs more than such a query takes.
const plain = `set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('plan_cache_mode', 'force_generic_plan', true)`

// all looks at every vector that is kept. The distance is written so that the index does not fit it.
func (s *Store) all(ctx context.Context, generation int, q pgvector.HalfVector, f store.Filter, w store.Wish) ([]store.Hit, error) {
	where, args := kept(f, w, []any{q, w.K})
	sql := fmt.Sprintf(`WITH near AS MATERIALIZED (
			SELECT v.text, -(v.v <#> $1) AS score FROM %s v WHERE v.text = ANY (ARRAY(SELECT DISTINCT d.text FROM search_document d WHERE %s)) ORDER BY score DESC LIMIT $2)
		SELECT d.unit, d.ord, d.kind, near.score FROM near JOIN search_document d ON d.text = near.text WHERE %s ORDER BY near.score DESC, d.unit, d.ord LIMIT $2`, table(generation), where, where)
	return s.read(ctx, sql, args, `SELECT set_config('enable_seqscan', 'off', true), `+plain)
}

// Scores gives the documents of some units.
func (s *Store) Scores(ctx context.Context, generation int, vector []float32, units []int32) ([]store.Hit, error) {
	dim, err := s.dim(ctx, generation)
	if err != nil {
		return nil, err
	}
	if err := store.CheckVector(vector, dim); err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	sql := fmt.Sprintf(`SELECT d.unit, d.ord, d.kind, -(v.v <#> $1) FROM search_document d JOIN %s v ON v.text = d.text WHERE d.unit = ANY($2::int[])`, table(generation))
	return s.read(ctx, sql, []any{pgvector.NewHalfVector(unit(vector)), units}, `SELECT set_config('enable_seqscan', 'off', true), `+plain)
}

// read runs a query under settings of its own transaction.
func (s *Store) read(ctx context.Context, sql string, args []any, settings string) ([]store.Hit, error) {
	var out []store.Hit
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, settings); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		var h store.Hit
		var kind int16
		var score float64
		_, err = pgx.ForEachRow(rows, []any{&h.Unit, &h.Ord, &kind, &score}, func() error {
			h.Kind, h.Score = document.Kind(kind), float32(score)
			out = append(out, h)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	slices.SortStableFunc(out, func(a, b store.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Ord, b.Ord))
	})
	return out, nil
}
