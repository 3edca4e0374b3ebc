package faulty

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// answering makes a peer that answers each Ping with the frames of answer.
func answering(answer func(payload []byte) []frame) func(*peer) {
	return func(p *peer) { p.onPing = func(payload []byte) { p.send(answer(payload)...) } }
}

var controlFaults = []Fault{
	{
		Name: "pong-never", Sentence: "Does not answer Pings.", Requires: []string{"RFC6455-5.5.2-2"},
		alter: answering(func([]byte) []frame { return nil }),
	},
	{
		Name: "pong-empty", Sentence: "Answers Pings with an empty Pong.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: answering(func([]byte) []frame { return []frame{pong(nil)} }),
	},
	{
		Name: "pong-truncated", Sentence: "Answers with only the first 64 octets of a Ping.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: answering(func(b []byte) []frame { return []frame{pong(b[:min(len(b), 64)])} }),
	},
	{
		Name: "pong-124", Sentence: "Omits the last octet when it answers a Ping of 125 octets.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: answering(func(b []byte) []frame { return []frame{pong(b[:min(len(b), 124)])} }),
	},
	{
		Name: "pong-reversed", Sentence: "Answers with the octets of a Ping in reverse order.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: answering(func(b []byte) []frame {
			slices.Reverse(b)
			return []frame{pong(b)}
		}),
	},
	{
		Name: "pong-as-text", Sentence: "Decodes the payload of a Ping as text, and answers with U+FFFD in place of invalid octets.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: answering(func(b []byte) []frame { return []frame{pong([]byte(string([]rune(string(b)))))} }),
	},
	{
		Name: "pong-adds-octet", Sentence: "Answers with one octet more than the Ping had.", Requires: []string{"RFC6455-5.5.3-1", "RFC6455-5.5-1"},
		alter: answering(func(b []byte) []frame { return []frame{pong(append(b, 0))} }),
	},
	{
		Name: "pong-twice", Sentence: "Answers each Ping twice.", Requires: []string{"RFC6455-5.5.2-2"},
		alter: answering(func(b []byte) []frame { return []frame{pong(b), pong(b)} }),
	},
	{
		Name: "pong-fragmented", Sentence: "Sends Pongs without FIN.", Requires: []string{"RFC6455-5.5-3"},
		alter: finishingOnly(wire.OpPong, func(f *frame) { f.Fin = false }),
	},
	{
		Name: "pong-too-long", Sentence: "Pads Pongs to 126 octets.", Requires: []string{"RFC6455-5.5-1"},
		alter: answering(func(b []byte) []frame { return []frame{pong(append(b, make([]byte, 126-min(len(b), 126))...))} }),
	},
	{
		Name: "ping-for-ping", Sentence: "Answers a Ping with a Ping.", Requires: []string{"RFC6455-5.5.2-2"},
		alter: answering(func(b []byte) []frame { return []frame{control(wire.OpPing, b)} }),
	},
	{
		Name: "ping-echoed-as-message", Sentence: "Answers a Ping with a binary message.", Requires: []string{"RFC6455-5.5.2-2"},
		alter: answering(func(b []byte) []frame {
			return []frame{{Header: wire.Header{Fin: true, Opcode: wire.OpBinary}, payload: b}}
		}),
	},
	{
		Name: "pong-first-only", Sentence: "Answers only the first Ping of a connection.", Requires: []string{"RFC6455-5.5.2-2"},
		alter: func(p *peer) {
			answered := false
			p.onPing = func(b []byte) {
				if !answered {
					p.send(pong(b))
				}
				answered = true
			}
		},
	},
	{
		Name: "pong-one-behind", Sentence: "Answers each Ping with the payload of the previous one.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: func(p *peer) {
			var last []byte
			p.onPing = func(b []byte) {
				p.send(pong(last))
				last = b
			}
		},
	},
	{
		Name: "pong-order-reversed", Sentence: "Answers Pings in pairs, the later one first.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: func(p *peer) {
			var held []frame
			p.onPing = func(b []byte) {
				if held = append([]frame{pong(b)}, held...); len(held) == 2 {
					p.send(held...)
					held = nil
				}
			}
			onClose := p.onClose
			p.onClose = func(b []byte) {
				p.send(held...)
				onClose(b)
			}
		},
	},
	{
		Name: "pong-after-message", Sentence: "Delays Pongs until the current message is complete.", Requires: []string{"RFC6455-5.5.2-4"},
		alter: func(p *peer) {
			var held []frame
			p.onPing = func(b []byte) {
				if p.state.InMessage {
					held = append(held, pong(b))
					return
				}
				p.send(pong(b))
			}
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				onMessage(m)
				p.send(held...)
				held = nil
			}
		},
	},
	{
		Name: "fails-on-pong", Sentence: "Fails the connection on an unsolicited Pong.", Requires: []string{"RFC6455-5.5.3-3"},
		alter: refusing(func(h wire.Header) bool { return h.Opcode == wire.OpPong }),
	},
	{
		Name: "echoes-pong", Sentence: "Echoes Pongs as binary messages.", Requires: []string{"RFC6455-5.5.3-3", "RFC6455-6.2-2"},
		alter: func(p *peer) {
			p.onPong = func(b []byte) { p.send(p.echo(message{opcode: wire.OpBinary, payload: b})...) }
		},
	},
	{
		Name: "rejects-empty-ping", Sentence: "Fails the connection on a Ping without payload.", Requires: []string{"RFC6455-5.5.2-1"},
		alter: refusing(func(h wire.Header) bool { return h.Opcode == wire.OpPing && h.Length == 0 }),
	},
	{
		Name: "rejects-125-octet-ping", Sentence: "Fails the connection on a Ping of 125 octets.", Requires: []string{"RFC6455-5.5.2-1"},
		alter: refusing(func(h wire.Header) bool { return h.Opcode == wire.OpPing && h.Length == 125 }),
	},
	{
		Name: "rejects-ping-in-message", Sentence: "Fails the connection on a control frame between fragments.", Requires: []string{"RFC6455-5.4-10"},
		alter: func(p *peer) {
			p.seen = func(h *wire.Header) bool {
				bad := h.Opcode.IsControl() && p.state.InMessage
				if bad {
					p.failWith(wire.StatusProtocolError, "a control frame inside a message")
				}
				return bad
			}
		},
	},
	{
		Name: "ignores-ping-in-message", Sentence: "Ignores Pings between fragments.", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.2-2"},
		alter: func(p *peer) {
			p.seen = func(h *wire.Header) bool { return h.Opcode == wire.OpPing && p.state.InMessage }
		},
	},
	{
		Name: "ping-ends-message", Sentence: "Discards an incomplete message when a Ping arrives.", Requires: []string{"RFC6455-5.4-10"},
		alter: func(p *peer) {
			p.onPing = func(b []byte) {
				p.message.payload = nil
				p.send(pong(b))
			}
		},
	},
	{
		Name: "ping-joins-message", Sentence: "Appends the payload of a Ping to the incomplete message.", Requires: []string{"RFC6455-5.4-10", "RFC6455-6.2-4"},
		alter: func(p *peer) {
			p.onPing = func(b []byte) {
				if p.state.InMessage {
					p.message.payload = append(p.message.payload, b...)
				}
				p.send(pong(b))
			}
		},
	},
	{
		Name: "closes-after-ping", Sentence: "Answers a Ping and then closes the connection.", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-7.2.1-3"},
		alter: func(p *peer) {
			p.onPing = func(b []byte) {
				p.send(pong(b), closeFrame(wire.StatusNormalClosure, ""))
				p.failed, p.over = true, true
			}
		},
	},
}
