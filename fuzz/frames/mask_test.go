package frames

import (
	"bytes"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzMask checks that octet i is masked with octet i mod 4 of the key (RFC6455-5.3-5), for
// every length, position in the payload and memory alignment. Masking must not change
// other octets, and masking in two pieces must give the same result.
func FuzzMask(f *testing.F) {
	var memory, want, pieces []byte
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzinput.From(data)
		var key [4]byte
		copy(key[:], r.Take(4))
		pos, offset, cut := int(r.Octet()), int(r.Octet()%16), int(r.Octet())
		octets := r.Rest()
		cut = min(cut, len(octets))

		const beside = 0xC3
		memory = append(append(memory[:0], bytes.Repeat([]byte{beside}, 16)[:offset]...), octets...)
		memory = append(memory, beside, beside, beside, beside, beside, beside, beside, beside)
		masked := memory[offset : offset+len(octets)]
		next := wire.Mask(key, pos, masked)

		want = want[:0]
		for i, octet := range octets {
			want = append(want, octet^key[(pos+i)%4])
		}
		if !bytes.Equal(masked, want) {
			t.Fatalf("key % x, position %d: % x became % x, want % x", key, pos, octets, masked, want)
		}
		if next%4 != (pos+len(octets))%4 {
			t.Fatalf("the position after %d and %d octets is %d", pos, len(octets), next)
		}
		for i, octet := range memory {
			if (i < offset || i >= offset+len(octets)) && octet != beside {
				t.Fatalf("octet %d, outside of %d octets at %d, was changed", i, len(octets), offset)
			}
		}
		pieces = append(pieces[:0], octets...)
		wire.Mask(key, wire.Mask(key, pos, pieces[:cut]), pieces[cut:])
		if !bytes.Equal(pieces, want) {
			t.Fatalf("key % x, position %d, cut at %d: % x became % x, want % x", key, pos, cut, octets, pieces, want)
		}
	})
}
