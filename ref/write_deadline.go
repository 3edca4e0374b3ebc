package ref

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A writeDeadline is the write deadline of a connection. Several goroutines
// change it: one that sends a frame, one whose context ends, and one that ends
// the connection. The last one sets the final deadline. After that the deadline
// can only become earlier, so that the last frame and the frame before it are
// bounded.
type writeDeadline struct {
	mu   sync.Mutex
	tcp  net.Conn
	at   time.Time // zero for none
	last time.Time // zero until the connection is ending
	// explicit says that set gave the deadline, which arm then leaves alone.
	explicit bool
	// armed is the deadline that arm has set, in nanoseconds after started; zero if
	// set or setLast gave another.
	armed atomic.Int64
}

// started is what times are measured from: reading only the monotonic clock is
// faster.
var started = time.Now()

// set sets the deadline; zero means none.
func (d *writeDeadline) set(at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.explicit = !at.IsZero()
	return d.setLocked(at)
}

func (d *writeDeadline) setLocked(at time.Time) error {
	if !d.last.IsZero() && (at.IsZero() || at.After(d.last)) {
		at = d.last
	}
	d.armed.Store(0)
	if at.Equal(d.at) {
		return nil
	}
	d.at = at
	return d.tcp.SetWriteDeadline(at)
}

// setLast sets the deadline behind which nothing is sent any more.
func (d *writeDeadline) setLast(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.IsZero() || at.Before(d.last) {
		d.last = at
	}
	_ = d.setLocked(d.last) // fails only when the connection is closed already
}

// arm gives the next write at least the timeout, and at most half as much more, unless
// set or setLast gave a deadline. Moving the deadline costs more than many a write does,
// so arm does it only when too little is left. A timeout of zero or less sets no
// deadline.
func (d *writeDeadline) arm(timeout time.Duration) {
	if timeout <= 0 {
		return
	}
	if int64(time.Since(started)+timeout) < d.armed.Load() {
		return
	}
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.IsZero() && !d.explicit && d.at.Sub(now) < timeout {
		_ = d.setLocked(now.Add(timeout + timeout/2))
		d.armed.Store(int64(d.at.Sub(started)))
	}
}
