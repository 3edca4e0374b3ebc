package faulty

import (
	"context"
	"crypto/rand"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A peer echoes messages on one connection, in one goroutine: it reads some
// octets, does what they ask for, and reads on. Its habits are what faults
// change.
type peer struct {
	habits
	ctx            context.Context
	conn           net.Conn
	role           wire.Role
	host, resource string // a client's

	in      []byte // octets read and not used yet
	current frame  // the frame whose payload is being read
	left    uint64 // octets that it still lacks
	reading bool   // current is there

	state   wire.FrameState // what judging the next header needs
	message message         // the data message under way
	text    wire.UTF8Validator
	deflate *deflation // nil if it was not agreed

	sentClose bool
	failed    bool
	over      bool // nothing more is read as frames
}

// A message is a text or binary message, whole or under way.
type message struct {
	opcode     wire.Opcode
	compressed bool
	payload    []byte
}

// A frame is one frame with its payload not masked. Length is set from the
// payload when it is sent, unless a fault has set Declared.
type frame struct {
	wire.Header
	payload []byte
	// declared says that Length stands as it is.
	declared bool
}

// newPeer returns a peer with the habits that the fault leaves it.
func newPeer(conn net.Conn, role wire.Role, f Fault) *peer {
	p := &peer{conn: conn, role: role}
	p.state = wire.FrameState{Sender: role.Peer()}
	p.habits = p.correct()
	if f.alter != nil {
		f.alter(p)
	}
	return p
}

// handshakeTime bounds the opening handshake, lingerTime the wait for the other
// end to close TCP.
const (
	handshakeTime = 10 * time.Second
	lingerTime    = 5 * time.Second
)

// run plays the connection from its first octet to its last.
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
			return
		}
	}
	p.leave()
}

// leaveInOrder closes TCP: the server at once (RFC6455-7.1.1-3), the client
// when the server has (RFC6455-7.1.1-6), either at once when it failed the
// connection (RFC6455-7.1.7-1, -3). What still comes is thrown away, so that
// the end is no reset (RFC6455-7.1.1-1).
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

// discard reads until the other end has closed TCP; most bounds it, 0 does not.
func (p *peer) discard(most time.Duration) {
	if most > 0 {
		_ = p.conn.SetReadDeadline(time.Now().Add(most))
	}
	_, _ = io.Copy(io.Discard, p.conn)
}

// reset ends the connection by a TCP reset, where the connection is TCP.
func (p *peer) reset() {
	if tcp, ok := p.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = p.conn.Close()
	p.over = true
}

// write sends octets. An error needs no word here: the next read has it too.
func (p *peer) write(octets []byte) { _, _ = p.conn.Write(octets) }

// freshKey draws a masking key (RFC6455-5.3-2, RFC6455-5.3-3).
func freshKey() (key [4]byte) {
	_, _ = rand.Read(key[:]) // documented never to fail
	return key
}
