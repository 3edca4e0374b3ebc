package faulty

import "github.com/wsspec/wsspec/ref/wire"

// echoInOrder makes the frame that sends a message back, compressed if
// permessage-deflate was agreed.
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

// send writes frames, each in one write; nothing is sent after Close
// (RFC6455-5.5.1-6).
func (p *peer) send(frames ...frame) {
	for _, f := range frames {
		if p.sentClose {
			return
		}
		p.sendAnyway(f)
		p.sentClose = f.Opcode == wire.OpClose
	}
}

// sendAnyway writes a frame, also after Close.
func (p *peer) sendAnyway(f frame) {
	if p.role == wire.RoleClient { // RFC6455-5.1-1
		f.Masked, f.MaskKey = true, p.key()
	}
	p.finish(&f)
	p.write(p.encoded(f, encode(f)))
}

// encode writes a frame as it is, legal or not.
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
