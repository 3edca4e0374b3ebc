package frames

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzFrameStream reads a stream of frames. The input has an octet for the configuration,
// an octet for the splits, and the octets that the peer sends.
//
//   - The naive parser allows the events of the Receiver.
//   - The events and error texts do not depend on how the octets are split.
//   - The Receiver processes nothing after a failure or a Close frame.
//   - Its memory does not grow with the sent octets or the declared lengths.
//   - A Connection sends the required answers in order, and nothing else.
func FuzzFrameStream(f *testing.F) {
	var s stream
	f.Fuzz(func(t *testing.T, data []byte) { s.judge(t, data) })
}

// A stream is one input. Its memory is reused for the next input.
type stream struct {
	config                  wire.Config
	cuts                    byte
	octets, copied          []byte
	want                    naive
	whole, single, in, conn trace
	sent                    []byte
}

// The limits are small enough for inputs to reach them; 0 is no limit.
var (
	frameLimits    = [4]uint64{0, 16, 125, 1000}
	messageLimits  = [4]uint64{0, 20, 300, 1 << 40}
	fragmentLimits = [4]int{0, 1, 2, 5}
)

func (s *stream) judge(t *testing.T, data []byte) {
	r := fuzzinput.From(data)
	choices, cuts := r.Octet(), r.Octet()
	s.cuts, s.octets = cuts, r.Rest()
	s.config = wire.Config{
		Role: wire.RoleServer, Deflate: choices&2 != 0,
		Limits: wire.Limits{
			Frame: frameLimits[choices>>2&3], Message: messageLimits[choices>>4&3], Fragments: fragmentLimits[choices>>6&3],
		},
		MaskKey: func() [4]byte { return [4]byte{0x37, 0xfa, 0x21, 0x3d} },
	}
	if choices&1 != 0 {
		s.config.Role = wire.RoleClient
	}
	s.want.read(s.config, s.octets)

	s.receive(t, &s.whole, func(left int) int { return left })
	if !s.whole.permittedBy(&s.want.trace) {
		t.Fatalf("% x\nto %+v is%v\nwant%v", s.octets, s.config, &s.whole, &s.want.trace)
	}
	if len(s.octets) <= mostSingle {
		s.receive(t, &s.single, func(int) int { return 1 })
		s.sameAs(t, &s.single, "octet by octet")
	}
	s.receive(t, &s.in, s.cutter())
	s.sameAs(t, &s.in, "in pieces")
	s.checkConnection(t)
	if len(data)%64 == 0 { // not for every input, because reading the statistics stops the world
		s.checkMemory(t)
	}
}

// mostSingle limits the length of inputs that are received octet by octet. It is enough
// for some headers of every form. Longer inputs would take too much time; cutter makes
// pieces of one octet in them as well.
const mostSingle = 80

func (s *stream) sameAs(t *testing.T, got *trace, how string) {
	if !got.same(&s.whole) {
		t.Fatalf("% x\nto %+v %s is%v\nat once it is%v", s.octets, s.config, how, got, &s.whole)
	}
}

// cutter returns the lengths of pieces: mostly 0 to 14 octets, sometimes 200. The input
// seeds the generator of the lengths.
func (s *stream) cutter() func(left int) int {
	state := uint32(s.cuts) + 1
	return func(left int) int {
		state = state*1664525 + 1013904223
		n := int(state >> 28)
		if n == 15 {
			n = 200
		}
		return min(n, left)
	}
}

// fresh returns a copy of the octets, which may be modified.
func (s *stream) fresh() []byte {
	s.copied = append(s.copied[:0], s.octets...)
	return s.copied
}

// receive passes the octets, in pieces with lengths from cut, and then the end of TCP to a
// Receiver, and fills the trace.
func (s *stream) receive(t *testing.T, into *trace, cut func(left int) int) {
	into.reset()
	r := wire.NewReceiver(s.config)
	over, behind := false, 0 // behind is the offset of the first octet after the end
	open := false            // whether a message is incomplete
	octets := s.fresh()
	for at := 0; at < len(octets); {
		size := cut(len(octets) - at)
		piece := octets[at : at+size : at+size]
		at += size
		for {
			pending, before := r.Pending(), len(piece)
			n, ev := r.Receive(piece)
			piece = piece[n:]
			if ev.Kind == wire.EventData {
				if uint64(len(ev.Data)) > pending && pending > 0 || uint64(n) > pending && pending > 0 {
					t.Fatalf("% x: data of %d octets with %d pending", s.octets, len(ev.Data), pending)
				}
				if len(ev.Data) == 0 {
					t.Fatalf("% x: an empty EventData", s.octets)
				}
			}
			if ev.Kind == wire.EventNone {
				if len(piece) > 0 {
					t.Fatalf("% x: no event, but %d of %d octets are left", s.octets, len(piece), before)
				}
				break
			}
			if over {
				t.Fatalf("% x: %v after the end%v", s.octets, ev.Kind, into)
			}
			into.event(ev)
			switch ev.Kind {
			case wire.EventMessage:
				open = true
			case wire.EventEnd:
				open = false
			}
			if over = ends(ev.Kind); over {
				behind = at - len(piece)
			} else if r.InMessage() != open {
				t.Fatalf("% x: InMessage is %v after%v", s.octets, r.InMessage(), into)
			}
		}
	}
	// The octets of a frame that failed may be unmasked.
	if behind = max(behind, s.want.end); over && !bytes.Equal(octets[behind:], s.octets[behind:]) {
		t.Fatalf("% x: octets after the end at %d were changed", s.octets, behind)
	}
	ev := r.EOF()
	if over != (ev.Kind == wire.EventNone) || !over && ev.Kind != wire.EventLost {
		t.Fatalf("% x: the end of TCP gives %v after%v", s.octets, ev.Kind, into)
	}
	if !over {
		into.event(ev)
	}
	if again := r.EOF(); again.Kind != wire.EventNone {
		t.Fatalf("% x: a second end of TCP gives %v", s.octets, again.Kind)
	}
	if r.Pending() != 0 {
		t.Fatalf("% x: %d octets pending after the end", s.octets, r.Pending())
	}
}

// ends reports whether nothing is read after an event of the kind.
func ends(kind wire.EventKind) bool {
	return kind == wire.EventClose || kind == wire.EventFail || kind == wire.EventLost
}

// checkConnection passes the octets to a Connection, and checks that it sends exactly the answers
// that the trace requires.
func (s *stream) checkConnection(t *testing.T) {
	s.sent = s.sent[:0]
	c := wire.NewConnection(s.config)
	s.conn.reset()
	for octets := s.fresh(); ; {
		n, ev := c.Receive(octets)
		octets = octets[n:]
		s.sent = append(s.sent, c.Take()...)
		if ev.Kind == wire.EventNone {
			break
		}
		s.conn.event(ev)
	}
	if ev := c.EOF(); ev.Kind != wire.EventNone {
		s.conn.event(ev)
	}
	s.sameAs(t, &s.conn, "to a Connection")

	sent := s.sent
	for _, step := range s.conn.steps {
		data := s.conn.octets[step.from:step.to]
		switch step.kind {
		case wire.EventPing: // RFC6455-5.5.2-2, RFC6455-5.5.3-1
			body := s.next(t, &sent, wire.OpPong)
			if !bytes.Equal(body, data) {
				t.Fatalf("% x: ping % x answered with % x", s.octets, data, body)
			}
		case wire.EventClose: // RFC6455-5.5.1-7, RFC6455-5.5.1-8
			body := s.next(t, &sent, wire.OpClose)
			if code, _, fail := naiveClose(body); fail != 0 || code != int(step.code) {
				t.Fatalf("% x: Close %d answered with % x", s.octets, step.code, body)
			}
		case wire.EventFail: // RFC6455-7.1.7-5
			body := s.next(t, &sent, wire.OpClose)
			if code, _, fail := naiveClose(body); fail != 0 || code != int(step.violation.Rule.Code) {
				t.Fatalf("% x: failed for %v with % x", s.octets, step.violation, body)
			}
		}
	}
	if len(sent) > 0 {
		t.Fatalf("% x: sent % x more than required", s.octets, sent)
	}
	s.closure(t, c)
}

// next removes the next frame from sent and returns its payload. The frame must be legal
// and have the opcode.
func (s *stream) next(t *testing.T, sent *[]byte, opcode wire.Opcode) []byte {
	h, n, f := naiveHeader(*sent)
	var room [len(breaches)]*wire.Rule
	if f != whole || h.Opcode != opcode || uint64(len(*sent)-n) < h.Length {
		t.Fatalf("% x: sent % x, want a %v frame", s.octets, *sent, opcode)
	}
	if rules := broken(room[:0], h, wire.FrameState{Sender: s.config.Role}); len(rules) > 0 {
		t.Fatalf("% x: sent % x, which breaks %v", s.octets, *sent, ids(rules))
	}
	body := (*sent)[n : n+int(h.Length)]
	*sent = (*sent)[n+int(h.Length):]
	if h.Masked {
		for i := range body {
			body[i] ^= h.MaskKey[i%4]
		}
	}
	return body
}

// closure compares the final state of a Connection with the last step.
func (s *stream) closure(t *testing.T, c *wire.Connection) {
	last := s.conn.steps[len(s.conn.steps)-1]
	state, closure := wire.StateAborted, wire.Closure{Code: wire.StatusAbnormalClosure, Violation: last.violation}
	if last.kind == wire.EventClose {
		state, closure = wire.StateClosed, wire.Closure{Code: last.code, Reason: last.reason}
	}
	if c.State() != state || c.Closure() != closure {
		t.Fatalf("% x: ends %v with %+v, want %v with %+v", s.octets, c.State(), c.Closure(), state, closure)
	}
}

// checkMemory checks how much memory a Receiver allocates. It uses the minimum of several
// measurements, because other goroutines of the test allocate too.
func (s *stream) checkMemory(t *testing.T) {
	const most = 4 << 10 // enough for a Receiver and the text of a reason or a violation
	taken := uint64(most + 1)
	for try := 0; try < 5 && taken > most; try++ {
		octets := s.fresh()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := wire.NewReceiver(s.config)
		for {
			n, ev := r.Receive(octets)
			octets = octets[n:]
			if ev.Kind == wire.EventNone {
				break
			}
		}
		runtime.ReadMemStats(&after)
		taken = min(taken, after.TotalAlloc-before.TotalAlloc)
	}
	if taken > most {
		t.Fatalf("% x: more than %d octets allocated for %d octets", s.octets, most, len(s.octets))
	}
}
