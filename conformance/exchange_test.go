package conformance_test

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// What is said of an echo that is not the message.
func TestExchangeSaysHowAnEchoDiffers(t *testing.T) {
	for _, tt := range []struct {
		name, id string
		alter    func(n int, payload []byte) []byte
		want     string
	}{
		{"an octet is another", "9.8.2", func(n int, payload []byte) []byte {
			if n == 2 {
				payload[4]++
			}
			return payload
		}, "which is not message 3 of 50 (16 octets): they differ from octet 5 on, came (RFC 6455 6.2)."},
		{"it is cut short", "9.8.2", func(_ int, payload []byte) []byte { return payload[:7] },
			"which is not message 1 of 50 (16 octets): they differ from octet 8 on, came (RFC 6455 6.2)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
				p := &echoPeer{r: r, w: conn}
				n := 0
				p.alter = func(payload []byte) []byte { n++; return tt.alter(n-1, payload) }
				p.run(conn.(*net.TCPConn))
			}))
			r := play(t, target, named(t, tt.id), conformance.Options{Deadlines: conformance.NewDeadlines(200*time.Millisecond, 0, 1)})[0]
			if r.Verdict != verdict.Fail || !strings.HasSuffix(r.Explanation, tt.want) {
				t.Errorf("%s; want …%s", describe(r), tt.want)
			}
		})
	}
}
