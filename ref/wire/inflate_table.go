package wire

import "math/bits"

// A decodeTable finds the symbol for the next bits of DEFLATE data with one or
// two lookups. Codes of up to `bits` bits are in the first 1<<bits entries,
// indexed by the next bits of the data. Longer codes share a link entry there,
// which leads to a second table that is indexed by the bits that follow.
//
// An entry is 32 bits:
//
//	bits 0-4    how many bits the code has; 1 if no code begins like this
//	bits 8-11   how many extra bits follow the code (RFC 1951 3.2.5)
//	bits 13-15  entryEnd, entryLink or entryInvalid
//	bits 16-30  the literal, the base of a length or distance, or for a link
//	            the index of the second table (whose index bits are in 8-11)
//	bit  31     entryLiteral
type decodeTable struct {
	entries []uint32
	mask    uint64 // 1<<bits - 1
	bits    uint
}

const (
	entryLiteral = 1 << 31
	entryEnd     = 1 << 13 // the end of the block
	entryLink    = 1 << 14
	entryInvalid = 1 << 15
	entrySpecial = entryEnd | entryLink | entryInvalid
)

// The index bits of the first tables, and room for these and every second
// table: the largest numbers of entries that complete codes of 288 and 32
// symbols with at most 15 bits can need (zlib's enough.c computes them).
const (
	literalBits  = 10
	literalRoom  = 1334
	distanceBits = 8
	distanceRoom = 402
	// The code of the code lengths has at most 7 bits.
	lengthCodeBits = 7
	lengthCodeRoom = 1 << lengthCodeBits
)

// The symbols' entries without the code length.
var (
	literalEntries = func() (entries [288]uint32) {
		for i := range entries {
			switch at := i - endOfBlock - 1; {
			case i < endOfBlock:
				entries[i] = entryLiteral | uint32(i)<<16
			case i == endOfBlock:
				entries[i] = entryEnd
			case at < len(lengthCodes):
				entries[i] = uint32(lengthCodes[at].base)<<16 | uint32(lengthCodes[at].bits)<<8
			default: // RFC 1951 3.2.6: 286 and 287 never occur
				entries[i] = entryInvalid
			}
		}
		return entries
	}()
	distanceEntries = func() (entries [32]uint32) {
		for i := range entries {
			if i < len(offsetCodes) {
				entries[i] = uint32(offsetCodes[i].base)<<16 | uint32(offsetCodes[i].bits)<<8
			} else { // RFC 1951 3.2.6: 30 and 31 never occur
				entries[i] = entryInvalid
			}
		}
		return entries
	}()
	lengthCodeEntries = func() (entries [19]uint32) {
		for i := range entries {
			entries[i] = uint32(i) << 16
			if i >= 16 {
				entries[i] |= uint32(repeatCodes[i-16].bits) << 8
			}
		}
		return entries
	}()
)

// The tables of the codes that RFC 1951 3.2.6 fixes.
var fixedLiteralTable, fixedDistanceTable = func() (literals, distances decodeTable) {
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
	literals.build(make([]uint32, literalRoom), lengths[:], literalEntries[:], literalBits)
	var fives [32]uint8
	for i := range fives {
		fives[i] = 5
	}
	distances.build(make([]uint32, distanceRoom), fives[:], distanceEntries[:], distanceBits)
	return literals, distances
}()

// build makes the table of the canonical code (RFC 1951 3.2.2) in which symbol
// i has lengths[i] bits, none if zero. room is where the entries go, symbols
// has the entry of each symbol. It returns false if the lengths are not those
// of a complete prefix code. Decoders agree on two exceptions: a code without
// symbols, and one with a single symbol of one bit.
//
// The time is bounded by the number of symbols and the size of the table, which
// is no larger than the longest code needs.
func (t *decodeTable) build(room []uint32, lengths []uint8, symbols []uint32, maxBits uint) bool {
	var count [maxCodeBits + 1]int
	for _, length := range lengths {
		count[length]++
	}
	used := len(lengths) - count[0]
	count[0] = 0
	longest := uint(maxCodeBits)
	for longest > 1 && count[longest] == 0 {
		longest--
	}
	left := 1
	var index [maxCodeBits + 2]int // where the symbols of each length begin
	for length := 1; length <= maxCodeBits; length++ {
		left = left<<1 - count[length]
		if left < 0 {
			return false
		}
		index[length+1] = index[length] + count[length]
	}
	if left > 0 && used > 0 && (used != 1 || count[1] != 1) {
		return false
	}
	var sorted [288]uint16 // the symbols, shorter codes first
	for symbol, length := range lengths {
		if length != 0 {
			sorted[index[length]] = uint16(symbol)
			index[length]++
		}
	}
	t.bits = min(longest, maxBits)
	t.mask = 1<<t.bits - 1
	t.entries = room[:1<<t.bits]
	if left > 0 { // one of the exceptions
		for i := range t.entries {
			t.entries[i] = entryInvalid | 1
		}
	}
	code, length := 0, uint(1)
	prefix, second := -1, uint(0) // of the open second table
	for i, symbol := range sorted[:used] {
		for count[length] == 0 {
			code, length = code<<1, length+1
		}
		// Codes are sent with their most significant bit first, all else with
		// the least significant first.
		reversed := int(bits.Reverse16(uint16(code)) >> (16 - length))
		entry := symbols[symbol] | uint32(length)
		if length <= t.bits {
			for at := reversed; at <= int(t.mask); at += 1 << length {
				t.entries[at] = entry
			}
		} else {
			if p := reversed & int(t.mask); p != prefix {
				prefix, second = p, length-t.bits
				// The second table is as large as the codes behind this prefix need.
				for space := count[length]; space < 1<<second && t.bits+second < maxCodeBits; {
					second++
					space = space<<1 + count[t.bits+second]
				}
				t.entries[p] = entryLink | uint32(len(t.entries))<<16 | uint32(second)<<8 | uint32(t.bits)
				t.entries = room[:len(t.entries)+1<<second]
			}
			start := int(t.entries[prefix] >> 16)
			for at := reversed >> t.bits; at < 1<<second; at += 1 << (length - t.bits) {
				t.entries[start+at] = entry
			}
		}
		count[length]--
		if i+1 < used {
			code++
		}
	}
	return true
}

// lookup returns the entry for the next bits. If there are fewer bits than the
// entry says, more are needed to know the symbol.
func (t *decodeTable) lookup(next uint64) uint32 {
	entry := t.entries[next&t.mask]
	if entry&entryLink != 0 {
		second := uint64(1)<<(entry>>8&15) - 1
		entry = t.entries[uint64(entry>>16)+next>>t.bits&second]
	}
	return entry
}
