package stream

import (
	"errors"
	"os"
	"sync"
	"time"
)

// A pace says how the harness reads: as fast as it can, slowly, or not at all. The
// zero number of octets means no limit.
type pace struct {
	mu      sync.Mutex
	octets  int
	stopped bool
	// changed is closed, and replaced, when the pace changes.
	changed chan struct{}
	ended   chan struct{}
	once    *sync.Once
}

func newPace() pace {
	return pace{changed: make(chan struct{}), ended: make(chan struct{}), once: &sync.Once{}}
}

// set changes the pace. A read that is under way goes on until it is interrupted.
func (p *pace) set(octets int, stopped bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.octets, p.stopped = octets, stopped
	close(p.changed)
	p.changed = make(chan struct{})
}

// full reports whether the harness reads as fast as it can.
func (p *pace) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.octets == 0 && !p.stopped
}

// end lets a reader go that waits for a faster pace.
func (p *pace) end() { p.once.Do(func() { close(p.ended) }) }

// next waits until the harness may read again, and returns how many octets: at most
// the size of the buffer. Between two slow reads it waits for a moment.
func (p *pace) next(buffer int, moment time.Duration) int {
	for {
		p.mu.Lock()
		octets, stopped, changed := p.octets, p.stopped, p.changed
		p.mu.Unlock()
		switch {
		case !stopped && octets == 0:
			return buffer
		case !stopped:
			timer := time.NewTimer(moment)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-p.ended:
			}
			return min(octets, buffer)
		}
		select {
		case <-changed:
		case <-p.ended:
			return buffer // TCP is closed, so that the read fails at once
		}
	}
}

// interrupted reports whether a read ended only because the pace has changed.
func (p *pace) interrupted(err error) bool {
	select {
	case <-p.ended:
		return false
	default:
		return errors.Is(err, os.ErrDeadlineExceeded)
	}
}
