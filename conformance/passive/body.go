package passive

import (
	"math"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A body is what is left of the body of an HTTP message (RFC 9112 6.3). It is passed over.
type body struct {
	// left is how many octets are left of the body or, of a chunked one, of the chunk.
	left int64
	// chunked: chunks follow. line is the beginning of the line that is under way.
	chunked, trailer bool
	line             []byte
}

// toTheEnd is a body up to the end of TCP.
var toTheEnd = body{left: math.MaxInt64}

// mostLine is the longest line between chunks that is read, in octets.
const mostLine = 4 << 10

// bodyOf is the body of a message with these fields. Unsized is what it is if the fields do
// not say.
func bodyOf(fields wire.Fields, unsized body) body {
	if codings := fields.Values("Transfer-Encoding"); len(codings) > 0 {
		if strings.EqualFold(strings.TrimSpace(codings[len(codings)-1]), "chunked") {
			return body{chunked: true}
		}
		return toTheEnd
	}
	length, ok := fields.Get("Content-Length")
	if !ok {
		return unsized
	}
	n, err := strconv.ParseInt(strings.TrimSpace(length), 10, 64)
	if err != nil || n < 0 {
		return toTheEnd
	}
	return body{left: n}
}

// endless reports whether the body goes on up to the end of TCP.
func (b *body) endless() bool { return b.left == math.MaxInt64 }

// over reports whether nothing is left.
func (b *body) over() bool { return b.left == 0 && !b.chunked }

// skip passes over what belongs to the body, and returns the rest.
func (b *body) skip(octets []byte) []byte {
	for !b.over() && len(octets) > 0 {
		if b.left > 0 {
			n := min(b.left, int64(len(octets)))
			octets = octets[n:]
			if !b.endless() {
				b.left -= n
			}
			continue
		}
		if c := octets[0]; c != '\n' {
			if octets = octets[1:]; len(b.line) < mostLine {
				b.line = append(b.line, c)
			}
			continue
		}
		octets = octets[1:]
		b.endLine(strings.TrimRight(string(b.line), "\r"))
		b.line = nil
	}
	return octets
}

// endLine reads a line between chunks (RFC 9112 7.1).
func (b *body) endLine(line string) {
	switch {
	case b.trailer && line == "":
		*b = body{}
	case b.trailer || line == "": // a field of the trailer, or the end of a chunk
	default:
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 62)
		switch {
		case err != nil || n < 0:
			*b = toTheEnd
		case n == 0:
			b.trailer = true
		default:
			b.left = n
		}
	}
}
