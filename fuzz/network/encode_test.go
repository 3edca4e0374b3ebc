package network

import (
	"bytes"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// A script is the same octets whoever plays it, and when. Octets that end a frame would say
// something else behind another masking key.
func TestAScriptIsTheSameOctetsInEachPlay(t *testing.T) {
	text := func(payload string) *Script {
		return &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpText, Payload: []byte(payload), Declare: uint64(len(payload)) + 1}}, {Octets: []byte{0x7f}}}}
	}
	octets := func(e *encoder, s *Script) []byte { return slices.Clone(e.encode(s)[0].octets) }
	first, second := &encoder{role: wire.RoleClient}, &encoder{role: wire.RoleClient}
	want := octets(first, text("one"))
	other := octets(first, text("two"))
	if again := octets(first, text("one")); !bytes.Equal(again, want) {
		t.Errorf("the second play is %x, the first was %x", again, want)
	}
	if got := octets(second, text("one")); !bytes.Equal(got, want) {
		t.Errorf("another player sends %x, the first %x", got, want)
	}
	if key := want[2:6]; bytes.Equal(key, other[2:6]) {
		t.Errorf("two scripts have the masking key %x", key)
	}
}
