package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
)

// most is how many octets of a case become a seed. The longer cases repeat
// themselves, and a fuzzer is slow with long inputs.
const most = 200

// key is the masking key of RFC 6455 5.7, in all seeds.
var key = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// catalogue exports every case as what a server under test is sent, and the
// short ones as what a client is sent too. What a case has of texts, Close
// bodies, headers, payloads and offers goes to the targets for those.
var catalogue = sync.OnceValue(func() []seed {
	var seeds []seed
	for _, c := range catalog.Cases() {
		add := func(target, part string, data []byte) {
			seeds = append(seeds, seed{target, caseName(c) + part, data})
		}
		server := octets(c, wire.RoleClient)
		if len(server) == 0 {
			continue // it only listens, or is about the handshake
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

// caseName is the name of the case's seed, an id with slashes made a file name.
func caseName(c *conformance.Case) string {
	return "case-" + strings.ReplaceAll(c.ID, "/", "_")
}

// choices are the first octets of a frame stream: the role of the peer under
// test, whether permessage-deflate was agreed, no limits, some cuts.
func choices(c *conformance.Case, role byte) []byte {
	if len(c.Script.Offers) > 0 {
		role |= 2
	}
	return []byte{role, byte(len(c.ID))}
}

// octets returns the beginning of what the case sends in the role of the
// harness.
func octets(c *conformance.Case, harness wire.Role) []byte {
	var out []byte
	for _, s := range c.Script.Steps {
		switch s := s.(type) {
		case conformance.SendOctets:
			out = append(out, s.Octets...)
		case conformance.SendPart:
			if s.From == 0 { // the pieces of a frame follow each other
				out = appendFrame(out, s.Frame, harness)
			}
		default:
			for _, f := range stepFrames(c, s) {
				if out = appendFrame(out, f, harness); len(out) > most {
					break
				}
			}
		}
		if len(out) > most {
			return out[:most]
		}
	}
	return out
}

// frames returns the frames that the case sends, of the exchanges the first
// message.
func frames(c *conformance.Case) (all []conformance.Frame) {
	for _, s := range c.Script.Steps {
		if part, ok := s.(conformance.SendPart); ok && part.From == 0 {
			all = append(all, part.Frame)
		}
		all = append(all, stepFrames(c, s)...)
	}
	return all
}

func stepFrames(c *conformance.Case, s conformance.Step) []conformance.Frame {
	switch s := s.(type) {
	case conformance.Send:
		return s.Frames
	case conformance.Exchange:
		payload, opcode, rsv := s.Stream.Message(s.Size, 0), wire.OpBinary, wire.RSV(0)
		if s.Stream.Text {
			opcode = wire.OpText
		}
		if len(c.Script.Offers) > 0 {
			payload, rsv = compress(c, s, payload), wire.RSV1
		}
		size := s.Fragment
		if size == 0 {
			size = max(len(payload), 1)
		}
		frames := conformance.Fragmented(opcode, conformance.Payload{Octets: payload}, size)
		frames[0].RSV = rsv
		return frames
	}
	return nil
}

// compress compresses for the window of the first offer.
func compress(c *conformance.Case, s conformance.Exchange, message []byte) []byte {
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

// compressed keeps what many cases send.
var compressed = make(map[string][]byte)

func appendFrame(dst []byte, f conformance.Frame, harness wire.Role) []byte {
	payload := f.Payload.Bytes()
	h := wire.Header{
		Fin: f.Fin, RSV: f.RSV, Opcode: f.Opcode, Form: f.Form, Length: uint64(len(payload)), MaskKey: key,
		Masked: f.Mask == conformance.MaskAlways || f.Mask == conformance.MaskByRole && harness == wire.RoleClient,
	}
	dst = wire.AppendHeader(dst, h)
	body := slices.Clone(payload[:min(len(payload), most)])
	if h.Masked {
		wire.Mask(key, 0, body)
	}
	return append(dst, body...)
}

// negotiation is the case's offers and what a server without wishes answers.
func negotiation(c *conformance.Case) []byte {
	var offers []wire.Extension
	for _, o := range c.Script.Offers {
		offers = append(offers, o.Extension())
	}
	_, answer, _ := wire.AcceptDeflate(offers, wire.DeflatePolicy{})
	return fmt.Appendf([]byte{0, 0}, "%s\n%s", wire.FormatExtensions(offers), answer)
}
