package run

import (
	"context"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
)

// A lookout sends pings on a connection of its own while late cases are played again, some at
// once. As long as the server answers it soon, it is not busy with one of them: what it does
// not send then, it does not owe to another case.
type lookout struct {
	conn *opening.IdleConn
	// soon is how long a server that is not busy takes for an answer, at most.
	soon time.Duration

	stop    chan struct{}
	stopped sync.WaitGroup
	mu      sync.Mutex
	// asked is when the ping that waits for its pong was sent; zero if none waits.
	asked time.Time
	// slow is when the server last was slow to answer. blind: it answers no more.
	slow  time.Time
	blind bool
}

// newLookout returns nil if the server answers no ping beside another connection.
func newLookout(ctx context.Context, t *opening.Target, d stream.Deadlines) *lookout {
	conn, _ := openBeside(ctx, t, d)
	if conn == nil {
		return nil
	}
	k := &lookout{conn: conn, soon: d.Answer / 4, stop: make(chan struct{})}
	k.stopped.Go(k.ping)
	return k
}

func (k *lookout) ping() {
	for {
		k.set(func() { k.asked = time.Now() })
		took, ok := k.conn.Answers(mostPatience * 4 * k.soon)
		k.set(func() {
			k.asked = time.Time{}
			if took > k.soon {
				k.slow = time.Now()
			}
			k.blind = !ok
		})
		if !ok {
			return
		}
		select {
		case <-k.stop:
			return
		case <-time.After(between):
		}
	}
}

func (k *lookout) set(change func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
}

// wasBusy reports whether the server was slow to answer at any time since then.
func (k *lookout) wasBusy(since time.Time) (yes bool) {
	k.set(func() { yes = k.blind || k.slow.After(since) || !k.asked.IsZero() && time.Since(k.asked) > k.soon })
	return yes
}

// end ends the connection.
func (k *lookout) end() {
	close(k.stop)
	k.conn.Close()
	k.stopped.Wait()
}
