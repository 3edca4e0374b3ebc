package conformance

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// incoming turns the octets of the peer under test into transcript entries and
// events, and checks them. The checks are the harness's own, written apart from
// wire.Check and wire.Receiver, so that a mistake in the reference's rules does
// not pass unseen here.
type incoming struct {
	// sender is the role of the peer under test.
	sender wire.Role
	// limit is the most octets of payload that the case can account for.
	limit uint64

	// deflate is the harness's side of permessage-deflate; nil if it was not
	// agreed.
	deflate *deflation

	// masks are the keys of a client under test.
	masks maskQuality

	// number is that of the latest entry, first that of the first frame of the
	// message under way.
	number, first int

	pending []byte
	// message state (RFC6455-5.4-3)
	fragmented bool
	kind       wire.Opcode
	compressed bool
	message    []byte
	frames     int
	// closed: a Close frame came; nothing may follow (RFC6455-5.5.1-6).
	closed bool
	// broken: framing is lost; what follows is only recorded.
	broken bool
}

// feed takes octets as they arrived and returns what became complete.
func (in *incoming) feed(p []byte, at time.Duration) (entries []Entry, events []Event) {
	if in.broken {
		return []Entry{in.entry(at, EntryOctets, append([]byte(nil), p...), "octets after a violation")}, nil
	}
	in.pending = append(in.pending, p...)
	for {
		h, n, err := wire.ParseHeader(in.pending)
		if errors.Is(err, wire.ErrShort) {
			return entries, events
		}
		v := in.check(h)
		if v == nil && !in.expects(h.Length) {
			in.broken = true
			entries = append(entries, in.frame(at, &h, in.pending))
			in.pending = nil
			return entries, append(events, Event{Kind: EventFlood, At: at, place: place{last: in.number, octet: lengthOctet},
				Name: fmt.Sprintf("a %s frame of %d octets", h.Opcode, h.Length)})
		}
		if v == nil && uint64(len(in.pending)-n) < h.Length {
			in.pending = slices.Grow(in.pending, n+int(h.Length)-len(in.pending))
			return entries, events
		}
		size := n
		if v == nil {
			size += int(h.Length)
		} else {
			size = len(in.pending)
		}
		octets := in.pending[:size:size]
		in.pending = in.pending[size:]
		entries = append(entries, in.frame(at, &h, octets))
		if v != nil {
			return entries, append(events, in.violated(v, at, place{last: in.number, octet: headerOctet(v.Rule, h)}))
		}
		payload := octets[n:]
		if h.Masked {
			payload = append([]byte(nil), payload...)
			wire.Mask(h.MaskKey, 0, payload)
			in.masks.add(h.MaskKey, place{last: in.number, octet: h.Len() - len(h.MaskKey)})
		}
		ev, v := in.accept(h, payload, at)
		where := in.placeOf(h)
		if ev != nil {
			ev.place = where
			events = append(events, *ev)
		}
		if v != nil {
			return entries, append(events, in.violated(v, at, where.ofViolation(v.Rule, h, ev)))
		}
	}
}

// entry makes the next entry of what the peer sent.
func (in *incoming) entry(at time.Duration, k EntryKind, octets []byte, text string) Entry {
	in.number++
	return Entry{At: at, Dir: Received, Kind: k, Octets: octets, Text: text, number: in.number}
}

func (in *incoming) frame(at time.Duration, h *wire.Header, octets []byte) Entry {
	e := in.entry(at, EntryFrame, octets, "")
	e.Header = h
	return e
}

// rest returns an entry for octets that never became a frame.
func (in *incoming) rest(at time.Duration) []Entry {
	if len(in.pending) == 0 {
		return nil
	}
	e := in.entry(at, EntryOctets, in.pending, "the beginning of a frame that never ended")
	in.pending = nil
	return []Entry{e}
}

func (in *incoming) violated(v *wire.Violation, at time.Duration, where place) Event {
	in.broken = true
	return Event{Kind: EventViolation, At: at, Violation: v, place: where}
}

// expects reports whether the case sent enough to account for a frame of that
// length, so that no announced length makes the harness hold memory for it.
func (in *incoming) expects(length uint64) bool {
	return length <= in.limit && uint64(len(in.message))+length <= in.limit
}

// check judges a header by itself and by what came before it.
func (in *incoming) check(h wire.Header) *wire.Violation {
	switch {
	case in.closed && (h.Opcode == wire.OpClose || !h.Opcode.IsControl()):
		// Pings and pongs behind a Close do no harm, and nothing forbids them.
		return wire.RuleDataAfterClose.Violation("a %s frame after the peer's own Close", h.Opcode)
	case h.RSV&wire.RSV1 != 0 && in.deflate != nil && h.Opcode.IsControl():
		return wire.RuleCompressedControl.Violation("a %s frame with RSV1", h.Opcode)
	case h.RSV&wire.RSV1 != 0 && in.deflate != nil && h.Opcode == wire.OpContinuation:
		return wire.RuleCompressedContinuation.Violation("a continuation frame with RSV1")
	case h.RSV != 0 && (in.deflate == nil || h.RSV != wire.RSV1):
		return wire.RuleReservedBits.Violation("a %s frame with RSV bits %03b that no extension gave a meaning", h.Opcode, h.RSV)
	case h.Opcode.IsReserved():
		return wire.RuleOpcode.Violation("a frame with the reserved opcode %#x", uint8(h.Opcode))
	case h.Masked && in.sender == wire.RoleServer:
		return wire.RuleMaskForbidden.Violation("a masked %s frame from a server", h.Opcode)
	case !h.Masked && in.sender == wire.RoleClient:
		return wire.RuleMaskMissing.Violation("an unmasked %s frame from a client", h.Opcode)
	case h.Length>>63 != 0:
		return wire.RuleLengthTopBit.Violation("a 64-bit length with its top bit set")
	case h.Form == wire.Length16 && h.Length < 126, h.Form == wire.Length64 && h.Length < 1<<16:
		return wire.RuleLengthForm.Violation("a length of %d in a longer form than it needs", h.Length)
	case h.Opcode.IsControl() && h.Length > 125:
		return wire.RuleControlLength.Violation("a %s frame of %d octets, at most 125 allowed", h.Opcode, h.Length)
	case h.Opcode.IsControl() && !h.Fin:
		return wire.RuleControlFragmented.Violation("a %s frame with FIN clear", h.Opcode)
	case h.Opcode == wire.OpContinuation && !in.fragmented:
		return wire.RuleContinuation.Violation("a continuation frame with no message to continue")
	case !h.Opcode.IsControl() && h.Opcode != wire.OpContinuation && in.fragmented:
		return wire.RuleInterleaved.Violation("a %s frame inside a fragmented message", h.Opcode)
	}
	return nil
}

// accept takes a whole frame whose header was in order.
func (in *incoming) accept(h wire.Header, payload []byte, at time.Duration) (*Event, *wire.Violation) {
	switch h.Opcode {
	case wire.OpPing:
		return &Event{Kind: EventPing, At: at, Payload: payload}, nil
	case wire.OpPong:
		return &Event{Kind: EventPong, At: at, Payload: payload}, nil
	case wire.OpClose:
		in.closed = true
		return closeEvent(payload, at)
	case wire.OpContinuation:
		in.message = append(in.message, payload...)
	default:
		in.kind, in.message, in.frames, in.fragmented = h.Opcode, payload, 0, true
		in.compressed, in.first = h.RSV&wire.RSV1 != 0, in.number
	}
	in.frames++
	if !h.Fin {
		return nil, nil
	}
	ev := &Event{Kind: EventMessage, At: at, Type: in.kind, Payload: in.message, Frames: in.frames}
	in.fragmented, in.message = false, nil
	if in.compressed {
		var v *wire.Violation
		if ev.Payload, v = in.deflate.inflate(ev.Payload, in.limit); v != nil {
			return nil, v
		}
	}
	if ev.Type == wire.OpText && !utf8.Valid(ev.Payload) {
		// RFC6455-5.6-1: the message still counts as an event, so that what
		// the peer echoed can be named.
		return ev, wire.RuleText.Violation("a text message that is not valid UTF-8: %s", quote(ev.Payload))
	}
	return ev, nil
}

// closeEvent reads a Close frame's body (RFC6455-5.5.1-2, RFC6455-8.1-2) and
// judges the code (RFC6455-7.4.1-6, -7, -14; RFC6455-7.4.2-1, -2).
func closeEvent(body []byte, at time.Duration) (*Event, *wire.Violation) {
	ev := &Event{Kind: EventClose, At: at, Code: wire.StatusNoStatusRcvd}
	if len(body) == 0 {
		return ev, nil
	}
	if len(body) == 1 {
		return ev, wire.RuleCloseBody.Violation("a Close frame whose body is a single octet")
	}
	ev.Code = wire.StatusCode(uint16(body[0])<<8 | uint16(body[1]))
	ev.Reason = string(body[2:])
	if !mayBeSent(ev.Code) {
		return ev, closeCodeRule(ev.Code).Violation("a Close frame with code %d, which must not be sent", ev.Code)
	}
	if !utf8.ValidString(ev.Reason) {
		return ev, wire.RuleCloseReason.Violation("a Close frame whose reason is not valid UTF-8")
	}
	return ev, nil
}

// mayBeSent reports whether a status code may stand in a Close frame: those
// that are registered and not set apart for the API, and the ranges for
// libraries and private use. What lies above 4999 is undefined, so nobody is
// blamed for it (RFC6455-7.4.2-5).
func mayBeSent(c wire.StatusCode) bool {
	switch {
	case c == wire.StatusReserved1004, c == wire.StatusNoStatusRcvd, c == wire.StatusAbnormalClosure, c == wire.StatusTLSHandshake:
		return false
	case c >= 1000 && c <= 1014:
		return true
	}
	return c >= 3000
}

// closeCodeRule returns the rule that forbids a code which must not be sent.
func closeCodeRule(c wire.StatusCode) *wire.Rule {
	switch {
	case c == wire.StatusReserved1004:
		return wire.RuleCloseCode1004
	case c == wire.StatusNoStatusRcvd:
		return wire.RuleCloseCode1005
	case c == wire.StatusAbnormalClosure:
		return wire.RuleCloseCode1006
	case c == wire.StatusTLSHandshake:
		return wire.RuleCloseCode1015
	case c < 1000:
		return wire.RuleCloseCodeUnused
	}
	return wire.RuleCloseCodeUnassigned
}
