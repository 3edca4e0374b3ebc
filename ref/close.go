package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// drainTime and drainOctets limit what is read and dropped before TCP is closed.
// Closing with unread octets would reset the connection, and the reset can destroy
// the Close frame before the peer has read it (RFC 6455 7.1.1).
const (
	drainTime   = 2 * time.Second
	drainOctets = 64 << 20
)

// Close does the closing handshake (RFC 6455 7.1.2): it sends a Close frame with
// code and reason, waits for the peer's Close frame, and closes TCP. The code has
// to be one that may be sent, or [StatusNoStatusRcvd] for a frame without code and
// reason. The reason is UTF-8 of at most 123 octets. If either is not so, nothing
// is sent and the error is a *[Violation].
//
// What happens to messages that come before the peer's Close frame: a Read that is
// waiting returns the first. A running [Conn.Messages] loop gets all of them; while
// its body runs, up to 16 MiB are kept for it. Without a reader they are dropped.
//
// Close may be called any number of times. If the connection is closing or has
// ended already, it waits for the end and returns nil. If the peer does not answer
// within the close timeout (5 seconds unless the options have another), Close
// closes TCP and returns an error.
func (c *Conn) Close(code wire.StatusCode, reason string) error {
	var room [wire.MaxControlPayload]byte
	body, err := wire.AppendClose(room[:0], code, reason)
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	select {
	case <-c.done:
		return nil
	default:
	}
	timeout := fmt.Errorf("no Close frame from the peer within %v (RFC 6455 5.5.1)", c.closeTimeout)
	ctx, cancel := context.WithTimeoutCause(context.Background(), c.closeTimeout, timeout)
	defer cancel()
	first := c.state.advance(wire.StepSendClose) == wire.StateOpen
	if first {
		// If the connection has ended or is ending, how is seen below: the peer's
		// Close frame may have been answered meanwhile.
		if err := c.sendClose(ctx, body); err != nil && CloseStatus(err) == 0 {
			// Another frame did not end in time.
			return fmt.Errorf("close: %w", c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: err}))
		}
	}
	c.readToClose(ctx)
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

// readToClose reads up to the peer's Close frame. If another goroutine is reading,
// that one gets the frame. A goroutine that is running a callback lends its lock.
func (c *Conn) readToClose(ctx context.Context) {
	borrowed, err := c.reading.acquireOrBorrow(ctx, c.done)
	if err != nil {
		return
	}
	if !borrowed { // else the connection ends before the lender goes on
		defer c.reading.release()
	}
	c.awaitClose(ctx)
}

// awaitClose reads messages up to the peer's Close frame. It keeps them for a
// Messages loop, if one is running, and drops them otherwise. It runs no
// callbacks, because one that calls Close would get here again.
func (c *Conn) awaitClose(ctx context.Context) {
	c.muted = true
	for c.kept.wanted() {
		typ, data, err := c.readWhole(ctx, nil, false)
		if err != nil {
			return
		}
		c.kept.put(c.budget, Message{Type: typ, Data: data})
	}
	c.piece = nil
	for {
		if _, err := c.nextEvent(ctx, nil); err != nil {
			return
		}
	}
}

// CloseNow closes TCP without a closing handshake; the peer sees code 1006. It has
// no effect on a connection that has ended, so that it can always be deferred.
func (c *Conn) CloseNow() {
	_ = c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: errClosedHere})
}

// sendClose sends a Close frame as soon as no other frame is being sent.
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
	c.sendLastFrame(body)
	c.state.advance(wire.StepSendClose)
	return c.closeTCP(err)
}

// fail fails the connection for a rule that the receiver does not check.
func (c *Conn) fail(v *wire.Violation) error { return c.failed(c.receiver.Fail(v)) }

// failed fails the connection (RFC 6455 7.1.7): it sends a Close frame with the
// code of the rule and the reason (RFC6455-7.1.7-5), and closes TCP so that the
// peer can read it.
func (c *Conn) failed(ev wire.Event) error {
	c.state.advance(wire.StepFail)
	reason := wire.TrimReason(ev.Violation.Error())
	err := c.state.settle(&CloseError{Code: ev.Code, Reason: reason, Err: ev.Violation})
	body, _ := wire.AppendClose(nil, ev.Code, reason)
	c.sendLastFrame(body)
	return c.closeTCP(err)
}

// sendLastFrame sends a Close frame unless one was sent before. It waits for the
// frame that is being sent; both together take no longer than the close timeout.
func (c *Conn) sendLastFrame(body []byte) {
	c.writeBy.setLast(time.Now().Add(c.closeTimeout))
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	if c.framing.acquire(ctx, c.done) != nil {
		return
	}
	defer c.framing.release()
	h := wire.Header{Fin: true, Opcode: wire.OpClose}
	frame, err := c.sender.Append(nil, h, body)
	if err == nil { // otherwise a Close frame was sent before
		c.logSent(h, body)
		_, _ = c.tcp.Write(frame) // an error shows again when TCP ends
	}
}

// closeTCP closes TCP after the last frame. After a closing handshake the server
// closes it and the client waits for that (RFC6455-5.5.1-13, RFC6455-5.5.1-14). The
// side that failed the connection does not wait. reading is held.
func (c *Conn) closeTCP(err *CloseError) error {
	wait := c.closeTimeout
	if c.State().ClosesTCP(c.role) {
		wait = min(wait, drainTime)
		if !shutDown(c.tcp) {
			wait = 0
		}
	}
	if wait > 0 {
		_ = c.tcp.SetReadDeadline(time.Now().Add(wait))
		// The wait ends with the connection, whatever the error.
		_, _ = io.CopyN(io.Discard, readOnly{c.tcp}, drainOctets)
	}
	return c.end(err)
}

// readOnly hides the other methods of a connection, so that io.Copy uses a buffer
// and not the WriteTo method.
type readOnly struct{ io.Reader }

// shutDown closes the sending direction and leaves the receiving one open. It
// reports whether the connection can do that.
func shutDown(conn net.Conn) bool {
	if secure, ok := conn.(*tls.Conn); ok {
		_ = secure.CloseWrite()
		conn = secure.NetConn()
	}
	half, ok := conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// lost ends a connection that cannot go on: remote says whether the peer ended
// it.
func (c *Conn) lost(cause error, remote bool) error {
	return c.end(&CloseError{Code: wire.StatusAbnormalClosure, Remote: remote, Err: cause})
}

// endedByPeer reports whether an error of reading or writing says that the peer
// closed or reset the connection, or ended TLS with an alert. Deadlines, closing on
// this side and failures of the network are not the peer's doing.
func endedByPeer(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED) ||
		errors.Is(err, errPeerClosed) || errors.Is(err, errStreamReset) {
		return true
	}
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error" // of crypto/tls: an alert
}

// end closes TCP and returns why the connection ended: err, or an earlier reason.
func (c *Conn) end(err *CloseError) error {
	kept := c.state.settle(err)
	c.doneOnce.Do(func() {
		c.state.advance(wire.StepEndTCP)
		if secure, ok := c.tcp.(*tls.Conn); ok && errors.Is(kept.Err, net.ErrClosed) {
			_ = secure.NetConn().Close() // without the closing alert of TLS
		}
		if t, ok := c.tcp.(*streamConn); ok && kept.Code == wire.StatusAbnormalClosure && !kept.Remote {
			t.abort() // RFC8441-5-7
		}
		_ = c.tcp.Close() // the connection has ended, whatever the error
		close(c.done)
		c.releaseHeld()
		if c.idle != nil {
			c.idle.stop()
		}
		// Give the compressor back, unless a message is being sent with it.
		if c.deflater != nil && c.sending.try() {
			c.deflater.Release()
			c.sending.release()
		}
	})
	return kept
}
