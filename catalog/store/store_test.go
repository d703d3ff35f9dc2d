package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/store"
	"github.com/limn-data/limn/internal/db/dbtest"
)

func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn func(*testing.T) string) {
		for what, test := range map[string]func(*testing.T, *store.Store){
			"applying twice changes nothing":              twice,
			"an older version is read again":              versions,
			"what a whole run does not name is gone":      whole,
			"what an incremental run does not name stays": partial,
			"a source that is down leaves its facts":      down,
			"pruned versions are refused":                 prune,
			"many writers lose nothing":                   writers,
			"any text comes back":                         texts,
		} {
			t.Run(what, func(t *testing.T) {
				s, err := store.Open(t.Context(), dsn(t))
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				test(t, s)
			})
		}
	})
}

func at(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }

func table(name, description string) catalog.Claim {
	return catalog.Claim{About: catalog.ID{Namespace: catalog.Lake, Name: name}, Description: description}
}

func apply(t *testing.T, s *store.Store, source string, hour int, whole bool, claims ...catalog.Claim) store.Change {
	t.Helper()
	c, err := s.Apply(t.Context(), store.Run{Source: source, System: catalog.SystemDBT, At: at(hour), Report: catalog.Report{Whole: whole, Claims: len(claims)}, Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// held is what is described at a version, by name.
func held(t *testing.T, s *store.Store, version int64) map[string]string {
	t.Helper()
	claims, err := s.Claims(t.Context(), version)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range claims {
		out[c.Source+" "+c.About.Name] = c.Description
	}
	return out
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want - got +\n%s", d)
	}
}

func twice(t *testing.T, s *store.Store) {
	first := apply(t, s, "dbt", 9, true, table("a.b.c", "one"), table("a.b.d", "two"))
	equal(t, first, store.Change{Version: 1, Added: 2})
	equal(t, apply(t, s, "dbt", 10, true, table("a.b.d", "two"), table("a.b.c", "one")), store.Change{Version: 1, Same: 2})
	claims, err := s.Claims(t.Context(), 1)
	if err != nil || len(claims) != 2 || !claims[0].FetchedAt.Equal(at(10)) {
		t.Errorf("read again at ten, and %v says %v", err, claims[0].FetchedAt)
	}
	equal(t, apply(t, s, "dbt", 11, true, table("a.b.c", "one"), table("a.b.d", "2")), store.Change{Version: 2, Changed: 1, Same: 1})
}

func versions(t *testing.T, s *store.Store) {
	apply(t, s, "dbt", 9, true, table("a.b.c", "one"))
	apply(t, s, "other", 9, true, table("a.b.c", "uno"))
	apply(t, s, "dbt", 10, true, table("a.b.c", "two"))
	apply(t, s, "dbt", 11, true)
	equal(t, held(t, s, 0), map[string]string{})
	equal(t, held(t, s, 1), map[string]string{"dbt a.b.c": "one"})
	equal(t, held(t, s, 2), map[string]string{"dbt a.b.c": "one", "other a.b.c": "uno"})
	equal(t, held(t, s, 3), map[string]string{"dbt a.b.c": "two", "other a.b.c": "uno"})
	equal(t, held(t, s, 4), map[string]string{"other a.b.c": "uno"})
	got, err := s.Versions(t.Context(), at(10), 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, got, []store.VersionInfo{{Version: 4, At: at(11), Source: "dbt", Removed: 1}, {Version: 3, At: at(10), Source: "dbt", Changed: 1}})
	if _, err := s.Claims(t.Context(), 5); !errors.Is(err, store.ErrNoVersion) {
		t.Errorf("a version to come: %v", err)
	}
	// What was removed may come back.
	apply(t, s, "dbt", 12, true, table("a.b.c", "two"))
	equal(t, held(t, s, 5), map[string]string{"dbt a.b.c": "two", "other a.b.c": "uno"})
}

func whole(t *testing.T, s *store.Store) {
	apply(t, s, "dbt", 9, true, table("a.b.c", "one"), table("a.b.d", "two"))
	apply(t, s, "other", 9, true, table("a.b.d", "zwei"))
	equal(t, apply(t, s, "dbt", 10, true, table("a.b.c", "one")), store.Change{Version: 3, Removed: 1, Same: 1})
	equal(t, held(t, s, 3), map[string]string{"dbt a.b.c": "one", "other a.b.d": "zwei"})
	if err := s.Forget(t.Context(), "dbt", at(11)); err != nil {
		t.Fatal(err)
	}
	equal(t, held(t, s, 4), map[string]string{"other a.b.d": "zwei"})
	states, err := s.Sources(t.Context())
	if err != nil || len(states) != 1 || states[0].Name != "other" {
		t.Errorf("sources after one was forgotten: %+v, %v", states, err)
	}
}

func partial(t *testing.T, s *store.Store) {
	apply(t, s, "dbt", 9, true, table("a.b.c", "one"), table("a.b.d", "two"))
	equal(t, apply(t, s, "dbt", 10, false, table("a.b.c", "1")), store.Change{Version: 2, Changed: 1})
	equal(t, held(t, s, 2), map[string]string{"dbt a.b.c": "1", "dbt a.b.d": "two"})
}

func down(t *testing.T, s *store.Store) {
	apply(t, s, "dbt", 9, true, table("a.b.c", "one"))
	for _, f := range []struct {
		hour int
		why  string
	}{{10, "refused"}, {11, "timeout"}} {
		if err := s.Failed(t.Context(), "dbt", catalog.SystemDBT, at(f.hour), errors.New(f.why)); err != nil {
			t.Fatal(err)
		}
	}
	states, err := s.Sources(t.Context())
	if err != nil || len(states) != 1 {
		t.Fatal(states, err)
	}
	got := states[0]
	if !got.Down() || !got.DownFrom.Equal(at(10)) || !got.TriedAt.Equal(at(11)) || !got.ReadAt.Equal(at(9)) || got.Error != "timeout" || got.Report.Claims != 1 {
		t.Errorf("a source that is down: %+v", got)
	}
	equal(t, held(t, s, 1), map[string]string{"dbt a.b.c": "one"})
	apply(t, s, "dbt", 12, true, table("a.b.c", "one"))
	if states, err = s.Sources(t.Context()); err != nil || states[0].Down() || states[0].Error != "" {
		t.Errorf("a source that answers again: %+v, %v", states, err)
	}
}

func prune(t *testing.T, s *store.Store) {
	for hour := 1; hour <= 4; hour++ {
		apply(t, s, "dbt", hour, true, table("a.b.c", fmt.Sprint(hour)), table("a.b.d", "stays"))
	}
	if err := s.Prune(t.Context(), at(3)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claims(t.Context(), 1); !errors.Is(err, store.ErrNoVersion) {
		t.Errorf("a pruned version: %v", err)
	}
	equal(t, held(t, s, 2), map[string]string{"dbt a.b.c": "2", "dbt a.b.d": "stays"})
	equal(t, held(t, s, 4), map[string]string{"dbt a.b.c": "4", "dbt a.b.d": "stays"})
}

func writers(t *testing.T, s *store.Store) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10 {
				_, err := s.Apply(context.Background(), store.Run{Source: fmt.Sprint("s", w), System: catalog.SystemDBT, At: at(9), Report: catalog.Report{}, Claims: []catalog.Claim{table(fmt.Sprintf("a.b.t%d", i), "x")}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	v, err := s.Version(t.Context())
	if err != nil || v != 40 {
		t.Errorf("after 40 changes the version is %d, %v", v, err)
	}
	if n := len(held(t, s, v)); n != 40 {
		t.Errorf("%d of 40 claims are held", n)
	}
}

func texts(t *testing.T, s *store.Store) {
	odd := "naïve ☃ \x00 \xff '; DROP TABLE x; --"
	apply(t, s, "dbt", 9, true, table("a.b.c", odd), table("a.b.\x00d", "zero byte in the name"))
	claims, err := s.Claims(t.Context(), 1)
	if err != nil || len(claims) != 2 {
		t.Fatal(claims, err)
	}
	for _, c := range claims {
		if c.About.Name == "a.b.c" && c.Description != "naïve ☃ \uFFFD \uFFFD '; DROP TABLE x; --" {
			t.Errorf("came back as %q", c.Description)
		}
	}
	equal(t, apply(t, s, "dbt", 10, true, table("a.b.c", odd), table("a.b.\x00d", "zero byte in the name")), store.Change{Version: 1, Same: 2})
}
