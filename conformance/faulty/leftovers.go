package faulty

import (
	"bytes"

	"github.com/wsspec/wsspec/ref/wire"
)

// leftoverFaults keep something of one frame or message that changes a later one.
var leftoverFaults = []Fault{
	{
		Name: "ping-resets-utf8", Sentence: "Forgets the beginning of a code point when a ping comes between fragments.", Requires: []string{"RFC6455-5.4-6", "RFC6455-8.1-1", "RFC6455-5.6-E4672"},
		alter: func(p *peer) {
			onPing := p.onPing
			p.onPing = func(payload []byte) {
				p.text.Reset()
				onPing(payload)
			}
		},
	},
	{
		Name: "pong-ends-message", Sentence: "Forgets the earlier fragments of a message when a pong comes between them.", Requires: []string{"RFC6455-5.4-6", "RFC6455-5.5.3-3"},
		alter: func(p *peer) { p.onPong = func([]byte) { p.message.payload = nil } },
	},
	{
		Name: "stray-after-compressed", Sentence: "Takes a continuation frame with nothing to continue after a compressed message.", Requires: []string{"RFC6455-5.4-5", "RFC7692-6.2-1"},
		alter: func(p *peer) {
			compressed := false
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				compressed = compressed || m.compressed
				onMessage(m)
			}
			p.overlooks = func(v *wire.Violation, _ wire.Header) bool {
				stray := compressed && v.Rule == wire.RuleContinuation
				if stray {
					p.message = message{opcode: wire.OpText}
				}
				return stray
			}
		},
	},
	{
		Name: "empty-after-final", Sentence: "Takes compressed messages after one with BFINAL set for empty ones.", Requires: []string{"RFC7692-7.2.1-4", "RFC7692-7.2.2-1"},
		alter: func(p *peer) {
			final := false
			inflate := p.inflate
			p.inflate = func(b []byte) ([]byte, error) {
				if final {
					return nil, nil
				}
				final = len(b) > 0 && b[0]&1 != 0
				return inflate(b)
			}
		},
	},
	{
		Name: "inflates-ever-after", Sentence: "Inflates an uncompressed text message that follows a compressed one.", Requires: []string{"RFC7692-6-3", "RFC7692-6.2-2"},
		alter: func(p *peer) {
			before := false
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				after := before
				before = m.compressed
				if after && !m.compressed && m.opcode == wire.OpText {
					p.onMistake(wire.RuleDeflateData.Violation("data that is not DEFLATE"))
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "binary-spoils-text", Sentence: "Checks binary messages for UTF-8 too, and blames the text message that follows.", Requires: []string{"RFC6455-5.6-2", "RFC6455-8.1-1"},
		alter: func(p *peer) {
			spoiled := false
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				var v wire.UTF8Validator
				_, valid := v.Validate(m.payload)
				if m.opcode == wire.OpBinary {
					spoiled = !valid || !v.Complete()
				} else if spoiled {
					p.onMistake(wire.RuleText.Violation("text that is not UTF-8"))
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "fragments-stay", Sentence: "Echoes a message that follows a fragmented one behind the last fragment of that.", Requires: []string{"RFC6455-5.4-12", "RFC6455-6.1-9"},
		alter: func(p *peer) {
			var last []byte
			fragmented := false
			p.take = func(payload []byte) {
				fragmented = fragmented || !p.current.Fin
				p.message.payload = append(p.message.payload, payload...)
				if !fragmented && last != nil {
					p.message.payload = append(bytes.Clone(last), payload...)
					last = nil
				}
				if p.current.Fin && fragmented {
					fragmented, last = false, bytes.Clone(payload)
				}
			}
		},
	},
	{
		Name: "empty-message-stops-echo", Sentence: "Loses the message that follows an empty one.", Requires: []string{"RFC6455-6.1-1", "RFC6455-6.2-5"},
		alter: func(p *peer) {
			empty := false
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				lost := empty && len(m.payload) > 0
				empty = len(m.payload) == 0
				if !lost {
					onMessage(m)
				}
			}
		},
	},
	{
		Name: "ping-payload-stays", Sentence: "Answers a short ping with the rest of a longer one before it.", Requires: []string{"RFC6455-5.5.3-1"},
		alter: func(p *peer) {
			var longest []byte
			onPing := p.onPing
			p.onPing = func(payload []byte) {
				if len(payload) >= len(longest) {
					longest = bytes.Clone(payload)
					onPing(payload)
					return
				}
				onPing(append(bytes.Clone(payload), longest[len(payload):]...))
			}
		},
	},
	{
		Name: "pong-pays-for-ping", Sentence: "Does not answer a ping after an unsolicited pong.", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-3"},
		alter: func(p *peer) {
			paid := 0
			onPing := p.onPing
			p.onPong = func([]byte) { paid++ }
			p.onPing = func(payload []byte) {
				if paid > 0 {
					paid--
					return
				}
				onPing(payload)
			}
		},
	},
	{
		Name: "large-message-stays", Sentence: "Pads a message that follows one of 64 KiB or more with zeros.", Requires: []string{"RFC6455-6.1-9"},
		alter: func(p *peer) {
			large := false
			echoing(func(m message) message {
				if large && len(m.payload) < 1<<16 {
					m = clone(m)
					m.payload = append(m.payload, 0)
				}
				large = len(m.payload) >= 1<<16
				return m
			})(p)
		},
	},
}
