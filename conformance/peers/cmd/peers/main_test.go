package main

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// asCommand is an environment variable that makes the test binary run as the command.
const asCommand = "PEERS_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// command prepares a process that runs the command. The process is killed at the end of
// the test.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stderr = t.Output()
	return cmd
}

// wantExit waits until the process exits, and fails the test unless it exits with the
// code.
func wantExit(t *testing.T, cmd *exec.Cmd, code int) {
	t.Helper()
	kill := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer kill.Stop()
	_ = cmd.Wait() // its error only repeats the exit code
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("%s: %s, want exit code %d", cmd.Args[1:], cmd.ProcessState, code)
	}
}

func TestServeAllUntilStdinCloses(t *testing.T) {
	cmd := command(t, "serve", "--all", "--until-stdin-closes")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	line := regexp.MustCompile(`^(\w+) listening on ws://(127\.0\.0\.1:\d+)/\n$`)
	lines := bufio.NewReader(stdout)
	addrs := make(map[string]string)
	for _, p := range peers {
		got, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		match := line.FindStringSubmatch(got)
		if match == nil || match[1] != p.name {
			t.Fatalf("printed %q, want the address of %s", got, p.name)
		}
		addrs[p.name] = match[2]
	}
	var open []*raw
	for _, addr := range addrs {
		r := dialRaw(t, addr, "")
		r.wantEcho(textFrame, []byte("hello"))
		open = append(open, r)
	}

	stdin.Close()
	wantExit(t, cmd, 0)
	for _, r := range open {
		r.wantEnd()
	}
}

func TestServeOneUntilTerminated(t *testing.T) {
	cmd := command(t, "serve", "--peer", "gobwas")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(line, "listening on ws://"), "/\n")
	dialRaw(t, addr, "").wantEcho(textFrame, []byte("hello"))

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wantExit(t, cmd, 0)
}

func TestConnectExitCodes(t *testing.T) {
	for _, tt := range clients {
		t.Run(tt.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			url := "ws://" + listener.Addr().String() + "/"

			cmd := command(t, "connect", "--peer", tt.name, url)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			r := acceptRaw(t, listener, "", nil)
			r.send(fin|closeFrame, status(1000))
			r.wantClose(1000)
			r.conn.Close()
			wantExit(t, cmd, 0)

			listener.Close()
			cmd = command(t, "connect", "--peer", tt.name, url)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wantExit(t, cmd, 1)
			want := "peers: " + tt.name + " could not connect: "
			if said := stderr.String(); !strings.HasPrefix(said, want) || !strings.Contains(said, "refused") {
				t.Errorf("said %q, want %q… and that it was refused", said, want)
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		args   string
		code   int
		stdout string
		stderr string // the beginning of standard error
	}{
		{args: "list", stdout: "gorilla\ncoder\ngobwas\ngws\nxnet\n"},
		{args: "list --role client", stdout: "gorilla\ncoder\ngobwas\ngws\n"},
		{args: "help", stdout: usage},
		{args: "serve --help", stdout: usage},
		{args: "", code: 2, stderr: "peers: no command given\n"},
		{args: "sing", code: 2, stderr: `peers: unknown command "sing"`},
		{args: "list --role proxy", code: 2, stderr: `peers: list: unknown role "proxy"`},
		{args: "serve", code: 2, stderr: "peers: no --peer given: one of gorilla, coder, gobwas, gws, xnet\n"},
		{args: "serve --peer gorila", code: 2, stderr: `peers: unknown peer "gorila": one of gorilla, `},
		{args: "serve --peer gws --all", code: 2, stderr: "peers: serve: --peer and --all cannot be combined"},
		{args: "serve --all --addr 127.0.0.1:9001", code: 2, stderr: "peers: serve: --all needs port 0"},
		{args: "serve --peer gws extra", code: 2, stderr: `peers: serve: unexpected argument "extra"`},
		{args: "serve --loud", code: 2, stderr: "peers: serve: flag provided but not defined"},
		{args: "serve --peer gws --addr nowhere", code: 1, stderr: "peers: cannot listen for gws: "},
		{args: "connect --peer gws", code: 2, stderr: "peers: connect: no URL given"},
		{args: "connect --peer xnet ws://127.0.0.1:1/", code: 2, stderr: "peers: xnet is a server only"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(strings.Fields(tt.args), strings.NewReader(""), &stdout, &stderr)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if stdout.String() != tt.stdout {
				t.Errorf("printed %q, want %q", stdout.String(), tt.stdout)
			}
			if !strings.HasPrefix(stderr.String(), tt.stderr) || (tt.stderr == "") != (stderr.String() == "") {
				t.Errorf("complained %q, want %q…", stderr.String(), tt.stderr)
			}
		})
	}
}
