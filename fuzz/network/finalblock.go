package network

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// behindFinal reports whether a compressed message of the script goes on behind a block with
// BFINAL. RFC 7692 7.2.1 lets a sender do so, and receivers are graded by the catalogue, which
// leaves room (rfc7692/7.2/42). The oracle leaves none, so that such scripts are not played.
func (s *Script) behindFinal() bool {
	var message []byte
	compressed := false
	for i := range s.Parts {
		f := s.Parts[i].Frame
		if f == nil || f.Opcode.IsControl() {
			continue
		}
		if f.Opcode != wire.OpContinuation {
			message, compressed = message[:0], f.RSV&wire.RSV1 != 0
		}
		if !compressed {
			continue
		}
		message = append(message, f.Payload...)
		if !f.More && goesOn(message) {
			return true
		}
	}
	return false
}

// mostLooked bounds how much of a message is inflated to find its final block, in octets.
const mostLooked = 1 << 20

// decompressors keep readers: each has a window of 32 KiB.
var decompressors = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// goesOn reports whether octets of DEFLATE follow a final block. One octet of zeros belongs to
// it (RFC 7692 7.2.3.4).
func goesOn(message []byte) bool {
	src := bytes.NewReader(message) // flate does not read ahead of a ByteReader
	r := decompressors.Get().(io.Reader)
	defer decompressors.Put(r)
	if err := r.(flate.Resetter).Reset(src, nil); err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(r, mostLooked)); err != nil {
		return false // it has no final block
	}
	rest := message[len(message)-src.Len():]
	return len(rest) > 1 || len(rest) == 1 && rest[0] != 0
}
