package ref

import (
	"sync/atomic"

	"github.com/wsspec/wsspec/ref/wire"
)

// freeBuffer is how many octets of an unfinished message a connection may hold
// without asking the budget.
const freeBuffer = 16 << 10

// A BufferBudget limits the memory that many connections together hold for two kinds
// of messages: those that Read has begun and not finished, and those that wait for a
// Messages loop while the connection closes. Up to 16 KiB of a connection do not count,
// so that short messages always get through.
//
// A message may grow only if the budget then still has as much free as the message
// holds. So a few greedy peers leave room for the others. A message that may not grow
// closes its connection with 1013, "try again later". [Conn.NextReader] holds no
// message, and takes nothing from the budget.
//
// Connections of [Accept] share one budget of 256 MiB unless their options have
// another; each [Server] has its own.
type BufferBudget struct {
	limit int64
	used  atomic.Int64
}

// NewBufferBudget returns a budget of so many octets; a negative number means no
// limit.
func NewBufferBudget(octets int64) *BufferBudget {
	if octets < 0 {
		octets = 1<<63 - 1
	}
	return &BufferBudget{limit: octets}
}

// Used returns how many octets are held at the moment.
func (b *BufferBudget) Used() int64 { return b.used.Load() }

// DefaultMaxBuffered is the size of a budget in octets, if the options set no other.
const DefaultMaxBuffered = 256 << 20

// acceptBudget is for connections of Accept that have no other budget.
var acceptBudget = NewBufferBudget(DefaultMaxBuffered)

// resize changes what one message holds, in octets, and reports whether it may.
func (b *BufferBudget) resize(from, to int64) bool {
	if b == nil {
		return true
	}
	for {
		used := b.used.Load()
		after := used - from + to
		if to > from && b.limit-after < to {
			return false
		}
		if b.used.CompareAndSwap(used, after) {
			return true
		}
	}
}

// ruleBudget is the limit that a server sets to the sum of unfinished messages.
// The message is not too big, so that the fitting code is "try again later".
var ruleBudget = &wire.Rule{
	ID: "RFC6455-10.4-1", RFC: 6455, Section: "10.4", Code: wire.StatusTryAgainLater,
	Text: "An endpoint guards its limit on the memory for unfinished messages.",
}

// hold notes that the message being read takes so many octets of memory. It
// fails the connection if the budget does not allow it. reading is held.
func (c *Conn) hold(octets int) error {
	to := int64(octets)
	if to <= freeBuffer {
		to = 0
	}
	from := c.held.Load()
	if from == to {
		return nil
	}
	if !c.budget.resize(from, to) {
		return c.fail(ruleBudget.Violation("message of more than %d octets, and the server's memory for unfinished messages is in use", from))
	}
	c.held.Add(to - from)
	select {
	case <-c.done: // end may have looked before that was added
		c.releaseHeld()
	default:
	}
	return nil
}

// releaseHeld gives back what an unfinished message took from the budget.
func (c *Conn) releaseHeld() {
	if held := c.held.Swap(0); held != 0 {
		c.budget.resize(held, 0)
	}
}
