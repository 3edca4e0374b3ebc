package faulty

import (
	"errors"

	"github.com/wsspec/wsspec/ref/wire"
)

// mostOctets limits the length of a message (RFC6455-10.4-1).
const mostOctets = 32 << 20

// feed handles the octets that are read so far.
func (p *peer) feed() {
	for !p.over {
		if !p.reading {
			switch p.nextHeader() {
			case headerShort:
				if len(p.in) > 0 {
					p.in = p.partial(p.in)
				}
				return
			case headerMistaken:
				continue
			case headerGood:
			}
		}
		n := min(p.left, uint64(len(p.in)))
		if n == 0 && p.left > 0 {
			if len(p.current.payload) == 0 {
				p.bare(&p.current.Header)
			}
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
			p.in = p.behind(p.in)
			p.dispatch(p.current)
		}
	}
}

// headerFound is the result of nextHeader.
type headerFound uint8

const (
	headerShort headerFound = iota
	headerMistaken
	headerGood
)

// nextHeader reads and checks the next header. A violation fails the connection,
// unless a fault handles it in another way.
func (p *peer) nextHeader() headerFound {
	h, n, err := wire.ParseHeader(p.in)
	if errors.Is(err, wire.ErrShort) {
		return headerShort
	}
	v := p.judge(h)
	if errors.As(err, &v) && p.overlooks(v, h) {
		if n < h.Len() {
			return headerShort // the header is incomplete
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

// judge returns the first violation of a header. If the peer overlooks it, judge
// returns nil even if the header has another violation.
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

// judgeText checks a piece of a text message as soon as it arrives, even inside a
// frame, so that invalid UTF-8 fails the connection immediately (RFC6455-8.1-1). It
// reports whether the text is valid so far.
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
	if compressed { // data checks the decompressed text (RFC7692-6.1-8)
		return true
	}
	ends := p.left == 0
	if !p.validText(piece, ends, ends && h.Fin) {
		p.onMistake(wire.RuleText.Violation("text that is not UTF-8"))
		return false
	}
	return true
}

// validSoFar checks a piece of text octet by octet.
func (p *peer) validSoFar(piece []byte, _, messageEnds bool) bool {
	_, ok := p.text.Validate(piece)
	return ok && (!messageEnds || p.text.Complete())
}

// dispatch handles a complete frame.
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

// data handles a data frame. If the frame completes a message, it handles the message
// too (RFC6455-5.4-4).
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
