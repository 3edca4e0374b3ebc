package passive_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// What was agreed on decides about RSV1 and about what compressed messages may refer to.
func TestCompressedMessages(t *testing.T) {
	// "Hello" with its own codes, and the same by a reference to the message before
	// (RFC 7692 7.2.3.1, 7.2.3.2).
	const hello, again = "c1 07 f248cdc9c90700", "c1 05 f200110000"
	masked := func(s string) string { // with the key of zeros
		return strings.NewReplacer("c1 07 ", "c1 87 00000000", "c1 05 ", "c1 85 00000000").Replace(s)
	}
	offer := func(params string) []spoken {
		value := "Sec-WebSocket-Extensions: permessage-deflate" + params + "\r\n\r\n"
		return []spoken{{client, plain + value}, {server, accepts + value}}
	}
	for _, tt := range []struct {
		name   string
		before []spoken
		sender wire.Role
		octets string
		want   []string
	}{
		{"takeover", compressing(), server, hello + again, nil},
		{"takeover by a client", compressing(), client, masked(hello + again), nil},
		{"in fragments", compressing(), server, "41 03 f248cd 80 04 c9c90700", nil},
		{"no takeover was agreed", offer("; server_no_context_takeover"), server, hello + again, []string{"11 RFC7692-7.2.1-11"}},
		{"no takeover of a client", offer("; client_no_context_takeover"), client, masked(hello + again + again), []string{"19 RFC7692-7.2.1-8", "30 RFC7692-7.2.1-8"}},
		{"no deflate was agreed", opened(), server, hello, []string{"0 RFC6455-5.2-3"}},
		{"no DEFLATE data, and all behind it", compressing(), server, "c1 02 ffff" + hello + "81 01 ff", []string{"2 RFC7692-7.2.2-2", "15 RFC6455-8.1-1"}},
		{"no DEFLATE data, and what needs no window", offer("; server_no_context_takeover"), server, "c1 02 ffff" + hello + "c1 02 ffff", []string{"2 RFC7692-7.2.2-2", "15 RFC7692-7.2.2-2"}},
		{"no UTF-8 when inflated", compressing(), server, "c1 03 fa0f00" + hello, []string{"2 RFC6455-8.1-1"}},
		{"RSV1 on a ping", compressing(), server, "c9 00", []string{"0 RFC7692-6.1-4"}},
		{"RSV1 on a continuation", compressing(), server, "41 01 f2 c0 06 48cdc9c90700", []string{"3 RFC7692-6.1-5"}},
		{"RSV2", compressing(), server, "e1 00", []string{"0 RFC6455-5.2-3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := 0
			for _, s := range tt.before {
				if s.sender == tt.sender {
					before += len(s.octets)
				}
			}
			var want []string
			for _, v := range tt.want {
				var offset int
				var id string
				if _, err := fmt.Sscan(v, &offset, &id); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprintf("%s %d %s", tt.sender, before+offset, id))
			}
			for _, size := range []int{1, 2, 1 << 20} {
				var w watcher
				judged(append(tt.before, spoken{tt.sender, octets(t, tt.octets)}), size, w.options())
				if diff := cmp.Diff(want, w.violations); diff != "" {
					t.Errorf("in pieces of %d octets (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

// Messages of the reference break no rule, in any pieces, and all of them are counted.
func TestTheReferenceBreaksNoRule(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6455, 7692))
	for round := range 200 {
		compressed := round%2 == 0
		before := opened()
		var deflater *wire.Deflater
		if compressed {
			before = compressing()
			var err error
			if deflater, err = wire.NewDeflater(wire.DeflaterOptions{WindowBits: 15}); err != nil {
				t.Fatal(err)
			}
		}
		var stream []byte
		messages := 1 + rnd.IntN(6)
		for range messages {
			payload := []byte(strings.Repeat("Grüße aus der Straße ", rnd.IntN(200)))
			h := wire.Header{Opcode: wire.OpText, Fin: true, Masked: true}
			if compressed {
				h.RSV, payload = wire.RSV1, deflater.AppendMessage(nil, payload)
			}
			for first := true; first || len(payload) > 0; first = false {
				n := min(len(payload), rnd.IntN(2000))
				part := append([]byte(nil), payload[:n]...)
				payload = payload[n:]
				h.Fin, h.Length = len(payload) == 0, uint64(n)
				for i := range h.MaskKey {
					h.MaskKey[i] = byte(rnd.Uint32())
				}
				stream = wire.AppendHeader(stream, h)
				wire.Mask(h.MaskKey, 0, part)
				stream = append(stream, part...)
				h.Opcode, h.RSV = wire.OpContinuation, 0
				if h.Fin {
					break
				}
			}
		}
		var w watcher
		c := judged(append(before, spoken{client, string(stream)}), 1+rnd.IntN(3000), w.options())
		if s := c.Summary(); len(w.violations) > 0 || len(w.unjudged) > 0 || s.Client.Messages != int64(messages) {
			t.Fatalf("round %d: %q, %q, %d messages of %d", round, w.violations, w.unjudged, s.Client.Messages, messages)
		}
	}
}

// A message of any length takes no memory, and neither do thousands of violations.
func TestMemoryIsBounded(t *testing.T) {
	c := passive.New(passive.Options{})
	c.FromClient([]byte(request), 1)
	c.FromServer([]byte(accept), 2)
	c.FromServer(wire.AppendHeader(nil, wire.Header{Fin: true, Opcode: wire.OpText, Length: 1 << 40}), 3)
	piece := []byte(strings.Repeat("x", 64<<10))
	before := allocated()
	for i := range 2000 {
		c.FromServer(piece, time.Duration(i))
		c.FromClient(piece, time.Duration(i)) // no frames at all
	}
	if more := allocated() - before; more > 1<<20 {
		t.Errorf("%d octets were allocated for a message", more)
	}
	if s := c.Summary(); s.Client.Stopped == "" || s.Server.Stopped != "" {
		t.Errorf("stopped: client %q, server %q", s.Client.Stopped, s.Server.Stopped)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// The transcript has both sides, as a harness with either peer has it.
func TestTranscript(t *testing.T) {
	said := opened(spoken{client, octets(t, "8185000000004865 6c6c6f")}, spoken{server, octets(t, "8103616263 8800")})
	c := judged(said, 7, passive.Options{Transcript: true})
	for _, peer := range []wire.Role{client, server} {
		var got []string
		for _, e := range c.Transcript(peer) {
			got = append(got, fmt.Sprintf("%d %d %s", e.Dir, e.Number, e))
		}
		want := []string{"1 0 GET /chat HTTP/1.1", "2 1 HTTP/1.1 101 Switching Protocols", `1 0 text "Hello"`, `2 2 text "abc"`, "2 3 close, empty"}
		if peer == client {
			want = []string{"2 1 GET /chat HTTP/1.1", "1 0 HTTP/1.1 101 Switching Protocols", `2 2 text "Hello"`, `1 0 text "abc"`, "1 0 close, empty"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("peer %s (-want +got):\n%s", peer, diff)
		}
	}
}
