package opening

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/tunnel"
	"github.com/wsspec/wsspec/ref/wire"
)

// ConnectFor opens what a case needs of a connection: TCP, TLS as the case wants it for a wss
// URL, and over HTTP/2 and HTTP/3 a stream that [Open] opens. The error is as for
// [Target.Connect], or a [*wire.Violation] of HTTP/2 or HTTP/3.
func (t *Target) ConnectFor(ctx context.Context, s *script.Script, d stream.Deadlines) (net.Conn, error) {
	switch {
	case t.HTTP3 != nil:
		return t.connectHTTP3(ctx, s, d)
	case !t.HTTP2:
		return t.ConnectBy(ctx, s.TLS, d)
	}
	how := script.HTTP2{}
	if s.HTTP2 != nil {
		how = *s.HTTP2
	}
	const notSelected = "the server does not select h2 in the TLS handshake (ALPN, RFC 9113 3.2)"
	conn, err := t.connectBelow(ctx, script.TLS{ALPN: script.ALPNHTTP2Alone}, d)
	switch {
	case err != nil && strings.Contains(err.Error(), noApplicationProtocol):
		return nil, noHTTP2(nil, notSelected)
	case err != nil:
		return nil, err
	}
	if secure, ok := conn.(*tunnel.Conn); ok && secure.ConnectionState().NegotiatedProtocol != "h2" {
		conn.Close()
		return nil, noHTTP2(nil, notSelected)
	}
	c, err := h2.Client(ctx, conn, how, d.Handshake)
	if err == nil {
		return overHTTP2{c.NewStream()}, nil
	}
	conn.Close()
	return nil, asTargetError(err, d)
}

// noApplicationProtocol is how crypto/tls names the alert of a server that speaks none of the
// protocols which ALPN offers (RFC 7301 3.2). It has no type for alerts of the peer.
const noApplicationProtocol = "tls: no application protocol"

// asTargetError is the error of a connection of HTTP/2 that did not begin.
func asTargetError(err error, d stream.Deadlines) error {
	var refused *h2.RefusedError
	var violation *wire.Violation
	var end *h2.EndError
	switch {
	case errors.As(err, &violation):
		return violation
	case errors.As(err, &end) && end.Began:
		return noHTTP2(fmt.Errorf("it %w", err), "the server speaks HTTP/2, and takes no request")
	case errors.As(err, &refused):
		return noHTTP2(nil, "the server speaks HTTP/2, and %s", refused.Why)
	case isTimeout(err):
		return late(NewTargetError(NoAnswer, err, "the server took the connection, and sent no SETTINGS frame of HTTP/2"), d.Handshake)
	}
	if EndOfStream(err) != "" {
		err = fmt.Errorf("it %w", err)
	}
	return noHTTP2(err, "the server does not speak HTTP/2")
}

// noHTTP2 is the error for a server that HTTP/2 does not reach.
func noHTTP2(err error, format string, args ...any) *TargetError {
	e := NewTargetError(NotUpgraded, err, format, args...)
	e.next = "Without --http2, wsspec tests it over HTTP/1.1."
	return e
}

// overHTTP2 is a stream of HTTP/2 as a [Stream].
type overHTTP2 struct{ *h2.Stream }

// Another returns another stream of the connection.
func (s overHTTP2) Another() Stream { return overHTTP2{s.Beside()} }
