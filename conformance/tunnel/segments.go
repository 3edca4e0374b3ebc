package tunnel

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// segments are the writes to TCP below TLS, each of which is likely to become a segment.
type segments struct {
	net.Conn
	// cut: each octet is a write of its own, with a pause between two.
	cut   bool
	pause time.Duration
	// ended: the peer has sent a FIN.
	ended atomic.Bool

	// held has what is written while holding, which is written at once later. An alert of
	// TLS may be written by another goroutine.
	mu      sync.Mutex
	holding bool
	held    []byte
}

func (s *segments) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		s.ended.Store(true)
	}
	return n, err
}

func (s *segments) Write(octets []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.holding:
		s.held = append(s.held, octets...)
		return len(octets), nil
	case !s.cut:
		return s.Conn.Write(octets)
	}
	for i := range octets {
		if i > 0 {
			time.Sleep(s.pause)
		}
		if _, err := s.Conn.Write(octets[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(octets), nil
}

// hold makes writes wait for release.
func (s *segments) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = true
}

// release writes what was held.
func (s *segments) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = false
	_, err := s.Conn.Write(s.held)
	s.held = nil
	return err
}
