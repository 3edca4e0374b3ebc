package faulty

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A peer echoes messages on one connection, in one goroutine: it reads some octets,
// handles them, and reads again. Faults change its habits.
type peer struct {
	habits
	ctx            context.Context
	conn           net.Conn
	role           wire.Role
	host, resource string // for a client

	in      []byte // octets that are read but not handled yet
	current frame  // the frame whose payload is being read
	left    uint64 // missing octets of that payload
	reading bool   // current is valid

	state   wire.FrameState // the state for the check of the next header
	message message         // the incomplete data message
	text    wire.UTF8Validator
	deflate *deflation // nil if permessage-deflate is not negotiated

	// mute: data frames are not sent at the moment.
	mute      bool
	sentClose bool
	failed    bool
	over      bool // the peer handles no more frames
}

// A message is a text or binary message, complete or incomplete.
type message struct {
	opcode     wire.Opcode
	compressed bool
	payload    []byte
}

// A frame has its payload unmasked. Sending sets Length to the length of the payload,
// unless declared is set.
type frame struct {
	wire.Header
	payload []byte
	// declared keeps Length as a fault has set it.
	declared bool
}

// newPeer returns a correct peer, changed by the fault.
func newPeer(conn net.Conn, role wire.Role, f Fault) *peer {
	p := &peer{conn: conn, role: role}
	p.state = wire.FrameState{Sender: role.Peer()}
	p.habits = p.correct()
	if f.alter != nil {
		f.alter(p)
	}
	return p
}

// handshakeTime limits the opening handshake. lingerTime limits the wait until the
// other end closes TCP.
const (
	handshakeTime = 10 * time.Second
	lingerTime    = 5 * time.Second
)

// run handles the connection from the opening handshake to its end.
func (p *peer) run() {
	defer p.conn.Close()
	_ = p.conn.SetDeadline(time.Now().Add(handshakeTime))
	opened := false
	if p.role == wire.RoleServer {
		opened = p.acceptHandshake()
	} else {
		opened = p.offerHandshake()
	}
	if !opened {
		return
	}
	_ = p.conn.SetDeadline(time.Time{})
	p.opened()
	buf := make([]byte, 32<<10)
	for p.feed(); !p.over; p.feed() {
		n, err := p.conn.Read(buf)
		p.in = append(p.in, buf[:n]...)
		if err != nil {
			p.feed()
			p.ended()
			return
		}
	}
	p.leave()
}

// leaveInOrder closes TCP: a server immediately (RFC6455-7.1.1-3), a client after the
// server (RFC6455-7.1.1-6), and both immediately if they failed the connection
// (RFC6455-7.1.7-1, RFC6455-7.1.7-3). It discards further octets, because unread
// octets would reset TCP (RFC6455-7.1.1-1).
func (p *peer) leaveInOrder() {
	if p.role == wire.RoleServer || p.failed {
		p.closeWrite()
	}
	p.discard(lingerTime)
}

func (p *peer) closeWrite() {
	if half, ok := p.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = p.conn.Close()
}

// discard reads until the other end closes TCP, for at most the given time; 0 means
// no limit.
func (p *peer) discard(most time.Duration) {
	if most > 0 {
		_ = p.conn.SetReadDeadline(time.Now().Add(most))
	}
	_, _ = io.Copy(io.Discard, p.conn)
}

// readMore reads what comes in the given time, and reports whether the other end has
// closed its half of the connection.
func (p *peer) readMore(most time.Duration) (ended bool) {
	_ = p.conn.SetReadDeadline(time.Now().Add(most))
	defer func() { _ = p.conn.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 32<<10)
	for {
		n, err := p.conn.Read(buf)
		p.in = append(p.in, buf[:n]...)
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// idle waits until the context ends, for at most the given time.
func (p *peer) idle(most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-p.ctx.Done():
	case <-timer.C:
	}
}

// reset resets the TCP connection. Another kind of connection is only closed.
func (p *peer) reset() {
	if tcp, ok := p.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = p.conn.Close()
	p.over = true
}

// write sends octets. It ignores an error, because the next read returns it too.
func (p *peer) write(octets []byte) { _, _ = p.conn.Write(octets) }

// freshKey chooses a random masking key (RFC6455-5.3-2, RFC6455-5.3-3).
func freshKey() (key [4]byte) {
	_, _ = rand.Read(key[:]) // documented never to fail
	return key
}
