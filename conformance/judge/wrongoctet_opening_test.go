package judge

import (
	"bytes"
	"strings"
	"testing"
)

func TestFieldOctet(t *testing.T) {
	const head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nConnection:keep-alive\r\nX: a\r\nx:  b\r\n\r\nX: body"
	for _, tt := range []struct{ name, behind string }{
		{"Upgrade", "websocket\r\n"},
		{"Connection", "keep-alive\r\n"},
		{"X", "b\r\n\r\n"},
		{"Sec-WebSocket-Accept", "\r\nX: body"},
	} {
		if got := head[fieldOctet([]byte(head), tt.name):]; !strings.HasPrefix(got, tt.behind) {
			t.Errorf("%s at %q, want %q", tt.name, got, tt.behind)
		}
	}
	for _, cut := range []string{"", "\r\n", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost:"} {
		if at := fieldOctet([]byte(cut), "Host"); at < 0 || at > max(len(cut)-1, 0) && !bytes.HasSuffix([]byte(cut), []byte(":")) {
			t.Errorf("%d in the %d octets of %q", at, len(cut), cut)
		}
	}
}
