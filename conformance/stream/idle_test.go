package stream

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A wait for what the peer has turned out never to do ends soon after that is known.
func TestAWaitEndsWhenItsTimeBecomesShorter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		began := time.Now()
		l := New(ours, wire.RoleClient, NewDeadlines(0, 0, 1), NewMaskKeys("x", 1), began, BoundsOf(&script.Case{}, script.Quick), nil, nil)
		l.Start(nil)
		idle := func() time.Duration {
			if time.Since(began) > time.Second {
				return 100 * time.Millisecond
			}
			return 10 * time.Second
		}
		l.UntilIdle(t.Context(), idle, func([]observed.Event, bool) bool { return false })
		if took := time.Since(began); took > 1500*time.Millisecond {
			t.Errorf("the wait lasted %v, want about a second", took)
		}
		l.Drop()
	})
}
