package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// A streamConn is the stream of an extended CONNECT (RFC 8441 4) as a net.Conn. Between it
// and the HTTP implementation stand two buffers. So its deadlines interrupt a call and
// harm nothing, as those of TCP: the deadlines of net/http end the stream. A full buffer
// stops reading, and the flow control of HTTP then stops the peer.
type streamConn struct {
	in, out         *direction
	readBy, writeBy *deadline
	local, remote   net.Addr
	// hangUp ends the stream in order, behind what is in out, and reset with an error.
	// Both may be called more than once.
	hangUp, reset func()
	sent          <-chan struct{} // closed when nothing is sent any more; nil for a client
}

func newStreamConn(local, remote net.Addr) *streamConn {
	return &streamConn{in: newDirection(), out: newDirection(), readBy: newDeadline(), writeBy: newDeadline(), local: local, remote: remote}
}

func (t *streamConn) Read(p []byte) (int, error)  { return t.in.read(t.readBy.context(), p) }
func (t *streamConn) Write(p []byte) (int, error) { return t.out.write(t.writeBy.context(), p) }

// Close ends the stream in order.
func (t *streamConn) Close() error {
	t.in.abandon()
	t.out.finish()
	t.hangUp()
	t.readBy.set(time.Time{}) // stops the timer
	t.writeBy.set(time.Time{})
	return nil
}

// abort resets the stream. What was not sent is lost.
func (t *streamConn) abort() {
	t.in.abandon()
	t.out.abandon()
	t.reset()
}

func (t *streamConn) LocalAddr() net.Addr  { return t.local }
func (t *streamConn) RemoteAddr() net.Addr { return t.remote }

func (t *streamConn) SetDeadline(by time.Time) error {
	t.readBy.set(by)
	t.writeBy.set(by)
	return nil
}

func (t *streamConn) SetReadDeadline(by time.Time) error {
	t.readBy.set(by)
	return nil
}

func (t *streamConn) SetWriteDeadline(by time.Time) error {
	t.writeBy.set(by)
	return nil
}

// streamRead is how many octets of a stream are read at a time, and written.
const streamRead = 16 << 10

// receive brings what comes on the stream into the buffer, until the stream ends. When
// nobody reads any more, the rest is dropped, so that it takes no room in the flow control
// of the connection.
func (t *streamConn) receive(body io.Reader) {
	room := make([]byte, streamRead)
	for {
		n, err := body.Read(room)
		_, _ = t.in.write(context.Background(), room[:n]) // fails when nobody reads any more
		switch {
		case err == io.EOF:
			t.in.finish()
			return
		case err != nil:
			t.in.finishFor(t.failed(err))
			return
		}
	}
}

// send takes what is written out of the buffer and onto the stream. It ends behind the
// last octet, or with the stream.
func (t *streamConn) send(w io.Writer, flush func() error) {
	room := make([]byte, streamRead)
	for {
		n, err := t.out.read(context.Background(), room)
		if err != nil {
			return
		}
		if _, err = w.Write(room[:n]); err == nil {
			err = flush()
		}
		if err != nil {
			t.out.abandon()
			return
		}
	}
}

var (
	errStreamReset     = errors.New("the peer reset the stream")
	errHandlerReturned = errors.New("the handler has returned, and the stream has ended with it")
)

// failed is an error of the stream as one of a connection. The HTTP implementations have
// types of their own for RST_STREAM, of which only the text is the same.
func (t *streamConn) failed(err error) error {
	text := err.Error()
	reset := strings.HasPrefix(text, "stream error:")
	switch {
	case reset && t.sent != nil && strings.HasSuffix(text, "; NO_ERROR"): // net/http sends it behind END_STREAM
		return errHandlerReturned
	case reset, text == "client disconnected":
		return fmt.Errorf("%w: %w", errStreamReset, err)
	}
	return err
}

// A streamAddr is an address of which only the text is known.
type streamAddr string

func (a streamAddr) Network() string { return "tcp" }
func (a streamAddr) String() string  { return string(a) }
