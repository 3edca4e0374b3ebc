package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section4_1: the client's opening handshake, and its reaction to the
// server's response.
func rfc6455Section4_1() []*c.Case {
	var cases []*c.Case
	add := func(more ...*c.Case) { cases = append(cases, more...) }
	add(clientRequests()...)
	add(statuses()...)
	add(responseUpgrades()...)
	add(responseAccepts()...)
	add(responseChoices()...)
	add(responseForms()...)
	add(bodilessResponses()...)
	add(interimResponses()...)
	add(cutResponses()...)
	add(strangeResponses()...)
	add(addressInHost())
	return cases
}

// clientRequests: the parts of the client's request. Each case checks one part only,
// so a wrong part does not fail the cases about the others.
func clientRequests() []*c.Case {
	held := clientRequest("rfc6455/4.1/12", "the client sends nothing before the response arrives", "RFC6455-4.1-41")
	held.Script.Opening = &c.Opening{Hold: true}
	fresh := clientRequest("rfc6455/4.1/10", "the key differs from the keys of the client's earlier connections", "RFC6455-4.1-29")
	fresh.Script.PlaysBefore = 1
	return []*c.Case{
		clientRequest("rfc6455/4.1/1", "the client connects and sends a well-formed request", "RFC6455-4.1-2", "RFC6455-4.1-19", "RFC6455-4.1-20"),
		clientRequest("rfc6455/4.1/2", "the method of a client's request", "RFC6455-4.1-21"),
		clientRequest("rfc6455/4.1/3", "the HTTP version of a client's request", "RFC6455-4.1-22"),
		clientRequest("rfc6455/4.1/4", "the target of a client's request", "RFC6455-4.1-23"),
		clientRequest("rfc6455/4.1/5", "the Host of a client's request", "RFC6455-4.1-24"),
		clientRequest("rfc6455/4.1/6", "the Upgrade field of a client's request", "RFC6455-4.1-25"),
		clientRequest("rfc6455/4.1/7", "the Connection field of a client's request", "RFC6455-4.1-26"),
		clientRequest("rfc6455/4.1/8", "the Sec-WebSocket-Key of a client's request: one field, 16 octets", "RFC6455-4.1-27", "RFC6455-4.1-28", "RFC6455-11.3.1-1"),
		noted("The unused bits must be zero. The sample key of RFC 6455 1.3 breaks this rule (erratum 3150).",
			clientRequest("rfc6455/4.1/9", "the unused bits of the base64 key in a client's request", "RFC6455-4.1-E3150")),
		noted("The harness compares the keys of all connections of a client, in every case.", fresh),
		clientRequest("rfc6455/4.1/11", "the Sec-WebSocket-Version of a client's request: one field, 13", "RFC6455-4.1-33", "RFC6455-4.1-34", "RFC6455-11.3.5-2"),
		held,
		noted("The connection arrives at the harness's own port, without a proxy between.",
			should(clientRequest("rfc6455/4.1/13", "the client connects directly, without a proxy", "RFC6455-4.1-11"))),
	}
}

// refusedClient is a case with an HTTP response other than 101. The client may treat
// it as plain HTTP and keep the connection for another request (RFC6455-4.1-43). It
// must not send frames on it. The greeting stands where HTTP has the body of the response:
// a client that reads HTTP takes it for no frame.
func refusedClient(id, title string, requires []string, status int, reason string, edits ...c.Edit) *c.Case {
	edits = append([]c.Edit{c.Status(status, reason)}, edits...)
	if status == 204 { // has no body, so that HTTP ends the connection here
		edits = append(edits, c.Replace("Connection", "Upgrade, close"))
	} else {
		edits = append(edits, c.Append("Content-Length", fmt.Sprint(greeting.Payload.Len()+2)))
	}
	kept := isSlow
	kept.Behavior = verdict.Informational
	k := response(id, title, requires, []c.Outcome{failsIt, kept}, edits...)
	k.Note = "The client may keep the TCP connection for another HTTP request, and may send that. It must not send a frame."
	return k
}

func statuses() []*c.Case {
	var cases []*c.Case
	for _, s := range []struct {
		id     string
		code   int
		reason string
	}{
		{"rfc6455/4.1/14", 200, "OK"}, {"rfc6455/4.1/15", 201, "Created"}, {"rfc6455/4.1/16", 204, "No Content"}, {"rfc6455/4.1/17", 400, "Bad Request"}, {"rfc6455/4.1/18", 403, "Forbidden"},
		{"rfc6455/4.1/19", 404, "Not Found"}, {"rfc6455/4.1/20", 500, "Internal Server Error"}, {"rfc6455/4.1/21", 503, "Service Unavailable"},
	} {
		cases = append(cases, refusedClient(s.id, fmt.Sprintf("a response with status %d, otherwise a valid 101 response", s.code),
			[]string{"RFC6455-4.1-43", "RFC6455-4.1-42", "RFC6455-7.2.1-1"}, s.code, s.reason))
	}
	return cases
}

// responseUpgrades: steps 2 and 3 of the client's checks.
func responseUpgrades() []*c.Case {
	cases := []*c.Case{response("rfc6455/4.1/22", "a response without an Upgrade field", []string{"RFC6455-4.1-46", "RFC6455-4.1-42", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Upgrade"))}
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.1/23", ""}, {"rfc6455/4.1/24", "h2c"}, {"rfc6455/4.1/25", "websockets"}, {"rfc6455/4.1/26", "xwebsocket"},
	} {
		cases = append(cases, response(t.id, fmt.Sprintf("a response with Upgrade: %q", t.value), []string{"RFC6455-4.1-47", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Upgrade", t.value)))
	}
	cases = append(cases, noted("A client MUST fail the connection if the field 'contains a value that is not an ASCII case-insensitive match for the value \"websocket\"' (RFC 6455 4.1). A list with another protocol contains one.",
		response("rfc6455/4.1/27", "a response with Upgrade: foo, websocket", []string{"RFC6455-4.1-47", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Upgrade", "foo, websocket"))))
	for _, t := range []struct{ id, value string }{{"rfc6455/4.1/28", "WebSocket"}, {"rfc6455/4.1/29", "WEBSOCKET"}} {
		cases = append(cases, response(t.id, fmt.Sprintf("a response with Upgrade: %s", t.value), []string{"RFC6455-4.1-48"}, mustOpen, c.Replace("Upgrade", t.value)))
	}
	cases = append(cases, response("rfc6455/4.1/30", "a response without a Connection field", []string{"RFC6455-4.1-49", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Connection")))
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.1/31", ""}, {"rfc6455/4.1/32", "keep-alive"}, {"rfc6455/4.1/33", "close"}, {"rfc6455/4.1/34", "upgradex"},
		{"rfc6455/4.1/35", "xupgradey"},
	} {
		cases = append(cases, response(t.id, fmt.Sprintf("a response with Connection: %q", t.value), []string{"RFC6455-4.1-50", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Connection", t.value)))
	}
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.1/36", "upgrade"}, {"rfc6455/4.1/37", "UPGRADE"}, {"rfc6455/4.1/38", "keep-alive, Upgrade"}, {"rfc6455/4.1/39", "Upgrade, keep-alive"},
	} {
		cases = append(cases, response(t.id, fmt.Sprintf("a response with Connection: %s", t.value), []string{"RFC6455-4.1-51"}, mustOpen, c.Replace("Connection", t.value)))
	}
	return append(cases,
		response("rfc6455/4.1/40", "two Connection fields in the response, Upgrade in the second", []string{"RFC6455-4.1-51"}, mustOpen, c.Prepend("Connection", "keep-alive")))
}

// responseAccepts: step 4 of the client's checks.
func responseAccepts() []*c.Case {
	cases := []*c.Case{response("rfc6455/4.1/41", "a response without a Sec-WebSocket-Accept field", []string{"RFC6455-4.1-52", "RFC6455-7.2.1-1"}, mustNotOpen, c.Remove("Sec-WebSocket-Accept"))}
	for _, bad := range []struct{ id, title, value string }{
		{"rfc6455/4.1/42", "an empty Sec-WebSocket-Accept", ""},
		{"rfc6455/4.1/43", "the key itself as Sec-WebSocket-Accept", "{key}"},
		{"rfc6455/4.1/44", "a Sec-WebSocket-Accept computed from the decoded key", "{accept decoded}"},
		{"rfc6455/4.1/45", "a Sec-WebSocket-Accept without its padding", "{accept cut}"},
		{"rfc6455/4.1/46", "a Sec-WebSocket-Accept in lower case", "{accept lower}"},
		{"rfc6455/4.1/47", "a Sec-WebSocket-Accept with one extra letter", "{accept}A"},
		{"rfc6455/4.1/48", "a Sec-WebSocket-Accept in quotes", `"{accept}"`},
		{"rfc6455/4.1/49", "the Sec-WebSocket-Accept for the RFC's sample key", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
	} {
		cases = append(cases, response(bad.id, bad.title, []string{"RFC6455-4.1-53", "RFC6455-7.2.1-1"}, mustNotOpen, c.Replace("Sec-WebSocket-Accept", bad.value)))
	}
	return append(cases,
		response("rfc6455/4.1/50", "a Sec-WebSocket-Accept with spaces and tabs around it", []string{"RFC6455-4.1-54"}, mustOpen, c.Replace("Sec-WebSocket-Accept", " \t {accept} \t ")))
}

// responseChoices: steps 5 and 6 of the client's checks.
func responseChoices() []*c.Case {
	extension, subprotocol := []string{"RFC6455-4.1-55", "RFC6455-7.2.1-1"}, []string{"RFC6455-4.1-56", "RFC6455-7.2.1-1"}
	none := []c.Condition{c.LacksField("Sec-WebSocket-Extensions")}
	unasked := response("rfc6455/4.1/53", "permessage-deflate in the response to a client that offered no extension", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "permessage-deflate"))
	unasked.Script.Applies = none
	const empty = "An empty field is not the same as an absent field and is not legal (RFC 6455 4.2.2). A client MUST fail the connection if the response 'does not conform to the requirements for the server's handshake' (4.1)."
	return []*c.Case{
		response("rfc6455/4.1/51", "an extension in the response that the client did not offer", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "wsspec-unasked")),
		response("rfc6455/4.1/52", "an extension with parameters in the response that the client did not offer", extension, mustNotOpen, c.Append("Sec-WebSocket-Extensions", "wsspec-unasked; a=1; b")),
		unasked,
		response("rfc6455/4.1/54", "a subprotocol in the response that the client did not ask for", subprotocol, mustNotOpen, c.Append("Sec-WebSocket-Protocol", "wsspec-unasked.example")),
		noted(empty, response("rfc6455/4.1/55", "an empty Sec-WebSocket-Protocol in the response", []string{"RFC6455-4.1-57", "RFC6455-4.2.2-17"}, mustNotOpen, c.Append("Sec-WebSocket-Protocol", ""))),
		noted(empty, response("rfc6455/4.1/56", "an empty Sec-WebSocket-Extensions in the response", []string{"RFC6455-4.1-57", "RFC6455-4.2.2-21"}, mustNotOpen, c.Append("Sec-WebSocket-Extensions", ""))),
	}
}

// responseForms: other valid and invalid forms of a response.
func responseForms() []*c.Case {
	form := []string{"RFC6455-4.1-57", "RFC6455-7.2.1-1"}
	raw := func(id, title string, requires []string, outcomes []c.Outcome, line string) *c.Case {
		k := response(id, title, requires, outcomes)
		k.Script.Opening.Raw = line + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
		return k
	}
	chopped := response("rfc6455/4.1/69", "a response sent octet by octet", []string{"RFC6455-4.1-42"}, mustOpen)
	chopped.Script.Opening.Chop = c.ChopOctets
	with := only(wire.RoleClient, &c.Case{
		ID: "rfc6455/4.1/70", Title: "a text message in the same segment as the response", Requires: []string{"RFC6455-4.2.2-30"}, Level: verdict.May,
		Script: c.Script{Opening: &c.Opening{With: []c.Frame{greeting}}, Outcomes: mustOpen},
	})
	const own = "A client ignores the reason phrase (RFC 7230 3.1.2)."
	return []*c.Case{
		noted("HTTP/1.0 has no status 101. RFC 6455 4.2.2 requires a 101 status line 'as per RFC 2616', but no clause names the HTTP version. A client that opens the connection is NON-STRICT.",
			response("rfc6455/4.1/57", "a 101 response with the version HTTP/1.0", []string{"RFC6455-4.2.2-22", "RFC6455-4.1-57", "RFC6455-7.2.1-1"}, shouldNotOpen, c.HTTPVersion("HTTP/1.0"))),
		raw("rfc6455/4.1/58", "a status line with the protocol RTSP/1.0", form, mustNotOpen, "RTSP/1.0 101 Switching Protocols"),
		raw("rfc6455/4.1/59", "a status line with the status 1O1 (letter O)", form, mustNotOpen, "HTTP/1.1 1O1 Switching Protocols"),
		raw("rfc6455/4.1/60", "a status line without an HTTP version", form, mustNotOpen, "101 Switching Protocols"),
		raw("rfc6455/4.1/61", "a response without a status line", form, mustNotOpen, "X-Wsspec: 101"),
		noted("A status code has exactly three digits (RFC 7230 3.1.2).", raw("rfc6455/4.1/62", "a status line with the status 1010", form, mustNotOpen, "HTTP/1.1 1010 Switching Protocols")),
		noted(own, raw("rfc6455/4.1/63", "a 101 response with another reason phrase", []string{"RFC6455-4.1-42"}, mustOpen, "HTTP/1.1 101 Web Socket Protocol Handshake")),
		noted(own, raw("rfc6455/4.1/64", "a 101 response with an empty reason phrase", []string{"RFC6455-4.1-42"}, mustOpen, "HTTP/1.1 101 ")),
		response("rfc6455/4.1/65", "response field names in lower case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("upgrade", "websocket"), c.Replace("connection", "Upgrade"), c.Replace("sec-websocket-accept", "{accept}")),
		response("rfc6455/4.1/66", "response field names in upper case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("UPGRADE", "websocket"), c.Replace("CONNECTION", "Upgrade"), c.Replace("SEC-WEBSOCKET-ACCEPT", "{accept}")),
		response("rfc6455/4.1/67", "response field names in mixed case", []string{"RFC6455-4.1-58"}, mustOpen,
			c.Replace("uPgRaDe", "websocket"), c.Replace("cONNECTION", "Upgrade"), c.Replace("Sec-Websocket-accepT", "{accept}")),
		response("rfc6455/4.1/68", "response fields in another order, mixed with unknown fields", []string{"RFC6455-4.1-42"}, mustOpen,
			c.Prepend("Date", "Mon, 12 Dec 2011 00:00:00 GMT"), c.Remove("Upgrade"), c.Append("X-Wsspec", "1"), c.Append("Upgrade", "websocket"), c.Append("Set-Cookie", "a=b")),
		chopped,
		noted("The server may send frames directly after its response (RFC 6455 4.2.2), and TCP may deliver both together. A client that loses the frames is FAILED.", with),
		noted("HTTP allows these octets in a field value (RFC 7230 3.2.6). A client that reads the field as UTF-8 must fail the connection (RFC 6455 8.1). A client that does not read it may open the connection.",
			response("rfc6455/4.1/71", "an unknown field in the response with octets that are not UTF-8", []string{"RFC6455-8.1-3"}, mayOpen, c.Append("X-Wsspec", "\xff\xfe"))),
	}
}
