package ref

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Server gives every WebSocket connection to a handler and keeps count of
// them, so that it can end them all. It listens by itself, with
// [Server.ListenAndServe], or is a handler in somebody else's http.Server, which
// then has its own timeouts and no AcceptConn. A request's header may have
// [wire.MaxHandshakeLen] octets, and a little more; what is beyond is answered 431.
//
// Set the fields before it serves and leave them alone then. Only Handler has to
// be set.
type Server struct {
	// Handler has the connection for as long as it runs, in a goroutine of its
	// own, once for each connection. When it returns the connection is closed with
	// 1000, and when it panics, with 1011; a panic ends nothing else. The request's
	// context holds until it returns.
	Handler func(*Conn, *http.Request)
	// HTTPHandler answers requests that ask for no WebSocket. Without one they are
	// answered 426.
	HTTPHandler http.Handler
	// Options are those of Accept; nil is the default.
	Options *AcceptOptions
	// TLS is for ServeTLS and ListenAndServeTLS; nil is the default configuration.
	TLS *tls.Config
	// AcceptConn, if set, says whether a TCP connection may stay, before anything
	// is read from it. It holds up all others while it thinks.
	AcceptConn func(net.Conn) bool
	// Rate bounds the opening handshakes from one address; what is beyond is
	// answered 429. The zero value is no bound.
	Rate Rate
	// MaxConns is the most WebSocket connections at a time, another one is
	// answered 503. Zero is no bound.
	MaxConns int
	// IdleTimeout is how long a connection may go without an octet from the client
	// before it is closed with 1001; Pongs count. Zero is no bound.
	IdleTimeout time.Duration
	// HandshakeTimeout bounds the waiting for a request's header, that of TLS
	// included, and the sending of the response, unless Options has its own for
	// that; 10 seconds if zero, no bound if negative.
	HandshakeTimeout time.Duration

	mu       sync.Mutex
	inner    *http.Server // nil until somebody serves
	sessions map[*session]struct{}
	closing  bool
	limiter  limiter
	errors   errorQueue
}

// A session is a connection from its opening handshake to its handler's end.
type session struct {
	conn *Conn         // nil during the handshake
	done chan struct{} // closed at the end
}

// ListenAndServe listens on a TCP address and serves there, see Serve.
func (s *Server) ListenAndServe(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return s.Serve(l)
}

// ListenAndServeTLS is ListenAndServe for wss, see ServeTLS.
func (s *Server) ListenAndServeTLS(address, certFile, keyFile string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return s.ServeTLS(l, certFile, keyFile)
}

// Serve takes connections from the listener, which it closes in the end. It
// returns http.ErrServerClosed after Shutdown or Close, at once, and whatever
// else ended it otherwise. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	inner, err := s.server()
	if err != nil {
		_ = l.Close()
		return err
	}
	return inner.Serve(gate{l, s.AcceptConn})
}

// ServeTLS is Serve for wss. The files may be "" if the field TLS has a
// certificate.
func (s *Server) ServeTLS(l net.Listener, certFile, keyFile string) error {
	inner, err := s.server()
	if err != nil {
		_ = l.Close()
		return err
	}
	return inner.ServeTLS(gate{l, s.AcceptConn}, certFile, keyFile)
}

// server returns the HTTP server that listens, the same every time.
func (s *Server) server() (*http.Server, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner == nil {
		s.inner = &http.Server{
			Handler:           s,
			TLSConfig:         s.TLS,
			ReadHeaderTimeout: s.handshakeTimeout(),
			IdleTimeout:       s.handshakeTimeout(),
			MaxHeaderBytes:    wire.MaxHandshakeLen, // RFC6455-10.4-2
			ErrorLog:          log.New(errorWriter{s}, "", 0),
		}
	}
	if s.closing {
		return nil, http.ErrServerClosed
	}
	return s.inner, nil
}

// check refuses a server that could serve nobody.
func (s *Server) check() error {
	switch {
	case s.Handler == nil:
		return errors.New("server: no Handler")
	case s.MaxConns < 0:
		return fmt.Errorf("server: at most %d connections, want a number, or zero for no bound", s.MaxConns)
	case s.IdleTimeout < 0:
		return fmt.Errorf("server: idle timeout of %v, want more than zero, or zero for no bound", s.IdleTimeout)
	}
	if err := s.Rate.check(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

func (s *Server) handshakeTimeout() time.Duration {
	return cmp.Or(s.HandshakeTimeout, DefaultAcceptTimeout)
}

// ServeHTTP serves one request: it is what makes a Server an http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !IsUpgrade(r) && s.HTTPHandler != nil {
		s.HTTPHandler.ServeHTTP(w, r)
		return
	}
	sn, err := s.admit(w, r)
	if err != nil {
		s.report(r.RemoteAddr, err)
		return
	}
	defer s.leave(sn)
	options := AcceptOptions{}
	if s.Options != nil {
		options = *s.Options
	}
	options.HandshakeTimeout = cmp.Or(options.HandshakeTimeout, s.handshakeTimeout())
	conn, err := Accept(w, r, &options)
	if err != nil {
		s.report(r.RemoteAddr, err)
		return
	}
	defer conn.CloseNow()
	if !s.opened(sn, conn) {
		_ = conn.Close(wire.StatusGoingAway, "")
		return
	}
	s.handle(conn, r)
}

// admit makes a session of an opening handshake, or answers why not.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (*session, error) {
	if err := s.check(); err != nil {
		return nil, refuse(w, http.StatusInternalServerError, nil, err)
	}
	sn, status, err := s.place(r.RemoteAddr)
	if err != nil {
		return nil, refuse(w, status, wire.Fields{{Name: "Retry-After", Value: "1"}}, err)
	}
	return sn, nil
}

// place takes a session's place, or says why there is none.
func (s *Server) place(remote string) (sn *session, status int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		return nil, http.StatusServiceUnavailable, errors.New("the server is shutting down")
	case s.MaxConns > 0 && len(s.sessions) >= s.MaxConns:
		return nil, http.StatusServiceUnavailable, fmt.Errorf("the server has its %d connections already", s.MaxConns)
	case !s.limiter.take(s.Rate, remote, time.Now()):
		return nil, http.StatusTooManyRequests,
			fmt.Errorf("more than %v opening handshakes a second from one address (RFC 6585 4)", s.Rate.PerSecond)
	}
	sn = &session{done: make(chan struct{})}
	if s.sessions == nil {
		s.sessions = make(map[*session]struct{})
	}
	s.sessions[sn] = struct{}{}
	return sn, 0, nil
}

// opened notes the session's connection. It reports whether it may go on.
func (s *Server) opened(sn *session, conn *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	sn.conn = conn
	return !s.closing
}

func (s *Server) leave(sn *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, sn)
	close(sn.done)
}

// handle runs the handler, once, whatever comes of it.
func (s *Server) handle(conn *Conn, r *http.Request) {
	if s.IdleTimeout > 0 {
		defer conn.closeWhenIdle(s.IdleTimeout)()
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		if cause := recover(); cause != nil {
			s.report(r.RemoteAddr, fmt.Errorf("handler panicked: %v\n%s", cause, debug.Stack()))
		}
		_ = conn.Close(wire.StatusInternalServerError, "")
	}()
	s.Handler(conn, r)
	returned = true
	_ = conn.Close(wire.StatusNormalClosure, "") // how it ended is told below
	if err := conn.unexpectedEnd(); err != nil {
		s.report(r.RemoteAddr, err)
	}
}

// unexpectedEnd returns how the connection ended if that was neither a closing
// handshake that ends well nor this side's wish.
func (c *Conn) unexpectedEnd() error {
	var closed *CloseError
	err := c.state.ended()
	if !errors.As(err, &closed) || errors.Is(err, net.ErrClosed) || IsNormalClose(err) {
		return nil
	}
	if closed.Err == nil && !closed.Remote {
		return nil
	}
	return err
}

// NumConns returns how many WebSocket connections there are, those in their
// opening handshake included.
func (s *Server) NumConns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Shutdown ends the server in good order: it takes no more connections, closes
// every one there is with 1001, "going away", and waits for their handlers to
// return. If ctx ends first, Shutdown returns its error and the rest goes on;
// Close cuts it off.
func (s *Server) Shutdown(ctx context.Context) error {
	inner, sessions := s.shut()
	for _, sn := range sessions {
		if sn.conn != nil {
			go func() { _ = sn.conn.Close(wire.StatusGoingAway, "") }() // bounded by the close timeout
		}
	}
	if inner != nil {
		if err := inner.Shutdown(ctx); err != nil {
			return fmt.Errorf("server shutdown: %w", err)
		}
	}
	for i, sn := range sessions {
		select {
		case <-sn.done:
		case <-ctx.Done():
			return fmt.Errorf("server shutdown: up to %d handlers are still running: %w", len(sessions)-i, context.Cause(ctx))
		}
	}
	return nil
}

// Close ends the server and every connection at once, without a closing
// handshake; it does not wait for the handlers.
func (s *Server) Close() error {
	inner, sessions := s.shut()
	for _, sn := range sessions {
		if sn.conn != nil {
			sn.conn.CloseNow()
		}
	}
	if inner != nil {
		return inner.Close()
	}
	return nil
}

// shut takes no more sessions and returns copies of those that there are.
func (s *Server) shut() (*http.Server, []session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	var sessions []session
	for sn := range s.sessions {
		sessions = append(sessions, *sn)
	}
	return s.inner, sessions
}

// A gate is a listener that lets pass whom it likes.
type gate struct {
	net.Listener
	pass func(net.Conn) bool // nil for everybody
}

func (g gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil || g.pass == nil || g.pass(conn) {
			return conn, err
		}
		_ = conn.Close()
	}
}
