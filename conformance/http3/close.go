package http3

import (
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

// CloseWrite ends the harness's half of the stream by FIN (RFC9220-3-4).
func (s *Stream) CloseWrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.quic == nil || s.sentEnd {
		return nil
	}
	s.sentEnd = true
	return s.quic.Close()
}

// Reset ends both halves of the stream with H3_REQUEST_CANCELLED: by RESET_STREAM and by
// STOP_SENDING (RFC9220-3-4). The connection stays, for other streams.
func (s *Stream) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.quic != nil {
		s.quic.CancelWrite(codeRequestCanceled)
		s.quic.CancelRead(codeRequestCanceled)
	}
	return nil
}

// Close resets the stream, which has no effect on a half that has ended, and ends the
// connection if it was the last one.
func (s *Stream) Close() error {
	s.mu.Lock()
	left := s.gone
	s.gone = true
	s.mu.Unlock()
	if left {
		return nil
	}
	s.conn.mu.Lock()
	s.conn.users--
	last := s.conn.users == 0
	s.conn.mu.Unlock()
	if !last {
		return s.Reset()
	}
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.conn.close()
	return nil
}

// Another returns another stream of the same connection, not open yet.
func (s *Stream) Another() opening.Stream { return s.conn.newStream() }

// LocalAddr is that of the connection.
func (s *Stream) LocalAddr() net.Addr { return s.conn.quic.LocalAddr() }

// RemoteAddr is that of the connection.
func (s *Stream) RemoteAddr() net.Addr { return s.conn.quic.RemoteAddr() }

// SetDeadline sets both deadlines.
func (s *Stream) SetDeadline(t time.Time) error {
	_, _ = s.SetReadDeadline(t), s.SetWriteDeadline(t)
	return nil
}

// SetReadDeadline sets the deadline of reads, also of one that is under way.
func (s *Stream) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readDeadline = t
	if s.quic == nil {
		return nil
	}
	return s.quic.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of writes, also of one that is under way.
func (s *Stream) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeDeadline = t
	if s.quic == nil {
		return nil
	}
	return s.quic.SetWriteDeadline(t)
}

// Ask sends a plain GET request on another stream of the connection, and returns the status
// of the response. It waits for so long at most.
func (s *Stream) Ask(atMost time.Duration) (status int, err error) {
	other := s.conn.newStream()
	defer func() { _ = other.Close() }()
	_ = other.SetDeadline(time.Now().Add(atMost))
	fields := wire.Fields{{Name: ":method", Value: "GET"}}
	for _, f := range s.fields {
		switch f.Name {
		case ":scheme", ":path", ":authority":
			fields = append(fields, f)
		}
	}
	if err := other.open(fields, true); err != nil {
		return 0, err
	}
	r, err := other.Response()
	return r.Status, err
}
