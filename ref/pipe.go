package ref

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
)

// Pipe returns the two ends of a WebSocket connection in memory, for tests of code
// that uses a Conn. Client and server do a real opening handshake, so that
// Subprotocol, Compressed, Request and Response return what was negotiated. nil
// options are the defaults. If a side rejects the handshake, the error is its
// [HandshakeError].
//
// The connection behaves like TCP: a writer waits when 64 KiB are unread, and Close
// waits until the other end reads or closes too. The URI is ws://pipe/. TLS,
// proxies, redirects, HTTPClient, ExtendedConnect and DialContext are ignored. Close both ends.
func Pipe(dial *DialOptions, accept *AcceptOptions) (client, server *Conn, err error) {
	options := DialOptions{}
	if dial != nil {
		options = *dial
	}
	var accepted chan acceptance // nil until there is a server
	options.Redirects = 0
	options.HTTPClient, options.ExtendedConnect = nil, false
	options.DialContext = func(context.Context, string, string) (net.Conn, error) {
		a, b := memoryConns()
		accepted = acceptOne(b, accept)
		return a, nil
	}
	client, _, err = Dial(context.Background(), "ws://pipe/", &options)
	if accepted == nil {
		return nil, nil, err
	}
	other := <-accepted
	switch {
	case other.err != nil:
		return nil, nil, other.err // it says more than the client's error
	case err != nil:
		if other.conn != nil {
			other.conn.CloseNow()
		}
		return nil, nil, err
	}
	return client, other.conn, nil
}

type acceptance struct {
	conn *Conn
	err  error
}

// acceptOne runs an HTTP server for one request on one connection.
func acceptOne(conn net.Conn, options *AcceptOptions) chan acceptance {
	accepted := make(chan acceptance, 2) // the result of Accept, and the end without one
	inner := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// The Conn outlives this handler, and the request's context with it.
			c, err := Accept(w, r.WithContext(context.WithoutCancel(r.Context())), options)
			accepted <- acceptance{c, err}
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				accepted <- acceptance{} // Accept was not called, or rejected the request
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	inner.SetKeepAlivesEnabled(false)
	go func() { _ = inner.Serve(&listenerOf{conn: conn}) }()
	return accepted
}

// A listenerOf accepts one connection and ends.
type listenerOf struct{ conn net.Conn }

func (l *listenerOf) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, net.ErrClosed
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

func (l *listenerOf) Close() error   { return nil }
func (l *listenerOf) Addr() net.Addr { return memoryAddr{} }
