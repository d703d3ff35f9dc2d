//go:build unix

package cost

import (
	"syscall"
	"time"
)

// computed is the time that this process has computed.
func computed() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the call takes no input that could be wrong
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
