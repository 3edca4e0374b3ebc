package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// malformedExtensions leave the grammar of RFC 6455 9.1.
var malformedExtensions = []string{
	";", "; a", "a;", "a;;b", "a; b=", "a; =1", `"x"`, `a; b="`, `a; b=""`, `a; b="c d"`, "a b", "a; b c", "a/b", "a; b=c=d", "a=b", "a, ;b",
}

// rfc6455Section9_1: the grammar of extensions, and what their names mean.
func rfc6455Section9_1() []*c.Case {
	const server = "'the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_'; but many servers take from the field only what they know. One that ignores it and opens the connection without an extension is NON-STRICT."
	ignored := []c.Outcome{refused, answeredPlainly(c.NonStrict), dropped, openedBut(c.NonStrict, c.LacksField("Sec-WebSocket-Extensions"))}
	var cases []*c.Case
	for _, value := range malformedExtensions {
		cases = append(cases, noted(server, request(fmt.Sprintf("an opening request with Sec-WebSocket-Extensions: %s", value), []string{"RFC6455-9.1-1", "RFC6455-4.2.1-22"}, ignored,
			c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", value))))
	}
	cases = append(cases, noted(server, request("an empty Sec-WebSocket-Extensions", []string{"RFC6455-9.1-1", "RFC6455-4.2.1-22"}, ignored,
		c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", ""))))
	for _, value := range []string{";", "a;", "a;;b", "a; b=", `"x"`, `a; b="c d"`, "a b", "a, ;b"} {
		cases = append(cases, response(fmt.Sprintf("a response with Sec-WebSocket-Extensions: %s", value), []string{"RFC6455-9.1-2", "RFC6455-4.1-55", "RFC6455-7.2.1-1"}, mustNotOpen,
			c.Append("Sec-WebSocket-Extensions", value)))
	}
	return numbered("rfc6455/9.1", append(cases,
		noted("Two lines of the field mean the same as one list.",
			may(request("extensions in two fields", []string{"RFC6455-9.1-4", "RFC6455-11.3.2-1"}, mustAccept,
				c.Append("Sec-WebSocket-Extensions", "wsspec-one; a=1"), c.Append("Sec-WebSocket-Extensions", "wsspec-two")))),
		noted("Whoever takes an earlier offer is as the clause has it; a server may have reasons of its own for a later one.",
			soft(request("two offers of permessage-deflate, of which the first asks for more", []string{"RFC6455-9.1-9", "RFC6455-9.1-10"}, []c.Outcome{
				openedBut(c.OK, c.Says("Sec-WebSocket-Extensions", "server_no_context_takeover")),
				openedBut(c.NonStrict, c.HasField("Sec-WebSocket-Extensions")),
				openedBut(c.Unimplemented, c.LacksField("Sec-WebSocket-Extensions")),
			}, c.Remove("Sec-WebSocket-Extensions"), c.Append("Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover; client_max_window_bits, permessage-deflate; client_max_window_bits")))),
		asks("the grammar of a client's extensions", "RFC6455-9-4"),
		asks("the names of a client's extensions", "RFC6455-9.1-5"),
		asks("the parameters of a client's extensions", "RFC6455-9.1-6"),
		unusedExtension(),
	)...)
}

// unusedExtension: the harness agrees to no extension here.
func unusedExtension() *c.Case {
	message := c.Text(c.Repeated("to be compressed ", 200))
	return noted("The response names no extension, so that RSV1 has no meaning, whatever the client offered.",
		only(wire.RoleClient, &c.Case{
			Title: "a message that is worth compressing, without an extension agreed", Requires: []string{"RFC6455-9.1-7", "RFC6455-9.1-10"},
			Script: c.Script{Steps: []c.Step{send(message)}, Outcomes: echoes(c.Echo(message))},
		}))
}
