// Package http2 opens WebSockets on HTTP/2 connections (RFC 8441). It is a package of its
// own, because it needs golang.org/x/net/http2 and package ref does not:
//
//	client := &http.Client{Transport: http2.NewTransport(nil)}
//	defer client.CloseIdleConnections()
//	conn, _, err := ref.Dial(ctx, "wss://example.com/chat", &ref.DialOptions{
//		HTTPClient:      client,
//		ExtendedConnect: true,
//	})
//
// Servers need no package for it: [ref.Accept] takes requests of HTTP/2, and the package
// ref/xconnect has net/http announce that.
package http2

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/http2"
)

// These find out that a connection is dead. Otherwise all WebSockets on it would hang.
const (
	// pingAfter is how long nothing may come on a connection before a PING is sent.
	pingAfter = 30 * time.Second
	// pingTimeout is how long the answer may take.
	pingTimeout = 15 * time.Second
)

// A Transport sends requests over HTTP/2 only: WebSockets and others, as many on one
// connection as the server allows. It is an http.RoundTripper. Make one by NewTransport.
//
// The connection to a server is opened with the first request and used for the next ones.
// When it has as many streams as the server allows, another one is opened. A connection
// whose server is silent for 30 seconds gets a PING, and is lost if no answer comes within
// 15 seconds.
type Transport struct {
	secure, plain *http2.Transport
}

// NewTransport returns a Transport. For wss and https it negotiates HTTP/2 by ALPN, and
// fails when the server has none. For ws and http it begins with HTTP/2 without asking,
// "with prior knowledge" (RFC 9113 3.3). config is for TLS; nil means the defaults. Proxies
// are not used.
func NewTransport(config *tls.Config) *Transport {
	dialer := &net.Dialer{}
	return &Transport{
		secure: &http2.Transport{TLSClientConfig: config, ReadIdleTimeout: pingAfter, PingTimeout: pingTimeout},
		plain: &http2.Transport{
			AllowHTTP:       true,
			ReadIdleTimeout: pingAfter, PingTimeout: pingTimeout,
			DialTLSContext: func(ctx context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
		},
	}
}

// RoundTrip sends a request. A request with the header ":protocol" waits for the server's
// SETTINGS, and fails without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 3).
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "http" {
		return t.plain.RoundTrip(r)
	}
	return t.secure.RoundTrip(r)
}

// CloseIdleConnections closes the connections without streams.
func (t *Transport) CloseIdleConnections() {
	t.secure.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}
