package faulty

import "github.com/wsspec/wsspec/ref/wire"

// answerClose answers a Close frame with its code (RFC6455-5.5.1-7,
// RFC6455-5.5.1-8) and ends the connection.
func (p *peer) answerClose(body []byte) {
	code, _, v := wire.ParseClose(body)
	if v != nil && !p.overlooks(v, wire.Header{Opcode: wire.OpClose}) {
		p.onMistake(v)
		return
	}
	if v != nil { // overlooked: answer as if nothing had been wrong
		code = wire.StatusNormalClosure
	}
	p.send(closeFrame(code, ""))
	p.over = true
}

// failInOrder fails the connection with the code that the mistake calls for
// (RFC6455-7.1.7-5); nothing more is processed (RFC6455-7.1.7-7).
func (p *peer) failInOrder(v *wire.Violation) {
	p.failWith(v.Rule.Code, v.Detail)
}

func (p *peer) failWith(code wire.StatusCode, reason string) {
	p.send(closeFrame(code, wire.TrimReason(reason)))
	p.failed, p.over = true, true
}

// closeFrame makes a Close frame, legal or not; 1005 stands for no body.
func closeFrame(code wire.StatusCode, reason string) frame {
	if code == wire.StatusNoStatusRcvd {
		return control(wire.OpClose, nil)
	}
	return control(wire.OpClose, append([]byte{byte(code >> 8), byte(code)}, reason...))
}
