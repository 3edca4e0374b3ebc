package script

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Expect is an event that an outcome asks for or permits, or several pongs in a
// row. Make one with the functions below.
type Expect struct {
	Kind ExpectKind
	// Opcode is the type of a message, or that of a pong.
	Opcode wire.Opcode
	// Payloads has the payload of the message, or those of the pongs.
	Payloads []Payload
	// Name is the name of the mark for [ExpectQuiet], and describes the answer for
	// [ExpectAnswer].
	Name string
	// Conditions are what the response to the opening request must meet, for
	// [ExpectAccepted] and [ExpectRefused].
	Conditions []Condition
}

// An ExpectKind is the kind of an [Expect].
type ExpectKind uint8

// The kinds, each with the function that makes it.
const (
	ExpectMessage   ExpectKind = iota + 1 // Echo
	ExpectMaybe                           // MaybeEcho, MaybePong
	ExpectPongs                           // PongFor
	ExpectQuiet                           // Quiet
	ExpectExchanged                       // Exchanged
	ExpectAccepted                        // Accepted
	ExpectRefused                         // Refused
	ExpectAnswer                          // Answered
)

// Echo expects a message of the same type with the same octets as this text or binary
// frame. The peer may send it in any number of frames (RFC6455-5.4-3).
func Echo(f Frame) Expect {
	return Expect{Kind: ExpectMessage, Opcode: f.Opcode, Payloads: []Payload{f.Payload}}
}

// MaybeEcho permits the message that [Echo] expects. It need not come.
func MaybeEcho(f Frame) Expect {
	e := Echo(f)
	e.Kind = ExpectMaybe
	return e
}

// MaybePong permits a pong for this ping. It need not come.
func MaybePong(ping Frame) Expect {
	return Expect{Kind: ExpectMaybe, Opcode: wire.OpPong, Payloads: []Payload{ping.Payload}}
}

// PongFor expects pongs for these pings, in order. A peer may answer only the latest
// of several pending pings (RFC6455-5.5.3-2), so only the last pong has to come.
func PongFor(pings ...Frame) Expect {
	e := Expect{Kind: ExpectPongs, Opcode: wire.OpPong}
	for _, p := range pings {
		e.Payloads = append(e.Payloads, p.Payload)
	}
	return e
}

// Quiet expects the mark that a [Settle], [Watch] or [Hold] step sets: until then, the
// peer did not end the connection.
func Quiet(name string) Expect { return Expect{Kind: ExpectQuiet, Name: name} }

// Exchanged expects that all messages of an [Exchange] come back in order and octet for
// octet.
func Exchanged() Expect { return Expect{Kind: ExpectExchanged} }

// ExchangedPinged expects a pong behind every message of an [Exchange] that is pinged.
func ExchangedPinged() Expect { return Expect{Kind: ExpectExchanged, Opcode: wire.OpPong} }

// ExchangedAsked expects an answer to every message of an [Exchange] that asks.
func ExchangedAsked() Expect { return Expect{Kind: ExpectExchanged, Opcode: wire.OpText} }

// Answered expects an answer to the question.
func Answered(q *Question) Expect { return Expect{Kind: ExpectAnswer, Name: q.AnswerString()} }

// Accepted expects a 101 response that opens the connection and meets the conditions.
func Accepted(conditions ...Condition) Expect {
	return Expect{Kind: ExpectAccepted, Conditions: conditions}
}

// Refused expects a response other than 101 that meets the conditions. Without
// conditions, its status must be 4xx or 5xx (RFC6455-4.2.1-2).
func Refused(conditions ...Condition) Expect {
	return Expect{Kind: ExpectRefused, Conditions: conditions}
}

// String describes what is expected for people.
func (e Expect) String() string {
	switch e.Kind {
	case ExpectMessage:
		return fmt.Sprintf("%s message %s", e.Opcode, e.Payloads[0])
	case ExpectMaybe:
		if e.Opcode == wire.OpPong {
			return "perhaps a pong"
		}
		return fmt.Sprintf("perhaps %s message %s", e.Opcode, e.Payloads[0])
	case ExpectPongs:
		if len(e.Payloads) == 1 {
			return "pong " + e.Payloads[0].String()
		}
		return fmt.Sprintf("pongs up to %s", e.Payloads[len(e.Payloads)-1])
	case ExpectAnswer:
		return e.Name
	case ExpectQuiet:
		if e.Name == PlainResponse {
			return PlainResponse
		}
		return fmt.Sprintf("the connection still open (mark %s)", e.Name)
	case ExpectAccepted, ExpectRefused:
		text := map[ExpectKind]string{ExpectAccepted: "101", ExpectRefused: "an HTTP error"}[e.Kind]
		for _, c := range e.Conditions {
			text += ", " + c.String()
		}
		return text
	case ExpectExchanged:
		switch e.Opcode {
		case wire.OpPong:
			return "a pong behind every message"
		case wire.OpText:
			return "an answer to every message"
		}
		return "the echo of every message, octet for octet"
	}
	return "nothing"
}

// Sentence describes a list of expectations for people.
func Sentence(want []Expect) string {
	if len(want) == 0 {
		return "no message and no pong"
	}
	return strings.Join(describeEach(want), ", then ")
}

// describeEach describes expectations for people. Equal ones in a row are one entry.
func describeEach(want []Expect) []string {
	var out []string
	for i := 0; i < len(want); {
		text, n := want[i].String(), 1
		for i+n < len(want) && want[i+n].String() == text {
			n++
		}
		if i += n; n > 1 {
			text += fmt.Sprintf(" (%d times)", n)
		}
		out = append(out, text)
	}
	return out
}
