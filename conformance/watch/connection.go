package watch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// A connection is one that is passed on: two ends, and a pipe for each direction.
type connection struct {
	watcher        *Watcher
	number         int
	began          time.Time
	client, server net.Conn
	judging        *judging
	// ending is done once, by what ends both ends at once.
	ending sync.Once
	// isCut: a fault has cut the connection, and nothing is passed on any more.
	isCut atomic.Bool
	// pipes are the directions, and underWay is how many of them have not ended.
	pipes    [2]*pipe
	underWay atomic.Int32
	// over is called at the end, when all is judged.
	over func()
}

func newConnection(w *Watcher, number int, began time.Time, client, server net.Conn, o passive.Options) *connection {
	return &connection{watcher: w, number: number, began: began, client: client, server: server, judging: newJudging(passive.New(o))}
}

// start passes octets on in two goroutines, one for each direction, and calls over when both
// have ended and all is judged. While they wait for octets they hold no frame of a function
// that did something before, because the stack of a goroutine is as large as that needed.
func (c *connection) start(ctx context.Context, over func()) {
	c.over = over
	c.pipes = [2]*pipe{
		{of: c, sender: wire.RoleClient, from: c.client, to: c.server},
		{of: c, sender: wire.RoleServer, from: c.server, to: c.client},
	}
	c.underWay.Store(int32(len(c.pipes)))
	for _, p := range c.pipes {
		p.faults = newFaults(ctx, p)
	}
	for _, p := range c.pipes {
		go p.goOn(ctx)
	}
}

// goOn passes on, and ends the connection if the other direction has ended already.
func (p *pipe) goOn(ctx context.Context) {
	p.run(ctx)
	if p.of.underWay.Add(-1) == 0 {
		p.of.end()
	}
}

// end ends a connection of which both directions have ended.
func (c *connection) end() {
	for _, p := range c.pipes {
		p.faults.end()
	}
	_ = c.client.Close()
	_ = c.server.Close()
	c.judging.finish(time.Since(c.began))
	c.over()
}

// cut closes both halves that are written to, so that each end sees a FIN. What the ends
// still send is read for a moment, or the kernel would send a reset in its place.
func (c *connection) cut() {
	if c.isCut.Swap(true) {
		return
	}
	for _, conn := range []net.Conn{c.client, c.server} {
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		_ = conn.SetReadDeadline(time.Now().Add(cutWait))
	}
}

// cutWait is how long the ends of a connection that was cut are read.
const cutWait = time.Second

// closeBoth closes both ends in order.
func (c *connection) closeBoth() {
	c.ending.Do(func() {
		_ = c.client.Close()
		_ = c.server.Close()
	})
}

// resetBoth resets both ends.
func (c *connection) resetBoth() {
	c.ending.Do(func() {
		reset(c.client)
		reset(c.server)
	})
}

// reset ends a connection by a reset of TCP.
func reset(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// A pipe passes the octets of one sender on.
type pipe struct {
	of       *connection
	sender   wire.Role
	from, to net.Conn
	faults   *faults
}

// run passes on until the sender ends its half of TCP, or the connection ends.
func (p *pipe) run(ctx context.Context) {
	b := newBuffer(p.faults.gathers())
	defer b.release()
	for {
		buf := b.octets()
		n, err := p.from.Read(buf)
		if p.of.isCut.Load() {
			if err == nil {
				p.drain()
			}
			return
		}
		at := time.Since(p.of.began) // before the octets go on: what answers them is later
		if n > 0 && p.faults.gathers() {
			n, err = p.gather(buf, n, err)
		}
		if n > 0 {
			lost := p.passAndJudge(ctx, buf[:n], at)
			if lost != nil {
				p.lost(lost)
				return
			}
		}
		if err != nil {
			p.end(err, at)
			return
		}
		b.filled(n)
	}
}

// passAndJudge passes octets on, and then has them judged. In the opening handshake it queues
// them first: the other side may answer at once, and what it answers has to be known.
func (p *pipe) passAndJudge(ctx context.Context, octets []byte, at time.Duration) error {
	j := p.of.judging
	if !j.opened.Load() {
		j.octets(p.sender, octets, at, false)
		return p.pass(ctx, octets)
	}
	err := p.pass(ctx, octets)
	j.octets(p.sender, octets, at, true)
	return err
}

// pass writes octets to the other end, with the faults that are wanted.
func (p *pipe) pass(ctx context.Context, octets []byte) error {
	if p.faults != nil {
		return p.faults.pass(ctx, octets)
	}
	_, err := p.to.Write(octets)
	return err
}

// drain reads what the sender still sends to a connection that was cut.
func (p *pipe) drain() {
	_, _ = io.Copy(io.Discard, p.from)
}

// lost ends the connection when the other end takes no more: it has reset TCP.
func (p *pipe) lost(err error) {
	switch {
	case errors.Is(err, errCut):
		p.drain()
		return
	case !errors.Is(err, net.ErrClosed):
		p.of.judging.closed(p.sender.Peer(), passive.Reset, time.Since(p.of.began))
	}
	p.of.resetBoth()
}

// end passes the end of TCP on.
func (p *pipe) end(err error, at time.Duration) {
	switch {
	case errors.Is(err, io.EOF):
		p.of.judging.closed(p.sender, passive.FIN, at)
		if half, ok := p.to.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
			p.of.closeBoth()
		}
	case errors.Is(err, net.ErrClosed): // the Watcher closed it itself
	case errors.Is(err, syscall.ECONNRESET):
		p.of.judging.closed(p.sender, passive.Reset, at)
		p.of.resetBoth()
	default: // such as the end of TCP below TLS
		p.of.judging.closed(p.sender, passive.Lost, at)
		p.of.closeBoth()
	}
}
