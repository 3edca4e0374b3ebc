package conformance_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// answering is a server that answers each opening request with the same words,
// in which ACCEPT stands for the value that the request's key asks for, and
// then echoes.
func answering(t *testing.T, answer string) *conformance.Target {
	return serve(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, strings.ReplaceAll(answer, "ACCEPT", accept(req)))
		echo(conn, r)
	})
}

const (
	switching = "HTTP/1.1 101 Switching Protocols\r\n"
	upgrade   = "Upgrade: websocket\r\n"
	upgrades  = "Connection: Upgrade\r\n"
	accepts   = "Sec-WebSocket-Accept: ACCEPT\r\n"
)

// Answers that a client has to take (RFC 6455 4.1, RFC 7230).
func TestTheHandshakeAccepts(t *testing.T) {
	for name, answer := range map[string]string{
		"the plain answer":             switching + upgrade + upgrades + accepts + "\r\n",
		"fields in any case and order": "HTTP/1.1 101 OK\r\nsec-websocket-accept:ACCEPT\r\nCONNECTION: upgrade\r\nUpGrade: WebSocket\r\n\r\n",
		"no reason phrase":             "HTTP/1.1 101 \r\n" + upgrade + upgrades + accepts + "\r\n",
		"several connection options":   switching + upgrade + "Connection: keep-alive, Upgrade\r\n" + accepts + "\r\n",
		"connection options in lines":  switching + upgrade + "Connection: keep-alive\r\n" + upgrades + accepts + "\r\n",
		"fields of its own":            switching + upgrade + upgrades + accepts + "Server: x\r\nSet-Cookie: a=b\r\n\r\n",
		"the subprotocol asked for":    switching + upgrade + upgrades + accepts + "Sec-WebSocket-Protocol: chat\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			target := answering(t, answer)
			target.Subprotocols = []string{"superchat", "chat"}
			r := play(t, target, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
			if r.Verdict != verdict.Pass {
				t.Errorf("%s; want a pass", describe(r))
			}
		})
	}
}

// Answers that a client must fail the connection for (RFC 6455 4.1): each case
// is a failure of the peer, and says which clause.
func TestTheHandshakeRefuses(t *testing.T) {
	for _, tt := range []struct{ name, answer, why string }{
		{"another accept value", switching + upgrade + upgrades + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "Sec-WebSocket-Accept"},
		{"no accept value", switching + upgrade + upgrades + "\r\n", "without Sec-WebSocket-Accept"},
		{"two accept values", switching + upgrade + upgrades + accepts + accepts + "\r\n", "2 Sec-WebSocket-Accept"},
		{"no Upgrade", switching + upgrades + accepts + "\r\n", "Upgrade"},
		{"another Upgrade", switching + "Upgrade: h2c\r\n" + upgrades + accepts + "\r\n", "h2c"},
		{"no Connection", switching + upgrade + accepts + "\r\n", "Connection"},
		{"another Connection", switching + upgrade + "Connection: close\r\n" + accepts + "\r\n", "close"},
		{"HTTP/1.0", "HTTP/1.0 101 Switching Protocols\r\n" + upgrade + upgrades + accepts + "\r\n", "HTTP/1.0"},
		{"an extension that nobody offered", switching + upgrade + upgrades + accepts + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "permessage-deflate"},
		{"a subprotocol that nobody asked for", switching + upgrade + upgrades + accepts + "Sec-WebSocket-Protocol: soap\r\n\r\n", "soap"},
		{"a subprotocol in another case", switching + upgrade + upgrades + accepts + "Sec-WebSocket-Protocol: Chat\r\n\r\n", "Chat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := answering(t, tt.answer)
			target.Subprotocols = []string{"chat"}
			for _, r := range play(t, target, named(t, "1.1.2", "3.1", "7.13.1"), conformance.Options{Deadlines: short}) {
				if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, "The opening handshake failed: ") ||
					!strings.Contains(r.Explanation, tt.why) || !strings.Contains(r.Explanation, "RFC 6455") {
					t.Errorf("%s; want a failure of the handshake that mentions %s and the clause", describe(r), tt.why)
				}
			}
		})
	}
}

// What is no WebSocket endpoint at all is told apart, in a sentence with a hint,
// before any case runs; and in time.
func TestProbe(t *testing.T) {
	silent := func(conn net.Conn) { drain(conn) }
	for _, tt := range []struct {
		name   string
		server func(net.Conn)
		want   conformance.Problem
		says   []string
	}{
		{"404", words("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), conformance.NotUpgraded, []string{"404 Not Found", "Check the path", "--header"}},
		{"200", words("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), conformance.NotUpgraded, []string{"200 OK"}},
		{"401", words("HTTP/1.1 401 Unauthorized\r\n\r\n"), conformance.NotUpgraded, []string{"401", "credentials"}},
		{"another protocol", words("SSH-2.0-OpenSSH_9.6\r\n"), conformance.NotHTTP, []string{"no HTTP response", "SSH-2.0"}},
		{"TLS on the port", words("\x15\x03\x01\x00\x02\x02\x46"), conformance.NotHTTP, []string{"no HTTP response", "wss://"}},
		{"garbage for ever", func(conn net.Conn) { forever("\xff\xfe")(conn, nil) }, conformance.NotHTTP, []string{"no HTTP response"}},
		{"fields for ever", func(conn net.Conn) {
			_, _ = io.WriteString(conn, switching)
			forever("X-Header: and one more\r\n")(conn, nil)
		}, conformance.NotHTTP, nil},
		{"one line for ever", func(conn net.Conn) { forever("HTTP/1.1 ")(conn, nil) }, conformance.NotHTTP, nil},
		{"silence", silent, conformance.NoAnswer, []string{"no answer to the opening request within 0.25 s", "--slow gives more time"}},
		{"closed at once", func(net.Conn) {}, conformance.NoAnswer, nil},
		{"half an answer", words("HTTP/1.1 101 Swit"), conformance.NotHTTP, []string{"broke off after 17 octets"}},
		{"half an answer, then silence", func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Swit")
			drain(conn)
		}, conformance.NoAnswer, []string{"only the first 17 octets of an answer", "within 0.25 s", "--slow gives more time"}},
		{"an answer that drips for ever", func(conn net.Conn) {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			_, _ = io.WriteString(conn, switching+"X: ")
			for range tick.C {
				if _, err := io.WriteString(conn, "x"); err != nil {
					return
				}
			}
		}, conformance.NoAnswer, []string{"octets of an answer", "within 0.25 s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := serve(t, tt.server)
			_, err := conformance.Probe(within(t, 10*time.Second), target, short)
			problem(t, err, tt.want, tt.says...)
			// Cases that find the server so say the same in short.
			for _, r := range play(t, target, named(t, "1.1.1", "3.1", "7.13.1"), conformance.Options{Deadlines: short}) {
				if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, "No connection for this case: ") {
					t.Errorf("%s; want a failure for want of a connection", describe(r))
				}
			}
		})
	}
}

// words is a server that answers anything with the same words and closes.
func words(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, answer)
		_ = conn.(*net.TCPConn).CloseWrite()
		drain(conn)
	}
}

func problem(t *testing.T, err error, want conformance.Problem, says ...string) {
	t.Helper()
	var target *conformance.TargetError
	if !errors.As(err, &target) {
		t.Fatalf("error %v, want a *TargetError", err)
	}
	if target.Problem != want {
		t.Errorf("problem %d (%v), want %d", target.Problem, err, want)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q does not mention %q", err, s)
		}
	}
}

func TestProbeOfAPortThatNobodyListensOn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := &conformance.Target{URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	l.Close()
	_, err = conformance.Probe(within(t, 10*time.Second), target, short)
	problem(t, err, conformance.Unreachable, "cannot connect to "+l.Addr().String(), "Is the server running")
}

func TestProbeOfTLSWhereThereIsNone(t *testing.T) {
	for name, handle := range map[string]func(net.Conn){
		"a plain server": words("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"a mute server":  drain,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := serve(t, handle)
			target.URL.Scheme = "wss"
			_, err := conformance.Probe(within(t, 10*time.Second), target, short)
			problem(t, err, conformance.TLSRefused, "TLS handshake", "--insecure", "ws://")
		})
	}
}

func TestProbeOfAGoodServer(t *testing.T) {
	closed := make(chan []byte, 1)
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		rest, _ := io.ReadAll(r)
		closed <- rest
	}))
	roundTrip, err := conformance.Probe(within(t, 10*time.Second), target, short)
	if err != nil || roundTrip <= 0 {
		t.Fatalf("round trip %s, %v; want one", roundTrip, err)
	}
	select {
	case octets := <-closed: // a whole masked Close with 1000
		h, n, err := wire.ParseHeader(octets)
		if err != nil || h.Opcode != wire.OpClose || !h.Masked || h.Length != 2 || len(octets) != n+2 {
			t.Errorf("the probe left %x behind the handshake, want a Close frame", octets)
		}
	case <-time.After(10 * time.Second):
		t.Error("the probe did not close its connection")
	}
}

// The request that a server sees is a client's that follows RFC 6455 4.1, with
// what the target adds.
func TestTheOpeningRequest(t *testing.T) {
	seen := make(chan *http.Request, 1)
	target := serve(t, func(conn net.Conn) {
		if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			seen <- req
		}
	})
	target.URL.Path, target.URL.RawQuery = "/echo", "a=b"
	target.Origin, target.Subprotocols = "https://example.org", []string{"chat", "soap"}
	target.Fields = wire.Fields{{Name: "Authorization", Value: "Bearer x"}}
	ctx, cancel := context.WithCancel(within(t, 10*time.Second))
	defer cancel()
	_, _ = conformance.Probe(ctx, target, short)
	req := <-seen
	if req.Method != "GET" || req.RequestURI != "/echo?a=b" || req.Proto != "HTTP/1.1" || req.Host != target.URL.Host {
		t.Errorf("%s %s %s, Host %s", req.Method, req.RequestURI, req.Proto, req.Host)
	}
	for name, want := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade", "Sec-Websocket-Version": "13", "Origin": "https://example.org",
		"Sec-Websocket-Protocol": "chat, soap", "Authorization": "Bearer x", "Sec-Websocket-Extensions": "",
	} {
		if got := req.Header.Get(name); !strings.EqualFold(got, want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if key := req.Header.Get("Sec-WebSocket-Key"); len(key) != 24 {
		t.Errorf("Sec-WebSocket-Key %q is not 16 octets in base64", key)
	}
}
