package command

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/faulty/overhttp2"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// http2Server starts a server of HTTP/2 and returns its URL.
func http2Server(t *testing.T, f overhttp2.Fault) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- overhttp2.Serve(ctx, l, f, faulty.Fault{}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "ws://" + l.Addr().String() + "/"
}

// A run over HTTP/2 plays the catalogue and the cases about that, names the transport, and
// says why a case does not apply.
func TestServerOverHTTP2(t *testing.T) {
	out := t.TempDir()
	wsspec(t, "server", "--http2", "--out", out, "--run", "7.1.1", "--run", "rfc8441/5/18", "--run", "rfc6455/4.2.1/40", "mine="+http2Server(t, overhttp2.Fault{})).
		want(t, exitPass, "mine: 3 cases over HTTP/2", "3 of 3 cases: 2 passed, 1 skipped")
	r, err := reports.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Targets[0].Transport != "HTTP/2" {
		t.Errorf("the transport in the report is %q", r.Targets[0].Transport)
	}
	wsspec(t, "report", out, "--format", "markdown").want(t, exitPass, "It was tested over HTTP/2.")
	wsspec(t, "report", out, "--format", "text").want(t, exitPass, "It was tested over HTTP/2.")
}

// A server that breaks a rule of RFC 8441 as soon as it is connected fails the cases; one that
// HTTP/2 does not reach is not tested.
func TestServerBelowWebSocket(t *testing.T) {
	setting := overhttp2.Faults()[0]
	wsspec(t, "server", "--http2", "--run", "7.1.1", http2Server(t, setting)).
		want(t, exitNonconformant, "SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2", "RFC 8441 3")
	url := reference(t)
	wsspec(t, "server", "--http2", "--run", "7.1.1", url).
		want(t, exitHarness, "the server does not speak HTTP/2: it sent no frame of HTTP/2. Without --http2, wsspec tests it over HTTP/1.1.")
	wsspec(t, "server", "--run", "rfc8441/5/18", url).want(t, exitPass, "1 of 1 cases: 1 skipped")
}

// The cases over HTTP/2 are listed where somebody asks for them, and are explained.
func TestCasesOverHTTP2AreListed(t *testing.T) {
	listed := wsspec(t, "list", "--http2", "--run", "rfc8441/5/18")
	listed.want(t, exitPass, "rfc8441/5/18  SHOULD  a message and a ping in padded DATA frames")
	wsspec(t, "list", "--rfc", "8441-5").want(t, exitUsage, "matches no case")
	wsspec(t, "explain", "rfc8441/5/18").want(t, exitPass, "connect over HTTP/2; pad each DATA frame", "RFC8441-5-6")
	wsspec(t, "explain", "robust/http2-rapid-reset").want(t, exitPass, "2000 times without a pause")
	wsspec(t, "explain", "RFC8441-4-2").want(t, exitPass, "rfc8441/4/8")
	wsspec(t, "explain", "rfc8441/5/18", "--go").want(t, exitUsage, "a Go test speaks HTTP/1.1")
}

// The reference passes over HTTP/2 what it passes over HTTP/1.1. The cases of RFC 8441 are
// among them, and those of the section that Autobahn has.
func TestTheReferenceOverHTTP2(t *testing.T) {
	t.Parallel() // much of the time is waiting
	out := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	wsspecUntil(ctx, "server", "--http2", reference(t, "--http2"), "--profile", "plain", "--out", out,
		"--run", "rfc8441/*", "--run", "[1-7].*", "--run", "10.*", "--run", "12.1.*", "--run", "rfc7692/*").want(t, exitPass)
	s := readReport(t, out).Summary
	if s.Verdicts[verdict.Fail] > 0 || s.Verdicts[verdict.Pass] < 350 {
		t.Errorf("%d cases pass, %d fail; want at least 350, and none", s.Verdicts[verdict.Pass], s.Verdicts[verdict.Fail])
	}
}
