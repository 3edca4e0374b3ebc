package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_5: control frames and the closing handshake (RFC 6455 5.5,
// 7.1), beyond Autobahn's sections 2 and 7.
func rfc6455Section5_5() []*c.Case {
	normal := c.Close(wire.StatusNormalClosure, "")
	hello := c.Text(c.Octets("Hello, world!"))
	reserved := hello.WithRSV(wire.RSV3)
	tooLong := []string{"RFC6455-5.5-2", "RFC6455-7.1.7-5"}
	answered := c.AnsweredByPeer(wire.StatusNormalClosure)
	cases := []*c.Case{
		mustFail("a pong of 126 octets, one too many", tooLong, c.Pong(c.Repeated("\xfe", 126))),
		mustFail("a ping of 65536 octets", tooLong, c.Ping(c.Repeated("\xfe", 65536))),
		mustFail("a ping that announces 2^62 octets", tooLong, c.Ping(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1<<62)),
		{
			Title: "a ping of 125 octets with every octet value up to 124", Requires: []string{"RFC6455-5.5.3-1", "RFC6455-5.5-1"},
			Script: c.Script{Steps: []c.Step{send(c.Ping(ascending(125)))}, Outcomes: echoes(c.PongFor(c.Ping(ascending(125))))},
		},
		{
			Title: "a message and a ping in one write", Requires: []string{"RFC6455-5.5.2-2", "RFC6455-6.2-2"},
			Script: c.Script{
				Steps: []c.Step{send(hello, c.Ping(c.Octets("ping payload")))},
				Outcomes: []c.Outcome{
					{Behavior: c.OK, Events: []c.Expect{c.Echo(hello), c.PongFor(c.Ping(c.Octets("ping payload")))}, Ending: harnessCloses},
					{Behavior: c.OK, Events: []c.Expect{c.PongFor(c.Ping(c.Octets("ping payload"))), c.Echo(hello)}, Ending: harnessCloses},
				},
			},
			Note: "A pong may overtake the echo: control and data frames have no order among each other.",
		},
		soft(noted("The server closes TCP first and at once, the client waits for it; a reset can make the other end lose the Close frame, which is NON-STRICT.", &c.Case{
			Title: "Close; then TCP ends by a FIN", Requires: []string{"RFC6455-7.1.1-1", "RFC6455-7.1.2-2", "RFC6455-5.5.1-9"},
			Script: c.Script{Steps: []c.Step{send(normal)}, Outcomes: []c.Outcome{
				{Behavior: c.OK, Ending: answered.WithFIN()}, {Behavior: c.NonStrict, Ending: answered},
			}},
		})),
		only(wire.RoleServer, &c.Case{
			Title: "Close; the server closes TCP first and at once", Requires: []string{"RFC6455-5.5.1-13", "RFC6455-7.1.1-3", "RFC6455-7.1.1-5"},
			Script: c.Script{Steps: []c.Step{send(normal)}, Outcomes: []c.Outcome{{Behavior: c.OK, Ending: answered}}},
		}),
		only(wire.RoleClient, soft(&c.Case{
			Title: "Close; the client waits for the server to close TCP", Requires: []string{"RFC6455-5.5.1-14", "RFC6455-7.1.1-6"},
			Script: c.Script{Steps: []c.Step{send(normal), c.Hold{Name: "held"}}, Outcomes: []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Quiet("held")}, Ending: answered}, {Behavior: c.NonStrict, Ending: answered},
			}},
			Note: "Waiting is a SHOULD: a client that closes TCP first is NON-STRICT.",
		})),
		soft(&c.Case{
			Title: "a frame to fail on and Close in one write: the Close frames cross", Requires: []string{"RFC6455-5.5.1-16", "RFC6455-5.5.1-6", "RFC6455-7.1.7-7"},
			Script: c.Script{Steps: []c.Step{send(reserved, normal)}, Outcomes: refuses()},
		}),
		{
			Title: "a message of 1 MiB and Close in one write: nothing follows the peer's Close", Requires: []string{"RFC6455-5.5.1-6", "RFC6455-6.1-2", "RFC6455-6.1-3"},
			Script: c.Script{
				Steps:    []c.Step{send(c.Binary(c.Repeated("\x55", 1<<20)), normal)},
				Outcomes: []c.Outcome{{Behavior: c.OK, Events: []c.Expect{c.MaybeEcho(c.Binary(c.Repeated("\x55", 1<<20)))}, Ending: answered}},
			},
		},
		mustFail("a frame to fail on, then a text, a ping and Close in one write: none of them is answered", []string{"RFC6455-7.1.7-7", "RFC6455-10.7-1", "RFC6455-10.7-3"},
			reserved, hello, c.Ping(c.Octets("ping payload")), normal),
		{
			Title: "Close between two fragments, whose message stays unfinished", Requires: []string{"RFC6455-5.5.1-7", "RFC6455-5.4-10"},
			Script: c.Script{Steps: []c.Step{send(c.Text(c.Octets("fragment1")).More(), normal)}, Outcomes: []c.Outcome{{Behavior: c.OK, Ending: answered}}},
		},
	}
	cases[2].Script.Outcomes[0].Ending = c.FailedByPeer(wire.StatusProtocolError, wire.StatusMessageTooBig)
	idle := &c.Case{
		Title: "nothing for a while, then a ping", Requires: []string{"RFC6455-7.1.7-8", "RFC6455-7.2.1-3", "RFC6455-7.3-2"},
		Script: c.Script{
			Steps:    []c.Step{c.Settle{Name: "idle"}, send(c.Ping(c.Octets("still there?")))},
			Outcomes: echoes(c.Quiet("idle"), c.PongFor(c.Ping(c.Octets("still there?")))),
		},
	}
	cases = append(cases, only(wire.RoleClient, soft(idle)))
	return numbered("rfc6455/5.5", cases...)
}

// ascending is a payload of the octets 0, 1, 2, …
func ascending(n int) c.Payload {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return c.Payload{Octets: b}
}

// rfc6455Section7_4: status codes, beyond Autobahn's 7.7 and 7.9.
func rfc6455Section7_4() []*c.Case {
	var cases []*c.Case
	for _, bad := range []struct {
		code     wire.StatusCode
		requires string
	}{
		{1, "RFC6455-7.4.2-1"}, {500, "RFC6455-7.4.2-1"}, {1015, "RFC6455-7.4.1-14"}, {1017, "RFC6455-7.4.2-2"}, {1099, "RFC6455-7.4.2-2"}, {1999, "RFC6455-7.4.2-2"}, {2500, "RFC6455-7.4.2-2"},
	} {
		cases = append(cases, &c.Case{
			Title: fmt.Sprintf("Close with %d, a code that must not be sent", bad.code), Requires: []string{bad.requires, "RFC6455-7.1.7-5"},
			Script: c.Script{Steps: []c.Step{send(c.Close(bad.code, ""))}, Outcomes: []c.Outcome{{Behavior: c.OK, Ending: c.RefusedByPeer(wire.StatusProtocolError)}}},
		})
	}
	for _, code := range []wire.StatusCode{wire.StatusServiceRestart, wire.StatusTryAgainLater, wire.StatusBadGateway} {
		cases = append(cases, noted("Codes 1012 to 1014 were registered after RFC 6455, in the registry that its section 11.7 founded: an endpoint that does not know them yet is NON-STRICT.", &c.Case{
			Title: fmt.Sprintf("Close with %d, registered after the RFC", code), Requires: []string{"RFC6455-7.4.2-2", "RFC6455-5.5.1-7"},
			Script: c.Script{Steps: []c.Step{send(c.Close(code, ""))}, Outcomes: []c.Outcome{
				{Behavior: c.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, code).Exactly()},
				{Behavior: c.NonStrict, Ending: c.RefusedByPeer(wire.StatusProtocolError)},
			}},
		}))
	}
	cases = append(cases, only(wire.RoleServer, soft(&c.Case{
		Title: "Close with 1010, which a server does not send of its own", Requires: []string{"RFC6455-7.4.1-12", "RFC6455-5.5.1-8"},
		Script: c.Script{Steps: []c.Step{send(c.Close(wire.StatusMandatoryExtension, "permessage-deflate"))}, Outcomes: []c.Outcome{
			{Behavior: c.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure, wire.StatusMandatoryExtension)},
		}},
		Note: "To repeat the code received is what endpoints typically do (RFC 6455 5.5.1), so a server may answer 1010 with 1010.",
	})))
	return numbered("rfc6455/7.4", cases...)
}
