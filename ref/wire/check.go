package wire

// A FrameState is what has to be known to check a frame header: the sender, the
// extensions, and the state of its direction.
type FrameState struct {
	// Sender is the role of the endpoint that sent the frame. If it is zero,
	// masking is not checked.
	Sender Role
	// InMessage says that a fragmented data message is open in this direction:
	// its last frame has not come.
	InMessage bool
	// RSV1 says that permessage-deflate was agreed, which uses RSV1.
	RSV1 bool
}

// Next returns the state after a frame that passed [Check].
func (s FrameState) Next(h Header) FrameState {
	if !h.Opcode.IsControl() {
		s.InMessage = !h.Fin
	}
	return s
}

// Check returns the first rule of RFC 6455 5 that the header breaks, or nil. It
// does not check limits and payload.
func Check(h Header, s FrameState) *Violation {
	if permitted(h, s) {
		return nil
	}
	for _, check := range checks {
		if v := check(h, s); v != nil {
			return v
		}
	}
	return nil
}

// permitted reports whether a header is an ordinary one that breaks no rule. It
// is faster than checking rule by rule. A header that it does not permit may
// still be correct.
func permitted(h Header, s FrameState) bool {
	if h.RSV != 0 || h.Form > shortest(h.Length) || h.Length>>63 != 0 ||
		h.Masked && s.Sender == RoleServer || !h.Masked && s.Sender == RoleClient {
		return false
	}
	switch h.Opcode {
	case OpText, OpBinary:
		return !s.InMessage
	case OpContinuation:
		return s.InMessage
	case OpPing, OpPong, OpClose:
		return h.Fin && h.Length <= MaxControlPayload
	}
	return false
}

// checks are the rules for a frame header in the order of its fields.
var checks = [...]func(Header, FrameState) *Violation{
	checkRSV,
	checkOpcode,
	checkControlFin,
	checkMessage,
	checkMask,
	checkControlLength,
	checkLengthForm,
	checkLengthTopBit,
}

// "MUST be 0 unless an extension is negotiated that defines meanings for
// non-zero values" (RFC6455-5.2-3, RFC6455-5.2-4); RFC 7692 gives RSV1 one, on
// the first frame of a data message only (RFC7692-6.1-4, RFC7692-6.1-5).
func checkRSV(h Header, s FrameState) *Violation {
	switch {
	case h.RSV == 0:
		return nil
	case !s.RSV1:
		return RuleReservedBits.Violation("%v set on a %v frame, no extension agreed that uses it", h.RSV, h.Opcode)
	case h.RSV&^RSV1 != 0:
		return RuleReservedBitsDeflate.Violation("%v set on a %v frame, permessage-deflate uses RSV1 only", h.RSV&^RSV1, h.Opcode)
	case h.Opcode.IsControl():
		return RuleCompressedControl.Violation("RSV1 set on a %v frame, control frames are never compressed", h.Opcode)
	case h.Opcode == OpContinuation:
		return RuleCompressedContinuation.Violation("RSV1 set on a continuation frame, it belongs on the first frame of a message")
	}
	return nil
}

// "If an unknown opcode is received, the receiving endpoint MUST _Fail the
// WebSocket Connection_" (RFC6455-5.2-5).
func checkOpcode(h Header, _ FrameState) *Violation {
	if h.Opcode.IsReserved() {
		return RuleOpcode.Violation("frame with the reserved opcode %#x", uint8(h.Opcode))
	}
	return nil
}

// "All control frames ... MUST NOT be fragmented" (RFC6455-5.5-4).
func checkControlFin(h Header, _ FrameState) *Violation {
	if h.Opcode.IsControl() && !h.Fin {
		return RuleControlFragmented.Violation("%v frame without FIN, control frames are never fragmented", h.Opcode)
	}
	return nil
}

// A continuation frame needs an open message (RFC6455-5.4-5). While a message is
// open no other data frame may come (RFC6455-5.4-9).
func checkMessage(h Header, s FrameState) *Violation {
	switch {
	case h.Opcode.IsControl():
		return nil // RFC6455-5.4-6: may come between fragments
	case h.Opcode == OpContinuation && !s.InMessage:
		return RuleContinuation.Violation("continuation frame with no message to continue")
	case h.Opcode != OpContinuation && s.InMessage:
		return RuleInterleaved.Violation("%v frame inside a fragmented message, a continuation was due", h.Opcode)
	}
	return nil
}

// "The server MUST close the connection upon receiving a frame that is not
// masked" (RFC6455-5.1-3); "A client MUST close a connection if it detects a
// masked frame" (RFC6455-5.1-6).
func checkMask(h Header, s FrameState) *Violation {
	switch {
	case s.Sender == RoleClient && !h.Masked:
		return RuleMaskMissing.Violation("%v frame from the client without a mask", h.Opcode)
	case s.Sender == RoleServer && h.Masked:
		return RuleMaskForbidden.Violation("masked %v frame from the server", h.Opcode)
	}
	return nil
}

// "All control frames MUST have a payload length of 125 bytes or less"
// (RFC6455-5.5-2).
func checkControlLength(h Header, _ FrameState) *Violation {
	if h.Opcode.IsControl() && h.Length > MaxControlPayload {
		return RuleControlLength.Violation("%v frame of %d octets, at most %d allowed", h.Opcode, h.Length, MaxControlPayload)
	}
	return nil
}

// "The minimal number of bytes MUST be used to encode the length"
// (RFC6455-5.2-10).
func checkLengthForm(h Header, _ FrameState) *Violation {
	if h.Form > shortest(h.Length) {
		return RuleLengthForm.Violation("length %d in the %v form, the %v form holds it", h.Length, h.Form, shortest(h.Length))
	}
	return nil
}

// "The most significant bit MUST be 0" (RFC6455-5.2-8). ParseHeader returns an
// error for such a length itself; this is for headers made in other ways.
func checkLengthTopBit(h Header, _ FrameState) *Violation {
	if h.Length>>63 != 0 {
		return RuleLengthTopBit.Violation("64-bit length %#x with its top bit set", h.Length)
	}
	return nil
}
