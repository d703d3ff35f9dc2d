package duckdb

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"

	"github.com/google/go-cmp/cmp"
)

// The test binary is its own worker, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == WorkerArg {
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func setup(t *testing.T, cfg Config) *Engine {
	t.Helper()
	cfg.Catalogs = []string{"lake"}
	e, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestValuesComeBackExact(t *testing.T) {
	e := setup(t, Config{})
	set, err := e.run(t.Context(), request{MaxRows: -1, SQL: `SELECT 1::BIGINT, 'a''b', true, NULL, 1.50::DECIMAL(38,2), (-123456789012345678901234567890.12)::DECIMAL(38,2),
		0.1::DOUBLE, DATE '2026-02-28', TIMESTAMP '2026-01-01 10:00:00.123', [1,2], 'NaN'::DOUBLE = 'NaN'::DOUBLE, '\x00ff'::BLOB`,
		Types: []string{"bigint", "varchar", "boolean", "unknown", "decimal(38,2)", "decimal(38,2)", "double", "date", "timestamp(3)", "array(bigint)", "boolean", "varbinary"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []rows.Value{int64(1), "a'b", true, nil, decimal.MustParse("1.50"), decimal.MustParse("-123456789012345678901234567890.12"),
		0.1, "2026-02-28", "2026-01-01T10:00:00.123", []rows.Value{int64(1), int64(2)}, true, []byte("\x00ff")}
	eq := cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) && a.Scale() == b.Scale() })
	if d := cmp.Diff(want, set.Rows[0], eq); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestRowsAreCappedAndManyFramesJoin(t *testing.T) {
	e := setup(t, Config{})
	set, err := e.run(t.Context(), request{SQL: "SELECT range FROM range(5000)", MaxRows: 1300})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rows) != 1300 || !set.Truncated || set.Rows[1299][0] != int64(1299) {
		t.Errorf("got %d rows, truncated %v, %v", len(set.Rows), set.Truncated, err)
	}
	set, err = e.run(t.Context(), request{SQL: "SELECT range FROM range(1300)", MaxRows: 1300})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rows) != 1300 || set.Truncated {
		t.Errorf("got %d rows, truncated %v, %v", len(set.Rows), set.Truncated, err)
	}
}

// Each of these would go on for minutes or take all memory, and two of them do not listen to an
// interrupt. All must end within a second of their limit, and the next question must work.
func TestRunawayQueriesAreStopped(t *testing.T) {
	for _, c := range []struct {
		name, sql, code string
		timeout         time.Duration
		memory          int64
	}{
		{"an endless join", "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000) c WHERE a.range + b.range = c.range - 1", "timeout", time.Second, 0},
		{"a string that ignores interrupts", "SELECT max(length(repeat('x', 200000000 + range::INT))) FROM range(50)", "", 500 * time.Millisecond, 0},
		{"memory outside of the limit", "SELECT length(string_agg(repeat('x', 20000000), '')) FROM range(100)", "memory", 20 * time.Second, 400 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := setup(t, Config{Workers: 1, Timeout: c.timeout, Memory: c.memory})
			if _, err := e.run(t.Context(), request{SQL: "SELECT 1"}); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := e.run(t.Context(), request{SQL: c.sql})
			var failed *Error
			if !errors.As(err, &failed) || c.code != "" && failed.Code != c.code {
				t.Errorf("got %v, want an error of code %q", err, c.code)
			}
			if took := time.Since(start); c.code != "memory" && took > c.timeout+time.Second {
				t.Errorf("stopped after %s", took)
			}
			if set, err := e.run(t.Context(), request{SQL: "SELECT 42", MaxRows: 1}); err != nil || set.Rows[0][0] != int64(42) {
				t.Errorf("the next question: %v", err)
			}
		})
	}
}

func TestCancelEndsTheQuery(t *testing.T) {
	e := setup(t, Config{Workers: 1})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	_, err := e.run(ctx, request{SQL: "SELECT count(*) FROM range(100000000) a, range(1000) b WHERE a.range % 7 = b.range"})
	var failed *Error
	if !errors.As(err, &failed) || failed.Code != "cancelled" || time.Since(start) > time.Second {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
}

func TestAWorkerThatDiedWhileIdleIsReplaced(t *testing.T) {
	e := setup(t, Config{Workers: 1})
	p := <-e.idle
	_ = p.cmd.Process.Kill()
	time.Sleep(50 * time.Millisecond)
	e.idle <- p
	if set, err := e.run(t.Context(), request{SQL: "SELECT 7", MaxRows: 1}); err != nil || set.Rows[0][0] != int64(7) {
		t.Errorf("got %v", err)
	}
}

func TestManyAskersShareTheWorkers(t *testing.T) {
	e := setup(t, Config{Workers: 2})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			set, err := e.run(t.Context(), request{SQL: "SELECT " + string(rune('0'+i%10)), MaxRows: 1})
			if err != nil || set.Rows[0][0] != int64(i%10) {
				t.Errorf("asker %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// What the tree should never let through is refused by the worker too.
func TestTheWorkerIsLockedDown(t *testing.T) {
	e := setup(t, Config{Dirs: []string{t.TempDir()}})
	for _, sql := range []string{
		"SELECT * FROM read_csv('/etc/passwd')", "COPY (SELECT 1) TO '/tmp/limn-out.csv'", "INSTALL httpfs", "LOAD httpfs",
		"SET enable_external_access = true", "SET memory_limit = '100GB'", "ATTACH '/tmp/limn-x.db' AS x",
	} {
		if _, err := e.run(t.Context(), request{SQL: sql}); err == nil {
			t.Errorf("%s ran", sql)
		} else if strings.Contains(err.Error(), "broke off") {
			t.Errorf("%s ended the worker: %v", sql, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	b, _ := appendValue(nil, []rows.Value{int64(1), "x", decimal.MustParse("-1.5"), nil, rows.Map{{Key: "k", Value: true}}})
	f.Add(b)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := reader{b: raw}
		for len(r.b) > 0 && r.err == nil {
			r.value()
		}
	})
}
