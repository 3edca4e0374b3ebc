// Package input decodes what a fuzzer made up. All targets take one slice of
// octets, so that a corpus is the same for every engine, and read their choices
// from its beginning.
package input

// A Reader hands out a fuzz input from front to back. When the input is used
// up it gives zeros, so that every input means something and a shorter one
// means something simpler.
type Reader struct{ rest []byte }

// From returns a Reader of the input. The octets handed out are the input's
// own.
func From(data []byte) Reader { return Reader{data} }

// Octet returns the next octet.
func (r *Reader) Octet() (octet byte) {
	if len(r.rest) > 0 {
		octet, r.rest = r.rest[0], r.rest[1:]
	}
	return octet
}

// Uint16 returns the next two octets as a number, the first one higher.
func (r *Reader) Uint16() uint16 {
	high := uint16(r.Octet())
	return high<<8 | uint16(r.Octet())
}

// Uint64 returns the next eight octets as a number, the first one highest.
func (r *Reader) Uint64() (n uint64) {
	for range 8 {
		n = n<<8 | uint64(r.Octet())
	}
	return n
}

// Take returns the next n octets, fewer at the end.
func (r *Reader) Take(n int) []byte {
	n = min(n, len(r.rest))
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

// Rest returns all that is left.
func (r *Reader) Rest() []byte { return r.Take(len(r.rest)) }

// Spent reports whether nothing is left but zeros.
func (r *Reader) Spent() bool { return len(r.rest) == 0 }
