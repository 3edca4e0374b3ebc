// Package fuzzinput decodes fuzz inputs. Every fuzz target takes one []byte, so that all
// fuzzing engines can share a corpus, and reads its choices from the front.
package fuzzinput

// A Reader reads a fuzz input from front to back. After the end of the input it returns
// zeros, so that every input is valid, and a shorter input means something simpler.
type Reader struct{ rest []byte }

// From returns a Reader of the input. It does not copy the input.
func From(data []byte) Reader { return Reader{data} }

// Octet returns the next octet.
func (r *Reader) Octet() (octet byte) {
	if len(r.rest) > 0 {
		octet, r.rest = r.rest[0], r.rest[1:]
	}
	return octet
}

// Uint16 returns the next two octets as a big-endian number.
func (r *Reader) Uint16() uint16 {
	high := uint16(r.Octet())
	return high<<8 | uint16(r.Octet())
}

// Uint64 returns the next eight octets as a big-endian number.
func (r *Reader) Uint64() (n uint64) {
	for range 8 {
		n = n<<8 | uint64(r.Octet())
	}
	return n
}

// Take returns the next n octets, or fewer at the end.
func (r *Reader) Take(n int) []byte {
	n = min(n, len(r.rest))
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

// Rest returns the remaining octets.
func (r *Reader) Rest() []byte { return r.Take(len(r.rest)) }

// Spent reports whether the whole input is read.
func (r *Reader) Spent() bool { return len(r.rest) == 0 }
