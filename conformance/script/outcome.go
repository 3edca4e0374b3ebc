package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// An Outcome is one permitted course of a case: its events in order, with no other
// event between them, and the end of the connection.
type Outcome struct {
	// Behavior is the verdict if the case took this course.
	Behavior verdict.Behavior
	Events   []Expect
	Ending   Ending
}

// An Ending says who ends the connection, and how. Make one with the functions below.
type Ending struct {
	By endedBy
	// Codes are the status codes that the peer's Close may have; empty permits all.
	Codes []wire.StatusCode
	// Clean: the closing handshake must be complete before TCP ends.
	Clean bool
	// Any: every end is permitted, and recorded as INFORMATIONAL.
	Any bool
	// FIN: TCP must end with a FIN, not with a reset.
	FIN bool
	// Notify: over TLS, a close_notify alert must come before TCP ends.
	Notify bool
	// Exact: the peer must close with one of the codes. No other end matches the
	// outcome.
	Exact bool
	// Abandon: the harness closes TCP at the end of the steps, without a closing
	// handshake.
	Abandon bool
}

type endedBy uint8

// Who ends the connection.
const (
	// ByHarness: the harness, after the events.
	ByHarness endedBy = iota
	// ByPeer: the peer under test.
	ByPeer
	// ByScript: a Close frame among the steps.
	ByScript
	// ByRefusal: nobody, because no WebSocket connection is opened.
	ByRefusal
)

// ClosedByHarness is the ending where the harness starts the closing handshake with 1000
// after the events. The peer answers with 1000 or without a code, and closes TCP.
func ClosedByHarness() Ending {
	return Ending{By: ByHarness, Codes: []wire.StatusCode{wire.StatusNormalClosure}, Clean: true}
}

// FailedByPeer is the ending where the peer fails the connection. It sends a Close frame
// with one of these codes or without a code, or closes TCP at once (RFC6455-7.1.7-6).
// Without codes, every code is permitted.
func FailedByPeer(codes ...wire.StatusCode) Ending {
	return Ending{By: ByPeer, Codes: codes}
}

// AnsweredByPeer is the ending where a step sends a Close frame, and the peer answers
// with a Close frame that has one of these codes or no code.
func AnsweredByPeer(codes ...wire.StatusCode) Ending {
	return Ending{By: ByScript, Codes: codes, Clean: true}
}

// RefusedByPeer is the ending where a step sends an illegal Close frame. The peer
// answers with one of these codes or without a code, or closes TCP at once.
func RefusedByPeer(codes ...wire.StatusCode) Ending {
	return Ending{By: ByScript, Codes: codes}
}

// NotOpened is the ending where no WebSocket connection is opened. After it has refused,
// the peer may close TCP or wait for another request (RFC6455-7.2.2-1).
func NotOpened() Ending { return Ending{By: ByRefusal} }

// Abandoned is the ending where the harness closes TCP after the steps, in the middle
// of what it was sending.
func Abandoned() Ending { return Ending{By: ByHarness, Abandon: true} }

// WithFIN also requires that TCP ends with a FIN. After a reset, the other end can lose
// octets that were on their way (RFC6455-7.1.1-1).
func (e Ending) WithFIN() Ending { e.FIN = true; return e }

// WithCloseNotify also requires that TLS ends with a close_notify alert. RFC 6455 7.1.1 asks
// for a clean end of the TLS session as well (RFC6455-7.1.1-1).
func (e Ending) WithCloseNotify() Ending { e.Notify = true; return e }

// Exactly makes the Close frame part of the outcome: with another code, or without a
// Close frame, the outcome does not match. A Close without a code matches only if it is
// an answer (RFC6455-7.4-2).
func (e Ending) Exactly() Ending { e.Exact = true; return e }

// AnyEnd is the ending where a step sends a Close frame, and the peer may end the
// connection in any way. How it does so is recorded as INFORMATIONAL.
func AnyEnd() Ending { return Ending{By: ByScript, Any: true} }

// String describes the ending for people.
func (e Ending) String() string {
	if e.FIN {
		e.FIN = false
		return e.String() + ", TCP ending by a FIN"
	}
	if e.Notify {
		e.Notify = false
		return e.String() + ", TLS ending by a close_notify alert"
	}
	switch {
	case e.Abandon:
		return "the harness drops TCP"
	case e.By == ByRefusal:
		return "no WebSocket connection"
	case e.Any:
		return "any end of the connection"
	case e.By == ByHarness:
		return "a clean close with 1000 that the harness starts"
	case e.By == ByPeer && e.Exact:
		return "the peer closes with " + e.CodeList()
	case e.By == ByPeer:
		return "the peer fails the connection with " + e.CodeList() + ", or closes TCP"
	case e.Clean:
		return "the peer answers the Close with " + e.CodeList()
	default:
		return "the peer answers the Close with " + e.CodeList() + ", or closes TCP"
	}
}

// CodeList describes the codes for people: "1002 or 1007", or "any code".
func (e Ending) CodeList() string {
	if len(e.Codes) == 0 {
		return "any code"
	}
	var parts []string
	for _, c := range slices.Compact(slices.Clone(e.Codes)) {
		parts = append(parts, fmt.Sprint(uint16(c)))
	}
	return strings.Join(parts, " or ")
}

// Permits reports whether the peer's Close frame may have that code. A Close frame
// without a code is always permitted (RFC6455-7.4-2).
func (e Ending) Permits(code wire.StatusCode) bool {
	return code == wire.StatusNoStatusRcvd || len(e.Codes) == 0 || slices.Contains(e.Codes, code)
}

// String describes the outcome for people.
func (o Outcome) String() string {
	return Sentence(o.Events) + "; then " + o.Ending.String()
}

// Sentences describes the outcome, one sentence an event, the ending last.
func (o Outcome) Sentences() []string {
	return append(describeEach(o.Events), o.Ending.String())
}
