package gotest

import (
	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// plainSteps returns the steps of a case in their plain form. cannot says in a
// sentence why there is none for one of them; it is empty if all have one.
func plainSteps(c *script.Case, role wire.Role) (steps []standalone.Step, cannot string) {
	w := &stepWriter{harness: role.Peer(), keys: stream.NewMaskKeys(c.ID, 1)}
	for _, step := range c.Script.Steps {
		step.Visit(w)
	}
	return w.steps, w.cannot
}

// A stepWriter turns steps into their plain form. The pieces of one frame become
// octets.
type stepWriter struct {
	harness wire.Role
	keys    *stream.MaskKeys
	// partial is the frame whose pieces are sent.
	partial []byte
	steps   []standalone.Step
	cannot  string
}

func (w *stepWriter) add(s standalone.Step) { w.steps = append(w.steps, s) }

// refuse keeps the reason for the first step that a Go test cannot play.
func (w *stepWriter) refuse(sentence string) {
	if w.cannot == "" {
		w.cannot = sentence
	}
}

func (w *stepWriter) VisitSend(s script.Send) {
	w.add(standalone.Step{Send: s.Frames, Chop: int(s.Chop), Cuts: s.Cuts})
}

func (w *stepWriter) VisitSendOctets(s script.SendOctets) {
	w.add(standalone.Step{Octets: string(s.Octets), Chop: int(s.Chop), Cuts: s.Cuts})
}

func (w *stepWriter) VisitSendPart(s script.SendPart) {
	from := 0
	if s.From == 0 {
		w.partial, _ = s.Frame.Append(nil, w.harness, w.keys.Next)
	} else {
		from = len(w.partial) - s.Frame.Payload.Len() + s.From
	}
	w.add(standalone.Step{Octets: string(w.partial[from : len(w.partial)-s.Frame.Payload.Len()+s.To])})
}

func (w *stepWriter) VisitAwait(s script.Await) { w.add(standalone.Step{Await: s.Events}) }

func (w *stepWriter) VisitSettle(s script.Settle) {
	w.add(standalone.Step{Wait: standalone.Settle, Mark: s.Name})
}

func (w *stepWriter) VisitWatch(s script.Watch) {
	w.add(standalone.Step{Wait: standalone.Watch, Mark: s.Name})
}

func (w *stepWriter) VisitHold(s script.Hold) {
	w.add(standalone.Step{Wait: standalone.Hold, Mark: s.Name})
}

func (w *stepWriter) VisitPause(script.Pause) { w.add(standalone.Step{Wait: standalone.Settle}) }

func (w *stepWriter) VisitHalfClose(script.HalfClose) { w.add(standalone.Step{FIN: true}) }

func (w *stepWriter) VisitReset(script.Reset) { w.add(standalone.Step{Reset: true}) }

func (w *stepWriter) VisitExchange(script.Exchange) {
	w.refuse("The case sends streams of messages that wsspec generates and compresses.")
}

func (w *stepWriter) VisitStopReading(script.StopReading) {
	w.refuse("The case stops reading, and the player of a Go test reads all the while.")
}

func (w *stepWriter) VisitReadSlowly(script.ReadSlowly) {
	w.refuse("The case reads slowly, and the player of a Go test reads all the while.")
}

func (w *stepWriter) VisitFlood(script.Flood) {
	w.refuse("The case sends a flood of frames, which wsspec makes.")
}

func (w *stepWriter) VisitConnect(script.Connect) {
	w.refuse("The case opens several connections, and a Go test plays on one.")
}

const (
	overHTTP2 = "The case is played over HTTP/2, and a Go test speaks HTTP/1.1."
	overHTTP3 = "The case is played over HTTP/3, and a Go test speaks HTTP/1.1."
)

func (w *stepWriter) VisitSendHTTP2(script.SendHTTP2) { w.refuse(overHTTP2) }

func (w *stepWriter) VisitSendHTTP3(script.SendHTTP3) { w.refuse(overHTTP3) }

func (w *stepWriter) VisitPlainRequest(script.PlainRequest) { w.refuse(overHTTP2) }
