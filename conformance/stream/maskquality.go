package stream

import (
	"encoding/binary"
	"math/bits"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
)

// A MaskKeyQuality keeps the masking keys of one connection and finds what no source
// of fresh, unpredictable keys would bring (RFC6455-5.3-2, RFC6455-5.3-4). It is
// a smoke test: good-looking keys prove nothing.
type MaskKeyQuality struct {
	keys []uint32
	// last is where the latest key is.
	last observed.Position
}

// mostKeys bounds what is kept of one connection; fewestKeys is how many it
// takes before anything is said. With 16 keys, chance brings a finding on a good
// source less than once in 2^60.
const (
	MostKeys   = 4096
	FewestKeys = 16
	// mostMasks is how many masking keys are kept of one connection.
	mostMasks = 16 << 10
)

// Add adds the masking key of another frame, and where it is. Of very many keys it keeps
// the first ones, 64 KiB at most.
func (q *MaskKeyQuality) Add(key [4]byte, where observed.Position) {
	if len(q.keys) < mostMasks {
		q.keys = append(q.keys, binary.BigEndian.Uint32(key[:]))
		q.last = where
	}
}

// Len is how many keys are kept.
func (q *MaskKeyQuality) Len() int { return len(q.keys) }

// Keys are those that are kept, in order, for [MaskHistory.Add].
func (q *MaskKeyQuality) Keys() []uint32 { return q.keys }

// Judge returns what no source of fresh, unpredictable keys would bring, and nil if nothing
// shows. Of fewer than [FewestKeys] keys it says nothing.
func (q *MaskKeyQuality) Judge() *wire.Violation {
	first := MaskKeyQuality{keys: q.keys[:min(len(q.keys), MostKeys)]}
	if v := first.pattern(); v != nil {
		return v
	}
	return q.statistics()
}

// pattern looks for what shows in few keys. Of many, a key behind the others may be another
// one: that of a Close frame.
func (q *MaskKeyQuality) pattern() *wire.Violation {
	if len(q.keys) < FewestKeys {
		return nil
	}
	same, step := true, true
	var changed [4]bool
	for i := 1; i < len(q.keys); i++ {
		difference := q.keys[i] ^ q.keys[i-1]
		same = same && difference == 0
		step = step && q.keys[i]-q.keys[i-1] == q.keys[1]-q.keys[0]
		for octet := range changed {
			changed[octet] = changed[octet] || byte(difference>>(8*octet)) != 0
		}
	}
	switch {
	case same:
		return judge.RuleFreshMask.Violation("%d frames in a row with the masking key %08x", len(q.keys), q.keys[0])
	case step:
		return judge.RuleUnpredictableMask.Violation("%d masking keys, each %d above the one before", len(q.keys), int32(q.keys[1]-q.keys[0]))
	case q.all(func(k uint32) bool { return k == bits.RotateLeft32(k, 8) }):
		return judge.RuleUnpredictableMask.Violation("%d masking keys of four equal octets each", len(q.keys))
	case q.all(printable):
		return judge.RuleUnpredictableMask.Violation("%d masking keys of printable characters alone", len(q.keys))
	case linear(q.keys, func(k uint32) uint32 { return k }), linear(q.keys, bits.ReverseBytes32):
		return judge.RuleUnpredictableMask.Violation("%d masking keys, each told by the one before through a linear congruence", len(q.keys))
	case changed != [4]bool{true, true, true, true}:
		return judge.RuleUnpredictableMask.Violation("%d masking keys that share some of their octets", len(q.keys))
	}
	return nil
}

func (q *MaskKeyQuality) all(is func(uint32) bool) bool {
	for _, k := range q.keys {
		if !is(k) {
			return false
		}
	}
	return true
}

func printable(k uint32) bool {
	for ; k > 0; k >>= 8 {
		if c := byte(k); c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// linear reports whether the keys, read as numbers, are those of a linear
// congruential generator modulo 2^32: then the distance to each next key is
// the one before times a constant, which two odd distances tell.
func linear(keys []uint32, read func(uint32) uint32) bool {
	distance := make([]uint32, len(keys)-1)
	for i := range distance {
		distance[i] = read(keys[i+1]) - read(keys[i])
	}
	for i := 0; i+1 < len(distance); i++ {
		if distance[i]&1 == 0 {
			continue
		}
		inverse := distance[i] // Newton's iteration doubles the bits that are right
		for range 5 {
			inverse *= 2 - distance[i]*inverse
		}
		factor := distance[i+1] * inverse
		for j := 0; j+1 < len(distance); j++ {
			if distance[j]*factor != distance[j+1] {
				return false
			}
		}
		return true
	}
	return false
}
