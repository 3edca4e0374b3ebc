package standalone

import (
	"net"
	"net/url"
	"os"
	"testing"
	"time"
)

// serverURL is the server under test unless the environment has WS_URL.
const serverURL = "ws://localhost:9001/"

// testServer plays the case against the server and reports what came of it.
func testServer(t *testing.T, c Case) {
	raw := os.Getenv("WS_URL")
	if raw == "" {
		raw = serverURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "ws" || u.Hostname() == "" {
		t.Fatalf("WS_URL is %q, and has to be a ws: URL, such as %s", raw, serverURL)
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "80")
	}
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatalf("nothing answers at %s: %v\nStart your echo server, and set WS_URL to its address: WS_URL=%s go test", raw, err, serverURL)
	}
	defer conn.Close()
	report(t, c, Server(c, conn, u))
}
