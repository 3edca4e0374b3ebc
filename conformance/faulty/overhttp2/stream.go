package overhttp2

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/http2"

	"github.com/wsspec/wsspec/ref/wire"
)

// A stream is the connection of a peer: one stream of a server, or of a client. Its state is
// guarded by the lock of the server.
type stream struct {
	server *server
	id     uint32

	in     []byte
	ended  bool // by the client
	reset  bool
	window int64
	// head has the octets of the response of HTTP/1.1, until it is whole; answered: it is
	// sent. sentEnd: so is END_STREAM.
	head                      []byte
	answered, sentEnd, closed bool
	// kept: the stream stays open whatever the peer does.
	kept         bool
	readDeadline time.Time
}

// Read reads octets of DATA frames; first of all, it reads an opening request of HTTP/1.1.
func (s *stream) Read(p []byte) (int, error) {
	h := s.server
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := s.readDeadline; !until.IsZero() {
		defer time.AfterFunc(time.Until(until), func() { h.mu.Lock(); h.changed.Broadcast(); h.mu.Unlock() }).Stop()
	}
	for len(s.in) == 0 {
		switch {
		case s.reset:
			return 0, syscall.ECONNRESET
		case s.ended:
			return 0, io.EOF
		case h.closed, s.closed:
			return 0, net.ErrClosed
		case !s.readDeadline.IsZero() && !time.Now().Before(s.readDeadline):
			return 0, os.ErrDeadlineExceeded
		}
		h.changed.Wait()
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	return n, nil
}

// Write writes octets in DATA frames as far as the windows allow. Before that, it takes the
// response of HTTP/1.1, or the request of a client.
func (s *stream) Write(p []byte) (int, error) {
	if s.answered {
		return s.writeData(p)
	}
	if rest := s.server.opens(s, p); len(rest) > 0 {
		_, err := s.writeData(rest)
		return len(p), err
	}
	return len(p), nil
}

// takeResponse takes octets of a response of HTTP/1.1, and sends it when it is whole. It returns
// the octets behind it.
func (s *stream) takeResponse(p []byte) (rest []byte) {
	s.head = append(s.head, p...)
	r, n, err := wire.ParseResponse(s.head)
	if err != nil {
		return nil
	}
	s.answered = true
	fields := responseOf(r)
	s.server.response(&fields)
	s.server.respond(s.id, fields, false)
	return s.head[n:]
}

func (s *stream) writeData(p []byte) (written int, err error) {
	h := s.server
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(p) > 0 {
		n := h.budget(s, len(p))
		switch {
		case s.reset, s.sentEnd, h.closed, s.closed:
			return written, syscall.EPIPE
		case n <= 0:
			h.changed.Wait()
			continue
		}
		s.window, h.window = s.window-int64(n), h.window-int64(n)
		if err := h.writer.WriteData(s.id, false, p[:n]); err != nil {
			return written, err
		}
		written, p = written+n, p[n:]
	}
	return written, nil
}

// CloseWrite ends the server's half of the stream.
func (s *stream) CloseWrite() error {
	s.server.ends(s)
	return nil
}

// sendEnd sends END_STREAM.
func (s *stream) sendEnd() {
	s.server.write(func(w *http2.Framer) error {
		if s.sentEnd || s.reset {
			return nil
		}
		s.sentEnd = true
		return w.WriteData(s.id, true, nil)
	})
}

// sendReset sends RST_STREAM.
func (s *stream) sendReset(code http2.ErrCode) {
	s.server.write(func(w *http2.Framer) error {
		if s.reset {
			return nil
		}
		s.reset = true
		return w.WriteRSTStream(s.id, code)
	})
}

// Close resets the stream unless both halves have ended.
func (s *stream) Close() error {
	h := s.server
	h.mu.Lock()
	inOrder := h.ending && s.ended && !s.sentEnd && !s.reset && !s.closed
	h.mu.Unlock()
	if inOrder {
		h.ends(s)
	}
	h.mu.Lock()
	open, sentEnd := !s.kept && !s.closed && !(s.ended && s.sentEnd), s.sentEnd
	s.closed = true
	delete(h.streams, s.id)
	h.changed.Broadcast()
	h.mu.Unlock()
	switch {
	case open && sentEnd: // the client need not send the rest (RFC 9113 8.1)
		s.sendReset(http2.ErrCodeNo)
	case open:
		s.sendReset(http2.ErrCodeCancel) // RFC8441-5-7
	}
	return nil
}

func (s *stream) LocalAddr() net.Addr  { return s.server.conn.LocalAddr() }
func (s *stream) RemoteAddr() net.Addr { return s.server.conn.RemoteAddr() }

// SetDeadline sets the deadline of reads; a write ends with the connection.
func (s *stream) SetDeadline(t time.Time) error { return s.SetReadDeadline(t) }

// SetReadDeadline sets the deadline of reads.
func (s *stream) SetReadDeadline(t time.Time) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.readDeadline = t
	s.server.changed.Broadcast()
	return nil
}

// SetWriteDeadline does nothing.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }
