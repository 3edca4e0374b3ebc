package oracle

import "github.com/wsspec/wsspec/ref/wire"

// A Subject is the endpoint that the octets were sent to.
type Subject struct {
	// Role is the endpoint's own: a server wants its peer's frames masked
	// (RFC6455-5.1-3), a client does not (RFC6455-5.1-6).
	Role wire.Role
	// Deflate are the parameters of permessage-deflate; nil if it was not
	// agreed.
	Deflate *wire.DeflateParams
	// Limit is the most octets of a message that the endpoint promises to take;
	// zero means DefaultLimit. Above it the endpoint may fail the connection
	// with 1009 (RFC6455-10.4-1), and need not.
	Limit uint64
}

// DefaultLimit is the largest message, in octets, that every endpoint is held to
// take unless it says otherwise: 16 MiB, as much as the catalogue sends.
const DefaultLimit = 16 << 20

func (s *Subject) limit() uint64 {
	if s.Limit == 0 {
		return DefaultLimit
	}
	return s.Limit
}

// Kind says what an endpoint did.
type Kind uint8

// The kinds of event.
const (
	Message Kind = iota + 1 // a text or binary message: Opcode, Payload
	Ping                    // of the endpoint's own: Payload
	Pong                    // Payload
	Close                   // a Close frame: Payload is its body
	EOF                     // TCP ended
)

// An Event is one thing that the endpoint was seen to do.
type Event struct {
	Kind    Kind
	Opcode  wire.Opcode
	Payload []byte
}

// Closing returns a Close frame's event: with that code and no reason, without a
// body for 1005, which is what an endpoint reports where there was none
// (RFC6455-7.1.5-2).
func Closing(code wire.StatusCode) Event {
	if code == wire.StatusNoStatusRcvd {
		return Event{Kind: Close}
	}
	return Event{Kind: Close, Payload: []byte{byte(code >> 8), byte(code)}}
}

// An Observation is what the endpoint did about the octets.
type Observation struct {
	Events []Event
	// Final says that nothing more will come: the observer has waited long
	// enough. Without it, what is owed may still come.
	Final bool
}
