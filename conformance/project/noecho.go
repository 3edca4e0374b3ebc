package project

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// NoEcho returns the case for a peer that sends no message back. Where the case expects
// an echo, the peer has to show that the connection lives: it answers a ping that follows
// the steps, or that takes the place of a wait for an echo (RFC6455-5.5.2-2). All else that
// the case asks for stays. The peer may send messages of its own at any time, and may end
// the connection because it does not understand a message: see [script.Application].
//
// The case that is given stays as it is.
func NoEcho(c *script.Case) *script.Case {
	if c.Script.Application != nil {
		return c
	}
	out := *c
	p := projection{application: &script.Application{}}
	steps := c.Script.Steps
	opens := opensOnly(&c.Script)
	if opens {
		steps = withoutSends(steps)
	}
	if c.Script.WantsNoConnection() && !slices.ContainsFunc(c.Script.Outcomes, expectsMessage) {
		out.Script.Opening = withPings(c.Script.Opening)
	}
	p.look(out.Script.Opening, steps)
	out.Script.Steps = p.steps(steps)
	out.Script.Outcomes = make([]script.Outcome, len(c.Script.Outcomes))
	lives := false
	if len(c.Script.Outcomes) > 0 {
		p.application.Messages = messagesIn(c.Script.Outcomes[0].Events)
	}
	for i, o := range c.Script.Outcomes {
		o.Events, lives = p.events(o, lives)
		out.Script.Outcomes[i] = o
	}
	if lives {
		p.endWithMark(&out.Script)
	}
	if opens {
		p.application.Messages = nil
	}
	out.Script.Application = p.application
	return &out
}

// Judges says how much of a case a projected one still judges.
type Judges uint8

// How much is judged.
const (
	// InFull: the case expects no echo.
	InFull Judges = iota + 1
	// InPart: the case expects an echo, so that only the life of the connection, and
	// what must be refused, is judged.
	InPart
)

// WithoutEcho says how much of a case [NoEcho] leaves.
func WithoutEcho(c *script.Case) Judges {
	if c.Script.NeedsEcho() {
		return InPart
	}
	return InFull
}

// Plain returns a case that sends the legal messages of a projected one in the plainest
// form: each as one frame, without compression, in one write. A peer that lives through it,
// and not through the projected case, does not end the connection because of what the
// messages say. It is nil where the projected case is as plain, or has no such message.
func Plain(projected *script.Case) *script.Case {
	a := projected.Script.Application
	if a == nil || len(a.Messages) == 0 || projected.Script.Opening != nil || projected.Script.Outcomes[0].Ending.By != script.ByHarness || !sendsOnly(&projected.Script, len(a.Messages)) {
		return nil
	}
	out := *projected
	out.Title += " [in the plainest form]"
	out.Script = script.Script{
		Steps:       []script.Step{script.Send{Frames: a.Messages}},
		Outcomes:    []script.Outcome{{Behavior: projected.Script.Outcomes[0].Behavior, Ending: script.ClosedByHarness()}},
		Application: a,
	}
	p := projection{}
	p.endWithMark(&out.Script)
	if len(projected.Script.Offers) == 0 && slices.EqualFunc(out.Script.Steps, projected.Script.Steps, func(a, b script.Step) bool { return a.String() == b.String() }) {
		return nil
	}
	lateMark(&out.Script)
	return &out
}

// lateMark asks once more whether the connection lives, some time behind the first mark. An
// application reads messages in its own time, while the connection answers pings: it may end
// the connection behind the first pong.
func lateMark(s *script.Script) {
	last := mark(1)
	const once, twice = "kept once", "kept twice"
	s.Steps = append(s.Steps, script.Await{Events: []script.Expect{script.PongFor(mark(0))}},
		script.Watch{Name: once}, script.Watch{Name: twice}, script.Send{Frames: []script.Frame{last}})
	s.Outcomes[0].Events = append(s.Outcomes[0].Events, script.Quiet(once), script.Quiet(twice), script.PongFor(last))
}

// sendsOnly reports whether the steps send so many whole messages on one connection, and
// no other data.
func sendsOnly(s *script.Script, messages int) bool {
	for _, step := range s.Steps {
		switch step := step.(type) {
		case script.Await, script.Settle, script.Watch, script.Pause, script.ReadSlowly:
		case script.Send:
			for _, f := range step.Frames {
				if !f.Opcode.IsControl() && f.Fin {
					messages--
				}
			}
		default:
			return false
		}
	}
	return messages == 0
}

// messagesIn are the messages that are expected, each as one frame.
func messagesIn(events []script.Expect) (frames []script.Frame) {
	for _, e := range events {
		if isMessage(e) {
			frames = append(frames, script.Frame{Fin: true, Opcode: e.Opcode, Payload: e.Payloads[0]})
		}
	}
	return frames
}

// A projection makes one case for a peer without an echo.
type projection struct {
	application *script.Application
	// awaited are the waits for an echo that a ping takes the place of.
	awaited []awaited
}

type awaited struct{ echo, pong script.Expect }

// mark is the ping with that number.
func mark(n int) script.Frame {
	return script.Ping(script.Octets(fmt.Sprintf("wsspec: still there? %d", n)))
}

// steps are the steps without waits for echoes.
func (p *projection) steps(steps []script.Step) []script.Step {
	var out []script.Step
	for _, step := range steps {
		switch step := step.(type) {
		case script.Await:
			last := lastEcho(step.Events)
			if last == nil {
				out = append(out, step)
				break
			}
			ping := mark(len(p.awaited) + 1)
			p.awaited = append(p.awaited, awaited{*last, script.PongFor(ping)})
			out = append(out, script.Send{Frames: []script.Frame{ping}}, script.Await{Events: p.replaced(step.Events)})
		case script.Exchange:
			step.Pinged = true
			out = append(out, step)
		default:
			out = append(out, step)
		}
	}
	return out
}

// lastEcho is the last message among the events, nil if there is none.
func lastEcho(events []script.Expect) (last *script.Expect) {
	for i := range events {
		if isMessage(events[i]) {
			last = &events[i]
		}
	}
	return last
}

// isMessage reports whether a message is expected, or permitted.
func isMessage(e script.Expect) bool {
	return e.Kind == script.ExpectMessage || e.Kind == script.ExpectMaybe && e.Opcode != wire.OpPong
}

func expectsMessage(o script.Outcome) bool { return slices.ContainsFunc(o.Events, isMessage) }

// replaced are events in which the pong of a mark has taken the place of the echo that
// was waited for, and no other echo is left.
func (p *projection) replaced(events []script.Expect) []script.Expect {
	var out []script.Expect
	next := 0
	for _, e := range events {
		switch {
		case e.Kind == script.ExpectExchanged:
			out = append(out, script.ExchangedPinged())
		case !isMessage(e):
			out = append(out, e)
		default:
			for next < len(p.awaited) && !same(p.awaited[next].echo, e) && e.Kind == script.ExpectMessage && p.later(next, e) {
				next++
			}
			if next < len(p.awaited) && same(p.awaited[next].echo, e) {
				pong := p.awaited[next].pong
				if e.Kind == script.ExpectMaybe {
					pong = script.Expect{Kind: script.ExpectMaybe, Opcode: wire.OpPong, Payloads: pong.Payloads}
				}
				out = append(out, pong)
				next++
			}
		}
	}
	return out
}

// later reports whether the echo is waited for after this place.
func (p *projection) later(next int, e script.Expect) bool {
	return slices.ContainsFunc(p.awaited[next+1:], func(a awaited) bool { return same(a.echo, e) })
}

// same reports whether two expectations are of the same message.
func same(a, b script.Expect) bool {
	return a.Opcode == b.Opcode && len(a.Payloads) == len(b.Payloads) && a.Payloads[0].Repeat == b.Payloads[0].Repeat &&
		string(a.Payloads[0].Octets) == string(b.Payloads[0].Octets)
}

// events are those of an outcome without echoes. Lives is true if an outcome, this one or
// one before, has lost an echo and leaves it to the harness to close.
func (p *projection) events(o script.Outcome, before bool) (events []script.Expect, lives bool) {
	lives = before
	for _, e := range o.Events {
		if e.Kind == script.ExpectMessage && o.Ending.By == script.ByHarness && !o.Ending.Abandon {
			lives = true
		}
	}
	return p.replaced(o.Events), lives
}

// endWithMark sends a ping at the end of the steps, and expects its pong in each outcome
// in which the harness closes. A peer that answers it has taken in all before it, and has
// not failed the connection on it.
func (p *projection) endWithMark(s *script.Script) {
	ping := mark(0)
	at := slices.IndexFunc(s.Steps, func(step script.Step) bool { _, fin := step.(script.HalfClose); return fin })
	if at < 0 {
		at = len(s.Steps)
	}
	steps := []script.Step{script.Send{Frames: []script.Frame{ping}}}
	for i, o := range s.Outcomes {
		if o.Ending.By != script.ByHarness || o.Ending.Abandon {
			continue
		}
		if len(steps) == 1 && slices.ContainsFunc(o.Events, func(e script.Expect) bool { return e.Kind == script.ExpectPongs }) {
			// A pong for the last ping must not stand for those of the case.
			steps = slices.Insert(steps, 0, script.Step(script.Await{Events: o.Events}))
		}
		s.Outcomes[i].Events = append(slices.Clone(o.Events), script.PongFor(ping))
	}
	s.Steps = slices.Insert(slices.Clone(s.Steps), at, steps...)
}
