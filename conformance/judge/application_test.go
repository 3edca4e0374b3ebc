package judge

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// What an application's own end of the connection makes of a case.
func TestAnApplicationMayEndTheConnection(t *testing.T) {
	ping := script.Ping(script.Octets("there?"))
	lives := []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.PongFor(ping)}, Ending: script.ClosedByHarness()}}
	fails := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(wire.StatusProtocolError)}}
	closes := []script.Outcome{{Behavior: verdict.OK, Ending: script.RefusedByPeer(wire.StatusProtocolError)}}
	sends, quiet := &script.Application{Text: true, Longest: 5}, &script.Application{}
	closed := func(code wire.StatusCode) observed.Event {
		return observed.Event{Kind: observed.EventClose, Code: code, Body: []byte{byte(code >> 8), byte(code)}}
	}
	pong := observed.Event{Kind: observed.EventPong, Payload: ping.Payload.Octets}
	wrong := observed.Event{Kind: observed.EventPong, Payload: []byte("other")}
	eof, reset := observed.Event{Kind: observed.EventEOF}, observed.Event{Kind: observed.EventReset}
	masked := observed.Event{Kind: observed.EventViolation, Violation: wire.RuleMaskForbidden.Violation("masked")}
	for _, tt := range []struct {
		name        string
		application *script.Application
		outcomes    []script.Outcome
		events      []observed.Event
		want        verdict.Verdict
	}{
		{"the connection lives", sends, lives, []observed.Event{pong}, verdict.Pass},
		{"it does not understand the message", sends, lives, []observed.Event{closed(1003)}, verdict.Skip},
		{"it closes with a code of its own", sends, lives, []observed.Event{closed(4400), eof}, verdict.Skip},
		{"it closes with a code of its own, and answers the ping then", sends, lives, []observed.Event{closed(4400), pong, eof}, verdict.Skip},
		{"it closes TCP", sends, lives, []observed.Event{eof}, verdict.Skip},
		{"it resets TCP, as a kernel does where octets are not read", sends, lives, []observed.Event{reset}, verdict.Skip},
		{"it calls a legal message a protocol error", sends, lives, []observed.Event{closed(1002)}, verdict.Fail},
		{"it calls a short message too big", sends, lives, []observed.Event{closed(1009)}, verdict.Fail},
		{"it sends a masked frame", sends, lives, []observed.Event{masked, closed(4400)}, verdict.Fail},
		{"no echo and no application", nil, lives, []observed.Event{closed(1003)}, verdict.Fail},
		{"it got no message, and closes by itself", quiet, lives, []observed.Event{closed(4408)}, verdict.Skip},
		{"it got no message, and does not understand it", quiet, lives, []observed.Event{closed(1003)}, verdict.Fail},
		{"it got no message, and closes TCP", quiet, lives, []observed.Event{eof}, verdict.Fail},
		{"it has to fail the connection, and does", sends, fails, []observed.Event{closed(1002)}, verdict.Pass},
		{"it has to fail the connection, and did not understand what came before", sends, fails, []observed.Event{closed(1003)}, verdict.Skip},
		{"it has to fail the connection, and answers", sends, fails, []observed.Event{wrong, closed(1003)}, verdict.Fail},
		{"it has to fail the connection without a message", quiet, fails, []observed.Event{closed(1008)}, verdict.Warn},
		{"it takes an illegal Close for a valid one", sends, closes, []observed.Event{closed(1000)}, verdict.Fail},
	} {
		c := &script.Case{ID: "x", Script: script.Script{Application: tt.application, Outcomes: tt.outcomes}}
		o := observed.Conversation{
			Role: wire.RoleServer, Events: tt.events, ScriptClosedAt: -1, HarnessClosedAt: -1,
			Pings: map[string]int{"there?": 0, "other": 0},
		}
		if tt.outcomes[0].Ending.By == script.ByScript {
			o.ScriptClosedAt = 0
		}
		if last := tt.events[len(tt.events)-1]; last.Kind == observed.EventPong {
			o.HarnessClosedAt = len(tt.events)
			o.Events = append(o.Events, closed(1000))
		}
		got := Verdicts(c, o)
		if got.Verdict != tt.want {
			t.Errorf("%s: %s (%s), want %s", tt.name, got.Verdict, got.Explanation, tt.want)
		}
		if got.Declined != (got.Verdict == verdict.Skip) || got.Declined && !strings.HasPrefix(got.Explanation, "Not judged: the server ended the connection by itself (") {
			t.Errorf("%s: declined is %t, and the explanation %q", tt.name, got.Declined, got.Explanation)
		}
	}
}
