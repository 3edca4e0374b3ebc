package catalog

import (
	"fmt"
	"slices"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// wrongWindows: window bits that no endpoint may use.
func wrongWindows() []*c.Case {
	const note = "An offer with such a value is invalid, and the server must decline it (RFC 7692 7). A server that refuses the whole request is recorded."
	declined := []c.Outcome{
		openedBut(verdict.OK, c.LacksField(extensions)), refusedBut(verdict.Informational), {Behavior: verdict.Informational, Ending: c.NotOpened()},
	}
	server := func(id, parameter string) *c.Case {
		offer := "permessage-deflate; " + parameter
		return noted(note, request(id, "an offer with "+parameter, []string{"RFC7692-7-2", "RFC7692-7-5"}, declined, c.Append(extensions, offer)))
	}
	client := func(id, parameter string) *c.Case {
		k := response(id, "a response with "+parameter, []string{"RFC7692-7-7", "RFC7692-5-15"}, mustNotOpen, c.Append(extensions, "permessage-deflate; "+parameter))
		k.Script.Applies = []c.Condition{c.Says(extensions, wire.DeflateName)}
		return k
	}
	return []*c.Case{
		server("security/window-client-0", "client_max_window_bits=0"), server("security/window-client-7", "client_max_window_bits=7"),
		server("security/window-client-16", "client_max_window_bits=16"), server("security/window-client-99", "client_max_window_bits=99"),
		server("security/window-server-0", "server_max_window_bits=0"), server("security/window-server-7", "server_max_window_bits=7"),
		server("security/window-server-16", "server_max_window_bits=16"), server("security/window-server-99", "server_max_window_bits=99"),
		server("security/window-server-huge", "server_max_window_bits=18446744073709551624"),
		server("security/window-client-negative", "client_max_window_bits=-8"),
		client("security/response-window-client-0", "client_max_window_bits=0"), client("security/response-window-client-7", "client_max_window_bits=7"),
		client("security/response-window-client-16", "client_max_window_bits=16"), client("security/response-window-client-99", "client_max_window_bits=99"),
		client("security/response-window-server-0", "server_max_window_bits=0"), client("security/response-window-server-7", "server_max_window_bits=7"),
		client("security/response-window-server-16", "server_max_window_bits=16"), client("security/response-window-server-99", "server_max_window_bits=99"),
	}
}

// smuggling: octets behind a request or response that one reader takes for one thing, and
// another reader for another.
func smuggling() []*c.Case {
	const second = "GET /wsspec-second HTTP/1.1\r\nHost: localhost\r\n\r\n"
	const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	const note = "The server may answer the second request as well, as HTTP has it. It must not take what follows a refused request for frames."
	hidden := c.Ping(c.Octets("smuggled"))
	version := []string{"RFC6455-4.2.1-15", "RFC6455-4.2.2-10"}
	refused := func(id, title string, requires []string, body string, with []c.Frame, edits ...c.Edit) *c.Case {
		k := request(id, title, requires, mustRefuse, edits...)
		k.Script.Opening.Body, k.Script.Opening.With = body, with
		return noted(note, k)
	}
	old, keyless := c.Replace("Sec-WebSocket-Version", "12"), c.Remove("Sec-WebSocket-Key")
	badVersion := func(id, value string) *c.Case {
		return refused(id, "a request with the version "+value+" and a ping behind it", version, "", []c.Frame{hidden}, c.Replace("Sec-WebSocket-Version", value))
	}
	// A server may refuse a body, or read over it and open the connection; it may do the
	// first with an HTTP error or by closing the connection.
	framed := func(id, title, body string, edits ...c.Edit) *c.Case {
		k := request(id, title, []string{"RFC6455-4.2.1-1", "RFC6455-4.2.1-2"}, acceptOrRefuse, edits...)
		k.Script.Opening.Body = body
		return noted("HTTP says where the body of a request ends (RFC 9112 6.3), and lets a server refuse a request where two fields say so. A server that takes the body for frames is FAILED.", k)
	}
	strange := func(id, title string, edits ...c.Edit) *c.Case {
		return noted("A server must refuse such a field (RFC 9112 5.1, 5.2, 6.3). RFC 6455 does not say so itself, so a server that opens the connection is NON-STRICT.",
			request(id, title, []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-2"}, shouldRefuse, edits...))
	}
	response := func(id, title, status, behind string, with []c.Frame) *c.Case {
		k := response(id, title, []string{"RFC6455-4.1-43", "RFC6455-7.2.1-1"}, mustNotOpen)
		k.Script.Opening.Raw = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n" + behind
		k.Script.Opening.With = with
		return k
	}
	const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
	chunked := c.Append("Transfer-Encoding", "chunked")
	return []*c.Case{
		badVersion("security/smuggle-version-0", "0"), badVersion("security/smuggle-version-12", "12"), badVersion("security/smuggle-version-99", "99"), badVersion("security/smuggle-version-1337", "1337"),
		refused("security/smuggle-request", "a request with a wrong version, then another request in the same write", version, second, nil, old),
		refused("security/smuggle-upgrade", "a request with a wrong version, then a valid opening request in the same write", version, upgrade, nil, old),
		refused("security/smuggle-key", "a request without a key, then another request in the same write", []string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, second, nil, keyless),
		refused("security/smuggle-frames", "a request without a key, and frames behind it", []string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, "", []c.Frame{hidden, greeting}, keyless),
		refused("security/smuggle-upgrade-other", "an upgrade to another protocol, and frames behind it", []string{"RFC6455-4.2.1-8", "RFC6455-4.2.1-2"}, "", []c.Frame{hidden}, c.Replace("Upgrade", "wsspec")),
		framed("security/smuggle-two-lengths", "a request with Content-Length and Transfer-Encoding, whose body is a ping", "8\r\n\x89\x82\x00\x00\x00\x00hi\r\n0\r\n\r\n", c.Append("Content-Length", "18"), chunked),
		framed("security/smuggle-chunked-request", "a request whose chunked body is another request", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(second), second), chunked),
		framed("security/smuggle-body-request", "a request whose body is another request", second, c.Append("Content-Length", fmt.Sprint(len(second)))),
		strange("security/smuggle-lengths-differ", "two Content-Length fields that differ", c.Append("Content-Length", "0"), c.Append("Content-Length", "5")),
		strange("security/smuggle-space", "a space before the colon of a field", c.Append("X-Wsspec ", "1")),
		noted("A server refuses a folded field, or reads the fold as a space (RFC 9112 5.2). Either way there is no version.",
			refused("security/smuggle-fold", "no Sec-WebSocket-Version but one in the second line of a folded field", []string{"RFC6455-4.2.1-14", "RFC6455-4.2.1-2"}, "", nil,
				c.Remove("Sec-WebSocket-Version"), c.Append("X-Wsspec", "1\r\n Sec-WebSocket-Version: 13"))),
		response("security/refused-frames", "a response of status 400, and frames behind it", "400 Bad Request", "", []c.Frame{hidden, greeting}),
		response("security/refused-101", "a response of status 400, then one of status 101", "400 Bad Request", switching, []c.Frame{greeting}),
		response("security/ok-101", "a response of status 200, then one of status 101", "200 OK", switching, []c.Frame{greeting}),
	}
}

// injection: values that a server may repeat in its response.
func injection() []*c.Case {
	const mark = "X-Wsspec-Injected"
	const note = "No field of the response may come from a value of the request. A server that refuses such a request, or closes the connection, is OK as well."
	outcomes := []c.Outcome{
		openedBut(verdict.OK, c.LacksField(mark)),
		{Behavior: verdict.OK, Events: []c.Expect{c.Refused(c.LacksField(mark))}, Ending: c.NotOpened()},
		{Behavior: verdict.Informational, Ending: c.NotOpened()},
	}
	inject := func(id, title string, edits ...c.Edit) *c.Case {
		return noted(note, request(id, title, validates, outcomes, edits...))
	}
	const protocol = "Sec-WebSocket-Protocol"
	percent := "wsspec%0d%0a" + mark + "%3a%201"
	return []*c.Case{
		inject("security/inject-subprotocol-cr", "a subprotocol with a bare CR and a field behind it", c.Append(protocol, "wsspec\r"+mark+": 1")),
		inject("security/inject-subprotocol-nul", "a subprotocol with a NUL and a field behind it", c.Append(protocol, "wsspec\x00"+mark+": 1")),
		inject("security/inject-subprotocol-percent", "a subprotocol with CR and LF as %0d%0a", c.Append(protocol, percent)),
		inject("security/inject-subprotocol-utf8", "a subprotocol with characters whose low octets are CR and LF", c.Append(protocol, "wsspec\u560d\u560a"+mark+": 1")),
		inject("security/inject-subprotocol-quoted", "a subprotocol in quotes with an escaped CR and LF", c.Append(protocol, `"wsspec\r\n`+mark+`: 1"`)),
		inject("security/inject-extension-cr", "the name of an extension with a bare CR and a field behind it", c.Append(extensions, "wsspec\r"+mark+": 1")),
		inject("security/inject-extension-percent", "the name of an extension with CR and LF as %0d%0a", c.Append(extensions, percent)),
		inject("security/inject-parameter-cr", "a quoted parameter with an escaped CR and a field behind it", c.Append(extensions, "permessage-deflate; server_max_window_bits=\"15\\\r"+mark+": 1\"")),
		inject("security/inject-target-percent", "a request target with CR and LF as %0d%0a", c.RequestTarget("{target}?next=%0d%0a"+mark+":%201")),
		inject("security/inject-target-cr", "a request target with a bare CR and a field behind it", c.RequestTarget("{target}?\r"+mark+":1")),
		inject("security/inject-version-percent", "a Sec-WebSocket-Version with CR and LF as %0d%0a", c.Replace("Sec-WebSocket-Version", "13%0d%0a"+mark+"%3a%201")),
	}
}

// longValues: values that a server may repeat in its response, and that are very long.
func longValues() []*c.Case {
	const long = 32 << 10
	name := strings.Repeat("wsspec-", long/7)
	outcomes := []c.Outcome{openedBut(verdict.OK), refusedBut(verdict.OK), {Behavior: verdict.Informational, Ending: c.NotOpened()}}
	return []*c.Case{
		request("security/long-subprotocol", "a subprotocol of 32 KiB", limits, outcomes, c.Append("Sec-WebSocket-Protocol", name)),
		request("security/long-extension", "an extension whose name has 32 KiB", limits, outcomes, c.Append(extensions, name)),
		noted("A server need not decode the key (RFC 6455 4.2.2), so one that opens the connection is NON-STRICT.",
			request("security/long-key", "a Sec-WebSocket-Key of 32 KiB", []string{"RFC6455-4.2.1-13", "RFC6455-4.2.2-9"}, shouldRefuse, c.Replace("Sec-WebSocket-Key", strings.Repeat("wsspec00", long/8)))),
		request("security/long-origin", "an Origin of 32 KiB", limits, outcomes, c.Append("Origin", "http://"+name+".example")),
		request("security/many-subprotocols", "4000 subprotocols", limits, outcomes, c.Append("Sec-WebSocket-Protocol", strings.Join(slices.Repeat([]string{"wsspec"}, 4000), ", "))),
	}
}

// foreignOrigins: pages of other sites. The cases need to know an origin that the server
// is to refuse.
func foreignOrigins() []*c.Case {
	const note = "The case is played only if --foreign-origin names an origin that the server is to refuse. "
	foreign := func(id, title, origin string, requires []string, outcomes []c.Outcome) *c.Case {
		k := request(id, title, requires, outcomes)
		k.Script.Origin = origin
		return noted(note+"A server should refuse it with 403 (RFC 6455 10.2). Any HTTP error is OK.", k)
	}
	alike := []c.Outcome{refused, {Behavior: verdict.OK, Ending: c.NotOpened()}, openedBut(verdict.NonStrict)}
	must := []c.Outcome{refused, dropped}
	unwanted, checks := []string{"RFC6455-4.2.2-8", "RFC6455-10.2-1"}, []string{"RFC6455-10.2-1"}
	return []*c.Case{
		foreign("security/foreign-origin", "an opening request of a foreign origin", "{foreign}", unwanted, must),
		foreign("security/foreign-origin-prefix", "an Origin whose host begins with the name of the server", "http://{host}.wsspec.example", checks, alike),
		foreign("security/foreign-origin-suffix", "an Origin with the name of the server in its path", "http://wsspec.example/{host}", checks, alike),
		foreign("security/foreign-origin-user", "an Origin with the name of the server before an @", "http://{host}@wsspec.example", checks, alike),
		foreign("security/foreign-origin-null", "the Origin null", "null", checks, alike),
	}
}
