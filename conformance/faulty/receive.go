package faulty

import (
	"errors"

	"github.com/wsspec/wsspec/ref/wire"
)

// mostOctets is the most of one message that a peer takes (RFC6455-10.4-1).
const mostOctets = 64 << 20

// feed does what the octets read so far ask for.
func (p *peer) feed() {
	for !p.over {
		if !p.reading {
			switch p.nextHeader() {
			case headerShort:
				return
			case headerMistaken:
				continue
			case headerGood:
			}
		}
		n := min(p.left, uint64(len(p.in)))
		if n == 0 && p.left > 0 {
			return
		}
		piece := p.in[:n]
		p.in = p.in[n:]
		if p.current.Masked {
			p.unmask(p.current.MaskKey, len(p.current.payload), piece)
		}
		p.current.payload = append(p.current.payload, piece...)
		p.left -= n
		if !p.judgeText(piece) {
			continue
		}
		if p.left == 0 {
			p.reading = false
			p.dispatch(p.current)
		}
	}
}

// What nextHeader found.
type headerFound uint8

const (
	headerShort headerFound = iota
	headerMistaken
	headerGood
)

// nextHeader reads and judges the next header. A mistake ends the connection,
// unless a fault has done something else about it.
func (p *peer) nextHeader() headerFound {
	h, n, err := wire.ParseHeader(p.in)
	if errors.Is(err, wire.ErrShort) {
		return headerShort
	}
	v := p.judge(h)
	if errors.As(err, &v) && p.overlooks(v, h) {
		if n < h.Len() {
			return headerShort // the rest of it has yet to come
		}
		h.Length &^= 1 << 63
		v = nil
	}
	if v != nil {
		p.onMistake(v)
		return headerMistaken
	}
	p.in = p.in[n:]
	p.current = frame{Header: h}
	p.left, p.reading = h.Length, true
	return headerGood
}

// judge returns what is wrong with a header. A mistake that is overlooked hides
// others of the same frame.
func (p *peer) judge(h wire.Header) *wire.Violation {
	v := wire.Check(h, p.state)
	if v == nil && !h.Opcode.IsControl() && uint64(len(p.message.payload))+h.Length > mostOctets {
		v = wire.RuleMessageLimit.Violation("a message of more than %d octets", mostOctets)
	}
	if v != nil && p.overlooks(v, h) {
		return nil
	}
	return v
}

// judgeText judges a piece of a text message as soon as it is there, also
// inside a frame, so that a mistake fails the connection at once
// (RFC6455-8.1-1).
func (p *peer) judgeText(piece []byte) bool {
	h := p.current.Header
	first := h.Opcode == wire.OpText && !p.state.InMessage
	if !first && (h.Opcode != wire.OpContinuation || p.message.opcode != wire.OpText) {
		return true
	}
	if first && uint64(len(p.current.payload)) == uint64(len(piece)) {
		p.text.Reset()
	}
	compressed := first && h.RSV&wire.RSV1 != 0 || !first && p.message.compressed
	if compressed { // RFC6455-8.1-1 holds for what comes out (RFC7692-6.1-8)
		return true
	}
	ends := p.left == 0
	if !p.validText(piece, ends, ends && h.Fin) {
		p.onMistake(wire.RuleText.Violation("text that is not UTF-8"))
		return false
	}
	return true
}

// validSoFar judges text octet by octet.
func (p *peer) validSoFar(piece []byte, _, messageEnds bool) bool {
	_, ok := p.text.Validate(piece)
	return ok && (!messageEnds || p.text.Complete())
}

// dispatch does what a whole frame asks for.
func (p *peer) dispatch(f frame) {
	if p.seen(&f.Header) {
		return
	}
	switch f.Opcode {
	case wire.OpPing:
		p.onPing(f.payload)
	case wire.OpPong:
		p.onPong(f.payload)
	case wire.OpClose:
		p.onClose(f.payload)
	case wire.OpContinuation, wire.OpText, wire.OpBinary:
		p.data(f)
	}
}

// data takes a frame of a message and hands on the message that it completes
// (RFC6455-5.4-4).
func (p *peer) data(f frame) {
	if f.Opcode != wire.OpContinuation {
		p.message = message{opcode: f.Opcode, compressed: f.RSV&wire.RSV1 != 0}
	}
	p.state = p.state.Next(f.Header)
	p.take(f.payload)
	if !f.Fin {
		return
	}
	m := p.message
	p.message = message{}
	if m.compressed && p.deflate != nil {
		inflated, err := p.inflate(m.payload)
		var v *wire.Violation
		if errors.As(err, &v) {
			p.onMistake(v)
			return
		}
		m.payload = inflated
		p.text.Reset()
		if m.opcode == wire.OpText && !p.validText(m.payload, true, true) { // RFC7692-6.1-8
			p.onMistake(wire.RuleText.Violation("compressed text that is not UTF-8"))
			return
		}
	}
	p.onMessage(m)
}
