package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
)

// What this machine is short of says nothing about the peer: the verdict is error.

// shortages are the errors of a machine that has no more descriptors, processes, ports or
// memory to give.
var shortages = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EAGAIN, syscall.EADDRNOTAVAIL}

// errShort is the error of a case that this machine could not play.
func errShort(cause error) error {
	return fmt.Errorf("this machine is short of what it takes to run so many clients (try a lower --parallel): %w", cause)
}

// shortageIn finds a shortage in what a launcher says of a client: it could not be
// started, or inherited the limit that it met.
func shortageIn(remarks []string) error {
	for _, line := range remarks {
		for _, own := range shortages {
			if strings.Contains(line, own.Error()) {
				return errors.New(line)
			}
		}
	}
	return nil
}

// noteShortage notes that a client could not be accepted.
func (s *Service) noteShortage(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shortage, s.shortageAt = err, time.Now()
}

// shortageSince returns what kept clients from being accepted since then, nil if
// nothing did.
func (s *Service) shortageSince(since time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shortageAt.After(since) {
		return s.shortage
	}
	return nil
}

// portsKept is how long Linux keeps the port of an ended connection from another one.
const portsKept = 60 * time.Second

// withPort opens a listener or a connection. It waits while open returns the error of a
// machine that keeps all its ports for connections that have ended, at most as long as it
// keeps one.
func withPort[T any](ctx context.Context, none syscall.Errno, open func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, portsKept)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		opened, err := open()
		if !errors.Is(err, none) {
			return opened, err
		}
		select {
		case <-ctx.Done():
			return opened, err
		case <-time.After(wait):
		}
	}
}

// listenAt listens at a free port of an address of this machine.
func listenAt(ctx context.Context, host string) (net.Listener, error) {
	return withPort(ctx, syscall.EADDRINUSE, func() (net.Listener, error) { return net.Listen("tcp", net.JoinHostPort(host, "0")) })
}

// connect opens a connection to the server. The first one does not wait for a port: the
// server's address may be one that this machine cannot reach.
func (r *serverRun) connect(ctx context.Context, open func(context.Context, stream.Deadlines) (net.Conn, error), d stream.Deadlines) (net.Conn, error) {
	conn, err := open(ctx, d)
	switch {
	case err == nil:
		r.connected.Store(true)
	case r.connected.Load() && errors.Is(err, syscall.EADDRNOTAVAIL):
		return withPort(ctx, syscall.EADDRNOTAVAIL, func() (net.Conn, error) { return open(ctx, d) })
	}
	return conn, err
}
