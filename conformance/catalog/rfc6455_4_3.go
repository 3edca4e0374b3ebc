package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
)

// rfc6455Section4_3: the grammar of the handshake's fields.
func rfc6455Section4_3() []*c.Case {
	const lists = "A list that is not made of tokens leaves the grammar, and 4.2.1 wants an HTTP error for 'any violations of the ABNF grammar'; many servers look only for the names they know. A server that ignores the field and opens the connection is NON-STRICT."
	const members = "Empty members of a list are to be tolerated by its reader (RFC 7230 7), and RFC 2616 2.1 says the same of those who send them; refusing is NON-STRICT."
	var cases []*c.Case
	ignored := []c.Outcome{refused, answeredPlainly(c.NonStrict), dropped, openedBut(c.NonStrict, c.LacksField("Sec-WebSocket-Protocol"))}
	for _, value := range []string{"a b", "(x)", "a;b", "a/b", "a:b", "a=b", "{a}", `"a"`, "[a]", "a, b c", ";", "a\x7f"} {
		cases = append(cases, noted(lists, request(fmt.Sprintf("an opening request with Sec-WebSocket-Protocol: %s", printable(value)),
			[]string{"RFC6455-4.3-3", "RFC6455-4.2.1-22"}, ignored, c.Remove("Sec-WebSocket-Protocol"), c.Append("Sec-WebSocket-Protocol", value))))
	}
	return numbered("rfc6455/4.3", append(cases,
		noted(lists, request("an empty Sec-WebSocket-Protocol", []string{"RFC6455-4.3-3", "RFC6455-4.2.1-22"}, ignored, c.Remove("Sec-WebSocket-Protocol"), c.Append("Sec-WebSocket-Protocol", ""))),
		noted("A subprotocol that the server does not speak is no reason to fail the connection, but one to refuse it.",
			request("subprotocols with white space around their commas", []string{"RFC6455-4.3-7"}, mayDecline, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example ,\twsspec-b.example"))),
		request("a Connection list with white space around its commas", []string{"RFC6455-4.3-7", "RFC6455-4.2.1-11"}, mustAccept, c.Replace("Connection", "keep-alive\t , \tUpgrade")),
		noted(members, request("a Connection list with empty members", []string{"RFC6455-4.3-8"}, shouldAccept, c.Replace("Connection", ", Upgrade, , keep-alive,"))),
		noted(members, request("extensions with empty members in their list", []string{"RFC6455-4.3-8"}, shouldAccept, c.Append("Sec-WebSocket-Extensions", ", wsspec-one,, wsspec-two ,"))),
		noted(members, request("subprotocols with empty members in their list", []string{"RFC6455-4.3-8"}, shouldAccept, c.Append("Sec-WebSocket-Protocol", ", wsspec-a.example, , wsspec-b.example,"))),
		request("extensions with white space around semicolons and commas", []string{"RFC6455-4.3-7", "RFC6455-9.1-1"}, mustAccept,
			c.Append("Sec-WebSocket-Extensions", "wsspec-one ;\ta=1 ; b=2 , wsspec-two")),
		noted("RFC 2616 2.1, whose grammar RFC 6455 uses, lets white space stand between any two tokens and separators; RFC 7230 has done away with that. A server that refuses it is NON-STRICT.",
			request("extensions with white space around the equals sign", []string{"RFC6455-4.3-7", "RFC6455-9.1-1"}, shouldAccept,
				c.Append("Sec-WebSocket-Extensions", "wsspec-one; a = 1; b =\t2"))),
		request("permessage-deflate with a parameter in quotes", []string{"RFC6455-4.3-6", "RFC6455-9.1-3"}, mustAccept,
			c.Append("Sec-WebSocket-Extensions", `permessage-deflate; client_max_window_bits="15"`)),
		request("an extension with escaped characters in a parameter's quotes", []string{"RFC6455-4.3-6", "RFC6455-9.1-3"}, shouldAccept,
			c.Append("Sec-WebSocket-Extensions", `wsspec-one; a="\1\0"`)),
		response("a Connection list with white space around its commas in the response", []string{"RFC6455-4.3-7", "RFC6455-4.1-51"}, mustOpen, c.Replace("Connection", "keep-alive\t , \tUpgrade")),
		noted(members, response("a Connection list with empty members in the response", []string{"RFC6455-4.3-8"}, shouldOpen, c.Replace("Connection", ", Upgrade, , keep-alive,"))),
		response("two subprotocols in one field of the response", []string{"RFC6455-4.3-4", "RFC6455-4.1-56"}, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example, wsspec-b.example")),
		response("a subprotocol with a space inside in the response", []string{"RFC6455-4.3-4", "RFC6455-4.1-56"}, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example b")),
		refusedClient("a refusal with versions in one list", []string{"RFC6455-4.3-5", "RFC6455-4.1-43"}, 426, "Upgrade Required", c.Append("Sec-WebSocket-Version", "13, 8, 7")),
		refusedClient("a refusal with versions in several fields", []string{"RFC6455-4.3-5", "RFC6455-11.3.5-1", "RFC6455-4.1-43"}, 426, "Upgrade Required",
			c.Append("Sec-WebSocket-Version", "13"), c.Append("Sec-WebSocket-Version", "8, 7")),
		asks("the grammar of the key and of the version in a client's request", "RFC6455-4.3-1", "RFC6455-4.1-28", "RFC6455-4.3-2", "RFC6455-4.1-34"),
	)...)
}

// printable is a value as a title can show it.
func printable(value string) string {
	if value == "a\x7f" {
		return "a and a control character"
	}
	return value
}
