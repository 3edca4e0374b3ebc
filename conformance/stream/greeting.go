package stream

import (
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
)

// A greeting is what the peer still has to say first, and its heartbeats that nobody has
// answered yet.
type greeting struct {
	awaits, refusals []*script.Form
	heartbeats       []script.Heartbeat
	due              []script.Frame
}

// mostDue is how many heartbeats are answered at once.
const mostDue = 4

func newGreeting(d *script.Dialogue) (g greeting) {
	if d == nil {
		return g
	}
	for _, t := range d.Greeting {
		if t.Await != nil {
			g.awaits = append(g.awaits, t.Await)
		}
	}
	g.refusals, g.heartbeats = d.Refusals, d.Heartbeats
	return g
}

// takes reports whether a message is the next one of the greeting, or a refusal during it.
// After the greeting it takes nothing.
func (g *greeting) takes(ev *observed.Event) bool {
	if len(g.awaits) == 0 {
		return false
	}
	if g.awaits[0].Fits(ev.Type, ev.Payload) {
		g.awaits = g.awaits[1:]
		return true
	}
	for _, f := range g.refusals {
		if f.Fits(ev.Type, ev.Payload) {
			g.awaits = nil
			return true
		}
	}
	return false
}

// beats notes the answer that is due, if the message is a heartbeat.
func (g *greeting) beats(ev *observed.Event) {
	for _, h := range g.heartbeats {
		if len(g.due) < mostDue && h.Form.Fits(ev.Type, ev.Payload) {
			g.due = append(g.due, h.Answer)
			return
		}
	}
}

// Heartbeats are the answers that are due to heartbeats of the peer. It returns each once.
func (l *Conn) Heartbeats() (due []script.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	due, l.reader.greeting.due = l.reader.greeting.due, nil
	return due
}
