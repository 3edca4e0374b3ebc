package faulty

import "github.com/wsspec/wsspec/ref/wire"

// answerClose answers a Close frame with the same status code (RFC6455-5.5.1-7,
// RFC6455-5.5.1-8) and ends the connection.
func (p *peer) answerClose(body []byte) {
	code, _, v := wire.ParseClose(body)
	if v != nil && !p.overlooks(v, wire.Header{Opcode: wire.OpClose}) {
		p.onMistake(v)
		return
	}
	if v != nil { // the fault overlooks the violation, so this is a normal closure
		code = wire.StatusNormalClosure
	}
	p.send(closeFrame(code, ""))
	p.over = true
}

// failInOrder fails the connection with the status code of the violated rule
// (RFC6455-7.1.7-5). It processes nothing more (RFC6455-7.1.7-7).
func (p *peer) failInOrder(v *wire.Violation) {
	p.failWith(v.Rule.Code, v.Detail)
}

func (p *peer) failWith(code wire.StatusCode, reason string) {
	p.send(closeFrame(code, wire.TrimReason(reason)))
	p.failed, p.over = true, true
}

// closeFrame makes a Close frame, which may be illegal. The code 1005 gives an empty
// body.
func closeFrame(code wire.StatusCode, reason string) frame {
	if code == wire.StatusNoStatusRcvd {
		return control(wire.OpClose, nil)
	}
	return control(wire.OpClose, append([]byte{byte(code >> 8), byte(code)}, reason...))
}
