package ref

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A server is a handler that accepts, and what it was asked.
type server struct {
	url      string // ws://…
	address  string
	http     *httptest.Server
	requests chan *http.Request
	errs     chan error // of Accept
	ends     chan error // of the function
}

// serve runs a function on every connection accepted.
func serve(t *testing.T, options *AcceptOptions, f func(context.Context, *Conn) error) *server {
	t.Helper()
	s := newServer(t, options, f)
	s.http.Start()
	s.address = s.http.Listener.Addr().String()
	s.url = "ws://" + s.address
	return s
}

func newServer(t *testing.T, options *AcceptOptions, f func(context.Context, *Conn) error) *server {
	t.Helper()
	s := &server{requests: make(chan *http.Request, 100), errs: make(chan error, 100), ends: make(chan error, 100)}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests <- r
		conn, err := Accept(w, r, options)
		if err != nil {
			s.errs <- err
			return
		}
		defer conn.CloseNow()
		s.ends <- f(testContext(t), conn)
	}))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // refused TLS is part of the tests
	t.Cleanup(s.http.Close)
	return s
}

// exchange sends octets and returns the response, and what comes behind it.
func exchange(t *testing.T, address, octets string) (*http.Response, *bufio.Reader, net.Conn) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(testTimeout)))
	_, err = io.WriteString(conn, octets)
	must(t, err)
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, nil)
	must(t, err)
	t.Cleanup(func() { response.Body.Close() })
	return response, r, conn
}

const opening = "GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

func TestAccept(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil, Echo)
	response, _, conn := exchange(t, s.address, opening+"\r\n")
	if response.StatusCode != http.StatusSwitchingProtocols || response.Header.Get("Sec-Websocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("status %d, %v", response.StatusCode, response.Header) // RFC 6455 1.3's example
	}
	must(t, conn.Close())
	checkClosed(t, awaitErr(t, s.ends), 1006, true, wire.RuleConnectionLost)
}

// A request that is no good is refused with the status that fits and a sentence
// that names the clause.
func TestAcceptRefuses(t *testing.T) {
	noLeaks(t)
	swap := func(old, new string) string { return strings.Replace(opening, old, new, 1) + "\r\n" }
	s := serve(t, nil, Echo)
	for _, tt := range []struct {
		name, request string
		status        int
		field, value  string
		want          string
	}{
		{"no upgrade at all", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 426, "Upgrade", "websocket", "(RFC 6455 4.2.1)"},
		{"POST", swap("GET", "POST"), 405, "Allow", "GET", `method "POST", want GET`},
		{"no key", swap("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400, "", "", "no Sec-WebSocket-Key field (RFC 6455 4.2.1)"},
		{"a short key", swap("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400, "", "", "want base64 of 16 octets"},
		{"two keys", swap("Sec-WebSocket-Version", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version"), 400, "", "", "more than one Sec-WebSocket-Key"},
		{"version 8", swap("Version: 13", "Version: 8"), 426, "Sec-Websocket-Version", "13", "version 8, want 13"},
		{"no version", swap("Sec-WebSocket-Version: 13\r\n", ""), 400, "Sec-Websocket-Version", "13", "no Sec-WebSocket-Version"},
		{"HTTP/1.0", swap("HTTP/1.1", "HTTP/1.0"), 400, "", "", "HTTP version"},
		{"extensions that are no list", swap("Sec-WebSocket-Version", "Sec-WebSocket-Extensions: a b\r\nSec-WebSocket-Version"), 400, "", "", "Sec-WebSocket-Extensions"},
		{"a body", swap("Upgrade: websocket", "Content-Length: 4\r\nUpgrade: websocket") + "body", 400, "", "", "opening request with a body"},
		{"a body in chunks", swap("Upgrade: websocket", "Transfer-Encoding: chunked\r\nUpgrade: websocket") + "0\r\n\r\n", 400, "", "", "opening request with a body"},
		{"a page of another site", swap("Upgrade: websocket", "Origin: https://evil.example\r\nUpgrade: websocket"), 403, "", "", `origin "https://evil.example", not of host "example.com": origin is not permitted (RFC 6455 10.2)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response, _, _ := exchange(t, s.address, tt.request)
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("status %d, %q, want %d and %q", response.StatusCode, body, tt.status, tt.want)
			}
			if tt.field != "" && response.Header.Get(tt.field) != tt.value {
				t.Errorf("field %s: %q, want %q", tt.field, response.Header.Get(tt.field), tt.value)
			}
			var refused *HandshakeError
			if err := awaitErr(t, s.errs); !errors.As(err, &refused) || refused.Status != tt.status || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Accept: %v", err)
			}
		})
	}
}

// Frames that came with the request are not lost, nor read by anybody else.
func TestAcceptKeepsWhatCameBehindTheRequest(t *testing.T) {
	noLeaks(t)
	s := serve(t, nil, Echo)
	early := &peer{role: wire.RoleClient}
	long := strings.Repeat("x", 10_000) // more than the HTTP server reads at once
	_, r, conn := exchange(t, s.address, opening+"\r\n"+string(early.octets(whole(wire.OpText, "early"), whole(wire.OpText, long), closing(1000, ""))))
	server := &peer{role: wire.RoleServer}
	want := server.octets(whole(wire.OpText, "early"), whole(wire.OpText, long), closing(1000, ""))
	got, err := io.ReadAll(r)
	if err != nil || string(got) != string(want) {
		t.Errorf("%d octets, %v, want %d", len(got), err, len(want))
	}
	must(t, conn.Close())
	must(t, awaitErr(t, s.ends))
}

func TestAcceptChoosesTheSubprotocol(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		speaks []string
		asked  string // further lines of the request
		want   string
	}{
		{"none asked for", []string{"chat"}, "", ""},
		{"none spoken", nil, "Sec-WebSocket-Protocol: chat\r\n", ""},
		{"the server's preference counts", []string{"b", "a"}, "Sec-WebSocket-Protocol: a, b\r\n", "b"},
		{"over several lines", []string{"c"}, "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b, c\r\n", "c"},
		{"nothing in common", []string{"x"}, "Sec-WebSocket-Protocol: a\r\n", ""},
		{"case counts", []string{"Chat"}, "Sec-WebSocket-Protocol: chat\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			agreed := make(chan string, 1)
			s := serve(t, &AcceptOptions{Subprotocols: tt.speaks}, func(_ context.Context, c *Conn) error {
				agreed <- c.Subprotocol()
				return nil
			})
			response, _, _ := exchange(t, s.address, opening+tt.asked+"\r\n")
			if got, there := response.Header.Get("Sec-Websocket-Protocol"), response.Header["Sec-Websocket-Protocol"]; got != tt.want || (there != nil) != (tt.want != "") {
				t.Errorf("answered %q %v, want %q", got, there, tt.want)
			}
			if got := <-agreed; got != tt.want {
				t.Errorf("agreed on %q", got)
			}
		})
	}
}

// A server that cannot do without a subprotocol says which ones it speaks.
func TestAcceptRequiresASubprotocol(t *testing.T) {
	noLeaks(t)
	s := serve(t, &AcceptOptions{Subprotocols: []string{"b", "a"}, RequireSubprotocol: true}, Echo)
	for _, tt := range []struct {
		asked  string
		status int
	}{
		{"", 400},
		{"Sec-WebSocket-Protocol: x, y\r\n", 400},
		{"Sec-WebSocket-Protocol: x, a\r\n", 101},
	} {
		response, _, conn := exchange(t, s.address, opening+tt.asked+"\r\n")
		if response.StatusCode != tt.status {
			t.Errorf("asked for %q: status %d, want %d", tt.asked, response.StatusCode, tt.status)
		}
		if tt.status == 400 {
			const want = "subprotocol required, one of: b, a (RFC 6455 4.2.2)"
			if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), want) || response.Header["Sec-Websocket-Protocol"] != nil {
				t.Errorf("asked for %q: answered %q, %v", tt.asked, body, response.Header)
			}
			var refused *HandshakeError
			if err := awaitErr(t, s.errs); !errors.As(err, &refused) || refused.Status != 400 || !strings.Contains(err.Error(), want) {
				t.Errorf("Accept: %v", err)
			}
		}
		must(t, conn.Close())
	}
}

func TestOrigin(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		origin, host string
		tls          bool
		options      AcceptOptions
		permitted    bool
	}{
		{"", "example.com", false, AcceptOptions{}, true}, // no page
		{"http://example.com", "example.com", false, AcceptOptions{}, true},
		{"http://EXAMPLE.com", "example.com", false, AcceptOptions{}, true},
		{"http://example.com", "example.com:80", false, AcceptOptions{}, true},
		{"https://example.com", "example.com:443", true, AcceptOptions{}, true},
		{"https://example.com", "example.com", false, AcceptOptions{}, true}, // a proxy ends TLS
		{"http://example.com:8080", "example.com:8080", false, AcceptOptions{}, true},
		{"http://example.com:8080", "example.com", false, AcceptOptions{}, false},
		{"http://example.com", "example.com:8080", false, AcceptOptions{}, false},
		{"http://evil.example", "example.com", false, AcceptOptions{}, false},
		{"http://example.com.evil.example", "example.com", false, AcceptOptions{}, false},
		{"null", "example.com", false, AcceptOptions{}, false},
		{"null", "example.com", false, AcceptOptions{OriginPatterns: []string{"null"}}, true},
		{"nonsense", "example.com", false, AcceptOptions{}, false},
		{"https://a.example.org", "example.com", false, AcceptOptions{OriginPatterns: []string{"*.example.org"}}, true},
		{"https://example.org", "example.com", false, AcceptOptions{OriginPatterns: []string{"*.example.org"}}, false},
		{"https://example.org", "example.com", false, AcceptOptions{OriginPatterns: []string{"https://example.org"}}, true},
		{"http://example.org", "example.com", false, AcceptOptions{OriginPatterns: []string{"https://example.org"}}, false},
		{"https://evil.example/a.example.org", "example.com", false, AcceptOptions{OriginPatterns: []string{"*.example.org"}}, false},
		{"http://any.example", "example.com", false, AcceptOptions{OriginPatterns: []string{"*"}}, true},
		{"http://any.example", "example.com", false, AcceptOptions{CheckOrigin: func(*http.Request) bool { return true }}, true},
		{"", "example.com", false, AcceptOptions{CheckOrigin: func(*http.Request) bool { return false }}, false},
	} {
		r := &http.Request{Host: tt.host, Header: http.Header{}}
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if err := tt.options.checkOrigin(r); (err == nil) != tt.permitted {
			t.Errorf("origin %q at %q (%v): %v, want permitted %v", tt.origin, tt.host, tt.options.OriginPatterns, err, tt.permitted)
		}
	}
	two := &http.Request{Host: "example.com", Header: http.Header{"Origin": {"http://example.com", "http://example.com"}}}
	if (&AcceptOptions{}).checkOrigin(two) == nil {
		t.Error("two Origin fields were permitted")
	}
}

func TestAcceptElsewhere(t *testing.T) {
	noLeaks(t)
	request := func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		r.Header.Set("Sec-WebSocket-Version", "13")
		return r
	}
	for _, tt := range []struct {
		name    string
		request func() *http.Request
		options *AcceptOptions
		header  http.Header // of the ResponseWriter
		status  int
		want    string
	}{
		{"HTTP/2", func() *http.Request {
			r := request()
			r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
			return r
		}, nil, nil, 405, "HTTP/2 has no Upgrade"},
		{"a ResponseWriter that cannot be taken over", request, nil, nil, 500, "taking the connection over"},
		{"a subprotocol that is no token", request, &AcceptOptions{Subprotocols: []string{"a b"}}, nil, 500, `subprotocol "a b" is no token`},
		{"a subprotocol required of none", request, &AcceptOptions{RequireSubprotocol: true}, nil, 500, "a subprotocol is required, and there are none"},
		{"an origin pattern that is none", request, &AcceptOptions{OriginPatterns: []string{"["}}, nil, 500, "origin pattern"},
		{"a window that is none", request, &AcceptOptions{Compression: &Compression{ServerMaxWindowBits: 99}}, nil, 500, "want 8 to 15"},
		{"a negative close timeout", request, &AcceptOptions{CloseTimeout: -1}, nil, 500, "close timeout of -1ns"},
		{"a header field of the handshake", request, &AcceptOptions{Header: http.Header{"Sec-Websocket-Accept": {"x"}}}, nil, 500, "the opening handshake's own"},
		{"a header value with a line end", request, nil, http.Header{"X": {"a\r\nY: b"}}, 500, "control character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			for name, values := range tt.header {
				w.Header()[name] = values
			}
			_, err := Accept(w, tt.request(), tt.options)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
		})
	}
}

func TestAcceptAddsHeaderFields(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		conn, err := Accept(w, r, &AcceptOptions{Header: http.Header{"X-Served-By": {"ref"}}})
		if err != nil {
			t.Error(err)
			return
		}
		conn.CloseNow()
	}))
	defer s.Close()
	_, response, err := Dial(testContext(t), s.URL, nil)
	must(t, err)
	if response.Header.Get("X-Served-By") != "ref" || response.Header.Get("Set-Cookie") != "a=b" {
		t.Errorf("header %v", response.Header)
	}
}

// The application's fields are refused before anything is sent if they would
// not stay one field.
func TestAcceptRefusesHeaderFields(t *testing.T) {
	noLeaks(t)
	for _, h := range []http.Header{{"X": {"a\r\nb: c"}}, {"X": {"a\nb"}}, {"X": {"\x00"}}, {"X": {"\x1b[1m"}}, {"X": {"\x7f"}}, {"X\r\nY": {"a"}}, {"": {"a"}}} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://example.com/", nil)
		for _, f := range []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-Websocket-Version: 13", "Sec-Websocket-Key: dGhlIHNhbXBsZSBub25jZQ=="} {
			name, value, _ := strings.Cut(f, ": ")
			r.Header.Set(name, value)
		}
		if _, err := Accept(w, r, &AcceptOptions{Header: h}); err == nil || !strings.Contains(err.Error(), "RFC 7230 3.2") || w.Code != http.StatusInternalServerError {
			t.Errorf("%q: status %d, %v", h, w.Code, err)
		}
	}
}

func TestIsUpgrade(t *testing.T) {
	noLeaks(t)
	for value, want := range map[string]bool{"": false, "websocket": true, "h2c, WebSocket": true, "h2c": false} {
		if got := IsUpgrade(&http.Request{Header: http.Header{"Upgrade": {value}}}); got != want {
			t.Errorf("Upgrade %q: %v", value, got)
		}
	}
}

// A hijacker is a ResponseWriter whose server leaves its deadlines standing, as
// net/http permits.
type hijacker struct {
	http.ResponseWriter
	net.Conn
}

func (h hijacker) Write(p []byte) (int, error) { return h.ResponseWriter.Write(p) }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	err := h.SetDeadline(past)
	return h.Conn, bufio.NewReadWriter(bufio.NewReader(h.Conn), bufio.NewWriter(h.Conn)), err
}

func TestAcceptClearsTheServersDeadlines(t *testing.T) {
	noLeaks(t)
	a, b := tcpPair(t)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(opening + "\r\n")))
	must(t, err)
	conn, err := Accept(hijacker{httptest.NewRecorder(), a}, r, nil)
	must(t, err)
	defer conn.CloseNow()
	p := &peer{t: t, role: wire.RoleClient, Conn: b}
	p.send(whole(wire.OpText, "in time"))
	checkRead(t, conn, Text, "in time")
}

func TestEchoHandler(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(EchoHandler(nil))
	defer s.Close()
	conn, _, err := Dial(testContext(t), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	must(t, err)
	for i := range 3 {
		message := fmt.Sprintf("message %d", i)
		must(t, conn.Write(testContext(t), Text, []byte(message)))
		checkRead(t, conn, Text, message)
		must(t, conn.Write(testContext(t), Binary, []byte{byte(i)}))
		checkRead(t, conn, Binary, string([]byte{byte(i)}))
	}
	must(t, conn.Close(1001, ""))
}
