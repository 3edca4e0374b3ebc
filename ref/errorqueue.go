package ref

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
)

// errorBacklog is the capacity of the channel of Errors.
const errorBacklog = 64

// An errorQueue holds errors for a channel that perhaps nobody reads.
type errorQueue struct {
	once    sync.Once
	waiting chan error
	dropped atomic.Uint64
}

func (q *errorQueue) channel() chan error {
	q.once.Do(func() { q.waiting = make(chan error, errorBacklog) })
	return q.waiting
}

func (q *errorQueue) put(err error) {
	select {
	case q.channel() <- err:
	default:
		q.dropped.Add(1)
	}
}

// Errors returns a channel with the errors of single connections: handshakes that
// were rejected, connections that were lost, failed or closed with an unusual code,
// handlers that returned an error or panicked. Each error begins with the
// client's address. The channel holds 64; more are dropped and counted by
// [Server.DroppedErrors], so that no handler ever waits. It is never closed. To
// miss no error set OnError.
func (s *Server) Errors() <-chan error { return s.errors.channel() }

// DroppedErrors returns how many errors were dropped because the channel of Errors
// was full.
func (s *Server) DroppedErrors() uint64 { return s.errors.dropped.Load() }

func (s *Server) report(remote string, err error) {
	s.log(remote, err)
	s.errors.put(&remoteError{remote, err})
	if s.OnError != nil {
		s.OnError(remote, err)
	}
}

// A remoteError is an error with the address of the client. It is put together
// only when somebody reads it.
type remoteError struct {
	remote string
	err    error
}

func (e *remoteError) Error() string { return e.remote + ": " + e.err.Error() }
func (e *remoteError) Unwrap() error { return e.err }

// An errorWriter gets what the HTTP server logs, a line at a time.
type errorWriter struct{ s *Server }

func (w errorWriter) Write(line []byte) (int, error) {
	err := errors.New(string(bytes.TrimSpace(line)))
	w.s.errors.put(err)
	if w.s.OnError != nil {
		w.s.OnError("", err)
	}
	return len(line), nil
}
