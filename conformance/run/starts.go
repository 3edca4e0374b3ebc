package run

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// startsAtOnce is how many clients may be starting at a time for each processor, and
// startingFor how long one counts as starting: many programs that start together keep
// each other from connecting in time.
const (
	startsAtOnce = 2
	startingFor  = time.Second
)

// hopelessAfter is how many clients may fail to connect before the run gives up, where
// none ever has.
const hopelessAfter = 32

// starts knows how long clients take until they connect, and has few start at once.
type starts struct {
	places chan struct{}

	mu sync.Mutex
	// slowest is the longest that a client took to connect.
	slowest time.Duration
	// came and stayedAway count the clients that connected, and those that did not.
	came, stayedAway int
}

func newStarts() *starts {
	return &starts{places: make(chan struct{}, startsAtOnce*runtime.GOMAXPROCS(0))}
}

// A start is one client that starts.
type start struct {
	of    *starts
	began time.Time
	over  sync.Once
	timer *time.Timer
}

// begin waits until a client may start.
func (s *starts) begin(ctx context.Context) (*start, error) {
	select {
	case s.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	one := &start{of: s, began: time.Now()}
	one.timer = time.AfterFunc(startingFor, one.leave)
	return one, nil
}

// leave lets another client start.
func (s *start) leave() { s.over.Do(func() { <-s.of.places }) }

// settle lets another client start, if this one has not connected.
func (s *start) settle() {
	s.timer.Stop()
	s.leave()
}

// connected notes that the client has connected.
func (s *start) connected() {
	s.of.mu.Lock()
	s.of.slowest = max(s.of.slowest, time.Since(s.began))
	s.of.mu.Unlock()
	s.settle()
}

// learn notes whether a client connected.
func (s *starts) learn(connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if connected {
		s.came++
	} else {
		s.stayedAway++
	}
}

// allowed is how long a client may take until it connects. A program takes its time to
// start: twice that of a connection, and four times that of the slowest one so far.
func (s *starts) allowed(connect time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(2*connect, 4*s.slowest)
}

// hopeless says why no further client is started; empty if they are.
func (s *starts) hopeless() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.came > 0 || s.stayedAway < hopelessAfter {
		return ""
	}
	return fmt.Sprintf("Not run: none of the first %d clients connected.", s.stayedAway)
}
