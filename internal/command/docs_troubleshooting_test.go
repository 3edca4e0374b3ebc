package command

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// oneAnswer starts a server that has one answer to each opening request.
func oneAnswer(t *testing.T, response string) string {
	return raw(t, func(_ int, conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = conn.Write([]byte(response))
		}
	})
}

// Each message of docs/troubleshooting.md is one that the command prints.
func TestTroubleshootingQuotesTheCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIP: the messages of the system are those of Unix")
	}
	octets, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(octets)
	url := reference(t)
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "ws://" + closed.Addr().String() + "/"
	closed.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	status := func(line string) string { return oneAnswer(t, "HTTP/1.1 "+line+"\r\nContent-Length: 0\r\n\r\n") }
	silent := shaken(func(_ net.Conn, r *bufio.Reader) { _, _ = r.WriteTo(io.Discard) })
	one := []string{"--run", "1.1.1", "--profile", "plain"}
	for _, tt := range []struct {
		message string
		code    int
		args    []string
	}{
		{"cannot connect to HOST:9001: dial tcp HOST:9001: connect: connection refused", exitHarness, []string{"server", refused}},
		{"what came back is no HTTP response", exitHarness, []string{"server", oneAnswer(t, "SSH-2.0-x\r\n")}},
		{"the server took the connection and sent no answer to the opening request within", exitHarness, []string{"server", raw(t, func(_ int, conn net.Conn) { _, _ = bufio.NewReader(conn).WriteTo(io.Discard) }), "--timeout", "50ms"}},
		{"tls: first record does not look like a TLS handshake", exitHarness, []string{"server", "wss://" + host + "/"}},
		{"tls: failed to verify certificate", exitHarness, []string{"server", strings.Replace(secure.URL, "https:", "wss:", 1)}},
		{"with 401 Unauthorized instead of 101", exitHarness, []string{"server", status("401 Unauthorized")}},
		{"with 403 Forbidden instead of 101", exitHarness, []string{"server", status("403 Forbidden")}},
		{"with 404 Not Found instead of 101", exitHarness, []string{"server", status("404 Not Found")}},
		{"with 302 Found, Location:", exitHarness, []string{"server", status("302 Found\r\nLocation: ws://other.example/")}},
		{"The server wants a subprotocol, which it gets by --subprotocol NAME", exitHarness, []string{"server", oneAnswer(t, "HTTP/1.1 400 Bad Request\r\nContent-Length: 30\r\n\r\nmissing Sec-WebSocket-Protocol")}},
		{"sent nothing back within", exitNonconformant, []string{"server", raw(t, silent), "--timeout", "100ms"}},
		{"and nothing came within", exitNonconformant, []string{"server", raw(t, silent), "--timeout", "100ms", "--no-probe"}},
		{"the server ended before it took a connection at", exitHarness, []string{"server", "--start", "exit 3", refused}},
		{"the server took no connection at", exitHarness, []string{"server", "--start", "sleep 5", "--wait", "50ms", refused}},
		{"another program listens at", exitHarness, []string{"server", "--start", "sleep 5", url}},
		{"bind: address already in use", exitHarness, []string{"client", "--listen", host}},
		{"cannot start the client", exitHarness, []string{"client", "--run", "1.1.1", "--", "./no-such-client", "{url}"}},
		{"no client connected, so that nothing was tested", exitHarness, []string{"client", "--run", "1.1.1", "--", "true", "{url}"}},
		{"cannot write the report into", exitHarness, []string{"server", url, "--out", file}},
		{"--baseline: open known.json: no such file or directory", exitUsage, []string{"server", url, "--baseline", "known.json"}},
		{"matches no case; the nearest are", exitUsage, []string{"server", url, "--run", "99.1"}},
	} {
		t.Run(tt.message, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(page, "`"+tt.message+"`") {
				t.Error("the page does not quote this message")
			}
			args := tt.args
			if args[0] == "server" && tt.code != exitUsage || args[1] == "--listen" {
				args = append(args, one...)
			}
			o := wsspec(t, args...)
			said := regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(o.stdout+o.stderr, "HOST:9001")
			if o.code != tt.code || !strings.Contains(said, tt.message) {
				t.Errorf("%q ends with %d and says %s", args, o.code, said)
			}
		})
	}
	// One more needs a name without an address: a resolver may have one for each name.
	if quoted := len(regexp.MustCompile("(?m)^\\| `").FindAllString(page, -1)); quoted != 22 {
		t.Errorf("the page quotes %d messages; add those that are new to this test", quoted)
	}
}
