package faulty

import (
	"encoding/binary"
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

var framingFaults = slices.Concat(framesSentWrong, framesWronglyTaken, framesWronglyRefused)

var framesSentWrong = []Fault{
	{
		Name: "masks-frames", Sentence: "Masks its frames although it is a server.",
		Requires: []string{"RFC6455-5.1-5"}, roles: onlyServer,
		alter: finishing(func(f *frame) { f.Masked, f.MaskKey = true, freshKey() }),
	},
	{
		Name: "masks-control-frames", Sentence: "Masks its control frames although it is a server.",
		Requires: []string{"RFC6455-5.1-5"}, roles: onlyServer,
		alter: finishing(func(f *frame) { f.Masked, f.MaskKey = f.Opcode.IsControl(), freshKey() }),
	},
	{
		Name: "unmasked-frames", Sentence: "Does not mask its frames although it is a client.",
		Requires: []string{"RFC6455-5.1-1", "RFC6455-6.1-8"}, roles: onlyClient,
		alter: finishing(func(f *frame) { f.Masked = false }),
	},
	{
		Name: "unmasked-control-frames", Sentence: "Masks its messages but not its control frames.",
		Requires: []string{"RFC6455-5.1-1", "RFC6455-5.5.1-5"}, roles: onlyClient,
		alter: finishing(func(f *frame) { f.Masked = !f.Opcode.IsControl() }),
	},
	{
		Name: "rsv1-on-messages", Sentence: "Sets RSV1 on messages although no extension was negotiated.",
		Requires: []string{"RFC6455-5.2-2"},
		alter: func(p *peer) {
			p.finish = func(f *frame) {
				if p.deflate == nil && !f.Opcode.IsControl() {
					f.RSV |= wire.RSV1
				}
			}
		},
	},
	{
		Name: "rsv2-on-messages", Sentence: "Sets RSV2 on messages.", Requires: []string{"RFC6455-5.2-2"},
		alter: finishing(func(f *frame) {
			if !f.Opcode.IsControl() {
				f.RSV |= wire.RSV2
			}
		}),
	},
	{
		Name: "rsv3-on-pong", Sentence: "Sets RSV3 on Pongs.", Requires: []string{"RFC6455-5.2-2"},
		alter: finishingOnly(wire.OpPong, func(f *frame) { f.RSV |= wire.RSV3 }),
	},
	{
		Name: "rsv2-on-close", Sentence: "Sets RSV2 on Close frames.", Requires: []string{"RFC6455-5.2-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) { f.RSV |= wire.RSV2 }),
	},
	{
		Name: "reserved-opcode", Sentence: "Echoes binary messages with the reserved opcode 3.",
		Requires: []string{"RFC6455-5.2-14", "RFC6455-6.1-6"},
		alter:    finishingOnly(wire.OpBinary, func(f *frame) { f.Opcode = 3 }),
	},
	{
		Name: "reserved-control-opcode", Sentence: "Answers Pings with the reserved opcode 11.",
		Requires: []string{"RFC6455-5.5.2-2"},
		alter:    finishingOnly(wire.OpPong, func(f *frame) { f.Opcode = 11 }),
	},
	{
		Name: "length16-for-short", Sentence: "Writes lengths up to 125 in the 16-bit form.", Requires: []string{"RFC6455-5.2-9"},
		alter: finishing(func(f *frame) { f.Form = wire.Length16 }),
	},
	{
		Name: "length64-for-medium", Sentence: "Writes lengths of 126 and more in the 64-bit form.", Requires: []string{"RFC6455-5.2-9"},
		alter: finishing(func(f *frame) {
			if len(f.payload) > 125 {
				f.Form = wire.Length64
			}
		}),
	},
	{
		Name: "length64-always", Sentence: "Writes every length in the 64-bit form.", Requires: []string{"RFC6455-5.2-9"},
		alter: finishing(func(f *frame) { f.Form = wire.Length64 }),
	},
	{
		Name: "length-top-bit", Sentence: "Sets the most significant bit of 64-bit lengths.", Requires: []string{"RFC6455-5.2-8"},
		alter: finishing(func(f *frame) {
			if len(f.payload) > 0xFFFF {
				f.Length, f.declared = uint64(len(f.payload))|1<<63, true
			}
		}),
	},
	{
		Name: "length-little-endian", Sentence: "Writes 16-bit and 64-bit lengths in little-endian order.",
		Requires: []string{"RFC6455-5.2-7"},
		alter: func(p *peer) {
			p.encoded = func(_ frame, b []byte) []byte {
				switch b[1] & 0x7F {
				case 126:
					slices.Reverse(b[2:4])
				case 127:
					slices.Reverse(b[2:10])
				}
				return b
			}
		},
	},
	{
		Name: "length-one-short", Sentence: "Declares a payload length that is one octet too small.",
		Requires: []string{"RFC6455-5.2-11", "RFC6455-6.1-4"},
		alter:    finishing(func(f *frame) { f.declare(-1) }),
	},
	{
		Name: "length-one-long", Sentence: "Declares a payload length that is one octet too large.",
		Requires: []string{"RFC6455-5.2-11", "RFC6455-6.1-4"},
		alter:    finishing(func(f *frame) { f.declare(+1) }),
	},
	{
		Name: "length-counts-header", Sentence: "Counts the two octets of the header as payload.",
		Requires: []string{"RFC6455-5.2-11"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if !f.Opcode.IsControl() && len(f.payload) < 124 {
					b[1] += 2
				}
				return b
			}
		},
	},
	{
		Name: "length16-wraps", Sentence: "Declares payload lengths modulo 65536.", Requires: []string{"RFC6455-5.2-7"},
		alter: finishing(func(f *frame) {
			if len(f.payload) > 0xFFFF {
				f.Length, f.declared = uint64(len(f.payload)&0xFFFF), true
			}
		}),
	},
	{
		Name: "frame-truncated", Sentence: "Closes TCP in the middle of a data frame.",
		Requires: []string{"RFC6455-6.1-9", "RFC6455-7.1.1-3"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if f.Opcode.IsControl() || len(f.payload) < 2 {
					return b
				}
				p.over, p.sentClose, p.failed = true, true, true
				return b[:len(b)-len(f.payload)/2]
			}
		},
	},
	{
		Name: "octet-between-frames", Sentence: "Sends a stray octet between frames, before each Pong.",
		Requires: []string{"RFC6455-6.1-4"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if f.Opcode == wire.OpPong {
					return append([]byte{0}, b...)
				}
				return b
			}
		},
	},
}

// declare makes a data frame declare a length that differs by more from the length of
// its payload.
func (f *frame) declare(more int) {
	if !f.Opcode.IsControl() && len(f.payload) > 0 {
		f.Length, f.declared = uint64(len(f.payload)+more), true
	}
}

// skipFrame skips the received part of the current frame. If it cannot parse a frame,
// it stops reading.
func (p *peer) skipFrame() {
	size := p.left
	if !p.reading {
		h, n, err := wire.ParseHeader(p.in)
		if err != nil {
			p.over = true
			return
		}
		size = uint64(n) + h.Length
	}
	p.reading = false
	p.in = p.in[min(size, uint64(len(p.in))):]
}

var framesWronglyTaken = []Fault{
	{
		Name: "accepts-all-rsv", Sentence: "Ignores the reserved bits of all frames.", Requires: []string{"RFC6455-5.2-3", "RFC6455-5.2-4", "RFC7692-6.1-4", "RFC7692-6.1-5"},
		alter: overlook(wire.RuleReservedBits, wire.RuleReservedBitsDeflate, wire.RuleCompressedControl, wire.RuleCompressedContinuation),
	},
	{
		Name: "accepts-rsv1", Sentence: "Accepts frames with RSV1 set although no extension was negotiated.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV1 != 0
		}),
	},
	{
		Name: "accepts-rsv2", Sentence: "Accepts frames with RSV2 set.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV2 != 0
		}),
	},
	{
		Name: "accepts-rsv3", Sentence: "Accepts frames with RSV3 set.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV3 != 0
		}),
	},
	{
		Name: "accepts-rsv-on-control", Sentence: "Checks the reserved bits of data frames only.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIn(wire.RuleReservedBits, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-rsv-on-continuation", Sentence: "Checks the reserved bits of the first frame of a message only.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIn(wire.RuleReservedBits, wire.OpContinuation),
	},
	{
		Name: "accepts-reserved-opcodes", Sentence: "Ignores frames with a reserved data opcode.", Requires: []string{"RFC6455-5.2-5"},
		alter: overlookIn(wire.RuleOpcode, 3, 4, 5, 6, 7),
	},
	{
		Name: "accepts-reserved-control-opcodes", Sentence: "Ignores frames with a reserved control opcode.", Requires: []string{"RFC6455-5.2-5"},
		alter: overlookIn(wire.RuleOpcode, 11, 12, 13, 14, 15),
	},
	{
		Name: "reserved-opcode-as-binary", Sentence: "Treats messages with the reserved opcode 3 as binary.", Requires: []string{"RFC6455-5.2-5"},
		alter: func(p *peer) {
			p.overlooks = func(v *wire.Violation, h wire.Header) bool { return v.Rule == wire.RuleOpcode && h.Opcode == 3 }
			p.seen = func(h *wire.Header) bool {
				if h.Opcode == 3 {
					p.onMessage(message{opcode: wire.OpBinary, payload: p.current.payload})
				}
				return h.Opcode == 3
			}
		},
	},
	{
		Name: "accepts-unmasked", Sentence: "Accepts unmasked frames.", Requires: []string{"RFC6455-5.1-3"}, roles: onlyServer,
		alter: overlook(wire.RuleMaskMissing),
	},
	{
		Name: "accepts-unmasked-control", Sentence: "Accepts unmasked control frames.", Requires: []string{"RFC6455-5.1-3"}, roles: onlyServer,
		alter: overlookIn(wire.RuleMaskMissing, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-masked", Sentence: "Accepts masked frames.", Requires: []string{"RFC6455-5.1-6"}, roles: onlyClient,
		alter: overlook(wire.RuleMaskForbidden),
	},
	{
		Name: "accepts-masked-control", Sentence: "Accepts masked control frames.", Requires: []string{"RFC6455-5.1-6"}, roles: onlyClient,
		alter: overlookIn(wire.RuleMaskForbidden, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-length16-for-short", Sentence: "Accepts lengths up to 125 in the 16-bit form.", Requires: []string{"RFC6455-5.2-10"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleLengthForm && h.Form == wire.Length16
		}),
	},
	{
		Name: "accepts-length64-for-medium", Sentence: "Accepts lengths up to 65535 in the 64-bit form.", Requires: []string{"RFC6455-5.2-10"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleLengthForm && h.Form == wire.Length64
		}),
	},
	{
		Name: "accepts-length-top-bit", Sentence: "Accepts 64-bit lengths with the most significant bit set, and ignores that bit.", Requires: []string{"RFC6455-5.2-8"},
		alter: overlook(wire.RuleLengthTopBit),
	},
	{
		Name: "accepts-long-ping", Sentence: "Accepts Pings of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpPing),
	},
	{
		Name: "accepts-long-pong", Sentence: "Accepts Pongs of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpPong),
	},
	{
		Name: "accepts-long-close", Sentence: "Accepts Close frames of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpClose),
	},
	{
		Name: "accepts-fragmented-ping", Sentence: "Answers Pings without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpPing),
	},
	{
		Name: "accepts-fragmented-pong", Sentence: "Accepts Pongs without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpPong),
	},
	{
		Name: "accepts-fragmented-close", Sentence: "Answers Close frames without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpClose),
	},
	{
		Name: "wrong-code-for-framing", Sentence: "Fails the connection with 1011 instead of 1002.", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.4.1-3"},
		alter: wrongCode(wire.StatusProtocolError, wire.StatusInternalServerError),
	},
	{
		Name: "goes-on-after-mistake", Sentence: "Sends a Close frame on a violation, but answers the frames that follow it.",
		Requires: []string{"RFC6455-7.1.7-7", "RFC6455-5.5.1-6"},
		alter: func(p *peer) {
			p.onMistake = func(v *wire.Violation) {
				p.sendAnyway(closeFrame(v.Rule.Code, ""))
				p.skipFrame()
			}
		},
	},
	{
		Name: "skips-bad-frames", Sentence: "Skips invalid frames instead of failing the connection.",
		Requires: []string{"RFC6455-5.2-3", "RFC6455-5.2-5", "RFC6455-5.4-5"},
		alter:    func(p *peer) { p.onMistake = func(*wire.Violation) { p.skipFrame() } },
	},
	{
		Name: "unmasks-each-read-anew", Sentence: "Restarts at the first octet of the masking key with each TCP read.",
		Requires: []string{"RFC6455-5.3-5", "RFC6455-6.2-1"}, roles: onlyServer,
		alter: func(p *peer) { p.unmask = func(key [4]byte, _ int, piece []byte) { wire.Mask(key, 0, piece) } },
	},
	{
		Name: "never-unmasks", Sentence: "Does not unmask payloads.",
		Requires: []string{"RFC6455-6.2-8", "RFC6455-5.3-5"}, roles: onlyServer,
		alter: func(p *peer) { p.unmask = func([4]byte, int, []byte) {} },
	},
	{
		Name: "unmasks-whole-words", Sentence: "Leaves up to three octets at the end of a payload masked, because it unmasks words of four octets.",
		Requires: []string{"RFC6455-5.3-5"}, roles: onlyServer,
		alter: func(p *peer) {
			p.unmask = func(key [4]byte, pos int, piece []byte) {
				words := p.current.Length &^ 3
				if n := words - min(uint64(pos), words); n < uint64(len(piece)) {
					piece = piece[:n]
				}
				wire.Mask(key, pos, piece)
			}
		},
	},
	{
		Name: "frames-are-reads", Sentence: "Treats each read from the network as exactly one frame, and ignores the rest of it.",
		Requires: []string{"RFC6455-6.2-1"},
		alter: func(p *peer) {
			dispatch := p.seen
			p.seen = func(h *wire.Header) bool {
				p.in = p.in[:0]
				return dispatch(h)
			}
		},
	},
}

var framesWronglyRefused = []Fault{
	{
		Name: "rejects-zero-key", Sentence: "Fails the connection on a masking key of zero.", Requires: []string{"RFC6455-5.3-6"}, roles: onlyServer,
		alter: refusing(func(h wire.Header) bool { return h.Masked && h.MaskKey == [4]byte{} }),
	},
	{
		Name: "rejects-126", Sentence: "Fails the connection on a payload length of 126.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Length == 126 && !h.Opcode.IsControl() }),
	},
	{
		Name: "rejects-length64", Sentence: "Fails the connection on a payload length of 65536 or more.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Length > 0xFFFF }),
	},
	{
		Name: "reads-length16-signed", Sentence: "Reads 16-bit lengths as signed, and fails the connection on 32768 and more.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Form == wire.Length16 && int16(uint16(h.Length)) < 0 }),
	},
	{
		Name: "reads-length16-swapped", Sentence: "Reads 16-bit lengths in little-endian order.", Requires: []string{"RFC6455-5.2-7"},
		alter: func(p *peer) {
			p.seen = func(h *wire.Header) bool {
				if h.Form == wire.Length16 {
					var b [2]byte
					binary.LittleEndian.PutUint16(b[:], uint16(h.Length))
					p.left = uint64(binary.BigEndian.Uint16(b[:]))
					p.current.payload = nil
					p.reading = p.left > 0
				}
				return h.Form == wire.Length16
			}
		},
	},
	{
		Name: "rejects-empty-frames", Sentence: "Fails the connection on a data frame without payload.", Requires: []string{"RFC6455-5.4-11"},
		alter: refusing(func(h wire.Header) bool { return h.Length == 0 && !h.Opcode.IsControl() }),
	},
	{
		Name: "rejects-binary", Sentence: "Fails the connection on binary messages with 1002.", Requires: []string{"RFC6455-5.2-14", "RFC6455-7.4.1-3"},
		alter: refusing(func(h wire.Header) bool { return h.Opcode == wire.OpBinary }),
	},
}

// wrongCode makes a peer that fails the connection with the code wrong instead of the
// code right.
func wrongCode(right, wrong wire.StatusCode) func(*peer) {
	return func(p *peer) {
		p.onMistake = func(v *wire.Violation) {
			code := v.Rule.Code
			if code == right {
				code = wrong
			}
			p.failWith(code, "")
		}
	}
}
