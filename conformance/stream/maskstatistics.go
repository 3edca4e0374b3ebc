package stream

import (
	"math"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/ref/wire"
)

const (
	// manyMasks is how many masking keys it takes to count how often they come again and
	// how often each bit is set.
	manyMasks = 8 << 10
	// mostRepeated is how many of so many keys may have come before. Of 2^14 random keys,
	// 0.03 do on average; as many as 8 come by chance less than once in 10^16 connections.
	mostRepeated = 8
	// mostSigmas is by how many standard deviations a bit may differ from being set in half
	// of the keys. By chance one of 64 counts does so less than once in 10^9 connections.
	mostSigmas = 7
)

// statistics finds keys of a small set, and bits that can be guessed.
func (q *MaskKeyQuality) statistics() *wire.Violation {
	n := len(q.keys)
	if n < manyMasks {
		return nil
	}
	seen := make(map[uint32]bool, n)
	var set, changed [32]int
	for i, key := range q.keys {
		seen[key] = true
		for bit := range set {
			set[bit] += int(key >> bit & 1)
			if i > 0 {
				changed[bit] += int((key ^ q.keys[i-1]) >> bit & 1)
			}
		}
	}
	if len(seen) < n-mostRepeated {
		return judge.RuleFreshMask.Violation("%d masking keys, of which only %d differ", n, len(seen))
	}
	for bit := range set {
		switch {
		case isBiased(set[bit], n):
			return judge.RuleUnpredictableMask.Violation("%d masking keys with the bit %d set in %d of them", n, bit, set[bit])
		case isBiased(changed[bit], n-1):
			return judge.RuleUnpredictableMask.Violation("%d masking keys whose bit %d is another one than in the key before %d times", n, bit, changed[bit])
		}
	}
	return nil
}

// isBiased reports whether a fair coin does not show heads so often.
func isBiased(heads, throws int) bool {
	return math.Abs(float64(heads)-float64(throws)/2) > mostSigmas*math.Sqrt(float64(throws))/2
}
