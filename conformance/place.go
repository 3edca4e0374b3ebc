package conformance

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A place is where in a transcript an event stands.
type place struct {
	// first and last are the numbers of the first and the last frame of a
	// message; of anything else there is only last. 0 is nowhere.
	first, last int
	// octet is the index into the octets of the last entry, or into the
	// message's payload if inPayload is set.
	octet     int
	inPayload bool
	// compressed: the payload has no octets of its own on the wire.
	compressed bool
}

// lengthOctet is the index of the octet with the mask bit and the first seven
// bits of the length, which follows FIN, RSV and opcode (RFC 6455 5.2).
const lengthOctet = 1

// headerOctet returns the index of the first octet of a header that breaks the
// rule.
func headerOctet(r *wire.Rule, h wire.Header) int {
	switch r {
	case wire.RuleMaskForbidden, wire.RuleMaskMissing, wire.RuleControlLength:
		return lengthOctet
	case wire.RuleLengthTopBit:
		return 2
	case wire.RuleLengthForm:
		if h.Form == wire.Length16 {
			return 3 // a first octet of 0 may still become 126
		}
		return 7 // six octets of 0 leave no more than 65,535
	}
	return 0
}

// placeOf is where the event of the frame at hand stands.
func (in *incoming) placeOf(h wire.Header) place {
	if h.Opcode.IsControl() {
		return place{last: in.number}
	}
	return place{first: in.first, last: in.number, compressed: in.compressed}
}

// ofViolation is where the content of the frame or message at p breaks a rule;
// of what was compressed, where its payload begins.
func (p place) ofViolation(r *wire.Rule, h wire.Header, ev *Event) place {
	switch {
	case r == wire.RuleCloseBody: // the length tells
		p.octet = lengthOctet
	case r == wire.RuleCloseReason:
		p.octet = h.Len() + 2 + impossible([]byte(ev.Reason))
		if p.octet == h.Len()+int(h.Length) { // it ends within a code point
			p.octet = lengthOctet
		}
	case ev != nil && ev.Kind == EventClose:
		p.octet = h.Len()
		if slices.ContainsFunc(statusCodes(byte(ev.Code>>8)), mayBeSent) {
			p.octet++ // the first octet could have begun another code
		}
	case r == wire.RuleText && !p.compressed:
		p.octet, p.inPayload = impossible(ev.Payload), true
	default:
		p.inPayload = true
	}
	return p
}

// statusCodes are the status codes that begin with this octet.
func statusCodes(high byte) []wire.StatusCode {
	codes := make([]wire.StatusCode, 256)
	for low := range codes {
		codes[low] = wire.StatusCode(int(high)<<8 | low)
	}
	return codes
}

// impossible is the index of the first octet that no UTF-8 could have there,
// the length where the text ends within a code point (RFC6455-8.1-1).
func impossible(text []byte) int {
	var v wire.UTF8Validator
	n, _ := v.Validate(text)
	return n
}

// find returns the index of the entry with that number, -1 if there is none.
func (t Transcript) find(number int) int {
	if number == 0 {
		return -1
	}
	return slices.IndexFunc(t, func(e Entry) bool { return e.number == number })
}

// locate says where a place is in the transcript; nil if what stood there was
// not kept.
func (t Transcript) locate(p place) *Departure {
	if p.inPayload {
		return t.inPayload(p)
	}
	if i := t.find(p.last); i >= 0 {
		return &Departure{Entry: i, Octet: p.octet}
	}
	return nil
}

// inPayload finds an octet of a payload in its frames, between which there may be
// control frames. One behind its end is where the last frame ends it: its length.
func (t Transcript) inPayload(p place) *Departure {
	left := uint64(p.octet)
	due := p.first
	for i, e := range t {
		switch {
		case e.number != due:
			continue
		case e.Header.Opcode.IsControl() && e.number != p.last:
		case p.compressed && e.Header.Length > 0:
			return &Departure{Entry: i, Octet: e.Header.Len()}
		case left < e.Header.Length:
			return &Departure{Entry: i, Octet: e.Header.Len() + int(left)}
		case e.number == p.last:
			return &Departure{Entry: i, Octet: lengthOctet}
		default:
			left -= e.Header.Length
		}
		due++
	}
	return nil // one of its frames was not kept
}
