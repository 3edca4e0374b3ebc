package catalog

import (
	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section10_6: TLS below WebSocket (RFC 6455 4.1, 4.2.2, 10.6). Servers
// are tested at wss: URLs, clients where wsspec starts them.
func rfc6455Section10_6() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	inside := func(requires ...string) *c.Case {
		return &c.Case{Requires: requires, Script: c.Script{
			Transport: c.Secure, Steps: []c.Step{send(hello, c.Ping(c.Octets("ping payload")))},
			Outcomes: []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Echo(hello), c.PongFor(c.Ping(c.Octets("ping payload")))}, Ending: harnessCloses},
				{Behavior: c.OK, Events: []c.Expect{c.PongFor(c.Ping(c.Octets("ping payload"))), c.Echo(hello)}, Ending: harnessCloses},
			},
		}}
	}
	server := inside("RFC6455-10.6-1", "RFC6455-4.2.2-4", "RFC6455-4.2.2-2")
	server.Title = "a message and a ping to a server, inside TLS"
	client := inside("RFC6455-10.6-1", "RFC6455-4.1-15", "RFC6455-4.1-17", "RFC6455-5.1-2", "RFC6455-10.6-3")
	client.Title = "a message and a ping to a client, inside TLS"
	client.Note = "The harness speaks TLS 1.2 and 1.3 only, so a client that passes can do without older ones."
	shut := []c.Outcome{
		{Behavior: c.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
		{Behavior: c.OK, Ending: c.FailedByPeer()},
	}
	return numbered("rfc6455/10.6",
		only(wire.RoleServer, server),
		only(wire.RoleServer, &c.Case{
			Title: "an opening request in plain HTTP to the TLS port", Requires: []string{"RFC6455-4.2.2-2"},
			Script: c.Script{Transport: c.PlainOnSecure, Outcomes: shut},
		}),
		only(wire.RoleServer, &c.Case{
			Title: "a TLS record that holds no ClientHello", Requires: []string{"RFC6455-4.2.2-3"},
			Script: c.Script{Transport: c.GarbageOnSecure, Outcomes: shut},
		}),
		only(wire.RoleClient, client),
		only(wire.RoleClient, &c.Case{
			Title: "a certificate that the client cannot trust", Requires: []string{"RFC6455-4.1-16", "RFC6455-4.1-18", "RFC6455-4.1-15"},
			Script: c.Script{Transport: c.Untrusted, Outcomes: []c.Outcome{{Behavior: c.OK, Ending: c.FailedByPeer()}}},
		}),
	)
}
