package ref

import (
	"context"
	"errors"
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// ErrReadOnly is the error of writing a message after [Conn.CloseWrite].
var ErrReadOnly = errors.New("the connection is for reading only on this side, CloseWrite was called")

// CloseRead is for programs that only write. It starts a goroutine that reads, so
// that Pings are answered and the peer's Close frame is handled. Any message from
// the peer closes the connection with 1008. Nothing else may read meanwhile.
//
// The goroutine ends when ctx or the connection ends, and then the returned context
// ends too; its cause says why. Use that context for writing. If ctx ends first,
// the connection stays open and can be read again.
func (c *Conn) CloseRead(ctx context.Context) context.Context {
	// It must not end before the goroutine does: a caller that reads then would
	// find the goroutine still reading.
	reading, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	go func() {
		typ, _, err := c.NextReader(ctx)
		if err == nil {
			err = fmt.Errorf("the peer sent a %v message on a connection that is only written to here", typ)
			// RFC 6455 7.4.1: 1008 is for a message that violates a policy.
			_ = c.Close(wire.StatusPolicyViolation, "no messages are taken here")
		}
		stop(err)
	}()
	return reading
}

// CloseWrite is for programs that only read: writing a message is an [ErrReadOnly]
// from now on. A message that was begun can be finished. Ping, SendPing, SendPong
// and Close still work, and Pings and the peer's Close frame are still answered.
// The peer does not notice: the protocol has no half-closed connections.
func (c *Conn) CloseWrite() { c.readOnly.Store(true) }

// mayWrite returns an error if no message may be begun; sending is held.
func (c *Conn) mayWrite() error {
	if err := c.state.ended(); err != nil {
		return err
	}
	if c.readOnly.Load() {
		return fmt.Errorf("write: %w", ErrReadOnly)
	}
	return nil
}
