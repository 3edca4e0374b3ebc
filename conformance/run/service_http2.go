package run

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// http2Of finds out whether the client speaks HTTP/2 on a connection: by ALPN over TLS, and
// else by its first octets. It returns the connection with all its octets.
func (s *Service) http2Of(ctx context.Context, conn net.Conn) (below net.Conn, scheme string, http2 bool, err error) {
	secure, ok := conn.(*tls.Conn)
	if !ok {
		below, http2 = opening.SpeaksHTTP2(conn, s.Deadlines)
		return below, "http", http2, nil
	}
	shaking, stop := context.WithTimeout(ctx, s.Deadlines.Handshake)
	defer stop()
	if err := secure.HandshakeContext(shaking); err != nil {
		return conn, "https", false, fmt.Errorf("the TLS handshake failed, as it does if the client does not take the authority that SSL_CERT_FILE names: %w", err)
	}
	return conn, "https", secure.ConnectionState().NegotiatedProtocol == "h2", nil
}

// serveStreams serves the streams of one connection of HTTP/2. Each has a request of its own,
// and several may play cases at the same time.
func (s *Service) serveStreams(ctx, accepting context.Context, idle *idleTimer, conn net.Conn, scheme string, of *startedClient) {
	// A connection without a stream is no client at work.
	idle.add(-1)
	defer idle.add(1)
	how, began := script.HTTP2{}, time.Now()
	if of != nil && of.c.Script.HTTP2 != nil {
		how = *of.c.Script.HTTP2
	}
	c, err := h2.Server(ctx, conn, how, s.Deadlines.Handshake)
	if err != nil {
		s.brokeHTTP2(conn, err, began, of)
		return
	}
	defer c.Close()
	var streams sync.WaitGroup
	defer streams.Wait()
	for {
		one, err := c.Accept(accepting)
		if err != nil {
			s.brokeHTTP2(conn, err, began, of)
			return
		}
		idle.add(1)
		streams.Go(func() {
			defer idle.add(-1)
			defer one.Close()
			s.serveStream(ctx, one, scheme, of)
			if of != nil && of.connected() {
				c.Leave() // there is nothing more to do on the connection
			}
		})
	}
}

// serveStream serves the request of one stream.
func (s *Service) serveStream(ctx context.Context, one *h2.Stream, scheme string, of *startedClient) {
	in := opening.AcceptStream(one, scheme, s.Deadlines, time.Now())
	s.request(ctx, in, of)
	if of != nil && in.Unserved != nil {
		of.unserved(in)
	}
}

// brokeHTTP2 notes why a client did not get to a case, if it broke a rule of HTTP/2 or did not
// begin with it.
func (s *Service) brokeHTTP2(conn net.Conn, err error, began time.Time, of *startedClient) {
	var violation *wire.Violation
	switch {
	case errors.As(err, &violation):
		s.remark("A client breaks HTTP/2: %v.", violation)
	case of == nil || opening.EndOfStream(err) != "" || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled):
		return
	default:
		err = fmt.Errorf("its connection of HTTP/2 did not begin: %w", err)
	}
	if of == nil {
		return
	}
	in := opening.Accept(conn, s.Deadlines, began)
	in.Unserved = err
	of.unserved(in)
}

// Reasons why a case is left out.
const (
	needsStarted = "The case is about the whole connection of HTTP/2, which takes a client that wsspec starts for each case."
	cameByHTTP1  = "The client connects over HTTP/1.1, and the run tests it over HTTP/2."
)

// leavesOut says why no client plays the case in this run; empty if clients do.
func (s *Service) leavesOut(c *script.Case) string {
	switch {
	case !s.HTTP2:
		return c.Script.NotOverHTTP1()
	case c.Script.OwnConnection() && !s.started:
		return needsStarted
	}
	return c.Script.ClientNotOverHTTP2()
}

// wrongTransport says why the case is not played on the connection that a client came on; empty
// if it is.
func (s *Service) wrongTransport(in *opening.FromClient, c *script.Case) string {
	mayFallBack := c.Script.HTTP2 != nil && c.Script.HTTP2.Permission != script.PermitAtOnce
	if s.HTTP2 && !in.OverHTTP2() && !mayFallBack {
		return cameByHTTP1
	}
	return s.leavesOut(c)
}
