package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref/wire"
)

func start(t *testing.T, every time.Duration) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", every, stdout)
	})
}

// The time advances without messages, and each connection has its own stopwatch.
func TestChannels(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Millisecond)
	one, other := p.Dial("/", nil), p.Dial("/", nil)
	trial.Say(t, one, "start")
	trial.Hear(t, one, "started")
	for n := range 20 {
		trial.Hear(t, one, fmt.Sprint(n+1))
	}
	trial.Say(t, other, "stop")
	trial.Hear(t, other, "stopped at 0")
	p.Interrupt()
	trial.Closed(t, one, wire.StatusGoingAway)
	trial.Closed(t, other, wire.StatusGoingAway)
}

// A client that sends many messages at once gets all answers in order.
func TestAnswersAreInOrder(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Hour)
	conn := p.Dial("/", nil)
	const times = 100
	for range times {
		trial.Say(t, conn, "start")
		trial.Say(t, conn, "stop")
	}
	for range times {
		trial.Hear(t, conn, "started")
		trial.Hear(t, conn, "stopped at 0")
	}
}

// A client that disconnects early leaves no goroutines.
func TestLostConnectionLeaksNothing(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t, time.Microsecond)
	conn := p.Dial("/", nil)
	trial.Say(t, conn, "start")
	trial.Hear(t, conn, "started")
	conn.CloseNow()
	p.Stop()
}

func TestStopwatch(t *testing.T) {
	trial.NoLeaks(t)
	inbox, outbox, ticks := make(chan string), make(chan string), make(chan time.Time)
	go stopwatch(inbox, outbox, ticks)
	const tick = "tick"
	for i, step := range []struct{ said, want string }{
		{tick, ""},
		{"begin", "say start, stop or reset"},
		{"start", "started"},
		{tick, "1"},
		{tick, "2"},
		{"stop", "stopped at 2"},
		{tick, ""},
		{"start", "started"},
		{tick, "3"},
		{"reset", "reset"},
		{tick, "1"},
	} {
		if step.said == tick {
			ticks <- time.Time{}
		} else {
			inbox <- step.said
		}
		if step.want == "" {
			continue // an unexpected answer would show in the next step
		}
		if got := <-outbox; got != step.want {
			t.Fatalf("step %d, %s: %q, want %q", i, step.said, got, step.want)
		}
	}
	close(inbox)
	if _, ok := <-outbox; ok {
		t.Error("the stopwatch still runs although the inbox is closed")
	}
}

func TestFlagMustBePositive(t *testing.T) {
	if err := run(t.Context(), "127.0.0.1:0", 0, io.Discard); err == nil || !strings.Contains(err.Error(), "-every") {
		t.Errorf("%v, want an error that says what to do", err)
	}
}
