package ref

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestParseTarget(t *testing.T) {
	noLeaks(t)
	type place struct {
		Secure                  bool
		Host, Address, Resource string
	}
	for _, tt := range []struct {
		uri  string
		want place
		err  string
	}{
		{"ws://example.com", place{false, "example.com", "example.com:80", "/"}, ""},
		{"WSS://example.com/chat", place{true, "example.com", "example.com:443", "/chat"}, ""},
		{"ws://example.com?q=1", place{false, "example.com", "example.com:80", "/?q=1"}, ""},
		{"ws://example.com:80/", place{false, "example.com", "example.com:80", "/"}, ""},
		{"ws://example.com:/", place{false, "example.com", "example.com:80", "/"}, ""},
		{"wss://example.com:80/", place{true, "example.com:80", "example.com:80", "/"}, ""},
		{"ws://[::1]:8080/a%23b?c=%20", place{false, "[::1]:8080", "[::1]:8080", "/a%23b?c=%20"}, ""},
		{"http://example.com", place{false, "example.com", "example.com:80", "/"}, ""},
		{"https://example.com", place{true, "example.com", "example.com:443", "/"}, ""},
		{"ftp://example.com", place{}, `scheme "ftp", want ws or wss (RFC 6455 3)`},
		{"example.com", place{}, "want ws or wss"},
		{"ws:///chat", place{}, "no host (RFC 6455 3)"},
		{"ws:example.com", place{}, "no host (RFC 6455 3)"},
		{"ws://example.com/#top", place{}, "fragment"},
		{"ws://example.com/#", place{}, "fragment"},
		{"ws://me:secret@example.com", place{}, "no place for user and password"},
		{"ws://example.com:70000", place{}, "port"},
		{"ws://exa mple.com", place{}, "WebSocket URI"},
		{"ws://exämple.com", place{}, "Host"},
	} {
		got, err := parseTarget(tt.uri)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %q", tt.uri, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.uri, err)
		default:
			if diff := cmp.Diff(tt.want, place{got.secure, got.host, got.address, got.resource}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.uri, diff)
			}
		}
	}
}

// A URI that cannot be used may have a password in it. The error does not.
func TestParseTargetKeepsPasswordsToItself(t *testing.T) {
	noLeaks(t)
	for _, uri := range []string{
		"ws://me:secret@example.com", "ws://me:secret@exa mple.com", "ftp://me:secret@example.com", "ws://me:secret@example.com/#top",
		"ws://me:secret@", "ws://me:secret@example.com:70000", "ws://me:secret@example.com:port", "ws://me:sec\nret@example.com", "ws://me:secret%@example.com",
	} {
		_, err := parseTarget(uri)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

// answer is a server that sends octets of the test's own making.
func answer(t *testing.T, respond func(w http.ResponseWriter, r *http.Request) string) (uri string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		octets := respond(w, r)
		tcp, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer tcp.Close()
		if _, err := io.WriteString(tcp, octets); err != nil {
			return
		}
		_ = tcp.SetReadDeadline(time.Now().Add(testTimeout))
		_, _ = io.Copy(io.Discard, tcp) // until the client is through with it
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func accepting(r *http.Request, more string) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		wire.AcceptKey(r.Header.Get("Sec-Websocket-Key")) + "\r\n" + more + "\r\n"
}

// A response that is no good fails the handshake, and the sentence names the
// clause; the response is there all the same.
func TestDialRefuses(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name    string
		respond func(r *http.Request) string
		status  int // of the response that Dial returns, zero for none
		want    string
	}{
		{"another status", func(*http.Request) string {
			return "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nwhat?"
		}, 404, "status 404, want 101 (RFC 6455 4.1)"},
		{"no accept", func(r *http.Request) string {
			return strings.Replace(accepting(r, ""), "Sec-WebSocket-Accept", "X", 1)
		}, 101, "Sec-WebSocket-Accept"},
		{"another's accept", func(r *http.Request) string {
			r.Header.Set("Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			return accepting(r, "")
		}, 101, "(RFC 6455 4.1)"},
		{"no upgrade", func(r *http.Request) string {
			return strings.Replace(accepting(r, ""), "Upgrade: websocket\r\n", "", 1)
		}, 101, "no Upgrade field"},
		{"a subprotocol nobody asked for", func(r *http.Request) string {
			return accepting(r, "Sec-WebSocket-Protocol: b\r\n")
		}, 101, "(RFC 6455 4.1)"},
		{"an extension nobody asked for", func(r *http.Request) string {
			return accepting(r, "Sec-WebSocket-Extensions: x\r\n")
		}, 101, "(RFC 6455 4.1)"},
		{"deflate with a parameter there is not", func(r *http.Request) string {
			return accepting(r, "Sec-WebSocket-Extensions: permessage-deflate; x\r\n")
		}, 101, "(RFC 7692 7)"},
		{"something that is not HTTP", func(*http.Request) string { return "\x81\x05Hello, this is no HTTP at all" }, 0, "opening response:"},
		{"a head without end", func(*http.Request) string {
			return "HTTP/1.1 101 Switching Protocols\r\n" + strings.Repeat("X: y\r\n", 20_000)
		}, 0, "more than 65536 octets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			uri := answer(t, func(_ http.ResponseWriter, r *http.Request) string { return tt.respond(r) })
			conn, response, err := Dial(testContext(t), uri, &DialOptions{Subprotocols: []string{"a"}, Compression: &Compression{}})
			if conn != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			var handshake *HandshakeError
			if !errors.As(err, &handshake) || handshake.Status != tt.status {
				t.Errorf("error %#v, want a HandshakeError with status %d", err, tt.status)
			}
			if (response != nil) != (tt.status != 0) {
				t.Fatalf("response %v", response)
			}
			if tt.status == 404 {
				body, err := io.ReadAll(response.Body)
				if string(body) != "what?" || err != nil {
					t.Errorf("body %q, %v", body, err)
				}
			}
		})
	}
}

func TestDialWhenNobodyAnswers(t *testing.T) {
	noLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed := l.Addr().String()
	l.Close()
	_, _, err = Dial(testContext(t), "ws://"+closed, nil)
	if err == nil || !strings.Contains(err.Error(), "connecting to "+closed) {
		t.Errorf("closed port: %v", err)
	}

	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts by its backlog and says nothing
	must(t, err)
	defer mute.Close()
	_, _, err = Dial(context.Background(), "ws://"+mute.Addr().String(), &DialOptions{
		HandshakeTimeout: 300 * time.Millisecond,
		DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return net.Dial(network, address) // however long that takes on a busy machine
		},
	})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "waiting for the opening response, 0 octets came: no connection within 300ms") {
		t.Errorf("mute server: %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	enough := errors.New("enough")
	cancel(enough)
	if _, _, err = Dial(ctx, "ws://"+mute.Addr().String(), nil); !errors.Is(err, enough) {
		t.Errorf("canceled: %v", err)
	}

	dropping := answer(t, func(w http.ResponseWriter, _ *http.Request) string {
		tcp, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(tcp, "HTTP/1.1 101 S")
			tcp.Close()
		}
		panic(http.ErrAbortHandler)
	})
	if _, _, err = Dial(testContext(t), dropping, nil); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "after 14 octets") {
		t.Errorf("dropped: %v", err)
	}
}

// Frames that came with the response are not lost.
func TestDialKeepsWhatCameBehindTheResponse(t *testing.T) {
	noLeaks(t)
	early := &peer{role: wire.RoleServer}
	uri := answer(t, func(_ http.ResponseWriter, r *http.Request) string {
		return accepting(r, "") + string(early.octets(whole(wire.OpText, "early"), whole(wire.OpText, strings.Repeat("x", 10_000))))
	})
	conn, _, err := Dial(testContext(t), uri, nil)
	must(t, err)
	defer conn.CloseNow()
	checkRead(t, conn, Text, "early")
	checkRead(t, conn, Text, strings.Repeat("x", 10_000))
}

func TestDialRequest(t *testing.T) {
	noLeaks(t)
	s := serve(t, &AcceptOptions{Subprotocols: []string{"b"}}, Echo)
	jar, err := cookiejar.New(nil)
	must(t, err)
	u, err := url.Parse(s.http.URL)
	must(t, err)
	jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: "7"}})
	conn, _, err := Dial(testContext(t), s.url+"/path?q=1", &DialOptions{
		Header:       http.Header{"Authorization": {"Bearer x"}, "Origin": {"http://example.com"}},
		Host:         "example.com",
		Subprotocols: []string{"a", "b"},
		Jar:          jar,
	})
	must(t, err)
	defer conn.CloseNow()
	r := <-s.requests
	for what, got := range map[string][2]string{
		"target":       {r.RequestURI, "/path?q=1"},
		"host":         {r.Host, "example.com"},
		"credentials":  {r.Header.Get("Authorization"), "Bearer x"},
		"cookie":       {r.Header.Get("Cookie"), "session=7"},
		"subprotocols": {strings.Join(r.Header.Values("Sec-Websocket-Protocol"), "|"), "a, b"},
		"agreed":       {conn.Subprotocol(), "b"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %q, want %q", what, got[0], got[1])
		}
	}
	must(t, conn.Close(1000, ""))
	first := r.Header.Get("Sec-Websocket-Key")
	conn, _, err = Dial(testContext(t), s.url, nil)
	must(t, err)
	defer conn.CloseNow()
	if second := (<-s.requests).Header.Get("Sec-Websocket-Key"); second == first {
		t.Errorf("the same key %q twice", first) // RFC6455-4.1-29
	}
	must(t, conn.Close(1000, ""))
}

func TestDialRefusesOptions(t *testing.T) {
	noLeaks(t)
	for _, o := range []DialOptions{
		{Header: http.Header{"Sec-Websocket-Key": {"x"}}},
		{Header: http.Header{"X": {"a\nb"}}},
		{Header: http.Header{"X": {"a\rb"}}},
		{Header: http.Header{"X": {"a\x00b"}}},
		{Header: http.Header{"X": {"a\x1bb"}}},
		{Header: http.Header{"X": {"a\x7f"}}},
		{Header: http.Header{"X\x01": {"a"}}},
		{Header: http.Header{"a b": {"c"}}},
		{Subprotocols: []string{"a b"}},
		{Subprotocols: []string{"a", "a"}},
		{RequireSubprotocol: true},
		{CloseTimeout: -1},
		{Redirects: -1},
		{Host: "a b"},
	} {
		if _, _, err := Dial(testContext(t), "ws://127.0.0.1:1", &o); err == nil || strings.Contains(err.Error(), "connecting") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Interim responses come before the final one and are not it (RFC 9110 15.2).
func TestDialSkipsInterimResponses(t *testing.T) {
	noLeaks(t)
	early := "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
	for _, tt := range []struct {
		name, before string
		want         string // of the error, "" for none
	}{
		{"103", early, ""},
		{"100", "HTTP/1.1 100 Continue\r\n\r\n", ""},
		{"several", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 x\r\nA: b\r\n\r\n" + early, ""},
		{"without end", strings.Repeat(early, 2000), "interim responses of more than 65536 octets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			uri := answer(t, func(_ http.ResponseWriter, r *http.Request) string {
				return tt.before + accepting(r, "") + "\x81\x01x"
			})
			conn, response, err := Dial(testContext(t), uri, nil)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error %v, want %q", err, tt.want)
				}
				return
			}
			must(t, err)
			defer conn.CloseNow()
			if response.StatusCode != http.StatusSwitchingProtocols {
				t.Errorf("response %v", response)
			}
			checkRead(t, conn, Text, "x")
		})
	}
	// A refusal behind an interim response is a refusal, with its body.
	uri := answer(t, func(http.ResponseWriter, *http.Request) string {
		return early + "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
	})
	_, response, err := Dial(testContext(t), uri, nil)
	if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Fatalf("%v, %v", response, err)
	}
	if body, _ := io.ReadAll(response.Body); string(body) != "no" {
		t.Errorf("body %q", body)
	}
}

// An octetConn gives one octet at a time, and the error at the end.
type octetConn struct {
	net.Conn
	left string
	err  error
}

func (c *octetConn) Read(p []byte) (int, error) {
	if c.left == "" {
		return 0, c.err
	}
	p[0] = c.left[0]
	c.left = c.left[1:]
	return 1, nil
}

// A response that comes octet by octet is read as any other. The work grows with
// its length, and not with the square of it.
func TestResponseOctetByOctet(t *testing.T) {
	noLeaks(t)
	timeout := errors.New("it took too long")
	const status = "HTTP/1.1 101 Switching Protocols\r\n"
	for _, tt := range []struct {
		name, octets string
		want         string // of the error, "" for none
	}{
		{"short", status + "\r\n", ""},
		{"long", status + strings.Repeat("a:b\r\n", 12_000) + "\r\n", ""},
		{"behind an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n" + status + "a: b\r\n\r\n", ""},
		{"behind many interim responses", strings.Repeat("HTTP/1.1 100 x\r\n\r\n", 3000) + status + "\r\n", ""},
		{"unfinished", status + strings.Repeat("a:b\r\n", 12_000), "60034 octets came: it took too long"},
		{"too long", status + strings.Repeat("a:b\r\n", 14_000), "more than 65536 octets"},
		{"a bare LF", status + "a: b\n", "ends in a bare LF"},
		{"a bare LF in the status line", "HTTP/1.1 101 x\n", "ends in a bare LF"},
		{"another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "opening response: "},
		{"a field without colon", status + "Upgrade\r\n", "has no colon"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, _, err := readResponse(context.Background(), &octetConn{left: tt.octets, err: timeout})
			runtime.ReadMemStats(&after)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if allocations := after.Mallocs - before.Mallocs; allocations > uint64(4*len(tt.octets)+1000) {
				t.Errorf("%d allocations for %d octets", allocations, len(tt.octets))
			}
		})
	}
}

// Every field that holds credentials stays with its origin, however it is spelled.
func TestRedirectsLeaveCredentialsBehind(t *testing.T) {
	noLeaks(t)
	target := serve(t, nil, Echo)
	header := http.Header{"x-other": {"kept"}}
	secrets := []string{
		"authorization", "Authorization", "AUTHORIZATION", "aUtHoRiZaTiOn", "cookie", "Cookie", "COOKIE", "cookie2",
		"proxy-authorization", "Proxy-Authorization", "www-authenticate", "WWW-Authenticate", "proxy-Authenticate",
	}
	for _, name := range secrets {
		header[name] = []string{"secret"}
	}
	byClient := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, client := range []*http.Client{nil, byClient} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			redirecting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					t.Error("the origin itself did not get the credentials")
				}
				http.Redirect(w, r, target.url, status)
			}))
			conn, _, err := Dial(testContext(t), redirecting.URL, &DialOptions{Redirects: 1, Header: header, HTTPClient: client})
			must(t, err)
			r := <-target.requests
			for name, values := range r.Header {
				if slices.Contains(values, "secret") {
					t.Errorf("status %d, client %v: %s went to another origin", status, client != nil, name)
				}
			}
			if r.Header.Get("X-Other") != "kept" {
				t.Errorf("status %d, client %v: came with %v", status, client != nil, r.Header)
			}
			must(t, conn.Close(1000, ""))
			redirecting.Close()
		}
	}
	if len(header) != len(secrets)+1 {
		t.Errorf("the caller's header was changed: %v", header)
	}
}

func TestDialTakesCookies(t *testing.T) {
	noLeaks(t)
	uri := answer(t, func(_ http.ResponseWriter, r *http.Request) string { return accepting(r, "Set-Cookie: a=b\r\n") })
	jar, err := cookiejar.New(nil)
	must(t, err)
	conn, _, err := Dial(testContext(t), uri, &DialOptions{Jar: jar})
	must(t, err)
	conn.CloseNow()
	u, _ := url.Parse("http" + strings.TrimPrefix(uri, "ws"))
	if cookies := jar.Cookies(u); len(cookies) != 1 || cookies[0].String() != "a=b" {
		t.Errorf("cookies %v", cookies)
	}
}

func TestDialTLS(t *testing.T) {
	noLeaks(t)
	s := newServer(t, nil, Echo)
	s.http.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(s.http.Certificate())
	uri := "wss" + strings.TrimPrefix(s.http.URL, "https")
	conn, _, err := Dial(testContext(t), uri, &DialOptions{TLS: &tls.Config{RootCAs: roots}})
	must(t, err)
	big := strings.Repeat("x", 100_000)
	must(t, conn.Write(testContext(t), Text, []byte(big)))
	checkRead(t, conn, Text, big)
	must(t, conn.Close(1000, ""))
	must(t, awaitErr(t, s.ends))
	if _, _, err := Dial(testContext(t), uri, nil); err == nil || !strings.Contains(err.Error(), "TLS: ") {
		t.Errorf("a certificate nobody knows: %v", err)
	}
	s.http.CloseClientConnections()
}

func TestDialUnixSocket(t *testing.T) {
	noLeaks(t)
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	must(t, err)
	s := httptest.NewUnstartedServer(EchoHandler(nil))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	conn, _, err := Dial(testContext(t), "ws://anything", &DialOptions{DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
		if address != "anything:80" {
			t.Errorf("asked for %q", address)
		}
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}})
	must(t, err)
	must(t, conn.Write(testContext(t), Text, []byte("x")))
	checkRead(t, conn, Text, "x")
	must(t, conn.Close(1000, ""))
}

func TestDialRedirects(t *testing.T) {
	noLeaks(t)
	target := serve(t, nil, Echo)
	var keys sync.Map
	redirecting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys.Store(r.Header.Get("Sec-Websocket-Key"), true)
		to := target.url + "/there"
		if r.URL.Path == "/again" {
			to = "/"
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}))
	defer redirecting.Close()
	uri := redirecting.URL + "/again"
	_, response, err := Dial(testContext(t), uri, nil)
	if err == nil || response == nil || response.StatusCode != http.StatusFound {
		t.Errorf("redirected without being asked to: %v", err)
	}
	if _, _, err = Dial(testContext(t), uri, &DialOptions{Redirects: 1}); err == nil || !strings.Contains(err.Error(), "more than 1 redirects") {
		t.Errorf("one redirect of two: %v", err)
	}
	keys.Clear()
	conn, _, err := Dial(testContext(t), uri, &DialOptions{Redirects: 2, Header: http.Header{"Authorization": {"secret"}, "X-Other": {"kept"}}})
	must(t, err)
	defer conn.CloseNow()
	r := <-target.requests
	if r.URL.Path != "/there" || r.Header.Get("Authorization") != "" || r.Header.Get("X-Other") != "kept" {
		t.Errorf("came as %s with %v", r.URL, r.Header)
	}
	if _, ok := keys.Load(r.Header.Get("Sec-Websocket-Key")); ok {
		t.Error("the key was used before")
	}
	must(t, conn.Close(1000, ""))
}

func TestRedirectsStayInTLS(t *testing.T) {
	noLeaks(t)
	d := dialer{}
	from, err := parseTarget("wss://example.com")
	must(t, err)
	to, _ := url.Parse("ws://example.com")
	if _, err := d.follow(from, to); err == nil || !strings.Contains(err.Error(), "out of TLS") {
		t.Errorf("error %v", err)
	}
}

// proxyServer is an HTTP proxy that knows CONNECT.
func proxyServer(t *testing.T, asked chan<- *http.Request) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		out, err := net.Dial("tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer out.Close()
		in, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer in.Close()
		_, _ = io.WriteString(in, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(out, bufio.NewReader(buffered))
			_ = out.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(in, out)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestDialThroughProxy(t *testing.T) {
	noLeaks(t)
	asked := make(chan *http.Request, 10)
	proxy := proxyServer(t, asked)
	s := serve(t, nil, Echo)
	through := func(user *url.Userinfo) *DialOptions {
		u, err := url.Parse(proxy.URL)
		must(t, err)
		u.User = user
		return &DialOptions{Proxy: http.ProxyURL(u)}
	}
	conn, _, err := Dial(testContext(t), s.url, through(url.UserPassword("me", "secret")))
	must(t, err)
	defer conn.CloseNow()
	r := <-asked
	if r.Method != "CONNECT" || r.Host != s.address || r.Header.Get("Proxy-Authorization") != "Basic bWU6c2VjcmV0" {
		t.Errorf("proxy was asked %s %s %v", r.Method, r.Host, r.Header)
	}
	must(t, conn.Write(testContext(t), Text, []byte("through")))
	checkRead(t, conn, Text, "through")
	must(t, conn.Close(1000, ""))

	if _, _, err := Dial(testContext(t), s.url, through(nil)); err == nil || !strings.Contains(err.Error(), "no tunnel to "+s.address+": status 407") {
		t.Errorf("a proxy that refuses: %v", err) // RFC6455-4.1-14
	}
	o := through(nil)
	o.NoProxy = true
	direct, _, err := Dial(testContext(t), s.url, o)
	must(t, err)
	defer direct.CloseNow()
	must(t, direct.Close(1000, ""))
	if _, _, err := Dial(testContext(t), s.url, &DialOptions{Proxy: http.ProxyURL(&url.URL{Scheme: "socks5", Host: "x"})}); err == nil || !strings.Contains(err.Error(), `scheme "socks5"`) {
		t.Errorf("a proxy of another kind: %v", err)
	}
}

// "MUST wait": to one address no more than one connection is opened at a time
// (RFC6455-4.1-6), also under another name (RFC6455-4.1-7).
func TestDialWaitsForAnother(t *testing.T) {
	noLeaks(t)
	if addresses, err := net.LookupHost("localhost"); err != nil || !slices.Contains(addresses, "127.0.0.1") {
		t.Skipf("localhost is %v here (%v), no second name for 127.0.0.1", addresses, err)
	}
	begun, goOn := make(chan string, 10), make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- r.URL.Path
		<-goOn
		EchoHandler(nil).ServeHTTP(w, r)
	}))
	defer s.Close()
	defer release()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	must(t, err)
	dial := func(host, path string) <-chan error {
		return inBackground(func() error {
			conn, _, err := Dial(testContext(t), fmt.Sprintf("ws://%s:%s%s", host, port, path), &DialOptions{NoProxy: true})
			if err != nil {
				return err
			}
			return conn.Close(1000, "")
		})
	}
	first := dial("127.0.0.1", "/first")
	if got := <-begun; got != "/first" {
		t.Fatal(got)
	}
	second := dial("localhost", "/second")
	for waiting := 0; waiting < 2; { // until the second is in the dialQueue
		dialQueues.mu.Lock()
		if q := dialQueues.waiting["127.0.0.1:"+port]; q != nil {
			waiting = q.n
		}
		dialQueues.mu.Unlock()
		select {
		case err := <-second:
			t.Fatalf("the second did not wait: %v", err)
		case path := <-begun:
			t.Fatalf("%s began before the first was through", path)
		default:
		}
	}
	release()
	must(t, awaitErr(t, first))
	must(t, awaitErr(t, second))
	dialQueues.mu.Lock()
	defer dialQueues.mu.Unlock()
	if len(dialQueues.waiting) != 0 {
		t.Errorf("queues left: %v", dialQueues.waiting)
	}
}

// The way out of the waiting: as many handshakes at once as there are dials.
func TestAllowConcurrentDials(t *testing.T) {
	noLeaks(t)
	const dials = 8
	var together sync.WaitGroup
	together.Add(dials)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		together.Done()
		together.Wait() // for all of them
		EchoHandler(nil).ServeHTTP(w, r)
	}))
	defer s.Close()
	var ends []<-chan error
	for range dials {
		ends = append(ends, inBackground(func() error {
			conn, _, err := Dial(testContext(t), s.URL, &DialOptions{AllowConcurrentDials: true})
			if err != nil {
				return err
			}
			return conn.Close(1000, "")
		}))
	}
	for _, end := range ends {
		must(t, awaitErr(t, end))
	}
}

func TestDialSlot(t *testing.T) {
	noLeaks(t)
	var a, b dialSlot
	must(t, a.take(testContext(t), "x:1"))
	must(t, b.take(testContext(t), "y:1")) // another address, no waiting
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := b.take(short, "x:1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no dialSlot: %v", err)
	}
	a.release()
	a.release()
	must(t, b.take(testContext(t), "x:1"))
	b.release()
	if len(dialQueues.waiting) != 0 {
		t.Errorf("queues left: %v", dialQueues.waiting)
	}
}
