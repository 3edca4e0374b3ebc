package opening

import (
	"context"
	"sync"
	"time"
)

// A Pace bounds how many connections are opened in a second. Several targets may share one.
// It is for several goroutines.
type Pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// NewPace returns a Pace of at most so many new connections a second, one or more. They come
// in equal distances: there is no burst.
func NewPace(perSecond int) *Pace {
	return &Pace{every: time.Second / time.Duration(max(1, perSecond))}
}

// wait returns when the next connection may be opened, or with the error of the context. A
// nil Pace never waits.
func (p *Pace) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	left := p.turn(time.Now())
	if left <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// turn takes the next turn, and says how long it is until then.
func (p *Pace) turn(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.every)
	return at.Sub(now)
}
