package judge

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// of sets the role of the peer under test.
func of(role wire.Role, o observed.Conversation) observed.Conversation {
	o.Role = role
	return o
}

// part adds the beginning of a frame that never ended to the transcript.
func part(octets string, o observed.Conversation) observed.Conversation {
	o.Transcript = append(o.Transcript, observed.Entry{Dir: observed.Received, Kind: observed.EntryOctets, Text: observed.TextUnfinished, Octets: []byte(octets), Number: 1})
	return o
}

// response is the answer to an opening request.
func response(kind observed.EventKind, status int, fields ...wire.Field) observed.Event {
	return observed.Event{Kind: kind, Response: &wire.Response{Version: "HTTP/1.1", Status: status, Reason: "So", Fields: fields}}
}

// What an explanation says is what was observed, in plain words.
func TestExplanations(t *testing.T) {
	empty := script.Text(script.Octets(""))
	long := script.Binary(script.Repeated("x", 300))
	cut := observed.Event{Kind: observed.EventEOF, Name: "inside a text frame, after 3 of 8 octets"}
	outcomes := func(behavior verdict.Behavior, ending script.Ending, events ...script.Expect) []script.Outcome {
		return []script.Outcome{{Behavior: behavior, Events: events, Ending: ending}}
	}
	versions := outcomes(verdict.OK, script.NotOpened(), script.Refused(script.StatusIn(400, 426), script.Lists("Sec-WebSocket-Version", "13")))
	mustFailOnResponse := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer()}, {Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("a second")}, Ending: script.NotOpened()}}
	ignoresDeflate := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1007)}, {Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("passed over")}, Ending: script.ClosedByHarness()}}
	waits := []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer(1009)}, {Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("waiting")}, Ending: script.Abandoned()}}
	extension := append(outcomes(verdict.OK, script.ClosedByHarness(), script.Accepted(script.HasField("Sec-WebSocket-Extensions"))),
		script.Outcome{Behavior: verdict.Unimplemented, Events: []script.Expect{script.Accepted(script.LacksField("Sec-WebSocket-Extensions"))}, Ending: script.ClosedByHarness()})
	for _, tt := range []struct {
		name string
		c    script.Script
		o    observed.Conversation
		want string
	}{
		{"an empty message is due", script.Script{Outcomes: outcomes(verdict.OK, script.ClosedByHarness(), script.Echo(empty))}, story(harnessWaits, harnessCloses),
			"Expected an empty text message, and nothing came within 2 s. --slow gives more time."},
		{"the first of two pongs", script.Script{Outcomes: twoPings}, story(pong("p"), harnessWaits, harnessCloses, closed(1000), eof),
			`Expected pong "q", and nothing more came within 2 s. --slow gives more time.`},
		{"an empty message came", script.Script{Outcomes: mustRefuse}, of(wire.RoleServer, story(textMessage(""), harnessCloses)),
			"An empty text message came where the server had to fail the connection with 1002."},
		{"an empty pong is due", script.Script{Outcomes: outcomes(verdict.OK, script.ClosedByHarness(), script.PongFor(script.Ping(script.Octets(""))))}, of(wire.RoleClient, story(closed(1002))),
			"Expected an empty pong, and the client ended the connection (Close 1002)."},
		{"no octet agrees", script.Script{Outcomes: outcomes(verdict.OK, script.ClosedByHarness(), script.Echo(long))}, story(binaryMessage(strings.Repeat("y", 300)), harnessCloses),
			`Expected binary message 300 × "x", and binary message "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"… (300 octets) came.`},
		{"TCP ends inside a frame that is due", script.Script{Outcomes: mustEcho}, story(cut),
			`Expected text message "hello", and TCP ended inside a text frame, after 3 of 8 octets.`},
		{"TCP ends inside a frame where the Close had to be answered", script.Script{Outcomes: mustAnswer}, story(scriptCloses, cut),
			"TCP ended inside a text frame, after 3 of 8 octets, and without an answer to the Close (RFC 6455 5.5.1)."},
		{"only the beginning of a frame", script.Script{Outcomes: mustEcho}, part("\x81\x05hel", story(harnessWaits, harnessCloses)),
			`Expected text message "hello", and only the beginning of a frame came within 2 s: 3 of 5 octets of a text frame. --slow gives more time.`},
		{"a length read as another", script.Script{Outcomes: waits}, of(wire.RoleServer, story(textMessage(""), harnessCloses)),
			"An empty text message came where the server had to fail the connection with 1009: the frame was not complete, so it did not read the declared length (RFC 6455 5.2)."},
		{"dead after data that does not inflate", script.Script{Outcomes: ignoresDeflate}, of(wire.RoleServer, story(quiet("passed over"), harnessCloses, closeInVain)),
			"The server did not fail the connection with 1007, and did not answer the Close that followed either within 3 s (RFC 6455 5.5.1). --slow gives more time."},
		{"a client takes a bad response", script.Script{Opening: &script.Opening{}, Outcomes: mustFailOnResponse}, of(wire.RoleClient, story(violation(wire.RuleReservedBits), quiet("a second"), harnessCloses)),
			"The client had to fail the connection on the response, and opened it: it sent a frame."},
		{"a refusal without the version", script.Script{Opening: &script.Opening{}, Outcomes: versions}, of(wire.RoleServer, story(response(observed.EventRefused, 400))),
			`The 400 response lacks "Sec-WebSocket-Version: 13".`},
		{"a refusal with another status", script.Script{Opening: &script.Opening{}, Outcomes: versions}, of(wire.RoleServer, story(response(observed.EventRefused, 403, wire.Field{Name: "Sec-WebSocket-Version", Value: "13"}))),
			"The 403 response has another status than 400 or 426."},
		{"an extension declined", script.Script{Opening: &script.Opening{}, Outcomes: extension}, of(wire.RoleServer, story(response(observed.EventAccepted, 101), harnessCloses, closed(1000), eof)),
			"The server declined the optional extension, or a parameter of it, that the case needs."},
		{"kept open where a failure is preferred", script.Script{Outcomes: waits}, of(wire.RoleServer, story(quiet("waiting"), harnessDrops)),
			"Allowed, but not preferred. Preferred: fail the connection with 1009. This server kept the connection open for 1 s. --slow gives more time."},
		{"opened where a refusal is preferred", script.Script{Opening: &script.Opening{}, Outcomes: append(outcomes(verdict.OK, script.NotOpened(), script.Refused()), outcomes(verdict.NonStrict, script.ClosedByHarness(), script.Accepted(), script.Echo(hello))...)},
			of(wire.RoleServer, story(response(observed.EventAccepted, 101), textMessage("hello"), harnessCloses, closed(1000), eof)),
			`Allowed, but not preferred. Preferred: refuse with an HTTP error. This server answered with HTTP/1.1 101 So, then sent text message "hello".`},
		{"a wrong code", script.Script{Outcomes: mustAnswer}, of(wire.RoleClient, story(scriptCloses, closed(1002), eof)),
			"The client closed with 1002 where 1000 or 3000 fits."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Judge(&script.Case{Script: tt.c}, tt.o).Explanation; got != tt.want {
				t.Errorf("%s\nwant: %s", got, tt.want)
			}
		})
	}
}

// A client that takes a bad response may compress what it sends: the harness, which
// agreed to nothing, blames the response and not the reserved bits.
func TestTheRuleOfATakenResponseIsNotTheFrames(t *testing.T) {
	c := &script.Case{Script: script.Script{Opening: &script.Opening{}, Outcomes: []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer()}}}}
	o := story(violation(wire.RuleReservedBits), harnessCloses)
	if v := Judge(c, of(wire.RoleClient, o)).Violation; v != nil {
		t.Errorf("a client is blamed for %v", v)
	}
	if v := Judge(c, of(wire.RoleServer, o)).Violation; v == nil {
		t.Error("a server is not blamed for its frame")
	}
}
