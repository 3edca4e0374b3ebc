package network

import (
	"fmt"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// An Application is a peer that has a purpose of its own and sends no message back. What is
// judged of it is what package project leaves of a case: pongs, and how the connection ends.
type Application struct {
	// Dialogue, if set, is said first on each connection.
	Dialogue *script.Dialogue
	// ProtocolError: the application is known to end the connection with 1002 on a message
	// that it does not understand, be it as plain as can be.
	ProtocolError bool
}

// judgedAs notes how the peer was judged.
func (f *Finding) judgedAs(a *Application) {
	if a == nil {
		return
	}
	f.NoEcho = true
	if a.Dialogue != nil {
		f.Dialogue = a.Dialogue.Name
	}
}

// answering are the actions of a peer that RFC 6455 asks for by itself.
func answering(p *oracle.Permitted) *oracle.Permitted {
	out := *p
	out.Answers = nil
	for _, a := range p.Answers {
		if a.Kind == oracle.Pong {
			out.Answers = append(out.Answers, a)
		}
	}
	return &out
}

// permitsApplication is permits for a peer without echoes. An application that ends the
// connection as one may that does not understand a message is not judged further.
func (c *session) permitsApplication(final bool) (bool, string) {
	declined := c.declined()
	events := make([]oracle.Event, 0, len(c.events))
	for _, e := range c.events {
		if e.Kind != oracle.Message && (!declined || e.Kind != oracle.Close && e.Kind != oracle.EOF) {
			events = append(events, e)
		}
	}
	return answering(c.allowed()).Permits(oracle.Observation{Events: events, Final: final && !declined})
}

// declined reports whether the peer has ended the connection as an application may.
func (c *session) declined() bool {
	if !c.closed && !c.ended {
		return false
	}
	a := script.Application{ProtocolError: c.peer.application().ProtocolError}
	for octets := c.sent[c.greeted:]; len(octets) > 0; {
		h, n, err := wire.ParseHeader(octets)
		if err != nil {
			break
		}
		if !h.Opcode.IsControl() {
			a.Text = a.Text || h.Opcode == wire.OpText
			a.Binary = a.Binary || h.Opcode == wire.OpBinary
			a.Longest += int(min(h.Length, mostOctets)) // all fragments together
			if h.RSV&wire.RSV1 != 0 {
				a.Longest += script.LimitOfAnyone // it may inflate to more
			}
		}
		octets = octets[n+int(min(h.Length, uint64(len(octets)-n))):]
	}
	if c.closed {
		return a.Declines(c.code)
	}
	return a.Sends()
}

// mark sends a ping where an application is to have read all so far, and no echo shows it.
func (c *session) mark() {
	if c.peer.application() == nil || c.over() || c.closed || !atBoundary(c.sent) || !c.allowed().Stays() {
		return
	}
	c.marks++
	c.send(c.own(&Frame{Opcode: wire.OpPing, Payload: fmt.Appendf(nil, "wsspec fuzz: still there? %d", c.marks)}))
}

// A conversing is what an application has said and is still to say first, and the answers to
// its heartbeats that are due.
type conversing struct {
	awaits, refusals []*script.Form
	heartbeats       []script.Heartbeat
	due              []script.Frame
	// refused says what the application said in place of its greeting.
	refused string
}

// mostDue is how many heartbeats are answered at once.
const mostDue = 4

// hears takes a message of an application.
func (g *conversing) hears(e *observed.Event) {
	if len(g.awaits) > 0 {
		if g.awaits[0].Fits(e.Type, e.Payload) {
			g.awaits = g.awaits[1:]
			return
		}
		for _, f := range g.refusals {
			if g.refused == "" && f.Fits(e.Type, e.Payload) {
				g.refused = e.String()
			}
		}
	}
	for _, h := range g.heartbeats {
		if len(g.due) < mostDue && h.Form.Fits(e.Type, e.Payload) {
			g.due = append(g.due, h.Answer)
			return
		}
	}
}

// newConversing listens for what a dialogue has.
func newConversing(a *Application) (g conversing) {
	if a == nil || a.Dialogue == nil {
		return g
	}
	g.refusals, g.heartbeats = a.Dialogue.Refusals, a.Dialogue.Heartbeats
	for _, t := range a.Dialogue.Greeting {
		if t.Await != nil {
			g.awaits = append(g.awaits, t.Await)
		}
	}
	return g
}

// greet plays the greeting of a dialogue. It says why the greeting stopped; empty if it did
// not. What goes wrong in a greeting is no finding, but for what the frames themselves break.
func (c *session) greet(d *script.Dialogue) string {
	g := &c.conversing
	for i, t := range d.Greeting {
		if t.Send != nil {
			c.send(c.own(frameOf(*t.Send)))
			continue
		}
		left := 0
		for _, later := range d.Greeting[i+1:] {
			if later.Await != nil {
				left++
			}
		}
		if c.readUntil(func() bool { return len(g.awaits) <= left || g.refused != "" }); g.refused != "" {
			return "the peer said no: " + g.refused
		} else if len(g.awaits) > left {
			return fmt.Sprintf("%s did not come", t.Await)
		}
	}
	c.greeted = len(c.sent)
	return ""
}

// beat answers the heartbeats of an application, between two messages.
func (c *session) beat() {
	if len(c.conversing.due) == 0 || c.closed || c.ended || !betweenMessages(c.sent) {
		return
	}
	due := c.conversing.due
	c.conversing.due = nil
	for i := range due {
		c.send(c.own(frameOf(due[i])))
	}
}

// betweenMessages reports whether octets end between two messages, and not behind a Close
// frame.
func betweenMessages(octets []byte) bool {
	open := false
	for len(octets) > 0 {
		h, n, err := wire.ParseHeader(octets)
		if err != nil || uint64(len(octets)-n) < h.Length || h.Opcode == wire.OpClose {
			return false
		}
		if !h.Opcode.IsControl() {
			open = !h.Fin
		}
		octets = octets[n+int(h.Length):]
	}
	return !open
}
