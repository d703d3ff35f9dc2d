//go:build unix

package airflow_test

import (
	"os/exec"
	"syscall"
)

// own gives a server a group of its own, since it starts others; stop ends the group.
func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func stop(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
