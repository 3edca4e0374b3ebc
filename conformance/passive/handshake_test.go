package passive_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/stream"
)

// Both halves of the opening handshake, and what is not WebSocket.
func TestHandshake(t *testing.T) {
	const (
		get      = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
		post     = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
		chunked  = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nbody\r\n0\r\nA: b\r\n\r\n"
		ok       = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
		refusal  = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
		deflated = "Sec-WebSocket-Extensions: permessage-deflate"
	)
	with := func(old, replacement string) string { return strings.Replace(request, old, replacement, 1) }
	answer := func(old, replacement string) string { return strings.Replace(accept, old, replacement, 1) }
	pong := octets(t, "8a00")
	ping := octets(t, "898000000000")
	for _, tt := range []struct {
		name               string
		said               []spoken
		violations         []string
		unjudged           []string
		opened             bool
		clientFrames, sent int64
	}{
		{"correct", opened(spoken{client, ping}, spoken{server, pong}), nil, nil, true, 1, 1},
		{"a second request on the connection", []spoken{{client, get}, {server, ok}, {client, request}, {server, accept + pong}}, nil, nil, true, 0, 1},
		{"behind bodies", []spoken{{client, post + chunked}, {server, ok + "HTTP/1.1 204 No Content\r\n\r\n"}, {client, request}, {server, accept}}, nil, nil, true, 0, 0},
		{"behind an interim response", []spoken{{client, request}, {server, "HTTP/1.1 103 Early Hints\r\n\r\n" + accept}}, nil, nil, true, 0, 0},
		{"refused", []spoken{{client, request}, {server, refusal}}, nil, nil, false, 0, 0},
		{"refused, and another try", []spoken{{client, request}, {server, refusal}, {client, request}, {server, accept}}, nil, nil, true, 0, 0},
		{
			"frames behind a refusal", []spoken{{client, request}, {server, refusal + pong}},
			[]string{"server 47 RFC6455-4.2.1-2"}, []string{"server 47 true the server refused the opening handshake, and went on", "client 157 true the server refused the opening handshake, and went on"}, false, 0, 0,
		},
		{"no Host", []spoken{{client, with("Host: localhost:9001\r\n", "")}, {server, accept}}, []string{"client 133 RFC6455-4.1-24"}, nil, true, 0, 0},
		{"a short key", []spoken{{client, with(key, "AAAA")}, {server, answer("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "XB9IIzDTB5SFgH/jYXFZTWYC8MY=")}}, []string{"client 102 RFC6455-4.1-28"}, nil, true, 0, 0},
		{"version 8", []spoken{{client, with("Version: 13", "Version: 8")}, {server, accept}}, []string{"client 151 RFC6455-4.1-34"}, nil, true, 0, 0},
		{"another accept", []spoken{{client, request}, {server, answer("s3pPL", "AAAAA")}}, []string{"server 97 RFC6455-4.1-53"}, nil, true, 0, 0},
		{"no Connection", []spoken{{client, request}, {server, answer("Connection: Upgrade\r\n", "")}}, []string{"server 106 RFC6455-4.1-49"}, nil, true, 0, 0},
		{"an extension that was not offered", []spoken{{client, request}, {server, accepts + deflate}}, []string{"server 153 RFC6455-4.1-55"}, nil, true, 0, 0},
		{"a window that was not offered", []spoken{{client, plain + deflated + "\r\n\r\n"}, {server, accepts + deflated + "; client_max_window_bits=9\r\n\r\n"}}, []string{"server 153 RFC7692-7.1.2.2-7"}, nil, true, 0, 0},
		{"an offer with a bad value", []spoken{{client, plain + deflated + "; server_max_window_bits=7\r\n\r\n"}, {server, accept}}, []string{"client 181 RFC7692-7-2"}, nil, true, 0, 0},
		{"frames before the response", []spoken{{client, request + ping}, {server, accept}}, []string{"client 157 RFC6455-4.1-41"}, nil, true, 1, 0},
		{"to another protocol", []spoken{{client, request}, {server, answer("Upgrade: websocket", "Upgrade: h2c")}}, []string{"server 43 RFC6455-4.1-47"}, []string{"server 123 true the connection goes on with another protocol than websocket: h2c", "client 157 true the connection goes on with another protocol than websocket: h2c"}, false, 0, 0},
		{
			"a request with bare line feeds", []spoken{{client, strings.ReplaceAll(request, "\r\n", "\n")}},
			[]string{"client 0 RFC6455-4.1-20"}, []string{"client 0 true the client sent no request of HTTP", "server 0 true the client sent no request of HTTP"}, false, 0, 0,
		},
		{
			"a request of HTTP alone with bare line feeds", []spoken{{client, strings.ReplaceAll(get, "\r\n", "\n")}},
			nil, []string{"client 0 true the client sent no request of HTTP", "server 0 true the client sent no request of HTTP"}, false, 0, 0,
		},
		{
			"a response that is none", []spoken{{client, request}, {server, "101 HTTP/1.1\r\n\r\n"}},
			[]string{"server 0 RFC6455-4.1-57"}, []string{"server 0 true the server sent no response of HTTP", "client 157 true the server sent no response of HTTP"}, false, 0, 0,
		},
		{
			"another protocol", []spoken{{client, "\x00\x01\x02\x03"}},
			nil, []string{"client 0 true the client sent no request of HTTP", "server 0 true the client sent no request of HTTP"}, false, 0, 0,
		},
		{"TLS", []spoken{{client, "\x16\x03\x01\x02\x00"}}, nil, []string{"client 0 true this looks like TLS", "server 0 true this looks like TLS"}, false, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// In one piece each, so that times decide.
			var w watcher
			c := judged(tt.said, 1<<20, w.options())
			if diff := cmp.Diff(tt.violations, w.violations); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unjudged, w.unjudged); diff != "" {
				t.Errorf("not judged (-want +got):\n%s", diff)
			}
			s := c.Summary()
			if s.Opened != tt.opened || s.Client.Frames != tt.clientFrames || s.Server.Frames != tt.sent {
				t.Errorf("opened %t, %d and %d frames; want %t, %d and %d", s.Opened, s.Client.Frames, s.Server.Frames, tt.opened, tt.clientFrames, tt.sent)
			}
			var octetwise watcher
			judged(tt.said, 1, octetwise.options())
			if diff := cmp.Diff(w.violations, octetwise.violations); diff != "" {
				t.Errorf("in single octets (-whole +single):\n%s", diff)
			}
		})
	}
}

// Octets are fed by two goroutines: those of an answer may be fed before those of what it
// answers. Their times tell.
func TestTimesDecideWhatCameFirst(t *testing.T) {
	var w watcher
	c := passive.New(w.options())
	c.FromServer([]byte(accept), 2)
	c.FromClient([]byte(request), 1)
	c.FromClient([]byte(octets(t, "898000000000")), 3)
	c.End(4)
	d := passive.New(w.options())
	d.FromClient([]byte(request), 1)
	d.FromClient([]byte(octets(t, "898000000000")), 3)
	d.FromServer([]byte(accept), 2)
	d.End(4)
	if len(w.violations) > 0 || c.Summary().Client.Frames != 1 || d.Summary().Client.Frames != 1 {
		t.Errorf("violations %q, frames %d and %d; want none, and one each", w.violations, c.Summary().Client.Frames, d.Summary().Client.Frames)
	}
}

// Keys of several connections.
func TestKeysAreComparedWithEarlierConnections(t *testing.T) {
	var w watcher
	o := w.options()
	o.Keys, o.Masks = &opening.KeyQuality{}, &stream.MaskHistory{}
	frames := spoken{client, octets(t, "8980 01020304 8980 a1b2c3d4")}
	judged(opened(frames), 1<<20, o)
	judged(opened(frames), 1<<20, o)
	want := []string{"client 102 RFC6455-4.1-29", "client 165 RFC6455-5.3-4"}
	if diff := cmp.Diff(want, w.violations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
