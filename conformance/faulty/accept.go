package faulty

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// ruleBody: an opening request has no body. A peer that leaves the body where it is takes
// it for frames (RFC 9112 6).
var ruleBody = &wire.Rule{
	ID: "RFC6455-4.2.1-2", RFC: 6455, Section: "4.2.1", Text: "A server answers a request that does not match the handshake with an HTTP error.",
}

// acceptHandshake reads an opening request and responds to it (RFC 6455 4.2). It
// reports whether it accepted the request.
func (p *peer) acceptHandshake() bool {
	for {
		var req wire.Request
		var broken []*wire.Violation
		ok := p.readHead(func(b []byte) (n int, err error) {
			req, n, err = wire.ParseRequest(b)
			return n, err
		}, &broken)
		if !ok {
			return false
		}
		keeps := p.keeps && len(broken) == 0 // behind what is no HTTP, no request can be found
		if len(broken) == 0 {
			p.reads(&req)
			broken = p.brokenBy(req)
		}
		if len(broken) == 0 {
			return p.respond(req)
		}
		// RFC6455-4.2.1-2
		resp := wire.NewRefusal(broken)
		if keeps {
			dropField(&resp.Fields, "Connection")
		}
		p.refusal(&resp)
		p.write(p.head(resp.Append(nil)))
		if resp.Status == 101 {
			return true
		}
		if !keeps {
			p.closeWrite()
			p.discard(lingerTime)
			return false
		}
		length, _ := strconv.Atoi(field(req, "Content-Length"))
		if !p.skip(length) {
			return false
		}
	}
}

// brokenBy returns what is wrong with a request and not overlooked.
func (p *peer) brokenBy(req wire.Request) []*wire.Violation {
	found := wire.CheckRequest(req)
	if length := strings.Join(req.Fields.Values("Content-Length"), ","); length != "" && length != "0" || field(req, "Transfer-Encoding") != "" {
		found = append(found, ruleBody.Violation("a request with a body"))
	}
	return slices.DeleteFunc(found, func(v *wire.Violation) bool { return p.overlooks(v, wire.Header{}) })
}

// respond accepts a request. It reports whether the response was sent.
func (p *peer) respond(req wire.Request) bool {
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

// skip reads so many octets and drops them.
func (p *peer) skip(n int) bool {
	buf := make([]byte, 4<<10)
	for len(p.in) < n {
		got, err := p.conn.Read(buf)
		p.in = append(p.in, buf[:got]...)
		if err != nil {
			return false
		}
	}
	p.in = p.in[n:]
	return true
}

// agreeInOrder accepts the first valid offer (RFC7692-5-3).
func (p *peer) agreeInOrder(offers []wire.Extension, params *wire.DeflateParams, answer *wire.Extension) (ok bool) {
	*params, *answer, ok = wire.AcceptDeflate(offers, wire.DeflatePolicy{})
	return ok
}

// readHead reads until parse accepts a complete head, and keeps the octets after it.
// It adds a violation to broken if the head is not HTTP. It returns false if the
// connection ended first.
func (p *peer) readHead(parse func([]byte) (int, error), broken *[]*wire.Violation) bool {
	buf := make([]byte, 4<<10)
	var err error
	for {
		size, perr := 0, wire.ErrShort
		if p.heard == nil || bytes.Contains(p.in, endOfHead) {
			if p.heard != nil {
				head, rest, _ := bytes.Cut(p.in, endOfHead)
				p.in = slices.Concat(p.heard(head), endOfHead, rest)
			}
			size, perr = parse(p.in)
		}
		var v *wire.Violation
		switch {
		case perr == nil:
			p.in = p.in[size:]
			return true
		case len(p.in) > 0 && p.piece != nil && p.piece(p.in):
			*broken = append(*broken, wire.RuleRequestForm.Violation("a request in pieces"))
			return true
		case errors.As(perr, &v):
			*broken = append(*broken, v)
			return true
		case err != nil:
			return false
		}
		var n int
		n, err = p.conn.Read(buf)
		p.in = append(p.in, buf[:n]...)
	}
}

var endOfHead = []byte("\r\n\r\n")
