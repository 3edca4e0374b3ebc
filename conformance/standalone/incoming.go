package standalone

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// An event is one thing that the peer was seen to do.
type event struct {
	kind     kind
	opcode   Opcode // of a message or pong
	payload  string
	code     int    // of a Close; 1005 if it had none
	words    string // for people
	response *head
}

// stillOpen notes that the peer kept the connection.
func stillOpen(mark string) event {
	return event{kind: quiet, payload: mark, words: "the connection still open (mark " + mark + ")"}
}

// came is the event as a sentence without its end.
func (e event) came() string {
	if e.kind == quiet {
		return "the connection was still open (mark " + e.payload + ")"
	}
	return e.words + " came"
}

type kind int

const (
	message kind = iota // or a pong
	pinged
	closed
	tcpClosed
	tcpReset
	violation
	quiet
	accepted
	refused
)

// incoming takes the peer's octets apart and checks them.
type incoming struct {
	fromClient bool
	limit      uint64                        // more octets than the case accounts for are too many
	inflate    func([]byte) ([]byte, string) // nil without permessage-deflate

	pending    []byte
	open       bool // a fragmented message is under way
	opcode     Opcode
	compressed bool
	message    []byte
	events     int
	closed     bool
	broken     bool
	//+client
	// key is a client's first masking key, keys how many it used, and fresh says
	// that one was another.
	key   string
	keys  int
	fresh bool
	//-client
}

// feed takes octets as they came and returns what became complete.
func (in *incoming) feed(p []byte) (events []event) {
	in.pending = append(in.pending, p...)
	for !in.broken {
		e, more, wrong := in.frame()
		if e != nil {
			in.events++
			events = append(events, *e)
		}
		if in.events > 4096 {
			wrong = "more than 4096 messages, pings and pongs"
		}
		if wrong != "" {
			in.broken = true
			events = append(events, event{kind: violation, words: wrong})
		}
		if !more {
			break
		}
	}
	return events
}

// frame takes the next frame, if it is whole.
func (in *incoming) frame() (e *event, more bool, wrong string) {
	b := in.pending
	if len(b) < 2 {
		return nil, false, ""
	}
	fin, rsv, opcode, masked := b[0]&0x80 != 0, b[0]>>4&7, Opcode(b[0]&15), b[1]&0x80 != 0
	length, size := uint64(b[1]&0x7f), 2
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	start := size
	if masked {
		start += 4
	}
	if size == 10 && len(b) > 2 && b[2]&0x80 != 0 {
		return nil, false, "a 64-bit length with its top bit set (RFC 6455 5.2)"
	}
	if len(b) < start {
		return nil, false, ""
	}
	switch size {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	wrong = in.check(fin, rsv, opcode, masked)
	control := opcode >= Close
	switch {
	case wrong != "":
	case size == 4 && length < 126, size == 10 && length < 1<<16:
		wrong = fmt.Sprintf("a length of %d in a longer form than it needs (RFC 6455 5.2)", length)
	case control && length > 125:
		wrong = fmt.Sprintf("a control frame of %d octets, at most 125 allowed (RFC 6455 5.5)", length)
	case length > in.limit, uint64(len(in.message))+length > in.limit:
		wrong = fmt.Sprintf("a frame of %d octets, more than the case can account for", length)
	}
	if wrong != "" || uint64(len(b)-start) < length {
		return nil, false, wrong
	}
	payload := append([]byte(nil), b[start:start+int(length)]...)
	if masked {
		for i := range payload {
			payload[i] ^= b[start-4+i%4]
		}
		//+client
		key := string(b[start-4 : start])
		if in.keys++; in.keys == 1 {
			in.key = key
		}
		in.fresh = in.fresh || key != in.key && in.keys <= 4096
		//-client
	}
	in.pending = b[start+int(length):]
	e, wrong = in.accept(fin, rsv, opcode, payload)
	return e, true, wrong
}

// check judges a header by itself and by what came before it.
func (in *incoming) check(fin bool, rsv byte, opcode Opcode, masked bool) string {
	control := opcode >= Close
	switch {
	case in.closed && (opcode == Close || !control):
		return "a data or Close frame after the peer's own Close (RFC 6455 5.5.1)"
	case rsv == 4 && in.inflate != nil && (control || opcode == Continuation):
		return "RSV1 on a frame that is not the first of a message (RFC 7692 6.1)"
	case rsv != 0 && (in.inflate == nil || rsv != 4):
		return fmt.Sprintf("a frame with RSV bits %03b that no extension gave a meaning (RFC 6455 5.2)", rsv)
	case opcode > Binary && opcode < Close, opcode > Pong:
		return fmt.Sprintf("a frame with the reserved opcode %d (RFC 6455 5.2)", opcode)
	case masked && !in.fromClient:
		return "a masked frame from a server (RFC 6455 5.1)"
	case !masked && in.fromClient:
		return "an unmasked frame from a client (RFC 6455 5.1)"
	case control && !fin:
		return "a control frame with FIN clear (RFC 6455 5.5)"
	case opcode == Continuation && !in.open:
		return "a continuation frame with no message to continue (RFC 6455 5.4)"
	case !control && opcode != Continuation && in.open:
		return "a new message inside a fragmented one (RFC 6455 5.4)"
	}
	return ""
}

// accept takes a whole frame whose header was in order.
func (in *incoming) accept(fin bool, rsv byte, opcode Opcode, payload []byte) (*event, string) {
	switch opcode {
	case Ping:
		return &event{kind: pinged, words: "ping " + quote(payload)}, ""
	case Pong:
		return &event{opcode: Pong, payload: string(payload), words: "pong " + quote(payload)}, ""
	case Close:
		in.closed = true
		return closeEvent(payload)
	case Continuation:
		in.message = append(in.message, payload...)
	default:
		in.open, in.opcode, in.message, in.compressed = true, opcode, payload, rsv != 0
	}
	if !fin {
		return nil, ""
	}
	whole := in.message
	in.open, in.message = false, nil
	if in.compressed {
		var wrong string
		if whole, wrong = in.inflate(whole); wrong != "" {
			return nil, wrong
		}
	}
	e := &event{opcode: in.opcode, payload: string(whole), words: "binary message " + quote(whole)}
	if in.opcode == Text {
		e.words = "text message " + quote(whole)
		if !utf8.Valid(whole) {
			return e, "a text message that is not valid UTF-8 (RFC 6455 8.1)"
		}
	}
	return e, ""
}

func closeEvent(body []byte) (*event, string) {
	e := &event{kind: closed, code: 1005, words: "Close without a code"}
	switch len(body) {
	case 0:
		return e, ""
	case 1:
		return e, "a Close frame whose body is a single octet (RFC 6455 5.5.1)"
	}
	e.code = int(binary.BigEndian.Uint16(body))
	e.words = strings.TrimSpace(fmt.Sprintf("Close %d %s", e.code, strings.ToValidUTF8(string(body[2:]), "?")))
	if !mayBeSent(e.code) {
		return e, fmt.Sprintf("a Close frame with code %d, which must not be sent (RFC 6455 7.4)", e.code)
	}
	if !utf8.Valid(body[2:]) {
		return e, "a Close frame whose reason is not valid UTF-8 (RFC 6455 8.1)"
	}
	return e, ""
}

func mayBeSent(code int) bool {
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006 || code >= 3000
}

func quote(b []byte) string {
	if len(b) > 40 {
		return fmt.Sprintf("%q… (%d octets)", b[:40], len(b))
	}
	return fmt.Sprintf("%q", b)
}
