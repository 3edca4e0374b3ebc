package ref

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// An idleWatch closes a connection when nothing has come from the peer for the
// timeout. It is made together with the Conn.
type idleWatch struct {
	timeout time.Duration
	started time.Time
	heard   atomic.Int64 // when octets came last, in nanoseconds after started

	mu      sync.Mutex
	timer   *time.Timer // nil until start
	stopped bool
}

func newIdleWatch(timeout time.Duration) *idleWatch {
	return &idleWatch{timeout: timeout, started: time.Now()}
}

// note notes that octets came.
func (w *idleWatch) note(now time.Time) { w.heard.Store(int64(now.Sub(w.started))) }

// left returns how much of the timeout is left.
func (w *idleWatch) left(now time.Time) time.Duration {
	return w.timeout - (now.Sub(w.started) - time.Duration(w.heard.Load()))
}

// start starts a timer, which is set again if octets have come meanwhile. There
// is no goroutine while it waits.
func (w *idleWatch) start(c *Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.timer = time.AfterFunc(w.left(time.Now()), func() {
		left := w.left(time.Now())
		if left <= 0 {
			_ = c.Close(wire.StatusGoingAway, fmt.Sprintf("nothing came for %v", w.timeout))
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.stopped {
			w.timer.Reset(left)
		}
	})
}

// stop stops the timer.
func (w *idleWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
}
