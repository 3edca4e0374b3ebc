package ref

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A wrapped ResponseWriter is what middleware leaves of the server's own.
type wrapped struct {
	http.ResponseWriter
	status int
}

func (w *wrapped) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// An unwrapping one lets an http.ResponseController look behind it.
type unwrapping struct{ wrapped }

func (w *unwrapping) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Middleware may stand before Accept as long as it can be looked behind.
func TestAcceptBehindMiddleware(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		wrap   func(http.ResponseWriter) http.ResponseWriter
		status int
	}{
		{"none", func(w http.ResponseWriter) http.ResponseWriter { return w }, 101},
		{"with Unwrap", func(w http.ResponseWriter) http.ResponseWriter {
			return &unwrapping{wrapped{ResponseWriter: w}}
		}, 101},
		{"with Unwrap, twice", func(w http.ResponseWriter) http.ResponseWriter {
			return &unwrapping{wrapped{ResponseWriter: &unwrapping{wrapped{ResponseWriter: w}}}}
		}, 101},
		{"that hides everything", func(w http.ResponseWriter) http.ResponseWriter {
			return &wrapped{ResponseWriter: w}
		}, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			inner := &Server{Handler: echo}
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inner.ServeHTTP(tt.wrap(w), r)
			}))
			defer s.Close()
			conn, response, err := Dial(testContext(t), s.URL, &DialOptions{NoProxy: true})
			if response == nil || response.StatusCode != tt.status {
				t.Fatalf("%v, %v, want status %d", response, err, tt.status)
			}
			if tt.status != 101 {
				body, _ := io.ReadAll(response.Body)
				if err := nextError(t, inner); !strings.Contains(err.Error(), "feature not supported") || !strings.Contains(string(body), "Unwrap") {
					t.Errorf("answered %q, reported %v: want what is missing", body, err)
				}
				return
			}
			must(t, err)
			must(t, conn.Write(testContext(t), Text, []byte("Hello")))
			checkRead(t, conn, Text, "Hello")
			must(t, conn.Close(1000, ""))
		})
	}
}

// HTTP/2 has no Upgrade (RFC 9113 8.6): who asks that way is told so.
func TestAcceptOverHTTP2(t *testing.T) {
	noLeaks(t)
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a page") })
	for _, tt := range []struct {
		name    string
		handler http.Handler
		status  int
		want    string
	}{
		{"Accept", EchoHandler(nil), 405, "HTTP/2 has no Upgrade: a WebSocket is opened by CONNECT with :protocol websocket (RFC 8441 5)"},
		{"a server", &Server{Handler: echo}, 405, "HTTP/2 has no Upgrade"},
		{"a server with pages", &Server{Handler: echo, HTTPHandler: page}, 200, "a page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			s := httptest.NewUnstartedServer(tt.handler)
			s.EnableHTTP2 = true
			s.StartTLS()
			defer s.Close()
			r, err := http.NewRequestWithContext(testContext(t), http.MethodGet, s.URL, nil)
			must(t, err)
			r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") // all of the handshake that HTTP/2 can carry
			r.Header.Set("Sec-WebSocket-Version", "13")
			response, err := s.Client().Do(r)
			must(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			must(t, err)
			if response.ProtoMajor != 2 || response.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("%s, status %d, %q; want HTTP/2, %d and %q", response.Proto, response.StatusCode, body, tt.status, tt.want)
			}
			// The same server speaks HTTP/1.1 with those who ask for a WebSocket.
			trusting := s.Client().Transport.(*http.Transport).TLSClientConfig
			conn, _, err := Dial(testContext(t), s.URL, &DialOptions{TLS: trusting, NoProxy: true})
			must(t, err)
			must(t, conn.Write(testContext(t), Text, []byte("Hello")))
			checkRead(t, conn, Text, "Hello")
			must(t, conn.Close(1000, ""))
		})
	}
}

// A client that does not read cannot hold up the response.
func TestAcceptHandshakeTimeout(t *testing.T) {
	noLeaks(t)
	a, b := memoryConns()
	defer b.Close()
	_, err := a.Write(make([]byte, maxInFlight)) // no room is left
	must(t, err)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(opening + "\r\n")))
	must(t, err)
	_, err = Accept(hijacker{httptest.NewRecorder(), a}, r, &AcceptOptions{HandshakeTimeout: 20 * time.Millisecond})
	var refused *HandshakeError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "sending the response") {
		t.Errorf("error %v", err)
	}
	if _, err := a.Write(nil); err == nil {
		t.Error("the connection is still open")
	}
}

// Whatever a server, or a proxy, does not say is waited for no longer than asked.
func TestDialHandshakeTimeout(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct{ name, uri, proxy string }{
		{"a mute server", "ws://", ""},
		{"a server mute in TLS", "wss://", ""},
		{"a mute proxy", "ws://example.com/", "http://"},
		{"a proxy mute in TLS", "ws://example.com/", "https://"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			mute := listen(t)
			options := &DialOptions{HandshakeTimeout: 30 * time.Millisecond, NoProxy: tt.proxy == ""}
			uri := tt.uri
			if tt.proxy != "" {
				options.Proxy = http.ProxyURL(parsed(t, tt.proxy+mute.Addr().String()))
			} else {
				uri += mute.Addr().String()
			}
			_, _, err := Dial(context.Background(), uri, options)
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no connection within 30ms") {
				t.Errorf("error %v", err)
			}
		})
	}
}
