package passive_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// Whatever octets come, and however they are cut, the judge finds the same.
func TestCutsChangeNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7692, 6455))
	found := map[string]bool{}
	for round := range 4000 {
		said := opened()
		if round%2 == 0 {
			said = compressing()
		}
		for range 1 + rnd.IntN(4) {
			said = append(said, spoken{wire.Role(1 + rnd.IntN(2)), string(randomFrames(rnd))})
		}
		at := rnd.IntN(len(said)) // change some octet, also of the handshake
		if b := []byte(said[at].octets); round%3 == 0 && len(b) > 0 {
			b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
			said[at].octets = string(b)
		}
		var whole, cut watcher
		judged(said, 1<<20, whole.options())
		judged(said, 1+rnd.IntN(9), cut.options())
		if diff := cmp.Diff(whole.violations, cut.violations); diff != "" {
			t.Fatalf("round %d, violations (-whole +cut):\n%s\nof %+v", round, diff, said)
		}
		if diff := cmp.Diff(whole.entries, cut.entries); diff != "" {
			t.Fatalf("round %d, entries (-whole +cut):\n%s\nof %+v", round, diff, said)
		}
		for _, v := range whole.violations {
			found[v[len(v)-12:]] = true
		}
	}
	if len(found) < 15 {
		t.Errorf("only these rules were broken: %v", found)
	}
}

// randomFrames are frames, many of them illegal, with payloads that are often text or DEFLATE
// data.
func randomFrames(rnd *rand.Rand) []byte {
	var out []byte
	for range 1 + rnd.IntN(4) {
		payload := []byte([]string{"", "a", "Gr\u00fc\u00dfe", "\xc3", "\x03\xe8", "\x03\xe7why", "\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"}[rnd.IntN(8)])
		h := wire.Header{Fin: rnd.IntN(4) > 0, Opcode: wire.Opcode([]int{0, 1, 1, 2, 8, 9, 10, rnd.IntN(16)}[rnd.IntN(8)]), Masked: rnd.IntN(2) == 0, Length: uint64(len(payload))}
		if rnd.IntN(4) == 0 {
			h.RSV = wire.RSV(rnd.IntN(8))
		}
		if rnd.IntN(12) == 0 {
			h.Form = wire.LengthForm(rnd.IntN(4))
		}
		if rnd.IntN(40) == 0 {
			h.Length = rnd.Uint64() >> rnd.IntN(64)
		}
		out = wire.AppendHeader(out, h)
		wire.Mask(h.MaskKey, 0, payload)
		out = append(out, payload...)
	}
	return out
}
