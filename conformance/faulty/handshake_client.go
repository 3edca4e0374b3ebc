package faulty

import (
	"bytes"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// requesting makes a client that changes each request.
func requesting(change func(*wire.Request)) func(*peer) {
	return func(p *peer) { p.request = change }
}

func requestingWithout(name string) func(*peer) {
	return requesting(func(r *wire.Request) { dropField(&r.Fields, name) })
}

func requestingWith(name, value string) func(*peer) {
	return requesting(func(r *wire.Request) { setField(&r.Fields, name, value) })
}

func requestingAlsoWith(name, value string) func(*peer) {
	return requesting(func(r *wire.Request) { addField(&r.Fields, name, value) })
}

// distrusting makes a client that rejects the valid responses that bad selects.
func distrusting(bad func(wire.Response) bool) func(*peer) {
	return func(p *peer) { p.distrusts = bad }
}

func responseField(r wire.Response, name string) string {
	value, _ := r.Fields.Get(name)
	return value
}

var clientHandshakeFaults = onlyFor(onlyClient, []Fault{
	{Name: "request-version-8", Sentence: "Requests version 8.", Requires: []string{"RFC6455-4.1-34"}, alter: requestingWith("Sec-WebSocket-Version", "8")},
	{Name: "request-version-013", Sentence: "Writes the version with a leading zero.", Requires: []string{"RFC6455-4.1-34", "RFC6455-4.3-2"}, alter: requestingWith("Sec-WebSocket-Version", "013")},
	{Name: "request-without-version", Sentence: "Omits Sec-WebSocket-Version.", Requires: []string{"RFC6455-4.1-33"}, alter: requestingWithout("Sec-WebSocket-Version")},
	{Name: "request-version-doubled", Sentence: "Sends Sec-WebSocket-Version twice.", Requires: []string{"RFC6455-11.3.5-2"}, alter: requestingAlsoWith("Sec-WebSocket-Version", "13")},
	{Name: "key-constant", Sentence: "Sends the same key on every connection.", Requires: []string{"RFC6455-4.1-29"}, alter: requestingWith("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")},
	{Name: "key-short", Sentence: "Sends a key of 8 octets.", Requires: []string{"RFC6455-4.1-28"}, alter: requestingWith("Sec-WebSocket-Key", "c2hvcnRrZXk=")},
	{
		Name: "key-pad-bits", Sentence: "Sets the unused base64 bits of its key.", Requires: []string{"RFC6455-4.1-E3150"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			setField(&r.Fields, "Sec-WebSocket-Key", key[:21]+string(key[21]+1)+"==")
		}),
	},
	{
		Name: "key-unpadded", Sentence: "Sends its key without base64 padding.", Requires: []string{"RFC6455-4.1-28", "RFC6455-4.3-1"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			setField(&r.Fields, "Sec-WebSocket-Key", strings.TrimRight(key, "="))
		}),
	},
	{Name: "request-without-key", Sentence: "Omits Sec-WebSocket-Key.", Requires: []string{"RFC6455-4.1-27"}, alter: requestingWithout("Sec-WebSocket-Key")},
	{
		Name: "key-doubled", Sentence: "Sends Sec-WebSocket-Key twice.", Requires: []string{"RFC6455-11.3.1-1"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			addField(&r.Fields, "Sec-WebSocket-Key", key)
		}),
	},
	{Name: "request-method-lower-case", Sentence: "Writes the method in lower case.", Requires: []string{"RFC6455-4.1-21"}, alter: requesting(func(r *wire.Request) { r.Method = "get" })},
	{Name: "request-method-connect", Sentence: "Uses the method CONNECT.", Requires: []string{"RFC6455-4.1-21"}, alter: requesting(func(r *wire.Request) { r.Method = "CONNECT" })},
	{Name: "request-http-1.0", Sentence: "Sends its request in HTTP/1.0.", Requires: []string{"RFC6455-4.1-22"}, alter: requesting(func(r *wire.Request) { r.Version = "HTTP/1.0" })},
	{Name: "request-ws-target", Sentence: "Uses the whole ws: URL as the request target.", Requires: []string{"RFC6455-4.1-23"}, alter: requesting(func(r *wire.Request) { r.Target = "ws://" + field(*r, "Host") + r.Target })},
	{Name: "request-without-host", Sentence: "Omits Host.", Requires: []string{"RFC6455-4.1-24"}, alter: requestingWithout("Host")},
	{Name: "request-host-without-port", Sentence: "Omits the port from Host although it is not the default port.", Requires: []string{"RFC6455-4.1-24"}, alter: requesting(func(r *wire.Request) {
		host, _, _ := strings.Cut(field(*r, "Host"), ":")
		setField(&r.Fields, "Host", host)
	})},
	{Name: "request-target-with-fragment", Sentence: "Keeps a fragment in the request target.", Requires: []string{"RFC6455-4.1-23", "RFC6455-3-4"}, alter: requesting(func(r *wire.Request) { r.Target += "#fragment" })},
	{Name: "request-host-doubled", Sentence: "Sends Host twice.", Requires: []string{"RFC6455-4.1-24"}, alter: requesting(func(r *wire.Request) { addField(&r.Fields, "Host", field(*r, "Host")) })},
	{Name: "request-upgrade-websockets", Sentence: "Sends \"Upgrade: websockets\".", Requires: []string{"RFC6455-4.1-25"}, alter: requestingWith("Upgrade", "websockets")},
	{Name: "request-connection-malformed", Sentence: "Separates the elements of Connection by a semicolon too.", Requires: []string{"RFC6455-4.1-20"}, alter: requestingWith("Connection", "Upgrade, keep-alive;")},
	{Name: "request-bare-lf", Sentence: "Ends the lines of its request with LF instead of CR LF.", Requires: []string{"RFC6455-4.1-20"}, alter: func(p *peer) {
		p.head = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	}},
	{Name: "request-space-before-colon", Sentence: "Puts a space before the colons in its request.", Requires: []string{"RFC6455-4.1-20"}, alter: func(p *peer) {
		p.head = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(": "), []byte(" : ")) }
	}},
	{Name: "offers-parameter-twice", Sentence: "Offers permessage-deflate with the same parameter twice.", Requires: []string{"RFC7692-7-3"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits; client_max_window_bits")},
	{Name: "offers-window-leading-zero", Sentence: "Offers a server window that has a leading zero.", Requires: []string{"RFC7692-7.1.2.1-2"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=09")},
	{Name: "offers-takeover-with-value", Sentence: "Offers server_no_context_takeover with a value.", Requires: []string{"RFC7692-7.1.1.1-2"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover=true")},
	{Name: "request-without-upgrade", Sentence: "Omits Upgrade.", Requires: []string{"RFC6455-4.1-25"}, alter: requestingWithout("Upgrade")},
	{Name: "request-without-connection", Sentence: "Omits Connection.", Requires: []string{"RFC6455-4.1-26"}, alter: requestingWithout("Connection")},
	{Name: "request-connection-keep-alive", Sentence: "Sends \"Connection: keep-alive\" only.", Requires: []string{"RFC6455-4.1-26"}, alter: requestingWith("Connection", "keep-alive")},
	{Name: "request-subprotocol-doubled", Sentence: "Requests the same subprotocol twice.", Requires: []string{"RFC6455-4.1-37"}, alter: requestingAlsoWith("Sec-WebSocket-Protocol", "chat, chat")},
	{Name: "request-subprotocol-malformed", Sentence: "Requests a subprotocol that is not a token.", Requires: []string{"RFC6455-4.1-36"}, alter: requestingAlsoWith("Sec-WebSocket-Protocol", "chat room")},
	{Name: "request-extension-malformed", Sentence: "Offers extensions in a malformed list.", Requires: []string{"RFC6455-9-4", "RFC6455-9.1-1"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate;")},
	{
		Name: "frames-before-response", Sentence: "Sends a message in the same segment as its request.", Requires: []string{"RFC6455-4.1-41"},
		alter: func(p *peer) {
			p.head = func(b []byte) []byte {
				early := frame{Header: wire.Header{Fin: true, Opcode: wire.OpText, Masked: true, MaskKey: freshKey()}, payload: []byte("early")}
				return append(b, encode(early)...)
			}
		},
	},
	{Name: "takes-200", Sentence: "Accepts any status in place of 101.", Requires: []string{"RFC6455-4.1-43"}, alter: overlook(wire.RuleResponseStatus)},
	{Name: "takes-no-upgrade", Sentence: "Accepts a response without Upgrade.", Requires: []string{"RFC6455-4.1-46"}, alter: overlook(wire.RuleResponseUpgradeMissing)},
	{Name: "takes-any-upgrade", Sentence: "Accepts any value of Upgrade.", Requires: []string{"RFC6455-4.1-47"}, alter: overlook(wire.RuleResponseUpgrade)},
	{Name: "takes-no-connection", Sentence: "Accepts a response without Connection.", Requires: []string{"RFC6455-4.1-49"}, alter: overlook(wire.RuleResponseConnectionMissing)},
	{Name: "takes-any-connection", Sentence: "Accepts any value of Connection.", Requires: []string{"RFC6455-4.1-50"}, alter: overlook(wire.RuleResponseConnection)},
	{Name: "takes-no-accept", Sentence: "Accepts a response without Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.1-52"}, alter: overlook(wire.RuleResponseAcceptMissing)},
	{Name: "takes-any-accept", Sentence: "Accepts any Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.1-53"}, alter: overlook(wire.RuleResponseAccept)},
	{Name: "takes-doubled-accept", Sentence: "Accepts two Sec-WebSocket-Accept fields.", Requires: []string{"RFC6455-11.3.3-2"}, alter: overlook(wire.RuleResponseAcceptDoubled)},
	{Name: "takes-unoffered-extension", Sentence: "Accepts an extension that it did not offer.", Requires: []string{"RFC6455-4.1-55"}, alter: overlook(wire.RuleResponseExtensionUnasked)},
	{Name: "takes-malformed-extensions", Sentence: "Accepts a malformed Sec-WebSocket-Extensions.", Requires: []string{"RFC6455-9.1-2"}, alter: overlook(wire.RuleResponseExtensions)},
	{Name: "takes-unasked-subprotocol", Sentence: "Accepts a subprotocol that it did not request.", Requires: []string{"RFC6455-4.1-56"}, alter: overlook(wire.RuleResponseSubprotocolUnasked)},
	{Name: "takes-malformed-subprotocol", Sentence: "Accepts a subprotocol that is not a token.", Requires: []string{"RFC6455-4.3-4"}, alter: overlook(wire.RuleResponseSubprotocolForm)},
	{Name: "takes-doubled-subprotocol", Sentence: "Accepts two Sec-WebSocket-Protocol fields.", Requires: []string{"RFC6455-11.3.4-3"}, alter: overlook(wire.RuleResponseSubprotocolRepeated)},
	{Name: "takes-http-1.0", Sentence: "Accepts a 101 response in HTTP/1.0.", Requires: []string{"RFC6455-4.1-57"}, alter: overlook(wire.RuleResponseForm)},
	{Name: "upgrade-case-sensitive-response", Sentence: "Compares Upgrade with \"websocket\" case-sensitively.", Requires: []string{"RFC6455-4.1-48"}, alter: distrusting(func(r wire.Response) bool { return responseField(r, "Upgrade") != "websocket" })},
	{Name: "connection-case-sensitive-response", Sentence: "Compares Connection with \"Upgrade\" case-sensitively.", Requires: []string{"RFC6455-4.1-51"}, alter: distrusting(func(r wire.Response) bool { return !strings.Contains(responseField(r, "Connection"), "Upgrade") })},
	{Name: "connection-no-list-response", Sentence: "Requires Connection to be exactly \"Upgrade\", not a list.", Requires: []string{"RFC6455-4.1-51"}, alter: distrusting(func(r wire.Response) bool { return !strings.EqualFold(responseField(r, "Connection"), "upgrade") })},
	{
		Name: "field-names-case-sensitive", Sentence: "Compares the field names of a response case-sensitively.", Requires: []string{"RFC6455-4.1-58"},
		alter: distrusting(func(r wire.Response) bool {
			known := map[string]bool{}
			for _, f := range r.Fields {
				known[f.Name] = true
			}
			return !known["Upgrade"] || !known["Connection"] || !known["Sec-WebSocket-Accept"]
		}),
	},
	{Name: "reason-phrase-fixed", Sentence: "Requires the reason phrase \"Switching Protocols\".", Requires: []string{"RFC6455-4.1-42", "RFC6455-4.1-59"}, alter: distrusting(func(r wire.Response) bool { return r.Reason != "Switching Protocols" })},
	{Name: "accept-not-trimmed", Sentence: "Treats white space around Sec-WebSocket-Accept as part of the value.", Requires: []string{"RFC6455-4.1-54"}, alter: func(p *peer) { p.rawHead = func(b []byte) bool { return acceptPadded(b) } }},
	{Name: "loses-early-response-frames", Sentence: "Drops frames that arrive in the same segment as the response.", Requires: []string{"RFC6455-4.2.2-30", "RFC6455-6.2-1"}, alter: func(p *peer) { p.early = func([]byte) []byte { return nil } }},
})

// acceptPadded reports whether the value of Sec-WebSocket-Accept has white space
// around it other than a single space before it.
func acceptPadded(head []byte) bool {
	for line := range strings.SplitSeq(string(head), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Sec-WebSocket-Accept") {
			return value != " "+strings.TrimSpace(value)
		}
	}
	return false
}
