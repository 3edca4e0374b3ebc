package faulty

import (
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// moment is how long a peer waits for what the other end may send next.
const moment = 20 * time.Millisecond

// large is the length of an echo that a peer does not write at once.
const large = 256 << 10

// nextControl takes the next frame from the octets that are read, if it is a whole
// control frame with the opcode.
func (p *peer) nextControl(opcode wire.Opcode) (payload []byte, ok bool) {
	h, n, err := wire.ParseHeader(p.in)
	if err != nil || h.Opcode != opcode || uint64(len(p.in)-n) < h.Length {
		return nil, false
	}
	payload = append(payload, p.in[n:n+int(h.Length)]...)
	if h.Masked {
		wire.Mask(h.MaskKey, 0, payload)
	}
	p.in = p.in[n+int(h.Length):]
	return payload, true
}

// masked makes a frame ready to be sent in the role of the peer.
func (p *peer) masked(f frame) frame {
	if p.role == wire.RoleClient {
		f.Masked, f.MaskKey = true, p.key()
	}
	return f
}

// answersInside makes a peer that answers a control frame in the middle of a large frame.
func answersInside(opcode, answer wire.Opcode) func(*peer) {
	return func(p *peer) {
		p.encoded = func(f frame, b []byte) []byte {
			if f.Opcode.IsControl() || len(b) < large {
				return b
			}
			half := len(b) / 2
			p.write(b[:half])
			p.readMore(moment)
			if payload, ok := p.nextControl(opcode); ok {
				p.write(encode(p.masked(control(answer, payload))))
			}
			return b[half:]
		}
	}
}

// mixesEchoes makes a peer that begins a large echo before the one before it is whole.
func mixesEchoes(p *peer) {
	var rest []byte // of the echo before
	p.encoded = func(f frame, b []byte) []byte {
		if f.Opcode.IsControl() || len(b) < large {
			return append(b, rest...)
		}
		half := len(b) / 2
		p.write(b[:half])
		p.write(rest)
		rest = b[half:]
		p.readMore(moment)
		if h, _, err := wire.ParseHeader(p.in); err == nil && !h.Opcode.IsControl() {
			return nil // another message comes
		}
		b, rest = rest, nil
		return b
	}
}

// mixingFaults are about writes that are not whole, and about limits.
var mixingFaults = []Fault{
	{
		Name: "pong-inside-frame", Sentence: "Sends a Pong in the middle of a large frame.", Requires: []string{"RFC6455-6.1-9", "RFC6455-5.5.2-2"},
		alter: answersInside(wire.OpPing, wire.OpPong),
	},
	{
		Name: "close-inside-frame", Sentence: "Sends its Close frame in the middle of a large frame.", Requires: []string{"RFC6455-6.1-9", "RFC6455-5.5.1-7"},
		alter: answersInside(wire.OpClose, wire.OpClose),
	},
	{
		Name: "large-echoes-mix", Sentence: "Begins a large echo before the large echo before it is whole.", Requires: []string{"RFC6455-5.4-9", "RFC6455-6.1-9"},
		alter: mixesEchoes,
	},
	{
		Name: "limit-before-inflation", Sentence: "Limits the length of a compressed message only before it inflates it.", Requires: []string{"RFC6455-10.4-1"},
		alter: func(p *peer) {
			p.inflate = func(b []byte) ([]byte, error) { return p.deflate.inflater.AppendMessage(nil, b, 1<<30) }
		},
	},
	{
		Name: "limit-overflows-63-bits", Sentence: "Adds the lengths of the fragments in a signed number of 64 bits, which overflows.", Requires: []string{"RFC6455-10.4-1"},
		alter: overlookSum(func(sum uint64) bool { return int64(sum) <= mostOctets }),
	},
	{
		Name: "limit-overflows-32-bits", Sentence: "Adds the lengths of the fragments in a number of 32 bits, which overflows.", Requires: []string{"RFC6455-10.4-1"},
		alter: overlookSum(func(sum uint64) bool { return uint32(sum) <= mostOctets }),
	},
}

// overlookSum makes a peer that has its limit for messages only if the sum of the lengths
// is not within it.
func overlookSum(within func(sum uint64) bool) func(*peer) {
	return func(p *peer) {
		p.overlooks = func(v *wire.Violation, h wire.Header) bool {
			return v.Rule == wire.RuleMessageLimit && within(uint64(len(p.message.payload))+h.Length)
		}
	}
}
