package faulty

import (
	"github.com/wsspec/wsspec/ref/wire"
)

// closingWith makes a peer that answers a valid Close frame with answer. code is the
// received status code, or 1005 if there was none.
func closingWith(answer func(code wire.StatusCode) frame) func(*peer) {
	return func(p *peer) {
		p.onClose = func(body []byte) {
			code, _, v := wire.ParseClose(body)
			if v != nil {
				p.onMistake(v)
				return
			}
			p.send(answer(code))
			p.over = true
		}
	}
}

// closingWithCode makes a peer that answers every Close frame with the code, even if
// the code must not be sent.
func closingWithCode(code wire.StatusCode) func(*peer) {
	return closingWith(func(wire.StatusCode) frame {
		return control(wire.OpClose, []byte{byte(code >> 8), byte(code)})
	})
}

var closingFaults = []Fault{
	{
		Name: "close-unanswered", Sentence: "Closes TCP on a Close frame without answering it.", Requires: []string{"RFC6455-5.5.1-7"},
		alter: func(p *peer) { p.onClose = func([]byte) { p.failed, p.over = true, true } },
	},
	{
		Name: "close-ignored", Sentence: "Ignores Close frames.", Requires: []string{"RFC6455-5.5.1-7", "RFC6455-5.5.1-12"},
		alter: func(p *peer) { p.onClose = func([]byte) {} },
	},
	{
		Name: "close-answered-1002", Sentence: "Answers every Close frame with 1002.", Requires: []string{"RFC6455-5.5.1-8", "RFC6455-7.4.1-3"},
		alter: closingWithCode(wire.StatusProtocolError),
	},
	{
		Name: "close-answered-1001", Sentence: "Answers every Close frame with 1001.", Requires: []string{"RFC6455-5.5.1-8"},
		alter: closingWithCode(wire.StatusGoingAway),
	},
	{
		Name: "close-answered-1004", Sentence: "Answers every Close frame with 1004.", Requires: []string{"RFC6455-7.4.1-5"},
		alter: closingWithCode(wire.StatusReserved1004),
	},
	{
		Name: "close-answered-1005", Sentence: "Answers every Close frame with 1005.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: closingWithCode(wire.StatusNoStatusRcvd),
	},
	{
		Name: "close-empty-answered-1005", Sentence: "Answers a Close frame without a status code with 1005.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: closingWith(func(code wire.StatusCode) frame {
			return control(wire.OpClose, []byte{byte(code >> 8), byte(code)})
		}),
	},
	{
		Name: "close-answered-1006", Sentence: "Answers every Close frame with 1006.", Requires: []string{"RFC6455-7.4.1-7"},
		alter: closingWithCode(wire.StatusAbnormalClosure),
	},
	{
		Name: "close-answered-1015", Sentence: "Answers every Close frame with 1015.", Requires: []string{"RFC6455-7.4.1-14"},
		alter: closingWithCode(wire.StatusTLSHandshake),
	},
	{
		Name: "close-answered-0", Sentence: "Answers every Close frame with 0.", Requires: []string{"RFC6455-7.4.2-1"},
		alter: closingWithCode(0),
	},
	{
		Name: "close-answered-2000", Sentence: "Answers every Close frame with 2000.", Requires: []string{"RFC6455-7.4.2-2"},
		alter: closingWithCode(2000),
	},
	{
		Name: "close-code-swapped", Sentence: "Writes the status code in little-endian order.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) {
			if len(f.payload) >= 2 {
				f.payload[0], f.payload[1] = f.payload[1], f.payload[0]
			}
		}),
	},
	{
		Name: "close-body-of-one", Sentence: "Sends Close frames with a 1-octet body.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) { f.payload = []byte{3} }),
	},
	{
		Name: "close-reason-not-utf8", Sentence: "Answers a Close frame with a reason that is not valid UTF-8.", Requires: []string{"RFC6455-5.5.1-3", "RFC6455-8.1-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) { f.payload = []byte("\x03\xe8bye\xff") }),
	},
	{
		Name: "close-too-long", Sentence: "Sends Close frames of 126 octets.", Requires: []string{"RFC6455-5.5-1"},
		alter: finishingOnly(wire.OpClose, func(f *frame) {
			f.payload = append([]byte{3, 0xE8}, make([]byte, 124)...)
		}),
	},
	{
		Name: "close-fragmented", Sentence: "Sends Close frames without FIN.", Requires: []string{"RFC6455-5.5-3"},
		alter: finishingOnly(wire.OpClose, func(f *frame) { f.Fin = false }),
	},
	{
		Name: "data-after-close", Sentence: "Sends a message after its Close frame.", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2"},
		alter: func(p *peer) {
			p.leave = func() {
				p.sendAnyway(frame{Header: wire.Header{Fin: true, Opcode: wire.OpText}, payload: []byte("one more thing")})
				p.leaveInOrder()
			}
		},
	},
	{
		Name: "echoes-after-close", Sentence: "Echoes messages that follow the other end's Close frame, after sending its own.", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2"},
		alter: func(p *peer) {
			p.leave = func() {
				p.onMessage = func(m message) {
					for _, f := range p.echo(m) {
						p.sendAnyway(f)
					}
				}
				p.onPing, p.onClose = func([]byte) {}, func([]byte) {}
				p.over = false
				p.feed()
				p.leaveInOrder()
			}
		},
	},
	{
		Name: "answers-close-last", Sentence: "Answers a Close frame between fragments only when the message is complete.", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.1-9"},
		alter: func(p *peer) {
			var held []byte
			onClose, onMessage := p.onClose, p.onMessage
			p.onClose = func(b []byte) {
				if p.state.InMessage {
					held = append([]byte{}, b...)
					return
				}
				onClose(b)
			}
			p.onMessage = func(m message) {
				onMessage(m)
				if held != nil {
					onClose(held)
				}
			}
		},
	},
	{
		Name: "tcp-stays-open", Sentence: "Leaves TCP open after the closing handshake.", Requires: []string{"RFC6455-5.5.1-13", "RFC6455-7.1.1-3"}, roles: onlyServer,
		alter: func(p *peer) { p.leave = func() { p.discard(0) } },
	},
	{
		Name: "tcp-closed-first", Sentence: "Closes TCP directly after its own Close frame although it is the client.", Requires: []string{"RFC6455-5.5.1-14", "RFC6455-7.1.1-6"}, roles: onlyClient,
		alter: func(p *peer) {
			p.leave = func() {
				p.closeWrite()
				p.discard(lingerTime)
			}
		},
	},
	{
		Name: "tcp-reset", Sentence: "Resets TCP instead of sending a Close frame.", Requires: []string{"RFC6455-7.1.1-1", "RFC6455-5.5.1-7"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if f.Opcode == wire.OpClose {
					p.reset()
				}
				return b
			}
		},
	},
	{
		Name: "fails-and-stays", Sentence: "Sends a Close frame on a violation but leaves TCP open.", Requires: []string{"RFC6455-7.1.7-3"}, roles: onlyServer,
		alter: func(p *peer) {
			p.leave = func() {
				if p.failed {
					p.discard(0)
					return
				}
				p.leaveInOrder()
			}
		},
	},
	{
		Name: "accepts-close-of-one", Sentence: "Accepts a Close frame with a 1-octet body.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: overlook(wire.RuleCloseBody),
	},
	{
		Name: "accepts-close-unused", Sentence: "Accepts status codes below 1000.", Requires: []string{"RFC6455-7.4.2-1"},
		alter: overlook(wire.RuleCloseCodeUnused),
	},
	{
		Name: "accepts-close-1004", Sentence: "Accepts status code 1004.", Requires: []string{"RFC6455-7.4.1-5"},
		alter: overlook(wire.RuleCloseCode1004),
	},
	{
		Name: "accepts-close-1005", Sentence: "Accepts status code 1005.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: overlook(wire.RuleCloseCode1005),
	},
	{
		Name: "accepts-close-1006", Sentence: "Accepts status code 1006.", Requires: []string{"RFC6455-7.4.1-7"},
		alter: overlook(wire.RuleCloseCode1006),
	},
	{
		Name: "accepts-close-1015", Sentence: "Accepts status code 1015.", Requires: []string{"RFC6455-7.4.1-14"},
		alter: overlook(wire.RuleCloseCode1015),
	},
	{
		Name: "accepts-close-unassigned", Sentence: "Accepts unassigned status codes, such as 1016.", Requires: []string{"RFC6455-7.4.2-2"},
		alter: overlook(wire.RuleCloseCodeUnassigned),
	},
	{
		Name: "accepts-close-reason", Sentence: "Accepts a close reason that is not valid UTF-8.", Requires: []string{"RFC6455-8.1-2"},
		alter: overlook(wire.RuleCloseReason),
	},
	{
		Name: "echoes-close-body", Sentence: "Answers a Close frame with the same body without checking it.", Requires: []string{"RFC6455-7.4.1-6", "RFC6455-5.5.1-2", "RFC6455-8.1-2"},
		alter: func(p *peer) {
			p.onClose = func(body []byte) {
				p.send(control(wire.OpClose, body))
				p.over = true
			}
		},
	},
	{
		Name: "rejects-registered-codes", Sentence: "Treats status codes 3000 to 3999 as a protocol error.", Requires: []string{"RFC6455-7.4.2-3"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code >= 3000 && code <= 3999 {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-private-codes", Sentence: "Treats status codes 4000 to 4999 as a protocol error.", Requires: []string{"RFC6455-7.4.2-4"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code >= 4000 && code <= 4999 {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-empty-close", Sentence: "Treats a Close frame without a body as a protocol error.", Requires: []string{"RFC6455-5.5.1-1", "RFC6455-7.4-2"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code == wire.StatusNoStatusRcvd {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-close-reason", Sentence: "Treats a Close frame with a reason as a protocol error.", Requires: []string{"RFC6455-5.5.1-3"},
		alter: func(p *peer) {
			onClose := p.onClose
			p.onClose = func(b []byte) {
				if len(b) > 2 {
					p.failWith(wire.StatusProtocolError, "")
					return
				}
				onClose(b)
			}
		},
	},
	{
		Name: "reason-cut", Sentence: "Answers a Close frame with the same reason, cut after 100 octets.", Requires: []string{"RFC6455-8.1-2", "RFC6455-5.5.1-3"},
		alter: repeatingReason(func(reason []byte) []byte { return reason[:min(len(reason), 100)] }),
	},
	{
		Name: "reason-longer", Sentence: "Answers a Close frame with the same reason behind a word, cut after 123 octets.", Requires: []string{"RFC6455-8.1-2", "RFC6455-5.5.1-3"},
		alter: repeatingReason(func(reason []byte) []byte {
			longer := append([]byte("got: "), reason...)
			return longer[:min(len(longer), 123)]
		}),
	},
	{
		Name: "fin-before-answer", Sentence: "Closes TCP without an answer if a FIN comes behind a Close frame.", Requires: []string{"RFC6455-5.5.1-7"},
		alter: func(p *peer) {
			onClose := p.onClose
			p.onClose = func(body []byte) {
				if p.readMore(moment) {
					p.failed, p.over = true, true
					return
				}
				onClose(body)
			}
		},
	},
	{
		Name: "fin-drops-messages", Sentence: "Closes TCP without an echo if a FIN comes behind a message.", Requires: []string{"RFC6455-6.2-1"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if len(p.in) == 0 && p.readMore(moment) && len(p.in) == 0 {
					p.failed, p.over = true, true
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "fin-in-frame-stays", Sentence: "Leaves TCP open for a while after a FIN in the middle of a frame or message.", Requires: []string{"RFC6455-7.2.1-2"},
		alter: func(p *peer) {
			p.ended = func() {
				if p.reading || len(p.in) > 0 || p.state.InMessage {
					p.idle(lingerTime)
				}
			}
		},
	},
	{
		Name: "fin-ends-message", Sentence: "Takes what it has of a message for the whole message if a FIN comes.", Requires: []string{"RFC6455-5.4-4", "RFC6455-6.2-4"},
		alter: func(p *peer) {
			p.ended = func() {
				if p.state.InMessage {
					p.onMessage(p.message)
				}
			}
		},
	},
}

// repeatingReason makes a peer that answers a Close frame with its code, and with what
// change makes of its reason.
func repeatingReason(change func(reason []byte) []byte) func(*peer) {
	return func(p *peer) {
		onClose := p.onClose
		p.onClose = func(body []byte) {
			if _, _, v := wire.ParseClose(body); v != nil || len(body) < 2 {
				onClose(body)
				return
			}
			p.send(control(wire.OpClose, append(body[:2:2], change(body[2:])...)))
			p.over = true
		}
	}
}
