package standalone

import (
	"encoding/hex"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// readByHarness returns the events that the harness sees in octets from a peer of
// that role.
func readByHarness(octets []byte, peer wire.Role) []observed.Event {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	bounds := stream.BoundsOf(&script.Case{}, script.Quick)
	c := stream.New(ours, peer.Peer(), stream.NewDeadlines(0, 0, 0), stream.NewMaskKeys("", 1), time.Now(), bounds, nil, nil)
	c.Start(octets)
	c.Drop()
	events, _ := c.Seen()
	return slices.DeleteFunc(slices.Clone(events), func(e observed.Event) bool {
		return e.Kind == observed.EventEOF || e.Kind == observed.EventReset // of the pipe
	})
}

// randomFrames returns a few frames, many of them wrong in some way. A reader of frames
// branches on the first two octets, on the length, and on the body of a Close.
func randomFrames(r *rand.Rand, masked bool) []byte {
	pick := func(values ...int) int { return values[r.IntN(len(values))] }
	var out []byte
	for range 1 + r.IntN(4) {
		first := byte(pick(0x00, 0x80, 0x80, 0x80)) | byte(pick(0, 1, 1, 2, 8, 8, 9, 10, r.IntN(16)))
		if r.IntN(12) == 0 {
			first |= byte(r.IntN(8) << 4)
		}
		payload := make([]byte, pick(0, 1, 2, 5, 125, 126, 127, 200))
		for i := range payload {
			payload[i] = byte(pick('a', 'b', 'c'))
		}
		if len(payload) > 1 && r.IntN(2) == 0 { // a status code
			code := pick(0, 999, 1000, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 1014, 1015, 1016, 2999, 3000, 4999, 5000, 65535)
			payload[0], payload[1] = byte(code>>8), byte(code)
		}
		if len(payload) > 2 && r.IntN(4) == 0 {
			payload[2] = 0xff // not UTF-8
		}
		mask := byte(0)
		if masked != (r.IntN(20) == 0) {
			mask = 0x80
		}
		length := len(payload)
		switch {
		case r.IntN(20) == 0:
			out = append(out, first, mask|127, byte(pick(0, 0x80)), 0, 0, 0, 0, 0, 0, byte(length))
		case length > 125, r.IntN(20) == 0:
			out = append(out, first, mask|126, 0, byte(length))
		default:
			out = append(out, first, mask|byte(length))
		}
		if mask != 0 {
			out = append(out, 0, 0, 0, 0)
		}
		out = append(out, payload...)
	}
	return out
}

// TestSameReader: the player of a Go test makes of a peer's octets the events that
// the harness makes of them, with the same rules broken in the same words.
func TestSameReader(t *testing.T) {
	r := rand.New(rand.NewPCG(6455, 1))
	violations, closes := map[string]bool{}, 0
	for range 20000 {
		for _, peer := range []wire.Role{wire.RoleServer, wire.RoleClient} {
			octets := randomFrames(r, peer == wire.RoleClient)
			in := incoming{fromClient: peer == wire.RoleClient, limit: 64 << 10, most: stream.MostEvents(0)}
			got, want := in.feed(octets), readByHarness(octets, peer)
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || !sameEvent(got[i], want[i]) {
					t.Fatalf("of %s from a %v the Go test makes %q, and the harness %q", hex.EncodeToString(octets), peer, observed.Describe(got), observed.Describe(want))
				}
				switch want[i].Kind {
				case observed.EventViolation:
					violations[want[i].Violation.Rule.ID] = true
				case observed.EventClose:
					closes++
				}
			}
		}
	}
	if len(violations) < 15 || closes < 1000 {
		t.Errorf("only %d rules were broken, and %d Close frames came", len(violations), closes)
	}
}

// sameEvent compares what the judge looks at.
func sameEvent(a, b observed.Event) bool {
	return a.Kind == b.Kind && a.Type == b.Type && a.Code == b.Code && a.Reason == b.Reason && a.Name == b.Name &&
		string(a.Payload) == string(b.Payload) && string(a.Body) == string(b.Body) && a.String() == b.String()
}
