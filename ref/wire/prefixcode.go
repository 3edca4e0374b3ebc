package wire

import "math/bits"

// The alphabets of DEFLATE (RFC 1951 3.2.5, 3.2.7).
const (
	endOfBlock  = 256
	maxLiterals = 286 // literals, end of block and the defined length codes
	maxCodeBits = 15
	shortBits   = 9 // codes up to here are looked up at once
)

// An extraCode means base plus the value of the extra bits that follow.
type extraCode struct {
	base uint16
	bits uint8
}

var (
	// lengthCodes are the symbols from 257 on. The greatest length has its own
	// symbol.
	lengthCodes = append(
		extraCodes(3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5),
		extraCode{258, 0})
	offsetCodes = extraCodes(1, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13)
	// repeatCodes are the symbols from 16 on in the code of the code lengths.
	repeatCodes = [3]extraCode{{3, 2}, {3, 3}, {11, 7}}
	// lengthOrder is the order in which the lengths of that code are written.
	lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

// extraCodes returns symbols with consecutive ranges of 2^bits values.
func extraCodes(base uint16, extra ...uint8) []extraCode {
	codes := make([]extraCode, len(extra))
	for i, n := range extra {
		codes[i] = extraCode{base, n}
		base += 1 << n
	}
	return codes
}

// The codes of a block without own codes (RFC 1951 3.2.6).
var fixedLiterals, fixedOffsets = func() (literals, offsets prefixCode) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	literals.build(lengths[:])
	var fives [32]uint8
	for i := range fives {
		fives[i] = 5
	}
	offsets.build(fives[:])
	return literals, offsets
}()

// A prefixCode is a Huffman code in the canonical form of RFC 1951 3.2.2.
type prefixCode struct {
	// short has, for the next bits, symbol<<4 and code length, or zero if the
	// code is longer or there is none.
	short [1 << shortBits]uint16
	// count has the number of codes of each length, symbols their symbols in
	// order of length and then of value.
	count   [maxCodeBits + 1]uint16
	symbols [288]uint16
}

// build makes the code in which symbol i has lengths[i] bits, none if zero. It
// reports false if the lengths are those of no complete prefix code. Decoders
// agree on two exceptions: a code without symbols, and one with a single symbol
// of one bit, which encoders use for blocks with a single distance.
func (c *prefixCode) build(lengths []uint8) bool {
	*c = prefixCode{}
	for _, length := range lengths {
		c.count[length]++
	}
	used := len(lengths) - int(c.count[0])
	c.count[0] = 0
	left := 1
	var index, value [maxCodeBits + 2]uint16
	for length := 1; length <= maxCodeBits; length++ {
		left = left<<1 - int(c.count[length])
		if left < 0 {
			return false
		}
		index[length+1] = index[length] + c.count[length]
		value[length+1] = (value[length] + c.count[length]) << 1
	}
	if left > 0 && used > 0 && (used != 1 || c.count[1] != 1) {
		return false
	}
	for symbol, length := range lengths {
		if length == 0 {
			continue
		}
		c.symbols[index[length]] = uint16(symbol)
		index[length]++
		// Codes go out most significant bit first, all else least.
		reversed := int(bits.Reverse16(value[length]) >> (16 - length))
		value[length]++
		for at := reversed; at < len(c.short) && length <= shortBits; at += 1 << length {
			c.short[at] = uint16(symbol)<<4 | uint16(length)
		}
	}
	return true
}
