package ref

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Ping sends a Ping, waits for its Pong and returns the round-trip time. Another
// goroutine has to read meanwhile, because the Pong comes in between messages. A
// Pong for a later Ping counts too (RFC6455-5.5.3-2).
func (c *Conn) Ping(ctx context.Context) (time.Duration, error) {
	sent := time.Now()
	id, answered, err := c.sendNumberedPing(ctx)
	if err != nil {
		return 0, c.explain("ping", err)
	}
	defer c.pings.forget(id)
	select {
	case <-answered:
		return time.Since(sent), nil
	case <-ctx.Done():
		return 0, c.explain("ping", context.Cause(ctx))
	case <-c.done:
		return 0, c.explain("ping", errDone)
	}
}

// sendNumberedPing sends a Ping whose data are its number. The numbers are given
// out under framing, so that they go out in order: a Pong for one is an answer
// to those before it, and to none that is still to be sent.
func (c *Conn) sendNumberedPing(ctx context.Context) (id uint64, answered <-chan struct{}, err error) {
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return 0, nil, err
	}
	defer c.endFrame()
	id, answered = c.pings.begin()
	err = c.writeFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPing}, strconv.AppendUint(nil, id, 10))
	if err != nil {
		c.pings.forget(id)
	}
	return id, answered, err
}

// pong answers a Ping (RFC6455-5.5.2-2): at once, or behind the frame that another
// goroutine is sending. The goroutine that reads never waits for one that writes.
func (c *Conn) pong(data []byte) {
	c.pongs.put(data)
	if c.framing.try() {
		c.endFrame()
	}
}

// sendPong sends the pending Pong, if there is one and no Close frame was sent
// (RFC6455-5.5.2-3). framing is held.
func (c *Conn) sendPong() {
	if !c.pongs.owed.Load() {
		return
	}
	if data, owed := c.pongs.take(make([]byte, 0, wire.MaxControlPayload)); owed {
		// A failure ends the connection and is reported there. After a Close frame
		// the sender returns an error, and no Pong is due.
		_ = c.sendControl(wire.OpPong, data)
	}
}

// A pingTable has the Pings that wait for their Pongs.
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

// answered handles the data of a Pong. An unsolicited Pong has no effect
// (RFC6455-5.5.3-3).
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
