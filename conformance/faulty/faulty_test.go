package faulty_test

import (
	"context"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

// serve runs a faulty server for as long as the test, and waits for all its
// connections at the end.
func serve(t testing.TB, f faulty.Fault) *conformance.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, f) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serving %s: %v", f.Name, err)
		}
	})
	return &conformance.Target{Agent: "faulty", URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
}

// casesFor returns the cases that can judge a peer of the role.
func casesFor(role wire.Role) []*conformance.Case {
	var cases []*conformance.Case
	for _, c := range catalog.Cases() {
		if c.TestsRole(role) {
			cases = append(cases, c)
		}
	}
	return cases
}

func TestServerWithoutFaultPassesEveryCase(t *testing.T) {
	target := serve(t, faulty.Fault{})
	began := time.Now()
	results, err := conformance.RunServer(t.Context(), target, casesFor(wire.RoleServer), conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases in %v", len(results), time.Since(began))
	for _, r := range results {
		if r.Verdict != conformance.Pass {
			t.Errorf("%s (%s): %s, %s / %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Behavior, r.Close, r.Explanation)
		}
	}
}
