package command

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// fuzzingServer is a service with one case. It answers as Autobahn's does, except
// that update handles the connection of /updateReports. The channel has the target
// of each request.
func fuzzingServer(t *testing.T, update func(conn net.Conn)) (url string, asked <-chan string) {
	t.Helper()
	requests := make(chan string, 10)
	url = raw(t, func(_ int, conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		requests <- req.RequestURI
		if strings.HasPrefix(req.RequestURI, "/updateReports?") {
			update(conn)
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			wire.AcceptKey(req.Header.Get("Sec-WebSocket-Key")))
		if req.RequestURI == "/getCaseCount" {
			_, _ = conn.Write([]byte("\x81\x011"))
		}
		_, _ = conn.Write([]byte("\x88\x02\x03\xe8"))
		_ = conn.(*net.TCPConn).CloseWrite()
		drain(conn)
	})
	return url, requests
}

// Autobahn stops on shutdownOnComplete=true before it answers the handshake. A
// driver that ran every case has done its work then.
func TestDriveUntilTheServiceStops(t *testing.T) {
	for _, tt := range []struct {
		name   string
		update func(conn net.Conn)
		code   int
		says   string
	}{
		{"TCP ends", func(conn net.Conn) {}, exitPass, ""},
		{"TCP is reset", func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }, exitPass, ""},
		{"refused", func(conn net.Conn) {
			_, _ = conn.Write([]byte("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"))
		}, exitHarness, "asking for the report: opening handshake failed, status 500"},
		{"not HTTP", func(conn net.Conn) { _, _ = conn.Write([]byte("220 mail.example\r\n\r\n")) }, exitHarness, "asking for the report"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, asked := fuzzingServer(t, tt.update)
			wsspec(t, "echo", "--drive", url, "--agent", "a b").want(t, tt.code, tt.says)
			var got []string
			for len(asked) > 0 {
				got = append(got, <-asked)
			}
			if d := cmp.Diff([]string{"/getCaseCount", "/runCase?case=1&agent=a+b", "/updateReports?agent=a+b&shutdownOnComplete=true"}, got); d != "" {
				t.Errorf("requests (-want +got):\n%s", d)
			}
		})
	}
}

// A service that ends in the middle of the cases leaves the driver's work undone.
func TestDriveFailsInTheMiddle(t *testing.T) {
	url := raw(t, func(n int, conn net.Conn) {
		if n > 1 {
			return
		}
		if _, _, ok := shake(conn); ok {
			_, _ = conn.Write([]byte{0x81, 1, '1', 0x88, 2, 0x03, 0xe8})
			_ = conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}
	})
	wsspec(t, "echo", "--drive", url).want(t, exitHarness, "case 1: opening handshake failed")
}
