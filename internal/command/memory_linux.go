package command

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"github.com/wsspec/wsspec/fuzz/network"
)

// memory is the resident memory of the process's group in octets, as /proc says it; ok is
// false if the group has ended.
func (p *process) memory() (octets uint64, ok bool) {
	u, ok := p.usage()
	return u.Memory, ok
}

// usage is what the process's group uses, as /proc says it; ok is false if the group has
// ended.
func (p *process) usage() (u network.Usage, ok bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil || p.hasEnded() {
		return u, false
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", e.Name()))
		if err != nil { // it has ended
			continue
		}
		group, threads, pages := groupAndPages(stat)
		if group != p.cmd.Process.Pid {
			continue
		}
		u.Memory, u.Threads, ok = u.Memory+pages*uint64(os.Getpagesize()), u.Threads+threads, true
		if files, err := os.ReadDir(fmt.Sprintf("/proc/%s/fd", e.Name())); err == nil {
			u.Descriptors += len(files)
		}
	}
	return u, ok
}

// groupAndPages reads the process group, the threads and the resident pages out of a
// /proc/PID/stat. See proc_pid_stat(5): they are the fields 5, 20 and 24. The second field is
// a name in parentheses, which may have spaces.
func groupAndPages(stat []byte) (group, threads int, pages uint64) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 22 {
		return 0, 0, 0
	}
	group, _ = strconv.Atoi(string(fields[2]))
	threads, _ = strconv.Atoi(string(fields[17]))
	pages, _ = strconv.ParseUint(string(fields[21]), 10, 64)
	return group, threads, pages
}
