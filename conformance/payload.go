package conformance

import (
	"bytes"
	"fmt"
	"sync"
	"unicode/utf8"
)

// A Payload is the content of a frame or message, kept short so that a case
// stays readable as data: Octets, repeated.
type Payload struct {
	Octets []byte
	// Repeat says how often Octets stand in a row; 0 means once.
	Repeat int
}

// Octets returns a payload given octet by octet.
func Octets(s string) Payload { return Payload{Octets: []byte(s)} }

// Repeated returns a payload that has s n times; with n of 0 it is empty.
func Repeated(s string, n int) Payload {
	if n == 0 {
		return Payload{}
	}
	return Payload{Octets: []byte(s), Repeat: n}
}

// Len returns the length in octets.
func (p Payload) Len() int { return len(p.Octets) * max(p.Repeat, 1) }

// Bytes returns the octets themselves. Callers must not change them: long
// payloads of one pattern share their memory.
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
		return fmt.Sprintf("%d × %s", p.Repeat, quote(p.Octets))
	}
	return quote(p.Octets)
}

// mostQuoted is how many octets quote shows.
const mostQuoted = 40

// quote shows octets as text where they are printable text and in hexadecimal
// elsewhere, cut after 40 octets with the true length.
func quote(b []byte) string {
	shown, rest := b, ""
	if len(b) > mostQuoted {
		shown, rest = b[:mostQuoted], fmt.Sprintf("… (%d octets)", len(b))
		for len(shown) > 0 && !utf8.RuneStart(b[len(shown)]) && mostQuoted-len(shown) < utf8.UTFMax {
			shown = shown[:len(shown)-1]
		}
	}
	if utf8.Valid(shown) && !bytes.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }) {
		return fmt.Sprintf("%q", shown) + rest
	}
	return fmt.Sprintf("0x%x", shown) + rest
}

// repeats keeps the longest repetition of each pattern asked for, so that the
// many cases that send the same character share one buffer.
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
