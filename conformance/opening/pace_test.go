package opening

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/stream"
)

// Turns come in equal distances, and a pause saves none up.
func TestPaceGivesTurnsInEqualDistances(t *testing.T) {
	p, start := NewPace(20), time.Unix(1, 0)
	const every = 50 * time.Millisecond
	for _, tt := range []struct{ at, want time.Duration }{
		{0, 0}, {0, every}, {0, 2 * every}, {every, 2 * every},
		{time.Minute, 0}, {time.Minute, every},
	} {
		if got := p.turn(start.Add(tt.at)); got != tt.want {
			t.Errorf("at %s the next turn is in %s, want %s", tt.at, got, tt.want)
		}
	}
}

// A target with a pace opens no connection before its turn, and the wait is no part of the
// time in which it has to be connected.
func TestConnectWaitsForItsTurn(t *testing.T) {
	target, err := ParseTarget("ws://192.0.2.1/")
	if err != nil {
		t.Fatal(err)
	}
	var last time.Time
	target.Pace = NewPace(5)
	target.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		if now := time.Now(); now.Sub(last) < 150*time.Millisecond {
			t.Errorf("a connection %s after the one before", now.Sub(last))
		} else {
			last = now
		}
		ours, _ := net.Pipe()
		return ours, ctx.Err()
	}
	d := stream.NewDeadlines(0, 0, 0)
	d.Connect = 100 * time.Millisecond
	for _, connect := range []func(context.Context, stream.Deadlines) (net.Conn, error){target.Connect, target.ConnectTCP, target.Connect} {
		if _, err := connect(t.Context(), d); err != nil {
			t.Error(err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := target.Connect(over, d); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is over: %v", err)
	}
}
