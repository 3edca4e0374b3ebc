package conversation

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/generate"
	"github.com/wsspec/wsspec/ref/wire"
)

// An end is one endpoint with its history.
type end struct {
	role      wire.Role
	conn      *wire.Connection
	sender    *wire.Sender // does the same as conn, and must form the same octets
	inFlight  []byte       // octets that have not arrived at the other end yet
	sent      []string     // sent messages and control frames, with labels
	sending   []byte       // the message that is being sent, with its label
	received  []string     // received messages and control frames, with labels
	receiving []byte       // the message that is being received, with its label

	replied []byte // the replies that the Sender formed

	sentClose     bool
	code          wire.StatusCode // of its own Close frame
	reason        string
	receivedClose bool // whether it received a Close frame
	failed, eof   bool
}

// label returns the first octets of an entry in sent and received: the type of the message or
// frame, and whether it is compressed.
func label(opcode wire.Opcode, compressed bool) []byte {
	mark := byte('p')
	if compressed {
		mark = 'c'
	}
	return []byte{'0' + byte(opcode), mark}
}

// A play is one conversation.
type play struct {
	t    *testing.T
	s    *generate.Script
	ends [2]end // the client and the server
	lost bool   // TCP is lost
	shut bool   // TCP is closed, so that nothing more is sent
}

func newPlay(t *testing.T, s *generate.Script) *play {
	p := &play{t: t, s: s}
	for i := range p.ends {
		role := wire.RoleClient + wire.Role(i)
		config := wire.Config{
			Role: role, Deflate: s.Deflate,
			MaskKey: func() [4]byte { return [4]byte{0x37, 0xfa, 0x21, 0x3d} },
		}
		p.ends[i] = end{role: role, conn: wire.NewConnection(config), sender: wire.NewSender(config)}
	}
	return p
}

func (p *play) end(role wire.Role) (own, other *end) {
	i := int(role - wire.RoleClient)
	return &p.ends[i], &p.ends[1-i]
}

func (p *play) fatalf(format string, args ...any) {
	p.t.Helper()
	p.t.Logf("the script is %+v", p.s)
	p.t.Fatalf(format, args...)
}

// run runs the script, and closes the connection if the script left it open.
func (p *play) run() {
	for i := range p.s.Turns {
		p.turn(&p.s.Turns[i])
		p.hangUp()
	}
	closer, _ := p.end(p.s.Closer)
	if !p.ends[0].sentClose && !p.ends[1].sentClose && !p.shut {
		p.close(closer, wire.StatusNormalClosure, "")
	}
	// Now every octet arrives, so that the connection must end after a few rounds.
	for rounds := 0; !p.ends[0].eof || !p.ends[1].eof; rounds++ {
		if rounds == 4 {
			p.fatalf("deadlock: the client is %v, the server %v",
				p.ends[0].conn.State(), p.ends[1].conn.State())
		}
		for i := range p.ends {
			p.deliver(&p.ends[i], &p.ends[1-i], 1<<20)
			p.hangUp()
		}
	}
	p.compare()
}

// turn carries out one turn.
func (p *play) turn(turn *generate.Turn) {
	own, other := p.end(turn.Role)
	if p.shut && turn.Act != generate.Deliver {
		return
	}
	switch turn.Act {
	case generate.Deliver:
		p.deliver(own, other, turn.Octets)
	case generate.Send:
		p.frame(own, turn.Frame)
	case generate.Ping:
		p.frame(own, generate.Frame{Header: wire.Header{Fin: true, Opcode: wire.OpPing}, Payload: turn.Frame.Payload})
	case generate.Pong:
		p.frame(own, generate.Frame{Header: wire.Header{Fin: true, Opcode: wire.OpPong}, Payload: turn.Frame.Payload})
	case generate.Close:
		p.close(own, turn.Code, turn.Reason)
	case generate.Fail:
		if own.receivedClose || own.failed {
			return // the end processes nothing more, so it finds nothing wrong
		}
		v := wire.RuleDeflateData.Violation("invalid DEFLATE data")
		if ev := own.conn.Fail(v); ev.Kind != wire.EventFail || ev.Violation != v {
			p.fatalf("%v fails with %+v", own.role, ev)
		}
		own.failed = true
		if !own.sentClose {
			own.closes(wire.StatusInvalidPayloadData, wire.TrimReason(v.Error()))
		}
		out := own.conn.Take()
		if alone := own.sender.Reply(nil, wire.Event{Kind: wire.EventFail, Code: v.Rule.Code, Violation: v}); !bytes.Equal(out, alone) {
			p.fatalf("%v fails with % x, a Sender with % x", own.role, out, alone)
		}
		own.inFlight = append(own.inFlight, out...)
	case generate.Cut:
		p.lost, p.shut = true, true
	}
}

// send takes the octets that a call formed. There must be none if the call failed, and
// the Sender must have formed the same octets.
func (p *play) send(own *end, want, err error, alone []byte, aloneErr error) {
	out := own.conn.Take()
	if !bytes.Equal(out, alone) || (err == nil) != (aloneErr == nil) || err != nil && err.Error() != aloneErr.Error() {
		p.fatalf("%v: % x, %v; a Sender % x, %v", own.role, out, err, alone, aloneErr)
	}
	if want != nil && !errors.Is(err, want) {
		p.fatalf("%v: %v, want %v", own.role, err, want)
	}
	if (err == nil) != (len(out) > 0) {
		p.fatalf("%v: %v, and % x to send", own.role, err, out)
	}
	own.inFlight = append(own.inFlight, out...)
}

func (e *end) closes(code wire.StatusCode, reason string) {
	e.sentClose, e.code, e.reason = true, code, reason
}

// frame sends a frame, and checks that illegal frames are rejected.
func (p *play) frame(own *end, f generate.Frame) {
	h := f.Header
	if h.Opcode == wire.OpClose {
		return // only the act Close sends Close frames
	}
	err, alone, aloneErr := own.form(h, f.Payload)
	if own.sentClose { // RFC6455-5.5.1-6
		p.send(own, wire.ErrCloseSent, err, alone, aloneErr)
		return
	}
	p.send(own, nil, err, alone, aloneErr)
	control := h.Opcode >= 8
	first := h.Opcode == wire.OpText || h.Opcode == wire.OpBinary
	legal := (h.RSV == 0 || p.s.Deflate && h.RSV == wire.RSV1 && first) &&
		(first && own.sending == nil || h.Opcode == wire.OpContinuation && own.sending != nil ||
			(h.Opcode == wire.OpPing || h.Opcode == wire.OpPong) && h.Fin && len(f.Payload) <= 125)
	if legal != (err == nil) {
		p.fatalf("%v sends %+v: %v, legal: %v", own.role, h, err, legal)
	}
	switch {
	case err != nil:
	case control:
		own.sent = append(own.sent, string(append(label(h.Opcode, false), f.Payload...)))
	default:
		if first {
			own.sending = label(h.Opcode, h.RSV != 0)
		}
		own.sending = append(own.sending, f.Payload...)
		if h.Fin {
			own.sent = append(own.sent, string(own.sending))
			own.sending = nil
		}
	}
}

// form sends a frame with the method for its kind, if there is one.
func (e *end) form(h wire.Header, payload []byte) (err error, alone []byte, aloneErr error) {
	plain := h.Fin && h.RSV == 0
	switch {
	case plain && h.Opcode == wire.OpPing:
		err = e.conn.Ping(payload)
		alone, aloneErr = e.sender.Ping(nil, payload)
	case plain && h.Opcode == wire.OpPong:
		err = e.conn.Send(h, payload)
		alone, aloneErr = e.sender.Pong(nil, payload)
	case plain && h.Opcode != wire.OpContinuation:
		err = e.conn.SendMessage(h.Opcode, payload)
		alone, aloneErr = e.sender.Message(nil, h.Opcode, payload)
	default:
		err = e.conn.Send(h, payload)
		alone, aloneErr = e.sender.Append(nil, h, payload)
	}
	return err, alone, aloneErr
}

func (p *play) close(own *end, code wire.StatusCode, reason string) {
	err := own.conn.Close(code, reason)
	alone, aloneErr := own.sender.Close(nil, code, reason)
	legal := len(reason) <= 123 && (code != wire.StatusNoStatusRcvd || reason == "") &&
		code != wire.StatusAbnormalClosure && code >= 1000
	switch {
	case !legal:
		if err == nil {
			p.fatalf("%v closes with %d %q", own.role, code, reason)
		}
		p.send(own, nil, err, alone, aloneErr)
	case own.sentClose:
		p.send(own, wire.ErrCloseSent, err, alone, aloneErr)
	default:
		p.send(own, nil, err, alone, aloneErr)
		if err != nil {
			p.fatalf("%v does not close with %d %q: %v", own.role, code, reason, err)
		}
		own.closes(code, reason)
	}
	if own.sender.CloseSent() != own.sentClose || own.sender.InMessage() != (own.sending != nil) {
		p.fatalf("%v: Close sent %v, message open %v", own.role, own.sender.CloseSent(), own.sender.InMessage())
	}
}

// deliver lets at most most octets arrive, and the end of TCP after the last one.
func (p *play) deliver(own, other *end, most int) {
	n := min(most, len(other.inFlight))
	arriving := other.inFlight[:n:n]
	other.inFlight = other.inFlight[n:]
	for !own.eof {
		n, ev := own.conn.Receive(arriving)
		arriving = arriving[n:]
		if ev.Kind == wire.EventNone {
			break
		}
		own.replied = own.sender.Reply(own.replied, ev)
		p.handle(own, ev)
	}
	out := own.conn.Take()
	if !bytes.Equal(out, own.replied) {
		p.fatalf("%v replies % x, a Sender % x", own.role, out, own.replied)
	}
	own.replied = own.replied[:0]
	if p.shut && len(other.inFlight) == 0 && !own.eof {
		own.eof = true
		if ev := own.conn.EOF(); (ev.Kind == wire.EventLost) == (own.receivedClose || own.failed) {
			p.fatalf("%v: the end of TCP is %v, after a Close: %v", own.role, ev.Kind, own.receivedClose)
		}
	}
	if !p.shut { // otherwise TCP is closed
		own.inFlight = append(own.inFlight, out...)
	}
}

// handle records an event, and the answer that it requires.
func (p *play) handle(own *end, ev wire.Event) {
	if own.receivedClose || own.failed {
		p.fatalf("%v receives %v after the end", own.role, ev.Kind)
	}
	switch ev.Kind {
	case wire.EventMessage:
		own.receiving = label(ev.Opcode, ev.Compressed)
	case wire.EventData:
		own.receiving = append(own.receiving, ev.Data...)
	case wire.EventEnd:
		own.received = append(own.received, string(own.receiving))
	case wire.EventPing:
		own.received = append(own.received, string(append(label(ev.Opcode, false), ev.Data...)))
		if !own.sentClose { // RFC6455-5.5.2-2
			own.sent = append(own.sent, string(append(label(wire.OpPong, false), ev.Data...)))
		}
	case wire.EventPong:
		own.received = append(own.received, string(append(label(ev.Opcode, false), ev.Data...)))
	case wire.EventClose:
		own.receivedClose = true
		if !own.sentClose { // RFC6455-5.5.1-8
			own.closes(ev.Code, "")
		}
	default:
		p.fatalf("%v receives %v: %v", own.role, ev.Kind, ev.Violation)
	}
}

// hangUp closes TCP if an end has to. Its octets still arrive, but it receives nothing
// more.
func (p *play) hangUp() {
	for i := range p.ends {
		own, other := &p.ends[i], &p.ends[1-i]
		if own.eof || !own.conn.ClosesTCP() {
			continue
		}
		if own.role == wire.RoleClient && !own.failed && !p.lost {
			p.fatalf("the client closes TCP first (RFC 6455 7.1.1)")
		}
		p.shut, own.eof = true, true
		other.inFlight = nil
		if ev := own.conn.EOF(); ev.Kind != wire.EventNone {
			p.fatalf("%v closes TCP, which is %v", own.role, ev.Kind)
		}
	}
}

// compare compares both ends after the end of the connection.
func (p *play) compare() {
	for i := range p.ends {
		own, other := &p.ends[i], &p.ends[1-i]
		whole := own.receivedClose
		if whole && !slices.Equal(own.received, other.sent) ||
			!whole && (len(own.received) > len(other.sent) || !slices.Equal(own.received, other.sent[:len(own.received)])) {
			p.fatalf("%v received %s\nof %s", own.role, strings.Join(own.received, ", "), strings.Join(other.sent, ", "))
		}
		closure, state := own.conn.Closure(), own.conn.State()
		switch {
		case whole && (closure.Code != other.code || closure.Reason != other.reason || closure.Violation != nil):
			p.fatalf("%v reports %+v, but the other end closed with %d %q", own.role, closure, other.code, other.reason)
		case whole && state != wire.StateClosed, !whole && state != wire.StateAborted:
			p.fatalf("%v received a Close: %v, but is %v", own.role, whole, state)
		case !whole && (closure.Code != wire.StatusAbnormalClosure || closure.Violation == nil):
			p.fatalf("%v received no Close but reports %+v", own.role, closure)
		case !whole && !p.lost && !own.failed && !other.failed:
			p.fatalf("%v received no Close although nothing went wrong", own.role)
		}
	}
}
