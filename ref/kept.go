package ref

import (
	"errors"
	"sync"
	"sync/atomic"
)

// keepOctets bounds what Close keeps for a Messages loop.
const keepOctets = 16 << 20

// keptMessages is what came while Close was reading in place of a Messages loop,
// whose body was at work and will want it: the peer sent it before its Close
// frame, in good faith.
type keptMessages struct {
	loops    atomic.Int32 // how many are running
	mu       sync.Mutex
	messages []Message
	octets   int
	full     bool // a message was dropped, so no later one may be kept
}

// wanted reports whether the next message is to be kept.
func (k *keptMessages) wanted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loops.Load() > 0 && !k.full
}

func (k *keptMessages) put(m Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	// An empty message is not free either.
	if k.octets += len(m.Data) + 64; k.octets > keepOctets {
		k.full = true
		return
	}
	k.messages = append(k.messages, m)
}

// take returns the oldest.
func (k *keptMessages) take() (m Message, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.messages) == 0 {
		return Message{}, false
	}
	m = k.messages[0]
	k.messages[0] = Message{}
	k.messages = k.messages[1:]
	return m, true
}

// takeKept returns the next kept message to whoever came to read, also when the
// connection has ended, but not when the error of waiting is that of a context.
func (c *Conn) takeKept(err error) (Message, bool) {
	if err != nil && !errors.Is(err, errDone) {
		return Message{}, false
	}
	return c.kept.take()
}
