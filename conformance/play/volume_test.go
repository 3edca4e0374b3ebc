package play

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A peer has time for the octets that a compressed message inflates to, because it has to
// send them back. The time is bounded.
func TestAPeerHasTimeForInflatedOctets(t *testing.T) {
	const octets = 1 << 10
	payload := script.Repeated("a", octets)
	frame := func(inflated int) script.Frame {
		f := script.Text(payload)
		f.Inflated = inflated
		return f
	}
	d := stream.NewDeadlines(time.Second, 0, 1)
	for _, test := range []struct {
		name   string
		frames []script.Frame
		octets int
	}{
		{"not compressed", []script.Frame{frame(0)}, octets},
		{"inflates to 1 MiB", []script.Frame{frame(1 << 20)}, 1 << 20},
		{"two messages that inflate to 1 MiB each", []script.Frame{frame(1 << 20), frame(1 << 20)}, 2 << 20},
		{"inflates to 64 MiB", []script.Frame{frame(64 << 20)}, octets + mostInflated},
	} {
		t.Run(test.name, func(t *testing.T) {
			here, there := net.Pipe()
			defer here.Close()
			go func() { _, _ = io.Copy(io.Discard, there) }()
			conn := stream.New(here, wire.RoleClient, d, stream.NewMaskKeys("volume", 1), time.Now(), stream.Bounds{}, nil, nil)
			p := &player{Conn: conn, script: &script.Script{}, scriptClosedAt: -1, harnessClosedAt: -1, pings: map[string]int{}}
			sent := p.send(test.frames, script.ChopFrames, nil)
			heads := sent - octets*len(test.frames) // headers are no part of what is sent back
			want := d.Message + d.Transfer(test.octets+heads, len(test.frames))
			if got := p.idle(observed.EventMessage); got != want {
				t.Errorf("the peer may be idle for %v, want %v", got, want)
			}
		})
	}
}
