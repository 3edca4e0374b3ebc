package network

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// lengths are those around which implementations change.
var lengths = []int{0, 1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 124, 125, 126, 127, 128, 255, 256, 511, 512, 1023, 1024, 1025, 2047, 2048, 4080, 4088, 4090, 4094, 4096, 4097, 8192, 16384, 32767, 32768, 65535, 65536}

// frameOperators change the header of a frame.
var frameOperators = []operator{
	onFrame("opcode", func(g *generator, f *Frame) bool { f.Opcode = wire.Opcode(g.IntN(16)); return true }),
	onFrame("fin", func(_ *generator, f *Frame) bool { f.More = !f.More; return true }),
	onFrame("rsv", func(g *generator, f *Frame) bool { f.RSV ^= wire.RSV(1 << g.IntN(3)); return true }),
	onFrame("form", func(g *generator, f *Frame) bool { // RFC6455-5.2-9
		f.Form = wire.LengthForm(1 + g.IntN(3))
		return f.Form != wire.Length7 || len(f.Payload) <= 125 && f.Declare <= 125
	}),
	onFrame("mask", func(g *generator, f *Frame) bool { f.Mask = script.MaskMode(1 + g.IntN(2)); return true }),
	onFrame("key", func(g *generator, f *Frame) bool {
		f.Key = [][]byte{{0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}, {1, 0, 0, 0}, g.octets(4)}[g.IntN(4)]
		return true
	}),
	onFrame("declare", func(g *generator, f *Frame) bool {
		f.Declare = []uint64{uint64(len(f.Payload)) + 1, 126, 65535, 65536, 1 << 20, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1}[g.IntN(11)]
		return f.Declare > uint64(len(f.Payload))
	}),
}

// sequenceOperators change the order of frames.
var sequenceOperators = []operator{
	{"drop", func(g *generator, s *Script) bool {
		if len(s.Parts) < 2 {
			return false
		}
		s.Parts = slices.Delete(s.Parts, g.IntN(len(s.Parts)), len(s.Parts))
		return true
	}},
	{"remove", func(g *generator, s *Script) bool {
		if len(s.Parts) < 2 {
			return false
		}
		i := g.IntN(len(s.Parts))
		s.Parts = slices.Delete(s.Parts, i, i+1)
		return true
	}},
	{"double", func(g *generator, s *Script) bool {
		i := g.oneOf(s, isFrame)
		if i < 0 {
			return false
		}
		again := *s.Parts[i].Frame
		s.Parts = slices.Insert(s.Parts, i+1, Part{Frame: &again})
		return true
	}},
	{"swap", func(g *generator, s *Script) bool {
		if len(s.Parts) < 2 {
			return false
		}
		i := g.IntN(len(s.Parts) - 1)
		s.Parts[i], s.Parts[i+1] = s.Parts[i+1], s.Parts[i]
		return true
	}},
	{"insert", func(g *generator, s *Script) bool {
		s.Parts = slices.Insert(s.Parts, g.IntN(len(s.Parts)+1), Part{Frame: g.frame(s)})
		return true
	}},
	{"interleave", func(g *generator, s *Script) bool { // RFC6455-5.4-8: a control frame inside a message
		i := g.oneOf(s, func(p *Part) bool { return p.Frame != nil && !p.Frame.Opcode.IsControl() && len(p.Frame.Payload) > 1 })
		if i < 0 {
			return false
		}
		f := s.Parts[i].Frame
		at := 1 + g.IntN(len(f.Payload)-1)
		rest := &Frame{Opcode: wire.OpContinuation, Payload: f.Payload[at:], More: f.More}
		f.Payload, f.More, f.Declare, f.Form = f.Payload[:at], true, 0, 0
		control := &Frame{Opcode: []wire.Opcode{wire.OpPing, wire.OpPing, wire.OpPong, wire.OpClose}[g.IntN(4)], Payload: g.octets(2 * g.IntN(3))}
		if control.Opcode == wire.OpClose {
			control.Payload = g.closeBody()
		}
		s.Parts = slices.Insert(s.Parts, i+1, Part{Frame: control}, Part{Frame: rest})
		return true
	}},
	{"fragment", func(g *generator, s *Script) bool {
		i := g.oneOf(s, func(p *Part) bool { return p.Frame != nil && !p.Frame.Opcode.IsControl() })
		if i < 0 {
			return false
		}
		f := s.Parts[i].Frame
		at := g.IntN(len(f.Payload) + 1)
		rest := &Frame{Opcode: wire.OpContinuation, Payload: f.Payload[at:], More: f.More}
		f.Payload, f.More, f.Declare, f.Form = f.Payload[:at], true, 0, 0
		s.Parts = slices.Insert(s.Parts, i+1, Part{Frame: rest})
		return true
	}},
	{"behind Close", func(g *generator, s *Script) bool { // RFC6455-5.5.1-6
		s.Parts = append(s.Parts, Part{Frame: &Frame{Opcode: wire.OpClose, Payload: g.closeBody()}}, Part{Frame: g.frame(s)})
		return true
	}},
}

// payloadOperators change the content of a frame.
var payloadOperators = []operator{
	onFrame("length", func(g *generator, f *Frame) bool {
		n := lengths[g.IntN(len(lengths))]
		out := make([]byte, n)
		for i := range out {
			out[i] = 'a' + byte(i%26)
		}
		f.Payload, f.Declare, f.Form = out, 0, 0
		return true
	}),
	onFrame("octet", func(g *generator, f *Frame) bool {
		if len(f.Payload) == 0 {
			return false
		}
		f.Payload = slices.Clone(f.Payload)
		f.Payload[g.IntN(len(f.Payload))] ^= byte(1 << g.IntN(8))
		return true
	}),
	onFrame("text", func(g *generator, f *Frame) bool { f.Payload, f.Declare = g.text(), 0; return true }),
	onFrame("broken text", func(g *generator, f *Frame) bool { // RFC6455-8.1-1
		f.Payload = slices.Insert(slices.Clone(f.Payload), g.IntN(len(f.Payload)+1), broken[g.IntN(len(broken))]...)
		f.Declare = 0
		return true
	}),
	onFrame("cut text", func(g *generator, f *Frame) bool {
		if len(f.Payload) == 0 {
			return false
		}
		f.Payload, f.Declare = f.Payload[:g.IntN(len(f.Payload))], 0
		return true
	}),
	{"close", func(g *generator, s *Script) bool { // RFC6455-7.4
		i := g.oneOf(s, func(p *Part) bool { return p.Frame != nil && p.Frame.Opcode == wire.OpClose })
		if i < 0 {
			s.Parts = append(s.Parts, Part{Frame: &Frame{Opcode: wire.OpClose, Payload: g.closeBody()}})
			return true
		}
		s.Parts[i].Frame.Payload = g.closeBody()
		return true
	}},
	onFrame("ping", func(g *generator, f *Frame) bool {
		f.Opcode, f.Payload, f.Form, f.Declare = wire.OpPing, g.octets([]int{0, 1, 4, 124, 125, 126}[g.IntN(6)]), 0, 0
		return true
	}),
}

// broken are octets that no UTF-8 text has (RFC 3629).
var broken = [][]byte{
	{0xff}, {0x80}, {0xc0, 0x80}, {0xc1, 0xbf}, {0xe0, 0x80, 0xaf}, {0xed, 0xa0, 0x80}, {0xed, 0xb0, 0x80}, {0xf0, 0x80, 0x80, 0x80},
	{0xf4, 0x90, 0x80, 0x80}, {0xf5, 0x80, 0x80, 0x80}, {0xce}, {0xe2, 0x82}, {0xf0, 0x9f, 0x98},
}

// text makes valid text.
func (g *generator) text() []byte {
	pieces := []string{"", "a", "Hello", "κόσμε", "€", "日本", "😀", "\x00", "\ufeff", "\uffff", "\U0010ffff", "{\"id\":1}"}
	var out []byte
	for range 1 + g.IntN(4) {
		out = append(out, pieces[g.IntN(len(pieces))]...)
	}
	return out
}

// closeBody makes the body of a Close frame, legal or not.
func (g *generator) closeBody() []byte {
	codes := []uint16{0, 1, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535}
	code := codes[g.IntN(len(codes))]
	body := []byte{byte(code >> 8), byte(code)}
	switch g.IntN(8) {
	case 0:
		return nil
	case 1:
		return body[:1]
	case 2:
		return append(body, broken[g.IntN(len(broken))]...)
	case 3:
		return append(body, "a reason"...)
	case 4:
		return append(body, make([]byte, 121+g.IntN(4))...)
	}
	return body
}
