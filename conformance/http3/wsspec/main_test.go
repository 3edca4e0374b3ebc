package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/freeport"
)

// The test is the program where nobody calls it as a test. Its guard has no arguments.
func TestMain(m *testing.M) {
	if !slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.") }) {
		main()
		return
	}
	os.Exit(m.Run())
}

// wsspec runs the program and returns its standard output and its exit code.
func wsspec(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	_ = cmd.Run()
	if said.Len() > 0 {
		t.Logf("standard error: %s", &said)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// The program tests a server over HTTP/3, and is one. The reference passes the cases about that
// and others, and the report names the transport.
func TestTheReferenceOverHTTP3(t *testing.T) {
	out := t.TempDir()
	address := freeport.Addr(t)
	stdout, code := wsspec(t, "server", "--http3", "--profile", "plain", "--out", out, "--run", "rfc9220/*", "--run", "[1-7].*", "--run", "rfc6455/*", "--run", "12.1.1", "--slow", "3",
		"--start", os.Args[0]+" echo --http3 --addr "+address+" --cert {cert} --key {key}", "wss://"+address+"/")
	if code != 0 || !strings.Contains(stdout, "cases over HTTP/3") || strings.Contains(stdout, "failed") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	if stdout, _ := wsspec(t, "report", out, "--format", "markdown"); !strings.Contains(stdout, "It was tested over HTTP/3.") {
		t.Errorf("the report does not name the transport: %s", stdout)
	}
}

// The program says which version it is.
func TestVersion(t *testing.T) {
	if stdout, code := wsspec(t, "version"); code != 0 || !strings.HasPrefix(stdout, "wsspec devel") {
		t.Errorf("exit code %d: %q", code, stdout)
	}
}
