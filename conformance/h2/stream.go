package h2

import (
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Stream is one stream of a connection, as a [net.Conn]: what is written goes into DATA
// frames, and what is read comes from them. END_STREAM is the end of a half (RFC8441-5-7).
// Its state is guarded by the lock of the connection.
type Stream struct {
	conn *Conn
	// how is the case's own part of the connection.
	how script.HTTP2
	id  uint32
	// fields are those of the request.
	fields wire.Fields

	response *wire.Response
	interim  int
	// in are octets that nobody has read yet, and spare is a buffer for the next ones.
	in, spare []byte
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
	// unpermitted: the client opened it before the harness permitted extended CONNECT.
	unpermitted bool
	// lastRaw is the stream that [script.OnNewStream] opened last.
	lastRaw uint32

	readDeadline, writeDeadline time.Time
}

// An EndError says how a stream or its connection ended otherwise than by END_STREAM, as what
// the peer did.
type EndError struct {
	Text string
	// Began: the SETTINGS frame of the peer had come.
	Began bool
	err   error
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

// StreamEnd is the text.
func (e *EndError) StreamEnd() string { return e.Text }

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
func (s *Stream) takeHeaders(fields wire.Fields, ends bool) {
	if s.response != nil || s.conn.server { // trailers
		if !ends {
			s.fail(ruleTunnel.Violation("a second HEADERS frame in the stream, without END_STREAM"))
		}
		s.ended = s.ended || ends
		return
	}
	status, v := StatusOf(fields, ruleFields)
	switch {
	case v != nil:
		s.fail(v)
	case status/100 == 1 && status != 101: // RFC 9110 15.2
		const most = 16
		if s.interim++; s.interim > most {
			s.fail(ruleFields.Violation("more than %d interim responses (1xx) and no final one", most))
		}
	default:
		s.response = &wire.Response{Version: "HTTP/2", Status: status, Fields: fields[1:]}
		s.ended = ends
	}
}

// StatusOf checks the list of fields of a response, and returns its status (RFC 9113 8.2,
// 8.3.2; RFC 9114 4.2, 4.3.2). What is wrong with it is a violation of the rule.
func StatusOf(fields wire.Fields, rule *wire.Rule) (status int, v *wire.Violation) {
	for i, f := range fields {
		if strings.HasPrefix(f.Name, ":") != (i == 0) || i == 0 && f.Name != ":status" {
			return 0, rule.Violation("a response with the field %q in place %d, where the one pseudo-header field :status has to be the first", f.Name, i+1)
		}
		if v := malformed("response", f, rule); v != nil {
			return 0, v
		}
	}
	if len(fields) == 0 {
		return 0, rule.Violation("a response without :status")
	}
	status, err := strconv.Atoi(fields[0].Value)
	if err != nil || len(fields[0].Value) != 3 || status < 100 {
		return 0, rule.Violation("a response with the :status %q, which is no number of three digits", fields[0].Value)
	}
	return status, nil
}

// malformed judges one field of a request or of a response (RFC 9113 8.2, RFC 9114 4.2) by
// the rule; nil if it is well-formed.
func malformed(of string, f wire.Field, rule *wire.Rule) *wire.Violation {
	switch {
	case f.Name != strings.ToLower(f.Name):
		return rule.Violation("a %s with the field name %q, which is not in lower case", of, f.Name)
	case f.Name == "", strings.ContainsAny(f.Name, " \t\r\n\x00"), strings.ContainsAny(f.Value, "\r\n\x00"):
		return rule.Violation("a %s with a malformed field %q: %q", of, f.Name, f.Value)
	}
	return nil
}

// takeOctets counts octets of DATA frames, and gives the peer a new window of the connection
// for them; the lock is held.
func (c *Conn) takeOctets(size int) error {
	if c.heldBack += size; c.heldBack > wholeWindow {
		return ruleWindow.Violation("DATA frames beyond the window of the connection")
	}
	if c.heldBack < wholeWindow/2 {
		return nil
	}
	n := uint32(c.heldBack)
	c.heldBack = 0
	return c.enqueue(numbered(script.FrameWINDOWUPDATE, 0, n))
}

// takeData takes in a DATA frame; the lock is held. Padding counts against the windows
// (RFC 9113 6.1).
func (s *Stream) takeData(f frame) error {
	c, size := s.conn, len(f.payload)
	data, ok := f.unpadded()
	if !ok {
		return ruleFrame.Violation("a DATA frame with more padding than octets")
	}
	if err := c.takeOctets(size); err != nil {
		return err
	}
	s.receiveWindow -= int64(size)
	switch {
	case s.closed, s.end != nil:
		return nil
	case s.ended: // RFC 9113 5.1
		s.fail(ruleStream.Violation("a DATA frame behind END_STREAM"))
	case s.response == nil && !c.server:
		s.fail(ruleFields.Violation("a DATA frame before the response"))
	case s.receiveWindow < 0:
		s.fail(ruleWindow.Violation("DATA frames beyond the window of the stream, by %d octets", -s.receiveWindow))
	default:
		if s.in = append(s.in, data...); len(s.in) == len(data) {
			s.spare = s.in[:0]
		}
		s.consumed += size - len(data)
		s.ended = f.has(script.FlagEndStream)
	}
	return nil
}

// takeReset takes in RST_STREAM; the lock is held. Behind END_STREAM it says only that the
// peer does not read on (RFC 9113 8.1).
func (s *Stream) takeReset(code uint32) {
	if s.end == nil && !s.ended {
		if g := s.conn.goAway; g != nil && g.code != codeNo {
			s.end = &EndError{Text: "ended the connection by GOAWAY with " + codeName(g.code)}
			return
		}
		s.end = &ResetError{Code: code, EndError: EndError{Text: "reset the stream by RST_STREAM with " + codeName(code)}}
	}
	s.sentEnd = true
}

// A ResetError says that the peer has sent RST_STREAM, and with which error code.
type ResetError struct {
	EndError
	Code uint32
}

// RefusesRequest reports whether that is how a server answers a malformed request (RFC 9113
// 8.1.1).
func (e *ResetError) RefusesRequest() bool { return e.Code == codeProtocol }

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
		s.in = s.spare
	}
	s.consumed += n
	if !s.ended && int64(s.consumed) >= c.window()/2 {
		more := uint32(s.consumed)
		s.receiveWindow += int64(more)
		s.consumed = 0
		_ = c.enqueue(numbered(script.FrameWINDOWUPDATE, s.id, more))
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
	c, shape := s.conn, s.how.Data
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
	f := frame{kind: script.FrameDATA, stream: s.id, payload: p[:n]}
	return n, c.write(s.writeUntil(), func(b []byte) []byte {
		switch shape {
		case script.DataPadded:
			f.flags = script.FlagPadded
			f.payload = slices.Concat([]byte{padding}, p[:n], make([]byte, padding))
		case script.DataWithEmpty:
			b = frame{kind: script.FrameDATA, stream: s.id}.append(b)
		}
		return f.append(b)
	})
}
