package command

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref"
)

func TestFlagsReachTheServer(t *testing.T) {
	requests := make(chan *http.Request, 10)
	url := raw(t, func(_ int, conn net.Conn) {
		if _, req, ok := shake(conn); ok {
			select {
			case requests <- req:
			default: // a variant of the case
			}
		}
	})
	wsspec(t, "server", url+"echo?x=1", "--run", "3.1", "--timeout", "200ms", "--parallel", "1",
		"--header", "Authorization: Bearer a:b", "--header", "X-Two:  2 ", "--origin", "https://example.org", "--subprotocol", "chat", "--subprotocol", "soap").
		want(t, exitPass)
	for n := range 2 { // the probe's, and that of the case
		var req *http.Request
		select {
		case req = <-requests:
		case <-time.After(10 * time.Second):
			t.Fatalf("%d requests, want the probe's and one for the case", n)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer a:b", "X-Two": "2", "Origin": "https://example.org", "Sec-Websocket-Protocol": "chat, soap",
		} {
			if got := req.Header.Get(name); got != want {
				t.Errorf("request %d has %s: %q, want %q", n, name, got, want)
			}
		}
		if req.RequestURI != "/echo?x=1" {
			t.Errorf("request %d is for %s", n, req.RequestURI)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(ref.EchoHandler(&ref.AcceptOptions{}))
	t.Cleanup(server.Close)
	url := strings.Replace(server.URL, "https://", "wss://", 1) + "/"
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "server", url, "--run", "1.1.1").want(t, exitHarness, "TLS handshake", "certificate", "--ca FILE", "--insecure")
	wsspec(t, "server", url, "--run", "1.1.1", "--ca", ca).want(t, exitPass, "1 passed")
	wsspec(t, "server", url, "--run", "1.1.1", "--insecure").want(t, exitPass, "1 passed")
	wsspec(t, "server", url, "--run", "1.1.1", "--ca", empty).want(t, exitUsage, "no PEM certificate")
}

// A server that CI has just started takes a moment.
func TestWait(t *testing.T) {
	late := func(t *testing.T) string {
		return raw(t, func(n int, conn net.Conn) {
			if n <= 3 {
				speechless(n, conn)
				return // not ready yet
			}
			_, _, _ = shake(conn)
		})
	}
	wsspec(t, "server", late(t), "--run", "3.1").want(t, exitHarness, "closed the connection on the opening request")
	wsspec(t, "server", late(t), "--run", "3.1", "--wait", "20s").want(t, exitPass, "1 passed")
}
