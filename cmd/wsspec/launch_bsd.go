//go:build unix && !linux

package main

import "syscall"

// dieWithUs does nothing: only Linux ends a child when its parent ends.
func dieWithUs(*syscall.SysProcAttr) {}
