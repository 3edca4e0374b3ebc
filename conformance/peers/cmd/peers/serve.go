package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A server runs one peer on its own port. It keeps track of hijacked connections, which
// http.Server forgets, so that close can end them.
type server struct {
	peer     peer
	listener net.Listener
	http     *http.Server

	mu      sync.Mutex
	closing bool
	open    map[net.Conn]struct{}
	active  sync.WaitGroup // handlers
}

// requestTimeout limits the time for reading the header of a request.
const requestTimeout = 30 * time.Second

// listen starts p on addr, a TCP address whose port may be 0.
func listen(p peer, addr string) (*server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for %s: %w", p.name, err)
	}
	s := &server{peer: p, listener: listener, open: make(map[net.Conn]struct{})}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.handle),
		ReadHeaderTimeout: requestTimeout,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
	}
	return s, nil
}

// serve accepts connections until close is called, and returns nil then. It returns
// the listener's error if that fails first.
func (s *server) serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("%s stopped accepting: %w", s.peer.name, err)
	}
	return nil
}

// url returns the URL of the server.
func (s *server) url() string {
	return "ws://" + s.listener.Addr().String() + "/"
}

// closeTimeout limits the wait for handlers whose connections have been closed.
const closeTimeout = 5 * time.Second

// close stops listening, closes every connection, and waits for the handlers. It returns
// an error if a handler still runs after closeTimeout.
func (s *server) close() error {
	s.mu.Lock()
	s.closing = true
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.http.Close()

	returned := make(chan struct{})
	go func() {
		s.active.Wait()
		close(returned)
	}()
	select {
	case <-returned:
		return nil
	case <-time.After(closeTimeout):
		return fmt.Errorf("%s still uses a connection that was closed %v ago", s.peer.name, closeTimeout)
	}
}

// connKey is the context key of the TCP connection of a request.
type connKey struct{}

// handle passes the request to the peer, and keeps the connection in s.open meanwhile.
func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	conn := r.Context().Value(connKey{}).(net.Conn)
	if !s.enter(conn) {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	defer s.leave(conn)
	s.peer.serve(w, r)
}

// enter returns false if the server is closing.
func (s *server) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.open[conn] = struct{}{}
	s.active.Add(1)
	return true
}

func (s *server) leave(conn net.Conn) {
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
	s.active.Done()
}
