package cost

import (
	"testing"
	"time"
)

// recorder notes that a test would have failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

var sink []byte

func TestBounded(t *testing.T) {
	spin := func() {
		for start := computed(); computed()-start < 2*Time; {
		}
	}
	for name, c := range map[string]struct {
		f      func()
		failed bool
	}{
		"little":      {func() { sink = make([]byte, 1000) }, false},
		"much memory": {func() { sink = make([]byte, Bytes+1<<20) }, true},
		"much time":   {spin, true},
		"waiting":     {func() { time.Sleep(2 * Time) }, false},
	} {
		r := &recorder{TB: t}
		Bounded(r, name, c.f)
		if r.failed != c.failed {
			t.Errorf("%s: failed %v, want %v", name, r.failed, c.failed)
		}
	}
	sink = nil
}
