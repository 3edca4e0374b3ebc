package ref

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// errorBacklog is how many errors wait for somebody to take them.
const errorBacklog = 64

// An errorQueue holds a few errors for whoever wants to know, and holds nobody up.
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

// Errors gives what went wrong on single connections, which ends no server:
// handshakes that were refused, connections that were lost or failed or closed
// for an unusual reason, handlers that panicked. Each error begins with the
// client's address. 64 wait to be taken; more are dropped and counted by
// [Server.DroppedErrors], so that no handler ever waits. The channel is never
// closed.
func (s *Server) Errors() <-chan error { return s.errors.channel() }

// DroppedErrors returns how many errors were dropped because nobody took them.
func (s *Server) DroppedErrors() uint64 { return s.errors.dropped.Load() }

func (s *Server) report(remote string, err error) {
	s.log(remote, err)
	s.errors.put(fmt.Errorf("%s: %w", remote, err))
}

// An errorWriter takes what the HTTP server would log, a line at a time.
type errorWriter struct{ s *Server }

func (w errorWriter) Write(line []byte) (int, error) {
	w.s.errors.put(errors.New(string(bytes.TrimSpace(line))))
	return len(line), nil
}
