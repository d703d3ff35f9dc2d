//go:build !unix

package airflow_test

import "os/exec"

func own(*exec.Cmd) {}

func stop(cmd *exec.Cmd) { cmd.Process.Kill() }
