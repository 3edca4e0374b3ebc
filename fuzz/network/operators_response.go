package network

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// connectAgain is the name of the operator for servers alone: a client connects by itself.
const connectAgain = "connect again"

// operatorsForClients are all operators on scripts for clients.
var operatorsForClients = slices.Concat(frameOperators, sequenceOperators, payloadOperators, deflateOperators,
	slices.DeleteFunc(slices.Clone(transportOperators), func(o operator) bool { return o.name == connectAgain }), responseOperators)

// operator chooses one.
func (g *generator) operator() operator {
	if g.peer == wire.RoleClient {
		return operatorsForClients[g.IntN(len(operatorsForClients))]
	}
	return operators[g.IntN(len(operators))]
}

// harness is the role of the harness.
func (g *generator) harness() wire.Role {
	if g.peer == wire.RoleClient {
		return wire.RoleServer
	}
	return wire.RoleClient
}

// responseOperators change the opening handshake with a client.
var responseOperators = []operator{
	{"response", func(g *generator, s *Script) bool {
		if g.IntN(2) > 0 {
			return false
		}
		if s.Head == "" {
			s.Head = plainResponse
		}
		s.Head = changedResponse(g.Rand, s.Head)
		return true
	}},
	{"cut response", func(g *generator, s *Script) bool {
		if len(s.HeadCuts) > 2 || s.Joined || g.IntN(3) > 0 {
			return false
		}
		s.HeadCuts = g.cutHead(s.HeadCuts, cmp.Or(s.Head, plainResponse))
		return true
	}},
	{"interim response", func(g *generator, s *Script) bool { // RFC 9110 15.2
		if g.IntN(8) > 0 {
			return false
		}
		interim := []string{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"}[g.IntN(2)]
		s.Head = interim + cmp.Or(s.Head, plainResponse)
		return true
	}},
	{"join response", func(_ *generator, s *Script) bool {
		if len(s.Parts) == 0 || s.Parts[0].Do != "" || len(s.HeadCuts) > 0 {
			return false
		}
		s.Joined = true
		return true
	}},
}

// statusLines take the place of that of a response.
var statusLines = []string{
	"HTTP/1.1 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.1 400 Bad Request", "HTTP/1.1 401 Unauthorized", "HTTP/1.1 403 Forbidden", "HTTP/1.1 404 Not Found",
	"HTTP/1.1 426 Upgrade Required", "HTTP/1.1 500 Internal Server Error", "HTTP/1.1 503 Service Unavailable", "HTTP/1.1 599 x", "HTTP/1.1 000 x", "HTTP/1.1 1010 x", "HTTP/1.1 -1 x",
	"HTTP/1.1 99999999999999999999 x", "HTTP/1.1 101", "HTTP/1.1 101 ", "HTTP/1.1 101 Web Socket Protocol Handshake", "HTTP/1.0 101 Switching Protocols", "HTTP/2 101 Switching Protocols",
	"HTTP/1.1  101 Switching Protocols", "http/1.1 101 Switching Protocols", "HTTP/1.1 101 \xff", "101", "", "\x00",
}

// values take the place of those of a field, whichever it is.
var values = []string{
	"", ",", "x", "websocket", "WebSocket", "WEBSOCKET", "websocket, x", "h2c", "Upgrade", "upgrade", "keep-alive, Upgrade", "UPGRADE", "keep-alive", "close", "{accept}", "{accept cut}", "{accept lower}",
	"{accept decoded}", "{key}", "{accept}A", " \t{accept} \t", "\"{accept}\"", "\x00", "\xff", "a\x00b", strings.Repeat("a", 5000), strings.Repeat("a,", 2000), "permessage-deflate",
}

// furtherFields are added to a response.
var furtherFields = []string{
	"X-Test: 1", "Content-Length: 0", "Content-Length: 5", "Content-Length: -1", "Transfer-Encoding: chunked", "Date: Mon, 12 Dec 2011 00:00:00 GMT", "Server: x", "Connection: keep-alive",
	"Sec-WebSocket-Protocol: x", "Sec-WebSocket-Protocol: {subprotocol}", "Sec-WebSocket-Protocol: {subprotocol last}", "Sec-WebSocket-Protocol: {subprotocol swapped}", "Sec-WebSocket-Protocol:", "Sec-WebSocket-Protocol: a, b",
	"Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Extensions:", "Sec-WebSocket-Extensions: ,", "Sec-WebSocket-Extensions: x-unasked", "Sec-WebSocket-Extensions: x; a=\"",
	"Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover", "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover",
	"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1",
	"Sec-WebSocket-Extensions: permessage-deflate; x", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10",
	"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=010",
	"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99999999999999999999", "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate",
	"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"10\"", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8", "Set-Cookie: a=b", "WWW-Authenticate: Basic", ": x", "x", " x", "X Y: z", "X-" + strings.Repeat("a", 3000) + ": b",
}

// changedResponse changes one line of a response.
func changedResponse(r *rand.Rand, head string) string {
	lines := strings.Split(head, "\r\n")
	at := r.IntN(max(1, len(lines)-2))
	name, _, isField := strings.Cut(lines[at], ":")
	switch r.IntN(10) {
	case 0:
		if at > 0 {
			lines = slices.Delete(lines, at, at+1)
		}
	case 1:
		lines = slices.Insert(lines, at, lines[at])
	case 2:
		if isField {
			lines[at] = strings.Replace(lines[at], name, []string{strings.ToUpper(name), strings.ToLower(name), name + " ", "\t" + name}[r.IntN(4)], 1)
		}
	case 3, 4:
		if isField {
			lines[at] = name + ": " + values[r.IntN(len(values))]
		}
	case 5, 6:
		lines = slices.Insert(lines, 1+r.IntN(max(1, len(lines)-2)), furtherFields[r.IntN(len(furtherFields))])
	case 7:
		lines[0] = statusLines[r.IntN(len(statusLines))]
	case 8:
		if at > 1 {
			lines[at], lines[at-1] = lines[at-1], lines[at]
		}
	case 9:
		many := slices.Repeat([]string{"X-Test: 1"}, []int{10, 100, 300}[r.IntN(3)])
		if r.IntN(3) == 0 {
			return []string{"\r\n", "\x00", strings.Repeat("HTTP/1.1 102 x\r\n\r\n", 100)}[r.IntN(3)] + head
		}
		lines = slices.Insert(lines, 1, many...)
	}
	return strings.Join(lines, "\r\n")
}
