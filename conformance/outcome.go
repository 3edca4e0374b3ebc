package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Outcome is one permitted way for a case to go: the events, in order and
// with none between them, and how the connection ends.
type Outcome struct {
	// Behavior is the verdict if this outcome is what happened.
	Behavior Behavior
	Events   []Expect
	Ending   Ending
}

// An Ending says who ends the connection, and how.
type Ending struct {
	by    endedBy
	codes []wire.StatusCode
	clean bool
	open  bool
	// fin: TCP ends by a FIN and not by a reset.
	fin bool
	// exact: the outcome is that the peer closes with one of the codes, and no
	// other end.
	exact bool
	// abandon: the harness drops TCP where the script has left it.
	abandon bool
}

type endedBy uint8

const (
	byHarness endedBy = iota
	byPeer
	byScript
	byRefusal
)

// ClosedByHarness is where after the events the harness starts the closing handshake
// with 1000, and the peer answers it with 1000 or no code and closes TCP.
func ClosedByHarness() Ending {
	return Ending{by: byHarness, codes: []wire.StatusCode{wire.StatusNormalClosure}, clean: true}
}

// FailedByPeer is where the peer fails the connection, with a Close frame that has one
// of these codes or none, or by closing TCP at once (RFC6455-7.1.7-6). Without
// codes any will do.
func FailedByPeer(codes ...wire.StatusCode) Ending {
	return Ending{by: byPeer, codes: codes}
}

// AnsweredByPeer is where the script itself has sent a Close frame, and the peer
// answers it with a Close frame that has one of these codes or none.
func AnsweredByPeer(codes ...wire.StatusCode) Ending {
	return Ending{by: byScript, codes: codes, clean: true}
}

// RefusedByPeer is where the script itself has sent a Close frame that is wrong, and
// the peer answers with one of these codes or none, or closes TCP at once.
func RefusedByPeer(codes ...wire.StatusCode) Ending {
	return Ending{by: byScript, codes: codes}
}

// NotOpened is where there never is a WebSocket connection. After its refusal the peer
// may close TCP or wait for another request (RFC6455-7.2.2-1).
func NotOpened() Ending { return Ending{by: byRefusal} }

// Abandoned is where the harness drops TCP in the middle of what it was sending.
func Abandoned() Ending { return Ending{by: byHarness, abandon: true} }

// WithFIN is the ending where moreover TCP ends by a FIN: a reset can make the
// other end lose what was still on its way (RFC6455-7.1.1-1).
func (e Ending) WithFIN() Ending { e.fin = true; return e }

// Exactly is the ending where the Close frame is part of what the outcome asks
// for: with another code, or without a Close frame, it is not what happened. A
// Close without a code will do only as an answer (RFC6455-7.4-2).
func (e Ending) Exactly() Ending { e.exact = true; return e }

// closedSo reports whether an exact ending is how the peer closed.
func (e Ending) closedSo(frame *Event) bool {
	return frame != nil && e.permits(frame.Code) && (e.clean || frame.Code != wire.StatusNoStatusRcvd)
}

// AnyEnd is where the script itself has sent a Close frame, and any end that the peer
// gives the connection is permitted and recorded as INFORMATIONAL.
func AnyEnd() Ending { return Ending{by: byScript, open: true} }

// String describes the ending for people.
func (e Ending) String() string {
	if e.fin {
		e.fin = false
		return e.String() + ", TCP ending by a FIN"
	}
	switch {
	case e.abandon:
		return "the harness drops TCP"
	case e.by == byRefusal:
		return "no WebSocket connection"
	case e.open:
		return "any end of the connection"
	case e.by == byHarness:
		return "a clean close with 1000 that the harness starts"
	case e.by == byPeer && e.exact:
		return "the peer closes with " + e.codeList()
	case e.by == byPeer:
		return "the peer fails the connection with " + e.codeList() + ", or closes TCP"
	case e.clean:
		return "the peer answers the Close with " + e.codeList()
	default:
		return "the peer answers the Close with " + e.codeList() + ", or closes TCP"
	}
}

func (e Ending) codeList() string {
	if len(e.codes) == 0 {
		return "any code"
	}
	var parts []string
	for _, c := range slices.Compact(slices.Clone(e.codes)) {
		parts = append(parts, fmt.Sprint(uint16(c)))
	}
	return strings.Join(parts, " or ")
}

// permits reports whether a Close frame may have that code; none is always
// permitted (RFC6455-7.4-2).
func (e Ending) permits(code wire.StatusCode) bool {
	return code == wire.StatusNoStatusRcvd || len(e.codes) == 0 || slices.Contains(e.codes, code)
}

// String describes the outcome for people.
func (o Outcome) String() string {
	return sentence(o.Events) + "; then " + o.Ending.String()
}

// Sentences lists what the outcome asks for, one event a sentence, the ending
// last.
func (o Outcome) Sentences() []string {
	var out []string
	for _, e := range o.Events {
		out = append(out, e.String())
	}
	return append(out, o.Ending.String())
}
