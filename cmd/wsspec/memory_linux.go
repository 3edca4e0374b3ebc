package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// memory is the resident memory of the process's group in octets, as /proc says it; ok is
// false if the group has ended.
func (p *process) memory() (octets uint64, ok bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil || p.hasEnded() {
		return 0, false
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", e.Name()))
		if err != nil { // it has ended
			continue
		}
		if group, pages := groupAndPages(stat); group == p.cmd.Process.Pid {
			octets, ok = octets+pages*uint64(os.Getpagesize()), true
		}
	}
	return octets, ok
}

// groupAndPages reads the process group and the resident pages out of a /proc/PID/stat. See
// proc_pid_stat(5): they are the fields 5 and 24. The second field is a name in parentheses,
// which may have spaces.
func groupAndPages(stat []byte) (group int, pages uint64) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 22 {
		return 0, 0
	}
	group, _ = strconv.Atoi(string(fields[2]))
	pages, _ = strconv.ParseUint(string(fields[21]), 10, 64)
	return group, pages
}
