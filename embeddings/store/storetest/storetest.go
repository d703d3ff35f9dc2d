// Package storetest is what every store of the searchable catalog must do. Start at Run.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// Run holds a store to the contract. open gives an empty store, and again gives the same one as after a restart.
func Run(t *testing.T, open func(t *testing.T) (s store.Store, again func() store.Store)) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s store.Store, again func() store.Store)
	}{
		{"units", units}, {"texts once", textsOnce}, {"order of embedding", embeddingOrder}, {"vectors", badVectors}, {"generations", generations},
		{"nearest", nearest}, {"restart", restart}, {"many at once", atOnce},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, again := open(t)
			c.test(t, s, again)
		})
	}
}

var ctx = context.Background()

// doc is a document whose text is its name.
func doc(kind document.Kind, name string, tier catalog.Tier) document.Document {
	return document.Document{Kind: kind, Name: name, Text: name, Tier: tier, Fields: []document.Field{{Part: document.Name, Text: name}}}
}

func table(name string, columns ...string) store.Added {
	a := store.Added{Scope: "table:" + name + "#1", Base: true, Docs: []document.Document{doc(document.Table, name, catalog.Trusted)}}
	for _, c := range columns {
		a.Docs = append(a.Docs, doc(document.Column, c, catalog.Trusted))
	}
	return a
}

func apply(t *testing.T, s store.Store, c store.Change) map[string]store.Saved {
	t.Helper()
	if err := s.Apply(ctx, c); err != nil {
		t.Fatal(err)
	}
	u, err := s.Units(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func begin(t *testing.T, s store.Store, embedder string, dim int) int {
	t.Helper()
	g, err := s.Begin(ctx, embedder, dim)
	if err != nil {
		t.Fatal(err)
	}
	return g.ID
}

// vector is a direction of its own for each text.
func vector(text string, dim int) []float32 {
	h := document.Sum(text)
	r := rand.New(rand.NewPCG(uint64(h[0])<<8|uint64(h[1]), uint64(h[2])<<8|uint64(h[3])))
	v := make([]float32, dim)
	sum := 0.0
	for i := range v {
		v[i] = float32(r.NormFloat64())
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// fill embeds everything that waits.
func fill(t *testing.T, s store.Store, generation, dim int) {
	t.Helper()
	for {
		texts, err := s.Pending(ctx, generation, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(texts) == 0 {
			return
		}
		var vs []store.Vector
		for _, x := range texts {
			vs = append(vs, store.Vector{Hash: x.Hash, Values: vector(x.Text, dim)})
		}
		if err := s.Put(ctx, generation, vs); err != nil {
			t.Fatal(err)
		}
	}
}

func units(t *testing.T, s store.Store, _ func() store.Store) {
	view := store.Added{Scope: "table:a#2", Docs: []document.Document{doc(document.Table, "a", catalog.Trusted)}}
	before := apply(t, s, store.Change{Add: []store.Added{table("a", "id", "day"), table("b"), view}})
	if len(before) != 3 || !before["table:a#1"].Base || before["table:a#2"].Base {
		t.Fatalf("units are %v", before)
	}
	after := apply(t, s, store.Change{Add: []store.Added{table("a", "id", "day"), table("c")}, Remove: []int32{before["table:b#1"].ID, 99999}})
	if len(after) != 3 || after["table:a#1"] != before["table:a#1"] {
		t.Errorf("units are %v, before %v: what was there keeps its id", after, before)
	}
	if _, ok := after["table:b#1"]; ok {
		t.Error("b was removed and is there")
	}
	view.Base = true
	if u := apply(t, s, store.Change{Add: []store.Added{view}}); !u["table:a#2"].Base {
		t.Error("a unit of a view that becomes one of the catalog stays one of a view")
	}
	var got []store.Stored
	ids := []int32{after["table:c#1"].ID, 99999, after["table:a#1"].ID}
	if err := s.Load(ctx, ids, func(x store.Stored) error { got = append(got, x); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Scope != "table:c#1" || got[1].ID != ids[2] || len(got[1].Docs) != 3 || got[1].Docs[2].Name != "day" || got[1].Docs[2].Fields[0].Text != "day" {
		t.Errorf("loaded %+v", got)
	}
	stop := errors.New("stop")
	if err := s.Load(ctx, ids, func(store.Stored) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the reader's own error came back as %v", err)
	}
}

func counts(t *testing.T, s store.Store, generation int) [2]int {
	t.Helper()
	texts, embedded, err := s.Counts(ctx, generation)
	if err != nil {
		t.Fatal(err)
	}
	return [2]int{texts, embedded}
}

func textsOnce(t *testing.T, s store.Store, _ func() store.Store) {
	u := apply(t, s, store.Change{Add: []store.Added{table("a", "id", "day"), table("b", "id", "day", "day", "name")}})
	g := begin(t, s, "e", 32)
	if c := counts(t, s, g); c != [2]int{5, 0} {
		t.Errorf("texts and vectors are %v, want 5 (a, b, id, day, name) and none", c)
	}
	fill(t, s, g, 32)
	if c := counts(t, s, g); c != [2]int{5, 5} {
		t.Errorf("texts and vectors are %v", c)
	}
	apply(t, s, store.Change{Remove: []int32{u["table:b#1"].ID}})
	if c := counts(t, s, g); c != [2]int{3, 3} {
		t.Errorf("texts and vectors are %v, want those of a only", c)
	}
	apply(t, s, store.Change{Add: []store.Added{table("c", "id")}, Remove: []int32{u["table:a#1"].ID}})
	if c := counts(t, s, g); c != [2]int{2, 1} {
		t.Errorf("texts and vectors are %v, want c, and id, which went over with its vector", c)
	}
}

func embeddingOrder(t *testing.T, s store.Store, _ func() store.Store) {
	add := []store.Added{table("orders", "amount"), {Scope: "term:x#1", Base: true, Docs: []document.Document{doc(document.Term, "x", "")}},
		{Scope: "metric:m#1", Base: true, Docs: []document.Document{doc(document.Metric, "m", ""), {Kind: document.Term, Name: "no text"}}}, table("users", "email")}
	apply(t, s, store.Change{Add: add})
	g := begin(t, s, "e", 8)
	texts, err := s.Pending(ctx, g, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range texts {
		got = append(got, x.Text)
		if x.Hash != document.Sum(x.Text) {
			t.Errorf("%s has the hash %s", x.Text, x.Hash)
		}
	}
	if s := strings.Join(got, " "); s != "orders users m x amount email" {
		t.Errorf("texts wait in the order %s", s)
	}
	if texts, err = s.Pending(ctx, g, 2); err != nil || len(texts) != 2 {
		t.Errorf("%d texts, %v; asked for 2", len(texts), err)
	}
}

func badVectors(t *testing.T, s store.Store, _ func() store.Store) {
	apply(t, s, store.Change{Add: []store.Added{table("a")}})
	g := begin(t, s, "e", 3)
	nan := float32(math.NaN())
	for _, bad := range [][]float32{{1, 0}, {1, 0, 0, 0}, {nan, 0, 0}, {float32(math.Inf(1)), 0, 0}, {0, 0, 0}, nil} {
		if err := s.Put(ctx, g, []store.Vector{{Hash: document.Sum("a"), Values: bad}}); !errors.Is(err, store.ErrVector) {
			t.Errorf("%v was taken: %v", bad, err)
		}
		if _, err := s.Nearest(ctx, g, bad, store.Filter{Everything: true}, []store.Wish{{K: 1}}); !errors.Is(err, store.ErrVector) {
			t.Errorf("%v was searched for: %v", bad, err)
		}
	}
	if c := counts(t, s, g); c[1] != 0 {
		t.Errorf("%d vectors are kept", c[1])
	}
	if err := s.Put(ctx, g, []store.Vector{{Hash: document.Sum("gone"), Values: []float32{1, 0, 0}}, {Hash: document.Sum("a"), Values: []float32{3, 0, 0}}}); err != nil {
		t.Fatal(err)
	}
	hits, err := s.Nearest(ctx, g, []float32{2, 0, 0}, store.Filter{Everything: true}, []store.Wish{{K: 1}})
	if err != nil || len(hits[0]) != 1 || math.Abs(float64(hits[0][0].Score)-1) > 0.01 {
		t.Errorf("found %v, %v; scores are cosines whatever the lengths", hits, err)
	}
	if _, err := s.Begin(ctx, "none", 0); !errors.Is(err, store.ErrVector) {
		t.Errorf("an embedder of no dimensions was taken: %v", err)
	}
	if err := s.Put(ctx, 99, nil); err == nil {
		t.Error("vectors were put into a generation that is not there")
	}
}

func generations(t *testing.T, s store.Store, _ func() store.Store) {
	apply(t, s, store.Change{Add: []store.Added{table("a", "id"), table("b", "day")}})
	old := begin(t, s, "old", 16)
	fill(t, s, old, 16)
	if err := s.Swap(ctx, old); err != nil {
		t.Fatal(err)
	}
	if begin(t, s, "old", 16) != old {
		t.Error("an embedder that goes on got another generation")
	}
	fresh := begin(t, s, "new", 24)
	if c := counts(t, s, fresh); fresh == old || c != [2]int{4, 0} {
		t.Errorf("the new generation is %d with %v", fresh, c)
	}
	list := func() string {
		gens, err := s.Generations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, g := range gens {
			if g.Started.IsZero() {
				t.Errorf("%s has no beginning", g.Embedder)
			}
			out = append(out, fmt.Sprint(g.Embedder, g.Dim, g.Serving))
		}
		return strings.Join(out, " ")
	}
	if got := list(); got != "old16 true new24 false" && got != "old16true new24false" {
		t.Errorf("generations are %s", got)
	}
	hits, err := s.Nearest(ctx, old, vector("id", 16), store.Filter{Everything: true}, []store.Wish{{K: 1}})
	if err != nil || len(hits[0]) != 1 || hits[0][0].Kind != document.Column {
		t.Errorf("the old generation finds %v, %v while the new one is built", hits, err)
	}
	fill(t, s, fresh, 24)
	if err := s.Swap(ctx, fresh); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != "new24 true" && got != "new24true" {
		t.Errorf("generations are %s after the swap", got)
	}
	if _, err := s.Nearest(ctx, old, vector("id", 16), store.Filter{Everything: true}, []store.Wish{{K: 1}}); err == nil {
		t.Error("a generation that was dropped still answers")
	}
	if err := s.Swap(ctx, 9999); err == nil {
		t.Error("swapped to a generation that is not there")
	}
}

func nearest(t *testing.T, s store.Store, _ func() store.Store) {
	const dim = 64
	var add []store.Added
	for i := range 300 {
		a := table(fmt.Sprintf("t%d", i), fmt.Sprintf("c%d", i), fmt.Sprintf("d%d", i), "shared")
		if i%3 == 0 {
			for j := range a.Docs {
				a.Docs[j].Tier = catalog.Certified
			}
		}
		a.Base = i%50 != 49
		add = append(add, a)
	}
	saved := apply(t, s, store.Change{Add: add})
	g := begin(t, s, "e", dim)
	fill(t, s, g, dim)
	if err := s.Swap(ctx, g); err != nil {
		t.Fatal(err)
	}
	all := map[int32]store.Added{}
	for _, a := range add {
		all[saved[a.Scope].ID] = a
	}
	query := vector("a question", dim)
	exact := func(keep func(id int32, a store.Added, d document.Document) bool) map[[2]int32]float64 {
		out := map[[2]int32]float64{}
		for id, a := range all {
			for ord, d := range a.Docs {
				if !keep(id, a, d) {
					continue
				}
				dot := 0.0
				for i, x := range vector(d.Text, dim) {
					dot += float64(x) * float64(query[i])
				}
				out[[2]int32{id, int32(ord)}] = dot
			}
		}
		return out
	}
	var some []int32
	for id := range all {
		if id%7 == 0 {
			some = append(some, id)
		}
	}
	slices.Sort(some)
	certified := []catalog.Tier{catalog.Certified}
	for name, c := range map[string]struct {
		f    store.Filter
		kind document.Set
		keep func(id int32, a store.Added, d document.Document) bool
	}{
		"everything": {store.Filter{Everything: true}, 0, func(_ int32, a store.Added, _ document.Document) bool { return a.Base }},
		"tables":     {store.Filter{Everything: true}, document.Of(document.Table), func(_ int32, a store.Added, d document.Document) bool { return a.Base && d.Kind == document.Table }},
		"some units": {store.Filter{Units: some}, 0, func(id int32, _ store.Added, _ document.Document) bool { return slices.Contains(some, id) }},
		"said to be many": {store.Filter{Units: some, Docs: 1 << 30}, document.Of(document.Column), func(id int32, _ store.Added, d document.Document) bool {
			return slices.Contains(some, id) && d.Kind == document.Column
		}},
		"a tier": {store.Filter{Units: some, Tiers: certified}, document.Of(document.Column, document.Table), func(id int32, _ store.Added, d document.Document) bool {
			return slices.Contains(some, id) && d.Tier == catalog.Certified
		}},
		"nobody's": {store.Filter{}, 0, func(int32, store.Added, document.Document) bool { return false }},
	} {
		want := exact(c.keep)
		const k = 40
		hits, err := s.Nearest(ctx, g, query, c.f, []store.Wish{{Kinds: c.kind, K: k}, {Kinds: document.Of(document.Metric), K: 5}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		scores := make([]float64, 0, len(want))
		for _, x := range want {
			scores = append(scores, x)
		}
		slices.Sort(scores)
		slices.Reverse(scores)
		if len(hits[0]) != min(k, len(want)) || len(hits[1]) != 0 {
			t.Errorf("%s: %d and %d hits, want %d and none", name, len(hits[0]), len(hits[1]), min(k, len(want)))
		}
		for i, h := range hits[0] {
			have, ok := want[[2]int32{h.Unit, h.Ord}]
			if !ok {
				t.Errorf("%s: found %v, which the filter does not keep", name, h)
			}
			if math.Abs(have-float64(h.Score)) > 0.01 || math.Abs(scores[i]-float64(h.Score)) > 0.01 {
				t.Errorf("%s: hit %d has the score %.4f, its own is %.4f and the one in its place %.4f", name, i, h.Score, have, scores[i])
			}
			if h.Kind != all[h.Unit].Docs[h.Ord].Kind {
				t.Errorf("%s: %v is a %s", name, h, all[h.Unit].Docs[h.Ord].Kind)
			}
		}
	}
	hits, err := s.Scores(ctx, g, query, []int32{some[0], some[1], 99999})
	if err != nil || len(hits) != 8 {
		t.Fatalf("%d scores of two tables with three columns each, %v", len(hits), err)
	}
	want := exact(func(int32, store.Added, document.Document) bool { return true })
	for _, h := range hits {
		if math.Abs(want[[2]int32{h.Unit, h.Ord}]-float64(h.Score)) > 0.01 {
			t.Errorf("%v has the score %.4f", h, want[[2]int32{h.Unit, h.Ord}])
		}
	}
}

func restart(t *testing.T, s store.Store, again func() store.Store) {
	saved := apply(t, s, store.Change{Add: []store.Added{table("a", "id"), table("b", "day")}})
	g := begin(t, s, "e", 32)
	texts, err := s.Pending(ctx, g, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range texts {
		if err := s.Put(ctx, g, []store.Vector{{Hash: x.Hash, Values: vector(x.Text, 32)}}); err != nil {
			t.Fatal(err)
		}
	}
	s = again()
	u, err := s.Units(ctx)
	if err != nil || len(u) != 2 || u["table:b#1"] != saved["table:b#1"] {
		t.Errorf("units are %v, %v after a restart, before %v", u, err, saved)
	}
	if n := begin(t, s, "e", 32); n != g {
		t.Errorf("the generation is %d, before %d", n, g)
	}
	if c := counts(t, s, g); c != [2]int{4, 2} {
		t.Errorf("texts and vectors are %v; what was done is not done again", c)
	}
	hits, err := s.Nearest(ctx, g, vector("a", 32), store.Filter{Everything: true}, []store.Wish{{K: 1}})
	if err != nil || len(hits[0]) != 1 || hits[0][0].Unit != u["table:a#1"].ID {
		t.Errorf("found %v, %v", hits, err)
	}
	later := apply(t, s, store.Change{Add: []store.Added{table("c")}, Remove: []int32{u["table:b#1"].ID}})
	if later["table:c#1"].ID <= u["table:b#1"].ID {
		t.Errorf("an id was given twice: %v", later)
	}
}

// Changes, vectors and searches at once: no error, and at the end what is there is what should be.
func atOnce(t *testing.T, s store.Store, _ func() store.Store) {
	g := begin(t, s, "e", 32)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 5 {
				a := table(fmt.Sprintf("t%d_%d", i, j), "id", fmt.Sprintf("c%d", j))
				if err := s.Apply(ctx, store.Change{Add: []store.Added{a, table("same", "id")}}); err != nil {
					t.Error(err)
				}
				texts, err := s.Pending(ctx, g, 10)
				if err != nil {
					t.Error(err)
				}
				for _, x := range texts {
					if err := s.Put(ctx, g, []store.Vector{{Hash: x.Hash, Values: vector(x.Text, 32)}}); err != nil {
						t.Error(err)
					}
				}
				if _, err := s.Nearest(ctx, g, vector("id", 32), store.Filter{Everything: true}, []store.Wish{{K: 3}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	fill(t, s, g, 32)
	if c := counts(t, s, g); c != [2]int{27, 27} { // 20 tables, same, id, c0 … c4
		t.Errorf("texts and vectors are %v", c)
	}
}
