package faulty

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// judgingWhole makes a peer that checks a text message when the message is complete.
func judgingWhole(valid func([]byte) bool) func(*peer) {
	return func(p *peer) {
		var whole []byte
		p.validText = func(piece []byte, _, messageEnds bool) bool {
			whole = append(whole, piece...)
			if !messageEnds {
				return true
			}
			judged := whole
			whole = nil
			return valid(judged)
		}
	}
}

// laxly makes a peer that accepts some invalid UTF-8 sequences. It skips the sequences
// for which accepted returns a size, and checks the rest with unicode/utf8.
func laxly(accepted func(b []byte) (size int)) func(*peer) {
	return judgingWhole(func(b []byte) bool {
		for len(b) > 0 {
			r, size := utf8.DecodeRune(b)
			if r == utf8.RuneError && size == 1 {
				if size = accepted(b); size == 0 {
					return false
				}
			}
			b = b[size:]
		}
		return true
	})
}

// followed reports whether the n octets after the first one are continuation octets.
func followed(b []byte, n int) bool {
	if len(b) <= n {
		return false
	}
	for _, c := range b[1 : n+1] {
		if c&0xC0 != 0x80 {
			return false
		}
	}
	return true
}

// strictly makes a peer that also rejects valid text if it has a rune that refused
// selects.
func strictly(refused func(rune) bool) func(*peer) {
	return judgingWhole(func(b []byte) bool {
		return utf8.Valid(b) && !bytes.ContainsFunc(b, refused)
	})
}

// invalidText makes a peer that handles invalid UTF-8 with do, once the message is
// complete.
func invalidText(do func(p *peer, m message)) func(*peer) {
	return func(p *peer) {
		p.validText = func([]byte, bool, bool) bool { return true }
		onMessage := p.onMessage
		p.onMessage = func(m message) {
			if m.opcode == wire.OpText && !utf8.Valid(m.payload) {
				do(p, m)
				return
			}
			onMessage(m)
		}
	}
}

var textFaults = []Fault{
	{
		Name: "text-unchecked", Sentence: "Accepts any octets as text.", Requires: []string{"RFC6455-8.1-1"},
		alter: judgingWhole(func([]byte) bool { return true }),
	},
	{
		Name: "text-checked-per-frame", Sentence: "Requires each fragment of a text message to be valid UTF-8.", Requires: []string{"RFC6455-5.6-1"},
		alter: func(p *peer) {
			p.validText = func(piece []byte, frameEnds, _ bool) bool {
				_, ok := p.text.Validate(piece)
				return ok && (!frameEnds || p.text.Complete())
			}
		},
	},
	{
		Name: "text-checked-per-read", Sentence: "Requires each TCP read of a text message to be valid UTF-8.", Requires: []string{"RFC6455-5.6-1", "RFC6455-6.2-1"},
		alter: func(p *peer) { p.validText = func(piece []byte, _, _ bool) bool { return utf8.Valid(piece) } },
	},
	{
		Name: "text-checked-in-first-frame", Sentence: "Validates only the first frame of a text message.", Requires: []string{"RFC6455-8.1-1"},
		alter: func(p *peer) {
			p.validText = func(piece []byte, _, _ bool) bool {
				if p.current.Opcode == wire.OpContinuation {
					return true
				}
				_, ok := p.text.Validate(piece)
				return ok && (!p.current.Fin || p.left > 0 || p.text.Complete())
			}
		},
	},
	{
		Name: "text-checked-if-unfragmented", Sentence: "Validates only unfragmented text messages.", Requires: []string{"RFC6455-8.1-1"},
		alter: func(p *peer) {
			p.validText = func(piece []byte, _, ends bool) bool {
				return !p.current.Fin || p.current.Opcode == wire.OpContinuation || p.validSoFar(piece, true, ends)
			}
		},
	},
	{
		Name: "text-end-unchecked", Sentence: "Accepts a text message that ends inside a code point.", Requires: []string{"RFC6455-8.1-1", "RFC6455-5.6-1"},
		alter: func(p *peer) {
			p.validText = func(piece []byte, _, _ bool) bool { return p.validSoFar(piece, false, false) }
		},
	},
	{
		Name: "text-replaced", Sentence: "Replaces invalid UTF-8 with U+FFFD.", Requires: []string{"RFC6455-8.1-1"},
		alter: invalidText(func(p *peer, m message) {
			m.payload = []byte(string([]rune(string(m.payload))))
			p.send(p.echo(m)...)
		}),
	},
	{
		Name: "text-swallowed", Sentence: "Drops text messages with invalid UTF-8 and continues.", Requires: []string{"RFC6455-8.1-1"},
		alter: invalidText(func(*peer, message) {}),
	},
	{
		Name: "text-as-latin1", Sentence: "Decodes invalid UTF-8 as ISO 8859-1.", Requires: []string{"RFC6455-8.1-1"},
		alter: invalidText(func(p *peer, m message) {
			var b []byte
			for _, c := range m.payload {
				b = utf8.AppendRune(b, rune(c))
			}
			p.send(p.echo(message{opcode: wire.OpText, payload: b})...)
		}),
	},
	{
		Name: "text-becomes-binary", Sentence: "Echoes invalid UTF-8 as a binary message.", Requires: []string{"RFC6455-8.1-1"},
		alter: invalidText(func(p *peer, m message) {
			m.opcode = wire.OpBinary
			p.send(p.echo(m)...)
		}),
	},
	{
		Name: "text-surrogates", Sentence: "Accepts the surrogates U+D800 to U+DFFF.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			if b[0] == 0xED && followed(b, 2) {
				return 3
			}
			return 0
		}),
	},
	{
		Name: "text-overlong", Sentence: "Accepts overlong UTF-8 sequences.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			switch {
			case (b[0] == 0xC0 || b[0] == 0xC1) && followed(b, 1):
				return 2
			case b[0] == 0xE0 && followed(b, 2):
				return 3
			case b[0] == 0xF0 && followed(b, 3):
				return 4
			}
			return 0
		}),
	},
	{
		Name: "text-overlong-nul", Sentence: "Accepts C0 80 for NUL, as modified UTF-8 does.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			if bytes.HasPrefix(b, []byte{0xC0, 0x80}) {
				return 2
			}
			return 0
		}),
	},
	{
		Name: "text-beyond-unicode", Sentence: "Accepts code points above U+10FFFF.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			if b[0] >= 0xF4 && b[0] <= 0xF7 && followed(b, 3) {
				return 4
			}
			return 0
		}),
	},
	{
		Name: "text-long-sequences", Sentence: "Accepts UTF-8 sequences of five and six octets, which are obsolete.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			switch {
			case b[0]&0xFC == 0xF8 && followed(b, 4):
				return 5
			case b[0]&0xFE == 0xFC && followed(b, 5):
				return 6
			}
			return 0
		}),
	},
	{
		Name: "text-stray-continuation", Sentence: "Accepts UTF-8 continuation octets without a lead octet.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			if b[0]&0xC0 == 0x80 {
				return 1
			}
			return 0
		}),
	},
	{
		Name: "text-fe-ff", Sentence: "Accepts the octets FE and FF.", Requires: []string{"RFC6455-8.1-1"},
		alter: laxly(func(b []byte) int {
			if b[0] >= 0xFE {
				return 1
			}
			return 0
		}),
	},
	{
		Name: "text-counts-only", Sentence: "Counts the octets of a UTF-8 sequence without checking their values.", Requires: []string{"RFC6455-8.1-1"},
		alter: judgingWhole(func(b []byte) bool {
			for i := 0; i < len(b); i++ {
				switch c := b[i]; {
				case c >= 0xF0:
					i += 3
				case c >= 0xE0:
					i += 2
				case c >= 0xC0:
					i++
				case c >= 0x80:
					return false
				}
				if i >= len(b) {
					return false
				}
			}
			return true
		}),
	},
	{
		Name: "text-ascii-only", Sentence: "Fails the connection on text that is not ASCII.", Requires: []string{"RFC6455-5.6-1"},
		alter: strictly(func(r rune) bool { return r > 0x7F }),
	},
	{
		Name: "text-bmp-only", Sentence: "Fails the connection on UTF-8 sequences of four octets.", Requires: []string{"RFC6455-5.6-1"},
		alter: strictly(func(r rune) bool { return r > 0xFFFF }),
	},
	{
		Name: "text-no-noncharacters", Sentence: "Fails the connection on noncharacters such as U+FFFE.", Requires: []string{"RFC6455-5.6-1"},
		alter: strictly(func(r rune) bool { return r&0xFFFE == 0xFFFE }),
	},
	{
		Name: "text-no-nul", Sentence: "Fails the connection on U+0000.", Requires: []string{"RFC6455-5.6-1"},
		alter: strictly(func(r rune) bool { return r == 0 }),
	},
	{
		Name: "text-no-replacement-character", Sentence: "Treats U+FFFD in the input as a decoding error.", Requires: []string{"RFC6455-5.6-1"},
		alter: strictly(func(r rune) bool { return r == utf8.RuneError }),
	},
	{
		Name: "text-loses-bom", Sentence: "Removes U+FEFF from the start of a message.", Requires: []string{"RFC6455-6.1-9"},
		alter: echoing(func(m message) message {
			if m.opcode == wire.OpText {
				m.payload = bytes.TrimPrefix(m.payload, []byte("\uFEFF"))
			}
			return m
		}),
	},
	{
		Name: "text-ends-at-nul", Sentence: "Treats U+0000 as the end of a text message.", Requires: []string{"RFC6455-6.1-9", "RFC6455-10.7-5"},
		alter: echoing(func(m message) message {
			if m.opcode == wire.OpText {
				m.payload, _, _ = bytes.Cut(m.payload, []byte{0})
			}
			return m
		}),
	},
	{
		Name: "text-in-crlf", Sentence: "Converts each LF in a text message to CR LF.", Requires: []string{"RFC6455-6.1-9"},
		alter: echoing(func(m message) message {
			if m.opcode == wire.OpText {
				m.payload = bytes.ReplaceAll(m.payload, []byte("\n"), []byte("\r\n"))
			}
			return m
		}),
	},
	{
		Name: "binary-checked-as-text", Sentence: "Fails the connection on binary messages that are not valid UTF-8.", Requires: []string{"RFC6455-5.6-2"},
		alter: func(p *peer) {
			onMessage := p.onMessage
			p.onMessage = func(m message) {
				if !utf8.Valid(m.payload) {
					p.failWith(wire.StatusInvalidPayloadData, "")
					return
				}
				onMessage(m)
			}
		},
	},
	{
		Name: "text-wrong-code-1002", Sentence: "Fails the connection with 1002 on invalid UTF-8.", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.4.1-8"},
		alter: wrongCode(wire.StatusInvalidPayloadData, wire.StatusProtocolError),
	},
	{
		Name: "text-wrong-code-1003", Sentence: "Fails the connection with 1003 on invalid UTF-8.", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.4.1-8"},
		alter: wrongCode(wire.StatusInvalidPayloadData, wire.StatusUnsupportedData),
	},
	{
		Name: "text-wrong-code-1000", Sentence: "Closes the connection with 1000 (normal) on invalid UTF-8.", Requires: []string{"RFC6455-7.1.7-5", "RFC6455-7.4.1-8"},
		alter: wrongCode(wire.StatusInvalidPayloadData, wire.StatusNormalClosure),
	},
	{
		Name: "text-echoed-before-check", Sentence: "Echoes invalid UTF-8 and only then fails the connection.", Requires: []string{"RFC6455-8.1-1", "RFC6455-5.6-1"},
		alter: invalidText(func(p *peer, m message) {
			p.send(p.echo(m)...)
			p.failWith(wire.StatusInvalidPayloadData, "")
		}),
	},
}

// clone copies a payload, because the peer will change it.
func clone(m message) message {
	m.payload = slices.Clone(m.payload)
	return m
}
