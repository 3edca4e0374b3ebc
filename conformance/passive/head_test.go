package passive_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// No clause limits the head of a request or a response: one that is too long to be read
// breaks no rule.
func TestLongHeads(t *testing.T) {
	long := "X-Long: " + strings.Repeat("x", wire.MaxHandshakeLen) + "\r\n\r\n"
	for name, tt := range map[string]struct {
		request, response string
		want              []string
	}{
		"request":  {plain + long, "", []string{"client 0 true a head of HTTP has more than 65536 octets", "server 0 true a head of HTTP has more than 65536 octets"}},
		"response": {request, accepts + long, []string{"server 0 true a head of HTTP has more than 65536 octets", "client 157 true a head of HTTP has more than 65536 octets"}},
	} {
		t.Run(name, func(t *testing.T) {
			var w watcher
			c := passive.New(w.options())
			c.FromClient([]byte(tt.request), 1)
			c.FromServer([]byte(tt.response), 2)
			c.End(3)
			if len(w.violations) > 0 {
				t.Errorf("violations: %q", w.violations)
			}
			if diff := cmp.Diff(tt.want, w.unjudged); diff != "" {
				t.Errorf("not judged (-want +got):\n%s", diff)
			}
		})
	}
}
