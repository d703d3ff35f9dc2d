//go:build !linux

package duckdb

import (
	"os/exec"
	"strconv"
	"strings"
)

func detach(*exec.Cmd) {}

// resident asks ps; where there is none, only DuckDB's own limit holds.
func resident(pid int) (int64, bool) {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, false
	}
	kb, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return kb << 10, err == nil
}
