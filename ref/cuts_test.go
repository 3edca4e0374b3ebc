package ref

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// The messages of the conversation that is cut, in order.
var cutMessages = []string{"Grüße", strings.Repeat("compress me ", 60), "in fragments, with a Ping between", strings.Repeat("long ", 450)}

// conversation are the octets that the peer of the given role sends behind its
// handshake.
func conversation(t *testing.T, role wire.Role) []byte {
	t.Helper()
	p := &peer{t: t, role: role}
	first, rest := cutMessages[2][:10], cutMessages[2][10:]
	return p.octets(
		whole(wire.OpText, cutMessages[0]),
		whole(wire.OpText, deflated(cutMessages[1])).rsv(wire.RSV1),
		part(wire.OpBinary, first), whole(wire.OpPing, "are you there?"), whole(wire.OpContinuation, rest),
		whole(wire.OpText, cutMessages[3]),
		closing(1000, "done"),
	)
}

// A cutConn ends after so many octets in one direction, by the end of the stream
// or by a reset. A negative number does not cut.
type cutConn struct {
	net.Conn
	mu                  sync.Mutex
	toRead, toWrite     int
	reset               bool
	haveRead, haveWrite int
}

func (c *cutConn) end() error {
	_ = c.Conn.Close()
	if c.reset {
		return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return io.EOF
}

func (c *cutConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	left := c.toRead - c.haveRead
	c.mu.Unlock()
	if c.toRead >= 0 && left == 0 {
		return 0, c.end()
	}
	if c.toRead >= 0 && len(p) > left {
		p = p[:left]
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.haveRead += n
	return n, err
}

func (c *cutConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	left := c.toWrite - c.haveWrite
	c.mu.Unlock()
	if c.toWrite >= 0 && len(p) > left {
		n, _ := c.Conn.Write(p[:left])
		_ = c.end()
		return n, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	n, err := c.Conn.Write(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.haveWrite += n
	return n, err
}

// A conversation is cut at every octet, in both directions and roles, by the end of TCP
// and by a reset. Every time the endpoint comes to an end, says how, and has given the
// application a beginning of the messages, whole ones only. The race detector, which is
// slow, sees every seventh cut.
func TestEveryCut(t *testing.T) {
	noLeaks(t)
	cuts, stride := 0, 1
	if raceEnabled {
		stride = 7
	}
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		in, out := playCut(t, role, -1, -1, false) // without a cut
		for _, reset := range []bool{false, true} {
			for at := 0; at < in; at += stride {
				playCut(t, role, at, -1, reset)
				cuts++
			}
			for at := 0; at < out; at += stride {
				playCut(t, role, -1, at, reset)
				cuts++
			}
		}
	}
	if cuts < 10_000/stride {
		t.Errorf("%d cuts", cuts)
	}
	t.Logf("%d cuts", cuts)
}

// playCut plays the conversation once and returns how many octets the endpoint
// read and wrote.
func playCut(t *testing.T, role wire.Role, toRead, toWrite int, reset bool) (in, out int) {
	t.Helper()
	what := fmt.Sprintf("%v, cut at %d in and %d out, reset %v", role, toRead, toWrite, reset)
	a, b := memoryConns()
	cut := &cutConn{Conn: a, toRead: toRead, toWrite: toWrite, reset: reset}
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	var peerEnd <-chan error
	var conn *Conn
	var err error
	if role == wire.RoleServer {
		peerEnd = inBackground(func() error {
			return playCutPeer(t, b, opening+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", wire.RoleClient)
		})
		accepted := acceptOne(cut, &AcceptOptions{Compression: &Compression{Threshold: 1}})
		result := <-accepted
		conn, err = result.conn, result.err
	} else {
		peerEnd = inBackground(func() error { return playCutPeer(t, b, "", wire.RoleServer) })
		conn, _, err = Dial(ctx, "ws://example.com/", &DialOptions{
			Compression:  &Compression{Threshold: 1},
			CloseTimeout: 50 * time.Millisecond,
			DialContext:  func(context.Context, string, string) (net.Conn, error) { return cut, nil },
		})
	}
	var got []string
	if conn != nil {
		for {
			typ, data, readErr := conn.Read(ctx)
			if err = readErr; err != nil {
				break
			}
			got = append(got, string(data))
			_ = conn.Write(ctx, typ, data) // an error shows in Read too
		}
		conn.CloseNow()
		var closed *CloseError
		if !errors.As(err, &closed) {
			t.Fatalf("%s: ended with %v", what, err)
		}
		if state := conn.State(); state != wire.StateClosed && state != wire.StateAborted {
			t.Fatalf("%s: state %v", what, state)
		}
	}
	if ctx.Err() != nil {
		t.Fatalf("%s: no end in sight", what)
	}
	if len(got) > len(cutMessages) || !slices.Equal(got, cutMessages[:len(got)]) {
		t.Fatalf("%s: messages %q", what, got)
	}
	if toRead < 0 && toWrite < 0 && (len(got) != len(cutMessages) || CloseStatus(err) != 1000) {
		t.Fatalf("%s: %d messages and %v", what, len(got), err)
	}
	_ = cut.Close()
	_ = b.Close()
	if err := <-peerEnd; err != nil { // it differs from cut to cut
		t.Logf("%s: the peer ended with %v", what, err)
	}
	return cut.haveRead, cut.haveWrite
}

// playCutPeer is the other end: it sends all it has and reads to the end.
func playCutPeer(t *testing.T, conn net.Conn, request string, role wire.Role) error {
	defer conn.Close()
	if role == wire.RoleServer {
		var head []byte
		for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
			one := make([]byte, 1)
			if _, err := conn.Read(one); err != nil {
				return err
			}
			head = append(head, one...)
		}
		parsed, _, err := wire.ParseRequest(head)
		if err != nil {
			return err
		}
		key, _ := parsed.Fields.Get("Sec-WebSocket-Key")
		request = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
			wire.AcceptKey(key) + "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
	}
	if _, err := conn.Write(append([]byte(request), conversation(t, role)...)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, conn)
	return err
}
