package overhttp2

import (
	"slices"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// ClientFaults returns every fault of clients. Some are those of servers as well. The caller may
// modify the slice.
func ClientFaults() []Fault {
	both := []string{
		"padding-is-data", "frame-in-one-data", "empty-data-ends", "refuses-unknown-frame", "refuses-unknown-setting", "refuses-ping", "ignores-window",
		"no-continuation", "resets-at-end", "sends-behind-end", "goaway-ends-all", "ignores-end",
	}
	shared := slices.DeleteFunc(Faults(), func(f Fault) bool { return !slices.Contains(both, f.Name) })
	return slices.Concat(clientRequests(), clientResponses(), shared)
}

// asking makes a client that changes the fields of its request.
func asking(change func(*[]hpack.HeaderField)) func(*client) {
	return func(c *client) { c.asks = change }
}

// without makes a client that leaves a field out.
func without(name string) func(*client) {
	return asking(func(f *[]hpack.HeaderField) {
		*f = slices.DeleteFunc(*f, func(f hpack.HeaderField) bool { return f.Name == name })
	})
}

// saying makes a client that gives a field another value.
func saying(name, value string) func(*client) {
	return asking(func(fields *[]hpack.HeaderField) {
		for i, f := range *fields {
			if f.Name == name {
				(*fields)[i].Value = value
			}
		}
	})
}

// takingResponse makes a client that ignores what is wrong with a response.
func takingResponse(what string) func(*client) {
	return func(c *client) { c.overlooks = func(w string) bool { return w == what } }
}

func clientRequests() []Fault {
	return []Fault{
		{
			Name: "sends-setting-2", Sentence: "Sends SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 2.", Requires: []string{"RFC8441-3-1"},
			client: func(c *client) {
				c.settings = append(c.settings, http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 2})
			},
		},
		{Name: "asks-unpermitted", Sentence: "Sends an extended CONNECT without SETTINGS_ENABLE_CONNECT_PROTOCOL.", Requires: []string{"RFC8441-3-3"}, client: func(c *client) { c.unpermitted = true }},
		{Name: "asks-prematurely", Sentence: "Sends an extended CONNECT before the SETTINGS of the server.", Requires: []string{"RFC8441-3-3"}, client: func(c *client) { c.premature = true }},
		{Name: "asks-without-protocol", Sentence: "Sends no :protocol.", Requires: []string{"RFC8441-5-1"}, client: without(":protocol")},
		{Name: "asks-for-another-protocol", Sentence: "Sends a :protocol of WebSocket, with two capitals.", Requires: []string{"RFC8441-5-1"}, client: saying(":protocol", "WebSocket")},
		{Name: "asks-with-get", Sentence: "Sends :protocol in a GET request.", Requires: []string{"RFC8441-4-1"}, client: saying(":method", "GET")},
		{Name: "asks-without-scheme", Sentence: "Sends no :scheme.", Requires: []string{"RFC8441-4-2"}, client: without(":scheme")},
		{Name: "asks-with-scheme-ws", Sentence: "Sends a :scheme of ws.", Requires: []string{"RFC8441-5-2"}, client: saying(":scheme", "ws")},
		{Name: "asks-without-authority", Sentence: "Sends no :authority.", Requires: []string{"RFC8441-5-5"}, client: without(":authority")},
		{Name: "asks-another-host", Sentence: "Sends an :authority that the URL does not have.", Requires: []string{"RFC8441-5-5"}, client: saying(":authority", "wsspec.invalid")},
		{Name: "asks-with-connection", Sentence: "Sends Connection: Upgrade.", Requires: []string{"RFC8441-5-3"}, client: asking(adding("connection", "Upgrade"))},
		{Name: "asks-with-capitals", Sentence: "Sends a field name with capitals.", Requires: []string{"RFC8441-5-5"}, client: asking(adding("User-Agent", "wsspec"))},
		{Name: "asks-twice-for-path", Sentence: "Sends a second :path behind the other fields.", Requires: []string{"RFC8441-5-5"}, client: asking(adding(":path", "/"))},
		{Name: "asks-without-version", Sentence: "Sends no Sec-WebSocket-Version.", Requires: []string{"RFC8441-5-5"}, client: without("sec-websocket-version")},
	}
}

func clientResponses() []Fault {
	return []Fault{
		{Name: "takes-101", Sentence: "Opens the connection on a 101.", Requires: []string{"RFC8441-5-6"}, client: takingResponse("101")},
		{Name: "takes-connection", Sentence: "Accepts Connection and Upgrade in a response.", Requires: []string{"RFC8441-5-3"}, client: takingResponse("connection fields")},
		{Name: "takes-capitals", Sentence: "Accepts a field name with capitals in a response.", Requires: []string{"RFC8441-5-5"}, client: takingResponse("capitals")},
		{Name: "takes-line-ends", Sentence: "Accepts a field value with CR and LF in a response.", Requires: []string{"RFC8441-5-5"}, client: takingResponse("line ends")},
		{Name: "takes-no-status", Sentence: "Opens the connection without :status.", Requires: []string{"RFC8441-5-5"}, client: takingResponse("no :status")},
		{Name: "takes-path", Sentence: "Accepts a pseudo-header field of a request in a response.", Requires: []string{"RFC8441-5-5"}, client: takingResponse("pseudo-header field")},
		{
			Name: "wants-200", Sentence: "Opens the connection on no other status than 200.", Requires: []string{"RFC8441-5-6"},
			client: func(c *client) {
				c.wants = func(f []hpack.HeaderField) bool { return valueOf(f, ":status") == "200" }
			},
		},
		{
			Name: "wants-accept", Sentence: "Refuses a wrong Sec-WebSocket-Accept.", Requires: []string{"RFC8441-5-4"},
			client: func(c *client) {
				c.wants = func(f []hpack.HeaderField) bool { return valueOf(f, "sec-websocket-accept") == "" }
			},
		},
		{
			Name: "ends-on-setting-0", Sentence: "Ends the connection on SETTINGS_ENABLE_CONNECT_PROTOCOL with 0.", Requires: []string{"RFC8441-3-5"},
			alter: ending(func(f http2.Frame) bool {
				s, ok := f.(*http2.SettingsFrame)
				if !ok {
					return false
				}
				v, sent := s.Value(http2.SettingEnableConnectProtocol)
				return sent && v == 0
			}),
		},
	}
}
