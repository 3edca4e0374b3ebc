package conformance

import (
	"fmt"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// EventKind says what the peer under test was seen to do.
type EventKind uint8

// The kinds of events. Quiet is the harness's own mark that a wait passed
// without the peer ending the connection.
const (
	EventMessage EventKind = iota + 1
	EventPing
	EventPong
	EventClose
	EventEOF
	EventReset
	EventViolation
	// EventFlood: more octets than the case can account for.
	EventFlood
	EventQuiet
	// EventExchanged: all messages of an Exchange came back.
	EventExchanged
	// EventAccepted and EventRefused: the server's answer to an opening request
	// that the case made its own, with 101 or another status.
	EventAccepted
	EventRefused
)

// An Event is one thing that the peer under test was seen to do.
type Event struct {
	Kind EventKind
	// At is the time since the connection began.
	At time.Duration
	// Type is text or binary, for a message.
	Type wire.Opcode
	// Payload is the content of a message, ping or pong.
	Payload []byte
	// Frames is how many frames a message came in, or how many messages an
	// Exchange had.
	Frames int
	// Code and Reason are those of a Close frame; the code is 1005 if the frame
	// had none (RFC6455-7.1.5-2).
	Code   wire.StatusCode
	Reason string
	// Response is the answer to the opening request.
	Response *wire.Response
	// Violation says what was wrong with what the peer sent.
	Violation *wire.Violation
	// Name is that of a Quiet mark, what was too much of a flood, or what is to
	// be said of a message of an Exchange.
	Name string

	// place is where in the transcript it stands.
	place place
}

// String describes the event for people.
func (e Event) String() string {
	switch e.Kind {
	case EventMessage:
		return fmt.Sprintf("%s message %s%s", e.Type, nothing(e.Payload), e.Name)
	case EventPing:
		return "ping " + nothing(e.Payload)
	case EventPong:
		return "pong " + nothing(e.Payload)
	case EventClose:
		if e.Code == wire.StatusNoStatusRcvd {
			return "Close without a code"
		}
		if e.Reason == "" {
			return fmt.Sprintf("Close %d", e.Code)
		}
		return fmt.Sprintf("Close %d %s", e.Code, quote([]byte(e.Reason)))
	case EventEOF:
		return "TCP closed"
	case EventReset:
		return "TCP reset"
	case EventViolation:
		return e.Violation.Error()
	case EventFlood:
		return e.Name + ", more than the case can account for"
	case EventQuiet:
		return fmt.Sprintf("the connection still open (mark %s)", e.Name)
	case EventAccepted, EventRefused:
		return fmt.Sprintf("%s %d %s", e.Response.Version, e.Response.Status, e.Response.Reason)
	case EventExchanged:
		return fmt.Sprintf("echoes of all %d messages", e.Frames)
	}
	return "no event"
}

// nothing is quote, with a word for an empty payload.
func nothing(b []byte) string {
	if len(b) == 0 {
		return "of no octets"
	}
	return quote(b)
}

// ends reports whether the event ends what the peer has to say: after it, no
// data may come (RFC6455-5.5.1-6).
func (e Event) ends() bool {
	return e.Kind == EventClose || e.Kind == EventEOF || e.Kind == EventReset
}
