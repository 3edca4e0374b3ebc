package faulty

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

var oddities = inAreas(true,
	area{Framing, []Fault{
		{
			Name: "odd-drips", Sentence: "Sends control frames and short messages octet by octet.", Requires: []string{"RFC6455-6.2-1", "RFC6455-2.1-1"},
			alter: func(p *peer) {
				p.encoded = func(_ frame, b []byte) []byte {
					for len(b) > 0 && len(b) < 1<<10 {
						p.write(b[:1])
						b = b[1:]
					}
					return b
				}
			},
		},
	}},
	area{Control, []Fault{
		{
			Name: "odd-pings", Sentence: "Sends a Ping before each echo.", Requires: []string{"RFC6455-5.5.2-5"},
			alter: func(p *peer) {
				onMessage := p.onMessage
				p.onMessage = func(m message) {
					p.send(control(wire.OpPing, []byte("still there?")))
					onMessage(m)
				}
			},
		},
		{
			Name: "odd-pongs", Sentence: "Sends unsolicited Pongs.", Requires: []string{"RFC6455-5.5.3-3"},
			alter: func(p *peer) {
				onMessage := p.onMessage
				p.opened = func() { p.send(pong([]byte("hello"))) }
				p.onMessage = func(m message) {
					p.send(pong([]byte("still here")))
					onMessage(m)
				}
			},
		},
		{
			Name: "odd-coalesced-pongs", Sentence: "Answers only the latest of several pending Pings.", Requires: []string{"RFC6455-5.5.3-2"},
			alter: func(p *peer) {
				p.onPing = func(b []byte) {
					h, n, err := wire.ParseHeader(p.in)
					if err == nil && h.Opcode == wire.OpPing && uint64(len(p.in)-n) >= h.Length && wire.Check(h, p.state) == nil {
						return
					}
					p.send(pong(b))
				}
			},
		},
	}},
	area{Fragmentation, []Fault{
		{
			Name: "odd-fragments", Sentence: "Echoes in fragments of at most 1000 octets.", Requires: []string{"RFC6455-6.1-5"},
			alter: inFragments(1000, func(int, *frame) {}),
		},
		{
			Name: "odd-empty-fragments", Sentence: "Sends an empty fragment before and after each echo.", Requires: []string{"RFC6455-5.4-11"},
			alter: func(p *peer) {
				p.echo = func(m message) []frame {
					first := p.echoInOrder(m)[0]
					middle, last := first, first
					middle.Opcode, last.Opcode = wire.OpContinuation, wire.OpContinuation
					middle.RSV, last.RSV = 0, 0
					first.Fin, middle.Fin = false, false
					first.payload, last.payload = nil, nil
					return []frame{first, middle, last}
				}
			},
		},
	}},
	area{Text, []Fault{
		{
			Name: "odd-text-checked-late", Sentence: "Validates a text message only when it is complete.", Requires: []string{"RFC6455-8.1-1"},
			alter: judgingWhole(utf8.Valid),
		},
	}},
	area{Closing, []Fault{
		{
			Name: "odd-close-empty", Sentence: "Sends Close frames without a body.", Requires: []string{"RFC6455-7.4-2"},
			alter: finishingOnly(wire.OpClose, func(f *frame) { f.payload = nil }),
		},
		{
			Name: "odd-close-reason", Sentence: "Sends Close frames with a reason.", Requires: []string{"RFC6455-7.4-1"},
			alter: finishingOnly(wire.OpClose, func(f *frame) {
				if len(f.payload) == 2 {
					f.payload = append(f.payload, "até logo"...)
				}
			}),
		},
		{
			Name: "odd-close-before-echo", Sentence: "Answers a Close frame and omits the echo of the message before it.", Requires: []string{"RFC6455-5.5.1-10", "RFC6455-5.5.1-11"},
			alter: func(p *peer) {
				onMessage := p.onMessage
				p.onMessage = func(m message) {
					if h, _, err := wire.ParseHeader(p.in); err == nil && h.Opcode == wire.OpClose {
						return
					}
					onMessage(m)
				}
			},
		},
		{
			Name: "odd-close-twice", Sentence: "Sends its Close frame twice.", Requires: []string{"RFC6455-5.5.1-6"},
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
			Name: "odd-close-twice-in-time", Sentence: "Answers a second Close frame with a second Close frame.", Requires: []string{"RFC6455-5.5.1-6"},
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
			Name: "odd-pong-after-close", Sentence: "Answers Pings that follow the other end's Close frame, after sending its own.", Requires: []string{"RFC6455-5.5.2-3"},
			alter: func(p *peer) {
				p.leave = func() {
					p.onPing = func(b []byte) { p.sendAnyway(pong(b)) }
					p.onMessage, p.onClose = func(message) {}, func([]byte) {}
					p.over = false
					p.feed()
					p.leaveInOrder()
				}
			},
		},
		{
			Name: "odd-drops", Sentence: "Fails connections by closing TCP without a Close frame.", Requires: []string{"RFC6455-7.1.7-6"},
			alter: func(p *peer) { p.onMistake = func(*wire.Violation) { p.failed, p.over = true, true } },
		},
	}},
	area{ServerHandshake, onlyFor(onlyServer, []Fault{
		{
			Name: "odd-response-case", Sentence: "Mixes upper and lower case in the fields of its response.", Requires: []string{"RFC6455-4.1-48", "RFC6455-4.1-51", "RFC6455-4.1-58"},
			alter: responding(func(r *wire.Response) {
				for i, f := range r.Fields {
					switch f.Name {
					case "Upgrade":
						r.Fields[i].Value = "WebSocket"
					case "Connection":
						r.Fields[i].Value = "keep-alive, UPGRADE"
					}
					r.Fields[i].Name = strings.ToUpper(f.Name)
				}
			}),
		},
		{
			Name: "odd-response-fields", Sentence: "Responds with unrelated fields and another reason phrase.", Requires: []string{"RFC6455-4.2.2-22"},
			alter: responding(func(r *wire.Response) {
				r.Reason = "Web Socket Protocol Handshake"
				r.Fields = append(wire.Fields{{Name: "Server", Value: "odd"}, {Name: "Set-Cookie", Value: "a=b; c"}}, r.Fields...)
				addField(&r.Fields, "X-Empty", "")
			}),
		},
		{
			Name: "odd-response-padded", Sentence: "Puts white space around the field values of its response.", Requires: []string{"RFC6455-4.1-54", "RFC6455-4.3-7"},
			alter: func(p *peer) {
				p.head = func(b []byte) []byte {
					b = bytes.ReplaceAll(b, []byte(": "), []byte(": \t "))
					line, rest, _ := bytes.Cut(b, []byte("\r\n"))
					return append(append(line, "\r\n"...), bytes.ReplaceAll(rest, []byte("\r\nS"), []byte(" \r\nS"))...)
				}
			},
		},
		{
			Name: "odd-keeps-connection", Sentence: "Waits for another request on the connection after it has refused one.", Requires: []string{"RFC6455-7.2.2-1"},
			alter: func(p *peer) { p.keeps = true },
		},
		{
			Name: "odd-loses-early-frames", Sentence: "Drops frames that arrive in the same segment as the request.", Requires: []string{"RFC6455-4.1-41"},
			alter: func(p *peer) { p.early = func([]byte) []byte { return nil } },
		},
		{
			Name: "odd-response-drips", Sentence: "Sends its response octet by octet.", Requires: []string{"RFC6455-2.1-1"},
			alter: func(p *peer) {
				p.head = func(b []byte) []byte {
					for i := range b {
						p.write(b[i : i+1])
					}
					return nil
				}
			},
		},
	})},
	area{Deflate, []Fault{
		{
			Name: "odd-declines-deflate", Sentence: "Declines every offer of permessage-deflate.", Requires: []string{"RFC7692-5-13"}, roles: onlyServer,
			alter: func(p *peer) {
				p.agree = func([]wire.Extension, *wire.DeflateParams, *wire.Extension) bool { return false }
			},
		},
		{
			Name: "odd-sends-plain", Sentence: "Accepts permessage-deflate but compresses nothing.", Requires: []string{"RFC7692-6-3"},
			alter: func(p *peer) {
				p.echo = func(m message) []frame {
					return []frame{{Header: wire.Header{Fin: true, Opcode: m.opcode}, payload: m.payload}}
				}
			},
		},
		{
			Name: "odd-no-takeover", Sentence: "Starts each message with an empty window, even if that was not negotiated.", Requires: []string{"RFC7692-7.2.1-12", "RFC7692-7.2.1-9"},
			alter: func(p *peer) { p.deflaterOptions = func(o *wire.DeflaterOptions) { o.NoContextTakeover = true } },
		},
		{
			Name: "odd-stored-blocks", Sentence: "Sends compressed messages in stored blocks of at most 60,000 octets.", Requires: []string{"RFC7692-7.2.1-2", "RFC7692-7.2.1-3"},
			alter: func(p *peer) {
				p.compress = func(b []byte) []byte {
					var out []byte
					for len(b) > 0 {
						n := min(len(b), 60000)
						out = append(out, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
						out, b = append(out, b[:n]...), b[n:]
					}
					return append(out, 0)
				}
			},
		},
		{
			Name: "odd-window-8", Sentence: "Responds with a server window of 8 bits although it was not offered.", Requires: []string{"RFC7692-7.1.2.1-6"}, roles: onlyServer,
			alter: func(p *peer) {
				p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) (ok bool) {
					*params, *answer, ok = wire.AcceptDeflate(offers, wire.DeflatePolicy{ServerMaxWindowBits: 8})
					return ok
				}
			},
		},
	}},
)
