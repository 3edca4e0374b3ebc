package catalog

import (
	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// greeting is the message by which a connection shows that it is open.
var greeting = c.Text(c.Octets("Hello, world!"))

// What may come of an opening request. An HTTP server that has something else to
// show at the same URL does no wrong by showing it to whom asks for no
// WebSocket, and one that closes TCP has refused too, though without a reason
// (RFC6455-10.7-4).
var (
	refused = c.Outcome{Behavior: c.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()}
	dropped = c.Outcome{Behavior: c.NonStrict, Ending: c.NotOpened()}
	opened  = openedBut(c.OK)
)

// openedBut is the outcome where the server opens the connection, which is worth
// no more than the verdict.
func openedBut(verdict c.Behavior, conditions ...c.Condition) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Accepted(conditions...), c.Echo(greeting)}, Ending: harnessCloses}
}

// refusedBut is the outcome where the server refuses what it should have taken.
func refusedBut(verdict c.Behavior) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()}
}

// answeredPlainly is the outcome where the server takes the request for one of
// plain HTTP.
func answeredPlainly(verdict c.Behavior) c.Outcome {
	plain := c.Refused(c.StatusIn(200, 201, 202, 204, 301, 302, 303, 304, 307, 308))
	return c.Outcome{Behavior: verdict, Events: []c.Expect{plain}, Ending: c.NotOpened()}
}

// The gradings of a request.
var (
	// mustRefuse: the server has to answer with an HTTP error (RFC6455-4.2.1-2).
	mustRefuse = []c.Outcome{refused, answeredPlainly(c.NonStrict), dropped}
	// noHandshake: the same, where the request asks for no WebSocket.
	noHandshake = []c.Outcome{refused, answeredPlainly(c.InformationalBehavior), dropped}
	// shouldRefuse: the request is wrong, and no clause is plain enough to fail a
	// server that opens the connection all the same.
	shouldRefuse = []c.Outcome{refused, answeredPlainly(c.NonStrict), dropped, openedBut(c.NonStrict)}
	// mayAccept: the RFC leaves it to the server.
	mayAccept = []c.Outcome{refused, openedBut(c.InformationalBehavior), answeredPlainly(c.NonStrict), dropped}
	// mustAccept: the connection opens, and works.
	mustAccept = []c.Outcome{opened}
	// shouldAccept: the connection should open.
	shouldAccept = []c.Outcome{opened, refusedBut(c.NonStrict), dropped}
	// mayDecline: the connection opens, or is refused for want of something that
	// the client asked for.
	mayDecline = []c.Outcome{opened, refusedBut(c.OK), dropped}
	// acceptOrRefuse: the connection opens, or is refused in order.
	acceptOrRefuse = []c.Outcome{opened, refusedBut(c.InformationalBehavior), dropped}
)

// request is a case about a server's answer to an opening request. A message
// follows, which shows whether a connection that was opened works.
func request(title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
	return only(wire.RoleServer, &c.Case{
		Title: title, Requires: requires,
		Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(greeting)}, Outcomes: outcomes},
	})
}

// What may come of a response. A client that opens the connection shows it by
// echoing the message that follows, or by answering a Close frame. A bad
// response has to make it close TCP; RFC 6455 names no time for that, so one
// that takes long over it is NON-STRICT.
var (
	failsIt     = c.Outcome{Behavior: c.OK, Ending: c.FailedByPeer()}
	isSlow      = c.Outcome{Behavior: c.NonStrict, Events: []c.Expect{c.Quiet("a second")}, Ending: c.NotOpened()}
	mustNotOpen = []c.Outcome{failsIt, isSlow}
	mustOpen    = echoes(c.Echo(greeting))
	// shouldNotOpen: as shouldRefuse, for a client.
	shouldNotOpen = []c.Outcome{failsIt, opensBut(c.NonStrict), isSlow}
	// mayOpen: the RFC leaves it to the client.
	mayOpen = []c.Outcome{failsIt, opensBut(c.InformationalBehavior), isSlow}
	// shouldOpen: as shouldAccept, for a client.
	shouldOpen = []c.Outcome{mustOpen[0], {Behavior: c.NonStrict, Ending: c.FailedByPeer()}}
)

// opensBut is the outcome where the client opens the connection in spite of the
// response, which is worth no more than the verdict.
func opensBut(verdict c.Behavior) c.Outcome {
	return c.Outcome{Behavior: verdict, Events: []c.Expect{c.Echo(greeting), c.Quiet("a second")}, Ending: harnessCloses}
}

// response is a case about what a client makes of a response.
func response(title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
	k := only(wire.RoleClient, &c.Case{
		Title: title, Requires: requires,
		Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(greeting)}, Outcomes: outcomes},
	})
	if len(outcomes[0].Events) == 0 { // what must not open gets time to end
		k.Script.Steps = append(k.Script.Steps, c.Watch{Name: "a second"})
	}
	return k
}

// asks is a case that looks at a client's opening request.
func asks(title string, requires ...string) *c.Case {
	return only(wire.RoleClient, &c.Case{
		Title: title, Requires: requires,
		Script: c.Script{Inspect: requires, Steps: []c.Step{send(greeting)}, Outcomes: mustOpen},
	})
}

// may gives a case the level MAY.
func may(k *c.Case) *c.Case {
	k.Level = c.May
	return k
}
