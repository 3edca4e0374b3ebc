//go:build unix

package command

import (
	"os/exec"
	"syscall"
)

// inGroup gives a command a process group of its own, which is killed as one.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithUs(cmd.SysProcAttr)
	if cmd.Cancel != nil { // the command has a context
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	}
}

// askGroup asks all of the group to end.
func askGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

// endGroup kills what is left of the group when its leader has ended. That none
// is left is the rule, and no error.
func endGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// shell is the command that runs a line as a shell does.
func shell(line string) *exec.Cmd { return exec.Command("sh", "-c", line) }
