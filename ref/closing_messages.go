package ref

import (
	"errors"
	"sync"
	"sync/atomic"
)

// maxClosingOctets is the most octets that Close keeps for a Messages loop.
const maxClosingOctets = 16 << 20

// closingMessages holds the messages that Close has read while the body of a
// Messages loop was running. The peer sent them before its Close frame, so the
// loop gets them afterwards.
type closingMessages struct {
	loops    atomic.Int32 // how many are running
	number   atomic.Int32 // how many there are
	mu       sync.Mutex
	messages []Message
	octets   int
	full     bool // a message was dropped, so that later ones are dropped too
}

// wanted reports whether the next message is to be kept.
func (k *closingMessages) wanted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loops.Load() > 0 && !k.full
}

func (k *closingMessages) put(budget *BufferBudget, m Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	size := m.closingSize()
	if k.octets += size; k.octets > maxClosingOctets || k.full || !budget.resize(0, int64(size)) {
		k.full = true
		return
	}
	k.messages = append(k.messages, m)
	k.number.Add(1)
}

// closingSize is what it costs to keep the message, in octets. An empty message
// costs something too.
func (m Message) closingSize() int { return len(m.Data) + 64 }

// drop forgets all messages.
func (k *closingMessages) drop(budget *BufferBudget) {
	for {
		if _, ok := k.take(budget); !ok {
			return
		}
	}
}

// take returns the oldest.
func (k *closingMessages) take(budget *BufferBudget) (m Message, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.messages) == 0 {
		return Message{}, false
	}
	m = k.messages[0]
	k.messages[0] = Message{}
	k.messages = k.messages[1:]
	k.number.Add(-1)
	budget.resize(int64(m.closingSize()), 0)
	return m, true
}

// takeClosing returns the next message that Close has kept, if there is one. err
// is the error of waiting for the lock: that of a context goes first.
func (c *Conn) takeClosing(err error) (Message, bool) {
	if c.kept.number.Load() == 0 {
		return Message{}, false
	}
	if err != nil && !errors.Is(err, errDone) {
		return Message{}, false
	}
	return c.kept.take(c.budget)
}
