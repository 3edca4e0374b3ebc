package stream

import (
	"sync"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/ref/wire"
)

// MaskHistory keeps masking keys of the connections of one agent. It finds a client
// that uses the keys of an earlier connection again, so that they can be predicted
// (RFC6455-5.3-4). The zero value is ready for use.
type MaskHistory struct {
	mu   sync.Mutex
	seen map[[2]uint32]bool
}

// mostPairs bounds how many pairs of keys are kept of one connection.
const mostPairs = 64

// Add adds the masking keys of another connection, in order. It returns a violation if
// two of them in a row came in a row on an earlier connection as well. By chance that
// happens once in 2^64 pairs. Compared is false if there was nothing to compare.
func (h *MaskHistory) Add(keys []uint32) (v *wire.Violation, compared bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var pairs [][2]uint32
	for i := 1; i < len(keys) && len(pairs) < mostPairs; i++ {
		pairs = append(pairs, [2]uint32{keys[i-1], keys[i]})
	}
	compared = len(pairs) > 0 && len(h.seen) > 0
	for _, p := range pairs {
		if h.seen[p] {
			v = judge.RuleUnpredictableMask.Violation("the masking keys %08x and %08x in a row, as on an earlier connection", p[0], p[1])
			break
		}
	}
	if h.seen == nil {
		h.seen = map[[2]uint32]bool{}
	}
	for _, p := range pairs {
		if len(h.seen) < MostKeys {
			h.seen[p] = true
		}
	}
	return v, compared
}
