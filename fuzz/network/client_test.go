package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// clientOf is a client under test that connects by a function.
func clientOf(t testing.TB, connect func(ctx context.Context, url string) error) *Client {
	t.Helper()
	c := &Client{Deadlines: stream.NewDeadlines(0, 0, 1), Start: func(ctx context.Context, url string) (end ClientEnd) {
		switch err := connect(ctx, url); {
		case errors.Is(err, errCrash):
			end.Crash = "The client crashed."
		case err != nil:
			end.LastWords = err.Error()
		}
		return end
	}}
	t.Cleanup(c.End)
	return c
}

// echoClient is a correct client.
func echoClient(t testing.TB) *Client {
	return clientOf(t, func(ctx context.Context, url string) error {
		c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
		if err != nil {
			return err
		}
		defer c.CloseNow()
		_ = ref.Echo(ctx, c)
		return nil
	})
}

// faultyClient is a client with a fault.
func faultyClient(t testing.TB, f faulty.Fault) *Client {
	return clientOf(t, func(ctx context.Context, url string) (err error) {
		defer func() {
			if p := recover(); p != nil { // such a client is wrong in more than one way
				err = fmt.Errorf("%w: %v", errCrash, p)
			}
		}()
		return faulty.Connect(ctx, url, f)
	})
}

// A correct client fails no seed.
func TestClientSeedsAgainstRef(t *testing.T) {
	peer := echoClient(t)
	seeds := SeedsFor(wire.RoleClient)
	if len(seeds) < 1400 {
		t.Errorf("there are %d seeds; the catalogue and its variants are more", len(seeds))
	}
	failsNone(t, peer, seeds)
}

// A campaign against a correct client finds nothing.
func TestNothingIsFoundInRefAsClient(t *testing.T) {
	most := uint64(2 * roundSize)
	if *lasting > 10*time.Second {
		most = 0
	}
	p, err := Run(t.Context(), echoClient(t), Options{Seed: 1, For: *lasting, MostScripts: most, Found: func(f *Finding) {
		t.Errorf("%s %s: %s (%d of %d)\n%s", f.Class, f.Requirement, f.Why, f.Reproduced, f.Plays, f.Script)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d scripts, %.0f a second, %d courses, %d kept, %d not confirmed", p.Scripts, p.PerSecond, p.Courses, p.Pool, p.Unconfirmed)
}

// outOfReachOfClients are the faults of a client that no campaign finds, by the reason.
var outOfReachOfClients = map[string]string{
	"it needs TLS": `tls-close-notify-stays tls-12-mute tls-13-mute tls-4-kib-per-segment tls-close-notify-ends-message tls-close-notify-hides-close tls-record-in-one-segment tls-record-per-segment tls-truncation-ends-message any-date any-host-name any-certificate no-server-name offers-h2`,
	"it needs a message or a limit of more than 64 KiB, or one that inflates to as much": `truncates-at-1-mib dies-on-1-mib allocates-declared-length large-echoes-mix limit-before-inflation limit-overflows-32-bits limit-overflows-63-bits no-limit too-big-at-64-kib`,
	"it needs a peer that reads slowly":                                                  `close-inside-frame pong-inside-frame`,
	"the end of TCP behind a half-close or a Close frame is not judged":                  `fin-before-answer fin-drops-messages tcp-closed-first`,
	"scripts with octets behind a final block are not played":                            `stops-at-bfinal`,
	"nothing is compared over several connections or many frames":                        `key-constant mask-constant mask-counter mask-linear mask-one-octet mask-per-connection mask-per-message mask-printable mask-seed-constant mask-zero`,
	"the client gets one kind of URL":                                                    `host-without-brackets host-without-ipv6-port request-host-without-port target-without-slash target-empty target-decoded target-ends-at-second-question-mark scheme-case-sensitive`,
	"a receiver may accept a length in a longer form":                                    `accepts-length16-for-short accepts-length64-for-medium`,
	"what HTTP says of a response, beside RFC 6455, is left to the catalogue":            `distrusts-100-fields distrusts-content-length takes-content-length bare-cr-ends-answer-line answer-ends-at-nul no-inflation-after-interim slow-on-escaped-answer`,
	"a run of the catalogue calls it NON-STRICT":                                         `takes-http-1.0`,
	"no demand makes the window of the client smaller":                                   `keeps-window`,
}

// sampled are the faults that are looked for each time: those that are found soon.
var sampled = strings.Fields("rsv2-on-messages echoes-pong pong-fragmented rejects-binary accepts-rsv2 length-little-endian")

// TestEveryFaultOfClients is TestEveryFault for clients.
func TestEveryFaultOfClients(t *testing.T) {
	var faults []faulty.Fault
	for _, f := range faulty.Faults() {
		if f.HasRole(wire.RoleClient) {
			faults = append(faults, f)
		}
	}
	if !*all {
		faults = slices.DeleteFunc(faults, func(f faulty.Fault) bool { return !slices.Contains(sampled, f.Name) })
	}
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			counts := func(f *Finding) bool { return !f.Flaky() } // a busy machine makes those
			looksFor(t, faultyClient(t, f), f.Name, outOfReachOfClients, counts)
		})
	}
}

// What a client does wrong besides the protocol is found, and the script that shows it is
// short.
func TestFindingsOfClients(t *testing.T) {
	for _, test := range []struct {
		name string
		// does is what the client does with a connection before it sends messages back.
		does        func(c *ref.Conn, stop func())
		class       Class
		requirement string
		warns       bool
	}{
		{"it crashes on a pong", func(c *ref.Conn, stop func()) { c.OnPong(func([]byte) { stop() }) }, Crash, "", false},
		{"it says something by itself", func(c *ref.Conn, _ func()) { _ = c.Write(context.Background(), ref.Text, []byte("Hello")) }, WrongVerdict, "RFC6455-6.2-4", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			peer := clientOf(t, func(ctx context.Context, url string) error {
				c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
				if err != nil {
					return err
				}
				defer c.CloseNow()
				ctx, stop := context.WithCancelCause(ctx)
				test.does(c, func() { stop(errCrash); go c.CloseNow() })
				_ = ref.Echo(ctx, c)
				return context.Cause(ctx)
			})
			got := firstFinding(t, peer)
			if got.Class != test.class || got.Requirement != test.requirement || got.Warns() != test.warns || got.Role != "client" {
				t.Errorf("found %s %s, a warning: %v: %s", got.Class, got.Requirement, got.Warns(), got.Why)
			}
			if got.Script.Frames() > 1 {
				t.Errorf("the script has %d frames: %s", got.Script.Frames(), got.Script)
			}
			r, err := Replay(t.Context(), peer, got, 10, stream.NewDeadlines(time.Second, 0, 1))
			if err != nil || r.Verdict != Reproduced || len(r.Plays) != 10 {
				t.Errorf("replayed: %+v, %v", r, err)
			}
		})
	}
}

// errCrash has a client crash.
var errCrash = errors.New("crash")

// firstFinding is the first finding of a short campaign.
func firstFinding(t *testing.T, peer Peer) *Finding {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), budget)
	defer end()
	var first *Finding
	if _, err := Run(ctx, peer, Options{
		Seed: 1, MostScripts: 4 * roundSize, First: true, Deadlines: stream.NewDeadlines(time.Second, 0, 1),
		Found: func(f *Finding) { first = f },
	}); err != nil {
		t.Fatal(err)
	}
	if first == nil {
		t.Fatal("nothing was found")
	}
	return first
}

// What is wrong with each request of a client is found once, and scripts are played all the
// same. A request that cannot be answered ends the campaign.
func TestRequestsOfClients(t *testing.T) {
	for _, test := range []struct {
		fault, found string
		err          error
		plays        bool
	}{
		{"request-upgrade-websockets", "RFC6455-4.1-25", nil, true},
		{"frames-before-response", "RFC6455-4.1-41", nil, true},
		{"request-without-key", "RFC6455-4.1-27", ErrNoHandshake, false},
	} {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel() // it mostly waits
			f, err := faulty.ByName(test.fault)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			p, err := Run(t.Context(), faultyClient(t, f), Options{Seed: 1, MostScripts: firstRound, Deadlines: stream.NewDeadlines(time.Second, 0, 1), Found: func(f *Finding) {
				found = append(found, f.Requirement)
			}})
			if !errors.Is(err, test.err) || !slices.Equal(found, []string{test.found}) || test.plays != (p.Courses > 3) {
				t.Errorf("found %q in %d scripts with %d courses, %v", found, p.Scripts, p.Courses, err)
			}
		})
	}
}

// What a client has to do on a response is what a run of the catalogue says.
func TestReactions(t *testing.T) {
	const rest = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
	for _, test := range []struct {
		name, head  string
		does        reaction
		requirement string
	}{
		{"an ordinary one", plainResponse, opens, ""},
		{"a cut line in its head", "HTTP/1.1 101 x\r\n" + rest, either, ""},
		{"an interim response before it", "HTTP/1.1 100 Continue\r\n\r\n" + plainResponse, opens, ""},
		{"another status", "HTTP/1.1 200 OK\r\n" + rest + "\r\n", rejects, "RFC6455-4.1-43"},
		{"HTTP/1.0", "HTTP/1.0 101 x\r\n" + rest + "\r\n", either, ""},
		{"a wrong accept", strings.Replace(plainResponse, "{accept}", "{key}", 1), rejects, "RFC6455-4.1-53"},
		{"no Upgrade", strings.Replace(plainResponse, "Upgrade: websocket\r\n", "", 1), rejects, "RFC6455-4.1-46"},
		{"Upgrade twice", "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" + rest + "\r\n", either, ""},
		{"the accept twice", "HTTP/1.1 101 x\r\n" + rest + "Sec-WebSocket-Accept: {accept}\r\n\r\n", either, ""},
		{"a body", "HTTP/1.1 101 x\r\n" + rest + "Content-Length: 5\r\n\r\n", either, ""},
		{"octets behind it", plainResponse + "\x81\x00", either, ""},
		{"an empty element in Connection", strings.Replace(plainResponse, "Connection: Upgrade", "Connection: , Upgrade", 1), either, ""},
		{"an extension that was not offered", "HTTP/1.1 101 x\r\n" + rest + "Sec-WebSocket-Extensions: x\r\n\r\n", rejects, "RFC6455-4.1-55"},
		{"an answer with a window of 7 bits", "HTTP/1.1 101 x\r\n" + rest + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7\r\n\r\n", rejects, "RFC7692-7-7"},
	} {
		sent := (&script.Opening{Raw: test.head}).ResponseWith(&wire.Response{}, script.ResponseNames(&anyRequest))
		if does, requirement, _ := reactionTo(anyRequest, sent); does != test.does || requirement != test.requirement {
			t.Errorf("%s: %d %s, want %d %s", test.name, does, requirement, test.does, test.requirement)
		}
	}
}

// A client that connects by itself is played with as one that is started.
func TestAClientThatConnectsByItself(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	peer := &Client{Listener: l, Absent: 2 * time.Second, Deadlines: stream.NewDeadlines(time.Second, 0, 1)}
	f, err := faulty.ByName("accepts-rsv1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var connecting sync.WaitGroup
	for range 8 {
		connecting.Go(func() {
			for ctx.Err() == nil && faulty.Connect(ctx, "ws://"+l.Addr().String()+"/device", f) == nil {
			}
		})
	}
	defer connecting.Wait()
	defer peer.End()
	defer stop()
	if got := firstFinding(t, peer); got.Class != WrongVerdict || got.Requirement != "RFC6455-5.2-3" {
		t.Errorf("found %s %s: %s", got.Class, got.Requirement, got.Why)
	}
}

// A client that connects by itself is gone when no connection has come for so long as it may be
// absent, whether or not one came before.
func TestAnAbsentClientIsGone(t *testing.T) {
	for _, test := range []struct {
		name    string
		connect bool
	}{{"it never connects", false}, {"it connects once", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			peer := &Client{Listener: l, Absent: 300 * time.Millisecond, Deadlines: stream.NewDeadlines(time.Second, 0, 1)}
			defer peer.End()
			if test.connect {
				var connecting sync.WaitGroup
				defer connecting.Wait()
				connecting.Go(func() { _ = faulty.Connect(t.Context(), "ws://"+l.Addr().String()+"/", faulty.Fault{}) })
			}
			ctx, end := context.WithTimeout(t.Context(), budget)
			defer end()
			p, err := Run(ctx, peer, Options{Seed: 1, Parallel: 2, Deadlines: stream.NewDeadlines(time.Second, 0, 1)})
			if err == nil || ctx.Err() != nil {
				t.Fatalf("the campaign goes on: %d scripts, %v", p.Scripts, err)
			}
			if why := "no connection came in 300ms"; !test.connect && !strings.Contains(err.Error(), why) || test.connect && err != ErrGone {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// A finding of a client is a case: a client with the fault fails it, and a correct one passes.
func TestFindingsOfClientsAreCases(t *testing.T) {
	for _, name := range []string{"accepts-rsv1", "takes-any-accept", "loses-early-response-frames", "reason-phrase-fixed"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			f, err := faulty.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			peer := faultyClient(t, f)
			c := firstFinding(t, peer).Case()
			for _, of := range []struct {
				peer *Client
				want verdict.Verdict
			}{{peer, verdict.Fail}, {echoClient(t), verdict.Pass}} {
				launch := func(ctx context.Context, url string) []string { of.peer.Start(ctx, url); return nil }
				results, err := conformance.RunClients(t.Context(), launch, []*script.Case{c}, conformance.Options{Deadlines: stream.NewDeadlines(time.Second, 0, 1)})
				if err != nil || len(results) != 1 {
					t.Fatal(results, err)
				}
				if r := results[0]; r.Verdict != of.want {
					t.Errorf("%s: the verdict is %s, want %s: %s\n%s", r.Case.Title, r.Verdict, of.want, r.Explanation, strings.Join(r.Case.Script.Sentences(), "\n"))
				}
			}
		})
	}
}
