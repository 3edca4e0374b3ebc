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
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	u := &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}
	return &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(0, 0, 1)}
}

var all = flag.Bool("all-faults", false, "look for every fault of a server; it takes ten minutes and more")

// One seed finds faults of every kind, and the script that shows one is short.
func TestFaultsAreFound(t *testing.T) {
	tests := []struct {
		fault       string
		class       Class
		requirement string
	}{
		{"accepts-rsv1", WrongVerdict, "RFC6455-5.2-3"},
		{"pong-never", Hang, "RFC6455-5.5.2-2"},
		{"pong-empty", Hang, "RFC6455-5.5.2-2"},
		{"text-unchecked", WrongVerdict, "RFC6455-8.1-1"},
		{"loses-second-fragment", WrongVerdict, "RFC6455-6.2-4"},
		{"ignores-stray-continuation", WrongVerdict, "RFC6455-5.4-5"},
		{"close-unanswered", WrongVerdict, "RFC6455-5.5.1-7"},
		{"accepts-unmasked", WrongVerdict, "RFC6455-5.1-3"},
	}
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel() // it mostly waits
			f, err := faulty.ByName(test.fault)
			if err != nil {
				t.Fatal(err)
			}
			var first *Finding
			if _, err := Run(t.Context(), faultyServer(t, f), Options{
				Seed: 1, MostScripts: 4 * roundSize, First: true, Deadlines: stream.NewDeadlines(time.Second, 0, 1),
				Found: func(f *Finding) { first = f },
			}); err != nil {
				t.Fatal(err)
			}
			switch {
			case first == nil:
				t.Fatal("nothing was found")
			case first.Class != test.class || first.Requirement != test.requirement:
				t.Errorf("found %s %s, want %s %s: %s\n%s", first.Class, first.Requirement, test.class, test.requirement, first.Why, first.Script)
			case first.Script.Frames() > 2:
				t.Errorf("the script has %d frames: %s", first.Script.Frames(), first.Script)
			case first.Flaky():
				t.Errorf("it came in %d of %d plays", first.Reproduced, first.Plays)
			}
		})
	}
}

// outOfReach are the areas and faults of a server that no campaign finds, and why.
var outOfReach = map[string]string{
	"accepts-length16-for-short":  "a receiver may accept a length in a longer form",
	"accepts-length64-for-medium": "a receiver may accept a length in a longer form",
	"truncates-at-1-mib":          "scripts have at most 256 KiB",
}

// TestEveryFault looks for faults of a server, with -all-faults for each. It names those that
// are found now although they are out of reach, and those that are not found.
func TestEveryFault(t *testing.T) {
	faults := faulty.Faults()
	if !*all {
		var some []faulty.Fault
		for i := 0; i < len(faults) && len(some) < 8; i += len(faults) / 40 { // those about frames come first
			if faults[i].HasRole(wire.RoleServer) {
				some = append(some, faults[i])
			}
		}
		faults = some
	}
	for _, f := range faults {
		if !f.HasRole(wire.RoleServer) {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			var got *Finding
			o := Options{Seed: 1, MostScripts: 12 * roundSize, First: true, Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1), Found: func(f *Finding) { got = f }}
			p, err := Run(t.Context(), faultyServer(t, f), o)
			why, known := outOfReach[f.Name]
			switch {
			case got == nil && !known:
				t.Errorf("nothing in %d scripts, %v", p.Scripts, err)
			case got != nil && known:
				t.Errorf("it is said to be out of reach (%s), and was found: %s", why, got.Why)
			case got != nil:
				t.Logf("%.1f s, %d scripts, %d frames: %s %s: %s: %s", time.Since(began).Seconds(), p.Scripts, got.Script.Frames(), got.Class, got.Requirement, got.Why, got.Script)
			}
		})
	}
}
