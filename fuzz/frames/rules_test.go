package frames

import (
	"slices"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzFrameRules checks that Check reports a violation exactly if a rule is broken, and
// that the state after a frame is right.
func FuzzFrameRules(f *testing.F) {
	var rules []*wire.Rule
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzinput.From(data)
		what, first, second := r.Octet(), r.Octet(), r.Octet()
		s := wire.FrameState{
			Sender:    []wire.Role{wire.RoleClient, wire.RoleServer, 0, wire.RoleClient}[what&3],
			InMessage: what&4 != 0, RSV1: what&8 != 0,
		}
		h := wire.Header{
			Fin: first&0x80 != 0, RSV: wire.RSV(first >> 4 & 7), Opcode: wire.Opcode(first & 15),
			Masked: second&0x80 != 0, Form: wire.LengthForm(second & 3), Length: r.Uint64() >> (second >> 1 & 0x3C),
		}
		rules = broken(rules[:0], h, s)
		v := wire.Check(h, s)
		if (v == nil) != (len(rules) == 0) || v != nil && !slices.Contains(rules, v.Rule) {
			t.Fatalf("%+v in %+v: %v, want one of %v", h, s, v, ids(rules))
		}
		next := s.Next(h)
		if h.Opcode < 8 {
			s.InMessage = !h.Fin
		}
		if next != s {
			t.Fatalf("%+v leads to %+v, want %+v", h, next, s)
		}
	})
}

func ids(rules []*wire.Rule) []string {
	names := []string{}
	for _, r := range rules {
		names = append(names, r.ID)
	}
	return names
}
