package oracle

import "github.com/wsspec/wsspec/ref/wire"

// A Subject is the endpoint that receives the octets.
type Subject struct {
	// Role is the role of the endpoint: a server must receive masked frames
	// (RFC6455-5.1-3), a client must receive unmasked ones (RFC6455-5.1-6).
	Role wire.Role
	// Deflate has the parameters of permessage-deflate; nil if it is not negotiated.
	Deflate *wire.DeflateParams
	// Limit is the length in octets up to which the endpoint must accept a message;
	// zero means DefaultLimit. The endpoint may fail the connection with 1009 on a
	// longer message (RFC6455-10.4-1).
	Limit uint64
}

// DefaultLimit is the default of [Subject.Limit] in octets: 16 MiB, the length of the
// largest message in the catalogue.
const DefaultLimit = 16 << 20

func (s *Subject) limit() uint64 {
	if s.Limit == 0 {
		return DefaultLimit
	}
	return s.Limit
}

// Kind is the kind of an event.
type Kind uint8

// The kinds of event.
const (
	Message Kind = iota + 1 // a text or binary message: Opcode, Payload
	Ping                    // a Ping that the endpoint sent: Payload
	Pong                    // Payload
	Close                   // a Close frame: Payload is its body
	EOF                     // the end of TCP
)

// An Event is one observed action of the endpoint.
type Event struct {
	Kind    Kind
	Opcode  wire.Opcode
	Payload []byte
}

// Closing returns the event of a Close frame with the code and without a reason. The
// code 1005 means a Close frame without a body (RFC6455-7.1.5-2).
func Closing(code wire.StatusCode) Event {
	if code == wire.StatusNoStatusRcvd {
		return Event{Kind: Close}
	}
	return Event{Kind: Close, Payload: []byte{byte(code >> 8), byte(code)}}
}

// An Observation is the reaction of the endpoint to the octets.
type Observation struct {
	Events []Event
	// Final says that the observer has waited long enough, so that a missing answer
	// is a violation. Otherwise it may still come.
	Final bool
}
