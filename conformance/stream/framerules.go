package stream

import (
	"fmt"

	"github.com/wsspec/wsspec/ref/wire"
)

// FrameRules judges the headers of one sender's frames. It has what the rules depend on:
// who sends, what was agreed, and what came before. The statements are the harness's own,
// written apart from wire.Check and wire.Receiver, so that a mistake in the reference's
// rules does not pass unseen here.
type FrameRules struct {
	// Sender is the role of who sends the frames.
	Sender wire.Role
	// Deflate: permessage-deflate was agreed on, so that RSV1 has a meaning.
	Deflate bool
	// Fragmented: a message is open, and its next frame is a continuation (RFC6455-5.4-3).
	Fragmented bool
	// Closed: the sender has sent Close. No data frame may follow (RFC6455-5.5.1-6).
	Closed bool
}

// Check judges a header by itself and by what came before it. It returns nil if the
// header breaks no rule, and otherwise the first rule that it breaks. It does not change
// the rules: the caller sets Fragmented and Closed as frames come.
func (r FrameRules) Check(h wire.Header) *wire.Violation {
	switch {
	case r.Closed && !h.Opcode.IsControl():
		// RFC6455-5.5.1-6 forbids data frames after a Close. It does not name
		// control frames: a ping, a pong or another Close there breaks no rule.
		return wire.RuleDataAfterClose.Violation("%s after the peer's own Close", FrameOf(h.Opcode))
	case h.RSV&wire.RSV1 != 0 && r.Deflate && h.Opcode.IsControl():
		return wire.RuleCompressedControl.Violation("%s with RSV1", FrameOf(h.Opcode))
	case h.RSV&wire.RSV1 != 0 && r.Deflate && h.Opcode == wire.OpContinuation:
		return wire.RuleCompressedContinuation.Violation("a continuation frame with RSV1")
	case h.RSV != 0 && (!r.Deflate || h.RSV != wire.RSV1):
		return wire.RuleReservedBits.Violation("%s with RSV bits %03b that no extension gave a meaning", FrameOf(h.Opcode), h.RSV)
	case h.Opcode.IsReserved():
		return wire.RuleOpcode.Violation("a frame with the reserved opcode %#x", uint8(h.Opcode))
	case h.Masked && r.Sender == wire.RoleServer:
		return wire.RuleMaskForbidden.Violation("a masked %s frame from a server", h.Opcode)
	case !h.Masked && r.Sender == wire.RoleClient:
		return wire.RuleMaskMissing.Violation("an unmasked %s frame from a client", h.Opcode)
	case h.Length>>63 != 0:
		return wire.RuleLengthTopBit.Violation("a 64-bit length with its top bit set")
	case h.Form == wire.Length16 && h.Length < 126, h.Form == wire.Length64 && h.Length < 1<<16:
		return wire.RuleLengthForm.Violation("a length of %d in a longer form than it needs", h.Length)
	case h.Opcode.IsControl() && h.Length > 125:
		return wire.RuleControlLength.Violation("%s of %d octets, at most 125 allowed", FrameOf(h.Opcode), h.Length)
	case h.Opcode.IsControl() && !h.Fin:
		return wire.RuleControlFragmented.Violation("%s with FIN clear", FrameOf(h.Opcode))
	case h.Opcode == wire.OpContinuation && !r.Fragmented:
		return wire.RuleContinuation.Violation("a continuation frame with no message to continue")
	case !h.Opcode.IsControl() && h.Opcode != wire.OpContinuation && r.Fragmented:
		return wire.RuleInterleaved.Violation("%s inside a fragmented message", FrameOf(h.Opcode))
	}
	return nil
}

// FrameOf names a frame by its opcode: "a text frame".
func FrameOf(o wire.Opcode) string {
	if o.IsReserved() {
		return fmt.Sprintf("a frame with opcode %#x", uint8(o))
	}
	return fmt.Sprintf("a %s frame", o)
}
