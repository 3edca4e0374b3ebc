package payloads

// Bits writes a bit stream as in RFC 1951 3.1.1: the least significant bit first.
type Bits struct {
	Octets []byte
	hold   uint32
	n      uint
}

// Write writes the n lowest bits of v.
func (b *Bits) Write(v uint32, n uint) {
	b.hold |= v << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.Octets = append(b.Octets, byte(b.hold))
		b.hold >>= 8
	}
}

// Code writes a Huffman code: the most significant bit first.
func (b *Bits) Code(v uint32, n uint) {
	for i := n; i > 0; i-- {
		b.Write(v>>(i-1)&1, 1)
	}
}

// Align fills the octet with zeros.
func (b *Bits) Align() {
	if b.n > 0 {
		b.Write(0, 8-b.n)
	}
}
