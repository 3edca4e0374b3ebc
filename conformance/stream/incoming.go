package stream

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A frameReader turns the octets of the peer under test into transcript entries and
// events, and checks them by [FrameRules], [CloseEvent] and [Deflation].
type frameReader struct {
	// sender is the role of the peer under test.
	sender wire.Role
	// limit is the most octets of payload that the case can account for.
	limit uint64
	// passing: messages become no events, unless they answer what was asked.
	passing bool
	asked   *script.Question
	// greeting is what the peer says first, and its heartbeats.
	greeting greeting
	// untaken is how many octets of payload the events have that are still held.
	untaken uint64

	// deflate is the harness's side of permessage-deflate; nil if it was not
	// agreed.
	deflate *Deflation

	// masks are the keys of a client under test.
	masks MaskKeyQuality

	// number is that of the latest entry, first that of the first frame of the
	// message under way.
	number, first int

	// empties is how many fragments had no payload and ended no message.
	empties int

	pending []byte
	// entries and events are the memory of what feed returns.
	entries []observed.Entry
	events  []observed.Event
	// message state (RFC6455-5.4-3)
	fragmented bool
	kind       wire.Opcode
	compressed bool
	message    []byte
	frames     int
	// closed: a Close frame came; no data frame may follow (RFC6455-5.5.1-6).
	closed bool
	// broken: framing is lost; what follows is only recorded. spoiled: the content of
	// a frame or message broke a rule; of what follows only a Close frame counts,
	// which tells with which code the peer failed.
	broken, spoiled bool
}

// large is the size of a frame whose memory is shared with no other.
const large = 4 << 10

// feed takes octets as they arrived and returns what became complete. What it returns is
// valid until the next call.
func (in *frameReader) feed(p []byte, at time.Duration) ([]observed.Entry, []observed.Event) {
	in.entries, in.events = in.split(p, in.entries[:0], in.events[:0], at)
	return in.entries, in.events
}

// split does the work of feed. It appends to the entries and events that it is given.
func (in *frameReader) split(p []byte, entries []observed.Entry, events []observed.Event, at time.Duration) ([]observed.Entry, []observed.Event) {
	if in.broken {
		return append(entries, in.entry(at, observed.EntryOctets, append([]byte(nil), p...), "octets after a violation")), events
	}
	in.pending = append(in.pending, p...)
	for {
		h, n, err := wire.ParseHeader(in.pending)
		if errors.Is(err, wire.ErrShort) {
			return entries, events
		}
		v := in.check(h)
		if in.spoiled && (v != nil || !in.expects(h.Length)) { // one breach is enough
			in.broken = true
			return append(entries, in.behind(at)...), events
		}
		if v == nil && !in.expects(h.Length) {
			in.broken = true
			entries = append(entries, in.frame(at, &h, in.pending))
			in.pending = nil
			return entries, append(events, observed.Event{Kind: observed.EventFlood, At: at, Position: observed.Position{Last: in.number, Octet: observed.LengthOctet},
				Name: fmt.Sprintf("%s of %d octets", FrameOf(h.Opcode), h.Length)})
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
		if in.pending = in.pending[size:]; size > large {
			in.pending = append([]byte(nil), in.pending...) // not to hold the large frame
		}
		entries = append(entries, in.frame(at, &h, octets))
		if v != nil {
			return entries, append(events, in.violated(v, at, observed.Position{Last: in.number, Octet: HeaderOctet(v.Rule, h)}))
		}
		payload := octets[n:]
		if h.Masked {
			payload = append([]byte(nil), payload...)
			wire.Mask(h.MaskKey, 0, payload)
			in.masks.Add(h.MaskKey, observed.Position{Last: in.number, Octet: h.Len() - len(h.MaskKey)})
		}
		if in.spoiled {
			if h.Opcode == wire.OpClose && !in.closed {
				in.closed = true
				ev, _ := CloseEvent(payload, at)
				ev.Position = in.placeOf(h)
				events = append(events, *ev)
			}
			continue
		}
		ev, v := in.accept(h, payload, at)
		where := in.placeOf(h)
		if ev != nil && !in.passesOver(ev) {
			ev.Position, ev.Answer = where, in.asked != nil && ev.Kind == observed.EventMessage
			events = append(events, *ev)
			in.untaken += uint64(ev.Size())
		}
		if most := in.limit + mostUntaken; in.untaken > most {
			in.broken = true
			events = append(events, observed.Event{Kind: observed.EventFlood, At: at, Position: where,
				Name: fmt.Sprintf("over %d octets of messages, pings and pongs", most)})
			return append(entries, in.behind(at)...), events
		}
		if v != nil {
			in.spoiled = true
			events = append(events, observed.Event{Kind: observed.EventViolation, At: at, Violation: v, Position: ofViolation(where, v.Rule, h, ev)})
		}
	}
}

// passesOver reports whether the event is a message of an application's own. If it is a
// heartbeat, its answer is due from now on.
func (in *frameReader) passesOver(ev *observed.Event) bool {
	if !in.passing || ev.Kind != observed.EventMessage || in.greeting.takes(ev) || in.asked != nil && in.asked.Answers(ev.Type, ev.Payload) {
		return false
	}
	in.greeting.beats(ev)
	return true
}

// behind returns an entry for the octets at hand, which follow a breach.
func (in *frameReader) behind(at time.Duration) []observed.Entry {
	if len(in.pending) == 0 {
		return nil
	}
	e := in.entry(at, observed.EntryOctets, in.pending, "octets after a violation")
	in.pending = nil
	return []observed.Entry{e}
}

// underWay is how many octets of the current message there are, those of its
// unfinished frame among them. The beginning of a control frame counts for nothing.
func (in *frameReader) underWay() int {
	if len(in.pending) > 0 && wire.Opcode(in.pending[0]&0x0F).IsControl() {
		return len(in.message)
	}
	return len(in.message) + len(in.pending)
}

// entry makes the next entry of what the peer sent.
func (in *frameReader) entry(at time.Duration, k observed.EntryKind, octets []byte, text string) observed.Entry {
	in.number++
	return observed.Entry{At: at, Dir: observed.Received, Kind: k, Octets: octets, Text: text, Number: in.number}
}

func (in *frameReader) frame(at time.Duration, h *wire.Header, octets []byte) observed.Entry {
	e := in.entry(at, observed.EntryFrame, octets, "")
	e.Header = h
	return e
}

// cut says where the octets end if that is inside a frame; it is empty between frames
// and where not even the header is whole.
func (in *frameReader) cut() string {
	h, n, err := wire.ParseHeader(in.pending)
	if in.broken || err != nil {
		return ""
	}
	return fmt.Sprintf("inside %s, after %d of %d octets", FrameOf(h.Opcode), len(in.pending)-n, h.Length)
}

// rest returns an entry for octets that never became a frame.
func (in *frameReader) rest(at time.Duration) []observed.Entry {
	if len(in.pending) == 0 {
		return nil
	}
	e := in.entry(at, observed.EntryOctets, in.pending, observed.TextUnfinished)
	in.pending = nil
	return []observed.Entry{e}
}

func (in *frameReader) violated(v *wire.Violation, at time.Duration, where observed.Position) observed.Event {
	in.broken = true
	return observed.Event{Kind: observed.EventViolation, At: at, Violation: v, Position: where}
}

// expects reports whether the case sent enough to account for a frame of that
// length, so that no announced length makes the harness hold memory for it.
func (in *frameReader) expects(length uint64) bool {
	return length <= in.limit && uint64(len(in.message))+length <= in.limit
}

// check judges a header by itself and by what came before it.
func (in *frameReader) check(h wire.Header) *wire.Violation {
	return FrameRules{Sender: in.sender, Deflate: in.deflate != nil, Fragmented: in.fragmented, Closed: in.closed}.Check(h)
}

// accept takes a whole frame whose header was in order.
func (in *frameReader) accept(h wire.Header, payload []byte, at time.Duration) (*observed.Event, *wire.Violation) {
	switch h.Opcode {
	case wire.OpPing:
		return &observed.Event{Kind: observed.EventPing, At: at, Payload: payload}, nil
	case wire.OpPong:
		return &observed.Event{Kind: observed.EventPong, At: at, Payload: payload}, nil
	case wire.OpClose:
		in.closed = true
		return CloseEvent(payload, at)
	case wire.OpContinuation:
		in.message = append(in.message, payload...)
	default:
		in.kind, in.message, in.frames, in.fragmented = h.Opcode, payload, 0, true
		in.compressed, in.first = h.RSV&wire.RSV1 != 0, in.number
	}
	in.frames++
	if !h.Fin {
		if h.Length == 0 {
			in.empties++
		}
		return nil, nil
	}
	ev := &observed.Event{Kind: observed.EventMessage, At: at, Type: in.kind, Payload: in.message, Frames: in.frames}
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
		return ev, wire.RuleText.Violation("a text message that is not valid UTF-8: %s", script.Quote(ev.Payload))
	}
	return ev, nil
}

// CloseEvent reads a Close frame's body (RFC6455-5.5.1-2, RFC6455-8.1-2) and
// judges the code (RFC6455-7.4.1-6, -7, -14; RFC6455-7.4.2-1, -2).
func CloseEvent(body []byte, at time.Duration) (*observed.Event, *wire.Violation) {
	ev := &observed.Event{Kind: observed.EventClose, At: at, Code: wire.StatusNoStatusRcvd, Body: body}
	if len(body) == 0 {
		return ev, nil
	}
	if len(body) == 1 {
		return ev, wire.RuleCloseBody.Violation("a Close frame whose body is a single octet")
	}
	ev.Code = wire.StatusCode(uint16(body[0])<<8 | uint16(body[1]))
	ev.Reason = string(body[2:])
	if !MayBeSent(ev.Code) {
		return ev, closeCodeRule(ev.Code).Violation("a Close frame with code %d, which must not be sent", ev.Code)
	}
	if !utf8.ValidString(ev.Reason) {
		return ev, wire.RuleCloseReason.Violation("a Close frame whose reason is not valid UTF-8")
	}
	return ev, nil
}

// MayBeSent reports whether a Close frame may have a status code: a registered one that
// is not reserved, or one of the ranges for libraries and private use. The RFC does not
// define codes above 4999, so MayBeSent permits them (RFC6455-7.4.2-5).
func MayBeSent(c wire.StatusCode) bool {
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
