package wire

import "fmt"

// EventKind is the kind of an [Event].
type EventKind uint8

// The kinds of event. A data message is one EventMessage, any number of
// EventData, and one EventEnd. Control frames and the end of the connection may
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

// An Event is what a [Receiver] found in the octets.
type Event struct {
	Kind EventKind
	// Opcode is the type of the message, OpText or OpBinary, in events of a data
	// message. In those of a control frame it is the opcode of the frame.
	Opcode Opcode
	// Compressed says that the first frame of the message had RSV1 set
	// (RFC7692-6-2). Data is then compressed, and not checked as text.
	Compressed bool
	// Data is unmasked payload. It lies in the octets given to Receive; that of a
	// control frame may also belong to the Receiver. It is valid until the next
	// call.
	Data []byte
	// Code and Reason are those of the Close frame in EventClose. In EventFail
	// Code is the code to close with, in EventLost it is 1006.
	Code   StatusCode
	Reason string
	// Violation is the broken rule in EventFail and EventLost.
	Violation *Violation
}

// String returns the name of the kind in lower case.
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
