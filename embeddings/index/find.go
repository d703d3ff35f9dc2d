package index

import (
	"context"
	"fmt"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/lexical"
	"github.com/limn-data/limn/embeddings/store"
)

// Ref is a document of the index.
type Ref struct{ Slot, Ord int32 }

// Scored is a document with a score: of BM25, or a cosine.
type Scored struct {
	Ref
	Kind    document.Kind
	Score   float32
	Matched uint64 // which words of the question it has, where it was found by words
}

// Words cuts a question into the terms that it is looked for by.
func (x *Index) Words(text string) []lexical.Word { return x.analyze.Query(text) }

// Lexical gives the best k documents of some kinds by words.
func (x *Index) Lexical(a *Audience, words []lexical.Word, kinds document.Set, k int) []Scored {
	x.mu.RLock()
	defer x.mu.RUnlock()
	hits := lexical.Search(x.lexicon, x.segments, words, kinds, a.visible, a.stats, k)
	out := make([]Scored, 0, len(hits))
	for _, h := range hits {
		u := &x.units[h.Slot]
		if !u.live { // it went since the audience was made
			continue
		}
		out = append(out, Scored{Ref{h.Slot, h.Ord}, u.docs[h.Ord].Kind, h.Score, h.Matched})
	}
	return out
}

// Question is a text by its meaning, in the vectors that serve.
type Question struct {
	generation int
	vector     []float32
}

// Embed makes a question of one or several wordings of it: what lies between them. Where no vectors serve it is
// nil.
func (x *Index) Embed(ctx context.Context, wordings ...string) (*Question, error) {
	g, e, err := x.serving(ctx)
	if err != nil {
		return nil, err
	}
	if e == nil {
		if g.ID != 0 {
			return nil, fmt.Errorf("the vectors that serve are of %s, which is not at hand; the index has to be built", g.Embedder)
		}
		return nil, nil
	}
	texts := make([]store.Text, len(wordings))
	for i, w := range wordings {
		texts[i].Text = w
	}
	vs, err := embed(ctx, e, g.Dim, texts)
	if err != nil {
		return nil, err
	}
	sum := make([]float32, g.Dim)
	for _, v := range vs {
		for i, f := range v.Values {
			sum[i] += f
		}
	}
	return &Question{g.ID, sum}, nil
}

// Nearest gives for each wish the nearest documents.
func (x *Index) Nearest(ctx context.Context, a *Audience, q *Question, wishes []store.Wish) ([][]Scored, error) {
	hits, err := x.store.Nearest(ctx, q.generation, q.vector, a.filter, wishes)
	if err != nil {
		return nil, err
	}
	out := make([][]Scored, len(hits))
	for i := range hits {
		out[i] = x.refs(a, hits[i])
	}
	return out, nil
}

// Scores gives the cosines of all documents of some units.
func (x *Index) Scores(ctx context.Context, a *Audience, q *Question, slots []int32) ([]Scored, error) {
	ids := make([]int32, 0, len(slots))
	x.mu.RLock()
	for _, slot := range slots {
		if a.visible.Has(slot) && x.units[slot].id != 0 {
			ids = append(ids, x.units[slot].id)
		}
	}
	x.mu.RUnlock()
	hits, err := x.store.Scores(ctx, q.generation, q.vector, ids)
	if err != nil {
		return nil, err
	}
	return x.refs(a, hits), nil
}

func (x *Index) refs(a *Audience, hits []store.Hit) []Scored {
	x.mu.RLock()
	defer x.mu.RUnlock()
	out := make([]Scored, 0, len(hits))
	for _, h := range hits {
		slot, ok := a.slots[h.Unit]
		if !ok || !x.units[slot].live || int(h.Ord) >= len(x.units[slot].docs) {
			continue
		}
		out = append(out, Scored{Ref: Ref{slot, h.Ord}, Kind: h.Kind, Score: h.Score})
	}
	return out
}

// Show gives what people see of a document; false when it went.
func (x *Index) Show(r Ref) (Shown, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	u := &x.units[r.Slot]
	if !u.live {
		return Shown{}, false
	}
	return u.docs[r.Ord], true
}
