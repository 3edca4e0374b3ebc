package ref

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Ping sends a Ping, waits for its Pong and returns the time between. Somebody
// has to be reading meanwhile, for Pongs come where messages come. A Pong for a
// later Ping counts as well (RFC6455-5.5.3-2).
func (c *Conn) Ping(ctx context.Context) (time.Duration, error) {
	id, answered := c.pings.begin()
	defer c.pings.forget(id)
	sent := time.Now()
	if err := c.sendFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPing}, strconv.AppendUint(nil, id, 10)); err != nil {
		return 0, c.explain("ping", err)
	}
	select {
	case <-answered:
		return time.Since(sent), nil
	case <-ctx.Done():
		return 0, c.explain("ping", context.Cause(ctx))
	case <-c.done:
		return 0, c.explain("ping", errDone)
	}
}

// pong answers a Ping (RFC6455-5.5.2-2), at once if no frame is just going out,
// else right behind that frame: who reads never waits for who writes.
func (c *Conn) pong(data []byte) {
	c.pongs.put(data)
	if c.framing.try() {
		c.endFrame()
	}
}

// sendPong sends the Pong that is owed, if one is and no Close went before
// (RFC6455-5.5.2-3); framing is held.
func (c *Conn) sendPong() {
	if !c.pongs.owed.Load() {
		return
	}
	if data, owed := c.pongs.take(make([]byte, 0, wire.MaxControlPayload)); owed {
		// A failure ends the connection and is told there; behind the own Close the
		// sender refuses, as it should.
		_ = c.sendControl(wire.OpPong, data)
	}
}

// A pingTable knows which pings wait for their Pong.
type pingTable struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan struct{}
}

func (t *pingTable) begin() (id uint64, answered <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = make(map[uint64]chan struct{})
	}
	t.last++
	ch := make(chan struct{})
	t.waiting[t.last] = ch
	return t.last, ch
}

func (t *pingTable) forget(id uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.waiting, id)
}

// answered takes a Pong. One that answers no ping of ours is unasked for and
// means nothing (RFC6455-5.5.3-3).
func (t *pingTable) answered(data []byte) {
	id, err := strconv.ParseUint(string(data), 10, 64)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.waiting[id]; !ok {
		return
	}
	for other, ch := range t.waiting {
		if other <= id {
			close(ch)
			delete(t.waiting, other)
		}
	}
}
