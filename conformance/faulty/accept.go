package faulty

import (
	"errors"

	"github.com/wsspec/wsspec/ref/wire"
)

// acceptHandshake reads an opening request and answers it (RFC 6455 4.2); false
// means that it was refused.
func (p *peer) acceptHandshake() bool {
	var req wire.Request
	var broken []*wire.Violation
	ok := p.readHead(func(b []byte) (n int, err error) {
		req, n, err = wire.ParseRequest(b)
		return n, err
	}, &broken)
	if !ok {
		return false
	}
	if len(broken) == 0 {
		for _, v := range wire.CheckRequest(req) {
			if !p.overlooks(v, wire.Header{}) {
				broken = append(broken, v)
			}
		}
	}
	if len(broken) > 0 { // RFC6455-4.2.1-2
		resp := wire.NewRefusal(broken)
		p.refusal(&resp)
		p.write(p.head(resp.Append(nil)))
		if resp.Status == 101 {
			return true
		}
		p.closeWrite()
		p.discard(lingerTime)
		return false
	}
	var extensions []wire.Extension
	var params wire.DeflateParams
	var answer wire.Extension
	if p.agree(req.Extensions(), &params, &answer) {
		extensions = append(extensions, answer)
		p.agreed(params)
	}
	resp := wire.NewResponse(req, "", extensions, nil)
	p.answer(req, &resp)
	p.write(p.head(resp.Append(nil)))
	p.in = p.early(p.in)
	return true
}

// agreeInOrder takes the first offer that is valid (RFC7692-5-3).
func (p *peer) agreeInOrder(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) (ok bool) {
	*params, *answer, ok = wire.AcceptDeflate(offers, wire.DeflatePolicy{})
	return ok
}

// readHead reads until parse has a whole head, and keeps what came behind it. A
// head that is no HTTP is reported in broken; false means that the connection
// ended before.
func (p *peer) readHead(parse func([]byte) (int, error), broken *[]*wire.Violation) bool {
	buf := make([]byte, 4<<10)
	for {
		n, err := p.conn.Read(buf)
		p.in = append(p.in, buf[:n]...)
		size, perr := parse(p.in)
		var v *wire.Violation
		switch {
		case perr == nil:
			p.in = p.in[size:]
			return true
		case p.wholeHead:
			*broken = append(*broken, wire.RuleRequestForm.Violation("a request in pieces"))
			return true
		case errors.As(perr, &v):
			*broken = append(*broken, v)
			return true
		case err != nil:
			return false
		}
	}
}
