//go:build !unix

package cost

import "time"

var start = time.Now()

// computed is the clock's time where the system tells no other.
func computed() time.Duration { return time.Since(start) }
