package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary stands in for the clients that wsspec starts: called with this
// as its first argument it is one, and the second says of what kind.
const actAs = "act-as"

func TestMain(m *testing.M) {
	if guard() {
		return
	}
	if len(os.Args) > 2 && os.Args[1] == actAs {
		os.Exit(act(os.Args[2], os.Args[3:]))
	}
	if calledWstest(os.Args) {
		Main()
	}
	// The race detector has a program wait a second at its end, each time.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// act is a client under test.
func act(kind string, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	wsspec := func(args ...string) int { return run(ctx, args, os.Stdin, os.Stdout, os.Stderr) }
	switch kind {
	case "wsspec": // ARG...: this program itself
		return program(append([]string{"wsspec"}, args...))
	case "setsid": // ADDR: starts a child in a session of its own, and ends
		if !spawn(args[0], newSession()) {
			return 9
		}
	case "echo": // URL
		return wsspec("echo", "--connect", args[0])
	case "subscriber": // URL: wants a greeting, and sends nothing back
		if !subscribe(ctx, args[0]) {
			return 9
		}
	case "worker": // KIND: reads URLs from standard input
		return actWorker(ctx, args[0])
	case "driver": // URL
		return wsspec("echo", "--drive", args[0])
	case "talker": // URL: says much and fails
		fmt.Fprint(os.Stderr, "begin ", strings.Repeat("x", 100_000), " end of the story\n")
		return 3
	case "mute": // hangs, and does not heed SIGTERM
		signal.Ignore(syscall.SIGTERM)
		<-make(chan struct{})
	case "parent": // ADDR URL: forks a child that stays
		if !spawn(args[0], nil) {
			return 9
		}
		return wsspec("echo", "--connect", args[1])
	case "parent that stays": // ADDR URL
		child := exec.Command(os.Args[0], actAs, "child", args[0])
		if err := child.Start(); err != nil {
			return 9
		}
		_ = child.Wait()
	case "child": // ADDR: holds a connection for as long as it lives
		conn, err := net.Dial("tcp", args[0])
		if err != nil {
			return 9
		}
		fmt.Print(".")
		_, _ = io.Copy(io.Discard, conn)
	case "killed": // URL: runs the case, and ends by a signal
		_ = wsspec("echo", "--connect", args[0])
		self, err := os.FindProcess(os.Getpid())
		if err != nil || self.Kill() != nil {
			return 9
		}
		<-make(chan struct{})
	case "ends with": // STATUS WORDS URL: runs the case, says the words, and ends
		_ = wsspec("echo", "--connect", args[2])
		fmt.Fprintln(os.Stderr, args[1])
		status, err := strconv.Atoi(args[0])
		if err != nil {
			return 9
		}
		return status
	case "server with a child": // ADDR ADDR
		if !spawn(args[0], nil) {
			return 9
		}
		return wsspec("echo", "--addr", args[1])
	case "server": // ADDR
		return wsspec("echo", "--addr", args[0])
	case "server over TLS": // ADDR CERT KEY [FAULT]
		more := []string{}
		if len(args) > 3 {
			more = []string{"--fault", args[3]}
		}
		return wsspec(append([]string{"echo", "--addr", args[0], "--cert", args[1], "--key", args[2]}, more...)...)
	case "server by environment": // ADDR
		return wsspec("echo", "--addr", args[0], "--cert", os.Getenv("WSSPEC_CERT"), "--key", os.Getenv("WSSPEC_KEY"))
	case "server on two ports": // ADDR CERT KEY ADDR
		go wsspec("echo", "--addr", args[3])
		return wsspec("echo", "--addr", args[0], "--cert", args[1], "--key", args[2])
	case "mortal server": // ADDR: panics on a frame of 125 octets
		return actMortal(ctx, args[0])
	case "bad server": // says why, and ends
		fmt.Fprintln(os.Stderr, "cannot read the file \x1b[31mconfig.toml")
		return 4
	case "quitter": // URL: runs one case of many
		return wsspec("echo", "--connect", args[0]+"/runCase?case=1&agent=quitter")
	}
	return 0
}

// spawn starts a child, and returns when it is connected.
func spawn(addr string, attr *syscall.SysProcAttr) bool {
	child := exec.Command(os.Args[0], actAs, "child", addr)
	child.Stderr, child.SysProcAttr = os.Stderr, attr
	said, err := child.StdoutPipe()
	if err != nil || child.Start() != nil {
		return false
	}
	_, _ = said.Read(make([]byte, 1))
	return true
}

// client is the command of a stand-in.
func client(t *testing.T, kind string, args ...string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"--", self, actAs, kind}, args...)
}

// lives listens for a stand-in that is connected for as long as it lives. came
// waits for it, and gone, after that, for its end.
func lives(t *testing.T) (addr string, came, gone func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	var conn net.Conn
	came = func() {
		t.Helper()
		if conn, err = l.Accept(); err != nil {
			t.Fatalf("the child never came: %v", err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	gone = func() {
		t.Helper()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Errorf("the child lives on: %v", err)
		}
	}
	return l.Addr().String(), came, gone
}

// notes are the harness's own lines in the transcript of a report's only result.
func notes(t *testing.T, dir string) (text string) {
	t.Helper()
	r := readReport(t, dir)
	if len(r.Results) != 1 {
		t.Fatalf("%d results, want one", len(r.Results))
	}
	for _, e := range r.Results[0].Transcript {
		if e.Dir == "note" {
			text += e.Text + "\n"
		}
	}
	return text
}

func TestSpawnedClient(t *testing.T) {
	dir := t.TempDir()
	args := append([]string{"client", "--profile", "plain", "--run", "1.1", "--run", "5.19", "--agent", "mine", "--out", dir}, client(t, "echo", "{url}")...)
	wsspec(t, args...).want(t, exitPass, "mine: 9 of 9 cases: 9 passed")
	if r := readReport(t, dir); len(r.Results) != 9 || r.Targets[0].Agent != "mine" || r.Targets[0].Role != "client" {
		t.Errorf("%d results of %v", len(r.Results), r.Targets)
	}
}

// A spawned client's end is in the result: exit code, and the end of what it
// wrote to standard error.
func TestSpawnedClientsThatFail(t *testing.T) {
	for _, tt := range []struct {
		kind, says string
		notes      []string
	}{
		{"talker", "The client ended without having run the case.", []string{"exit status 3", "standard error: xxx", "end of the story"}},
		{"mute", "The client did not connect within 1 s. --slow gives more time.", []string{"was still running", "signal: killed"}},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"client", "--profile", "plain", "--run", "1.1.2", "--timeout", "200ms", "--out", dir}, client(t, tt.kind, "{url}")...)
			wsspec(t, args...).want(t, exitHarness, "FAIL 1.1.2 ", tt.says, "no client connected, so that nothing was tested: "+tt.says)
			got := notes(t, dir)
			for _, want := range tt.notes {
				if !strings.Contains(got, want) {
					t.Errorf("the transcript does not say %q: %q", want, got[max(0, len(got)-200):])
				}
			}
			if len(got) > 2*mostStderr {
				t.Errorf("%d octets are kept, want at most about %d", len(got), mostStderr)
			}
		})
	}
}

// A client that crashes fails its case, though it had done all that the case wants.
func TestClientsThatCrash(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command []string
		// says is what the failure says; empty if the case passes.
		says string
	}{
		{"a signal", client(t, "killed", "{url}"), "The client crashed: signal: killed."},
		{"a signal, through a shell", []string{"--", "sh", "-c", command(t, "killed", "{url}") + "; exit $?"}, "The client crashed: exit status 137."},
		{"Go's panic", client(t, "ends with", "2", "panic: index out of range\n\ngoroutine 1 [running]:", "{url}"), "The client crashed: exit status 2. Its last words: panic: index out of range"},
		{"Go's fatal error", client(t, "ends with", "2", "fatal error: all goroutines are asleep - deadlock!", "{url}"), "The client crashed: exit status 2. Its last words: fatal error: all goroutines are asleep"},
		{"a signal that Go's runtime takes", client(t, "ends with", "2", "SIGSEGV: segmentation violation\nPC=0x0 m=0 sigcode=0", "{url}"), "The client crashed: exit status 2. Its last words: SIGSEGV: segmentation violation"},
		{"Rust's panic", client(t, "ends with", "101", "thread 'main' panicked at src/main.rs:4:5:", "{url}"), "The client crashed: exit status 101. Its last words: thread 'main' panicked"},
		{"an abort", client(t, "ends with", "134", "", "{url}"), "The client crashed: exit status 134."},
		{"a usage error", client(t, "ends with", "2", "usage: client URL", "{url}"), ""},
		{"a failure", client(t, "ends with", "1", "connection closed with 1002", "{url}"), ""},
		{"exit(-1)", client(t, "ends with", "255", "connection closed with 1002", "{url}"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"client", "--profile", "plain", "--run", "1.1.2"}, tt.command...)
			if tt.says == "" {
				wsspec(t, args...).want(t, exitPass, "1 passed")
				return
			}
			wsspec(t, args...).want(t, exitNonconformant, "FAIL 1.1.2 ", tt.says)
		})
	}
}

// A client that wsspec kills has not crashed. The case has no variants, of which each
// would wait for the client's end.
func TestAClientThatIsKilledHasNotCrashed(t *testing.T) {
	addr, came, gone := lives(t)
	line := command(t, "echo", "{url}") + "; exec " + command(t, "child", addr)
	wsspec(t, "client", "--profile", "plain", "--run", "rfc6455/3/1", "--timeout", "500ms", "--", "sh", "-c", line).want(t, exitPass, "1 passed")
	came()
	gone()
}

// If the first clients do not connect, the others are not started.
func TestClientsThatNeverConnect(t *testing.T) {
	args := append([]string{"client", "--profile", "plain", "--run", "[1-6].*", "--timeout", "300ms"}, client(t, "talker", "{url}")...)
	o := wsspec(t, args...)
	o.want(t, exitHarness, "NOT RUN ", "none of the first 32 clients connected", "no client connected, so that nothing was tested", "Its last words: ", "end of the story")
}

// What is started for each case gets an address of its own.
func TestListen(t *testing.T) {
	for _, tt := range []struct {
		listen, url string
	}{
		{":0", "ws://localhost:"},
		{"0", "ws://127.0.0.1:"},
		{"[::1]:0", "ws://[::1]:"},
		{"localhost:0", "ws://127.0.0.1:"},
	} {
		s := serves(t, "client", "--listen", tt.listen, "--run", "1.1.1")
		if !strings.HasPrefix(s.url, tt.url) {
			t.Errorf("--listen %s serves at %s, want %s…", tt.listen, s.url, tt.url)
		}
		s.drives("mine")
		s.wait().want(t, exitPass)
	}
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--listen", "[::1]:0", "--", "true", "{url}"}, exitUsage, "add --driver"},
		{[]string{"--listen", "localhost"}, exitHarness, "cannot listen on localhost: it has to look like 127.0.0.1:9001"},
		{[]string{"--listen", "70000"}, exitHarness, "cannot listen on 70000: it has to look like"},
		{[]string{"--listen", "127.0.0.1:port"}, exitHarness, "it has to look like"},
	} {
		wsspec(t, append([]string{"client"}, tt.args...)...).want(t, tt.code, tt.says)
	}
}

// What a client starts is ended with it, whether the client was killed or not.
func TestWhatAClientForksEndsWithIt(t *testing.T) {
	for _, tt := range []struct {
		kind, timeout string
		code          int
	}{{"parent", "5s", exitPass}, {"parent that stays", "500ms", exitHarness}} {
		t.Run(tt.kind, func(t *testing.T) {
			addr, came, gone := lives(t)
			args := append([]string{"client", "--profile", "plain", "--run", "1.1.2", "--timeout", tt.timeout}, client(t, tt.kind, addr, "{url}")...)
			wsspec(t, args...).want(t, tt.code)
			came()
			gone()
		})
	}
}

func TestDriver(t *testing.T) {
	args := append([]string{"client", "--driver", "--run", "1.1", "-v"}, client(t, "driver", "{url}")...)
	wsspec(t, args...).want(t, exitPass, "ref 1.1.1 OK/OK\n", "ref: 8 of 8 cases: 8 passed\n")
}

// Some cases want the client to refuse the opening. A driver goes on behind them.
func TestDriverBehindRefusedOpenings(t *testing.T) {
	args := append([]string{"client", "--driver", "--run", "rfc6455/4.1/*"}, client(t, "driver", "{url}")...)
	wsspec(t, args...).want(t, exitPass, " cases: ")
}

// A driver that does not run everything leaves a report of what it ran, and an
// exit code that says so.
func TestDriversThatFail(t *testing.T) {
	for _, tt := range []struct {
		kind, timeout string
		says          []string
		results       int
	}{
		{"quitter", "5s", []string{"the driver ended when 1 of 8 cases were run (quitter)", "quitter: 1 of 8 cases: 1 passed, 7 not run"}, 1},
		{"talker", "5s", []string{"the driver ended when 0 of 8 cases were run (no agent)", "exit status 3", "end of the story"}, 0},
		{"mute", "100ms", []string{"the driver did nothing for 1.5s, and was killed"}, 0},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"client", "--driver", "--run", "1.1", "--timeout", tt.timeout, "--out", dir}, client(t, tt.kind, "{url}")...)
			wsspec(t, args...).want(t, exitHarness, tt.says...)
			switch got := len(files(t, dir)); {
			case tt.results == 0 && got != 0:
				t.Errorf("an empty report was written: %v", files(t, dir))
			case tt.results != 0:
				r := readReport(t, dir)
				if r.Summary.Ran != tt.results || r.Summary.Cases != 8 || !strings.Contains(r.Interrupted, "the driver ended") {
					t.Errorf("%d of %d cases ran, interrupted is %q; want %d of 8", r.Summary.Ran, r.Summary.Cases, r.Interrupted, tt.results)
				}
			}
		})
	}
}

func TestCommandsThatCannotBeStarted(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"client -- /no/such/program {url}", exitHarness, "cannot start the client: "},
		{"client --driver -- no-such-program-here {url}", exitHarness, "no-such-program-here"},
		{"client -- true", exitUsage, "the command has no {url}"},
		{"client --driver -- true", exitUsage, "the command has no {url}"},
		{"client --driver", exitUsage, "--driver starts a command; there is none behind --"},
		{"client ./echo {url}", exitUsage, "A command to start stands behind --"},
		{"client --run 99.* -- true {url}", exitUsage, "--run 99.* matches no case"},
	} {
		wsspec(t, strings.Fields(tt.args)...).want(t, tt.code, tt.says)
	}
}

// Ctrl-C ends the clients, and leaves the report of what had ended.
func TestInterruptedClients(t *testing.T) {
	for _, driver := range []bool{false, true} {
		t.Run(fmt.Sprint("driver ", driver), func(t *testing.T) {
			addr, came, gone := lives(t)
			ctx, interrupt := context.WithCancel(t.Context())
			args := []string{"client", "--profile", "plain", "--run", "1.1.2"}
			if driver {
				args = append(args, "--driver")
			}
			ended := make(chan outcome, 1)
			args = append(args, client(t, "parent that stays", addr, "{url}")...)
			go func() { ended <- wsspecUntil(ctx, args...) }()
			came()
			interrupt()
			gone()
			select {
			case o := <-ended:
				o.want(t, exitHarness, "interrupted")
			case <-time.After(20 * time.Second):
				t.Error("the run goes on")
			}
		})
	}
}
