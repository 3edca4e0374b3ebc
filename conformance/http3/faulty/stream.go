package faulty

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/wsspec/wsspec/conformance/faulty/overhttp2"
	"github.com/wsspec/wsspec/ref/wire"
)

// A stream is the connection of a peer: one request stream of a server.
type stream struct {
	server *server
	quic   *quic.Stream
	// in has octets that were read and not taken yet.
	in []byte
	// ended: the client has ended its half.
	ended bool

	mu sync.Mutex
	// head has the octets of the response of HTTP/1.1, until it is whole; answered: it is
	// sent. sentEnd: the server has ended its half. kept: the stream stays open whatever the
	// peer does.
	head              []byte
	answered, sentEnd bool
	kept              bool
}

// Read reads octets of DATA frames; first of all, it reads an opening request of HTTP/1.1.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.in) == 0 {
		kind, payload, err := readFrame(s.quic)
		var reset *quic.StreamError
		switch {
		case errors.As(err, &reset) && reset.Remote:
			s.server.reset(s)
			return 0, syscall.ECONNRESET
		case errors.Is(err, io.ErrUnexpectedEOF): // RFC 9114 7.1
			s.server.end(codeProtocol)
			return 0, err
		case errors.Is(err, io.EOF):
			s.ended = true
			return 0, io.EOF
		case err != nil:
			return 0, err
		case s.server.frame(s, kind, payload):
			s.server.end(codeProtocol)
			return 0, net.ErrClosed
		case kind == frameData:
			s.in = s.server.data(payload)
		case kind <= frameMaxPushID: // RFC 9114 4.4
			s.server.end(codeProtocol)
			return 0, net.ErrClosed
		}
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	return n, nil
}

// Write writes octets in a DATA frame. Before that, it takes the response of HTTP/1.1.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := p
	if !s.answered {
		s.head = append(s.head, p...)
		r, n, err := wire.ParseResponse(s.head)
		if err != nil {
			return len(p), nil
		}
		s.answered = true
		fields := overhttp2.Response(r)
		s.server.response(&fields)
		if _, err := s.quic.Write(appendFrame(nil, frameHeaders, encode(fields))); err != nil {
			return 0, err
		}
		s.server.answered(s)
		rest = s.head[n:]
	}
	if len(rest) == 0 {
		return len(p), nil
	}
	if _, err := s.quic.Write(appendFrame(nil, frameData, rest)); err != nil {
		return 0, syscall.EPIPE
	}
	return len(p), nil
}

// refuse answers with a status.
func (s *stream) refuse(status string) {
	_, _ = s.quic.Write(appendFrame(nil, frameHeaders, encode(wire.Fields{{Name: ":status", Value: status}})))
	_ = s.quic.Close()
	s.quic.CancelRead(codeNo)
}

// CloseWrite ends the server's half of the stream.
func (s *stream) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sentEnd {
		s.sentEnd = true
		s.server.ends(s)
	}
	return nil
}

// Close resets the stream unless both halves have ended.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.kept:
		return nil
	case s.sentEnd:
		s.quic.CancelRead(codeNo) // the client need not send the rest (RFC 9114 4.1)
	default:
		s.quic.CancelWrite(codeCanceled) // RFC9220-3-4
		s.quic.CancelRead(codeCanceled)
	}
	return nil
}

func (s *stream) LocalAddr() net.Addr                { return s.server.conn.LocalAddr() }
func (s *stream) RemoteAddr() net.Addr               { return s.server.conn.RemoteAddr() }
func (s *stream) SetDeadline(t time.Time) error      { return s.quic.SetDeadline(t) }
func (s *stream) SetReadDeadline(t time.Time) error  { return s.quic.SetReadDeadline(t) }
func (s *stream) SetWriteDeadline(t time.Time) error { return s.quic.SetWriteDeadline(t) }
