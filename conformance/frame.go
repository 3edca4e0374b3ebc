package conformance

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Frame is one frame to send, legal or not. The zero value of each field is
// what a correct endpoint would do, except for Fin and Opcode, which the
// constructors set.
type Frame struct {
	Fin     bool
	RSV     wire.RSV
	Opcode  wire.Opcode
	Payload Payload
	// Form forces a length form; zero is the shortest.
	Form wire.LengthForm
	// Mask says whether the frame is masked; zero is as the harness's role
	// demands (RFC6455-5.1-1, RFC6455-5.1-5).
	Mask MaskMode
	// Key is the masking key, if it is not to be drawn.
	Key *[4]byte
	// Declare is the length that the header announces, if it is not the
	// payload's; what is missing never comes.
	Declare uint64
}

// MaskMode says whether a frame goes out masked.
type MaskMode uint8

// The mask modes.
const (
	MaskByRole MaskMode = iota
	MaskAlways
	MaskNever
)

// Text returns a whole text message.
func Text(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpText, Payload: p} }

// Binary returns a whole binary message.
func Binary(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpBinary, Payload: p} }

// Continuation returns the last frame of a fragmented message.
func Continuation(p Payload) Frame {
	return Frame{Fin: true, Opcode: wire.OpContinuation, Payload: p}
}

// Ping returns a ping.
func Ping(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpPing, Payload: p} }

// Pong returns a pong that nobody asked for.
func Pong(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpPong, Payload: p} }

// Close returns a Close frame with a status code and a reason. It does not
// check the code: cases send forbidden ones.
func Close(code wire.StatusCode, reason string) Frame {
	body := append([]byte{byte(code >> 8), byte(code)}, reason...)
	return CloseBody(Payload{Octets: body})
}

// CloseBody returns a Close frame with any body, also one that is no status
// code and text.
func CloseBody(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpClose, Payload: p} }

// More returns the frame with FIN clear: more fragments follow.
func (f Frame) More() Frame { f.Fin = false; return f }

// WithRSV returns the frame with those reserved bits set.
func (f Frame) WithRSV(bits wire.RSV) Frame { f.RSV = bits; return f }

// WithForm returns the frame with its length in that form.
func (f Frame) WithForm(form wire.LengthForm) Frame { f.Form = form; return f }

// WithMask returns the frame masked or not, whatever the harness's role demands.
func (f Frame) WithMask(m MaskMode) Frame { f.Mask = m; return f }

// WithKey returns the frame with that masking key, if it is masked.
func (f Frame) WithKey(key [4]byte) Frame { f.Key = &key; return f }

// Declaring returns the frame with a header that announces so many octets.
func (f Frame) Declaring(length uint64) Frame { f.Declare = length; return f }

// WithOpcode returns the frame with another opcode.
func (f Frame) WithOpcode(o wire.Opcode) Frame { f.Opcode = o; return f }

// Fragmented cuts a message into frames of at most size octets of payload, the
// last one with FIN (RFC6455-5.4-3).
func Fragmented(opcode wire.Opcode, p Payload, size int) []Frame {
	b := p.Bytes()
	var frames []Frame
	for first := true; first || len(b) > 0; first = false {
		n := min(size, len(b))
		f := Frame{Opcode: opcode, Payload: Payload{Octets: b[:n]}}
		if !first {
			f.Opcode = wire.OpContinuation
		}
		frames = append(frames, f)
		b = b[n:]
	}
	frames[len(frames)-1].Fin = true
	return frames
}

// String describes the frame for people: `text "hello"`, `ping 125 × 0xfe, RSV2`.
func (f Frame) String() string {
	var b strings.Builder
	b.WriteString(f.Opcode.String())
	if f.Opcode.IsReserved() {
		b.WriteString(" (reserved)")
	}
	switch {
	case f.Opcode == wire.OpClose && f.Payload.Len() >= 2:
		body := f.Payload.Bytes()
		fmt.Fprintf(&b, " %d", int(body[0])<<8|int(body[1]))
		if len(body) > 2 {
			fmt.Fprintf(&b, " %s", quote(body[2:]))
		}
	case f.Payload.Len() > 0:
		fmt.Fprintf(&b, " %s", f.Payload)
	default:
		b.WriteString(", empty")
	}
	if !f.Fin {
		b.WriteString(", FIN clear")
	}
	for i, bit := range []wire.RSV{wire.RSV1, wire.RSV2, wire.RSV3} {
		if f.RSV&bit != 0 {
			fmt.Fprintf(&b, ", RSV%d", i+1)
		}
	}
	if f.Form != wire.LengthShortest {
		fmt.Fprintf(&b, ", length in the %s form", f.Form)
	}
	if f.Declare > 0 {
		fmt.Fprintf(&b, ", announced as %d octets", f.Declare)
	}
	if f.Key != nil {
		fmt.Fprintf(&b, ", masking key %08x", f.Key[:])
	}
	switch f.Mask {
	case MaskAlways:
		b.WriteString(", masked")
	case MaskNever:
		b.WriteString(", not masked")
	}
	return b.String()
}

// append writes the frame as the given role would, with the next key from keys
// if it is masked.
func (f Frame) append(dst []byte, role wire.Role, keys *maskKeys) ([]byte, wire.Header) {
	payload := f.Payload.Bytes()
	h := wire.Header{
		Fin: f.Fin, RSV: f.RSV, Opcode: f.Opcode, Form: f.Form, Length: uint64(len(payload)),
		Masked: f.Mask == MaskAlways || f.Mask == MaskByRole && role == wire.RoleClient,
	}
	if f.Declare > 0 {
		h.Length = f.Declare
	}
	if h.Masked {
		h.MaskKey = keys.next()
		if f.Key != nil {
			h.MaskKey = *f.Key
		}
	}
	dst = wire.AppendHeader(dst, h)
	start := len(dst)
	dst = append(dst, payload...)
	if h.Masked {
		wire.Mask(h.MaskKey, 0, dst[start:])
	}
	return dst, h
}
