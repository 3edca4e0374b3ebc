package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// The test binary replaces the programs that run starts, under their names. The file
// "play" beside it says what the programs do. They record what they did in "diary".
func TestMain(m *testing.M) {
	switch name := filepath.Base(os.Args[0]); name {
	case "wsspec", "peers":
		os.Exit(actor{name, filepath.Dir(os.Args[0])}.act(os.Args[1:]))
	}
	os.Exit(m.Run())
}

type actor struct{ name, dir string }

func (a actor) act(args []string) int {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	switch a.name + " " + args[0] {
	case "peers list":
		if args[2] == "client" {
			fmt.Print("one\n")
			return 0
		}
		fmt.Print("one\ntwo\n")
	case "peers serve":
		fmt.Fprintln(os.Stderr, "a library complains")
		fmt.Print("one listening on ws://one/\ntwo listening on ws://two/\nchatter\n")
		return a.serve("peers", interrupts)
	case "wsspec echo":
		if a.plays("ref dies at once") {
			return 7
		}
		fmt.Print("listening on ws://ref/\n")
		if a.plays("ref dies later") {
			_, _ = io.Copy(io.Discard, os.Stdin)
			return 7
		}
		return a.serve("ref", interrupts)
	case "wsspec server", "wsspec client":
		return a.test(args, interrupts)
	}
	return 0
}

// test prints what it tests, and writes a report.
func (a actor) test(args []string, interrupts <-chan os.Signal) int {
	role := args[0]
	at := slices.Index(args, "--out")
	dir := args[at+1]
	fmt.Println("tested", role, strings.ReplaceAll(strings.Join(append(args[1:at:at], args[at+2:]...), " "), a.dir+string(filepath.Separator), ""))
	if a.plays("the test waits") {
		a.writes("the test began")
		<-interrupts
		a.writes("the test was interrupted")
		return 3
	}
	if a.plays("nothing can be tested") {
		return 3
	}
	agent, _, _ := strings.Cut(args[1], "=")
	if role == "client" {
		agent = args[3] // behind --worker --agent
	}
	agents := []string{agent}
	r := &reports.Report{Tool: reports.Tool{Name: "wsspec"}, Profile: "quick"}
	for _, agent := range agents {
		r.Targets = append(r.Targets, reports.Target{Agent: agent, Role: verdict.Role(role), URL: "ws://" + agent})
		r.Results = append(r.Results, reports.Result{
			Agent: agent, Role: verdict.Role(role), ID: "1.1.1", Title: "a case", Level: verdict.Must, Attempts: 1,
			Verdict: verdict.Warn, Behavior: verdict.NonStrict, BehaviorClose: verdict.CloseOK,
		})
	}
	if err := reports.WriteFile(filepath.Join(dir, "report.json"), r); err != nil {
		panic(err)
	}
	switch {
	case a.plays("ref is worse") && slices.Contains(agents, "ref"):
		return 4
	case a.plays("ref is worse"), a.plays("one does not conform") && agents[0] == "one":
		return 1
	}
	return 0
}

// serve runs until it is interrupted or standard input closes, and records its end.
func (a actor) serve(name string, interrupts <-chan os.Signal) int {
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	select {
	case <-closed:
	case <-interrupts:
	}
	a.writes(name + " ended")
	return 0
}

func (a actor) plays(what string) bool {
	play, err := os.ReadFile(filepath.Join(a.dir, "play"))
	return err == nil && string(play) == what
}

func (a actor) writes(line string) {
	f, err := os.OpenFile(filepath.Join(a.dir, "diary"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, line)
}

// stage prepares the two programs and the file "play".
func stage(t *testing.T, play string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"wsspec", "peers"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Skipf("symbolic links, which this test needs, are not available: %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "play"), []byte(play), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		play   string
		args   []string
		code   int
		stdout string
		stderr string // a part of standard error
		diary  []string
	}{
		{
			play: "all is well", args: []string{"--run", "1.*"},
			stdout: "tested server ref=ws://ref/ --run 1.*\ntested server one=ws://one/ --run 1.*\ntested server two=ws://two/ --run 1.*\n" +
				"tested client --worker --agent ref --run 1.* -- wsspec echo --connect -\n" +
				"tested client --worker --agent one --run 1.* -- peers connect --peer one -\n",
			diary: []string{"peers ended", "ref ended"},
		},
		{
			play: "all is well", args: []string{"--without-ref", "--role", "server", "--quiet"},
			stdout: "tested server one=ws://one/ --quiet\ntested server two=ws://two/ --quiet\n",
			diary:  []string{"peers ended"},
		},
		{
			play: "one does not conform", args: []string{"--role=client"}, code: 1,
			stdout: "tested client --worker --agent ref -- wsspec echo --connect -\ntested client --worker --agent one -- peers connect --peer one -\n",
		},
		{
			play: "ref is worse", code: 4, // worse than exit code 1
			stdout: "tested server ref=ws://ref/\ntested server one=ws://one/\ntested server two=ws://two/\n" +
				"tested client --worker --agent ref -- wsspec echo --connect -\ntested client --worker --agent one -- peers connect --peer one -\n",
			diary: []string{"peers ended", "ref ended"},
		},
		{
			play: "nothing can be tested", args: []string{"--role", "server"}, code: 3,
			stdout: "tested server ref=ws://ref/\ntested server one=ws://one/\ntested server two=ws://two/\n",
			diary:  []string{"peers ended", "ref ended"},
		},
		{
			play: "ref dies at once", args: []string{"--role", "server"}, code: 3,
			stderr: "wsspec echo: exited when 0 of its 1 servers were listening",
		},
		{
			play: "ref dies later", args: []string{"--role", "server"}, code: 3,
			stdout: "tested server ref=ws://ref/\ntested server one=ws://one/\ntested server two=ws://two/\n",
			stderr: "wsspec echo: exit status 7",
			diary:  []string{"peers ended"},
		},
		{play: "all is well", args: []string{"--role", "proxy"}, code: 3, stderr: "--role proxy: want server or client"},
		{play: "all is well", args: []string{"--out"}, code: 3, stderr: "--out needs a value"},
	} {
		t.Run(strings.Join(append([]string{tt.play}, tt.args...), " "), func(t *testing.T) {
			dir := stage(t, tt.play)
			stdout, stderr := stream(t, dir, "stdout"), stream(t, dir, "stderr")
			code := run(t.Context(), filepath.Join(dir, "wsspec"), filepath.Join(dir, "peers"), tt.args, stdout, stderr)
			if code != tt.code {
				t.Errorf("exit code %d, want %d; standard error:\n%s", code, tt.code, read(dir, "stderr"))
			}
			if d := cmp.Diff(tt.stdout, read(dir, "stdout")); d != "" {
				t.Errorf("standard output (-want +got):\n%s", d)
			}
			if got := read(dir, "stderr"); tt.stderr == "" && got != "" || !strings.Contains(got, tt.stderr) {
				t.Errorf("standard error %q, want %q", got, tt.stderr)
			}
			if got := read(dir, "peers.log"); slices.Contains(tt.diary, "peers ended") && got != "a library complains\n" {
				t.Errorf("peers.log has %q, want the library's complaint", got)
			}
			if d := cmp.Diff(tt.diary, diary(dir)); d != "" {
				t.Errorf("actions of the servers (-want +got):\n%s", d)
			}
		})
	}
}

// All runs result in one report and one baseline. The parts of an earlier run are removed.
func TestRunMerges(t *testing.T) {
	dir := stage(t, "all is well")
	out, known := filepath.Join(dir, "out"), filepath.Join(dir, "known.json")
	stale := filepath.Join(out, "parts", "client-gone")
	if err := os.MkdirAll(stale, 0o777); err != nil {
		t.Fatal(err)
	}
	args := []string{"--out", out, "--write-baseline=" + known}
	if code := run(t.Context(), filepath.Join(dir, "wsspec"), filepath.Join(dir, "peers"), args, stream(t, dir, "stdout"), stream(t, dir, "stderr")); code != 0 {
		t.Fatalf("exit code %d: %s", code, read(dir, "stderr"))
	}
	r, err := reports.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, target := range r.Targets {
		got = append(got, target.Agent+" "+string(target.Role))
	}
	if d := cmp.Diff([]string{"ref server", "one server", "two server", "ref client", "one client"}, got); d != "" || len(r.Results) != 5 {
		t.Errorf("%d results of (-want +got):\n%s", len(r.Results), d)
	}
	for _, name := range []string{"index.html", "junit.xml"} {
		if read(out, name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	b, err := reports.ReadBaselineFile(known)
	if err != nil {
		t.Fatal(err)
	}
	if !b.Knows("one", verdict.Server) || !b.Knows("one", verdict.Client) {
		t.Errorf("the baseline has %v, want both roles of one", b.Agents)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a part of an earlier run still exists")
	}
}

// An interrupt reaches the running test, and everything ends.
func TestRunInterrupted(t *testing.T) {
	dir := stage(t, "the test waits")
	ctx, interrupt := context.WithCancel(t.Context())
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer interrupt()
		_, _ = bufio.NewReader(out).ReadString('\n') // the test has started
	}()
	code := run(ctx, filepath.Join(dir, "wsspec"), filepath.Join(dir, "peers"), nil, in, stream(t, dir, "stderr"))
	if code != exitHarness {
		t.Errorf("exit code %d, want %d", code, exitHarness)
	}
	want := []string{"peers ended", "ref ended", "the test began", "the test was interrupted"}
	if d := cmp.Diff(want, slices.Compact(diary(dir))); d != "" { // several tests may have begun
		t.Errorf("actions of the programs (-want +got):\n%s", d)
	}
}

// If the start of a program is interrupted, start returns when the program has exited.
func TestStartInterrupted(t *testing.T) {
	dir := stage(t, "all is well")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := start(ctx, program{path: filepath.Join(dir, "peers"), args: []string{"serve"}, servers: 3, stderr: stream(t, dir, "stderr")})
	if err == nil || !strings.Contains(err.Error(), "peers serve: interrupted") || strings.Contains(err.Error(), "killed") {
		t.Errorf("error %v, want one that says only that peers serve was interrupted", err)
	}
}

// stream opens a file that replaces a standard stream.
func stream(t *testing.T, dir, name string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// read returns the content of a file, or "" if the file does not exist.
func read(dir, name string) string {
	octets, _ := os.ReadFile(filepath.Join(dir, name))
	return string(octets)
}

// diary returns the sorted records of the programs, which exit in any order.
func diary(dir string) []string {
	var lines []string
	for line := range strings.Lines(read(dir, "diary")) {
		lines = append(lines, strings.TrimSpace(line))
	}
	slices.Sort(lines)
	return lines
}
