// Package payloads makes the payloads of the cases about size and compression. It has
// five kinds of content, each from a fixed seed, so that every run and every release
// sends the same octets.
package payloads

import (
	"math/rand/v2"
	"sync"
	"unicode/utf8"
)

// Length is the length of every stream in octets. It is odd, so that messages whose size
// is a power of two start at different offsets each time the stream is repeated.
const Length = 1<<20 + 1

// A Stream is an endless source of one kind of content.
type Stream struct {
	// Name is the name of the kind, for example "JSON".
	Name string
	// Text says that every message from the stream is valid UTF-8.
	Text bool

	make   func(*rand.Rand) []byte
	seed   uint64
	once   sync.Once
	octets []byte
}

// The streams, from the most to the least compressible.
var (
	JSON     = &Stream{Name: "JSON", Text: true, make: makeJSON, seed: 1}
	HTML     = &Stream{Name: "HTML", Text: true, make: makeHTML, seed: 2}
	Prose    = &Stream{Name: "prose", Text: true, make: makeProse, seed: 3}
	Document = &Stream{Name: "a document", make: makeDocument, seed: 4}
	Bitmap   = &Stream{Name: "a bitmap", make: makeBitmap, seed: 5}
)

// All lists the streams.
func All() []*Stream { return []*Stream{JSON, HTML, Prose, Document, Bitmap} }

// bytes returns the octets of the stream. It makes them at the first call.
func (s *Stream) bytes() []byte {
	s.once.Do(func() { s.octets = s.make(rand.New(rand.NewPCG(s.seed, Length)))[:Length:Length] })
	return s.octets
}

// Positions returns the number of different messages of a size, in octets: message i and
// message i + Positions(size) are equal.
func Positions(size int) int { return max(1, (Length+size-1)/max(size, 1)) }

// Message returns message i of a size, in octets. If a text message would start or end
// inside a code point, it has spaces there. The caller must not change the octets: they
// can be those of the stream.
func (s *Stream) Message(size, i int) []byte {
	stream := s.bytes()
	at := i % Positions(size) * size % Length
	if at+size <= Length && (!s.Text || whole(stream[at:at+size])) {
		return stream[at : at+size : at+size]
	}
	out := make([]byte, 0, size)
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

// whole reports whether a piece of valid UTF-8 begins and ends between two code points.
func whole(cut []byte) bool {
	if len(cut) == 0 {
		return true
	}
	last, size := utf8.DecodeLastRune(cut)
	return utf8.RuneStart(cut[0]) && (last != utf8.RuneError || size > 1)
}

// trim overwrites incomplete code points at both ends of a piece of valid UTF-8 with
// spaces.
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
