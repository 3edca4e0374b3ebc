package ref

import "github.com/wsspec/wsspec/ref/wire"

// Limits bounds what an endpoint takes from its peer; a message that goes over
// one fails the connection with 1009 before its payload is read (RFC 6455 10.4).
// Zero fields have their defaults, negative ones are no limit.
//
// Control frames need none: they have 125 octets at most, and one Pong is all that
// is ever owed, the latest (RFC 6455 5.5.3). A peer that sends Pings and takes no
// Pongs is lost after the close timeout. The opening handshake has a limit of its
// own, [wire.MaxHandshakeLen], on both sides.
type Limits struct {
	// Message is the most octets of a message, inflated if it came compressed.
	// The default is 16 MiB.
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

// inflated is the limit for a message's octets, as an inflater takes it.
func (l Limits) inflated() int64 {
	switch {
	case l.Message == 0:
		return DefaultMessageLimit
	case l.Message < 0:
		return 1<<63 - 1
	}
	return l.Message
}

// wire fills in the defaults; there zero is no limit.
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
