package network

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// servers are some to compare, the first one is under test.
func servers(of ...*Server) (out []Another) {
	for i, s := range of {
		out = append(out, Another{[]string{"one", "two", "three"}[i], s})
	}
	return out
}

// Servers that differ in what they do are a finding, which says who did what. It is a warning.
func TestDisagreement(t *testing.T) {
	lenient := func(t *testing.T) *Server { return faultyServer(t, fault(t, "accepts-length16-for-short")) }
	for _, test := range []struct {
		name  string
		peers []Another
		want  []string
	}{
		{"one takes what others refuse", servers(echoServer(t), lenient(t), echoServer(t)), []string{"one, three: fails the connection with 1002", "two: goes on, and sends a message back"}},
		{"one sends no status code", servers(echoServer(t), oddServer(t, "odd-close-empty")), []string{"one: fails the connection with 1002", "two: fails the connection without a status code"}},
		{"one ends TCP only", servers(echoServer(t), oddServer(t, "odd-drops")), []string{"one: fails the connection with 1002", "two: ends TCP without a Close frame"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			ctx, stop := context.WithTimeout(t.Context(), budget)
			defer stop()
			d := stream.NewDeadlines(time.Second, 0, 1)
			var found *Finding
			main := test.peers[0].Peer
			if _, err := Run(ctx, main, Options{Seed: 1, Seeds: differingSeeds, Name: "one", Also: test.peers[1:], Deadlines: d, Found: func(f *Finding) {
				if found == nil {
					found = f
					stop()
				}
			}}); err != nil || found == nil {
				t.Fatalf("found %v, %v", found, err)
			}
			if found.Class != Disagreement || !found.Warns() || !slices.Equal(found.Notes, test.want) {
				t.Errorf("found %s, a warning: %v: %q, want %q", found.Class, found.Warns(), found.Notes, test.want)
			}
			if n := found.Script.Frames(); n > 1 {
				t.Errorf("the script has %d frames: %s", n, found.Script)
			}
			changed := slices.Clone(test.peers[1:])
			changed[0].Peer = oddServer(t, "odd-loses-early-frames") // it is as the first
			other := slices.Clone(test.peers[1:])
			other[0].Peer = oddServer(t, "odd-close-empty")
			if test.name == "one sends no status code" {
				other[0].Peer = oddServer(t, "odd-drops")
			}
			for _, replay := range []struct {
				name string
				also []Another
				want ReplayVerdict
			}{{"the same", test.peers[1:], Reproduced}, {"none", nil, Unchecked}, {"one that does the same now", changed, Gone}, {"one that does something else now", other, Changed}} {
				if r, err := Replay(t.Context(), main, found, 3, d, replay.also...); err != nil || r.Verdict != replay.want {
					t.Errorf("%s: %+v, %v, want %s", replay.name, r, err, replay.want)
				}
			}
		})
	}
}

// Servers that do the same, though some late and some with other habits, do not disagree.
func TestServersAgree(t *testing.T) {
	slow := echoServer(t)
	slow.Target.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &lateConn{Conn: conn}, err
	}
	mute := faultyServer(t, fault(t, "pong-never"))
	for _, test := range []struct {
		name  string
		other *Server
		err   string
	}{
		{"the same server", echoServer(t), ""},
		{"one that is late", slow, ""},
		{"one that drips", oddServer(t, "odd-drips"), ""},
		{"one that fragments", oddServer(t, "odd-fragments"), ""},
		{"one that cannot be compared", mute, "two cannot be compared: no pong"},
		{"one that is not there", serverAt("127.0.0.1:1"), "two: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			seeds := append(Seeds()[:40:40], differingSeeds...)
			_, err := Run(t.Context(), echoServer(t), Options{Seed: 1, Seeds: seeds, MostScripts: firstRound, Also: []Another{{"two", test.other}}, Deadlines: stream.NewDeadlines(time.Second, 0, 1), Found: func(f *Finding) {
				t.Errorf("%s: %s\n%s", f.Class, f.Why, f.Script)
			}})
			if (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("the error is %v, want %q", err, test.err)
			}
		})
	}
}

// What servers are compared by is empty where a script compares nothing.
func TestWhatServersDo(t *testing.T) {
	frame := func(f Frame) *Script { return &Script{Parts: []Part{{Frame: &f}}} }
	for _, test := range []struct {
		name   string
		peer   *Server
		script *Script
		want   string
	}{
		{"a ping", echoServer(t), frame(Frame{Opcode: wire.OpPing}), "goes on, and sends 0 messages back"},
		{"a Close frame", echoServer(t), frame(Frame{Opcode: wire.OpClose, Payload: []byte{0x03, 0xe9}}), "answers the Close frame with 1001"},
		{"an empty Close frame", echoServer(t), frame(Frame{Opcode: wire.OpClose}), "answers the Close frame without a status code"},
		{"a request without a key", echoServer(t), &Script{Head: strings.Replace(plainHead(""), "Sec-WebSocket-Key: {key}\r\n", "", 1)}, "refuses the opening handshake with 400"},
		{"what is not permitted", faultyServer(t, fault(t, "accepts-rsv1")), differingSeeds[1], "does what the RFC does not permit"},
		{"no answer", faultyServer(t, fault(t, "pong-never")), frame(Frame{Opcode: wire.OpText}), ""},
		{"the harness resets TCP", echoServer(t), &Script{Parts: []Part{{Do: Reset}}}, ""},
		{"half a frame", echoServer(t), frame(Frame{Opcode: wire.OpText, Declare: 5}), ""},
	} {
		p := newPlayer(test.peer)
		p.patience = patience{answer: 500 * time.Millisecond}
		if out := p.play(t.Context(), test.script); out.did != test.want {
			t.Errorf("%s: it %s, want %q", test.name, out.did, test.want)
		}
	}
}
