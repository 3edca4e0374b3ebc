package network

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// inTurn is a server that is one peer after the other, connection by connection.
func inTurn(t *testing.T, peers ...*Server) *Server {
	t.Helper()
	var taken atomic.Uint64
	s := serverAt("127.0.0.1:1")
	s.Target.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		of := peers[taken.Add(1)%uint64(len(peers))]
		return (&net.Dialer{}).DialContext(ctx, network, of.Target.URL.Host)
	}
	return s
}

func fault(t *testing.T, name string) faulty.Fault {
	t.Helper()
	f, err := faulty.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// oddServer has a habit that the RFC permits.
func oddServer(t *testing.T, name string) *Server {
	t.Helper()
	for _, f := range faulty.Oddities() {
		if f.Name == name {
			return faultyServer(t, f)
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

// A server that does not always do the same is found out. It is a warning, and a replay sees it
// again.
func TestInconsistency(t *testing.T) {
	for _, test := range []struct {
		name, fault, requirement, why string
	}{
		{"it is right in some plays and wrong in others", "accepts-rsv1", "RFC6455-5.2-3", "in some plays the peer did what it has to, and in others: "},
		{"it takes in some plays what it refuses in others", "accepts-length16-for-short", "", "in some plays the peer failed the connection, and in others it went on"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			peer := inTurn(t, echoServer(t), faultyServer(t, fault(t, test.fault)))
			var found *Finding
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			o := Options{
				Seed: 1, MostScripts: 6 * roundSize, Seeds: differingSeeds, Deadlines: stream.NewDeadlines(time.Second, 0, 1),
				Found: func(f *Finding) {
					if found == nil && f.Class == Inconsistency && f.Requirement == test.requirement { // there are others
						found = f
						stop()
					}
				},
			}
			if _, err := Run(ctx, peer, o); err != nil || found == nil {
				t.Fatalf("found %v, %v", found, err)
			}
			if !found.Warns() || found.Reproduced >= found.Plays || !strings.HasPrefix(found.Why, test.why) {
				t.Errorf("a warning: %v, %d of %d: %s\n%s", found.Warns(), found.Reproduced, found.Plays, found.Why, found.Script)
			}
			if n := found.Script.Frames(); n > 2 {
				t.Errorf("the script has %d frames: %s", n, found.Script)
			}
			for _, replay := range []struct {
				peer  *Server
				times int
				want  ReplayVerdict
			}{{peer, 4, Reproduced}, {echoServer(t), 4, Gone}, {peer, 1, Unchecked}} {
				if r, err := Replay(t.Context(), replay.peer, found, replay.times, stream.NewDeadlines(time.Second, 0, 1)); err != nil || r.Verdict != replay.want {
					t.Errorf("replayed %d times: %+v, %v, want %s", replay.times, r, err, replay.want)
				}
			}
		})
	}
}

// differingSeeds are a frame with a length in a longer form, and one with RSV1. The first is
// played twice, because its number is 0.
var differingSeeds = []*Script{
	{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello"), Form: wire.Length16}}}},
	{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte("Hello"), RSV: wire.RSV1}}}},
}

// A correct server that is slow, busy, or fails connections now in this way and now in that one,
// is not inconsistent.
func TestACorrectServerIsNotInconsistent(t *testing.T) {
	slow := echoServer(t)
	slow.Target.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &lateConn{Conn: conn}, err
	}
	for _, test := range []struct {
		name string
		peer *Server
	}{
		{"it ends TCP without a Close frame at times", inTurn(t, echoServer(t), oddServer(t, "odd-drops"))},
		{"it answers only the latest ping at times", inTurn(t, echoServer(t), oddServer(t, "odd-coalesced-pongs"))},
		{"it answers late", slow},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			c := confirmer(test.peer, stream.NewDeadlines(time.Second, 0, 1))
			for _, s := range append(Seeds()[:30:30], differingSeeds...) {
				if d := c.again(t.Context(), s, full(c.Deadlines)).differ(); d != nil {
					t.Errorf("%s: %s", s, d.why)
				}
			}
		})
	}
}

// A lateConn delivers what comes with a delay.
type lateConn struct{ net.Conn }

func (l *lateConn) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err == nil {
		pause := time.NewTimer(20 * time.Millisecond)
		<-pause.C
	}
	return n, err
}

// What a busy peer may do is no fate, and one that is late in some plays does not differ.
func TestDifferences(t *testing.T) {
	wrongly := func(shown bool) outcome {
		return outcome{wrong: &wrong{WrongVerdict, "RFC6455-5.2-3", "an echo came"}, shown: shown}
	}
	right := outcome{}
	for _, test := range []struct {
		name  string
		plays []outcome
		why   string
	}{
		{"all are right", []outcome{right, right}, ""},
		{"all are wrong", []outcome{wrongly(true), wrongly(true)}, ""},
		{"one is wrong by what came", []outcome{right, wrongly(true)}, "in some plays the peer did what it has to, and in others: an echo came"},
		{"one is wrong by what did not come", []outcome{right, wrongly(false)}, ""},
		{"one had no connection", []outcome{right, {lost: io.EOF}}, ""},
		{"one has no fate", []outcome{{fate: lived}, {fate: noFate}}, ""},
		{"two fates", []outcome{{fate: lived}, {fate: failed}}, "in some plays the peer failed the connection, and in others it went on"},
		{"refused and taken", []outcome{{fate: refused}, {fate: lived}}, "in some plays the peer refused the opening handshake, and in others it "},
	} {
		d := differ(test.plays...)
		if (d == nil) != (test.why == "") || d != nil && !strings.HasPrefix(d.why, test.why) {
			t.Errorf("%s: %+v, want %q", test.name, d, test.why)
		}
	}
}

// The fate of a connection is what the peer showed by what it sent.
func TestFates(t *testing.T) {
	text := func(f Frame) *Script { return &Script{Parts: []Part{{Frame: &f}}} }
	for _, test := range []struct {
		name   string
		peer   *Server
		script *Script
		want   fate
	}{
		{"an ordinary message", echoServer(t), text(Frame{Opcode: wire.OpText}), lived},
		{"a frame without a mask", echoServer(t), text(Frame{Opcode: wire.OpText, Mask: script.MaskNever}), failed},
		{"a length in a longer form, which it need not take", echoServer(t), differingSeeds[0], failed},
		{"the same, and it takes it", faultyServer(t, fault(t, "accepts-length16-for-short")), differingSeeds[0], lived},
		{"a frame without a mask, and TCP ends without a Close frame", oddServer(t, "odd-drops"), text(Frame{Opcode: wire.OpText, Mask: script.MaskNever}), noFate},
		{"a Close frame with 1002", echoServer(t), text(Frame{Opcode: wire.OpClose, Payload: []byte{0x03, 0xea}}), noFate},
		{"half-closed", echoServer(t), &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText}}, {Do: HalfClose}}}, noFate},
		{"a request without a key", echoServer(t), &Script{Head: strings.Replace(plainHead(""), "Sec-WebSocket-Key: {key}\r\n", "", 1)}, refused},
	} {
		p := newPlayer(test.peer)
		p.patience = patience{answer: time.Second}
		if out := p.play(t.Context(), test.script); out.fate != test.want || out.wrong != nil {
			t.Errorf("%s: %q, %v, want %q", test.name, out.fate, out.wrong, test.want)
		}
	}
}
