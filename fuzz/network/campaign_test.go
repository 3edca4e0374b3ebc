package network

import (
	"context"
	"flag"
	"net"
	"net/url"
	"slices"
	"strings"
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

// outOfReach are the faults of a server that no campaign finds, by the reason.
var outOfReach = map[string]string{
	"a receiver may accept a length in a longer form": `accepts-length16-for-short accepts-length64-for-medium`,
	"it needs TLS": `tls-12-mute tls-4-kib-per-segment tls-close-notify-ends-message tls-close-notify-hides-close tls-close-notify-stays tls-needs-alpn tls-no-close-notify tls-no-name-no-echo tls-record-in-one-segment tls-record-per-segment tls-selects-h2 tls-truncation-ends-message`,
	"it needs a message or a limit of more than 64 KiB, or one that inflates to as much":      `truncates-at-1-mib allocates-declared-length dies-on-1-mib large-echoes-mix limit-before-inflation limit-overflows-32-bits limit-overflows-63-bits no-limit too-big-at-64-kib`,
	"it needs a peer that reads slowly":                                                       `close-inside-frame pong-inside-frame`,
	"scripts have one request on a connection":                                                `ignores-second-request keeps-fields-of-first-request keeps-key-of-first-request refuses-second-request remembers-head-request second-request-without-inflation`,
	"scripts have no body of a request, and do not judge behind one":                          `body-as-frames chunked-body-as-frames refuses-content-length-0`,
	"the end of TCP behind a half-close is not judged":                                        `fin-before-answer fin-drops-messages fin-in-frame-stays`,
	"scripts with octets behind a final block are not played":                                 `stops-at-bfinal`,
	"a server may know no other target, so a refusal of one is not judged":                    `rejects-query rejects-absolute-target`,
	"no operator makes such a request":                                                        `bare-cr-ends-line dies-on-long-target knows-constructor prefers-last-offer reads-16-kib value-ends-at-nul value-without-nul wants-origin`,
	"what a request may not have is left to the catalogue, but for what RFC 6455 4.2.1 lists": `accepts-bad-extensions accepts-bad-subprotocols accepts-doubled-key accepts-doubled-version`,
	"a server may bound the fields of a request":                                              `dies-on-100-fields reads-100-fields`,
	"a server should refuse a malformed target, and need not":                                 `accepts-bad-target`,
	"what a response may not have beside the fields of RFC 6455 4.2.2 is not looked at":       `response-content-length response-transfer-encoding`,
	"a plain opening handshake fails, so that there is nothing to play":                       `response-200 response-never response-no-http response-bare-lf response-space-before-colon response-without-end refuses-with-200 refuses-and-stays`,
	"a server may end TCP on a request that it does not take":                                 `refuses-by-leaving`,
	"a refusal is not looked at beyond its status":                                            `426-without-version endless-response`,
}

// whyOutOfReach says why a fault is out of reach; empty if it is not.
func whyOutOfReach(list map[string]string, fault string) string {
	for why, faults := range list {
		if slices.Contains(strings.Fields(faults), fault) {
			return why
		}
	}
	return ""
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
			looksFor(t, faultyServer(t, f), f.Name, outOfReach, func(*Finding) bool { return true })
		})
	}
}

// budget is the time for one fault: within it, a campaign finds those in its reach.
const budget = 60 * time.Second

// looksFor runs a campaign against a peer with a fault. It checks that something is found that
// counts, unless the fault is out of reach.
func looksFor(t *testing.T, peer Peer, fault string, reasons map[string]string, counts func(*Finding) bool) {
	began := time.Now()
	within := budget
	if !*all { // these are found soon
		within /= 2
	}
	ctx, end := context.WithTimeout(t.Context(), within)
	defer end()
	var got *Finding
	o := Options{Seed: 1, MostScripts: 12 * roundSize, First: true, Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1), Found: func(f *Finding) {
		if counts(f) {
			got = f
		}
	}}
	p, err := Run(ctx, peer, o)
	why := whyOutOfReach(reasons, fault)
	switch {
	case got == nil && why == "":
		t.Errorf("nothing in %d scripts, %v", p.Scripts, err)
	case got != nil && why != "":
		t.Errorf("it is said to be out of reach (%s), and was found: %s\n%s", why, got.Why, got.Script)
	case got != nil:
		t.Logf("%.1f s, %d scripts, %d frames: %s %s: %s: %s", time.Since(began).Seconds(), p.Scripts, got.Script.Frames(), got.Class, got.Requirement, got.Why, got.Script)
	}
}
