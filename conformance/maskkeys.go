package conformance

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
)

// maskKeys draws the masking keys of one connection. They come from the case's
// id and the attempt, so that a case sends the same octets each time and a
// transcript can be replayed: the harness has no secrets that RFC 6455 10.3
// would protect.
type maskKeys struct{ rand *rand.Rand }

func newMaskKeys(caseID string, attempt int) *maskKeys {
	h := fnv.New64a()
	h.Write([]byte(caseID))
	return &maskKeys{rand.New(rand.NewPCG(h.Sum64(), uint64(attempt)))}
}

func (m *maskKeys) next() (key [4]byte) {
	binary.LittleEndian.PutUint32(key[:], m.rand.Uint32())
	return key
}

// nonce draws the 16 octets of a Sec-WebSocket-Key (RFC6455-4.1-28).
func (m *maskKeys) nonce() (n [16]byte) {
	binary.LittleEndian.PutUint64(n[:8], m.rand.Uint64())
	binary.LittleEndian.PutUint64(n[8:], m.rand.Uint64())
	return n
}
