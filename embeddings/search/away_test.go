package search

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/store/postgres"
	"github.com/limn-data/limn/internal/db/dbtest"
	"github.com/limn-data/limn/internal/service"
)

// A Postgres that is gone for a while: searches go by words and say so, what changes meanwhile is found, and the
// store catches up when it is back, with nothing lost.
func TestPostgresAway(t *testing.T) {
	dsn := service.Postgres(t)
	schema := fmt.Sprintf("limn_search_%x", rand.Uint64())
	gate := dbtest.NewGate(t, dsn)
	open := func(dsn string) *index.Index {
		st, err := postgres.Open(ctx, postgres.Config{DSN: dsn, Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		x, err := index.Open(ctx, st, index.Options{Embedder: hashing{}})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	t.Cleanup(func() {
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	x := open(gate.DSN)
	defer x.Close()
	before, after := made(rand.New(rand.NewPCG(1, 1))), made(rand.New(rand.NewPCG(2, 2)))
	if _, err := x.Sync(ctx, before); err != nil {
		t.Fatal(err)
	}
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	search := func(x *index.Index) Result {
		r, err := NewSearcher(x).Search(ctx, Query{Text: "revenue by customer", K: 20})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := search(x); r.Note != "" || len(r.Hits) == 0 {
		t.Fatalf("before: %+v", r)
	}
	gate.Shut()
	if _, err := x.Sync(ctx, after); err == nil || !strings.Contains(err.Error(), "will be when its store is back") {
		t.Errorf("sync says %v while the store is away", err)
	}
	if err := x.Fill(ctx); err == nil {
		t.Error("fill says nothing while the store is away")
	}
	r := search(x)
	if !strings.Contains(r.Note, "by words only") || len(r.Hits) == 0 {
		t.Errorf("while the store is away: %d hits, note %q", len(r.Hits), r.Note)
	}
	for _, h := range r.Hits {
		if h.Kind == "table" && after.Asset(h.Name) == nil {
			t.Errorf("found %s, which is not in the catalog of now", h.Name)
		}
	}
	gate.Open()
	if err := x.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	y := open(dsn) // another process, which has what the store has
	defer y.Close()
	mine, theirs := search(x), search(y)
	if mine.Note != "" || len(mine.Hits) != len(theirs.Hits) {
		t.Fatalf("after: note %q, %d hits here and %d in another process", mine.Note, len(mine.Hits), len(theirs.Hits))
	}
	for i := range mine.Hits {
		if mine.Hits[i] != theirs.Hits[i] {
			t.Errorf("hit %d is %+v here and %+v in another process", i, mine.Hits[i], theirs.Hits[i])
		}
	}
}
