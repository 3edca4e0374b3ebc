package check

import (
	"bytes"

	"github.com/wsspec/wsspec/ref/wire"
)

// A protocol is what the first octets of a connection look like.
type protocol int

const (
	undecided protocol = iota
	http
	http2
	tls
	unknown
)

const preface2 = "PRI * HTTP/2.0"

// mostMethod is the longest method of HTTP that counts as one, in octets.
const mostMethod = 20

// protocolOf tells a protocol by the first octets of a connection. It is undecided if they
// are too few, unless no more come.
func protocolOf(p []byte, sure bool) protocol {
	if len(p) == 0 {
		return undecided
	}
	method := bytes.IndexFunc(p, func(c rune) bool { return c < 'A' || c > 'Z' })
	switch {
	case p[0] >= 0x14 && p[0] <= 0x17: // a record of TLS (RFC 8446 5.1)
		switch {
		case len(p) >= 3 && p[1] == 3 && p[2] <= 4:
			return tls
		case len(p) < 3 && !sure:
			return undecided
		}
		return unknown
	case bytes.HasPrefix(p, []byte(preface2)):
		return http2
	case !sure && bytes.HasPrefix([]byte(preface2), p):
		return undecided
	case method < 0 && len(p) <= mostMethod: // letters alone
		if sure {
			return http
		}
		return undecided
	case method > 0 && method <= mostMethod && p[method] == ' ' && string(p[:method]) != "PROXY": // of the PROXY protocol
		return http
	}
	return unknown
}

// framesLikely reports whether the first two octets of both ends could be those of frames
// (RFC 6455 5.2): one end masks and the other does not, and no bit and no opcode is one that
// has no meaning. Of an end that sent nothing, nothing speaks against it.
func framesLikely(heads [2][]byte) bool {
	var masked [2]bool
	some := 0
	for i, h := range heads {
		if len(h) < 2 {
			continue
		}
		some++
		if h[0]&0x30 != 0 || wire.Opcode(h[0]&0x0f).IsReserved() {
			return false
		}
		masked[i] = h[1]&0x80 != 0
	}
	return some == 1 || some == 2 && masked[0] != masked[1]
}
