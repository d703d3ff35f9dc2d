package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/embeddings/store/embedded"
)

var ctx = context.Background()

// hashing is an embedder that knows words only: each moves a direction of its own.
type hashing struct {
	id    string
	dim   int
	mu    sync.Mutex
	seen  []string
	spoil func(vs [][]float32) ([][]float32, error)
}

func (h *hashing) ID() string { return h.id }
func (h *hashing) Dim() int   { return h.dim }
func (h *hashing) Embed(_ context.Context, texts []string) ([][]float32, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, texts...)
	out := make([][]float32, len(texts))
	for i, t := range texts {
		v := make([]float32, h.dim)
		v[0] = 0.1
		for w := range strings.FieldsSeq(t) {
			s := document.Sum(strings.Trim(w, ".,:"))
			v[int(s[0])%h.dim]++
			v[int(s[1])%h.dim]++
		}
		n := float32(0)
		for _, x := range v {
			n += x * x
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(float64(n)))
		}
		out[i] = v
	}
	if h.spoil != nil {
		return h.spoil(out)
	}
	return out, nil
}

func asset(name string, columns ...string) *catalog.Asset {
	a := &catalog.Asset{Name: catalog.ParseName(name, "lake", "shop"), Description: "About " + name}
	for _, c := range columns {
		a.Columns = append(a.Columns, catalog.Column{Name: c, Type: "varchar"})
	}
	return a
}

func open(t *testing.T, s store.Store, o Options) *Index {
	t.Helper()
	x, err := Open(ctx, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func file(t *testing.T, path string) *embedded.Store {
	t.Helper()
	s, err := embedded.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func sync1(t *testing.T, x *Index, s *catalog.Snapshot) Report {
	t.Helper()
	r, err := x.Sync(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func status(t *testing.T, x *Index) Status {
	t.Helper()
	st, err := x.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// names finds by words.
func names(x *Index, a *Audience, query string) string {
	var out []string
	for _, h := range x.Lexical(a, x.Words(query), 0, 10) {
		d, _ := x.Show(h.Ref)
		out = append(out, d.Name)
	}
	return strings.Join(out, " ")
}

func TestWordsAtOnceVectorsBehind(t *testing.T) {
	e := &hashing{id: "e1", dim: 16}
	var told []Status
	x := open(t, file(t, filepath.Join(t.TempDir(), "i.db")), Options{Embedder: e, Progress: func(s Status) { told = append(told, s) }})
	snap := catalog.New([]*catalog.Asset{asset("orders", "id", "day", "amount"), asset("visits", "id", "day", "page")},
		[]catalog.Metric{{Name: "revenue", Description: "Money that came in."}}, []catalog.Term{{Name: "ARR", Definition: "Recurring."}})
	r := sync1(t, x, snap)
	if r.Units != 4 || r.Documents != 10 || r.Added != 4 || r.Removed != 0 {
		t.Errorf("sync says %+v", r)
	}
	if got := names(x, x.Everything(), "amount"); got != "lake.shop.orders.amount lake.shop.orders" {
		t.Errorf("before any vector, “amount” finds %s", got)
	}
	if st := status(t, x); st.Serving != 0 || st.Documents != 10 || st.Embedder != "e1" {
		t.Errorf("status is %+v", st)
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	// What answers most questions goes first.
	if got := strings.Join(e.seen, "|"); got != "orders id day amount. About orders|visits id day page. About visits|revenue. Money that came in.|ARR. Recurring.|id of orders|day of orders|amount of orders|id of visits|day of visits|page of visits" {
		t.Errorf("embedded: %s", got)
	}
	st := status(t, x)
	if st.Texts != 10 || st.Embedded != 10 || st.Pending != 0 || st.Serving == 0 || st.Done != 10 || st.Filling || len(told) == 0 || told[len(told)-1].Embedded != 10 {
		t.Errorf("status is %+v, told %+v", st, told)
	}
	q, err := x.Embed(ctx, "page of visits")
	if err != nil {
		t.Fatal(err)
	}
	hits, err := x.Nearest(ctx, x.Everything(), q, []store.Wish{{Kinds: document.Of(document.Column), K: 1}})
	if err != nil || len(hits[0]) != 1 {
		t.Fatal(hits, err)
	}
	if d, _ := x.Show(hits[0][0].Ref); d.Name != "lake.shop.visits.page" {
		t.Errorf("nearest to “page” is %s", d.Name)
	}
}

// A text that several tables have, as copies in other schemas do, is embedded and kept once.
func TestTextsOnce(t *testing.T) {
	e := &hashing{id: "e1", dim: 16}
	x := open(t, file(t, ":memory:"), Options{Embedder: e})
	var as []*catalog.Asset
	for _, schema := range []string{"raw", "stage", "mart"} {
		a := asset("lake."+schema+".orders", "id", "day")
		a.Description = ""
		as = append(as, a)
	}
	sync1(t, x, catalog.New(as, nil, nil))
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if st := status(t, x); len(e.seen) != 3 || st.Texts != 3 || st.Documents != 9 {
		t.Errorf("embedded %q for %d documents", e.seen, st.Documents)
	}
}

// A second run does what is new and nothing else; what went is found no more.
func TestIncremental(t *testing.T) {
	path := filepath.Join(t.TempDir(), "i.db")
	e := &hashing{id: "e1", dim: 16}
	s := file(t, path)
	x := open(t, s, Options{Embedder: e})
	sync1(t, x, catalog.New([]*catalog.Asset{asset("orders", "id", "amount"), asset("visits", "id", "page")}, nil, nil))
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	e.seen = nil
	x = open(t, file(t, path), Options{Embedder: e})
	if got := names(x, x.Everything(), "page"); got != "lake.shop.visits.page lake.shop.visits" {
		t.Errorf("after a restart, before any sync, “page” finds %s", got)
	}
	r := sync1(t, x, catalog.New([]*catalog.Asset{asset("orders", "id", "amount"), asset("visits", "id", "page", "browser")}, nil, nil))
	if r.Added != 1 || r.Removed != 1 {
		t.Errorf("sync says %+v, want one table changed", r)
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(e.seen, "|"); got != "visits id page browser. About visits|browser of visits" {
		t.Errorf("embedded again: %s", got)
	}
	r = sync1(t, x, catalog.New([]*catalog.Asset{asset("visits", "id", "page", "browser")}, nil, nil))
	if got := names(x, x.Everything(), "orders amount"); got != "" || r.Removed != 1 {
		t.Errorf("“orders amount” finds %s in a catalog without it; %+v", got, r)
	}
	if st := status(t, x); st.Texts != 4 || st.Documents != 4 {
		t.Errorf("status is %+v; texts that nothing has go", st)
	}
}

// Many small changes leave a few segments and the same answers as a fresh index.
func TestManyChanges(t *testing.T) {
	x := open(t, file(t, ":memory:"), Options{})
	var snap *catalog.Snapshot
	for round := range 30 {
		var as []*catalog.Asset
		for i := range 20 {
			a := asset(fmt.Sprintf("table_%d", i), "id", "day")
			if i == round%20 {
				a.Description = fmt.Sprintf("changed in round %d", round)
			}
			as = append(as, a)
		}
		snap = catalog.New(as, nil, nil)
		sync1(t, x, snap)
	}
	fresh := open(t, file(t, ":memory:"), Options{})
	sync1(t, fresh, snap)
	if len(x.segments) > mostSegments {
		t.Errorf("%d segments", len(x.segments))
	}
	for _, q := range []string{"changed round", "day", "table 7", "about"} {
		a, b := x.Lexical(x.Everything(), x.Words(q), 0, 200), fresh.Lexical(fresh.Everything(), fresh.Words(q), 0, 200)
		if len(a) != len(b) || len(a) == 0 {
			t.Fatalf("%s: %d and %d hits", q, len(a), len(b))
		}
		for i := range a {
			if math.Abs(float64(a[i].Score-b[i].Score)) > 1e-4 {
				t.Errorf("%s: hit %d has %v, in a fresh index %v", q, i, a[i].Score, b[i].Score)
			}
		}
	}
}

// Another embedder is built beside, and what served serves on, questions embedded by the old one, until all is
// there.
func TestAnotherEmbedder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "i.db")
	old, fresh := &hashing{id: "old", dim: 16}, &hashing{id: "new", dim: 24}
	s := file(t, path)
	x := open(t, s, Options{Embedder: old})
	var as []*catalog.Asset
	for i := range 300 {
		as = append(as, asset(fmt.Sprintf("t%d", i), fmt.Sprintf("c%d", i)))
	}
	snap := catalog.New(as, nil, nil)
	sync1(t, x, snap)
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	x = open(t, s, Options{Embedder: fresh, Former: []Embedder{old}})
	sync1(t, x, snap)
	calls := 0
	fresh.spoil = func(vs [][]float32) ([][]float32, error) {
		if calls++; calls == 2 {
			return nil, errors.New("killed")
		}
		return vs, nil
	}
	if err := x.Fill(ctx); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("fill says %v", err)
	}
	st := status(t, x)
	if st.ServedBy != "old" || st.Embedder != "new" || st.Embedded != batch || !strings.Contains(st.Failed, "killed") {
		t.Errorf("status is %+v", st)
	}
	if q, err := x.Embed(ctx, "c7"); err != nil || len(q.vector) != 16 {
		t.Errorf("a question is embedded as %v, %v; want the old embedder", q, err)
	}
	// Where the old embedder is gone, it says so in place of comparing what does not compare.
	y := open(t, s, Options{Embedder: fresh})
	if _, err := y.Embed(ctx, "c7"); err == nil || !strings.Contains(err.Error(), "old") {
		t.Errorf("without the old embedder: %v", err)
	}
	fresh.seen = nil
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if st := status(t, x); st.ServedBy != "new" || len(fresh.seen) != 600-batch {
		t.Errorf("status is %+v; %d texts embedded after the break, want only the rest", st, len(fresh.seen))
	}
	if q, err := x.Embed(ctx, "c7"); err != nil || len(q.vector) != 24 {
		t.Errorf("a question is embedded as %v, %v; want the new embedder", q, err)
	}
}

// An embedder that answers wrongly is not believed, and what served serves on.
func TestWrongAnswers(t *testing.T) {
	good := &hashing{id: "good", dim: 16}
	for name, spoil := range map[string]func([][]float32) ([][]float32, error){
		"half a batch":        func(vs [][]float32) ([][]float32, error) { return vs[:len(vs)/2], nil },
		"not a number":        func(vs [][]float32) ([][]float32, error) { vs[1][3] = float32(math.NaN()); return vs, nil },
		"another dimension":   func(vs [][]float32) ([][]float32, error) { vs[2] = vs[2][:8]; return vs, nil },
		"longer than it says": func(vs [][]float32) ([][]float32, error) { vs[0] = append(vs[0], 1); return vs, nil },
		"nothing in it":       func(vs [][]float32) ([][]float32, error) { clear(vs[0]); return vs, nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := file(t, ":memory:")
			x := open(t, s, Options{Embedder: good})
			sync1(t, x, catalog.New([]*catalog.Asset{asset("orders", "id", "amount"), asset("visits", "page")}, nil, nil))
			if err := x.Fill(ctx); err != nil {
				t.Fatal(err)
			}
			bad := &hashing{id: "bad", dim: 16, spoil: spoil}
			x = open(t, s, Options{Embedder: bad, Former: []Embedder{good}})
			if err := x.Fill(ctx); !errors.Is(err, store.ErrVector) || !strings.Contains(err.Error(), "bad") {
				t.Errorf("fill says %v", err)
			}
			if st := status(t, x); st.ServedBy != "good" || st.Failed == "" || st.Embedded != 0 {
				t.Errorf("status is %+v", st)
			}
		})
	}
	s := file(t, ":memory:")
	x := open(t, s, Options{Embedder: good})
	sync1(t, x, catalog.New([]*catalog.Asset{asset("orders", "id")}, nil, nil))
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	grown := &hashing{id: "good", dim: 32}
	x = open(t, s, Options{Embedder: grown, Former: []Embedder{good}})
	if q, err := x.Embed(ctx, "orders"); err != nil || len(q.vector) != 16 {
		t.Errorf("an embedder that changed its dimension: %v, %v; its former vectors serve on", q, err)
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if st := status(t, x); st.Dim != 32 || st.Pending != 0 {
		t.Errorf("status is %+v", st)
	}
}

// away is a store that is gone for a while.
type away struct {
	store.Store
	mu   sync.Mutex
	gone bool
}

func (a *away) set(gone bool) { a.mu.Lock(); a.gone = gone; a.mu.Unlock() }
func (a *away) err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone {
		return errors.New("connection refused")
	}
	return nil
}
func (a *away) Units(ctx context.Context) (map[string]store.Saved, error) {
	if err := a.err(); err != nil {
		return nil, err
	}
	return a.Store.Units(ctx)
}
func (a *away) Apply(ctx context.Context, c store.Change) error {
	if err := a.err(); err != nil {
		return err
	}
	return a.Store.Apply(ctx, c)
}
func (a *away) Generations(ctx context.Context) ([]store.Generation, error) {
	if err := a.err(); err != nil {
		return nil, err
	}
	return a.Store.Generations(ctx)
}

// A store that is away loses nothing: words serve, and it is caught up with when it is back.
func TestStoreAway(t *testing.T) {
	s := &away{Store: file(t, ":memory:")}
	now := time.Now()
	e := &hashing{id: "e", dim: 16}
	x := open(t, s, Options{Embedder: e, Now: func() time.Time { now = now.Add(time.Minute); return now }})
	sync1(t, x, catalog.New([]*catalog.Asset{asset("orders", "id")}, nil, nil))
	s.set(true)
	snap := catalog.New([]*catalog.Asset{asset("visits", "page")}, nil, nil)
	if _, err := x.Sync(ctx, snap); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("sync says %v", err)
	}
	if got := names(x, x.Everything(), "page orders"); got != "lake.shop.visits.page lake.shop.visits" {
		t.Errorf("while the store is away: %s", got)
	}
	if st, err := x.Status(ctx); err == nil || !strings.Contains(st.Behind, "connection refused") || st.Documents != 2 {
		t.Errorf("status is %+v, %v", st, err)
	}
	if err := x.Fill(ctx); err == nil {
		t.Error("fill says nothing while the store is away")
	}
	s.set(false)
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	u, err := s.Units(ctx)
	if err != nil || len(u) != 1 {
		t.Errorf("the store has %v, %v; want visits only", u, err)
	}
	if st := status(t, x); st.Behind != "" || st.Embedded != 2 {
		t.Errorf("status is %+v", st)
	}
}

// Somebody else took units out of the shared store; the next run brings them back.
func TestTakenAway(t *testing.T) {
	s := file(t, ":memory:")
	x := open(t, s, Options{})
	snap := catalog.New([]*catalog.Asset{asset("orders", "id"), asset("visits", "page")}, nil, nil)
	sync1(t, x, snap)
	u, err := s.Units(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range u {
		if err := s.Apply(ctx, store.Change{Remove: []int32{one.ID}}); err != nil {
			t.Fatal(err)
		}
		break
	}
	if _, err := x.Sync(ctx, snap); err == nil {
		t.Error("a run that finds units gone says nothing")
	}
	sync1(t, x, snap)
	if u, err = s.Units(ctx); err != nil || len(u) != 2 {
		t.Errorf("the store has %v, %v", u, err)
	}
}

// What somebody sees of a table in part is a unit of its own: embedded, kept, and gone with the table.
func TestPartialViews(t *testing.T) {
	s := file(t, ":memory:")
	e := &hashing{id: "e", dim: 16}
	x := open(t, s, Options{Embedder: e})
	snap := catalog.New([]*catalog.Asset{asset("people", "id", "salary"), asset("visits", "page")}, nil, nil)
	sync1(t, x, snap)
	policy := access.Policy{Rules: []access.Rule{{Columns: []string{"salary"}, Unless: []string{"hr"}}}}
	bob := policy.View(snap, access.Principal{Name: "bob"})
	a, err := x.Audience(ctx, bob)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(x, a, "salary people visits"); strings.Contains(got, "salary") || !strings.Contains(got, "people") || !strings.Contains(got, "visits") {
		t.Errorf("bob finds %s", got)
	}
	if hr, err := x.Audience(ctx, policy.View(snap, access.Principal{Name: "hr"})); err != nil || !strings.Contains(names(x, hr, "salary"), "salary") || !hr.filter.Everything {
		t.Errorf("hr, who sees everything, finds %s, %v", names(x, hr, "salary"), err)
	}
	if again, _ := x.Audience(ctx, bob); again != a {
		t.Error("the audience of a view was made twice")
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	if u, err := s.Units(ctx); err != nil || len(u) != 3 {
		t.Errorf("the store has %v, %v; want two tables and bob's part of one", u, err)
	}
	snap = catalog.New([]*catalog.Asset{asset("people", "id", "salary", "city"), asset("visits", "page")}, nil, nil)
	sync1(t, x, snap)
	if u, err := s.Units(ctx); err != nil || len(u) != 2 {
		t.Errorf("the store has %v, %v; bob's part went with the table that it was of", u, err)
	}
}
