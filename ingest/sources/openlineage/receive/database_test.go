package receive

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/db/dbtest"
	"github.com/limn-data/limn/internal/service"
)

func eventOf(i int) Event {
	return Event{At: time.Unix(int64(i), 0), Producer: "spark", Body: json.RawMessage(fmt.Sprintf(`{"n": %d}`, i))}
}

func bodies(t *testing.T, d *Database) []string {
	t.Helper()
	var out []string
	if err := d.Events(t.Context(), func(raw json.RawMessage) error {
		out = append(out, string(raw))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn func(*testing.T) string) {
		at := dsn(t)
		open := func() *Database {
			d, err := OpenDatabase(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		one, two := open(), open() // two replicas
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				d := []*Database{one, two}[w%2]
				for i := range 50 {
					if err := d.Append(t.Context(), []Event{eventOf(w*50 + i), eventOf(0)}); err != nil { // 0 comes from everybody
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := bodies(t, one)
		if len(got) != 400 {
			t.Errorf("%d of 400 events are kept", len(got))
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != 400 {
			t.Error("an event is kept twice")
		}
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
		if err := one.Append(t.Context(), []Event{eventOf(1)}); err == nil {
			t.Error("a closed inbox took an event")
		}
		again := open()
		defer again.Close()
		defer two.Close()
		if len(bodies(t, again)) != 400 {
			t.Error("events are gone after opening again")
		}
	})
}

// While the database is gone nobody is told that an event is kept, and afterwards it goes on.
func TestDatabaseGone(t *testing.T) {
	gate := dbtest.NewGate(t, dbtest.Postgres(t, service.Postgres(t)))
	d, err := OpenDatabase(t.Context(), gate.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Append(t.Context(), []Event{eventOf(1)}); err != nil {
		t.Fatal(err)
	}
	gate.Shut()
	if err := d.Append(t.Context(), []Event{eventOf(2)}); err == nil {
		t.Error("an event was taken that nobody keeps")
	}
	gate.Open()
	if err := d.Append(t.Context(), []Event{eventOf(2), eventOf(3)}); err != nil {
		t.Fatal(err)
	}
	if got := bodies(t, d); !slices.Equal(got, []string{`{"n": 1}`, `{"n": 2}`, `{"n": 3}`}) {
		t.Errorf("kept %v", got)
	}
}
