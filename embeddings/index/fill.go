package index

import (
	"context"
	"fmt"
	"time"

	"github.com/limn-data/limn/embeddings/store"
)

// Status is how far the index is.
type Status struct {
	Units, Documents int
	// Texts are the distinct ones; Embedded have a vector of Embedder, Pending have none yet.
	Texts, Embedded, Pending int

	Embedder   string // that vectors are made by; empty: by none
	Dim        int
	Generation int // that is filled
	Serving    int // that is searched; 0: words only
	ServedBy   string

	Started time.Time     // of the run of Fill that is on, or of the last one
	Done    int           // texts embedded by it
	Took    time.Duration // by it, up to now or to its end
	Rate    float64       // texts a second
	Filling bool

	Failed string // why the last Fill ended early
	Behind string // why the store does not have what is here
}

// fillState is what Fill tells.
type fillState struct {
	generation store.Generation
	started    time.Time
	ended      time.Time
	done       int
	filling    bool
	failed     error

	serving   store.Generation // ID 0: none
	servingAt time.Time        // when that was looked up
}

// batch is how many texts are embedded and kept at a time. A run that is killed loses one.
const batch = 256

// Fill embeds what has no vector yet, tables, metrics and terms first, and then lets the new vectors serve. It
// returns when nothing waits. What it did stays when it is broken off. An embedder that answers wrongly ends it
// with an error, and what served before serves on.
func (x *Index) Fill(ctx context.Context) error {
	x.filling.Lock()
	defer x.filling.Unlock()
	if x.options.Embedder == nil {
		return ErrNoEmbedder
	}
	x.mu.Lock()
	x.state.filling, x.state.started, x.state.done, x.state.failed = true, x.options.Now(), 0, nil
	x.mu.Unlock()
	err := x.fill(ctx)
	x.mu.Lock()
	x.state.filling, x.state.ended, x.state.failed = false, x.options.Now(), err
	x.mu.Unlock()
	return err
}

// indexer is a store that wants to be told when many vectors have come.
type indexer interface {
	Index(ctx context.Context, generation int) error
}

func (x *Index) fill(ctx context.Context) error {
	if err := x.CatchUp(ctx); err != nil {
		return err
	}
	e := x.options.Embedder
	dim := e.Dim()
	g, err := x.store.Begin(ctx, e.ID(), dim)
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.state.generation = g
	x.state.servingAt = time.Time{}
	x.mu.Unlock()
	since := 0
	for {
		texts, err := x.store.Pending(ctx, g.ID, batch)
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			break
		}
		vectors, err := embed(ctx, e, dim, texts)
		if err != nil {
			return err
		}
		if err := x.store.Put(ctx, g.ID, vectors); err != nil {
			return err
		}
		x.mu.Lock()
		x.state.done += len(vectors)
		x.mu.Unlock()
		if since += len(vectors); since > 20_000 {
			since = 0
			if err := x.grown(ctx, g.ID); err != nil {
				return err
			}
		}
		if x.options.Progress != nil {
			st, err := x.Status(ctx)
			if err != nil {
				return err
			}
			x.options.Progress(st)
		}
	}
	if g.Serving {
		return x.grown(ctx, g.ID)
	}
	if err := x.store.Swap(ctx, g.ID); err != nil {
		return err
	}
	x.mu.Lock()
	x.state.servingAt = time.Time{}
	x.mu.Unlock()
	return nil
}

func (x *Index) grown(ctx context.Context, generation int) error {
	if s, ok := x.store.(indexer); ok {
		return s.Index(ctx, generation)
	}
	return nil
}

// embed asks for the vectors of some texts and believes nothing.
func embed(ctx context.Context, e Embedder, dim int, texts []store.Text) ([]store.Vector, error) {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = t.Text
	}
	vs, err := e.Embed(ctx, words)
	if err != nil {
		return nil, fmt.Errorf("embedding with %s: %w", e.ID(), err)
	}
	if len(vs) != len(texts) {
		return nil, fmt.Errorf("embedding with %s: %w: %d texts came back as %d vectors", e.ID(), store.ErrVector, len(texts), len(vs))
	}
	out := make([]store.Vector, len(vs))
	for i, v := range vs {
		if err := store.CheckVector(v, dim); err != nil {
			return nil, fmt.Errorf("embedding with %s: %w (of %q)", e.ID(), err, clip(words[i], 60))
		}
		out[i] = store.Vector{Hash: texts[i].Hash, Values: v}
	}
	return out, nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// lookUp is how long a generation is taken to serve without asking the store again: another process may have
// swapped it.
const lookUp = 10 * time.Second

// serving is the generation that is searched and its embedder; none where there are no vectors yet, or none by
// an embedder that is at hand.
func (x *Index) serving(ctx context.Context) (store.Generation, Embedder, error) {
	x.mu.RLock()
	g, at := x.state.serving, x.state.servingAt
	x.mu.RUnlock()
	now := x.options.Now()
	if at.IsZero() || now.Sub(at) > lookUp || now.Before(at) {
		gens, err := x.store.Generations(ctx)
		if err != nil {
			return store.Generation{}, nil, err
		}
		g = store.Generation{}
		for _, o := range gens {
			// The first generation of all serves while it is filled.
			if o.Serving || g.ID == 0 && x.embedder(o) != nil {
				g = o
			}
		}
		x.mu.Lock()
		x.state.serving, x.state.servingAt = g, now
		x.mu.Unlock()
	}
	if g.ID == 0 {
		return g, nil, nil
	}
	return g, x.embedder(g), nil
}

// embedder is the one that made a generation; nil where it is not at hand.
func (x *Index) embedder(g store.Generation) Embedder {
	for _, e := range append([]Embedder{x.options.Embedder}, x.options.Former...) {
		if e != nil && e.ID() == g.Embedder && e.Dim() == g.Dim {
			return e
		}
	}
	return nil
}

// Status tells how far the index is. With a store that cannot be read it has what memory knows, and an error.
func (x *Index) Status(ctx context.Context) (Status, error) {
	g, _, err := x.serving(ctx)
	x.mu.RLock()
	st := Status{Documents: x.count, Serving: g.ID, ServedBy: g.Embedder, Started: x.state.started, Done: x.state.done, Filling: x.state.filling, Generation: x.state.generation.ID}
	for slot := range x.units {
		if x.units[slot].live {
			st.Units++
		}
	}
	if x.state.failed != nil {
		st.Failed = x.state.failed.Error()
	}
	if x.behind != nil {
		st.Behind = x.behind.Error()
	}
	end := x.state.ended
	x.mu.RUnlock()
	if st.Filling {
		end = x.options.Now()
	}
	if !st.Started.IsZero() {
		st.Took = end.Sub(st.Started)
	}
	if s := st.Took.Seconds(); s > 0 {
		st.Rate = float64(st.Done) / s
	}
	if e := x.options.Embedder; e != nil {
		st.Embedder, st.Dim = e.ID(), e.Dim()
	}
	if err != nil {
		return st, err
	}
	if st.Generation == 0 {
		gens, err := x.store.Generations(ctx)
		if err != nil {
			return st, err
		}
		for _, o := range gens {
			if o.Embedder == st.Embedder && o.Dim == st.Dim {
				st.Generation = o.ID
			}
		}
	}
	ask := st.Generation
	if ask == 0 {
		ask = st.Serving
	}
	if ask != 0 {
		if st.Texts, st.Embedded, err = x.store.Counts(ctx, ask); err != nil {
			return st, err
		}
		st.Pending = st.Texts - st.Embedded
	}
	return st, nil
}
