package wire

import "fmt"

// EventKind says what a [Receiver] found.
type EventKind uint8

// The kinds of event. A data message is one EventMessage, any number of
// EventData and one EventEnd; control frames and the end of the connection may
// come in between.
const (
	EventNone    EventKind = iota // all octets are used up, more are needed
	EventMessage                  // a data message begins: Opcode, Compressed
	EventData                     // a piece of it: Data
	EventEnd                      // the message is complete
	EventPing                     // Data
	EventPong                     // Data
	EventClose                    // the peer's Close frame: Code, Reason; nothing is read behind it
	EventFail                     // the peer broke a rule: Violation, Code; nothing is read behind it
	EventLost                     // TCP ended before a Close frame came: Violation, Code 1006
)

// An Event is what became of some octets.
type Event struct {
	Kind EventKind
	// Opcode is the message's type, OpText or OpBinary, in the events of a data
	// message, and the control frame's opcode in those of a control frame.
	Opcode Opcode
	// Compressed says that the message's first frame had RSV1 set (RFC7692-6-2):
	// its Data is still deflated and, being so, was not judged as text.
	Compressed bool
	// Data is unmasked payload. A data message's piece lies in the octets that
	// were given to Receive; a control frame's payload is the Receiver's own and
	// good until the next call.
	Data []byte
	// Code and Reason are the peer's in an EventClose; in EventFail Code is the
	// one to close with, in EventLost it is 1006.
	Code   StatusCode
	Reason string
	// Violation is the broken rule in EventFail and EventLost.
	Violation *Violation
}

// String returns the kind's name in lower case.
func (k EventKind) String() string {
	switch k {
	case EventNone:
		return "none"
	case EventMessage:
		return "message"
	case EventData:
		return "data"
	case EventEnd:
		return "end"
	case EventPing:
		return "ping"
	case EventPong:
		return "pong"
	case EventClose:
		return "close"
	case EventFail:
		return "fail"
	case EventLost:
		return "lost"
	}
	return fmt.Sprintf("event %d", uint8(k))
}
