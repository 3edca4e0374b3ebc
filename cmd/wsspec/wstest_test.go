package main

import (
	"errors"
	"fmt"
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
		{"wstest -m echoserver", "the mode echoserver is not supported; its part is played by: wsspec echo"},
		{"wstest -m testeeclient", "wsspec echo --drive URL"},
		{"wstest -m massconnect", "the mode massconnect is not supported: there are fuzzingclient and fuzzingserver"},
		{"wstest -m fuzzing", `there is no mode "fuzzing"`},
		{"wstest -m fuzzingclient", "there is no spec file fuzzingclient.json; -s names one"},
		{"wstest -m fuzzingserver -s no.json", "there is no spec file no.json; -s names one"},
		{"wstest -m fuzzingserver -s two.json", "this is the file of a fuzzing client"},
		{"wstest -m fuzzingclient -s two.json -w ws://c/", "-w names one server, and two.json lists 2"},
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
