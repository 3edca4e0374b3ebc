package faulty

import (
	"bytes"

	"github.com/wsspec/wsspec/ref/wire"
)

var echoFaults = []Fault{
	{
		Name: "text-for-binary", Sentence: "Echoes binary messages as text.", Requires: []string{"RFC6455-5.2-14", "RFC6455-6.1-6"},
		alter: echoing(func(m message) message { m.opcode = wire.OpText; return m }),
	},
	{
		Name: "binary-for-text", Sentence: "Echoes text messages as binary.", Requires: []string{"RFC6455-5.2-14", "RFC6455-6.1-6"},
		alter: echoing(func(m message) message { m.opcode = wire.OpBinary; return m }),
	},
	{
		Name: "type-of-first-message", Sentence: "Echoes every message with the type of the first one.", Requires: []string{"RFC6455-6.2-3", "RFC6455-6.1-6"},
		alter: func(p *peer) {
			var first wire.Opcode
			echoing(func(m message) message {
				if first == 0 {
					first = m.opcode
				}
				m.opcode = first
				return m
			})(p)
		},
	},
	{
		Name: "truncates-at-65535", Sentence: "Truncates messages to 65535 octets.", Requires: []string{"RFC6455-6.1-9", "RFC6455-5.2-7"},
		alter: payloads(func(b []byte) []byte { return b[:min(len(b), 65535)] }),
	},
	{
		Name: "truncates-at-125", Sentence: "Truncates messages to 125 octets.", Requires: []string{"RFC6455-6.1-9", "RFC6455-5.2-7"},
		alter: payloads(func(b []byte) []byte { return b[:min(len(b), 125)] }),
	},
	{
		Name: "truncates-at-1-mib", Sentence: "Truncates messages to 1 MiB.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte { return b[:min(len(b), 1<<20)] }),
	},
	{
		Name: "adds-octet", Sentence: "Appends an octet to each message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte { return append(b, ' ') }),
	},
	{
		Name: "loses-last-octet", Sentence: "Drops the last octet of each message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte { return b[:max(0, len(b)-1)] }),
	},
	{
		Name: "loses-first-octet", Sentence: "Drops the first octet of each message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte { return b[min(1, len(b)):] }),
	},
	{
		Name: "changes-octet-65535", Sentence: "Changes the octet at offset 65535 of a message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte {
			if len(b) > 65535 {
				b[65535] ^= 1
			}
			return b
		}),
	},
	{
		Name: "changes-octet-65536", Sentence: "Changes the octet at offset 65536 of a message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte {
			if len(b) > 65536 {
				b[65536] ^= 1
			}
			return b
		}),
	},
	{
		Name: "changes-middle-octet", Sentence: "Changes the octet in the middle of a message of 16 KiB or more.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(func(b []byte) []byte {
			if len(b) >= 16<<10 {
				b[len(b)/2] ^= 2
			}
			return b
		}),
	},
	{
		Name: "clears-high-bit", Sentence: "Clears the most significant bit of each octet of a binary message.", Requires: []string{"RFC6455-5.6-2"},
		alter: echoing(func(m message) message {
			m = clone(m)
			for i := range m.payload {
				if m.opcode == wire.OpBinary {
					m.payload[i] &= 0x7F
				}
			}
			return m
		}),
	},
	{
		Name: "upper-case", Sentence: "Echoes text in upper case.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(bytes.ToUpper),
	},
	{
		Name: "trims-space", Sentence: "Trims white space from both ends of a message.", Requires: []string{"RFC6455-6.1-9"},
		alter: payloads(bytes.TrimSpace),
	},
	{
		Name: "echoes-twice", Sentence: "Echoes each message twice.", Requires: []string{"RFC6455-6.1-1"},
		alter: func(p *peer) {
			p.onMessage = func(m message) {
				p.send(p.echo(m)...)
				p.send(p.echo(m)...)
			}
		},
	},
	{
		Name: "echoes-never", Sentence: "Answers Pings and Close frames but echoes no message.", Requires: []string{"RFC6455-6.1-1"},
		alter: func(p *peer) { p.onMessage = func(message) {} },
	},
	{
		Name: "echoes-previous", Sentence: "Echoes the previous message instead of the current one.", Requires: []string{"RFC6455-6.1-1"},
		alter: func(p *peer) {
			last := message{opcode: wire.OpText}
			echoing(func(m message) message {
				m, last = last, m
				return m
			})(p)
		},
	},
	{
		Name: "merges-messages", Sentence: "Merges every two messages into one.", Requires: []string{"RFC6455-6.2-5"},
		alter: func(p *peer) {
			var held *message
			p.onMessage = func(m message) {
				if held == nil {
					held = &m
					return
				}
				held.payload = append(held.payload, m.payload...)
				p.send(p.echo(*held)...)
				held = nil
			}
		},
	},
	{
		Name: "swaps-messages", Sentence: "Echoes every two messages in the wrong order.", Requires: []string{"RFC6455-6.2-5", "RFC6455-6.1-1"},
		alter: func(p *peer) {
			var held *message
			p.onMessage = func(m message) {
				if held == nil {
					held = &m
					return
				}
				p.send(p.echo(m)...)
				p.send(p.echo(*held)...)
				held = nil
			}
		},
	},
	{
		Name: "splits-messages", Sentence: "Echoes a message of more than 64 KiB as several messages.", Requires: []string{"RFC6455-6.1-9"},
		alter: func(p *peer) {
			p.onMessage = func(m message) {
				const most = 64 << 10
				for len(m.payload) > most {
					p.send(p.echo(message{opcode: m.opcode, payload: m.payload[:most]})...)
					m.payload = m.payload[most:]
				}
				p.send(p.echo(m)...)
			}
		},
	},
	{
		Name: "loses-empty-messages", Sentence: "Does not echo empty messages.", Requires: []string{"RFC6455-6.1-1", "RFC6455-5.2-7"},
		alter: losing(func(m message, _ int) bool { return len(m.payload) == 0 }),
	},
	{
		Name: "loses-tenth-message", Sentence: "Does not echo every tenth message.", Requires: []string{"RFC6455-6.1-1"},
		alter: losing(func(_ message, n int) bool { return n%10 == 0 }),
	},
	{
		Name: "stalls-after-ten", Sentence: "Stops echoing after ten messages.", Requires: []string{"RFC6455-6.1-1"},
		alter: losing(func(_ message, n int) bool { return n > 10 }),
	},
	{
		Name: "one-message-only", Sentence: "Echoes one message and then closes the connection.", Requires: []string{"RFC6455-6.2-5", "RFC6455-7.2.1-3"},
		alter: func(p *peer) {
			p.onMessage = func(m message) {
				p.send(p.echo(m)...)
				p.send(closeFrame(wire.StatusNormalClosure, ""))
				p.failed, p.over = true, true
			}
		},
	},
	{
		Name: "too-big-at-64-kib", Sentence: "Fails the connection with 1009 on a message of 64 KiB or more.", Requires: []string{"RFC6455-5.2-7", "RFC6455-7.4.1-10"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if len(m.payload) >= 64<<10 {
					p.failWith(wire.StatusMessageTooBig, "")
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "greets", Sentence: "Sends a message of its own when the connection opens.", Requires: []string{"RFC6455-6.1-1"},
		alter: func(p *peer) {
			p.opened = func() {
				p.send(frame{Header: wire.Header{Fin: true, Opcode: wire.OpText}, payload: []byte("welcome")})
			}
		},
	},
}

// losing makes a peer that does not echo the messages that lost selects. n is the
// number of the message, from 1.
func losing(lost func(m message, n int) bool) func(*peer) {
	return func(p *peer) {
		n := 0
		onMessage := p.onMessage
		p.onMessage = func(m message) {
			if n++; !lost(m, n) {
				onMessage(m)
			}
		}
	}
}

// WithoutEcho returns the same fault in a peer that sends no message back. It shows which
// faults a run without echoes detects.
func (f Fault) WithoutEcho() Fault {
	alter := f.alter
	f.alter = func(p *peer) {
		if alter != nil {
			alter(p)
		}
		onMessage := p.onMessage
		p.onMessage = func(m message) {
			p.mute = true
			onMessage(m)
			p.mute = false
		}
	}
	return f
}
