package project

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// opensOnly reports whether the steps are there only to see that a connection was opened:
// the case is about the opening handshake, and sends nothing but whole messages that come
// back. A ping shows as much, and no application takes offence at it.
func opensOnly(s *script.Script) bool {
	if s.Opening == nil || len(s.Offers) > 0 || len(s.Steps) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.Steps, func(step script.Step) bool {
		if _, connects := step.(script.Connect); connects {
			return false
		}
		send, ok := step.(script.Send)
		return !ok || slices.ContainsFunc(send.Frames, func(f script.Frame) bool { return !comesBack(s, f) })
	})
}

// comesBack reports whether a frame is a plain whole message that an outcome expects back.
func comesBack(s *script.Script, f script.Frame) bool {
	if !f.Fin || f.RSV != 0 || f.Mask != script.MaskByRole || f.Declare > 0 || f.Opcode != wire.OpText && f.Opcode != wire.OpBinary {
		return false
	}
	return slices.ContainsFunc(s.Outcomes, func(o script.Outcome) bool {
		return slices.ContainsFunc(o.Events, func(e script.Expect) bool { return isMessage(e) && same(e, script.Echo(f)) })
	})
}

// withoutSends are the steps but those that send frames.
func withoutSends(steps []script.Step) []script.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s script.Step) bool { _, sends := s.(script.Send); return sends })
}

// withPings is an opening that a client has to reject, with a ping in place of each message
// behind the response. A client that took the response for an opening answers the ping, as
// it would have sent the message back. The ping is as long as the message, because it may be
// the body of the response in HTTP.
func withPings(o *script.Opening) *script.Opening {
	out := *o
	out.With = slices.Clone(o.With)
	for i, f := range out.With {
		if f.Fin && f.RSV == 0 && f.Declare == 0 && (f.Opcode == wire.OpText || f.Opcode == wire.OpBinary) && f.Payload.Len() <= wire.MaxControlPayload {
			out.With[i].Opcode = wire.OpPing
		}
	}
	return &out
}

// look notes what kinds of messages an application gets, up to the first Close frame. It
// may take offence at the beginning of one, and at an illegal one, too.
func (p *projection) look(o *script.Opening, steps []script.Step) {
	if o != nil {
		steps = slices.Concat([]script.Step{script.Send{Frames: o.With}}, steps)
	}
	length := 0
	data := func(f script.Frame) {
		switch f.Opcode {
		case wire.OpText, wire.OpBinary:
			length = 0
		case wire.OpContinuation:
		default:
			return
		}
		length += max(f.Payload.Len(), f.Inflated)
		p.note(f.Opcode, length)
	}
	for _, step := range steps {
		switch step := step.(type) {
		case script.Send:
			for _, f := range step.Frames {
				if f.Opcode == wire.OpClose {
					return
				}
				data(f)
			}
		case script.SendPart:
			data(step.Frame)
		case script.SendOctets:
			if len(step.Octets) > 0 {
				p.note(wire.Opcode(step.Octets[0]&0x0F), len(step.Octets))
			}
		case script.Exchange:
			p.note(step.Opcode(), step.Size)
		}
	}
}

func (p *projection) note(o wire.Opcode, octets int) {
	a := p.application
	switch o {
	case wire.OpText:
		a.Text = true
	case wire.OpBinary:
		a.Binary = true
	}
	a.Longest = max(a.Longest, octets)
}
