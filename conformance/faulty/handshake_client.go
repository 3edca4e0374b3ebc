package faulty

import (
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

// wary makes a client that fails on responses which it ought to take.
func wary(bad func(wire.Response) bool) func(*peer) {
	return func(p *peer) { p.distrusts = bad }
}

func responseField(r wire.Response, name string) string {
	value, _ := r.Fields.Get(name)
	return value
}

var clientHandshakeFaults = onlyFor(onlyClient, []Fault{
	{Name: "request-version-8", Sentence: "Asks for version 8.", Requires: []string{"RFC6455-4.1-34"}, alter: requestingWith("Sec-WebSocket-Version", "8")},
	{Name: "request-version-013", Sentence: "Writes its version with a leading zero.", Requires: []string{"RFC6455-4.1-34", "RFC6455-4.3-2"}, alter: requestingWith("Sec-WebSocket-Version", "013")},
	{Name: "request-without-version", Sentence: "Leaves Sec-WebSocket-Version out.", Requires: []string{"RFC6455-4.1-33"}, alter: requestingWithout("Sec-WebSocket-Version")},
	{Name: "request-version-doubled", Sentence: "Sends Sec-WebSocket-Version twice.", Requires: []string{"RFC6455-11.3.5-2"}, alter: requestingAlsoWith("Sec-WebSocket-Version", "13")},
	{Name: "key-constant", Sentence: "Sends the same key on every connection.", Requires: []string{"RFC6455-4.1-29"}, alter: requestingWith("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")},
	{Name: "key-short", Sentence: "Sends a key of 8 octets.", Requires: []string{"RFC6455-4.1-28"}, alter: requestingWith("Sec-WebSocket-Key", "c2hvcnRrZXk=")},
	{
		Name: "key-pad-bits", Sentence: "Sets the bits of its key that base64 leaves unused.", Requires: []string{"RFC6455-4.1-E3150"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			setField(&r.Fields, "Sec-WebSocket-Key", key[:21]+string(key[21]+1)+"==")
		}),
	},
	{
		Name: "key-unpadded", Sentence: "Sends its key without the padding of base64.", Requires: []string{"RFC6455-4.1-28", "RFC6455-4.3-1"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			setField(&r.Fields, "Sec-WebSocket-Key", strings.TrimRight(key, "="))
		}),
	},
	{Name: "request-without-key", Sentence: "Leaves the key out.", Requires: []string{"RFC6455-4.1-27"}, alter: requestingWithout("Sec-WebSocket-Key")},
	{
		Name: "key-doubled", Sentence: "Sends its key twice.", Requires: []string{"RFC6455-11.3.1-1"},
		alter: requesting(func(r *wire.Request) {
			key, _ := r.Fields.Get("Sec-WebSocket-Key")
			addField(&r.Fields, "Sec-WebSocket-Key", key)
		}),
	},
	{Name: "request-method-lower-case", Sentence: "Writes its method in lower case.", Requires: []string{"RFC6455-4.1-21"}, alter: requesting(func(r *wire.Request) { r.Method = "get" })},
	{Name: "request-method-connect", Sentence: "Asks with the method CONNECT.", Requires: []string{"RFC6455-4.1-21"}, alter: requesting(func(r *wire.Request) { r.Method = "CONNECT" })},
	{Name: "request-http-1.0", Sentence: "Asks in HTTP/1.0.", Requires: []string{"RFC6455-4.1-22"}, alter: requesting(func(r *wire.Request) { r.Version = "HTTP/1.0" })},
	{Name: "request-ws-target", Sentence: "Asks for the whole ws: URL.", Requires: []string{"RFC6455-4.1-23"}, alter: requesting(func(r *wire.Request) { r.Target = "ws://" + field(*r, "Host") + r.Target })},
	{Name: "request-without-host", Sentence: "Leaves Host out.", Requires: []string{"RFC6455-4.1-24"}, alter: requestingWithout("Host")},
	{Name: "request-host-without-port", Sentence: "Leaves a port that is not the default out of Host.", Requires: []string{"RFC6455-4.1-24"}, alter: requesting(func(r *wire.Request) {
		host, _, _ := strings.Cut(field(*r, "Host"), ":")
		setField(&r.Fields, "Host", host)
	})},
	{Name: "request-without-upgrade", Sentence: "Leaves Upgrade out.", Requires: []string{"RFC6455-4.1-25"}, alter: requestingWithout("Upgrade")},
	{Name: "request-without-connection", Sentence: "Leaves Connection out.", Requires: []string{"RFC6455-4.1-26"}, alter: requestingWithout("Connection")},
	{Name: "request-connection-keep-alive", Sentence: "Sends Connection: keep-alive alone.", Requires: []string{"RFC6455-4.1-26"}, alter: requestingWith("Connection", "keep-alive")},
	{Name: "request-subprotocol-doubled", Sentence: "Asks for the same subprotocol twice.", Requires: []string{"RFC6455-4.1-37"}, alter: requestingAlsoWith("Sec-WebSocket-Protocol", "chat, chat")},
	{Name: "request-subprotocol-malformed", Sentence: "Asks for a subprotocol that is no token.", Requires: []string{"RFC6455-4.1-36"}, alter: requestingAlsoWith("Sec-WebSocket-Protocol", "chat room")},
	{Name: "request-extension-malformed", Sentence: "Offers extensions in a list that is malformed.", Requires: []string{"RFC6455-9-4", "RFC6455-9.1-1"}, alter: requestingWith("Sec-WebSocket-Extensions", "permessage-deflate;")},
	{
		Name: "frames-before-response", Sentence: "Sends a message in the same segment as its request.", Requires: []string{"RFC6455-4.1-41"},
		alter: func(p *peer) {
			p.head = func(b []byte) []byte {
				early := frame{Header: wire.Header{Fin: true, Opcode: wire.OpText, Masked: true, MaskKey: freshKey()}, payload: []byte("early")}
				return append(b, encode(early)...)
			}
		},
	},
	{Name: "takes-200", Sentence: "Takes any status for 101.", Requires: []string{"RFC6455-4.1-43"}, alter: overlook(wire.RuleResponseStatus)},
	{Name: "takes-no-upgrade", Sentence: "Takes a response without Upgrade.", Requires: []string{"RFC6455-4.1-46"}, alter: overlook(wire.RuleResponseUpgradeMissing)},
	{Name: "takes-any-upgrade", Sentence: "Takes any value of Upgrade.", Requires: []string{"RFC6455-4.1-47"}, alter: overlook(wire.RuleResponseUpgrade)},
	{Name: "takes-no-connection", Sentence: "Takes a response without Connection.", Requires: []string{"RFC6455-4.1-49"}, alter: overlook(wire.RuleResponseConnectionMissing)},
	{Name: "takes-any-connection", Sentence: "Takes any value of Connection.", Requires: []string{"RFC6455-4.1-50"}, alter: overlook(wire.RuleResponseConnection)},
	{Name: "takes-no-accept", Sentence: "Takes a response without Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.1-52"}, alter: overlook(wire.RuleResponseAcceptMissing)},
	{Name: "takes-any-accept", Sentence: "Takes any Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.1-53"}, alter: overlook(wire.RuleResponseAccept)},
	{Name: "takes-doubled-accept", Sentence: "Takes two Sec-WebSocket-Accept fields.", Requires: []string{"RFC6455-11.3.3-2"}, alter: overlook(wire.RuleResponseAcceptDoubled)},
	{Name: "takes-unoffered-extension", Sentence: "Takes an extension that it did not offer.", Requires: []string{"RFC6455-4.1-55"}, alter: overlook(wire.RuleResponseExtensionUnasked)},
	{Name: "takes-malformed-extensions", Sentence: "Takes a malformed Sec-WebSocket-Extensions.", Requires: []string{"RFC6455-9.1-2"}, alter: overlook(wire.RuleResponseExtensions)},
	{Name: "takes-unasked-subprotocol", Sentence: "Takes a subprotocol that it did not ask for.", Requires: []string{"RFC6455-4.1-56"}, alter: overlook(wire.RuleResponseSubprotocolUnasked)},
	{Name: "takes-malformed-subprotocol", Sentence: "Takes a subprotocol that is no token.", Requires: []string{"RFC6455-4.3-4"}, alter: overlook(wire.RuleResponseSubprotocolForm)},
	{Name: "takes-doubled-subprotocol", Sentence: "Takes two Sec-WebSocket-Protocol fields.", Requires: []string{"RFC6455-11.3.4-3"}, alter: overlook(wire.RuleResponseSubprotocolRepeated)},
	{Name: "takes-http-1.0", Sentence: "Takes a 101 in HTTP/1.0.", Requires: []string{"RFC6455-4.1-57"}, alter: overlook(wire.RuleResponseForm)},
	{Name: "upgrade-case-sensitive-response", Sentence: "Wants Upgrade to be websocket in lower case.", Requires: []string{"RFC6455-4.1-48"}, alter: wary(func(r wire.Response) bool { return responseField(r, "Upgrade") != "websocket" })},
	{Name: "connection-case-sensitive-response", Sentence: "Wants Connection to have Upgrade with a capital letter.", Requires: []string{"RFC6455-4.1-51"}, alter: wary(func(r wire.Response) bool { return !strings.Contains(responseField(r, "Connection"), "Upgrade") })},
	{Name: "connection-no-list-response", Sentence: "Wants Connection to be Upgrade and nothing else.", Requires: []string{"RFC6455-4.1-51"}, alter: wary(func(r wire.Response) bool { return !strings.EqualFold(responseField(r, "Connection"), "upgrade") })},
	{
		Name: "field-names-case-sensitive", Sentence: "Knows the fields of a response in one spelling only.", Requires: []string{"RFC6455-4.1-58"},
		alter: wary(func(r wire.Response) bool {
			known := map[string]bool{}
			for _, f := range r.Fields {
				known[f.Name] = true
			}
			return !known["Upgrade"] || !known["Connection"] || !known["Sec-WebSocket-Accept"]
		}),
	},
	{Name: "reason-phrase-fixed", Sentence: "Wants the reason phrase to be Switching Protocols.", Requires: []string{"RFC6455-4.1-42", "RFC6455-4.1-59"}, alter: wary(func(r wire.Response) bool { return r.Reason != "Switching Protocols" })},
	{Name: "accept-not-trimmed", Sentence: "Counts white space around Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.1-54"}, alter: func(p *peer) { p.rawHead = func(b []byte) bool { return acceptPadded(b) } }},
	{Name: "loses-early-response-frames", Sentence: "Loses frames that come in the same segment as the response.", Requires: []string{"RFC6455-4.2.2-30", "RFC6455-6.2-1"}, alter: func(p *peer) { p.early = func([]byte) []byte { return nil } }},
})

// acceptPadded reports whether a response has Sec-WebSocket-Accept with other
// than one space before its value or any behind.
func acceptPadded(head []byte) bool {
	for line := range strings.SplitSeq(string(head), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Sec-WebSocket-Accept") {
			return value != " "+strings.TrimSpace(value)
		}
	}
	return false
}
