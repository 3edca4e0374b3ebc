package wire

import "math/bits"

// bitWriter writes DEFLATE data by hand: blocks of the fixed code (RFC 1951
// 3.2.6) and raw bits.
type bitWriter struct {
	octets []byte
	used   int // bits of the last octet
}

// put writes the low n bits of value, least significant first.
func (w *bitWriter) put(value, n int) *bitWriter {
	for i := range n {
		if w.used%8 == 0 {
			w.octets = append(w.octets, 0)
		}
		w.octets[len(w.octets)-1] |= byte(value>>i&1) << (w.used % 8)
		w.used++
	}
	return w
}

// code writes a prefix code of n bits, most significant first.
func (w *bitWriter) code(value, n int) *bitWriter {
	return w.put(int(bits.Reverse16(uint16(value))>>(16-n)), n)
}

// fixed begins a block of the fixed code.
func (w *bitWriter) fixed(final bool) *bitWriter {
	if final {
		return w.put(0b011, 3)
	}
	return w.put(0b010, 3)
}

// symbol writes a literal, the end of the block or a length code.
func (w *bitWriter) symbol(s int) *bitWriter {
	switch {
	case s < 144:
		return w.code(0b00110000+s, 8)
	case s < 256:
		return w.code(0b110010000+s-144, 9)
	case s < 280:
		return w.code(s-256, 7)
	}
	return w.code(0b11000000+s-280, 8)
}

func (w *bitWriter) text(s string) *bitWriter {
	for _, c := range []byte(s) {
		w.symbol(int(c))
	}
	return w
}

// match writes a reference of length 3 to 10 and any distance.
func (w *bitWriter) match(length, distance int) *bitWriter {
	w.symbol(257 + length - 3)
	for i := len(offsetBases) - 1; ; i-- {
		if base := offsetBases[i]; base <= distance {
			return w.code(i, 5).put(distance-base, max(i/2-1, 0))
		}
	}
}

// offsetBases are the least distances of the codes (RFC 1951 3.2.5).
var offsetBases = []int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
	1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}

func (w *bitWriter) end() *bitWriter { return w.symbol(endOfBlock) }

// pad fills the octet with zeros.
func (w *bitWriter) pad() *bitWriter {
	w.used = len(w.octets) * 8
	return w
}

// stored writes a stored block.
func (w *bitWriter) stored(final bool, data string) *bitWriter {
	w.put(0, 1)
	if final {
		w.octets[len(w.octets)-1] |= 1 << ((w.used - 1) % 8)
	}
	w.put(0, 2).pad()
	w.put(len(data), 16).put(len(data)^0xFFFF, 16)
	w.octets = append(w.octets, data...)
	return w.pad()
}

// payload ends the message with the header of the empty stored block whose rest
// the sender takes away.
func (w *bitWriter) payload() []byte { return w.put(0, 3).octets }
