package conformance_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// short are deadlines for peers that are meant to run into them.
var short = conformance.NewDeadlines(100*time.Millisecond, 0, 1)

// framing are the cases of sections 1 to 7 and 10.
func framing() []*script.Case {
	var cases []*script.Case
	for _, c := range catalog.Cases() {
		switch section, _, _ := strings.Cut(c.ID, "."); section {
		case "1", "2", "3", "4", "5", "6", "7", "10":
			cases = append(cases, c)
		}
	}
	return cases
}

func named(t *testing.T, ids ...string) []*script.Case {
	t.Helper()
	var cases []*script.Case
	for _, id := range ids {
		c := catalog.ByID(id)
		if c == nil {
			t.Fatalf("there is no case %s", id)
		}
		cases = append(cases, c)
	}
	return cases
}

// within is a context that no test should come near; one that does has hung.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// play runs cases to their end.
func play(t *testing.T, target *conformance.Target, cases []*script.Case, opts conformance.Options) []conformance.Result {
	t.Helper()
	results, err := conformance.RunServer(within(t, 30*time.Second), target, cases, opts)
	if err != nil {
		t.Fatalf("the run ended with %v", err)
	}
	if len(results) != len(cases) {
		t.Fatalf("%d results for %d cases", len(results), len(cases))
	}
	for i, r := range results {
		if r.Case != cases[i] {
			t.Fatalf("result %d is of case %s, want %s", i, r.Case.ID, cases[i].ID)
		}
	}
	return results
}

func describe(r conformance.Result) string {
	return fmt.Sprintf("%s: %s (%s, %s) after %d attempts, observed %v: %s", r.Case.ID, r.Verdict, r.Behavior, r.Close, r.Attempts, r.Observed, r.Explanation)
}

func TestACorrectPeerPassesEveryFramingCase(t *testing.T) {
	cases := framing()
	if len(cases) != 247 {
		t.Fatalf("%d cases in sections 1 to 7 and 10, want 247", len(cases))
	}
	for _, r := range play(t, serve(t, shaken(echo)), cases, conformance.Options{}) {
		if r.Verdict != verdict.Pass || r.Behavior != verdict.OK && r.Behavior != verdict.Informational || r.Attempts != 1 || r.Explanation != "" {
			t.Errorf("%s; want a pass at the first attempt", describe(r))
		}
		if len(r.Transcript) < 4 || len(r.Observed) == 0 || r.Duration <= 0 {
			t.Errorf("%s: %d transcript entries, %d events, %s: want what happened", r.Case.ID, len(r.Transcript), len(r.Observed), r.Duration)
		}
	}
}

// The older harness passed a peer that says nothing in 68 of these cases.
func TestAMutePeerPassesNothing(t *testing.T) {
	mute := serve(t, shaken(func(conn net.Conn, _ *bufio.Reader) { drain(conn) }))
	opts := conformance.Options{Parallel: 64, Deadlines: conformance.NewDeadlines(40*time.Millisecond, 0, 1)}
	plays := 0
	for _, r := range play(t, mute, framing(), opts) {
		if r.Verdict != verdict.Fail || r.Explanation == "" {
			t.Errorf("%s; want a failure that is explained", describe(r))
		}
		if r.Close == verdict.CloseOK || r.Close == verdict.CloseInformational {
			t.Errorf("%s; the connection did not end well", describe(r))
		}
		if r.Flaky {
			t.Errorf("%s is flaky, and it failed each time", describe(r))
		}
		plays += r.Attempts
	}
	// What a peer that has never spoken is asked again is two cases of each kind, to
	// find out whether it only was too slow.
	if most := len(framing()) + 10; plays > most {
		t.Errorf("%d plays of %d cases; want at most %d", plays, len(framing()), most)
	}
}

func TestAPeerThatFailsOnceIsFlaky(t *testing.T) {
	var connections atomic.Int32
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		if connections.Add(1) > 1 {
			echo(conn, r)
			return
		}
		// What is left unread would reset TCP.
		(&echoPeer{r: r, w: io.Discard}).frame()
	}))
	r := play(t, target, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
	if r.Verdict != verdict.Warn || !r.Flaky || r.Attempts != 2 || r.Behavior != verdict.Failed {
		t.Errorf("%s (flaky: %t); want a warning, flaky", describe(r), r.Flaky)
	}
	if !strings.HasPrefix(r.Explanation, "Failed at first and not again: Expected text message") {
		t.Errorf("explanation %q does not say why it failed at first", r.Explanation)
	}
	if !slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool { return e.Kind == observed.EntryEOF }) ||
		slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool {
			return e.Kind == observed.EntryFrame && e.Dir == observed.Received
		}) {
		t.Errorf("the transcript is not that of the attempt that failed: %v", r.Transcript)
	}
}

// A peer that serves few connections at once has what it missed played again
// when the harness has little else to ask of it.
func TestABusyPeerIsNotTakenForASilentOne(t *testing.T) {
	const few, at = 8, 16
	var open, all atomic.Int32
	crowd := make(chan struct{}) // closed when so many connections are open at once
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		defer open.Add(-1)
		now := open.Add(1)
		if n := all.Add(1); n == at {
			close(crowd)
		}
		if all.Load() <= at {
			<-crowd
			now = at
		}
		if now > few {
			drain(conn)
			return
		}
		echo(conn, r)
	}))
	for _, r := range play(t, target, framing()[:at], conformance.Options{Parallel: at, Deadlines: conformance.NewDeadlines(200*time.Millisecond, 0, 1)}) {
		if r.Flaky || r.Verdict != verdict.Pass || r.Attempts != 2 {
			t.Errorf("%s; want a pass of the second play: the peer only was slow", describe(r))
		}
	}
}

// A peer does nothing else while it works on one message, and one case sends that. It fails in
// the second round too, in which it makes no other case fail that is played beside it.
func TestACaseThatKeepsThePeerBusyFailsNoOther(t *testing.T) {
	var busy sync.Mutex
	var once sync.Once
	began := make(chan struct{})
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		p := &echoPeer{r: r, w: conn}
		for {
			head, err := r.Peek(2)
			if err != nil {
				return
			}
			if isLong := head[0] == 0x81 && head[1]&0x7f > 125; isLong {
				busy.Lock()
				once.Do(func() { close(began) })
				drain(conn)
				busy.Unlock()
				return
			}
			<-began
			busy.Lock()
			goes := p.frame()
			busy.Unlock()
			if !goes {
				_ = conn.(*net.TCPConn).CloseWrite()
				drain(conn)
				return
			}
		}
	}))
	const long = "1.1.3"
	cases := named(t, "1.1.1", "1.1.2", long, "1.2.1", "1.2.2", "2.2", "2.3")
	for _, r := range play(t, target, cases, conformance.Options{Deadlines: conformance.NewDeadlines(200*time.Millisecond, 0, 1)}) {
		want := verdict.Pass
		if r.Case.ID == long {
			want = verdict.Fail
		}
		if r.Verdict != want || r.Flaky || r.Attempts != 2 {
			t.Errorf("%s; want %s in the second play", describe(r), want)
		}
	}
}

func TestAPassIsNotPlayedTwice(t *testing.T) {
	var connections atomic.Int32
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		connections.Add(1)
		echo(conn, r)
	}))
	play(t, target, named(t, "1.1.2", "3.1", "7.3.3"), conformance.Options{})
	if n := connections.Load(); n != 3 {
		t.Errorf("%d connections for three cases that pass", n)
	}
}

func TestDoneIsToldOfEachResultOnceAndOneAtATime(t *testing.T) {
	var inside atomic.Int32
	told := map[string]int{} // without a lock: the race detector sees whether Done keeps its word
	cases := framing()[:60]
	play(t, serve(t, shaken(echo)), cases, conformance.Options{Done: func(r conformance.Result) {
		if inside.Add(1) != 1 {
			t.Error("Done was called while it ran")
		}
		told[r.Case.ID]++
		inside.Add(-1)
	}})
	for _, c := range cases {
		if told[c.ID] != 1 {
			t.Errorf("Done was told %d times of %s", told[c.ID], c.ID)
		}
	}
}

func TestNoMoreCasesRunAtOnceThanAsked(t *testing.T) {
	for _, parallel := range []int{1, 3} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			var mu sync.Mutex
			now, most := 0, 0
			count := func(d int) {
				mu.Lock()
				defer mu.Unlock()
				now += d
				most = max(most, now)
			}
			target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
				p := &echoPeer{r: r, w: conn}
				count(1)
				for p.frame() {
				}
				count(-1)
			}))
			play(t, target, framing()[:40], conformance.Options{Parallel: parallel})
			mu.Lock()
			defer mu.Unlock()
			if most > parallel {
				t.Errorf("%d connections at once, want at most %d", most, parallel)
			}
		})
	}
}

// Ctrl-C during a run: it ends at once, with what there is.
func TestACancelledRunReturnsWhatItHas(t *testing.T) {
	var connections atomic.Int32
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		if connections.Add(1) <= 20 {
			echo(conn, r)
			return
		}
		drain(conn) // the rest would take minutes
	}))
	ctx, cancel := context.WithCancel(within(t, 20*time.Second))
	var done atomic.Int32
	cases := framing()
	results, err := conformance.RunServer(ctx, target, cases, conformance.Options{
		Deadlines: conformance.NewDeadlines(time.Minute, 0, 1),
		Done: func(conformance.Result) {
			if done.Add(1) == 10 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if len(results) < 10 || len(results) >= len(cases) {
		t.Errorf("%d results of %d, want those that had come", len(results), len(cases))
	}
	for _, r := range results {
		if r.Case == nil || r.Verdict != verdict.Pass {
			t.Errorf("%s; want only results of cases that had ended", describe(r))
		}
	}
}

func TestARunCancelledBeforehandDoesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	target := serve(t, shaken(echo))
	results, err := conformance.RunServer(ctx, target, framing(), conformance.Options{})
	if len(results) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d results, %v; want none, and the context's error", len(results), err)
	}
	if _, err := conformance.Probe(ctx, target, short); err == nil {
		t.Error("a cancelled probe succeeded")
	}
}

// What this machine cannot do says nothing about the peer.
func TestTheHarnessesOwnFaultIsAnError(t *testing.T) {
	target := serve(t, shaken(echo))
	target.Dial = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.EMFILE}
	}
	r := play(t, target, named(t, "1.1.1"), conformance.Options{})[0]
	if r.Verdict != verdict.Error || !strings.Contains(r.Explanation, "--parallel") {
		t.Errorf("%s; want an error that says what to do", describe(r))
	}
}

// What the harness itself sends to end a connection: it starts the closing
// handshake, answers the peer's with the peer's own code (RFC6455-5.5.1-8), or
// says that the peer broke the protocol, and never sends a second Close.
func TestTheHarnessesOwnClose(t *testing.T) {
	answer := func(octets string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, r *bufio.Reader) {
			_, _ = r.Peek(1)
			_, _ = conn.Write([]byte(octets))
			drain(conn)
		}
	}
	for _, tt := range []struct {
		name string
		then func(net.Conn, *bufio.Reader)
		id   string
		want []string
	}{
		{"after an echo", echo, "1.1.2", []string{"close 1000"}},
		{"after the script's own", echo, "7.7.10", []string{"close 3000"}},
		{"after the script's own, TCP left open", answer("\x88\x02\x03\xe8"), "7.3.3", []string{"close 1000"}},
		{"after two of the script's", echo, "7.1.2", []string{"close 1000", "close, empty"}},
		{"to a failure", answer("\x88\x02\x03\xea"), "3.1", []string{"close 1002"}},
		{"to a Close with a code", answer("\x88\x02\x03\xe9"), "1.1.2", []string{"close 1001"}},
		{"to a Close without a code", answer("\x88\x00"), "1.1.2", []string{"close, empty"}},
		{"to a Close with a code that must not be sent", answer("\x88\x02\x03\xed"), "1.1.2", []string{"close, empty"}},
		{"to a frame that breaks the protocol", answer("\xc1\x00"), "1.1.2", []string{"close 1002"}},
		{"to silence", func(conn net.Conn, _ *bufio.Reader) { drain(conn) }, "1.1.2", []string{"close 1000"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := play(t, serve(t, shaken(tt.then)), named(t, tt.id), conformance.Options{Deadlines: short})[0]
			var got []string
			for _, e := range r.Transcript {
				if e.Dir == observed.Sent && e.Header != nil && e.Header.Opcode == wire.OpClose {
					got = append(got, e.String())
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Close frames sent (-want +got):\n%s\n%s", diff, describe(r))
			}
		})
	}
}

// A transcript holds every octet that passed, in order.
func TestTheTranscriptIsWhole(t *testing.T) {
	r := play(t, serve(t, shaken(echo)), named(t, "2.2"), conformance.Options{})[0]
	type line struct {
		Dir  observed.Direction
		Kind observed.EntryKind
		Text string
	}
	var got []line
	for _, e := range r.Transcript {
		got = append(got, line{e.Dir, e.Kind, e.String()})
	}
	want := []line{
		{observed.Sent, observed.EntryRequest, "GET / HTTP/1.1"},
		{observed.Received, observed.EntryResponse, "HTTP/1.1 101 Switching Protocols"},
		{observed.Sent, observed.EntryFrame, `ping "Hello, world!"`},
		{observed.Received, observed.EntryFrame, `pong "Hello, world!"`},
		{observed.Sent, observed.EntryFrame, "close 1000"},
		{observed.Received, observed.EntryFrame, "close 1000"},
		{observed.Received, observed.EntryEOF, "TCP closed by the peer"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	for i := 1; i < len(r.Transcript); i++ {
		if r.Transcript[i].At < r.Transcript[i-1].At {
			t.Errorf("entry %d is earlier than the one before: %v", i, r.Transcript)
		}
	}
	// The first attempt of a case always sends the same octets.
	again := play(t, serve(t, shaken(echo)), named(t, "2.2"), conformance.Options{})[0]
	if diff := cmp.Diff(r.Transcript[2].Octets, again.Transcript[2].Octets); diff != "" {
		t.Errorf("the ping went out differently the second time:\n%s", diff)
	}
}
