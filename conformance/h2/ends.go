package h2

import (
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// CloseWrite ends the harness's half of the stream by END_STREAM (RFC8441-5-7).
func (s *Stream) CloseWrite() error {
	c := s.conn
	c.mu.Lock()
	done := s.sentEnd || s.id == 0 || s.over() != nil
	s.sentEnd = true
	c.mu.Unlock()
	if done {
		return nil
	}
	return c.write(time.Now().Add(answerTime), frame{kind: script.FrameDATA, flags: script.FlagEndStream, stream: s.id}.append)
}

// Reset ends the stream by RST_STREAM with the code CANCEL (RFC8441-5-7). The connection
// stays, for other streams.
func (s *Stream) Reset() error {
	c := s.conn
	c.mu.Lock()
	done := s.closed || s.id == 0 || c.err != nil
	s.closed = true
	c.broadcast()
	c.mu.Unlock()
	if done {
		return nil
	}
	return c.write(time.Now().Add(answerTime), numbered(script.FrameRSTSTREAM, s.id, codeCancel).append)
}

// Close resets the stream if it has not ended, and ends the connection if it was the last
// one.
func (s *Stream) Close() error {
	c := s.conn
	c.mu.Lock()
	left := s.left
	s.left = true
	if !left {
		c.users--
	}
	last := c.users == 0 && !c.server
	ended := s.end != nil && violationOf(s.end) == nil // the peer knows that it is over
	open := !s.closed && s.id != 0 && !ended && !(s.ended && s.sentEnd) && c.err == nil
	s.closed = true
	delete(c.streams, s.id)
	if open && !last {
		code := uint32(codeCancel)
		if c.server && s.sentEnd { // the response is whole (RFC 9113 8.1)
			code = codeNo
		}
		_ = c.enqueue(numbered(script.FrameRSTSTREAM, s.id, code))
	}
	c.broadcast()
	c.mu.Unlock()
	if last {
		c.close()
	}
	return nil
}

// Beside returns another stream of the same connection, not open yet.
func (s *Stream) Beside() *Stream { return s.conn.NewStream() }

// Conn is the connection of the stream.
func (s *Stream) Conn() *Conn { return s.conn }

// NetConn is the connection of HTTP/2 below: TCP or TLS.
func (c *Conn) NetConn() net.Conn { return c.net }

// LocalAddr is that of the connection.
func (s *Stream) LocalAddr() net.Addr { return s.conn.net.LocalAddr() }

// RemoteAddr is that of the connection.
func (s *Stream) RemoteAddr() net.Addr { return s.conn.net.RemoteAddr() }

// SetDeadline sets both deadlines.
func (s *Stream) SetDeadline(t time.Time) error {
	s.setDeadlines(&t, &t)
	return nil
}

// SetReadDeadline sets the deadline of reads, also of one that is under way.
func (s *Stream) SetReadDeadline(t time.Time) error {
	s.setDeadlines(&t, nil)
	return nil
}

// SetWriteDeadline sets the deadline of writes, also of one that waits for a window.
func (s *Stream) SetWriteDeadline(t time.Time) error {
	s.setDeadlines(nil, &t)
	return nil
}

func (s *Stream) setDeadlines(read, write *time.Time) {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if read != nil {
		s.readDeadline = *read
	}
	if write != nil {
		s.writeDeadline = *write
	}
	s.conn.broadcast()
}

// writeUntil is the deadline of writes.
func (s *Stream) writeUntil() time.Time {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return s.writeDeadline
}

// Ask sends a plain GET request on another stream of the connection, and returns the status
// of the response. It waits for so long at most.
func (s *Stream) Ask(atMost time.Duration) (status int, err error) {
	c := s.conn
	other := c.NewStream()
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
