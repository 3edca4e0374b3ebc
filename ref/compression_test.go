package ref

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// What both ends agree on, by what each of them wants.
func TestCompressionNegotiation(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name           string
		client, server *Compression
		offer, answer  string
	}{
		{"neither", nil, nil, "", ""},
		{"the client only", &Compression{}, nil, "permessage-deflate; client_max_window_bits", ""},
		{"the server only", nil, &Compression{}, "", ""},
		{"both", &Compression{}, &Compression{}, "permessage-deflate; client_max_window_bits", "permessage-deflate"},
		{"the server bounds both windows", &Compression{}, &Compression{ServerMaxWindowBits: 10, ClientMaxWindowBits: 9},
			"permessage-deflate; client_max_window_bits", "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9"},
		{"the client bounds both windows", &Compression{ServerMaxWindowBits: 11, ClientMaxWindowBits: 8}, &Compression{},
			"permessage-deflate; server_max_window_bits=11; client_max_window_bits=8", "permessage-deflate; server_max_window_bits=11; client_max_window_bits=8"},
		{"the client wants no context", &Compression{ServerNoContextTakeover: true, ClientNoContextTakeover: true}, &Compression{},
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
		{"the server wants no context", &Compression{}, &Compression{ServerNoContextTakeover: true, ClientNoContextTakeover: true},
			"permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
		{"smallest windows at level 9", &Compression{ServerMaxWindowBits: 8, ClientMaxWindowBits: 8, Level: 9}, &Compression{Level: 1},
			"permessage-deflate; server_max_window_bits=8; client_max_window_bits=8", "permessage-deflate; server_max_window_bits=8; client_max_window_bits=8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			s := serve(t, &AcceptOptions{Compression: tt.server}, Echo)
			conn, response, err := Dial(testContext(t), s.url, &DialOptions{Compression: tt.client})
			must(t, err)
			defer conn.CloseNow()
			if got := (<-s.requests).Header.Get("Sec-Websocket-Extensions"); got != tt.offer {
				t.Errorf("offered %q, want %q", got, tt.offer)
			}
			if got := response.Header.Get("Sec-Websocket-Extensions"); got != tt.answer {
				t.Errorf("answered %q, want %q", got, tt.answer)
			}
			if conn.Compressed() != (tt.answer != "") {
				t.Errorf("compressed: %v", conn.Compressed())
			}
			for range 3 { // the second refers to the first where it may
				for _, message := range []string{"", "short", strings.Repeat("a longer text, ", 5000)} {
					must(t, conn.Write(testContext(t), Text, []byte(message)))
					checkRead(t, conn, Text, message)
				}
			}
			must(t, conn.Close(1000, ""))
			must(t, awaitErr(t, s.ends))
		})
	}
}

func TestCompressionRefusesOptions(t *testing.T) {
	noLeaks(t)
	for _, c := range []Compression{{Level: 10}, {Threshold: -1}, {ServerMaxWindowBits: 7}, {ClientMaxWindowBits: 16}} {
		if _, _, err := Dial(testContext(t), "ws://localhost", &DialOptions{Compression: &c}); err == nil || !strings.Contains(err.Error(), "dial options") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A client keeps to what it said it would do, also when the server does not hold
// it to that (RFC7692-7.2.1-9, RFC7692-7.2.1-14).
func TestCompressionOfAModestClient(t *testing.T) {
	noLeaks(t)
	message := []byte(pseudoRandom(2000))
	for _, tt := range []struct {
		name  string
		c     Compression
		again bool // may the second message refer to the first?
	}{
		{"with context", Compression{Level: 9}, true},
		{"without context", Compression{Level: 9, ClientNoContextTakeover: true}, false},
		{"with a window that forgets", Compression{Level: 9, ClientMaxWindowBits: 8}, false},
	} {
		deflater, _, err := tt.c.halves(wire.RoleClient, wire.DeflateParams{})
		must(t, err)
		first := len(deflater.AppendMessage(nil, message))
		second := len(deflater.AppendMessage(nil, message))
		if (second < first/2) != tt.again {
			t.Errorf("%s: %d octets, then %d", tt.name, first, second)
		}
	}
}

// RSV1 stands on the first frame of a message and on no other, and messages
// below the threshold go plain.
func TestCompressionOnTheWire(t *testing.T) {
	noLeaks(t)
	c := config{agreed: &wire.DeflateParams{}, compression: &Compression{Threshold: 10, Level: 9}}
	bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
		inflater, err := wire.NewInflater(wire.InflaterOptions{})
		must(t, err)
		inflate := func(payload string) string {
			out, err := inflater.AppendMessage(nil, []byte(payload), 1<<20)
			must(t, err)
			return string(out)
		}
		must(t, conn.Write(testContext(t), Text, []byte("123456789")))
		p.expect(whole(wire.OpText, "123456789"))
		must(t, conn.Write(testContext(t), Text, []byte("1234567890")))
		f, err := p.next()
		must(t, err)
		if !f.Fin || f.RSV != wire.RSV1 || inflate(f.payload) != "1234567890" {
			t.Errorf("frame %v", f)
		}

		message := pseudoRandom(64 * fragment) // the compressor gathers before it gives
		w, err := conn.NextWriter(testContext(t), Binary)
		must(t, err)
		for rest := message; rest != ""; rest = rest[fragment:] {
			_, err = io.WriteString(w, rest[:fragment])
			must(t, err)
		}
		must(t, w.Close())
		var payload strings.Builder
		var heads []wire.Header
		for {
			f, err := p.next()
			must(t, err)
			payload.WriteString(f.payload)
			heads = append(heads, f.Header)
			if f.Fin {
				break
			}
		}
		if len(heads) < 3 {
			t.Errorf("%d frames", len(heads))
		}
		for i, h := range heads {
			want := wire.Header{Fin: i == len(heads)-1}
			if i == 0 {
				want.RSV, want.Opcode = wire.RSV1, wire.OpBinary
			}
			if diff := cmp.Diff(want, h); diff != "" {
				t.Errorf("frame %d (-want +got):\n%s", i, diff)
			}
		}
		if inflate(payload.String()) != message {
			t.Error("the message came out different")
		}

		must(t, mustWriter(t, conn, "tiny").Close())
		p.expect(whole(wire.OpText, "tiny"))
		must(t, mustWriter(t, conn, "ten octets").Close())
		if f, err = p.next(); err != nil || f.RSV != wire.RSV1 || inflate(f.payload) != "ten octets" {
			t.Errorf("frame %v, %v", f, err)
		}
	})
}

func mustWriter(t *testing.T, conn *Conn, message string) io.WriteCloser {
	t.Helper()
	w, err := conn.NextWriter(testContext(t), Text)
	must(t, err)
	_, err = io.WriteString(w, message)
	must(t, err)
	return w
}

// pseudoRandom is text that compresses little, the same every time.
func pseudoRandom(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

// A message that was compressed and never sent must not be referred to.
func TestCompressionAfterAMessageThatNeverWent(t *testing.T) {
	noLeaks(t)
	c := config{agreed: &wire.DeflateParams{}, compression: &Compression{Threshold: 1, Level: 9}}
	bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
		message := []byte(pseudoRandom(300))
		must(t, conn.framing.acquire(testContext(t), nil)) // it cannot be sent
		ctx, cancel := context.WithCancel(context.Background())
		writing := inBackground(func() error { return conn.Write(ctx, Binary, message) })
		untilHeld(t, &conn.sending) // until the writer has begun
		cancel()
		if err := awaitErr(t, writing); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		conn.endFrame()
		must(t, conn.Write(testContext(t), Binary, message))
		f, err := p.next()
		must(t, err)
		inflater, err := wire.NewInflater(wire.InflaterOptions{})
		must(t, err)
		if got, err := inflater.AppendMessage(nil, []byte(f.payload), 1<<20); err != nil || string(got) != string(message) {
			t.Errorf("%d octets, %v", len(got), err)
		}
	})
}

// RSV1 on a message of a connection that did not agree to it is seen to by the
// frame rules; here: that nothing is offered means nothing is taken.
func TestCompressionUnasked(t *testing.T) {
	noLeaks(t)
	s := answer(t, func(w http.ResponseWriter, r *http.Request) string {
		return accepting(r, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
	})
	_, _, err := Dial(testContext(t), s, nil)
	var v *wire.Violation
	if !errors.As(err, &v) {
		t.Errorf("error %v", err)
	}
}
