package catalog

import c "github.com/wsspec/wsspec/conformance"

// The clauses of RFC 6455 11.3 forbid a client to double a field, and leave it
// to HTTP what a server makes of one that is doubled.
const doubledField = "The field 'MUST NOT appear more than once in an HTTP request', which binds the client; that a server has to refuse it follows only from the grammar of the two lines joined (RFC 2616 4.2). Opening the connection is NON-STRICT."

// rfc6455Section11_3_1: Sec-WebSocket-Key.
func rfc6455Section11_3_1() []*c.Case {
	requires := []string{"RFC6455-11.3.1-2", "RFC6455-4.2.1-2"}
	return numbered("rfc6455/11.3.1",
		noted(doubledField, request("two fields with the same key", requires, shouldRefuse, c.Append("Sec-WebSocket-Key", "{key}"))),
		noted(doubledField, request("two fields with different keys", requires, shouldRefuse, c.Append("Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODw=="))),
	)
}

// rfc6455Section11_3_2: Sec-WebSocket-Extensions.
func rfc6455Section11_3_2() []*c.Case {
	split := may(request("an offer of permessage-deflate in the second of two fields", []string{"RFC6455-11.3.2-1", "RFC6455-9.1-4"}, mustAccept,
		c.Append("Sec-WebSocket-Extensions", "wsspec-unknown"), c.Append("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")))
	return numbered("rfc6455/11.3.2", noted("The client may split the list, so that a server has to take it; what it agrees to is its own business.", split))
}

// rfc6455Section11_3_3: Sec-WebSocket-Accept.
func rfc6455Section11_3_3() []*c.Case {
	requires := []string{"RFC6455-11.3.3-2", "RFC6455-4.1-57"}
	const wrong = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	return numbered("rfc6455/11.3.3",
		noted("The field 'MUST NOT appear more than once in an HTTP response'; where both say the same, nothing is in doubt, and a client that goes on is NON-STRICT.",
			response("two Sec-WebSocket-Accept fields that are both right", requires, shouldNotOpen, c.Append("Sec-WebSocket-Accept", "{accept}"))),
		noted("A client MUST fail a response that has another value than the right one (4.1), in whichever of its fields.",
			response("a right Sec-WebSocket-Accept and then a wrong one", requires, mustNotOpen, c.Append("Sec-WebSocket-Accept", wrong))),
		response("a wrong Sec-WebSocket-Accept and then a right one", requires, mustNotOpen, c.Prepend("Sec-WebSocket-Accept", wrong)),
	)
}

// rfc6455Section11_3_4: Sec-WebSocket-Protocol.
func rfc6455Section11_3_4() []*c.Case {
	asked := []c.Edit{c.Append("Sec-WebSocket-Protocol", "wsspec-a.example"), c.Append("Sec-WebSocket-Protocol", "wsspec-b.example, wsspec-c.example")}
	return numbered("rfc6455/11.3.4",
		noted("A server takes one of the subprotocols or none, or refuses the connection for want of one.",
			request("subprotocols in two fields", []string{"RFC6455-11.3.4-2", "RFC6455-11.3.4-1", "RFC6455-4.2.2-14"}, mayDecline, asked...)),
		response("two Sec-WebSocket-Protocol fields in the response", []string{"RFC6455-11.3.4-3", "RFC6455-4.1-56"}, mustNotOpen,
			c.Append("Sec-WebSocket-Protocol", "wsspec-a.example"), c.Append("Sec-WebSocket-Protocol", "wsspec-b.example")),
	)
}

// rfc6455Section11_3_5: Sec-WebSocket-Version.
func rfc6455Section11_3_5() []*c.Case {
	requires := []string{"RFC6455-11.3.5-3", "RFC6455-4.2.1-2"}
	return numbered("rfc6455/11.3.5",
		noted(doubledField, request("two fields with version 13", requires, shouldRefuse, c.Append("Sec-WebSocket-Version", "13"))),
		noted(doubledField, request("two fields with versions 13 and 8", requires, shouldRefuse, c.Append("Sec-WebSocket-Version", "8"))),
		noted(doubledField, request("two fields with versions 8 and 13", requires, shouldRefuse, c.Prepend("Sec-WebSocket-Version", "8"))),
	)
}
