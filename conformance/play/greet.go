package play

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// aliveText is the payload of the ping that tells a peer that does not greet from one that
// is gone.
const aliveText = "wsspec: do you answer pings?"

// greet plays the greeting of the dialogue. If the application does not take part in it,
// the script is over: the rest would tell nothing. But a peer that does not even answer a
// ping gets the script, and has to answer for that (RFC6455-5.5.2-2).
func (p *player) greet(ctx context.Context) {
	if p.script.Application == nil || p.script.Application.Dialogue == nil {
		return
	}
	why := Greet(ctx, p.Conn, p.script.Application.Dialogue, p.now, p.sendPlain, nil)
	if why == "" || !p.PeerEnded() && !p.alive(ctx) {
		return
	}
	p.ungreeted = true
	var broken bool
	p.Look(func(events []observed.Event, _, _ bool) {
		broken = slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventViolation || e.Kind == observed.EventFlood })
	})
	if broken {
		return // what it broke is what it answers for
	}
	p.AddEvent(observed.Event{Kind: observed.EventUngreeted, Name: why})
}

// sendPlain sends a frame as it is, in one write.
func (p *player) sendPlain(f script.Frame) { p.send([]script.Frame{f}, script.ChopNone, nil) }

// alive sends a ping, and reports whether its pong came, or the end of the connection.
func (p *player) alive(ctx context.Context) bool {
	octets, h := script.Ping(script.Octets(aliveText)).Append(nil, p.Role, p.Keys.Next)
	p.RecordSent(&h, octets, "")
	p.Write(octets, 0) // not by send: its pong is nothing that the case asks for
	return p.Until(ctx, p.now().Answer, func(events []observed.Event, ended bool) bool {
		return ended || slices.ContainsFunc(events, func(e observed.Event) bool {
			return e.Kind == observed.EventPong && string(e.Payload) == aliveText
		})
	})
}

// Greet plays the greeting of a dialogue on a connection, and takes its messages out of
// the events. It says why the greeting stopped; empty if it did not. Each turn that went
// well is told to done, with the message of the peer, if there was one; done may be nil.
func Greet(ctx context.Context, conn *stream.Conn, d *script.Dialogue, now func() stream.Deadlines, send func(script.Frame), done func(turn script.Turn, came *observed.Event)) string {
	for i, turn := range d.Greeting {
		number := fmt.Sprintf("turn %d of %d", i+1, len(d.Greeting))
		if turn.Send != nil {
			if conn.PeerEnded() {
				return fmt.Sprintf("the peer ended the connection before %s (%s)", number, turn)
			}
			send(*turn.Send)
			if done != nil {
				done(turn, nil)
			}
			continue
		}
		fits := func(e observed.Event) bool {
			return e.Kind == observed.EventMessage && (turn.Await.Fits(e.Type, e.Payload) || slices.ContainsFunc(d.Refusals, func(f *script.Form) bool { return f.Fits(e.Type, e.Payload) }))
		}
		at, came, began := -1, observed.Event{}, time.Now()
		over := conn.UntilIdle(ctx, func() time.Duration { return now().Message }, func(events []observed.Event, ended bool) bool {
			if at = slices.IndexFunc(events, fits); at >= 0 {
				came = events[at]
			}
			return at >= 0 || ended
		})
		switch {
		case at < 0 && over:
			return fmt.Sprintf("the peer ended the connection in %s, where the harness waited for %s", number, turn.Await)
		case at < 0:
			return fmt.Sprintf("%s did not come in %s (%s)", turn.Await, time.Since(began).Round(time.Second/10), number)
		}
		conn.RemoveEvent(at)
		if !turn.Await.Fits(came.Type, came.Payload) {
			return fmt.Sprintf("the peer said no in %s: %s", number, came)
		}
		if done != nil {
			done(turn, &came)
		}
	}
	return ""
}

// answerHeartbeats answers what the application has sent to see whether its peer is there.
// It does so between messages, and not after a Close frame (RFC6455-5.4-5, RFC6455-5.5.1-6).
func (p *player) answerHeartbeats() {
	if p.midMessage || p.PeerEnded() {
		return
	}
	for _, f := range p.Heartbeats() {
		p.sendPlain(f)
	}
}

// within notes whether the harness may be inside a message after a step, or has ended or
// broken its half of the connection.
func (p *player) within(step script.Step) {
	switch step := step.(type) {
	case script.Send:
		for _, f := range step.Frames {
			switch {
			case f.Opcode == wire.OpClose, f.Declare > 0, !f.Opcode.IsControl() && !f.Fin:
				p.midMessage = true
			case !f.Opcode.IsControl() && p.scriptClosedAt < 0:
				p.midMessage = false
			}
		}
	case script.SendOctets, script.SendPart, script.Flood, script.HalfClose, script.Reset:
		p.midMessage = true
	}
}
