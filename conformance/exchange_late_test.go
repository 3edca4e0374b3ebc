package conformance

import (
	"testing"
	"time"
)

// An echo that comes after its time is not called another message.
func TestALateEchoIsCalledLate(t *testing.T) {
	p := &player{link: &link{}, scriptClosedAt: -1, harnessClosedAt: -1, owed: []byte("slow"), patience: 3 * time.Second}
	p.events = []Event{textMessage("slow"), textMessage("other")}
	const want = `text message "slow", the right echo but later than the 3s that it had (--slow gives more time),`
	if got := p.observed().events; got[0].String() != want || got[1].String() != `text message "other"` {
		t.Errorf("observed %q and %q", got[0], got[1])
	}
}
