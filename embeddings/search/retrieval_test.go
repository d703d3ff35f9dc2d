package search

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/embed"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/store/embedded"
)

// shared is a file of the third-party cases that are not part of the project.
func shared(t testing.TB, name string) string {
	dir := os.Getenv("LIMN_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the third-party cases are not here: %v", err)
	}
	return path
}

func lines[T any](t testing.TB, path string) []T {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	for s := bufio.NewScanner(f); s.Scan(); {
		var x T
		if err := json.Unmarshal(s.Bytes(), &x); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, x)
	}
	return out
}

type question struct {
	Set, DB, Question string
	Gold              []string `json:"gold_tables"`
}

// pooled is the tables of all databases as one catalog, with what each is called in the cases, and the questions.
func pooled(t testing.TB) (*catalog.Snapshot, map[string]string, []question) {
	var assets []*catalog.Asset
	ids := map[string]string{}
	for _, x := range lines[struct {
		ID, DB, Table string
		Columns       []string
	}](t, shared(t, "bench/retrieval/tables.jsonl")) {
		a := &catalog.Asset{Name: catalog.Name{Catalog: "pool", Schema: x.DB, Table: x.Table}, Tier: catalog.Unknown}
		for _, c := range x.Columns {
			a.Columns = append(a.Columns, catalog.Column{Name: c, Type: "varchar"})
		}
		assets = append(assets, a)
		if ids[a.Name.String()] != "" {
			t.Fatalf("two tables are called %s", a.Name)
		}
		ids[a.Name.String()] = x.ID
	}
	return catalog.New(assets, nil, nil), ids, lines[question](t, shared(t, "bench/retrieval/questions.jsonl"))
}

// tuned are the databases on which the weights were chosen: every other one, by name. The rest is reported.
func tuned(questions []question) map[string]bool {
	var dbs []string
	for _, q := range questions {
		dbs = append(dbs, q.DB)
	}
	slices.Sort(dbs)
	out := map[string]bool{}
	for i, db := range slices.Compact(dbs) {
		out[db] = i%2 == 0
	}
	return out
}

// The right tables are among the first ten of all tables of all databases. The weights were chosen on half of
// the databases.
func TestRetrieval(t *testing.T) {
	ctx := context.Background()
	snap, ids, cases := pooled(t)
	st, err := embedded.Open(ctx, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(ctx, st, index.Options{Embedder: embed.NewMiniLM(2)})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Sync(ctx, snap); err != nil {
		t.Fatal(err)
	}
	recall := func(k int) map[string]float64 {
		s := NewSearcher(x)
		tune := tuned(cases)
		hit, tables, questions, sum := map[string]int{}, map[string]int{}, map[string]int{}, map[string]float64{}
		for _, q := range cases {
			r, err := s.Search(ctx, Query{Text: q.Question, K: k, Kinds: document.Of(document.Table)})
			if err != nil || r.Note != "" {
				t.Fatal(err, r.Note)
			}
			half := "reported"
			if tune[q.DB] {
				half = "tuned"
			}
			found := 0
			for _, g := range q.Gold {
				if slices.ContainsFunc(r.Hits, func(h Hit) bool { return ids[h.Name] == g }) {
					found++
				}
			}
			for _, key := range []string{q.Set, q.Set + " " + half} {
				sum[key] += float64(found) / float64(len(q.Gold))
				questions[key]++
				tables[key] += len(q.Gold)
				hit[key] += found
			}
		}
		out := map[string]float64{}
		for key, n := range questions {
			out[key] = 100 * sum[key] / float64(n)
			out[key+" tables"] = 100 * float64(hit[key]) / float64(tables[key])
		}
		return out
	}
	words := recall(10)
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	both := recall(10)
	for _, set := range []string{"spider", "spidersyn"} {
		t.Logf("figure: %s, recall@10 of %d tables, mean over questions: %.1f %% by words and meaning, %.1f %% by words; databases not tuned on %.1f %%, tuned on %.1f %%; over all gold tables at once %.1f %%",
			set, len(snap.Assets), both[set], words[set], both[set+" reported"], both[set+" tuned"], both[set+" tables"])
	}
	for key, floor := range map[string]float64{"spider": 97.5, "spidersyn": 78} {
		if both[key] < floor {
			t.Errorf("%s: %.2f %% of the right tables are among the first ten, want %.1f %%", key, both[key], floor)
		}
	}
}
