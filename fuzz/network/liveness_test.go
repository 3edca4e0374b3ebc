package network

import (
	"context"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A crowded server has one room: what one connection reads, no other can read meanwhile.
type crowded struct {
	net.Conn
	room *sync.Mutex
	// holds is how long the room is held for what was read.
	holds func(octets []byte) time.Duration
}

func (c *crowded) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.room.Lock()
	defer c.room.Unlock()
	if d := c.holds(p[:n]); d > 0 {
		rest := time.NewTimer(d)
		<-rest.C
	}
	return n, err
}

// crowdedServer is a correct server whose connections share one room.
func crowdedServer(t *testing.T, holds func(octets []byte) time.Duration) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	room := new(sync.Mutex)
	var serving sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { faulty.ServeConn(ctx, &crowded{conn, room, holds}, faulty.Fault{}) })
		}
	})
	t.Cleanup(func() {
		stop()
		l.Close()
		serving.Wait()
	})
	return serverAt(l.Addr().String())
}

// onReserved holds the room for an empty frame with a reserved opcode.
func onReserved(octets []byte) time.Duration {
	if len(octets) > 1 && octets[0] == 0x83 && octets[1] == 0x80 {
		return 300 * time.Millisecond
	}
	return 0
}

// reserved is an empty frame with a reserved opcode, which is one of many seeds.
var (
	reserved      = &Script{Parts: []Part{{Frame: &Frame{Opcode: 3}}}}
	reservedSeeds = append(slices.Repeat([]*Script{{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello")}}}}}, 30), reserved)
)

// A server that has no time for others because of one script is found out.
func TestLiveness(t *testing.T) {
	t.Parallel() // it mostly waits
	peer := crowdedServer(t, onReserved)
	var found *Finding
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if _, err := Run(ctx, peer, Options{Seed: 1, Seeds: reservedSeeds, Parallel: 4, For: time.Minute, Deadlines: stream.NewDeadlines(2*time.Second, 0, 1), Found: func(f *Finding) {
		if found == nil {
			found = f
			stop()
		}
	}}); err != nil || found == nil {
		t.Fatalf("found %v, %v", found, err)
	}
	if found.Class != Liveness || !found.Warns() || !strings.HasPrefix(found.Why, "while the script was played, a ping on another connection took ") {
		t.Errorf("found %s, a warning: %v: %s", found.Class, found.Warns(), found.Why)
	}
	for _, replay := range []struct {
		name string
		peer *Server
		want ReplayVerdict
	}{
		{"the same", peer, Reproduced},
		{"a correct one", echoServer(t), Gone},
		{"one that answers no ping", faultyServer(t, fault(t, "pong-never")), Unchecked},
	} {
		if r, err := Replay(t.Context(), replay.peer, found, 2, stream.NewDeadlines(500*time.Millisecond, 0, 1)); err != nil || r.Verdict != replay.want {
			t.Errorf("%s: %+v, %v, want %s", replay.name, r, err, replay.want)
		}
	}
}

// A server that is slow for everybody makes nobody wait for a script.
func TestASlowServerIsAlive(t *testing.T) {
	var served int
	for _, test := range []struct {
		name string
		peer *Server
	}{
		{"all messages take long", crowdedServer(t, func(octets []byte) time.Duration {
			if len(octets) > 0 && octets[0]&0x80 != 0 { // a frame
				return 100 * time.Millisecond
			}
			return 0
		})},
		{"now and then nothing is served", crowdedServer(t, func([]byte) time.Duration {
			if served++; served%4 == 0 { // under the lock of the room
				return 100 * time.Millisecond
			}
			return 0
		})},
		{"it is correct", echoServer(t)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			p, other := newPlayer(test.peer), newPlayer(test.peer)
			p.patience = patience{answer: 3 * time.Second, pause: leastPause}
			other.patience = p.patience
			for _, s := range []*Script{reserved, {Parts: []Part{{Frame: &Frame{Opcode: wire.OpBinary, More: true}}, {Do: Pause}, {Do: HalfClose}}}} {
				if b, ok := blocks(t.Context(), p, other, s, 2); !ok || b.certain() {
					t.Errorf("%s: %+v, pings answered: %v", s, b, ok)
				}
			}
		})
	}
}

// A comparison that is cut short says nothing.
func TestAComparisonThatIsCutShort(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	peer := crowdedServer(t, func(octets []byte) time.Duration {
		if d := onReserved(octets); d > 0 {
			stop()
			return d
		}
		return 0
	})
	p, other := newPlayer(peer), newPlayer(peer)
	p.patience = patience{answer: time.Second}
	other.patience = p.patience
	if b, ok := blocks(ctx, p, other, reserved, confirming); ok && b.certain() {
		t.Errorf("%+v, although the campaign has ended", b)
	}
	c := &campaign{peer: peer, kinds: map[string]int{}, known: map[string]bool{}, Options: Options{Found: func(f *Finding) { t.Errorf("found %s: %s", f.Class, f.Why) }}}
	differing := &plays{{fate: lived}, {fate: failed}}
	if err := c.examineDifference(ctx, p, 1, reserved, differing); err != nil {
		t.Error(err)
	}
}

// What a busy machine adds to the time of a ping is not the server's.
func TestLagIsNobodysFault(t *testing.T) {
	const ms = time.Millisecond
	if got := (holdup{longest: 369 * ms, lag: 360 * ms}).blamed(); got != 9*ms {
		t.Errorf("%s are blamed on the server", got)
	}
	if got := (holdup{longest: ms, lag: 360 * ms}).blamed(); got != 0 {
		t.Errorf("%s are blamed on the server", got)
	}
	peer := echoServer(t)
	p, other := newPlayer(peer), newPlayer(peer)
	p.patience = patience{answer: time.Second}
	other.patience = p.patience
	if w := waits(t.Context(), p, other, reserved, 20*ms); !w.ok || w.lag <= 0 || w.lasted < 20*ms {
		t.Errorf("%+v: a timer is late by some microseconds at least", w)
	}
}

// The script behind a stall is one that was under way when it began.
func TestSuspects(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(0, int64(ms)*int64(time.Millisecond)) }
	played := func(from, to int) outcome {
		return outcome{began: at(from), elapsed: at(to).Sub(at(from))}
	}
	outcomes := []outcome{played(0, 90), played(500, 700), played(590, 600), played(0, 2000), played(900, 2000), {}}
	if got := suspected([]stall{{at(600), at(800)}}, outcomes); len(got) != 2 || got[0] != 1 || got[1] != 3 {
		t.Errorf("suspected %v, want 1 and 3", got)
	}
}

// A canary takes a ping for a stall that is long by itself, and long beside the others.
func TestStalls(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name  string
		usual time.Duration
		took  time.Duration
		want  int
	}{
		{"a pong as usual", ms, ms, 0},
		{"one that is long beside the others, and short by itself", ms, 50 * ms, 0},
		{"a long one", ms, 100 * ms, 1},
		{"a long one where all are long", 60 * ms, 100 * ms, 0},
	} {
		y := &canary{}
		for range 2 * pulses {
			y.note(time.Time{}, test.usual)
		}
		if y.note(time.Time{}, test.took); len(y.take()) != test.want {
			t.Errorf("%s: want %d stalls", test.name, test.want)
		}
		if len(y.took) > pulses {
			t.Errorf("%d times are kept", len(y.took))
		}
	}
}

// What is looked for in vain takes a small part of a campaign.
func TestSearchesAreBounded(t *testing.T) {
	for _, test := range []struct {
		name          string
		elapsed, vain time.Duration
		found         int
		want          bool
	}{
		{"at the beginning", 0, 0, 0, true},
		{"some seconds in vain", time.Second, 4 * time.Second, 0, false},
		{"the same behind five minutes", 5 * time.Minute, 4 * time.Second, 0, true},
		{"enough is found", 5 * time.Minute, 0, mostOfKind, false},
	} {
		c := &campaign{began: time.Now().Add(-test.elapsed), searched: test.vain, kinds: map[string]int{string(Liveness): test.found}}
		if got := c.maySearch(); got != test.want {
			t.Errorf("%s: it may search: %v, want %v", test.name, got, test.want)
		}
	}
}

// A canary goes on behind a server that is started again, and ends with the campaign.
func TestACanaryLives(t *testing.T) {
	server := httptest.NewServer(echoing(func(c *ref.Conn) { time.AfterFunc(10*time.Millisecond, func() { c.CloseNow() }) }))
	t.Cleanup(server.Close)
	c := &campaign{Options: Options{Deadlines: stream.NewDeadlines(time.Second, 0, 1)}, peer: serverAt(server.Listener.Addr().String())}
	y := c.newCanary(t.Context())
	for deadline := time.Now().Add(10 * time.Second); ; wait(t.Context(), pulseEvery) {
		y.mu.Lock()
		n := len(y.took)
		y.mu.Unlock()
		if n > 3*mostMute { // the connections that bring some do not count
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("%d pings in ten seconds", n)
		}
	}
	y.end()
	if c.peer = echoClient(t); c.newCanary(t.Context()) != nil {
		t.Error("a client has a canary")
	}
}
