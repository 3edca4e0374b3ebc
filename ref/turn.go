package ref

import (
	"context"
	"sync"
)

// "If there is already a connection being opened to the same address, the client
// MUST wait" (RFC6455-4.1-5, RFC6455-4.1-6). The waiting is for the process.
var turns = struct {
	mu      sync.Mutex
	waiting map[string]*queue
}{waiting: map[string]*queue{}}

// A queue is the connections to one address that are open or want to be.
type queue struct {
	lock lock
	n    int // how many there are; the queue is forgotten with the last
}

// A turn is the right to open a connection to one address. The zero value is no
// right yet.
type turn struct {
	address string
	queue   *queue
}

// take waits for the turn at an address and gives up the one at any other.
func (t *turn) take(ctx context.Context, address string) error {
	t.release()
	turns.mu.Lock()
	q := turns.waiting[address]
	if q == nil {
		q = &queue{lock: newLock()}
		turns.waiting[address] = q
	}
	q.n++
	turns.mu.Unlock()
	if err := q.lock.acquire(ctx, nil); err != nil {
		leave(address, q)
		return err
	}
	t.address, t.queue = address, q
	return nil
}

// release gives the turn up. It may be called again.
func (t *turn) release() {
	if t.queue == nil {
		return
	}
	t.queue.lock.release()
	leave(t.address, t.queue)
	t.queue = nil
}

func leave(address string, q *queue) {
	turns.mu.Lock()
	defer turns.mu.Unlock()
	if q.n--; q.n == 0 {
		delete(turns.waiting, address)
	}
}
