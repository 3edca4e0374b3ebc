//go:build unix

package command

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	faults     = flag.Int("faults", 5, "how many runs of Autobahn to disturb")
	faultsSeed = flag.Uint64("faults-seed", uint64(time.Now().UnixNano()), "what the moments are drawn from")
)

// Whatever happens to a run, and whenever, nothing is left behind. By hand:
//
//	go test ./internal/command -run TestAutobahnFaults -faults 50 -v
func TestAutobahnFaults(t *testing.T) {
	t.Parallel() // most of the time is waiting
	if raceDetector {
		t.Skip("SKIP: what is disturbed is a program without the race detector")
	}
	d := docked(t)
	t.Logf("-faults-seed %d", *faultsSeed)
	random := rand.New(rand.NewPCG(*faultsSeed, 0))
	leavesNothing(t, os.Getpid)
	kinds := []string{"SIGINT", "SIGTERM", "SIGKILL", "the container is killed", "the daemon is cut off"}
	happened := map[string]int{}
	var pids []int
	for n := range *faults {
		kind := kinds[n%len(kinds)]
		// Anywhere from before there is a container to after it has gone.
		after := time.Duration(random.Int64N(int64(900 * time.Millisecond)))
		p := newCut(t)
		image := d.wsspec
		if random.IntN(2) == 0 {
			image = d.prefix + ":wait"
		}
		cmd := exec.Command(d.program, "autobahn", "server", reference(t), "--image", image, "--run", "[1-5].*")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+p.url)
		disturb := func() {
			switch kind {
			case "SIGINT":
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
			case "SIGTERM":
				_ = cmd.Process.Signal(syscall.SIGTERM)
			case "SIGKILL":
				_ = cmd.Process.Kill()
			case "the container is killed":
				for _, name := range containers(t, cmd.Process.Pid, "{{.Names}}") {
					_, _ = docker(t, "kill", name)
				}
			case "the daemon is cut off":
				p.cut(after)
			}
		}
		watch := &watched{}
		fault := time.AfterFunc(after, func() {
			watch.started.Wait()
			disturb()
		})
		// What waits forever when its container was not there yet to be killed is
		// ended like at a terminal.
		end := time.AfterFunc(after+3*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) })
		code := ended(t, cmd, watch)
		fault.Stop()
		end.Stop()
		left := containers(t, cmd.Process.Pid, "{{.Names}}")
		happened[fmt.Sprintf("%s: exit code %d", kind, code)]++
		switch {
		case kind == "SIGKILL":
			pids = append(pids, cmd.Process.Pid) // for the next run to remove
		case len(left) > 0:
			t.Errorf("run %d, %s after %s: left behind %v\n%s", n, kind, after, left, watch)
		}
		if !slices.Contains([]int{exitPass, exitHarness, -1}, code) {
			t.Errorf("run %d, %s after %s: exit code %d\n%s", n, kind, after, code, watch)
		}
	}
	wsspec(t, "autobahn", "server", reference(t), "--image", d.wsspec, "--run", "1.1.1").want(t, exitPass)
	for _, pid := range pids {
		if left := containers(t, pid, "{{.Names}}"); len(left) > 0 {
			t.Errorf("a run was killed, and the next one left behind %v", left)
		}
	}
	var list []string
	for what, times := range happened {
		list = append(list, fmt.Sprintf("%d × %s", times, what))
	}
	slices.Sort(list)
	t.Logf("%d runs, nothing left behind:\n%s", *faults, strings.Join(list, "\n"))
}
