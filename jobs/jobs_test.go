package jobs_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/db/dbtest"
	"github.com/limn-data/limn/jobs"
)

// A process of its own that begins a run and never ends it.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("JOBS_TEST_DIE"); dsn != "" {
		r, err := jobs.Open(context.Background(), dsn, "dying", []jobs.Job{{Name: "long", Every: time.Second, Timeout: 2 * time.Second, Run: func(context.Context) (string, error) {
			fmt.Println("running")
			select {}
		}}}, slog.New(slog.DiscardHandler))
		if err == nil {
			err = r.Start(context.Background())
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		select {}
	}
	os.Exit(m.Run())
}

func open(t *testing.T, dsn, replica string, list ...jobs.Job) jobs.Runner {
	t.Helper()
	r, err := jobs.Open(t.Context(), dsn, replica, list, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

func start(t *testing.T, r jobs.Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("%s: not within 20 s", what)
}

func history(t *testing.T, r jobs.Runner, job string) []jobs.Run {
	t.Helper()
	out, err := r.History(t.Context(), job, 100)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRunner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn func(*testing.T) string) {
		t.Run("once over all replicas", func(t *testing.T) {
			t.Parallel()
			at := dsn(t)
			var began, side atomic.Int32
			job := jobs.Job{Name: "sync", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
				if side.Add(1) > 1 {
					t.Error("two run side by side")
				}
				defer side.Add(-1)
				began.Add(1)
				time.Sleep(300 * time.Millisecond)
				return "read 5", nil
			}}
			var all []jobs.Runner
			for i := range 3 {
				r := open(t, at, fmt.Sprint("replica-", i), job)
				start(t, r)
				all = append(all, r)
			}
			until(t, "a run", func() bool { h := history(t, all[0], "sync"); return len(h) == 1 && h[0].State == jobs.Done })
			time.Sleep(time.Second)
			h := history(t, all[1], "")
			if began.Load() != 1 || len(h) != 1 || h[0].Note != "read 5" || h[0].Job != "sync" || !strings.HasPrefix(h[0].By, "replica-") || h[0].Ended.Sub(h[0].Started) < 300*time.Millisecond {
				t.Errorf("it ran %d times: %+v", began.Load(), h)
			}
			// Started anew within the period it does not run again; asked for it does.
			again := open(t, at, "later", job)
			start(t, again)
			time.Sleep(time.Second)
			if began.Load() != 1 {
				t.Error("starting anew ran it again")
			}
			if err := again.Now(t.Context(), "sync"); err != nil {
				t.Fatal(err)
			}
			until(t, "the run that was asked for", func() bool { return began.Load() == 2 })
			if err := again.Now(t.Context(), "other"); err == nil {
				t.Error("a job that is none was asked for")
			}
		})
		t.Run("again and again", func(t *testing.T) {
			t.Parallel()
			var began atomic.Int32
			r := open(t, dsn(t), "one", jobs.Job{Name: "often", Every: time.Second, Run: func(context.Context) (string, error) {
				began.Add(1)
				return "", nil
			}})
			start(t, r)
			until(t, "three runs", func() bool { return began.Load() >= 3 })
		})
		t.Run("errors and panics are kept, and it is tried again when it is due", func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			r := open(t, dsn(t), "one", jobs.Job{Name: "bad", Every: time.Second, Run: func(context.Context) (string, error) {
				switch n.Add(1) {
				case 1:
					return "", errors.New("the source is down")
				case 2:
					panic("a bug")
				}
				return "fine", nil
			}})
			start(t, r)
			until(t, "a good run", func() bool { h := history(t, r, "bad"); return len(h) >= 3 && h[0].State == jobs.Done || len(h) > 3 })
			h := history(t, r, "bad")
			first, second := h[len(h)-1], h[len(h)-2]
			if first.State != jobs.Failed || !strings.Contains(first.Error, "the source is down") || second.State != jobs.Failed || !strings.Contains(second.Error, "panic: a bug") {
				t.Errorf("history: %+v", h)
			}
		})
		t.Run("one that takes too long is ended", func(t *testing.T) {
			t.Parallel()
			r := open(t, dsn(t), "one", jobs.Job{Name: "slow", Every: time.Hour, Timeout: 200 * time.Millisecond, Run: func(ctx context.Context) (string, error) {
				<-ctx.Done()
				return "", ctx.Err()
			}})
			start(t, r)
			until(t, "its end", func() bool { h := history(t, r, "slow"); return len(h) == 1 && h[0].State == jobs.Failed })
			if h := history(t, r, "slow"); !strings.Contains(h[0].Error, "longer than 200ms") {
				t.Errorf("it ended with %q", h[0].Error)
			}
		})
		t.Run("stopping ends what is under way and waits for it", func(t *testing.T) {
			t.Parallel()
			began, ended := make(chan bool, 1), atomic.Bool{}
			r := open(t, dsn(t), "one", jobs.Job{Name: "long", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
				began <- true
				<-ctx.Done()
				time.Sleep(100 * time.Millisecond)
				ended.Store(true)
				return "", ctx.Err()
			}})
			start(t, r)
			<-began
			r.Stop()
			if !ended.Load() {
				t.Error("it stopped before the run had ended")
			}
			r.Stop()
		})
	})
}

// A process that is killed in the middle of a run: another one takes over, and the history says what became of it.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a lease to run out")
	}
	dbtest.Each(t, func(t *testing.T, dsn func(*testing.T) string) {
		t.Parallel()
		at := dsn(t)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "JOBS_TEST_DIE="+at)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || line != "running\n" {
			t.Fatalf("the child says %q, %v", line, err)
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed, says its error
		ran := make(chan bool, 10)
		r := open(t, at, "heir", jobs.Job{Name: "long", Every: time.Second, Timeout: 2 * time.Second, Run: func(context.Context) (string, error) {
			ran <- true
			return "", nil
		}})
		start(t, r)
		select {
		case <-ran:
		case <-time.After(40 * time.Second):
			t.Fatal("nobody took over")
		}
		until(t, "the history of both", func() bool {
			h := history(t, r, "long")
			return len(h) >= 2 && h[0].By == "heir" && h[len(h)-1].State != jobs.Done
		})
	})
}

func TestOpenRefuses(t *testing.T) {
	run := func(context.Context) (string, error) { return "", nil }
	for _, c := range []struct {
		list []jobs.Job
		says string
	}{
		{[]jobs.Job{{Every: time.Hour, Run: run}}, "needs a name"}, {[]jobs.Job{{Name: "a", Every: time.Hour}}, "something to do"},
		{[]jobs.Job{{Name: "a", Every: time.Hour, Run: run}, {Name: "a", Every: time.Hour, Run: run}}, "two are called a"}, {[]jobs.Job{{Name: "a", Every: time.Millisecond, Run: run}}, "at least a second"},
	} {
		if _, err := jobs.Open(t.Context(), ":memory:", "x", c.list, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.list, err, c.says)
		}
	}
}
