package duckdb

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// detach gives the worker a process group of its own, so that an interrupt at the terminal reaches the
// asker only. That a worker ends with its asker is its own doing: its input closes.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// resident is the memory that a process holds, in bytes.
func resident(pid int) (int64, bool) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, false
	}
	f := strings.Fields(string(raw))
	if len(f) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
