package catalog

import c "github.com/wsspec/wsspec/conformance/script"

// RFC 6455 11.3 forbids a client to send a field twice. It leaves to HTTP what a
// server does with a field that it receives twice.
const doubledField = "The field 'MUST NOT appear more than once in an HTTP request'. This rule is for the client. That a server must refuse the request follows only from the grammar, when the two lines are joined to one value (RFC 2616 4.2). A server that opens the connection is NON-STRICT."

// rfc6455Section11_3_1: Sec-WebSocket-Key.
func rfc6455Section11_3_1() []*c.Case {
	requires := []string{"RFC6455-11.3.1-2", "RFC6455-4.2.1-2"}
	return []*c.Case{
		noted(doubledField, request("rfc6455/11.3.1/1", "two Sec-WebSocket-Key fields with the same key", requires, shouldRefuse, c.Append("Sec-WebSocket-Key", "{key}"))),
		noted(doubledField, request("rfc6455/11.3.1/2", "two Sec-WebSocket-Key fields with different keys", requires, shouldRefuse, c.Append("Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODw=="))),
	}
}

// rfc6455Section11_3_2: Sec-WebSocket-Extensions.
func rfc6455Section11_3_2() []*c.Case {
	split := may(request("rfc6455/11.3.2/1", "permessage-deflate offered in the second of two fields", []string{"RFC6455-11.3.2-1", "RFC6455-9.1-4"}, mustAccept,
		c.Append("Sec-WebSocket-Extensions", "wsspec-unknown"), c.Append("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")))
	return []*c.Case{noted("The client may split the list, so a server must accept both fields. The server may choose which extensions it accepts.", split)}
}

// rfc6455Section11_3_3: Sec-WebSocket-Accept.
func rfc6455Section11_3_3() []*c.Case {
	requires := []string{"RFC6455-11.3.3-2", "RFC6455-4.1-57"}
	wrongValue := []string{"RFC6455-4.1-53", "RFC6455-11.3.3-2", "RFC6455-4.1-57"}
	const wrong = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	return []*c.Case{
		noted("The field 'MUST NOT appear more than once in an HTTP response'. Both fields are correct here, so a client that opens the connection is NON-STRICT.",
			response("rfc6455/11.3.3/1", "two correct Sec-WebSocket-Accept fields", requires, shouldNotOpen, c.Append("Sec-WebSocket-Accept", "{accept}"))),
		noted("A client MUST fail the connection if a Sec-WebSocket-Accept field has a wrong value (RFC 6455 4.1).",
			response("rfc6455/11.3.3/2", "a correct Sec-WebSocket-Accept, then a wrong one", wrongValue, mustNotOpen, c.Append("Sec-WebSocket-Accept", wrong))),
		response("rfc6455/11.3.3/3", "a wrong Sec-WebSocket-Accept, then a correct one", wrongValue, mustNotOpen, c.Prepend("Sec-WebSocket-Accept", wrong)),
	}
}

// rfc6455Section11_3_4: Sec-WebSocket-Protocol.
func rfc6455Section11_3_4() []*c.Case {
	applied := func(id, title string, requires []string, outcomes []c.Outcome, value string) *c.Case {
		k := response(id, title, requires, outcomes, c.Append("Sec-WebSocket-Protocol", value))
		k.Script.Applies = []c.Condition{c.HasField("Sec-WebSocket-Protocol")}
		return noted("The case needs a client that asks for subprotocols. Their names are compared with regard to case (RFC 6455 4.1).", k)
	}
	asked := []c.Edit{c.Append("Sec-WebSocket-Protocol", "wsspec-a.example"), c.Append("Sec-WebSocket-Protocol", "wsspec-b.example, wsspec-c.example")}
	return []*c.Case{
		noted("A server selects one of the subprotocols, selects none, or refuses the connection because it supports none of them.",
			request("rfc6455/11.3.4/1", "a list of subprotocols split over two fields", []string{"RFC6455-11.3.4-2", "RFC6455-11.3.4-1", "RFC6455-4.2.2-14"}, mayDecline, asked...)),
		response("rfc6455/11.3.4/2", "two Sec-WebSocket-Protocol fields in the response", []string{"RFC6455-11.3.4-3", "RFC6455-4.1-56"}, mustNotOpen,
			c.Append("Sec-WebSocket-Protocol", "wsspec-a.example"), c.Append("Sec-WebSocket-Protocol", "wsspec-b.example")),
		applied("rfc6455/11.3.4/3", "the first subprotocol that the client asked for", []string{"RFC6455-4.1-42"}, mustOpen, "{subprotocol}"),
		applied("rfc6455/11.3.4/4", "the last subprotocol that the client asked for", []string{"RFC6455-4.1-42"}, mustOpen, "{subprotocol last}"),
		applied("rfc6455/11.3.4/5", "the first subprotocol that the client asked for, with upper and lower case exchanged", []string{"RFC6455-4.1-56", "RFC6455-7.2.1-1"}, mustNotOpen, "{subprotocol swapped}"),
	}
}

// rfc6455Section11_3_5: Sec-WebSocket-Version.
func rfc6455Section11_3_5() []*c.Case {
	requires := []string{"RFC6455-11.3.5-3", "RFC6455-4.2.1-2"}
	return []*c.Case{
		noted(doubledField, request("rfc6455/11.3.5/1", "two Sec-WebSocket-Version fields with the value 13", requires, shouldRefuse, c.Append("Sec-WebSocket-Version", "13"))),
		noted(doubledField, request("rfc6455/11.3.5/2", "two Sec-WebSocket-Version fields with the values 13 and 8", requires, shouldRefuse, c.Append("Sec-WebSocket-Version", "8"))),
		noted(doubledField, request("rfc6455/11.3.5/3", "two Sec-WebSocket-Version fields with the values 8 and 13", requires, shouldRefuse, c.Prepend("Sec-WebSocket-Version", "8"))),
	}
}
