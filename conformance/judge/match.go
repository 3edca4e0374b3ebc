package judge

import (
	"bytes"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// match tells how far events go towards the expectations, in order and with
// nothing between them.
type match uint8

const (
	// matchNo: no continuation of the events can match.
	matchNo match = iota
	// MatchPart means that more events can complete the match.
	MatchPart
	// matchFull: the events are exactly what was expected.
	matchFull
)

// MatchEvents compares events with expectations. Pings of the peer's own are
// passed over: any endpoint may send them at any time (RFC6455-5.5.2-5), and so
// are its pongs that answer nothing when no pong is expected (RFC6455-5.5.3-3), and
// answers to a question beyond the one that has to come.
func MatchEvents(want []script.Expect, got []observed.Event) match {
	left, ok := advance(want, got)
	if !ok {
		return matchNo
	}
	for _, w := range left {
		if w.Kind != script.ExpectMaybe {
			return MatchPart
		}
	}
	return matchFull
}

// advance returns what is still expected when the events have come; ok is false
// if they are not what was expected.
func advance(want []script.Expect, got []observed.Event) (left []script.Expect, ok bool) {
	for len(got) > 0 {
		e := got[0]
		if e.Kind == observed.EventPing || (isHeartbeat(e) || e.Answer) && (len(want) == 0 || !takesNow(want, e)) {
			got = got[1:]
			continue
		}
		if len(want) == 0 {
			return nil, false
		}
		w, rest := want[0], want[1:]
		later, came := takes(w, e)
		switch {
		case came && later != nil:
			want, got = append([]script.Expect{*later}, rest...), got[1:]
		case came:
			want, got = rest, got[1:]
		case w.Kind == script.ExpectMaybe:
			want = rest
		default:
			return want, false
		}
	}
	return want, true
}

// isHeartbeat reports whether the event is a pong without a payload, as peers send them
// of their own accord and at any time to show that they are there (RFC6455-5.5.3-3).
func isHeartbeat(e observed.Event) bool {
	return e.Kind == observed.EventPong && len(e.Payload) == 0
}

// takesNow reports whether the event is the next of those expected that have to come,
// or one before it that may stay away.
func takesNow(want []script.Expect, e observed.Event) bool {
	for _, w := range want {
		if _, ok := takes(w, e); ok || w.Kind != script.ExpectMaybe {
			return ok
		}
	}
	return false
}

// takes reports whether the event is the one expected, or one of the pongs; then
// later is what remains of them.
func takes(e script.Expect, got observed.Event) (later *script.Expect, ok bool) {
	switch e.Kind {
	case script.ExpectMessage, script.ExpectMaybe:
		came := got.Kind == observed.EventMessage && got.Type == e.Opcode || got.Kind == observed.EventPong && e.Opcode == wire.OpPong
		return nil, came && bytes.Equal(got.Payload, e.Payloads[0].Bytes())
	case script.ExpectPongs:
		for i, p := range e.Payloads {
			if got.Kind != observed.EventPong || !bytes.Equal(got.Payload, p.Bytes()) {
				continue
			}
			if i+1 < len(e.Payloads) {
				later = &script.Expect{Kind: script.ExpectPongs, Opcode: wire.OpPong, Payloads: e.Payloads[i+1:]}
			}
			return later, true
		}
		return nil, false
	case script.ExpectQuiet:
		return nil, got.Kind == observed.EventQuiet && got.Name == e.Name
	case script.ExpectAccepted:
		return nil, got.Kind == observed.EventAccepted && meets(e, got.Response)
	case script.ExpectRefused:
		return nil, got.Kind == observed.EventRefused && meets(e, got.Response)
	case script.ExpectAnswer:
		return nil, got.Answer
	case script.ExpectExchanged:
		return nil, got.Kind == observed.EventExchanged
	}
	return nil, false
}

// meets reports whether the answer to the opening request is as expected.
func meets(e script.Expect, r *wire.Response) bool {
	for _, c := range e.Conditions {
		if !c.Holds(r.Status, r.Fields) {
			return false
		}
	}
	return e.Kind == script.ExpectAccepted || len(e.Conditions) > 0 || r.Status >= 400
}
