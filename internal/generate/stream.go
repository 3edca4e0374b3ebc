package generate

import (
	gofuzz "github.com/google/gofuzz"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Stream is a sequence of frames from one endpoint: messages, fragmented or not, with
// control frames between the fragments. About half of the streams have a mistake. The
// headers are not masked, because masking depends on the role of the sender.
type Stream []Frame

// mostFrames limits the number of frames in a Stream.
const mostFrames = 12

func fillStream(s *Stream, c gofuzz.Continue) {
	*s = (*s)[:0]
	open := false
	for range 1 + c.Intn(mostFrames) {
		var f Frame
		c.Fuzz(&f)
		h := &f.Header
		if right := c.Intn(24) != 1; right && !h.Opcode.IsControl() {
			// Choose a legal opcode (RFC6455-5.4-4, RFC6455-5.4-5).
			switch {
			case open:
				h.Opcode = wire.OpContinuation
			case h.Opcode == wire.OpContinuation:
				h.Opcode = wire.OpText
			}
		} else if right {
			h.Fin = true
			f.Payload = f.Payload[:min(len(f.Payload), wire.MaxControlPayload)]
		}
		switch {
		case h.Opcode == wire.OpClose && c.Intn(8) != 1:
			f.Payload = closeBody(c)
		case len(f.Payload) > 0 && c.Intn(24) == 1: // 0xFF is never valid in UTF-8
			f.Payload[c.Intn(len(f.Payload))] = 0xFF
		}
		h.Length = uint64(len(f.Payload))
		*s = append(*s, f)
		if h.Opcode == wire.OpClose {
			return // RFC6455-5.5.1-6
		}
		if !h.Opcode.IsControl() {
			open = !h.Fin
		}
	}
}

// closeBody makes the body of a Close frame, most often a legal one.
func closeBody(c gofuzz.Continue) []byte {
	codes := [...]wire.StatusCode{1000, 1001, 1011, 3000, 4999, 1005, 1004, 999}
	if c.Intn(4) == 0 {
		return nil
	}
	code := codes[c.Intn(len(codes))]
	return append([]byte{byte(code >> 8), byte(code)}, "why?"[:c.Intn(5)]...)
}
