package faulty_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

// listen runs a faulty server until the context ends; stopped is closed when all
// its connections have ended.
func listen(ctx context.Context, t testing.TB, f faulty.Fault) (target *conformance.Target, stopped <-chan struct{}, err error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listening: %w", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := faulty.Serve(ctx, l, f); err != nil {
			t.Errorf("serving %s: %v", f.Name, err)
		}
	}()
	return &conformance.Target{Agent: "faulty", URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}, served, nil
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

// needsAnotherPeer reports whether a case was skipped because it is about TLS,
// which these peers do not speak, or about a client that offers something else
// in its request.
func needsAnotherPeer(r conformance.Result) bool {
	return r.Verdict == conformance.Skip &&
		(strings.HasPrefix(r.Explanation, "The case is about TLS") || strings.HasPrefix(r.Explanation, "The client does not offer what the case is about"))
}

// calm waits long, which costs nothing where the peer answers: a slow machine is
// no mistake of the peer's.
var calm = conformance.Options{Parallel: 8, Deadlines: conformance.NewDeadlines(8*time.Second, 0, 1)}

// TestCorrectPeerPassesEveryCase: without a fault, the peer passes in both
// roles.
func TestCorrectPeerPassesEveryCase(t *testing.T) {
	check := func(t *testing.T, results []conformance.Result, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Verdict != conformance.Pass && !needsAnotherPeer(r) {
				t.Errorf("%s (%s): %s, %s / %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Behavior, r.Close, r.Explanation)
			}
		}
	}
	t.Run("server", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		target, stopped, err := listen(ctx, t, faulty.Fault{})
		if err != nil {
			t.Fatal(err)
		}
		results, err := conformance.RunServer(ctx, target, casesFor(wire.RoleServer), calm)
		check(t, results, err)
		cancel()
		<-stopped
	})
	t.Run("client", func(t *testing.T) {
		launch := func(ctx context.Context, url string) []string {
			if err := faulty.Connect(ctx, url, faulty.Fault{}); err != nil {
				return []string{err.Error()}
			}
			return nil
		}
		results, err := conformance.RunClients(t.Context(), launch, casesFor(wire.RoleClient), calm)
		check(t, results, err)
	})
}
