package wire_test

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// The key and the answer of RFC 6455 1.3.
func ExampleAcceptKey() {
	fmt.Println(wire.AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="))
	// Output:
	// s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
}

// The sixteen octets are drawn at random for each connection; these are RFC 6455's.
func ExampleNewKey() {
	fmt.Println(wire.NewKey([16]byte([]byte("the sample nonce"))))
	// Output:
	// dGhlIHNhbXBsZSBub25jZQ==
}

// sample is the key of RFC 6455 1.3.
const sample = "dGhlIHNhbXBsZSBub25jZQ=="

// show prints a head as it is on the wire.
func show(octets []byte) { fmt.Print(strings.ReplaceAll(string(octets), "\r\n", "\n")) }

func ExampleNewRequest() {
	request := wire.NewRequest("/chat", "example.com", sample, wire.Fields{{Name: "Sec-WebSocket-Protocol", Value: "chat"}})
	show(request.Append(nil))
	// Output:
	// GET /chat HTTP/1.1
	// Host: example.com
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
	// Sec-WebSocket-Version: 13
	// Sec-WebSocket-Protocol: chat
}

func ExampleNewResponse() {
	request := wire.NewRequest("/chat", "example.com", sample, nil)
	show(wire.NewResponse(request, "chat", nil, nil).Append(nil))
	// Output:
	// HTTP/1.1 101 Switching Protocols
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
	// Sec-WebSocket-Protocol: chat
}

// A request head may come in pieces, with frames behind it.
func ExampleParseRequest() {
	octets := wire.NewRequest("/chat", "example.com", sample, nil).Append(nil)
	_, _, err := wire.ParseRequest(octets[:20])
	fmt.Println(err)
	request, n, err := wire.ParseRequest(append(octets, 0x81))
	fmt.Println(request.Method, request.Target, len(octets) == n, err)
	// Output:
	// incomplete, more octets are needed
	// GET /chat true <nil>
}

func ExampleParseResponse() {
	response, n, err := wire.ParseResponse([]byte("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nwhat?"))
	fmt.Println(response.Status, response.Reason, n, err)
	_, _, err = wire.ParseResponse([]byte("\x81\x05Hello, this is no HTTP"))
	fmt.Println(err)
	// Output:
	// 404 Not Found 45 <nil>
	// octet 0x81 in the start line (RFC 6455 4.1)
}

// A server tells all that is wrong with a request, and answers it.
func ExampleCheckRequest() {
	request := wire.NewRequest("/chat", "example.com", "short", nil)
	request.Method = "POST"
	for _, v := range wire.CheckRequest(request) {
		fmt.Println(v)
	}
	// Output:
	// method "POST", want GET (RFC 6455 4.2.1)
	// key "short", want base64 of 16 octets (RFC 6455 4.2.1)
}

// Who tests a client is stricter than a server has to be.
func ExampleCheckClientRequest() {
	request := wire.NewRequest("/chat", "example.com", sample, wire.Fields{{Name: "Sec-WebSocket-Protocol", Value: "a, a"}})
	fmt.Println(len(wire.CheckRequest(request)))
	for _, v := range wire.CheckClientRequest(request) {
		fmt.Println(v)
	}
	// Output:
	// 0
	// subprotocol "a" asked for twice (RFC 6455 4.1)
}

func ExampleNewRefusal() {
	request := wire.NewRequest("/chat", "example.com", sample, nil)
	for i, f := range request.Fields {
		if f.Name == "Sec-WebSocket-Version" {
			request.Fields[i].Value = "8"
		}
	}
	show(wire.NewRefusal(wire.CheckRequest(request)).Append(nil))
	// Output:
	// HTTP/1.1 426 Upgrade Required
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Version: 13
	// Connection: close
	// Content-Length: 0
}

func ExampleCheckResponse() {
	request := wire.NewRequest("/chat", "example.com", sample, nil)
	response := wire.NewResponse(request, "unasked", nil, nil)
	for _, v := range wire.CheckResponse(response, request) {
		fmt.Println(v)
	}
	// Output:
	// subprotocol "unasked" was not asked for (RFC 6455 4.1)
}

func ExampleParseTokens() {
	fmt.Println(wire.ParseTokens("chat, superchat"))
	_, err := wire.ParseTokens("chat, super chat")
	fmt.Println(err)
	// Output:
	// [chat superchat] <nil>
	// octet 12 of "chat, super chat" is 'c', want a comma or the end
}

func ExampleIsToken() {
	fmt.Println(wire.IsToken("soap"), wire.IsToken("a b"), wire.IsToken(""))
	// Output:
	// true false false
}

func ExampleHasToken() {
	fmt.Println(wire.HasToken("keep-alive, Upgrade", "upgrade"))
	// Output:
	// true
}

func ExampleParseExtensions() {
	extensions, err := wire.ParseExtensions(`permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other`)
	for _, e := range extensions {
		fmt.Println(e.Name, len(e.Params))
	}
	fmt.Println(err)
	_, err = wire.ParseExtensions("a; ")
	fmt.Println(err)
	// Output:
	// permessage-deflate 2
	// x-other 0
	// <nil>
	// octet 3 of "a; " is the end, want a parameter name
}

func ExampleFormatExtensions() {
	fmt.Println(wire.FormatExtensions([]wire.Extension{
		wire.DeflateOffer{ServerMaxWindowBits: 10, ClientMaxWindowBits: wire.AnyWindowBits}.Extension(),
		wire.DeflateOffer{}.Extension(),
	}))
	// Output:
	// permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate
}

func ExampleHandshakeRules() {
	fmt.Println(wire.HandshakeRules()[0].Text)
	// Output:
	// An endpoint limits the size of what it reads, the handshake too.
}
