// Package streams makes the payloads of the cases about size and compression:
// five kinds of content, each drawn from a fixed seed, so that every run and
// every release sends the same octets.
package streams

import (
	"math/rand/v2"
	"sync"
	"unicode/utf8"
)

// Length is the length of every stream in octets. It is odd, so that messages
// whose size is a power of two begin at ever other places when a stream is
// gone through again and again.
const Length = 1<<20 + 1

// A Stream is an endless source of content of one character.
type Stream struct {
	// Name is a word for people: "JSON".
	Name string
	// Text: the content is UTF-8, and so is every message cut from it.
	Text bool

	make   func(*rand.Rand) []byte
	seed   uint64
	once   sync.Once
	octets []byte
}

// The streams, from compressible to hardly so.
var (
	JSON     = &Stream{Name: "JSON", Text: true, make: makeJSON, seed: 1}
	HTML     = &Stream{Name: "HTML", Text: true, make: makeHTML, seed: 2}
	Prose    = &Stream{Name: "prose", Text: true, make: makeProse, seed: 3}
	Document = &Stream{Name: "a document", make: makeDocument, seed: 4}
	Bitmap   = &Stream{Name: "a bitmap", make: makeBitmap, seed: 5}
)

// All lists the streams.
func All() []*Stream { return []*Stream{JSON, HTML, Prose, Document, Bitmap} }

// bytes returns the stream's octets, made at the first call.
func (s *Stream) bytes() []byte {
	s.once.Do(func() { s.octets = s.make(rand.New(rand.NewPCG(s.seed, Length)))[:Length:Length] })
	return s.octets
}

// Positions is how many different messages of a size the stream has: message i
// and message i + Positions(size) are the same octets.
func Positions(size int) int { return max(1, (Length+size-1)/max(size, 1)) }

// Message returns the i-th message of a size, in octets. A text message that
// would begin or end inside a code point has spaces there instead.
func (s *Stream) Message(size, i int) []byte {
	stream := s.bytes()
	out := make([]byte, 0, size)
	at := i % Positions(size) * size % Length
	for len(out) < size {
		n := min(size-len(out), Length-at)
		out = append(out, stream[at:at+n]...)
		if s.Text {
			trim(out[len(out)-n:])
		}
		at = 0
	}
	return out
}

// trim overwrites with spaces the pieces of code points at both ends of a cut
// from valid UTF-8.
func trim(cut []byte) {
	for i := 0; i < len(cut) && !utf8.RuneStart(cut[i]); i++ {
		cut[i] = ' '
	}
	for i := len(cut) - 1; i >= 0 && i >= len(cut)-utf8.UTFMax; i-- {
		if !utf8.RuneStart(cut[i]) {
			continue
		}
		if !utf8.FullRune(cut[i:]) {
			for ; i < len(cut); i++ {
				cut[i] = ' '
			}
		}
		return
	}
}
