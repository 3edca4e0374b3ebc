package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// An EndpointKind says what a server does with a text message.
type EndpointKind uint8

// The kinds of endpoints.
const (
	// Echoes: the message came back, and nothing else.
	Echoes EndpointKind = iota + 1
	// Greets: another message came first, and then the one that was sent.
	Greets
	// Answers: other messages came, and not the one that was sent.
	Answers
	// Silent: nothing came.
	Silent
	// Closes: the server sent Close. Leaves: it ended TCP without Close.
	Closes
	Leaves
	// Breaks: what came is not what the RFC permits.
	Breaks
)

// An Endpoint is what one connection tells about a server before a run. It judges nothing.
type Endpoint struct {
	Kind EndpointKind
	// RoundTrip is how long the opening handshake took.
	RoundTrip time.Duration
	// Waited is how long the message was waited for at most.
	Waited time.Duration
	// first is what came first.
	first observed.Event
	// pings is how many pings came: the server looks whether its peer is alive.
	pings int
	// noEcho: the run expects no echoes.
	noEcho bool
}

// PlainEcho reports whether the server sends messages back, and nothing else.
func (e Endpoint) PlainEcho() bool { return e.Kind == Echoes }

// ClosedWith is the status code with which the server ended the connection on the text
// message; 0 if it did not.
func (e Endpoint) ClosedWith() wire.StatusCode {
	if e.Kind != Closes {
		return 0
	}
	return e.first.Code
}

// Sentence says what the server did with the text message of the probe.
func (e Endpoint) Sentence() string {
	if e.pings > 0 && e.Kind <= Silent {
		return e.did() + ", and pings its peer"
	}
	return e.did()
}

// did is Sentence without the pings.
func (e Endpoint) did() string {
	switch e.Kind {
	case Echoes:
		return "sends messages back"
	case Greets:
		return fmt.Sprintf("begins with %s of its own, and then sends messages back", e.first)
	case Answers:
		return fmt.Sprintf("sent %s, and did not send a text message back within %s", e.first, e.Waited)
	case Silent:
		return fmt.Sprintf("sent nothing back within %s of a text message", e.Waited)
	case Closes:
		return fmt.Sprintf("closed the connection with %s, where a text message was to come back", e.first)
	case Leaves:
		return fmt.Sprintf("ended the connection (%s), where a text message was to come back", e.first)
	case Breaks:
		return fmt.Sprintf("sent what the RFC does not permit, where a text message was to come back (%s)", e.first)
	}
	return "did nothing"
}

// Advice says what to type for such a server; empty if there is nothing to do.
func (e Endpoint) Advice() string {
	reason := strings.ToLower(e.first.Reason)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(reason, w) })
	}
	switch {
	case e.Kind == Breaks:
		return ""
	case e.Kind == Echoes && e.noEcho:
		return "Leave out --no-echo to judge also what becomes of the messages."
	case e.Kind == Echoes:
		return ""
	case e.Kind == Closes && says("protocol") && e.first.Code != wire.StatusInvalidPayloadData:
		return "A server that wants a subprotocol gets it by --subprotocol NAME."
	case e.Kind == Closes && (says("auth", "token", "credential", "login", "forbidden") || e.first.Code == wire.StatusPolicyViolation || e.first.Code == unauthorized || e.first.Code == forbidden):
		return "A server that wants credentials, an origin or a subprotocol gets them by --header 'Authorization: …', --origin ORIGIN and --subprotocol NAME."
	case e.noEcho:
		return ""
	case e.Kind == Greets:
		return "Turn off what it sends by itself, or type --no-echo: a case takes the first message for the answer."
	}
	return "Type --no-echo to judge it without messages back, or use the URL of an endpoint that sends each message back; most libraries have one among their examples."
}

// The private codes that servers use as those of HTTP with 4000 added.
const (
	unauthorized wire.StatusCode = 4401
	forbidden    wire.StatusCode = 4403
)

// A ProbeError says that the server stopped serving at the probe.
type ProbeError struct {
	// Waited is how long the probe waited for it to serve again.
	Waited time.Duration
}

func (e *ProbeError) Error() string {
	return fmt.Sprintf("the server stopped serving when the probe had sent it one text message, and did not serve again within %s; --no-probe plays the cases at once, and --start COMMAND starts the server again", e.Waited.Round(time.Second/10))
}

// probeText is what the probe sends.
const probeText = "wsspec: does this come back?"

// Examine opens one connection as every case does, sends a text message, and says what
// became of it. It waits for it for a quarter of the time that an answer may take, once;
// a server that sends it back makes nobody wait. If the server stops serving then,
// Examine waits until it serves again, as a run does: see [Options.Revive] and
// [Options.Wait].
//
// The error is an [opening.TargetError] if the opening handshake fails, and a *[ProbeError]
// if the server does not serve any more.
func Examine(ctx context.Context, t *opening.Target, opts Options) (Endpoint, error) {
	r := &serverRun{target: t, opts: opts.withDefaults(), health: newHealth()}
	e, err := r.examine(ctx)
	if err != nil || e.Kind != Leaves && e.Kind != Closes || r.serves(ctx) {
		return e, err
	}
	if back := r.revive(ctx); !back.ok && ctx.Err() == nil {
		return e, &ProbeError{Waited: back.after}
	}
	return e, ctx.Err()
}

// examine is the connection of the probe.
func (r *serverRun) examine(ctx context.Context) (Endpoint, error) {
	d := r.opts.Deadlines
	conn, err := r.target.Connect(ctx, d)
	if v := breaksHTTP2(r.target, err); v != nil {
		return Endpoint{Kind: Breaks, first: observed.Event{Kind: observed.EventViolation, Violation: v}}, nil
	}
	if err != nil {
		return Endpoint{}, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	began := time.Now()
	keys := stream.NewMaskKeys("probe", 0)
	o, err := opening.Open(ctx, conn, r.target, &script.Script{}, keys, d, began)
	if v := breaksHTTP2(r.target, err); v != nil {
		return Endpoint{Kind: Breaks, first: observed.Event{Kind: observed.EventViolation, Violation: v}}, nil
	}
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{RoundTrip: time.Since(began), Waited: d.Answer / 4, noEcho: r.opts.NoEcho || r.opts.Ask != nil}
	if o.Refused() {
		return e, o.RefusalError()
	}
	if !o.Opened() {
		e.Kind, e.first = Breaks, observed.Event{Kind: observed.EventViolation, Violation: o.WrongSwitch()}
		if o.WrongSwitch() == nil {
			return e, errors.New("the server switched to another protocol")
		}
		return e, nil
	}
	message := script.Text(script.Octets(probeText))
	sent := &script.Case{ID: "probe", Script: script.Script{Steps: []script.Step{script.Send{Frames: []script.Frame{message}}}}}
	l := stream.New(conn, wire.RoleClient, d, keys, began, stream.BoundsOf(sent, script.Quick), nil, nil)
	l.Start(o.Early)
	octets, _ := message.Append(nil, wire.RoleClient, keys.Next)
	l.Write(octets, 0)
	l.Until(ctx, e.Waited, func(events []observed.Event, ended bool) bool {
		e.Kind, e.first = kindOf(events)
		e.pings = pingsIn(events)
		return ended || e.Kind == Echoes || e.Kind == Greets
	})
	goodbye, _ := script.Close(wire.StatusNormalClosure, "").Append(nil, wire.RoleClient, keys.Next)
	if !l.PeerEnded() {
		l.Write(goodbye, 0)
	}
	l.Drop()
	return e, ctx.Err()
}

// kindOf tells the kind of an endpoint from what it sent, and what came first.
func kindOf(events []observed.Event) (EndpointKind, observed.Event) {
	var said *observed.Event // the first message that is not the echo
	for i := range events {
		ev := events[i]
		switch {
		case ev.Kind == observed.EventMessage && ev.Type == wire.OpText && string(ev.Payload) == probeText:
			if said != nil {
				return Greets, *said
			}
			return Echoes, ev
		case ev.Kind == observed.EventMessage && said == nil:
			said = &ev
		case ev.Kind == observed.EventClose:
			return Closes, ev
		case ev.Kind == observed.EventEOF, ev.Kind == observed.EventReset:
			return Leaves, ev
		case ev.Kind == observed.EventViolation, ev.Kind == observed.EventFlood:
			return Breaks, ev
		}
	}
	if said != nil {
		return Answers, *said
	}
	return Silent, observed.Event{}
}

func pingsIn(events []observed.Event) (n int) {
	for _, e := range events {
		if e.Kind == observed.EventPing {
			n++
		}
	}
	return n
}
