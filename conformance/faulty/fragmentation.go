package faulty

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// collecting makes a peer that keeps the frames of a message and joins them with
// join.
func collecting(join func(frames [][]byte) []byte) func(*peer) {
	return func(p *peer) {
		var frames [][]byte
		p.take = func(payload []byte) {
			if p.current.Opcode != wire.OpContinuation {
				frames = nil
			}
			frames = append(frames, payload)
			if p.current.Fin {
				p.message.payload = join(frames)
			}
		}
	}
}

var fragmentationFaults = []Fault{
	{
		Name: "loses-second-fragment", Sentence: "Drops the second fragment of a message.", Requires: []string{"RFC6455-6.2-4", "RFC6455-5.4-12"},
		alter: collecting(func(frames [][]byte) []byte {
			if len(frames) > 1 {
				frames = slices.Delete(frames, 1, 2)
			}
			return slices.Concat(frames...)
		}),
	},
	{
		Name: "loses-last-fragment", Sentence: "Drops the last fragment of a message.", Requires: []string{"RFC6455-6.2-4"},
		alter: collecting(func(frames [][]byte) []byte {
			return slices.Concat(frames[:max(1, len(frames)-1)]...)
		}),
	},
	{
		Name: "keeps-last-fragment-only", Sentence: "Treats the last fragment of a message as the whole message.", Requires: []string{"RFC6455-6.2-4"},
		alter: collecting(func(frames [][]byte) []byte { return frames[len(frames)-1] }),
	},
	{
		Name: "reverses-fragments", Sentence: "Joins fragments in the wrong order.", Requires: []string{"RFC6455-5.4-8"},
		alter: collecting(func(frames [][]byte) []byte {
			slices.Reverse(frames)
			return slices.Concat(frames...)
		}),
	},
	{
		Name: "repeats-first-fragment", Sentence: "Appends the first fragment of a message twice.", Requires: []string{"RFC6455-6.2-4"},
		alter: collecting(func(frames [][]byte) []byte {
			if len(frames) > 1 {
				frames = slices.Insert(frames, 1, frames[0])
			}
			return slices.Concat(frames...)
		}),
	},
	{
		Name: "at-most-16-fragments", Sentence: "Drops all fragments after the sixteenth.", Requires: []string{"RFC6455-6.2-4", "RFC6455-5.4-11"},
		alter: collecting(func(frames [][]byte) []byte { return slices.Concat(frames[:min(16, len(frames))]...) }),
	},
	{
		Name: "fragments-are-messages", Sentence: "Echoes each fragment as a separate message.", Requires: []string{"RFC6455-5.4-12", "RFC6455-6.2-4"},
		alter: func(p *peer) {
			p.validText = func([]byte, bool, bool) bool { return true }
			var opcode wire.Opcode
			p.take = func(payload []byte) {
				if p.current.Opcode != wire.OpContinuation {
					opcode = p.current.Opcode
				}
				p.message.payload = payload
				if !p.current.Fin {
					p.send(p.echoInOrder(message{opcode: opcode, payload: payload})...)
				}
			}
		},
	},
	{
		Name: "last-fragment-never-ends", Sentence: "Waits for more fragments after the last one.", Requires: []string{"RFC6455-5.4-4", "RFC6455-6.2-5"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if p.current.Opcode != wire.OpContinuation {
					onMessage(m)
				}
			}
		},
	},
	{
		Name: "fragmented-becomes-text", Sentence: "Treats every fragmented message as text.", Requires: []string{"RFC6455-6.2-3"},
		alter: echoingFragmented(func(m message) message { m.opcode = wire.OpText; return m }),
	},
	{
		Name: "fragmented-becomes-binary", Sentence: "Treats every fragmented message as binary.", Requires: []string{"RFC6455-6.2-3"},
		alter: echoingFragmented(func(m message) message { m.opcode = wire.OpBinary; return m }),
	},
	{
		Name: "rejects-fragments", Sentence: "Fails the connection on a fragmented message.", Requires: []string{"RFC6455-5.4-12"},
		alter: refusing(func(h wire.Header) bool { return !h.Fin || h.Opcode == wire.OpContinuation }),
	},
	{
		Name: "rejects-empty-fragments", Sentence: "Fails the connection on a fragment without payload.", Requires: []string{"RFC6455-5.4-11"},
		alter: refusing(func(h wire.Header) bool {
			return h.Length == 0 && (!h.Fin || h.Opcode == wire.OpContinuation)
		}),
	},
	{
		Name: "ignores-stray-continuation", Sentence: "Ignores a continuation frame without a message to continue.", Requires: []string{"RFC6455-5.4-5"},
		alter: func(p *peer) {
			overlook(wire.RuleContinuation)(p)
			p.seen = func(h *wire.Header) bool { return h.Opcode == wire.OpContinuation && !p.state.InMessage }
		},
	},
	{
		Name: "stray-continuation-as-text", Sentence: "Treats a continuation frame without a message to continue as a text message.", Requires: []string{"RFC6455-5.4-5"},
		alter: func(p *peer) {
			overlook(wire.RuleContinuation)(p)
			p.seen = func(h *wire.Header) bool {
				if h.Opcode == wire.OpContinuation && !p.state.InMessage {
					p.current.Opcode = wire.OpText
					p.data(p.current)
					return true
				}
				return false
			}
		},
	},
	{
		Name: "text-in-message-begins-anew", Sentence: "Discards an incomplete message when another one begins.", Requires: []string{"RFC6455-5.4-9"},
		alter: overlook(wire.RuleInterleaved),
	},
	{
		Name: "text-in-message-continues", Sentence: "Treats a text frame inside a message as its continuation.", Requires: []string{"RFC6455-5.4-9"},
		alter: func(p *peer) {
			overlook(wire.RuleInterleaved)(p)
			p.seen = func(h *wire.Header) bool {
				if !h.Opcode.IsControl() && p.state.InMessage {
					p.current.Opcode = wire.OpContinuation
					p.data(p.current)
					return true
				}
				return false
			}
		},
	},
	{
		Name: "echo-without-fin", Sentence: "Echoes in a single frame without FIN.", Requires: []string{"RFC6455-5.4-3", "RFC6455-6.1-7"},
		alter: finishing(func(f *frame) { f.Fin = f.Opcode.IsControl() }),
	},
	{
		Name: "echo-fragments-without-end", Sentence: "Echoes in fragments and never sets FIN.", Requires: []string{"RFC6455-5.4-4", "RFC6455-6.1-7"},
		alter: inFragments(16, func(_ int, f *frame) { f.Fin = false }),
	},
	{
		Name: "echo-fragments-all-fin", Sentence: "Echoes in fragments and sets FIN on all of them.", Requires: []string{"RFC6455-5.4-4", "RFC6455-5.4-5"},
		alter: inFragments(16, func(_ int, f *frame) { f.Fin = true }),
	},
	{
		Name: "echo-fragments-repeat-opcode", Sentence: "Echoes in fragments and repeats the message's opcode on all of them.", Requires: []string{"RFC6455-5.4-4", "RFC6455-5.4-9"},
		alter: func(p *peer) {
			var opcode wire.Opcode
			inFragments(16, func(i int, f *frame) {
				if i == 0 {
					opcode = f.Opcode
				}
				f.Opcode = opcode
			})(p)
		},
	},
	{
		Name: "echo-begins-with-continuation", Sentence: "Echoes in a single continuation frame.", Requires: []string{"RFC6455-5.4-3", "RFC6455-6.1-6"},
		alter: finishing(func(f *frame) {
			if !f.Opcode.IsControl() {
				f.Opcode = wire.OpContinuation
			}
		}),
	},
	{
		Name: "echo-fragments-swapped", Sentence: "Echoes in fragments with the second and third one swapped.", Requires: []string{"RFC6455-5.4-8"},
		alter: func(p *peer) {
			p.echo = func(m message) []frame {
				frames := cut(p.echoInOrder(m)[0], 8)
				if len(frames) > 3 {
					frames[1], frames[2] = frames[2], frames[1]
				}
				return frames
			}
		},
	},
	{
		Name: "echoes-interleaved", Sentence: "Starts the echo of a message before the previous echo is complete.", Requires: []string{"RFC6455-5.4-9"},
		alter: func(p *peer) {
			var held []frame
			p.onMessage = func(m message) {
				frames := cut(p.echo(m)[0], max(1, len(m.payload)/2))
				if len(frames) < 2 {
					p.send(frames...)
					return
				}
				p.send(frames[0])
				p.send(held...)
				held = frames[1:]
			}
			onClose := p.onClose
			p.onClose = func(b []byte) {
				p.send(held...)
				onClose(b)
			}
		},
	},
}

// echoingFragmented is like echoing, but only for fragmented messages.
func echoingFragmented(change func(message) message) func(*peer) {
	return func(p *peer) {
		p.onMessage = func(m message) {
			if p.current.Opcode == wire.OpContinuation {
				m = change(m)
			}
			p.send(p.echo(m)...)
		}
	}
}
