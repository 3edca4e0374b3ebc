package frames

import "github.com/wsspec/wsspec/ref/wire"

// A breach checks one rule of RFC 6455 5 or RFC 7692 6, independently of other mistakes in
// the header.
type breach struct {
	rule *wire.Rule
	by   func(h wire.Header, s wire.FrameState) bool
}

// known reports whether RFC 6455 5.2 defines the opcode.
var known = [16]bool{0: true, 1: true, 2: true, 8: true, 9: true, 10: true}

var breaches = [...]breach{
	{wire.RuleReservedBits, func(h wire.Header, s wire.FrameState) bool { return !s.RSV1 && h.RSV != 0 }},
	{wire.RuleReservedBitsDeflate, func(h wire.Header, s wire.FrameState) bool { return s.RSV1 && h.RSV%4 != 0 }},
	{wire.RuleCompressedControl, func(h wire.Header, s wire.FrameState) bool {
		return s.RSV1 && h.RSV >= 4 && h.Opcode >= 8
	}},
	{wire.RuleCompressedContinuation, func(h wire.Header, s wire.FrameState) bool {
		return s.RSV1 && h.RSV >= 4 && h.Opcode == 0
	}},
	{wire.RuleOpcode, func(h wire.Header, _ wire.FrameState) bool { return !known[h.Opcode] }},
	{wire.RuleControlFragmented, func(h wire.Header, _ wire.FrameState) bool { return h.Opcode >= 8 && !h.Fin }},
	{wire.RuleContinuation, func(h wire.Header, s wire.FrameState) bool { return h.Opcode == 0 && !s.InMessage }},
	{wire.RuleInterleaved, func(h wire.Header, s wire.FrameState) bool {
		return h.Opcode != 0 && h.Opcode < 8 && s.InMessage
	}},
	{wire.RuleMaskMissing, func(h wire.Header, s wire.FrameState) bool { return s.Sender == wire.RoleClient && !h.Masked }},
	{wire.RuleMaskForbidden, func(h wire.Header, s wire.FrameState) bool { return s.Sender == wire.RoleServer && h.Masked }},
	{wire.RuleControlLength, func(h wire.Header, _ wire.FrameState) bool { return h.Opcode >= 8 && h.Length > 125 }},
	{wire.RuleLengthForm, func(h wire.Header, _ wire.FrameState) bool {
		return h.Form == wire.Length16 && h.Length < 126 || h.Form == wire.Length64 && h.Length < 65536
	}},
	{wire.RuleLengthTopBit, func(h wire.Header, _ wire.FrameState) bool { return h.Length >= 1<<63 }},
}

// broken appends every rule that the header breaks. An endpoint may report any one of
// them.
func broken(dst []*wire.Rule, h wire.Header, s wire.FrameState) []*wire.Rule {
	for i := range breaches {
		if breaches[i].by(h, s) {
			dst = append(dst, breaches[i].rule)
		}
	}
	return dst
}
