package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref/wire"
)

func start(t *testing.T, every, deadline time.Duration) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", every, deadline, stdout)
	})
}

// A client that answers stays connected and is served.
func TestResponsiveClientStays(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Millisecond, time.Minute)
	conn := p.Dial("/", nil)
	pings := make(chan struct{}, 1000)
	conn.OnPing(func([]byte) {
		select {
		case pings <- struct{}{}:
		default:
		}
	})
	for len(pings) < 5 {
		trial.Say(t, conn, "Hello")
		trial.Hear(t, conn, "Hello")
	}
	if err := conn.Close(wire.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	p.Await(conn.LocalAddr().String() + " has left")
	if strings.Contains(p.Printed(), "lost") {
		t.Errorf("printed %s", p.Printed())
	}
}

// A client that does not answer is disconnected, and the server logs it.
func TestSilentClientIsClosed(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Millisecond, 50*time.Millisecond)
	conn := p.Dial("/", nil) // does not read, so it does not answer
	p.Await(conn.LocalAddr().String() + " is lost: connection lost: no Pong from the peer within 50ms")
}

// The server does not log a lost connection when it stops.
func TestInterrupt(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Hour, time.Hour)
	conn := p.Dial("/", nil)
	p.Await(conn.LocalAddr().String() + " is there")
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
	p.Stop()
	if strings.Contains(p.Printed(), "lost") {
		t.Errorf("printed %s", p.Printed())
	}
}

func TestFlagsMustBePositive(t *testing.T) {
	for _, tt := range []struct{ every, deadline time.Duration }{{0, time.Second}, {time.Second, 0}, {-1, time.Second}} {
		if err := run(t.Context(), "127.0.0.1:0", tt.every, tt.deadline, io.Discard); err == nil || !strings.Contains(err.Error(), "greater than zero") {
			t.Errorf("every %v, deadline %v: %v, want an error that says what to do", tt.every, tt.deadline, err)
		}
	}
}
