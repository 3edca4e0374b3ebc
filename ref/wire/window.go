package wire

import "encoding/binary"

// WindowUse says how the payload of a compressed message uses the window of its
// sender. It is read from the DEFLATE data itself (RFC 1951): inflating with a
// large window does not show that a smaller one would have been too small.
type WindowUse struct {
	// Octets is the length of the message when inflated.
	Octets int64
	// MaxDistance is how far back the furthest reference goes, in octets; zero
	// if there is none.
	MaxDistance int
	// Reach is how many octets before the beginning of the message the furthest
	// reference goes; zero if the message stands for itself.
	Reach int
	// PaddingSet says that the padding after a block with BFINAL was not zero
	// (RFC7692-7.2.1-5).
	PaddingSet bool
}

// MeasureWindow reads the payload of a compressed message as it was on the wire
// and returns its use of the window. history is how many octets of compressed
// messages the sender has sent before. It does not inflate: its memory is
// constant, and its time depends on the payload and not on the message. For data
// that is not DEFLATE, or refers to before the first octet of the history, it
// returns a violation and the use up to there.
func MeasureWindow(payload []byte, history int64) (WindowUse, *Violation) {
	m := measure{bits: bitReader{payload: payload}, history: history}
	for !m.bits.atEnd() {
		if fault := m.block(); fault != "" {
			return m.use, RuleDeflateData.Violation("compressed message is no valid DEFLATE data at octet %d: %s",
				m.bits.offset(), fault)
		}
	}
	return m.use, nil
}

// CheckWindow checks the use of the window against what was agreed for the role
// that sent the message.
func CheckWindow(use WindowUse, agreed DeflateParams, sender Role) *Violation {
	windowRule, contextRule := RuleDeflateServerWindow, RuleDeflateServerContext
	if sender == RoleClient {
		windowRule, contextRule = RuleDeflateClientWindow, RuleDeflateClientContext
	}
	bits, takeover := agreed.Sender(sender)
	switch {
	case use.MaxDistance > 1<<bits:
		return windowRule.Violation("reference to %d octets back, the window agreed has %d", use.MaxDistance, 1<<bits)
	case !takeover && use.Reach > 0:
		return contextRule.Violation("reference to %d octets before the message, which was to start with an empty window", use.Reach)
	}
	return nil
}

// A measure reads the blocks of one message. Its methods return what is wrong
// with the data, or "".
type measure struct {
	bits            bitReader
	history         int64
	use             WindowUse
	literal, offset prefixCode
}

const faultShort = "the data ends inside a block"

// block reads one block (RFC 1951 3.2.3).
func (m *measure) block() (fault string) {
	final, ok := m.bits.take(1)
	kind, ok2 := m.bits.take(2)
	if !ok || !ok2 {
		return faultShort
	}
	switch kind {
	case 0:
		fault = m.stored()
	case 1:
		fault = m.compressed(&fixedLiterals, &fixedOffsets)
	case 2:
		if fault = m.readCodes(); fault == "" {
			fault = m.compressed(&m.literal, &m.offset)
		}
	default:
		return "reserved block type"
	}
	if fault == "" && final == 1 && m.bits.align() != 0 {
		m.use.PaddingSet = true
	}
	return fault
}

// stored reads a block without compression (RFC 1951 3.2.4).
func (m *measure) stored() string {
	m.bits.align()
	length, ok := m.bits.take(16)
	inverse, ok2 := m.bits.take(16)
	switch {
	case !ok || !ok2:
		return faultShort
	case length^inverse != 0xFFFF:
		return "the two lengths of a stored block differ"
	case !m.bits.skip(int(length)):
		return faultShort
	}
	m.use.Octets += int64(length)
	return ""
}

// compressed reads the symbols of a block (RFC 1951 3.2.5).
func (m *measure) compressed(literals, offsets *prefixCode) string {
	for {
		symbol, fault := m.bits.symbol(literals)
		switch {
		case fault != "":
			return fault
		case symbol < endOfBlock:
			m.use.Octets++
			continue
		case symbol == endOfBlock:
			return ""
		case int(symbol-endOfBlock) > len(lengthCodes):
			return "undefined length code"
		}
		length, ok := m.bits.extend(lengthCodes[symbol-endOfBlock-1])
		if !ok {
			return faultShort
		}
		symbol, fault = m.bits.symbol(offsets)
		switch {
		case fault != "":
			return fault
		case int(symbol) >= len(offsetCodes):
			return "undefined distance code"
		}
		distance, ok := m.bits.extend(offsetCodes[symbol])
		if !ok {
			return faultShort
		}
		if int64(distance) > m.use.Octets+m.history {
			return "a reference to before the first octet"
		}
		m.use.MaxDistance = max(m.use.MaxDistance, distance)
		if int64(distance) > m.use.Octets {
			m.use.Reach = max(m.use.Reach, distance-int(m.use.Octets))
		}
		m.use.Octets += int64(length)
	}
}

// readCodes reads the codes of a block that brings its own (RFC 1951 3.2.7).
func (m *measure) readCodes() string {
	literals, ok := m.bits.take(5)
	offsets, ok2 := m.bits.take(5)
	counts, ok3 := m.bits.take(4)
	if !ok || !ok2 || !ok3 {
		return faultShort
	}
	nLiterals, nOffsets := int(literals)+257, int(offsets)+1
	if nLiterals > maxLiterals || nOffsets > len(offsetCodes) {
		return "a code has too many symbols"
	}
	var lengths [maxLiterals + 32]uint8
	for _, at := range lengthOrder[:counts+4] {
		length, ok := m.bits.take(3)
		if !ok {
			return faultShort
		}
		lengths[at] = uint8(length)
	}
	// The code of the code lengths is needed only here, so its place is lent.
	if !m.literal.build(lengths[:len(lengthOrder)]) {
		return "the code of the code lengths is no prefix code"
	}
	lengths = [maxLiterals + 32]uint8{}
	for i := 0; i < nLiterals+nOffsets; {
		symbol, fault := m.bits.symbol(&m.literal)
		if fault != "" {
			return fault
		}
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		repeat, ok := m.bits.extend(repeatCodes[symbol-16])
		switch {
		case !ok:
			return faultShort
		case symbol == 16 && i == 0:
			return "the first code length repeats another"
		case i+repeat > nLiterals+nOffsets:
			return "more code lengths than symbols"
		}
		for range repeat {
			if symbol == 16 {
				lengths[i] = lengths[i-1]
			}
			i++
		}
	}
	if !m.literal.build(lengths[:nLiterals]) || !m.offset.build(lengths[nLiterals:nLiterals+nOffsets]) {
		return "the lengths make no prefix code"
	}
	return ""
}

// A bitReader takes bits, least significant first, from a payload and the four
// octets that the sender took away (RFC7692-7.2.2-1).
type bitReader struct {
	payload []byte
	next    int // index of the next octet not yet in hold
	hold    uint64
	n       uint // bits in hold
}

// fill makes at least 48 bits ready, as long as there are octets.
func (r *bitReader) fill() {
	if r.next+8 <= len(r.payload) {
		r.hold |= binary.LittleEndian.Uint64(r.payload[r.next:]) << r.n
		octets := (63 - r.n) / 8
		r.next += int(octets)
		r.n += octets * 8
		r.hold &= 1<<r.n - 1
		return
	}
	for ; r.n <= 56 && r.next < len(r.payload)+len(flushTail); r.next++ {
		octet := uint64(0)
		if r.next < len(r.payload) {
			octet = uint64(r.payload[r.next])
		} else {
			octet = uint64(flushTail[r.next-len(r.payload)])
		}
		r.hold |= octet << r.n
		r.n += 8
	}
}

// take takes up to 16 bits.
func (r *bitReader) take(bits uint) (value uint32, ok bool) {
	if r.n < bits {
		if r.fill(); r.n < bits {
			return 0, false
		}
	}
	value = uint32(r.hold) & (1<<bits - 1)
	r.hold >>= bits
	r.n -= bits
	return value, true
}

// extend adds a code's extra bits to its base.
func (r *bitReader) extend(code extraCode) (value int, ok bool) {
	extra, ok := r.take(uint(code.bits))
	return int(code.base) + int(extra), ok
}

// align drops the bits up to the next octet and returns them.
func (r *bitReader) align() (dropped uint64) {
	bits := r.n % 8
	dropped = r.hold & (1<<bits - 1)
	r.hold >>= bits
	r.n -= bits
	return dropped
}

// skip passes over whole octets, from an octet boundary.
func (r *bitReader) skip(octets int) bool {
	r.next += octets - int(r.n/8) // back to where the hold began, and on
	r.hold, r.n = 0, 0
	return r.next <= len(r.payload)+len(flushTail)
}

// offset is the index of the octet that holds the next bit.
func (r *bitReader) offset() int { return r.next - int(r.n+7)/8 }

// atEnd reports whether every bit has been taken.
func (r *bitReader) atEnd() bool { return r.n == 0 && r.next == len(r.payload)+len(flushTail) }

// symbol reads one symbol of the code.
func (r *bitReader) symbol(code *prefixCode) (symbol uint16, fault string) {
	if r.n < maxCodeBits {
		r.fill()
	}
	if entry := code.short[r.hold%uint64(len(code.short))]; entry != 0 {
		length := uint(entry & 15)
		if length > r.n {
			return 0, faultShort
		}
		r.hold >>= length
		r.n -= length
		return entry >> 4, ""
	}
	return r.longSymbol(code)
}

// longSymbol reads a symbol bit by bit, as RFC 1951 3.2.2 defines the codes:
// those of one length are consecutive numbers.
func (r *bitReader) longSymbol(code *prefixCode) (symbol uint16, fault string) {
	value, first, index := 0, 0, 0
	for length := uint(1); length <= maxCodeBits; length++ {
		if length > r.n {
			return 0, faultShort
		}
		value |= int(r.hold >> (length - 1) & 1)
		count := int(code.count[length])
		if value-first < count {
			r.hold >>= length
			r.n -= length
			return code.symbols[index+value-first], ""
		}
		index += count
		first = (first + count) << 1
		value <<= 1
	}
	return 0, "bits that are no symbol's code"
}
