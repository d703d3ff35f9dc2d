// Package cost holds code that reads what anybody may send to a bound of time and memory. Start at Bounded.
package cost

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// The bounds for one input, however it is made.
const (
	Time  = 100 * time.Millisecond
	Bytes = 64 << 20
)

// Bounded runs f and fails the test where it takes longer or allocates more than the bounds. Computing time
// counts, which a busy machine does not stretch as it does the clock's; the best of six runs decides, those
// after the first without the garbage that others left, because collecting it counts too.
func Bounded(t testing.TB, what string, f func()) {
	t.Helper()
	var took time.Duration
	var bytes uint64
	for i := range 6 {
		if i > 0 {
			runtime.GC()
		}
		before, start := allocated(), computed()
		f()
		took, bytes = computed()-start, allocated()-before
		if took <= Time && bytes <= Bytes {
			return
		}
	}
	t.Errorf("%s took %s and %d MiB, want %s and %d MiB at most", what, took, bytes>>20, Time, Bytes>>20)
}

// allocated is what this process has ever allocated, in bytes.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
