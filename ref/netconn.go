package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// NetConn makes a stream of octets of a connection, for protocols that need a
// net.Conn. Every Write sends a message of the type. Read returns the octets of
// the messages without their boundaries. A message of the other type is an error
// and closes the connection with 1003. The Conn must not be used otherwise.
//
// Read returns io.EOF when the peer closed with 1000, 1001 or no code. Close
// closes with 1000. A read deadline does not harm the connection and can be set
// again. A write deadline that passes in the middle of a frame ends it, see
// [Conn.Write].
func NetConn(c *Conn, typ MessageType) (net.Conn, error) {
	if err := typ.check(); err != nil {
		return nil, fmt.Errorf("net.Conn: %w", err)
	}
	return &stream{c: c, typ: typ, readBy: newDeadline(), writeBy: newDeadline()}, nil
}

// A stream is a Conn with the methods of a net.Conn.
type stream struct {
	c               *Conn
	typ             MessageType
	readBy, writeBy *deadline

	mu      sync.Mutex // of Read
	message io.Reader  // what is left of it; nil between messages
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if err := s.next(); err != nil {
			return 0, plain(err)
		}
		if r, ok := s.message.(*messageReader); ok {
			r.ctx = s.readBy.context() // the deadline applies to each Read
		}
		n, err := s.message.Read(p)
		if err == io.EOF {
			s.message, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, plain(err)
		}
	}
}

// next waits for a message if none is open.
func (s *stream) next() error {
	if s.message != nil {
		return nil
	}
	typ, r, err := s.c.NextReader(s.readBy.context())
	if err != nil {
		return err
	}
	if typ.opcode() != s.typ.opcode() {
		// RFC 6455 7.4.1: 1003 is for data of a type that is not accepted. Close
		// waits for the peer, which Read should not do.
		go func() { _ = s.c.Close(wire.StatusUnsupportedData, "want "+s.typ.opcode().String()) }()
		return fmt.Errorf("read: %v message in a stream of %v messages", typ, s.typ.opcode())
	}
	s.message = r
	return nil
}

func (s *stream) Write(p []byte) (int, error) {
	if err := s.c.Write(s.writeBy.context(), s.typ, p); err != nil {
		return 0, plain(err)
	}
	return len(p), nil
}

func (s *stream) Close() error { return s.c.Close(wire.StatusNormalClosure, "") }

func (s *stream) LocalAddr() net.Addr  { return s.c.LocalAddr() }
func (s *stream) RemoteAddr() net.Addr { return s.c.RemoteAddr() }

func (s *stream) SetDeadline(t time.Time) error {
	s.readBy.set(t)
	s.writeBy.set(t)
	return nil
}

func (s *stream) SetReadDeadline(t time.Time) error {
	s.readBy.set(t)
	return nil
}

func (s *stream) SetWriteDeadline(t time.Time) error {
	s.writeBy.set(t)
	return nil
}

// plain returns the errors that users of a net.Conn compare with.
func plain(err error) error {
	var closed *CloseError
	switch {
	case IsNormalClose(err):
		return io.EOF
	case errors.As(err, &closed):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	return err
}

// A deadline is a context whose end can be moved, also for calls that wait
// already.
type deadline struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func newDeadline() *deadline {
	d := &deadline{}
	d.ctx, d.cancel = context.WithCancelCause(context.Background())
	return d
}

func (d *deadline) context() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ctx
}

// set moves the end; zero means never.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	stopped := d.timer == nil || d.timer.Stop()
	if !stopped || d.ctx.Err() != nil { // the old end has come, or comes now
		d.ctx, d.cancel = context.WithCancelCause(context.Background())
	}
	d.timer = nil
	if t.IsZero() {
		return
	}
	cancel, left := d.cancel, time.Until(t)
	if left <= 0 {
		cancel(os.ErrDeadlineExceeded) // before set returns, so that no call begins
		return
	}
	d.timer = time.AfterFunc(left, func() { cancel(os.ErrDeadlineExceeded) })
}
