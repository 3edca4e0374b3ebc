package secrets

import (
	"slices"
	"testing"
)

func TestTextRemovesSecretsByTheirForm(t *testing.T) {
	for text, want := range map[string]string{
		"ws://user:pw@host/path":                          "ws://REDACTED@host/path",
		"wss://user@host":                                 "wss://REDACTED@host",
		"dial wss://a:b@host: refused":                    "dial wss://REDACTED@host: refused",
		"ws://host/?a=1&b=two#f":                          "ws://host/?a=REDACTED&b=REDACTED#f",
		"ws://host/?justOneToken":                         "ws://host/?REDACTED",
		"GET /chat?token=x HTTP/1.1":                      "GET /chat?token=REDACTED HTTP/1.1",
		"GET /runCase?case=3&agent=me HTTP/1.1":           "GET /runCase?case=3&agent=me HTTP/1.1",
		"Authorization: Bearer x y":                       "Authorization: REDACTED",
		"Proxy-Authorization: Basic eA==\r\nHost: h":      "Proxy-Authorization: REDACTED\r\nHost: h",
		"set-cookie: a=b; Path=/":                         "set-cookie: REDACTED",
		`curl -H 'Cookie: a=b' ws://h/`:                   `curl -H 'Cookie: REDACTED' ws://h/`,
		"The peer closed with 1002.":                      "The peer closed with 1002.",
		"permessage-deflate;server_max_window_bits=10":    "permessage-deflate;server_max_window_bits=10",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==":     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"text message \"what?\", mail me@example.org a=b": "text message \"what?\", mail me@example.org a=b",
	} {
		if got := (&Redactor{}).Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if got := (*Redactor)(nil).Text(text); got != text {
			t.Errorf("no redactor makes %q of %q", got, text)
		}
	}
}

// A URL is found wherever it begins.
func TestLearn(t *testing.T) {
	for _, text := range []string{"ws://me:Passw0rd@host/", "mine=ws://me:Passw0rd@host/?a=b", "--url='ws://me:Passw0rd@host'", "see http://host/ and wss://me:Passw0rd@host"} {
		r := &Redactor{}
		r.Learn(text)
		if got := r.Text("it said Passw0rd"); got != "it said REDACTED" {
			t.Errorf("after %q: %q", text, got)
		}
	}
}

func TestWhatWasLearnedIsRemovedEverywhere(t *testing.T) {
	r := &Redactor{}
	r.Learn("wss://me:Passw0rd@host/?token=abc123def&room=server&n=7")
	for text, want := range map[string]string{
		"it said Passw0rd":          "it said REDACTED",
		"abc123def":                 "REDACTED",
		"bWU6UGFzc3cwcmQ=":          "REDACTED", // me:Passw0rd
		"the server sent 7 octets":  "the server sent 7 octets",
		"me and the host":           "me and the host",
		"Passw0rd abc123def Passw0": "REDACTED REDACTED Passw0",
		// In hexadecimal, and where a text was cut.
		"0x0a50617373773072640a (10 octets)":  "0x0a2a2a2a2a2a2a2a2a0a (10 octets)",
		"text message 0x0d0a5061737377… came": "text message 0x0d0a2a2a2a2a2a… came",
		"0x0d0a5061737377 came":               "0x0d0a5061737377 came",
		`"GET /?token=abc12…" came`:           `"GET /?token=REDACTED" came`,
		`"it said Passw0…" came`:              `"it said REDACTED…" came`,
		`"it said Pas…" came`:                 `"it said Pas…" came`,
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := string(r.Octets([]byte("\x81\x09abc123def"))); got != "\x81\x09*********" {
		t.Errorf("octets are %q", got)
	}
}

func TestArguments(t *testing.T) {
	args := []string{"wsspec", "server", "ws://h/", "--header", "X-Auth-Token: abc", "--header=Cookie: a=b", "-H", "Accept: x", "--token", "abc", "API_KEY=abc", "--out", "dir", "--subprotocol", "eyJhbGciOiJIUzI1NiJ9.e30", "--subprotocol=0123456789abcdef0123456789abcdef", "--subprotocol", "graphql-transport-ws", "--start", "serve --db-password pw --port 1 -api-key=k", "--token", "--quiet"}
	want := []string{"wsspec", "server", "ws://h/", "--header", "X-Auth-Token: REDACTED", "--header=Cookie: REDACTED", "-H", "Accept: x", "--token", "REDACTED", "API_KEY=REDACTED", "--out", "dir", "--subprotocol", "REDACTED", "--subprotocol=REDACTED", "--subprotocol", "graphql-transport-ws", "--start", "serve --db-password REDACTED --port 1 -api-key=REDACTED", "--token", "--quiet"}
	if got := (&Redactor{}).Arguments(args); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Octets keep their number, and what is no secret stays.
func TestMessage(t *testing.T) {
	for message, want := range map[string]string{
		"GET /?a=secret&case=1 HTTP/1.1\r\nHost: h\r\ncookie:  a=b\r\n\r\n":                                          "GET /?a=******&case=1 HTTP/1.1\r\nHost: h\r\ncookie:  ***\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: ws://u:p@h/?t=abc\r\nSet-Cookie: x=y\r\n\r\n":                               "HTTP/1.1 302 Found\r\nLocation: ws://***@h/?t=***\r\nSet-Cookie: ***\r\n\r\n",
		"GET / HTTP/1.1\nAuthorization: Basic x":                                                                     "GET / HTTP/1.1\nAuthorization: *******",
		"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: graphql-transport-ws, eyJhbGciOiJIUzI1NiJ9.e30,v12.stomp\r\n\r\n": "GET / HTTP/1.1\r\nSec-WebSocket-Protocol: graphql-transport-ws, ************************,v12.stomp\r\n\r\n",
		"\x81\x05Hello": "\x81\x05Hello",
		"":              "",
	} {
		octets := []byte(message)
		if got := string((&Redactor{}).Message(octets)); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
		if string(octets) != message {
			t.Errorf("the octets of the message were changed to %q", octets)
		}
	}
}
