package wire

// A Config is what both halves of an endpoint have to know when the opening
// handshake is done.
type Config struct {
	// Role is this endpoint's own.
	Role Role
	// Deflate says that permessage-deflate was agreed, which gives RSV1 its
	// meaning. Compressing and inflating are the caller's.
	Deflate bool
	// Limits bounds what the peer may send.
	Limits Limits
	// MaskKey gives a client a fresh masking key for every frame, from a strong
	// source that the application cannot predict (RFC6455-5.3-2, RFC6455-5.3-3).
	// A client that sends must have one; a server never calls it.
	MaskKey func() [4]byte
	// OnHeader, if set, hears of every frame header that a [Receiver] gets, before
	// it is judged, so also of the one that breaks a rule: for logs.
	OnHeader func(Header)
}

// Limits bounds what an endpoint takes from its peer (RFC6455-10.4-1). A frame
// or message is refused at the header that takes it over a limit, before its
// payload is read. Zero is no limit, which is safe here because a [Receiver]
// hands pieces on and keeps nothing; whoever joins the pieces wants one.
type Limits struct {
	// Frame is the most payload octets of one data frame, as they are on the wire.
	Frame uint64
	// Message is the most octets of one message, over all its frames. For a
	// compressed message the inflated size is what counts, and that is the
	// inflater's to guard; the Receiver then allows eight times Message and
	// 1,024 octets on the wire, room for a flush behind every octet, so that
	// blocks which inflate to nothing come to an end as well.
	Message uint64
	// Fragments is the most frames of one message.
	Fragments int
}

// wireMessage is the limit for a message's octets on the wire.
func (l Limits) wireMessage(compressed bool) uint64 {
	switch {
	case l.Message == 0:
		return ^uint64(0)
	case !compressed:
		return l.Message
	case l.Message > 1<<60:
		return ^uint64(0)
	}
	return 8*l.Message + 1024
}
