package command

import "syscall"

// newSession has a child leave the process group and the session of its parent.
func newSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
