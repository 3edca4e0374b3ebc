package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
)

// actMortal is a server that panics when it gets a text frame of 125 octets.
func actMortal(ctx context.Context, addr string) int {
	r, w := io.Pipe()
	go func() { run(ctx, []string{"echo", "--addr", "127.0.0.1:0"}, strings.NewReader(""), w, os.Stderr) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return 9
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 8
	}
	m := &mortal{listener: l, behind: strings.TrimPrefix(strings.TrimSpace(line), "listening on "), octets: []byte(frameOf125)}
	m.die = func() {
		fmt.Fprintln(os.Stderr, "panic: a frame of 125 octets\n\ngoroutine 1 [running]:"+strings.Repeat("\nmain.go", 2000))
		os.Exit(2) // at once, with all its connections, as a process that crashes does
	}
	m.serve()
	return 0
}

// command is the shell's line that starts a stand-in.
func command(t *testing.T, kind string, args ...string) string {
	t.Helper()
	var words []string
	for _, word := range client(t, kind, args...)[1:] {
		words = append(words, "'"+word+"'")
	}
	return strings.Join(words, " ")
}

// notListening fails the test if something listens at the address.
func notListening(t *testing.T, addr string) {
	t.Helper()
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Errorf("the server at %s still listens", addr)
	}
}

// wsspec starts the server, waits until it listens, and ends it with its children.
func TestStart(t *testing.T) {
	addr := freeport.Addr(t)
	childAddr, came, gone := lives(t)
	wsspec(t, "server", "--start", command(t, "server with a child", childAddr, addr), "ws://"+addr+"/", "--run", "1.1", "--agent", "mine").want(t, exitPass, "mine: 8 of 8 cases: 8 passed")
	came()
	gone()
	notListening(t, addr)
}

// A server that crashes is started again, and its last words are in the result of the
// case that ended it. No other case fails.
func TestStartAgainAfterACrash(t *testing.T) {
	for _, parallel := range []string{"1", "16"} {
		t.Run("parallel "+parallel, func(t *testing.T) {
			addr, dir := freeport.Addr(t), t.TempDir()
			o := wsspec(t, "server", "--start", command(t, "mortal server", addr), "ws://"+addr+"/", "--run", "1.1", "--run", "2.*", "--profile", "plain", "--parallel", parallel, "--out", dir, "--agent", "mine", "--transcripts", dir)
			o.want(t, exitNonconformant, "mine: 19 of 19 cases: 18 passed, 1 failed\n", "FAIL 1.1.2 ", "The server stopped serving after this case. It served again after ", "Its process ended: exit status 2.")
			for _, res := range readReport(t, dir).Results {
				if res.ID != "1.1.2" {
					continue
				}
				var notes string
				for _, e := range res.Transcript {
					notes += e.Text + "\n"
				}
				if res.Verdict != verdict.Fail || !strings.Contains(notes, "the server's standard error: panic: a frame of 125 octets\n") {
					t.Errorf("1.1.2: %s, with the transcript\n%s\nwant a failure, with the server's last words", res.Verdict, notes)
				}
			}
			sends125(t, filepath.Join(dir, "mine-server", "1.1.2.jsonl"))
			notListening(t, addr)
		})
	}
}

// A server that ends at once, or never listens, or is not the one that listens, is an
// error that says so, and nothing is tested.
func TestServersThatDoNotStart(t *testing.T) {
	addr := freeport.Addr(t)
	taken := strings.TrimSuffix(strings.TrimPrefix(reference(t), "ws://"), "/")
	for _, tt := range []struct {
		name, command, addr string
		code                int
		says                []string
	}{
		{"a command that is not there", "/no/such/server", addr, exitHarness, []string{"the server ended before it took a connection at " + addr, "exit status 127", "/no/such/server"}},
		{"one that ends", command(t, "bad server"), addr, exitHarness, []string{"exit status 4", "its last words: cannot read the file \ufffd[31mconfig.toml"}},
		{"one that goes into the background", command(t, "mute") + " &", addr, exitHarness, []string{"exit status 0", "takes a command that runs until it is ended"}},
		{"one that never listens", "echo loading >&2; " + command(t, "mute"), addr, exitHarness, []string{"took no connection at " + addr + " within 300ms", "--wait", "its last words: loading"}},
		{"another one listens", command(t, "server", taken), taken, exitHarness, []string{"another program listens at " + taken}},
		{"none", " ", addr, exitUsage, []string{"--start needs a command"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wait := "10s"
			if strings.Contains(tt.name, "never") {
				wait = "300ms"
			}
			o := wsspec(t, "server", "--start", tt.command, "--wait", wait, "ws://"+tt.addr+"/", "--run", "1.1.1")
			o.want(t, tt.code, tt.says...)
			if o.stdout != "" {
				t.Errorf("standard output has %q", o.stdout)
			}
		})
	}
}

// A server that dies in its first opening handshake is told with its last words.
func TestAServerThatDiesInTheProbe(t *testing.T) {
	addr := freeport.Addr(t)
	line := command(t, "mortal server", addr) + " || exit 7"
	o := wsspec(t, "server", "--start", line, "ws://"+addr+"/", "--header", "X: "+frameOf125, "--wait", "5s", "--run", "1.1.1")
	o.want(t, exitHarness, "the server's process ended: exit status 7", "panic: a frame of 125 octets")
}

// Ctrl-C ends the server as well.
func TestStartInterrupted(t *testing.T) {
	childAddr, came, gone := lives(t)
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan outcome, 1)
	go func() {
		ended <- wsspecUntil(ctx, "server", "--start", command(t, "child", childAddr), "ws://"+freeport.Addr(t)+"/", "--wait", "1m")
	}()
	came()
	interrupt()
	gone()
	select {
	case o := <-ended:
		o.want(t, exitHarness)
	case <-time.After(20 * time.Second):
		t.Error("the run goes on")
	}
}
