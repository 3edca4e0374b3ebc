package command

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/wsspec/wsspec/conformance/opening"
)

// An HTTP3 is what a program needs for WebSocket over HTTP/3 (RFC 9220). This module has none,
// because it has no QUIC: the module conformance/http3 has one.
type HTTP3 struct {
	// Connect opens connections to servers.
	Connect opening.Connector
	// Echo runs the reference server on a socket of UDP until ctx ends.
	Echo func(ctx context.Context, socket net.PacketConn, config *tls.Config) error
}

// overHTTP3 is that of this program, the zero value if it has none.
var overHTTP3 HTTP3

// lacksHTTP3 is the error of --http3 in a program without HTTP/3, nil in one that has it.
func lacksHTTP3() error {
	if overHTTP3.Connect != nil {
		return nil
	}
	return usage("--http3: this program has no HTTP/3, so that it is small; the wsspec of the module conformance/http3 has it: see docs/http3.md")
}

// checkHTTP3 finds what --http3 cannot do with.
func (f *serverFlags) checkHTTP3() error {
	if !f.http3 {
		return nil
	}
	return lacksHTTP3()
}

// useHTTP3 makes the connections to a target streams of HTTP/3.
func useHTTP3(t *opening.Target) error {
	if t.URL.Scheme != "wss" {
		return usage("--http3: %s has to be a wss: URL, as HTTP/3 has no form without TLS", t.URL.Redacted())
	}
	t.HTTP3 = overHTTP3.Connect
	return nil
}

// echoHTTP3 is wsspec echo over HTTP/3: it listens, says so, and serves until ctx ends.
func echoHTTP3(ctx context.Context, addr string, secure *tls.Config, listening func(scheme string, addr net.Addr) error) error {
	if secure == nil {
		return usage("--http3 needs TLS: add --cert FILE --key FILE")
	}
	var config net.ListenConfig
	socket, err := config.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return couldNot(err)
	}
	defer socket.Close()
	if err := listening("wss", socket.LocalAddr()); err != nil {
		return err
	}
	if err := overHTTP3.Echo(ctx, socket, secure); err != nil && ctx.Err() == nil {
		return couldNot(err)
	}
	return nil
}
