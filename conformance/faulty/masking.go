package faulty

import (
	"encoding/binary"

	"github.com/wsspec/wsspec/ref/wire"
)

// keyed makes a client whose first masking key is first. next computes each further
// key from the key before it.
func keyed(first func() [4]byte, next func([4]byte) [4]byte) func(*peer) {
	return func(p *peer) {
		key := first()
		p.key = func() [4]byte {
			k := key
			key = next(key)
			return k
		}
	}
}

func same(key [4]byte) [4]byte { return key }

var maskingFaults = onlyFor(onlyClient, []Fault{
	{
		Name: "mask-zero", Sentence: "Uses the masking key zero.", Requires: []string{"RFC6455-5.3-3", "RFC6455-10.3-1"},
		alter: keyed(func() [4]byte { return [4]byte{} }, same),
	},
	{
		Name: "mask-constant", Sentence: "Uses the same masking key on every connection.", Requires: []string{"RFC6455-5.3-2", "RFC6455-5.3-4"},
		alter: keyed(func() [4]byte { return [4]byte{0xDE, 0xAD, 0xBE, 0xEF} }, same),
	},
	{
		Name: "mask-per-connection", Sentence: "Uses one masking key for each connection.", Requires: []string{"RFC6455-5.3-2", "RFC6455-10.3-1"},
		alter: keyed(freshKey, same),
	},
	{
		Name: "mask-counter", Sentence: "Increments its masking key for each frame.", Requires: []string{"RFC6455-5.3-4", "RFC6455-5.3-3"},
		alter: keyed(freshKey, func(k [4]byte) [4]byte {
			binary.BigEndian.PutUint32(k[:], binary.BigEndian.Uint32(k[:])+1)
			return k
		}),
	},
	{
		Name: "mask-linear", Sentence: "Generates masking keys with a linear congruential generator.", Requires: []string{"RFC6455-5.3-3", "RFC6455-5.3-4"},
		alter: keyed(freshKey, func(k [4]byte) [4]byte {
			binary.BigEndian.PutUint32(k[:], binary.BigEndian.Uint32(k[:])*1664525+1013904223)
			return k
		}),
	},
	{
		Name: "mask-one-octet", Sentence: "Uses masking keys of four equal octets.", Requires: []string{"RFC6455-5.3-3"},
		alter: func(p *peer) {
			p.key = func() [4]byte {
				k := freshKey()
				return [4]byte{k[0], k[0], k[0], k[0]}
			}
		},
	},
	{
		Name: "mask-printable", Sentence: "Uses masking keys of letters only.", Requires: []string{"RFC6455-5.3-3"},
		alter: func(p *peer) {
			p.key = func() [4]byte {
				k := freshKey()
				for i := range k {
					k[i] = 'a' + k[i]%26
				}
				return k
			}
		},
	},
	{
		Name: "mask-per-message", Sentence: "Uses one masking key for all fragments of a message.", Requires: []string{"RFC6455-5.3-2"},
		alter: func(p *peer) {
			inFragments(16, func(int, *frame) {})(p)
			var key [4]byte
			p.finish = func(f *frame) {
				if f.Opcode != wire.OpContinuation {
					key = f.MaskKey
				}
				f.MaskKey = key
			}
		},
	},
	{
		Name: "mask-other-key", Sentence: "Masks with a different key than it sends.", Requires: []string{"RFC6455-5.3-5"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				wire.Mask([4]byte{1, 2, 3, 4}, 0, b[len(b)-len(f.payload):])
				return b
			}
		},
	},
	{
		Name: "mask-bit-only", Sentence: "Sets the mask bit and sends a key, but does not mask the payload.", Requires: []string{"RFC6455-5.3-5"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				wire.Mask(f.MaskKey, 0, b[len(b)-len(f.payload):])
				return b
			}
		},
	},
	{
		Name: "mask-one-octet-late", Sentence: "Starts masking with the second octet of the key.", Requires: []string{"RFC6455-5.3-5"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				payload := b[len(b)-len(f.payload):]
				wire.Mask(f.MaskKey, 0, payload)
				wire.Mask(f.MaskKey, 1, payload)
				return b
			}
		},
	},
	{
		Name: "mask-key-missing", Sentence: "Sets the mask bit but omits the key.", Requires: []string{"RFC6455-5.2-6"},
		alter: func(p *peer) {
			p.encoded = func(f frame, b []byte) []byte {
				wire.Mask(f.MaskKey, 0, b[len(b)-len(f.payload):])
				return append(b[:len(b)-len(f.payload)-4], b[len(b)-len(f.payload):]...)
			}
		},
	},
})
