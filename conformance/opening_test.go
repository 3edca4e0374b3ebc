package conformance

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// What stands in braces comes from the plain handshake.
func TestNamesInARequest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		opening Opening
		want    string
	}{
		{"nothing changed", Opening{}, "GET /chat?a HTTP/1.1\r\nHost: h:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: K\r\nSec-WebSocket-Version: 13\r\nCookie: c\r\n\r\n"},
		{"edits", Opening{Edits: []Edit{
			Method("get"), RequestTarget("http://{host}{target}"), HTTPVersion("HTTP/1.0"), Remove("upgrade"), Remove("CONNECTION"),
			Replace("sec-websocket-key", " {key} "), Append("Sec-WebSocket-Key", "{key}"), Prepend("X", "{target}"),
		}}, "get http://h:1/chat?a HTTP/1.0\r\nX: /chat?a\r\nHost: h:1\r\nsec-websocket-key:  K \r\nSec-WebSocket-Version: 13\r\nCookie: c\r\nSec-WebSocket-Key: K\r\n\r\n"},
		{"in its own words", Opening{Raw: "GET {target} HTTP/1.1\nHost:{host}\n{key} {fields}\n"}, "GET /chat?a HTTP/1.1\nHost:h:1\nK Cookie: c\r\n\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := wire.NewRequest("/chat?a", "h:1", "K", wire.Fields{{Name: "Cookie", Value: "c"}})
			if got := string(tt.opening.request(&r)); got != tt.want {
				t.Errorf("%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

// The RFC's own sample: key and accept value (RFC 6455 1.3).
func TestNamesInAResponse(t *testing.T) {
	const key, accept = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	o := Opening{Edits: []Edit{
		Status(200, "OK"), Remove("Upgrade"), Append("A", "{accept}"), Append("B", "{accept lower}"), Append("C", "{accept cut}"), Append("D", "{key}"), Append("E", "{accept decoded}"),
	}}
	r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{{Name: "Upgrade", Value: "websocket"}}}
	want := "HTTP/1.1 200 OK\r\nA: " + accept + "\r\nB: " + strings.ToLower(accept) + "\r\nC: " + accept[:27] + "\r\nD: " + key + "\r\nE: " + acceptOf("the sample nonce") + "\r\n\r\n"
	if got := string(o.response(&r, key)); got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	raw := Opening{Raw: "HTTP/1.1 1O1\r\nX: {accept}\r\n\r\n"}
	if got, want := string(raw.response(&r, key)), "HTTP/1.1 1O1\r\nX: "+accept+"\r\n\r\n"; got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

// A case about extensions looks at names and parameters (RFC 6455 9.1, 11.4).
func TestOffered(t *testing.T) {
	for value, want := range map[string]string{
		"":                   "",
		"permessage-deflate": "",
		"permessage-deflate; client_max_window_bits, permessage-deflate": "",
		"bbf-usp-protocol; eid=\"a\"":                                    "",
		"x-webkit-deflate-frame":                                         "RFC6455-9.1-5",
		"permessage-deflate; level=9":                                    "RFC6455-9.1-6",
		"permessage-deflate, permessage-foo":                             "RFC6455-9.1-5",
	} {
		r := wire.NewRequest("/", "h", "K", wire.Fields{{Name: "Sec-WebSocket-Extensions", Value: value}})
		got := ""
		for _, v := range offered(r) {
			got += v.Rule.ID
		}
		if got != want {
			t.Errorf("%q breaks %q, want %q", value, got, want)
		}
	}
}

// A client that takes long over a bad response is slow; one that answers a Close
// frame has opened the connection.
func TestAClientThatAnswersCloseHasOpened(t *testing.T) {
	outcomes := []Outcome{
		{Behavior: OK, Ending: FailedByPeer()},
		{Behavior: NonStrict, Events: []Expect{Quiet("a second")}, Ending: NotOpened()},
	}
	quiet, gone := Event{Kind: EventQuiet, Name: "a second"}, Event{Kind: EventEOF}
	for _, tt := range []struct {
		name string
		seen observed
		want Behavior
	}{
		{"TCP closed at once", story(gone), OK},
		{"TCP closed behind the mark", story(quiet, harnessCloses, gone), NonStrict},
		{"TCP not closed at all", story(quiet, harnessCloses, harnessWaits), NonStrict},
		{"a Close frame behind the mark", story(quiet, harnessCloses, Event{Kind: EventClose, Code: 1000}, gone), Failed},
		{"silence without the mark", story(harnessWaits), Failed},
	} {
		if got := judge(outcomes, tt.seen).behavior; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
