package specs

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// seed is the seed of all scripts in this test. Its value does not matter.
const seed = 6455

func scripts(n int) (cases []*script.Case) {
	for i := range n {
		cases = append(cases, randomCase(seed, i))
	}
	return cases
}

func TestSameSeedGivesTheSameScripts(t *testing.T) {
	first, second := scripts(50), scripts(50)
	told := make(map[string]bool)
	for i := range first {
		a, b := howToRepeat(first[i], seed), howToRepeat(second[i], seed)
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("script %d differs the second time:\n%s", i+1, d)
		}
		if want := "to repeat: ginkgo --seed=6455"; !strings.Contains(a, want) {
			t.Errorf("%q lacks %q", a, want)
		}
		told[a] = true
	}
	if len(told) < 45 {
		t.Errorf("only %d of 50 scripts are distinct", len(told))
	}
}

// Each fault in frames fails some random scripts. Correct peers and oddities fail none.
func TestRandomScriptsFindFaults(t *testing.T) {
	cases := scripts(200)
	peers := append([]faulty.Fault{{Name: "none"}}, faulty.Oddities()...)
	right := len(peers)
	for _, name := range []string{
		"mute", "pong-never", "pong-empty", "loses-second-fragment", "fragments-are-messages", "ignores-stray-continuation",
		"text-in-message-begins-anew", "accepts-rsv1", "accepts-reserved-opcodes", "accepts-long-ping",
		"text-unchecked", "text-for-binary", "echoes-twice", "adds-octet", "loses-empty-messages", "one-message-only",
		"close-unanswered", "close-answered-1002",
		// The shapes of the scripts find these.
		"loses-first-octet-of-header", "loses-half-16-bit-length", "ping-resets-utf8", "fragments-stay", "ping-payload-stays",
	} {
		f, err := faulty.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, f)
	}
	for i, f := range peers {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel() // the test mostly waits
			patience := 5 * time.Second
			if i >= right {
				patience = 100 * time.Millisecond // the answer never comes
			}
			failed := 0
			for _, r := range play(t, f, cases, patience) {
				if r.Verdict == verdict.Pass || r.Verdict == verdict.Skip { // a server may decline permessage-deflate
					continue
				}
				if failed++; i < right {
					t.Errorf("%s\n%s", howToRepeat(r.Case, seed), Message(r))
				}
			}
			if i >= right && failed == 0 {
				t.Error("no script failed")
			}
		})
	}
}

func play(t *testing.T, f faulty.Fault, cases []*script.Case, patience time.Duration) []conformance.Result {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, f) }()
	target := &conformance.Target{URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{Parallel: 64, Deadlines: conformance.NewDeadlines(patience, 0, 1)})
	cancel()
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
	return results
}
