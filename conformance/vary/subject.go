package vary

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// An answer is what a case asks of a peer: how the best outcome ends.
type answer string

// The answers.
const (
	answers answer = "answers" // every message and ping, and the harness closes
	closes  answer = "closes"  // the Close of the script
	fails   answer = "fails"   // the peer fails the connection
)

// A subject is a case that has variants, with what its data says.
type subject struct {
	*script.Case
	// role is that of the peer under test.
	role   wire.Role
	answer answer
	// frames are the frames that the steps send, in order.
	frames []placed
	// octets counts what the steps send, as far as cuts can be made there.
	octets int
	// The steps send octets that are no frames, or parts of one; exchanges of messages.
	raw, exchanges bool
	// waits: a mark or a moment is part of the case.
	waits bool
	// volume is how much payload is sent in the quick profile.
	volume int
}

// A placed is a frame with its place.
type placed struct {
	script.Frame
	// step and index say which frame of which step it is.
	step, index int
	// at is where its octets begin, header how many octets its header has, in what the
	// steps send.
	at, header int
}

// end is where the octets of a frame end.
func (p placed) end() int { return p.at + p.header + p.Payload.Len() }

// newSubject returns nil if the case has no variants.
func newSubject(c *script.Case, role wire.Role) *subject {
	s := &subject{Case: c, role: role}
	if !c.TestsRole(role) || !isDefinite(c) || !s.measure() {
		return nil
	}
	switch end := c.Script.Outcomes[0].Ending; {
	case end.By == script.ByHarness:
		s.answer = answers
	case end.By == script.ByScript && end.Clean:
		s.answer = closes
	default:
		s.answer = fails
	}
	return s
}

// isDefinite reports whether a case is about frames alone, and says what is right.
func isDefinite(c *script.Case) bool {
	s := &c.Script
	if c.Suite != "" || c.Level == verdict.LevelInformational || len(s.Outcomes) == 0 || s.Outcomes[0].Behavior == verdict.Informational {
		return false
	}
	if s.HTTP2 != nil || s.HTTP3 != nil || s.Transport != script.AnyTransport || s.OwnURL() || s.PlaysBefore > 0 || len(s.Targets) > 0 || s.Unconnected != "" || len(s.Applies) > 0 || len(s.Inspect) > 0 {
		return false
	}
	if o := s.Opening; o != nil && (len(o.Edits) > 0 || o.Raw != "" || o.Preface != "" || o.Body != "" || len(o.Earlier) > 0 || o.Hold || o.Silent) {
		return false
	}
	return !slices.ContainsFunc(s.Outcomes, func(o script.Outcome) bool {
		return o.Ending.By == script.ByRefusal || o.Ending.Abandon || o.Ending.Any || o.Ending.FIN
	})
}

// measure looks at the steps. It returns false if there is one that no variant knows.
func (s *subject) measure() bool {
	harness := s.role.Peer()
	for i, step := range s.Script.Steps {
		v := step.Volume(script.Quick)
		s.volume += int(v.Message + v.Total)
		switch step := step.(type) {
		case script.Send:
			for j, f := range step.Frames {
				h := f.Header(harness)
				p := placed{Frame: f, step: i, index: j, at: s.octets, header: h.Len()}
				s.frames = append(s.frames, p)
				s.octets = p.end()
			}
		case script.SendOctets:
			s.raw = true
			s.octets += len(step.Octets)
		case script.SendPart:
			s.raw = true
		case script.Exchange:
			s.exchanges = true
		case script.Await:
		case script.Settle, script.Watch, script.Pause:
			s.waits = true
		case script.ReadSlowly, script.Connect:
			// Only variants have them where there is a definite answer.
			if !IsVariant(s.ID) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// mostVaried is how much payload a case may send that is varied.
const mostVaried = 256 << 10

// has reports whether a frame with one of these opcodes is sent.
func (s *subject) has(opcodes ...wire.Opcode) bool {
	return slices.ContainsFunc(s.frames, func(p placed) bool { return slices.Contains(opcodes, p.Opcode) })
}

// usesRSV reports whether a frame has a reserved bit set.
func (s *subject) usesRSV() bool {
	return slices.ContainsFunc(s.frames, func(p placed) bool { return p.RSV != 0 })
}

// negotiates reports whether the case is played with permessage-deflate.
func (s *subject) negotiates() bool { return len(s.Script.Offers) > 0 }

// mayNegotiate reports whether the case stays what it is if permessage-deflate is
// agreed on: no frame of it has a bit that the extension would give a meaning.
func (s *subject) mayNegotiate() bool {
	return !s.negotiates() && !s.usesRSV() && !s.raw && !s.exchanges
}

// message returns the only message that a case sends, if it sends nothing else: its first
// frame, with the payload of all frames.
func (s *subject) message() (whole script.Frame, ok bool) {
	if len(s.Script.Steps) != 1 || len(s.frames) == 0 || s.raw || s.usesRSV() || s.negotiates() {
		return whole, false
	}
	var payload []byte
	for i, p := range s.frames {
		first := p.Opcode == wire.OpText || p.Opcode == wire.OpBinary
		if first != (i == 0) || !first && p.Opcode != wire.OpContinuation || p.Fin != (i == len(s.frames)-1) ||
			p.Declare > 0 || p.Mask != script.MaskByRole || p.Form != wire.LengthShortest {
			return whole, false
		}
		if i == 0 {
			whole = p.Frame
		}
		payload = append(payload, p.Payload.Bytes()...)
	}
	whole.Fin, whole.Payload = true, script.Payload{Octets: payload}
	if len(s.frames) == 1 {
		whole.Payload = s.frames[0].Payload
	}
	return whole, true
}

// echoed is message for a case whose only outcome is the echo of it.
func (s *subject) echoed() (whole script.Frame, ok bool) {
	whole, ok = s.message()
	if !ok || s.answer != answers || len(s.Script.Outcomes) != 1 || len(s.Script.Outcomes[0].Events) != 1 {
		return whole, false
	}
	return whole, s.Script.Outcomes[0].Events[0].Kind == script.ExpectMessage
}

// kind says in a few words what sort of case it is: what is asked of the peer, with which
// frame it begins, and what else a peer's code has to do with.
func (s *subject) kind() string {
	parts := []string{s.class()}
	add := func(yes bool, word string) {
		if yes && !slices.Contains(parts, word) {
			parts = append(parts, word)
		}
	}
	for i, p := range s.frames {
		add(i == 0, sort(p.Opcode))
		add(!p.Fin || p.Opcode == wire.OpContinuation && i > 0, "fragments")
	}
	add(s.negotiates(), "deflate")
	add(s.raw, "octets")
	add(s.exchanges, "exchange")
	return strings.Join(parts, " ")
}

// beginsWith is the family of the first frame. A continuation is one of its own: what it
// means depends most on what came before.
func (s *subject) beginsWith() string {
	if len(s.frames) == 0 {
		return ""
	}
	if o := s.frames[0].Opcode; o == wire.OpContinuation {
		return o.String()
	}
	return family(s.frames[0].Opcode)
}

// sort is the name of opcodes that a peer is likely to treat alike.
func sort(o wire.Opcode) string {
	if o.IsReserved() {
		return "reserved"
	}
	return o.String()
}

// class says what is asked of the peer: answers, closes, or fails, on a frame or on data.
func (s *subject) class() string {
	if s.answer == fails && slices.Contains(s.Script.Outcomes[0].Ending.Codes, wire.StatusInvalidPayloadData) {
		return "fails on data"
	}
	return string(s.answer)
}

// copied returns the script with steps and outcomes of its own.
func (s *subject) copied() script.Script {
	out := s.Script
	out.Steps, out.Outcomes = slices.Clone(out.Steps), slices.Clone(out.Outcomes)
	return out
}

// behind puts steps before those of a case. The events come before those of the case, in
// its outcomes and where it waits for events.
func behind(sc script.Script, steps []script.Step, events []script.Expect) script.Script {
	before := func(e []script.Expect) []script.Expect { return slices.Concat(events, e) }
	own := slices.Clone(sc.Steps)
	for i, step := range own {
		if await, ok := step.(script.Await); ok {
			own[i] = script.Await{Events: before(await.Events)}
		}
	}
	sc.Steps = slices.Concat(steps, own)
	outcomes := slices.Clone(sc.Outcomes)
	for i := range outcomes {
		outcomes[i].Events = before(outcomes[i].Events)
	}
	sc.Outcomes = outcomes
	return sc
}

// permitLimit permits that the peer does not take messages of the size that a variant
// adds (RFC6455-10.4-1). The variant then says nothing.
func permitLimit(sc script.Script, octets int) script.Script {
	const least = 1 << 10
	if octets >= least {
		sc.Outcomes = append(slices.Clone(sc.Outcomes), script.Outcome{
			Behavior: verdict.Unimplemented, Ending: script.FailedByPeer(wire.StatusMessageTooBig).Exactly(),
		})
	}
	return sc
}
