package catalog

import (
	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section7_2_1: when a client ends the connection.
func rfc6455Section7_2_1() []*c.Case {
	return numbered("rfc6455/7.2.1",
		soft(only(wire.RoleClient, &c.Case{
			Title: "a connection on which nothing happens for a while, then a text message", Requires: []string{"RFC6455-7.2.1-3"},
			Script: c.Script{
				Steps:    []c.Step{c.Watch{Name: "idle"}, send(greeting)},
				Outcomes: []c.Outcome{{Behavior: c.OK, Events: []c.Expect{c.Quiet("idle"), c.Echo(greeting)}, Ending: harnessCloses}},
			},
		})),
	)
}

// rfc6455Section7_2_2: how a server aborts the opening handshake.
func rfc6455Section7_2_2() []*c.Case {
	return numbered("rfc6455/7.2.2",
		noted("4.2.2 speaks of an HTTP error and not of the end of the connection, and an HTTP server may wait for another request, which is recorded. One that announces the end by Connection: close and stays is NON-STRICT.",
			request("the end of TCP behind a refusal", []string{"RFC6455-7.2.2-1", "RFC6455-4.2.1-2"}, []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened().WithFIN()},
				{Behavior: c.InformationalBehavior, Events: []c.Expect{c.Refused(c.DoesNotSay("Connection", "close"), c.StatusIn(400, 401, 403, 404, 405, 406, 412, 417, 422, 426, 500, 501, 505))}, Ending: c.NotOpened()},
				refusedBut(c.NonStrict), dropped,
			}, c.Remove("Sec-WebSocket-Key"))),
	)
}
