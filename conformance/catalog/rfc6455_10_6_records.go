package catalog

import (
	"crypto/tls"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// The requirements on a peer that speaks through TLS, for each role of the peer.
var (
	insideServer = []string{"RFC6455-10.6-1", "RFC6455-4.2.2-2", "RFC6455-4.2.2-4"}
	insideBoth   = []string{"RFC6455-10.6-1", "RFC6455-4.2.2-4", "RFC6455-4.1-17"}
)

// tlsHandshakes: TLS handshakes that are not as most clients and servers have them. A peer
// may refuse them, and then the case does not apply.
func tlsHandshakes() []*c.Case {
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	handshake := func(id, title string, requires []string, how c.TLS) *c.Case {
		return &c.Case{ID: id, Title: title, Requires: requires, Script: c.Script{
			Transport: c.Secure, TLS: how, Steps: []c.Step{send(hello, ping)}, Outcomes: echoesAndPong(hello, ping),
		}}
	}
	const versions = "RFC 6455 names no version of TLS. To a peer that refuses this one the case does not apply."
	return []*c.Case{
		noted(versions, handshake("rfc6455/10.6/10", "a message and a ping over TLS 1.2 only", insideBoth, c.TLS{Version: tls.VersionTLS12})),
		noted(versions, handshake("rfc6455/10.6/11", "a message and a ping over TLS 1.3 only", insideBoth, c.TLS{Version: tls.VersionTLS13})),
		noted("RFC 6455 is older than ALPN (RFC 7301), and so are many clients. A server may still refuse the TLS handshake, and then the case does not apply.",
			only(wire.RoleServer, handshake("rfc6455/10.6/12", "a client that offers no protocol by ALPN", insideServer, c.TLS{ALPN: c.ALPNNone}))),
		noted("The server may select http/1.1 or nothing. If it selects h2, it has to speak HTTP/2 (RFC 7301 3.2): the case does not apply if it does, and is FAILED if it answers with HTTP/1.1.",
			only(wire.RoleServer, handshake("rfc6455/10.6/13", "a client that offers h2 and http/1.1 by ALPN", append([]string{"RFC6455-4.2.2-22"}, insideServer...), c.TLS{ALPN: c.ALPNHTTP2}))),
		noted("A client has to name the server (RFC6455-4.1-18). A server may refuse one that does not, in the TLS handshake or by HTTP, and then the case does not apply.",
			only(wire.RoleServer, handshake("rfc6455/10.6/14", "a client that does not name the server in the TLS handshake", insideServer, c.TLS{NoServerName: true}))),
	}
}

// echoesAndPong permits an echo and a pong, in either order.
func echoesAndPong(message, ping c.Frame) []c.Outcome {
	return []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Echo(message), c.PongFor(ping)}, Ending: harnessCloses},
		{Behavior: verdict.OK, Events: []c.Expect{c.PongFor(ping), c.Echo(message)}, Ending: harnessCloses},
	}
}

// tlsRecords: what is sent, in records and segments that a peer must not take for frames. A
// TLS library has octets that the socket does not show any more: those of further records
// that came in the same segment, and the rest of a record that was read in part.
func tlsRecords() []*c.Case {
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	first, second, third := c.Binary(c.Repeated("a", 5000)), c.Binary(c.Repeated("b", 5000)), c.Binary(c.Repeated("c", 5000))
	records := func(id, title string, how c.Records, outcomes []c.Outcome, frames ...c.Frame) *c.Case {
		return &c.Case{ID: id, Title: title, Requires: []string{"RFC6455-6.2-1", "RFC6455-4.2.2-4", "RFC6455-4.1-17"}, Script: c.Script{
			Transport: c.Secure, TLS: c.TLS{Records: how}, Steps: []c.Step{send(frames...)}, Outcomes: outcomes,
		}}
	}
	return []*c.Case{
		records("rfc6455/10.6/15", "each octet in a TLS record of its own, all records in one segment", c.RecordsOfOneOctet, echoesAndPong(hello, ping), hello, ping),
		records("rfc6455/10.6/16", "three messages of 5000 octets in one TLS record", c.RecordsWhole, echoes(c.Echo(first), c.Echo(second), c.Echo(third)), first, second, third),
		records("rfc6455/10.6/17", "TLS records that come octet by octet", c.RecordsCut, echoesAndPong(hello, ping), hello, ping),
	}
}

// tlsEnds: how the tunnel ends.
func tlsEnds() []*c.Case {
	hello, normal := c.Text(c.Octets("Hello, world!")), c.Close(wire.StatusNormalClosure, "")
	part := c.SendPart{Frame: hello, To: 5}
	const open = "The rest cannot come any more. A peer that keeps the TCP connection open is NON-STRICT."
	ends := func(id, title string, half c.HalfClose) *c.Case {
		return noted(open, &c.Case{
			ID: id, Title: title, Requires: []string{"RFC6455-7.2.1-2", "RFC6455-7.1.7-3"},
			Script: c.Script{Transport: c.Secure, Steps: []c.Step{part, half, c.Watch{Name: "kept"}}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept")}, Ending: c.Abandoned()},
			}},
		})
	}
	serves := func(id, title string, half c.HalfClose) *c.Case {
		return only(wire.RoleServer, &c.Case{
			ID: id, Title: title, Requires: []string{"RFC6455-7.1.7-3", "RFC6455-10.6-1"},
			Script: c.Script{Transport: c.Secure, Steps: []c.Step{part, half, c.Pause{}, c.Connect{}, send(hello)}, Outcomes: echoes(c.Echo(hello))},
		})
	}
	answered := c.AnsweredByPeer(wire.StatusNormalClosure)
	truncate := c.HalfClose{Truncate: true}
	return []*c.Case{
		ends("rfc6455/10.6/18", "a close_notify alert in the middle of a message", c.HalfClose{}),
		ends("rfc6455/10.6/19", "TCP ends without a close_notify alert, in the middle of a message", truncate),
		serves("rfc6455/10.6/20", "a close_notify alert in the middle of a message, then a message on another connection", c.HalfClose{}),
		serves("rfc6455/10.6/21", "TCP ends without a close_notify alert in the middle of a message, then a message on another connection", truncate),
		noted("What came before the alert was received, so the peer has to answer the Close (RFC 6455 5.5.1). TLS 1.2 discards what is not written yet when the alert comes (RFC 5246 7.2.1). So every end is permitted, and one without an answer is recorded.", &c.Case{
			ID: "rfc6455/10.6/22", Title: "Close, then a close_notify alert", Requires: []string{"RFC6455-5.5.1-7"},
			Script: c.Script{Transport: c.Secure, Steps: []c.Step{send(normal), c.HalfClose{}}, Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Ending: answered.Exactly()},
				{Behavior: verdict.Informational, Ending: c.AnyEnd()},
			}},
		}),
		noted("An endpoint SHOULD close TCP, as well as the TLS session, cleanly (RFC 6455 7.1.1). TLS ends by a close_notify alert (RFC 8446 6.1). A server that closes TCP alone is NON-STRICT.",
			should(only(wire.RoleServer, &c.Case{
				ID: "rfc6455/10.6/23", Title: "Close: the server ends TLS with a close_notify alert", Requires: []string{"RFC6455-7.1.1-1"},
				Script: c.Script{Transport: c.Secure, Steps: []c.Step{send(normal)}, Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Ending: answered.WithCloseNotify()}, {Behavior: verdict.NonStrict, Ending: answered},
				}},
			}))),
	}
}
