package gate

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
)

// TestDays: what one asker and all of them have read today stands against the allowance; a refusal costs
// nothing; tomorrow is another day.
func TestDays(t *testing.T) {
	clock := now
	g := &Gate{Limits: Limits{UserDay: 100, WorkspaceDay: 150}, Ledger: FileLedger{Dir: t.TempDir(), Now: func() time.Time { return clock }}}
	read := func(who string, bytes int64) string {
		g.Estimator = fixed{Bytes: bytes, Known: true}
		r := request(t, "SELECT 1", access.Principal{Name: who})
		r.At = now.AddDate(-1, 0, 0) // what is asked about has no say in it
		v, err := g.Judge(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return v.Code + v.Reason
	}
	for i, c := range []struct {
		who   string
		bytes int64
		says  string
	}{
		{"ann", 60, ""}, {"ann", 41, "each asker has 40 bytes left of 100 bytes"}, {"ann", 40, ""}, {"ann", 1, "each asker has 0 bytes left"}, {"ann", 0, ""},
		{"bob", 51, "the workspace has 50 bytes left of 150 bytes"}, {"bob", 50, ""}, {"cy", 1, "the workspace has 0 bytes left"},
	} {
		if got := read(c.who, c.bytes); c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("step %d: %q, want %q", i, got, c.says)
		}
	}
	clock = now.Add(15 * time.Hour)
	if got := read("ann", 100); got != "" {
		t.Errorf("the day after: %s", got)
	}
}

// takeArg makes this test binary take from a ledger, as another process of the workspace would.
const takeArg = "LIMN_TEST_TAKE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(takeArg); dir != "" {
		l := FileLedger{Dir: dir, Now: func() time.Time { return now }}
		got := 0
		for range 50 {
			b, err := l.Take(context.Background(), "ann", 10)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			if b.User+b.Bytes <= 1000 {
				got++
			} else if err := l.Return(context.Background(), b); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		fmt.Print(strings.Repeat("x", got))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Several processes that take at once never take more than there is.
func TestLedgerOfManyProcesses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var wg sync.WaitGroup
	took := make([]int, 4)
	for i := range took {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), takeArg+"="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil || strings.Trim(string(out), "x") != "" {
				t.Errorf("process %d: %v %s", i, err, out)
			}
			took[i] = len(out)
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range took {
		sum += n
	}
	// Bookings that are given back may keep others from the last few, never let them have more.
	if sum > 100 || sum < 90 {
		t.Errorf("%v of 10 bytes each were taken of 1000", took)
	}
}

func TestDamagedLedger(t *testing.T) {
	dir := t.TempDir()
	l := FileLedger{Dir: dir, Now: func() time.Time { return now }}
	if err := os.WriteFile(filepath.Join(dir, "spent-2026-11-22.jsonl"), []byte("{\"id\":\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), "ann", 1); err == nil || !strings.Contains(err.Error(), "spent-2026-11-22.jsonl:1 is damaged") {
		t.Errorf("%v", err)
	}
}

// The key is made once, whoever comes first, and kept from others.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".limn", "key")
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, err := KeyFile(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(k)
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || k != keys[0] {
			t.Fatal("not all got the same key")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := KeyFile(path)
	if info, _ := os.Stat(path); err != nil || string(again) == keys[0] || info.Mode().Perm() != 0o600 {
		t.Errorf("a key that others could read is kept: %v", err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := KeyFile(path); err == nil || !strings.Contains(err.Error(), "is no key") {
		t.Errorf("a file that is no key: %v", err)
	}
}
