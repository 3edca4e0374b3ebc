package script

import (
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// An earlier request has the fields that the target needs. A plain one has nothing of
// an opening handshake.
func TestEarlierRequests(t *testing.T) {
	for _, tt := range []struct {
		name    string
		earlier Earlier
		want    string
	}{
		{"plain", Earlier{Plain: true}, "GET /chat HTTP/1.1\r\nHost: h:1\r\nCookie: c\r\n\r\n"},
		{"plain, with a body", Earlier{Plain: true, Edits: []Edit{Method("POST"), Append("Content-Length", "2")}, Body: "hi"},
			"POST /chat HTTP/1.1\r\nHost: h:1\r\nCookie: c\r\nContent-Length: 2\r\n\r\nhi"},
		{"an opening request", Earlier{Edits: []Edit{Replace("Sec-WebSocket-Version", "99")}},
			"GET /chat HTTP/1.1\r\nHost: h:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: K\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Extensions: x\r\nCookie: c\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := wire.NewRequest("/chat", "h:1", "K", wire.Fields{{Name: "Sec-WebSocket-Extensions", Value: "x"}, {Name: "Cookie", Value: "c"}})
			before := string(r.Append(nil))
			if got := string(tt.earlier.Request(&r)); got != tt.want {
				t.Errorf("%q\nwant\n%q", got, tt.want)
			}
			if after := string(r.Append(nil)); after != before {
				t.Errorf("the opening request became %q", after)
			}
		})
	}
}

// What a case does before, behind and instead of its opening request is said.
func TestOpeningSentences(t *testing.T) {
	for _, tt := range []struct {
		opening Opening
		want    string
	}{
		{Opening{Preface: "\r\n"}, `open with "\r\n" before it`},
		{Opening{Edits: []Edit{Append("Content-Length", "2")}, Body: "hi"}, `open with another Content-Length: "2", "hi" after it`},
		{Opening{LineCuts: []LineCut{CutAfter(1), {Line: -1, Octet: 1}}}, "open, cut after line 1 and 1 lines before the end (+1 octets), with a moment between two segments"},
		{Opening{Silent: true}, "connect and send nothing"},
		{Opening{Silent: true, Preface: "GET"}, `connect and send no more than "GET"`},
		{Opening{Earlier: []Earlier{{Plain: true}, {Edits: []Edit{Remove("Host")}}}},
			"send a plain GET request, and read the response; then, on the same connection, send an opening request, without Host, and read the response; then, on the same connection, open"},
	} {
		if got := tt.opening.String(); got != tt.want {
			t.Errorf("%s\nwant\n%s", got, tt.want)
		}
	}
}
