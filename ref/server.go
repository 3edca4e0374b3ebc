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

// A Server runs a handler for every WebSocket connection and keeps track of them,
// so that it can close them all. It can listen itself, see
// [Server.ListenAndServe], or be a handler in another http.Server; that one then
// has its own timeouts and no AcceptConn. The header of a request may have
// slightly more than [wire.MaxHandshakeLen] octets; longer ones are answered with
// 431.
//
// Set the fields before the first request and do not change them afterwards.
// Handler or ErrorHandler is required.
type Server struct {
	// Handler is called once for each connection, in its own goroutine. When it
	// returns, the connection is closed with 1000. When it panics, the connection
	// is closed with 1011 and others are not affected. The context of the request
	// ends when the handler returns.
	Handler func(*Conn, *http.Request)
	// ErrorHandler is a Handler that returns an error; set one of the two. A nil
	// error closes the connection with 1000, another one with 1011, or with the
	// code and reason of a [CloseError] in it. The error is reported unless it
	// only says how the connection ended.
	ErrorHandler func(*Conn, *http.Request) error
	// OnError, if set, is called for every error that [Server.Errors] reports,
	// without loss. remote is the address of the client, or "" for errors that
	// the HTTP server logs. It may be called by several goroutines at once and
	// delays only its own connection.
	OnError func(remote string, err error)
	// BaseContext and ConnContext make the contexts of requests, as in
	// http.Server. They have no effect on a Server that is a handler in another
	// http.Server.
	BaseContext func(net.Listener) context.Context
	ConnContext func(ctx context.Context, conn net.Conn) context.Context
	// HTTPHandler handles requests that do not ask for a WebSocket. If it is nil,
	// they are answered with 426.
	HTTPHandler http.Handler
	// Options are the options for Accept; nil means the defaults.
	Options *AcceptOptions
	// TLS is the configuration for ServeTLS and ListenAndServeTLS; nil means the
	// defaults.
	TLS *tls.Config
	// Protocols are the versions of HTTP, as in http.Server; nil means HTTP/1.1, and
	// HTTP/2 over TLS. WebSockets over HTTP/2 need package ref/xconnect as well, see
	// [Accept]. With UnencryptedHTTP2 clients can open them without TLS.
	Protocols *http.Protocols
	// AcceptConn, if set, decides whether to keep a TCP connection before
	// anything is read from it. No other connection is accepted while it runs.
	AcceptConn func(net.Conn) bool
	// Rate limits the opening handshakes from one address; more are answered with
	// 429. The zero value means no limit.
	Rate Rate
	// MaxConns is the most WebSocket connections at a time; more are answered
	// with 503. Zero means no limit.
	MaxConns int
	// IdleTimeout is how long a client may send nothing, not even a Pong, before
	// the connection is closed with 1001. Zero means no limit.
	IdleTimeout time.Duration
	// MaxBuffered is the most memory, in octets, for messages that Read has begun
	// and not finished, over all connections; see [BufferBudget]. 256 MiB if
	// zero, no limit if negative. Options.Buffers replaces it.
	MaxBuffered int64
	// HandshakeTimeout limits how long TLS and the header of a request may take,
	// and sending the response unless Options has its own timeout: 10 seconds if
	// zero, no limit if negative.
	HandshakeTimeout time.Duration

	mu       sync.Mutex
	inner    *http.Server // nil until the first Serve
	sessions map[*session]struct{}
	closing  bool
	limiter  limiter
	errors   errorQueue
	budget   *BufferBudget // made with the first connection
}

// bufferBudget returns the budget for unfinished messages: that of the options,
// or the server's own.
func (s *Server) bufferBudget() *BufferBudget {
	if s.Options != nil && s.Options.Buffers != nil {
		return s.Options.Buffers
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.budget == nil {
		s.budget = NewBufferBudget(cmp.Or(s.MaxBuffered, DefaultMaxBuffered))
	}
	return s.budget
}

// A session is a connection from the opening handshake to the end of the handler.
type session struct {
	conn *Conn         // nil during the handshake
	done chan struct{} // closed at the end; nil until the server shuts down
}

// ListenAndServe listens on a TCP address and calls Serve.
func (s *Server) ListenAndServe(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return s.Serve(l)
}

// ListenAndServeTLS listens on a TCP address and calls ServeTLS.
func (s *Server) ListenAndServeTLS(address, certFile, keyFile string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return s.ServeTLS(l, certFile, keyFile)
}

// Serve accepts connections from the listener and closes it in the end. It
// returns http.ErrServerClosed immediately after Shutdown or Close, and any other
// error that ended it. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	inner, err := s.server()
	if err != nil {
		_ = l.Close()
		return err
	}
	return inner.Serve(filteredListener{l, s.AcceptConn})
}

// ServeTLS is Serve for wss. The file names may be "" if the field TLS has a
// certificate.
func (s *Server) ServeTLS(l net.Listener, certFile, keyFile string) error {
	inner, err := s.server()
	if err != nil {
		_ = l.Close()
		return err
	}
	return inner.ServeTLS(filteredListener{l, s.AcceptConn}, certFile, keyFile)
}

// server returns the HTTP server, which it makes with the first call.
func (s *Server) server() (*http.Server, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner == nil {
		s.inner = &http.Server{
			Handler:           http.HandlerFunc(s.serveOwn),
			TLSConfig:         s.TLS,
			ReadHeaderTimeout: s.handshakeTimeout(),
			IdleTimeout:       s.handshakeTimeout(),
			MaxHeaderBytes:    wire.MaxHandshakeLen, // RFC6455-10.4-2
			ErrorLog:          log.New(errorWriter{s}, "", 0),
			BaseContext:       s.BaseContext,
			ConnContext:       s.ConnContext,
			Protocols:         s.Protocols,
			HTTP2:             s.http2Config(),
		}
	}
	if s.closing {
		return nil, http.ErrServerClosed
	}
	return s.inner, nil
}

// http2Config returns the limits for connections of HTTP/2.
func (s *Server) http2Config() *http.HTTP2Config {
	config := HTTP2Config()
	if s.Options != nil && s.Options.WriteTimeout != 0 {
		config.WriteByteTimeout = max(0, s.Options.WriteTimeout)
	}
	return config
}

// check returns an error for fields that cannot work.
func (s *Server) check() error {
	switch {
	case s.Handler == nil && s.ErrorHandler == nil:
		return errors.New("server: no Handler")
	case s.Handler != nil && s.ErrorHandler != nil:
		return errors.New("server: both a Handler and an ErrorHandler")
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

// ServeHTTP handles one request and returns when its session has ended. It makes
// a Server an http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if sn := s.open(w, r); sn != nil {
		s.run(sn, func() {})
		sn.conn.leaveHandler()
	}
}

// serveOwn handles a request of the server's own http.Server. The session runs in
// a new goroutine, so that the goroutine of net/http ends and its buffers are
// freed.
func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request) {
	if overStream(r) { // the stream ends when this function returns
		s.ServeHTTP(w, r)
		return
	}
	sn := s.open(w, r)
	if sn == nil {
		return
	}
	// net/http ends the request's context when this function returns.
	ctx, cancel := context.WithCancel(s.sessionContext(r))
	sn.conn.request = r.WithContext(ctx)
	go s.run(sn, cancel)
}

// sessionContext returns the values of the request's context, in one that does not
// end. It holds as little of net/http's as possible.
func (s *Server) sessionContext(r *http.Request) context.Context {
	if s.BaseContext != nil || s.ConnContext != nil {
		return context.WithoutCancel(r.Context())
	}
	return sessionValues{context.Background(), r.Context().Value(http.ServerContextKey), r.Context().Value(http.LocalAddrContextKey)}
}

// sessionValues is a context with the values that net/http gives to requests.
type sessionValues struct {
	context.Context
	server, localAddr any
}

func (v sessionValues) Value(key any) any {
	switch key {
	case http.ServerContextKey:
		return v.server
	case http.LocalAddrContextKey:
		return v.localAddr
	}
	return nil
}

// open does the opening handshake. It returns nil if there is no session.
func (s *Server) open(w http.ResponseWriter, r *http.Request) *session {
	if !IsUpgrade(r) && s.HTTPHandler != nil {
		s.HTTPHandler.ServeHTTP(w, r)
		return nil
	}
	sn, err := s.admit(w, r)
	if err != nil {
		s.report(r.RemoteAddr, err)
		return nil
	}
	entered := false
	defer func() {
		if !entered { // also when CheckOrigin or another function of the application has panicked
			s.leave(sn)
		}
	}()
	conn, err := s.accept(w, r)
	if err != nil {
		s.report(r.RemoteAddr, err)
		return nil
	}
	if !s.opened(sn, conn) {
		_ = conn.Close(wire.StatusGoingAway, "")
		return nil
	}
	entered = true
	return sn
}

// accept does the opening handshake with the options of the server.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	options := AcceptOptions{}
	if s.Options != nil {
		options = *s.Options
	}
	options.HandshakeTimeout = cmp.Or(options.HandshakeTimeout, s.handshakeTimeout())
	options.idleTimeout, options.Buffers = s.IdleTimeout, s.bufferBudget()
	return Accept(w, r, &options)
}

// admit returns a new session, or rejects the request.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (*session, error) {
	if err := s.check(); err != nil {
		return nil, reject(w, http.StatusInternalServerError, nil, err)
	}
	sn, status, err := s.addSession(r.RemoteAddr)
	if err != nil {
		return nil, reject(w, status, wire.Fields{{Name: "Retry-After", Value: "1"}}, err)
	}
	return sn, nil
}

// addSession returns a new session, or the status and the reason for rejecting
// it.
func (s *Server) addSession(remote string) (sn *session, status int, err error) {
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
	sn = &session{}
	if s.sessions == nil {
		s.sessions = make(map[*session]struct{})
	}
	s.sessions[sn] = struct{}{}
	return sn, 0, nil
}

// opened sets the connection of a session. It reports false if the server is
// shutting down.
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
	if sn.done != nil {
		close(sn.done)
	}
}

// run runs the handler of a session once and closes the connection. end is called last.
// While the handler runs, run needs little of the stack, see [Conn.beginRead].
func (s *Server) run(sn *session, end func()) {
	returned := false
	defer s.ended(sn, end, &returned)
	if sn.conn.idle != nil {
		sn.conn.idle.start(sn.conn)
	}
	var err error
	if s.ErrorHandler != nil {
		err = s.ErrorHandler(sn.conn, sn.conn.request)
	} else {
		s.Handler(sn.conn, sn.conn.request)
	}
	returned = true
	s.closeAfter(sn.conn, err)
}

// ended ends a session. It is deferred: a handler that has not returned has panicked, or
// ended its goroutine.
func (s *Server) ended(sn *session, end func(), returned *bool) {
	conn := sn.conn
	defer end()
	defer s.leave(sn)
	defer conn.CloseNow()
	if conn.idle != nil {
		defer conn.idle.stop()
	}
	defer conn.kept.drop(conn.budget)
	if *returned {
		return
	}
	if cause := recover(); cause != nil {
		s.report(conn.request.RemoteAddr, fmt.Errorf("handler panicked: %v\n%s", cause, debug.Stack()))
	}
	_ = conn.Close(wire.StatusInternalServerError, "")
}

// closeAfter closes the connection after a handler that returned err, and reports what
// is to be reported.
func (s *Server) closeAfter(conn *Conn, err error) {
	remote := conn.request.RemoteAddr
	endedBefore := conn.state.ended() != nil
	conn.closeFor(err)
	if err != nil && !endedBefore {
		s.report(remote, fmt.Errorf("handler: %w", err))
	} else if err := conn.unexpectedEnd(); err != nil {
		s.report(remote, err)
	}
}

// closeFor closes the connection after a handler that returned err.
func (c *Conn) closeFor(err error) {
	select {
	case <-c.done: // the handler read to the end, as most do
		return
	default:
	}
	var asked *CloseError
	switch {
	case err == nil:
		_ = c.Close(wire.StatusNormalClosure, "")
	case errors.As(err, &asked) && c.Close(asked.Code, wire.TrimReason(asked.Reason)) == nil:
	default:
		_ = c.Close(wire.StatusInternalServerError, "")
	}
}

// unexpectedEnd returns how the connection ended, or nil if it was closed
// normally or from this side.
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

// NumConns returns the number of WebSocket connections, including those in the
// opening handshake.
func (s *Server) NumConns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Shutdown shuts the server down gracefully: it accepts no more connections,
// closes the existing ones with 1001, "going away", and waits for their handlers.
// If ctx ends first, Shutdown returns its cause; call Close to end the rest.
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

// Close ends the server and all connections at once, without closing handshakes.
// It does not wait for handlers.
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

// shut makes the server accept no more sessions. It returns copies of the
// existing ones.
func (s *Server) shut() (*http.Server, []session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	var sessions []session
	for sn := range s.sessions {
		if sn.done == nil {
			sn.done = make(chan struct{})
		}
		sessions = append(sessions, *sn)
	}
	return s.inner, sessions
}

// A filteredListener accepts only connections for which pass returns true.
type filteredListener struct {
	net.Listener
	pass func(net.Conn) bool // nil accepts all
}

func (g filteredListener) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil || g.pass == nil || g.pass(conn) {
			return conn, err
		}
		_ = conn.Close()
	}
}
