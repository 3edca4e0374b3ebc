package fuzzinput

// A Source is a random source for a gofuzz Fuzzer that takes every choice from a fuzz
// input. One Source and its Fuzzer serve all inputs of a target. gofuzz has a function
// for this as well, but it creates and seeds a new Fuzzer for each input, at ten times
// the cost. It also continues with pseudo-random numbers after the end of the input, so
// that truncating an input does not simplify it.
type Source struct{ Reader }

// Reset sets the input from which the source takes its choices.
func (s *Source) Reset(data []byte) { s.Reader = From(data) }

// Int63 makes a number from two octets, which is enough for a few hundred alternatives.
// It puts them where Intn of math/rand reads: in the upper 31 of the 63 bits, and for a
// power of two in the lowest of those. The shift by one avoids that the two halves always
// make a multiple of three.
func (s *Source) Int63() int64 {
	n := int64(s.Uint16())
	return n<<47 | n>>1<<32 | n
}

// Seed does nothing, because the input takes the place of a seed.
func (*Source) Seed(int64) {}
