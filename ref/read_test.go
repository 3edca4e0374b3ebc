package ref

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Messages arrive as they were sent, in every length form and fragmentation.
func TestRead(t *testing.T) {
	noLeaks(t)
	big := strings.Repeat("0123456789abcdef", 1<<16)
	for _, tt := range []struct {
		name   string
		frames []frame
		want   []Message
	}{
		{"text", []frame{whole(wire.OpText, "Grüße")}, []Message{{Text, []byte("Grüße")}}},
		{"an empty message is not nil", []frame{whole(wire.OpBinary, "")}, []Message{{Binary, []byte{}}}},
		{"125, 126 and 65536 octets", []frame{whole(wire.OpBinary, big[:125]), whole(wire.OpBinary, big[:126]), whole(wire.OpBinary, big[:65536])},
			[]Message{{Binary, []byte(big[:125])}, {Binary, []byte(big[:126])}, {Binary, []byte(big[:65536])}}},
		{"1 MiB", []frame{whole(wire.OpBinary, big)}, []Message{{Binary, []byte(big)}}},
		{"fragments", []frame{part(wire.OpText, "a"), part(wire.OpContinuation, ""), part(wire.OpContinuation, big), whole(wire.OpContinuation, "z")}, []Message{{Text, []byte("a" + big + "z")}}},
		{"two messages in one segment", []frame{whole(wire.OpText, "1"), whole(wire.OpBinary, "2")}, []Message{{Text, []byte("1")}, {Binary, []byte("2")}}},
		{"a code point over two frames", []frame{part(wire.OpText, "\xe2"), whole(wire.OpContinuation, "\x82\xac")}, []Message{{Text, []byte("€")}}},
		{"an empty last fragment", []frame{part(wire.OpText, "a"), whole(wire.OpContinuation, "")}, []Message{{Text, []byte("a")}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				sent := inBackground(func() error {
					_, err := p.Write(p.octets(tt.frames...))
					return err
				})
				for _, want := range tt.want {
					typ, data, err := conn.Read(testContext(t))
					must(t, err)
					if typ != want.Type || data == nil || !bytes.Equal(data, want.Data) {
						t.Fatalf("%v of %d octets, %.50q, want %v of %d octets", typ, len(data), data, want.Type, len(want.Data))
					}
				}
				must(t, awaitErr(t, sent))
			})
		})
	}
}

func TestNextReader(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		p.send(part(wire.OpText, "Hello, "), whole(wire.OpPing, "?"), whole(wire.OpContinuation, "world"),
			whole(wire.OpBinary, "skipped in part"), whole(wire.OpText, ""), whole(wire.OpText, "last"))
		typ, r, err := conn.NextReader(testContext(t))
		must(t, err)
		got, err := io.ReadAll(iotest.OneByteReader(r))
		if typ != Text || string(got) != "Hello, world" || err != nil {
			t.Errorf("%v %q, %v", typ, got, err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("behind the end: %d, %v", n, err)
		}
		_, second, err := conn.NextReader(testContext(t))
		must(t, err)
		_, err = io.ReadFull(second, make([]byte, 7))
		must(t, err)
		checkRead(t, conn, Text, "")
		if _, err := second.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("a reader that is over: %v", err)
		}
		checkRead(t, conn, Text, "last")
		p.expect(whole(wire.OpPong, "?"))
	})
}

func TestMessages(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		end    frame
		code   wire.StatusCode // of the error, zero for none
		remote bool
	}{
		{"1000 is a clean end", closing(1000, ""), 0, true},
		{"1001 too", closing(1001, ""), 0, true},
		{"and no code", whole(wire.OpClose, ""), 0, true},
		{"another code is an error", closing(1011, ""), 1011, true},
		{"so is a failure", whole(3, ""), 1002, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				p.send(whole(wire.OpText, "1"), whole(wire.OpBinary, "2"), tt.end)
				must(t, p.Conn.(interface{ CloseWrite() error }).CloseWrite())
				var got []string
				var end error
				for message, err := range conn.Messages(testContext(t)) {
					if err != nil {
						end = err
						continue
					}
					got = append(got, string(message.Data))
				}
				if !slices.Equal(got, []string{"1", "2"}) {
					t.Errorf("messages %q", got)
				}
				if CloseStatus(end) != tt.code {
					t.Errorf("ended with %v", end)
				}
			})
		})
	}
	t.Run("broken off and gone on with", func(t *testing.T) {
		conn, p := endpoint(t, wire.RoleServer, config{})
		p.send(whole(wire.OpText, "1"), whole(wire.OpText, "2"))
		for _, err := range conn.Messages(testContext(t)) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		checkRead(t, conn, Text, "2")
	})
}

// A context that ends costs nothing: not the connection and not the half of a
// message that had come.
func TestReadContext(t *testing.T) {
	noLeaks(t)
	for _, agreed := range []*wire.DeflateParams{nil, {}} {
		bothRoles(t, config{agreed: agreed, compression: &Compression{}}, func(t *testing.T, conn *Conn, p *peer) {
			soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			if _, _, err := conn.Read(soon); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("nothing to read: %v", err)
			}
			p.send(part(wire.OpText, "first half, "))
			soon, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			if _, _, err := conn.Read(soon); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("half a message: %v", err)
			}
			p.send(whole(wire.OpContinuation, "second half"))
			checkRead(t, conn, Text, "first half, second half")
			canceled, cancelFor := context.WithCancelCause(context.Background())
			cancelFor(errors.New("my reason"))
			if _, _, err := conn.Read(canceled); err == nil || !strings.Contains(err.Error(), "my reason") {
				t.Errorf("canceled: %v", err)
			}
			must(t, conn.Write(testContext(t), Text, []byte("still open")))
			p.expect(whole(wire.OpText, "still open"))
		})
	}
}

// Inside a compressed message too: the inflater waits at any octet.
func TestReadContextInsideACompressedMessage(t *testing.T) {
	noLeaks(t)
	for _, agreed := range []*wire.DeflateParams{{}, {ServerNoContextTakeover: true, ClientNoContextTakeover: true}, {ServerMaxWindowBits: 9, ClientMaxWindowBits: 9}} {
		bothRoles(t, config{agreed: agreed, compression: &Compression{}}, func(t *testing.T, conn *Conn, p *peer) {
			octets := deflated("half and half and half")
			p.send(part(wire.OpText, octets[:3]).rsv(wire.RSV1))
			for i := range octets[3 : len(octets)-1] {
				soon, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
				_, _, err := conn.Read(soon)
				cancel()
				if !errors.Is(err, context.DeadlineExceeded) || CloseStatus(err) != 0 {
					t.Fatalf("error %v", err)
				}
				p.send(part(wire.OpContinuation, octets[3+i:4+i]))
			}
			p.send(whole(wire.OpContinuation, octets[len(octets)-1:]))
			checkRead(t, conn, Text, "half and half and half")
			if conn.State() != wire.StateOpen {
				t.Errorf("state %v", conn.State())
			}
		})
	}
}

// A waiting reader does not keep another's context from ending.
func TestReadWaitsForAnother(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleServer, config{})
	first := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
	untilHeld(t, &conn.reading)
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := conn.Read(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("second reader: %v", err)
	}
	p.send(whole(wire.OpText, "for the first"))
	must(t, awaitErr(t, first))
}

// A header that promises much costs no memory before the octets come.
func TestReadTrustsNoHeader(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleServer, config{})
	octets := p.octets(whole(wire.OpBinary, strings.Repeat("x", DefaultMessageLimit)))
	p.sendOctets(octets[:100])
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := conn.Read(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if got := cap(conn.message.partial); got > 128<<10 {
		t.Errorf("%d octets of memory for 100 that came", got)
	}
}
