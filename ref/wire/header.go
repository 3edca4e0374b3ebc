package wire

import (
	"encoding/binary"
	"errors"
)

// MaxHeaderLen is the longest frame header in octets: two, a 64-bit length and
// a masking key (RFC 6455 5.2).
const MaxHeaderLen = 14

// MaxControlPayload is the most payload octets of a control frame (RFC 6455 5.5).
const MaxControlPayload = 125

// ErrShort says that the octets are the beginning of a frame header, or of the
// head of a handshake, and that more octets are needed.
var ErrShort = errors.New("incomplete, more octets are needed")

// LengthForm is one of the three ways to write the payload length in a header
// (RFC 6455 5.2).
type LengthForm uint8

// The forms. Only the shortest possible one is allowed on the wire
// (RFC6455-5.2-9), but [AppendHeader] uses the one that it is given.
const (
	LengthShortest LengthForm = iota // whichever the length needs
	Length7                          // in the second octet, up to 125
	Length16                         // 126 and two octets, up to 65,535
	Length64                         // 127 and eight octets
)

// shortest returns the only form that is allowed for the length (RFC6455-5.2-9).
func shortest(length uint64) LengthForm {
	switch {
	case length <= 125:
		return Length7
	case length <= 0xFFFF:
		return Length16
	}
	return Length64
}

// String returns the form's width: "7-bit", "16-bit", "64-bit" or "shortest".
func (f LengthForm) String() string {
	switch f {
	case Length7:
		return "7-bit"
	case Length16:
		return "16-bit"
	case Length64:
		return "64-bit"
	}
	return "shortest"
}

// A Header is the header of a frame (RFC 6455 5.2). Every field can have any
// value; [Check] says whether it may be sent.
type Header struct {
	// Fin marks the last frame of a message.
	Fin bool
	// RSV holds the reserved bits that are set.
	RSV RSV
	// Opcode is any value from 0 to 15.
	Opcode Opcode
	// Masked says that MaskKey is present. Every value is a valid key, also zero
	// (RFC6455-5.3-6).
	Masked  bool
	MaskKey [4]byte
	// Form is how Length is written. ParseHeader sets the form that it found.
	Form LengthForm
	// Length is the length of the payload in octets, without the masking key
	// (RFC6455-5.3-7).
	Length uint64
}

// Len returns how many octets the header has: 2 to 14.
func (h Header) Len() int {
	n := 2
	switch max(h.Form, shortest(h.Length)) {
	case Length16:
		n += 2
	case Length64:
		n += 8
	}
	if h.Masked {
		n += 4
	}
	return n
}

// AppendHeader appends the header to dst, legal or not. Of RSV and Opcode it uses
// the low three and four bits. If the length does not fit into Form, it uses the
// next form that it fits into. It does not allocate if dst has room.
func AppendHeader(dst []byte, h Header) []byte {
	first := byte(h.RSV&7)<<4 | byte(h.Opcode&0xF)
	if h.Fin {
		first |= 0x80
	}
	var mask byte
	if h.Masked {
		mask = 0x80
	}
	// RFC6455-5.2-7: a longer length follows in network order.
	switch max(h.Form, shortest(h.Length)) {
	case Length7:
		dst = append(dst, first, mask|byte(h.Length))
	case Length16:
		dst = append(dst, first, mask|126, byte(h.Length>>8), byte(h.Length))
	default:
		dst = append(dst, first, mask|127)
		dst = binary.BigEndian.AppendUint64(dst, h.Length)
	}
	if h.Masked { // RFC6455-5.2-6: the key is there exactly when the bit is set
		dst = append(dst, h.MaskKey[:]...)
	}
	return dst
}

// ParseHeader reads the header at the beginning of b and returns it with its
// length in octets. It allocates nothing unless it fails.
//
//   - [ErrShort], with n = 0: b is the beginning of a header; call again with
//     more octets.
//   - a [*Violation]: no further octets can make this a header, because the
//     64-bit length has its top bit set, the one thing that the format itself
//     excludes (RFC6455-5.2-8). It is reported as soon as that bit is there. h
//     and n are filled as far as b goes, absent octets counting as zero, so
//     that the header can be shown.
//
// Whether the header is permitted is for [Check] to say.
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) < 2 {
		return Header{}, 0, ErrShort
	}
	h = Header{
		Fin:    b[0]&0x80 != 0,
		RSV:    RSV(b[0] >> 4 & 7),
		Opcode: Opcode(b[0] & 0xF),
		Masked: b[1]&0x80 != 0,
		Form:   Length7,
		Length: uint64(b[1] & 0x7F),
	}
	n = 2
	switch h.Length {
	case 126:
		h.Form = Length16
		n += 2
	case 127:
		h.Form = Length64
		n += 8
	}
	length := n
	if h.Masked {
		n += 4
	}
	if h.Form == Length64 && len(b) > 2 && b[2]&0x80 != 0 {
		return topBit(h, n, b)
	}
	if len(b) < n {
		return Header{}, 0, ErrShort
	}
	switch h.Form {
	case Length16:
		h.Length = uint64(binary.BigEndian.Uint16(b[2:]))
	case Length64:
		h.Length = binary.BigEndian.Uint64(b[2:])
	}
	if h.Masked {
		h.MaskKey = [4]byte(b[length:])
	}
	return h, n, nil
}

// topBit returns what is known of a header whose 64-bit length is impossible.
func topBit(h Header, full int, b []byte) (Header, int, error) {
	var whole [MaxHeaderLen]byte
	n := copy(whole[:full], b)
	h.Length = binary.BigEndian.Uint64(whole[2:])
	if h.Masked {
		h.MaskKey = [4]byte(whole[10:])
	}
	// Only the first octet of the length is certain to be there. The text must
	// not depend on how the octets were cut.
	return h, n, RuleLengthTopBit.Violation("64-bit length with its top bit set, it begins with %#02x", b[2])
}
