//go:build !unix

package main

import "os/exec"

// killGroup leaves a command to be killed alone, where there are no process
// groups.
func killGroup(*exec.Cmd) {}
