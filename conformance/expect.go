package conformance

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Expect is one event, or run of events, that an outcome permits.
type Expect struct {
	kind     expectKind
	opcode   wire.Opcode
	payloads []Payload
	name     string
	// conditions are on the answer to the opening request.
	conditions []Condition
}

type expectKind uint8

const (
	expectMessage expectKind = iota + 1
	expectMaybe
	expectPongs
	expectQuiet
	expectExchanged
	expectAccepted
	expectRefused
)

// Echo expects the message of a text or binary frame back, octet for octet and
// of the same type, in however many frames (RFC6455-5.4-3).
func Echo(f Frame) Expect {
	return Expect{kind: expectMessage, opcode: f.Opcode, payloads: []Payload{f.Payload}}
}

// MaybeEcho is Echo for a message that may also stay away.
func MaybeEcho(f Frame) Expect {
	e := Echo(f)
	e.kind = expectMaybe
	return e
}

// MaybePong permits a pong for this ping, which may also stay away.
func MaybePong(ping Frame) Expect {
	return Expect{kind: expectMaybe, opcode: wire.OpPong, payloads: []Payload{ping.Payload}}
}

// PongFor expects pongs for these pings, in order. Pings that were pending
// together may be answered by a pong for the latest alone (RFC6455-5.5.3-2), so
// only the last pong has to come.
func PongFor(pings ...Frame) Expect {
	e := Expect{kind: expectPongs, opcode: wire.OpPong}
	for _, p := range pings {
		e.payloads = append(e.payloads, p.Payload)
	}
	return e
}

// Quiet expects the mark of a [Settle] or [Watch] step: the peer kept the
// connection until then.
func Quiet(name string) Expect { return Expect{kind: expectQuiet, name: name} }

// Exchanged expects that all messages of an [Exchange] come back, octet for
// octet and in order.
func Exchanged() Expect { return Expect{kind: expectExchanged} }

// Accepted expects a 101 that opens the connection, and meets the conditions.
func Accepted(conditions ...Condition) Expect {
	return Expect{kind: expectAccepted, conditions: conditions}
}

// Refused expects an answer other than 101 that meets the conditions; without
// any, a client error or a server error (RFC6455-4.2.1-2).
func Refused(conditions ...Condition) Expect {
	return Expect{kind: expectRefused, conditions: conditions}
}

// meets reports whether the answer to the opening request is as expected.
func (e Expect) meets(r *wire.Response) bool {
	for _, c := range e.conditions {
		if !c.holds(r.Status, r.Fields) {
			return false
		}
	}
	return e.kind == expectAccepted || len(e.conditions) > 0 || r.Status >= 400
}

// lacks says which of the conditions an answer of the right kind does not meet;
// empty if it is of another kind.
func (e Expect) lacks(got Event) string {
	if e.kind == expectAccepted && got.Kind != EventAccepted || e.kind == expectRefused && got.Kind != EventRefused ||
		e.kind != expectAccepted && e.kind != expectRefused {
		return ""
	}
	var missing []string
	for _, c := range e.conditions {
		if !c.holds(got.Response.Status, got.Response.Fields) {
			missing = append(missing, c.String())
		}
	}
	return strings.Join(missing, ", ")
}

// String describes what is expected for people.
func (e Expect) String() string {
	switch e.kind {
	case expectMessage:
		return fmt.Sprintf("%s message %s", e.opcode, e.payloads[0])
	case expectMaybe:
		if e.opcode == wire.OpPong {
			return "perhaps a pong"
		}
		return fmt.Sprintf("perhaps %s message %s", e.opcode, e.payloads[0])
	case expectPongs:
		if len(e.payloads) == 1 {
			return "pong " + e.payloads[0].String()
		}
		return fmt.Sprintf("pongs up to %s", e.payloads[len(e.payloads)-1])
	case expectQuiet:
		return Event{Kind: EventQuiet, Name: e.name}.String()
	case expectAccepted, expectRefused:
		text := map[expectKind]string{expectAccepted: "101", expectRefused: "an HTTP error"}[e.kind]
		for _, c := range e.conditions {
			text += ", " + c.String()
		}
		return text
	case expectExchanged:
		return "the echo of every message, octet for octet"
	}
	return "nothing"
}

// match tells how far events go towards the expectations, in order and with
// nothing between them.
type match uint8

const (
	// matchNo: no continuation of the events can match.
	matchNo match = iota
	// matchPart: the events are a true beginning.
	matchPart
	// matchFull: the events are exactly what was expected.
	matchFull
)

// matchEvents compares events with expectations. Pings of the peer's own are
// passed over: any endpoint may send them at any time (RFC6455-5.5.2-5), and so
// are its pongs that answer nothing when no pong is expected (RFC6455-5.5.3-3).
func matchEvents(want []Expect, got []Event) match {
	left, ok := advance(want, got)
	if !ok {
		return matchNo
	}
	for _, w := range left {
		if w.kind != expectMaybe {
			return matchPart
		}
	}
	return matchFull
}

// advance returns what is still expected when the events have come; ok is false
// if they are not what was expected.
func advance(want []Expect, got []Event) (left []Expect, ok bool) {
	for len(got) > 0 {
		e := got[0]
		if e.Kind == EventPing {
			got = got[1:]
			continue
		}
		if len(want) == 0 {
			return nil, false
		}
		w, rest := want[0], want[1:]
		later, came := w.takes(e)
		switch {
		case came && later != nil:
			want, got = append([]Expect{*later}, rest...), got[1:]
		case came:
			want, got = rest, got[1:]
		case w.kind == expectMaybe:
			want = rest
		default:
			return want, false
		}
	}
	return want, true
}

// takes reports whether the event is the one expected, or one of the pongs; then
// later is what remains of them.
func (e Expect) takes(got Event) (later *Expect, ok bool) {
	switch e.kind {
	case expectMessage, expectMaybe:
		came := got.Kind == EventMessage && got.Type == e.opcode || got.Kind == EventPong && e.opcode == wire.OpPong
		return nil, came && bytes.Equal(got.Payload, e.payloads[0].Bytes())
	case expectPongs:
		for i, p := range e.payloads {
			if got.Kind != EventPong || !bytes.Equal(got.Payload, p.Bytes()) {
				continue
			}
			if i+1 < len(e.payloads) {
				later = &Expect{kind: expectPongs, opcode: wire.OpPong, payloads: e.payloads[i+1:]}
			}
			return later, true
		}
		return nil, false
	case expectQuiet:
		return nil, got.Kind == EventQuiet && got.Name == e.name
	case expectAccepted:
		return nil, got.Kind == EventAccepted && e.meets(got.Response)
	case expectRefused:
		return nil, got.Kind == EventRefused && e.meets(got.Response)
	case expectExchanged:
		return nil, got.Kind == EventExchanged
	}
	return nil, false
}

// sentence joins expectations for people.
func sentence(want []Expect) string {
	if len(want) == 0 {
		return "no message and no pong"
	}
	parts := make([]string, len(want))
	for i, e := range want {
		parts[i] = e.String()
	}
	return strings.Join(parts, ", then ")
}
