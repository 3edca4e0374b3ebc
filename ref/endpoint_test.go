package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// testTimeout bounds every wait of the tests; nothing passes by reaching it.
const testTimeout = 10 * time.Second

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listen listens on a port of its own.
func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func parsed(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	must(t, err)
	return u
}

// tcpPair returns two ends of a TCP connection.
func tcpPair(t testing.TB) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, _ := l.Accept()
		accepted <- conn
	}()
	a, err = net.Dial("tcp", l.Addr().String())
	must(t, err)
	if b = <-accepted; b == nil {
		t.Fatal("no connection accepted")
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// A peer is the other end of a Conn under test: it sends and sees every frame as
// it is, legal or not.
type peer struct {
	t    testing.TB
	role wire.Role
	net.Conn
	got []byte // read and not yet looked at
}

// endpoint returns a Conn of the role, behind its handshake, and its peer.
func endpoint(t testing.TB, role wire.Role, c config) (*Conn, *peer) {
	t.Helper()
	a, b := tcpPair(t)
	c.role = role
	conn, err := newConn(a, c)
	must(t, err)
	t.Cleanup(func() { conn.CloseNow() })
	must(t, b.SetDeadline(time.Now().Add(testTimeout)))
	return conn, &peer{t: t, role: role.Peer(), Conn: b}
}

// bothRoles runs a test against a server and against a client.
func bothRoles(t *testing.T, c config, test func(t *testing.T, conn *Conn, p *peer)) {
	t.Helper()
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		t.Run(role.String(), func(t *testing.T) {
			noLeaks(t)
			conn, p := endpoint(t, role, c)
			test(t, conn, p)
		})
	}
}

// A frame is a header and its payload.
type frame struct {
	wire.Header
	payload string
}

func whole(op wire.Opcode, payload string) frame {
	return frame{wire.Header{Fin: true, Opcode: op}, payload}
}

func part(op wire.Opcode, payload string) frame { return frame{wire.Header{Opcode: op}, payload} }

func (f frame) rsv(r wire.RSV) frame { f.RSV = r; return f }

func closing(code wire.StatusCode, reason string) frame {
	return whole(wire.OpClose, string([]byte{byte(code >> 8), byte(code)})+reason)
}

// String shows a frame as the tests compare it.
func (f frame) String() string {
	s := f.Opcode.String()
	if f.RSV != 0 {
		s += " " + f.RSV.String()
	}
	if !f.Fin {
		s += " unfinished"
	}
	return fmt.Sprintf("%s %q", s, f.payload)
}

// octets are the frames as the peer's role sends them: masked by a client.
func (p *peer) octets(frames ...frame) (out []byte) {
	for i, f := range frames {
		h := f.Header
		h.Length = uint64(len(f.payload))
		h.Masked = p.role == wire.RoleClient
		h.MaskKey = [4]byte{byte(i), 2, 3, 4}
		out = wire.AppendHeader(out, h)
		out = append(out, f.payload...)
		if h.Masked {
			wire.Mask(h.MaskKey, 0, out[len(out)-len(f.payload):])
		}
	}
	return out
}

func (p *peer) send(frames ...frame) {
	p.t.Helper()
	p.sendOctets(p.octets(frames...))
}

func (p *peer) sendOctets(b []byte) {
	p.t.Helper()
	if _, err := p.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the next frame, io.EOF at the end of TCP.
func (p *peer) next() (frame, error) {
	for {
		h, n, err := wire.ParseHeader(p.got)
		if err == nil && uint64(len(p.got)-n) >= h.Length {
			payload := p.got[n : n+int(h.Length)]
			p.got = p.got[n+int(h.Length):]
			if h.Masked != (p.role == wire.RoleServer) {
				return frame{}, fmt.Errorf("%v frame with mask %v from the %v", h.Opcode, h.Masked, p.role.Peer())
			}
			if h.Masked {
				wire.Mask(h.MaskKey, 0, payload)
			}
			return frame{wire.Header{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode}, string(payload)}, nil
		}
		if err != nil && !errors.Is(err, wire.ErrShort) {
			return frame{}, err
		}
		room := make([]byte, 64<<10)
		n, err = p.Read(room)
		p.got = append(p.got, room[:n]...)
		if n == 0 && err != nil {
			if err == io.EOF && len(p.got) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return frame{}, err
		}
	}
}

// expect wants exactly these frames next.
func (p *peer) expect(frames ...frame) {
	p.t.Helper()
	for _, want := range frames {
		got, err := p.next()
		if err != nil {
			p.t.Fatalf("%v, want %v", err, want)
		}
		if got.String() != want.String() {
			p.t.Fatalf("peer got %v, want %v", got, want)
		}
	}
}

// expectClose wants a Close frame with the code next.
func (p *peer) expectClose(code wire.StatusCode) {
	p.t.Helper()
	got, err := p.next()
	if err != nil {
		p.t.Fatalf("%v, want a Close with %v", err, code)
	}
	if seen, _, v := wire.ParseClose([]byte(got.payload)); got.Opcode != wire.OpClose || v != nil || seen != code {
		p.t.Fatalf("peer got %v (%v, %v), want a Close with %v", got, seen, v, code)
	}
}

// expectEnd wants the end of TCP next: a FIN, no reset.
func (p *peer) expectEnd() {
	p.t.Helper()
	if f, err := p.next(); err != io.EOF {
		p.t.Fatalf("peer got %v, %v, want the end of TCP", f, err)
	}
}

// checkClosed wants err to be a CloseError with the code, for the rule unless
// that is nil.
func checkClosed(t testing.TB, err error, code wire.StatusCode, remote bool, rule *wire.Rule) {
	t.Helper()
	var closed *CloseError
	if !errors.As(err, &closed) {
		t.Fatalf("error %v is no CloseError", err)
	}
	if closed.Code != code || closed.Remote != remote {
		t.Errorf("%v (%v, remote %v), want %v, remote %v", err, closed.Code, closed.Remote, code, remote)
	}
	var v *wire.Violation
	switch broken := errors.As(err, &v); {
	case broken != (rule != nil):
		t.Errorf("%v: violation %v, want %v", err, v, rule)
	case broken && v.Rule != rule:
		t.Errorf("%v: of %s, want %s", err, v.Rule.ID, rule.ID)
	}
}

// checkRead wants the next message.
func checkRead(t testing.TB, c *Conn, typ MessageType, want string) {
	t.Helper()
	gotType, got, err := c.Read(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if gotType != typ || string(got) != want {
		t.Fatalf("read %v %.80q (%d octets), want %v %.80q (%d octets)", gotType, got, len(got), typ, want, len(want))
	}
}

// untilHeld waits until somebody holds the lock.
func untilHeld(t testing.TB, l *lock) {
	t.Helper()
	for end := time.Now().Add(testTimeout); l.try(); {
		l.release()
		if time.Now().After(end) {
			t.Fatal("nobody took the lock")
		}
	}
}
