//go:build unix

package autobahn

import (
	"os/exec"
	"syscall"
)

// inOwnGroup starts the process in a process group of its own, so that a signal to wsspec's
// group does not reach it.
func inOwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// alive reports whether a process of this machine runs.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}
