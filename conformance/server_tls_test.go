package conformance_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// serveTLS is serve over TLS, with a certificate for localhost that the target trusts.
func serveTLS(t *testing.T, config *tls.Config, handle func(*tls.Conn)) *conformance.Target {
	t.Helper()
	now := time.Now()
	made, err := certificate.Issue(certificate.Request{Hosts: []string{"localhost"}, From: now.Add(-time.Minute), Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{made.Leaf}
	target := serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if secure.Handshake() == nil {
			handle(secure)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(made.Authority)
	target.TLS = &tls.Config{RootCAs: roots}
	target.URL = &url.URL{Scheme: "wss", Host: "localhost:" + target.URL.Port(), Path: "/"}
	return target
}

// echoTLS is the correct echo server over TLS.
func echoTLS(conn *tls.Conn) {
	r, ok := shake(conn, "")
	if !ok {
		return
	}
	p := &echoPeer{r: r, w: conn}
	for p.frame() {
	}
	_ = conn.CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	drain(conn)
}

// ended answers the opening request, reads up to the end of TLS, and calls then.
func ended(then func(*tls.Conn)) func(*tls.Conn) {
	return func(conn *tls.Conn) {
		if r, ok := shake(conn, ""); ok {
			_, _ = io.Copy(io.Discard, r)
			then(conn)
		}
	}
}

// What a server does with TLS that is not as usual is judged where RFC 6455 says something,
// and left alone where it does not.
func TestServersOverTLS(t *testing.T) {
	plainHTTP := func(conn *tls.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	}
	noName := func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if h.ServerName == "" {
			return nil, errors.New("who is meant?")
		}
		return nil, nil
	}
	byName := func(conn *tls.Conn) {
		if conn.ConnectionState().ServerName != "" {
			echoTLS(conn)
			return
		}
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n")
	}
	settings := func(conn *tls.Conn) {
		if conn.ConnectionState().NegotiatedProtocol != "h2" {
			echoTLS(conn)
			return
		}
		_, _ = io.WriteString(conn, "\x00\x00\x00\x04\x00\x00\x00\x00\x00")
		drain(conn)
	}
	h2 := func(handle func(*tls.Conn)) func(*tls.Conn) {
		return func(conn *tls.Conn) {
			if conn.ConnectionState().NegotiatedProtocol == "h2" {
				handle(conn)
				return
			}
			echoTLS(conn)
		}
	}
	only11 := func(conn *tls.Conn) {
		r := bufio.NewReader(conn)
		if start, _ := r.Peek(3); string(start) == "GET" {
			_, _ = http.ReadRequest(r)
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
		}
	}
	both := []string{"h2", "http/1.1"}
	for _, tt := range []struct {
		name   string
		config *tls.Config
		handle func(*tls.Conn)
		id     string
		want   verdict.Behavior
		says   string
	}{
		{"TLS 1.3 only, played with 1.2", &tls.Config{MinVersion: tls.VersionTLS13}, echoTLS, "rfc6455/10.6/10", verdict.Unimplemented, "support TLS 1.2 only"},
		{"TLS 1.3 only, played with 1.3", &tls.Config{MinVersion: tls.VersionTLS13}, echoTLS, "rfc6455/10.6/11", verdict.OK, ""},
		{"TLS 1.2 only, played with 1.3", &tls.Config{MaxVersion: tls.VersionTLS12}, echoTLS, "rfc6455/10.6/11", verdict.Unimplemented, "support TLS 1.3 only"},
		{"selects nothing", &tls.Config{}, echoTLS, "rfc6455/10.6/13", verdict.OK, ""},
		{"selects http/1.1", &tls.Config{NextProtos: []string{"http/1.1"}}, echoTLS, "rfc6455/10.6/13", verdict.OK, ""},
		{"selects h2 and speaks it", &tls.Config{NextProtos: both}, settings, "rfc6455/10.6/13", verdict.Unimplemented, "selects h2 and speaks it"},
		{"selects h2 and refuses by HTTP/1.1", &tls.Config{NextProtos: both}, h2(plainHTTP), "rfc6455/10.6/13", verdict.Failed, "answers the preface of HTTP/2 with HTTP/1.1"},
		{"selects h2 and accepts by HTTP/1.1 only", &tls.Config{NextProtos: both}, h2(only11), "rfc6455/10.6/13", verdict.Failed, "selects h2 in the TLS handshake, and speaks HTTP/1.1"},
		{"selects h2 and leaves", &tls.Config{NextProtos: both}, h2(func(*tls.Conn) {}), "rfc6455/10.6/13", verdict.NonStrict, "neither HTTP/2 nor HTTP/1.1"},
		{"serves without its name", &tls.Config{}, echoTLS, "rfc6455/10.6/14", verdict.OK, ""},
		{"needs its name in the TLS handshake", &tls.Config{GetConfigForClient: noName}, echoTLS, "rfc6455/10.6/14", verdict.Unimplemented, "do not name the server (SNI)"},
		{"needs its name and refuses by HTTP", &tls.Config{}, byName, "rfc6455/10.6/14", verdict.Unimplemented, "does not name it"},
		{"ends behind a close_notify alert", &tls.Config{}, echoTLS, "rfc6455/10.6/18", verdict.OK, ""},
		{"keeps TCP behind a close_notify alert", &tls.Config{}, ended(func(conn *tls.Conn) { drain(conn.NetConn()) }), "rfc6455/10.6/18", verdict.NonStrict, "kept the connection open"},
		{"answers the Close", &tls.Config{}, echoTLS, "rfc6455/10.6/22", verdict.OK, ""},
		{"leaves without an answer to the Close", &tls.Config{}, ended(func(*tls.Conn) {}), "rfc6455/10.6/22", verdict.Informational, ""},
		{"a FIN behind a Close", &tls.Config{}, echoTLS, "rfc6455/5.5/24", verdict.Unimplemented, "A ws: URL plays it."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := serveTLS(t, tt.config, tt.handle)
			results, err := conformance.RunServer(t.Context(), target, named(t, tt.id), conformance.Options{Deadlines: short})
			if err != nil {
				t.Fatal(err)
			}
			if r := results[0]; r.Behavior != tt.want || !strings.Contains(r.Explanation, tt.says) {
				t.Errorf("%s; want %s, with %q", describe(r), tt.want, tt.says)
			}
		})
	}
}

// A server that serves nobody any more when a tunnel has ended in the middle of a message
// fails the case about it.
func TestServersThatEndWithATunnel(t *testing.T) {
	for _, id := range []string{"rfc6455/10.6/20", "rfc6455/10.6/21"} {
		stuck := make(chan struct{})
		target := serveTLS(t, &tls.Config{}, func(conn *tls.Conn) {
			select {
			case <-stuck:
				return
			default:
			}
			r, ok := shake(conn, "")
			if !ok {
				return
			}
			const hello = 19 // octets of a frame with "Hello, world!"
			if _, err := r.Peek(hello); err == nil {
				echoBehind(conn, r)
				return
			}
			close(stuck)
		})
		results, err := conformance.RunServer(t.Context(), target, named(t, id), conformance.Options{Deadlines: short, Wait: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if results[0].Verdict != verdict.Fail {
			t.Errorf("%s: %s, want a failure", id, describe(results[0]))
		}
	}
}

// echoBehind echoes behind the opening handshake.
func echoBehind(conn *tls.Conn, r *bufio.Reader) {
	p := &echoPeer{r: r, w: conn}
	for p.frame() {
	}
	_ = conn.CloseWrite()
	drain(conn)
}
