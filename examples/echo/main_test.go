package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref/wire"
)

// The server echoes messages, and closes its connections with 1001 when it stops.
func TestEcho(t *testing.T) {
	trial.NoLeaks(t)
	p := trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", stdout)
	})
	conn, gone := p.Dial("/", nil), p.Dial("/", nil)
	trial.Say(t, conn, "Hello")
	trial.Hear(t, conn, "Hello")
	if err := gone.Close(wire.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
}

// If the address is in use, the error says what to do.
func TestAddressInUse(t *testing.T) {
	trial.NoLeaks(t)
	p := trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", stdout)
	})
	addr := strings.Trim(strings.TrimPrefix(p.URL, "ws://"), "/")
	if err := run(t.Context(), addr, io.Discard); err == nil || !strings.Contains(err.Error(), "-addr") {
		t.Errorf("%v, want an error that says what to do", err)
	}
}
