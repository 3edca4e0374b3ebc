package wire

import (
	"encoding/binary"
	"math/bits"
)

// Mask XORs b in place with the masking key: octet i of the payload with octet i
// mod 4 of the key (RFC6455-5.3-5). Masking and unmasking are the same operation.
// pos is the position of b in the payload; the result is the position after b,
// modulo 4.
func Mask(key [4]byte, pos int, b []byte) (next int) {
	next = (pos + len(b)) & 3
	// The key's octet for b[0] comes first from here on.
	k32 := bits.RotateLeft32(binary.LittleEndian.Uint32(key[:]), -8*(pos&3))
	k := uint64(k32)<<32 | uint64(k32)
	for len(b) >= 64 {
		// A slice of constant length lets the compiler drop the bounds checks.
		p := b[:64:64]
		binary.LittleEndian.PutUint64(p[0:8], binary.LittleEndian.Uint64(p[0:8])^k)
		binary.LittleEndian.PutUint64(p[8:16], binary.LittleEndian.Uint64(p[8:16])^k)
		binary.LittleEndian.PutUint64(p[16:24], binary.LittleEndian.Uint64(p[16:24])^k)
		binary.LittleEndian.PutUint64(p[24:32], binary.LittleEndian.Uint64(p[24:32])^k)
		binary.LittleEndian.PutUint64(p[32:40], binary.LittleEndian.Uint64(p[32:40])^k)
		binary.LittleEndian.PutUint64(p[40:48], binary.LittleEndian.Uint64(p[40:48])^k)
		binary.LittleEndian.PutUint64(p[48:56], binary.LittleEndian.Uint64(p[48:56])^k)
		binary.LittleEndian.PutUint64(p[56:64], binary.LittleEndian.Uint64(p[56:64])^k)
		b = b[64:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(k >> (8 * i))
	}
	return next
}
