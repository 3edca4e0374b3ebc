package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// What is read and dropped before TCP is closed: closing with octets unread
// would reset the connection, and the reset can take the Close frame from the
// peer's hands before it was read (RFC 6455 7.1.1).
const (
	drainTime   = 2 * time.Second
	drainOctets = 64 << 20
)

// Close does the closing handshake (RFC 6455 7.1.2): it sends a Close frame with
// the code and the reason, waits for the peer's and closes TCP. The code is one
// that may be sent, or [wire.StatusNoStatusRcvd] for a frame without code and
// reason; the reason has at most 123 octets of UTF-8. Otherwise nothing happens
// and the error is a *[wire.Violation].
//
// Of the messages that come meanwhile, before the peer's Close frame, a Read that
// is waiting gets the first, and a running [Conn.Messages] loop gets all: while
// its body is at work, or is what called Close, they are kept for it, 16 MiB at
// most and none behind the first that does not fit. Others are dropped, so those
// that come between two calls of Read too.
//
// If the connection is closing or has ended already, Close waits for the end and
// returns nil: any number of calls are fine. If the peer has not answered within
// the close timeout, 5 seconds unless the options said otherwise, TCP is closed
// and the error says so.
func (c *Conn) Close(code wire.StatusCode, reason string) error {
	var room [wire.MaxControlPayload]byte
	body, err := wire.AppendClose(room[:0], code, reason)
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	timeout := fmt.Errorf("no Close frame from the peer within %v (RFC 6455 5.5.1)", c.closeTimeout)
	ctx, cancel := context.WithTimeoutCause(context.Background(), c.closeTimeout, timeout)
	defer cancel()
	first := c.state.advance(wire.StepSendClose) == wire.StateOpen
	if first {
		if err := c.sendClose(ctx, body); err != nil {
			if CloseStatus(err) == 0 { // our turn to send did not come in time
				err = c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: err})
			}
			return fmt.Errorf("close: %w", err)
		}
	}
	// Whoever reads gets the peer's Close; if nobody does, we read.
	if c.reading.acquire(ctx, c.done) == nil {
		c.awaitClose(ctx)
		c.reading.release()
	}
	select {
	case <-c.done:
	default:
		_ = c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: timeout})
	}
	if !first || c.State() == wire.StateClosed {
		return nil
	}
	return fmt.Errorf("close: %w", c.state.ended())
}

// awaitClose reads what comes before the peer's Close. It is kept while there is
// a loop to give it to, and dropped otherwise.
func (c *Conn) awaitClose(ctx context.Context) {
	for c.kept.wanted() {
		typ, data, err := c.readWhole(ctx)
		if err != nil {
			return
		}
		c.kept.put(Message{Type: typ, Data: data})
	}
	c.piece = nil
	for {
		if _, err := c.nextEvent(ctx, nil); err != nil {
			return
		}
	}
}

// CloseNow closes TCP without a closing handshake; the peer sees 1006. On a
// connection that has ended it does nothing, so it can always be deferred.
func (c *Conn) CloseNow() {
	_ = c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: errClosedHere})
}

// sendClose sends a Close frame, between the frames of whatever is being sent.
func (c *Conn) sendClose(ctx context.Context, body []byte) error {
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return c.explain("close", err)
	}
	defer c.endFrame()
	if c.sender.CloseSent() {
		return nil
	}
	return c.sendControl(wire.OpClose, body)
}

// closedByPeer answers the peer's Close frame (RFC6455-5.5.1-7) with its code
// (RFC6455-5.5.1-8), and closes TCP.
func (c *Conn) closedByPeer(ev wire.Event) error {
	before := c.state.advance(wire.StepReceiveClose)
	err := c.state.settle(&CloseError{Code: ev.Code, Reason: ev.Reason, Remote: before == wire.StateOpen})
	body, _ := wire.AppendClose(nil, ev.Code, "") // it was judged when it came
	c.farewell(body)
	c.state.advance(wire.StepSendClose)
	return c.part(err)
}

// fail fails the connection for a rule that the receiver could not judge.
func (c *Conn) fail(v *wire.Violation) error { return c.failed(c.receiver.Fail(v)) }

// failed is the one way to fail the connection (RFC 6455 7.1.7): a Close with
// the fitting code and the reason (RFC6455-7.1.7-5), and TCP closed in such a
// way that the peer can read it.
func (c *Conn) failed(ev wire.Event) error {
	c.state.advance(wire.StepFail)
	reason := wire.TrimReason(ev.Violation.Error())
	err := c.state.settle(&CloseError{Code: ev.Code, Reason: reason, Err: ev.Violation})
	body, _ := wire.AppendClose(nil, ev.Code, reason)
	c.farewell(body)
	return c.part(err)
}

// farewell sends the last frame, if it is not sent yet, behind the frame that is
// just going out. Neither may take longer than the close timeout.
func (c *Conn) farewell(body []byte) {
	_ = c.tcp.SetWriteDeadline(time.Now().Add(c.closeTimeout))
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	if c.framing.acquire(ctx, c.done) != nil {
		return
	}
	defer c.framing.release()
	h := wire.Header{Fin: true, Opcode: wire.OpClose}
	frame, err := c.sender.Append(nil, h, body)
	if err == nil { // else ours is out already
		c.logSent(h, body)
		_, _ = c.tcp.Write(frame) // who fails here learns it from the end of TCP
	}
}

// part closes TCP after the last frame: "the server MUST close it first", as 7.1.1
// has it in the normal case, while the client waits for that
// (RFC6455-5.5.1-13, RFC6455-5.5.1-14); whoever failed the connection does not
// wait. reading is held.
func (c *Conn) part(err *CloseError) error {
	wait := c.closeTimeout
	if c.State().ClosesTCP(c.role) {
		wait = min(wait, drainTime)
		if !shutDown(c.tcp) {
			wait = 0
		}
	}
	if wait > 0 {
		_ = c.tcp.SetReadDeadline(time.Now().Add(wait))
		// Its end, however it comes, is the end of waiting.
		_, _ = io.CopyN(io.Discard, readOnly{c.tcp}, drainOctets)
	}
	return c.end(err)
}

// readOnly hides what else a connection can do, so that copying from it uses a
// small buffer and no system call of its own.
type readOnly struct{ io.Reader }

// shutDown ends what goes to the peer and leaves open what comes. It reports
// whether the connection can do that.
func shutDown(conn net.Conn) bool {
	if secure, ok := conn.(*tls.Conn); ok {
		_ = secure.CloseWrite()
		conn = secure.NetConn()
	}
	half, ok := conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// lost ends the connection that the peer, or the network, dropped.
func (c *Conn) lost(cause error) error {
	return c.end(&CloseError{Code: wire.StatusAbnormalClosure, Remote: true, Err: cause})
}

// end closes TCP and returns why the connection ended: err, unless there was a
// reason before.
func (c *Conn) end(err *CloseError) error {
	kept := c.state.settle(err)
	c.doneOnce.Do(func() {
		c.state.advance(wire.StepEndTCP)
		if secure, ok := c.tcp.(*tls.Conn); ok && errors.Is(kept.Err, net.ErrClosed) {
			_ = secure.NetConn().Close() // not even a farewell of TLS
		}
		_ = c.tcp.Close() // nothing is left to be done about an error
		close(c.done)
		// The compressor goes back to its pool, unless a message is being sent.
		if c.deflater != nil && c.sending.try() {
			c.deflater.Release()
			c.sending.release()
		}
	})
	return kept
}
