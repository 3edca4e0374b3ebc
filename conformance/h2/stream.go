package h2

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/net/http2"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Stream is one stream of a connection, as a [net.Conn]: what is written goes into DATA
// frames, and what is read comes from them. END_STREAM is the end of a half (RFC8441-5-7).
// Its state is guarded by the lock of the connection.
type Stream struct {
	conn *Conn
	id   uint32
	// fields are those of the request.
	fields wire.Fields

	response *wire.Response
	interim  int
	in       []byte
	// receiveWindow is what the peer may still send, and sendWindow the harness.
	receiveWindow, sendWindow int64
	// consumed are octets that were read, and for which the peer has no new window yet.
	consumed int
	// ended: the peer has sent END_STREAM. end is how else the stream ended.
	ended   bool
	end     error
	sentEnd bool
	closed  bool
	// left: Close was called.
	left bool
	// lastRaw is the stream that [script.OnNewStream] opened last.
	lastRaw uint32

	readDeadline, writeDeadline time.Time
}

// An EndError says how a stream or its connection ended otherwise than by END_STREAM, as what
// the peer did.
type EndError struct {
	Text string
	err  error
}

// Error returns the text.
func (e *EndError) Error() string { return e.Text }

// Unwrap returns the error of the network, or that of a reset.
func (e *EndError) Unwrap() error {
	if e.err == nil {
		return syscall.ECONNRESET
	}
	return e.err
}

// fail notes a violation in the stream; the lock is held.
func (s *Stream) fail(v *wire.Violation) {
	if s.end == nil {
		s.end = v
	}
}

// over is why the stream is over besides END_STREAM, nil if it is not; the lock is held.
func (s *Stream) over() error {
	switch {
	case s.closed:
		return net.ErrClosed
	case s.end != nil:
		return s.end
	}
	return s.conn.err
}

// takeHeaders takes in a response, or the trailer section; the lock is held.
func (s *Stream) takeHeaders(f *http2.MetaHeadersFrame) {
	r := wire.Response{Version: "HTTP/2"}
	if f.Truncated {
		s.fail(ruleFields.Violation("a list of fields of over %d octets", mostHeaders))
		return
	}
	for _, field := range f.RegularFields() {
		r.Fields = append(r.Fields, wire.Field{Name: field.Name, Value: field.Value})
	}
	if s.response != nil { // trailers
		if !f.StreamEnded() {
			s.fail(ruleTunnel.Violation("a second HEADERS frame in the stream, without END_STREAM"))
		}
		s.ended = s.ended || f.StreamEnded()
		return
	}
	status, err := strconv.Atoi(f.PseudoValue("status"))
	if err != nil || len(f.PseudoFields()) != 1 || status < 100 || status > 999 {
		s.fail(ruleFields.Violation("a response without one :status of three digits"))
		return
	}
	r.Status = status
	if status/100 == 1 && status != 101 { // RFC 9110 15.2
		const most = 16
		if s.interim++; s.interim > most {
			s.fail(ruleFields.Violation("more than %d interim responses (1xx) and no final one", most))
		}
		return
	}
	s.response = &r
	s.ended = f.StreamEnded()
}

// takeData takes in a DATA frame; the lock is held. Padding counts against the windows
// (RFC 9113 6.1).
func (s *Stream) takeData(f *http2.DataFrame) error {
	c, size := s.conn, int(f.Header().Length)
	if c.heldBack += size; c.heldBack > wholeWindow {
		return ruleWindow.Violation("DATA frames beyond the window of the connection")
	}
	if c.heldBack >= wholeWindow/2 {
		n := uint32(c.heldBack)
		c.heldBack = 0
		if err := c.enqueue(func(w *http2.Framer) error { return w.WriteWindowUpdate(0, n) }); err != nil {
			return err
		}
	}
	s.receiveWindow -= int64(size)
	switch {
	case s.closed, s.end != nil:
		return nil
	case s.ended: // RFC 9113 5.1
		s.fail(ruleStream.Violation("a DATA frame behind END_STREAM"))
	case s.response == nil:
		s.fail(ruleFields.Violation("a DATA frame before the response"))
	case s.receiveWindow < 0:
		s.fail(ruleWindow.Violation("DATA frames beyond the window of the stream, by %d octets", -s.receiveWindow))
	default:
		s.in = append(s.in, f.Data()...)
		s.consumed += size - len(f.Data())
		s.ended = f.StreamEnded()
	}
	return nil
}

// takeReset takes in RST_STREAM; the lock is held. Behind END_STREAM it says only that the
// peer does not read on (RFC 9113 8.1).
func (s *Stream) takeReset(code http2.ErrCode) {
	if s.end == nil && !s.ended {
		if g := s.conn.goAway; g != nil && g.ErrCode != http2.ErrCodeNo {
			s.end = &EndError{fmt.Sprintf("ended the connection by GOAWAY with %s", g.ErrCode), nil}
			return
		}
		s.end = &ResetError{Code: uint32(code), EndError: EndError{Text: fmt.Sprintf("reset the stream by RST_STREAM with %s", code)}}
	}
	s.sentEnd = true
}

// A ResetError says that the peer has sent RST_STREAM, and with which error code.
type ResetError struct {
	EndError
	Code uint32
}

// Response waits for the final response to the request.
func (s *Stream) Response() (wire.Response, error) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.await(func() time.Time { return s.readDeadline }, func() bool { return s.response != nil || s.ended || s.over() != nil })
	switch {
	case err != nil:
		return wire.Response{}, err
	case s.response != nil:
		return *s.response, nil
	case s.over() != nil:
		return wire.Response{}, s.over()
	}
	return wire.Response{}, io.EOF
}

// Read reads octets of DATA frames. The error is [io.EOF] behind END_STREAM.
func (s *Stream) Read(p []byte) (int, error) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.await(func() time.Time { return s.readDeadline }, func() bool { return len(s.in) > 0 || s.ended || s.over() != nil }); err != nil {
		return 0, err
	}
	if len(s.in) == 0 || s.closed {
		if err := s.over(); err != nil && (!s.ended || violationOf(err) != nil || s.closed) {
			return 0, err
		}
		return 0, io.EOF
	}
	n := copy(p, s.in)
	if s.in = s.in[n:]; len(s.in) == 0 {
		s.in = nil
	}
	s.consumed += n
	if !s.ended && int64(s.consumed) >= c.window()/2 {
		id, more := s.id, uint32(s.consumed)
		s.receiveWindow += int64(more)
		s.consumed = 0
		_ = c.enqueue(func(w *http2.Framer) error { return w.WriteWindowUpdate(id, more) })
	}
	return n, nil
}

// Write writes octets in DATA frames, of the shape that the case wants, as far as the peer's
// windows allow.
func (s *Stream) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n, err := s.writePiece(p)
		written += n
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}

// padding is how many octets of padding a padded frame has, besides that of their number.
const padding = 17

// writePiece writes one DATA frame, and an empty one before it where the case wants that.
func (s *Stream) writePiece(p []byte) (int, error) {
	c, shape := s.conn, s.conn.how.Data
	extra := 0
	if shape == script.DataPadded {
		extra = padding + 1
	}
	most := 0
	c.mu.Lock()
	err := c.await(func() time.Time { return s.writeDeadline }, func() bool {
		most = min(int(min(s.sendWindow, c.sendWindow)), c.peer.maxFrame) - extra
		return most > 0 || s.over() != nil || s.sentEnd
	})
	switch {
	case err != nil:
	case s.over() != nil:
		err = s.over()
	case s.sentEnd:
		err = syscall.EPIPE
	}
	if err != nil {
		c.mu.Unlock()
		return 0, err
	}
	if shape == script.DataOctets {
		most = 1
	}
	n := min(len(p), most)
	s.sendWindow -= int64(n + extra)
	c.sendWindow -= int64(n + extra)
	c.mu.Unlock()
	return n, c.write(s.writeUntil(), func(f *http2.Framer) error {
		switch shape {
		case script.DataPadded:
			return f.WriteDataPadded(s.id, false, p[:n], make([]byte, padding))
		case script.DataWithEmpty:
			if err := f.WriteData(s.id, false, nil); err != nil {
				return err
			}
		}
		return f.WriteData(s.id, false, p[:n])
	})
}
