package network

import (
	"context"
	"flag"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

var lasting = flag.Duration("lasting", 3*time.Second, "how long the campaign against the reference plays")

// A campaign against a correct server finds nothing.
func TestNothingIsFoundInRef(t *testing.T) {
	p, err := Run(t.Context(), echoServer(t), Options{Seed: 1, For: *lasting, Found: func(f *Finding) {
		t.Errorf("%s %s: %s (%d of %d)\n%s", f.Class, f.Requirement, f.Why, f.Reproduced, f.Plays, f.Script)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d scripts, %.0f a second, %d courses, %d kept, %d not confirmed", p.Scripts, p.PerSecond, p.Courses, p.Pool, p.Unconfirmed)
}

// faultyServer serves with a fault.
func faultyServer(t testing.TB, f faulty.Fault) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, f) }()
	t.Cleanup(func() { cancel(); <-served })
	u := &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}
	return &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(0, 0, 1)}
}

var which = flag.String("faults", "", "print how long it takes to find each fault")

// TestFaultsAreFound finds faults of each kind from one seed.
func TestFaultsAreFound(t *testing.T) {
	if *which == "" {
		t.Skip("-faults=all measures")
	}
	for _, f := range faulty.Faults() {
		if !f.HasRole(wire.RoleServer) {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			began := time.Now()
			var got *Finding
			p, err := Run(t.Context(), faultyServer(t, f), Options{
				Seed: 1, For: 30 * time.Second, First: true,
				Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1),
				Found:     func(f *Finding) { got = f },
			})
			if got == nil {
				t.Errorf("nothing in %s (%d scripts), %v", time.Since(began), p.Scripts, err)
				return
			}
			t.Logf("%.1fs %d scripts: %s %s: %s\n  %s", time.Since(began).Seconds(), p.Scripts, got.Class, got.Requirement, got.Why, got.Script)
		})
	}
}
