package generate

import (
	"math/rand"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// The random specs rely on values of all kinds.
func TestAllKindsAreGenerated(t *testing.T) {
	const seed = 6455
	f := New(rand.NewSource(seed))
	seen := make(map[any]int)
	for range 2000 {
		var s Script
		f.Fuzz(&s)
		for _, turn := range s.Turns {
			seen[turn.Act]++
			if turn.Act == Send {
				seen[turn.Frame.Header.Opcode]++
				seen[len(turn.Frame.Payload)]++
			}
		}
		var r wire.Request
		f.Fuzz(&r)
		seen[len(wire.CheckRequest(r)) == 0]++
	}
	for _, want := range []any{
		Deliver, Send, Ping, Pong, Close, Fail, Cut, true, false, 0, 125, 126, 300,
		wire.OpText, wire.OpBinary, wire.OpContinuation, wire.OpPing, wire.OpPong, wire.OpClose,
	} {
		if seen[want] < 20 {
			t.Errorf("seed %d: %T %v was generated %d times, want at least 20", seed, want, want, seen[want])
		}
	}
}

func TestEmptyInputGivesTheSimplestValues(t *testing.T) {
	var src fuzzinput.Source
	f := New(&src)
	var s Script
	src.Reset([]byte{0, 0, 0, 0, 0, 20})
	f.Fuzz(&s)
	src.Reset(nil)
	f.Fuzz(&s)
	if len(s.Turns) != 0 || s.Deflate {
		t.Errorf("an empty input gives the script %+v", s)
	}
	var frame Frame
	f.Fuzz(&frame)
	if frame.Header.Opcode != wire.OpText || !frame.Header.Fin || len(frame.Payload) != 0 {
		t.Errorf("an empty input gives the frame %+v", frame)
	}
}
