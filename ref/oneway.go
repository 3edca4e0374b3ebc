package ref

import (
	"context"
	"errors"
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// ErrReadOnly is what writing comes to after [Conn.CloseWrite].
var ErrReadOnly = errors.New("the connection is for reading only on this side, CloseWrite was called")

// CloseRead is for those who only write. It reads in a goroutine of its own, so
// that Pings are answered, Pongs heard and the peer's Close frame is taken, until
// the connection or ctx ends; nobody else should read then. A message from the peer
// is one too many: it closes the connection with 1008.
//
// The context it returns ends when that goroutine does, because ctx or the
// connection ended; its cause then says why. Give it to what writes. When ctx ends
// first the connection stays open, and can be read again.
func (c *Conn) CloseRead(ctx context.Context) context.Context {
	// It does not end with ctx itself: then somebody may read, and still find the
	// goroutine at it.
	reading, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	go func() {
		typ, _, err := c.NextReader(ctx)
		if err == nil {
			err = fmt.Errorf("the peer sent a %v message on a connection that is only written to here", typ)
			// RFC 6455 7.4.1: 1008 is for what violates a policy, and fits no better code.
			_ = c.Close(wire.StatusPolicyViolation, "no messages are taken here")
		}
		stop(err)
	}()
	return reading
}

// CloseWrite is for those who only read: from now on this side sends no message,
// and trying to is [ErrReadOnly]. One that was begun goes on to its end. Reading
// answers Pings and the peer's Close frame all the same, and Ping, SendPing, SendPong
// and Close work as ever. The protocol knows no half-closed connection: the peer
// learns nothing of it.
func (c *Conn) CloseWrite() { c.readOnly.Store(true) }

// mayWrite says why no message can be begun, if so; sending is held.
func (c *Conn) mayWrite() error {
	if err := c.state.ended(); err != nil {
		return err
	}
	if c.readOnly.Load() {
		return fmt.Errorf("write: %w", ErrReadOnly)
	}
	return nil
}
