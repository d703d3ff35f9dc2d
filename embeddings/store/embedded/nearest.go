package embedded

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// block is how many rows are multiplied at a time, so that their products are still near when they are scaled.
const block = 4096

// Nearest looks at every vector.
func (s *Store) Nearest(ctx context.Context, generation int, vector []float32, f store.Filter, wishes []store.Wish) ([][]store.Hit, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, query, scale, err := s.query(generation, vector)
	if err != nil {
		return nil, err
	}
	score := m.all(query, scale)
	s.last.Store(&looked{generation, vector, s.changes, score})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tiers := uint8(0)
	for _, t := range f.Tiers {
		tiers |= 1 << store.TierNumber(t)
	}
	tops := make([]top, len(wishes))
	for i, w := range wishes {
		tops[i].k = w.K
	}
	var wished [document.Kinds][]*top // which wishes a kind is for
	for i, w := range wishes {
		for k := range document.Kinds {
			if w.Kinds.Has(k) {
				wished[k] = append(wished[k], &tops[i])
			}
		}
	}
	visit := func(id int32, u *unit) {
		for ord, t := range u.texts {
			if t < 0 || !m.has(t) || tiers != 0 && tiers&(1<<u.tiers[ord]) == 0 {
				continue
			}
			for _, to := range wished[u.kinds[ord]] {
				if len(to.hits) < to.k || to.k > 0 && score[t] >= to.hits[0].Score {
					to.offer(store.Hit{Unit: id, Ord: int32(ord), Kind: u.kinds[ord], Score: score[t]})
				}
			}
		}
	}
	if f.Everything {
		for _, id := range s.order {
			if u := s.units[id]; u != nil && u.base {
				visit(id, u)
			}
		}
	} else {
		for _, id := range f.Units {
			if u := s.units[id]; u != nil {
				visit(id, u)
			}
		}
	}
	out := make([][]store.Hit, len(wishes))
	for i := range tops {
		out[i] = tops[i].sorted()
	}
	return out, nil
}

// Scores gives the documents of some units.
func (s *Store) Scores(_ context.Context, generation int, vector []float32, units []int32) ([]store.Hit, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, query, scale, err := s.query(generation, vector)
	if err != nil {
		return nil, err
	}
	var known []float32
	if l := s.last.Load(); l != nil && l.generation == generation && l.changes == s.changes && len(l.vector) > 0 && &l.vector[0] == &vector[0] {
		known = l.score
	}
	n := 0
	for _, id := range units {
		if u := s.units[id]; u != nil {
			n += len(u.texts)
		}
	}
	out := make([]store.Hit, 0, n) // grown step by step it would be the most of what a search allocates
	var dot [1]int32
	for _, id := range units {
		u := s.units[id]
		if u == nil {
			continue
		}
		for ord, t := range u.texts {
			if t < 0 || !m.has(t) {
				continue
			}
			var score float32
			if known != nil {
				score = known[t]
			} else {
				dotRows(dot[:], query, m.rows[int(t)*m.stride:(int(t)+1)*m.stride])
				score = float32(dot[0]) * scale * m.scale[t]
			}
			out = append(out, store.Hit{Unit: id, Ord: int32(ord), Kind: u.kinds[ord], Score: score})
		}
	}
	return out, nil
}

// looked is what the last look at every vector gave. Whoever asks for Scores has mostly asked for what is nearest
// to the same vector before; it is the same while it is the same memory, which looked keeps from being another's.
type looked struct {
	generation int
	vector     []float32
	changes    int64
	score      []float32
}

// query checks a vector and makes it what rows are multiplied with.
func (s *Store) query(generation int, vector []float32) (*matrix, []int16, float32, error) {
	m := s.gens[generation]
	if m == nil {
		return nil, nil, 0, fmt.Errorf("searching: there is no generation %d", generation)
	}
	if err := store.CheckVector(vector, m.dim); err != nil {
		return nil, nil, 0, fmt.Errorf("searching: %w", err)
	}
	scale, b := quantize(vector)
	query := make([]int16, m.stride)
	for i, x := range b {
		query[i] = int16(int8(x))
	}
	return m, query, scale, nil
}

// all gives the cosine of every row, on both halves at once.
func (x *matrix) all(query []int16, scale float32) []float32 {
	n := len(x.scale)
	out := make([]float32, n)
	part := func(from, to int) {
		var dot [block]int32
		for at := from; at < to; at += block {
			end := min(at+block, to)
			dotRows(dot[:end-at], query, x.rows[at*x.stride:end*x.stride])
			for i := at; i < end; i++ {
				out[i] = float32(dot[i-at]) * scale * x.scale[i]
			}
		}
	}
	if n < 4*block {
		part(0, n)
		return out
	}
	var wg sync.WaitGroup
	wg.Go(func() { part(0, n/2) })
	part(n/2, n)
	wg.Wait()
	return out
}

// top keeps the k best hits, the worst on top of a heap.
type top struct {
	k    int
	hits []store.Hit
}

func order(a, b store.Hit) int {
	switch { // by hand: this is the inner loop
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Ord, b.Ord))
}

func (t *top) offer(h store.Hit) {
	if len(t.hits) == t.k {
		if t.k == 0 || h.Score < t.hits[0].Score || order(h, t.hits[0]) >= 0 {
			return
		}
		t.hits[0] = h
		for i := 0; ; {
			c := 2*i + 1
			if c >= len(t.hits) {
				return
			}
			if c+1 < len(t.hits) && order(t.hits[c+1], t.hits[c]) > 0 {
				c++
			}
			if order(t.hits[c], t.hits[i]) <= 0 {
				return
			}
			t.hits[i], t.hits[c] = t.hits[c], t.hits[i]
			i = c
		}
	}
	t.hits = append(t.hits, h)
	for i := len(t.hits) - 1; i > 0 && order(t.hits[i], t.hits[(i-1)/2]) > 0; i = (i - 1) / 2 {
		t.hits[i], t.hits[(i-1)/2] = t.hits[(i-1)/2], t.hits[i]
	}
}

func (t *top) sorted() []store.Hit {
	slices.SortFunc(t.hits, order)
	return t.hits
}
