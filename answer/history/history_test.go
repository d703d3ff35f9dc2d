package history_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/history"
	"github.com/limn-data/limn/internal/db/dbtest"
	"github.com/limn-data/limn/internal/service"
)

func kept(id, asker string, minute int) answer.Kept {
	return answer.Kept{Given: time.Date(2026, 11, 22, 9, minute, 0, 0, time.UTC), Who: access.Principal{Name: asker, Groups: []string{"finance"}, ActAs: "local"}, Ran: "SELECT 1 WHERE region = 'North'", Engine: "duckdb", Took: time.Second,
		Outcome: &answer.Outcome{ID: id, Question: "revenue, naïve \x00?", Outcome: answer.Answered, Hash: "sha256:" + id, Headline: "Revenue was $5.", Warnings: []answer.Warning{{Level: answer.Note, Code: "sla_missed", Message: "late"}}}}
}

func open(t *testing.T, dsn, spool string) *history.Store {
	t.Helper()
	s, err := history.Open(t.Context(), dsn, spool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func keep(t *testing.T, s *history.Store, k answer.Kept) {
	t.Helper()
	if err := s.Keep(t.Context(), k); err != nil {
		t.Fatal(err)
	}
}

func TestHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn func(*testing.T) string) {
		t.Run("what was kept comes back whole", func(t *testing.T) {
			s := open(t, dsn(t), "")
			keep(t, s, kept("a_1", "ann", 1))
			r, err := s.Get(t.Context(), "a_1")
			if err != nil {
				t.Fatal(err)
			}
			if r.Number != 1 || r.Who.Name != "ann" || r.Who.ActAs != "local" || r.Who.Groups[0] != "finance" || r.Ran != "SELECT 1 WHERE region = 'North'" || r.Engine != "duckdb" || r.Took != time.Second ||
				!strings.Contains(string(r.Outcome), `"headline":"Revenue was $5."`) || !strings.Contains(string(r.Outcome), `"code":"sla_missed"`) || !r.Given.Equal(time.Date(2026, 11, 22, 9, 1, 0, 0, time.UTC)) {
				t.Errorf("came back as %+v\n%s", r, r.Outcome)
			}
			if _, err := s.Get(t.Context(), "a_2"); !errors.Is(err, history.ErrNone) {
				t.Errorf("an answer that was never given: %v", err)
			}
		})
		t.Run("the newest first, by asker, page by page", func(t *testing.T) {
			s := open(t, dsn(t), "")
			for i := range 5 {
				keep(t, s, kept(fmt.Sprint("a_", i), []string{"ann", "bob"}[i%2], i))
			}
			ids := func(asker string, before int64, limit int) string {
				got, err := s.List(t.Context(), asker, before, limit)
				if err != nil {
					t.Fatal(err)
				}
				var out []string
				for _, b := range got {
					out = append(out, b.ID)
				}
				return strings.Join(out, " ")
			}
			for _, c := range []struct {
				asker  string
				before int64
				limit  int
				want   string
			}{{"", 0, 10, "a_4 a_3 a_2 a_1 a_0"}, {"ann", 0, 10, "a_4 a_2 a_0"}, {"", 0, 2, "a_4 a_3"}, {"", 4, 2, "a_2 a_1"}, {"nobody", 0, 10, ""}} {
				if got := ids(c.asker, c.before, c.limit); got != c.want {
					t.Errorf("%q before %d: %s, want %s", c.asker, c.before, got, c.want)
				}
			}
		})
		t.Run("the same answer given twice is two records", func(t *testing.T) {
			s := open(t, dsn(t), "")
			keep(t, s, kept("a_1", "ann", 1))
			keep(t, s, kept("a_1", "ann", 2))
			got, err := s.List(t.Context(), "", 0, 10)
			if err != nil || len(got) != 2 {
				t.Errorf("%d records, %v", len(got), err)
			}
			if r, err := s.Get(t.Context(), "a_1"); err != nil || r.Given.Minute() != 2 {
				t.Errorf("of two the last is meant: %v, %v", r.Given, err)
			}
		})
		t.Run("many at once", func(t *testing.T) {
			s := open(t, dsn(t), "")
			var wg sync.WaitGroup
			for w := range 4 {
				wg.Go(func() {
					for i := range 10 {
						if err := s.Keep(t.Context(), kept(fmt.Sprintf("a_%d_%d", w, i), "ann", i)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if got, err := s.List(t.Context(), "", 0, 100); err != nil || len(got) != 40 || got[0].Number != 40 {
				t.Errorf("%d of 40 are kept, %v", len(got), err)
			}
		})
	})
}

// While the database is gone answers wait in a file, and nothing is lost.
func TestPostgresGone(t *testing.T) {
	gate := dbtest.NewGate(t, dbtest.Postgres(t, service.Postgres(t)))
	spool := filepath.Join(t.TempDir(), "waiting", "answers.jsonl")
	s := open(t, gate.DSN, spool)
	keep(t, s, kept("a_1", "ann", 1))
	gate.Shut()
	keep(t, s, kept("a_2", "ann", 2))
	keep(t, s, kept("a_3", "ann", 3))
	if raw, err := os.ReadFile(spool); err != nil || strings.Count(string(raw), "\n") != 2 {
		t.Fatalf("two answers should wait: %s, %v", raw, err)
	}
	gate.Open()
	keep(t, s, kept("a_4", "ann", 4))
	got, err := s.List(t.Context(), "", 0, 10)
	if err != nil || len(got) != 4 || got[0].ID != "a_4" || got[1].ID != "a_3" {
		t.Errorf("kept %+v, %v", got, err)
	}
	if _, err := os.Stat(spool); !os.IsNotExist(err) {
		t.Errorf("the spool is still there: %v", err)
	}
	// Without a place to wait an answer that cannot be kept is an error.
	bare := open(t, gate.DSN, "")
	gate.Shut()
	if err := bare.Keep(t.Context(), kept("a_5", "ann", 5)); err == nil {
		t.Error("an answer was lost without a word")
	}
}

// A process that ended while it wrote leaves half a line, and one that ended while it drained leaves what is there twice.
func TestSpoolAfterACrash(t *testing.T) {
	dsn, spool := filepath.Join(t.TempDir(), "h.db"), filepath.Join(t.TempDir(), "answers.jsonl")
	s := open(t, dsn, "")
	keep(t, s, kept("a_1", "ann", 1))
	line := `{"answer_id":"a_1","given_at":"2026-11-22T09:01:00Z","who":{"Name":"ann"},"outcome":{"question":"q","outcome":"answered","answer_hash":"h"}}` + "\n"
	other := strings.Replace(strings.Replace(line, "a_1", "a_2", 1), "09:01", "09:02", 1)
	if err := os.WriteFile(spool, []byte(line+other+`{"answer_id":"a_3","giv`), 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, dsn, spool)
	got, err := again.List(t.Context(), "", 0, 10)
	if err != nil || len(got) != 2 || got[0].ID != "a_2" {
		t.Errorf("after the crash: %+v, %v", got, err)
	}
}
