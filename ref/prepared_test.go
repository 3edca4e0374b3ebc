package ref

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

func prepared(t testing.TB, typ MessageType, p string) *PreparedMessage {
	t.Helper()
	m, err := NewPreparedMessage(typ, []byte(p))
	must(t, err)
	return m
}

func TestWritePrepared(t *testing.T) {
	noLeaks(t)
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, writeChunk + 1, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			message := strings.Repeat("abcdefg", size/7+1)[:size]
			m := prepared(t, Text, message)
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				sent := inBackground(func() error {
					return errors.Join(conn.WritePrepared(testContext(t), m), conn.WritePrepared(testContext(t), m))
				})
				p.expect(whole(wire.OpText, message), whole(wire.OpText, message))
				must(t, awaitErr(t, sent))
			})
		})
	}
}

func TestNewPreparedMessage(t *testing.T) {
	noLeaks(t)
	p := []byte("mine")
	m, err := NewPreparedMessage(Binary, p)
	must(t, err)
	p[0] = 'X'
	if string(m.data) != "mine" {
		t.Errorf("the caller's octets were not copied: %s", m.data)
	}
	var v *wire.Violation
	if _, err := NewPreparedMessage(Text, []byte("\xff")); !errors.As(err, &v) || v.Rule != wire.RuleText {
		t.Errorf("text that is not UTF-8: %v", err)
	}
	if _, err := NewPreparedMessage(MessageType(wire.OpPing), nil); err == nil {
		t.Error("a ping went as a message")
	}
	client, server := pipe(t, nil, nil)
	for _, conn := range []*Conn{client, server} {
		if err := conn.WritePrepared(testContext(t), &PreparedMessage{}); err == nil || CloseStatus(err) != 0 {
			t.Errorf("a message that nobody prepared: %v", err)
		}
	}
}

// A client masks every copy with a key of its own, and the prepared octets stay.
func TestWritePreparedMasked(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleClient, config{})
	m := prepared(t, Text, "Hello")
	seen := map[[4]byte]bool{}
	for range 3 {
		must(t, conn.WritePrepared(testContext(t), m))
		raw := make([]byte, 11)
		_, err := p.Read(raw)
		must(t, err)
		h, _, err := wire.ParseHeader(raw)
		must(t, err)
		seen[h.MaskKey] = true
	}
	if len(seen) != 3 || string(m.data) != "Hello" {
		t.Errorf("%d keys for 3 frames, data %q", len(seen), m.data)
	}
}

// Whatever was agreed, prepared messages and others are all understood, in any order;
// and one frame serves all connections that compress alike.
func TestWritePreparedCompressed(t *testing.T) {
	noLeaks(t)
	message := pseudoRandom(2000) // with nothing to refer to but an earlier copy of itself
	m := prepared(t, Binary, message)
	for _, tt := range []struct {
		name   string
		agreed wire.DeflateParams
	}{
		{"with context takeover", wire.DeflateParams{}},
		{"without", wire.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true}},
		{"small windows", wire.DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config{agreed: &tt.agreed, compression: &Compression{Threshold: 10, Level: 9}}
			bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
				bits, takeover := tt.agreed.Sender(conn.role)
				inflater, err := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
				must(t, err)
				history := int64(0)
				expect := func(want string) {
					t.Helper()
					f, err := p.next()
					must(t, err)
					use, v := wire.MeasureWindow([]byte(f.payload), history)
					if v != nil || wire.CheckWindow(use, tt.agreed, conn.role) != nil {
						t.Errorf("window: %v, %v", v, wire.CheckWindow(use, tt.agreed, conn.role))
					}
					history += use.Octets
					got, err := inflater.AppendMessage(nil, []byte(f.payload), 1<<20)
					if f.RSV != wire.RSV1 || err != nil || string(got) != want {
						t.Fatalf("frame with %v, %d octets, %v; want %d", f.RSV, len(got), err, len(want))
					}
				}
				other := strings.Repeat("and others ", 100)
				for range 3 {
					must(t, conn.Write(testContext(t), Binary, []byte(other)))
					expect(other)
					must(t, conn.WritePrepared(testContext(t), m))
					expect(message)
					must(t, conn.Write(testContext(t), Binary, []byte(other+message)))
					expect(other + message)
				}
				small := prepared(t, Text, "small")
				must(t, conn.WritePrepared(testContext(t), small))
				p.expect(whole(wire.OpText, "small"))
			})
		})
	}
	if n := len(m.compressed); n != 2 {
		t.Errorf("compressed %d times, want once for windows of 15 bits and once for 9", n)
	}
}

func TestWritePreparedAtOnce(t *testing.T) {
	noLeaks(t)
	m := prepared(t, Text, strings.Repeat("to everybody ", 100))
	var all sync.WaitGroup
	for range 8 {
		client, server := pipe(t, &DialOptions{Compression: &Compression{}}, &AcceptOptions{Compression: &Compression{}})
		all.Go(func() {
			if err := server.WritePrepared(testContext(t), m); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, got, err := client.Read(testContext(t)); string(got) != string(m.data) {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
	all.Wait()
}

func TestWritePreparedAfterTheEnd(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, _ *peer) {
		conn.CloseNow()
		checkClosed(t, conn.WritePrepared(testContext(t), prepared(t, Text, "x")), 1006, false, nil)
	})
}

// A sink is a connection that takes everything at once.
type sink struct{ net.Conn }

func (sink) Write(p []byte) (int, error) { return len(p), nil }
func (sink) Close() error                { return nil }

func (sink) SetWriteDeadline(time.Time) error { return nil }

// One message to a thousand connections: what the library itself costs, without a
// network.
func BenchmarkBroadcast(b *testing.B) {
	const members = 1000
	for _, mode := range []struct {
		name   string
		agreed *wire.DeflateParams
	}{
		{"plain", nil},
		{"no context takeover", &wire.DeflateParams{ServerNoContextTakeover: true}},
		{"context takeover", &wire.DeflateParams{}},
	} {
		for _, size := range []int{128, 4 << 10, 64 << 10} {
			var conns []*Conn
			for range members {
				conn, err := newConn(sink{}, config{role: wire.RoleServer, agreed: mode.agreed, compression: &Compression{}})
				must(b, err)
				conns = append(conns, conn)
			}
			ctx := context.Background()
			message := []byte(strings.Repeat("All the world's a stage, ", size/25+1)[:size])
			b.Run(fmt.Sprintf("%s/%d/Write", mode.name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for _, conn := range conns {
						must(b, conn.Write(ctx, Text, message))
					}
				}
			})
			b.Run(fmt.Sprintf("%s/%d/WritePrepared", mode.name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m, err := NewPreparedMessage(Text, message)
					must(b, err)
					for _, conn := range conns {
						must(b, conn.WritePrepared(ctx, m))
					}
				}
			})
			for _, conn := range conns {
				conn.CloseNow()
			}
		}
	}
}
