package faulty

import "github.com/wsspec/wsspec/ref/wire"

// echoInOrder makes the frame that echoes a message, compressed if permessage-deflate
// is negotiated.
func (p *peer) echoInOrder(m message) []frame {
	f := frame{Header: wire.Header{Fin: true, Opcode: m.opcode}, payload: m.payload}
	if p.deflate != nil {
		f.RSV, f.payload = wire.RSV1, p.compress(m.payload) // RFC7692-6.1-1
	}
	return []frame{f}
}

func pong(payload []byte) frame { return control(wire.OpPong, payload) }

func control(opcode wire.Opcode, payload []byte) frame {
	return frame{Header: wire.Header{Fin: true, Opcode: opcode}, payload: payload}
}

// send writes each frame in one write. It sends nothing after a Close frame
// (RFC6455-5.5.1-6).
func (p *peer) send(frames ...frame) {
	for _, f := range frames {
		if p.sentClose {
			return
		}
		if p.mute && !f.Opcode.IsControl() {
			continue
		}
		p.sendAnyway(f)
		p.sentClose = f.Opcode == wire.OpClose
	}
}

// sendAnyway writes a frame, even after a Close frame.
func (p *peer) sendAnyway(f frame) {
	if p.role == wire.RoleClient { // RFC6455-5.1-1
		f.Masked, f.MaskKey = true, p.key()
	}
	p.finish(&f)
	p.write(p.encoded(f, encode(f)))
}

// encode returns the octets of a frame, which may be illegal.
func encode(f frame) []byte {
	if !f.declared {
		f.Length = uint64(len(f.payload))
	}
	b := wire.AppendHeader(make([]byte, 0, wire.MaxHeaderLen+len(f.payload)), f.Header)
	start := len(b)
	b = append(b, f.payload...)
	if f.Masked {
		wire.Mask(f.MaskKey, 0, b[start:])
	}
	return b
}
