package network

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
)

// A server that is slow because the machine is busy does not hang. One that is as slow on a machine
// that is not busy does.
func TestABusyMachineMakesNoHangs(t *testing.T) {
	const answer = 200 * time.Millisecond
	for _, test := range []struct {
		name       string
		lag, takes time.Duration
		hangs      bool
	}{
		{"slow, on a busy machine", busyLag, 2 * answer, false},
		{"slow, on an idle machine", busyLag / 2, 2 * answer, true},
		{"it never answers, on a busy machine", busyLag, time.Hour, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			server := httptest.NewServer(echoing(func(*ref.Conn) {
				select {
				case <-time.After(test.takes):
				case <-t.Context().Done():
				}
			}))
			t.Cleanup(server.CloseClientConnections)
			c := confirmer(serverAt(server.Listener.Addr().String()), stream.NewDeadlines(answer, 0, 1))
			c.lagging = func(context.Context) func() time.Duration { return func() time.Duration { return test.lag } }
			first := c.again(t.Context(), plainMessage, full(c.Deadlines))[0].wrong
			if first == nil || first.class != Hang {
				t.Fatalf("the first play is wrong by %v, want a hang", first)
			}
			if same, _ := c.decides(t.Context(), plainMessage, first).like(first); (same == confirming) != test.hangs {
				t.Errorf("%d of %d plays hang, want a finding: %t", same, confirming, test.hangs)
			}
		})
	}
}

// confirmer is a campaign that only plays a script again.
func confirmer(p Peer, d stream.Deadlines) *campaign {
	c := &campaign{Options: Options{Deadlines: d, lagging: lagging}, peer: p}
	for i := range c.confirmers {
		c.confirmers[i] = newPlayer(p)
	}
	return c
}
