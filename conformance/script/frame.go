package script

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Frame is one frame to send, legal or not. Make one with the functions below, which
// set Fin and Opcode. The zero value of every other field is what a correct endpoint
// does.
type Frame struct {
	Fin     bool
	RSV     wire.RSV
	Opcode  wire.Opcode
	Payload Payload
	// Form is the form of the payload length; zero means the shortest form.
	Form wire.LengthForm
	// Mask says whether the frame is masked. Zero means that a client masks and a
	// server does not (RFC6455-5.1-1, RFC6455-5.1-5).
	Mask MaskMode
	// Key is the masking key; nil means a random one.
	Key *[4]byte
	// Declare is the payload length in the header, in octets. 0 means the true
	// length. With a larger one, the harness never sends the rest.
	Declare uint64
	// Inflated is how many octets a compressed payload has when it is inflated, if that
	// is much more. The peer may echo so many.
	Inflated int
	// AnyPong says of a ping that the outcomes do not have its pong. The pong may come
	// at any place, or not at all where a later ping is answered (RFC6455-5.5.3-2).
	AnyPong bool
}

// MaskMode says whether a frame is masked.
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

// Pong returns an unsolicited pong (RFC6455-5.5.3-3).
func Pong(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpPong, Payload: p} }

// Close returns a Close frame with a status code and a reason. The code may be one
// that must not be sent.
func Close(code wire.StatusCode, reason string) Frame {
	body := append([]byte{byte(code >> 8), byte(code)}, reason...)
	return CloseBody(Payload{Octets: body})
}

// CloseBody returns a Close frame with any body. It need not be a status code and a
// reason.
func CloseBody(p Payload) Frame { return Frame{Fin: true, Opcode: wire.OpClose, Payload: p} }

// More returns the frame with FIN clear, so that more fragments follow.
func (f Frame) More() Frame { f.Fin = false; return f }

// WithRSV returns the frame with these reserved bits set and no others.
func (f Frame) WithRSV(bits wire.RSV) Frame { f.RSV = bits; return f }

// WithForm returns the frame with the payload length in that form.
func (f Frame) WithForm(form wire.LengthForm) Frame { f.Form = form; return f }

// WithMask returns the frame with that mask mode.
func (f Frame) WithMask(m MaskMode) Frame { f.Mask = m; return f }

// WithKey returns the frame with that masking key, if it is masked.
func (f Frame) WithKey(key [4]byte) Frame { f.Key = &key; return f }

// Declaring returns the frame with that payload length in its header, in octets.
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
			fmt.Fprintf(&b, " %s", Quote(body[2:]))
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
	if f.AnyPong {
		b.WriteString(", whose pong may come at any place")
	}
	switch f.Mask {
	case MaskAlways:
		b.WriteString(", masked")
	case MaskNever:
		b.WriteString(", not masked")
	}
	return b.String()
}

// Header is the header of the frame as an endpoint of that role sends it, without a
// masking key.
func (f Frame) Header(role wire.Role) wire.Header {
	h := wire.Header{
		Fin: f.Fin, RSV: f.RSV, Opcode: f.Opcode, Form: f.Form, Length: uint64(f.Payload.Len()),
		Masked: f.Mask == MaskAlways || f.Mask == MaskByRole && role == wire.RoleClient,
	}
	if f.Declare > 0 {
		h.Length = f.Declare
	}
	return h
}

// Append appends the frame as an endpoint of that role sends it, and returns its
// header too. The masking key of a masked frame is Key, or comes from nextKey.
func (f Frame) Append(dst []byte, role wire.Role, nextKey func() [4]byte) ([]byte, wire.Header) {
	payload := f.Payload.Bytes()
	h := f.Header(role)
	if h.Masked {
		h.MaskKey = nextKey()
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
