package run

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
)

// A peer that has shown how slow it is gets three times as long for the next echo, and at
// most four times as long as any other peer.
func TestTheDeadlinesFollowTheSlowestEcho(t *testing.T) {
	d := stream.NewDeadlines(2*time.Second, 0, 1)
	c := &script.Case{Script: script.Script{Steps: []script.Step{script.Exchange{Size: 1 << 20}}}}
	own := d.Message + d.Transfer(1<<20, 1) // the time of one echo
	echoes := func(n int, each time.Duration) observed.Conversation {
		return observed.Conversation{Stats: &observed.Stats{Messages: n, Elapsed: time.Duration(n) * each}}
	}
	for _, tt := range []struct {
		name string
		seen observed.Conversation
		want float64
	}{
		{"no exchange", observed.Conversation{}, 1},
		{"fast echoes", echoes(10, own/100), 1},
		{"an echo that took a third of its time", echoes(1, own/3), 1},
		{"an echo that took half of its time", echoes(1, own/2), 1.5},
		{"an echo that came too late", observed.Conversation{Stats: &observed.Stats{}, Events: []observed.Event{{Kind: observed.EventMessage, Late: true, At: own * 6 / 5}}}, 3.6},
		{"an echo that came much too late", observed.Conversation{Stats: &observed.Stats{}, Events: []observed.Event{{Kind: observed.EventMessage, Late: true, At: 9 * own}}}, 4},
		{"no echo", observed.Conversation{Stats: &observed.Stats{}}, 1},
	} {
		x := &experience{}
		x.learn(c, tt.seen, d)
		if got := x.stretch(); got < tt.want-0.01 || got > tt.want+0.01 {
			t.Errorf("%s: stretched %.2f times, want %.2f", tt.name, got, tt.want)
		}
	}
}

// A peer that stops doing a thing is like one that has never done it, until it does it
// again.
func TestTheRunStopsWaitingForWhatNoLongerComes(t *testing.T) {
	d := stream.NewDeadlines(2*time.Second, 0, 1)
	message := observed.Conversation{Events: []observed.Event{{Kind: observed.EventMessage}}}
	missed := observed.Conversation{TimedOut: true, Owed: observed.EventMessage}
	x, c := &experience{}, &script.Case{}
	for range 2 {
		x.learn(c, message, d)
		for range 2*enough - 1 {
			x.learn(c, missed, d)
		}
		if got := x.deadlines(d).Message; got != d.Message {
			t.Errorf("%s for a message after %d that did not come, want %s", got, 2*enough-1, d.Message)
		}
		if x.learn(c, missed, d); x.deadlines(d).Message != d.Message/10 {
			t.Errorf("%s for a message after one more, want %s", x.deadlines(d).Message, d.Message/10)
		}
	}
}

// What a peer has never done in 16 cases, the run does not wait for as long as for what
// other peers do.
func TestTheRunStopsWaitingForWhatNeverComes(t *testing.T) {
	d := stream.NewDeadlines(2*time.Second, 0, 1)
	for _, tt := range []struct {
		name string
		seen observed.Conversation
		of   func(stream.Deadlines) time.Duration
		most time.Duration
	}{
		{"a message", observed.Conversation{TimedOut: true, Owed: observed.EventMessage}, func(d stream.Deadlines) time.Duration { return d.Message }, d.Message / 10},
		{"a pong", observed.Conversation{TimedOut: true, Owed: observed.EventPong}, func(d stream.Deadlines) time.Duration { return d.Answer }, d.Answer / 10},
		{"an answer to Close", observed.Conversation{CloseTimedOut: true}, func(d stream.Deadlines) time.Duration { return d.Close }, d.Close / 10},
		{"the end of TCP", observed.Conversation{LeftTCPOpen: true}, func(d stream.Deadlines) time.Duration { return d.Drop }, d.Drop / 100},
	} {
		x := &experience{}
		for n := range enough + 1 {
			want := tt.of(d)
			if n == enough {
				want = tt.most
			}
			if got := tt.of(x.deadlines(d)); got != want {
				t.Errorf("%s: %v after %d cases without it, want %v", tt.name, got, n, want)
			}
			x.learn(&script.Case{}, tt.seen, d)
		}
	}
	x := &experience{}
	for range enough {
		x.learnOpening(false)
	}
	if got := x.deadlines(d).Handshake; got != d.Handshake/10 {
		t.Errorf("%v for the answer to an opening request that never came, want %v", got, d.Handshake/10)
	}
}

// A peer lingers if it kept TCP open for long behind its Close frame in many cases. Its
// variants do not wait for that again.
func TestLingering(t *testing.T) {
	d := stream.NewDeadlines(2*time.Second, 0, 1)
	for _, tt := range []struct {
		name  string
		after time.Duration // from the Close frame to the end of TCP
		times int
		want  bool
	}{
		{"5 s in 16 cases", 5 * time.Second, enough, true},
		{"5 s in 15 cases", 5 * time.Second, enough - 1, false},
		{"at once, always", 10 * time.Millisecond, 10 * enough, false},
	} {
		x := &experience{}
		for range tt.times {
			x.learn(&script.Case{}, observed.Conversation{Events: []observed.Event{
				{Kind: observed.EventClose, At: time.Second}, {Kind: observed.EventEOF, At: time.Second + tt.after},
			}}, d)
		}
		if x.lingers() != tt.want {
			t.Errorf("%s: lingers %v, want %v", tt.name, x.lingers(), tt.want)
		}
	}
}
