package ref

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// maxInFlight is how many octets one direction of a connection in memory holds,
// like the buffers of TCP.
const maxInFlight = 64 << 10

// memoryConns returns the two ends of a connection in memory. Unlike those of
// net.Pipe they have buffers, so that a Close frame can be sent while nobody
// reads, and can be half closed like TCP, as the closing handshake needs it (RFC
// 6455 7.1.1).
func memoryConns() (a, b *memoryConn) {
	x, y := newDirection(), newDirection()
	return newMemoryConn(x, y), newMemoryConn(y, x)
}

// A memoryConn is one end of a connection in memory.
type memoryConn struct {
	in, out         *direction
	readBy, writeBy *deadline
}

func newMemoryConn(in, out *direction) *memoryConn {
	return &memoryConn{in: in, out: out, readBy: newDeadline(), writeBy: newDeadline()}
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(c.readBy.context(), p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(c.writeBy.context(), p) }

// Close closes both directions. The peer can still read what was written.
func (c *memoryConn) Close() error {
	c.in.abandon()
	c.out.finish()
	c.readBy.set(time.Time{}) // stops the timer
	c.writeBy.set(time.Time{})
	return nil
}

// CloseWrite closes the sending direction.
func (c *memoryConn) CloseWrite() error {
	c.out.finish()
	return nil
}

func (c *memoryConn) LocalAddr() net.Addr  { return memoryAddr{} }
func (c *memoryConn) RemoteAddr() net.Addr { return memoryAddr{} }

func (c *memoryConn) SetDeadline(t time.Time) error {
	c.readBy.set(t)
	c.writeBy.set(t)
	return nil
}

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.readBy.set(t)
	return nil
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.writeBy.set(t)
	return nil
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "pipe" }
func (memoryAddr) String() string  { return "pipe" }

var errPeerClosed = errors.New("the other end is closed")

// A direction holds the octets that were written and not read.
type direction struct {
	mu        sync.Mutex
	octets    []byte             // a part of room
	room      *[maxInFlight]byte // nil while there are none
	finished  bool               // nothing more is written
	abandoned bool               // nothing more is read
	cause     error              // why it is finished; nil for an orderly end
	changed   chan struct{}      // closed and replaced when any of these changes
}

func newDirection() *direction { return &direction{changed: make(chan struct{})} }

// read waits for octets or the end.
func (d *direction) read(ctx context.Context, p []byte) (n int, err error) {
	err = d.await(ctx, func() (done bool, err error) {
		switch {
		case d.abandoned:
			return true, net.ErrClosed
		case len(d.octets) == 0 && d.finished && d.cause != nil:
			return true, d.cause
		case len(d.octets) == 0 && d.finished:
			return true, io.EOF
		case len(d.octets) == 0 && len(p) > 0:
			return false, nil
		}
		n = copy(p, d.octets)
		d.octets = d.octets[n:]
		if len(d.octets) == 0 {
			d.giveRoom()
		}
		return true, nil
	})
	return n, err
}

// write waits until there is room for all of p.
func (d *direction) write(ctx context.Context, p []byte) (n int, err error) {
	err = d.await(ctx, func() (done bool, err error) {
		switch {
		case d.finished:
			return true, net.ErrClosed
		case d.abandoned:
			return true, errPeerClosed
		}
		m := min(len(p)-n, maxInFlight-len(d.octets))
		d.put(p[n : n+m])
		n += m
		return n == len(p), nil
	})
	return n, err
}

func (d *direction) finish() { d.finishFor(nil) }

// finishFor finishes the direction. Behind the last octet read returns cause, or io.EOF
// if it is nil.
func (d *direction) finishFor(cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.finished {
		return
	}
	d.finished, d.cause = true, cause
	d.change()
}

func (d *direction) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.abandoned = true
	d.giveRoom()
	d.change()
}

// put appends octets, for which there is room; mu is held.
func (d *direction) put(p []byte) {
	switch {
	case len(p) == 0:
		return
	case d.room == nil:
		d.room = memoryRooms.Get().(*[maxInFlight]byte)
		d.octets = d.room[:0]
	case cap(d.octets)-len(d.octets) < len(p):
		d.octets = d.room[:copy(d.room[:], d.octets)]
	}
	d.octets = append(d.octets, p...)
}

// giveRoom drops the octets; mu is held.
func (d *direction) giveRoom() {
	d.octets = nil
	if d.room != nil {
		memoryRooms.Put(d.room)
		d.room = nil
	}
}

// memoryRooms are rooms for what is in flight. A direction has one while it is not empty.
var memoryRooms = sync.Pool{New: func() any { return new([maxInFlight]byte) }}

// change wakes the goroutines that wait; mu is held.
func (d *direction) change() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// await calls step after every change until it is done or ctx ends.
func (d *direction) await(ctx context.Context, step func() (done bool, err error)) error {
	for {
		if ctx.Err() != nil {
			return os.ErrDeadlineExceeded
		}
		d.mu.Lock()
		before := len(d.octets)
		done, err := step()
		if len(d.octets) != before {
			d.change()
		}
		changed := d.changed
		d.mu.Unlock()
		if done {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}
