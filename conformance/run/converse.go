package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/play"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Talk is what one connection tells about a server and a dialogue. It judges nothing.
type Talk struct {
	// RoundTrip is how long the opening handshake took.
	RoundTrip time.Duration
	// Steps say what was sent and what came, one sentence a step.
	Steps []string
	// Stopped says why the dialogue did not go to its end; empty if it did.
	Stopped string
}

// A DialogueError says why a server cannot be tested with a dialogue.
type DialogueError struct{ Name, Stopped string }

func (e *DialogueError) Error() string {
	return fmt.Sprintf("the dialogue %s stopped: %s; wsspec dialogue check says each step", e.Name, e.Stopped)
}

// Converse opens one connection to a server, plays the greeting of [Options.Dialogue] on
// it, asks [Options.Ask] if that is set, and closes. The error is an [opening.TargetError]
// if the opening handshake fails.
func Converse(ctx context.Context, t *opening.Target, opts Options) (talk Talk, err error) {
	d := opts.withDefaults().Deadlines
	conn, err := t.Connect(ctx, d)
	if err != nil {
		return talk, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	began := time.Now()
	keys := stream.NewMaskKeys("dialogue", 0)
	o, err := opening.Open(ctx, conn, t, &script.Script{}, keys, d, began)
	if err != nil {
		return talk, err
	}
	talk.RoundTrip = time.Since(began)
	switch {
	case o.Refused():
		return talk, o.RefusalError()
	case !o.Opened():
		return talk, errors.New("the server switched to another protocol")
	}
	said := func(format string, args ...any) { talk.Steps = append(talk.Steps, fmt.Sprintf(format, args...)) }
	said("opened the connection (%s)", subprotocolOf(o.Response))
	application := &script.Application{Question: opts.Ask, Dialogue: opts.Dialogue}
	c := &script.Case{ID: "dialogue", Script: script.Script{Application: application}}
	l := stream.New(conn, wire.RoleClient, d, keys, began, stream.BoundsOf(c, script.Quick), nil, nil)
	l.Start(o.Early)
	send := func(f script.Frame) {
		octets, _ := f.Append(nil, wire.RoleClient, keys.Next)
		l.Write(octets, 0)
	}
	talk.Stopped = play.Greet(ctx, l, opts.Dialogue, func() stream.Deadlines { return d }, send, func(turn script.Turn, came *observed.Event) {
		if came == nil {
			said("sent %s", turn.Send)
		} else {
			said("got %s", came)
		}
	})
	if talk.Stopped == "" && opts.Ask != nil {
		send(opts.Ask.Request)
		said("asked: %s", opts.Ask.Request)
		var answer *observed.Event
		l.Until(ctx, d.Message, func(events []observed.Event, ended bool) bool {
			for i := range events {
				if answer == nil && events[i].Kind == observed.EventMessage {
					e := events[i]
					answer = &e
				}
			}
			return answer != nil || ended
		})
		if answer == nil {
			talk.Stopped = "the answer did not come: " + opts.Ask.AnswerString()
		} else {
			said("got the answer: %s", answer)
		}
	}
	if talk.Stopped != "" {
		talk.Stopped += whatCame(l)
	}
	if !l.PeerEnded() {
		send(script.Close(wire.StatusNormalClosure, ""))
		l.Until(ctx, d.Close, func(_ []observed.Event, ended bool) bool { return ended })
	}
	l.Drop()
	return talk, ctx.Err()
}

// subprotocolOf says what subprotocol the server has chosen.
func subprotocolOf(r wire.Response) string {
	if name, ok := r.Fields.Get("Sec-WebSocket-Protocol"); ok {
		return "subprotocol " + name
	}
	return "no subprotocol"
}

// whatCame says how the peer ended the connection, or what it broke.
func whatCame(l *stream.Conn) (text string) {
	l.Look(func(events []observed.Event, _, _ bool) {
		for _, e := range events {
			if text == "" && (e.Ends() || e.Kind == observed.EventViolation || e.Kind == observed.EventFlood) {
				text = " (" + e.String() + ")"
			}
		}
	})
	return text
}
