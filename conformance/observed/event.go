package observed

import (
	"fmt"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// An EventKind is the kind of an [Event].
type EventKind uint8

// The kinds of events.
const (
	EventMessage EventKind = iota + 1
	EventPing
	EventPong
	EventClose
	EventEOF
	EventReset
	EventViolation
	// EventFlood: the peer sent more than anything in the case explains.
	EventFlood
	// EventQuiet is a mark of the harness: a wait passed, and the peer did not end
	// the connection.
	EventQuiet
	// EventExchanged: all messages of an Exchange came back; or pongs behind all of them,
	// if Type is that of a pong; or answers to all of them, if it is that of a text.
	EventExchanged
	// EventAccepted: the server answered a changed opening request with 101.
	EventAccepted
	// EventRefused: the server answered it with another status.
	EventRefused
	// EventNoConnection: the server did not accept another connection.
	EventNoConnection
	// EventUngreeted: the application did not take part in the greeting of its dialogue.
	EventUngreeted
)

// An Event is something that the peer under test did, or a mark of the harness.
type Event struct {
	Kind EventKind
	// At is the time since the connection began.
	At time.Duration
	// Type is text or binary, for a message, and that of an Exchange with pings or
	// questions.
	Type wire.Opcode
	// Payload is the content of a message, ping or pong.
	Payload []byte
	// Frames is the number of frames of a message, or the number of messages of an
	// Exchange.
	Frames int
	// Code and Reason are those of a Close frame. The code is 1005 if the frame has
	// none (RFC6455-7.1.5-2). Body is the whole body of the frame. It tells a frame
	// without a code from a frame with the code 1005 or with a body of one octet.
	Code   wire.StatusCode
	Reason string
	Body   []byte
	// Answer: the message answers a question of the script. All others of an application
	// are passed over.
	Answer bool
	// Truncated: TCP ended, and TLS above it did not: no close_notify alert came before.
	Truncated bool
	// Late: the event is what was due, after its time.
	Late bool
	// Response is the response to the opening request.
	Response *wire.Response
	// Violation says which rule the peer broke, and how.
	Violation *wire.Violation
	// Waited is how long the harness waited before a Quiet mark.
	Waited time.Duration
	// Name is that of a Quiet mark, what was too much of a flood, why there is no
	// further connection or no greeting, or a remark on a message of an Exchange or on a refusal. Of the end of TCP it
	// says how far a frame was that the end cut off: "inside a text frame, after 3 of 8
	// octets".
	Name string

	// Stream says how a stream of HTTP/2 ended, as what the peer did: "reset the stream
	// by RST_STREAM with CANCEL". It is empty for the end of TCP.
	Stream string
	// Position says where in the transcript the event is.
	Position Position
}

// String describes the event for people.
func (e Event) String() string {
	if e.Stream != "" {
		return strings.TrimSpace("the peer " + e.Stream + " " + e.Name)
	}
	switch e.Kind {
	case EventMessage:
		return named(e.Type.String()+" message", e.Payload) + e.Name
	case EventPing:
		return named("ping", e.Payload)
	case EventPong:
		return named("pong", e.Payload) + e.Name
	case EventClose:
		switch {
		case e.WithoutCode():
			return "Close without a code"
		case len(e.Body) == 1:
			return "Close with a body of one octet"
		}
		if e.Reason == "" {
			return fmt.Sprintf("Close %d", e.Code)
		}
		return fmt.Sprintf("Close %d %s", e.Code, script.Quote([]byte(e.Reason)))
	case EventEOF:
		return strings.TrimSpace("TCP closed " + e.Name)
	case EventReset:
		return strings.TrimSpace("TCP reset " + e.Name)
	case EventViolation:
		return e.Violation.Error()
	case EventFlood:
		return e.Name + ", more than the case can account for"
	case EventQuiet:
		if e.Name == script.PlainResponse {
			return e.Name
		}
		return fmt.Sprintf("the connection still open (mark %s)", e.Name)
	case EventAccepted, EventRefused:
		return strings.TrimSpace(fmt.Sprintf("%s %d %s", e.Response.Version, e.Response.Status, e.Response.Reason)) + e.Name
	case EventUngreeted:
		return "no greeting: " + e.Name
	case EventNoConnection:
		return "no further connection: " + e.Name
	case EventExchanged:
		switch e.Type {
		case wire.OpPong:
			return fmt.Sprintf("pongs behind all %d messages", e.Frames)
		case wire.OpText:
			return fmt.Sprintf("answers to all %d messages", e.Frames)
		}
		return fmt.Sprintf("echoes of all %d messages", e.Frames)
	}
	return "no event"
}

// WithoutCode reports whether the event is a Close frame with an empty body, which
// has no status code (RFC6455-7.4-2).
func (e Event) WithoutCode() bool {
	return e.Kind == EventClose && e.Code == wire.StatusNoStatusRcvd && len(e.Body) == 0
}

// Size is how many octets the event has of what the peer sent.
func (e Event) Size() int { return len(e.Payload) + len(e.Body) }

// named is a message, ping or pong with its payload, or as an empty one.
func named(what string, payload []byte) string {
	if len(payload) == 0 {
		return "empty " + what
	}
	return what + " " + script.Quote(payload)
}

// String is the word for a message, ping, pong or Close; other kinds have none.
func (k EventKind) String() string {
	return map[EventKind]string{EventMessage: "message", EventPing: "ping", EventPong: "pong", EventClose: "Close"}[k]
}

// Ends reports whether the peer must not send data after the event
// (RFC6455-5.5.1-6).
func (e Event) Ends() bool {
	return e.Kind == EventClose || e.Kind == EventEOF || e.Kind == EventReset
}

// EndStream is [Event.Stream] for an end in order (RFC 8441 5).
const EndStream = "ended the stream by END_STREAM"

// Fin is EndStream over HTTP/3 (RFC 9220 3).
const Fin = "ended the stream by FIN"
