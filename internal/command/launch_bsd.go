//go:build unix && !linux

package command

import "syscall"

// dieWithUs does nothing: only Linux ends a child when its parent ends.
func dieWithUs(*syscall.SysProcAttr) {}
