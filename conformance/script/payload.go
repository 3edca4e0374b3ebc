package script

import (
	"bytes"
	"fmt"
	"sync"
	"unicode/utf8"
)

// A Payload is the content of a frame or message. It is written as a pattern and a
// number of repetitions, so that a case with a long payload stays readable.
type Payload struct {
	// Octets is the pattern.
	Octets []byte
	// Repeat is how often the pattern is repeated; 0 means once.
	Repeat int
}

// Octets returns the payload with the octets of s.
func Octets(s string) Payload { return Payload{Octets: []byte(s)} }

// Repeated returns the payload that repeats s n times. It is empty if n is 0.
func Repeated(s string, n int) Payload {
	if n == 0 {
		return Payload{}
	}
	return Payload{Octets: []byte(s), Repeat: n}
}

// Len returns the length in octets.
func (p Payload) Len() int { return len(p.Octets) * max(p.Repeat, 1) }

// Bytes returns the octets. Callers must not change them, because payloads with the
// same pattern share memory.
func (p Payload) Bytes() []byte {
	if p.Repeat <= 1 {
		return p.Octets
	}
	return repeats.of(p.Octets, p.Len())
}

// String describes the payload for people, in at most about 100 characters.
func (p Payload) String() string {
	if p.Len() == 0 {
		return "nothing"
	}
	if p.Repeat > 1 {
		return fmt.Sprintf("%d × %s", p.Repeat, Quote(p.Octets))
	}
	return Quote(p.Octets)
}

// MostQuoted is the most octets that [Quote] shows.
const MostQuoted = 40

// Quote shows printable text as a quoted string, and other octets in hexadecimal. It cuts
// after [MostQuoted] octets and then gives the length.
func Quote(b []byte) string {
	shown, rest := b, ""
	if len(b) > MostQuoted {
		shown, rest = b[:MostQuoted], fmt.Sprintf("… (%d octets)", len(b))
		for len(shown) > 0 && !utf8.RuneStart(b[len(shown)]) && MostQuoted-len(shown) < utf8.UTFMax {
			shown = shown[:len(shown)-1]
		}
	}
	if utf8.Valid(shown) && !bytes.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }) {
		return fmt.Sprintf("%q", shown) + rest
	}
	return fmt.Sprintf("0x%x", shown) + rest
}

// repeats keeps the longest payload of each pattern, so that the many cases that send
// the same character share one buffer.
var repeats = repeatCache{grown: map[string][]byte{}}

type repeatCache struct {
	mu    sync.Mutex
	grown map[string][]byte
}

func (c *repeatCache) of(pattern []byte, length int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.grown[string(pattern)]
	if len(b) < length {
		b = bytes.Repeat(pattern, (length+len(pattern)-1)/len(pattern))
		c.grown[string(pattern)] = b
	}
	return b[:length:length]
}
