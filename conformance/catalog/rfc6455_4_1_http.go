package catalog

import (
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// bodilessResponses: a 101 response has no body, whatever its fields say (RFC 9112 6.3).
func bodilessResponses() []*c.Case {
	const none = "A server must not send this field with 101 (RFC 9110 8.6, RFC 9112 6.1). A 1xx response ends with its empty line all the same (RFC 9112 6.3). A client that fails the connection is NON-STRICT. A client that takes frames for a body is FAILED."
	requires := []string{"RFC6455-4.1-42"}
	return []*c.Case{
		noted(none, response("rfc6455/4.1/72", "a 101 response with Content-Length: 0", requires, shouldOpen, c.Append("Content-Length", "0"))),
		noted(none, response("rfc6455/4.1/73", "a 101 response with Content-Length: 5", requires, shouldOpen, c.Append("Content-Length", "5"))),
		noted(none, response("rfc6455/4.1/74", "a 101 response with Transfer-Encoding: chunked", requires, shouldOpen, c.Append("Transfer-Encoding", "chunked"))),
	}
}

// interimResponses: other 1xx responses may come before the 101 (RFC 9110 15.2).
func interimResponses() []*c.Case {
	const (
		goOn  = "HTTP/1.1 100 Continue\r\n\r\n"
		hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
		note  = "'A client MUST be able to parse one or more 1xx responses received prior to a final response, even if the client does not expect one' (RFC 9110 15.2). RFC 6455 4.1 has a client handle every other status than 101 as HTTP says."
	)
	before := func(id, title, interim string, cuts ...c.LineCut) *c.Case {
		k := response(id, title, []string{"RFC6455-4.1-43", "RFC6455-4.1-42"}, mustOpen)
		k.Script.Opening.Preface, k.Script.Opening.LineCuts = interim, cuts
		return noted(note, k)
	}
	return []*c.Case{
		before("rfc6455/4.1/75", "a 100 response, then the 101 response in the same segment", goOn),
		before("rfc6455/4.1/76", "a 103 response with a field, then the 101 response in the same segment", hints),
		before("rfc6455/4.1/77", "a 103 response with a field, then the 101 response in another segment", hints, c.CutAfter(3)),
		before("rfc6455/4.1/78", "a 100 response and two 103 responses, then the 101 response", goOn+hints+hints),
		before("rfc6455/4.1/79", "a response with the unknown status 199, then the 101 response", "HTTP/1.1 199 Wsspec\r\n\r\n"),
	}
}

// cutResponses: TCP may cut a response anywhere. The lines are the status line, Upgrade,
// Connection and Sec-WebSocket-Accept.
func cutResponses() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct {
		id, where string
		cuts      []c.LineCut
	}{
		{"rfc6455/4.1/80", "after its status line", []c.LineCut{c.CutAfter(1)}},
		{"rfc6455/4.1/81", "after its Connection field", []c.LineCut{c.CutAfter(3)}},
		{"rfc6455/4.1/82", "before its empty line", []c.LineCut{{Line: -1}}},
		{"rfc6455/4.1/83", "between CR and LF of its status line", []c.LineCut{{Line: 1, Octet: -1}}},
		{"rfc6455/4.1/84", "between CR and LF of its empty line", []c.LineCut{{Line: -1, Octet: 1}}},
		{"rfc6455/4.1/85", "inside its status", []c.LineCut{{Octet: len("HTTP/1.1 1")}}},
		{"rfc6455/4.1/86", "inside its Sec-WebSocket-Accept", []c.LineCut{{Line: 3, Octet: len("Sec-WebSocket-Accept: ") + 11}}},
		{"rfc6455/4.1/87", "after each of its lines", []c.LineCut{c.CutAfter(1), c.CutAfter(2), c.CutAfter(3), {Line: -1}}},
	} {
		k := response(t.id, "a response cut "+t.where, []string{"RFC6455-4.1-42"}, mustOpen)
		k.Script.Opening.LineCuts = t.cuts
		cases = append(cases, k)
	}
	cut := response("rfc6455/4.1/88", "a response with the first octet of a frame, then the rest of the frame", []string{"RFC6455-4.2.2-30"}, mustOpen)
	cut.Script.Opening.With, cut.Script.Opening.LineCuts, cut.Script.Steps = []c.Frame{greeting}, []c.LineCut{{Line: 5, Octet: 1}}, nil
	return append(cases, may(cut))
}

// strangeResponses: many fields, control characters, and names that a library may give
// a meaning to.
func strangeResponses() []*c.Case {
	const replaced = "A recipient of a NUL or a bare CR in a field value refuses the message or puts a space in its place (RFC 9110 5.5, RFC 9112 2.2). With a space, the response is not valid."
	const object = "In some languages every object has a property of that name. A client must look only for what it has asked for."
	extension, subprotocol := []string{"RFC6455-4.1-55", "RFC6455-7.2.1-1"}, []string{"RFC6455-4.1-56", "RFC6455-7.2.1-1"}
	cases := []*c.Case{
		noted("A client may have a limit to what it reads. A client that fails the connection is NON-STRICT.",
			response("rfc6455/4.1/89", "3000 unknown fields before the others in a response", []string{"RFC6455-4.1-42"}, shouldOpen, c.Prepend("X-Wsspec", strings.Repeat("1\r\nX-Wsspec: ", 2999)+"1"))),
		noted(replaced, response("rfc6455/4.1/90", "a response with websocket, NUL and x in its Upgrade field", []string{"RFC6455-4.1-47", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Upgrade", "websocket\x00x"))),
		noted(replaced, response("rfc6455/4.1/91", "a response with a NUL and x after its Sec-WebSocket-Accept", []string{"RFC6455-4.1-53", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Sec-WebSocket-Accept", "{accept}\x00x"))),
		noted(replaced, response("rfc6455/4.1/92", "a response without Upgrade but one behind a bare CR in another field", []string{"RFC6455-4.1-46", "RFC6455-7.2.1-1"}, mustNotOpen,
			c.Remove("Upgrade"), c.Append("X-Wsspec", "1\rUpgrade: websocket"))),
	}
	for _, t := range []struct{ id, name string }{{"rfc6455/4.1/93", "constructor"}, {"rfc6455/4.1/94", "__proto__"}, {"rfc6455/4.1/95", "toString"}} {
		cases = append(cases, noted(object, response(t.id, "a response with the extension "+t.name+", which the client did not offer", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", t.name))))
	}
	for _, t := range []struct{ id, name string }{{"rfc6455/4.1/96", "constructor"}, {"rfc6455/4.1/97", "toString"}} {
		cases = append(cases, noted(object, response(t.id, "a response with the subprotocol "+t.name+", which the client did not ask for", subprotocol, mustNotOpen, c.Append("Sec-WebSocket-Protocol", t.name))))
	}
	return cases
}

// addressInHost: the Host of a URL with an IPv6 address.
func addressInHost() *c.Case {
	k := clientRequest("rfc6455/4.1/98", "the Host of a client's request for a URL with an IPv6 address and a port", "RFC6455-4.1-24")
	k.Script.Host = "[::1]"
	return noted("The case needs a client that wsspec starts, and a machine with an IPv6 loopback address.", only(wire.RoleClient, k))
}
