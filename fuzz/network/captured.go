package network

import (
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Captured makes a script of what a client sent on one connection that somebody captured.
// Of its opening request, the script has the offer of extensions alone: other fields are of
// that day, or secret. The zero value is ready for use.
type Captured struct {
	script Script
	// opened: the response of the server has come.
	opened bool
	// ends: an entry is not whole, so that nothing behind it can be said.
	ends bool
}

// Entry takes what was captured next.
func (c *Captured) Entry(e passive.Entry) {
	switch {
	case e.Kind == observed.EntryRequest:
		if r, _, err := wire.ParseRequest(e.Octets); err == nil {
			c.script.Offer, _ = r.Fields.List("Sec-WebSocket-Extensions")
		}
	case e.Kind == observed.EntryResponse:
		c.opened = true
	case e.Sender != wire.RoleClient || c.ends || !c.opened:
	case e.Length > 0 || len(c.script.Parts) >= mostParts || c.script.size()+len(e.Octets) > mostSeed:
		c.ends = true
	case e.Kind == observed.EntryFrame:
		c.script.Parts = append(c.script.Parts, Part{Frame: capturedFrame(e)})
	case e.Kind == observed.EntryOctets && len(e.Octets) > 0:
		c.script.Parts = append(c.script.Parts, Part{Octets: append([]byte(nil), e.Octets...)})
	}
}

// capturedFrame is a frame as a script sends it, with another masking key.
func capturedFrame(e passive.Entry) *Frame {
	h := *e.Header
	f := &Frame{Opcode: h.Opcode, More: !h.Fin, RSV: h.RSV}
	f.Payload = append(f.Payload, e.Octets[min(len(e.Octets), h.Len()):]...)
	if h.Masked {
		wire.Mask(h.MaskKey, 0, f.Payload)
	} else {
		f.Mask = script.MaskNever
	}
	if shortest := (&Frame{Payload: f.Payload}).scripted().Header(wire.RoleClient); h.Form != shortest.Form {
		f.Form = h.Form
	}
	if uint64(len(f.Payload)) != h.Length {
		f.Declare = h.Length
	}
	return f
}

// Script is what the client sent; nil if it sent nothing behind the opening handshake, or what
// a script cannot say.
func (c *Captured) Script() *Script {
	if len(c.script.Parts) == 0 || c.script.check() != nil || c.script.behindFinal() {
		return nil
	}
	return &c.script
}
