package conformance

import (
	"github.com/wsspec/wsspec/ref/wire"
	"slices"
)

// A Departure is the first octet that no permitted outcome allows.
type Departure struct {
	// Entry is the index into [Result.Transcript].
	Entry int
	// Octet is the index into that entry's octets: of a field in the opening
	// handshake where its value begins, and of one that is missing where the
	// head ends without it. It is 0 too where the entry itself departs, such as
	// TCP that closes too early.
	Octet int
}

// departs finds where what was observed leaves every permitted outcome. It is
// nil where the peer did: by keeping silent, or by what the transcript does not
// hold. It follows the same reasons as [explain].
func departs(outcomes []Outcome, o observed, j judgement) *Departure {
	if j.behavior != Failed {
		return departsInClosing(outcomes[max(j.outcome, 0)].Ending, o, j)
	}
	for _, e := range o.events {
		switch {
		case e.Kind != EventViolation && e.Kind != EventFlood:
		case e.place == place{} && e.Violation != nil:
			return departsInOpening(o.transcript, e.Violation)
		default:
			return o.transcript.locate(e.place)
		}
	}
	got := answers(o.events, o.pings)
	n, left := agree(outcomes, got)
	if n < len(got) {
		return o.transcript.unexpected(got[n], expectedAfter(outcomes, got[:n]))
	}
	if stray := insteadOfPong(left, o); stray != nil {
		return o.transcript.unexpected(*stray, left[:1])
	}
	if end := endOf(o.events); matchEvents(left, nil) != matchFull && !o.gaveUp && end.came {
		return o.transcript.locate(o.events[end.at].place)
	}
	return nil
}

// departsInClosing is departs where only the end of the connection is wrong.
func departsInClosing(ending Ending, o observed, j judgement) *Departure {
	end := endOf(o.events)
	switch {
	case j.close == CloseWrongCode:
		d := o.transcript.locate(end.close.place)
		if d == nil {
			return nil
		}
		d.Octet = o.transcript[d.Entry].Header.Len()
		if slices.ContainsFunc(ending.codes, func(c wire.StatusCode) bool { return c>>8 == j.code>>8 }) {
			d.Octet++ // the first octet is that of a code that fits
		}
		return d
	case end.came && (j.close == CloseFailed && ending.by != byPeer || j.close == CloseUnclean):
		return o.transcript.locate(o.events[end.at].place)
	}
	return nil
}

// expectedAfter returns what the outcomes that agree with the events may take
// next.
func expectedAfter(outcomes []Outcome, got []Event) []Expect {
	var next []Expect
	for _, o := range outcomes {
		left, ok := advance(o.Events, got)
		for i := 0; ok && i < len(left); i++ {
			next = append(next, left[i])
			if left[i].kind != expectMaybe {
				break
			}
		}
	}
	return next
}

// unexpected finds the first octet of an event that is none of those expected.
func (t Transcript) unexpected(e Event, expected []Expect) *Departure {
	if e.Kind == EventAccepted || e.Kind == EventRefused {
		return t.answer(e, expected)
	}
	return t.locateEvent(e, longestAgreement(e, expected))
}

// longestAgreement is how many octets of the event's payload are those of an
// expected one of the same type, -1 if none is of its type.
func longestAgreement(e Event, expected []Expect) int {
	longest := -1
	for _, want := range expected {
		sameType := e.Kind == EventMessage && want.kind != expectPongs && want.opcode == e.Type ||
			e.Kind == EventPong && want.opcode == wire.OpPong
		if !sameType {
			continue
		}
		for _, p := range want.payloads {
			longest = max(longest, agreement(p.Bytes(), e.Payload))
		}
	}
	return longest
}

// agreement is how many octets two payloads begin with in common.
func agreement(a, b []byte) int {
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
func (t Transcript) locateEvent(e Event, payload int) *Departure {
	where := e.place
	switch {
	case e.Kind == EventMessage && where.first == 0: // an Exchange kept no frame of it
	case e.Kind == EventMessage && payload < 0:
		where.last = where.first
	case e.Kind == EventMessage:
		where.octet, where.inPayload = payload, true
	case e.Kind == EventPong && payload >= 0:
		where.first, where.octet, where.inPayload = where.last, payload, true
	}
	return t.locate(where)
}

// answer finds what is wrong with the answer to the opening request: the field
// that a condition is about if only that is, else the status.
func (t Transcript) answer(e Event, expected []Expect) *Departure {
	d := departsInAnswer(t)
	for _, want := range expected {
		if d == nil || (want.kind == expectAccepted) != (e.Kind == EventAccepted) {
			continue
		}
		for _, c := range want.conditions {
			if c.op != conditionStatus && !c.holds(e.Response.Status, e.Response.Fields) {
				d.Octet = fieldOctet(t[d.Entry].Octets, c.name)
			}
		}
	}
	return d
}
