package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Three things keep what wsspec starts from outliving it, also what has left its process
// group. The kernel kills a child when wsspec ends. Orphans become children of wsspec,
// which kills them. And a guard, a process that outlives wsspec for a moment, kills what
// is left when wsspec itself was killed. All are found by a mark in their environment.

// dieWithUs has the kernel kill a command when this process ends, however it ends.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// markName is the variable by which what this process starts is known.
const markName = "WSSPEC_STARTED_BY"

// guardName is the variable that makes this program a guard. Its value is the mark of
// what it is to end.
const guardName = "WSSPEC_GUARD"

var (
	marks    atomic.Int64
	ownMark  = sync.OnceValue(func() string { return fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano()) })
	guarding = sync.OnceFunc(func() {
		becomeReaper()
		startGuard(ownMark())
	})
)

// mark gives a command a mark of its own in its environment, which all inherit that it
// starts.
func mark(cmd *exec.Cmd) string {
	guarding()
	m := fmt.Sprintf("%s=%s-%d.", markName, ownMark(), marks.Add(1))
	cmd.Env = append(cmd.Environ(), m)
	return m
}

// prSetChildSubreaper is PR_SET_CHILD_SUBREAPER of prctl(2).
const prSetChildSubreaper = 36

// becomeReaper makes this process the parent of its descendants that become orphans.
func becomeReaper() { _, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0) }

// endOrphans kills the orphans that have the mark. Those that they leave become
// orphans in turn.
func endOrphans(mark string) {
	for found := true; found; {
		found = false
		for _, pid := range adopted() {
			if hasMark(pid, mark) && syscall.Kill(pid, syscall.SIGKILL) == nil {
				_, _ = syscall.Wait4(pid, nil, 0, nil)
				found = true
			}
		}
	}
}

// endAllOrphans kills every child that is left when the command ends. There is none if
// nothing was started.
func endAllOrphans() {
	if marks.Load() == 0 {
		return
	}
	for n := 0; n < 100; n++ {
		left := children()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			if !isGuard(pid) && syscall.Kill(pid, syscall.SIGKILL) == nil {
				_, _ = syscall.Wait4(pid, nil, 0, nil)
			}
		}
		if len(left) == 1 && isGuard(left[0]) {
			return
		}
	}
}

// adopted are the process ids of the children that the first thread has. Linux gives
// orphans to that thread, for as long as it lives. Its list alone is read behind each
// client, because a run has many threads.
func adopted() []int { return childrenIn(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())) }

// children are the process ids of this process's children.
func children() []int {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	return childrenIn(lists...)
}

// childrenIn are the process ids in some lists of children.
func childrenIn(lists ...string) (pids []int) {
	for _, list := range lists {
		octets, _ := os.ReadFile(list) // a thread may have ended
		for _, field := range strings.Fields(string(octets)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

func hasMark(pid int, mark string) bool {
	octets, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && bytes.Contains(octets, []byte(mark))
}

// guardPid is the guard's process id, 0 if there is none.
var guardPid atomic.Int64

func isGuard(pid int) bool { return int64(pid) == guardPid.Load() }

// startGuard starts this program as a guard, which ends when this process does. Where
// that cannot be, the other means have to do.
func startGuard(mark string) {
	r, w, err := os.Pipe()
	if err != nil {
		return
	}
	defer r.Close()
	guard := exec.Command("/proc/self/exe")
	guard.Env = []string{guardName + "=" + mark}
	guard.Stdin = r
	guard.Dir = "/"
	guard.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if guard.Start() != nil {
		w.Close()
		return
	}
	guardPid.Store(int64(guard.Process.Pid))
	go func() {
		_ = guard.Wait()
		runtime.KeepAlive(w) // the pipe stays open until this process ends
	}()
}

// guard waits until the process that started it has ended, and kills what that had
// started. It reports whether this process is a guard.
func guard() bool {
	mark := os.Getenv(guardName)
	if mark == "" {
		return false
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	_, _ = io.Copy(io.Discard, os.Stdin)
	// A process that is just being started has its mark a moment later.
	for clean := 0; clean < 3; clean++ {
		if killMarked(markName + "=" + mark + "-") {
			clean = 0
		}
		time.Sleep(50 * time.Millisecond)
	}
	return true
}

// killMarked kills every process that has the mark, and reports whether there was one.
func killMarked(mark string) (any bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && hasMark(pid, mark) {
			any = syscall.Kill(pid, syscall.SIGKILL) == nil || any
		}
	}
	return any
}
