package judge

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A WrongOctet is the first octet that no permitted outcome allows.
type WrongOctet struct {
	// Entry is the index into [Result.Transcript].
	Entry int
	// Octet is the index into that entry's octets: of a field in the opening
	// handshake where its value begins, and of one that is missing where the
	// head ends without it. It is also 0 if the entry as a whole is wrong, such as
	// TCP that closes too early.
	Octet int
}

// firstWrongOctet finds the first octet that no permitted outcome allows. It is nil if no
// octet shows the failure, for example because the peer was silent. It follows the same
// reasons as [explain].
func firstWrongOctet(outcomes []script.Outcome, o observed.Conversation, j Judgement) *WrongOctet {
	if j.Behavior != verdict.Failed {
		return wrongOctetOfClose(outcomes[max(j.Outcome, 0)].Ending, o, j)
	}
	for _, e := range o.Events {
		switch {
		case e.Kind != observed.EventViolation && e.Kind != observed.EventFlood:
		case e.Position == observed.Position{} && e.Violation != nil:
			return WrongOctetOfOpening(o.Transcript, e.Violation)
		default:
			return locate(o.Transcript, e.Position)
		}
	}
	got := inTime(o)
	n, left := agree(outcomes, got)
	if frame := endOf(o.Events).close; n == len(got) && acceptsBadClose(outcomes[0].Ending, frame) {
		return wrongCode(o.Transcript, outcomes[0].Ending, frame)
	}
	if n < len(got) {
		return unexpected(o.Transcript, got[n], expectedAfter(outcomes, got[:n]))
	}
	if stray := insteadOfPong(left, o); stray != nil {
		return unexpected(o.Transcript, *stray, left[:1])
	}
	if end := endOf(o.Events); MatchEvents(left, nil) != matchFull && !o.TimedOut && end.came {
		return locate(o.Transcript, o.Events[end.at].Position)
	}
	return nil
}

// wrongOctetOfClose is firstWrongOctet for a case where only the end of the connection is
// wrong.
func wrongOctetOfClose(ending script.Ending, o observed.Conversation, j Judgement) *WrongOctet {
	end := endOf(o.Events)
	switch {
	case j.Close == verdict.CloseWrongCode:
		return wrongCode(o.Transcript, ending, end.close)
	case end.came && (j.Close == verdict.CloseFailed && ending.By != script.ByPeer || j.Close == verdict.CloseUnclean):
		return locate(o.Transcript, o.Events[end.at].Position)
	}
	return nil
}

// wrongCode finds the first octet of a Close frame's code that no code of the ending
// has.
func wrongCode(t observed.Transcript, ending script.Ending, frame *observed.Event) *WrongOctet {
	d := locate(t, frame.Position)
	if d == nil {
		return nil
	}
	d.Octet = t[d.Entry].Header.Len()
	if slices.ContainsFunc(ending.Codes, func(c wire.StatusCode) bool { return c>>8 == frame.Code>>8 }) {
		d.Octet++ // the first octet is that of a code that fits
	}
	return d
}

// expectedAfter returns what the outcomes that agree with the events may take
// next.
func expectedAfter(outcomes []script.Outcome, got []observed.Event) []script.Expect {
	var next []script.Expect
	for _, o := range outcomes {
		left, ok := advance(o.Events, got)
		for i := 0; ok && i < len(left); i++ {
			next = append(next, left[i])
			if left[i].Kind != script.ExpectMaybe {
				break
			}
		}
	}
	return next
}

// unexpected finds the first octet of an event that is none of those expected.
func unexpected(t observed.Transcript, e observed.Event, expected []script.Expect) *WrongOctet {
	if e.Kind == observed.EventAccepted || e.Kind == observed.EventRefused {
		return answer(t, e, expected)
	}
	return locateEvent(t, e, longestCommonPrefix(e, expected))
}

// longestAgreement is how many octets of the event's payload are those of an
// expected one of the same type, -1 if none is of its type.
func longestCommonPrefix(e observed.Event, expected []script.Expect) int {
	longest := -1
	for _, want := range expected {
		sameType := e.Kind == observed.EventMessage && want.Kind != script.ExpectPongs && want.Opcode == e.Type ||
			e.Kind == observed.EventPong && want.Opcode == wire.OpPong
		if !sameType {
			continue
		}
		for _, p := range want.Payloads {
			longest = max(longest, CommonPrefix(p.Bytes(), e.Payload))
		}
	}
	return longest
}

// CommonPrefix is the number of octets at the beginning of both payloads that are equal.
func CommonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// locateEvent finds an event's octet: where it has a payload the one at that
// index in it, and the event's very first where that is negative.
func locateEvent(t observed.Transcript, e observed.Event, payload int) *WrongOctet {
	where := e.Position
	switch {
	case e.Kind == observed.EventMessage && where.First == 0: // an Exchange kept no frame of it
	case e.Kind == observed.EventMessage && payload < 0:
		where.Last = where.First
	case e.Kind == observed.EventMessage:
		where.Octet, where.InPayload = payload, true
	case e.Kind == observed.EventPong && payload >= 0:
		where.First, where.Octet, where.InPayload = where.Last, payload, true
	}
	return locate(t, where)
}

// answer finds what is wrong with the answer to the opening request: the field
// that a condition is about if only that is, else the status.
func answer(t observed.Transcript, e observed.Event, expected []script.Expect) *WrongOctet {
	d := WrongOctetOfAnswer(t)
	for _, want := range expected {
		if d == nil || (want.Kind == script.ExpectAccepted) != (e.Kind == observed.EventAccepted) {
			continue
		}
		for _, c := range want.Conditions {
			if c.Op != script.ConditionStatus && !c.Holds(e.Response.Status, e.Response.Fields) {
				d.Octet = fieldOctet(t[d.Entry].Octets, c.Name)
			}
		}
	}
	return d
}
