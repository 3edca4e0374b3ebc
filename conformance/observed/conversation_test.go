package observed_test

import (
	"fmt"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
)

// A peer that does very much makes no list that nobody can read.
func TestDescribe(t *testing.T) {
	ping := func(i int) observed.Event {
		return observed.Event{Kind: observed.EventPing, Payload: fmt.Append(nil, i)}
	}
	for _, tt := range []struct {
		name   string
		events []observed.Event
		n      int
		at     int
		want   string
	}{
		{"one", []observed.Event{ping(1)}, 1, 0, `ping "1"`},
		{"the same twice", []observed.Event{ping(1), ping(1)}, 1, 0, `ping "1", 2 times`},
		{"a hundred", pings(100, ping), 100, 66, `ping "66"`},
		{"one too many", pings(101, ping), 100, 66, "2 more are left out here"},
		{"very many, the note", pings(4096, ping), 100, 66, "3997 more are left out here"},
		{"very many, before the note", pings(4096, ping), 100, 65, `ping "65"`},
		{"very many, behind the note", pings(4096, ping), 100, 67, `ping "4063"`},
		{"very many, the end", pings(4096, ping), 100, 99, `ping "4095"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := observed.Describe(tt.events); len(got) != tt.n || got[tt.at] != tt.want {
				t.Errorf("%d sentences with %q at %d, want %d with %q", len(got), got[tt.at], tt.at, tt.n, tt.want)
			}
		})
	}
}

func pings(n int, ping func(int) observed.Event) []observed.Event {
	events := make([]observed.Event, n)
	for i := range events {
		events[i] = ping(i)
	}
	return events
}
