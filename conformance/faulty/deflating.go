package faulty

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// The parameters of permessage-deflate (RFC 7692 7.1).
const (
	serverNoTakeover = "server_no_context_takeover"
	serverBits       = "server_max_window_bits"
	clientBits       = "client_max_window_bits"
)

// agreeing makes a server that changes its response to an offer that it accepts.
func agreeing(change func(offers []wire.Extension, answer *wire.Extension)) func(*peer) {
	return func(p *peer) {
		p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) bool {
			if !p.agreeInOrder(offers, params, answer) {
				return false
			}
			change(offers, answer)
			return true
		}
	}
}

// takingOffers makes a server that accepts an offer which violates the rule. It
// responds with the extension without parameters.
func takingOffers(rule *wire.Rule) func(*peer) {
	return func(p *peer) {
		p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) bool {
			for _, offer := range offers {
				if _, v := wire.ParseDeflateOffer(offer); offer.Name == wire.DeflateName && v != nil && v.Rule == rule {
					*answer = wire.Extension{Name: wire.DeflateName}
					return true
				}
			}
			return p.agreeInOrder(offers, params, answer)
		}
	}
}

// setParam sets the value of a parameter, and adds the parameter if it is missing.
func setParam(e *wire.Extension, name, value string) {
	for i := range e.Params {
		if e.Params[i].Name == name {
			e.Params[i].Value, e.Params[i].HasValue = value, true
			return
		}
	}
	e.Params = append(e.Params, wire.Param{Name: name, Value: value, HasValue: true})
}

func dropParam(e *wire.Extension, name string) {
	e.Params = slices.DeleteFunc(e.Params, func(p wire.Param) bool { return p.Name == name })
}

func hasParam(e wire.Extension, name string) bool {
	return slices.ContainsFunc(e.Params, func(p wire.Param) bool { return p.Name == name })
}

// inflating makes a peer that fails to decompress the payloads that refused selects.
func inflating(refused func(payload []byte) bool) func(*peer) {
	return func(p *peer) {
		inflate := p.inflate
		p.inflate = func(payload []byte) ([]byte, error) {
			if refused(payload) {
				return nil, wire.RuleDeflateData.Violation("an unsupported block type")
			}
			return inflate(payload)
		}
	}
}

// method returns the compression method of a payload's first block (RFC 1951 3.2.3).
func method(payload []byte) byte {
	if len(payload) == 0 {
		return 0
	}
	return payload[0] >> 1 & 3
}

// compressing makes a peer that changes its compressed payloads.
func compressing(change func([]byte) []byte) func(*peer) {
	return func(p *peer) {
		compress := p.compress
		p.compress = func(b []byte) []byte { return change(compress(b)) }
	}
}

// whenAgreed makes a peer that changes its frames if permessage-deflate is
// negotiated.
func whenAgreed(change func(*frame)) func(*peer) {
	return func(p *peer) {
		p.finish = func(f *frame) {
			if p.deflate != nil {
				change(f)
			}
		}
	}
}

var deflateFaults = slices.Concat(
	onlyFor(onlyServer, answersWrong), onlyFor(onlyClient, answersWronglyTaken), deflateSentWrong, deflateWronglyTaken)

var answersWrong = []Fault{
	{
		Name: "answers-window-larger", Sentence: "Accepts server_max_window_bits with a larger value than was offered.", Requires: []string{"RFC7692-7.1.2.1-4"},
		alter: agreeing(func(offers []wire.Extension, answer *wire.Extension) {
			if hasParam(*answer, serverBits) && hasParam(offers[0], serverBits) {
				setParam(answer, serverBits, "15")
			}
		}),
	},
	{
		Name: "answers-without-window", Sentence: "Accepts an offer with server_max_window_bits but omits the parameter from the response.", Requires: []string{"RFC7692-7.1.2.1-4"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) { dropParam(answer, serverBits) }),
	},
	{
		Name: "answers-without-takeover", Sentence: "Accepts an offer with server_no_context_takeover but omits the parameter from the response.", Requires: []string{"RFC7692-7.1.1.1-3"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) { dropParam(answer, serverNoTakeover) }),
	},
	{
		Name: "answers-client-window", Sentence: "Responds with client_max_window_bits although it was not offered.", Requires: []string{"RFC7692-7.1.2.2-6"},
		alter: agreeing(func(offers []wire.Extension, answer *wire.Extension) {
			if !slices.ContainsFunc(offers, func(e wire.Extension) bool { return hasParam(e, clientBits) }) {
				setParam(answer, clientBits, "15")
			}
		}),
	},
	{
		Name: "answers-undefined-parameter", Sentence: "Responds with a parameter that permessage-deflate does not define.", Requires: []string{"RFC6455-9.1-6", "RFC7692-7-6"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) { setParam(answer, "level", "9") }),
	},
	{
		Name: "answers-parameter-twice", Sentence: "Responds with the same parameter twice.", Requires: []string{"RFC7692-7-8"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) {
			answer.Params = append(answer.Params, wire.Param{Name: serverNoTakeover}, wire.Param{Name: serverNoTakeover})
		}),
	},
	{
		Name: "answers-window-16", Sentence: "Responds with a server window of 16 bits.", Requires: []string{"RFC7692-7.1.2.1-5", "RFC7692-7.2.1-7"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) { setParam(answer, serverBits, "16") }),
	},
	{
		Name: "answers-window-leading-zero", Sentence: "Responds with a server window that has a leading zero.", Requires: []string{"RFC7692-7.1.2.1-5"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) {
			if hasParam(*answer, serverBits) {
				setParam(answer, serverBits, "09")
			}
		}),
	},
	{
		Name: "answers-takeover-with-value", Sentence: "Responds with server_no_context_takeover and a value.", Requires: []string{"RFC7692-7.1.1.1-2"},
		alter: agreeing(func(_ []wire.Extension, answer *wire.Extension) { setParam(answer, serverNoTakeover, "true") }),
	},
	{
		Name: "answers-two-extensions", Sentence: "Accepts a second extension that uses RSV1, besides permessage-deflate.", Requires: []string{"RFC7692-5-9", "RFC6455-4.2.2-20"},
		alter: func(p *peer) {
			p.answer = func(_ wire.Request, r *wire.Response) {
				if value, ok := r.Fields.Get("Sec-WebSocket-Extensions"); ok {
					setField(&r.Fields, "Sec-WebSocket-Extensions", value+", x-webkit-deflate-frame")
				}
			}
		},
	},
	{
		Name: "answers-unoffered-deflate", Sentence: "Responds with permessage-deflate although it was not offered.", Requires: []string{"RFC6455-4.2.2-20", "RFC6455-9-3"},
		alter: func(p *peer) {
			p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) bool {
				if p.agreeInOrder(offers, params, answer) {
					return true
				}
				*answer = wire.Extension{Name: wire.DeflateName}
				return len(offers) == 0
			}
		},
	},
	{
		Name: "takes-undefined-offer", Sentence: "Accepts an offer with an undefined parameter.", Requires: []string{"RFC7692-7-1"},
		alter: takingOffers(wire.RuleDeflateOfferUndefined),
	},
	{
		Name: "takes-bad-window-offer", Sentence: "Accepts an offer with a window that is not 8 to 15.", Requires: []string{"RFC7692-7-2", "RFC7692-7.1.2.1-2"},
		alter: takingOffers(wire.RuleDeflateOfferValue),
	},
	{
		Name: "takes-doubled-offer", Sentence: "Accepts an offer that has a parameter twice.", Requires: []string{"RFC7692-7-3"},
		alter: takingOffers(wire.RuleDeflateOfferDoubled),
	},
	{
		Name: "fails-on-bad-offer", Sentence: "Rejects the connection because of an invalid offer, instead of declining the offer.", Requires: []string{"RFC7692-7-5"},
		alter: rejecting(func(r wire.Request) bool {
			for _, e := range r.Extensions() {
				if _, v := wire.ParseDeflateOffer(e); e.Name == wire.DeflateName && v != nil {
					return true
				}
			}
			return false
		}),
	},
	{
		Name: "prefers-last-offer", Sentence: "Accepts the last offer instead of the first.", Requires: []string{"RFC7692-5-3"},
		alter: func(p *peer) {
			p.agree = func(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) bool {
				reversed := slices.Clone(offers)
				slices.Reverse(reversed)
				return p.agreeInOrder(reversed, params, answer)
			}
		},
	},
	{
		Name: "agrees-and-forgets", Sentence: "Accepts permessage-deflate but fails the connection on RSV1.", Requires: []string{"RFC7692-5-16", "RFC7692-6-2"},
		alter: func(p *peer) { p.opened = func() { p.state.RSV1, p.deflate = false, nil } },
	},
}

var answersWronglyTaken = []Fault{
	{Name: "takes-undefined-answer", Sentence: "Accepts a response with an undefined parameter.", Requires: []string{"RFC7692-7-6"}, alter: overlook(wire.RuleDeflateAnswerUndefined)},
	{Name: "takes-bad-window-answer", Sentence: "Accepts a response with a window that is not 8 to 15.", Requires: []string{"RFC7692-7-7", "RFC7692-7.1.2.1-5"}, alter: overlook(wire.RuleDeflateAnswerValue)},
	{Name: "takes-doubled-answer", Sentence: "Accepts a response that has a parameter twice.", Requires: []string{"RFC7692-7-8"}, alter: overlook(wire.RuleDeflateAnswerDoubled)},
	{Name: "takes-two-extensions", Sentence: "Accepts two extensions that both use RSV1.", Requires: []string{"RFC7692-5-10"}, alter: overlook(wire.RuleDeflateConflict, wire.RuleResponseExtensionUnasked)},
	{
		Name: "takes-client-window", Sentence: "Accepts client_max_window_bits in a response although it did not offer it.", Requires: []string{"RFC7692-7.1.2.2-7"},
		alter: func(p *peer) {
			requestingWith("Sec-WebSocket-Extensions", wire.DeflateName)(p)
			overlook(wire.RuleDeflateClientBits)(p)
		},
	},
	{
		Name: "takes-larger-window", Sentence: "Accepts a response with a larger server window than it offered.", Requires: []string{"RFC7692-7.1.2.1-4", "RFC7692-5-15"},
		alter: func(p *peer) {
			requestingWith("Sec-WebSocket-Extensions", wire.DeflateOffer{ServerMaxWindowBits: 10}.Extension().String())(p)
			overlook(wire.RuleDeflateServerBits)(p)
		},
	},
	{
		Name: "takes-kept-takeover", Sentence: "Accepts a response without the server_no_context_takeover that it offered.", Requires: []string{"RFC7692-7.1.1.1-3", "RFC7692-5-15"},
		alter: func(p *peer) {
			requestingWith("Sec-WebSocket-Extensions", wire.DeflateOffer{ServerNoContextTakeover: true}.Extension().String())(p)
			overlook(wire.RuleDeflateTakeoverKept)(p)
		},
	},
	{Name: "offers-undefined-parameter", Sentence: "Offers permessage-deflate with an undefined parameter.", Requires: []string{"RFC6455-9.1-6"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate; level=9")},
	{Name: "offers-window-7", Sentence: "Offers a server window of 7 bits.", Requires: []string{"RFC7692-7.1.2.1-2"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=7")},
	{
		Name: "uses-unagreed-deflate", Sentence: "Compresses messages although the response did not accept permessage-deflate.", Requires: []string{"RFC6455-9.1-7", "RFC7692-5-14"},
		alter: func(p *peer) {
			p.opened = func() {
				if p.deflate == nil {
					p.agreed(wire.DeflateParams{})
					p.state.RSV1 = false
				}
			}
		},
	},
}

var deflateSentWrong = []Fault{
	{
		Name: "keeps-context", Sentence: "Refers to previous messages although it agreed to no context takeover.", Requires: []string{"RFC7692-7.2.1-11", "RFC7692-7.2.1-8"},
		alter: func(p *peer) { p.deflaterOptions = func(o *wire.DeflaterOptions) { o.NoContextTakeover = false } },
	},
	{
		Name: "keeps-window", Sentence: "Uses a window of 15 bits even if a smaller one was negotiated.", Requires: []string{"RFC7692-7.2.1-15", "RFC7692-7.2.1-13"},
		alter: func(p *peer) { p.deflaterOptions = func(o *wire.DeflaterOptions) { o.WindowBits = 15 } },
	},
	{
		Name: "plain-enters-window", Sentence: "Sends a message uncompressed that does not become shorter, and refers to it later.", Requires: []string{"RFC7692-7.2.1-1", "RFC7692-7.2.2-4"},
		alter: func(p *peer) {
			compress, plain := p.compress, false
			p.compress = func(octets []byte) []byte {
				out := compress(octets)
				if plain = len(out) >= len(octets); plain {
					return octets
				}
				return out
			}
			p.finish = func(f *frame) {
				if plain && f.RSV == wire.RSV1 {
					f.RSV = 0
				}
			}
		},
	},
	{
		Name: "rsv1-on-fragments", Sentence: "Sets RSV1 on every fragment of a compressed message.", Requires: []string{"RFC7692-6.1-3"},
		alter: func(p *peer) {
			inFragments(16, func(_ int, f *frame) {
				if p.deflate != nil {
					f.RSV = wire.RSV1
				}
			})(p)
		},
	},
	{
		Name: "rsv1-on-control", Sentence: "Sets RSV1 on control frames when permessage-deflate is negotiated.", Requires: []string{"RFC7692-6.1-3"},
		alter: whenAgreed(func(f *frame) { f.RSV = wire.RSV1 }),
	},
	{
		Name: "rsv1-forgotten", Sentence: "Compresses messages without setting RSV1.", Requires: []string{"RFC7692-6.1-1", "RFC7692-6-2"},
		alter: finishing(func(f *frame) { f.RSV = 0 }),
	},
	{
		Name: "rsv1-on-plain", Sentence: "Sets RSV1 on messages that it did not compress.", Requires: []string{"RFC7692-6.1-2", "RFC7692-6-3"},
		alter: func(p *peer) { p.compress = func(b []byte) []byte { return b } },
	},
	{
		Name: "rsv2-when-compressed", Sentence: "Sets RSV2 on compressed messages.", Requires: []string{"RFC6455-5.2-2"},
		alter: finishing(func(f *frame) {
			if f.RSV == wire.RSV1 {
				f.RSV |= wire.RSV2
			}
		}),
	},
	{
		Name: "keeps-flush-tail", Sentence: "Keeps the octets 00 00 FF FF at the end of a compressed message.", Requires: []string{"RFC7692-7.2.1-1"},
		alter: compressing(func(b []byte) []byte { return append(b, 0, 0, 0xFF, 0xFF) }),
	},
	{
		Name: "loses-flush", Sentence: "Removes one octet too many from the end of a compressed message.", Requires: []string{"RFC7692-7.2.1-1"},
		alter: compressing(func(b []byte) []byte { return b[:len(b)-1] }),
	},
	{
		Name: "compresses-badly", Sentence: "Sends DEFLATE data with a flipped bit.", Requires: []string{"RFC7692-7.2.1-1"},
		alter: compressing(func(b []byte) []byte {
			b[len(b)/2] ^= 0x10
			return b
		}),
	},
	{
		Name: "compresses-as-zlib", Sentence: "Prefixes its DEFLATE data with a zlib header.", Requires: []string{"RFC7692-7.2.1-1"},
		alter: compressing(func(b []byte) []byte { return append([]byte{0x78, 0x9C}, b...) }),
	},
	{
		Name: "compresses-fragments", Sentence: "Compresses each fragment separately, as if it were a message.", Requires: []string{"RFC7692-6.1-1", "RFC7692-7.2.1-6"},
		alter: func(p *peer) {
			p.echo = func(m message) []frame {
				frames := cut(frame{Header: wire.Header{Fin: true, Opcode: m.opcode}, payload: m.payload}, max(1, len(m.payload)/2))
				for i := range frames {
					if p.deflate != nil {
						frames[i].payload = p.compress(frames[i].payload)
						frames[0].RSV = wire.RSV1
					}
				}
				return frames
			}
		},
	},
	{
		Name: "adds-trailing-block", Sentence: "Appends an extra stored block to a compressed message.", Requires: []string{"RFC7692-7.2.1-1"},
		alter: compressing(func(b []byte) []byte {
			return append(b, "\x00\x00\x00\xff\xff\x00\x05\x00\xfa\xffextra\x00"...)
		}),
	},
}

var deflateWronglyTaken = []Fault{
	{Name: "accepts-rsv1-on-control", Sentence: "Accepts control frames with RSV1 set when permessage-deflate is negotiated.", Requires: []string{"RFC7692-6.1-4"}, alter: overlook(wire.RuleCompressedControl)},
	{Name: "accepts-rsv1-on-continuation", Sentence: "Accepts continuation frames with RSV1 set when permessage-deflate is negotiated.", Requires: []string{"RFC7692-6.1-5"}, alter: overlook(wire.RuleCompressedContinuation)},
	{Name: "accepts-rsv2-when-agreed", Sentence: "Accepts RSV2 and RSV3 when permessage-deflate is negotiated.", Requires: []string{"RFC6455-5.2-4"}, alter: overlook(wire.RuleReservedBitsDeflate)},
	{
		Name: "loses-context", Sentence: "Clears its window before each message although the sender may refer to previous messages.", Requires: []string{"RFC7692-7.2.2-6", "RFC7692-7.2.2-8"},
		alter: func(p *peer) { p.inflaterOptions = func(o *wire.InflaterOptions) { o.NoContextTakeover = true } },
	},
	{
		Name: "small-window", Sentence: "Keeps a window of 512 octets although the sender may refer back 32 KiB.", Requires: []string{"RFC7692-7.2.2-11", "RFC7692-7.2.2-13"},
		alter: func(p *peer) { p.inflaterOptions = func(o *wire.InflaterOptions) { o.WindowBits = 9 } },
	},
	{
		Name: "plain-empties-window", Sentence: "Clears its window at each uncompressed message.", Requires: []string{"RFC7692-7.2.2-4"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if !m.compressed && p.deflate != nil {
					p.release()
					p.agreed(p.deflate.params)
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "plain-refused", Sentence: "Fails the connection on uncompressed messages when permessage-deflate is negotiated.", Requires: []string{"RFC7692-6-3", "RFC7692-6.2-2"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if !m.compressed && p.deflate != nil {
					p.failWith(wire.StatusProtocolError, "")
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "inflates-plain", Sentence: "Decompresses uncompressed messages when permessage-deflate is negotiated.", Requires: []string{"RFC7692-6-3", "RFC7692-6.2-2"},
		alter: func(p *peer) {
			p.seen = func(h *wire.Header) bool {
				if p.deflate != nil && !h.Opcode.IsControl() && h.Opcode != wire.OpContinuation {
					h.RSV = wire.RSV1
				}
				return false
			}
		},
	},
	{
		Name: "no-bfinal", Sentence: "Fails the connection on a compressed message whose first block has BFINAL set.", Requires: []string{"RFC7692-7.2.1-4"},
		alter: inflating(func(b []byte) bool { return len(b) > 0 && b[0]&1 != 0 }),
	},
	{
		Name: "no-stored-blocks", Sentence: "Fails the connection on a compressed message that starts with a stored block.", Requires: []string{"RFC7692-7.2.1-3"},
		alter: inflating(func(b []byte) bool { return len(b) > 1 && method(b) == 0 }),
	},
	{
		Name: "no-fixed-blocks", Sentence: "Fails the connection on a compressed message that starts with a block of fixed codes.", Requires: []string{"RFC7692-7.2.1-3"},
		alter: inflating(func(b []byte) bool { return method(b) == 1 }),
	},
	{
		Name: "no-dynamic-blocks", Sentence: "Fails the connection on a compressed message that starts with a block of dynamic codes.", Requires: []string{"RFC7692-7.2.1-3"},
		alter: inflating(func(b []byte) bool { return method(b) == 2 }),
	},
	{
		Name: "no-empty-block", Sentence: "Fails the connection on a compressed empty message, the octet 00.", Requires: []string{"RFC7692-7.2.2-3"},
		alter: inflating(func(b []byte) bool { return len(b) == 1 && b[0] == 0 }),
	},
	{
		Name: "stops-at-bfinal", Sentence: "Treats a block with BFINAL set as the end of a compressed message.", Requires: []string{"RFC7692-7.2.1-4", "RFC7692-7.2.1-2"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				message, err := inflate(payload)
				first, ferr := io.ReadAll(flate.NewReader(bytes.NewReader(payload)))
				if err == nil && ferr == nil { // a block with BFINAL ended before the payload did
					return first, nil
				}
				return message, err
			}
		},
	},
	{
		Name: "inflates-first-fragment", Sentence: "Decompresses only the first fragment of a compressed message.", Requires: []string{"RFC7692-6.2-1"},
		alter: func(p *peer) {
			take := p.take
			p.take = func(payload []byte) {
				if !p.message.compressed || p.current.Opcode != wire.OpContinuation {
					take(payload)
				}
			}
		},
	},
	{
		Name: "inflates-64-kib", Sentence: "Truncates decompressed messages to 65535 octets.", Requires: []string{"RFC7692-6.2-1", "RFC6455-6.1-9"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				message, err := inflate(payload)
				return message[:min(len(message), 65535)], err
			}
		},
	},
	{
		Name: "accepts-corrupt-data", Sentence: "Treats invalid DEFLATE data as an empty message.", Requires: []string{"RFC7692-7.2.2-2"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				message, err := inflate(payload)
				if err != nil {
					return nil, nil
				}
				return message, nil
			}
		},
	},
	{
		Name: "accepts-truncated-data", Sentence: "Accepts a compressed message that ends inside a block.", Requires: []string{"RFC7692-7.2.2-2"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				message, err := inflate(payload)
				if err != nil { // keep what could be decompressed
					message, _ = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(payload)), mostOctets))
				}
				return message, nil
			}
		},
	},
	{
		Name: "takes-what-it-adds-for-data", Sentence: "Reads the octets 00 00 FF FF, which it appends itself, as part of a truncated last block.", Requires: []string{"RFC7692-7.2.2-2", "RFC7692-7.2.2-1"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				message, err := inflate(payload)
				if err != nil {
					added := io.MultiReader(bytes.NewReader(payload), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff"))
					if more, ferr := io.ReadAll(io.LimitReader(flate.NewReader(added), mostOctets)); ferr == nil {
						return more, nil
					}
				}
				return message, err
			}
		},
	},
	{
		Name: "compressed-text-unchecked", Sentence: "Does not validate compressed text.", Requires: []string{"RFC7692-6.1-8", "RFC6455-8.1-1"},
		alter: func(p *peer) {
			p.validText = func(piece []byte, _, ends bool) bool {
				return p.current.RSV == wire.RSV1 || p.validSoFar(piece, true, ends)
			}
		},
	},
	{
		Name: "compressed-text-checked-early", Sentence: "Requires compressed text to be valid UTF-8 before it is decompressed.", Requires: []string{"RFC7692-6.1-7"},
		alter: func(p *peer) {
			inflate := p.inflate
			p.inflate = func(payload []byte) ([]byte, error) {
				if p.current.Opcode == wire.OpText && !utf8.Valid(payload) {
					return nil, wire.RuleText.Violation("compressed octets that are not UTF-8")
				}
				return inflate(payload)
			}
		},
	},
}
