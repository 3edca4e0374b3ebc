//go:build !unix

package command

import (
	"os/exec"
	"time"
)

// inGroup leaves a command to end alone, where there are no process groups.
func inGroup(*exec.Cmd) {}

// askGroup and endGroup end the command itself, where there are no process groups.
func askGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
func endGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// awaitGroup has nothing to wait for, where there are no process groups.
func awaitGroup(*exec.Cmd, time.Duration) {}

// shell is the command that runs a line as a shell does.
func shell(line string) *exec.Cmd { return exec.Command("cmd", "/C", line) }
