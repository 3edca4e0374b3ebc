package standalone

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// incoming takes the peer's octets apart and checks them.
type incoming struct {
	fromClient bool
	limit      uint64                                 // the most octets of one message that the case can account for
	inflate    func([]byte) ([]byte, *wire.Violation) // nil without permessage-deflate

	pending    []byte
	octets     uint64 // in all
	events     int
	most       int  // events
	fragmented bool // a fragmented message is open
	opcode     wire.Opcode
	compressed bool
	message    []byte
	closed     bool // the peer sent Close
	broken     bool // nothing more is read
	spoiled    bool // a message or a Close broke a rule; only the first Close behind it counts
	//+client
	masks []uint32 // a client's masking keys
	//-client
}

// feed takes octets as they came and returns what became complete.
func (in *incoming) feed(p []byte) (events []observed.Event) {
	in.pending = append(in.pending, p...)
	in.octets += uint64(len(p))
	for more := true; more && !in.broken; {
		var v *wire.Violation
		var came []observed.Event
		came, v, more = in.frame()
		in.events += len(came)
		events = append(events, came...)
		switch {
		case v != nil:
			events = append(events, observed.Event{Kind: observed.EventViolation, Violation: v})
		case in.broken:
		case in.octets > 16*in.limit+1<<20:
			events = append(events, in.flood(fmt.Sprintf("over %d octets", 16*in.limit+1<<20)))
		case in.events > in.most:
			events = append(events, in.flood(fmt.Sprintf("over %d messages, pings and pongs", in.most)))
		}
	}
	return events
}

// underWay is how many octets there are of the message that is not whole yet. A
// control frame counts for nothing.
func (in *incoming) underWay() int {
	if len(in.pending) > 0 && wire.Opcode(in.pending[0]&15).IsControl() {
		return len(in.message)
	}
	return len(in.message) + len(in.pending)
}

// flood stops reading: the peer sends more than the case can account for.
func (in *incoming) flood(what string) observed.Event {
	in.broken = true
	return observed.Event{Kind: observed.EventFlood, Name: what}
}

// frame takes the next frame, if it is whole.
func (in *incoming) frame() (came []observed.Event, v *wire.Violation, more bool) {
	b := in.pending
	if len(b) < 2 {
		return nil, nil, false
	}
	fin, rsv, opcode, masked := b[0]&0x80 != 0, wire.RSV(b[0]>>4&7), wire.Opcode(b[0]&15), b[1]&0x80 != 0
	length, size := uint64(b[1]&0x7f), 2
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	start := size
	if masked {
		start += 4
	}
	if size == 10 && len(b) > 2 && b[2]&0x80 != 0 {
		length = 1 << 63
	} else if len(b) < start {
		return nil, nil, false
	} else if size == 4 {
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	} else if size == 10 {
		length = binary.BigEndian.Uint64(b[2:])
	}
	broken := in.check(fin, rsv, opcode, masked, length, size)
	tooLong := length > in.limit || uint64(len(in.message))+length > in.limit
	switch {
	case in.spoiled && (broken != nil || tooLong): // one breach is enough
		in.broken = true
		return nil, nil, false
	case broken != nil:
		in.broken = true
		return nil, broken, false
	case tooLong:
		return []observed.Event{in.flood(fmt.Sprintf("%s of %d octets", frameOf(opcode), length))}, nil, false
	}
	if uint64(len(b)-start) < length {
		return nil, nil, false
	}
	payload := append([]byte(nil), b[start:start+int(length)]...)
	if masked {
		for i := range payload {
			payload[i] ^= b[start-4+i%4]
		}
		//+client
		if len(in.masks) < 4096 {
			in.masks = append(in.masks, binary.BigEndian.Uint32(b[start-4:]))
		}
		//-client
	}
	in.pending = b[start+int(length):]
	if in.spoiled {
		if opcode == wire.OpClose && !in.closed {
			in.closed = true
			e, _ := closeEvent(payload)
			came = append(came, *e)
		}
		return came, nil, true
	}
	e, v := in.accept(fin, rsv, opcode, payload)
	if e != nil {
		came = append(came, *e)
	}
	in.spoiled = v != nil
	return came, v, true
}

// cut says where the octets end if that is inside a frame; it is empty between frames
// and where not even the header is whole.
func (in *incoming) cut() string {
	b := in.pending
	if in.broken || len(b) < 2 {
		return ""
	}
	length, size := uint64(b[1]&0x7f), 2
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	start := size
	if b[1]&0x80 != 0 {
		start += 4
	}
	if len(b) < start {
		return ""
	}
	switch size {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	return fmt.Sprintf("inside %s, after %d of %d octets", frameOf(wire.Opcode(b[0]&15)), len(b)-start, length)
}

// frameOf names a frame by its opcode.
func frameOf(o wire.Opcode) string {
	if o.IsReserved() {
		return fmt.Sprintf("a frame with opcode %#x", uint8(o))
	}
	return fmt.Sprintf("a %s frame", o)
}

// check judges a header by itself and by what came before it.
func (in *incoming) check(fin bool, rsv wire.RSV, opcode wire.Opcode, masked bool, length uint64, size int) *wire.Violation {
	control := opcode.IsControl()
	switch {
	case in.closed && !control: // another control frame there breaks no rule
		return wire.RuleDataAfterClose.Violation("%s after the peer's own Close", frameOf(opcode))
	case rsv&wire.RSV1 != 0 && in.inflate != nil && control:
		return wire.RuleCompressedControl.Violation("%s with RSV1", frameOf(opcode))
	case rsv&wire.RSV1 != 0 && in.inflate != nil && opcode == wire.OpContinuation:
		return wire.RuleCompressedContinuation.Violation("a continuation frame with RSV1")
	case rsv != 0 && (in.inflate == nil || rsv != wire.RSV1):
		return wire.RuleReservedBits.Violation("%s with RSV bits %03b that no extension gave a meaning", frameOf(opcode), rsv)
	case opcode.IsReserved():
		return wire.RuleOpcode.Violation("a frame with the reserved opcode %#x", uint8(opcode))
	case masked && !in.fromClient:
		return wire.RuleMaskForbidden.Violation("a masked %s frame from a server", opcode)
	case !masked && in.fromClient:
		return wire.RuleMaskMissing.Violation("an unmasked %s frame from a client", opcode)
	case length>>63 != 0:
		return wire.RuleLengthTopBit.Violation("a 64-bit length with its top bit set")
	case size == 4 && length < 126, size == 10 && length < 1<<16:
		return wire.RuleLengthForm.Violation("a length of %d in a longer form than it needs", length)
	case control && length > 125:
		return wire.RuleControlLength.Violation("%s of %d octets, at most 125 allowed", frameOf(opcode), length)
	case control && !fin:
		return wire.RuleControlFragmented.Violation("%s with FIN clear", frameOf(opcode))
	case opcode == wire.OpContinuation && !in.fragmented:
		return wire.RuleContinuation.Violation("a continuation frame with no message to continue")
	case !control && opcode != wire.OpContinuation && in.fragmented:
		return wire.RuleInterleaved.Violation("%s inside a fragmented message", frameOf(opcode))
	}
	return nil
}

// accept takes a whole frame whose header was in order.
func (in *incoming) accept(fin bool, rsv wire.RSV, opcode wire.Opcode, payload []byte) (*observed.Event, *wire.Violation) {
	switch opcode {
	case wire.OpPing:
		return &observed.Event{Kind: observed.EventPing, Payload: payload}, nil
	case wire.OpPong:
		return &observed.Event{Kind: observed.EventPong, Payload: payload}, nil
	case wire.OpClose:
		in.closed = true
		return closeEvent(payload)
	case wire.OpContinuation:
		in.message = append(in.message, payload...)
	default:
		in.fragmented, in.opcode, in.message, in.compressed = true, opcode, payload, rsv != 0
	}
	if !fin {
		return nil, nil
	}
	whole := in.message
	in.fragmented, in.message = false, nil
	if in.compressed {
		var v *wire.Violation
		if whole, v = in.inflate(whole); v != nil {
			return nil, v
		}
	}
	e := &observed.Event{Kind: observed.EventMessage, Type: in.opcode, Payload: whole}
	if in.opcode == wire.OpText && !utf8.Valid(whole) {
		return e, wire.RuleText.Violation("a text message that is not valid UTF-8: %s", script.Quote(whole))
	}
	return e, nil
}

func closeEvent(body []byte) (*observed.Event, *wire.Violation) {
	e := &observed.Event{Kind: observed.EventClose, Code: wire.StatusNoStatusRcvd, Body: body}
	switch len(body) {
	case 0:
		return e, nil
	case 1:
		return e, wire.RuleCloseBody.Violation("a Close frame whose body is a single octet")
	}
	e.Code = wire.StatusCode(binary.BigEndian.Uint16(body))
	e.Reason = string(body[2:])
	if !mayBeSent(e.Code) {
		return e, closeCodeRule(e.Code).Violation("a Close frame with code %d, which must not be sent", e.Code)
	}
	if !utf8.ValidString(e.Reason) {
		return e, wire.RuleCloseReason.Violation("a Close frame whose reason is not valid UTF-8")
	}
	return e, nil
}

func mayBeSent(code wire.StatusCode) bool {
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006 || code >= 3000
}

// closeCodeRule is the rule that forbids a code.
func closeCodeRule(code wire.StatusCode) *wire.Rule {
	switch {
	case code == 1004:
		return wire.RuleCloseCode1004
	case code == 1005:
		return wire.RuleCloseCode1005
	case code == 1006:
		return wire.RuleCloseCode1006
	case code == 1015:
		return wire.RuleCloseCode1015
	case code < 1000:
		return wire.RuleCloseCodeUnused
	}
	return wire.RuleCloseCodeUnassigned
}

//+client

// checkMasks finds the one mistake with masking keys that one connection is sure to
// show: that all are the same.
func (in *incoming) checkMasks() (events []observed.Event) {
	for _, key := range in.masks {
		if key != in.masks[0] {
			return nil
		}
	}
	if len(in.masks) < 16 {
		return nil
	}
	v := judge.RuleFreshMask.Violation("%d frames in a row with the masking key %08x", len(in.masks), in.masks[0])
	return []observed.Event{{Kind: observed.EventViolation, Violation: v}}
}

//-client
