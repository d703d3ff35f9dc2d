package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/embeddings/store/embedded"
)

var ctx = context.Background()

// hashing is an embedder that knows words only: each moves directions of its own.
type hashing struct{}

func (hashing) ID() string { return "hashing" }
func (hashing) Dim() int   { return 64 }
func (hashing) Embed(_ context.Context, texts []string) ([][]float32, error) {
	return hashed(texts, 64), nil
}

func hashed(texts []string, dim int) [][]float32 {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		v := make([]float32, dim)
		v[0] = 0.1
		for w := range strings.FieldsSeq(t) {
			s := document.Sum(strings.ToLower(strings.Trim(w, ".,:")))
			for i := 0; i < 8; i += 2 {
				v[(int(s[i])<<8|int(s[i+1]))%dim]++
			}
		}
		n := 0.0
		for _, x := range v {
			n += float64(x * x)
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(n))
		}
		out[i] = v
	}
	return out
}

// filled is an index of a snapshot with all vectors.
func filled(t testing.TB, s *catalog.Snapshot, fill bool) *index.Index {
	t.Helper()
	st, err := embedded.Open(ctx, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(ctx, st, index.Options{Embedder: hashing{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if _, err := x.Sync(ctx, s); err != nil {
		t.Fatal(err)
	}
	if fill {
		if err := x.Fill(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

var vocabulary = strings.Fields("order customer revenue amount day month region country price salary email visit page product store stock payment invoice refund account")

// made is a random catalog with queries and dashboards.
func made(r *rand.Rand) *catalog.Snapshot {
	word := func() string { return vocabulary[r.IntN(len(vocabulary))] }
	var assets []*catalog.Asset
	var metrics []catalog.Metric
	for i := range 25 {
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: word(), Table: fmt.Sprintf("%s_%s_%d", word(), word(), i)}, Description: "About " + word() + " by " + word(), Tier: catalog.Trusted}
		for j := range 2 + r.IntN(4) {
			c := catalog.Column{Name: fmt.Sprintf("%s_%d", word(), j), Type: "varchar", Description: word()}
			if r.IntN(5) == 0 {
				c.PII = "email"
			}
			a.Columns = append(a.Columns, c)
		}
		assets = append(assets, a)
		if i%5 == 0 {
			metrics = append(metrics, catalog.Metric{Name: word() + fmt.Sprint(i), Description: "Sum of " + word(), Tables: []catalog.Name{a.Name}, Columns: []catalog.ColumnRef{{Table: a.Name, Column: a.Columns[0].Name}}})
		}
	}
	for i := range 4 {
		from := assets[r.IntN(len(assets))].Name.String()
		assets = append(assets, &catalog.Asset{URN: fmt.Sprintf("looker://dash/%d", i), Kind: catalog.Dashboard, Name: catalog.Name{Table: word() + " board"}, Description: word(), Upstream: []catalog.Edge{{From: from}}})
	}
	s := catalog.New(assets, metrics, []catalog.Term{{Name: word(), Definition: "Means " + word(), Metric: metrics[0].Name}, {Name: "free", Definition: word()}})
	for i := range 6 {
		s.Queries = append(s.Queries, catalog.Query{ID: fmt.Sprintf("q%d", i), Question: word() + " by " + word(), QueryClaim: catalog.QueryClaim{Tables: []catalog.ID{catalog.TableID(s.Assets[r.IntN(len(s.Assets))].Name)}, Runs: int64(i), Succeeded: 1}})
	}
	return s
}

// bare is the catalog as if what v hides had never been: what is seen of it, and the queries and dashboards
// over tables that are seen whole.
func bare(v *access.View) *catalog.Snapshot {
	seen, full := v.Snapshot(), v.Source()
	whole := func(name string) bool {
		a, b := full.Asset(name), seen.Asset(name)
		return a != nil && b != nil && len(a.Columns) == len(b.Columns)
	}
	assets := append([]*catalog.Asset{}, seen.Assets...)
	for _, a := range full.Outside {
		if whole(a.Upstream[0].From) {
			assets = append(assets, a)
		}
	}
	out := catalog.New(assets, seen.Metrics, seen.Terms)
	for _, q := range full.Queries {
		if whole(q.Tables[0].String()) {
			out.Queries = append(out.Queries, q)
		}
	}
	return out
}

// What one may not see is like absent: the same things are found with the same scores as in a catalog that
// never had it, by words alone and by both ways.
func TestHiddenIsLikeAbsent(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		snap := made(r)
		policy := access.Policy{Rules: []access.Rule{{PII: true, Unless: []string{"dpo"}}, {Tables: []string{snap.Assets[r.IntN(25)].Name.Key(), snap.Assets[r.IntN(25)].Name.Schema + ".x.y", "lake." + snap.Assets[3].Name.Schema + ".*"}, Unless: []string{"dpo"}},
			{Columns: []string{snap.Assets[7].Columns[1].Name}}}}
		for _, fill := range []bool{false, true} {
			x := filled(t, snap, fill)
			for _, who := range []string{"ann", "dpo"} {
				v := policy.View(snap, access.Principal{Name: who})
				alone := filled(t, bare(v), fill)
				if _, err := x.Audience(ctx, v); err != nil {
					t.Fatal(err)
				}
				if fill { // the parts of tables that only this person sees
					if err := x.Fill(ctx); err != nil {
						t.Fatal(err)
					}
				}
				for range 8 {
					text := vocabulary[r.IntN(len(vocabulary))] + " " + vocabulary[r.IntN(len(vocabulary))]
					for _, kinds := range []document.Set{0, document.Of(document.Table), document.Of(document.Column, document.Query)} {
						q := Query{Text: text, K: 30, Kinds: kinds}
						want, err := NewSearcher(alone).Search(ctx, q)
						if err != nil {
							t.Fatal(err)
						}
						q.View = v
						got, err := NewSearcher(x).Search(ctx, q)
						if err != nil {
							t.Fatal(err)
						}
						if len(want.Hits) == 0 && kinds == 0 && fill {
							t.Errorf("%q finds nothing at all", text)
						}
						if d := cmp.Diff(want, got); d != "" {
							t.Fatalf("seed %d, %s, vectors %v: %q (-without what is hidden +as %s):\n%s", seed, who, fill, text, who, d)
						}
					}
				}
			}
		}
	}
}

// Of queries with the same words the checked, succeeding, fresh and used one stands first; tables that are
// equal go by their tier.
func TestOrderAmongEquals(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "l", Schema: "a", Table: "orders"}, Tier: catalog.Deprecated}, {Name: catalog.Name{Catalog: "l", Schema: "b", Table: "orders"}, Tier: catalog.Certified}, {Name: catalog.Name{Catalog: "l", Schema: "c", Table: "orders"}, Tier: catalog.Unknown},
		{Name: catalog.Name{Catalog: "l", Schema: "d", Table: "orders"}, Tier: catalog.Unknown, FreshAt: day},
	}, nil, nil)
	for i, q := range []catalog.QueryClaim{{Runs: 50, Succeeded: 1, LastRun: day}, {Runs: 50, Succeeded: 50, LastRun: day.AddDate(-2, 0, 0)}, {Runs: 50, Succeeded: 50, LastRun: day}, {Runs: 5, Succeeded: 5, LastRun: day, Verified: "ann"}, {}} {
		s.Queries = append(s.Queries, catalog.Query{ID: fmt.Sprint("q", i), Question: "Which customers paid late?", QueryClaim: q})
	}
	for _, fill := range []bool{false, true} {
		x := NewSearcher(filled(t, s, fill))
		for _, c := range []struct {
			text  string
			kinds document.Set
			want  string
		}{{"customers paid late", document.Of(document.Query), "q3 q2 q1 q0 q4"}, {"orders", document.Of(document.Table), "l.b.orders l.d.orders l.c.orders l.a.orders"}} {
			r, err := x.Search(ctx, Query{Text: c.text, K: 10, Kinds: c.kinds})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range r.Hits {
				got = append(got, h.Name)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("vectors %v: %q finds %s, want %s", fill, c.text, s, c.want)
			}
		}
		r, err := x.Search(ctx, Query{Text: "orders", K: 10, Kinds: document.Of(document.Table), Tiers: []catalog.Tier{catalog.Certified}})
		if err != nil || len(r.Hits) != 1 || r.Hits[0].Name != "l.b.orders" {
			t.Errorf("certified only: %+v, %v", r.Hits, err)
		}
	}
}

// Abbreviations are found by what they stand for, and the other way.
func TestAbbreviations(t *testing.T) {
	s := catalog.New([]*catalog.Asset{{Name: catalog.Name{Catalog: "l", Schema: "s", Table: "cust_txn"}, Columns: []catalog.Column{{Name: "txn_amt"}, {Name: "acct_nbr"}, {Name: "rgn_cd"}, {Name: "odo_km"}}},
		{Name: catalog.Name{Catalog: "l", Schema: "s", Table: "suppliers"}, Columns: []catalog.Column{{Name: "country"}}}}, nil, nil)
	st, err := embedded.Open(ctx, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(ctx, st, index.Options{Abbreviations: map[string]string{"odo": "odometer"}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Sync(ctx, s); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"customer transactions": "l.s.cust_txn", "amount of a transaction": "l.s.cust_txn.txn_amt", "account numbers": "l.s.cust_txn.acct_nbr", "region codes": "l.s.cust_txn.rgn_cd", "odometer": "l.s.cust_txn.odo_km", "ctry": "l.s.suppliers"} {
		r, err := NewSearcher(x).Search(ctx, Query{Text: text, K: 3})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].Name != want {
			t.Errorf("%q finds %+v, %v; want %s first", text, r.Hits, err, want)
		}
	}
}

// broken is a store whose vectors cannot be reached.
type broken struct{ store.Store }

func (broken) Nearest(context.Context, int, []float32, store.Filter, []store.Wish) ([][]store.Hit, error) {
	return nil, errors.New("connection refused")
}

func TestWordsServeWhenVectorsDoNot(t *testing.T) {
	st, err := embedded.Open(ctx, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(ctx, broken{st}, index.Options{Embedder: hashing{}})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Sync(ctx, made(rand.New(rand.NewPCG(1, 1)))); err != nil {
		t.Fatal(err)
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := NewSearcher(x).Search(ctx, Query{Text: "revenue customer", K: 5})
	if err != nil || len(r.Hits) == 0 || !strings.Contains(r.Note, "by words only: connection refused") {
		t.Errorf("found %d, note %q, %v", len(r.Hits), r.Note, err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := NewSearcher(x).Search(gone, Query{Text: "revenue", K: 5}); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that nobody waits for ends with %v", err)
	}
}
