package opening_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Frames of a server.
const (
	settings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	pong     = "\x00\x00\x08\x06\x01\x00\x00\x00\x00wsspec h"
	goAway   = "\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b"
	ping     = "\x00\x00\x08\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

// A server that HTTP/2 does not reach is named by what it did, in one sentence. The error says
// that it could not be tested; only a breach of a rule is a failure of the server.
func TestServersThatHTTP2DoesNotReach(t *testing.T) {
	for _, tt := range []struct {
		name, says string
		stays      bool // it keeps TCP open
		atMost     time.Duration
		want       string // of the error; a violation where breaks is set
		breaks     bool
	}{
		{"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", false, time.Minute,
			"the server does not speak HTTP/2: it sent no frame of HTTP/2. Without --http2, wsspec tests it over HTTP/1.1.", false},
		{"no setting", settings, true, time.Minute,
			"the server speaks HTTP/2, and its SETTINGS do not permit extended CONNECT (SETTINGS_ENABLE_CONNECT_PROTOCOL is not 1, RFC 8441 3). Without --http2, wsspec tests it over HTTP/1.1.", false},
		{"GOAWAY at once", settings + goAway, false, time.Minute,
			"the server speaks HTTP/2, and takes no request: it ended the connection by GOAWAY with ENHANCE_YOUR_CALM. Without --http2, wsspec tests it over HTTP/1.1.", false},
		{"the end of TCP behind SETTINGS", settings, false, time.Minute,
			"the server speaks HTTP/2, and takes no request: it closed TCP. Without --http2, wsspec tests it over HTTP/1.1.", false},
		{"the end of TCP", "", false, time.Minute,
			"the server does not speak HTTP/2: it closed TCP. Without --http2, wsspec tests it over HTTP/1.1.", false},
		{"silence", "", true, 10 * time.Millisecond,
			"the server took the connection, and sent no SETTINGS frame of HTTP/2 within 0.01 s: i/o timeout.", false},
		{"another frame first", ping, true, time.Minute,
			"the first frame of the server has the type 0x6, and is not SETTINGS (RFC 9113 3.4)", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			near, far := net.Pipe()
			defer far.Close()
			go func() {
				_, _ = io.WriteString(far, tt.says)
				if !tt.stays {
					far.Close()
				}
			}()
			go func() {
				var came strings.Builder
				for octets := make([]byte, 1<<10); ; {
					n, err := far.Read(octets)
					if err != nil {
						return
					}
					if came.Write(octets[:n]); strings.HasSuffix(came.String(), "wsspec h") { // a PING
						_, _ = io.WriteString(far, pong)
					}
				}
			}()
			target := &opening.Target{URL: &url.URL{Scheme: "ws", Host: "server.example"}, HTTP2: true,
				Dial: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
			d := stream.NewDeadlines(time.Minute, 0, 1)
			d.Handshake = tt.atMost
			conn, err := target.ConnectFor(t.Context(), &script.Script{}, d)
			if err == nil {
				conn.Close()
				t.Fatal("the connection began")
			}
			var violation *wire.Violation
			if errors.As(err, &violation) != tt.breaks || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
		})
	}
}
