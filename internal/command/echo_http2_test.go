package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/certificate"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http2"
)

// With --http2 the echo server takes WebSockets over HTTP/2, and over HTTP/1.1 as before.
// Without it there is HTTP/1.1 alone.
func TestEchoOverHTTP2(t *testing.T) {
	issued, err := certificate.Issue(certificate.Request{Hosts: []string{"127.0.0.1"}, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := issued.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, octets := range map[string][]byte{certFile: issued.CertificatePEM(), keyFile: key} {
		if err := os.WriteFile(name, octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trusting := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	trusting.RootCAs.AddCert(issued.Authority)
	secure := []string{"--cert", certFile, "--key", keyFile}
	for _, tt := range []struct {
		name    string
		args    []string
		http2   bool   // how the client asks
		version string // of the answer, "" if there is none
	}{
		{"prior knowledge", []string{"--http2"}, true, "HTTP/2.0"},
		{"ALPN", append([]string{"--http2"}, secure...), true, "HTTP/2.0"},
		{"HTTP/1.1 beside it", []string{"--http2"}, false, "HTTP/1.1"},
		{"HTTP/1.1 beside it, by ALPN", append([]string{"--http2"}, secure...), false, "HTTP/1.1"},
		{"prior knowledge without the flag", nil, true, ""},
		{"ALPN without the flag", secure, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serves(t, append([]string{"echo", "--addr", "127.0.0.1:0"}, tt.args...)...)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			options := &ref.DialOptions{TLS: trusting, NoProxy: true}
			if tt.http2 {
				client := &http.Client{Transport: http2.NewTransport(trusting)}
				defer client.CloseIdleConnections()
				options = &ref.DialOptions{HTTPClient: client, ExtendedConnect: true}
			}
			conn, response, err := ref.Dial(ctx, strings.TrimSpace(s.url), options)
			if tt.version == "" {
				if err == nil || response != nil {
					t.Fatalf("%v, %v: want no answer", response, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			if response.Proto != tt.version {
				t.Errorf("answered by %s, want %s", response.Proto, tt.version)
			}
			if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
				t.Fatal(err)
			}
			if _, back, err := conn.Read(ctx); err != nil || string(back) != "Hello" {
				t.Errorf("came back: %q, %v", back, err)
			}
			if err := conn.Close(ref.StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wsspec(t, "echo", "--http2", "--fault", "masks-frames").want(t, exitUsage, "fault", "http2")
}
