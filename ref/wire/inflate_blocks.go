package wire

import (
	"encoding/binary"
	"io"
)

// A blockDecoder decodes DEFLATE data (RFC 1951), one message at a time. It can
// stop before any symbol, when the data or the room for octets is used up, and
// continue later.
//
// Every step takes at least one bit of the data or makes at least one octet. So
// the work is bounded by a constant times the octets that go in and come out,
// whatever the blocks are: also for empty blocks, for blocks with codes that are
// not used, and for blocks with BFINAL, which only end the bits of their last
// octet here (RFC7692-7.2.1-4, RFC7692-7.2.1-5).
type blockDecoder struct {
	// The data: what was given, and up to 63 bits taken from it. The bits above
	// `have` in hold are zero.
	data []byte
	hold uint64
	have uint
	// ended says that data holds the last octets of the message.
	ended bool

	// How the message uses the window, up to the last reference, valid or not: see
	// Inflater.Use. made is how many octets the message had before those of p.
	made       int64
	far, reach int
	padded     bool

	work    uint64 // see Inflater.Work
	step    blockStep
	final   bool // the open block has BFINAL
	stored  int  // what is left of a stored block
	length  int  // what is left of a reference
	back    int  // and how far back it points
	counted int  // code lengths read so far
	counts  struct{ literals, distances, lengths int }

	literals, distances decodeTable
	lengths             [320]uint8 // of the codes of a block
	literalRoom         [literalRoom]uint32
	distanceRoom        [distanceRoom]uint32
}

// A blockStep is what the next bits of the data are for.
type blockStep uint8

const (
	stepHeader      blockStep = iota // BFINAL and BTYPE (RFC 1951 3.2.3)
	stepStored                       // the two lengths of a stored block (3.2.4)
	stepCopy                         // the octets of a stored block
	stepCounts                       // HLIT, HDIST and HCLEN (3.2.7)
	stepLengthCode                   // the lengths of the code of the code lengths
	stepCodeLengths                  // the lengths of the two codes
	stepSymbols                      // literals and references (3.2.5)
)

// A blockResult says why a blockDecoder stopped.
type blockResult uint8

const (
	needData     blockResult = iota // all data is used up, and the message goes on
	needRoom                        // there are octets and no room for them
	endOfMessage                    // the message ended with the last bit of its data
	badData                         // what came is not DEFLATE data
	cutShort                        // the message ended inside a block
)

// start begins a message.
func (d *blockDecoder) start() {
	d.data, d.hold, d.have, d.ended = nil, 0, 0, false
	d.step, d.length, d.work = stepHeader, 0, 0
	d.made, d.far, d.reach, d.padded = 0, 0, 0, false
}

// fill moves octets from data to hold and reports whether that holds n bits
// now, at most 48.
func (d *blockDecoder) fill(n uint) bool {
	if d.have >= n {
		return true
	}
	if len(d.data) >= 8 {
		d.hold |= binary.LittleEndian.Uint64(d.data) << d.have
		taken := (63 - d.have) >> 3
		d.data = d.data[taken:]
		d.have += taken << 3
		d.hold &= 1<<d.have - 1
		return true
	}
	for d.have <= 55 && len(d.data) > 0 {
		d.hold |= uint64(d.data[0]) << d.have
		d.data = d.data[1:]
		d.have += 8
	}
	return d.have >= n
}

// take takes n bits that are there.
func (d *blockDecoder) take(n uint) int {
	value := d.hold & (1<<n - 1)
	d.hold >>= n
	d.have -= n
	return int(value)
}

// align drops the bits up to the next octet and returns them.
func (d *blockDecoder) align() int { return d.take(d.have & 7) }

// use is how the message has used the window so far.
func (d *blockDecoder) use() WindowUse {
	return WindowUse{Octets: d.made, MaxDistance: d.far, Reach: d.reach, PaddingSet: d.padded}
}

// refersTo notes a reference to back octets before p[n].
func (d *blockDecoder) refersTo(back, n int) {
	d.far = max(d.far, back)
	if before := int64(back) - int64(n) - d.made; before > int64(d.reach) {
		d.reach = int(before)
	}
}

// decode puts the next octets of the message behind the first n of p and
// returns how many p then holds. References may point to those octets and, in
// front of them, to before.
func (d *blockDecoder) decode(p []byte, n int, before pastOctets) (int, blockResult) {
	for {
		result := needData
		d.work++
		switch d.step {
		case stepHeader:
			if d.ended && d.have == 0 && len(d.data) == 0 {
				return n, endOfMessage
			}
			result = d.header()
		case stepStored:
			result = d.storedLengths()
		case stepCopy:
			n, result = d.copyStored(p, n)
		case stepCounts:
			result = d.readCounts()
		case stepLengthCode:
			result = d.readLengthCode()
		case stepCodeLengths:
			result = d.readCodeLengths()
		case stepSymbols:
			n, result = d.symbols(p, n, before)
		}
		if result == goOn {
			continue
		}
		if result == needData && d.ended {
			result = cutShort
		}
		return n, result
	}
}

// goOn is the result of a step behind which the next can be made.
const goOn blockResult = 0xFF

// header reads the three bits that every block begins with.
func (d *blockDecoder) header() blockResult {
	if !d.fill(3) {
		return needData
	}
	d.final = d.take(1) == 1
	switch d.take(2) {
	case 0:
		d.align()
		d.step = stepStored
	case 1:
		d.literals, d.distances = fixedLiteralTable, fixedDistanceTable
		d.step = stepSymbols
	case 2:
		d.step = stepCounts
	default:
		return badData
	}
	return goOn
}

// endBlock goes on behind a block. One with BFINAL is padded to a whole octet.
func (d *blockDecoder) endBlock() {
	if d.final {
		d.padded = d.align() != 0 || d.padded
	}
	d.step = stepHeader
}

func (d *blockDecoder) storedLengths() blockResult {
	if !d.fill(32) {
		return needData
	}
	length, inverse := d.take(16), d.take(16)
	if length^inverse != 0xFFFF {
		return badData
	}
	d.stored = length
	d.step = stepCopy
	return goOn
}

func (d *blockDecoder) copyStored(p []byte, n int) (int, blockResult) {
	for d.stored > 0 && d.have > 0 { // whole octets that were taken in advance
		if n == len(p) {
			return n, needRoom
		}
		p[n] = byte(d.take(8))
		n++
		d.stored--
	}
	for d.stored > 0 {
		switch {
		case len(d.data) == 0:
			return n, needData
		case n == len(p):
			return n, needRoom
		}
		copied := copy(p[n:], d.data[:min(d.stored, len(d.data))])
		d.data = d.data[copied:]
		n += copied
		d.stored -= copied
	}
	d.endBlock()
	return n, goOn
}

func (d *blockDecoder) readCounts() blockResult {
	if !d.fill(14) {
		return needData
	}
	d.counts.literals, d.counts.distances, d.counts.lengths = d.take(5)+endOfBlock+1, d.take(5)+1, d.take(4)+4
	if d.counts.literals > maxLiterals || d.counts.distances > len(offsetCodes) {
		return badData
	}
	d.counted = 0
	clear(d.lengths[:len(lengthOrder)])
	d.step = stepLengthCode
	return goOn
}

func (d *blockDecoder) readLengthCode() blockResult {
	for ; d.counted < d.counts.lengths; d.counted++ {
		if !d.fill(3) {
			return needData
		}
		d.lengths[lengthOrder[d.counted]] = uint8(d.take(3))
	}
	// This code is needed only here, so its table is lent.
	if !d.literals.build(d.literalRoom[:], d.lengths[:len(lengthOrder)], lengthCodeEntries[:], lengthCodeBits) {
		return badData
	}
	d.work += uint64(len(lengthOrder) + len(d.literals.entries))
	d.counted = 0
	d.step = stepCodeLengths
	return goOn
}

func (d *blockDecoder) readCodeLengths() blockResult {
	all := d.counts.literals + d.counts.distances
	for d.counted < all {
		d.fill(lengthCodeBits + 7)
		entry := d.literals.lookup(d.hold)
		bits, extra := uint(entry&31), uint(entry>>8&15)
		switch {
		case bits+extra > d.have:
			return needData
		case entry&entryInvalid != 0:
			return badData
		}
		d.take(bits)
		symbol := uint8(entry >> 16)
		if symbol < 16 {
			d.lengths[d.counted] = symbol
			d.counted++
			continue
		}
		repeated := uint8(0)
		if symbol == 16 {
			if d.counted == 0 {
				return badData // there is no length to repeat
			}
			repeated = d.lengths[d.counted-1]
		}
		times := int(repeatCodes[symbol-16].base) + d.take(extra)
		if d.counted+times > all {
			return badData
		}
		for range times {
			d.lengths[d.counted] = repeated
			d.counted++
		}
	}
	literals, distances := d.lengths[:d.counts.literals], d.lengths[d.counts.literals:all]
	if !d.literals.build(d.literalRoom[:], literals, literalEntries[:], literalBits) ||
		!d.distances.build(d.distanceRoom[:], distances, distanceEntries[:], distanceBits) {
		return badData
	}
	d.work += uint64(all + len(d.literals.entries) + len(d.distances.entries))
	d.step = stepSymbols
	return goOn
}

// symbols decodes the literals and references of a block, one by one and with
// every check. Where there is enough of all, fastSymbols does most of it.
func (d *blockDecoder) symbols(p []byte, n int, before pastOctets) (int, blockResult) {
	for {
		if d.length > 0 { // a reference that found no room for all its octets
			if n = d.refer(p, n, before); d.length > 0 {
				return n, needRoom
			}
		}
		if len(d.data) >= fastData && len(p)-n >= fastRoom {
			var result blockResult
			if n, result = d.fastSymbols(p, n, before); result != needData {
				return n, result
			}
		}
		d.fill(48)
		entry := d.literals.lookup(d.hold)
		bits := uint(entry & 31)
		switch {
		case bits > d.have:
			return n, needData
		case entry&entryLiteral != 0:
			if n == len(p) {
				return n, needRoom
			}
			d.take(bits)
			p[n] = byte(entry >> 16)
			n++
			continue
		case entry&entryEnd != 0:
			d.take(bits)
			d.endBlock()
			return n, goOn
		case entry&entryInvalid != 0:
			return n, badData
		}
		extra := uint(entry >> 8 & 15)
		distance := d.distances.lookup(d.hold >> (bits + extra))
		distanceBits, distanceExtra := uint(distance&31), uint(distance>>8&15)
		switch {
		case bits+extra+distanceBits > d.have:
			return n, needData
		case distance&entryInvalid != 0:
			return n, badData
		case bits+extra+distanceBits+distanceExtra > d.have:
			return n, needData
		}
		d.take(bits)
		d.length = int(entry>>16) + d.take(extra)
		d.take(distanceBits)
		d.back = int(distance>>16) + d.take(distanceExtra)
		d.refersTo(d.back, n)
		if d.back > n+before.len() {
			return n, badData // a reference to before the first octet
		}
	}
}

// refer copies what a reference points to, as much as there is room for.
func (d *blockDecoder) refer(p []byte, n int, before pastOctets) int {
	length := min(d.length, len(p)-n)
	d.length -= length
	for length > 0 && d.back > n {
		copied := before.copyBack(p[n:n+length], d.back-n)
		n += copied
		length -= copied
	}
	for length > 0 { // the octets may be among those that are just being copied
		copied := copy(p[n:n+length], p[n-d.back:n])
		n += copied
		length -= copied
	}
	return n
}

// What fastSymbols needs: the data of one load, and room for the longest
// reference behind two literals, with what copying it in words may write beyond.
const (
	fastData = 8
	fastRoom = 3 + 258 + 16
)

// fastSymbols decodes symbols while there is data and room for whole ones, so
// that it need not look after each bit. needData says that symbols has to go on.
func (d *blockDecoder) fastSymbols(p []byte, n int, before pastOctets) (int, blockResult) {
	data, hold, have := d.data, d.hold, d.have
	literals, literalMask := d.literals.entries, d.literals.mask
	distances, distanceMask := d.distances.entries, d.distances.mask
	last := len(p) - fastRoom
	far := d.far
	result := needData
loop:
	for len(data) >= fastData && n <= last {
		// At least 56 bits: octets that only half fit are loaded again next time.
		hold |= binary.LittleEndian.Uint64(data) << have
		data = data[(63-have)>>3:]
		have |= 56
		entry := literals[hold&literalMask]
		if entry&entryLiteral != 0 {
			hold >>= entry & 31
			have -= uint(entry & 31)
			p[n] = byte(entry >> 16)
			n++
			entry = literals[hold&literalMask]
			if entry&entryLiteral != 0 {
				hold >>= entry & 31
				have -= uint(entry & 31)
				p[n] = byte(entry >> 16)
				n++
				entry = literals[hold&literalMask]
				if entry&entryLiteral != 0 {
					hold >>= entry & 31
					have -= uint(entry & 31)
					p[n] = byte(entry >> 16)
					n++
					continue
				}
			}
			if have < 48 {
				if len(data) < fastData {
					break
				}
				hold |= binary.LittleEndian.Uint64(data) << have
				data = data[(63-have)>>3:]
				have |= 56
			}
		}
		if entry&entrySpecial != 0 {
			if entry&entryLink != 0 {
				entry = literals[uint64(entry>>16)+hold>>d.literals.bits&(1<<(entry>>8&15)-1)]
			}
			hold >>= entry & 31
			have -= uint(entry & 31)
			switch {
			case entry&entryLiteral != 0:
				p[n] = byte(entry >> 16)
				n++
				continue
			case entry&entryEnd != 0:
				result = goOn
				break loop
			case entry&entryInvalid != 0:
				result = badData
				break loop
			}
		} else {
			hold >>= entry & 31
			have -= uint(entry & 31)
		}
		extra := entry >> 8 & 15
		length := int(entry>>16) + int(hold&(1<<extra-1))
		hold >>= extra
		have -= uint(extra)
		entry = distances[hold&distanceMask]
		if entry&entrySpecial != 0 {
			if entry&entryLink != 0 {
				entry = distances[uint64(entry>>16)+hold>>d.distances.bits&(1<<(entry>>8&15)-1)]
			}
			if entry&entryInvalid != 0 {
				result = badData
				break loop
			}
		}
		hold >>= entry & 31
		have -= uint(entry & 31)
		extra = entry >> 8 & 15
		back := int(entry>>16) + int(hold&(1<<extra-1))
		hold >>= extra
		have -= uint(extra)
		if back > far {
			far = back
		}
		if back > n {
			d.refersTo(back, n)
			if back > n+before.len() {
				result = badData
				break loop
			}
			d.length, d.back = length, back
			n = d.refer(p, n, before)
			continue
		}
		n = copyReference(p, n, length, back)
	}
	d.data, d.have, d.far = data, have, far
	d.hold = hold & (1<<have - 1)
	if result == goOn {
		d.endBlock()
	}
	return n, result
}

// copyReference copies length octets from back octets before p[n], where p has
// room for 16 more than these, and returns the index behind them.
func copyReference(p []byte, n, length, back int) int {
	end := n + length
	switch {
	case back >= 8:
		for at := n; at < end; at += 8 {
			from := p[at-back : at-back+8 : at-back+8]
			binary.LittleEndian.PutUint64(p[at:at+8:at+8], binary.LittleEndian.Uint64(from))
		}
	case back == 1:
		word := uint64(p[n-1]) * 0x0101010101010101
		for at := n; at < end; at += 8 {
			binary.LittleEndian.PutUint64(p[at:at+8:at+8], word)
		}
	default:
		for at := n; at < end; at++ {
			p[at] = p[at-back]
		}
	}
	return end
}

// inputSize is how many octets of a payload are read at a time.
const inputSize = 4096

// A payloadInput passes the payload of a message to a blockDecoder piece by
// piece, and then the four octets that the sender removed (RFC7692-7.2.2-1).
type payloadInput struct {
	rest   io.Reader // nil for a payload that was given whole
	buffer [inputSize]byte
}

// next gives the decoder more data. The error is that of the payload's reader.
func (in *payloadInput) next(d *blockDecoder) error {
	if in.rest == nil {
		d.data, d.ended = flushTail, true
		return nil
	}
	for range 100 { // as often as bufio.Reader accepts to get nothing
		n, err := in.rest.Read(in.buffer[:])
		d.data = in.buffer[:n]
		if n > 0 {
			return nil // an error comes again
		}
		if err == io.EOF {
			d.data, d.ended = flushTail, true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}
