//go:build !linux

package command

import "syscall"

func newSession() *syscall.SysProcAttr { return nil }
