package run

import (
	"errors"
	"sync"
	"time"
)

// ErrNobodyCame is how [Service.Serve] ends when its patience does.
var ErrNobodyCame = errors.New("no client has connected for too long")

// idling measures how long a service has had no connection.
type idleTimer struct {
	mu      sync.Mutex
	timeout time.Duration
	timer   *time.Timer
	open    int
	over    bool
}

// watch begins to measure; stop is called when the patience is over. Without a
// patience it never is.
func (s *Service) watch(stop func()) *idleTimer {
	i := &idleTimer{timeout: s.IdleTimeout}
	if s.IdleTimeout <= 0 {
		return i
	}
	i.timer = time.AfterFunc(s.IdleTimeout, func() {
		i.mu.Lock()
		i.over = i.open == 0
		over := i.over
		i.mu.Unlock()
		if over {
			stop()
		}
	})
	return i
}

// add counts a connection that came, or one that went.
func (i *idleTimer) add(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.open += n
	if i.timer != nil && i.open == 0 && !i.over {
		i.timer.Reset(i.timeout)
	}
}

// passed reports whether the patience is over.
func (i *idleTimer) passed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.over
}

func (i *idleTimer) end() {
	if i.timer != nil {
		i.timer.Stop()
	}
}
