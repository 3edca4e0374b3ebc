package opening

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// The versions of HTTP whose streams carry connections, as [Target.Transport] names them.
const (
	HTTP2 = "HTTP/2"
	HTTP3 = "HTTP/3"
)

// A Stream is a stream of a connection of HTTP/2 or HTTP/3, as the transport of one WebSocket
// connection (RFC 8441, RFC 9220). It is not open before Request. What is written goes into
// DATA frames, and what is read comes from them. A method CloseWrite ends the harness's half in
// order, and [io.EOF] says that the peer did so. If the stream ends otherwise, errors have a
// method StreamEnd with what the peer did in words, "reset the stream by …", or are a
// [*wire.Violation] of the version of HTTP.
type Stream interface {
	net.Conn
	stream.Multiplexed
	// Request opens the stream with a request that has these fields, in this order and as
	// they are.
	Request(wire.Fields) error
	// Response waits for the final response until the deadline for reading. It is [io.EOF]
	// if the stream ends in order without one.
	Response() (wire.Response, error)
	// Another returns another stream of the same connection. The connection ends when all of
	// its streams are closed.
	Another() Stream
}

// A Connector opens a connection of HTTP/3 to an address, a host and port, as a case wants it,
// and returns its first stream. The error is a *[TargetError], a [*wire.Violation] of HTTP/3, or
// as [Stream] has it. This module has no Connector, because it has no QUIC: the module
// conformance/http3 has one.
type Connector func(ctx context.Context, address string, config *tls.Config, how script.HTTP3, d stream.Deadlines) (Stream, error)

// Streams reports whether connections are streams of HTTP/2 or HTTP/3.
func (t *Target) Streams() bool { return t.Transport() != "" }

// Transport names what carries the connections, [HTTP2] or [HTTP3]; it is empty for HTTP/1.1.
func (t *Target) Transport() string {
	switch {
	case t.HTTP3 != nil:
		return HTTP3
	case t.HTTP2:
		return HTTP2
	}
	return ""
}

// Unplayable says in a sentence why a case is not played over the transport of the target; it
// is empty if it is.
func (t *Target) Unplayable(s *script.Script) string {
	switch {
	case t.HTTP3 != nil:
		return s.NotOverHTTP3()
	case t.HTTP2:
		return s.NotOverHTTP2()
	}
	return s.NotOverHTTP1()
}

// connectHTTP3 is [Target.ConnectFor] over HTTP/3.
func (t *Target) connectHTTP3(ctx context.Context, s *script.Script, d stream.Deadlines) (net.Conn, error) {
	if err := t.Pace.wait(ctx); err != nil {
		return nil, err
	}
	how := script.HTTP3{}
	if s.HTTP3 != nil {
		how = *s.HTTP3
	}
	conn, err := t.HTTP3(ctx, t.address(), t.tlsConfig(), how, d)
	if err != nil {
		return nil, err
	}
	return conn, nil
}
