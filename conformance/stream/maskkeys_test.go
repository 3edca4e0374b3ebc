package stream

import "testing"

// A case sends the same octets each time, so that a transcript can be replayed;
// other cases, and the second attempt, send others.
func TestMaskKeysAreThoseOfTheCaseAndTheAttempt(t *testing.T) {
	type drawn struct {
		nonce [16]byte
		keys  [3][4]byte
	}
	draw := func(id string, attempt int) (d drawn) {
		k := NewMaskKeys(id, attempt)
		d.nonce = k.Nonce()
		for i := range d.keys {
			d.keys[i] = k.Next()
		}
		return d
	}
	first := draw("1.1.1", 1)
	if again := draw("1.1.1", 1); again != first {
		t.Errorf("case 1.1.1 drew %x first and %x again", first, again)
	}
	for _, other := range []drawn{draw("1.1.2", 1), draw("1.1.1", 2)} {
		if other.nonce == first.nonce || other.keys == first.keys {
			t.Errorf("another case or attempt drew the same %x", other)
		}
	}
	if first.keys[0] == first.keys[1] || first.keys[1] == first.keys[2] {
		t.Errorf("keys do not change from frame to frame: %x", first.keys)
	}
}
