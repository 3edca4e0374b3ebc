package vary

import (
	"slices"

	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// A deflation is a way to compress a message.
type deflation struct {
	name, words string
	compress    func([]byte) []byte
	// fragment is the most octets of a fragment; 0 makes one frame.
	fragment int
}

var deflations = []deflation{
	{name: "best", words: "as a compressor does", compress: compressed},
	{name: "fixed", words: "as a block with fixed codes", compress: func(b []byte) []byte { return blocks(false, fixed(b)) }},
	{name: "stored", words: "as a stored block", compress: func(b []byte) []byte { return blocks(false, stored(b)) }},
	{name: "final", words: "as a block with BFINAL set", compress: func(b []byte) []byte { return blocks(true, fixed(b)) }},
	{name: "stored-final", words: "as a stored block with BFINAL set", compress: func(b []byte) []byte { return blocks(true, stored(b)) }},
	{name: "blocks", words: "as blocks of each octet", compress: func(b []byte) []byte { return blocks(false, inPieces(b, 1, fixed)...) }},
	{name: "stored-blocks", words: "as stored blocks of each octet", compress: func(b []byte) []byte { return blocks(false, inPieces(b, 1, stored)...) }},
	{name: "empty-blocks", words: "as a block between empty blocks", compress: func(b []byte) []byte {
		return blocks(false, stored(nil), fixed(nil), fixed(b), stored(nil), fixed(nil))
	}},
	{name: "fragments", words: "in fragments of 2 octets", compress: func(b []byte) []byte { return blocks(false, fixed(b)) }, fragment: 2},
}

// compressed compresses as endpoints do.
func compressed(b []byte) []byte {
	d, err := wire.NewDeflater(wire.DeflaterOptions{NoContextTakeover: true, Level: 9})
	if err != nil {
		panic("vary: " + err.Error()) // the options are constant
	}
	defer d.Release()
	return d.AppendMessage(nil, b)
}

// A block writes one block of DEFLATE data (RFC 1951 3.2.3).
type block func(out *payloads.Bits, final bool)

// blocks writes blocks, the last one with BFINAL if final is set, and then the header of
// the empty stored block whose four octets a sender removes (RFC7692-7.2.1-1).
func blocks(final bool, list ...block) []byte {
	var out payloads.Bits
	for i, write := range list {
		write(&out, final && i == len(list)-1)
	}
	if final {
		out.Align() // RFC7692-7.2.1-4
	}
	out.Write(0, 3)
	out.Align()
	return out.Octets
}

// stored is a stored block.
func stored(b []byte) block {
	return func(out *payloads.Bits, final bool) {
		out.Write(bit(final), 1)
		out.Write(0, 2)
		out.Align()
		n := len(b)
		out.Octets = append(out.Octets, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		out.Octets = append(out.Octets, b...)
	}
}

// fixed is a block with fixed codes, and no references (RFC 1951 3.2.6).
func fixed(b []byte) block {
	return func(out *payloads.Bits, final bool) {
		out.Write(bit(final), 1)
		out.Write(1, 2)
		for _, o := range b {
			if o < 144 {
				out.Code(0b00110000+uint32(o), 8)
			} else {
				out.Code(0b110010000+uint32(o)-144, 9)
			}
		}
		out.Code(0, 7)
	}
}

func bit(set bool) uint32 {
	if set {
		return 1
	}
	return 0
}

// inPieces makes a block of each piece.
func inPieces(b []byte, size int, write func([]byte) block) []block {
	var list []block
	for piece := range slices.Chunk(b, size) {
		list = append(list, write(piece))
	}
	return list
}
