// Package generate makes random frames, conversations and opening requests from fuzz
// inputs or seeds, with gofuzz. Most of them are legal, and many have one mistake.
package generate

import (
	"math/rand"
	"strings"

	gofuzz "github.com/google/gofuzz"

	"github.com/wsspec/wsspec/ref/wire"
)

// New returns a Fuzzer that fills a [Frame], a [Stream], a [Script] or a [wire.Request]
// with random choices from src. For fuzzing, src is a fuzzinput.Source, and one Fuzzer
// serves all inputs; for random specs, it is a seeded source. The Fuzzer is not safe for
// concurrent use.
func New(src rand.Source) *gofuzz.Fuzzer {
	return gofuzz.New().RandSource(src).NilChance(0).Funcs(fillFrame, fillStream, fillTurn, fillScript, fillRequest)
}

// A Frame is any frame, most often a legal one.
type Frame struct {
	Header  wire.Header
	Payload []byte
}

func fillFrame(f *Frame, c gofuzz.Continue) {
	opcodes := [...]wire.Opcode{wire.OpText, wire.OpBinary, wire.OpContinuation, wire.OpPing, wire.OpPong, wire.OpClose}
	f.Header = wire.Header{Fin: c.Intn(4) != 1, Opcode: opcodes[c.Intn(len(opcodes))]}
	f.Payload = payload(f.Payload, c)
	switch c.Intn(32) {
	case 1:
		f.Header.RSV = wire.RSV(c.Intn(8))
	case 2:
		f.Header.Opcode = wire.Opcode(c.Intn(16))
	case 3:
		f.Header.Form = wire.LengthForm(c.Intn(4))
	}
	f.Header.Length = uint64(len(f.Payload))
}

// payload makes ASCII text, which is legal in every type of message. Its length is near a
// length at which the form of the header changes.
func payload(room []byte, c gofuzz.Continue) []byte {
	lengths := [...]int{0, 1, 5, 20, 124, 125, 126, 300}
	room = room[:0]
	for from := byte(c.Intn(26)); len(room) < cap(room); from++ {
		room = append(room, 'a'+from%26)
	}
	n := lengths[c.Intn(len(lengths))]
	for from := byte(len(room)); len(room) < n; from++ {
		room = append(room, 'a'+from%26)
	}
	return room[:n]
}

// An Act is the action of one end of a conversation in one turn.
type Act int

// The acts.
const (
	Deliver Act = iota // receive octets that the other end has sent
	Send               // send Frame, which may be illegal
	Ping
	Pong
	Close
	Fail // fail the connection for a reason that only the application knows
	Cut  // lose the TCP connection
)

// A Turn is an act of one end.
type Turn struct {
	Role  wire.Role
	Act   Act
	Frame Frame
	// Octets limits the number of octets that arrive in a Deliver.
	Octets int
	// Code and Reason belong to a Close.
	Code   wire.StatusCode
	Reason string
}

func fillTurn(t *Turn, c gofuzz.Continue) {
	acts := [...]Act{Deliver, Send, Send, Send, Deliver, Ping, Pong, Close, Deliver, Deliver, Send, Send, Ping, Ping, Fail, Cut}
	t.Role = wire.RoleClient + wire.Role(c.Intn(2))
	switch t.Act = acts[c.Intn(len(acts))]; t.Act {
	case Deliver:
		t.Octets = 1 << c.Intn(10)
	case Send:
		c.Fuzz(&t.Frame)
	case Ping, Pong:
		t.Frame.Payload = payload(t.Frame.Payload, c)
	case Close:
		codes := [...]wire.StatusCode{1000, 1001, 1005, 1011, 3000, 4999, 1006, 999}
		t.Code = codes[c.Intn(len(codes))]
		t.Reason = strings.Repeat("why?", c.Intn(32))
	}
}

// A Script is a conversation.
type Script struct {
	// Deflate says that permessage-deflate is negotiated, so that messages may have
	// RSV1 set.
	Deflate bool
	// Turns follow one another. The player has to end what they leave open.
	Turns []Turn
	// Closer is the end that closes the connection after the turns, if none has.
	Closer wire.Role
}

func fillScript(s *Script, c gofuzz.Continue) {
	s.Deflate, s.Closer = c.Intn(2) == 1, wire.RoleClient+wire.Role(c.Intn(2))
	n := c.Intn(24)
	if n > cap(s.Turns) {
		s.Turns = append(s.Turns[:cap(s.Turns)], make([]Turn, n-cap(s.Turns))...)
	}
	s.Turns = s.Turns[:n] // reuses the memory of earlier turns
	for i := range s.Turns {
		c.Fuzz(&s.Turns[i])
	}
}

func fillRequest(r *wire.Request, c gofuzz.Continue) {
	var key [16]byte
	for i := range key {
		key[i] = byte(c.Intn(256))
	}
	targets := [...]string{"/", "/chat", "/chat?room=1", "http://example.com/", "", "*", "/a#b"}
	hosts := [...]string{"example.com", "example.com:8080", "[::1]", "[::1]:9001", "", "a b"}
	lines := [...]wire.Field{
		{Name: "Sec-WebSocket-Protocol", Value: "chat, superchat"},
		{Name: "Sec-WebSocket-Protocol", Value: "chat"},
		{Name: "Sec-WebSocket-Extensions", Value: "permessage-deflate; client_max_window_bits"},
		{Name: "Sec-WebSocket-Extensions", Value: `permessage-deflate; server_max_window_bits="10", x; y`},
		{Name: "Origin", Value: "http://example.com"},
		{Name: "Connection", Value: "keep-alive"},
		{Name: "Upgrade", Value: "h2c"},
		{Name: "Sec-WebSocket-Version", Value: "8"},
		{Name: "Sec-WebSocket-Extensions", Value: ";"},
	}
	var extra wire.Fields
	for range c.Intn(4) {
		extra = append(extra, lines[c.Intn(len(lines))])
	}
	*r = wire.NewRequest(targets[c.Intn(len(targets))], hosts[c.Intn(len(hosts))], wire.NewKey(key), extra)
	switch c.Intn(8) {
	case 1:
		r.Fields = append(r.Fields[:1], r.Fields[1+c.Intn(len(r.Fields)-1):]...)
	case 2:
		r.Method = "POST"
	case 3:
		r.Version = "HTTP/1.0"
	}
}
