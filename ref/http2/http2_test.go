package http2_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http2"
	_ "github.com/wsspec/wsspec/ref/xconnect"
)

// server serves with TLS. It echoes, and has a page for other requests.
func server(t *testing.T, versions []string, streams int) (s *httptest.Server, trusting *tls.Config) {
	t.Helper()
	s = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ref.IsUpgrade(r) {
			_, _ = io.WriteString(w, "a page")
			return
		}
		ref.EchoHandler(nil).ServeHTTP(w, r)
	}))
	s.EnableHTTP2 = len(versions) > 1
	s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: streams}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: versions}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, s.Client().Transport.(*http.Transport).TLSClientConfig
}

// A Transport speaks HTTP/2 by ALPN, or not at all. What it opens shares connections as far
// as the server allows.
func TestTransport(t *testing.T) {
	for _, tt := range []struct {
		name        string
		versions    []string
		streams     int // that the server allows on a connection
		connections int // for three WebSockets and a page; 0 if there is no HTTP/2
	}{
		{"one connection for all", []string{"h2", "http/1.1"}, 100, 1},
		{"two streams a connection", []string{"h2", "http/1.1"}, 2, 2},
		{"HTTP/1.1 alone", []string{"http/1.1"}, 100, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, trusting := server(t, tt.versions, tt.streams)
			client := &http.Client{Transport: http2.NewTransport(trusting)}
			defer client.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			from := map[string]bool{}
			for range 3 {
				conn, _, err := ref.Dial(ctx, s.URL, &ref.DialOptions{HTTPClient: client, ExtendedConnect: true})
				if tt.connections == 0 {
					if err == nil || !strings.Contains(err.Error(), "no application protocol") {
						t.Fatalf("%v, want that there is no HTTP/2", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer conn.CloseNow()
				from[conn.LocalAddr().String()] = true
				if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
					t.Fatal(err)
				}
				if _, back, err := conn.Read(ctx); err != nil || string(back) != "Hello" {
					t.Fatalf("came back: %q, %v", back, err)
				}
			}
			page, err := client.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer page.Body.Close()
			if body, err := io.ReadAll(page.Body); page.ProtoMajor != 2 || string(body) != "a page" || err != nil {
				t.Errorf("%s, %q, %v", page.Proto, body, err)
			}
			if len(from) != tt.connections {
				t.Errorf("%d connections, want %d", len(from), tt.connections)
			}
		})
	}
}
