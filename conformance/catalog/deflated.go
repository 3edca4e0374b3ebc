package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// deflated compresses each text to one message. With takeover, a message may refer
// to the messages before it.
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

// compressedText is a text frame with RSV1 set. Its payload is already compressed.
func compressedText(payload string) c.Frame {
	return c.Text(c.Octets(payload)).WithRSV(wire.RSV1)
}

// cutAt splits a frame into fragments at the given offsets of its payload.
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

// farthest builds DEFLATE data by hand: a stored block of 32768 octets, then a match
// of three octets at the maximum distance, 32768. The compressor of this module
// does not use that distance. It returns the payload and the message.
func farthest() (payload, message string) {
	const distance = 32768
	text := make([]byte, distance)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyz"[i*7%26]
	}
	var b payloads.Bits
	b.Write(0, 1) // BFINAL
	b.Write(0, 2) // stored
	b.Align()
	b.Octets = append(b.Octets, byte(distance&0xff), byte(distance>>8), byte(^distance&0xff), byte(^distance>>8&0xff))
	b.Octets = append(b.Octets, text...)
	b.Write(0, 1)
	b.Write(1, 2)               // fixed codes
	b.Code(0b0000001, 7)        // length 3
	b.Code(29, 5)               // distances 24577 to 32768
	b.Write(distance-24577, 13) // the rest of the distance
	b.Code(0, 7)                // end of the block
	b.Write(0, 1)
	b.Write(0, 2) // the header of the empty stored block; its four octets are removed (RFC7692-7.2.1-1)
	b.Align()
	return string(b.Octets), string(text) + string(text[:3])
}

// dynamicBlock begins a block with dynamic Huffman codes and one distance code. It has so
// many literal and length codes; lengths are those of the codes of the code lengths, of
// which that of symbol 18 is one bit. The function that it returns writes n zero lengths.
func dynamicBlock(b *payloads.Bits, literals uint32, lengths map[int]uint32) (none func(n uint32)) {
	b.Write(0, 1) // BFINAL
	b.Write(2, 2) // dynamic Huffman codes
	b.Write(literals-257, 5)
	b.Write(0, 5)  // one distance code
	b.Write(14, 4) // 18 code length codes, in the order below
	for _, symbol := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1} {
		b.Write(lengths[symbol], 3)
	}
	return func(n uint32) { b.Code(0, 1); b.Write(n-11, 7) }
}

// withoutDistances builds DEFLATE data by hand: two blocks with dynamic Huffman
// codes. Each holds "a" and then a match of length 3 and distance 1, but the second
// block has no code for that distance.
func withoutDistances() string {
	var b payloads.Bits
	for _, has := range []bool{true, false} {
		none := dynamicBlock(&b, 258, map[int]uint32{18: 1, 1: 2, 0: 3, 2: 3})
		none('a')
		b.Code(0b10, 2) // "a" has a code of one bit
		none(138)
		none(256 - 138 - 'a' - 1)
		b.Code(0b111, 3) // the end of the block has a code of two bits
		b.Code(0b111, 3) // length 3 has a code of two bits
		if has {
			b.Code(0b10, 2) // distance 1 has a code of one bit
		} else {
			b.Code(0b110, 3)
		}
		b.Code(0, 1)    // "a"
		b.Code(0b11, 2) // length 3
		b.Code(0, 1)    // distance 1
		b.Code(0b10, 2) // end of the block
	}
	b.Write(0, 3) // the empty stored block, as above
	b.Align()
	return string(b.Octets)
}

// inflatingTo builds DEFLATE data by hand that inflates to n times "a": a block with
// dynamic Huffman codes, in which a match of length 258 and distance 1 has two bits. So it
// has about a thousandth of the octets.
func inflatingTo(n int) string {
	const most = 258 // the longest match
	var b payloads.Bits
	none := dynamicBlock(&b, 286, map[int]uint32{18: 1, 1: 2, 2: 2})
	one, two := func() { b.Code(0b10, 2) }, func() { b.Code(0b11, 2) }
	none('a')
	two() // "a" has a code of two bits
	none(138)
	none(256 - 138 - 'a' - 1)
	two() // so has the end of the block
	none(285 - 256 - 1)
	one() // the length 258 has a code of one bit
	one() // so has the distance 1
	for range n % most {
		b.Code(0b10, 2) // "a"
	}
	for range n / most {
		b.Write(0, 2) // length 258, distance 1
	}
	b.Code(0b11, 2) // end of the block
	b.Write(0, 3)   // the empty stored block, whose other octets are removed (RFC7692-7.2.1-1)
	b.Align()
	return string(b.Octets)
}
