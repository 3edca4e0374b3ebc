//go:build unix

package command

import (
	"os/exec"
	"syscall"
	"time"
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

// awaitGroup waits until all of the group have ended whose leader has, for so long at most. Those
// of them that are orphans are children of this process on Linux.
func awaitGroup(cmd *exec.Cmd, most time.Duration) {
	group := -cmd.Process.Pid
	for began := time.Now(); time.Since(began) < most; time.Sleep(poll / 4) {
		for pid := 1; pid > 0; {
			pid, _ = syscall.Wait4(group, nil, syscall.WNOHANG, nil)
		}
		if syscall.Kill(group, 0) != nil {
			return
		}
	}
}

// shell is the command that runs a line as a shell does.
func shell(line string) *exec.Cmd { return exec.Command("sh", "-c", line) }
