package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// cutRequests: TCP may cut a request anywhere. The lines are the request line, Host,
// Upgrade, Connection, Sec-WebSocket-Key and Sec-WebSocket-Version.
func cutRequests() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct {
		id, where string
		cuts      []c.LineCut
	}{
		{"rfc6455/4.2.1/101", "after its request line", []c.LineCut{c.CutAfter(1)}},
		{"rfc6455/4.2.1/102", "after its Host field", []c.LineCut{c.CutAfter(2)}},
		{"rfc6455/4.2.1/103", "after its Upgrade field", []c.LineCut{c.CutAfter(3)}},
		{"rfc6455/4.2.1/104", "after its Connection field", []c.LineCut{c.CutAfter(4)}},
		{"rfc6455/4.2.1/105", "after its Sec-WebSocket-Key field", []c.LineCut{c.CutAfter(5)}},
		{"rfc6455/4.2.1/106", "before its empty line", []c.LineCut{{Line: -1}}},
		{"rfc6455/4.2.1/107", "between CR and LF of its request line", []c.LineCut{{Line: 1, Octet: -1}}},
		{"rfc6455/4.2.1/108", "between CR and LF of its last field", []c.LineCut{{Line: -1, Octet: -1}}},
		{"rfc6455/4.2.1/109", "between CR and LF of its empty line", []c.LineCut{{Line: -1, Octet: 1}}},
		{"rfc6455/4.2.1/110", "inside its method", []c.LineCut{{Octet: 2}}},
		{"rfc6455/4.2.1/111", "inside its HTTP version", []c.LineCut{{Line: 1, Octet: -4}}},
		{"rfc6455/4.2.1/112", "inside the name of a field", []c.LineCut{{Line: 2, Octet: 3}}},
		{"rfc6455/4.2.1/113", "between the colon and the value of a field", []c.LineCut{{Line: 2, Octet: len("Upgrade:")}}},
		{"rfc6455/4.2.1/114", "inside its key", []c.LineCut{{Line: 4, Octet: len("Sec-WebSocket-Key: ") + 11}}},
		{"rfc6455/4.2.1/115", "after each of its first six lines", []c.LineCut{c.CutAfter(1), c.CutAfter(2), c.CutAfter(3), c.CutAfter(4), c.CutAfter(5), c.CutAfter(6)}},
	} {
		k := request(t.id, "an opening request cut "+t.where, []string{"RFC6455-4.2.1-1"}, mustAccept)
		k.Script.Opening.LineCuts = t.cuts
		cases = append(cases, k)
	}
	return cases
}

// largeRequests: many fields, and names that a library may give a meaning to.
func largeRequests() []*c.Case {
	unknown := []string{"RFC6455-4.2.1-20"}
	const limit = "A server may have a limit to what it reads (RFC 6455 10.4). It then answers with the status 431, 413 or 414; another 4xx is NON-STRICT (RFC 9110 5.4). A server that only closes the TCP connection is FAILED."
	many := func(n int) string { return strings.Repeat("1\r\nX-Wsspec: ", n-1) + "1" }
	return []*c.Case{
		noted(limit, request("rfc6455/4.2.1/116", "150 unknown fields before the others in an opening request", unknown, mustAcceptLarge, c.Prepend("X-Wsspec", many(150)))),
		noted(limit, request("rfc6455/4.2.1/117", "3000 unknown fields before the others in an opening request", unknown, mustAcceptLarge, c.Prepend("X-Wsspec", many(3000)))),
		noted(limit, request("rfc6455/4.2.1/118", "3000 unknown fields after the others in an opening request", unknown, mustAcceptLarge, c.Append("X-Wsspec", many(3000)))),
		request("rfc6455/4.2.1/119", "unknown fields named __proto__, constructor, toString and hasOwnProperty", unknown, mustAccept,
			c.Append("__proto__", "1"), c.Append("constructor", "1"), c.Append("toString", "1"), c.Append("hasOwnProperty", "1")),
		noted(limit, request("rfc6455/4.2.1/141", "a request target of about 8000 octets", []string{"RFC6455-4.2.1-1"}, mustAcceptLarge, c.RequestTarget("{target}?"+strings.Repeat("x", 8000)))),
		noted(limit, request("rfc6455/4.2.1/142", "a cookie of 30000 octets", unknown, mustAcceptLarge, c.Append("Cookie", "wsspec="+strings.Repeat("x", 30000-len("wsspec="))))),
	}
}

// controlCharacters: a recipient refuses NUL and a bare CR in the value of a field, or
// puts a space in their place (RFC 9110 5.5).
func controlCharacters() []*c.Case {
	const replaced = "A recipient of a NUL or a bare CR in a field value refuses the message or puts a space in its place (RFC 9110 5.5, RFC 9112 2.2). "
	const invalid = replaced + "With a space, the field is not what RFC 6455 4.2.1 requires, so a server that opens the connection is FAILED."
	const unused = replaced + "Whether a server that opens the connection has done so is not visible, so it is NON-STRICT."
	form := []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-2"}
	return []*c.Case{
		noted(invalid, request("rfc6455/4.2.1/120", "a Sec-WebSocket-Version of 13, NUL and 0", []string{"RFC6455-4.2.1-15", "RFC6455-4.3-2"}, mustRefuse, c.Replace("Sec-WebSocket-Version", "13\x000"))),
		noted(invalid, request("rfc6455/4.2.1/121", "an Upgrade field with websocket, NUL and x", []string{"RFC6455-4.2.1-8", "RFC6455-4.2.1-2"}, noHandshake, c.Replace("Upgrade", "websocket\x00x"))),
		noted(invalid, request("rfc6455/4.2.1/122", "a Connection field with Upgrade, NUL and x", []string{"RFC6455-4.2.1-10", "RFC6455-4.2.1-2"}, noHandshake, c.Replace("Connection", "Upgrade\x00x"))),
		noted(invalid, request("rfc6455/4.2.1/123", "no Sec-WebSocket-Version but one behind a bare CR in another field", []string{"RFC6455-4.2.1-14", "RFC6455-4.2.1-2"}, mustRefuse,
			c.Remove("Sec-WebSocket-Version"), c.Append("X-Wsspec", "1\rSec-WebSocket-Version: 13"))),
		noted(unused, request("rfc6455/4.2.1/124", "a NUL in an unknown field of an opening request", form, shouldRefuse, c.Append("X-Wsspec", "a\x00b"))),
		noted(unused, request("rfc6455/4.2.1/125", "a bare CR in an unknown field of an opening request", form, shouldRefuse, c.Append("X-Wsspec", "a\rb"))),
	}
}

// requestBodies: what follows a request with Content-Length or Transfer-Encoding is its
// body, and no frame (RFC 9112 6).
func requestBodies() []*c.Case {
	const body = "HTTP says where the body of a request ends (RFC 9112 6.3). A server may refuse an opening request with a body. A server that takes the body for a frame is FAILED."
	header := func(f c.Frame) string { return fmt.Sprint(f.Payload.Len() + 6) } // 2 octets and the masking key
	framed := func(id, title string, f c.Frame) *c.Case {
		k := request(id, title, []string{"RFC6455-4.2.1-1", "RFC6455-4.2.1-2"}, acceptOrRefuse, c.Append("Content-Length", header(f)))
		k.Script.Opening.With = []c.Frame{f}
		return noted(body, k)
	}
	chunked := request("rfc6455/4.2.1/128", "an opening request whose chunked body is a ping", []string{"RFC6455-4.2.1-1", "RFC6455-4.2.1-2"}, acceptOrRefuse, c.Append("Transfer-Encoding", "chunked"))
	chunked.Script.Opening.Body = "a\r\n\x89\x84\x00\x00\x00\x00body\r\n0\r\n\r\n"
	return []*c.Case{
		framed("rfc6455/4.2.1/126", "an opening request whose body is a ping", c.Ping(c.Octets("body"))),
		framed("rfc6455/4.2.1/127", "an opening request whose body is a text message", c.Text(c.Octets("this is a body"))),
		noted(body, chunked),
		request("rfc6455/4.2.1/129", "an opening request with Content-Length: 0", []string{"RFC6455-4.2.1-20"}, mustAccept, c.Append("Content-Length", "0")),
	}
}

// keptConnections: each request on a connection is one of its own (RFC 9112 9.3).
func keptConnections() []*c.Case {
	const kept = "A server need not keep a connection for another request (RFC 9112 9.3). The case is UNIMPLEMENTED if it does not."
	after := func(k *c.Case, earlier ...c.Earlier) *c.Case {
		k.Script.Opening.Earlier = earlier
		return noted(kept, k)
	}
	good := []string{"RFC6455-4.2.1-1", "RFC6455-4.2.2-26"}
	plain := c.Earlier{Plain: true}
	post := c.Earlier{Plain: true, Edits: []c.Edit{c.Method("POST"), c.Append("Content-Length", "5")}, Body: "hello"}
	head := c.Earlier{Plain: true, Edits: []c.Edit{c.Method("HEAD")}}
	version := c.Earlier{Edits: []c.Edit{c.Replace("Sec-WebSocket-Version", "99")}}
	keyless := c.Earlier{Edits: []c.Edit{c.Remove("Sec-WebSocket-Key")}}
	asking := c.Earlier{Edits: []c.Edit{
		c.Replace("Sec-WebSocket-Version", "99"), c.Append("Sec-WebSocket-Protocol", "wsspec-a.example"), c.Append("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
	}}
	without := []c.Outcome{openedBut(verdict.OK, c.LacksField("Sec-WebSocket-Protocol"), c.LacksField("Sec-WebSocket-Extensions"))}
	return []*c.Case{
		after(request("rfc6455/4.2.1/130", "a plain GET request, then an opening request on the same connection", good, mustAccept), plain),
		after(request("rfc6455/4.2.1/131", "two plain GET requests, then an opening request on the same connection", good, mustAccept), plain, plain),
		after(request("rfc6455/4.2.1/132", "a HEAD request, then an opening request on the same connection", good, mustAccept), head),
		after(request("rfc6455/4.2.1/133", "a POST request with a body, then an opening request on the same connection", good, mustAccept), post),
		after(request("rfc6455/4.2.1/134", "a request with a wrong version, then a valid one with another key on the same connection", good, mustAccept), version),
		after(request("rfc6455/4.2.1/135", "a request without a key, then a valid one on the same connection", good, mustAccept), keyless),
		after(request("rfc6455/4.2.1/136", "a wrong request that offers an extension and a subprotocol, then a valid one without on the same connection",
			[]string{"RFC6455-4.2.2-20", "RFC6455-4.2.2-16"}, without, c.Remove("Sec-WebSocket-Protocol"), c.Remove("Sec-WebSocket-Extensions")), asking),
		after(request("rfc6455/4.2.1/137", "a request with a wrong version, then one without a key on the same connection",
			[]string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Key")), version),
		after(request("rfc6455/4.2.1/138", "a request without a key, then one without a version on the same connection",
			[]string{"RFC6455-4.2.1-14", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Version")), keyless),
		only(wire.RoleServer, noted("The first connection stays open and silent. A server that serves one connection at a time does not answer the second one.", &c.Case{
			ID: "rfc6455/4.2.1/139", Title: "a connection on which nothing is sent, then a message on another one", Requires: []string{"RFC6455-4.2.2-1"},
			Script: c.Script{Opening: &c.Opening{Silent: true}, Steps: []c.Step{c.Connect{Keep: true}, send(greeting)}, Outcomes: mustOpen},
		})),
		only(wire.RoleServer, noted("The first connection stays open with half of an opening request. A server that serves one connection at a time does not answer the second one.", &c.Case{
			ID: "rfc6455/4.2.1/140", Title: "a connection with half of an opening request, then a message on another one", Requires: []string{"RFC6455-4.2.2-1"},
			Script: c.Script{Opening: &c.Opening{Silent: true, Preface: "GET / HTTP/1.1\r\nHost: "}, Steps: []c.Step{c.Connect{Keep: true}, send(greeting)}, Outcomes: mustOpen},
		})),
	}
}
