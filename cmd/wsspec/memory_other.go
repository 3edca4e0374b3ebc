//go:build !linux

package main

// memory is not known here.
func (p *process) memory() (octets uint64, ok bool) { return 0, false }
