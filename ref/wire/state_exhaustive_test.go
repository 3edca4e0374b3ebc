package wire

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// closingFacts are what RFC 6455 7 speaks of: who has sent a Close frame, whether
// this side failed the connection, and whether TCP has ended.
type closingFacts struct {
	sent, received, failed, ended bool
	clean                         bool // both Close frames before TCP ended (7.1.4)
}

// after says what a step makes of the facts, in the words of the clauses.
func (f closingFacts) after(step Step) closingFacts {
	if f.ended {
		return f // 7.1.4: it is _Closed_
	}
	switch step {
	case StepSendClose:
		if !f.failed { // 7.1.7: what is sent while failing is no closing handshake
			f.sent = true // 7.1.2
		}
	case StepReceiveClose:
		if !f.failed { // 7.1.7: "MUST NOT continue to attempt to process data"
			f.received = true // 5.5.1
		}
	case StepFail:
		if !f.received { // 5.5.1: nothing behind the Close frame is processed
			f.failed = true
		}
	case StepEndTCP:
		f.ended, f.clean = true, f.sent && f.received && !f.failed
	}
	return f
}

// state is the one for the facts.
func (f closingFacts) state() State {
	switch {
	case f.ended && f.clean:
		return StateClosed
	case f.ended:
		return StateAborted
	case f.failed:
		return StateFailed
	case f.sent && f.received:
		return StateExchanged
	case f.sent:
		return StateCloseSent
	case f.received:
		return StateCloseReceived
	}
	return StateOpen
}

var steps = []Step{StepSendClose, StepReceiveClose, StepFail, StepEndTCP}

// Every sequence of up to seven steps leads to the state that the clauses of RFC
// 6455 7 give it; so every state and every step is covered.
func TestClosingExhaustively(t *testing.T) {
	type cell struct {
		state State
		step  Step
	}
	covered := map[cell]bool{}
	var walk func(state State, facts closingFacts, path []Step)
	walk = func(state State, facts closingFacts, path []Step) {
		if got, want := state, facts.state(); got != want {
			t.Fatalf("after %v: %v, want %v of %+v", path, got, want, facts)
		}
		for _, role := range []Role{RoleClient, RoleServer} {
			// 7.1.1: the server closes TCP first; 7.1.7: so does who fails.
			want := !facts.ended && (facts.failed || facts.sent && facts.received && role == RoleServer)
			if state.ClosesTCP(role) != want {
				t.Fatalf("after %v the %v closes TCP: %v, want %v", path, role, !want, want)
			}
		}
		if len(path) == 7 {
			return
		}
		for _, step := range steps {
			covered[cell{state, step}] = true
			walk(state.After(step), facts.after(step), append(path[:len(path):len(path)], step))
		}
	}
	walk(StateOpen, closingFacts{}, nil)
	if want := len(closing) * len(steps); len(covered) != want {
		t.Errorf("%d of %d combinations of state and step were reached", len(covered), want)
	}
}

// An endpointEvent is what can happen to an endpoint.
type endpointEvent struct {
	name string
	do   func(c *Connection, role Role) string // returns what became of it
}

func peerSends(name string, h Header, payload string) endpointEvent {
	return endpointEvent{name, func(c *Connection, role Role) string {
		h := h
		h.Length, h.Masked = uint64(len(payload)), role == RoleServer
		p := append(AppendHeader(nil, h), payload...)
		var events []string
		for {
			n, ev := c.Receive(p)
			p = p[n:]
			if ev.Kind == EventNone {
				return strings.Join(events, " ")
			}
			events = append(events, ev.Kind.String())
		}
	}}
}

func weSend(name string, send func(c *Connection) error) endpointEvent {
	return endpointEvent{name, func(c *Connection, _ Role) string {
		if err := send(c); err != nil {
			return "error"
		}
		return "sent"
	}}
}

var endpointEvents = []endpointEvent{
	peerSends("receive text", Header{Fin: true, Opcode: OpText}, "x"),
	peerSends("receive ping", Header{Fin: true, Opcode: OpPing}, "p"),
	peerSends("receive pong", Header{Fin: true, Opcode: OpPong}, "p"),
	peerSends("receive close", Header{Fin: true, Opcode: OpClose}, "\x03\xe8"),
	peerSends("receive opcode 3", Header{Fin: true, Opcode: 3}, ""),
	{"TCP ends", func(c *Connection, _ Role) string { return c.EOF().Kind.String() }},
	weSend("send text", func(c *Connection) error { return c.SendMessage(OpText, []byte("y")) }),
	weSend("send ping", func(c *Connection) error { return c.Ping([]byte("q")) }),
	weSend("send close", func(c *Connection) error { return c.Close(StatusGoingAway, "") }),
}

// beginnings bring an endpoint to each state.
var beginnings = [][]string{
	nil, {"send close"}, {"receive close"}, {"send close", "receive close"}, {"receive opcode 3"}, {"send close", "receive opcode 3"},
	{"receive close", "TCP ends"}, {"TCP ends"}, {"receive opcode 3", "TCP ends"}, {"send close", "TCP ends"},
}

// The whole behaviour of an endpoint in every state is a table, made from the
// code and compared with the one that was checked against the clauses. What must
// never be is checked beside that.
func TestEndpointExhaustively(t *testing.T) {
	byName := map[string]endpointEvent{}
	for _, e := range endpointEvents {
		byName[e.name] = e
	}
	var table bytes.Buffer
	for _, role := range []Role{RoleClient, RoleServer} {
		for _, beginning := range beginnings {
			for _, event := range endpointEvents {
				c := NewConnection(Config{Role: role, MaskKey: func() [4]byte { return [4]byte{} }})
				for _, name := range beginning {
					byName[name].do(c, role)
					c.Take()
				}
				before := c.State()
				became := event.do(c, role)
				frames := frameNames(t, c.Take())
				fmt.Fprintf(&table, "%-6v | %-15v | %-16s | %-17s | sends %-5s | %-15v | closes TCP: %v\n",
					role, before, event.name, became, frames, c.State(), c.ClosesTCP())
				checkNever(t, role, before, event.name, became, frames)
			}
		}
	}
	comparesTo(t, "closing.txt", table.String())
}

// comparesTo compares a table with the one in testdata.
func comparesTo(t *testing.T, name, table string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(table), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(table, "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d of %s (UPDATE=1 writes it anew):\n%s\nis now\n%s", i+1, file, line, got[min(i, len(got)-1)])
		}
	}
}

// checkNever checks what no state allows.
func checkNever(t *testing.T, role Role, before State, event, became, frames string) {
	t.Helper()
	bad := ""
	switch closeSent := before != StateOpen; {
	case closeSent && frames != "-":
		bad = "something is sent behind the own Close frame (RFC6455-5.5.1-6)"
	case closeSent && became == "sent":
		bad = "sending does not fail behind the own Close frame"
	case before != StateOpen && before != StateCloseSent && strings.HasPrefix(event, "receive") && became != "":
		bad = "something is processed behind the end (RFC6455-7.1.7-7)"
	case before == StateOpen && event == "receive ping" && frames != "pong":
		bad = "a Ping is not answered (RFC6455-5.5.2-2)"
	case before == StateOpen && event == "receive close" && frames != "close":
		bad = "a Close frame is not answered (RFC6455-5.5.1-7)"
	case before == StateOpen && event == "receive opcode 3" && frames != "close":
		bad = "failing does not send a Close frame (RFC6455-7.1.7-5)"
	}
	if bad != "" {
		t.Errorf("%v, %v, %s: %s", role, before, event, bad)
	}
}

func frameNames(t *testing.T, octets []byte) string {
	t.Helper()
	var names []string
	for len(octets) > 0 {
		h, n, err := ParseHeader(octets)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Opcode.String())
		octets = octets[n+int(h.Length):]
	}
	if names == nil {
		return "-"
	}
	return strings.Join(names, " ")
}

// The context of permessage-deflate has few states too: what of the past a message
// may refer to. This is the sender's; the receiver's is in context_exhaustive_test.go. Every sequence of four actions of a sender is tried with every
// agreement, and each message refers back no further than it may.
func TestContextExhaustively(t *testing.T) {
	text := bytes.Repeat([]byte("a text that can refer to itself and to others. "), 12)
	actions := []string{"compressed", "in parts", "short", "plain", "prepared", "lost its compressor"}
	holdPlaces(t) // so that a message in parts is compressed by several
	referred := 0
	var walk func(path []string)
	try := func(o DeflaterOptions, path []string) {
		d := newDeflater(t, o)
		f := newInflater(t, InflaterOptions{WindowBits: o.WindowBits, NoContextTakeover: o.NoContextTakeover})
		var since, before int64 // octets compressed since the window was last empty, and in all
		for _, action := range path {
			message := text
			switch action {
			case "plain": // RFC7692-6-2: it is in nobody's window
				continue
			case "lost its compressor":
				if c := d.idle.Swap(nil); c != nil {
					d.pool().Put(c)
				}
				continue
			case "short":
				message = text[:20]
			case "prepared": // compressed elsewhere, and the next one must not refer to before
				d.Release()
				since = 0
			}
			var payload []byte
			if action == "in parts" {
				payload = d.AppendPause(d.AppendPart(nil, message[:200]))
				message = message[200:]
			}
			payload = d.AppendEnd(d.AppendPart(payload, message))
			if action == "in parts" {
				message = text
			}
			use, v := MeasureWindow(payload, before)
			allowed := since
			if o.NoContextTakeover {
				allowed = 0
			}
			if v != nil || int64(use.Reach) > allowed {
				t.Fatalf("%+v, %q: %s refers to %d octets before it, at most %d may be (%v)", o, path, action, use.Reach, allowed, v)
			}
			if use.Reach > 0 {
				referred++
			}
			if got, err := f.AppendMessage(nil, payload, 1<<20); err != nil || !bytes.Equal(got, message) {
				t.Fatalf("%+v, %q: %s inflates to %d octets, %v", o, path, action, len(got), err)
			}
			since += int64(len(message))
			before += int64(len(message))
			if action == "prepared" {
				d.Release()
				since = 0
			}
		}
		d.Release()
	}
	walk = func(path []string) {
		if len(path) == 4 {
			for _, o := range []DeflaterOptions{{Level: 1}, {Level: 9}, {WindowBits: 9}, {NoContextTakeover: true, Level: 1}, {NoContextTakeover: true, WindowBits: 9}} {
				try(o, path)
			}
			return
		}
		for _, action := range actions {
			walk(append(path[:len(path):len(path)], action))
		}
	}
	walk(nil)
	if referred == 0 {
		t.Error("no message referred to one before it")
	}
}
