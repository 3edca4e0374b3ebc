package project

import (
	"bytes"
	"slices"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Ask returns the case for a peer that sends no message back, and that answers a question.
// Where the case sends messages in a shape (frames, fragments, writes, compression), it
// sends the question in that shape, and expects an answer for each message. The other cases
// are those of [NoEcho]: those about the messages themselves, such as their UTF-8, and those
// in which the peer has to fail the connection.
func Ask(c *script.Case, q *script.Question) *script.Case {
	plain := NoEcho(c)
	if plain == c || !asks(c) {
		return plain
	}
	out := *c
	s := &out.Script
	s.Steps, s.Outcomes = slices.Clone(s.Steps), nil
	application := &script.Application{Question: q, Messages: []script.Frame{q.Request}, Longest: q.Request.Payload.Len()}
	application.Text, application.Binary = q.Request.Opcode == wire.OpText, q.Request.Opcode == wire.OpBinary
	waits, behind := 0, 0 // for answers, and whether there are messages behind the last one
	for i, step := range s.Steps {
		switch step := step.(type) {
		case script.Send:
			if slices.ContainsFunc(step.Frames, func(f script.Frame) bool { return !f.Opcode.IsControl() }) {
				behind = 1
			}
			step.Frames = asked(step.Frames, q)
			s.Steps[i] = step
		case script.Exchange:
			step.Asked, step.Size = q, q.Request.Payload.Len()
			s.Steps[i] = step
		case script.Await:
			if slices.ContainsFunc(step.Events, isMessage) {
				waits, behind = waits+1, 0
			}
			s.Steps[i] = script.Await{Events: answered(step.Events, q, waits)}
		}
		for _, f := range framesOf(s.Steps[i]) {
			application.Longest = max(application.Longest, f.Payload.Len())
		}
	}
	for _, o := range c.Script.Outcomes {
		for _, events := range orders(answered(o.Events, q, waits+behind)) {
			o.Events = events
			s.Outcomes = append(s.Outcomes, o)
		}
	}
	s.Application = application
	return &out
}

// Asks reports whether [Ask] asks the question in the case.
func Asks(c *script.Case) bool { return c.Script.Application == nil && asks(c) }

// asks reports whether a case is about the shape of messages, and expects each of them
// back.
func asks(c *script.Case) bool {
	s := &c.Script
	if s.Opening != nil || len(s.Outcomes) == 0 || s.Outcomes[0].Ending.By != script.ByHarness || !s.NeedsEcho() {
		return false
	}
	messages := 0
	for _, step := range s.Steps {
		switch step := step.(type) {
		case script.Send, script.Await, script.Settle, script.Pause, script.ReadSlowly, script.Connect:
		case script.Exchange:
			if len(s.Offers) == 0 && step.Size > script.LimitOfAnyone {
				return false // the size is what the case is about
			}
		default:
			return false
		}
		if !whole(framesOf(step)) {
			return false
		}
		for _, f := range framesOf(step) {
			if f.RSV != 0 || f.Declare > 0 || f.Form != wire.LengthShortest || f.Mask != script.MaskByRole || f.Opcode == wire.OpClose {
				return false
			}
			if !f.Opcode.IsControl() && !isASCII(f) {
				return false // what the text says is what the case is about
			}
			if !f.Opcode.IsControl() && f.Fin {
				messages++
			}
		}
	}
	// All other outcomes leave the end to the harness and have all messages, and few other
	// events, with which they may come in any order.
	for _, o := range s.Outcomes {
		if o.Ending.By == script.ByPeer && len(o.Events) == 0 {
			continue // a limit of the peer's, which stays
		}
		echoes, others := 0, 0
		for _, e := range o.Events {
			switch {
			case e.Kind == script.ExpectMessage:
				if e.Payloads[0].Len() == 0 {
					return false // no application is asked by an empty message
				}
				echoes++
			case isMessage(e):
				return false
			case e.Kind != script.ExpectExchanged:
				others++
			}
		}
		if o.Ending.By != script.ByHarness || o.Ending.Abandon || echoes != messages || echoes*others > 4 {
			return false
		}
	}
	return true
}

// whole reports whether frames are whole messages, with control frames among them.
func whole(frames []script.Frame) bool {
	within := false
	for _, f := range frames {
		if f.Opcode.IsControl() {
			continue
		}
		if within != (f.Opcode == wire.OpContinuation) {
			return false
		}
		within = !f.Fin
	}
	return !within
}

// isASCII reports whether the payload is printable ASCII, or that of a binary frame.
func isASCII(f script.Frame) bool {
	return f.Opcode == wire.OpBinary || !bytes.ContainsFunc(f.Payload.Octets, func(r rune) bool { return r < ' ' || r > '~' })
}

func framesOf(step script.Step) []script.Frame {
	if send, ok := step.(script.Send); ok {
		return send.Frames
	}
	return nil
}

// asked are frames with the question in the place of each message. A message in fragments
// is cut at the same parts of its length. Spaces behind a JSON text make it as long as the
// message was.
func asked(frames []script.Frame, q *script.Question) []script.Frame {
	out := slices.Clone(frames)
	for i := 0; i < len(out); i++ {
		if out[i].Opcode.IsControl() {
			continue
		}
		var parts []int
		total := 0
		for j := i; j < len(out); j++ {
			if out[j].Opcode.IsControl() {
				continue
			}
			parts = append(parts, j)
			total += out[j].Payload.Len()
			if i = j; out[j].Fin {
				break
			}
		}
		payload := q.Request.Payload.Bytes()
		if missing := total - len(payload); q.JSON && missing > 0 {
			payload = slices.Concat(payload, bytes.Repeat([]byte{' '}, missing))
		}
		from, before := 0, 0
		for n, at := range parts {
			before += out[at].Payload.Len()
			to := len(payload)
			if n < len(parts)-1 && total > 0 {
				to = len(payload) * before / total
			}
			out[at].Payload = script.Payload{Octets: payload[from:to]}
			from = to
		}
		out[parts[0]].Opcode = q.Request.Opcode
	}
	return out
}

// answered are events with an answer in the place of each echo, and at most so many. An
// application may answer several questions by one message, if nobody waits for the answers
// in between.
func answered(events []script.Expect, q *script.Question, most int) []script.Expect {
	var out []script.Expect
	for _, e := range events {
		switch e.Kind {
		case script.ExpectMessage:
			if most--; most >= 0 {
				out = append(out, script.Answered(q))
			}
		case script.ExpectExchanged:
			out = append(out, script.ExchangedAsked())
		default:
			out = append(out, e)
		}
	}
	return out
}

// orders are the orders in which the events may come: an application may take its time for
// an answer, and answer pings meanwhile. The order that is given comes first.
func orders(events []script.Expect) [][]script.Expect {
	var answers, others []script.Expect
	for _, e := range events {
		if e.Kind == script.ExpectAnswer {
			answers = append(answers, e)
		} else {
			others = append(others, e)
		}
	}
	all := [][]script.Expect{events}
	if len(answers) == 0 || len(others) == 0 {
		return all
	}
	var mix func(done []script.Expect, answers, others []script.Expect)
	mix = func(done, answers, others []script.Expect) {
		if len(answers) == 0 && len(others) == 0 {
			all = append(all, done)
			return
		}
		if len(answers) > 0 {
			mix(append(slices.Clone(done), answers[0]), answers[1:], others)
		}
		if len(others) > 0 {
			mix(append(slices.Clone(done), others[0]), answers, others[1:])
		}
	}
	mix(nil, answers, others)
	return all
}
