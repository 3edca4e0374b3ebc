package fuzzinput

import (
	"math/rand"
	"testing"
)

func TestReaderReturnsTheInputAndThenZeros(t *testing.T) {
	r := From([]byte{1, 2, 3, 4, 5, 6})
	if got := r.Octet(); got != 1 {
		t.Errorf("first octet %d", got)
	}
	if got := r.Uint16(); got != 0x0203 {
		t.Errorf("two octets %#x", got)
	}
	if got := r.Take(2); string(got) != "\x04\x05" {
		t.Errorf("taken %x", got)
	}
	if r.Spent() {
		t.Error("spent with an octet left")
	}
	if got := r.Uint64(); got != 6<<56 {
		t.Errorf("the last octet and zeros are %#x", got)
	}
	if !r.Spent() || r.Octet() != 0 || len(r.Take(3)) != 0 || len(r.Rest()) != 0 {
		t.Error("the reader returns octets after the end")
	}
}

// For every n, including powers of two, the input determines a choice among n. After the
// end of the input, the choice is the first one.
func TestSourceReachesEveryChoice(t *testing.T) {
	var s Source
	r := rand.New(&s)
	for _, n := range []int{2, 3, 4, 7, 8, 16, 100, 256} {
		seen := make(map[int]bool)
		for i := range 1 << 16 {
			s.Reset([]byte{byte(i >> 8), byte(i)})
			seen[r.Intn(n)] = true
		}
		if len(seen) != n {
			t.Errorf("Intn(%d) reaches %d choices", n, len(seen))
		}
		s.Reset(nil)
		if got := r.Intn(n); got != 0 {
			t.Errorf("Intn(%d) after the end is %d, want 0", n, got)
		}
	}
	s.Reset([]byte{0, 1})
	if a, b := r.Uint64(), r.Uint64(); a == 0 || b != 0 {
		t.Errorf("two numbers from two octets are %d and %d, want only the second to be 0", a, b)
	}
}
