package faulty

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// overlook makes a peer that does not enforce the rules.
func overlook(rules ...*wire.Rule) func(*peer) {
	return overlookIf(func(v *wire.Violation, _ wire.Header) bool { return slices.Contains(rules, v.Rule) })
}

// overlookIn makes a peer that does not enforce the rule for frames with the opcodes.
func overlookIn(rule *wire.Rule, opcodes ...wire.Opcode) func(*peer) {
	return overlookIf(func(v *wire.Violation, h wire.Header) bool {
		return v.Rule == rule && slices.Contains(opcodes, h.Opcode)
	})
}

func overlookIf(when func(*wire.Violation, wire.Header) bool) func(*peer) {
	return func(p *peer) { p.overlooks = when }
}

// finishing makes a peer that changes each frame before it sends the frame.
func finishing(change func(*frame)) func(*peer) {
	return func(p *peer) { p.finish = change }
}

// finishingOnly is like finishing, but only for frames with the opcode.
func finishingOnly(opcode wire.Opcode, change func(*frame)) func(*peer) {
	return finishing(func(f *frame) {
		if f.Opcode == opcode {
			change(f)
		}
	})
}

// refusing makes a peer that fails the connection on legal frames.
func refusing(refused func(wire.Header) bool) func(*peer) {
	return func(p *peer) {
		p.seen = func(h *wire.Header) bool {
			if refused(*h) {
				p.failWith(wire.StatusProtocolError, "unsupported by this peer")
				return true
			}
			return false
		}
	}
}

// echoing makes a peer that changes each message before it echoes it.
func echoing(change func(message) message) func(*peer) {
	return func(p *peer) { p.onMessage = func(m message) { p.send(p.echo(change(m))...) } }
}

// payloads makes a peer that changes the payload of each message before it echoes
// the message. change gets a copy.
func payloads(change func([]byte) []byte) func(*peer) {
	return echoing(func(m message) message {
		m.payload = change(slices.Clone(m.payload))
		return m
	})
}

// cut splits the single frame of a message into frames of at most size octets.
func cut(whole frame, size int) []frame {
	var frames []frame
	rest := whole.payload
	for first := true; first || len(rest) > 0; first = false {
		f := whole
		f.Fin, f.payload = false, rest[:min(size, len(rest))]
		rest = rest[len(f.payload):]
		if !first {
			f.Opcode, f.RSV = wire.OpContinuation, 0
		}
		frames = append(frames, f)
	}
	frames[len(frames)-1].Fin = true
	return frames
}

// inFragments makes a peer that echoes in fragments of at most size octets. change
// gets the index of each fragment.
func inFragments(size int, change func(i int, f *frame)) func(*peer) {
	return func(p *peer) {
		p.echo = func(m message) []frame {
			frames := cut(p.echoInOrder(m)[0], size)
			for i := range frames {
				change(i, &frames[i])
			}
			return frames
		}
	}
}
