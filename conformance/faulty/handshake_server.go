package faulty

import (
	"bytes"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// setField sets the value of a field, and adds the field if it is missing.
func setField(f *wire.Fields, name, value string) {
	for i := range *f {
		if strings.EqualFold((*f)[i].Name, name) {
			(*f)[i].Value = value
			return
		}
	}
	addField(f, name, value)
}

func addField(f *wire.Fields, name, value string) {
	*f = append(*f, wire.Field{Name: name, Value: value})
}

// dropField removes a field.
func dropField(f *wire.Fields, name string) {
	var kept wire.Fields
	for _, field := range *f {
		if !strings.EqualFold(field.Name, name) {
			kept = append(kept, field)
		}
	}
	*f = kept
}

// responding makes a server that changes each 101 response.
func responding(change func(*wire.Response)) func(*peer) {
	return func(p *peer) { p.answer = func(_ wire.Request, r *wire.Response) { change(r) } }
}

func respondingWithout(name string) func(*peer) {
	return responding(func(r *wire.Response) { dropField(&r.Fields, name) })
}

func respondingWith(name, value string) func(*peer) {
	return responding(func(r *wire.Response) { setField(&r.Fields, name, value) })
}

func respondingAlsoWith(name, value string) func(*peer) {
	return responding(func(r *wire.Response) { addField(&r.Fields, name, value) })
}

// rejecting makes a server that rejects valid requests.
func rejecting(bad func(wire.Request) bool) func(*peer) {
	return func(p *peer) {
		p.answer = func(req wire.Request, r *wire.Response) {
			if bad(req) {
				*r = wire.NewRefusal(nil)
				p.failed, p.over = true, true
			}
		}
	}
}

// field returns the value of the first field with the name.
func field(r wire.Request, name string) string {
	value, _ := r.Fields.Get(name)
	return value
}

var serverHandshakeFaults = onlyFor(onlyServer, []Fault{
	{
		Name: "accept-wrong", Sentence: "Computes Sec-WebSocket-Accept from the key of another connection.", Requires: []string{"RFC6455-4.2.2-26"},
		alter: respondingWith("Sec-WebSocket-Accept", wire.AcceptKey("dGhlIHNhbXBsZSBub25jZQ==")),
	},
	{
		Name: "accept-missing", Sentence: "Omits Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.2.2-26"},
		alter: respondingWithout("Sec-WebSocket-Accept"),
	},
	{
		Name: "accept-doubled", Sentence: "Sends Sec-WebSocket-Accept twice.", Requires: []string{"RFC6455-11.3.3-1"},
		alter: responding(func(r *wire.Response) {
			value, _ := r.Fields.Get("Sec-WebSocket-Accept")
			addField(&r.Fields, "Sec-WebSocket-Accept", value)
		}),
	},
	{
		Name: "accept-is-key", Sentence: "Sends the key itself as Sec-WebSocket-Accept.", Requires: []string{"RFC6455-4.2.2-26"},
		alter: func(p *peer) {
			p.answer = func(req wire.Request, r *wire.Response) {
				setField(&r.Fields, "Sec-WebSocket-Accept", field(req, "Sec-WebSocket-Key"))
			}
		},
	},
	{
		Name: "accept-lower-case", Sentence: "Sends Sec-WebSocket-Accept in lower case.", Requires: []string{"RFC6455-4.2.2-26"},
		alter: responding(func(r *wire.Response) {
			value, _ := r.Fields.Get("Sec-WebSocket-Accept")
			setField(&r.Fields, "Sec-WebSocket-Accept", strings.ToLower(value))
		}),
	},
	{
		Name: "accept-unpadded", Sentence: "Sends Sec-WebSocket-Accept without base64 padding.", Requires: []string{"RFC6455-4.2.2-27"},
		alter: responding(func(r *wire.Response) {
			value, _ := r.Fields.Get("Sec-WebSocket-Accept")
			setField(&r.Fields, "Sec-WebSocket-Accept", strings.TrimRight(value, "="))
		}),
	},
	{
		Name: "response-without-upgrade", Sentence: "Omits Upgrade from its response.", Requires: []string{"RFC6455-4.2.2-24"},
		alter: respondingWithout("Upgrade"),
	},
	{
		Name: "response-upgrade-h2c", Sentence: "Responds with \"Upgrade: h2c\".", Requires: []string{"RFC6455-4.2.2-24"},
		alter: respondingWith("Upgrade", "h2c"),
	},
	{
		Name: "response-without-connection", Sentence: "Omits Connection from its response.", Requires: []string{"RFC6455-4.2.2-25"},
		alter: respondingWithout("Connection"),
	},
	{
		Name: "response-connection-keep-alive", Sentence: "Responds with \"Connection: keep-alive\".", Requires: []string{"RFC6455-4.2.2-25"},
		alter: respondingWith("Connection", "keep-alive"),
	},
	{
		Name: "response-200", Sentence: "Responds with 200 and continues with frames.", Requires: []string{"RFC6455-4.2.2-23"},
		alter: responding(func(r *wire.Response) { r.Status, r.Reason = 200, "OK" }),
	},
	{
		Name: "response-http-1.0", Sentence: "Responds with 101 in HTTP/1.0.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: responding(func(r *wire.Response) { r.Version = "HTTP/1.0" }),
	},
	{
		Name: "response-bare-lf", Sentence: "Ends the lines of its response with LF instead of CR LF.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: func(p *peer) {
			p.head = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
		},
	},
	{
		Name: "response-no-http", Sentence: "Responds with octets that are not HTTP.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: func(p *peer) { p.head = func([]byte) []byte { return []byte("HELLO\r\n\r\n") } },
	},
	{
		Name: "response-space-before-colon", Sentence: "Puts a space before the colons in its response.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: func(p *peer) {
			p.head = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(": "), []byte(" : ")) }
		},
	},
	{
		Name: "response-never", Sentence: "Does not respond to the opening request.", Requires: []string{"RFC6455-4.2.2-1"},
		alter: func(p *peer) {
			p.head = func([]byte) []byte {
				p.discard(handshakeTime)
				p.over = true
				return nil
			}
		},
	},
	{
		Name: "response-without-end", Sentence: "Omits the empty line after its response.", Requires: []string{"RFC6455-4.2.2-22"},
		alter: func(p *peer) { p.head = func(b []byte) []byte { return b[:len(b)-2] } },
	},
	{
		Name: "unasked-subprotocol", Sentence: "Responds with a subprotocol that was not requested.", Requires: []string{"RFC6455-4.2.2-14", "RFC6455-4.2.2-16"},
		alter: respondingAlsoWith("Sec-WebSocket-Protocol", "chat"),
	},
	{
		Name: "empty-subprotocol", Sentence: "Responds with an empty Sec-WebSocket-Protocol.", Requires: []string{"RFC6455-4.2.2-17"},
		alter: respondingAlsoWith("Sec-WebSocket-Protocol", ""),
	},
	{
		Name: "all-subprotocols", Sentence: "Responds with every requested subprotocol.", Requires: []string{"RFC6455-4.2.2-18"},
		alter: func(p *peer) {
			p.answer = func(req wire.Request, r *wire.Response) {
				if names := req.Subprotocols(); len(names) > 0 {
					addField(&r.Fields, "Sec-WebSocket-Protocol", strings.Join(names, ", "))
				}
			}
		},
	},
	{
		Name: "unasked-extension", Sentence: "Responds with an extension that was not offered.", Requires: []string{"RFC6455-4.2.2-20", "RFC6455-9-3"},
		alter: respondingAlsoWith("Sec-WebSocket-Extensions", "x-example"),
	},
	{
		Name: "empty-extensions", Sentence: "Responds with an empty Sec-WebSocket-Extensions.", Requires: []string{"RFC6455-4.2.2-21"},
		alter: responding(func(r *wire.Response) {
			if _, ok := r.Fields.Get("Sec-WebSocket-Extensions"); !ok {
				addField(&r.Fields, "Sec-WebSocket-Extensions", "")
			}
		}),
	},
	{
		Name: "426-without-version", Sentence: "Rejects unsupported versions without listing the supported ones.", Requires: []string{"RFC6455-4.2.2-11", "RFC6455-4.4-3"},
		alter: func(p *peer) {
			p.refusal = func(r *wire.Response) { dropField(&r.Fields, "Sec-WebSocket-Version") }
		},
	},
	{
		Name: "refuses-with-200", Sentence: "Rejects invalid requests with 200.", Requires: []string{"RFC6455-4.2.1-2", "RFC6455-4.2.2-8"},
		alter: func(p *peer) { p.refusal = func(r *wire.Response) { r.Status, r.Reason = 200, "OK" } },
	},
	{
		Name: "refuses-by-leaving", Sentence: "Closes TCP on an invalid request without an HTTP error.", Requires: []string{"RFC6455-4.2.1-2"},
		alter: func(p *peer) {
			p.refusal = func(*wire.Response) { p.head = func([]byte) []byte { return nil } }
		},
	},
	{
		Name: "refuses-and-stays", Sentence: "Rejects invalid requests with an HTTP error but leaves TCP open.", Requires: []string{"RFC6455-7.2.2-1"},
		alter: func(p *peer) {
			p.refusal = func(*wire.Response) {
				p.head = func(b []byte) []byte {
					p.write(b)
					p.discard(0)
					return nil
				}
			}
		},
	},
	{Name: "accepts-post", Sentence: "Accepts methods other than GET.", Requires: []string{"RFC6455-4.2.1-3"}, alter: overlook(wire.RuleServerMethod)},
	{Name: "accepts-http-1.0", Sentence: "Accepts HTTP/1.0.", Requires: []string{"RFC6455-4.2.1-4"}, alter: overlook(wire.RuleServerVersion)},
	{Name: "accepts-bad-target", Sentence: "Accepts a malformed request target.", Requires: []string{"RFC6455-4.2.1-6"}, alter: overlook(wire.RuleServerTarget)},
	{Name: "accepts-no-host", Sentence: "Accepts requests without a Host field.", Requires: []string{"RFC6455-4.2.1-7"}, alter: overlook(wire.RuleServerHost)},
	{Name: "accepts-no-upgrade", Sentence: "Accepts requests whose Upgrade field lacks \"websocket\".", Requires: []string{"RFC6455-4.2.1-8"}, alter: overlook(wire.RuleServerUpgrade)},
	{Name: "accepts-no-connection", Sentence: "Accepts requests whose Connection field lacks \"Upgrade\".", Requires: []string{"RFC6455-4.2.1-10"}, alter: overlook(wire.RuleServerConnection)},
	{Name: "accepts-no-key", Sentence: "Accepts requests without a key.", Requires: []string{"RFC6455-4.2.1-12"}, alter: overlook(wire.RuleServerKeyMissing)},
	{Name: "accepts-bad-key", Sentence: "Accepts any key.", Requires: []string{"RFC6455-4.2.1-13", "RFC6455-4.3-1"}, alter: overlook(wire.RuleServerKeyForm)},
	{Name: "accepts-doubled-key", Sentence: "Accepts requests with two keys.", Requires: []string{"RFC6455-11.3.1-2"}, alter: overlook(wire.RuleServerKeyDoubled)},
	{Name: "accepts-no-version", Sentence: "Accepts requests without a version.", Requires: []string{"RFC6455-4.2.1-14"}, alter: overlook(wire.RuleServerVersionMissing)},
	{Name: "accepts-any-version", Sentence: "Accepts versions other than 13.", Requires: []string{"RFC6455-4.2.1-15", "RFC6455-4.2.2-10"}, alter: overlook(wire.RuleServerProtocolVersion)},
	{Name: "accepts-bad-version", Sentence: "Accepts malformed versions, such as 013.", Requires: []string{"RFC6455-4.3-2"}, alter: overlook(wire.RuleServerVersionForm)},
	{Name: "accepts-doubled-version", Sentence: "Accepts requests with two versions.", Requires: []string{"RFC6455-11.3.5-3"}, alter: overlook(wire.RuleServerVersionDoubled)},
	{Name: "accepts-bad-subprotocols", Sentence: "Accepts a malformed list of subprotocols.", Requires: []string{"RFC6455-4.3-3"}, alter: overlook(wire.RuleServerSubprotocols)},
	{Name: "accepts-bad-extensions", Sentence: "Accepts a malformed list of extensions.", Requires: []string{"RFC6455-9.1-1"}, alter: overlook(wire.RuleServerExtensions)},
	{
		Name: "connection-by-substring", Sentence: "Searches Connection for the substring \"upgrade\", and so accepts \"xupgradey\".", Requires: []string{"RFC6455-4.2.1-10"},
		// The detail names the missing token once and quotes the value of the field, so
		// a second "upgrade" comes from the value.
		alter: overlookIf(func(v *wire.Violation, _ wire.Header) bool {
			return v.Rule == wire.RuleServerConnection && strings.Count(strings.ToLower(v.Detail), "upgrade") > 1
		}),
	},
	{
		Name: "upgrade-case-sensitive", Sentence: "Compares Upgrade with \"websocket\" case-sensitively.", Requires: []string{"RFC6455-4.2.1-9"},
		alter: rejecting(func(r wire.Request) bool { return !strings.Contains(field(r, "Upgrade"), "websocket") }),
	},
	{
		Name: "connection-case-sensitive", Sentence: "Compares Connection with \"Upgrade\" case-sensitively.", Requires: []string{"RFC6455-4.2.1-11"},
		alter: rejecting(func(r wire.Request) bool { return !strings.Contains(field(r, "Connection"), "Upgrade") }),
	},
	{
		Name: "connection-no-list", Sentence: "Requires Connection to be exactly \"Upgrade\", not a list.", Requires: []string{"RFC6455-4.2.1-11"},
		alter: rejecting(func(r wire.Request) bool { return !strings.EqualFold(field(r, "Connection"), "upgrade") }),
	},
	{
		Name: "wants-origin", Sentence: "Rejects requests without an Origin field.", Requires: []string{"RFC6455-4.2.1-16"},
		alter: rejecting(func(r wire.Request) bool { return field(r, "Origin") == "" }),
	},
	{
		Name: "rejects-unknown-fields", Sentence: "Rejects requests with unknown fields.", Requires: []string{"RFC6455-4.2.1-20"},
		alter: rejecting(func(r wire.Request) bool {
			for _, f := range r.Fields {
				switch name := strings.ToLower(f.Name); {
				case name == "host", name == "upgrade", name == "connection", name == "origin", strings.HasPrefix(name, "sec-websocket-"):
				default:
					return true
				}
			}
			return false
		}),
	},
	{
		Name: "wants-host-first", Sentence: "Rejects requests whose first field is not Host.", Requires: []string{"RFC6455-4.2.1-21"},
		alter: rejecting(func(r wire.Request) bool { return !strings.EqualFold(r.Fields[0].Name, "host") }),
	},
	{
		Name: "rejects-absolute-target", Sentence: "Rejects an absolute URI as the request target.", Requires: []string{"RFC6455-4.2.1-5"},
		alter: rejecting(func(r wire.Request) bool { return !strings.HasPrefix(r.Target, "/") }),
	},
	{
		Name: "rejects-query", Sentence: "Rejects request targets with a query.", Requires: []string{"RFC6455-3-3"},
		alter: rejecting(func(r wire.Request) bool { return strings.Contains(r.Target, "?") }),
	},
	{
		Name: "rejects-split-extensions", Sentence: "Rejects requests with two Sec-WebSocket-Extensions fields.", Requires: []string{"RFC6455-11.3.2-1", "RFC6455-9.1-4"},
		alter: rejecting(func(r wire.Request) bool { return len(r.Fields.Values("Sec-WebSocket-Extensions")) > 1 }),
	},
	{
		Name: "rejects-long-fields", Sentence: "Rejects requests with a field of more than 1024 octets.", Requires: []string{"RFC6455-4.1-40"},
		alter: rejecting(func(r wire.Request) bool {
			for _, f := range r.Fields {
				if len(f.Value) > 1024 {
					return true
				}
			}
			return false
		}),
	},
	{
		Name: "request-in-one-read", Sentence: "Requires the whole request in its first read.", Requires: []string{"RFC6455-4.2.1-1"},
		alter: func(p *peer) { p.piece = func([]byte) bool { return true } },
	},
})

// onlyFor sets the roles of the faults.
func onlyFor(roles []wire.Role, faults []Fault) []Fault {
	for i := range faults {
		faults[i].roles = roles
	}
	return faults
}
