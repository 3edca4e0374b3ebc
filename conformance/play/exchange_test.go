package play

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// An echo that comes after its time is not called another message.
func TestALateEchoIsCalledLate(t *testing.T) {
	connection := &stream.Conn{}
	connection.AddEvent(observed.Event{Kind: observed.EventMessage, Type: wire.OpText, Payload: []byte("slow")})
	connection.AddEvent(observed.Event{Kind: observed.EventMessage, Type: wire.OpText, Payload: []byte("other")})
	p := &player{Conn: connection, scriptClosedAt: -1, harnessClosedAt: -1, missing: []byte("slow"), owed: observed.EventMessage, waited: 3 * time.Second}
	const want = `text message "slow", the right echo but later than the 3 s that it had,`
	if got := p.observed().Events; got[0].String() != want || got[1].String() != `text message "other"` {
		t.Errorf("observed %q and %q", got[0], got[1])
	}
}
