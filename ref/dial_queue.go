package ref

import (
	"context"
	"sync"
)

// dialQueues has a queue for each address to which connections are being opened.
// A client opens no more than one connection to an address at a time
// (RFC6455-4.1-5, RFC6455-4.1-6); this holds for the whole process.
var dialQueues = struct {
	mu      sync.Mutex
	waiting map[string]*dialQueue
}{waiting: map[string]*dialQueue{}}

// A dialQueue is for the dials to one address.
type dialQueue struct {
	lock lock
	n    int // how many dials use the queue; the last one deletes it
}

// A dialSlot is the permission to open a connection to one address. The zero
// value is no permission.
type dialSlot struct {
	skip      bool // no waiting: AllowConcurrentDials
	address   string
	dialQueue *dialQueue
}

// take waits for the permission for an address. It gives up one for another
// address.
func (t *dialSlot) take(ctx context.Context, address string) error {
	t.release()
	if t.skip {
		return nil
	}
	dialQueues.mu.Lock()
	q := dialQueues.waiting[address]
	if q == nil {
		q = &dialQueue{}
		dialQueues.waiting[address] = q
	}
	q.n++
	dialQueues.mu.Unlock()
	if err := q.lock.acquire(ctx, nil); err != nil {
		leave(address, q)
		return err
	}
	t.address, t.dialQueue = address, q
	return nil
}

// release gives the permission up. It may be called again.
func (t *dialSlot) release() {
	if t.dialQueue == nil {
		return
	}
	t.dialQueue.lock.release()
	leave(t.address, t.dialQueue)
	t.dialQueue = nil
}

func leave(address string, q *dialQueue) {
	dialQueues.mu.Lock()
	defer dialQueues.mu.Unlock()
	if q.n--; q.n == 0 {
		delete(dialQueues.waiting, address)
	}
}
