package catalog

import (
	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// deflated makes compressed messages of texts, the later ones referring to the
// earlier ones where takeover says so.
func deflated(takeover bool, texts ...string) []c.Frame {
	d, err := wire.NewDeflater(wire.DeflaterOptions{NoContextTakeover: !takeover, Level: 9})
	if err != nil {
		panic("catalog: " + err.Error())
	}
	defer d.Release()
	var frames []c.Frame
	for _, s := range texts {
		frames = append(frames, compressedText(string(d.AppendMessage(nil, []byte(s)))))
	}
	return frames
}

// compressedText is a text frame with RSV1 and a payload that is compressed
// already.
func compressedText(payload string) c.Frame {
	return c.Text(c.Octets(payload)).WithRSV(wire.RSV1)
}

// cutAt makes fragments of a frame, cut at these places of its payload.
func cutAt(f c.Frame, at ...int) []c.Frame {
	b := f.Payload.Bytes()
	var frames []c.Frame
	start := 0
	for i, end := range append(at, len(b)) {
		part := c.Continuation(c.Payload{Octets: b[start:end]})
		if i == 0 {
			part = f
			part.Payload = c.Payload{Octets: b[start:end]}
		}
		part.Fin = i == len(at)
		frames = append(frames, part)
		start = end
	}
	return frames
}

// farthest is DEFLATE data by hand: size octets in stored blocks, and then a
// match of three octets at the greatest distance there is, 32768. No compressor
// at hand goes so far back. It returns the payload and the message.
func farthest() (payload, message string) {
	const distance = 32768
	text := make([]byte, distance)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyz"[i*7%26]
	}
	var b bits
	b.write(0, 1) // BFINAL
	b.write(0, 2) // stored
	b.align()
	b.octets = append(b.octets, byte(distance&0xff), byte(distance>>8), byte(^distance&0xff), byte(^distance>>8&0xff))
	b.octets = append(b.octets, text...)
	b.write(0, 1)
	b.write(1, 2)               // fixed codes
	b.code(0b0000001, 7)        // length 3
	b.code(29, 5)               // distances 24577 to 32768
	b.write(distance-24577, 13) // the rest of the distance
	b.code(0, 7)                // end of the block
	b.write(0, 1)
	b.write(0, 2) // the empty stored block, whose four octets stay away (RFC7692-7.2.1-1)
	b.align()
	return string(b.octets), string(text) + string(text[:3])
}

// withoutDistances is DEFLATE data by hand: two blocks that bring their own codes
// and say "a" and then three octets from one back, but the second has no code for
// that distance.
func withoutDistances() string {
	var b bits
	for _, has := range []bool{true, false} {
		b.write(0, 1)  // BFINAL
		b.write(2, 2)  // own codes
		b.write(1, 5)  // for 258 literals and lengths,
		b.write(0, 5)  // for one distance,
		b.write(14, 4) // and 18 lengths, in this order, of the codes for their lengths
		for _, symbol := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1} {
			b.write(map[int]uint32{18: 1, 1: 2, 0: 3, 2: 3}[symbol], 3)
		}
		none := func(n uint32) { b.code(0, 1); b.write(n-11, 7) } // symbol 18
		none('a')
		b.code(0b10, 2) // "a" has one bit
		none(138)
		none(256 - 138 - 'a' - 1)
		b.code(0b111, 3) // the end of the block has two
		b.code(0b111, 3) // and so has length 3
		if has {
			b.code(0b10, 2) // distance 1 has one
		} else {
			b.code(0b110, 3)
		}
		b.code(0, 1)    // "a"
		b.code(0b11, 2) // length 3
		b.code(0, 1)    // distance 1
		b.code(0b10, 2) // end of the block
	}
	b.write(0, 3) // the empty stored block, as above
	b.align()
	return string(b.octets)
}

// bits writes as RFC 1951 3.1.1 packs: the least significant bit first.
type bits struct {
	octets []byte
	hold   uint32
	n      uint
}

func (b *bits) write(v uint32, n uint) {
	b.hold |= v << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.octets = append(b.octets, byte(b.hold))
		b.hold >>= 8
	}
}

// code writes a prefix code, whose most significant bit goes first.
func (b *bits) code(v uint32, n uint) {
	for i := n; i > 0; i-- {
		b.write(v>>(i-1)&1, 1)
	}
}

func (b *bits) align() {
	if b.n > 0 {
		b.write(0, 8-b.n)
	}
}
