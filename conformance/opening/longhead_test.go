package opening

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A long head that comes in parts is read as one that comes at once.
func TestALongHeadInParts(t *testing.T) {
	line := "X-Field: " + strings.Repeat("v", 89) + "\r\n"
	for name, tt := range map[string]struct {
		fields, end string
		says        string
	}{
		"of 30 KB":              {strings.Repeat(line, 300), "\r\n", ""},
		"of 30 KB, broken late": {strings.Repeat(line, 250) + "no field\r\n" + strings.Repeat(line, 50), "", "no HTTP response"},
		"with octets behind":    {strings.Repeat(line, 300), "\r\nHTTP/1.1 200 OK\r\n\r\n", ""},
		"of 100 KB":             {strings.Repeat(line, 1000), "\r\n", "no HTTP response"},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer ours.Close()
			go func() {
				r := bufio.NewReader(theirs)
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				head := fmt.Sprintf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s",
					wire.AcceptKey(req.Header.Get("Sec-WebSocket-Key")), tt.fields, tt.end)
				for len(head) > 0 {
					n := min(1000, len(head))
					if _, err := theirs.Write([]byte(head[:n])); err != nil {
						return
					}
					head = head[n:]
				}
			}()
			target, err := ParseTarget("ws://localhost/")
			if err != nil {
				t.Fatal(err)
			}
			d := stream.NewDeadlines(0, 0, 1)
			d.Handshake = time.Second
			if tt.says == "" {
				d.Handshake = time.Hour // a whole head is taken without a wait for more
			}
			stuck := time.AfterFunc(20*time.Second, func() { ours.Close() })
			o, err := Open(t.Context(), ours, target, &script.Script{}, stream.NewMaskKeys("case", 1), d, time.Now())
			if !stuck.Stop() {
				t.Error("the end of the head was not noticed")
			}
			var wrong *TargetError
			switch {
			case tt.says == "" && (err != nil || !o.Opened() || len(o.Response.Fields) != 303):
				t.Errorf("the head has %d fields, %v", len(o.Response.Fields), err)
			case tt.says != "" && (!errors.As(err, &wrong) || wrong.Problem != NotHTTP || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("the error is %v, want %q", err, tt.says)
			}
		})
	}
}
