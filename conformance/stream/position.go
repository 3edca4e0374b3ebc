package stream

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// HeaderOctet returns the index of the first octet of a header that breaks the
// rule.
func HeaderOctet(r *wire.Rule, h wire.Header) int {
	switch r {
	case wire.RuleMaskForbidden, wire.RuleMaskMissing, wire.RuleControlLength:
		return observed.LengthOctet
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
func (in *frameReader) placeOf(h wire.Header) observed.Position {
	if h.Opcode.IsControl() {
		return observed.Position{Last: in.number}
	}
	return observed.Position{First: in.first, Last: in.number, Compressed: in.compressed}
}

// ofViolation is where the content of the frame or message at p breaks a rule;
// of what was compressed, where its payload begins.
func ofViolation(p observed.Position, r *wire.Rule, h wire.Header, ev *observed.Event) observed.Position {
	switch {
	case ev != nil && ev.Kind == observed.EventClose:
		p.Octet = CloseOctet(r, h, ev)
	case r == wire.RuleText && !p.Compressed:
		p.Octet, p.InPayload = impossible(ev.Payload), true
	default:
		p.InPayload = true
	}
	return p
}

// CloseOctet is the index of the first octet of a Close frame whose content breaks the
// rule, as [CloseEvent] found it.
func CloseOctet(r *wire.Rule, h wire.Header, ev *observed.Event) int {
	n := h.Len()
	switch {
	case r == wire.RuleCloseBody: // the length tells
		return observed.LengthOctet
	case r == wire.RuleCloseReason:
		if n += 2 + impossible([]byte(ev.Reason)); n == h.Len()+int(h.Length) { // it ends within a code point
			return observed.LengthOctet
		}
	case slices.ContainsFunc(statusCodes(byte(ev.Code>>8)), MayBeSent):
		return n + 1 // the first octet could have begun another code
	}
	return n
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
