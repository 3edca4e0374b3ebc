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
	// left is how many octets may be read before the next moment.
	left int
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
	p.octets, p.stopped, p.left = octets, stopped, 0
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

// took counts octets that were read.
func (p *pace) took(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left -= n
}

// next waits until the harness may read again, and returns how many octets: at most
// the size of the buffer. A harness that reads slowly waits for a moment whenever it has
// read as many octets as it reads at a time. A read that returns fewer makes it no slower:
// a stream of HTTP/2 holds little, so that the peer would wait for the harness, and the
// harness for the peer to take what it writes.
func (p *pace) next(buffer int, moment time.Duration) int {
	for {
		p.mu.Lock()
		octets, stopped, changed, left := p.octets, p.stopped, p.changed, p.left
		if !stopped && octets > 0 && left <= 0 {
			p.left = octets
		}
		p.mu.Unlock()
		switch {
		case !stopped && octets == 0:
			return buffer
		case !stopped && left > 0:
			return min(left, buffer)
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
