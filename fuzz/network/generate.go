package network

import (
	"math/rand/v2"
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// A generator makes scripts from a pool of them. What it makes follows from its source of
// randomness and from the pool alone.
type generator struct {
	*rand.Rand
	pool []*Script
	// peer is the role of the endpoint under test; the zero value means a server.
	peer wire.Role
}

// generatorFor returns the generator of script number i of a campaign.
func generatorFor(seed, i uint64, pool []*Script) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, i)), pool: pool}
}

// An operator changes a script in place. It returns false if it does not fit.
type operator struct {
	name  string
	apply func(*generator, *Script) bool
}

// operators are all operators on scripts for servers.
var operators = slices.Concat(frameOperators, sequenceOperators, payloadOperators, deflateOperators, transportOperators, headOperators)

// script makes the next script.
func (g *generator) script() *Script {
	var s *Script
	switch g.IntN(8) {
	case 0:
		s = g.fresh()
	case 1:
		s = g.spliced()
	default:
		s = g.pick().clone()
	}
	for range 1 + g.IntN(4) {
		for range 4 { // an operator that does not fit is replaced by another
			if g.operator().apply(g, s) {
				break
			}
		}
	}
	if len(s.Parts) > mostParts {
		s.Parts = s.Parts[:mostParts]
	}
	for s.size() > mostOctets || s.behindFinal() {
		s = g.fresh()
	}
	s.lastIsLast()
	return s
}

// lastIsLast drops what stands behind the end of TCP.
func (s *Script) lastIsLast() {
	for i := range s.Parts {
		if d := s.Parts[i].Do; d == HalfClose || d == Reset {
			s.Parts = s.Parts[:i+1]
			return
		}
	}
}

// pick chooses a script of the pool. One that waits weighs less than another: a campaign plays a
// hundred scripts in the time of one half-close.
func (g *generator) pick() *Script {
	s := g.pool[g.IntN(len(g.pool))]
	if s.waits() && g.IntN(3) > 0 {
		s = g.pool[g.IntN(len(g.pool))]
	}
	return s
}

// waits reports whether time has to pass for a player of the script.
func (s *Script) waits() bool {
	return len(s.HeadCuts) > 0 || slices.ContainsFunc(s.Parts, func(p Part) bool {
		return p.Do == HalfClose || p.Do == Pause || len(p.Cuts) > 0 || p.Frame != nil && p.Frame.Declare > uint64(len(p.Frame.Payload))
	})
}

// spliced joins the beginning of one script to the end of another.
func (g *generator) spliced() *Script {
	s, other := g.pick().clone(), g.pick().clone()
	if other.Offer != "" {
		s.Offer = other.Offer
	}
	if len(s.Parts) > 0 {
		s.Parts = s.Parts[:g.IntN(len(s.Parts)+1)]
	}
	if len(other.Parts) > 0 {
		s.Parts = append(s.Parts, other.Parts[g.IntN(len(other.Parts)):]...)
	}
	return s
}

// fresh makes a script of a few frames.
func (g *generator) fresh() *Script {
	s := &Script{}
	if g.IntN(3) == 0 {
		s.Offer = offers[g.IntN(len(offers))]
	}
	for range 1 + g.IntN(4) {
		s.Parts = append(s.Parts, Part{Frame: g.frame(s)})
	}
	return s
}

// offers are the offers that fresh scripts make.
var offers = []string{
	"permessage-deflate", "permessage-deflate; client_no_context_takeover",
	"permessage-deflate; server_no_context_takeover; client_no_context_takeover", "permessage-deflate; client_max_window_bits",
}

// frame makes a frame, legal more often than not.
func (g *generator) frame(s *Script) *Frame {
	f := &Frame{Opcode: []wire.Opcode{wire.OpText, wire.OpText, wire.OpBinary, wire.OpPing, wire.OpPong, wire.OpContinuation, wire.OpClose}[g.IntN(7)]}
	switch {
	case f.Opcode == wire.OpClose:
		f.Payload = g.closeBody()
	case f.Opcode.IsControl():
		f.Payload = g.octets(g.IntN(126))
	default:
		f.Payload = g.text()
		f.More = g.IntN(3) == 0
		if s.Offer != "" && g.IntN(2) == 0 && f.Opcode != wire.OpContinuation {
			f.RSV, f.Payload = wire.RSV1, g.deflated(f.Payload)
		}
	}
	return f
}

func (g *generator) octets(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(g.Uint32())
	}
	return out
}

// oneOf returns the index of a part that fits, -1 if none does.
func (g *generator) oneOf(s *Script, fits func(*Part) bool) int {
	var at []int
	for i := range s.Parts {
		if fits(&s.Parts[i]) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return -1
	}
	return at[g.IntN(len(at))]
}

func isFrame(p *Part) bool { return p.Frame != nil }

// anyFrame returns a frame of the script; nil if it has none.
func (g *generator) anyFrame(s *Script) *Frame {
	if i := g.oneOf(s, isFrame); i >= 0 {
		return s.Parts[i].Frame
	}
	return nil
}

// onFrame is an operator on one frame.
func onFrame(name string, apply func(*generator, *Frame) bool) operator {
	return operator{name, func(g *generator, s *Script) bool {
		f := g.anyFrame(s)
		return f != nil && apply(g, f)
	}}
}
