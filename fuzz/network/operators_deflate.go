package network

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// deflateOperators change what is compressed (RFC 7692).
var deflateOperators = []operator{
	{"offer", func(g *generator, s *Script) bool { s.Offer = offers[g.IntN(len(offers))]; return s.Head == "" }},
	{"compress", func(g *generator, s *Script) bool {
		i := g.oneOf(s, func(p *Part) bool {
			return p.Frame != nil && !p.Frame.Opcode.IsControl() && p.Frame.RSV == 0 && p.Frame.Opcode != wire.OpContinuation
		})
		if i < 0 || s.Head != "" {
			return false
		}
		if s.Offer == "" {
			s.Offer = offers[g.IntN(len(offers))]
		}
		f := s.Parts[i].Frame
		f.RSV, f.Payload, f.Declare, f.Form = wire.RSV1, g.deflated(f.Payload), 0, 0
		return true
	}},
	{"truncate DEFLATE", onCompressed(func(g *generator, f *Frame) bool {
		f.Payload = f.Payload[:g.IntN(len(f.Payload))]
		return true
	})},
	{"change DEFLATE", onCompressed(func(g *generator, f *Frame) bool {
		f.Payload = slices.Clone(f.Payload)
		f.Payload[g.IntN(len(f.Payload))] ^= byte(1 << g.IntN(8))
		return true
	})},
	{"extend DEFLATE", onCompressed(func(g *generator, f *Frame) bool {
		tails := [][]byte{{0x00}, {0, 0, 0xff, 0xff}, {0x03, 0x00}, {0x01, 0, 0, 0xff, 0xff}, {0x06}, {0xff}}
		f.Payload = append(slices.Clone(f.Payload), tails[g.IntN(len(tails))]...)
		return true
	})},
}

// onCompressed is an operator on one compressed frame with a payload.
func onCompressed(apply func(*generator, *Frame) bool) func(*generator, *Script) bool {
	return func(g *generator, s *Script) bool {
		i := g.oneOf(s, func(p *Part) bool { return p.Frame != nil && p.Frame.RSV&wire.RSV1 != 0 && len(p.Frame.Payload) > 0 })
		return i >= 0 && apply(g, s.Parts[i].Frame)
	}
}
