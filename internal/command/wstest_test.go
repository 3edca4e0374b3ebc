package command

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestWstestFuzzingClient(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("fuzzingclient.json", fmt.Appendf(nil, `{"cases": ["1.1.*"], "servers": [{"agent": "AutobahnServer", "url": %q}]}`, reference(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "wstest", "-m", "fuzzingclient").want(t, exitPass, "AutobahnServer: 8 of 8 cases: 8 passed")
	if got := index(t, "reports/servers"); len(got["AutobahnServer"]) != 8 {
		t.Errorf("index %v", got)
	}
	wsspec(t, "wstest", "--mode", "fuzzingclient", "--spec", "fuzzingclient.json", "-w", leaves(t)).want(t, exitNonconformant, "FAIL 1.1.2 ")
}

// -w is enough: the file need not name a server, and need not exist.
func TestWstestWithAURL(t *testing.T) {
	t.Chdir(t.TempDir())
	url := reference(t)
	if err := os.WriteFile("cases.json", []byte(`{"cases": ["1.1.*"], "outdir": "out"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "wstest", "-m", "fuzzingclient", "-s", "cases.json", "-w", url).want(t, exitPass, "8 of 8 cases: 8 passed")
	if got := index(t, "out"); len(got) != 1 {
		t.Errorf("index %v", got)
	}
	if err := os.WriteFile("fuzzingserver.json", []byte(`{"cases": ["1.1.*"], "outdir": "clients"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serves(t, "wstest", "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0")
	s.drives("mine")
	s.wait().want(t, exitPass, "mine: 8 of 8 cases: 8 passed")
	// Without any file all cases are chosen. The folder that cannot be written keeps
	// them from running here.
	if err := os.WriteFile("reports", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "wstest", "-m", "fuzzingclient", "-w", url).want(t, exitHarness, "reports is not a folder")
}

// A folder that cannot be written is noticed before the first case.
func TestFoldersAreChecked(t *testing.T) {
	connected := false
	url := raw(t, func(int, net.Conn) { connected = true })
	file := specFile(t, fmt.Sprintf(`{"outdir": "/dev/null/reports", "cases": ["1.1.1"], "servers": [{"url": %q}]}`, url))
	for _, args := range [][]string{
		{"wstest", "-m", "fuzzingclient", "-s", file},
		{"server", "--spec", file},
		{"server", url, "--out", "/dev/null/x"},
		{"server", url, "--autobahn-out", "/dev/null"},
		{"client", "--listen", "127.0.0.1:0", "--out", file},
	} {
		o := wsspec(t, args...)
		o.want(t, exitHarness, "cannot write ", "is not a folder")
		if o.stdout != "" || connected {
			t.Errorf("%v: connected %t, and said %s", args, connected, o.stdout)
		}
	}
	// Nothing is made by looking.
	dir := t.TempDir()
	if err := canWrite(filepath.Join(dir, "a", "b")); err != nil || len(files(t, dir)) != 0 {
		t.Errorf("%v, and the folder has %v", err, files(t, dir))
	}
}

// What the command line means depends on the name that the program is called by.
func TestArguments(t *testing.T) {
	for _, tt := range []struct {
		argv, want string
		wstest     bool
	}{
		{"/usr/bin/wsspec server ws://a/", "server ws://a/", false},
		{"wsspec", "", false},
		{"/opt/pypy/bin/wstest -m fuzzingclient", "wstest -m fuzzingclient", true},
		{"wstest.exe", "wstest", true},
		{"wsspec-image server ws://a/", "server ws://a/", false},
		{"wsspec-image --help", "--help", false},
		{"wsspec-image", "", false},
		{"wsspec-image wsspec server ws://a/", "server ws://a/", false},
		{"wsspec-image wsspec wstest -m fuzzingclient", "wstest -m fuzzingclient", false},
		{"wsspec-image wstest -m fuzzingclient", "wstest -m fuzzingclient", true},
		{"/usr/local/bin/wsspec-image /opt/pypy/bin/wstest -m fuzzingclient", "wstest -m fuzzingclient", true},
	} {
		argv := strings.Fields(tt.argv)
		if got := strings.Join(arguments(argv), " "); got != tt.want || calledWstest(argv) != tt.wstest {
			t.Errorf("%s means %q, as wstest %t", tt.argv, got, calledWstest(argv))
		}
	}
}

func TestWstestFuzzingServer(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("my.json", []byte(`{"url": "ws://127.0.0.1:9", "cases": ["1.1.*"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serves(t, "wstest", "-m", "fuzzingserver", "-s", "my.json", "-w", "ws://127.0.0.1:0")
	s.drives("mine")
	s.wait().want(t, exitPass, "mine: 8 of 8 cases: 8 passed")
	if got := index(t, "reports/clients"); len(got["mine"]) != 8 {
		t.Errorf("index %v", got)
	}
}

func TestWstestRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("two.json", []byte(`{"cases": ["*"], "servers": [{"url": "ws://a/"}, {"url": "ws://b/"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, says string }{
		{"wstest", "which mode? -m fuzzingclient tests servers"},
		{"wstest -m echoserver", "the mode echoserver is not supported; use instead: wsspec echo"},
		{"wstest -m testeeclient", "wsspec echo --drive URL"},
		{"wstest -m massconnect", "the mode massconnect is not supported: there are fuzzingclient and fuzzingserver"},
		{"wstest -m fuzzing", `there is no mode "fuzzing"`},
		{"wstest -m fuzzingclient", "there is no spec file fuzzingclient.json; -s names one"},
		{"wstest -m fuzzingserver -s no.json", "there is no spec file no.json; -s names one"},
		{"wstest -m fuzzingserver -s two.json", "this is the file of a fuzzing client"},
		{"wstest -m fuzzingclient -s two.json -w ws://c/", `two.json: "servers" has 2 servers, and one URL takes the place of one server`},
		{"wstest -m fuzzingclient -s no.json -w ws://c/", "there is no spec file no.json; -s names one"},
		{"wstest -m fuzzingclient -w c", "no WebSocket URL"},
		{"wstest fuzzingclient", `unknown command "fuzzingclient"`},
	} {
		o := wsspec(t, strings.Fields(tt.args)...)
		o.want(t, exitUsage, tt.says)
		if o.stdout != "" {
			t.Errorf("%s says %q", tt.args, o.stdout)
		}
	}
	if got := files(t, "."); len(got) != 1 {
		t.Errorf("files were written: %v", got)
	}
}

// Called by Autobahn's name the program is its command, and leaves the verdicts
// to who reads them.
func TestCalledWstest(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable() // which is main, by that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "wstest")
	if err := os.Symlink(self, program); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	spec := specFile(t, fmt.Sprintf(`{"outdir": %q, "cases": ["1.1.2"], "servers": [{"agent": "bad", "url": %q}]}`, dir+"/out", leaves(t)))
	out, err := exec.Command(program, "-m", "fuzzingclient", "-s", spec).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "FAIL 1.1.2 ") {
		t.Errorf("%v: %s; want exit code 0, and the failure", err, out)
	}
	if got := index(t, dir+"/out"); !strings.HasPrefix(got["bad"]["1.1.2"], "FAILED/") {
		t.Errorf("index %v", got)
	}
	out, err = exec.Command(program, "-m", "fuzzingclient", "-s", spec+".not").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage {
		t.Errorf("%v: %s; want exit code 2", err, out)
	}
}
