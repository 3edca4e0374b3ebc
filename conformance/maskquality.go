package conformance

import (
	"encoding/binary"

	"github.com/wsspec/wsspec/ref/wire"
)

// maskQuality keeps the masking keys of one connection and finds what no source
// of fresh, unpredictable keys would bring (RFC6455-5.3-2, RFC6455-5.3-4). It is
// a smoke test: good-looking keys prove nothing.
type maskQuality struct{ keys []uint32 }

// mostKeys bounds what is kept of one connection; fewestKeys is how many it
// takes before anything is said. With 16 keys, chance brings a finding on a good
// source less than once in 2^60.
const (
	mostKeys   = 4096
	fewestKeys = 16
)

func (q *maskQuality) add(key [4]byte) {
	if len(q.keys) < mostKeys {
		q.keys = append(q.keys, binary.BigEndian.Uint32(key[:]))
	}
}

func (q *maskQuality) judge() *wire.Violation {
	if len(q.keys) < fewestKeys {
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
		return ruleFreshMask.Violation("%d frames in a row with the masking key %08x", len(q.keys), q.keys[0])
	case step:
		return ruleUnpredictableMask.Violation("%d masking keys, each %d above the one before", len(q.keys), int32(q.keys[1]-q.keys[0]))
	case changed != [4]bool{true, true, true, true}:
		return ruleUnpredictableMask.Violation("%d masking keys that share some of their octets", len(q.keys))
	}
	return nil
}
