package network

import (
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// peer is the role of the peer.
func (f *Finding) peer() wire.Role {
	if f.Role == wire.RoleClient.String() {
		return wire.RoleClient
	}
	return wire.RoleServer
}

// anyRequest is a client's request. Its key makes no difference to what a client has to do on
// a response, and its offers are those of most clients.
var anyRequest = wire.NewRequest("/", "localhost", "dGhlIHNhbXBsZSBub25jZQ==", wire.Fields{{Name: "Sec-WebSocket-Extensions", Value: "permessage-deflate; client_max_window_bits"}})

// respond puts the response of a script into a case, and the outcomes if the client must not
// open the connection on it, or need not. In such a case a ping goes out with the response, as
// a player has it.
func respond(out *script.Script, s *Script) {
	if out.Opening == nil {
		out.Opening = &script.Opening{}
	}
	if s.Joined {
		if send, ok := first(out.Steps); ok {
			out.Opening.With, out.Steps = send.Frames, out.Steps[1:]
		}
	}
	if s.Head == "" {
		return
	}
	sent := (&script.Opening{Raw: s.Head}).ResponseWith(&wire.Response{}, script.ResponseNames(&anyRequest))
	does, _, _ := reactionTo(anyRequest, sent)
	if does == opens {
		return
	}
	out.Opening.With, out.Steps = []script.Frame{script.Ping(script.Octets(alive))}, []script.Step{script.Watch{Name: "a second"}}
	quiet := script.Outcome{Behavior: verdict.NonStrict, Events: []script.Expect{script.Quiet("a second")}, Ending: script.NotOpened()}
	out.Outcomes = []script.Outcome{{Behavior: verdict.OK, Ending: script.FailedByPeer()}, quiet}
	if does == either {
		took := script.Outcome{Behavior: verdict.Informational, Events: []script.Expect{script.PongFor(out.Opening.With[0])}, Ending: script.ClosedByHarness()}
		out.Outcomes = append(out.Outcomes, took)
	}
	if strings.Contains(s.Head, "\r\n\r\n") && does == rejects && out.Opening.Refuses() {
		out.Outcomes[1].Behavior = verdict.Informational
	}
}

// first is the first step, if it sends frames.
func first(steps []script.Step) (script.Send, bool) {
	if len(steps) == 0 {
		return script.Send{}, false
	}
	send, ok := steps[0].(script.Send)
	return send, ok
}
