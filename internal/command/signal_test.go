//go:build unix

package command

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
)

// An ownProcess is this command as a process of its own.
type ownProcess struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

func startOwn(t *testing.T, stdout *os.File, args ...string) *ownProcess {
	t.Helper()
	words := client(t, "wsspec", args...)[1:]
	p := &ownProcess{t: t, cmd: exec.Command(words[0], words[1:]...)}
	p.cmd.Stdout, p.cmd.Stderr = stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // an error if the test has waited
		if t.Failed() {
			t.Logf("standard error of wsspec %s: %s", strings.Join(args, " "), p.stderr.String())
		}
	})
	return p
}

func (p *ownProcess) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the end of the process, and checks its exit code.
func (p *ownProcess) ends(code int) {
	p.t.Helper()
	late := time.AfterFunc(30*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("%s, want exit status %d; standard error: %s", p.cmd.ProcessState, code, p.stderr.String())
	}
}

// hangsAfter is a server that passes its first cases; then it tells the channel, and says
// nothing more.
func hangsAfter(t *testing.T, cases int) (url string, hangs chan bool) {
	behind := strings.TrimSuffix(strings.TrimPrefix(reference(t), "ws://"), "/")
	hangs = make(chan bool, 1)
	return raw(t, func(n int, conn net.Conn) {
		if n > 1+cases { // the probe is the first
			select {
			case hangs <- true:
			default:
			}
			drain(conn)
			return
		}
		m := &mortal{behind: "ws://" + behind, octets: []byte("no client says so")}
		m.relay(conn)
		m.running.Wait()
	}), hangs
}

// partial checks that the report is of a run that ended after three cases of eight.
func partial(t *testing.T, dir, why string) {
	t.Helper()
	r := readReport(t, dir)
	if r.Summary.Cases != 8 || r.Summary.Ran != 3 || r.Summary.Verdicts[verdict.Pass] != 3 || !strings.Contains(r.Interrupted, why) {
		t.Errorf("%d of %d cases ran, %d passed, interrupted is %q; want 3 of 8, and %q", r.Summary.Ran, r.Summary.Cases, r.Summary.Verdicts[verdict.Pass], r.Interrupted, why)
	}
}

// Each signal that asks the command to end leaves the report of what had ended.
func TestSignalsEndARunInOrder(t *testing.T) {
	// Under nohup, a child ignores SIGHUP as its parent does. What the parent catches, it
	// does not ignore.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	for name, s := range map[string]os.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP, "SIGQUIT": syscall.SIGQUIT} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url, hangs := hangsAfter(t, 3)
			p := startOwn(t, nil, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--out", dir)
			<-hangs
			p.signal(s)
			p.ends(exitHarness)
			if want := "interrupted by " + name + ": 3 cases had ended"; !strings.Contains(p.stderr.String(), want) {
				t.Errorf("standard error is %q, want %q", p.stderr.String(), want)
			}
			partial(t, dir, "interrupted by "+name)
		})
	}
}

// A reader of standard output that goes, as that of `wsspec … | head -1` does, ends the
// run in order.
func TestAReaderThatGoesEndsTheRun(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	url, _ := hangsAfter(t, 0)
	p := startOwn(t, w, "server", url, "--run", "1.1", "--timeout", "1m")
	w.Close()
	p.ends(exitHarness)
	if want := "nobody reads standard output any more: 0 cases had ended"; !strings.Contains(p.stderr.String(), want) {
		t.Errorf("standard error is %q, want %q", p.stderr.String(), want)
	}
}

// A second Ctrl-C does not wait for anything.
func TestASecondInterruptEndsAtOnce(t *testing.T) {
	addr, came, gone := lives(t)
	// The client heeds no signal; the run waits for it.
	args := append([]string{"client", "--listen", "127.0.0.1:0", "--run", "1.1", "--driver"}, client(t, "parent that stays", addr, "{url}")...)
	p := startOwn(t, nil, args...)
	came()
	p.signal(os.Interrupt)
	_ = p.cmd.Process.Signal(os.Interrupt) // it may have ended by the first
	p.ends(exitHarness)
	gone()
}

// Output that does not arrive is an error.
func TestAFullDiskBehindStandardOutput(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /dev/full")
	}
	for _, args := range [][]string{{"server", reference(t), "--run", "1.1.1"}, {"list"}, {"explain", "1.1.1"}, {"version"}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := startOwn(t, full, args...)
		full.Close()
		p.ends(exitHarness)
		if !strings.Contains(p.stderr.String(), "cannot write to standard output") {
			t.Errorf("%q says %q", args, p.stderr.String())
		}
	}
}

// What a client or a server starts never outlives the command, though it has left the
// process group, and whether the command ends or is killed.
func TestNothingOutlivesTheCommand(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can find what has left its process group")
	}
	t.Run("a client in a session of its own", func(t *testing.T) {
		addr, came, gone := lives(t)
		line := command(t, "setsid", addr) + "; exec " + command(t, "echo", "{url}")
		wsspec(t, "client", "--run", "1.1.2", "--profile", "plain", "--", "sh", "-c", line).want(t, exitPass)
		came()
		gone()
	})
	for _, kind := range []string{"setsid", "child"} {
		t.Run("the command is killed: "+kind, func(t *testing.T) {
			addr, came, gone := lives(t)
			p := startOwn(t, nil, "server", "--start", command(t, kind, addr)+"; exec "+command(t, "mute"), "ws://"+freeport.Addr(t)+"/", "--wait", "1m")
			came()
			p.signal(syscall.SIGKILL)
			_ = p.cmd.Wait()
			gone()
		})
	}
	t.Run("a service ended by a signal", func(t *testing.T) {
		addr, came, gone := lives(t)
		p := startOwn(t, nil, append([]string{"client", "--driver", "--run", "1.1"}, "--", "sh", "-c", command(t, "setsid", addr)+"; exec "+command(t, "mute")+" {url}")...)
		came()
		p.signal(syscall.SIGTERM)
		p.ends(exitHarness)
		gone()
	})
}

// A service that is ended before its clients have run all cases is not complete.
func TestAServiceThatIsEnded(t *testing.T) {
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := startOwn(t, w, "client", "--listen", "127.0.0.1:0", "--run", "1.1", "--out", dir)
	w.Close()
	line := make([]byte, 200)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	url, _, _ := strings.Cut(strings.TrimPrefix(string(line[:n]), "listening on "), " ")
	for _, n := range []string{"1", "2", "3"} {
		wsspec(t, "echo", "--connect", url+"/runCase?case="+n+"&agent=mine").want(t, exitPass)
	}
	// The verdict on the third is there when its report is.
	wsspec(t, "echo", "--connect", url+"/updateReports?agent=mine").want(t, exitPass)
	p.signal(syscall.SIGTERM)
	p.ends(exitHarness)
	partial(t, dir, "interrupted by SIGTERM")
	if _, err := os.Stat(filepath.Join(dir, "junit.xml")); err != nil {
		t.Error(err)
	}
}

// A bound on the whole run leaves what had ended, and says what is missing.
func TestMaxTime(t *testing.T) {
	dir := t.TempDir()
	url, _ := hangsAfter(t, 3)
	o := wsspec(t, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "1m", "--max-time", "1s", "--out", dir)
	o.want(t, exitHarness, "--max-time 1s is over: 3 cases had ended", "NOT RUN 5 cases")
	partial(t, dir, "--max-time 1s is over")
}
