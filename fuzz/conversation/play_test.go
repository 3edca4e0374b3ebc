package conversation

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/fuzz/fillers"
	"github.com/wsspec/wsspec/ref/wire"
)

// An end is one endpoint, what is on the way to the other one, and what it did.
type end struct {
	role  wire.Role
	conn  *wire.Connection
	alone *wire.Sender // does the same, and has to form the same octets
	way   []byte       // sent and not yet arrived
	sent  []string     // whole messages, control frames: see label
	open  []byte       // the message being sent, with its label
	came  []string     // what arrived of the other end's
	piece []byte       // the message arriving

	replied []byte // by the Sender alone

	sentClose   bool
	code        wire.StatusCode // of the own Close frame
	reason      string
	heardClose  bool // of the other's Close frame
	failed, eof bool
}

// label is how a message or frame is noted: its type, its payload.
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
	s    *fillers.Script
	ends [2]end // the client and the server
	lost bool   // TCP was cut
	shut bool   // TCP is closed: nothing more is sent
}

func newPlay(t *testing.T, s *fillers.Script) *play {
	p := &play{t: t, s: s}
	for i := range p.ends {
		role := wire.RoleClient + wire.Role(i)
		config := wire.Config{
			Role: role, Deflate: s.Deflate,
			MaskKey: func() [4]byte { return [4]byte{0x37, 0xfa, 0x21, 0x3d} },
		}
		p.ends[i] = end{role: role, conn: wire.NewConnection(config), alone: wire.NewSender(config)}
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

// run plays the script and ends what it leaves open.
func (p *play) run() {
	for i := range p.s.Turns {
		p.turn(&p.s.Turns[i])
		p.hangUp()
	}
	closer, _ := p.end(p.s.Closer)
	if !p.ends[0].sentClose && !p.ends[1].sentClose && !p.shut {
		p.close(closer, wire.StatusNormalClosure, "")
	}
	// From here on every octet arrives; each round brings the end nearer.
	for rounds := 0; !p.ends[0].eof || !p.ends[1].eof; rounds++ {
		if rounds == 4 {
			p.fatalf("nobody does anything, and the client is %v, the server %v",
				p.ends[0].conn.State(), p.ends[1].conn.State())
		}
		for i := range p.ends {
			p.deliver(&p.ends[i], &p.ends[1-i], 1<<20)
			p.hangUp()
		}
	}
	p.judge()
}

// turn does what one end does.
func (p *play) turn(turn *fillers.Turn) {
	own, other := p.end(turn.Role)
	if p.shut && turn.Act != fillers.Deliver {
		return
	}
	switch turn.Act {
	case fillers.Deliver:
		p.deliver(own, other, turn.Octets)
	case fillers.Send:
		p.frame(own, turn.Frame)
	case fillers.Ping:
		p.frame(own, fillers.Frame{Header: wire.Header{Fin: true, Opcode: wire.OpPing}, Payload: turn.Frame.Payload})
	case fillers.Pong:
		p.frame(own, fillers.Frame{Header: wire.Header{Fin: true, Opcode: wire.OpPong}, Payload: turn.Frame.Payload})
	case fillers.Close:
		p.close(own, turn.Code, turn.Reason)
	case fillers.Fail:
		if own.heardClose || own.failed {
			return // it reads nothing more that could be wrong
		}
		v := wire.RuleDeflateData.Violation("what came does not inflate")
		if ev := own.conn.Fail(v); ev.Kind != wire.EventFail || ev.Violation != v {
			p.fatalf("%v fails with %+v", own.role, ev)
		}
		own.failed = true
		if !own.sentClose {
			own.closes(wire.StatusInvalidPayloadData, wire.TrimReason(v.Error()))
		}
		out := own.conn.Take()
		if alone := own.alone.Reply(nil, wire.Event{Kind: wire.EventFail, Code: v.Rule.Code, Violation: v}); !bytes.Equal(out, alone) {
			p.fatalf("%v fails with % x, a Sender with % x", own.role, out, alone)
		}
		own.way = append(own.way, out...)
	case fillers.Cut:
		p.lost, p.shut = true, true
	}
}

// send takes what a call formed, which has to be nothing if it failed, and the
// same as a Sender alone formed.
func (p *play) send(own *end, want, err error, alone []byte, aloneErr error) {
	out := own.conn.Take()
	if !bytes.Equal(out, alone) || (err == nil) != (aloneErr == nil) || err != nil && err.Error() != aloneErr.Error() {
		p.fatalf("%v: % x, %v; a Sender alone % x, %v", own.role, out, err, alone, aloneErr)
	}
	if want != nil && !errors.Is(err, want) {
		p.fatalf("%v: %v, want %v", own.role, err, want)
	}
	if (err == nil) != (len(out) > 0) {
		p.fatalf("%v: %v, and % x to send", own.role, err, out)
	}
	own.way = append(own.way, out...)
}

func (e *end) closes(code wire.StatusCode, reason string) {
	e.sentClose, e.code, e.reason = true, code, reason
}

// frame sends a frame, and knows when it has to be refused.
func (p *play) frame(own *end, f fillers.Frame) {
	h := f.Header
	if h.Opcode == wire.OpClose {
		return // Close's, which knows the code
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
		(first && own.open == nil || h.Opcode == wire.OpContinuation && own.open != nil ||
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
			own.open = label(h.Opcode, h.RSV != 0)
		}
		own.open = append(own.open, f.Payload...)
		if h.Fin {
			own.sent = append(own.sent, string(own.open))
			own.open = nil
		}
	}
}

// form sends by the method that is made for the frame, if there is one.
func (e *end) form(h wire.Header, payload []byte) (err error, alone []byte, aloneErr error) {
	plain := h.Fin && h.RSV == 0
	switch {
	case plain && h.Opcode == wire.OpPing:
		err = e.conn.Ping(payload)
		alone, aloneErr = e.alone.Ping(nil, payload)
	case plain && h.Opcode == wire.OpPong:
		err = e.conn.Send(h, payload)
		alone, aloneErr = e.alone.Pong(nil, payload)
	case plain && h.Opcode != wire.OpContinuation:
		err = e.conn.SendMessage(h.Opcode, payload)
		alone, aloneErr = e.alone.Message(nil, h.Opcode, payload)
	default:
		err = e.conn.Send(h, payload)
		alone, aloneErr = e.alone.Append(nil, h, payload)
	}
	return err, alone, aloneErr
}

func (p *play) close(own *end, code wire.StatusCode, reason string) {
	err := own.conn.Close(code, reason)
	alone, aloneErr := own.alone.Close(nil, code, reason)
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
	if own.alone.CloseSent() != own.sentClose || own.alone.InMessage() != (own.open != nil) {
		p.fatalf("%v: Close sent %v, message open %v", own.role, own.alone.CloseSent(), own.alone.InMessage())
	}
}

// deliver lets octets arrive, and the end of TCP behind the last of them.
func (p *play) deliver(own, other *end, most int) {
	n := min(most, len(other.way))
	arriving := other.way[:n:n]
	other.way = other.way[n:]
	for !own.eof {
		n, ev := own.conn.Receive(arriving)
		arriving = arriving[n:]
		if ev.Kind == wire.EventNone {
			break
		}
		own.replied = own.alone.Reply(own.replied, ev)
		p.hear(own, ev)
	}
	out := own.conn.Take()
	if !bytes.Equal(out, own.replied) {
		p.fatalf("%v replies % x, a Sender alone % x", own.role, out, own.replied)
	}
	own.replied = own.replied[:0]
	if p.shut && len(other.way) == 0 && !own.eof {
		own.eof = true
		if ev := own.conn.EOF(); (ev.Kind == wire.EventLost) == (own.heardClose || own.failed) {
			p.fatalf("%v: the end of TCP is %v, behind a Close: %v", own.role, ev.Kind, own.heardClose)
		}
	}
	if !p.shut { // else there is nowhere to send it
		own.way = append(own.way, out...)
	}
}

// hear notes an event and what it obliges to.
func (p *play) hear(own *end, ev wire.Event) {
	if own.heardClose || own.failed {
		p.fatalf("%v hears %v behind the end", own.role, ev.Kind)
	}
	switch ev.Kind {
	case wire.EventMessage:
		own.piece = label(ev.Opcode, ev.Compressed)
	case wire.EventData:
		own.piece = append(own.piece, ev.Data...)
	case wire.EventEnd:
		own.came = append(own.came, string(own.piece))
	case wire.EventPing:
		own.came = append(own.came, string(append(label(ev.Opcode, false), ev.Data...)))
		if !own.sentClose { // RFC6455-5.5.2-2
			own.sent = append(own.sent, string(append(label(wire.OpPong, false), ev.Data...)))
		}
	case wire.EventPong:
		own.came = append(own.came, string(append(label(ev.Opcode, false), ev.Data...)))
	case wire.EventClose:
		own.heardClose = true
		if !own.sentClose { // RFC6455-5.5.1-8
			own.closes(ev.Code, "")
		}
	default:
		p.fatalf("%v hears %v: %v", own.role, ev.Kind, ev.Violation)
	}
}

// hangUp closes TCP for the end that has to: all that it sent still arrives,
// nothing more is sent back.
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
		other.way = nil
		if ev := own.conn.EOF(); ev.Kind != wire.EventNone {
			p.fatalf("%v closes TCP, which is %v", own.role, ev.Kind)
		}
	}
}

// judge holds both ends against each other when all is over.
func (p *play) judge() {
	for i := range p.ends {
		own, other := &p.ends[i], &p.ends[1-i]
		whole := own.heardClose
		if whole && !slices.Equal(own.came, other.sent) ||
			!whole && (len(own.came) > len(other.sent) || !slices.Equal(own.came, other.sent[:len(own.came)])) {
			p.fatalf("%v heard %s\nof %s", own.role, strings.Join(own.came, ", "), strings.Join(other.sent, ", "))
		}
		closure, state := own.conn.Closure(), own.conn.State()
		switch {
		case whole && (closure.Code != other.code || closure.Reason != other.reason || closure.Violation != nil):
			p.fatalf("%v tells of %+v, the other closed with %d %q", own.role, closure, other.code, other.reason)
		case whole && state != wire.StateClosed, !whole && state != wire.StateAborted:
			p.fatalf("%v heard a Close: %v, and is %v", own.role, whole, state)
		case !whole && (closure.Code != wire.StatusAbnormalClosure || closure.Violation == nil):
			p.fatalf("%v heard no Close and tells of %+v", own.role, closure)
		case !whole && !p.lost && !own.failed && !other.failed:
			p.fatalf("%v heard no Close, though nothing went wrong", own.role)
		}
	}
}
