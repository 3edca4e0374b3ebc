package frames

import "github.com/wsspec/wsspec/ref/wire"

// A found is the result of the naive parser.
type found int

const (
	short      found = iota // an incomplete header
	whole                   // a complete header
	impossible              // an invalid header
)

// naiveHeader reads a header octet by octet, as the figure in RFC 6455 5.2 shows it.
func naiveHeader(b []byte) (h wire.Header, n int, f found) {
	if len(b) < 2 {
		return h, 0, short
	}
	h.Fin = b[0] >= 128
	h.RSV = wire.RSV(b[0] / 16 % 8)
	h.Opcode = wire.Opcode(b[0] % 16)
	h.Masked = b[1] >= 128
	h.Form, h.Length, n = wire.Length7, uint64(b[1]%128), 2
	extended := 0
	switch h.Length {
	case 126:
		h.Form, h.Length, extended = wire.Length16, 0, 2
	case 127:
		h.Form, h.Length, extended = wire.Length64, 0, 8
	}
	for i := range extended {
		if n == len(b) {
			return h, 0, short
		}
		if extended == 8 && i == 0 && b[n] >= 128 {
			return h, 0, impossible // "the most significant bit MUST be 0"
		}
		h.Length = h.Length*256 + uint64(b[n])
		n++
	}
	if h.Masked {
		for i := range h.MaskKey {
			if n == len(b) {
				return h, 0, short
			}
			h.MaskKey[i] = b[n]
			n++
		}
	}
	return h, n, whole
}
