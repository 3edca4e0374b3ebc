package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// rfc6455Section4_3: the grammar of the fields of the opening handshake.
func rfc6455Section4_3() []*c.Case {
	const lists = "The field must be a list of tokens. RFC 6455 4.2.1 requires an HTTP error only 'if the server, while reading the handshake, finds' a violation of the grammar, and a server without subprotocols need not read this optional field. A server that ignores the field and opens the connection is NON-STRICT."
	const members = "A recipient must ignore empty elements of a list (RFC 7230 7), and RFC 2616 2.1 allows them. A peer that refuses them is NON-STRICT."
	var cases []*c.Case
	ignored := []c.Outcome{refused, answeredPlainly(verdict.NonStrict), dropped, openedBut(verdict.NonStrict, c.LacksField("Sec-WebSocket-Protocol"))}
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.3/1", "a b"}, {"rfc6455/4.3/2", "(x)"}, {"rfc6455/4.3/3", "a;b"}, {"rfc6455/4.3/4", "a/b"},
		{"rfc6455/4.3/5", "a:b"}, {"rfc6455/4.3/6", "a=b"}, {"rfc6455/4.3/7", "{a}"}, {"rfc6455/4.3/8", `"a"`},
		{"rfc6455/4.3/9", "[a]"}, {"rfc6455/4.3/10", "a, b c"}, {"rfc6455/4.3/11", ";"}, {"rfc6455/4.3/12", "a\x7f"},
	} {
		cases = append(cases, noted(lists, request(t.id, fmt.Sprintf("an opening request with Sec-WebSocket-Protocol: %s", printable(t.value)),
			[]string{"RFC6455-4.3-3", "RFC6455-4.2.1-22"}, ignored, c.Remove("Sec-WebSocket-Protocol"), c.Append("Sec-WebSocket-Protocol", t.value))))
	}
	return append(cases,
		noted(lists, request("rfc6455/4.3/13", "an empty Sec-WebSocket-Protocol", []string{"RFC6455-4.3-3", "RFC6455-4.2.1-22"}, ignored, c.Remove("Sec-WebSocket-Protocol"), c.Append("Sec-WebSocket-Protocol", ""))),
		noted("A server that does not support the subprotocols opens the connection without one, or refuses the connection.",
			request("rfc6455/4.3/14", "a list of subprotocols with white space around its commas", []string{"RFC6455-4.3-7"}, mayDecline, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example ,\twsspec-b.example"))),
		request("rfc6455/4.3/15", "a Connection list with white space around its commas", []string{"RFC6455-4.3-7", "RFC6455-4.2.1-11"}, mustAccept, c.Replace("Connection", "keep-alive\t , \tUpgrade")),
		noted(members, request("rfc6455/4.3/16", "a Connection list with empty elements", []string{"RFC6455-4.3-8"}, shouldAccept, c.Replace("Connection", ", Upgrade, , keep-alive,"))),
		noted(members, request("rfc6455/4.3/17", "a list of extensions with empty elements", []string{"RFC6455-4.3-8"}, shouldAccept, c.Append("Sec-WebSocket-Extensions", ", wsspec-one,, wsspec-two ,"))),
		noted(members, request("rfc6455/4.3/18", "a list of subprotocols with empty elements", []string{"RFC6455-4.3-8"}, shouldAccept, c.Append("Sec-WebSocket-Protocol", ", wsspec-a.example, , wsspec-b.example,"))),
		request("rfc6455/4.3/19", "a list of extensions with white space around semicolons and commas", []string{"RFC6455-4.3-7", "RFC6455-9.1-1"}, mustAccept,
			c.Append("Sec-WebSocket-Extensions", "wsspec-one ;\ta=1 ; b=2 , wsspec-two")),
		noted("RFC 6455 uses the grammar of RFC 2616 2.1, which allows white space between any two tokens and separators. RFC 7230 no longer allows it. A server that refuses the request is NON-STRICT.",
			request("rfc6455/4.3/20", "a list of extensions with white space around the equals signs", []string{"RFC6455-4.3-7", "RFC6455-9.1-1"}, shouldAccept,
				c.Append("Sec-WebSocket-Extensions", "wsspec-one; a = 1; b =\t2"))),
		request("rfc6455/4.3/21", "permessage-deflate with a quoted parameter", []string{"RFC6455-4.3-6", "RFC6455-9.1-3"}, mustAccept,
			c.Append("Sec-WebSocket-Extensions", `permessage-deflate; client_max_window_bits="15"`)),
		request("rfc6455/4.3/22", "an extension with escaped characters in a quoted parameter", []string{"RFC6455-4.3-6", "RFC6455-9.1-3"}, shouldAccept,
			c.Append("Sec-WebSocket-Extensions", `wsspec-one; a="\1\0"`)),
		response("rfc6455/4.3/23", "a response with white space around the commas of its Connection list", []string{"RFC6455-4.3-7", "RFC6455-4.1-51"}, mustOpen, c.Replace("Connection", "keep-alive\t , \tUpgrade")),
		noted(members, response("rfc6455/4.3/24", "a response with empty elements in its Connection list", []string{"RFC6455-4.3-8"}, shouldOpen, c.Replace("Connection", ", Upgrade, , keep-alive,"))),
		response("rfc6455/4.3/25", "two subprotocols in one field of the response", []string{"RFC6455-4.3-4", "RFC6455-4.1-56"}, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example, wsspec-b.example")),
		response("rfc6455/4.3/26", "a response with a subprotocol that contains a space", []string{"RFC6455-4.3-4", "RFC6455-4.1-56"}, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example b")),
		refusedClient("rfc6455/4.3/27", "a 426 response that lists versions in one field", []string{"RFC6455-4.3-5", "RFC6455-4.1-43"}, 426, "Upgrade Required", c.Append("Sec-WebSocket-Version", "13, 8, 7")),
		refusedClient("rfc6455/4.3/28", "a 426 response that lists versions in two fields", []string{"RFC6455-4.3-5", "RFC6455-11.3.5-1", "RFC6455-4.1-43"}, 426, "Upgrade Required",
			c.Append("Sec-WebSocket-Version", "13"), c.Append("Sec-WebSocket-Version", "8, 7")),
		noted("A server may have a limit to the size of a field (RFC 6455 10.4). It then answers with the status 431, 413 or 414; another 4xx is NON-STRICT (RFC 9110 5.4).",
			request("rfc6455/4.3/30", "a Connection list of 3000 tokens, Upgrade as the last one", []string{"RFC6455-4.2.1-11"}, mustAcceptLarge, c.Replace("Connection", strings.Repeat("x, ", 2999)+"Upgrade"))),
		clientRequest("rfc6455/4.3/29", "the syntax of the key and the version in a client's request", "RFC6455-4.3-1", "RFC6455-4.1-28", "RFC6455-4.3-2", "RFC6455-4.1-34"),
	)
}

// printable returns the value in the form for a title.
func printable(value string) string {
	if value == "a\x7f" {
		return "a and the control character 7f"
	}
	return value
}
