package vary

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A beginning is legal traffic that a peer has to have forgotten when a case begins: no
// message changes what a later one means (RFC6455-5.4-12), and no ping or pong does
// (RFC6455-5.5.2-2, RFC6455-5.5.3-3).
type beginning struct {
	name, words string
	frames      []script.Frame
	// events are what the peer sends back.
	events []script.Expect
	// compressed: it takes permessage-deflate. takeover: it refers to an earlier message
	// (RFC6455-7.2.2-8 of RFC 7692), so that the context must be kept.
	compressed, takeover bool
	// silent: nothing comes back.
	silent bool
}

// octets is how much payload a beginning has.
func (b *beginning) octets() (n int) {
	for _, f := range b.frames {
		n += f.Payload.Len()
	}
	return n
}

// Hello is the message of the examples of RFC 7692 7.2.3.
const hello = "Hello"

// The compressed forms of that message, from the same examples. again refers to one
// before.
const (
	helloFixed  = "\xf2\x48\xcd\xc9\xc9\x07\x00"
	helloStored = "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"
	helloFinal  = "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"
	helloBlocks = "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"
	helloAgain  = "\xf2\x00\x11\x00\x00"
)

// beginnings are all beginnings, the simplest first.
var beginnings = func() []beginning {
	text := func(s string) script.Frame { return script.Text(script.Octets(s)) }
	binary := func(s string) script.Frame { return script.Binary(script.Octets(s)) }
	rest := func(s string) script.Frame { return script.Continuation(script.Octets(s)) }
	deflated := func(s string) script.Frame { return text(s).WithRSV(wire.RSV1) }
	besides := func(s string) script.Frame { f := script.Ping(script.Octets(s)); f.AnyPong = true; return f }
	echo := func(frames ...script.Frame) (events []script.Expect) {
		for _, f := range frames {
			events = append(events, script.Echo(f))
		}
		return events
	}
	send := func(frames ...script.Frame) []script.Frame { return frames }
	said := echo(text(hello))
	var many []script.Frame
	for i := range 20 {
		many = append(many, text(fmt.Sprintf("message %d", i+1)))
	}
	large := script.Text(script.Repeated("0123456789abcde\n", 70_000/16))
	longPing := script.Ping(script.Repeated("p", 125))
	plain := []beginning{
		{name: "text", words: "a text message", frames: send(text("before")), events: echo(text("before"))},
		{name: "binary", words: "a binary message", frames: send(binary("\x00\xff\xfe\x80")), events: echo(binary("\x00\xff\xfe\x80"))},
		{name: "empty", words: "an empty text message", frames: send(text("")), events: echo(text(""))},
		{name: "empty-binary", words: "an empty binary message", frames: send(binary("")), events: echo(binary(""))},
		{name: "fragments", words: "a text message in two fragments", frames: send(text("frag").More(), rest("ments")), events: echo(text("fragments"))},
		{name: "binary-fragments", words: "a binary message in two fragments", frames: send(binary("\xf0\x9f").More(), rest("\xff\xe2\x82")), events: echo(binary("\xf0\x9f\xff\xe2\x82"))},
		{name: "code-point", words: "a text message whose fragments cut a code point", frames: send(text("\xe2").More(), rest("\x82").More(), rest("\xac")), events: echo(text("\u20ac"))},
		{name: "half-code-point", words: "a binary message that ends inside a code point", frames: send(binary("a\xe2\x82")), events: echo(binary("a\xe2\x82"))},
		{name: "empty-fragments", words: "an empty message in three fragments", frames: send(text("").More(), rest("").More(), rest("")), events: echo(text(""))},
		{name: "empty-last", words: "a text message whose last fragment is empty", frames: send(text("last is empty").More(), rest("")), events: echo(text("last is empty"))},
		{name: "ping", words: "a ping", frames: send(script.Ping(script.Octets("before"))), events: []script.Expect{script.PongFor(script.Ping(script.Octets("before")))}},
		{name: "long-ping", words: "a ping of 125 octets", frames: send(longPing), events: []script.Expect{script.PongFor(longPing)}},
		{name: "pong", words: "an unsolicited pong", frames: send(script.Pong(script.Octets("nobody asked"))), silent: true},
		{name: "ping-between", words: "a text message with a ping between its fragments", frames: send(text("a").More(), besides("between"), rest("b")), events: echo(text("ab"))},
		{name: "ping-in-code-point", words: "a text message with a ping inside a code point", frames: send(text("\xe2\x82").More(), besides("between"), rest("\xac")), events: echo(text("\u20ac"))},
		{name: "pings-between", words: "a binary message with pings and pongs between its fragments", frames: send(
			binary("a").More(), besides("one"), script.Pong(script.Octets("two")), rest("b").More(), besides("three"), rest("c")), events: echo(binary("abc"))},
		{name: "medium", words: "a message of 300 octets", frames: send(script.Binary(script.Repeated("\x82", 300))), events: echo(script.Binary(script.Repeated("\x82", 300)))},
		{name: "many", words: "twenty messages in one write", frames: many, events: echo(many...)},
		{name: "large", words: "a message of 70,000 octets", frames: send(large), events: echo(large)},
	}
	compressed := []beginning{
		{name: "deflate", words: "a compressed message", frames: send(deflated(helloFixed)), events: said},
		{name: "deflate-stored", words: "a compressed message of a stored block", frames: send(deflated(helloStored)), events: said},
		{name: "deflate-blocks", words: "a compressed message of two blocks", frames: send(deflated(helloBlocks)), events: said},
		{name: "deflate-final", words: "a compressed message with BFINAL set", frames: send(deflated(helloFinal)), events: said},
		{name: "deflate-empty", words: "an empty compressed message", frames: send(deflated("\x00")), events: echo(text(""))},
		{name: "deflate-binary", words: "a compressed binary message", frames: send(binary(helloFixed).WithRSV(wire.RSV1)), events: echo(binary(hello))},
		{name: "deflate-fragments", words: "a compressed message in two fragments", frames: send(deflated(helloFixed[:3]).More(), rest(helloFixed[3:])), events: said},
		{name: "deflate-ping-between", words: "a compressed message with a ping between its fragments", frames: send(deflated(helloFixed[:3]).More(), besides("between"), rest(helloFixed[3:])), events: said},
		{name: "deflate-mixed", words: "a compressed and an uncompressed message", frames: send(deflated(helloFixed), text("plain")), events: echo(text(hello), text("plain"))},
		{name: "deflate-final-twice", words: "two compressed messages with BFINAL set", frames: send(deflated(helloFinal), deflated(helloFinal)), events: echo(text(hello), text(hello))},
		{name: "deflate-takeover", words: "two compressed messages with context takeover", takeover: true, frames: send(deflated(helloFixed), deflated(helloAgain)), events: echo(text(hello), text(hello))},
	}
	for i := range compressed {
		compressed[i].compressed = true
	}
	return append(plain, compressed...)
}()

func beginningNamed(name string) *beginning {
	if i := slices.IndexFunc(beginnings, func(b beginning) bool { return b.name == name }); i >= 0 {
		return &beginnings[i]
	}
	return nil
}

// negotiated offers permessage-deflate without limits. With takeover, the harness may
// refer to its earlier messages.
func negotiated(takeover bool) ([]wire.DeflateOffer, script.Agreement) {
	return []wire.DeflateOffer{{ClientNoContextTakeover: !takeover, ClientMaxWindowBits: wire.AnyWindowBits}}, script.Agreement{Takeover: takeover}
}

// agree makes the script one that a beginning can be sent in. It returns false if that
// would make another case of it.
func (b *beginning) agree(s *subject, sc *script.Script) bool {
	switch {
	case !b.compressed:
		return true
	case s.mayNegotiate():
		sc.Offers, sc.Needs = negotiated(b.takeover)
		return true
	}
	// A case of compressed messages: what an invalid one refers to may be in the beginning.
	// Two messages need no context if the offer of the case forbids it.
	return s.negotiates() && s.answer == answers && !b.takeover
}

// after sends a beginning, waits for what has to come back, and then plays the case. A
// case that asks for no answer says nothing of answers behind a beginning either: the peer
// may be one that does not send messages back.
var after = transform{
	name: "after",
	shapes: func(s *subject) []shaped {
		var out []shaped
		for _, b := range beginnings {
			if s.takes(&b) && !(s.volume > mostVaried && b.octets() > 1<<10) {
				out = append(out, shaped{arg: b.name, place: b.name})
			}
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		b := beginningNamed(arg)
		if b == nil || !s.takes(b) {
			return script.Script{}, "", false
		}
		sc := s.copied()
		b.agree(s, &sc)
		steps := []script.Step{script.Send{Frames: b.frames}}
		if !b.silent {
			steps = append(steps, script.Await{Events: b.events})
		}
		events := b.events
		if s.answer != answers {
			events = maybe(events)
		}
		return permitLimit(behind(sc, steps, events), b.octets()), "behind " + b.words, true
	},
}

func (s *subject) takes(b *beginning) bool {
	var sc script.Script
	return s.Script.Opening == nil && b.agree(s, &sc)
}

// with sends a beginning in the same write as the first frames of the case. The peer has
// to answer it, except where it may end the connection before: on a violation
// (RFC6455-7.1.7) or on Close (RFC6455-5.5.1-10).
var with = transform{
	name: "with",
	shapes: func(s *subject) []shaped {
		var out []shaped
		for _, b := range beginnings {
			if s.takesInFront(&b) {
				out = append(out, shaped{arg: b.name, place: b.name, fine: true, dense: s.answer != answers})
			}
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		b := beginningNamed(arg)
		if b == nil || !s.takesInFront(b) {
			return script.Script{}, "", false
		}
		return s.inFront(b), "in one write with " + b.words, true
	},
}

// takesInFront reports whether a beginning can be written together with the first frames
// of the case. A peer may answer a ping before an earlier message (RFC6455-5.5.3-1), and
// only the latest of several pings (RFC6455-5.5.3-2), so that cases with pings and
// beginnings with expected pongs are left out.
func (s *subject) takesInFront(b *beginning) bool {
	if len(s.Script.Steps) == 0 || !s.takes(b) || b.octets() > 1<<10 || s.waits {
		return false
	}
	if _, ok := s.Script.Steps[0].(script.Send); !ok || s.has(wire.OpPing) && !b.silent {
		return false
	}
	return !slices.ContainsFunc(b.events, func(e script.Expect) bool { return e.Kind == script.ExpectPongs })
}

// inFront writes a beginning together with the first step of the case.
func (s *subject) inFront(b *beginning) script.Script {
	sc := s.copied()
	b.agree(s, &sc)
	events := b.events
	if s.answer != answers || s.has(wire.OpClose) {
		events = maybe(events)
	}
	first := sc.Steps[0].(script.Send)
	sc.Steps = sc.Steps[1:]
	sc = behind(sc, []script.Step{script.Send{Frames: slices.Concat(b.frames, first.Frames)}}, events)
	return permitLimit(sc, b.octets())
}

// maybe are the events where they need not come.
func maybe(events []script.Expect) []script.Expect {
	events = slices.Clone(events)
	for i := range events {
		events[i].Kind = script.ExpectMaybe
	}
	return events
}

// pad writes a message in front of the case, in the same write, that makes the first frame
// of the case begin at a given octet. So a header lies across the end of a buffer of the
// peer's.
var pad = transform{
	name: "pad",
	shapes: func(s *subject) []shaped {
		if len(s.frames) == 0 || s.octets > 1<<10 || !s.takesInFront(&beginnings[0]) {
			return nil
		}
		var out []shaped
		for k := 9; k <= 16; k++ {
			for n := 0; n < s.frames[0].header+2; n++ {
				at := 1<<k - n
				out = append(out, shaped{arg: strconv.Itoa(at), place: fmt.Sprintf("octet %d of a header of %d at 2^%d", n, s.frames[0].header, k), fine: true, rare: true, long: true, dense: k < 12 || n > 4})
			}
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		at, err := strconv.Atoi(arg)
		payload, ok := payloadFor(at, s.role.Peer())
		if err != nil || !ok || at > 1<<20 || !s.takesInFront(&beginnings[0]) {
			return script.Script{}, "", false
		}
		filler := script.Binary(script.Payload{Octets: pattern(payload)})
		b := beginning{frames: []script.Frame{filler}, events: []script.Expect{script.Echo(filler)}}
		return permitLimit(s.inFront(&b), payload), fmt.Sprintf("behind a frame of %d octets in the same write", at), true
	},
}

// payloadFor is the length of the payload with which a whole frame has that length, as an
// endpoint of that role sends it. There is none for a few lengths.
func payloadFor(frame int, sender wire.Role) (int, bool) {
	for _, header := range []int{2, 4, 10} {
		if sender == wire.RoleClient {
			header += 4
		}
		payload := frame - header
		f := script.Frame{Payload: script.Payload{Octets: []byte{0}, Repeat: payload}}
		if payload == 0 {
			f.Payload = script.Payload{}
		}
		if h := f.Header(sender); payload >= 0 && h.Len() == header {
			return payload, true
		}
	}
	return 0, false
}

// pattern returns text of a length in which no two places look alike for long, so that
// octets which are lost, doubled or moved show. All texts are the beginning of one, which
// they share: there are thousands of them.
func pattern(length int) []byte {
	patterns.Lock()
	defer patterns.Unlock()
	for len(patterns.text) < length {
		patterns.text = fmt.Appendf(patterns.text, "%05x,", len(patterns.text)/6*7)
	}
	return patterns.text[:length:length]
}

var patterns struct {
	sync.Mutex
	text []byte
}
