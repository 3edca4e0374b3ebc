package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// greeting is the message that shows that a connection is open.
var greeting = c.Text(c.Octets("Hello, world!"))

// The outcomes of an opening request. An HTTP server may serve another resource at
// the same URL to a request that does not ask for a WebSocket connection. A server
// that closes the TCP connection has also refused, but without a reason
// (RFC6455-10.7-4).
var (
	refused = c.Outcome{Behavior: verdict.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()}
	dropped = c.Outcome{Behavior: verdict.NonStrict, Ending: c.NotOpened()}
	opened  = openedBut(verdict.OK)
)

// openedBut is the outcome that the server opens the connection, with the given
// verdict.
func openedBut(verdict verdict.Behavior, conditions ...c.Condition) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Accepted(conditions...), c.Echo(greeting)}, Ending: harnessCloses}
}

// refusedBut is the outcome that the server refuses the request, with the given
// verdict.
func refusedBut(verdict verdict.Behavior) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()}
}

// answeredPlainly is the outcome that the server treats the request as plain HTTP.
func answeredPlainly(verdict verdict.Behavior) c.Outcome {
	plain := c.Refused(c.StatusIn(200, 201, 202, 204, 301, 302, 303, 304, 307, 308))
	return c.Outcome{Behavior: verdict, Events: []c.Expect{plain}, Ending: c.NotOpened()}
}

// switchedTo is the outcome where the server switches to another protocol, as the
// request asks it to: that opens no WebSocket connection (RFC 9110 7.8).
func switchedTo(protocol string) c.Outcome {
	other := c.Refused(c.StatusIn(101), c.Lists("Upgrade", protocol))
	return c.Outcome{Behavior: verdict.Informational, Events: []c.Expect{other}, Ending: c.NotOpened()}
}

// Lists of outcomes for the cases about requests.
var (
	// mustRefuse: the server must answer with an HTTP error (RFC6455-4.2.1-2).
	mustRefuse = []c.Outcome{refused, answeredPlainly(verdict.NonStrict), dropped}
	// noHandshake: as mustRefuse, for a request that does not ask for a WebSocket
	// connection.
	noHandshake = []c.Outcome{refused, answeredPlainly(verdict.Informational), dropped}
	// shouldRefuse: the request is wrong, but no clause is clear enough to fail a
	// server that opens the connection.
	shouldRefuse = []c.Outcome{refused, answeredPlainly(verdict.NonStrict), dropped, openedBut(verdict.NonStrict)}
	// mayAccept: the RFC leaves it to the server.
	mayAccept = []c.Outcome{refused, openedBut(verdict.Informational), answeredPlainly(verdict.NonStrict), dropped}
	// mustAccept: the server must open the connection, and the connection must work.
	mustAccept = []c.Outcome{opened}
	// mustAcceptLarge: the same for a request with a large field. A server may have a
	// limit to what it reads (RFC6455-10.4-2), and then says so by its status: 413, 414
	// (RFC 9110 15.5.14, 15.5.15) or 431 (RFC 6585 5). Any other 4xx is allowed as well:
	// RFC 9110 5.4 asks for "an appropriate 4xx (Client Error) status code".
	mustAcceptLarge = []c.Outcome{
		opened,
		{Behavior: verdict.Informational, Events: []c.Expect{c.Refused(c.StatusIn(413, 414, 431))}, Ending: c.NotOpened()},
		{Behavior: verdict.NonStrict, Events: []c.Expect{c.Refused(c.StatusIn(400, 403, 404, 405, 406, 409, 412, 417, 421, 422, 426, 429))}, Ending: c.NotOpened()},
	}
	// shouldAccept: the server should open the connection.
	shouldAccept = []c.Outcome{opened, refusedBut(verdict.NonStrict), dropped}
	// mayDecline: the server opens the connection, or refuses it because it does
	// not support what the client asked for.
	mayDecline = []c.Outcome{opened, refusedBut(verdict.OK), dropped}
	// acceptOrRefuse: the server opens the connection or refuses it with an HTTP error.
	acceptOrRefuse = []c.Outcome{opened, refusedBut(verdict.Informational), dropped}
)

// request is a case about a server's response to an opening request. The harness
// then sends a message to see whether an open connection works.
func request(id, title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
	return only(wire.RoleServer, &c.Case{
		ID: id, Title: title, Requires: requires,
		Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(greeting)}, Outcomes: outcomes},
	})
}

// The outcomes of a response. A client shows that it has opened the connection when
// it echoes the message or answers a Close frame. After a wrong response it must
// close the TCP connection. RFC 6455 sets no time limit for this, so a slow client
// is NON-STRICT.
var (
	failsIt     = c.Outcome{Behavior: verdict.OK, Ending: c.FailedByPeer()}
	isSlow      = c.Outcome{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("a second")}, Ending: c.NotOpened()}
	mustNotOpen = []c.Outcome{failsIt, isSlow}
	mustOpen    = echoes(c.Echo(greeting))
	// shouldNotOpen: as shouldRefuse, for a client.
	shouldNotOpen = []c.Outcome{failsIt, opensBut(verdict.NonStrict), isSlow}
	// mayOpen: the RFC leaves it to the client.
	mayOpen = []c.Outcome{failsIt, opensBut(verdict.Informational), isSlow}
	// shouldOpen: as shouldAccept, for a client.
	shouldOpen = []c.Outcome{mustOpen[0], {Behavior: verdict.NonStrict, Ending: c.FailedByPeer()}}
)

// opensBut is the outcome that the client opens the connection, with the given
// verdict.
func opensBut(verdict verdict.Behavior) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Echo(greeting), c.Quiet("a second")}, Ending: harnessCloses}
}

// response is a case about a client's reaction to a response.
func response(id, title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
	k := only(wire.RoleClient, &c.Case{
		ID: id, Title: title, Requires: requires,
		Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(greeting)}, Outcomes: outcomes},
	})
	if len(outcomes[0].Events) == 0 {
		// What must not open gets time to end. The message goes with the response: a
		// client that rejects the response may use the connection for another HTTP
		// request, which a late message would break.
		k.Script.Opening.With, k.Script.Steps = []c.Frame{greeting}, []c.Step{c.Watch{Name: "a second"}}
	}
	return k
}

// clientRequest is a case that checks a client's opening request against the given
// requirements.
func clientRequest(id, title string, requires ...string) *c.Case {
	return only(wire.RoleClient, &c.Case{
		ID: id, Title: title, Requires: requires,
		Script: c.Script{Inspect: requires, Steps: []c.Step{send(greeting)}, Outcomes: mustOpen},
	})
}

// may sets the level of a case to MAY.
func may(k *c.Case) *c.Case {
	k.Level = verdict.May
	return k
}
