package conformance_test

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// What a client does wrong in its TLS handshake is said in words that fit.
func TestServerNames(t *testing.T) {
	for _, tt := range []struct{ name, serverName, says string }{
		{"none", "", "The opening handshake failed: the client sends no server name (SNI) in its TLS handshake, the URL says localhost"},
		{"another", "other.example", `The opening handshake failed: the client names the server "other.example" in its TLS handshake, the URL says localhost`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			launch := func(ctx context.Context, url, _ string) []string {
				host, _, _ := strings.Cut(strings.TrimPrefix(url, "wss://"), "/")
				_, port, _ := net.SplitHostPort(host)
				conn, err := net.Dial("tcp", "127.0.0.1:"+port)
				if err != nil {
					return []string{err.Error()}
				}
				defer conn.Close()
				_ = tls.Client(conn, &tls.Config{ServerName: tt.serverName, InsecureSkipVerify: true}).HandshakeContext(ctx)
				return nil
			}
			r := spawn(t, nil, named(t, "rfc6455/10.6/5"), conformance.Options{Deadlines: short, SecureLauncher: launch})[0]
			if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, tt.says) {
				t.Errorf("%s; want %s", describe(r), tt.says)
			}
			for _, e := range r.Transcript {
				if strings.HasSuffix(e.Text, "TLS for ") {
					t.Errorf("the transcript says %q", e.Text)
				}
			}
		})
	}
}
