package proof

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/embed"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/store/embedded"
)

// A second run over a catalog of which one table in a hundred changed takes a fraction of the first, with the model
// that is inside the binary.
func TestIndexAgain(t *testing.T) {
	tables, columns := 60, 10
	if os.Getenv("LIMN_PROOF") != "" {
		tables = 2_000
	}
	base, claims := bigLake(tables, columns)
	build := func() *catalog.Snapshot {
		t.Helper()
		in := catalog.Input{Base: base, Identity: catalog.Identity{LakeAt: []string{"trino://lake:8080"}}}
		for i := range claims {
			in.Claims = append(in.Claims, &claims[i])
		}
		s, err := catalog.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	st, err := embedded.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(t.Context(), st, index.Options{Embedder: embed.NewMiniLM(2)})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	run := func(s *catalog.Snapshot) (time.Duration, index.Status) {
		t.Helper()
		began := time.Now()
		if _, err := x.Sync(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := x.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		status, err := x.Status(t.Context())
		if err != nil || status.Pending != 0 {
			t.Fatalf("%+v, %v", status, err)
		}
		return took, status
	}
	first, status := run(build())
	changed := 0
	for i := range claims {
		if claims[i].Source == "hub" && claims[i].About.Name[len(claims[i].About.Name)-2:] == "07" {
			claims[i].Description += " It was said anew."
			changed++
		}
	}
	again, _ := run(build())
	same, _ := run(build())
	t.Logf("%d documents, %d texts: first %v (%.0f texts a second), with %d of %d tables changed %v (%.1f %%), with none %v", status.Documents, status.Texts, first.Round(time.Millisecond),
		float64(status.Texts)/first.Seconds(), changed, tables, again.Round(time.Millisecond), 100*again.Seconds()/first.Seconds(), same.Round(time.Millisecond))
	if os.Getenv("LIMN_PROOF") != "" && again > first*3/100 {
		t.Errorf("the second run took %v of %v", again, first)
	}
}
