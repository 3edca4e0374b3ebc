package catalog

import (
	"fmt"
	"strings"

	c "github.com/wsspec/wsspec/conformance"
)

// rfc6455Section4_2_1: what a server reads in the client's opening handshake.
func rfc6455Section4_2_1() []*c.Case {
	var cases []*c.Case
	add := func(more ...*c.Case) { cases = append(cases, more...) }
	add(requestLine()...)
	add(hostFields()...)
	add(upgradeFields()...)
	add(keyFields()...)
	add(versionFields()...)
	add(otherFields()...)
	return numbered("rfc6455/4.2.1", cases...)
}

// requestLine: item 1 of the clause.
func requestLine() []*c.Case {
	var cases []*c.Case
	for _, method := range []string{"POST", "PUT", "HEAD", "OPTIONS", "get", "FOO"} {
		cases = append(cases, noted("Where the method asks for no WebSocket, an answer of plain HTTP is recorded and not judged.",
			request(fmt.Sprintf("an opening request with the method %s", method), []string{"RFC6455-4.2.1-3", "RFC6455-4.2.1-2"}, noHandshake, c.Method(method))))
	}
	for _, version := range []string{"HTTP/1.0", "HTTP/0.9", "HTTP/1", "HTTP/x.y", "HTTPS/1.1"} {
		cases = append(cases, request(fmt.Sprintf("an opening request of the version %s", version), []string{"RFC6455-4.2.1-4", "RFC6455-4.2.1-2"}, mustRefuse, c.HTTPVersion(version)))
	}
	target := func(title, t string) *c.Case {
		return noted("RFC 6455 4.2.1 asks for a Request-URI, and RFC 7230 3.1.1 says only that a server SHOULD answer a malformed one with 400; opening the connection is NON-STRICT.",
			request(title, []string{"RFC6455-4.2.1-6", "RFC6455-4.2.1-2"}, shouldRefuse, c.RequestTarget(t)))
	}
	octets := func(k *c.Case) *c.Case {
		k.Requires = append(k.Requires, "RFC6455-8.1-3")
		return k
	}
	return append(cases,
		target("a request target with a fragment", "{target}#fragment"),
		target("a request target with a space in it", "{target} more"),
		target("a request target with a control character in it", "{target}\x01"),
		target("a request target without a slash at its beginning", "chat"),
		target("a request target that is a ws URI", "ws://{host}{target}"),
		octets(target("a request target with octets that are no UTF-8", "{target}?a=\xff\xfe")),
		noted("The clause is a SHOULD: the request target 'should be interpreted as a /resource name/ … (or an absolute HTTP/HTTPS URI containing the /resource name/)'.",
			soft(request("a request target that is an absolute http URI", []string{"RFC6455-4.2.1-5"}, shouldAccept, c.RequestTarget("http://{host}{target}")))),
		soft(request("a request target that is an absolute URI with an upper-case scheme", []string{"RFC6455-4.2.1-5"}, shouldAccept, c.RequestTarget("HTTP://{host}{target}"))),
		request("a request target with a query and an escaped number sign", []string{"RFC6455-4.2.1-1"}, mustAccept, c.RequestTarget("{target}?a=b%23c&d")),
	)
}

// hostFields: item 2.
func hostFields() []*c.Case {
	host := []string{"RFC6455-4.2.1-7", "RFC6455-4.2.1-2"}
	other := request("the Host of another server", host, []c.Outcome{openedBut(c.InformationalBehavior), refusedBut(c.InformationalBehavior)}, c.Replace("Host", "another.example"))
	other.Level = c.Informational
	const twice = "RFC 7230 5.4 bids a server answer a second Host field with 400; RFC 6455 and the RFC 2616 that it cites do not say so, so opening the connection is NON-STRICT."
	return []*c.Case{
		request("an opening request without Host", host, mustRefuse, c.Remove("Host")),
		noted(twice, request("two Host fields, the same twice", host, shouldRefuse, c.Append("Host", "{host}"))),
		noted(twice, request("two Host fields that differ", host, shouldRefuse, c.Append("Host", "another.example"))),
		noted("The field has to contain the server's authority; but HTTP has uses for an empty one (RFC 7230 5.4), so opening the connection is NON-STRICT.",
			request("an empty Host field", host, shouldRefuse, c.Replace("Host", ""))),
		noted("RFC 7230 5.4 bids a server answer an invalid Host with 400; RFC 6455 does not say so by itself, so opening the connection is NON-STRICT.",
			request("a Host field with a space and a slash in it", host, shouldRefuse, c.Replace("Host", "a b/c"))),
		noted("Whether a server knows more names than one is its own business.", other),
	}
}

// upgradeFields: items 3 and 4.
func upgradeFields() []*c.Case {
	const plain = "A request that asks for no WebSocket may get an answer of plain HTTP, which is recorded and not judged; it must not get a 101."
	var cases []*c.Case
	upgrade, connection := []string{"RFC6455-4.2.1-8", "RFC6455-4.2.1-2"}, []string{"RFC6455-4.2.1-10", "RFC6455-4.2.1-2"}
	cases = append(cases,
		noted(plain, request("an opening request without Upgrade", upgrade, noHandshake, c.Remove("Upgrade"))),
		noted(plain, request("an empty Upgrade field", upgrade, noHandshake, c.Replace("Upgrade", ""))))
	for _, value := range []string{"h2c", "websocket2", "xwebsocket", "web socket"} {
		cases = append(cases, noted(plain, request(fmt.Sprintf("an opening request with Upgrade: %s", value), upgrade, noHandshake, c.Replace("Upgrade", value))))
	}
	for _, value := range []string{"WebSocket", "WEBSOCKET"} {
		cases = append(cases, request(fmt.Sprintf("an opening request with Upgrade: %s", value), []string{"RFC6455-4.2.1-9"}, mustAccept, c.Replace("Upgrade", value)))
	}
	const list = "The clause speaks of the value 'websocket' and HTTP of a list of protocols: a server may take it or refuse it in order."
	cases = append(cases,
		noted(list, request("an Upgrade field that lists another protocol before websocket", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Replace("Upgrade", "foo, websocket"))),
		noted(list, request("an Upgrade field that lists another protocol behind websocket", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Replace("Upgrade", "websocket, foo/2"))),
		noted(list, request("two Upgrade fields, the second for websocket", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Prepend("Upgrade", "foo"))),
		noted(plain, request("an opening request without Connection", connection, noHandshake, c.Remove("Connection"))),
		noted(plain, request("an empty Connection field", connection, noHandshake, c.Replace("Connection", ""))))
	for _, value := range []string{"keep-alive", "close", "upgradex", "xupgradey", "x-upgrade"} {
		cases = append(cases, noted(plain, request(fmt.Sprintf("an opening request with Connection: %s", value), connection, noHandshake, c.Replace("Connection", value))))
	}
	cases = append(cases, noted("A list without its comma leaves the grammar and names no token Upgrade; a server that finds one all the same is NON-STRICT.",
		request("an opening request with Connection: keep-alive Upgrade", connection, shouldRefuse, c.Replace("Connection", "keep-alive Upgrade"))))
	for _, value := range []string{"upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade, keep-alive", "keep-alive,upgrade"} {
		cases = append(cases, request(fmt.Sprintf("an opening request with Connection: %s", value), []string{"RFC6455-4.2.1-11"}, mustAccept, c.Replace("Connection", value)))
	}
	return append(cases,
		request("two Connection fields, Upgrade in the second", []string{"RFC6455-4.2.1-11"}, mustAccept, c.Prepend("Connection", "keep-alive")),
		request("two Connection fields, Upgrade in the first", []string{"RFC6455-4.2.1-11"}, mustAccept, c.Append("Connection", "keep-alive")))
}

// keyFields: item 5.
func keyFields() []*c.Case {
	const undecoded = "The clause asks for 16 octets in base64, and 4.2.2 says: 'It is not necessary for the server to base64-decode the |Sec-WebSocket-Key| value.' A server that opens the connection is NON-STRICT, and its Sec-WebSocket-Accept has to be right for the key as it stands."
	var cases []*c.Case
	field := []string{"RFC6455-4.2.1-13", "RFC6455-4.2.2-9", "RFC6455-4.2.1-2"}
	cases = append(cases,
		request("an opening request without Sec-WebSocket-Key", []string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Key")),
		noted("The grammar of 4.3 is base64-value-non-empty, so that nothing needs to be decoded to find it broken.",
			request("an empty Sec-WebSocket-Key", []string{"RFC6455-4.2.1-13", "RFC6455-4.2.1-22"}, mustRefuse, c.Replace("Sec-WebSocket-Key", ""))))
	for _, bad := range []struct{ title, key string }{
		{"a key of 15 octets", "AAECAwQFBgcICQoLDA0O"},
		{"a key of 17 octets", "AAECAwQFBgcICQoLDA0ODxA="},
		{"a key of one octet", "AA=="},
		{"a key of 48 octets", strings.Repeat("AAECAwQFBgcICQoLDA0O", 3) + "AAEC"},
		{"a key that is not base64", "!!!!!!!!!!!!!!!!!!!!!!=="},
		{"a key in the alphabet for URLs", "-_-_-_-_-_-_-_-_-_-_-w=="},
		{"a key without its padding", "AAECAwQFBgcICQoLDA0ODw"},
		{"a key with a space inside", "AAECAwQFBgcI CQoLDA0ODw=="},
	} {
		cases = append(cases, noted(undecoded, request(bad.title, field, shouldRefuse, c.Replace("Sec-WebSocket-Key", bad.key))))
	}
	return cases
}

// versionFields: item 6.
func versionFields() []*c.Case {
	cases := []*c.Case{
		request("an opening request without Sec-WebSocket-Version", []string{"RFC6455-4.2.1-14", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Version")),
		request("an empty Sec-WebSocket-Version", []string{"RFC6455-4.2.1-22", "RFC6455-4.3-2"}, mustRefuse, c.Replace("Sec-WebSocket-Version", "")),
	}
	other := []string{"RFC6455-4.2.1-15", "RFC6455-4.2.2-10"}
	for _, version := range []string{"0", "12", "14", "25", "255"} {
		cases = append(cases, request("an opening request of the protocol's version "+version, other, mustRefuse, c.Replace("Sec-WebSocket-Version", version)))
	}
	for _, version := range []string{"7", "8"} {
		cases = append(cases, noted("A server may speak earlier drafts beside version 13 (RFC 6455 4.4); their frames are the same here.",
			request("an opening request of the protocol's version "+version, other, mayAccept, c.Replace("Sec-WebSocket-Version", version))))
	}
	for _, version := range []string{"013", "+13", "-13", "13.0", "0x0d", "1e1", "256", "99999", "13;", "13, 8", "8, 13", "thirteen"} {
		cases = append(cases, noted("The grammar of a request's version is a number from 0 to 255 without leading zeros (RFC 6455 4.3); a breach of it is to be answered with an HTTP error (4.2.1).",
			request(fmt.Sprintf("an opening request with Sec-WebSocket-Version: %s", version), []string{"RFC6455-4.2.1-22", "RFC6455-4.3-2"}, mustRefuse, c.Replace("Sec-WebSocket-Version", version))))
	}
	return cases
}

// otherFields: items 7 to 10, and what surrounds all of them.
func otherFields() []*c.Case {
	unknown, order := []string{"RFC6455-4.2.1-20"}, []string{"RFC6455-4.2.1-21"}
	chopped := func(title string, chop c.Chop) *c.Case {
		k := request(title, []string{"RFC6455-4.2.1-1"}, mustAccept)
		k.Script.Opening.Chop = chop
		return k
	}
	raw := func(title string, requires []string, outcomes []c.Outcome, text string) *c.Case {
		k := request(title, requires, outcomes)
		k.Script.Opening.Raw = text
		return k
	}
	const space = "White space on both sides of a field's value is no part of it (RFC 7230 3.2.4)."
	const lines = "HTTP says that lines end in CRLF and lets a server take a bare LF (RFC 7230 3.5), so both are right."
	lf := raw("an opening request whose lines end in a bare LF", []string{"RFC6455-4.2.1-2"},
		[]c.Outcome{openedBut(c.InformationalBehavior), refusedBut(c.InformationalBehavior), {Behavior: c.InformationalBehavior, Ending: c.NotOpened()}},
		"GET {target} HTTP/1.1\nHost: {host}\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Key: {key}\nSec-WebSocket-Version: 13\n\n")
	lf.Level = c.Informational
	early := request("a text message in the same segment as the opening request", []string{"RFC6455-4.1-41"},
		[]c.Outcome{
			openedBut(c.InformationalBehavior), refusedBut(c.InformationalBehavior), {Behavior: c.InformationalBehavior, Ending: c.NotOpened()},
			{Behavior: c.NonStrict, Events: []c.Expect{c.Accepted()}, Ending: harnessCloses},
		})
	early.Script.Opening.With, early.Script.Steps = []c.Frame{greeting}, nil
	early.Level = c.Informational
	return []*c.Case{
		request("unknown fields in an opening request", unknown, mustAccept,
			c.Append("X-Wsspec", "anything"), c.Append("x-wsspec-quoted", `"a;b", {c}`), c.Append("X_Under_Score", "1"), c.Append("X-Empty", ""), c.Append("User-Agent", "wsspec")),
		request("a cookie of 4000 octets", unknown, mustAccept, c.Append("Cookie", "wsspec="+strings.Repeat("x", 4000-len("wsspec=")))),
		request("an unknown field with a name of Sec-WebSocket", unknown, mustAccept, c.Append("Sec-WebSocket-Wsspec", "a, b; c")),
		request("the fields of an opening request with Host last", order, mustAccept, c.Remove("Host"), c.Append("Host", "{host}")),
		request("the fields of an opening request in the reverse order", order, mustAccept,
			c.Remove("Upgrade"), c.Prepend("Upgrade", "websocket"), c.Remove("Connection"), c.Prepend("Connection", "Upgrade"),
			c.Remove("Sec-WebSocket-Key"), c.Prepend("Sec-WebSocket-Key", "{key}"), c.Remove("Sec-WebSocket-Version"), c.Prepend("Sec-WebSocket-Version", "13")),
		request("field names in lower case", order, mustAccept,
			c.Replace("host", "{host}"), c.Replace("upgrade", "websocket"), c.Replace("connection", "Upgrade"), c.Replace("sec-websocket-key", "{key}"), c.Replace("sec-websocket-version", "13")),
		request("field names in upper case", order, mustAccept,
			c.Replace("HOST", "{host}"), c.Replace("UPGRADE", "websocket"), c.Replace("CONNECTION", "Upgrade"), c.Replace("SEC-WEBSOCKET-KEY", "{key}"), c.Replace("SEC-WEBSOCKET-VERSION", "13")),
		noted(space, request("values with spaces and tabs on both sides", []string{"RFC6455-4.3-7"}, mustAccept,
			c.Replace("Upgrade", " \t websocket \t "), c.Replace("Connection", "\t Upgrade\t"), c.Replace("Sec-WebSocket-Version", "  13\t"))),
		noted(space, raw("values without a space behind the colon", []string{"RFC6455-4.3-7"}, mustAccept,
			"GET {target} HTTP/1.1\r\nHost:{host}\r\nUpgrade:websocket\r\nConnection:Upgrade\r\nSec-WebSocket-Key:{key}\r\nSec-WebSocket-Version:13\r\n{fields}\r\n")),
		noted("A space before the colon is an error that a server MUST answer with 400 (RFC 7230 3.2.4); RFC 2616, which RFC 6455 cites, was less plain, so opening the connection is NON-STRICT.",
			request("a space between a field's name and its colon", []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-2"}, shouldRefuse, c.Remove("Upgrade"), c.Append("Upgrade ", "websocket"))),
		noted("A line that is no field leaves the form of HTTP.",
			request("a field whose name has a space in it", []string{"RFC6455-4.2.1-2"}, shouldRefuse, c.Append("X Wsspec", "1"))),
		noted("Folded lines are obsolete, and a server may refuse them (RFC 7230 3.2.4).",
			request("an unknown field whose value is folded over two lines", []string{"RFC6455-4.2.1-20", "RFC6455-4.3-7"}, acceptOrRefuse, c.Append("X-Wsspec", "one\r\n two"))),
		noted("HTTP permits such octets in a field's value (RFC 7230 3.2.6), and a server that does not read the field need not look at them; one that reads it as UTF-8 has to refuse it (RFC 6455 8.1).",
			request("an unknown field with octets that are no UTF-8", []string{"RFC6455-4.2.1-20", "RFC6455-8.1-3"}, acceptOrRefuse, c.Append("X-Wsspec", "\xff\xfe"))),
		chopped("an opening request octet by octet", c.ChopOctets),
		chopped("an opening request in writes of 7 octets", 7),
		noted(lines, lf),
		noted("A client must not send frames before it has the response, so a server may take them or refuse the connection, which is recorded. One that opens the connection and loses them is NON-STRICT: what follows the request is frames, in whatever segments it comes.", early),
	}
}
