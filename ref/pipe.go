package ref

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
)

// Pipe returns the two ends of a WebSocket connection in memory, without a
// network: for tests of code that has a Conn. Client and server do the whole
// opening handshake, so what Subprotocol, Compressed, Request and Response say is
// what was negotiated; nil options are the defaults. If either refuses, there is
// no connection and the error is its [HandshakeError].
//
// All else is as on TCP: 64 KiB may be on their way in each direction before a
// writer waits for a reader, and the server closes first (RFC 6455 7.1.1), for
// which Close waits until the other end reads, or closes too. The URI is
// ws://pipe/, and so is no matter of TLS, DialContext, proxies and redirects.
// Close both ends.
func Pipe(dial *DialOptions, accept *AcceptOptions) (client, server *Conn, err error) {
	options := DialOptions{}
	if dial != nil {
		options = *dial
	}
	var accepted chan acceptance // nil while nobody listens
	options.Redirects = 0
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
		return nil, nil, other.err // it says more than the client's, which got it as an answer
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

// acceptOne is an HTTP server for one connection and one request on it.
func acceptOne(conn net.Conn, options *AcceptOptions) chan acceptance {
	accepted := make(chan acceptance, 2) // what Accept says, and the end if it took nothing over
	inner := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// The Conn outlives this handler, and the request's context with it.
			c, err := Accept(w, r.WithContext(context.WithoutCancel(r.Context())), options)
			accepted <- acceptance{c, err}
		}),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				accepted <- acceptance{} // nothing that Accept saw, or that it took over
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	inner.SetKeepAlivesEnabled(false)
	go func() { _ = inner.Serve(&listenerOf{conn: conn}) }()
	return accepted
}

// A listenerOf one connection ends behind that.
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
