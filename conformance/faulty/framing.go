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
		Name: "rsv1-on-messages", Sentence: "Sets RSV1 on messages although no extension was agreed.",
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
		Name: "rsv3-on-pong", Sentence: "Sets RSV3 on pongs.", Requires: []string{"RFC6455-5.2-2"},
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
		Name: "reserved-control-opcode", Sentence: "Answers pings with the reserved opcode 11.",
		Requires: []string{"RFC6455-5.5.2-2"},
		alter:    finishingOnly(wire.OpPong, func(f *frame) { f.Opcode = 11 }),
	},
	{
		Name: "length16-for-short", Sentence: "Writes lengths up to 125 in the 16-bit form.", Requires: []string{"RFC6455-5.2-9"},
		alter: finishing(func(f *frame) { f.Form = wire.Length16 }),
	},
	{
		Name: "length64-for-medium", Sentence: "Writes lengths from 126 in the 64-bit form.", Requires: []string{"RFC6455-5.2-9"},
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
		Name: "length-top-bit", Sentence: "Sets the top bit of 64-bit lengths.", Requires: []string{"RFC6455-5.2-8"},
		alter: finishing(func(f *frame) {
			if len(f.payload) > 0xFFFF {
				f.Length, f.declared = uint64(len(f.payload))|1<<63, true
			}
		}),
	},
	{
		Name: "length-little-endian", Sentence: "Writes 16-bit and 64-bit lengths with the low octet first.",
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
		Name: "length-one-short", Sentence: "Declares one octet less than it sends in a message.",
		Requires: []string{"RFC6455-5.2-11", "RFC6455-6.1-4"},
		alter:    finishing(func(f *frame) { f.declare(-1) }),
	},
	{
		Name: "length-one-long", Sentence: "Declares one octet more than it sends in a message.",
		Requires: []string{"RFC6455-5.2-11", "RFC6455-6.1-4"},
		alter:    finishing(func(f *frame) { f.declare(+1) }),
	},
	{
		Name: "length-counts-header", Sentence: "Counts the header's two octets as payload.",
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
		Name: "length16-wraps", Sentence: "Declares lengths modulo 65536.", Requires: []string{"RFC6455-5.2-7"},
		alter: finishing(func(f *frame) {
			if len(f.payload) > 0xFFFF {
				f.Length, f.declared = uint64(len(f.payload)&0xFFFF), true
			}
		}),
	},
	{
		Name: "frame-truncated", Sentence: "Closes TCP in the middle of a message's frame.",
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
		Name: "octet-between-frames", Sentence: "Sends an octet that belongs to no frame before each of its pongs.",
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

// declare makes a message's frame declare a length other than its own.
func (f *frame) declare(more int) {
	if !f.Opcode.IsControl() && len(f.payload) > 0 {
		f.Length, f.declared = uint64(len(f.payload)+more), true
	}
}

// skipFrame leaves a frame out as far as it is there. Where no frame can be made
// out, nothing more is read.
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
		Name: "accepts-rsv1", Sentence: "Takes frames with RSV1 set although no extension was agreed.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV1 != 0
		}),
	},
	{
		Name: "accepts-rsv2", Sentence: "Takes frames with RSV2 set.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV2 != 0
		}),
	},
	{
		Name: "accepts-rsv3", Sentence: "Takes frames with RSV3 set.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleReservedBits && h.RSV&wire.RSV3 != 0
		}),
	},
	{
		Name: "accepts-rsv-on-control", Sentence: "Looks at the reserved bits of messages only.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIn(wire.RuleReservedBits, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-rsv-on-continuation", Sentence: "Looks at the reserved bits of a message's first frame only.", Requires: []string{"RFC6455-5.2-3"},
		alter: overlookIn(wire.RuleReservedBits, wire.OpContinuation),
	},
	{
		Name: "accepts-reserved-opcodes", Sentence: "Ignores frames with a reserved opcode for data.", Requires: []string{"RFC6455-5.2-5"},
		alter: overlookIn(wire.RuleOpcode, 3, 4, 5, 6, 7),
	},
	{
		Name: "accepts-reserved-control-opcodes", Sentence: "Ignores frames with a reserved opcode for control.", Requires: []string{"RFC6455-5.2-5"},
		alter: overlookIn(wire.RuleOpcode, 11, 12, 13, 14, 15),
	},
	{
		Name: "reserved-opcode-as-binary", Sentence: "Takes messages with the reserved opcode 3 for binary ones.", Requires: []string{"RFC6455-5.2-5"},
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
		Name: "accepts-unmasked", Sentence: "Takes frames that are not masked.", Requires: []string{"RFC6455-5.1-3"}, roles: onlyServer,
		alter: overlook(wire.RuleMaskMissing),
	},
	{
		Name: "accepts-unmasked-control", Sentence: "Takes control frames that are not masked.", Requires: []string{"RFC6455-5.1-3"}, roles: onlyServer,
		alter: overlookIn(wire.RuleMaskMissing, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-masked", Sentence: "Takes frames that are masked.", Requires: []string{"RFC6455-5.1-6"}, roles: onlyClient,
		alter: overlook(wire.RuleMaskForbidden),
	},
	{
		Name: "accepts-masked-control", Sentence: "Takes control frames that are masked.", Requires: []string{"RFC6455-5.1-6"}, roles: onlyClient,
		alter: overlookIn(wire.RuleMaskForbidden, wire.OpClose, wire.OpPing, wire.OpPong),
	},
	{
		Name: "accepts-length16-for-short", Sentence: "Takes lengths up to 125 in the 16-bit form.", Requires: []string{"RFC6455-5.2-10"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleLengthForm && h.Form == wire.Length16
		}),
	},
	{
		Name: "accepts-length64-for-medium", Sentence: "Takes lengths up to 65535 in the 64-bit form.", Requires: []string{"RFC6455-5.2-10"},
		alter: overlookIf(func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleLengthForm && h.Form == wire.Length64
		}),
	},
	{
		Name: "accepts-length-top-bit", Sentence: "Takes 64-bit lengths with the top bit set as if it were clear.", Requires: []string{"RFC6455-5.2-8"},
		alter: overlook(wire.RuleLengthTopBit),
	},
	{
		Name: "accepts-long-ping", Sentence: "Takes pings of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpPing),
	},
	{
		Name: "accepts-long-pong", Sentence: "Takes pongs of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpPong),
	},
	{
		Name: "accepts-long-close", Sentence: "Takes Close frames of more than 125 octets.", Requires: []string{"RFC6455-5.5-2"},
		alter: overlookIn(wire.RuleControlLength, wire.OpClose),
	},
	{
		Name: "accepts-fragmented-ping", Sentence: "Answers pings without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpPing),
	},
	{
		Name: "accepts-fragmented-pong", Sentence: "Takes pongs without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpPong),
	},
	{
		Name: "accepts-fragmented-close", Sentence: "Answers Close frames without FIN.", Requires: []string{"RFC6455-5.5-4"},
		alter: overlookIn(wire.RuleControlFragmented, wire.OpClose),
	},
	{
		Name: "wrong-code-for-framing", Sentence: "Fails the connection with 1011 where 1002 fits.", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.4.1-3"},
		alter: wrongCode(wire.StatusProtocolError, wire.StatusInternalServerError),
	},
	{
		Name: "goes-on-after-mistake", Sentence: "Sends Close on a mistake of the other end, and goes on answering what comes behind it.",
		Requires: []string{"RFC6455-7.1.7-7", "RFC6455-5.5.1-6"},
		alter: func(p *peer) {
			p.onMistake = func(v *wire.Violation) {
				p.sendAnyway(closeFrame(v.Rule.Code, ""))
				p.skipFrame()
			}
		},
	},
	{
		Name: "skips-bad-frames", Sentence: "Skips frames that break a rule instead of failing the connection.",
		Requires: []string{"RFC6455-5.2-3", "RFC6455-5.2-5", "RFC6455-5.4-5"},
		alter:    func(p *peer) { p.onMistake = func(*wire.Violation) { p.skipFrame() } },
	},
	{
		Name: "unmasks-each-read-anew", Sentence: "Begins with the key's first octet again at each piece that TCP delivers.",
		Requires: []string{"RFC6455-5.3-5", "RFC6455-6.2-1"}, roles: onlyServer,
		alter: func(p *peer) { p.unmask = func(key [4]byte, _ int, piece []byte) { wire.Mask(key, 0, piece) } },
	},
	{
		Name: "never-unmasks", Sentence: "Takes the masked payload for the payload.",
		Requires: []string{"RFC6455-6.2-8", "RFC6455-5.3-5"}, roles: onlyServer,
		alter: func(p *peer) { p.unmask = func([4]byte, int, []byte) {} },
	},
	{
		Name: "unmasks-whole-words", Sentence: "Leaves up to three octets at the end of a payload masked.",
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
		Name: "frames-are-reads", Sentence: "Takes each read from the network for one whole frame and ignores what is behind it.",
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
		Name: "rejects-126", Sentence: "Takes the length 126 for a mistake.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Length == 126 && !h.Opcode.IsControl() }),
	},
	{
		Name: "rejects-length64", Sentence: "Fails the connection on a length of 65536 or more.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Length > 0xFFFF }),
	},
	{
		Name: "reads-length16-signed", Sentence: "Reads 16-bit lengths as signed and fails on 32768 and more.", Requires: []string{"RFC6455-5.2-7"},
		alter: refusing(func(h wire.Header) bool { return h.Form == wire.Length16 && int16(uint16(h.Length)) < 0 }),
	},
	{
		Name: "reads-length16-swapped", Sentence: "Reads 16-bit lengths with the low octet first.", Requires: []string{"RFC6455-5.2-7"},
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
		Name: "rejects-binary", Sentence: "Fails the connection on binary messages with a protocol error.", Requires: []string{"RFC6455-5.2-14", "RFC6455-7.4.1-3"},
		alter: refusing(func(h wire.Header) bool { return h.Opcode == wire.OpBinary }),
	},
}

// wrongCode makes a peer that uses one code for another when it fails a
// connection.
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
