package wire

import "math"

// A Config is what the two halves of an endpoint need to know after the opening
// handshake.
type Config struct {
	// Role is the role of this endpoint.
	Role Role
	// Deflate says that permessage-deflate was agreed, so that RSV1 is allowed.
	// Compressing and inflating are up to the caller.
	Deflate bool
	// Limits are limits for what the peer may send.
	Limits Limits
	// MaskKey returns a new masking key for every frame of a client, from a
	// strong source that the application cannot predict (RFC6455-5.3-2,
	// RFC6455-5.3-3). Clients need it; servers do not call it.
	MaskKey func() [4]byte
	// OnHeader, if set, is called with every frame header that a [Receiver] gets,
	// before it is checked. It is for logs.
	OnHeader func(Header)
}

// Limits are limits for what an endpoint accepts (RFC6455-10.4-1). A frame or
// message is rejected at the header that exceeds a limit, before its payload is
// read. Zero means no limit. That is safe for a [Receiver], which stores no
// payload; a caller that stores whole messages should set limits.
type Limits struct {
	// Frame is the most payload octets of a data frame, as on the wire.
	Frame uint64
	// Message is the most octets of a message, over all its frames. Of a
	// compressed message the inflated size counts, which the inflater checks. The
	// Receiver then allows 8 × Message + 1,024 octets on the wire: enough for a
	// flush after every octet, and a limit for blocks that inflate to nothing.
	Message uint64
	// Fragments is the most frames of a message.
	Fragments int
}

// explicit returns the limits with the largest numbers for those that are zero.
func (l Limits) explicit() Limits {
	if l.Frame == 0 {
		l.Frame = math.MaxUint64
	}
	if l.Message == 0 {
		l.Message = math.MaxUint64
	}
	if l.Fragments == 0 {
		l.Fragments = math.MaxInt
	}
	return l
}

// wireMessage returns the limit for the octets of a message on the wire, of explicit
// limits.
func (l Limits) wireMessage(compressed bool) uint64 {
	switch {
	case !compressed:
		return l.Message
	case l.Message > 1<<60:
		return math.MaxUint64
	}
	return 8*l.Message + 1024
}
