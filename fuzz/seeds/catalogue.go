package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// most limits the length of a seed, in octets. Longer cases repeat themselves, and fuzzing
// is slow with long inputs.
const most = 200

// key is the masking key in all seeds, from RFC 6455 5.7.
var key = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// catalogue makes seeds from the octets that each case sends to a server, and for short
// cases also from those for a client. The texts, Close bodies, headers, payloads and
// offers of the cases become seeds of the targets for those.
var catalogue = sync.OnceValue(func() []seed {
	var seeds []seed
	for _, c := range catalog.Cases() {
		add := func(target, part string, data []byte) {
			seeds = append(seeds, seed{target, caseName(c) + part, data})
		}
		server := octets(c, wire.RoleClient)
		if len(server) == 0 {
			continue // the case sends no frames
		}
		add("FrameStream", "", append(choices(c, 0), server...))
		if client := octets(c, wire.RoleServer); len(client) <= 128 {
			add("FrameStream", "-client", append(choices(c, 1), client...))
		}
		add("Header", "", server[:min(len(server), wire.MaxHeaderLen)])
		for i, f := range frames(c) {
			part := fmt.Sprintf("-%d", i+1)
			payload := f.Payload.Bytes()
			if len(payload) > most {
				continue
			}
			switch {
			case f.Opcode == wire.OpText && f.RSV == 0:
				add("UTF8", part, append([]byte{byte(len(payload) / 2)}, payload...))
			case f.Opcode == wire.OpClose:
				add("CloseBody", part, payload)
			case f.RSV == wire.RSV1 && len(c.Script.Offers) > 0:
				add("Inflate", part, append([]byte{0xEE, 0x10, 0x00}, payload...))
			}
		}
		if len(c.Script.Offers) > 0 {
			add("Negotiate", "", negotiation(c))
		}
	}
	return seeds
})

// caseName returns the name of the seed for a case id, which may have slashes.
func caseName(c *script.Case) string {
	return "case-" + strings.ReplaceAll(c.ID, "/", "_")
}

// choices returns the first octets of a frame stream: the role of the peer under test,
// whether permessage-deflate is negotiated, no limits, some splits.
func choices(c *script.Case, role byte) []byte {
	if len(c.Script.Offers) > 0 {
		role |= 2
	}
	return []byte{role, byte(len(c.ID))}
}

// octets returns the first octets that the case sends in the role of the harness.
func octets(c *script.Case, harness wire.Role) []byte {
	w := &sent{c: c, harness: harness}
	for _, s := range c.Script.Steps {
		if s.Visit(w); len(w.octets) > most {
			return w.octets[:most]
		}
	}
	return w.octets
}

// frames returns the frames that the case sends, with only the first message of an
// exchange.
func frames(c *script.Case) []script.Frame {
	w := &sent{c: c}
	for _, s := range c.Script.Steps {
		s.Visit(w)
	}
	return w.frames
}

// sent collects the frames that the steps of a case send, and the first octets.
type sent struct {
	c       *script.Case
	harness wire.Role
	octets  []byte
	frames  []script.Frame
}

func (w *sent) add(frames ...script.Frame) {
	w.frames = append(w.frames, frames...)
	for _, f := range frames {
		if len(w.octets) <= most {
			w.octets = appendFrame(w.octets, f, w.harness)
		}
	}
}

func (w *sent) VisitSend(s script.Send)             { w.add(s.Frames...) }
func (w *sent) VisitSendOctets(s script.SendOctets) { w.octets = append(w.octets, s.Octets...) }

// VisitSendPart adds the whole frame at its first piece, because the pieces follow one
// another.
func (w *sent) VisitSendPart(s script.SendPart) {
	if s.From == 0 {
		w.add(s.Frame)
	}
}

func (w *sent) VisitExchange(s script.Exchange) {
	payload, opcode, rsv := s.Stream.Message(s.Size, 0), wire.OpBinary, wire.RSV(0)
	if s.Stream.Text {
		opcode = wire.OpText
	}
	if len(w.c.Script.Offers) > 0 {
		payload, rsv = compress(w.c, s, payload), wire.RSV1
	}
	size := s.Fragment
	if size == 0 {
		size = max(len(payload), 1)
	}
	frames := script.Fragmented(opcode, script.Payload{Octets: payload}, size)
	frames[0].RSV = rsv
	w.add(frames...)
}

// VisitFlood adds the frames once, because the rest repeats them.
func (w *sent) VisitFlood(s script.Flood) { w.add(s.Frames...) }

// The other steps send no octets of a frame.

func (*sent) VisitAwait(script.Await)               {}
func (*sent) VisitSettle(script.Settle)             {}
func (*sent) VisitWatch(script.Watch)               {}
func (*sent) VisitHold(script.Hold)                 {}
func (*sent) VisitPause(script.Pause)               {}
func (*sent) VisitStopReading(script.StopReading)   {}
func (*sent) VisitReadSlowly(script.ReadSlowly)     {}
func (*sent) VisitHalfClose(script.HalfClose)       {}
func (*sent) VisitReset(script.Reset)               {}
func (*sent) VisitConnect(script.Connect)           {}
func (*sent) VisitSendHTTP2(script.SendHTTP2)       {}
func (*sent) VisitSendHTTP3(script.SendHTTP3)       {}
func (*sent) VisitPlainRequest(script.PlainRequest) {}

// compress compresses a payload with the window of the first offer.
func compress(c *script.Case, s script.Exchange, message []byte) []byte {
	bits := c.Script.Offers[0].ServerMaxWindowBits
	what := fmt.Sprint(s.Stream.Name, s.Size, bits)
	if payload, ok := compressed[what]; ok {
		return payload
	}
	d, err := wire.NewDeflater(wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: true, Level: 9})
	if err != nil {
		panic(fmt.Sprintf("seeds: case %s offers a window of %d bits: %v", c.ID, bits, err))
	}
	defer d.Release()
	compressed[what] = d.AppendMessage(nil, message)
	return compressed[what]
}

// compressed caches payloads that many cases send.
var compressed = make(map[string][]byte)

func appendFrame(dst []byte, f script.Frame, harness wire.Role) []byte {
	payload := f.Payload.Bytes()
	h := wire.Header{
		Fin: f.Fin, RSV: f.RSV, Opcode: f.Opcode, Form: f.Form, Length: uint64(len(payload)), MaskKey: key,
		Masked: f.Mask == script.MaskAlways || f.Mask == script.MaskByRole && harness == wire.RoleClient,
	}
	dst = wire.AppendHeader(dst, h)
	body := slices.Clone(payload[:min(len(payload), most)])
	if h.Masked {
		wire.Mask(key, 0, body)
	}
	return append(dst, body...)
}

// negotiation returns the offers of the case and the response of a server with the default
// policy.
func negotiation(c *script.Case) []byte {
	var offers []wire.Extension
	for _, o := range c.Script.Offers {
		offers = append(offers, o.Extension())
	}
	_, answer, _ := wire.AcceptDeflate(offers, wire.DeflatePolicy{})
	return fmt.Appendf([]byte{0, 0}, "%s\n%s", wire.FormatExtensions(offers), answer)
}
