package http3

import "github.com/quic-go/quic-go/quicvarint"

// appendFrame appends a frame of HTTP/3 (RFC 9114 7.1), which says to have lacks octets more
// than its payload.
func appendFrame(b []byte, kind uint64, payload []byte, lacks int) []byte {
	b = quicvarint.Append(b, kind)
	b = quicvarint.Append(b, uint64(len(payload)+lacks))
	return append(b, payload...)
}

// takeVarint takes a number from the beginning of b; ok is false if it is not whole.
func takeVarint(b []byte) (n uint64, rest []byte, ok bool) {
	n, size, err := quicvarint.Parse(b)
	if err != nil {
		return 0, b, false
	}
	return n, b[size:], true
}

// takeNumbers takes two numbers: the type and the length of a frame, or a setting.
func takeNumbers(b []byte) (first, second uint64, rest []byte, ok bool) {
	first, rest, ok = takeVarint(b)
	if ok {
		second, rest, ok = takeVarint(rest)
	}
	return first, second, rest, ok
}
