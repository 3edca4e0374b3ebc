package oracle

import (
	"encoding/binary"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// Of returns the allowed reactions of an endpoint to the octets that it received after
// the opening handshake. It is a pure function, and does not modify octets.
func Of(s Subject, octets []byte) *Permitted { return new(Oracle).Of(s, octets) }

// An Oracle reuses its memory between calls of [Oracle.Of], for fuzzers. The zero value
// is ready for use.
type Oracle struct {
	permitted Permitted
	subject   Subject
	// copied is a copy of the octets, which is unmasked in place. rest is its unread
	// part.
	copied, rest []byte
	data         []byte // the payloads of messages, each contiguous
	may          []wire.StatusCode
	mayBecause   string
	codes        []wire.StatusCode
	message      message
	inflater     inflater
}

// message is the current data message (RFC6455-5.4-4).
type message struct {
	open       bool
	opcode     wire.Opcode
	compressed bool
	start      int // the offset of its payload in Oracle.data
	// checked is the length of the valid UTF-8 so far, in octets. doomed says that
	// the payload cannot become valid UTF-8.
	checked int
	doomed  bool
}

// Of is like the function [Of]. The result is valid until the next call.
func (o *Oracle) Of(s Subject, octets []byte) *Permitted {
	o.subject = s
	o.permitted = Permitted{Answers: o.permitted.Answers[:0], Endings: o.permitted.Endings[:0], unanswered: o.permitted.unanswered[:0], role: s.Role}
	o.copied = append(o.copied[:0], octets...)
	o.rest = o.copied
	o.data = slices.Grow(o.data[:0], len(octets)) // answers keep slices of it, so it must not move
	o.may, o.mayBecause, o.codes = o.may[:0], "", o.codes[:0]
	o.message = message{}
	o.inflater.reset(s)
	for o.frame() {
	}
	if len(o.permitted.Endings) == 0 {
		o.openMessage()
		// RFC6455-7.2.1-3, RFC6455-7.3-2: without a reason to end it, the connection
		// stays open.
		o.end(Ending{Fate: Stays, Requires: "RFC6455-7.2.1-3"})
	}
	if len(o.may) > 0 && o.permitted.ending(Fails) == nil {
		o.end(Ending{Fate: Fails, Codes: o.may, Requires: o.mayBecause})
	}
	return &o.permitted
}

func (o *Oracle) end(e Ending) { o.permitted.Endings = append(o.permitted.Endings, e) }

// mustFail records that the endpoint must fail the connection and process nothing more
// (RFC6455-7.1.7-7). The codes of earlier optional failures are allowed too, because
// the endpoint may fail late. It returns false, the result of [Oracle.frame].
func (o *Oracle) mustFail(requirement string, codes ...wire.StatusCode) bool {
	o.openMessage()
	o.codes = append(append(o.codes, codes...), o.may...)
	o.end(Ending{Fate: Fails, Codes: o.codes, Requires: requirement})
	return false
}

// mayFail records that the endpoint may fail the connection from here on, or continue.
func (o *Oracle) mayFail(requirement string, code wire.StatusCode) {
	if !slices.Contains(o.may, code) {
		o.may = append(o.may, code)
	}
	if o.mayBecause == "" {
		o.mayBecause = requirement
	}
}

// frame handles the next frame. It returns false if no further frame is to be read.
func (o *Oracle) frame() bool {
	h, n, err := wire.ParseHeader(o.rest)
	if errors.Is(err, wire.ErrShort) {
		o.beginning()
		return false
	}
	if err != nil || h.Length>>63 != 0 {
		// RFC6455-5.2-8. Such a length also exceeds every limit (RFC6455-10.4-1).
		return o.mustFail("RFC6455-5.2-8", wire.StatusProtocolError, wire.StatusMessageTooBig, wire.StatusPolicyViolation)
	}
	if requirement := o.breach(h); requirement != "" {
		o.unanswered()
		// RFC6455-7.4.1-3: 1002 reports a protocol error.
		return o.mustFail(requirement, wire.StatusProtocolError)
	}
	if !shortest(h) {
		// RFC6455-5.2-9 binds the sender. So a receiver may fail the connection
		// (RFC6455-5.2-10), but the RFC does not require it.
		o.mayFail("RFC6455-5.2-10", wire.StatusProtocolError)
	}
	have := min(h.Length, uint64(len(o.rest)-n))
	payload := o.rest[n : n+int(have)]
	if h.Masked {
		unmask(h.MaskKey, payload)
	}
	o.rest = o.rest[n+int(have):]
	whole := have == h.Length
	if h.Opcode.IsControl() {
		return whole && o.control(h, payload) // wait for the rest of an incomplete frame
	}
	return o.dataFrame(h, payload, whole)
}

// unmask XORs octet i with octet i mod 4 of the key (RFC6455-5.3-5).
func unmask(key [4]byte, b []byte) {
	for i := range b {
		b[i] ^= key[i&3]
	}
}

// shortest reports whether the length is in the shortest form that holds it
// (RFC6455-5.2-9).
func shortest(h wire.Header) bool {
	switch h.Form {
	case wire.Length16:
		return h.Length > 125
	case wire.Length64:
		return h.Length > 0xFFFF
	}
	return true
}

// breach returns the id of the requirement that a header breaks, or "".
func (o *Oracle) breach(h wire.Header) string {
	rsv1 := h.RSV&wire.RSV1 != 0
	switch {
	case h.RSV != 0 && o.subject.Deflate == nil:
		return "RFC6455-5.2-3" // no extension defines the bit
	case h.RSV&(wire.RSV2|wire.RSV3) != 0:
		return "RFC6455-5.2-4"
	case rsv1 && h.Opcode.IsControl():
		return "RFC7692-6.1-4"
	case rsv1 && h.Opcode == wire.OpContinuation:
		return "RFC7692-6.1-5"
	}
	switch h.Opcode {
	case wire.OpContinuation:
		if !o.message.open {
			return "RFC6455-5.4-5"
		}
	case wire.OpText, wire.OpBinary:
		if o.message.open {
			return "RFC6455-5.4-9"
		}
	case wire.OpClose, wire.OpPing, wire.OpPong:
		if !h.Fin {
			return "RFC6455-5.5-4"
		}
		if h.Length > 125 {
			return "RFC6455-5.5-2"
		}
	default:
		return "RFC6455-5.2-5"
	}
	if h.Masked != (o.subject.Role == wire.RoleServer) {
		if h.Masked {
			return "RFC6455-5.1-6"
		}
		return "RFC6455-5.1-3"
	}
	return ""
}

// beginning checks an incomplete header. If it is already wrong, the endpoint may fail
// the connection, or wait for the rest.
func (o *Oracle) beginning() {
	if len(o.rest) == 0 {
		return
	}
	h := wire.Header{
		Fin: o.rest[0]&0x80 != 0, RSV: wire.RSV(o.rest[0] >> 4 & 7), Opcode: wire.Opcode(o.rest[0] & 0xF),
		Masked: o.subject.Role == wire.RoleServer, // correct unless the second octet says otherwise
	}
	if len(o.rest) > 1 {
		h.Masked = o.rest[1]&0x80 != 0
		h.Length = uint64(o.rest[1] & 0x7F) // 126 and 127 mean more than 125 too
	}
	if requirement := o.breach(h); requirement != "" {
		o.mayFail(requirement, wire.StatusProtocolError)
	}
}

// unanswered collects the Pings in and after a violation. A Pong for one of them is
// not unsolicited, but an answer that is not allowed (RFC6455-7.1.7-7).
func (o *Oracle) unanswered() {
	for {
		h, n, err := wire.ParseHeader(o.rest)
		if err != nil || uint64(len(o.rest)-n) < h.Length {
			return
		}
		payload := o.rest[n : n+int(h.Length)]
		o.rest = o.rest[n+int(h.Length):]
		if h.Opcode == wire.OpPing {
			if h.Masked {
				unmask(h.MaskKey, payload)
			}
			o.permitted.unanswered = append(o.permitted.unanswered, payload)
		}
	}
}

// control handles a complete control frame.
func (o *Oracle) control(h wire.Header, payload []byte) bool {
	switch h.Opcode {
	case wire.OpPing: // RFC6455-5.5.2-2, RFC6455-5.5.3-1
		o.permitted.Answers = append(o.permitted.Answers, Answer{Kind: Pong, Payload: payload, Requires: "RFC6455-5.5.2-2"})
	case wire.OpPong: // RFC6455-5.5.3-3: no answer is expected
	case wire.OpClose:
		return o.close(payload)
	}
	return true
}

// dataFrame handles a data frame, or the received part of it.
func (o *Oracle) dataFrame(h wire.Header, payload []byte, whole bool) bool {
	m := &o.message
	if h.Opcode != wire.OpContinuation {
		*m = message{open: true, opcode: h.Opcode, compressed: h.RSV&wire.RSV1 != 0, start: len(o.data)} // RFC7692-6-2
	}
	if uint64(len(o.data)-m.start)+h.Length > o.subject.limit() {
		o.mayFail("RFC6455-10.4-1", wire.StatusMessageTooBig)
	}
	o.data = append(o.data, payload...)
	if m.opcode == wire.OpText && !m.compressed {
		o.checkText()
	}
	if !whole {
		return false // RFC6455-10.7-5: the frame continues
	}
	if !h.Fin {
		return true
	}
	m.open = false
	return o.complete(o.data[m.start:])
}

// checkText checks the received part of a text message. A frame may end inside a code
// point (RFC6455-5.6-1). Once the text cannot become valid, the endpoint may fail the
// connection at any time until the end of the message.
func (o *Oracle) checkText() {
	m := &o.message
	text := o.data[m.start+m.checked:]
	if m.doomed {
		return
	}
	valid, possible := validPrefix(text)
	m.checked += valid
	if !possible {
		m.doomed = true
		o.mayFail("RFC6455-8.1-1", wire.StatusInvalidPayloadData)
	}
}

// validPrefix returns the length of the valid code points at the start of text, in
// octets, and whether the rest is empty or the beginning of a code point.
func validPrefix(text []byte) (n int, possible bool) {
	if utf8.Valid(text) {
		return len(text), true
	}
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if r == utf8.RuneError && size <= 1 {
			return n, !utf8.FullRune(text[n:])
		}
		n += size
	}
	return n, true
}

// complete handles a complete message.
func (o *Oracle) complete(payload []byte) bool {
	m := &o.message
	requires := "RFC6455-6.2-4"
	if m.compressed {
		content, result := o.inflater.message(payload)
		switch result {
		case corrupt: // RFC7692-7.2.2-2; the RFCs do not name the status code
			return o.mustFail("RFC7692-7.2.2-2", wire.StatusInvalidPayloadData, wire.StatusProtocolError)
		case tooLong: // RFC6455-10.4-1
			return o.mustFail("RFC6455-10.4-1", wire.StatusMessageTooBig)
		case beyondWindow: // a mistake of the sender, which a larger window hides
			o.mayFail("RFC7692-7.2.1-13", wire.StatusInvalidPayloadData)
			o.mayFail("RFC7692-7.2.1-13", wire.StatusProtocolError)
		case inflatedWell:
		}
		payload, requires = content, "RFC7692-6.2-1"
		if m.opcode == wire.OpText && !utf8.Valid(payload) { // RFC7692-6.1-8
			return o.mustFail("RFC7692-6.1-8", wire.StatusInvalidPayloadData)
		}
		if uint64(len(payload)) > o.subject.limit() {
			o.mayFail("RFC6455-10.4-1", wire.StatusMessageTooBig)
		}
	} else if m.opcode == wire.OpText && m.checked < len(payload) {
		return o.mustFail("RFC6455-8.1-1", wire.StatusInvalidPayloadData)
	}
	// RFC6455-6.2-3: the echo has the type of the first frame.
	o.permitted.Answers = append(o.permitted.Answers, Answer{Kind: Message, Opcode: m.opcode, Payload: payload, Requires: requires})
	return true
}

// openMessage checks an incomplete compressed message: the received part may already
// be invalid DEFLATE data, or invalid UTF-8 when decompressed.
func (o *Oracle) openMessage() {
	m := &o.message
	if !m.open || !m.compressed {
		return
	}
	content, result := o.inflater.beginning(o.data[m.start:])
	if result == corrupt {
		o.mayFail("RFC7692-7.2.2-2", wire.StatusInvalidPayloadData)
		o.mayFail("RFC7692-7.2.2-2", wire.StatusProtocolError)
	}
	if _, possible := validPrefix(content); m.opcode == wire.OpText && !possible {
		o.mayFail("RFC7692-6.1-8", wire.StatusInvalidPayloadData)
	}
}

// close handles a Close frame. The endpoint processes nothing after it.
func (o *Oracle) close(body []byte) bool {
	o.openMessage()
	if len(body) == 1 { // RFC6455-5.5.1-2: a body begins with two octets
		return o.mustFail("RFC6455-5.5.1-2", wire.StatusProtocolError)
	}
	code := wire.StatusNormalClosure
	if len(body) > 1 {
		code = wire.StatusCode(binary.BigEndian.Uint16(body))
		switch use, requirement := codeUse(code); use {
		case neverUsed:
			return o.mustFail(requirement, wire.StatusProtocolError)
		case undefinedUse: // RFC6455-7.4.2-5: nothing is said
			o.end(Ending{Fate: Closes, AnyCode: true, Requires: requirement})
			o.end(Ending{Fate: Fails, AnyCode: true, Requires: requirement})
			return false
		case used:
		}
		if !utf8.Valid(body[2:]) {
			// RFC6455-8.1-2; the code is in dispute (RFC6455-5.5.1-E7262).
			return o.mustFail("RFC6455-8.1-2", wire.StatusInvalidPayloadData, wire.StatusProtocolError)
		}
	}
	// RFC6455-5.5.1-7; usually with the same code (RFC6455-5.5.1-8).
	o.codes = append(o.codes, code, wire.StatusNormalClosure)
	o.end(Ending{Fate: Closes, Codes: o.codes, Requires: "RFC6455-5.5.1-7"})
	return false
}

type use uint8

const (
	used use = iota
	neverUsed
	undefinedUse
)

// codeUse returns whether a Close frame may have the status code (RFC 6455 7.4), and
// the requirement that says so. 1012 to 1014 were registered later (RFC 6455 11.7).
func codeUse(c wire.StatusCode) (u use, requirement string) {
	switch {
	case c < 1000:
		return neverUsed, "RFC6455-7.4.2-1"
	case c == 1015:
		return neverUsed, "RFC6455-7.4.1-14"
	case c == 1004:
		return neverUsed, "RFC6455-7.4.1-5"
	case c == 1005:
		return neverUsed, "RFC6455-7.4.1-6"
	case c == 1006:
		return neverUsed, "RFC6455-7.4.1-7"
	case c <= 1014:
		return used, "RFC6455-7.4.1-1"
	case c < 3000:
		return neverUsed, "RFC6455-7.4.2-2"
	case c < 5000:
		return used, "RFC6455-7.4.2-3"
	}
	return undefinedUse, "RFC6455-7.4.2-5"
}
