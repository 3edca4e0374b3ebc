package faulty

import (
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// opening makes a peer that calls do when the connection is open, and handles no
// frames afterwards.
func opening(do func(*peer)) func(*peer) {
	return func(p *peer) {
		p.opened = func() {
			do(p)
			p.over = true
		}
		p.leave = func() { p.discard(0) }
	}
}

// idleTime limits the life of a peer that does not read, because it cannot notice
// that the other end has left.
const idleTime = time.Minute

// endlessly makes a peer that sends the frame first, and then the frame again
// repeatedly until the other end is gone.
func endlessly(first, again frame) func(*peer) {
	return opening(func(p *peer) {
		for f := first; ; f = again {
			if p.role == wire.RoleClient {
				f.Masked, f.MaskKey = true, p.key()
			}
			if _, err := p.conn.Write(encode(f)); err != nil {
				return
			}
		}
	})
}

var robustnessFaults = []Fault{
	{
		Name: "mute", Sentence: "Completes the opening handshake but sends nothing afterwards.", Requires: []string{"RFC6455-6.1-1", "RFC6455-5.5.2-2", "RFC6455-5.5.1-7"},
		alter: opening(func(*peer) {}),
	},
	{
		Name: "constant-answer", Sentence: "Answers every message with the same text.", Requires: []string{"RFC6455-6.1-1", "RFC6455-6.2-4"},
		alter: func(p *peer) {
			p.onMessage = func(message) {
				p.send(frame{Header: wire.Header{Fin: true, Opcode: wire.OpText}, payload: []byte("always the same")})
			}
		},
	},
	{
		Name: "constant-close", Sentence: "Answers the first frame with Close 1000, whatever it is.", Requires: []string{"RFC6455-7.1.7-8", "RFC6455-5.5.2-2"},
		alter: func(p *peer) {
			p.seen = func(*wire.Header) bool {
				p.send(closeFrame(wire.StatusNormalClosure, ""))
				p.over = true
				return true
			}
		},
	},
	{
		Name: "never-reads", Sentence: "Completes the opening handshake but reads nothing afterwards.", Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.1-7"},
		alter: func(p *peer) {
			p.opened = func() {
				p.idle(idleTime)
				p.over = true
			}
		},
	},
	{
		Name: "leaves-at-once", Sentence: "Closes TCP directly after the opening handshake.", Requires: []string{"RFC6455-7.2.1-3", "RFC6455-7.1.2-1"},
		alter: opening(func(p *peer) { p.closeWrite() }),
	},
	{
		Name: "resets-at-once", Sentence: "Resets TCP directly after the opening handshake.", Requires: []string{"RFC6455-7.1.1-1"},
		alter: opening((*peer).reset),
	},
	{
		Name: "resets-on-message", Sentence: "Resets TCP on the first message.", Requires: []string{"RFC6455-7.1.1-1", "RFC6455-6.1-1"},
		alter: func(p *peer) { p.onMessage = func(message) { p.reset() } },
	},
	{
		Name: "dies-after-1000-octets", Sentence: "Closes TCP after 1000 octets of payload.", Requires: []string{"RFC6455-6.2-1"},
		alter: func(p *peer) {
			read := 0
			p.seen = func(*wire.Header) bool {
				if read += len(p.current.payload); read > 1000 {
					p.failed, p.over = true, true
				}
				return p.over
			}
		},
	},
	{
		Name: "dies-on-1-mib", Sentence: "Closes TCP on a message of 1 MiB or more.", Requires: []string{"RFC6455-6.1-9"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if len(m.payload) >= 1<<20 {
					p.failed, p.over = true, true
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "stops-mid-frame", Sentence: "Sends half an echo and then stops sending.", Requires: []string{"RFC6455-6.1-9"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if f.Opcode.IsControl() || len(f.payload) < 2 {
					return b
				}
				p.over, p.sentClose = true, true
				p.leave = func() { p.discard(0) }
				return b[:len(b)-len(f.payload)/2]
			}
		},
	},
	{
		Name: "endless-pings", Sentence: "Sends Pings endlessly and answers nothing.", Requires: []string{"RFC6455-6.1-1", "RFC6455-5.5.1-7"},
		alter: endlessly(control(wire.OpPing, nil), control(wire.OpPing, make([]byte, 125))),
	},
	{
		Name: "endless-message", Sentence: "Sends a message that never ends.", Requires: []string{"RFC6455-5.4-4", "RFC6455-6.1-7"},
		alter: endlessly(
			frame{Header: wire.Header{Opcode: wire.OpBinary}},
			frame{Header: wire.Header{Opcode: wire.OpContinuation}, payload: make([]byte, 1<<10)}),
	},
	{
		Name: "endless-octets", Sentence: "Sends zero octets endlessly.", Requires: []string{"RFC6455-6.1-4"},
		alter: opening(func(p *peer) {
			zeros := make([]byte, 4<<10)
			for {
				if _, err := p.conn.Write(zeros); err != nil {
					return
				}
			}
		}),
	},
	{
		Name: "endless-echo", Sentence: "Echoes each message endlessly.", Requires: []string{"RFC6455-6.1-1"},
		alter: func(p *peer) {
			p.onMessage = func(m message) {
				for p.ctx.Err() == nil {
					f := p.echo(m)[0]
					if p.role == wire.RoleClient {
						f.Masked, f.MaskKey = true, p.key()
					}
					if _, err := p.conn.Write(encode(f)); err != nil {
						p.over = true
						return
					}
				}
			}
		},
	},
	{
		Name: "huge-length", Sentence: "Declares a length of 2^62 octets for each echo.", Requires: []string{"RFC6455-5.2-11", "RFC6455-6.1-9"},
		alter: finishing(func(f *frame) {
			if !f.Opcode.IsControl() {
				f.Length, f.declared = 1<<62, true
			}
		}),
	},
	{
		Name: "garbage", Sentence: "Answers each message with octets that are not a frame.", Requires: []string{"RFC6455-6.1-4"},
		alter: func(p *peer) {
			p.onMessage = func(message) { p.write([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")) }
		},
	},
	{
		Name: "speaks-http", Sentence: "Answers the first frame with an HTTP error.", Requires: []string{"RFC6455-6.1-4"},
		alter: func(p *peer) {
			p.seen = func(*wire.Header) bool {
				p.write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
				p.failed, p.over = true, true
				return true
			}
		},
	},
	{
		Name: "half-closes", Sentence: "Closes its sending side of TCP directly after the opening handshake, and continues to read.", Requires: []string{"RFC6455-7.1.1-3", "RFC6455-5.5.1-7"},
		alter: func(p *peer) { p.opened = func() { p.closeWrite() } },
	},
	{
		Name: "allocates-declared-length", Sentence: "Allocates the declared length of a frame, up to 32 MiB, before the payload arrives.", Requires: []string{"RFC6455-10.4-1"},
		alter: func(p *peer) {
			overlook(wire.RuleMessageLimit)(p)
			var held []byte
			p.unmask = func(key [4]byte, pos int, piece []byte) {
				if n := int(min(p.current.Length, 32<<20)); len(held) < n {
					held = make([]byte, n)
					for i := 0; i < n; i += 4 << 10 {
						held[i] = 1
					}
				}
				wire.Mask(key, pos, piece)
			}
		},
	},
	{
		Name: "no-limit", Sentence: "Waits for the payload of a frame of any declared length.", Requires: []string{"RFC6455-10.4-1", "RFC6455-10.4-2"},
		alter: overlook(wire.RuleMessageLimit),
	},
	{
		Name: "endless-response", Sentence: "Sends response fields endlessly.", Requires: []string{"RFC6455-4.2.2-22"}, roles: onlyServer,
		alter: func(p *peer) {
			p.head = func(b []byte) []byte {
				for octets := b[:len(b)-2]; ; octets = []byte("X-Field: and another one\r\n") {
					if _, err := p.conn.Write(octets); err != nil {
						p.over = true
						return nil
					}
				}
			}
		},
	},
}
