package catalog

import (
	"fmt"
	"slices"
	"strings"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// rfc6455Section4_2_1: how a server reads the client's opening handshake.
func rfc6455Section4_2_1() []*c.Case {
	var cases []*c.Case
	add := func(more ...*c.Case) { cases = append(cases, more...) }
	add(requestLine()...)
	add(hostFields()...)
	add(upgradeFields()...)
	add(keyFields()...)
	add(versionFields()...)
	add(otherFields()...)
	add(cutRequests()...)
	add(largeRequests()...)
	add(controlCharacters()...)
	add(requestBodies()...)
	add(keptConnections()...)
	return cases
}

// requestLine: item 1 of the clause.
func requestLine() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct{ id, method string }{
		{"rfc6455/4.2.1/1", "POST"}, {"rfc6455/4.2.1/2", "PUT"}, {"rfc6455/4.2.1/3", "HEAD"}, {"rfc6455/4.2.1/4", "OPTIONS"},
		{"rfc6455/4.2.1/5", "get"}, {"rfc6455/4.2.1/6", "FOO"},
	} {
		cases = append(cases, noted("A request with this method does not ask for a WebSocket connection. A plain HTTP response is recorded and not judged.",
			request(t.id, fmt.Sprintf("an opening request with the method %s", t.method), []string{"RFC6455-4.2.1-3", "RFC6455-4.2.1-2"}, noHandshake, c.Method(t.method))))
	}
	for _, t := range []struct{ id, version string }{
		{"rfc6455/4.2.1/7", "HTTP/1.0"}, {"rfc6455/4.2.1/8", "HTTP/0.9"}, {"rfc6455/4.2.1/9", "HTTP/1"}, {"rfc6455/4.2.1/10", "HTTP/x.y"},
		{"rfc6455/4.2.1/11", "HTTPS/1.1"},
	} {
		cases = append(cases, request(t.id, fmt.Sprintf("an opening request with the version %s", t.version), []string{"RFC6455-4.2.1-4", "RFC6455-4.2.1-2"}, mustRefuse, c.HTTPVersion(t.version)))
	}
	target := func(id, title, t string) *c.Case {
		return noted("RFC 6455 4.2.1 requires a Request-URI. RFC 7230 3.1.1 says only that a server SHOULD answer a malformed one with 400. A server that opens the connection is NON-STRICT.",
			request(id, title, []string{"RFC6455-4.2.1-6", "RFC6455-4.2.1-2"}, shouldRefuse, c.RequestTarget(t)))
	}
	octets := func(k *c.Case) *c.Case {
		k.Requires = append(k.Requires, "RFC6455-8.1-3")
		return k
	}
	return append(cases,
		target("rfc6455/4.2.1/12", "a request target with a fragment", "{target}#fragment"),
		target("rfc6455/4.2.1/13", "a request target with a space", "{target} more"),
		target("rfc6455/4.2.1/14", "a request target with a control character", "{target}\x01"),
		target("rfc6455/4.2.1/15", "a request target that does not begin with a slash", "chat"),
		target("rfc6455/4.2.1/16", "a request target that is a ws URI", "ws://{host}{target}"),
		octets(target("rfc6455/4.2.1/17", "a request target with octets that are not UTF-8", "{target}?a=\xff\xfe")),
		noted("RFC 6455 4.2.1 has only a SHOULD: the request target 'should be interpreted as a /resource name/ … (or an absolute HTTP/HTTPS URI containing the /resource name/)'.",
			should(request("rfc6455/4.2.1/18", "a request target that is an absolute http URI", []string{"RFC6455-4.2.1-5"}, shouldAccept, c.RequestTarget("http://{host}{target}")))),
		should(request("rfc6455/4.2.1/19", "a request target that is an absolute URI with an upper-case scheme", []string{"RFC6455-4.2.1-5"}, shouldAccept, c.RequestTarget("HTTP://{host}{target}"))),
		request("rfc6455/4.2.1/20", "a request target with a query and an encoded number sign", []string{"RFC6455-4.2.1-1"}, mustAccept, c.RequestTarget("{target}?a=b%23c&d")),
	)
}

// hostFields: item 2.
func hostFields() []*c.Case {
	host := []string{"RFC6455-4.2.1-7", "RFC6455-4.2.1-2"}
	other := request("rfc6455/4.2.1/26", "a Host field that names another server", host, []c.Outcome{openedBut(verdict.Informational), refusedBut(verdict.Informational)}, c.Replace("Host", "another.example"))
	other.Level = verdict.LevelInformational
	// What HTTP says of the field's form is no more than its grammar to RFC 6455.
	form := []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-7", "RFC6455-4.2.1-2"}
	const twice = "RFC 7230 5.4 requires a 400 response to a second Host field. RFC 6455, and RFC 2616 that it cites, do not. A server that opens the connection is NON-STRICT."
	return []*c.Case{
		request("rfc6455/4.2.1/21", "an opening request without a Host field", host, mustRefuse, c.Remove("Host")),
		noted(twice, request("rfc6455/4.2.1/22", "two Host fields with the same value", form, shouldRefuse, c.Append("Host", "{host}"))),
		noted(twice, request("rfc6455/4.2.1/23", "two Host fields with different values", form, shouldRefuse, c.Append("Host", "another.example"))),
		noted("The field must contain the server's authority, but HTTP allows an empty field for some requests (RFC 7230 5.4). A server that opens the connection is NON-STRICT.",
			request("rfc6455/4.2.1/24", "an empty Host field", form, shouldRefuse, c.Replace("Host", ""))),
		noted("RFC 7230 5.4 requires a 400 response to an invalid Host. RFC 6455 itself does not. A server that opens the connection is NON-STRICT.",
			request("rfc6455/4.2.1/25", "a Host field with a space and a slash", form, shouldRefuse, c.Replace("Host", "a b/c"))),
		noted("A server may serve more than one host name, so both answers are recorded and not judged.", other),
	}
}

// upgradeFields: items 3 and 4.
func upgradeFields() []*c.Case {
	const plain = "This request does not ask for a WebSocket connection. A plain HTTP response is recorded and not judged. A 101 response is FAILED."
	var cases []*c.Case
	upgrade, connection := []string{"RFC6455-4.2.1-8", "RFC6455-4.2.1-2"}, []string{"RFC6455-4.2.1-10", "RFC6455-4.2.1-2"}
	cases = append(cases,
		noted(plain, request("rfc6455/4.2.1/27", "an opening request without an Upgrade field", upgrade, noHandshake, c.Remove("Upgrade"))),
		noted(plain, request("rfc6455/4.2.1/28", "an empty Upgrade field", upgrade, noHandshake, c.Replace("Upgrade", ""))))
	cases = append(cases, noted(plain+" A server that switches to HTTP/2, as the request asks, opens no WebSocket connection either.",
		request("rfc6455/4.2.1/29", "an opening request with Upgrade: h2c", upgrade, slices.Insert(slices.Clone(noHandshake), 2, switchedTo("h2c")), c.Replace("Upgrade", "h2c"))))
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.2.1/30", "websocket2"}, {"rfc6455/4.2.1/31", "xwebsocket"}, {"rfc6455/4.2.1/32", "web socket"},
	} {
		cases = append(cases, noted(plain, request(t.id, fmt.Sprintf("an opening request with Upgrade: %s", t.value), upgrade, noHandshake, c.Replace("Upgrade", t.value))))
	}
	for _, t := range []struct{ id, value string }{{"rfc6455/4.2.1/33", "WebSocket"}, {"rfc6455/4.2.1/34", "WEBSOCKET"}} {
		cases = append(cases, request(t.id, fmt.Sprintf("an opening request with Upgrade: %s", t.value), []string{"RFC6455-4.2.1-9"}, mustAccept, c.Replace("Upgrade", t.value)))
	}
	const list = "RFC 6455 4.2.1 requires the value 'websocket'. In HTTP the field is a list of protocols. The server may open the connection or refuse it with an HTTP error."
	cases = append(cases,
		noted(list, request("rfc6455/4.2.1/35", "an opening request with Upgrade: foo, websocket", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Replace("Upgrade", "foo, websocket"))),
		noted(list, request("rfc6455/4.2.1/36", "an opening request with Upgrade: websocket, foo/2", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Replace("Upgrade", "websocket, foo/2"))),
		noted(list, request("rfc6455/4.2.1/37", "two Upgrade fields, websocket in the second", []string{"RFC6455-4.2.1-9"}, acceptOrRefuse, c.Prepend("Upgrade", "foo"))),
		noted(plain, request("rfc6455/4.2.1/38", "an opening request without a Connection field", connection, noHandshake, c.Remove("Connection"))),
		noted(plain, request("rfc6455/4.2.1/39", "an empty Connection field", connection, noHandshake, c.Replace("Connection", ""))))
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.2.1/40", "keep-alive"}, {"rfc6455/4.2.1/41", "close"}, {"rfc6455/4.2.1/42", "upgradex"}, {"rfc6455/4.2.1/43", "xupgradey"},
		{"rfc6455/4.2.1/44", "x-upgrade"},
	} {
		cases = append(cases, noted(plain, request(t.id, fmt.Sprintf("an opening request with Connection: %s", t.value), connection, noHandshake, c.Replace("Connection", t.value))))
	}
	cases = append(cases, noted("Without the comma this is not a valid list, so it does not contain the token Upgrade. A server that finds the token and opens the connection is NON-STRICT.",
		request("rfc6455/4.2.1/45", "an opening request with Connection: keep-alive Upgrade", []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-10", "RFC6455-4.2.1-2"}, shouldRefuse, c.Replace("Connection", "keep-alive Upgrade"))))
	for _, t := range []struct{ id, value string }{
		{"rfc6455/4.2.1/46", "upgrade"}, {"rfc6455/4.2.1/47", "UPGRADE"}, {"rfc6455/4.2.1/48", "keep-alive, Upgrade"}, {"rfc6455/4.2.1/49", "Upgrade, keep-alive"},
		{"rfc6455/4.2.1/50", "keep-alive,upgrade"},
	} {
		cases = append(cases, request(t.id, fmt.Sprintf("an opening request with Connection: %s", t.value), []string{"RFC6455-4.2.1-11"}, mustAccept, c.Replace("Connection", t.value)))
	}
	return append(cases,
		request("rfc6455/4.2.1/51", "two Connection fields, Upgrade in the second", []string{"RFC6455-4.2.1-11"}, mustAccept, c.Prepend("Connection", "keep-alive")),
		request("rfc6455/4.2.1/52", "two Connection fields, Upgrade in the first", []string{"RFC6455-4.2.1-11"}, mustAccept, c.Append("Connection", "keep-alive")))
}

// keyFields: item 5.
func keyFields() []*c.Case {
	const undecoded = "RFC 6455 4.2.1 requires 16 octets in base64, but 4.2.2 says: 'It is not necessary for the server to base64-decode the |Sec-WebSocket-Key| value.' A server that opens the connection is NON-STRICT. Its Sec-WebSocket-Accept must be correct for the key as it was sent."
	var cases []*c.Case
	field := []string{"RFC6455-4.2.1-13", "RFC6455-4.2.2-9", "RFC6455-4.2.1-2"}
	cases = append(cases,
		request("rfc6455/4.2.1/53", "an opening request without a Sec-WebSocket-Key field", []string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Key")),
		noted("An empty field is no key: the grammar is base64-value-non-empty (RFC 6455 4.3). A server finds this without decoding the key.",
			request("rfc6455/4.2.1/54", "an empty Sec-WebSocket-Key", []string{"RFC6455-4.2.1-12", "RFC6455-4.2.1-2"}, mustRefuse, c.Replace("Sec-WebSocket-Key", ""))))
	for _, bad := range []struct{ id, title, key string }{
		{"rfc6455/4.2.1/55", "a key of 15 octets", "AAECAwQFBgcICQoLDA0O"},
		{"rfc6455/4.2.1/56", "a key of 17 octets", "AAECAwQFBgcICQoLDA0ODxA="},
		{"rfc6455/4.2.1/57", "a key of one octet", "AA=="},
		{"rfc6455/4.2.1/58", "a key of 48 octets", strings.Repeat("AAECAwQFBgcICQoLDA0O", 3) + "AAEC"},
		{"rfc6455/4.2.1/59", "a key that is not base64", "!!!!!!!!!!!!!!!!!!!!!!=="},
		{"rfc6455/4.2.1/60", "a key in the URL-safe base64 alphabet", "-_-_-_-_-_-_-_-_-_-_-w=="},
		{"rfc6455/4.2.1/61", "a key without its base64 padding", "AAECAwQFBgcICQoLDA0ODw"},
		{"rfc6455/4.2.1/62", "a key with a space inside", "AAECAwQFBgcI CQoLDA0ODw=="},
	} {
		cases = append(cases, noted(undecoded, request(bad.id, bad.title, field, shouldRefuse, c.Replace("Sec-WebSocket-Key", bad.key))))
	}
	return cases
}

// versionFields: item 6.
func versionFields() []*c.Case {
	cases := []*c.Case{
		request("rfc6455/4.2.1/63", "an opening request without a Sec-WebSocket-Version field", []string{"RFC6455-4.2.1-14", "RFC6455-4.2.1-2"}, mustRefuse, c.Remove("Sec-WebSocket-Version")),
		request("rfc6455/4.2.1/64", "an empty Sec-WebSocket-Version", []string{"RFC6455-4.2.1-15", "RFC6455-4.3-2", "RFC6455-4.2.2-10"}, mustRefuse, c.Replace("Sec-WebSocket-Version", "")),
	}
	other := []string{"RFC6455-4.2.1-15", "RFC6455-4.2.2-10"}
	for _, t := range []struct{ id, version string }{
		{"rfc6455/4.2.1/65", "0"}, {"rfc6455/4.2.1/66", "12"}, {"rfc6455/4.2.1/67", "14"}, {"rfc6455/4.2.1/68", "25"},
		{"rfc6455/4.2.1/69", "255"},
	} {
		cases = append(cases, request(t.id, "an opening request with Sec-WebSocket-Version: "+t.version, other, mustRefuse, c.Replace("Sec-WebSocket-Version", t.version)))
	}
	for _, t := range []struct{ id, version string }{{"rfc6455/4.2.1/70", "7"}, {"rfc6455/4.2.1/71", "8"}} {
		cases = append(cases, noted("A server may support earlier drafts as well as version 13 (RFC 6455 4.4). Their frames are the same in this case.",
			request(t.id, "an opening request with Sec-WebSocket-Version: "+t.version, []string{"RFC6455-4.4-2", "RFC6455-4.2.1-15", "RFC6455-4.2.2-10"}, mayAccept, c.Replace("Sec-WebSocket-Version", t.version))))
	}
	for _, t := range []struct{ id, version string }{
		{"rfc6455/4.2.1/72", "013"}, {"rfc6455/4.2.1/73", "+13"}, {"rfc6455/4.2.1/74", "-13"}, {"rfc6455/4.2.1/75", "13.0"},
		{"rfc6455/4.2.1/76", "0x0d"}, {"rfc6455/4.2.1/77", "1e1"}, {"rfc6455/4.2.1/78", "256"}, {"rfc6455/4.2.1/79", "99999"},
		{"rfc6455/4.2.1/80", "13;"}, {"rfc6455/4.2.1/81", "13, 8"}, {"rfc6455/4.2.1/82", "8, 13"}, {"rfc6455/4.2.1/83", "thirteen"},
	} {
		cases = append(cases, noted("The request needs a Sec-WebSocket-Version field 'with a value of 13' (RFC 6455 4.2.1). A version is a number from 0 to 255 without leading zeros (4.3), so this value is not 13, and the server MUST answer it with an HTTP error (4.2.2).",
			request(t.id, fmt.Sprintf("an opening request with Sec-WebSocket-Version: %s", t.version), []string{"RFC6455-4.2.1-15", "RFC6455-4.3-2", "RFC6455-4.2.2-10"}, mustRefuse, c.Replace("Sec-WebSocket-Version", t.version))))
	}
	return cases
}

// otherFields: items 7 to 10, and the form of the whole request.
func otherFields() []*c.Case {
	unknown, order := []string{"RFC6455-4.2.1-20"}, []string{"RFC6455-4.2.1-21"}
	chopped := func(id, title string, chop c.Chop) *c.Case {
		k := request(id, title, []string{"RFC6455-4.2.1-1"}, mustAccept)
		k.Script.Opening.Chop = chop
		return k
	}
	raw := func(id, title string, requires []string, outcomes []c.Outcome, text string) *c.Case {
		k := request(id, title, requires, outcomes)
		k.Script.Opening.Raw = text
		return k
	}
	const space = "White space before and after a field value is not part of the value (RFC 7230 3.2.4)."
	const lines = "HTTP lines end in CRLF, but a server may accept a bare LF (RFC 7230 3.5). The server may open the connection or refuse it."
	lf := raw("rfc6455/4.2.1/99", "an opening request with bare LF line endings", []string{"RFC6455-4.2.1-2"},
		[]c.Outcome{openedBut(verdict.Informational), refusedBut(verdict.Informational), {Behavior: verdict.Informational, Ending: c.NotOpened()}},
		"GET {target} HTTP/1.1\nHost: {host}\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Key: {key}\nSec-WebSocket-Version: 13\n\n")
	lf.Level = verdict.LevelInformational
	early := request("rfc6455/4.2.1/100", "a text message in the same segment as the opening request", []string{"RFC6455-4.1-41"},
		[]c.Outcome{
			openedBut(verdict.Informational), refusedBut(verdict.Informational), {Behavior: verdict.Informational, Ending: c.NotOpened()},
			{Behavior: verdict.Informational, Events: []c.Expect{c.Accepted()}, Ending: harnessCloses},
		})
	early.Script.Opening.With, early.Script.Steps = []c.Frame{greeting}, nil
	early.Level = verdict.LevelInformational
	return []*c.Case{
		request("rfc6455/4.2.1/84", "unknown fields in an opening request", unknown, mustAccept,
			c.Append("X-Wsspec", "anything"), c.Append("x-wsspec-quoted", `"a;b", {c}`), c.Append("X_Under_Score", "1"), c.Append("X-Empty", ""), c.Append("User-Agent", "wsspec")),
		noted("A server may have a limit to the size of a field (RFC 6455 10.4). It then answers with the status 431, 413 or 414; another 4xx is NON-STRICT (RFC 9110 5.4).",
			request("rfc6455/4.2.1/85", "a cookie of 4000 octets", unknown, mustAcceptLarge, c.Append("Cookie", "wsspec="+strings.Repeat("x", 4000-len("wsspec="))))),
		request("rfc6455/4.2.1/86", "an unknown field named Sec-WebSocket-Wsspec", unknown, mustAccept, c.Append("Sec-WebSocket-Wsspec", "a, b; c")),
		request("rfc6455/4.2.1/87", "an opening request with Host as its last field", order, mustAccept, c.Remove("Host"), c.Append("Host", "{host}")),
		request("rfc6455/4.2.1/88", "an opening request with its fields in reverse order", order, mustAccept,
			c.Remove("Upgrade"), c.Prepend("Upgrade", "websocket"), c.Remove("Connection"), c.Prepend("Connection", "Upgrade"),
			c.Remove("Sec-WebSocket-Key"), c.Prepend("Sec-WebSocket-Key", "{key}"), c.Remove("Sec-WebSocket-Version"), c.Prepend("Sec-WebSocket-Version", "13")),
		request("rfc6455/4.2.1/89", "request field names in lower case", order, mustAccept,
			c.Replace("host", "{host}"), c.Replace("upgrade", "websocket"), c.Replace("connection", "Upgrade"), c.Replace("sec-websocket-key", "{key}"), c.Replace("sec-websocket-version", "13")),
		request("rfc6455/4.2.1/90", "request field names in upper case", order, mustAccept,
			c.Replace("HOST", "{host}"), c.Replace("UPGRADE", "websocket"), c.Replace("CONNECTION", "Upgrade"), c.Replace("SEC-WEBSOCKET-KEY", "{key}"), c.Replace("SEC-WEBSOCKET-VERSION", "13")),
		noted(space, request("rfc6455/4.2.1/91", "request field values with spaces and tabs around them", []string{"RFC6455-4.3-7"}, mustAccept,
			c.Replace("Upgrade", " \t websocket \t "), c.Replace("Connection", "\t Upgrade\t"), c.Replace("Sec-WebSocket-Version", "  13\t"))),
		noted(space, raw("rfc6455/4.2.1/92", "request fields without a space after the colon", []string{"RFC6455-4.3-7"}, mustAccept,
			"GET {target} HTTP/1.1\r\nHost:{host}\r\nUpgrade:websocket\r\nConnection:Upgrade\r\nSec-WebSocket-Key:{key}\r\nSec-WebSocket-Version:13\r\n{fields}\r\n")),
		noted("A server MUST answer a space before the colon with 400 (RFC 7230 3.2.4). RFC 2616, which RFC 6455 cites, is less clear. A server that opens the connection is NON-STRICT.",
			request("rfc6455/4.2.1/93", "a space between a field name and its colon", []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-2"}, shouldRefuse, c.Remove("Upgrade"), c.Append("Upgrade ", "websocket"))),
		noted("A line with a space in the field name is not a valid HTTP field (RFC 7230 3.2). A server that opens the connection is NON-STRICT.",
			request("rfc6455/4.2.1/94", "a field name that contains a space", []string{"RFC6455-4.2.1-22", "RFC6455-4.2.1-2"}, shouldRefuse, c.Append("X Wsspec", "1"))),
		noted("Line folding is obsolete, and a server may refuse it (RFC 7230 3.2.4).",
			request("rfc6455/4.2.1/95", "an unknown field folded over two lines", []string{"RFC6455-4.2.1-20", "RFC6455-4.3-7"}, acceptOrRefuse, c.Append("X-Wsspec", "one\r\n two"))),
		noted("HTTP allows these octets in a field value (RFC 7230 3.2.6). A server that reads the field as UTF-8 must refuse the request (RFC 6455 8.1). A server that does not read it may open the connection.",
			request("rfc6455/4.2.1/96", "an unknown field in the request with octets that are not UTF-8", []string{"RFC6455-4.2.1-20", "RFC6455-8.1-3"}, acceptOrRefuse, c.Append("X-Wsspec", "\xff\xfe"))),
		chopped("rfc6455/4.2.1/97", "an opening request sent octet by octet", c.ChopOctets),
		chopped("rfc6455/4.2.1/98", "an opening request in writes of 7 octets", 7),
		noted(lines, lf),
		noted("A client must not send frames before the response arrives. The case records whether the server accepts the frames, loses them, or refuses the connection.", early),
	}
}
