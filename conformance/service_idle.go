package conformance

import (
	"errors"
	"sync"
	"time"
)

// ErrNobodyCame is how [Service.Serve] ends when its patience does.
var ErrNobodyCame = errors.New("no client has connected for too long")

// idling measures how long a service has had no connection.
type idling struct {
	mu       sync.Mutex
	patience time.Duration
	timer    *time.Timer
	open     int
	over     bool
}

// watch begins to measure; stop is called when the patience is over. Without a
// patience it never is.
func (s *Service) watch(stop func()) *idling {
	i := &idling{patience: s.Patience}
	if s.Patience <= 0 {
		return i
	}
	i.timer = time.AfterFunc(s.Patience, func() {
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
func (i *idling) add(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.open += n
	if i.timer != nil && i.open == 0 && !i.over {
		i.timer.Reset(i.patience)
	}
}

// passed reports whether the patience is over.
func (i *idling) passed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.over
}

func (i *idling) end() {
	if i.timer != nil {
		i.timer.Stop()
	}
}
