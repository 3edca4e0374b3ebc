package stream

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
)

// Over ten thousand frames, keys of a small set and bits that can be guessed show. Good
// keys do not, and a few frames do not tell.
func TestMaskStatistics(t *testing.T) {
	for _, tt := range []struct {
		name string
		n    int
		next func(r *rand.Rand, before uint32) uint32
		want string
	}{
		{"random", 10_000, func(r *rand.Rand, _ uint32) uint32 { return r.Uint32() }, ""},
		{"random, as many as are kept", mostMasks + 1, func(r *rand.Rand, _ uint32) uint32 { return r.Uint32() }, ""},
		{"of a million", 10_000, func(r *rand.Rand, _ uint32) uint32 { return (r.Uint32() % 1_000_000) * 2_654_435_761 }, "10000 masking keys, of which only "},
		{"of a million, few frames", manyMasks - 1, func(r *rand.Rand, _ uint32) uint32 { return (r.Uint32() % 1_000_000) * 2_654_435_761 }, ""},
		{"a bit is set in 55 %", 10_000, func(r *rand.Rand, _ uint32) uint32 {
			k := r.Uint32() &^ 4
			if r.Float64() < 0.55 {
				k |= 4
			}
			return k
		}, "10000 masking keys with the bit 2 set in "},
		{"a bit stays in 55 %", 10_000, func(r *rand.Rand, before uint32) uint32 {
			k := r.Uint32()
			if (k^before)&(1<<31) != 0 && r.Float64() < 0.1 {
				k ^= 1 << 31
			}
			return k
		}, "10000 masking keys whose bit 31 is another one than in the key before "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var q MaskKeyQuality
			key := uint32(0)
			for range tt.n {
				key = tt.next(r, key)
				q.Add([4]byte{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}, observed.Position{})
			}
			v := q.Judge()
			if got := v != nil; got != (tt.want != "") || got && !strings.HasPrefix(v.Detail, tt.want) {
				t.Errorf("%v, want %q", v, tt.want)
			}
		})
	}
}

// The masking key of a last frame, such as Close, hides nothing of those before it.
func TestOneKeyForThousandsOfFrames(t *testing.T) {
	var q MaskKeyQuality
	for n := range MostKeys + 1 {
		q.Add([4]byte{1, 2, 3, byte(n / MostKeys)}, observed.Position{})
	}
	if v := q.Judge(); v == nil || !strings.Contains(v.Error(), "4096 frames in a row") {
		t.Errorf("judged as %v", v)
	}
}
