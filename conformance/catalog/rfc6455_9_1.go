package catalog

import (
	"fmt"
	"slices"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// malformedExtensions are values that break the grammar of RFC 6455 9.1.
var malformedExtensions = []struct{ id, value string }{
	{"rfc6455/9.1/1", ";"}, {"rfc6455/9.1/2", "; a"}, {"rfc6455/9.1/3", "a;"}, {"rfc6455/9.1/4", "a;;b"},
	{"rfc6455/9.1/5", "a; b="}, {"rfc6455/9.1/6", "a; =1"}, {"rfc6455/9.1/7", `"x"`}, {"rfc6455/9.1/8", `a; b="`},
	{"rfc6455/9.1/9", `a; b=""`}, {"rfc6455/9.1/10", `a; b="c d"`}, {"rfc6455/9.1/11", "a b"}, {"rfc6455/9.1/12", "a; b c"},
	{"rfc6455/9.1/13", "a/b"}, {"rfc6455/9.1/14", "a; b=c=d"}, {"rfc6455/9.1/15", "a=b"}, {"rfc6455/9.1/16", "a, ;b"},
}

// rfc6455Section9_1: the grammar and the negotiation of extensions.
func rfc6455Section9_1() []*c.Case {
	const server = "RFC 6455 9.1: 'the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_'. Many servers read only the extensions that they know. A server that ignores the field and opens the connection without an extension is NON-STRICT."
	ignored := []c.Outcome{refused, answeredPlainly(verdict.NonStrict), dropped, openedBut(verdict.NonStrict, c.LacksField("Sec-WebSocket-Extensions"))}
	var cases []*c.Case
	for _, t := range malformedExtensions {
		cases = append(cases, noted(server, request(t.id, fmt.Sprintf("an opening request with Sec-WebSocket-Extensions: %s", t.value), []string{"RFC6455-9.1-1", "RFC6455-4.2.1-22"}, ignored,
			c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", t.value))))
	}
	cases = append(cases, noted(server, request("rfc6455/9.1/17", "an empty Sec-WebSocket-Extensions", []string{"RFC6455-9.1-1", "RFC6455-4.2.1-22"}, ignored,
		c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", ""))))
	for _, t := range []struct{ id, value string }{
		{"rfc6455/9.1/18", ";"}, {"rfc6455/9.1/19", "a;"}, {"rfc6455/9.1/20", "a;;b"}, {"rfc6455/9.1/21", "a; b="},
		{"rfc6455/9.1/22", `"x"`}, {"rfc6455/9.1/23", `a; b="c d"`}, {"rfc6455/9.1/24", "a b"}, {"rfc6455/9.1/25", "a, ;b"},
	} {
		cases = append(cases, response(t.id, fmt.Sprintf("a response with Sec-WebSocket-Extensions: %s", t.value), []string{"RFC6455-9.1-2", "RFC6455-4.1-55", "RFC6455-7.2.1-1"}, mustNotOpen,
			c.Append("Sec-WebSocket-Extensions", t.value)))
	}
	return append(append(cases,
		noted("Two fields with the same name mean the same as one list.",
			may(request("rfc6455/9.1/26", "a list of extensions split over two fields", []string{"RFC6455-9.1-4", "RFC6455-11.3.2-1"}, mustAccept,
				c.Append("Sec-WebSocket-Extensions", "wsspec-one; a=1"), c.Append("Sec-WebSocket-Extensions", "wsspec-two")))),
		noted("The client lists its offers in order of preference. A server that accepts the first offer is OK. A server may have its own reasons to accept the second, which is NON-STRICT.",
			should(request("rfc6455/9.1/27", "two offers of permessage-deflate, the first with one more parameter", []string{"RFC6455-9.1-9", "RFC6455-9.1-10"}, []c.Outcome{
				openedBut(verdict.OK, c.Says("Sec-WebSocket-Extensions", "server_no_context_takeover")),
				openedBut(verdict.NonStrict, c.HasField("Sec-WebSocket-Extensions")),
				openedBut(verdict.Unimplemented, c.LacksField("Sec-WebSocket-Extensions")),
			}, c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover; client_max_window_bits, permessage-deflate; client_max_window_bits")))),
		clientRequest("rfc6455/9.1/28", "the syntax of the extensions in a client's request", "RFC6455-9-4"),
		clientRequest("rfc6455/9.1/29", "the names of the extensions in a client's request", "RFC6455-9.1-5"),
		clientRequest("rfc6455/9.1/30", "the parameters of the extensions in a client's request", "RFC6455-9.1-6"),
		unusedExtension(),
	), largeExtensions()...)
}

// largeExtensions: lists that a parser with a quadratic cost takes long for, and names
// that a library may give a meaning to.
func largeExtensions() []*c.Case {
	const limit = "A server may have a limit to the size of a field (RFC 6455 10.4). It then answers with the status 431, 413 or 414; another 4xx is NON-STRICT (RFC 9110 5.4)."
	const inTime = "A server that takes longer for the field than for others does not answer in time. "
	const malformed = "The field is malformed. A server that ignores it and opens the connection without an extension is NON-STRICT."
	const unknown = "wsspec-one"
	ignored := []c.Outcome{refused, answeredPlainly(verdict.NonStrict), dropped, openedBut(verdict.NonStrict, c.LacksField("Sec-WebSocket-Extensions"))}
	none := []c.Outcome{openedBut(verdict.OK, c.LacksField("Sec-WebSocket-Extensions"))}
	noneOrLarge := append(none, mustAcceptLarge[1:]...)
	offer := func(value string) []c.Edit {
		return []c.Edit{c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", value)}
	}
	grammar, white, unasked := []string{"RFC6455-9.1-1", "RFC6455-4.2.1-22"}, []string{"RFC6455-4.3-7", "RFC6455-9.1-1"}, []string{"RFC6455-4.2.2-19", "RFC6455-9-3"}
	many := may(request("rfc6455/9.1/35", "1000 offers of permessage-deflate", []string{"RFC6455-9.1-4", "RFC6455-9.1-12"}, mustAcceptLarge, offer(strings.Repeat("permessage-deflate; client_max_window_bits, ", 999)+"permessage-deflate")...))
	return []*c.Case{
		noted(inTime+malformed, request("rfc6455/9.1/32", "an extension with 8000 escaped characters in a quoted parameter that never ends", grammar, ignored, offer(`a; b="`+strings.Repeat(`\c`, 8000))...)),
		noted(inTime+limit, request("rfc6455/9.1/33", "a list of extensions with 16000 empty elements", []string{"RFC6455-4.3-8"}, slices.Insert(slices.Clone(shouldAccept), 1, mustAcceptLarge[1:]...), offer(unknown+strings.Repeat(",", 16000)+"wsspec-two")...)),
		noted(inTime+limit, request("rfc6455/9.1/34", "2000 offers of unknown extensions", unasked, noneOrLarge, offer(strings.Repeat(unknown+", ", 1999)+unknown)...)),
		noted(inTime+limit, many),
		noted(inTime+limit, request("rfc6455/9.1/36", "an unknown extension with 4000 parameters", unasked, noneOrLarge, offer(unknown+strings.Repeat("; a=1", 4000))...)),
		noted(inTime+limit, request("rfc6455/9.1/37", "a list of extensions with 16000 spaces after a semicolon", white, mustAcceptLarge, offer(unknown+";"+strings.Repeat(" ", 16000)+"a")...)),
		response("rfc6455/9.1/38", "a response with 8000 escaped characters in a quoted parameter that never ends", []string{"RFC6455-9.1-2", "RFC6455-4.1-55", "RFC6455-7.2.1-1"}, mustNotOpen,
			c.Append("Sec-WebSocket-Extensions", `a; b="`+strings.Repeat(`\c`, 8000))),
		noted("In some languages every object has properties of these names. A server must not find them among the extensions that it supports.",
			request("rfc6455/9.1/39", "offers of extensions and parameters named constructor, __proto__, toString and hasOwnProperty", unasked, none, offer("constructor, __proto__; toString=1, hasOwnProperty; constructor")...)),
		noted("A comma inside quotes does not end an element. "+malformed, request("rfc6455/9.1/40", `an opening request with Sec-WebSocket-Extensions: x; y=",permessage-deflate,"`, grammar, ignored, offer(`x; y=",permessage-deflate,"`)...)),
		response("rfc6455/9.1/41", `a response with Sec-WebSocket-Extensions: x; y=",permessage-deflate,"`, []string{"RFC6455-9.1-2", "RFC6455-4.1-55", "RFC6455-7.2.1-1"}, mustNotOpen,
			c.Append("Sec-WebSocket-Extensions", `x; y=",permessage-deflate,"`)),
	}
}

// unusedExtension is a case in which the harness accepts no extension.
func unusedExtension() *c.Case {
	message := c.Text(c.Repeated("to be compressed ", 200))
	return noted("The response accepts no extension, so RSV1 must be clear, whatever the client offered.",
		only(wire.RoleClient, &c.Case{
			ID: "rfc6455/9.1/31", Title: "a compressible message on a connection without an extension", Requires: []string{"RFC6455-9.1-7", "RFC6455-9.1-10"},
			Script: c.Script{Steps: []c.Step{send(message)}, Outcomes: echoes(c.Echo(message))},
		}))
}
