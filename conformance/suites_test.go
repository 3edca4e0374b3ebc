package conformance_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

const foreign = "https://foreign.example"

// reference starts the reference server of examples/echo, with permessage-deflate. It
// refuses other origins than its own.
func reference(t *testing.T) *conformance.Target {
	t.Helper()
	target := serveRef(t, &ref.Server{
		Handler: func(conn *ref.Conn, r *http.Request) { _ = ref.Echo(r.Context(), conn) },
		Options: &ref.AcceptOptions{Compression: &ref.Compression{}},
	})
	target.ForeignOrigin = foreign
	return target
}

// serveRef starts a server on the loopback. When the test ends, it is closed and has ended.
func serveRef(t *testing.T, server *ref.Server) *conformance.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		t.Logf("the server ended with %v", <-ended)
	})
	target, err := conformance.ParseTarget("ws://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// The reference passes every case of both suites, in both roles.
func TestTheReferencePassesTheSuites(t *testing.T) {
	for _, name := range catalog.SuiteNames() {
		t.Run(name+" server", func(t *testing.T) {
			results, err := conformance.RunServer(t.Context(), reference(t), suiteFor(name, wire.RoleServer), conformance.Options{})
			wantPassed(t, results, err)
		})
		t.Run(name+" client", func(t *testing.T) {
			results, err := conformance.RunClients(t.Context(), echoes, suiteFor(name, wire.RoleClient), conformance.Options{Parallel: 4})
			wantPassed(t, results, err)
		})
	}
}

func suiteFor(name string, role wire.Role) (cases []*script.Case) {
	for _, c := range catalog.Suite(name) {
		if c.TestsRole(role) {
			cases = append(cases, c)
		}
	}
	return cases
}

func wantPassed(t *testing.T, results []conformance.Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s %s: %s %s (%s) %s\n%s", r.Case.ID, r.Duration, r.Verdict, r.Behavior, r.Close, r.Explanation, strings.Join(r.Observed, "\n"))
		}
	}
}
