package catalog

import (
	"slices"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section10_6: WebSocket over TLS (RFC 6455 4.1, 4.2.2, 10.6). These
// cases need a wss: URL to test a server, and a client that wsspec starts.
func rfc6455Section10_6() []*c.Case {
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	inside := func(requires ...string) *c.Case {
		return &c.Case{Requires: requires, Script: c.Script{
			Transport: c.Secure, Steps: []c.Step{send(hello, ping)}, Outcomes: echoesAndPong(hello, ping),
		}}
	}
	server := inside("RFC6455-10.6-1", "RFC6455-4.2.2-4", "RFC6455-4.2.2-2")
	server.ID, server.Title = "rfc6455/10.6/1", "a message and a ping to a server over TLS"
	client := inside("RFC6455-10.6-1", "RFC6455-4.1-15", "RFC6455-4.1-17", "RFC6455-5.1-2", "RFC6455-10.6-3")
	client.ID, client.Title = "rfc6455/10.6/4", "a message and a ping to a client over TLS"
	client.Note = "The harness supports only TLS 1.2 and 1.3. A client that passes does not need an older version."
	shut := []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
		{Behavior: verdict.OK, Ending: c.FailedByPeer()},
	}
	bad := func(id, title string, transport c.Transport) *c.Case {
		return only(wire.RoleClient, &c.Case{
			ID: id, Title: title, Requires: []string{"RFC6455-4.1-16", "RFC6455-4.1-15"},
			Script: c.Script{Transport: transport, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.FailedByPeer()}}},
		})
	}
	return slices.Concat(tlsHandshakes(), tlsRecords(), tlsEnds(), []*c.Case{
		only(wire.RoleServer, server),
		only(wire.RoleServer, &c.Case{
			ID: "rfc6455/10.6/2", Title: "an opening request in plain HTTP to the TLS port", Requires: []string{"RFC6455-4.2.2-2"},
			Script: c.Script{Transport: c.PlainOnSecure, Outcomes: shut},
		}),
		only(wire.RoleServer, &c.Case{
			ID: "rfc6455/10.6/3", Title: "a TLS record without a ClientHello", Requires: []string{"RFC6455-4.2.2-3"},
			Script: c.Script{Transport: c.GarbageOnSecure, Outcomes: shut},
		}),
		only(wire.RoleClient, client),
		only(wire.RoleClient, &c.Case{
			ID: "rfc6455/10.6/5", Title: "a certificate that the client cannot verify", Requires: []string{"RFC6455-4.1-16", "RFC6455-4.1-18", "RFC6455-4.1-15"},
			Script: c.Script{Transport: c.Untrusted, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.FailedByPeer()}}},
		}),
		bad("rfc6455/10.6/6", "a certificate of a trusted authority for another host name", c.OtherName),
		bad("rfc6455/10.6/7", "a certificate of a trusted authority that has expired", c.Expired),
		bad("rfc6455/10.6/8", "a certificate of a trusted authority that is not valid yet", c.NotYetValid),
		noted("The harness selects h2 only if the client offers it in the TLS handshake (RFC 7301). A client that offers it and then sends an opening request of HTTP/1.1 is FAILED. One that speaks HTTP/2 is UNIMPLEMENTED here.", only(wire.RoleClient, &c.Case{
			ID: "rfc6455/10.6/9", Title: "a server that selects HTTP/2 if the client offers it", Requires: []string{"RFC6455-4.1-20", "RFC6455-4.1-15"},
			Script: c.Script{Transport: c.SelectsHTTP2, Steps: []c.Step{send(hello)}, Outcomes: echoes(c.Echo(hello))},
		})),
	})
}
