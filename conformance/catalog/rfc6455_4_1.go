package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section4_1: the client's opening handshake, and what it makes of the
// server's.
func rfc6455Section4_1() []*c.Case {
	var cases []*c.Case
	add := func(more ...*c.Case) { cases = append(cases, more...) }
	add(clientRequests()...)
	add(statuses()...)
	add(responseUpgrades()...)
	add(responseAccepts()...)
	add(responseChoices()...)
	add(responseForms()...)
	return numbered("rfc6455/4.1", cases...)
}

// clientRequests: the request, by its parts. A connection on which one part is
// wrong still tells of the others.
func clientRequests() []*c.Case {
	held := asks("silence of the client until it has the response", "RFC6455-4.1-41")
	held.Script.Opening = &c.Opening{Hold: true}
	return []*c.Case{
		asks("a connection, a request, and a well-formed one", "RFC6455-4.1-2", "RFC6455-4.1-19", "RFC6455-4.1-20"),
		asks("the method of a client's request", "RFC6455-4.1-21"),
		asks("the HTTP version of a client's request", "RFC6455-4.1-22"),
		asks("the target of a client's request", "RFC6455-4.1-23"),
		asks("the Host of a client's request", "RFC6455-4.1-24"),
		asks("the Upgrade field of a client's request", "RFC6455-4.1-25"),
		asks("the Connection field of a client's request", "RFC6455-4.1-26"),
		asks("the key of a client's request: one, of 16 octets", "RFC6455-4.1-27", "RFC6455-4.1-28", "RFC6455-11.3.1-1"),
		noted("The sample key of RFC 6455 1.3 is wrong in this itself (erratum 3150).",
			asks("the unused bits of a client's key", "RFC6455-4.1-E3150")),
		noted("The harness compares the keys of all connections of one client, in every case.",
			asks("a key that no earlier connection of the client had", "RFC6455-4.1-29")),
		asks("the version of a client's request: one, and 13", "RFC6455-4.1-33", "RFC6455-4.1-34", "RFC6455-11.3.5-2"),
		held,
		noted("The connection comes to the harness's own port, past no proxy.",
			soft(asks("a connection that is made directly", "RFC6455-4.1-11"))),
	}
}

// refusedClient is a case where the response is an HTTP answer other than 101.
// A client that treats it as plain HTTP may keep the connection for another
// request (RFC6455-4.1-43); it must not use it as a WebSocket.
func refusedClient(title string, requires []string, status int, reason string, edits ...c.Edit) *c.Case {
	edits = append([]c.Edit{c.Status(status, reason)}, edits...)
	if status != 204 {
		edits = append(edits, c.Append("Content-Length", "0"))
	}
	kept := isSlow
	kept.Behavior = c.InformationalBehavior
	k := response(title, requires, []c.Outcome{failsIt, kept}, edits...)
	k.Note = "A client that keeps the connection for another HTTP request is within its rights; no frame may come."
	return k
}

func statuses() []*c.Case {
	var cases []*c.Case
	for _, s := range []struct {
		code   int
		reason string
	}{
		{200, "OK"}, {201, "Created"}, {204, "No Content"}, {400, "Bad Request"}, {403, "Forbidden"},
		{404, "Not Found"}, {500, "Internal Server Error"}, {503, "Service Unavailable"},
	} {
		cases = append(cases, refusedClient(fmt.Sprintf("a response with status %d and all else as in a 101", s.code),
			[]string{"RFC6455-4.1-43", "RFC6455-4.1-42", "RFC6455-7.2.1-1"}, s.code, s.reason))
	}
	return cases
}

// responseUpgrades: steps 2 and 3 of what a client checks.
func responseUpgrades() []*c.Case {
	cases := []*c.Case{response("a response without Upgrade", []string{"RFC6455-4.1-46", "RFC6455-4.1-42", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Upgrade"))}
	for _, value := range []string{"", "h2c", "websockets", "xwebsocket"} {
		cases = append(cases, response(fmt.Sprintf("a response with Upgrade: %q", value), []string{"RFC6455-4.1-47", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Upgrade", value)))
	}
	cases = append(cases, noted("The value has to be websocket and nothing else; clients that read a list are NON-STRICT.",
		response("a response that lists another protocol before websocket", []string{"RFC6455-4.1-47"}, shouldNotOpen, c.Replace("Upgrade", "foo, websocket"))))
	for _, value := range []string{"WebSocket", "WEBSOCKET"} {
		cases = append(cases, response(fmt.Sprintf("a response with Upgrade: %s", value), []string{"RFC6455-4.1-48"}, mustOpen, c.Replace("Upgrade", value)))
	}
	cases = append(cases, response("a response without Connection", []string{"RFC6455-4.1-49", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Connection")))
	for _, value := range []string{"", "keep-alive", "close", "upgradex", "xupgradey"} {
		cases = append(cases, response(fmt.Sprintf("a response with Connection: %q", value), []string{"RFC6455-4.1-50", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Connection", value)))
	}
	for _, value := range []string{"upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade, keep-alive"} {
		cases = append(cases, response(fmt.Sprintf("a response with Connection: %s", value), []string{"RFC6455-4.1-51"}, mustOpen, c.Replace("Connection", value)))
	}
	return append(cases,
		response("two Connection fields in the response, Upgrade in the second", []string{"RFC6455-4.1-51"}, mustOpen, c.Prepend("Connection", "keep-alive")))
}

// responseAccepts: step 4.
func responseAccepts() []*c.Case {
	cases := []*c.Case{response("a response without Sec-WebSocket-Accept", []string{"RFC6455-4.1-52", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Sec-WebSocket-Accept"))}
	for _, bad := range []struct{ title, value string }{
		{"an empty Sec-WebSocket-Accept", ""},
		{"the key itself as Sec-WebSocket-Accept", "{key}"},
		{"a Sec-WebSocket-Accept made from the decoded key", "{accept decoded}"},
		{"a Sec-WebSocket-Accept without its padding", "{accept cut}"},
		{"a Sec-WebSocket-Accept in lower case", "{accept lower}"},
		{"a Sec-WebSocket-Accept with a letter more", "{accept}A"},
		{"a Sec-WebSocket-Accept in quotes", `"{accept}"`},
		{"the Sec-WebSocket-Accept of the RFC's sample key", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
	} {
		cases = append(cases, response(bad.title, []string{"RFC6455-4.1-53", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Sec-WebSocket-Accept", bad.value)))
	}
	return append(cases,
		response("a Sec-WebSocket-Accept with spaces and tabs on both sides", []string{"RFC6455-4.1-54"}, mustOpen, c.Replace("Sec-WebSocket-Accept", " \t {accept} \t ")))
}

// responseChoices: steps 5 and 6.
func responseChoices() []*c.Case {
	extension, subprotocol := []string{"RFC6455-4.1-55", "RFC6455-7.2.1-1"}, []string{"RFC6455-4.1-56", "RFC6455-7.2.1-1"}
	none := []c.Condition{c.LacksField("Sec-WebSocket-Extensions")}
	unasked := response("permessage-deflate in the response to a client that offered nothing", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "permessage-deflate"))
	unasked.Script.Applies = none
	const empty = "An empty field is not the same as none (RFC 6455 4.2.2), and such a response is not as the server's rules have it; clients that take it for none are NON-STRICT."
	return []*c.Case{
		response("an extension in the response that no client offers", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "wsspec-unasked")),
		response("an extension with parameters in the response that no client offers", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "wsspec-unasked; a=1; b")),
		unasked,
		response("a subprotocol in the response that no client asks for", subprotocol, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-unasked.example")),
		noted(empty, response("an empty Sec-WebSocket-Protocol in the response", []string{"RFC6455-4.1-57", "RFC6455-4.2.2-17"}, shouldNotOpen, c.Append("Sec-WebSocket-Protocol", ""))),
		noted(empty, response("an empty Sec-WebSocket-Extensions in the response", []string{"RFC6455-4.1-57", "RFC6455-4.2.2-21"}, shouldNotOpen, c.Append("Sec-WebSocket-Extensions", ""))),
	}
}

// responseForms: what else a response may look like.
func responseForms() []*c.Case {
	form := []string{"RFC6455-4.1-57", "RFC6455-7.2.1-1"}
	raw := func(title string, requires []string, outcomes []c.Outcome, line string) *c.Case {
		k := response(title, requires, outcomes)
		k.Script.Opening.Raw = line + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
		return k
	}
	chopped := response("a response octet by octet", []string{"RFC6455-4.1-42"}, mustOpen)
	chopped.Script.Opening.Chop = c.ChopOctets
	with := only(wire.RoleClient, &c.Case{
		Title: "a text message in the same segment as the response", Requires: []string{"RFC6455-4.2.2-30"}, Level: c.May,
		Script: c.Script{Opening: &c.Opening{With: []c.Frame{greeting}}, Outcomes: mustOpen},
	})
	const own = "The reason phrase means nothing (RFC 7230 3.1.2)."
	return []*c.Case{
		noted("HTTP/1.0 has no status 101; RFC 6455 4.2.2 wants a status line with it 'as per RFC 2616', and no clause names the version, so a client that goes on is NON-STRICT.",
			response("a 101 of HTTP/1.0", form, shouldNotOpen, c.HTTPVersion("HTTP/1.0"))),
		raw("a status line of another protocol", form, mustNotOpen, "RTSP/1.0 101 Switching Protocols"),
		raw("a status line with a letter in its status", form, mustNotOpen, "HTTP/1.1 1O1 Switching Protocols"),
		raw("a status line without a version", form, mustNotOpen, "101 Switching Protocols"),
		raw("a response that begins with its fields", form, mustNotOpen, "X-Wsspec: 101"),
		noted("A status of four digits is no status (RFC 7230 3.1.2).", raw("a status line with the status 1010", form, mustNotOpen, "HTTP/1.1 1010 Switching Protocols")),
		noted(own, raw("a 101 with a reason phrase of its own", []string{"RFC6455-4.1-42"}, mustOpen, "HTTP/1.1 101 Web Socket Protocol Handshake")),
		noted(own, raw("a 101 with an empty reason phrase", []string{"RFC6455-4.1-42"}, mustOpen, "HTTP/1.1 101 ")),
		response("field names of the response in lower case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("upgrade", "websocket"), c.Replace("connection", "Upgrade"), c.Replace("sec-websocket-accept", "{accept}")),
		response("field names of the response in upper case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("UPGRADE", "websocket"), c.Replace("CONNECTION", "Upgrade"), c.Replace("SEC-WEBSOCKET-ACCEPT", "{accept}")),
		response("field names of the response in odd case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("uPgRaDe", "websocket"), c.Replace("cONNECTION", "Upgrade"), c.Replace("Sec-Websocket-accepT", "{accept}")),
		response("fields of the response in another order, with unknown ones between", []string{"RFC6455-4.1-42"}, mustOpen,
			c.Prepend("Date", "Mon, 12 Dec 2011 00:00:00 GMT"), c.Remove("Upgrade"), c.Append("X-Wsspec", "1"), c.Append("Upgrade", "websocket"), c.Append("Set-Cookie", "a=b")),
		chopped,
		noted("The server may send frames as soon as it has sent its response (RFC 6455 4.2.2), and TCP may deliver both at once; a client that loses them is broken.", with),
		noted("HTTP permits such octets in a field's value (RFC 7230 3.2.6); a client that reads the field as UTF-8 has to fail the connection (RFC 6455 8.1).",
			response("an unknown field of the response with octets that are no UTF-8", []string{"RFC6455-8.1-3"}, mayOpen, c.Append("X-Wsspec", "\xff\xfe"))),
	}
}
