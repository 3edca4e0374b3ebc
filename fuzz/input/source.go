package input

// A Source is the random source of a gofuzz Fuzzer that draws every choice from
// a fuzz input. One Source and its Fuzzer serve all inputs of a target: what
// gofuzz offers for this makes and seeds a new Fuzzer for each, at ten times the
// cost, and turns to pseudo-random numbers behind the end, so that cutting an
// input changes what it means instead of simplifying it.
type Source struct{ Reader }

// Reset makes the input the one to draw from.
func (s *Source) Reset(data []byte) { s.Reader = From(data) }

// Int63 draws a number from two octets, because few choices have more than a
// few hundred ways to go. It puts them where math/rand looks: Intn takes the
// uppermost 31 of the 63 bits, for powers of two the lowest of those. The shift
// by one keeps the two halves from making a multiple of three.
func (s *Source) Int63() int64 {
	n := int64(s.Uint16())
	return n<<47 | n>>1<<32 | n
}

// Seed does nothing: the input is the seed.
func (*Source) Seed(int64) {}
