package script

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
		{"another field behind the query of the URL", Opening{Edits: []Edit{RequestTarget("{target}?b=%23c")}}, "GET /chat?a&b=%23c HTTP/1.1\r\nHost: h:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: K\r\nSec-WebSocket-Version: 13\r\nCookie: c\r\n\r\n"},
		{"in its own words", Opening{Raw: "GET {target} HTTP/1.1\nHost:{host}\n{key} {fields}\n"}, "GET /chat?a HTTP/1.1\nHost:h:1\nK Cookie: c\r\n\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := wire.NewRequest("/chat?a", "h:1", "K", wire.Fields{{Name: "Cookie", Value: "c"}})
			if got := string(tt.opening.Request(&r)); got != tt.want {
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
	request := wire.NewRequest("/", "h", key, nil)
	want := "HTTP/1.1 200 OK\r\nA: " + accept + "\r\nB: " + strings.ToLower(accept) + "\r\nC: " + accept[:27] + "\r\nD: " + key + "\r\nE: " + AcceptOf("the sample nonce") + "\r\n\r\n"
	if got := string(o.Response(&r, &request)); got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	raw := Opening{Raw: "HTTP/1.1 1O1\r\nX: {accept}\r\n\r\n"}
	if got, want := string(raw.Response(&r, &request)), "HTTP/1.1 1O1\r\nX: "+accept+"\r\n\r\n"; got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

// The subprotocols of the client's request have names too.
func TestSubprotocolNamesInAResponse(t *testing.T) {
	for _, tt := range []struct{ asked, want string }{
		{"chat", "chat|chat|CHAT"},
		{" chat,, Soap.v2 ", "chat|Soap.v2|CHAT"},
		{"Soap.v2, chat", "Soap.v2|chat|sOAP.V2"},
		{"13", "13|13|13x"},
		{"", "||x"},
	} {
		request := wire.NewRequest("/", "h", "K", wire.Fields{{Name: "Sec-WebSocket-Protocol", Value: tt.asked}})
		o := Opening{Raw: "{subprotocol}|{subprotocol last}|{subprotocol swapped}"}
		if got := string(o.Response(&wire.Response{}, &request)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.asked, got, tt.want)
		}
	}
}

// A sentence for people has room for no value of 4,000 octets.
func TestLongValuesAreShortened(t *testing.T) {
	long := strings.Repeat("x", 4000)
	for _, edit := range []Edit{
		Append("Cookie", long), Replace("Cookie", long), Prepend("Cookie", long), Method(long), RequestTarget("/" + long), HTTPVersion(long),
	} {
		o := Opening{Edits: []Edit{edit}}
		if got := o.String(); len(got) > 200 || !strings.Contains(got, " octets)") {
			t.Errorf("%d octets: %.300s", len(got), got)
		}
	}
	if got, want := (&Opening{Edits: []Edit{Append("X", strings.Repeat("y", 99))}}).String(), `open with another X: "`+strings.Repeat("y", 99)+`"`; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// A response with a status other than 101 is plain HTTP; what is no HTTP is not.
func TestRefuses(t *testing.T) {
	for _, tt := range []struct {
		opening *Opening
		want    bool
	}{
		{nil, false},
		{&Opening{}, false},
		{&Opening{Edits: []Edit{Remove("Upgrade")}}, false},
		{&Opening{Edits: []Edit{Status(200, "OK")}}, true},
		{&Opening{Edits: []Edit{Status(426, "Upgrade Required"), Append("Sec-WebSocket-Version", "13")}}, true},
		{&Opening{Raw: "HTTP/1.1 404 Not Found\r\n\r\n"}, true},
		{&Opening{Raw: "HTTP/1.1 1O1 Switching Protocols\r\n\r\n"}, false},
	} {
		if got := tt.opening.Refuses(); got != tt.want {
			t.Errorf("%v: %t, want %t", tt.opening, got, tt.want)
		}
	}
}
