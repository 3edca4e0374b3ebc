package ref

import "crypto/rand"

// maskKeys returns a source of masking keys for one connection. Each key has four
// octets of the random generator of the operating system (RFC6455-5.3-3,
// RFC6455-10.3-1), which are read 128 at a time. It is not safe for concurrent
// use.
func maskKeys() func() [4]byte {
	var drawn [128]byte
	next := len(drawn)
	return func() [4]byte {
		if next == len(drawn) {
			_, _ = rand.Read(drawn[:]) // does not fail
			next = 0
		}
		key := [4]byte(drawn[next:])
		clear(drawn[next : next+4]) // a key is used once
		next += 4
		return key
	}
}
