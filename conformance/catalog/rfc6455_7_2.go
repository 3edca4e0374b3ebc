package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section7_2_1: when a client closes the connection.
func rfc6455Section7_2_1() []*c.Case {
	return []*c.Case{
		should(only(wire.RoleClient, &c.Case{
			ID: "rfc6455/7.2.1/1", Title: "no traffic for a while, then a text message", Requires: []string{"RFC6455-7.2.1-3"},
			Script: c.Script{
				Steps:    []c.Step{c.Watch{Name: "idle"}, send(greeting)},
				Outcomes: []c.Outcome{{Behavior: verdict.OK, Events: []c.Expect{c.Quiet("idle"), c.Echo(greeting)}, Ending: harnessCloses}},
			},
		})),
	}
}

// rfc6455Section7_2_2: how a server aborts the opening handshake.
func rfc6455Section7_2_2() []*c.Case {
	return []*c.Case{
		noted("RFC 6455 4.2.2 requires an HTTP error and does not mention the TCP connection. An HTTP server may wait for another request, which is recorded and not judged. A server that sends Connection: close and keeps the connection open is NON-STRICT.",
			request("rfc6455/7.2.2/1", "the server closes the TCP connection after it refuses a request", []string{"RFC6455-7.2.2-1", "RFC6455-4.2.1-2"}, []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened().WithFIN()},
				{Behavior: verdict.Informational, Events: []c.Expect{c.Refused(c.DoesNotSay("Connection", "close"), c.StatusIn(400, 401, 403, 404, 405, 406, 412, 417, 422, 426, 500, 501, 505))}, Ending: c.NotOpened()},
				refusedBut(verdict.NonStrict), answeredPlainly(verdict.NonStrict), dropped,
			}, c.Remove("Sec-WebSocket-Key"))),
	}
}
