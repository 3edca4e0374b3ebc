package ref

import (
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Limits are limits for what the peer may send (RFC 6455 10.4). A message that
// exceeds one fails the connection with code 1009, before its payload is read.
// A zero field means the default, a negative one no limit.
//
// Control frames have at most 125 octets, and at most one Pong is pending (RFC 6455
// 5.5.3), so that they need no limit. A peer that sends Pings and does not read the
// Pongs is disconnected after the close timeout. The head of an opening handshake
// has at most [wire.MaxHandshakeLen] octets.
type Limits struct {
	// Message is the most octets of a message; of a compressed one, when inflated.
	// The default is 16 MiB. [Conn.SetReadLimit] changes it later.
	Message int64
	// Frame is the most payload octets of a frame as it is on the wire. The
	// default is no limit beyond that of the message.
	Frame int64
	// Fragments is the most frames of a message. The default is 131,072.
	Fragments int
}

// The defaults of Limits.
const (
	DefaultMessageLimit  = 16 << 20
	DefaultFragmentLimit = 1 << 17
)

// DefaultWriteTimeout is the WriteTimeout of options that have none.
const DefaultWriteTimeout = 30 * time.Second

// SetReadLimit changes [Limits.Message], for example after a login. It holds from
// the next frame header on, for a compressed message from the next message on.
// Zero means the default of 16 MiB, a negative number no limit. It may be called
// while another goroutine reads.
func (c *Conn) SetReadLimit(octets int64) { c.newLimit.Store(&octets) }

// applyReadLimit makes the limit of SetReadLimit the current one; reading is held.
func (c *Conn) applyReadLimit() {
	if octets := c.newLimit.Swap(nil); octets != nil {
		c.limits.Message = *octets
		c.receiver.SetLimits(c.limits.wire())
	}
}

// inflated returns the limit for the octets of a message, for an Inflater.
func (l Limits) inflated() int64 {
	switch {
	case l.Message == 0:
		return DefaultMessageLimit
	case l.Message < 0:
		return 1<<63 - 1
	}
	return l.Message
}

// wire fills in the defaults. In package wire zero means no limit.
func (l Limits) wire() wire.Limits {
	w := wire.Limits{Message: DefaultMessageLimit, Fragments: DefaultFragmentLimit}
	if l.Message != 0 {
		w.Message = uint64(max(l.Message, 0))
	}
	w.Frame = uint64(max(l.Frame, 0))
	if l.Fragments != 0 {
		w.Fragments = max(l.Fragments, 0)
	}
	return w
}
