package catalog

import (
	"fmt"
	"slices"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

const extensions = "Sec-WebSocket-Extensions"

// rfc7692Section7Server: the server's response to offers of permessage-deflate
// (RFC 7692 5, 7). The harness checks every response against the offers. A wrong
// response fails the case, whatever the outcomes say.
func rfc7692Section7Server() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	offering := func(id, title string, requires []string, outcomes []c.Outcome, offers ...string) *c.Case {
		var edits []c.Edit
		for _, o := range offers {
			edits = append(edits, c.Append(extensions, o))
		}
		return only(wire.RoleServer, &c.Case{
			ID: id, Title: title, Requires: requires,
			Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(hello)}, Outcomes: outcomes},
		})
	}
	declined := []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Accepted(c.LacksField(extensions)), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: verdict.NonStrict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
	}
	next := []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Accepted(c.Lists(extensions, wire.DeflateName)), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: verdict.NonStrict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
		{Behavior: verdict.Unimplemented, Events: []c.Expect{c.Accepted(c.LacksField(extensions)), c.Echo(hello)}, Ending: harnessCloses},
	}
	const note = "The server must decline an invalid offer and open the connection without it (RFC 7692 7). A server that refuses the connection is NON-STRICT."
	var cases []*c.Case
	bad := func(id, requires, offer string) {
		cases = append(cases, noted(note, offering(id, "an invalid offer: "+offer, []string{requires, "RFC7692-7-5", "RFC7692-5-13"}, declined, offer)))
	}
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7/1", "foo"},
		{"rfc7692/7/2", "foo=1"},
		{"rfc7692/7/3", "server_max_window=10"},
		{"rfc7692/7/31", "constructor"}, // in some languages every object has properties of these names
		{"rfc7692/7/32", "__proto__=1"},
	} {
		bad(t.id, "RFC7692-7-1", "permessage-deflate; "+t.params)
	}
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7/4", "server_max_window_bits"},
		{"rfc7692/7/5", "server_max_window_bits=7"},
		{"rfc7692/7/6", "server_max_window_bits=16"},
		{"rfc7692/7/7", "server_max_window_bits=0"},
		{"rfc7692/7/8", "server_max_window_bits=08"},
		{"rfc7692/7/9", "server_max_window_bits=+9"},
		{"rfc7692/7/10", "server_max_window_bits=abc"},
		{"rfc7692/7/11", "server_max_window_bits=-1"},
		{"rfc7692/7/12", `server_max_window_bits="010"`},
		{"rfc7692/7/13", "client_max_window_bits=7"},
		{"rfc7692/7/14", "client_max_window_bits=16"},
		{"rfc7692/7/15", "client_max_window_bits=015"},
	} {
		bad(t.id, "RFC7692-7-2", "permessage-deflate; "+t.params)
	}
	bad("rfc7692/7/16", "RFC7692-7.1.1.1-2", "permessage-deflate; server_no_context_takeover=1")
	bad("rfc7692/7/17", "RFC7692-7.1.1.2-4", "permessage-deflate; client_no_context_takeover=true")
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7/18", "server_no_context_takeover; server_no_context_takeover"},
		{"rfc7692/7/19", "client_no_context_takeover; client_no_context_takeover"},
		{"rfc7692/7/20", "server_max_window_bits=10; server_max_window_bits=10"},
		{"rfc7692/7/21", "server_max_window_bits=10; server_max_window_bits=11"},
		{"rfc7692/7/22", "client_max_window_bits; client_max_window_bits=10"},
	} {
		bad(t.id, "RFC7692-7-3", "permessage-deflate; "+t.params)
	}
	cases = append(cases,
		offering("rfc7692/7/23", "an invalid offer, then a valid offer, in one field", []string{"RFC7692-7-5", "RFC7692-5-6"}, next, "permessage-deflate; foo, permessage-deflate; client_max_window_bits"),
		offering("rfc7692/7/24", "an invalid offer, then a valid offer, in two fields", []string{"RFC7692-7-5", "RFC7692-5-6"}, next, "permessage-deflate; server_max_window_bits=99", "permessage-deflate; client_max_window_bits"),
		offering("rfc7692/7/25", "an unknown extension, then a valid offer", []string{"RFC7692-5-6", "RFC6455-9.1-10"}, next, "x-unknown; a=b, permessage-deflate; client_max_window_bits"),
		offering("rfc7692/7/26", "a valid offer with a quoted parameter", []string{"RFC6455-4.3-6", "RFC7692-7.1.2.1-4"}, next, `permessage-deflate; server_max_window_bits="12"; client_max_window_bits`),
		offering("rfc7692/7/27", "an offer without client_max_window_bits: the response must not have it either", []string{"RFC7692-7.1.2.2-6"}, next, "permessage-deflate"),
		offering("rfc7692/7/28", "two extensions that use RSV1", []string{"RFC7692-5-9"}, next, "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame"),
		offering("rfc7692/7/29", "an offer with every parameter", []string{"RFC7692-5-8", "RFC7692-7.1.1.1-3", "RFC7692-7.1.2.1-4"}, next,
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12"),
	)
	useful := offering("rfc7692/7/30", "an offer without limits: both windows have 1024 octets or more", []string{"RFC7692-7.3-1"}, []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Accepted(c.DoesNotSay(extensions, "window_bits=8"), c.DoesNotSay(extensions, "window_bits=9")), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: verdict.NonStrict, Events: []c.Expect{c.Accepted(), c.Echo(hello)}, Ending: harnessCloses},
	}, "permessage-deflate; client_max_window_bits")
	cases = append(cases, noted("Smaller windows are allowed but of little use (RFC 7692 7.3). They are NON-STRICT.", should(useful)))
	return cases
}

// rfc7692Section7Client: the client's reaction to a response that accepts
// permessage-deflate, with and without an offer of its own.
func rfc7692Section7Client() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	var cases []*c.Case
	mustFail := func(id, requires, answer string, applies ...c.Condition) {
		title := "an invalid response: " + answer
		if len(applies) > 0 {
			title += ", which the client did not offer"
		}
		cases = append(cases, only(wire.RoleClient, &c.Case{
			ID: id, Title: title, Requires: slices.Compact([]string{requires, "RFC7692-5-15"}),
			Script: c.Script{
				Applies: applies, Opening: &c.Opening{Edits: []c.Edit{c.Append(extensions, answer)}},
				Steps: []c.Step{send(hello)}, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: c.FailedByPeer()}},
			},
		}))
	}
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7-client/1", "foo"},
		{"rfc7692/7-client/2", "foo=1"},
		{"rfc7692/7-client/20", "constructor"},
		{"rfc7692/7-client/21", "__proto__=1"},
	} {
		mustFail(t.id, "RFC7692-7-6", "permessage-deflate; "+t.params)
	}
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7-client/3", "server_max_window_bits"},
		{"rfc7692/7-client/4", "server_max_window_bits=7"},
		{"rfc7692/7-client/5", "server_max_window_bits=16"},
		{"rfc7692/7-client/6", "server_max_window_bits=08"},
		{"rfc7692/7-client/7", "server_max_window_bits=abc"},
	} {
		mustFail(t.id, "RFC7692-7-7", "permessage-deflate; "+t.params)
	}
	for _, t := range []struct{ id, params string }{
		{"rfc7692/7-client/8", "client_max_window_bits"},
		{"rfc7692/7-client/9", "client_max_window_bits=08"},
		{"rfc7692/7-client/10", "client_max_window_bits=16"},
	} {
		mustFail(t.id, "RFC7692-7.1.2.2-5", "permessage-deflate; "+t.params)
	}
	mustFail("rfc7692/7-client/11", "RFC7692-7.1.1.1-2", "permessage-deflate; server_no_context_takeover=1")
	mustFail("rfc7692/7-client/12", "RFC7692-7.1.1.2-4", "permessage-deflate; client_no_context_takeover=1")
	mustFail("rfc7692/7-client/13", "RFC7692-7-8", "permessage-deflate; server_no_context_takeover; server_no_context_takeover")
	mustFail("rfc7692/7-client/14", "RFC7692-7-8", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10")
	mustFail("rfc7692/7-client/15", "RFC7692-7.1.2.2-7", "permessage-deflate; client_max_window_bits=10", c.DoesNotSay(extensions, "client_max_window_bits"))
	mustFail("rfc7692/7-client/16", "RFC7692-5-10", "permessage-deflate, permessage-deflate")
	mustFail("rfc7692/7-client/17", "RFC7692-5-10", "permessage-deflate, x-webkit-deflate-frame")
	mustFail("rfc7692/7-client/18", "RFC7692-5-15", "permessage-deflate", c.DoesNotSay(extensions, wire.DeflateName))
	cases = append(cases, only(wire.RoleClient, &c.Case{
		ID: "rfc7692/7-client/19", Title: "a valid response with the smallest window", Requires: []string{"RFC7692-7-9", "RFC7692-5.1-1"},
		Script: c.Script{
			Applies: []c.Condition{c.Says(extensions, wire.DeflateName)},
			Opening: &c.Opening{Edits: []c.Edit{c.Append(extensions, "permessage-deflate; server_max_window_bits=8")}},
			Steps:   []c.Step{send(hello)},
			Outcomes: []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Echo(hello)}, Ending: harnessCloses},
				{Behavior: verdict.OK, Ending: c.FailedByPeer(wire.StatusMandatoryExtension)},
			},
		},
		Note: "A client that does not support this valid response fails the connection (RFC 7692 7) or closes it with 1010 (5.1). A client that supports it echoes the message.",
	}))
	return cases
}

// rfc7692Section7_1: the peer keeps the negotiated parameters (RFC 7692 7.1, 7.2.1),
// in both roles. The harness measures the distances in the peer's DEFLATE data.
func rfc7692Section7_1() []*c.Case {
	exchange := func(size int) []c.Step {
		return []c.Step{c.Exchange{Stream: payloads.Prose, Size: size, Quick: 6, Full: 6}}
	}
	var cases []*c.Case
	for _, t := range []struct {
		id   string
		bits int
	}{
		{"rfc7692/7.1/1", 8}, {"rfc7692/7.1/2", 9}, {"rfc7692/7.1/3", 10}, {"rfc7692/7.1/4", 11},
		{"rfc7692/7.1/5", 12}, {"rfc7692/7.1/6", 13}, {"rfc7692/7.1/7", 14}, {"rfc7692/7.1/8", 15},
	} {
		var roles []wire.Role // both
		if t.bits == 8 {
			roles = []wire.Role{wire.RoleServer}
		}
		cases = append(cases, &c.Case{
			ID: t.id, Roles: roles,
			Title:    fmt.Sprintf("the peer's window limited to %d bits", t.bits),
			Requires: []string{"RFC7692-7.2.1-15", "RFC7692-7.2.1-13", "RFC7692-7.1.2.1-3", "RFC7692-7.1.2.1-4", "RFC7692-7.1.2.1-5", "RFC7692-7-4", "RFC7692-5-7", "RFC7692-5-16", "RFC7692-7.2.2-14"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ServerMaxWindowBits: t.bits, ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  exchange(40 << 10), Outcomes: echoes(c.Exchanged()),
			},
		})
	}
	cases = append(cases,
		// Many DEFLATE libraries have no window of 8 bits. A server declines such an offer.
		// A client has no other way than to fail the connection (RFC7692-7-9).
		noted("A client that does not support the window of a response fails the connection (RFC 7692 7). It is NON-STRICT here, because its offer has client_max_window_bits without a value.", &c.Case{
			ID: "rfc7692/7.1/11", Title: "a response that limits the client's window to 8 bits", Roles: []wire.Role{wire.RoleClient},
			Requires: []string{"RFC7692-7.2.1-15", "RFC7692-7.2.1-13", "RFC7692-7-9", "RFC7692-7.2.2-14"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ServerMaxWindowBits: 8, ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  exchange(40 << 10),
				Outcomes: append(echoes(c.Exchanged()),
					c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer(wire.StatusMandatoryExtension, wire.StatusProtocolError)}),
			},
		}),
		&c.Case{
			ID: "rfc7692/7.1/9", Title: "no context takeover by the peer",
			Requires: []string{"RFC7692-7.2.1-11", "RFC7692-7.2.1-8", "RFC7692-7.1.1.1-3", "RFC7692-7.1.1.1-4", "RFC7692-7.1.1.2-5", "RFC7692-5-16"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ServerNoContextTakeover: true, ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  exchange(2 << 10), Outcomes: echoes(c.Exchanged()),
			},
		},
		&c.Case{
			ID: "rfc7692/7.1/10", Title: "context takeover allowed for the peer",
			Requires: []string{"RFC7692-5-16", "RFC7692-6-1", "RFC7692-6-2", "RFC7692-6.1-1", "RFC7692-6.1-2", "RFC7692-6.1-3", "RFC7692-6.1-6", "RFC7692-6.1-7", "RFC7692-7.2.1-1", "RFC7692-7.2.1-5", "RFC7692-7.2.1-7", "RFC7692-5-1"},
			Script:   c.Script{Offers: []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}, Steps: exchange(2 << 10), Outcomes: echoes(c.Exchanged())},
		},
	)
	return cases
}
