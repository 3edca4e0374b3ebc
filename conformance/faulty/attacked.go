package faulty

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wsspec/wsspec/ref/wire"
)

// AttackFaults returns the faults that show only under attack: the cases of the suites
// robust and security are about them. They are no part of [Faults], because the catalogue
// finds few of them. Some are those of a whole server, so that its connections share
// something: each call makes servers of its own.
func AttackFaults() []Fault {
	return inAreas(false, area{Robustness, robustFaults()}, area{Robustness, onlyFor(onlyServer, serverRobustFaults())},
		area{ServerHandshake, onlyFor(onlyServer, injectionFaults())}, area{Masking, onlyFor(onlyClient, weakKeyFaults())}, area{Echo, strayFaults()})
}

// tiring makes a peer that answers nothing more when it has had so many of something.
func tiring(most int, counts func(*wire.Header) bool) func(*peer) {
	return func(p *peer) {
		had := 0
		p.seen = func(h *wire.Header) bool {
			if counts(h) {
				had++
			}
			return had > most
		}
	}
}

func robustFaults() []Fault {
	limit := []string{"RFC6455-10.4-1"}
	return []Fault{
		{
			Name: "stalls-after-1000-pings", Sentence: "Answers nothing more after 1000 Pings.", Requires: []string{"RFC6455-5.5.2-2"},
			alter: tiring(1000, func(h *wire.Header) bool { return h.Opcode == wire.OpPing }),
		},
		{
			Name: "stalls-after-1000-pongs", Sentence: "Answers nothing more after 1000 Pongs.", Requires: []string{"RFC6455-5.5.3-3"},
			alter: tiring(1000, func(h *wire.Header) bool { return h.Opcode == wire.OpPong }),
		},
		{
			Name: "stalls-after-1000-fragments", Sentence: "Answers nothing more after 1000 fragments.", Requires: []string{"RFC6455-5.4-11"},
			alter: tiring(1000, func(h *wire.Header) bool { return h.Opcode == wire.OpContinuation }),
		},
		{
			Name: "loses-messages-after-1000", Sentence: "Echoes only the first 1000 messages of a connection.", Requires: []string{"RFC6455-6.2-1"},
			alter: func(p *peer) {
				onMessage, had := p.onMessage, 0
				p.onMessage = func(m message) {
					if had++; had <= 1000 {
						onMessage(m)
					}
				}
			},
		},
		{
			Name: "hangs-on-empty-blocks", Sentence: "Needs very long for a compressed message of more than 100 KB that inflates to nothing.", Requires: limit,
			alter: func(p *peer) {
				inflate := p.inflate
				p.inflate = func(b []byte) ([]byte, error) {
					out, err := inflate(b)
					if err == nil && len(out) == 0 && len(b) > 100_000 {
						p.idle(idleTime)
					}
					return out, err
				}
			},
		},
		{
			Name: "wraps-window", Sentence: "Reads window bits modulo 2^64 in the opening handshake.", Requires: []string{"RFC7692-7-2", "RFC7692-7.1.2.1-2"}, roles: onlyServer,
			alter: func(p *peer) {
				agree := p.agree
				p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) bool {
					offers = slices.Clone(offers)
					for i := range offers {
						offers[i].Params = slices.Clone(offers[i].Params)
						for j := range offers[i].Params {
							if offers[i].Params[j].Value == "18446744073709551624" {
								offers[i].Params[j].Value = "8"
							}
						}
					}
					return agree(offers, params, answer)
				}
			},
		},
	}
}

// serverRobustFaults are those of servers whose connections hinder one another.
func serverRobustFaults() []Fault {
	serving := []string{"RFC6455-10.4-1"}
	var writing, inflating sync.Mutex
	var lost atomic.Int32
	return []Fault{
		{
			Name: "one-writer", Sentence: "Sends on one connection at a time, so that one that is not read stops all others.", Requires: serving,
			alter: func(p *peer) {
				p.encoded = func(_ frame, b []byte) []byte {
					writing.Lock()
					defer writing.Unlock()
					p.write(b)
					return nil
				}
			},
		},
		{
			Name: "one-inflater", Sentence: "Answers no other connection while it inflates a large message, which takes very long.", Requires: serving,
			alter: func(p *peer) {
				inflate := p.inflate
				p.inflate = func(b []byte) ([]byte, error) {
					out, err := inflate(b)
					if len(out) > 4<<20 {
						inflating.Lock()
						defer inflating.Unlock()
						p.discard(slowTime)
					}
					return out, err
				}
				onPing := p.onPing
				p.onPing = func(b []byte) {
					inflating.Lock()
					defer inflating.Unlock()
					onPing(b)
				}
			},
		},
		{
			Name: "leaks-lost-connections", Sentence: "Takes no new connection after eight that were lost without a Close frame.", Requires: serving,
			alter: func(p *peer) {
				p.reads = func(*wire.Request) {
					if lost.Load() >= 8 {
						p.discard(slowTime)
					}
				}
				p.ended = func() { lost.Add(1) }
			},
		},
	}
}

// injectionFaults repeat a value of the request in the response.
func injectionFaults() []Fault {
	form := []string{"RFC6455-4.2.2-22"}
	repeating := func(change func(wire.Request) string) func(*peer) {
		return func(p *peer) {
			p.answer = func(r wire.Request, resp *wire.Response) {
				if value := change(r); strings.ContainsAny(value, "\r\n") {
					addField(&resp.Fields, "X-Seen", value)
				}
			}
		}
	}
	unescaped := func(s string) string { s, _ = url.QueryUnescape(s); return s }
	return []Fault{
		{
			Name: "repeats-subprotocol", Sentence: "Repeats the subprotocols of the request in a field, with escapes such as %0d%0a resolved.", Requires: form,
			alter: repeating(func(r wire.Request) string { return unescaped(field(r, "Sec-WebSocket-Protocol")) }),
		},
		{
			Name: "repeats-target", Sentence: "Repeats the request target in a field, with escapes such as %0d%0a resolved.", Requires: form,
			alter: repeating(func(r wire.Request) string { return unescaped(r.Target) }),
		},
		{
			Name: "repeats-low-octets", Sentence: "Repeats the subprotocols of the request in a field, and drops all but the low octet of each character.", Requires: form,
			alter: func(p *peer) {
				overlook(wire.RuleRequestForm)(p)
				p.heard = func(head []byte) []byte {
					var low []byte
					for _, r := range string(head) {
						low = append(low, byte(r))
					}
					at := bytes.Index(low, []byte("\r\nX-Wsspec-Injected"))
					if at < 0 {
						return head
					}
					p.answer = func(_ wire.Request, resp *wire.Response) { addField(&resp.Fields, "X-Wsspec-Injected", "1") }
					return []byte(strings.ReplaceAll(string(head), "\u560d\u560aX-Wsspec-Injected: 1", ""))
				}
			},
		},
		{
			Name: "version-by-prefix", Sentence: "Accepts every version that begins with 13.", Requires: []string{"RFC6455-4.2.1-15"},
			alter: func(p *peer) {
				p.reads = func(r *wire.Request) {
					if strings.HasPrefix(field(*r, "Sec-WebSocket-Version"), "13") {
						setField(&r.Fields, "Sec-WebSocket-Version", "13")
					}
				}
			},
		},
	}
}

// weakKeyFaults look random, and are not.
func weakKeyFaults() []Fault {
	keys := []string{"RFC6455-5.3-2", "RFC6455-5.3-3"}
	return []Fault{
		{
			Name: "mask-pool", Sentence: "Chooses each masking key among 1000 that it has made for the connection.", Requires: keys,
			alter: func(p *peer) {
				var pool [1000][4]byte
				for i := range pool {
					pool[i] = freshKey()
				}
				p.key = func() [4]byte {
					k := freshKey()
					return pool[(int(k[0])<<8|int(k[1]))%len(pool)]
				}
			},
		},
		{
			Name: "mask-biased", Sentence: "Uses masking keys in which one bit is set in three of four.", Requires: keys,
			alter: func(p *peer) {
				p.key = func() [4]byte {
					k := freshKey()
					k[1] |= freshKey()[0] & 0x10
					return k
				}
			},
		},
		{
			Name: "mask-repeats-bit", Sentence: "Uses masking keys of which one bit mostly is as in the key before.", Requires: []string{"RFC6455-5.3-4"},
			alter: func(p *peer) {
				var last byte
				p.key = func() [4]byte {
					k := freshKey()
					if r := freshKey(); r[0] < 160 {
						k[3] = k[3]&^1 | last&1
					}
					last = k[3]
					return k
				}
			},
		},
	}
}

// strayFaults send octets that they were not sent.
func strayFaults() []Fault {
	return []Fault{
		{
			Name: "stray-pong", Sentence: "Puts an octet of an earlier Ping behind a Pong that is 100 octets shorter or more.", Requires: []string{"RFC6455-5.5.3-1"},
			alter: func(p *peer) {
				var longest []byte
				p.onPing = func(b []byte) {
					if len(b) > len(longest) {
						longest = slices.Clone(b)
					}
					if len(longest)-len(b) >= 100 {
						b = append(slices.Clone(b), longest[len(b)])
					}
					p.send(pong(b))
				}
			},
		},
		{
			Name: "stray-echo", Sentence: "Echoes a message of less than 100 octets with an octet of an earlier one of more than 10,000 behind it.", Requires: []string{"RFC6455-6.2-1"},
			alter: func(p *peer) {
				onMessage := p.onMessage
				var long []byte
				p.onMessage = func(m message) {
					if len(m.payload) > 10_000 {
						long = slices.Clone(m.payload)
					}
					if n := len(m.payload); n < 100 && long != nil {
						m.payload = append(slices.Clone(m.payload), long[n])
					}
					onMessage(m)
				}
			},
		},
		{
			Name: "stray-cut-text", Sentence: "Echoes a message that a FIN has cut off, with zeros for what did not come.", Requires: []string{"RFC6455-6.2-1", "RFC6455-7.1.7-3"},
			alter: func(p *peer) {
				p.ended = func() {
					if p.reading && p.current.Opcode == wire.OpText {
						p.onMessage(message{opcode: wire.OpText, payload: append(slices.Clone(p.current.payload), make([]byte, p.left)...)})
					}
				}
			},
		},
	}
}
