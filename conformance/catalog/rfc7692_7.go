package catalog

import (
	"fmt"
	"slices"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

const extensions = "Sec-WebSocket-Extensions"

// rfc7692Section7Server: what a server answers to offers of permessage-deflate
// (RFC 7692 5, 7). The harness checks every answer against the offers; a wrong
// one fails the case whatever the outcomes say.
func rfc7692Section7Server() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	asks := func(title string, requires []string, outcomes []c.Outcome, offers ...string) *c.Case {
		var edits []c.Edit
		for _, o := range offers {
			edits = append(edits, c.Append(extensions, o))
		}
		return only(wire.RoleServer, &c.Case{
			Title: title, Requires: requires,
			Script: c.Script{Opening: &c.Opening{Edits: edits}, Steps: []c.Step{send(hello)}, Outcomes: outcomes},
		})
	}
	declined := []c.Outcome{
		{Behavior: c.OK, Events: []c.Expect{c.Accepted(c.LacksField(extensions)), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: c.NonStrict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
	}
	next := []c.Outcome{
		{Behavior: c.OK, Events: []c.Expect{c.Accepted(c.Lists(extensions, wire.DeflateName)), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: c.NonStrict, Events: []c.Expect{c.Refused()}, Ending: c.NotOpened()},
		{Behavior: c.Unimplemented, Events: []c.Expect{c.Accepted(c.LacksField(extensions)), c.Echo(hello)}, Ending: harnessCloses},
	}
	const note = "A bad offer is declined, and the connection goes on without it (RFC 7692 7); to refuse the whole connection is NON-STRICT."
	var cases []*c.Case
	bad := func(requires, offer string) {
		cases = append(cases, noted(note, asks("an offer to decline: "+offer, []string{requires, "RFC7692-7-5", "RFC7692-5-13"}, declined, offer)))
	}
	for _, p := range []string{"foo", "foo=1", "server_max_window=10"} {
		bad("RFC7692-7-1", "permessage-deflate; "+p)
	}
	for _, p := range []string{
		"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=0", "server_max_window_bits=08",
		"server_max_window_bits=+9", "server_max_window_bits=abc", "server_max_window_bits=-1", `server_max_window_bits="010"`,
		"client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=015",
	} {
		bad("RFC7692-7-2", "permessage-deflate; "+p)
	}
	bad("RFC7692-7.1.1.1-2", "permessage-deflate; server_no_context_takeover=1")
	bad("RFC7692-7.1.1.2-4", "permessage-deflate; client_no_context_takeover=true")
	for _, p := range []string{
		"server_no_context_takeover; server_no_context_takeover", "client_no_context_takeover; client_no_context_takeover",
		"server_max_window_bits=10; server_max_window_bits=10", "server_max_window_bits=10; server_max_window_bits=11",
		"client_max_window_bits; client_max_window_bits=10",
	} {
		bad("RFC7692-7-3", "permessage-deflate; "+p)
	}
	cases = append(cases,
		asks("a bad offer, then a good one, in one field", []string{"RFC7692-7-5", "RFC7692-5-6"}, next, "permessage-deflate; foo, permessage-deflate; client_max_window_bits"),
		asks("a bad offer, then a good one, in two fields", []string{"RFC7692-7-5", "RFC7692-5-6"}, next, "permessage-deflate; server_max_window_bits=99", "permessage-deflate; client_max_window_bits"),
		asks("an unknown extension, then a good offer", []string{"RFC7692-5-6", "RFC6455-9.1-10"}, next, "x-unknown; a=b, permessage-deflate; client_max_window_bits"),
		asks("a quoted parameter", []string{"RFC6455-4.3-6", "RFC7692-7.1.2.1-4"}, next, `permessage-deflate; server_max_window_bits="12"; client_max_window_bits`),
		asks("an offer without client_max_window_bits, which the answer then lacks", []string{"RFC7692-7.1.2.2-6"}, next, "permessage-deflate"),
		asks("two extensions that use RSV1", []string{"RFC7692-5-9"}, next, "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame"),
		asks("an offer with every parameter", []string{"RFC7692-5-8", "RFC7692-7.1.1.1-3", "RFC7692-7.1.2.1-4"}, next,
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12"),
	)
	useful := asks("an offer without demands: windows of at least 1024 octets", []string{"RFC7692-7.3-1"}, []c.Outcome{
		{Behavior: c.OK, Events: []c.Expect{c.Accepted(c.DoesNotSay(extensions, "window_bits=8"), c.DoesNotSay(extensions, "window_bits=9")), c.Echo(hello)}, Ending: harnessCloses},
		{Behavior: c.NonStrict, Events: []c.Expect{c.Accepted(), c.Echo(hello)}, Ending: harnessCloses},
	}, "permessage-deflate; client_max_window_bits")
	cases = append(cases, noted("Smaller windows are permitted and of little use (RFC 7692 7.3): NON-STRICT.", soft(useful)))
	return numbered("rfc7692/7", cases...)
}

// rfc7692Section7Client: what a client does with answers to its offer, or to no
// offer at all.
func rfc7692Section7Client() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	var cases []*c.Case
	mustFail := func(requires, answer string, applies ...c.Condition) {
		title := "an answer to fail on: " + answer
		if len(applies) > 0 {
			title += ", where that was not offered"
		}
		cases = append(cases, only(wire.RoleClient, &c.Case{
			Title: title, Requires: slices.Compact([]string{requires, "RFC7692-5-15"}),
			Script: c.Script{
				Applies: applies, Opening: &c.Opening{Edits: []c.Edit{c.Append(extensions, answer)}},
				Steps: []c.Step{send(hello)}, Outcomes: []c.Outcome{{Behavior: c.OK, Ending: c.FailedByPeer()}},
			},
		}))
	}
	for _, p := range []string{"foo", "foo=1"} {
		mustFail("RFC7692-7-6", "permessage-deflate; "+p)
	}
	for _, p := range []string{"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08", "server_max_window_bits=abc"} {
		mustFail("RFC7692-7-7", "permessage-deflate; "+p)
	}
	for _, p := range []string{"client_max_window_bits", "client_max_window_bits=08", "client_max_window_bits=16"} {
		mustFail("RFC7692-7.1.2.2-5", "permessage-deflate; "+p)
	}
	mustFail("RFC7692-7.1.1.1-2", "permessage-deflate; server_no_context_takeover=1")
	mustFail("RFC7692-7.1.1.2-4", "permessage-deflate; client_no_context_takeover=1")
	mustFail("RFC7692-7-8", "permessage-deflate; server_no_context_takeover; server_no_context_takeover")
	mustFail("RFC7692-7-8", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10")
	mustFail("RFC7692-7.1.2.2-7", "permessage-deflate; client_max_window_bits=10", c.DoesNotSay(extensions, "client_max_window_bits"))
	mustFail("RFC7692-5-10", "permessage-deflate, permessage-deflate")
	mustFail("RFC7692-5-10", "permessage-deflate, x-webkit-deflate-frame")
	mustFail("RFC7692-5-15", "permessage-deflate", c.DoesNotSay(extensions, wire.DeflateName))
	cases = append(cases, only(wire.RoleClient, &c.Case{
		Title: "a legal answer with the smallest window", Requires: []string{"RFC7692-7-9", "RFC7692-5.1-1"},
		Script: c.Script{
			Applies: []c.Condition{c.Says(extensions, wire.DeflateName)},
			Opening: &c.Opening{Edits: []c.Edit{c.Append(extensions, "permessage-deflate; server_max_window_bits=8")}},
			Steps:   []c.Step{send(hello)},
			Outcomes: []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Echo(hello)}, Ending: harnessCloses},
				{Behavior: c.OK, Ending: c.FailedByPeer(wire.StatusMandatoryExtension)},
			},
		},
		Note: "A client that cannot go on with a legal answer fails the connection (RFC 7692 7) or closes it with 1010 (5.1); one that can echoes.",
	}))
	return numbered("rfc7692/7-client", cases...)
}

// rfc7692Section7_1: what was agreed is kept (RFC 7692 7.1, 7.2.1), in either
// role: the harness measures the distances in the peer's DEFLATE data.
func rfc7692Section7_1() []*c.Case {
	exchange := func(size int) []c.Step {
		return []c.Step{c.Exchange{Stream: streams.Prose, Size: size, Quick: 6, Full: 6}}
	}
	var cases []*c.Case
	for bits := wire.MinWindowBits; bits <= wire.MaxWindowBits; bits++ {
		cases = append(cases, &c.Case{
			Title:    fmt.Sprintf("the peer's window limited to %d bits", bits),
			Requires: []string{"RFC7692-7.2.1-15", "RFC7692-7.2.1-13", "RFC7692-7.1.2.1-3", "RFC7692-7.1.2.1-4", "RFC7692-7.1.2.1-5", "RFC7692-7-4", "RFC7692-5-7", "RFC7692-5-16", "RFC7692-7.2.2-14"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ServerMaxWindowBits: bits, ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  exchange(40 << 10), Outcomes: echoes(c.Exchanged()),
			},
		})
	}
	cases = append(cases,
		&c.Case{
			Title:    "no context takeover by the peer",
			Requires: []string{"RFC7692-7.2.1-11", "RFC7692-7.2.1-8", "RFC7692-7.1.1.1-3", "RFC7692-7.1.1.1-4", "RFC7692-7.1.1.2-5", "RFC7692-5-16"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ServerNoContextTakeover: true, ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  exchange(2 << 10), Outcomes: echoes(c.Exchanged()),
			},
		},
		&c.Case{
			Title:    "context takeover wherever the peer wants it",
			Requires: []string{"RFC7692-5-16", "RFC7692-6-1", "RFC7692-6-2", "RFC7692-6.1-1", "RFC7692-6.1-2", "RFC7692-6.1-3", "RFC7692-6.1-6", "RFC7692-6.1-7", "RFC7692-7.2.1-1", "RFC7692-7.2.1-5", "RFC7692-7.2.1-7", "RFC7692-5-1"},
			Script:   c.Script{Offers: []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}}, Steps: exchange(2 << 10), Outcomes: echoes(c.Exchanged())},
		},
	)
	return numbered("rfc7692/7.1", cases...)
}
