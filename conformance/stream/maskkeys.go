package stream

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
)

// MaskKeys makes the masking keys of one connection. They depend only on the id of the
// case and the attempt, so that a case sends the same octets each time. The harness has
// no secrets that unpredictable keys would protect (RFC 6455 10.3).
type MaskKeys struct{ rand *rand.Rand }

// NewMaskKeys returns the keys for an attempt at a case.
func NewMaskKeys(caseID string, attempt int) *MaskKeys {
	h := fnv.New64a()
	h.Write([]byte(caseID))
	return &MaskKeys{rand.New(rand.NewPCG(h.Sum64(), uint64(attempt)))}
}

// Next returns the next masking key.
func (m *MaskKeys) Next() (key [4]byte) {
	binary.LittleEndian.PutUint32(key[:], m.rand.Uint32())
	return key
}

// Nonce returns the 16 octets of a Sec-WebSocket-Key (RFC6455-4.1-28).
func (m *MaskKeys) Nonce() (n [16]byte) {
	binary.LittleEndian.PutUint64(n[:8], m.rand.Uint64())
	binary.LittleEndian.PutUint64(n[8:], m.rand.Uint64())
	return n
}
