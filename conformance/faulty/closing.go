package faulty

import (
	"github.com/wsspec/wsspec/ref/wire"
)

// closingWith makes a peer with an answer of its own to a Close frame that is in
// order; code is the one received, 1005 if there was none.
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

// closingWithCode answers every Close with the same code, also one that must not
// be sent.
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
		Name: "close-answered-1002", Sentence: "Answers every Close with 1002.", Requires: []string{"RFC6455-5.5.1-8", "RFC6455-7.4.1-3"},
		alter: closingWithCode(wire.StatusProtocolError),
	},
	{
		Name: "close-answered-1001", Sentence: "Answers every Close with 1001.", Requires: []string{"RFC6455-5.5.1-8"},
		alter: closingWithCode(wire.StatusGoingAway),
	},
	{
		Name: "close-answered-1004", Sentence: "Answers every Close with 1004.", Requires: []string{"RFC6455-7.4.1-5"},
		alter: closingWithCode(wire.StatusReserved1004),
	},
	{
		Name: "close-answered-1005", Sentence: "Answers every Close with 1005.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: closingWithCode(wire.StatusNoStatusRcvd),
	},
	{
		Name: "close-empty-answered-1005", Sentence: "Answers a Close without code with 1005, and others in order.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: closingWith(func(code wire.StatusCode) frame {
			return control(wire.OpClose, []byte{byte(code >> 8), byte(code)})
		}),
	},
	{
		Name: "close-answered-1006", Sentence: "Answers every Close with 1006.", Requires: []string{"RFC6455-7.4.1-7"},
		alter: closingWithCode(wire.StatusAbnormalClosure),
	},
	{
		Name: "close-answered-1015", Sentence: "Answers every Close with 1015.", Requires: []string{"RFC6455-7.4.1-14"},
		alter: closingWithCode(wire.StatusTLSHandshake),
	},
	{
		Name: "close-answered-0", Sentence: "Answers every Close with 0.", Requires: []string{"RFC6455-7.4.2-1"},
		alter: closingWithCode(0),
	},
	{
		Name: "close-answered-2000", Sentence: "Answers every Close with 2000.", Requires: []string{"RFC6455-7.4.2-2"},
		alter: closingWithCode(2000),
	},
	{
		Name: "close-code-swapped", Sentence: "Writes the status code with the low octet first.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) {
			if len(f.payload) >= 2 {
				f.payload[0], f.payload[1] = f.payload[1], f.payload[0]
			}
		}),
	},
	{
		Name: "close-body-of-one", Sentence: "Sends Close frames with a body of one octet.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: finishingOnly(wire.OpClose, func(f *frame) { f.payload = []byte{3} }),
	},
	{
		Name: "close-reason-not-utf8", Sentence: "Answers Close with a reason that is not UTF-8.", Requires: []string{"RFC6455-5.5.1-3", "RFC6455-8.1-2"},
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
		Name: "close-twice", Sentence: "Sends its Close frame twice.", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-5.5.1-7"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				if f.Opcode == wire.OpClose {
					return append(b, b...)
				}
				return b
			}
		},
	},
	{
		Name: "close-twice-in-time", Sentence: "Answers a second Close frame with a second one.", Requires: []string{"RFC6455-5.5.1-6"},
		alter: func(p *peer) {
			p.leave = func() {
				p.onClose = func([]byte) {
					p.sendAnyway(closeFrame(wire.StatusNormalClosure, ""))
					p.over = true
				}
				p.onMessage, p.onPing = func(message) {}, func([]byte) {}
				p.over = false
				p.feed()
				p.leaveInOrder()
			}
		},
	},
	{
		Name: "data-after-close", Sentence: "Sends a message behind its Close frame.", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2"},
		alter: func(p *peer) {
			p.leave = func() {
				p.sendAnyway(frame{Header: wire.Header{Fin: true, Opcode: wire.OpText}, payload: []byte("one more thing")})
				p.leaveInOrder()
			}
		},
	},
	{
		Name: "echoes-after-close", Sentence: "Goes on echoing what comes behind Close, when its own Close is sent.", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2"},
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
		Name: "answers-close-last", Sentence: "Answers a Close between fragments when the message is whole.", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.1-9"},
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
		Name: "tcp-closed-first", Sentence: "Closes TCP behind its own Close although it is the client.", Requires: []string{"RFC6455-5.5.1-14", "RFC6455-7.1.1-6"}, roles: onlyClient,
		alter: func(p *peer) {
			p.leave = func() {
				p.closeWrite()
				p.discard(lingerTime)
			}
		},
	},
	{
		Name: "tcp-reset", Sentence: "Ends the connection by a TCP reset instead of a Close frame.", Requires: []string{"RFC6455-7.1.1-1", "RFC6455-5.5.1-7"},
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
		Name: "fails-and-stays", Sentence: "Sends Close on a mistake of the other end, and leaves TCP open.", Requires: []string{"RFC6455-7.1.7-3"}, roles: onlyServer,
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
		Name: "accepts-close-of-one", Sentence: "Takes a Close frame with a body of one octet.", Requires: []string{"RFC6455-5.5.1-2"},
		alter: overlook(wire.RuleCloseBody),
	},
	{
		Name: "accepts-close-unused", Sentence: "Takes status codes below 1000.", Requires: []string{"RFC6455-7.4.2-1"},
		alter: overlook(wire.RuleCloseCodeUnused),
	},
	{
		Name: "accepts-close-1004", Sentence: "Takes status code 1004.", Requires: []string{"RFC6455-7.4.1-5"},
		alter: overlook(wire.RuleCloseCode1004),
	},
	{
		Name: "accepts-close-1005", Sentence: "Takes status code 1005.", Requires: []string{"RFC6455-7.4.1-6"},
		alter: overlook(wire.RuleCloseCode1005),
	},
	{
		Name: "accepts-close-1006", Sentence: "Takes status code 1006.", Requires: []string{"RFC6455-7.4.1-7"},
		alter: overlook(wire.RuleCloseCode1006),
	},
	{
		Name: "accepts-close-1015", Sentence: "Takes status code 1015.", Requires: []string{"RFC6455-7.4.1-14"},
		alter: overlook(wire.RuleCloseCode1015),
	},
	{
		Name: "accepts-close-unassigned", Sentence: "Takes status codes that nobody has assigned, such as 1016.", Requires: []string{"RFC6455-7.4.2-2"},
		alter: overlook(wire.RuleCloseCodeUnassigned),
	},
	{
		Name: "accepts-close-reason", Sentence: "Takes a reason that is not UTF-8.", Requires: []string{"RFC6455-8.1-2"},
		alter: overlook(wire.RuleCloseReason),
	},
	{
		Name: "echoes-close-body", Sentence: "Answers Close with the same body, whatever it is.", Requires: []string{"RFC6455-7.4.1-6", "RFC6455-5.5.1-2", "RFC6455-8.1-2"},
		alter: func(p *peer) {
			p.onClose = func(body []byte) {
				p.send(control(wire.OpClose, body))
				p.over = true
			}
		},
	},
	{
		Name: "rejects-registered-codes", Sentence: "Takes 3000 to 3999 for mistakes.", Requires: []string{"RFC6455-7.4.2-3"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code >= 3000 && code <= 3999 {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-private-codes", Sentence: "Takes 4000 to 4999 for mistakes.", Requires: []string{"RFC6455-7.4.2-4"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code >= 4000 && code <= 4999 {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-empty-close", Sentence: "Takes a Close without body for a mistake.", Requires: []string{"RFC6455-5.5.1-1", "RFC6455-7.4-2"},
		alter: closingWith(func(code wire.StatusCode) frame {
			if code == wire.StatusNoStatusRcvd {
				code = wire.StatusProtocolError
			}
			return closeFrame(code, "")
		}),
	},
	{
		Name: "rejects-close-reason", Sentence: "Takes a Close with a reason for a mistake.", Requires: []string{"RFC6455-5.5.1-3"},
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
}
