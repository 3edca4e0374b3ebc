package ref

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// An idleWatch remembers when the peer was last heard of.
type idleWatch struct{ heard atomic.Pointer[time.Time] }

func (w *idleWatch) note(now time.Time) { w.heard.Store(&now) }

// left returns how much of the timeout is left.
func (w *idleWatch) left(timeout time.Duration, now time.Time) time.Duration {
	return timeout - now.Sub(*w.heard.Load())
}

// closeWhenIdle closes the connection once nothing has come from the peer for so
// long, until stop is called. It is called before anybody reads.
func (c *Conn) closeWhenIdle(timeout time.Duration) (stop func()) {
	c.idle = &idleWatch{}
	c.idle.note(time.Now())
	stopped := make(chan struct{})
	go func() {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-c.done:
				return
			case <-timer.C:
			}
			left := c.idle.left(timeout, time.Now())
			if left <= 0 {
				_ = c.Close(wire.StatusGoingAway, fmt.Sprintf("nothing came for %v", timeout))
				return
			}
			timer.Reset(left)
		}
	}()
	return func() { close(stopped) }
}
