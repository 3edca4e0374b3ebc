package run

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A machine that is busy with many starts makes each of them slow: few clients start at
// once, and all get the time that others have needed.
func TestFewClientsStartAtOnce(t *testing.T) {
	s := newStarts()
	var begun []*start
	for range startsAtOnce * runtime.GOMAXPROCS(0) {
		one, err := s.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		one.timer.Stop() // none of them is let go by time
		begun = append(begun, one)
	}
	full, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 { // select has no order
		if _, err := s.begin(full); err == nil {
			t.Fatal("one more client starts than may")
		}
	}
	begun[0].connected()
	begun[0].settle() // once more: it frees no second place
	if _, err := s.begin(t.Context()); err != nil {
		t.Fatalf("no client starts in place of one that has connected: %v", err)
	}
	for range 10 {
		if _, err := s.begin(full); err == nil {
			t.Fatal("one place was freed twice")
		}
	}
}

func TestClientsGetTheTimeThatOthersNeeded(t *testing.T) {
	s := newStarts()
	if got := s.allowed(time.Second); got != 2*time.Second {
		t.Errorf("the first client gets %s, want 2s", got)
	}
	one, err := s.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one.began = time.Now().Add(-3 * time.Second)
	one.connected()
	if got := s.allowed(time.Second); got < 12*time.Second || got > 20*time.Second {
		t.Errorf("after a client that took 3s, the next one gets %s, want 12s", got)
	}
}

func TestARunWithoutAnyClientGivesUp(t *testing.T) {
	s := newStarts()
	for range hopelessAfter {
		if why := s.hopeless(); why != "" {
			t.Fatalf("given up too early: %s", why)
		}
		s.learn(false)
	}
	if why := s.hopeless(); !strings.Contains(why, "none of the first 32 clients connected") {
		t.Errorf("not given up: %q", why)
	}
	s.learn(true)
	if why := s.hopeless(); why != "" {
		t.Errorf("given up though a client has connected: %s", why)
	}
}
